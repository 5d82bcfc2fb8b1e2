package ground

import "strings"

// A mark is an occurrence of a turn word.
type mark struct {
	turn
	from, to int // tokens
}

// A text is tokens with what was found in them.
type text struct {
	t       []token
	seg     []int32 // number of the comma segment of each token
	content []bool  // Han, Latin and places that no other reading accounts for
	verb    []uint8 // length of the task verb, or the turn that is a verb, that starts here
	task    []bool  // a verb or an adverb before one starts here
	word    []wordKind
	inner   []bool // a word of a closed list goes on here
	marks   []mark
	amounts []amount
	loose   bool // single spoken numerals with a measure count: 八个
}

// newText reads tokens.
func newText(t []token, loose bool) *text {
	x := &text{t: t, loose: loose, seg: make([]int32, len(t)), content: make([]bool, len(t)), verb: make([]uint8, len(t)), task: make([]bool, len(t))}
	n := int32(0)
	for i := range t {
		x.seg[i] = n
		if breaks(t, i) {
			n++
		}
	}
	x.findAmounts()
	x.findMarks()
	x.findContent()
	x.findWords()
	return x
}

// breaks reports whether a comma segment ends with token i.
func breaks(t []token, i int) bool {
	return t[i].kind == comma || t[i].kind == semi || t[i].kind == stop
}

func (x *text) findMarks() {
	for i := 0; i < len(x.t); {
		n := turnWords.longest(x.t, i)
		if n == 0 {
			i++
			continue
		}
		if tn, ok := turns[textOf(x.t[i:i+n])]; ok && !x.inAmount(i) {
			x.marks = append(x.marks, mark{tn, i, i + n})
			if tn.verb {
				x.verb[i] = uint8(n)
			}
		}
		i += n
	}
}

func (x *text) inAmount(i int) bool {
	for _, a := range x.amounts {
		if a.from <= i && i < a.to {
			return true
		}
	}
	return false
}

// findContent flags the tokens that say what a segment is about.
func (x *text) findContent() {
	for i := range x.t {
		k := x.t[i].kind
		x.content[i] = k == han || k == latin || k == place || k == number
	}
	clear := func(from, to int) {
		for ; from < to; from++ {
			x.content[from] = false
		}
	}
	for i := 0; i < len(x.t); {
		if n := taskVerbs.longest(x.t, i); n > 0 {
			x.verb[i] = max(x.verb[i], uint8(n))
		}
		x.task[i] = x.verb[i] > 0 || taskAdverbs.longest(x.t, i) > 0
		n := max(neutral.longest(x.t, i), taskVerbs.longest(x.t, i), taskAdverbs.longest(x.t, i))
		n = max(n, inNoun.longest(x.t, i))
		clear(i, i+n)
		i += max(n, 1)
	}
	for _, m := range x.marks {
		clear(m.from, m.to)
	}
	for _, a := range x.amounts {
		clear(a.from, a.to)
	}
}

// isJoint reports whether token i joins the parts of a list.
func (x *text) isJoint(i int) bool {
	if x.t[i].kind != han {
		return x.t[i].kind == joint
	}
	if hasAt(x.t, i, []rune("及以上")) || hasAt(x.t, i, []rune("及以下")) {
		return false
	}
	return strings.ContainsRune("和与及并", rune(x.t[i].sym)) || hasAt(x.t, i, []rune("以及"))
}

// governs reports whether m turns the word at q, by the strict reading: words
// behind it up to the next task, or the part of a list before it. With wide,
// the parts of a list before it are all meant.
func (x *text) governs(m mark, q int, wide bool) bool {
	switch {
	case x.seg[m.from] != x.seg[q]:
		return m.from < q && x.goesOn(m) && x.commasOnly(m.from, q)
	case m.reach == nearby:
		return m.from-1 <= q && q <= m.to
	case m.to <= q:
		return x.reaches(m, q)
	case m.reach == noun:
		return false
	case q < m.from:
		return x.reachesBack(q, m.from, wide)
	}
	return true
}

// commasOnly reports whether no more than commas end segments from a to b.
func (x *text) commasOnly(a, b int) bool {
	for k := a; k < b; k++ {
		if breaks(x.t, k) && x.t[k].kind != comma {
			return false
		}
	}
	return true
}

