package answer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/question"
)

// A composer answers one question.
type composer struct {
	engine *Engine
	ctx    context.Context
	req    Request
	q      question.Question
	scope  []int // indexes of the plans to answer from
	steps  []string
	ranks  map[string]ranking // by topic text

	retried bool // the question is respelled already
	strict  bool // figures are compared: each must be of the topic itself
	inner   bool // one plan of several is asked
	quiet   bool // no questions are offered: this one is asked to find some
}

// explain notes a step for `wence ask --explain`.
func (c *composer) explain(format string, args ...any) {
	if c.req.Explain {
		c.steps = append(c.steps, fmt.Sprintf(format, args...))
	}
}

func (c *composer) inScope(plan int) bool { return slices.Contains(c.scope, plan) }

// plan returns the first plan in scope.
func (c *composer) plan() *corpus.Plan { return c.engine.plans[c.scope[0]] }

// cite quotes span of p as item id.
func (c *composer) cite(p *corpus.Plan, id, label string, span corpus.Span) Citation {
	quote := span.In(p.Text)
	sum := sha256.Sum256([]byte(quote))
	return Citation{
		Plan: p.ID, ID: id, Label: label, Quote: quote, Start: span.Start, End: span.End,
		URL: "/p/" + p.ID + "/" + id + "?v=" + hex.EncodeToString(sum[:4]),
	}
}

// citeClause quotes a clause with its mark, or the whole sentence that it
// shares with others.
func (c *composer) citeClause(p *corpus.Plan, i int) Citation {
	cl := &p.Clauses[i]
	span := cl.Quote
	switch {
	case !cl.Sentence.Empty():
		span = cl.Sentence
	case !cl.Mark.Empty() && cl.Mark.Start >= span.End && cl.Mark.Start-span.End < 12:
		span.End = cl.Mark.End
	}
	return c.cite(p, cl.ID, p.Sections[cl.Section].Label, span)
}

// citeTarget quotes the sentence of a target.
func (c *composer) citeTarget(p *corpus.Plan, i int) Citation {
	t := &p.Targets[i]
	return c.cite(p, t.ID, p.Sections[t.Section].Label, trimStop(p.Text, t.Sentence))
}

// citeSection quotes a heading.
func (c *composer) citeSection(p *corpus.Plan, i int) Citation {
	s := &p.Sections[i]
	return c.cite(p, s.ID, s.Label, s.Heading)
}

func trimStop(text string, s corpus.Span) corpus.Span {
	for _, stop := range []string{"。", ".", "；", ";"} {
		if strings.HasSuffix(s.In(text), stop) {
			s.End -= len(stop)
			return s
		}
	}
	return s
}

// dedupe drops citations of bytes that are quoted already.
func dedupe(cs []Citation) []Citation {
	var out []Citation
	for _, x := range cs {
		if !slices.ContainsFunc(out, func(y Citation) bool { return x.Plan == y.Plan && x.Start == y.Start && x.End == y.End }) {
			out = append(out, x)
		}
	}
	return out
}

// body writes the text of an answer: headline, then each quote with its
// source.
func (c *composer) body(a *Answer) {
	var b strings.Builder
	b.WriteString(a.Headline)
	for i, x := range a.Citations {
		b.WriteString("\n\n")
		if len(a.Citations) > 1 {
			fmt.Fprintf(&b, "%d. ", i+1)
		}
		fmt.Fprintf(&b, "「%s」\n——%s", x.Quote, c.source(x))
	}
	a.Notes = nil
	for _, v := range a.Values {
		if v.Deadline != "" && !c.req.Today.IsZero() && v.Deadline < itoa(c.req.Today.Year()) {
			a.Notes = append(a.Notes, fmt.Sprintf("「%s」的期限是%s年(已过期限)。", v.Indicator, v.Deadline))
		}
	}
	for _, n := range a.Notes {
		b.WriteString("\n\n" + n)
	}
	if len(a.Nearest) > 0 {
		b.WriteString("\n\n相近的条款(不是答案):")
		for _, x := range a.Nearest {
			fmt.Fprintf(&b, "\n· 「%s」——%s", x.Quote, c.source(x))
		}
	}
	if len(a.Suggest) > 0 && a.Kind == KindClarify {
		for _, s := range a.Suggest {
			b.WriteString("\n· " + s)
		}
	}
	if c.q.Cut {
		a.Notes = append(a.Notes, cutNote)
		b.WriteString("\n\n" + cutNote)
	}
	a.Text = b.String()
}

// cutNote says that a message was longer than what is read.
const cutNote = "(消息太长,只读了前4000字。)"

// source names where a quote stands.
func (c *composer) source(x Citation) string {
	title := ""
	for _, p := range c.engine.plans {
		if p.ID == x.Plan {
			title = "《" + p.Card.Title + "》"
		}
	}
	return title + x.Label + "(" + x.ID + ")"
}

