package ground

import (
	"cmp"
	"slices"
	"strings"
)

// turns checks, for every run of the segment, that some place of the clause
// has it under the same turns and dates, and that runs side by side stand in
// the clause's order.
func (m *match) turns(pieces []piece) Verdict {
	var last *piece // the run that the next one stands beside
	var near *piece // the last run with content in this part of a list
	var list *piece // the last one before this part
	set := m.said.setsPlace(m.s.span)
	for i := range pieces {
		p := &pieces[i]
		switch p.kind {
		case pieceRun, pieceSynonym:
			if v := m.place(p); !v.OK {
				return v
			}
			if m.onlyTurns(p.span) {
				if m.ends(pieces, i) && !slices.ContainsFunc(p.at, func(at span) bool { return m.e.endsTask(at.to) }) {
					return refuse(KindOrder, textOf(m.said.t[p.from:p.to])+"…")
				}
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
				if last = nil; !set { // a verb may stand before any of its objects
					list = nil
				}
				continue
			}
			if near != nil && !m.together(near, p, m.e.nextTo) || list != nil && (set || m.said.word[p.from] != wordTask) && !m.together(list, p, sameSegment) {
				return refuse(KindOrder, textOf(m.said.t[pieces[0].from:p.to]))
			}
			near, list = p, nil
		case pieceOf:
		case pieceJoint:
			if last = nil; m.said.t[p.from].kind != innerComma {
				near, list = nil, cmp.Or(near, list)
			}
		case pieceTurn:
			if v := m.loneTurn(*p, pieces); !v.OK {
				return v
			}
			if last = nil; !set {
				list = nil
			}
		case pieceNeutral:
			switch last = nil; {
			case m.said.isJoint(p.from):
				near, list = nil, cmp.Or(near, list)
			case m.said.word[p.from] == wordTask:
				if !set {
					list = nil // the part has a verb of its own
				}
			}
		case pieceUnits, pieceDate:
			last = nil
		default:
			last, near, list = nil, nil, nil
		}
	}
	return m.framed(pieces)
}

// framed checks that what the clause says under a segment that frames it
// (针对甲,推进乙) is not said without that.
func (m *match) framed(pieces []piece) Verdict {
	for i := range pieces {
		p := &pieces[i]
		if p.kind != pieceRun || m.onlyVerbs(*p) {
			continue
		}
		if !slices.ContainsFunc(p.at, func(at span) bool {
			frame, ok := m.e.frame(at.from)
			return !ok || m.said.hasTokens(m.e.t[frame.from:frame.to]) || slices.ContainsFunc(pieces, func(q piece) bool {
				return slices.ContainsFunc(q.at, func(b span) bool { return frame.from <= b.from && b.from < frame.to })
			})
		}) {
			return refuse(KindOrder, textOf(m.said.t[p.from:p.to]))
		}
	}
	return pass
}

// frame returns the segment that frames the one of token i.
func (e *evidence) frame(i int) (span, bool) {
	in := e.segment(i)
	if in.from == 0 || e.t[in.from-1].kind != comma || e.part[in.from-1] != e.part[i] {
		return span{}, false
	}
	before := e.segment(in.from - 1)
	if frames.longest(e.t, before.from) == 0 {
		return span{}, false
	}
	from := before.from
	for k := from; k < before.to; k++ {
		if e.t[k].sym == genitive && e.t[from].sym != '在' {
			from = k // verbs before it are of the modifier: 对未完成整治的企业,
		}
	}
	for k := from; k < before.to; k++ {
		if e.verb[k] > 0 && (k == 0 || !e.isNoun(k)) {
			return span{}, false
		}
	}
	return before, true
}

// hasTokens reports whether the sentence has the tokens in a row.
func (x *said) hasTokens(t []token) bool {
	for i := 0; i+len(t) <= len(x.t); i++ {
		if slices.EqualFunc(x.t[i:i+len(t)], t, func(a, b token) bool { return a.sym == b.sym }) {
			return true
		}
	}
	return false
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
				w = m.sameAct(at)
			}
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
		return k.class == t.class && !within(k, at) && e.governsSpan(k, at, true) && !e.ownVerb(at.to, k)
	})
}

// ownVerb reports whether the words that end before token i have a verb of
// their own as head, so that k behind it is that of another part of the list:
// 隔离带|建设和湿地保护.
func (e *evidence) ownVerb(i int, k mark) bool {
	for i < k.from && e.t[i].bracket {
		i++
	}
	if i >= k.from || e.verb[i] == 0 {
		return false
	}
	i += int(e.verb[i])
	return i < k.from && e.isJoint(i)
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
	if m.topic {
		return pass
	}
	words := textOf(m.said.t[p.from:p.to])
	if !m.onlyVerbs(*p) && last == nil {
		before := m.lastRun(pieces, i)
		p.at = slices.DeleteFunc(p.at, func(at span) bool {
			return !m.e.startsPhrase(at.from) && !touches(before, func(b span) bool { return b.to == at.from })
		})
	}
	if len(p.at) == 0 {
		return refuse(KindOrder, "…"+words)
	}
	next, direct := m.nextRun(pieces, i)
	if !m.onlyVerbs(*p) && !direct {
		p.at = slices.DeleteFunc(p.at, func(at span) bool {
			return !m.endsPhrase(at.to) && !touches(next, func(b span) bool { return b.from == at.to })
		})
	}
	if len(p.at) == 0 {
		return refuse(KindOrder, words+"…")
	}
	return pass
}

func touches(p *piece, at func(span) bool) bool { return p != nil && slices.ContainsFunc(p.at, at) }

// together reports whether two runs that one task of the sentence names stand
// in one comma segment of the clause, as beside says.
func (m *match) together(a, b *piece, beside func(a, b span) bool) bool {
	for _, x := range a.at {
		for _, y := range b.at {
			if m.e.seg[x.from] == m.e.seg[y.from] && beside(x, y) || m.e.scope[m.e.part[x.from]] || m.e.scope[m.e.part[y.from]] ||
				m.e.part[x.from] != m.e.part[y.from] || m.e.modifies(x.from, y.from) {
				return true
			}
		}
	}
	return false
}

// ends reports whether piece i is the last one of its part of a list.
func (m *match) ends(pieces []piece, i int) bool {
	return i+1 == len(pieces) || pieces[i+1].kind == pieceJoint || m.said.isJoint(pieces[i+1].from)
}

// endsTask reports whether the words of a task that end before token i are
// whole: 实现|全覆盖, 淘汰|更新 are not.
func (e *evidence) endsTask(i int) bool {
	return i == len(e.t) || e.seg[i] != e.seg[i-1] || e.word[i] != wordTask || e.hasObject(i)
}

// setsPlace reports whether a segment starts with the place of all its tasks.
func (x *said) setsPlace(in span) bool {
	t := x.t[in.from]
	return t.kind == place || t.kind == han && t.sym == '在'
}

// sameSegment is all that is asked of the parts of a list.
func sameSegment(_, _ span) bool { return true }

// nextTo reports whether b follows a, apart from words of tasks, asides and
// whole parts of a list.
func (e *evidence) nextTo(a, b span) bool {
	return a.to <= b.from && (e.word[a.to-1] == wordTask || !e.anyContent(a.to, b.from) || e.follows(a.to-1, b.from))
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
