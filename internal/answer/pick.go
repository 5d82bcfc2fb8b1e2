package answer

import (
	"slices"
	"strings"
	"unicode"
)

// A pick is what was chosen for one topic.
type pick struct {
	topic   *topic
	kept    []evidence // all that fit equally well, in the order of rank
	ranked  []evidence
	missing []string // content words that nothing kept explains
	found   bool
}

// How much of a topic must be explained.
const (
	enough   = 0.60 // of the weight, to answer at all
	sameFit  = 0.07 // within this of the best, a unit fits as well
	clearFit = 0.90 // fits without doubt
)

// pick chooses the units that answer a topic.
func (c *composer) pick(text string, want func(unit) bool) pick {
	m := c.engine.match
	t := m.topic(c.engine.reader, text)
	p := pick{topic: t}
	if len(t.text) == 0 || t.total == 0 {
		return p
	}
	p.ranked = m.rank(t, c.search(t, want))
	if len(p.ranked) == 0 {
		p.missing = []string{text}
		return p
	}
	best := p.ranked[0]
	for _, e := range p.ranked[:min(3, len(p.ranked))] {
		c.explain("比对“%s”:%s 覆盖%.2f 本条%.2f 连续%d 未解释%v", text, c.unitID(e.unit), e.cover, e.own, e.run, e.missing)
	}
	p.missing = best.missing
	p.found = best.cover >= enough && !best.must && !c.hard(best.missing)
	top := best.score(t)
	for _, e := range p.ranked {
		if e.score(t) >= top-sameFit && e.cover >= best.cover-sameFit && !e.must {
			p.kept = append(p.kept, e)
		}
	}
	return p
}

func (c *composer) unitID(u int) string {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	if un.clause >= 0 {
		return p.ID + "/" + p.Clauses[un.clause].ID
	}
	return p.ID + "/" + p.Targets[un.target].ID
}

// hard reports whether one of the unexplained words is of a sort that changes
// what is asked: a place, a Latin word, or a word that the plan uses elsewhere.
func (c *composer) hard(missing []string) bool {
	for _, w := range missing {
		rs := []rune(w)
		if len(rs) < 2 {
			continue
		}
		if strings.ContainsRune("江河湖山岛省市县州区镇乡村", rs[len(rs)-1]) && len(rs) <= 5 {
			c.explain("“%s”像地名,条款里没有", w)
			return true
		}
		if unicode.Is(unicode.Latin, rs[0]) && len(rs) > 2 {
			c.explain("“%s”条款里没有", w)
			return true
		}
		known := true
		for i := 0; i+1 < len(rs); i++ {
			known = known && c.engine.match.known(rs[i], rs[i+1])
		}
		if known {
			c.explain("“%s”方案别处有,这一条没有", w)
			return true
		}
	}
	return false
}

// leads returns the lead agencies of the kept clauses, each once.
func (c *composer) leads(kept []evidence) []string {
	var out []string
	for _, e := range kept {
		if _, cl, ok := c.clauseOf(e.unit); ok {
			for _, l := range cl.Leads {
				if !slices.Contains(out, l) {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

// narrow drops units that fit worse by their own words, then by the length of
// what they share with the topic, as long as their leads differ.
func (c *composer) narrow(p pick) []evidence {
	kept := p.kept
	for _, better := range []func(a, b evidence) bool{
		func(a, b evidence) bool { return a.own > b.own+0.03 },
		func(a, b evidence) bool { return a.run > b.run },
		func(a, b evidence) bool { return a.score(p.topic) > b.score(p.topic)+0.015 },
	} {
		if len(c.leads(kept)) <= 1 {
			return kept
		}
		best := kept[0]
		for _, e := range kept[1:] {
			if better(e, best) {
				best = e
			}
		}
		kept = slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool { return better(best, e) })
	}
	return kept
}

func wantLeads(c *composer) func(unit) bool {
	return func(u unit) bool {
		return u.clause >= 0 && !c.engine.plans[u.plan].Clauses[u.clause].Mark.Empty()
	}
}
