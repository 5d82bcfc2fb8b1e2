package ground

import "slices"

// A segment is one comma segment of a sentence, or several where the later
// ones are only predicates: 典型黑土区保护面积,到2027年达到3000万亩.
type segment struct {
	span
	says   bool // has content
	days   []day
	claims []claim     // of units in other segments, when it has none of its own
	groups []unitGroup // its own
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
	l := r.lex(s)
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
	}
	x.split()
	x.carry()
	return x
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
		if n := len(x.segments); n > 0 && !s.says && x.predicate(in) && x.segments[n-1].says && !x.endsHard(in.from-1) {
			x.segments[n-1].to = in.to
			x.join(x.segments[n-1].span)
		} else {
			x.segments = append(x.segments, s)
		}
		from = in.to + 1
	}
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
			x.t[i].kind = joined0
		}
	}
}

// joined0 is a comma within a joined segment.
const joined0 tokenKind = 200

// carry gives each segment the dates, units and leading marks that hold for it.
func (x *said) carry() {
	var days []day
	var marks []mark
	for i := range x.segments {
		s := &x.segments[i]
		s.groups = x.groupsIn(s.span)
		if own := x.daysIn(s.span); own != nil {
			days = own
		}
		s.days, s.marks = days, marks
		if !s.says {
			marks = append(marks, x.marksIn(s.span)...)
		}
		if s.to == len(x.t) || x.endsHard(s.to) {
			x.trail(i)
			days, marks = nil, nil
		}
	}
	x.attach()
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

// attach gives segments without units the claims of their neighbours. Units
// alone in a segment behind content close what they are said of: 甲,乙,由A牵头.
// All other units hold for what follows, up to the next units or full stop.
// A segment without content belongs to the units before it: A牵头,B配合,甲.
func (x *said) attach() {
	var open []claim
	loose := 0 // segments since the last units
	lone := false
	for i := range x.segments {
		s := &x.segments[i]
		own := claimsOf(s.groups)
		switch {
		case len(own) == 0:
			s.claims = open
			lone = false
		case s.says:
			open, loose, lone = own, i+1, false
		case lone: // a further unit: both hold
			x.closeBack(loose, i, own)
			open = append(open[:len(open):len(open)], own...)
		default:
			x.replaceBack(loose, i, own)
			open, lone = own, true
		}
		if len(own) > 0 && !lone {
			loose = i + 1
		}
		if s.to < len(x.t) && x.endsHard(s.to) {
			loose = i + 1
		}
		if s.to < len(x.t) && x.t[s.to].kind == stop {
			open, lone = nil, false
		}
	}
	x.pair()
}

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

// replaceBack makes the units alone in segment at those of the segments before
// it that have none of their own.
func (x *said) replaceBack(from, at int, own []claim) {
	for i := from; i < at; i++ {
		if x.segments[i].says {
			x.segments[i].claims = own
		}
	}
}

func (x *said) closeBack(from, at int, own []claim) {
	for i := from; i < at; i++ {
		if s := &x.segments[i]; s.says && s.claims != nil {
			s.claims = append(s.claims[:len(s.claims):len(s.claims)], own...)
		}
	}
}

func claimsOf(groups []unitGroup) []claim {
	var out []claim
	for _, g := range groups {
		out = append(out, g.claims...)
	}
	return out
}
