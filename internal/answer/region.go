package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// foreign returns a region or water that the question names and that no plan
// in scope is about or speaks of. What a plan does not name, it says nothing
// about, however well the other words fit.
func (c *composer) foreign() (string, bool) {
	text := fold.String(c.q.Text)
	for _, m := range corpus.Gazetteer().Find(text) {
		if !c.wordBoundary(text, m) || c.speaksOf(m) || len(c.engine.plans) > 1 && c.engine.ofRegion(m.Region) != nil {
			continue
		}
		c.explain("方案没有提到的地方:%s", m.Name)
		return m.Name, true
	}
	return "", false
}

// speaksOf reports whether a plan in scope is about the place or names it.
func (c *composer) speaksOf(m corpus.Mention) bool {
	return slices.ContainsFunc(c.scope, func(i int) bool {
		p := c.engine.plans[i]
		card := p.Card.Region + p.Card.Title
		return strings.Contains(card, m.Name) || strings.Contains(card, m.Region.Name) ||
			strings.Contains(p.Text, m.Region.Short) || strings.Contains(p.Text, m.Name)
	})
}

// wordBoundary reports whether a short name is no part of another word: what
// stands before it must not join it to a word that a plan has.
func (c *composer) wordBoundary(text string, m corpus.Mention) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:m.Start])
	after, _ := utf8.DecodeRuneInString(text[m.Start+len(m.Name):])
	first, _ := utf8.DecodeRuneInString(m.Name)
	last, _ := utf8.DecodeLastRuneInString(m.Name)
	known := c.engine.match.known
	if first == '天' && strings.ContainsRune("一二两三四五六七八九十几半每今明昨前后", before) && m.Name == m.Region.Short {
		return false // 停了两天水
	}
	return !known(before, first) && !(m.Name == m.Region.Short && known(last, after))
}

// rightPlace turns an answer down whose clauses do not speak of the city or
// county that the question names: what holds for 辽源 says nothing of 松原.
func (c *composer) rightPlace(a *Answer) *Answer {
	switch c.q.Ask {
	case question.AskLead, question.AskTarget, question.AskDeadline, question.AskClause:
	default:
		return a
	}
	if !a.Found || len(a.Citations) == 0 || c.q.YesNo || c.q.Items != nil || len(c.q.Plans) > 0 {
		return a
	}
	text := fold.String(c.q.Text)
	for _, m := range corpus.Gazetteer().Find(text) {
		if m.Region.Level != corpus.LevelCity && m.Region.Level != corpus.LevelCounty || !c.wordBoundary(text, m) {
			continue
		}
		said := slices.ContainsFunc(a.Citations, func(x Citation) bool { return strings.Contains(x.Quote, m.Region.Short) })
		if said || strings.Contains(c.plan().Card.Region, m.Region.Name) {
			continue
		}
		none := &Answer{Kind: KindNone, Plan: a.Plan, Headline: "方案没有写" + m.Name + "的这项内容。", Nearest: a.Citations[:min(3, len(a.Citations))]}
		c.body(none)
		return none
	}
	return a
}

// rightBound turns an answer down whose clauses speak of other sizes than the
// question: 65蒸吨以上 says nothing of what is below, 1000平方公里 nothing of 500.
func (c *composer) rightBound(a *Answer) *Answer {
	if !a.Found || len(a.Citations) == 0 || c.q.YesNo || c.q.Items != nil || c.q.Ask != question.AskLead {
		return a
	}
	cited := ""
	for _, x := range a.Citations {
		cited += fold.String(x.Quote) + "\n"
	}
	for _, m := range sizeForm.FindAllStringSubmatch(fold.String(c.q.Text), -1) {
		number, bound := m[1], m[3]
		i := strings.Index(cited, number)
		if i < 0 && len(number) < 2 {
			continue
		}
		said := i >= 0
		if said && bound != "" {
			after := []rune(cited[i:])
			other := map[string]string{"以下": "以上", "以上": "以下"}[bound]
			near := string(after[:min(len(after), 16)])
			said = !(strings.Contains(near, other) && !strings.Contains(near, bound))
		}
		if !said {
			none := &Answer{Kind: KindNone, Plan: a.Plan, Headline: "方案没有写" + m[0] + "的这项内容。", Nearest: a.Citations[:min(3, len(a.Citations))]}
			c.body(none)
			return none
		}
	}
	return a
}

// sizeForm is a size with its unit and bound.
var sizeForm = regexp.MustCompile(`(\d+(?:\.\d+)?)(蒸吨|平方公里|公里|万亩|亩|吨|公顷|万元|亿元|%)(?:/小时)?(以上|以下)?`)
