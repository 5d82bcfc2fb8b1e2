package answer

import (
	"fmt"
	"slices"
	"strings"
)

// hasContent reports whether the topic has a content word.
func (c *composer) hasContent() bool {
	return c.engine.match.topic(c.engine.reader, c.q.Topic).content >= 1
}

// list lists everything about a topic, or due in a year.
func (c *composer) list() *Answer {
	if !c.hasContent() && (len(c.q.Years) > 0 || c.q.Relative != "") {
		return c.byYear()
	}
	if !c.hasContent() && len(c.q.Plans) == 1 && len(c.q.Numbers)+len(c.q.Absent)+len(c.q.Agencies) == 0 {
		return c.planOverview()
	}
	if a := c.documents(); a != nil {
		return a
	}
	p := c.pick(c.q.Topic, anyUnit)
	if r, ok := c.reduced(p); ok {
		return c.cards(r, KindList)
	}
	if len(c.q.Parts) >= 2 && (!p.found || p.ranked[0].cover < clearFit) {
		if u, ok := c.union(); ok {
			return c.cards(u, KindList)
		}
	}
	if !p.found {
		return c.notSaid(p)
	}
	return c.cards(c.widen(p), KindList)
}

// reduced returns what speaks of the subject of a list, its general words left
// out: all about 噪声 for 噪声治理. It applies where the subject alone stands in
// more places than the whole topic.
func (c *composer) reduced(p pick) (pick, bool) {
	subject := strings.Join(strings.Fields(c.q.Topic), "")
	for cut := true; cut; {
		subject, cut = c.engine.reader.TrimLight(subject)
	}
	if subject == c.q.Topic || len([]rune(subject)) != 2 {
		return pick{}, false
	}
	var kept []evidence
	for u, un := range c.engine.match.units {
		if c.inScope(un.plan) && strings.Contains(un.own, subject) {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if len(kept) <= len(p.kept) || len(kept) > 12 {
		return pick{}, false
	}
	slices.SortFunc(kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	c.explain("按主题词「%s」列出", subject)
	return pick{topic: c.engine.match.topic(c.engine.reader, subject), kept: kept, ranked: kept, found: true}, true
}

// union returns what is about any of the parts of the question, when each part
// is found.
func (c *composer) union() (pick, bool) {
	var all pick
	for _, text := range c.q.Parts {
		p := c.pick(text, anyUnit)
		if !p.found {
			return pick{}, false
		}
		for _, e := range c.widen(p).kept {
			if !slices.ContainsFunc(all.kept, func(k evidence) bool { return k.unit == e.unit }) {
				all.kept = append(all.kept, e)
			}
		}
		all.topic, all.ranked = p.topic, append(all.ranked, p.ranked...)
	}
	slices.SortFunc(all.kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	return all, true
}

// notSaid abstains and names the words that the plan does not have.
func (c *composer) notSaid(p pick) *Answer {
	if len(c.q.Absent) > 0 && c.unwritten(p) {
		return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), p.ranked)
	}
	if strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查方案里的哪项内容?请写出工作、指标或单位的名称。", c.starters())
	}
	name := strings.Join(strings.Fields(c.q.Topic), "")
	return c.none(fmt.Sprintf("方案里没有找到「%s」的内容。", name), p.ranked)
}

// widen keeps every unit that speaks of all of the topic, in the order of the
// text: lists are complete.
func (c *composer) widen(p pick) pick {
	top := p.ranked[0]
	var kept []evidence
	for _, e := range p.ranked {
		if e.cover >= max(enough, top.cover-0.15) && e.own >= min(0.6, top.own-0.1) && !e.must {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		kept = p.kept
	}
	slices.SortFunc(kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	p.kept = kept
	return p
}

// at is the place of a unit in its plan's text, plans after each other.
func (c *composer) at(u int) int {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	at := un.plan << 32
	if un.clause >= 0 {
		return at + p.Clauses[un.clause].Quote.Start
	}
	return at + p.Targets[un.target].Quote.Start
}

// cards answers with the kept units: for one its lead or value, for several a
// counted list.
func (c *composer) cards(p pick, kind Kind) *Answer {
	kept := c.withoutInner(p.kept)
	var said, leads []string
	var values []Value
	for _, e := range kept {
		if _, t, ok := c.targetOf(e.unit); ok {
			said = append(said, sayTarget(t))
			values = append(values, value(t))
			continue
		}
		_, cl, _ := c.clauseOf(e.unit)
		s := "「" + c.about(p.topic, e.unit) + "」"
		if len(cl.Leads) > 0 {
			s += "(" + join(cl.Leads) + "牵头)"
		} else if len(cl.Responsible) > 0 {
			s += "(责任单位:" + strings.Join(cl.Responsible, "、") + ")"
		}
		said = append(said, s)
		for _, l := range cl.Leads {
			if !slices.Contains(leads, l) {
				leads = append(leads, l)
			}
		}
	}
	cites := dedupe(c.citeAll(kept))
	head := strings.Join(firsts(said, 8), ";") + "。"
	if len(cites) > 1 {
		head = fmt.Sprintf("方案里有%d处:%s", len(cites), head)
	}
	if r := p.kept[0].related; r != "" {
		head = fmt.Sprintf("方案没有「%s」的说法,最接近的是:%s", r, head)
	}
	a := c.done(kind, head, cites, p.ranked[0].cover)
	a.Leads, a.Values = leads, values
	if kind == KindList {
		n := len(a.Citations)
		a.Count = &n
	}
	return a
}

// withoutInner drops targets that stand inside a clause that is kept as well.
func (c *composer) withoutInner(kept []evidence) []evidence {
	return slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool {
		_, t, ok := c.targetOf(e.unit)
		if !ok || t.Clause < 0 {
			return false
		}
		return slices.ContainsFunc(kept, func(k evidence) bool {
			un := c.engine.match.units[k.unit]
			return un.plan == c.engine.match.units[e.unit].plan && un.clause == t.Clause
		})
	})
}

// clause answers what the plan says about a topic.
func (c *composer) clause() *Answer {
	if a := c.byNumber(); a != nil {
		return a
	}
	if a := c.documents(); a != nil {
		return a
	}
	p := c.carried(c.pick(c.q.Topic, anyUnit))
	if !p.found {
		q := c.story(anyUnit)
		if !q.found {
			return c.notSaid(p)
		}
		p = q
	}
	if c.q.Context == "" && c.q.Carry == "" && c.short(p.topic) {
		p = c.widen(p)
	}
	if len(p.kept) == 1 {
		if a := c.enumerated(p); a != nil {
			return a
		}
	}
	return c.cards(p, KindClause)
}

// byNumber answers what a value alone is: 45.8%是什么指标.
func (c *composer) byNumber() *Answer {
	if c.hasContent() || len(c.q.Numbers) == 0 {
		return nil
	}
	var kept []evidence
	for u := range c.engine.match.units {
		_, t, ok := c.targetOf(u)
		if ok && c.inScope(c.engine.match.units[u].plan) && slices.Contains(c.q.Numbers, t.Number+t.Unit) {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if kept == nil {
		return c.none(fmt.Sprintf("方案里没有%s这个目标值。", strings.Join(c.q.Numbers, "、")), nil)
	}
	return c.cards(pick{topic: c.engine.match.topic(c.engine.reader, ""), kept: kept, ranked: kept, found: true}, KindTarget)
}

// short reports whether a topic is a keyword: what it names is looked up, all
// of it.
func (c *composer) short(t *topic) bool { return t.content <= 6 }

// enumerated answers 哪些 with the sentence part that explains the topic.
func (c *composer) enumerated(p pick) *Answer {
	e := p.kept[0]
	_, cl, ok := c.clauseOf(e.unit)
	if !ok {
		return c.targetAnswer(p)
	}
	about := c.about(p.topic, e.unit)
	head := "「" + about + "」"
	if len(cl.Leads) > 0 {
		head += ",由" + join(cl.Leads) + "牵头"
	}
	if r := e.related; r != "" {
		head = fmt.Sprintf("方案没有「%s」的说法,最接近的是:%s", r, head)
	}
	a := c.done(KindClause, head+"。", []Citation{c.citeUnit(e.unit)}, e.cover)
	a.Leads = slices.Clone(cl.Leads)
	return a
}