// done makes an answer that was found.
func (c *composer) done(kind Kind, headline string, cites []Citation, confidence float64) *Answer {
	a := &Answer{Kind: kind, Found: true, Headline: headline, Citations: dedupe(cites), Confidence: confidence}
	if len(cites) > 0 {
		a.Plan = cites[0].Plan
	} else if len(c.scope) == 1 {
		a.Plan = c.plan().ID
	}
	c.body(a)
	return a
}

// none abstains, with what comes nearest.
func (c *composer) none(headline string, near []evidence) *Answer {
	a := &Answer{Kind: KindNone, Headline: headline}
	if len(c.scope) == 1 {
		a.Plan = c.plan().ID
	}
	for _, e := range near {
		if len(a.Nearest) < 3 && e.cover >= 0.25 {
			a.Nearest = dedupe(append(a.Nearest, c.citeUnit(e.unit)))
		}
	}
	c.body(a)
	return a
}

func (c *composer) citeUnit(u int) Citation {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	if un.clause >= 0 {
		return c.citeClause(p, un.clause)
	}
	return c.citeTarget(p, un.target)
}

// clarify asks back with choices.
func (c *composer) clarify(headline string, choices []string) *Answer {
	a := &Answer{Kind: KindClarify, Headline: headline, Suggest: choices}
	c.body(a)
	return a
}

// clauseOf returns the plan and clause of a unit, ok false for a target.
func (c *composer) clauseOf(u int) (*corpus.Plan, *corpus.Clause, bool) {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	if un.clause < 0 {
		return p, nil, false
	}
	return p, &p.Clauses[un.clause], true
}

// targetOf returns the plan and target of a unit, ok false for a clause.
func (c *composer) targetOf(u int) (*corpus.Plan, *corpus.Target, bool) {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	if un.target < 0 {
		return p, nil, false
	}
	return p, &p.Targets[un.target], true
}

// planName returns what plan p calls an agency of the lexicon. Level counts:
// 省财政厅 and 市财政局 are two.
func (e *Engine) planName(p *corpus.Plan, name string) (string, bool) {
	names := e.aliases(name)
	for _, u := range units(p) {
		if slices.Contains(names, u) {
			return u, true
		}
	}
	for _, u := range units(p) {
		if slices.Contains(names, bareUnit(u)) {
			return u, true
		}
	}
	for _, u := range units(p) {
		if slices.ContainsFunc(unitNames(u), func(n string) bool { return slices.Contains(names, n) }) {
			return u, true
		}
	}
	return "", false
}

// agencyName returns what plan p calls an agency that a question names.
func (e *Engine) agencyName(p *corpus.Plan, a question.Agency) (string, bool) {
	if a.Local {
		all := units(p)
		i := slices.IndexFunc(all, func(u string) bool { return u == a.Written })
		if i < 0 {
			i = slices.IndexFunc(all, func(u string) bool { return slices.Contains(unitNames(u), a.Written) })
		}
		if i < 0 {
			return "", false
		}
		return all[i], true
	}
	u, ok := e.planName(p, a.Name)
	if ok && strings.HasPrefix(a.Written, "省") && strings.HasPrefix(u, "市") {
		return "", false
	}
	return u, ok
}

// aliases returns all names of an agency of the lexicon.
func (e *Engine) aliases(name string) []string {
	for _, a := range e.lex.Agencies {
		if a.Name == name {
			return append([]string{a.Name, a.Full}, a.Aliases...)
		}
	}
	return []string{name}
}

// bareUnit drops the level in front of a unit's name: 省, 市.
func bareUnit(u string) string {
	for _, p := range []string{"省", "市", "区", "县"} {
		if s, ok := strings.CutPrefix(u, p); ok {
			return s
		}
	}
	return u
}

// units returns the units that p names in marks, in the order of the text.
func units(p *corpus.Plan) []string {
	var out []string
	for i := range p.Clauses {
		for _, l := range [][]string{p.Clauses[i].Leads, p.Clauses[i].Responsible, p.Clauses[i].Support} {
			for _, u := range l {
				if !slices.Contains(out, u) {
					out = append(out, u)
				}
			}
		}
	}
	return out
}

// about says what a clause is about: the part of it that explains most of the
// topic, in the plan's words.
func (c *composer) about(t *topic, u int) string {
	p, cl, ok := c.clauseOf(u)
	if !ok {
		_, tg, _ := c.targetOf(u)
		return tg.Indicator
	}
	best, score := "", -1.0
	for part := range strings.FieldsFuncSeq(cl.Quote.In(p.Text), func(r rune) bool { return strings.ContainsRune("，,。;；", r) }) {
		part = strings.TrimSpace(part)
		if s := c.engine.match.partCover(t, part); s > score+1e-9 && part != "" {
			best, score = part, s
		}
	}
	if !cl.Sentence.Empty() && !cl.Head.Empty() {
		head := cl.Head.In(p.Text)
		if i := strings.LastIndexAny(head, "，,"); i >= 0 {
			head = strings.TrimLeft(head[i:], "，,")
		}
		if strings.HasSuffix(head, "将") {
			return best
		}
		return head + best
	}
	return best
}
