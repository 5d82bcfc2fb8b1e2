package ground

import "slices"

// A wordKind is what a token is part of, as far as closed lists tell.
type wordKind uint8

const (
	wordContent  wordKind = iota
	wordTask              // a verb, an adverb or a turn
	wordParticle          // 将, 要, 并, …
	wordNoun              // a noun that says little: 工作, 任务, …
	wordInner             // 的, 等, 中: more of the noun follows
	wordAmount
	wordMark // a mark, a date, a unit
)

// findWords notes what each token is part of, and where words go on.
func (x *text) findWords() {
	x.word = make([]wordKind, len(x.t))
	x.inner = make([]bool, len(x.t))
	set := func(i, n int, k wordKind) {
		for e := i; e < i+n; e++ {
			x.word[e], x.inner[e] = k, e > i
		}
	}
	for i := 0; i < len(x.t); {
		n, k := 1, wordContent
		switch {
		case x.content[i]:
		case x.t[i].kind != han && x.t[i].kind != number:
			k = wordMark
		default:
			n, k = x.wordAt(i)
		}
		set(i, n, k)
		i += n
	}
	for _, m := range x.marks {
		set(m.from, m.to-m.from, wordTask)
	}
	for _, a := range x.amounts {
		set(a.from, a.to-a.from, wordAmount)
	}
}

func (x *text) wordAt(i int) (int, wordKind) {
	best, kind := 1, wordContent
	for _, l := range []struct {
		*wordList
		wordKind
	}{{taskVerbs, wordTask}, {taskAdverbs, wordTask}, {particles, wordParticle}, {inNoun, wordInner}, {neutral, wordNoun}} {
		if n := l.longest(x.t, i); n > best || n == best && kind == wordContent {
			best, kind = n, l.wordKind
		}
	}
	if kind == wordTask && asideAdverbs.longest(x.t, i) == best && !x.taskAt(i+best) {
		return best, wordContent
	}
	if kind == wordNoun && neutralVerbs.longest(x.t, i) == best {
		kind = wordTask
	}
	return best, kind
}

// taskAt reports whether a verb, an adverb before one, or a turn stands at
// token i.
func (x *text) taskAt(i int) bool { return i < len(x.t) && x.task[i] }

// startsPhrase reports whether a phrase of the clause may start at token i:
// nothing before it limits it or is its subject. Words of tasks before it may
// go, unless they have a noun before them (甲|提升乙, 污染|防治|设施).
func (e *evidence) startsPhrase(i int) bool {
	if e.splits(i) || i < len(e.t) && e.word[i] == wordInner {
		return false
	}
	k := i - 1
	for k >= 0 && (e.t[k].bracket && !e.limits(k) || e.seg[k] == e.seg[i] && e.word[k] == wordTask) {
		k--
	}
	switch {
	case i > 0 && e.t[i].opens && e.t[i-1].quoted:
		return true
	case k < 0 || e.seg[k] != e.seg[i] || e.word[k] == wordMark && !e.isJoint(k):
		return k < 0 || e.t[k].kind != other
	case e.isJoint(k):
		return !e.limited(k) && !(k < i-1 && k > 0 && e.t[k].kind != joint && e.word[k-1] == wordTask)
	case k > 0 && scopes.longest(e.t[:k+1], k-1) == 2:
		return true
	}
	return e.word[k] == wordParticle && e.t[k].sym != '在' && (k == 0 || !e.content[k-1])
}

// splits reports whether a word of a closed list or a quotation goes on at
// token i.
func (x *text) splits(i int) bool {
	return i > 0 && i < len(x.t) && (x.inner[i] || x.t[i].quoted && x.t[i-1].quoted && !x.t[i].opens)
}

