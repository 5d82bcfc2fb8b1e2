package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// perPlan answers a question that names several plans: of each plan what it
// says, and for a comparison which is more.
func (c *composer) perPlan() *Answer {
	if len(c.q.Plans) < 2 {
		return nil
	}
	switch c.q.Ask {
	case question.AskCompare, question.AskTarget, question.AskLead, question.AskDeadline, question.AskList, question.AskPlace, question.AskClause:
	default:
		return nil
	}
	var said, leads []string
	var cites []Citation
	var values []Value
	var found []int // plans with an answer
	for _, i := range c.scope {
		a := c.of(i)
		title := "《" + c.engine.plans[i].Card.Title + "》"
		if !a.Found {
			said = append(said, title+"没有写")
			continue
		}
		found = append(found, i)
		said = append(said, title+":"+strings.TrimSuffix(a.Headline, "。"))
		cites = append(cites, a.Citations...)
		values = append(values, a.Values...)
		for _, l := range a.Leads {
			leads = add(leads, l)
		}
	}
	if found == nil {
		return c.none("这几个方案都没有写。", nil)
	}
	head := strings.Join(said, ";") + "。"
	if c.q.Most == "more" && len(found) == 2 && len(values) == 2 {
		if w := c.more(found, values); w != "" {
			head = w + head
		}
	}
	a := c.done(KindCompare, head, cites, 0.85)
	a.Leads, a.Values = leads, values
	return a
}

// of answers the question from plan i alone.
func (c *composer) of(i int) *Answer {
	q := c.q
	q.Plans, q.Each, q.Same, q.Parts = []string{c.engine.plans[i].ID}, false, false, nil
	if q.Ask == question.AskCompare || q.Most == "more" || q.Ask == question.AskDeadline && (q.HowMuch || q.Goal) {
		q.Ask = question.AskLead
		if q.Money || q.HowMuch || q.Goal || q.Most != "" {
			q.Ask, q.HowMuch, q.Goal = question.AskTarget, true, false
		}
	}
	if q.Most == "more" {
		q.Most = "most"
	}
	one := &composer{engine: c.engine, ctx: c.ctx, req: c.req, q: q, retried: c.retried}
	a := one.answer()
	c.steps = append(c.steps, one.steps...)
	return a
}

// more says which of two plans has the higher value.
func (c *composer) more(plans []int, values []Value) string {
	a, b := amount(values[0].Text), amount(values[1].Text)
	switch {
	case a == 0 || b == 0:
		return ""
	case a > b:
		return c.regionName(plans[0]) + "更高:"
	case a < b:
		return c.regionName(plans[1]) + "更高:"
	}
	return "一样高:"
}

// regionName is what people call the region of a plan.
func (c *composer) regionName(i int) string {
	region := c.engine.plans[i].Card.Region
	if j := strings.LastIndexAny(strings.TrimRight(region, "市区县省"), "省市"); j >= 0 {
		region = region[j+len("省"):]
	}
	if region == "" {
		return "《" + c.engine.plans[i].Card.Title + "》"
	}
	return region
}

// amount is the number that a value begins with, 万 and 亿 counted in.
func amount(s string) float64 {
	s = fold.String(s)
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return 0
	}
	var f float64
	_, _ = fmt.Sscanf(s[i:], "%g", &f)
	switch rest := strings.TrimLeft(s[i:], "0123456789."); {
	case strings.HasPrefix(rest, "万"):
		f *= 1e4
	case strings.HasPrefix(rest, "亿"):
		f *= 1e8
	}
	return f
}

// whichPlans answers which of several plans say something: each with the
// clause that says it.
func (c *composer) whichPlans() *Answer {
	if !c.several() || len(c.q.Plans) == 1 {
		return nil
	}
	t := c.pick(c.q.Topic, anyUnit)
	if !t.found {
		return nil
	}
	var names []string
	var cites []Citation
	for _, i := range c.scope {
		one := &composer{engine: c.engine, ctx: c.ctx, req: c.req, q: c.q, scope: []int{i}}
		p := one.pick(c.q.Topic, anyUnit)
		if !p.found || p.ranked[0].cover < max(t.ranked[0].cover-0.2, enough) {
			continue
		}
		names = add(names, c.regionName(i))
		cites = append(cites, c.citeUnit(p.kept[0].unit))
	}
	if len(names) == 0 {
		return nil
	}
	a := c.done(KindList, fmt.Sprintf("有%d个方案写到:%s。", len(cites), strings.Join(names, "、")), cites, t.ranked[0].cover)
	a.Citations = slices.Clone(a.Citations)
	n := len(a.Citations)
	a.Count = &n
	return a
}
