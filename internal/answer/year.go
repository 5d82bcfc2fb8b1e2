package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// byYear lists what is due in the years asked for.
func (c *composer) byYear() *Answer {
	years := c.years()
	if strings.Contains(c.q.Relative, "期") && !strings.HasPrefix(c.q.Relative, "最") {
		if years = c.past(); years == nil {
			return c.none("方案写明的期限都还没有到期。"+c.otherYears(), nil)
		}
	}
	if years == nil {
		return c.clarify("想查哪一年的?请写出年份,比如2025年。", c.starters())
	}
	strict := strings.Contains(fold.String(c.q.Text), "底前") || strings.Contains(fold.String(c.q.Text), "底以前")
	var cites []Citation
	var said []string
	var values []Value
	for _, i := range c.scope {
		p := c.engine.plans[i]
		for j := range p.Targets {
			t := &p.Targets[j]
			if !slices.Contains(years, t.Deadline) || !c.ledBy(p, t) {
				continue
			}
			if strict && !strings.Contains(t.DeadlineWording, "底") && c.anyStrict(years) {
				continue
			}
			said = append(said, sayTarget(t))
			values = append(values, value(t))
			cites = append(cites, c.citeDue(p, j))
		}
		for j := range p.Clauses {
			cl := &p.Clauses[j]
			for _, d := range cl.Deadlines {
				if slices.Contains(years, d.Year) && !targetAt(p, d.At) {
					said = append(said, d.Wording+":"+shortOf(p, cl))
					cites = append(cites, c.citeClause(p, j))
				}
			}
		}
	}
	cites = dedupe(cites)
	label := strings.Join(years, "、")
	if len(cites) == 0 {
		return c.none(fmt.Sprintf("方案里没有写明%s年到期的目标或任务。%s", label, c.otherYears()), nil)
	}
	a := c.done(KindList, fmt.Sprintf("方案写明%s年的有%d处:%s。", label, len(cites), strings.Join(firsts(said, 12), ";")), cites, 0.95)
	a.Values = values
	n := len(a.Citations)
	a.Count = &n
	return a
}

// citeDue quotes the sentence of a target with its deadline. Where the year
// stands in the sentence before, both are quoted.
func (c *composer) citeDue(p *corpus.Plan, i int) Citation {
	t := &p.Targets[i]
	span := t.Sentence
	if !t.DeadlineAt.Empty() && t.DeadlineAt.Start < span.Start {
		span.Start = t.DeadlineAt.Start
	}
	return c.cite(p, t.ID, p.Sections[t.Section].Label, trimStop(p.Text, span))
}

// ledBy reports whether the agencies of the question lead the clause of a
// target, or the question names none.
func (c *composer) ledBy(p *corpus.Plan, t *corpus.Target) bool {
	if len(c.q.Agencies) == 0 {
		return true
	}
	if t.Clause < 0 {
		return false
	}
	name, _ := c.engine.agencyName(p, c.q.Agencies[0])
	return slices.Contains(p.Clauses[t.Clause].Leads, name)
}

// anyStrict reports whether some target of the years is due at a year's end.
func (c *composer) anyStrict(years []string) bool {
	for _, i := range c.scope {
		for _, t := range c.engine.plans[i].Targets {
			if slices.Contains(years, t.Deadline) && strings.Contains(t.DeadlineWording, "底") {
				return true
			}
		}
	}
	return false
}

// targetAt reports whether a target's deadline stands at s.
func targetAt(p *corpus.Plan, s corpus.Span) bool {
	return slices.ContainsFunc(p.Targets, func(t corpus.Target) bool { return t.DeadlineAt.Overlaps(s) })
}

// years returns the years asked for, relative ones resolved.
func (c *composer) years() []string {
	if len(c.q.Years) > 0 {
		return c.q.Years
	}
	if strings.HasPrefix(c.q.Relative, "最") {
		all := c.deadlineYears()
		if len(all) == 0 {
			return nil
		}
		if strings.HasPrefix(c.q.Relative, "最先") || strings.HasPrefix(c.q.Relative, "最早") {
			return all[:1]
		}
		return all[len(all)-1:]
	}
	if c.req.Today.IsZero() {
		return nil
	}
	y := c.req.Today.Year()
	switch {
	case strings.Contains(c.q.Relative, "明年"), c.q.Relative == "下一年":
		y++
	case strings.Contains(c.q.Relative, "后年"):
		y += 2
	case strings.Contains(c.q.Relative, "去年"):
		y--
	}
	return []string{itoa(y)}
}

// past returns the years of deadlines that have passed by today: a deadline is
// the end of its year.
func (c *composer) past() []string {
	if c.req.Today.IsZero() {
		return nil
	}
	today := itoa(c.req.Today.Year())
	return slices.DeleteFunc(c.deadlineYears(), func(y string) bool { return y >= today })
}

// otherYears says which years the plan names.
func (c *composer) otherYears() string {
	all := c.deadlineYears()
	if len(all) == 0 {
		return ""
	}
	return "写明的年份是" + strings.Join(all, "、") + "。"
}

// deadlineYears returns the years of all deadlines in scope, in order.
func (c *composer) deadlineYears() []string {
	var out []string
	for _, i := range c.scope {
		for _, t := range c.engine.plans[i].Targets {
			if t.Deadline != "" && !slices.Contains(out, t.Deadline) {
				out = append(out, t.Deadline)
			}
		}
	}
	slices.Sort(out)
	return out
}
