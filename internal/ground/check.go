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
	if q.title {
		return strings.Contains(e.titles, "《"+q.text+"》")
	}
	words := quoteless.Replace(fold.String(q.text))
	return words != "" && strings.Contains(e.quotes, words)
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
	}
	if !says {
		return refuse(KindEmpty, "")
	}
	if !slices.ContainsFunc(c.said.segments, func(s segment) bool { return s.says }) {
		return c.everyClause()
	}
	return pass
}

// everyClause checks a sentence that only names units: it speaks of all that
// is cited.
func (c *checker) everyClause() Verdict {
	for _, e := range c.clauses {
		for _, g := range c.said.groups {
			for _, cl := range g.claims {
				if v := e.plays(cl); !v.OK {
					return v
				}
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
		m := &match{said: c.said, e: e, s: s}
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

// novelty bounds the share of Han bigrams that no cited clause has.
func (c *checker) novelty() Verdict {
	known := map[[2]int32]bool{}
	for _, e := range c.clauses {
		for i := range len(e.t) - 1 {
			known[[2]int32{e.t[i].sym, e.t[i+1].sym}] = true
		}
	}
	all, fresh := 0, 0
	for i := range len(c.said.t) - 1 {
		a, b := c.said.t[i], c.said.t[i+1]
		if a.kind != han || b.kind != han {
			continue
		}
		all++
		if !known[[2]int32{a.sym, b.sym}] {
			fresh++
		}
	}
	if float64(fresh) > MaxNovelty*float64(all) && fresh > 4 {
		return refuse(KindNovelty, "")
	}
	return pass
}
