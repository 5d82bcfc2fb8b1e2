package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// byPlace lists what the plan has for a place, when the question names a place
// of the plan and asks for tasks or nothing more.
func (c *composer) byPlace() *Answer {
	name, rest := c.placeAsked()
	if name == "" || rest >= 1 {
		return nil
	}
	var kept []evidence
	for u, un := range c.engine.match.units {
		if !c.inScope(un.plan) {
			continue
		}
		p := c.engine.plans[un.plan]
		if un.target >= 0 {
			t := &p.Targets[un.target]
			if slices.ContainsFunc(t.Places, func(x string) bool { return placeStem(x) == name }) {
				kept = append(kept, evidence{unit: u, cover: 1, own: 1})
			}
			continue
		}
		cl := &p.Clauses[un.clause]
		inner := slices.ContainsFunc(p.Targets, func(t corpus.Target) bool {
			return t.Clause == un.clause && slices.ContainsFunc(t.Places, func(x string) bool { return placeStem(x) == name })
		})
		named := slices.ContainsFunc(cl.Places, func(x corpus.Place) bool { return placeStem(x.Name) == name })
		// Longer names are told from others' parts: 长白山人参 is of the place too.
		within := len([]rune(name)) >= 3 && strings.Contains(un.own, name)
		if !inner && (named || within) {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if len(c.q.Years) > 0 {
		kept = slices.DeleteFunc(kept, func(e evidence) bool {
			_, t, ok := c.targetOf(e.unit)
			return !ok || !slices.Contains(c.q.Years, t.Deadline)
		})
	}
	if len(kept) == 0 {
		return nil
	}
	slices.SortFunc(kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	return c.placeCards(name, kept)
}

// placeAsked returns the stem of the place of the plan that the question
// names, and how much content it has beside.
func (c *composer) placeAsked() (stem string, rest float64) {
	text := c.q.Topic
	for _, i := range c.scope {
		for _, s := range c.engine.places[i] {
			if len(s) > len(stem) && strings.Contains(text, s) {
				stem = s
			}
		}
	}
	if stem == "" {
		return "", 0
	}
	left := text
	for _, suffix := range []string{"市", "州", "县", "区", "朝鲜族自治州", "沿线", "流域", ""} {
		left = strings.ReplaceAll(left, stem+suffix, " ")
	}
	return stem, c.engine.match.topic(c.engine.reader, left).content
}

// placeLeads answers what a place leads (长春市牵头几项任务), where no plan
// names it as a lead agency: the tasks that name it are others'.
func (c *composer) placeLeads() *Answer {
	if len(c.q.Agencies) > 0 || !c.q.Tasks || !c.q.WantLead || strings.Contains(c.q.Text, "牵头单位") {
		return nil
	}
	name, beside := c.placeAsked()
	if name == "" || beside >= 1 {
		return nil
	}
	for _, i := range c.scope {
		for _, cl := range c.engine.plans[i].Clauses {
			if slices.ContainsFunc(cl.Leads, func(l string) bool { return strings.Contains(l, name) }) {
				return nil
			}
		}
	}
	for _, suffix := range []string{"", "市", "州", "县", "区"} {
		if written := name + suffix; strings.Contains(fold.String(c.q.Text), written+"牵头") {
			near := c.pick(c.q.Topic, anyUnit).ranked
			return c.none(fmt.Sprintf("方案里没有%s牵头的工作:全文的牵头单位中没有它。", written), near)
		}
	}
	return nil
}

func (c *composer) placeCards(name string, kept []evidence) *Answer {
	var said, leads []string
	var cites []Citation
	var values []Value
	for _, e := range kept {
		plan, t, ok := c.targetOf(e.unit)
		if ok {
			s := sayTarget(t)
			if t.Clause >= 0 {
				cl := &plan.Clauses[t.Clause]
				s += "(" + join(cl.Leads) + "牵头)"
				leads = append(leads, cl.Leads...)
			}
			said = append(said, s)
			values = append(values, value(t))
			if t.Clause >= 0 {
				cites = append(cites, c.citeClause(plan, t.Clause))
			} else {
				cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
			}
			continue
		}
		_, cl, _ := c.clauseOf(e.unit)
		said = append(said, fmt.Sprintf("「%s」(%s牵头)", shortOf(plan, cl), join(cl.Leads)))
		leads = append(leads, cl.Leads...)
		cites = append(cites, c.citeUnit(e.unit))
	}
	slices.Sort(leads)
	cites = dedupe(cites)
	a := c.done(KindPlace, fmt.Sprintf("方案点名%s的有%d处:%s。", name, len(cites), strings.Join(firsts(said, 8), ";")), cites, 0.95)
	a.Leads = slices.Compact(leads)
	a.Values = values
	n := len(a.Citations)
	a.Count = &n
	return a
}