// limited reports whether what stands before the joint at k in its task has a
// modifier or a place that is that of the parts behind it too: 符合条件的 甲、乙. A
// part that is much longer than the one behind the joint is taken to have one as
// well (企业周边土壤|和地下水), since no list tells; so is one that shares its head
// with what stands behind 和 and is not built like that (碳总量|及强度核算).
func (e *evidence) limited(k int) bool {
	next := k + 1
	for next < len(e.t) && e.seg[next] == e.seg[k] && !e.isJoint(next) && !breaks(e.t, next) {
		next++
	}
	if e.t[k].kind != joint && !e.completes(k, k) && !slices.ContainsFunc(e.t[k+1:next], func(t token) bool { return t.sym == e.t[k-1].sym }) {
		return true
	}
	length := 0
	for i := k - 1; i >= 0 && e.seg[i] == e.seg[k]; i-- {
		switch {
		case e.word[i] == wordTask && (i == 0 || !e.content[i-1] && e.word[i-1] != wordTask):
			return false
		case e.t[i].sym == genitive || e.t[i].sym == '在':
			return true
		case e.isJoint(i):
			length = 0
		case e.word[i] != wordAmount && !e.t[i].bracket:
			length++
		}
		if length > next-k-1+modifierLength {
			return true
		}
	}
	return false
}

// modifierLength is by how many tokens a part of a list may be longer than one
// behind it without having a modifier for both.
const modifierLength = 2

// endsPhrase reports whether a phrase of the clause may end before token i:
// what follows is a boundary, or a head that says little (工程, 建设), or a verb
// that the sentence has elsewhere.
func (m *match) endsPhrase(i int) bool {
	e := m.e
	if e.splits(i) {
		return false
	}
	from := i
	for i < len(e.t) {
		switch n := tails.longest(e.t, i); {
		case e.t[i].bracket:
			if e.limits(i) {
				return false
			}
			i++
		case n > 0:
			i += n
		default:
			return m.boundary(i, from) || m.predicate(i)
		}
	}
	return true
}

// boundary reports whether a new part of the clause starts at token i. Where
// the segment states amounts, the rule for their subjects checks the parts.
func (m *match) boundary(i, from int) bool {
	e := m.e
	switch {
	case e.isJoint(i):
		return m.statesAmount() || e.completes(i, from)
	case e.t[i].opens && e.t[i-1].quoted:
		return true
	case e.word[i] == wordMark:
		return e.t[i].kind != other
	}
	return e.word[i] == wordAmount && m.statesAmount()
}

// completes reports whether the part of a list that ends before the joint at i
// is a whole one, which needs no head behind the last part: it ends with a verb
// or a noun that is a head, or as the last part does.
func (e *evidence) completes(i, from int) bool {
	if e.sharesHead(i) {
		return false
	}
	end := e.segment(i).to
	if (i > from || heads.endsAt(e.t, i)) && (e.t[i].kind == joint || heads.endsAt(e.t, end) || e.word[end-1] == wordTask || lightHeads.endsAt(e.t, end)) {
		return true
	}
	for end > i {
		n := max(lightHeads.endLen(e.t, end), tails.endLen(e.t, end))
		if n == 0 {
			break
		}
		end -= n
	}
	if e.word[i-1] == wordTask && e.word[end-1] == wordTask {
		return true
	}
	return i > 0 && end > i+1 && e.t[end-1].sym == e.t[i-1].sym
}

// sharesHead reports whether the list that goes on at i ends with 的 and a noun,
// or verbs that go on with a noun follow (管控|和修复名录).
func (e *evidence) sharesHead(i int) bool {
	for k := i; k < len(e.t) && e.seg[k] == e.seg[i]; k++ {
		if hasAt(e.t, k, []rune{genitive}) {
			return true
		}
		if e.isJoint(k) && k+1 < len(e.t) && e.task[k+1] {
			return e.t[k].kind != joint && e.word[i-1] == wordTask && e.word[k+1] == wordTask
		}
	}
	return false
}

// predicate reports whether a verb stands at token i of the clause, maybe
// behind adverbs, that the segment of the sentence has as well.
func (m *match) predicate(i int) bool {
	for i < len(m.e.t) && m.e.word[i] == wordTask {
		if n := int(m.e.verb[i]); n > 0 && m.hasVerb(i, n) {
			return true
		}
		i++
	}
	return i < len(m.e.t) && m.e.word[i] == wordAmount && m.statesAmount()
}

// hasVerb reports whether the verb of n tokens at token i of the clause, or
// one of its class, starts a piece of the sentence or is one. A verb at the end
// of a run is that run's.
func (m *match) hasVerb(i, n int) bool {
	c := class("")
	for _, k := range m.e.marks {
		if k.from == i {
			c = k.class
		}
	}
	for _, p := range m.pieces {
		for q := p.from; q < p.to && (q == p.from || m.onlyVerbs(p)); q++ {
			if q+n <= p.to && slices.EqualFunc(m.said.t[q:q+n], m.e.t[i:i+n], func(a, b token) bool { return a.sym == b.sym }) {
				return true
			}
			if c != "" && slices.ContainsFunc(m.said.marks, func(k mark) bool { return k.from == q && k.class == c }) {
				return true
			}
		}
	}
	return false
}

