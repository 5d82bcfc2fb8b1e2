package ground

import "slices"

// A segment is one comma segment of a sentence, or several that say one thing:
// 典型黑土区保护面积,到2027年达到3000万亩; 以化工行业为重点,加强风险管控.
type segment struct {
	span
	says   bool // has content
	days   []day
	claims []claim     // of units in other segments, when it has none of its own
	groups []unitGroup // its own
	weak   bool        // the claims are of units that close what is before them
	orphan bool        // names units and nothing that they could be said of
	marks  []mark      // of a leading segment: 力争到2025年,…
}

// A said is a sentence as read.
type said struct {
	*text
	quotes   []quotation
	unclosed bool
	segments []segment
	groups   []unitGroup
	lexed    *lexer
	guess    bool // has numerals that can be read loosely
}

// sentence reads a sentence.
func (r *reader) sentence(s string) *said {
	l := r.lex(nil, s)
	for i := range l.out {
		if splitsAt(l.out, i) {
			l.out[i] = token{kind: comma, sym: ',', text: "并"}
		}
	}
	return newSaid(l, false)
}

func newSaid(l *lexer, loose bool) *said {
	x := &said{text: newText(slices.Clone(l.out), loose), quotes: l.quotes, unclosed: l.unclosed, lexed: l}
	if !loose {
		x.guess = len(newText(l.out, true).amounts) > len(x.amounts)
	}
	x.groups = unitGroups(x.t, 0, len(x.t))
	for _, g := range x.groups {
		for i := g.from; i < g.to; i++ {
			x.content[i] = false
		}
		x.marks = slices.DeleteFunc(x.marks, func(m mark) bool { return g.from <= m.from && m.to <= g.to })
	}
	x.split()
	x.carry()
	return x
}

// isTopic reports whether a segment that ends at to only says what the next
// ones are about.
func (x *said) isTopic(to int) bool { return endsWith(x.t, to, "方面", "行动中", "工作中") > 0 }

func (x *said) hasPlace(in span) bool {
	return slices.ContainsFunc(x.t[in.from:in.to], func(t token) bool { return t.kind == place })
}

// inUnits reports whether token i names units or their part.
func (x *said) inUnits(i int) bool {
	return slices.ContainsFunc(x.groups, func(g unitGroup) bool { return g.from <= i && i < g.to })
}

// loosely reads the sentence with 八个 as a number.
func (x *said) loosely() *said { return newSaid(x.lexed, true) }

// splitsAt reports whether token i is a 并 that begins another statement.
func splitsAt(t []token, i int) bool {
	if !hasAt(t, i, []rune("并")) || i == 0 || i+1 == len(t) || breaks(t, i-1) {
		return false
	}
	for _, w := range []string{"并网", "并行", "并举", "并重", "并购", "并轨", "并存", "并联"} {
		if hasAt(t, i, []rune(w)) {
			return false
		}
	}
	return endsWith(t, i, "合", "一", "兼", "归") == 0
}

// split makes the segments.
func (x *said) split() {
	for from := 0; from < len(x.t); {
		in := x.segment(from)
		s := segment{span: in, says: x.anyContent(in.from, in.to)}
		if n := len(x.segments); n > 0 && x.segments[n-1].says && !x.endsHard(in.from-1) && x.belongs(s, x.segments[n-1]) {
			x.segments[n-1].to = in.to
			x.join(x.segments[n-1].span)
		} else {
			x.segments = append(x.segments, s)
		}
		from = in.to + 1
	}
}

// belongs reports whether s is said of before, or before only says on what s is
// centred.
func (x *said) belongs(s, before segment) bool {
	if s.says {
		return centres.longest(x.t, before.from) > 0 && !x.has(before.span, "方面") && len(unitGroups(x.t, before.from, before.to)) == 0
	}
	return x.predicate(s.span)
}

// endsHard reports whether token i ends more than a comma segment.
func (x *said) endsHard(i int) bool { return x.t[i].kind == semi || x.t[i].kind == stop }

// predicate reports whether a segment without content of its own says
// something of the one before it.
func (x *said) predicate(in span) bool {
	for _, a := range x.amounts {
		if in.from <= a.num && a.num < in.to {
			return true
		}
	}
	for _, m := range x.marks {
		if in.from <= m.from && m.from < in.to && m.class != strive {
			return true
		}
	}
	return false
}

// join makes one comma segment of several.
func (x *said) join(in span) {
	for i := in.from; i < in.to; i++ {
		x.seg[i] = x.seg[in.from]
		if x.t[i].kind == comma {
			x.t[i].kind = innerComma
		}
	}
}

// carry gives each segment the dates, units and leading marks that hold for it.
func (x *said) carry() {
	var days []day
	var marks, going []mark
	for i := range x.segments {
		s := &x.segments[i]
		s.groups = x.groupsIn(s.span)
		if own := x.daysIn(s.span); own != nil {
			days = own
		}
		s.days, s.marks = days, marks[:len(marks):len(marks)]
		s.marks = append(s.marks, going...)
		going = append(going, x.goingOn(s.span)...)
		if !s.says {
			marks = append(marks, x.marksIn(s.span)...)
		}
		if s.to == len(x.t) || x.endsHard(s.to) {
			x.trail(i)
			days, marks, going = nil, nil, nil
		}
	}
	x.attach()
}

