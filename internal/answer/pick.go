package answer

import (
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/internal/fold"
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
	enough = 0.60 // of the weight, to answer at all
	// of the content words alone: light words explain no question
	solidEnough = 0.55
	likely      = 0.48 // to answer when nothing else comes near
	alone       = 0.18 // how far the next clause must be behind for that
	telling     = 4    // and how many runes in a row must fit
	sure        = 0.80 // from here on one word left over does no harm
	sameFit     = 0.07 // within this of the best, a unit fits as well
	clearFit    = 0.90 // fits without doubt
)

// pick chooses the units that answer a topic.
func (c *composer) pick(text string, want func(unit) bool) pick {
	t, all := c.rank(text)
	p := pick{topic: t}
	if t.total == 0 {
		return p
	}
	for _, e := range all {
		if un := c.engine.match.units[e.unit]; c.inScope(un.plan) && want(un) {
			p.ranked = append(p.ranked, e)
		}
	}
	if len(p.ranked) == 0 {
		p.missing = []string{text}
		return p
	}
	best := p.ranked[0]
	for _, e := range p.ranked[:min(3, len(p.ranked))] {
		if !c.req.Explain {
			break
		}
		c.explain("比对「%s」:%s 覆盖%.2f 本条%.2f 连续%d 未解释%v", text, c.unitID(e.unit), e.cover, e.own, e.run, e.missing)
	}
	p.missing = best.missing
	if t.content <= shortTopic && best.strange > 0 && !c.inSynonym(t, best) {
		c.explain("题目短,而条款里有%d处对不上", best.strange)
		return p
	}
	p.found = !best.must && (best.cover >= enough && best.solid >= solidEnough || c.standsAlone(p)) && (!c.hard(best) || c.strong(p))
	if p.found && c.rivalled(p) {
		p.found = false
	}
	top := best.score(t)
	for _, e := range p.ranked {
		if e.score(t) >= top-sameFit && e.cover >= best.cover-sameFit && !e.must {
			p.kept = append(p.kept, e)
		}
	}
	return p
}

// A ranking is a topic with all candidates for it, best first.
type ranking struct {
	topic *topic
	all   []evidence
}

// rank ranks the candidates for a topic, once for each text.
func (c *composer) rank(text string) (*topic, []evidence) {
	if r, ok := c.ranks[text]; ok {
		return r.topic, r.all
	}
	m := c.engine.match
	r := ranking{topic: m.topic(c.engine.reader, text)}
	if r.topic.total > 0 {
		r.all = m.rank(r.topic, c.search(r.topic))
	}
	if c.ranks == nil {
		c.ranks = map[string]ranking{}
	}
	c.ranks[text] = r
	return r.topic, r.all
}

// shortTopic is how much content a topic has at most of which every word must
// stand in the clause: of longer ones people say some in words of their own.
const shortTopic = 8

// inSynonym reports whether what does not stand in the unit is said by the
// lexicon's words for it.
func (c *composer) inSynonym(t *topic, e evidence) bool {
	covered := 0.0
	for _, s := range t.synonyms {
		for _, mean := range s.meanings {
			if own, around := c.engine.match.says(mean, e.unit); own || around {
				covered += float64(s.end - s.start)
				break
			}
		}
	}
	return covered >= 0.5*t.content
}

// standsAlone reports whether the best unit explains less than enough but has
// a telling part of the topic, and no unit with another lead comes near.
func (c *composer) standsAlone(p pick) bool {
	best := p.ranked[0]
	if best.cover < likely || best.run < telling {
		return false
	}
	for _, e := range p.ranked[1:] {
		if e.cover > best.cover-alone && !slices.Equal(c.leads([]evidence{e}), c.leads([]evidence{best})) {
			return false
		}
	}
	c.explain("覆盖不足,但没有别的条款接近")
	return true
}

// rivalled reports whether the best unit has the topic in scattered pieces only
// while one with another lead has most of it in one piece: 水泥行业绿色化改造,
// where one clause has 水泥 and another has 绿色化改造. Neither is meant for sure.
func (c *composer) rivalled(p pick) bool {
	best := p.ranked[0]
	if best.run >= telling || c.inSynonym(p.topic, best) {
		return false
	}
	for _, e := range p.ranked[1:] {
		if e.run > telling && e.cover >= enough && !slices.Equal(c.leads([]evidence{e}), c.leads([]evidence{best})) {
			c.explain("%s把题目连在一起写,而%s只有零散的字", c.unitID(e.unit), c.unitID(best.unit))
			return true
		}
	}
	return false
}

