package ground

import (
	"slices"
	"strings"
)

// A match holds one segment of a sentence against one clause.
type match struct {
	said     *said
	e        *evidence
	s        *segment
	topic    bool    // the segment only says what the next ones are about: …方面
	pieces   []piece // what accounts for the segment
	progress int     // tokens of the segment that the clause accounts for
}

// check applies the rules, the cheap ones first.
func (m *match) check() Verdict {
	pieces, v := m.cover()
	if !v.OK {
		return v
	}
	m.pieces = pieces
	for _, rule := range []func([]piece) Verdict{m.roles, m.amounts, m.turns} {
		if v := rule(pieces); !v.OK {
			return v
		}
		m.progress += len(m.said.t)
	}
	return pass
}

// A pieceKind says what accounts for tokens of a sentence.
type pieceKind uint8

const (
	pieceRun     pieceKind = iota // stands in the clause
	pieceNeutral                  // asserts nothing
	pieceOf                       // 的
	pieceTurn                     // a turn whose class the clause has
	pieceSynonym                  // the lexicon's word for what stands in the clause
	pieceAmount
	pieceDate
	pieceUnits
	pieceJoint
	pieceNothing // nothing does
)

// costs make few and long pieces the best, and gaps the worst.
var costs = [...]int{pieceRun: 10, pieceNeutral: 9, pieceOf: 5, pieceTurn: 13, pieceSynonym: 14, pieceAmount: 8, pieceDate: 8, pieceUnits: 8, pieceJoint: 5, pieceNothing: 1000}

// A piece is tokens of a sentence with what accounts for them.
type piece struct {
	span
	kind pieceKind
	at   []span // of runs and synonyms: where in the clause
}

// cover accounts for every token of the segment.
func (m *match) cover() ([]piece, Verdict) {
	s := m.s
	n := s.to - s.from
	best := make([]int, n+1)
	choice := make([]piece, n)
	for i := n - 1; i >= 0; i-- {
		best[i] = -1
		m.options(s.from+i, func(p piece) {
			if p.to > s.to {
				return
			}
			c := costs[p.kind] + best[p.to-s.from]
			if best[i] < 0 || c < best[i] {
				best[i], choice[i] = c, p
			}
		})
	}
	var pieces []piece
	var lost *piece
	for i := 0; i < n; i = choice[i].to - s.from {
		p := choice[i]
		if p.kind == pieceRun {
			p.at = m.e.occurrences(m.said.t[p.from:p.to])
		}
		if p.kind != pieceNothing {
			m.progress += p.to - p.from
		} else if lost == nil {
			lost = &choice[i]
		}
		pieces = append(pieces, p)
	}
	if lost != nil {
		return nil, m.missing(pieces, *lost)
	}
	return pieces, pass
}

// options yields what can account for the tokens from i on.
func (m *match) options(i int, yield func(piece)) {
	t := m.said.t
	add := func(n int, k pieceKind) { yield(piece{span: span{i, i + n}, kind: k}) }
	switch t[i].kind {
	case joint, innerComma:
		add(1, pieceJoint)
	case date:
		add(1, pieceDate)
	}
	for _, g := range m.s.groups {
		if g.from == i {
			add(g.to-i, pieceUnits)
		}
	}
	for _, a := range m.said.amounts {
		if a.from == i {
			add(a.to-i, pieceAmount)
		}
	}
	neutral.lengths(t, i, func(n int) {
		if t[i].sym != '在' || m.topic {
			add(n, pieceNeutral)
		}
	})
	inNoun.lengths(t, i, func(n int) { add(n, pieceOf) })
	for _, k := range m.said.marks {
		if k.from == i {
			add(k.to-i, pieceTurn)
		}
	}
	m.e.synonymsAt(m.said, i, yield)
	longest := m.e.longestRun(t[i:m.s.to])
	least := 2
	if t[i].kind != han {
		least = 1
	}
	for n := longest; n >= least; n-- { // of equal choices the longest run first
		add(n, pieceRun)
	}
	add(1, pieceNothing)
}

// longestRun returns how many of the tokens the clause has in a row.
func (e *evidence) longestRun(t []token) int {
	best := 0
	for i := range e.t {
		n := 0
		for n < len(t) && i+n < len(e.t) && e.t[i+n].sym == t[n].sym && e.t[i+n].sym != -1 {
			n++
		}
		best = max(best, n)
	}
	return best
}

// occurrences returns where the clause has the tokens.
func (e *evidence) occurrences(t []token) []span {
	var out []span
	for i := 0; i+len(t) <= len(e.t); i++ {
		n := 0
		for n < len(t) && e.t[i+n].sym == t[n].sym {
			n++
		}
		if n == len(t) {
			out = append(out, span{i, i + n})
		}
	}
	return out
}

