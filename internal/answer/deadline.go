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
	a := c.done(KindDeadline, c.overdue(values)+head+c.remaining(values), cites, p.ranked[0].cover)
	a.Values = values
	c.body(a)
	return a
}

// overdue answers 到期了吗 by the date of the question: a deadline is the end of
// its year.
func (c *composer) overdue(values []Value) string {
	if !strings.Contains(c.q.Relative, "期") || c.req.Today.IsZero() {
		return ""
	}
	year := itoa(c.req.Today.Year())
	past := 0
	for _, v := range values {
		if v.Deadline < year {
			past++
		}
	}
	switch past {
	case 0:
		return "还没有到期,"
	case len(values):
		return "已过期限,"
	}
	return "一部分已过期限,"
}

// remaining says how long it is to the end of the year of the deadlines, when
// that is asked for.
func (c *composer) remaining(values []Value) string {
	today := c.req.Today
	if !strings.Contains(c.q.Relative, "剩") && c.q.Relative != "还有多久" || today.IsZero() {
		return ""
	}
	last := slices.MaxFunc(values, func(a, b Value) int { return strings.Compare(a.Deadline, b.Deadline) }).Deadline
	months := (int(decimal(last))-today.Year())*12 + 12 - int(today.Month())
	switch {
	case months < 0:
		return fmt.Sprintf("按%s计,%s年底已经过去。", today.Format("2006年1月"), last)
	case months == 0:
		return fmt.Sprintf("按%s计,离%s年底不到1个月。", today.Format("2006年1月"), last)
	}
	return fmt.Sprintf("按%s计,离%s年底还有约%d个月。", today.Format("2006年1月"), last, months)
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
