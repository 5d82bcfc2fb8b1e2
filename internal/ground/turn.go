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
	var near *piece // the last run with content in this part of a list
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
			if v := m.whole(pieces, i, last); !v.OK {
				return v
			}
			if last = p; m.onlyVerbs(*p) {
				last = nil // a verb may stand before any of its objects
				continue
			}
			if near != nil && !m.together(near, p) {
				return refuse(KindOrder, textOf(m.said.t[near.from:p.to]))
			}
			near = p
		case pieceOf:
		case pieceJoint:
			if last = nil; m.said.t[p.from].kind != innerComma {
				near = nil
			}
		case pieceTurn:
			if v := m.loneTurn(*p, pieces); !v.OK {
				return v
			}
			last = nil
		case pieceNeutral:
			if last = nil; m.said.isJoint(p.from) {
				near = nil
			}
		default:
			last, near = nil, nil
		}
	}
	return pass
}

// place keeps of p the places of the clause that agree with the sentence.
func (m *match) place(p *piece) Verdict {
	var kept []span
	v := pass
	turned := false // the clause's own text has the words under other turns
	for _, at := range p.at {
		part := m.e.part[at.from]
		switch {
		case m.e.scope[part]:
			kept = append(kept, at)
		case m.e.cutWord(at) && !m.sameBefore(p.span, at), m.e.cutShare(at) && !m.hasShare(p.span):
			v = refuse(KindWord, textOf(m.e.t[at.from-1:at.to]))
		case !m.heldDays(at.from) && !m.onlyVerbs(*p):
			v = refuse(KindDate, textOf(m.said.t[p.from:p.to]))
		case turned && m.e.bare[part]:
		default:
			w := m.sameTurns(p.span, at)
			if w.OK {
				kept = append(kept, at)
				continue
			}
			v = w
			turned = turned || part == 0
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

// cutShare reports whether the words at at are only a share of what they name:
// 60%以上的 水利工程.
func (e *evidence) cutShare(at span) bool {
	i := at.from
	if i > 0 && hasAt(e.t, i-1, []rune{genitive}) {
		i--
	}
	return e.shareBefore(i)
}

// shareBefore reports whether a share ends at token i.
func (x *text) shareBefore(i int) bool {
	return slices.ContainsFunc(x.amounts, func(a amount) bool { return a.to == i && strings.ContainsAny(a.value, "%‰") })
}

func (m *match) hasShare(p span) bool {
	return m.said.shareBefore(p.from) || p.from > 0 && m.said.shareBefore(p.from-1)
}

func (m *match) sameBefore(p, at span) bool {
	return p.from > 0 && m.said.t[p.from-1].sym == m.e.t[at.from-1].sym
}

// sameTurns reports whether what turns the words of the sentence at p is what
// turns those of the clause at at.
func (m *match) sameTurns(p, at span) Verdict {
	for _, k := range append(m.said.marksIn(m.s.span), m.s.marks...) {
		if k.verb && !k.strong && !m.said.anyContent(p.from, p.to) {
			continue // it turns the words behind p, which are checked too
		}
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
	return slices.Contains(m.s.marks, k) || m.said.governsSpan(k, p, true)
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

// whole checks that a noun of the clause is not cut: where the sentence has
// something else on a side of it, the clause must not have more of the noun.
// What stands in the clause's order beside it, follows has checked.
func (m *match) whole(pieces []piece, i int, last *piece) Verdict {
	p := &pieces[i]
	words := textOf(m.said.t[p.from:p.to])
	if m.said.content[p.from] && last == nil {
		before := m.lastRun(pieces, i)
		p.at = slices.DeleteFunc(p.at, func(at span) bool {
			return !m.e.startsNoun(at.from) && !touches(before, func(b span) bool { return b.to == at.from })
		})
	}
	if len(p.at) == 0 {
		return refuse(KindOrder, "…"+words)
	}
	next, direct := m.nextRun(pieces, i)
	if !m.onlyVerbs(*p) && !direct {
		p.at = slices.DeleteFunc(p.at, func(at span) bool {
			return !m.e.endsNoun(at.to) && !touches(next, func(b span) bool { return b.from == at.to })
		})
	}
	if len(p.at) == 0 {
		return refuse(KindOrder, words+"…")
	}
	return pass
}

func touches(p *piece, at func(span) bool) bool { return p != nil && slices.ContainsFunc(p.at, at) }

// together reports whether two runs that one task of the sentence names stand
// in one comma segment of the clause.
func (m *match) together(a, b *piece) bool {
	for _, x := range a.at {
		for _, y := range b.at {
			if m.e.seg[x.from] == m.e.seg[y.from] || m.e.scope[m.e.part[x.from]] || m.e.scope[m.e.part[y.from]] ||
				m.e.part[x.from] != m.e.part[y.from] || m.e.modifies(x.from, y.from) {
				return true
			}
		}
	}
	return false
}

// lastRun returns the run with content before piece i, if only neutral words
// stand between.
func (m *match) lastRun(pieces []piece, i int) *piece {
	for k := i - 1; k >= 0; k-- {
		switch q := &pieces[k]; q.kind {
		case pieceRun, pieceSynonym:
			return q
		case pieceOf, pieceNeutral:
		default:
			return nil
		}
	}
	return nil
}

// startsNoun reports whether a noun may start at token i of the clause.
func (e *evidence) startsNoun(i int) bool {
	return i == 0 || !e.content[i-1] || e.t[i-1].bracket || i > 1 && scopes.longest(e.t[:i], i-2) == 2
}

// nextRun returns the run with content behind piece i, if only neutral words
// stand between; direct says that none do.
func (m *match) nextRun(pieces []piece, i int) (next *piece, direct bool) {
	direct = true
	for k := i + 1; k < len(pieces); k++ {
		switch q := &pieces[k]; q.kind {
		case pieceRun, pieceSynonym:
			if m.onlyTurns(q.span) {
				return nil, false
			}
			return q, direct
		case pieceOf:
		case pieceNeutral:
			direct = false
		default:
			return nil, false
		}
	}
	return nil, false
}

// endsNoun reports whether a noun may end before token i of the clause. It
// does not where a verb goes on with it (秸秆|综合利用), nor before the head that a
// list shares (甲|和乙的联动监管).
func (e *evidence) endsNoun(i int) bool {
	for i < len(e.t) && e.t[i].bracket {
		i++
	}
	switch {
	case i == len(e.t) || tails.longest(e.t, i) > 0:
		return true
	case e.isJoint(i):
		return !e.sharesHead(i)
	}
	return !e.content[i] && !hasAt(e.t, i, []rune{genitive}) && (!e.task[i] || e.turnAt(i))
}

func (e *evidence) turnAt(i int) bool {
	return slices.ContainsFunc(e.marks, func(k mark) bool { return k.from == i })
}

// sharesHead reports whether the list that goes on at i ends with 的 and a noun.
func (e *evidence) sharesHead(i int) bool {
	for k := i; k < len(e.t) && e.seg[k] == e.seg[i]; k++ {
		if hasAt(e.t, k, []rune{genitive}) {
			return true
		}
		if e.isJoint(k) && k+1 < len(e.t) && e.task[k+1] {
			return false
		}
	}
	return false
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
			return e.isJoint(a+1) || e.t[a+1].bracket || e.isJoint(a) && e.isJoint(b-1)
		}
	}
	return e.modifier(a+1, b)
}

// modifier reports whether the tokens [from,to) only describe the noun behind
// them: 内涵式集约化 绿色发展.
func (e *evidence) modifier(from, to int) bool {
	for to > from && e.t[to-1].bracket {
		to--
	}
	quoted := true
	for _, t := range e.t[from:to] {
		quoted = quoted && t.quoted
	}
	return quoted || !e.anyContent(from, to) || e.t[to-1].kind == han && strings.ContainsRune("式化性型级的", rune(e.t[to-1].sym))
}

// modifies reports whether the segment of a only says on what the next one's
// task is centred: 以…为重点,….
func (e *evidence) modifies(a, b int) bool {
	in := e.segment(a)
	if in.to >= len(e.t) || e.t[in.to].kind != comma || e.seg[b] != e.seg[a]+1 {
		return false
	}
	return centres.longest(e.t, in.from) > 0
}
