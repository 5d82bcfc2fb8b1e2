package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/question"
)

// carried tells apart the units that fit a follow-up equally well, or so short
// a one that many fit it, by the topic of the question before: 还田 after 秸秆禁烧
// is 秸秆还田.
func (c *composer) carried(p pick) pick {
	if c.q.Carry == "" || len(p.ranked) == 0 {
		return p
	}
	if exact := c.exact(p); exact != nil && p.found {
		p.kept = exact
		return p
	}
	kindOnly := slices.Contains(qualifiers, strings.TrimSpace(c.q.Topic))
	thing := c.q.Carry
	if kindOnly { // 城市 takes the place of 农村
		for _, w := range qualifiers {
			thing = strings.ReplaceAll(thing, w, "")
		}
	}
	_, all := c.rank(thing)
	before := map[int]float64{}
	for _, e := range all {
		before[e.unit] = e.cover
	}
	from := p.kept
	if !p.found || c.thin(p) {
		from = p.ranked
	}
	best := 0.0
	for _, e := range from {
		if e.cover >= p.ranked[0].cover-sameFit && !e.must {
			best = max(best, before[e.unit])
		}
	}
	if kindOnly && best < carriedMost {
		p.found = false // 农村 after 垃圾分类 is not all that is rural
		return p
	}
	if best < carriedEnough {
		if _, place := corpus.Gazetteer().Region(c.q.Topic); place {
			p.found = false // 四平 after 清洁取暖: the plan has 四平, but not for that
		}
		return p
	}
	var kept []evidence
	for _, e := range from {
		if e.cover >= p.ranked[0].cover-sameFit && before[e.unit] >= best-0.02 && !e.must {
			kept = append(kept, e)
		}
	}
	c.explain("按上文“%s”区分:%d条", c.q.Carry, len(kept))
	p.kept = kept
	p.found = p.found || p.ranked[0].cover >= enough
	return p
}

// carriedEnough is how much of the topic before a unit must explain to be told
// apart by it.
const carriedEnough = 0.2

// carriedMost is the same for a topic that only says which sort of the thing
// before is meant: the unit must be about that thing.
const carriedMost = 0.5

// noMore answers 还有吗: an answer is always complete.
func (c *composer) noMore() *Answer {
	a := &Answer{Kind: KindList}
	if len(c.scope) == 1 {
		a.Plan = c.plan().ID
	}
	n := max(c.q.Counted, len(c.q.Items))
	a.Headline = "没有更多了,上面已经列全。"
	if n > 1 {
		a.Headline = fmt.Sprintf("没有更多了,上面的%d项已经是全部。", n)
	}
	a.Text = a.Headline
	return a
}

// byItems answers about what the answer before cited, or nil when those items
// have no answer to what is asked.
func (c *composer) byItems() *Answer {
	kept := c.itemUnits()
	switch c.q.Ask {
	case question.AskQuote:
		return c.quoteItems()
	case question.AskCount:
		return c.countItems()
	}
	if len(kept) == 0 || len(kept) > 12 {
		return nil
	}
	p := pick{topic: c.engine.match.topic(c.engine.reader, c.q.Topic), kept: kept, ranked: kept, found: true}
	switch c.q.Ask {
	case question.AskLead:
		return c.leadOfItems(p)
	case question.AskDeadline:
		return c.deadlineOfItems(p)
	case question.AskPlace:
		return c.placeOfItems(p)
	case question.AskTarget:
		if targets := slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool { _, _, ok := c.targetOf(e.unit); return !ok }); len(targets) > 0 {
			p.kept, p.ranked = targets, targets
			return c.targetAnswer(p)
		}
		return c.quantity(p)
	case question.AskClause, question.AskList:
		if c.q.Topic == "" || c.q.Pronoun {
			return c.cards(p, KindClause)
		}
	}
	return nil
}

// itemUnits returns the clauses and targets among the items, and the clauses
// of the sections among them.
func (c *composer) itemUnits() []evidence {
	var out []evidence
	for _, id := range c.q.Items {
		if u, ok := c.engine.ids[id]; ok && c.inScope(c.engine.match.units[u].plan) {
			out = append(out, evidence{unit: u, cover: 1, own: 1})
			continue
		}
		p, i := c.sectionItem(id)
		if p == nil {
			continue
		}
		for j := range p.Clauses {
			u := c.engine.ids[p.ID+"/"+p.Clauses[j].ID]
			if c.within(p, p.Clauses[j].Section, i) && !slices.Contains(c.q.Items, c.unitID(u)) {
				out = append(out, evidence{unit: c.engine.ids[p.ID+"/"+p.Clauses[j].ID], cover: 1, own: 1})
			}
		}
	}
	return out
}

// sectionItem returns the plan and section that an item is, nil for others.
func (c *composer) sectionItem(id string) (*corpus.Plan, int) {
	plan, item, _ := strings.Cut(id, "/")
	for _, p := range c.engine.plans {
		if p.ID != plan {
			continue
		}
		i := slices.IndexFunc(p.Sections, func(s corpus.Section) bool {
			return s.ID == item && s.Kind != corpus.KindTargets && s.Kind != corpus.KindMeasures
		})
		if i >= 0 {
			return p, i
		}
	}
	return nil, -1
}

