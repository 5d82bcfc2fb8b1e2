package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/fold"
)

// samePlace keeps the targets of the places that the question names, where it
// names some of theirs.
func (c *composer) samePlace(kept []evidence) []evidence {
	text := fold.String(c.q.Text)
	var out []evidence
	for _, e := range kept {
		_, t, _ := c.targetOf(e.unit)
		if slices.ContainsFunc(t.Places, func(p string) bool { return strings.Contains(text, placeStem(p)) }) {
			out = append(out, e)
		}
	}
	if out == nil {
		return kept
	}
	return out
}

// placeStem is a place's name without the word for its kind: 辽源 for 辽源市.
func placeStem(p string) string {
	s := fold.String(p)
	for _, suffix := range []string{"市", "州", "县", "区"} {
		if t, ok := strings.CutSuffix(s, suffix); ok && len([]rune(t)) >= 2 {
			return t
		}
	}
	return s
}

// place answers where. Of a clause that names places for several things, the
// target that fits the topic decides.
func (c *composer) place() *Answer {
	topic := c.q.Topic
	var claimed []string
	if c.q.YesNo {
		topic, claimed = c.takePlaces(topic)
	}
	p := c.carried(c.pick(topic, anyUnit))
	if !p.found {
		if strings.TrimSpace(topic) == "" {
			return c.clarify("想查哪项工作在哪些地方?请写出工作的名称。", c.starters())
		}
		return c.none(fmt.Sprintf("方案里没有找到「%s」涉及的地方。", strings.Join(strings.Fields(topic), "")), p.ranked)
	}
	kept := c.placed(p)
	var places []string
	for _, e := range kept {
		for _, name := range c.placesOf(e.unit) {
			if !slices.Contains(places, name) {
				places = append(places, name)
			}
		}
	}
	about := c.about(p.topic, kept[0].unit)
	if len(places) == 0 {
		return c.done(KindPlace, fmt.Sprintf("「%s」没有写明具体地方。", about), c.citeAll(kept), 0.6)
	}
	head := strings.Join(places, "、") + "。"
	if c.q.Count == "places" {
		head = fmt.Sprintf("%d个:%s", len(places), head)
	}
	head = fmt.Sprintf("「%s」:%s", about, head)
	if claimed != nil {
		head = checkPlaces(claimed, places) + head
	}
	a := c.done(KindPlace, head, c.citeAll(kept), p.ranked[0].cover)
	if c.q.Count == "places" {
		n := len(places)
		a.Count = &n
	}
	return a
}

// placed returns the kept units that say where: the targets with places that
// name what the topic names most of, else the clauses.
func (c *composer) placed(p pick) []evidence {
	var best []evidence
	for _, e := range p.ranked {
		_, t, ok := c.targetOf(e.unit)
		if !ok || len(t.Places) == 0 || c.otherYear(t) || e.own < p.kept[0].own-0.12 {
			continue
		}
		e.specify = c.engine.match.specify(p.topic, t)
		if len(best) > 0 && e.specify > best[0].specify+0.05 {
			best = nil
		}
		if len(best) == 0 || e.specify >= best[0].specify-0.05 {
			best = append(best, e)
		}
	}
	if best != nil {
		return best
	}
	return c.withoutInner(p.kept)
}

// takePlaces takes the plan's places out of a topic.
func (c *composer) takePlaces(topic string) (rest string, places []string) {
	for _, i := range c.scope {
		for _, s := range c.engine.places[i] {
			if strings.Contains(topic, s) {
				places = append(places, s)
				topic = strings.ReplaceAll(topic, s, " ")
			}
		}
	}
	return topic, places
}

// checkPlaces says whether the places that a question supposes are the right
// ones.
func checkPlaces(claimed, right []string) string {
	for _, p := range claimed {
		if !slices.ContainsFunc(right, func(r string) bool { return placeStem(r) == p }) {
			return "不是" + p + ","
		}
	}
	return "是的,"
}

// placesOf returns the places of a unit; of a clause with targets for other
// years than the question's, only those of its years.
func (c *composer) placesOf(u int) []string {
	plan, t, ok := c.targetOf(u)
	if ok {
		return t.Places
	}
	un := c.engine.match.units[u]
	var out []string
	if len(c.q.Years) > 0 {
		for i := range plan.Targets {
			if x := &plan.Targets[i]; x.Clause == un.clause && slices.Contains(c.q.Years, x.Deadline) {
				out = append(out, x.Places...)
			}
		}
	}
	if out != nil {
		return out
	}
	for _, p := range plan.Clauses[un.clause].Places {
		if !slices.Contains(out, p.Name) {
			out = append(out, p.Name)
		}
	}
	return out
}