// missing says what kind of word p is, which nothing accounts for.
func (m *match) missing(pieces []piece, p piece) Verdict {
	to := p.from
	for _, q := range pieces {
		if q.kind == pieceNothing && q.from == to {
			to = q.to
		}
	}
	words := textOf(m.said.t[p.from:to])
	switch m.said.t[p.from].kind {
	case number:
		return refuse(KindNumber, words)
	case place:
		return refuse(KindPlace, words)
	case unit:
		return refuse(KindAgency, words)
	}
	if name, _, _ := strings.Cut(words, "牵头"); hasUnitEnd(name) {
		return refuse(KindAgency, words)
	}
	return refuse(KindWord, words)
}

// roles checks the units of the segment and those that its neighbours give it.
func (m *match) roles(pieces []piece) Verdict {
	for _, g := range m.s.groups {
		if v := m.group(g, pieces); !v.OK {
			return v
		}
	}
	for _, c := range m.s.claims {
		if v := m.claim(c, pieces); !v.OK {
			return v
		}
	}
	return pass
}

// group checks the units of one list. Words of the clause directly before them
// would make another unit of them: 国家 and 能源局.
func (m *match) group(g unitGroup, pieces []piece) Verdict {
	i := slices.IndexFunc(pieces, func(p piece) bool { return p.from <= g.from && g.from < p.to })
	if i > 0 && g.from == g.list && pieces[i-1].kind == pieceRun && pieces[i].kind == pieceUnits && !m.e.scopePart(pieces[i-1]) {
		return refuse(KindAgency, textOf(m.said.t[pieces[i-1].from:g.to]))
	}
	if i >= 0 && pieces[i].kind == pieceRun && g.to+1 < pieces[i].to {
		return pass // the clause's own words
	}
	for _, c := range g.claims {
		if v := m.claim(c, pieces); !v.OK {
			return v
		}
	}
	return pass
}

// claim checks that the unit has the part in this clause, for the words that
// the segment takes from it.
func (m *match) claim(c claim, pieces []piece) Verdict {
	if c.role == acting && m.e.named(c.unit, pieces, m.said) {
		return pass
	}
	if v := m.e.plays(c); !v.OK {
		return v
	}
	if !m.e.tellsMore(pieces, m.said) {
		return refuse(KindLead, c.text)
	}
	for _, p := range pieces {
		if p.kind == pieceRun && len(p.at) > 0 && !slices.ContainsFunc(p.at, func(at span) bool { return m.e.owns(c, at) }) {
			return refuse(KindLead, c.text)
		}
	}
	return pass
}

// tellsMore reports whether the pieces take more from the clause than words of
// its label, which is that of other clauses too. A segment that only says what
// the next ones are about takes no part: 在水网建设方面.
func (e *evidence) tellsMore(pieces []piece, x *said) bool {
	says := false
	for _, p := range pieces {
		if p.kind != pieceRun || !x.anyContent(p.from, p.to) {
			continue
		}
		says = true
		if slices.ContainsFunc(p.at, func(at span) bool { return e.part[at.from] != e.label }) {
			return true
		}
	}
	return !says || x.isTopic(pieces[len(pieces)-1].to)
}

// owns reports whether the marks within the clause's texts let the unit have
// its part for the words at at.
func (e *evidence) owns(c claim, at span) bool {
	o := e.owners[e.owner[at.from]]
	return o == nil || slices.Contains(o, c.unit) || slices.Contains(e.implementers, c.unit)
}

// named reports whether the clause's own words name the unit there.
func (e *evidence) named(id string, pieces []piece, x *said) bool {
	for _, p := range pieces {
		for i := p.from; i < p.to && p.kind == pieceRun; i++ {
			if x.t[i].kind == unit && x.t[i].text == id {
				return true
			}
		}
	}
	return false
}

// plays reports whether the clause gives the unit the part that c says.
func (e *evidence) plays(c claim) Verdict {
	in := func(lists ...[]string) bool {
		return slices.ContainsFunc(lists, func(l []string) bool { return slices.Contains(l, c.unit) })
	}
	if !in(e.leads, e.support, e.responsible, e.implementers) {
		return refuse(KindAgency, c.text)
	}
	ok := false
	switch c.role {
	case acting, carrying:
		ok = in(e.leads, e.responsible, e.implementers)
	case leading:
		if !in(e.leads) {
			return refuse(KindLead, c.text)
		}
		ok = true
	case owning:
		ok = in(e.leads, e.responsible)
	case responsible:
		ok = in(e.responsible)
	case supporting:
		ok = in(e.support)
	case joined:
		ok = in(e.leads, e.support, e.responsible)
	}
	if !ok {
		return refuse(KindRole, c.text)
	}
	return pass
}

// scopePart reports whether p is a fact that only says where.
func (e *evidence) scopePart(p piece) bool {
	return slices.ContainsFunc(p.at, func(at span) bool { return e.scope[e.part[at.from]] })
}