func (c *composer) unitID(u int) string {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	if un.clause >= 0 {
		return p.ID + "/" + p.Clauses[un.clause].ID
	}
	return p.ID + "/" + p.Targets[un.target].ID
}

// strong reports whether so much of the topic stands in the best unit, in one
// piece, that words left over cannot mean another thing. A place that the unit
// has not still does.
func (c *composer) strong(p pick) bool {
	best := p.ranked[0]
	if best.run < strongRun || best.cover < likely {
		return false
	}
	for _, w := range best.missing {
		if rs := []rune(w); len(rs) >= 2 && placeLike(rs) {
			return false
		}
	}
	c.explain("有%d个字连在一起,不受未解释的词影响", best.run)
	return true
}

// strongRun is how many runes in a row leave no doubt.
const strongRun = 7

// story chooses from a long message: of its parts the one of which a unit
// explains most.
func (c *composer) story(want func(unit) bool) pick {
	var best pick
	for _, text := range c.q.Story {
		p := c.pick(text, want)
		if !p.found || c.thin(p) || p.ranked[0].must {
			continue
		}
		if !best.found || weight(p) > weight(best) {
			best = p
		}
	}
	if best.found && len(c.q.Absent) > 0 && !c.explainsAbsent(best) {
		best.found = false
	}
	return best
}

// unwritten reports whether what comes nearest lacks the aspects asked for.
func (c *composer) unwritten(p pick) bool {
	return len(p.ranked) == 0 || p.ranked[0].must || p.ranked[0].cover < worthDetail
}

// explainsAbsent reports whether the best unit has the aspects asked for.
func (c *composer) explainsAbsent(p pick) bool {
	own := c.engine.match.units[p.ranked[0].unit].own
	for _, w := range c.q.Absent {
		if !strings.Contains(own, w) {
			return false
		}
	}
	return true
}

// weight is how much of content the best unit explains.
func weight(p pick) float64 { return p.ranked[0].own * p.topic.total }

// thin reports whether a pick rests on too little to answer from when there is
// more to go by.
func (c *composer) thin(p pick) bool {
	return len(p.ranked) == 0 || p.ranked[0].run < telling && p.topic.content < 3
}

// hard reports whether something stays unexplained that changes what is asked:
// always a name of a place or a Latin word, and any word of two characters and
// more unless nearly all of the rest is explained.
func (c *composer) hard(e evidence) bool {
	for _, w := range e.missing {
		rs := []rune(w)
		switch {
		case len(rs) < 2:
		case placeLike(rs):
			c.explain("「%s」像地名,条款里没有", w)
			return true
		case unicode.Is(unicode.Latin, rs[0]) && len(rs) > acronym:
		case unicode.Is(unicode.Latin, rs[0]) && len(rs) > 2:
			c.explain("「%s」条款里没有", w)
			return true
		case e.cover < sure:
			c.explain("「%s」没有着落", w)
			return true
		}
	}
	return false
}

// placeLike reports whether a word looks like the name of a place.
func placeLike(rs []rune) bool {
	return strings.ContainsRune("江河湖山岛省市县州区镇乡村", rs[len(rs)-1]) && len(rs) <= 5
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

// narrow drops units that fit worse, as long as their leads differ: those that
// are not the topic itself when one is (用能权), then those that fit worse by
// their own words, then by the length of what they share with the topic.
func (c *composer) narrow(p pick) []evidence {
	kept := p.kept
	if exact := c.exact(p); exact != nil {
		kept = exact
	}
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

// exact returns the kept clauses whose own words are the topic.
func (c *composer) exact(p pick) []evidence {
	text := letters(string(p.topic.text))
	var out []evidence
	for _, e := range p.kept {
		if plan, cl, ok := c.clauseOf(e.unit); ok && letters(fold.String(cl.Quote.In(plan.Text))) == text {
			out = append(out, e)
		}
	}
	return out
}

func wantLeads(c *composer) func(unit) bool {
	return func(u unit) bool {
		return u.clause >= 0 && !c.engine.plans[u.plan].Clauses[u.clause].Mark.Empty()
	}
}
