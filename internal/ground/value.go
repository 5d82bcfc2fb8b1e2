package ground

import "slices"

// amounts checks the numbers of the segment.
func (m *match) amounts(pieces []piece) Verdict {
	var open []amount
	for i := m.s.from; i < m.s.to; i++ {
		if m.said.t[i].kind != number || m.nameAt(i) {
			continue
		}
		a, ok := m.said.amountOf(i)
		if !ok {
			return refuse(KindNumber, m.said.t[i].text)
		}
		open = append(open, a)
	}
	if len(open) == 0 || m.verbatim() {
		return pass
	}
	for _, s := range m.said.subjectsIn(open, m.s.span) {
		if v := m.amount(s); !v.OK {
			return v
		}
	}
	return pass
}

// verbatim reports whether the segment is whole comma segments of the clause,
// as they follow each other there: what its amounts are of is said as the
// clause says it. Turns and dates are checked as for any run.
func (m *match) verbatim() bool {
	if !m.s.says {
		return false
	}
	return slices.ContainsFunc(m.e.occurrences(m.said.t[m.s.from:m.s.to]), func(at span) bool {
		return (at.from == 0 || breaks(m.e.t, at.from-1)) && breaks(m.e.t, at.to) && m.heldDays(at.from)
	})
}

func (x *text) amountOf(num int) (amount, bool) {
	for _, a := range x.amounts {
		if a.num == num {
			return a, true
		}
	}
	return amount{}, false
}

// nameAt reports whether number i is part of a name that the clause has too:
// at least three tokens in a row are the same, the one behind it among them.
func (m *match) nameAt(i int) bool {
	t, e := m.said.t, m.e
	for q := range e.t {
		if e.t[q].sym != t[i].sym || e.isAmount(q) {
			continue
		}
		right := 1
		for i+right < m.s.to && q+right < len(e.t) && e.t[q+right].sym == t[i+right].sym {
			right++
		}
		left := 0
		for i-left > m.s.from && q-left > 0 && e.t[q-left-1].sym == t[i-left-1].sym && e.t[q-left-1].sym != -1 {
			left++
		}
		if left+right >= 3 && (right > 1 || q+1 == len(e.t) || breaks(e.t, q+1)) {
			return true
		}
	}
	return false
}

func (e *evidence) isAmount(num int) bool {
	_, ok := e.amountOf(num)
	return ok
}

// amount looks for the clause's amount that s is. Of several with this value,
// the refusal is that of the last.
func (m *match) amount(s subject) Verdict {
	words := textOf(m.said.t[s.from:s.to])
	v := refuse(KindNumber, words)
	for _, f := range m.e.facts {
		if f.value != s.value || f.measure != s.measure {
			continue
		}
		switch {
		case f.bound != s.bound || f.bounds != s.bounds || !f.approach.allows(s.approach):
			v = refuse(KindBound, words)
		case !m.sameSubject(f, s):
			v = refuse(KindSubject, words)
		case !m.heldDays(f.num):
			v = refuse(KindDate, words)
		default:
			if v = m.sameTurns(span{s.num, s.num + 1}, span{f.num, f.num + 1}); v.OK {
				return v
			}
		}
	}
	return v
}

// heldDays reports whether every date that the sentence holds for the segment
// holds at token q of the clause.
func (m *match) heldDays(q int) bool {
	for _, d := range m.s.days {
		ok := false
		for _, c := range m.e.days[m.e.seg[q]] {
			ok = ok || c.allows(d)
		}
		if !ok {
			return false
		}
	}
	return true
}

// sameSubject reports whether the words around the amounts name one thing:
// those of the sentence are all the clause's, and none of the clause's is lost.
func (m *match) sameSubject(f, s subject) bool {
	said := haystack{m.said.text, append(append([]span(nil), s.cells...), s.shared...)}
	clause := haystack{m.e.text, append(append([]span(nil), f.cells...), f.shared...)}
	needed := false
	for _, c := range s.cells {
		if !m.within(m.said.text, c, clause, true) {
			return false
		}
	}
	for _, c := range f.cells {
		c.from = m.e.skipTask(c)
		needed = needed || c.from < c.to
		if !m.within(m.e.text, c, said, false) {
			return false
		}
	}
	return needed
}

// A haystack is parts of a text.
type haystack struct {
	*text
	in []span
}

// within reports whether the content of x in c stands in the haystack. Scopes
// and asides of a clause need not; words of the clause's label may stand in a
// sentence.
func (m *match) within(x *text, c span, h haystack, label bool) bool {
	for i := c.from; i < c.to; {
		if n := x.skip(i, label); n > 0 {
			i += n
			continue
		}
		n := h.run(x.t[i:c.to])
		if n < 2 && x.t[i].kind == han && (i > c.from && x.skip(i-1, label) == 0 || i+1 < c.to && x.skip(i+1, label) == 0) {
			n = 0
		}
		if n == 0 && label {
			n = m.labelRun(x.t[i:c.to])
		}
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// skip returns how many tokens at i need not be accounted for in a subject: in
// a sentence all that is no content, in a clause words without meaning of
// their own.
func (x *text) skip(i int, sentence bool) int {
	if sentence {
		if !x.content[i] {
			return 1
		}
		return scopes.longest(x.t, i)
	}
	k := x.t[i].kind
	if x.t[i].bracket || k != han && k != latin && k != place && k != number || x.t[i].sym == genitive || x.inAmount(i) {
		return 1
	}
	return max(scopes.longest(x.t, i), particles.longest(x.t, i))
}

// skipTask returns where the subject begins behind the words for doing it:
// 全省完成 公交化改造线路.
func (x *text) skipTask(c span) int {
	i := c.from
	for i < c.to {
		n := max(scopes.longest(x.t, i), taskAdverbs.longest(x.t, i), particles.longest(x.t, i), doing.longest(x.t, i))
		if n == 0 {
			break
		}
		i += n
	}
	return i
}

// run returns how many of the tokens the haystack has in a row.
func (h haystack) run(t []token) int {
	best := 0
	for _, in := range h.in {
		for i := in.from; i < in.to; i++ {
			n := 0
			for n < len(t) && i+n < in.to && h.t[i+n].sym == t[n].sym {
				n++
			}
			best = max(best, n)
		}
	}
	return best
}

// labelRun is run for the clause's short facts: the region.
func (m *match) labelRun(t []token) int {
	for i := range m.e.t {
		if m.e.scope[m.e.part[i]] && m.e.t[i].sym == t[0].sym && t[0].kind == place {
			return 1
		}
	}
	return 0
}