// goesOn reports whether m governs the next comma segments as well: it has no
// more than whom it is about in its own (鼓励各县,因地制宜打造…,探索…).
func (x *text) goesOn(m mark) bool {
	if !personal[m.class] {
		return false
	}
	in := x.segment(m.from)
	for k := m.to; k < in.to; k++ {
		if x.verb[k] > 0 && !x.isNoun(k) {
			return false
		}
	}
	return in.to < len(x.t) && x.t[in.to].kind == comma && x.anyContent(m.to, in.to)
}

// reaches reports whether m, which stands before q, still governs it: no other
// task begins between them. Verbs that follow each other directly share what
// they govern. A turn that ends its part of a list has governed what is before
// it: 分区管控、….
func (x *text) reaches(m mark, q int) bool {
	object := m.from > 0 && x.content[m.from-1] && m.to < q && x.isJoint(m.to)
	for k := m.to; k < q; k++ {
		if x.isJoint(k) && (object && x.task[k+1] || m.reach == noun) {
			return false
		}
		object = object || x.content[k]
	}
	return true
}

// reachesBack reports whether a turn at to governs q, which stands before it.
// A turn that begins a part of a list has nothing before it: 甲、完善乙.
func (x *text) reachesBack(q, to int, wide bool) bool {
	k := to - 1
	for k > q && !x.content[k] && !x.isJoint(k) {
		k--
	}
	if k > q && x.isJoint(k) {
		if x.t[k].kind == joint || x.hasObject(to) {
			return false
		}
		to = k // 甲建设和认定
	}
	for k := q + 1; k < to; k++ {
		if x.verb[k] > 0 && !x.isNoun(k) || x.isJoint(k) && !wide {
			return false
		}
	}
	return true
}

// hasObject reports whether content follows token i in its part of a list.
func (x *text) hasObject(i int) bool {
	for k := i; k < len(x.t) && x.seg[k] == x.seg[i] && !x.isJoint(k); k++ {
		if x.content[k] {
			return true
		}
	}
	return false
}

// isNoun reports whether the verb at k closes a noun: 体系建设实现全覆盖.
func (x *text) isNoun(k int) bool {
	end := k + int(x.verb[k])
	return x.content[k-1] && (end == len(x.t) || !x.content[end])
}

// An evidence is a cited clause as read.
type evidence struct {
	*text
	gate    *Gate
	label   int32      // number of the part that is the label; -1 for none
	part    []int32    // of the clause's texts, the one each token is of
	scope   []bool     // by part: a fact that says where all holds, such as 全省
	bare    []bool     // by part: only a noun, which the text may put under a turn
	owner   []int32    // by token: index in owners
	owners  [][]string // units that marks within the texts bind words to; nil for none
	days    [][]day    // by comma segment: dates that hold there
	carried []day      // facts that are only a date
	facts   []subject  // the amounts with their subjects
	texts   []string   // as they are

	leads, support, responsible, implementers []string
}

// evidence reads a clause.
func (r *reader) evidence(c *Clause) *evidence {
	e := &evidence{gate: r.g, label: -1}
	e.leads, e.support = r.idsOf(c.Leads), r.idsOf(c.Support)
	e.responsible, e.implementers = r.idsOf(c.Responsible), r.idsOf(c.Implementers)
	e.texts = append([]string{c.Text, strings.ReplaceAll(c.Label, " ", ",")}, c.Facts...)
	size := 0
	for _, s := range e.texts {
		size += len(s)/3 + 2 // a Han character is a token of three bytes
	}
	t := make([]token, 0, size)
	e.part, e.owner = make([]int32, 0, size), make([]int32, 0, size)
	for i, s := range e.texts {
		if i == 1 && s != "" {
			e.label = int32(len(e.scope))
		}
		t = e.addPart(r, t, s)
	}
	e.text = newText(t, false)
	e.findBare()
	e.holdDays()
	e.facts = e.subjects()
	return e
}

// findBare flags the parts that have neither verb nor turn.
func (e *evidence) findBare() {
	e.bare = make([]bool, len(e.scope))
	for i := range e.bare {
		e.bare[i] = true
	}
	for i, no := range e.part {
		if e.task[i] {
			e.bare[no] = false
		}
	}
	for _, m := range e.marks {
		e.bare[e.part[m.from]] = false
	}
}