// goingOn returns the marks of a segment that govern the next ones as well.
func (x *said) goingOn(in span) []mark {
	return slices.DeleteFunc(x.marksIn(in), func(m mark) bool { return !x.text.goesOn(m) })
}

// trail gives the dates of a segment that ends a statement and says nothing
// itself to the last one that does: 甲,2024年底前。
func (x *said) trail(end int) {
	own := x.daysIn(x.segments[end].span)
	for i := end; i >= 0 && own != nil && !x.segments[end].says; i-- {
		if s := &x.segments[i]; s.says {
			s.days = append(s.days[:len(s.days):len(s.days)], own...)
			return
		}
	}
}

func (x *said) groupsIn(in span) []unitGroup {
	var out []unitGroup
	for _, g := range x.groups {
		if in.from <= g.from && g.from < in.to {
			out = append(out, g)
		}
	}
	return out
}

func (x *said) daysIn(in span) []day {
	var out []day
	for _, t := range x.t[in.from:in.to] {
		if t.kind == date {
			out = append(out, *t.day)
		}
	}
	return out
}

func (x *said) marksIn(in span) []mark {
	var out []mark
	for _, m := range x.marks {
		if in.from <= m.from && m.from < in.to {
			out = append(out, m)
		}
	}
	return out
}

// parts are the parts of units that hold for the segments to come.
type parts struct {
	claims []claim
	at     int  // the segment that names the units
	weak   bool // they were said of what is before them, or a semicolon ago
}

// attach gives segments without units the claims of their neighbours. Units
// alone in a segment close what they are said of: 甲,乙,由A牵头. They also hold for
// what follows, up to other units or the full stop, where that has none behind
// it. Units that open a statement hold for all of it up to a semicolon, whatever
// comes behind.
// Units alone in segments side by side hold together: A牵头,B配合,甲.
func (x *said) attach() {
	var open parts
	first, closed := 0, 0 // first segment that units behind it may close, and the one before the last units
	lone := false
	for i := range x.segments {
		s := &x.segments[i]
		own := claimsOf(s.groups)
		switch {
		case len(own) == 0:
			x.give(s, open)
			lone = false
		case s.says:
			open, first, lone = parts{own, i, !x.unitsFirst(*s)}, i+1, false
		case lone:
			x.close(closed, i, own, false)
			open.claims = append(open.claims[:len(open.claims):len(open.claims)], own...)
			s.orphan = x.segments[open.at].orphan
			first = i + 1
		default:
			n := x.close(first, i, own, true)
			s.orphan = n == 0
			open, closed, first, lone = parts{own, i, n > 0}, first, i+1, true
		}
		if s.to < len(x.t) && x.endsHard(s.to) {
			first, open.weak = i+1, true
		}
		if s.to < len(x.t) && x.t[s.to].kind == stop {
			open, lone = parts{}, false
		}
	}
	x.pair()
}

// give lets what is open hold for s.
func (x *said) give(s *segment, open parts) {
	s.claims, s.weak = open.claims, open.weak
	if s.says && open.claims != nil {
		for i := open.at; i < len(x.segments) && len(x.segments[i].groups) > 0; i++ {
			x.segments[i].orphan = false
		}
	}
}

// close lets the units of segment at hold for the segments [from,at) that have
// content and no units of their own, instead of weak claims if replace is set.
// It returns how many there are.
func (x *said) close(from, at int, own []claim, replace bool) int {
	n := 0
	for i := from; i < at; i++ {
		s := &x.segments[i]
		if !s.says || len(s.groups) > 0 {
			continue
		}
		n++
		if replace && s.weak {
			s.claims = nil
		}
		s.claims = append(s.claims[:len(s.claims):len(s.claims)], own...)
	}
	return n
}

// unitsFirst reports whether the segment names its units before anything else.
func (x *said) unitsFirst(s segment) bool { return !x.anyContent(s.from, s.groups[0].from) }

// pair splits segments such as 甲、乙分别由A、B牵头.
func (x *said) pair() {
	var out []segment
	for _, s := range x.segments {
		parts := x.pairs(s)
		if parts == nil {
			parts = []segment{s}
		}
		out = append(out, parts...)
	}
	x.segments = out
}

func (x *said) pairs(s segment) []segment {
	if len(s.groups) != 1 || !s.groups[0].respective || len(s.groups[0].claims) < 2 {
		return nil
	}
	g := s.groups[0]
	if g.to != s.to {
		return nil
	}
	parts := x.parts(span{s.from, g.from})
	if len(parts) != len(g.claims) {
		return nil
	}
	var out []segment
	for i, in := range parts {
		out = append(out, segment{span: in, says: true, days: s.days, marks: s.marks, claims: g.claims[i : i+1]})
	}
	return out
}

func claimsOf(groups []unitGroup) []claim {
	var out []claim
	for _, g := range groups {
		out = append(out, g.claims...)
	}
	return out
}
