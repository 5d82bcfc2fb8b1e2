package ground

import (
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/fold"
)

// A checker holds one sentence against its clauses.
type checker struct {
	said    *said
	clauses []*evidence
}

// quotes checks that quotations are verbatim, and titles whole.
func (c *checker) quotes() Verdict {
	if c.said.unclosed {
		return refuse(KindQuote, "")
	}
	for _, q := range c.said.quotes {
		if !slices.ContainsFunc(c.clauses, func(e *evidence) bool { return e.quoted(q) }) {
			return refuse(KindQuote, q.text)
		}
	}
	return pass
}

func (e *evidence) quoted(q quotation) bool {
	words := quoteless.Replace(q.text)
	return words != "" && slices.ContainsFunc(e.texts, func(s string) bool {
		s = fold.String(s)
		if q.title {
			return strings.Contains(s, "《"+q.text+"》")
		}
		return strings.Contains(quoteless.Replace(s), words)
	})
}

// dates checks that each date stands in a cited clause at all. What it is the
// date of is for the segments.
func (c *checker) dates() Verdict {
	for _, t := range c.said.t {
		if t.kind == date && !slices.ContainsFunc(c.clauses, func(e *evidence) bool { return e.hasDay(*t.day) }) {
			return refuse(KindDate, t.text)
		}
	}
	return pass
}

func (e *evidence) hasDay(d day) bool {
	for _, t := range e.t {
		if t.kind == date && t.day.allows(d) {
			return true
		}
	}
	return false
}

// segments checks that every comma segment rests on one clause.
func (c *checker) segments() Verdict {
	v := c.eachSegment()
	if v.OK || !c.said.guess {
		return v
	}
	loose := *c
	loose.said = c.said.loosely()
	if again := loose.eachSegment(); again.OK {
		return again
	}
	return v
}

func (c *checker) eachSegment() Verdict {
	says := false
	for i := range c.said.segments {
		s := &c.said.segments[i]
		says = says || s.says || len(s.groups) > 0
		if v := c.segment(s); !v.OK {
			return v
		}
		if v := c.everyClause(s); s.orphan && !v.OK {
			return v
		}
	}
	if !says {
		return refuse(KindEmpty, "")
	}
	return pass
}

// everyClause checks units that nothing in the sentence is said of: they are
// said of all that is cited.
func (c *checker) everyClause(s *segment) Verdict {
	for _, e := range c.clauses {
		for _, cl := range claimsOf(s.groups) {
			if v := e.plays(cl); !v.OK {
				return v
			}
		}
	}
	return pass
}

// segment finds the clause that supports s. The refusal, if any, is that of
// the clause that came closest.
func (c *checker) segment(s *segment) Verdict {
	var best Verdict
	closest := -1
	for _, e := range c.clauses {
		m := &match{said: c.said, e: e, s: s, topic: c.said.isTopic(s.to) && !c.said.hasPlace(s.span)}
		v := m.check()
		if v.OK {
			return v
		}
		if m.progress > closest {
			best, closest = v, m.progress
		}
	}
	return best
}

// novelty bounds the share of Han bigrams that no cited clause has, without the
// words for the parts of units.
func (c *checker) novelty() Verdict {
	fresh := map[[2]int32]int{}
	all := 0
	for i := range len(c.said.t) - 1 {
		if a, b := c.said.t[i], c.said.t[i+1]; a.kind == han && b.kind == han && !c.said.inUnits(i) && !c.said.inUnits(i+1) {
			fresh[[2]int32{a.sym, b.sym}]++
			all++
		}
	}
	for _, e := range c.clauses {
		for i := range len(e.t) - 1 {
			delete(fresh, [2]int32{e.t[i].sym, e.t[i+1].sym})
		}
	}
	left := 0
	for _, n := range fresh {
		left += n
	}
	if float64(left) > MaxNovelty*float64(all) && left > 4 {
		return refuse(KindNovelty, "")
	}
	return pass
}