func (r *reader) idsOf(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, r.id(n))
	}
	return out
}

// addPart appends the tokens of one text of the clause.
func (e *evidence) addPart(r *reader, t []token, s string) []token {
	if s == "" {
		return t
	}
	body, owners := r.cutMarks(s)
	no := int32(len(e.scope))
	start := len(t)
	for i, piece := range body {
		from := len(t)
		t = r.lex(t, piece).out
		e.bind(len(t)-from, no, owners[i])
	}
	words := t[start:]
	if len(words) == 1 && words[0].kind == date {
		e.carried = append(e.carried, *words[0].day)
	}
	e.scope = append(e.scope, isScope(words))
	t = append(t, token{kind: stop, sym: -1})
	e.bind(1, no, nil)
	return t
}

// bind notes part and owners of n more tokens.
func (e *evidence) bind(n int, part int32, owners []string) {
	e.owners = append(e.owners, owners)
	for range n {
		e.part = append(e.part, part)
		e.owner = append(e.owner, int32(len(e.owners)-1))
	}
}

// isScope reports whether t only names places or starts with a word for all of
// one.
func isScope(t []token) bool {
	if len(t) > 0 && scopes.longest(t, 0) > 0 {
		return len(t) <= 6
	}
	for i := range t {
		if t[i].kind != place && t[i].kind != joint {
			return false
		}
	}
	return true
}

// quoteless drops what stands around and between quoted words.
var quoteless = strings.NewReplacer(`"`, "", "'", "", "「", "", "」", "", "『", "", "』", "", "《", "", "》", "", "〈", "", "〉", "", " ", "")

var plainBrackets = strings.NewReplacer("（", "(", "）", ")")

// cutMarks takes the marks of responsibility out of s. The words before each,
// back to the mark or full stop before it, belong to the units it names; the
// words behind the last one to none.
func (r *reader) cutMarks(s string) (pieces []string, owners [][]string) {
	if !strings.Contains(s, "(") && !strings.Contains(s, "（") {
		return []string{s}, [][]string{nil}
	}
	rest := plainBrackets.Replace(s)
	for {
		at, end := findMark(rest)
		if at < 0 {
			break
		}
		units := r.unitsIn(rest[at:end])
		cut := strings.LastIndex(rest[:at], "。") // words before it are free
		if cut >= 0 && cut+len("。") < at {
			pieces, owners = append(pieces, rest[:cut+len("。")]), append(owners, nil)
			rest, at, end = rest[cut+len("。"):], at-cut-len("。"), end-cut-len("。")
		}
		pieces, owners = append(pieces, rest[:at]), append(owners, units)
		rest = rest[end:]
	}
	if rest != "" || len(pieces) == 0 {
		pieces, owners = append(pieces, rest), append(owners, nil)
	}
	return pieces, owners
}

// findMark finds the first bracket that starts with the label of a mark.
func findMark(s string) (from, to int) {
	for at := 0; at < len(s); {
		i := strings.IndexByte(s[at:], '(')
		if i < 0 {
			break
		}
		i += at
		for _, w := range markLabels {
			if strings.HasPrefix(s[i+1:], w) {
				return i, i + bracketLen(s[i:])
			}
		}
		at = i + 1
	}
	return -1, -1
}

// bracketLen is the length of the bracket that s starts with; to its end when
// nothing closes it.
func bracketLen(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(s)
}

// unitsIn returns the ids of the units that s names; never nil.
func (r *reader) unitsIn(s string) []string {
	out := []string{}
	for _, t := range r.lex(nil, s).out {
		if t.kind == unit {
			out = append(out, t.text)
		}
	}
	return out
}

// holdDays notes for each comma segment the dates that hold there: its own, else the last one before it up to a semicolon or full stop, else
// what the facts carry over.
func (e *evidence) holdDays() {
	var last []day
	for from := 0; from < len(e.t); {
		to := from
		var own []day
		for to < len(e.t) && e.seg[to] == e.seg[from] {
			if e.t[to].kind == date {
				own = append(own, *e.t[to].day)
			}
			to++
		}
		if own != nil {
			last = own
		}
		held := last
		if held == nil && e.part[from] != e.label {
			held = e.carried
		}
		e.days = append(e.days, held)
		if k := e.t[to-1].kind; k == semi || k == stop {
			last = nil
		}
		from = to
	}
}