// limits reports whether the aside at token i limits what stands before it.
func (e *evidence) limits(i int) bool {
	from, to := i, i
	for from > 0 && e.t[from-1].bracket {
		from--
	}
	for to < len(e.t) && e.t[to].bracket {
		to++
	}
	for k := from; k < to; k++ {
		if e.t[k].kind == number || limitWords.longest(e.t[:to], k) > 0 {
			return true
		}
	}
	return slices.ContainsFunc(e.marks, func(k mark) bool { return from <= k.from && k.to <= to && k.strong && k.kind == KindModality })
}

// follows reports whether a sentence may put token b of the clause directly
// behind token a: what is left out between them are asides, whole parts of a
// list, or words of tasks beside such words.
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
	if e.quotations(a, b) {
		return true
	}
	for k := a + 1; k < b; k++ {
		if e.isJoint(k) && !e.t[k].bracket {
			return e.isJoint(a) && e.isJoint(b-1) && !e.hasInner(a, b) || (e.isJoint(a+1) || e.t[a+1].bracket) && e.endsList(b)
		}
	}
	return e.omits(a, b)
}

// quotations reports whether only whole quotations stand between a, which ends
// one, and b.
func (x *text) quotations(a, b int) bool {
	if !x.t[a].quoted || a+1 == b || !x.t[a+1].opens || x.t[b].quoted && !x.t[b].opens {
		return false
	}
	return !slices.ContainsFunc(x.t[a+1:b], func(t token) bool { return !t.quoted })
}

// hasInner reports whether 的, 等 or 中 stands between a and b, which then are of
// different lists.
func (e *evidence) hasInner(a, b int) bool { return slices.Contains(e.word[a+1:b], wordInner) }

// endsList reports whether token b follows the last part of a list.
func (e *evidence) endsList(b int) bool {
	return e.isJoint(b) || e.word[b] == wordInner || e.word[b] == wordTask || e.word[b] == wordNoun || e.t[b].bracket
}

// omits reports whether the tokens between a and b, which no joint is among,
// may be left out.
func (e *evidence) omits(a, b int) bool {
	for k := a + 1; k < b; k++ {
		switch {
		case e.t[k].bracket && !e.limits(k):
		case e.word[k] == wordTask && (!e.content[a] || e.verb[k] == 0 && e.word[b] == wordTask):
		case e.word[k] == wordParticle:
		case e.t[k].sym == '等' && b == a+2:
		default:
			return false
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
	return centres.longest(e.t, in.from) > 0
}

// endLen returns the length of the longest word that ends before t[end].
func (l *wordList) endLen(t []token, end int) int {
	best := 0
	for i := max(0, end-maxHead); i < end; i++ {
		if n := l.longest(t[:end], i); i+n == end {
			best = max(best, n)
		}
	}
	return best
}

func (l *wordList) endsAt(t []token, end int) bool { return l.endLen(t, end) > 0 }

// maxHead is the longest head in characters.
const maxHead = 4

// statesAmount reports whether the segment of the sentence has an amount.
func (m *match) statesAmount() bool {
	return slices.ContainsFunc(m.said.amounts, func(a amount) bool { return m.s.from <= a.num && a.num < m.s.to })
}

// sameAct refuses to leave out what is to be done with the words at at where the
// clause is against doing it: to curb building plants is not to curb plants.
func (m *match) sameAct(at span) Verdict {
	e := m.e
	var acts []mark
	for i := at.from - 1; i >= 0 && e.seg[i] == e.seg[at.from] && (e.word[i] == wordTask || e.isJoint(i)); i-- {
		for _, k := range e.marks {
			if k.from != i || !k.verb {
				continue
			}
			if !k.strong || k.kind == KindModality {
				acts = append(acts, k)
				continue
			}
			if len(acts) > 0 && !slices.ContainsFunc(acts, func(a mark) bool { return m.hasVerb(a.from, a.to-a.from) }) {
				return refuse(k.kind, textOf(e.t[k.from:at.to]))
			}
			return pass
		}
	}
	return pass
}