// quoteItems quotes the items; a single section in full.
func (c *composer) quoteItems() *Answer {
	var cites []Citation
	for _, id := range c.q.Items {
		if u, ok := c.engine.ids[id]; ok {
			cites = append(cites, c.citeUnit(u))
		} else if p, i := c.sectionItem(id); p != nil && len(c.q.Items) == 1 {
			return c.quoteSection(p, i, question.Ref{Path: []int{p.Sections[i].No}})
		} else if p != nil {
			cites = append(cites, c.citeSection(p, i))
		}
	}
	if len(cites) == 0 {
		return nil
	}
	cites = dedupe(cites)
	return c.done(KindQuote, quoteHeadline(cites), cites, 1)
}

func (c *composer) countItems() *Answer {
	n := c.q.Counted
	if n == 0 {
		n = len(c.q.Items)
	}
	var cites []Citation
	for _, e := range c.itemUnits() {
		cites = append(cites, c.citeUnit(e.unit))
	}
	a := c.done(KindCount, fmt.Sprintf("一共%d项。", n), cites, 0.9)
	a.Count = &n
	return a
}

func (c *composer) leadOfItems(p pick) *Answer {
	leads := c.leads(p.kept)
	if len(leads) > 0 {
		about := c.about(p.topic, p.kept[0].unit)
		head := c.leadHeadline(about, leads, p)
		led := slices.IndexFunc(p.kept, func(e evidence) bool { return c.leads([]evidence{e}) != nil })
		if len(p.kept) > 1 && (len(leads) > 1 || led > 0) {
			var said []string
			for _, e := range p.kept {
				if l := c.leads([]evidence{e}); l != nil {
					said = append(said, c.ledOrNot(p.topic, e))
				}
			}
			head = strings.Join(said, ";") + "。"
		}
		a := c.done(KindLead, head, c.citeAll(p.kept), 0.9)
		a.Leads = leads
		return a
	}
	plan, t, ok := c.targetOf(p.kept[0].unit)
	if !ok {
		return c.rolesOfItems(p)
	}
	if t.Clause >= 0 {
		cl := plan.Clauses[t.Clause]
		a := c.done(KindLead, fmt.Sprintf("「%s」由%s牵头。", shortOf(plan, &cl), join(cl.Leads)), []Citation{c.citeClause(plan, t.Clause)}, 0.9)
		a.Leads = slices.Clone(cl.Leads)
		return a
	}
	return c.unmarkedTarget(p, t)
}

// rolesOfItems says who is responsible for clauses that name no lead.
func (c *composer) rolesOfItems(p pick) *Answer {
	var said []string
	found := false
	for _, e := range p.kept {
		_, cl, ok := c.clauseOf(e.unit)
		said = add(said, c.ledOrNot(p.topic, e))
		found = found || ok && len(cl.Responsible) > 0
	}
	head := strings.Join(firsts(said, 8), ";") + "。"
	if !found {
		return c.none(head, p.kept)
	}
	return c.done(KindLead, head, c.citeAll(p.kept), 0.9)
}

func (c *composer) deadlineOfItems(p pick) *Answer {
	var targets []evidence
	for _, e := range p.kept {
		if _, _, ok := c.targetOf(e.unit); ok {
			targets = append(targets, e)
		}
	}
	if targets != nil {
		return c.targetDeadline(pick{topic: p.topic, kept: targets, ranked: targets, found: true})
	}
	if a := c.clauseDeadlines(p); a != nil {
		return a
	}
	a := c.none(fmt.Sprintf("方案没有写「%s」的完成期限。", c.about(p.topic, p.kept[0].unit)), p.kept)
	return a
}

func (c *composer) placeOfItems(p pick) *Answer {
	var places []string
	for _, e := range p.kept {
		for _, name := range c.placesOf(e.unit) {
			if !slices.Contains(places, name) {
				places = append(places, name)
			}
		}
	}
	about := c.about(p.topic, p.kept[0].unit)
	if len(places) == 0 {
		return c.done(KindPlace, fmt.Sprintf("「%s」没有写明具体地方。", about), c.citeAll(p.kept), 0.6)
	}
	return c.done(KindPlace, fmt.Sprintf("「%s」:%s。", about, strings.Join(places, "、")), c.citeAll(p.kept), 0.9)
}

// keepItems drops items of plans that are out of scope: a question that names
// another plan than the answer before is not about that answer's clauses. Else
// the items decide which plans are in scope.
func (c *composer) keepItems() {
	if len(c.q.Items) == 0 || len(c.engine.plans) == 1 {
		return
	}
	var kept []string
	var of []int
	for _, id := range c.q.Items {
		plan, _, _ := strings.Cut(id, "/")
		i := slices.IndexFunc(c.engine.plans, func(p *corpus.Plan) bool { return p.ID == plan })
		if i < 0 || !c.inScope(i) {
			continue
		}
		kept = append(kept, id)
		if !slices.Contains(of, i) {
			of = append(of, i)
		}
	}
	c.q.Items = kept
	if of != nil && len(c.q.Plans) != 1 && len(of) > 1 {
		slices.Sort(of)
		c.scope = of
	}
}
