package answer

import (
	"fmt"
	"slices"
	"strings"
)

// deadline answers by when.
func (c *composer) deadline() *Answer {
	t := c.carried(c.pickTarget(c.q.Topic))
	cl := c.carried(c.pick(c.q.Topic, isClause))
	if c.q.Context != "" {
		if x := c.targetStory(t); x.found {
			t = x
		}
		if x := c.story(isClause); x.found && !t.found {
			cl = x
		}
	}
	nearer := cl.found && (!t.found || cl.ranked[0].cover > t.ranked[0].cover+0.05)
	if nearer {
		if a := c.clauseDeadlines(cl); a != nil {
			return a
		}
	}
	if t.found && !nearer {
		return c.targetDeadline(t)
	}
	if cl.found {
		plan, _, _ := c.clauseOf(cl.kept[0].unit)
		near := c.citeUnit(cl.kept[0].unit)
		a := c.none(fmt.Sprintf("方案没有写「%s」的完成期限。", c.about(cl.topic, cl.kept[0].unit)), nil)
		a.Plan = plan.ID
		a.Nearest = []Citation{near}
		c.body(a)
		return a
	}
	if strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查哪项工作的期限?请写出工作的名称。", c.starters())
	}
	return c.none(fmt.Sprintf("方案里没有找到「%s」的期限。", strings.Join(strings.Fields(c.q.Topic), "")), merge(t.ranked, cl.ranked))
}

// targetDeadline says by when the kept targets are due.
func (c *composer) targetDeadline(p pick) *Answer {
	kept := c.samePlace(p.kept)
	var said []string
	var cites []Citation
	var values []Value
	for _, e := range kept {
		plan, t, _ := c.targetOf(e.unit)
		if t.Deadline == "" {
			continue
		}
		v := t.Value
		if v == "" {
			v = t.Wording
		}
		said = append(said, fmt.Sprintf("%s:%s(%s)", t.Indicator, t.DeadlineWording, v))
		values = append(values, value(t))
		cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
	}
	if said == nil {
		plan, t, _ := c.targetOf(kept[0].unit)
		return c.done(KindDeadline, fmt.Sprintf("方案没有为「%s」写明期限。", t.Indicator), []Citation{c.citeTarget(plan, c.engine.match.units[kept[0].unit].target)}, 0.6)
	}
	head := strings.Join(said, ";") + "。"
	if c.q.YesNo && len(c.q.Years) > 0 {
		if slices.ContainsFunc(values, func(v Value) bool { return slices.Contains(c.q.Years, v.Deadline) }) {
			head = "是的," + head
		} else {
			head = fmt.Sprintf("不是%s年,%s", strings.Join(c.q.Years, "、"), head)
		}
	}
	if _, t, _ := c.targetOf(kept[0].unit); len(said) == 1 && t.Unit != "" && c.otherNumber(t) && strings.HasSuffix(c.q.Numbers[0], t.Unit) {
		head = fmt.Sprintf("不是%s,%s", strings.Join(c.q.Numbers, "、"), head)
	}
	a := c.done(KindDeadline, head, cites, p.ranked[0].cover)
	a.Values = values
	c.body(a)
	return a
}

// clauseDeadlines says the deadlines in a clause: of the places that the
// question names, else all.
func (c *composer) clauseDeadlines(p pick) *Answer {
	e := p.kept[0]
	plan, cl, _ := c.clauseOf(e.unit)
	idx := c.engine.match.units[e.unit].clause
	var in []evidence
	for u, x := range c.engine.match.units {
		if x.plan == c.engine.match.units[e.unit].plan && x.target >= 0 && plan.Targets[x.target].Clause == idx && plan.Targets[x.target].Deadline != "" {
			in = append(in, evidence{unit: u, cover: e.cover})
		}
	}
	if in != nil {
		return c.targetDeadline(pick{topic: p.topic, kept: in, ranked: in, found: true})
	}
	if len(cl.Deadlines) == 0 {
		return nil
	}
	var said []string
	for _, d := range cl.Deadlines {
		said = append(said, d.Wording)
	}
	return c.done(KindDeadline, fmt.Sprintf("「%s」:%s。", c.about(p.topic, e.unit), strings.Join(said, "、")), []Citation{c.citeUnit(e.unit)}, e.cover)
}
