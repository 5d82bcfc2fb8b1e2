package ground

import (
	"slices"
	"strings"
)

// turns checks, for every run of the segment, that some place of the clause
// has it under the same turns and dates, and that runs side by side stand in
// the clause's order.
func (m *match) turns(pieces []piece) Verdict {
	var last *piece // the run that the next one stands beside
	for i := range pieces {
		p := &pieces[i]
		switch p.kind {
		case pieceRun, pieceSynonym:
			if v := m.place(p); !v.OK {
				return v
			}
			if m.onlyTurns(p.span) {
				last = nil // sameTurns has checked what they turn
				continue
			}
			if v := m.beside(last, p); !v.OK {
				return v
			}
			if last = p; m.onlyVerbs(*p) {
				last = nil // a verb may stand before any of its objects
			}
		case pieceOf:
		case pieceTurn:
			if v := m.loneTurn(*p, pieces); !v.OK {
				return v
			}
			last = nil
		default:
			last = nil
		}
	}
	return pass
}

// place keeps of p the places of the clause that agree with the sentence.
func (m *match) place(p *piece) Verdict {
	var kept []span
	v := pass
	for _, at := range p.at {
		switch {
		case m.e.scope[m.e.part[at.from]]:
			kept = append(kept, at)
		case m.e.cutWord(at) && !m.sameBefore(p.span, at):
			v = refuse(KindWord, textOf(m.e.t[at.from-1:at.to]))
		case !m.heldDays(at.from) && !m.onlyVerbs(*p):
			v = refuse(KindDate, textOf(m.said.t[p.from:p.to]))
		default:
			if w := m.sameTurns(p.span, at); w.OK {
				kept = append(kept, at)
			} else {
				v = w
			}
		}
	}
	p.at = kept
	if len(kept) == 0 {
		return v
	}
	return pass
}

// prefixes make another word of what follows them directly.
const prefixes = "不无非未免受反超亚准副总"

// cutWord reports whether the words at at go on to the left with a prefix or a
// number.
func (e *evidence) cutWord(at span) bool {
	if at.from == 0 {
		return false
	}
	b := e.t[at.from-1]
	return b.kind == number || b.kind == han && strings.ContainsRune(prefixes, rune(b.sym))
}

func (m *match) sameBefore(p, at span) bool {
	return p.from > 0 && m.said.t[p.from-1].sym == m.e.t[at.from-1].sym
}

// sameTurns reports whether what turns the words of the sentence at p is what
// turns those of the clause at at.
func (m *match) sameTurns(p, at span) Verdict {
	for _, k := range append(m.said.marksIn(m.s.span), m.s.marks...) {
		if !within(k, p) && m.turnsSaid(k, p) && !m.e.turned(k.turn, at) {
			return refuse(k.kind, textOf(m.said.t[k.from:k.to]))
		}
	}
	for _, k := range m.e.marks {
		if k.strong && !within(k, at) && m.e.governsSpan(k, at, false) && !m.hasTurn(k.class, p) {
			return refuse(k.kind, textOf(m.e.t[k.from:k.to]))
		}
	}
	return pass
}

func within(k mark, p span) bool { return p.from <= k.from && k.to <= p.to }

// turnsSaid reports whether k turns the words at p; a leading segment's marks
// turn all that follows.
func (m *match) turnsSaid(k mark, p span) bool {
	return slices.Contains(m.s.marks, k) || m.said.governsSpan(k, p, false)
}

func (x *text) governsSpan(k mark, p span, wide bool) bool {
	return x.governs(k, p.from, wide) || x.governs(k, p.to-1, wide)
}

// turned reports whether the clause has a turn of the same class over at.
func (e *evidence) turned(t turn, at span) bool {
	return slices.ContainsFunc(e.marks, func(k mark) bool {
		return k.class == t.class && !within(k, at) && e.governsSpan(k, at, true)
	})
}

// hasTurn reports whether the sentence has a turn of the class over p.
func (m *match) hasTurn(c class, p span) bool {
	return slices.ContainsFunc(m.said.marksIn(m.s.span), func(k mark) bool {
		return k.class == c && !within(k, p) && m.said.governsSpan(k, p, true)
	}) || slices.ContainsFunc(m.s.marks, func(k mark) bool { return k.class == c })
}

// onlyVerbs reports whether a piece is only words with which tasks begin, or
// turns.
func (m *match) onlyVerbs(p piece) bool { return !m.said.anyContent(p.from, p.to) }

// onlyTurns reports whether all of p is turns.
func (m *match) onlyTurns(p span) bool {
	at := p.from
	for _, k := range m.said.marks {
		if k.from == at {
			at = k.to
		}
	}
	return at == p.to
}

// loneTurn checks a turn that is no part of a run: its class must turn
// something in the clause, and it must turn something in the sentence.
func (m *match) loneTurn(p piece, pieces []piece) Verdict {
	i := slices.IndexFunc(m.said.marks, func(k mark) bool { return k.from == p.from && k.to == p.to })
	k := m.said.marks[i]
	for _, q := range pieces {
		if (q.kind == pieceRun || q.kind == pieceAmount) && !m.onlyVerbs(q) && m.said.governsSpan(k, q.span, true) {
			return pass // sameTurns has checked it
		}
		if q.kind == pieceAmount && m.said.governsSpan(k, q.span, true) {
			return pass
		}
	}
	if !m.s.says && k.class == strive {
		return pass // sameTurns checks it for what follows
	}
	return refuse(k.kind, textOf(m.said.t[k.from:k.to]))
}

// beside checks that p may follow last directly.
func (m *match) beside(last, p *piece) Verdict {
	if last == nil {
		return pass
	}
	var next []span
	for _, b := range p.at {
		if slices.ContainsFunc(last.at, func(a span) bool { return m.e.follows(a.to-1, b.from) }) {
			next = append(next, b)
		}
	}
	if len(next) == 0 {
		return refuse(KindOrder, textOf(m.said.t[last.from:p.to]))
	}
	p.at = next
	return pass
}

// follows reports whether a sentence may put token b of the clause directly
// behind token a: what is left out between them are modifiers within one part
// of a list, or whole parts behind a.
func (e *evidence) follows(a, b int) bool {
	if e.scope[e.part[a]] || e.scope[e.part[b]] {
		return true
	}
	if e.part[a] != e.part[b] || b <= a {
		return false
	}
	if e.seg[a] != e.seg[b] {
		return e.modifies(a, b)
	}
	for k := a + 1; k < b; k++ {
		if e.isJoint(k) {
			return e.isJoint(a+1) || e.task[b] || e.t[a+1].bracket
		}
	}
	return true
}

// modifies reports whether the segment of a only says on what the next one's
// task is centred: 以…为重点,….
func (e *evidence) modifies(a, b int) bool {
	in := e.segment(a)
	if in.to >= len(e.t) || e.t[in.to].kind != comma || e.seg[b] != e.seg[a]+1 {
		return false
	}
	for _, w := range []string{"以", "围绕", "针对", "结合", "依托", "在"} {
		if hasAt(e.t, in.from, []rune(w)) {
			return true
		}
	}
	return false
}
