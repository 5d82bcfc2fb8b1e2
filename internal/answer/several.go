package answer

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/question"
)

// maxSeveral bounds the questions answered in one message.
const maxSeveral = 5

// split returns the questions of a message that asks several, each with what
// leads up to it; nil for a message that asks one. Parts that ask the same of
// several things are one question.
func (e *Engine) split(text string) []question.Question {
	if len(text) > 4*300 {
		return nil
	}
	clean, _ := question.Clean(text)
	if utf8.RuneCountInString(clean) > 300 {
		return nil
	}
	var out []question.Question
	begin := ""                      // what stands before a question and asks nothing itself
	ended, sentences := false, false // the last question ended a sentence; some did
	for i, r := range clean {
		_ = i
		begin += string(r)
		if !strings.ContainsRune("?？!！。;；\n,，", r) {
			continue
		}
		hard := !strings.ContainsRune(",，", r)
		if q, ok := e.next(out, begin); ok {
			out = append(out, q)
			begin, ended, sentences = "", hard, sentences || hard
		} else if hard && len(out) > 0 && !ended {
			begin = ""
		}
	}
	if q, ok := e.next(out, begin); ok {
		out = append(out, q)
	}
	if len(out) < 2 || len(out) > maxSeveral || !sentences && sameAsk(out) {
		return nil
	}
	return out
}

// next reads a part of a message as one more question: by itself, or as a
// follow-up to the one before it.
func (e *Engine) next(before []question.Question, text string) (question.Question, bool) {
	q := e.Read(text)
	if q.Standalone() {
		return q, true
	}
	if len(before) == 0 || q.Asking == 0 && !q.Swap {
		return q, false
	}
	last := before[len(before)-1]
	switch {
	case q.Swap && q.HasTopic():
	case q.Ask == last.Ask || q.HasTopic():
		return q, false
	case q.Ask == question.AskLead, q.Ask == question.AskDeadline, q.Ask == question.AskTarget && q.Goal:
	default:
		return q, false
	}
	return question.Follow(&question.Turn{Question: last}, q)
}

// sameAsk reports whether the questions are parts of one: they ask the same,
// or one of them compares.
func sameAsk(qs []question.Question) bool {
	for _, q := range qs {
		if q.Ask == question.AskCompare || q.Same || q.Each {
			return true
		}
	}
	for _, q := range qs[1:] {
		if q.Ask != qs[0].Ask || q.Ask != question.AskLead {
			return false
		}
	}
	return true
}

// several answers each of the questions of a message.
func (e *Engine) several(c *composer, qs []question.Question) *Answer {
	out := &Answer{Kind: KindNone}
	var said, texts []string
	for i, q := range qs {
		one := &composer{engine: e, ctx: c.ctx, req: c.req, q: q}
		one.explain("第%d问,读作:%s", i+1, q.String())
		a := one.answer()
		if r := one.respelled(a); r != nil {
			a = r
		}
		c.steps = append(c.steps, one.steps...)
		said = append(said, fmt.Sprintf("%d. %s", i+1, a.Headline))
		texts = append(texts, fmt.Sprintf("%d. %s", i+1, a.Text))
		if a.Found && !out.Found {
			out.Found, out.Kind, out.Plan, out.Confidence = true, a.Kind, a.Plan, a.Confidence
		}
		out.Values = append(out.Values, a.Values...)
		out.Citations = append(out.Citations, a.Citations...)
		out.Nearest = append(out.Nearest, a.Nearest...)
		for _, l := range a.Leads {
			out.Leads = add(out.Leads, l)
		}
	}
	out.Citations = dedupe(out.Citations)
	out.Nearest = out.Nearest[:min(3, len(out.Nearest))]
	out.Headline = strings.Join(said, " ")
	out.Text = out.Headline + "\n\n" + strings.Join(texts, "\n\n")
	if out.Kind == KindTasks || out.Kind == KindList {
		out.Kind = KindClause // a count of several lists means nothing
	}
	out.Citations = slices.Clone(out.Citations)
	return out
}
