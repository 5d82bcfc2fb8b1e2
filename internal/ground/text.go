package ground

import (
	"strings"

	"github.com/wence-qa/wence/internal/fold"
)

// A mark is an occurrence of a turn word.
type mark struct {
	turn
	from, to int // tokens
}

// A text is tokens with what was found in them.
type text struct {
	t       []token
	seg     []int  // number of the comma segment of each token
	content []bool // Han, Latin and places that no other reading accounts for
	verb    []int  // length of the task verb, or the turn that is a verb, that starts here
	task    []bool // a verb or an adverb before one starts here
	marks   []mark
	amounts []amount
	loose   bool // single spoken numerals with a measure count: 八个
}

// newText reads tokens.
func newText(t []token, loose bool) *text {
	x := &text{t: t, loose: loose, seg: make([]int, len(t)), content: make([]bool, len(t)), verb: make([]int, len(t)), task: make([]bool, len(t))}
	n := 0
	for i := range t {
		x.seg[i] = n
		if breaks(t, i) {
			n++
		}
	}
	x.findAmounts()
	x.findMarks()
	x.findContent()
	return x
}

// breaks reports whether a comma segment ends with token i.
func breaks(t []token, i int) bool {
	return t[i].kind == comma || t[i].kind == semi || t[i].kind == stop
}

func (x *text) findMarks() {
	for i := 0; i < len(x.t); {
		n := max(turnWords.longest(x.t, i), 1)
		if tn, ok := isTurn(textOf(x.t[i : i+n])); ok && x.t[i].kind == han && !x.inAmount(i) {
			x.marks = append(x.marks, mark{tn, i, i + n})
			if tn.verb {
				x.verb[i] = n
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
			x.verb[i] = max(x.verb[i], n)
		}
		x.task[i] = x.verb[i] > 0 || taskAdverbs.longest(x.t, i) > 0
		n := max(neutral.longest(x.t, i), taskVerbs.longest(x.t, i), taskAdverbs.longest(x.t, i))
		if rune(x.t[i].sym) == genitive && x.t[i].kind == han {
			n = max(n, 1)
		}
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
	return x.t[i].kind == joint || x.t[i].kind == han && strings.ContainsRune("和与及并、", rune(x.t[i].sym))
}

// governs reports whether m turns the word at q, by the strict reading: words
// behind it up to the next task, or the part of a list before it. With wide,
// the parts of a list before it are all meant.
func (x *text) governs(m mark, q int, wide bool) bool {
	switch {
	case x.seg[m.from] != x.seg[q]:
		return false
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

func (x *text) reachesBack(q, to int, wide bool) bool {
	for k := q + 1; k < to; k++ {
		if x.verb[k] > 0 && !x.isNoun(k) || x.isJoint(k) && !wide {
			return false
		}
	}
	return true
}

// isNoun reports whether the verb at k closes a noun: 体系建设实现全覆盖.
func (x *text) isNoun(k int) bool {
	end := k + x.verb[k]
	return x.content[k-1] && (end == len(x.t) || !x.content[end])
}

// An evidence is a cited clause as read.
type evidence struct {
	*text
	gate    *Gate
	part    []int      // of the clause's texts, the one each token is of
	scope   []bool     // by part: a fact that says where all holds, such as 全省
	owner   [][]string // units that a mark within the text binds the token to; nil for none
	days    [][]day    // by token: dates that hold there
	carried []day      // facts that are only a date
	facts   []subject  // the amounts with their subjects
	quotes  string     // folded texts without blanks and quotation marks
	titles  string     // folded texts

	leads, support, responsible, implementers []string
}

// evidence reads a clause.
func (r *reader) evidence(c *Clause) *evidence {
	e := &evidence{gate: r.g}
	e.leads, e.support = r.idsOf(c.Leads), r.idsOf(c.Support)
	e.responsible, e.implementers = r.idsOf(c.Responsible), r.idsOf(c.Implementers)
	var t []token
	for _, s := range append([]string{c.Text, c.Label}, c.Facts...) {
		t = e.addPart(r, t, s)
	}
	e.text = newText(t, false)
	e.holdDays()
	e.facts = e.subjects()
	return e
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
	no := len(e.scope)
	words := 0
	for i, piece := range body {
		l := r.lex(piece)
		if i == 0 && len(body) == 1 && len(l.out) == 1 && l.out[0].kind == date {
			e.carried = append(e.carried, *l.out[0].day)
		}
		t = append(t, l.out...)
		words += len(l.out)
		for range l.out {
			e.part = append(e.part, no)
			e.owner = append(e.owner, owners[i])
		}
	}
	t = append(t, token{kind: stop, sym: -1})
	e.part = append(e.part, no)
	e.owner = append(e.owner, nil)
	e.scope = append(e.scope, isScope(t[len(t)-1-words:len(t)-1]))
	folded := fold.String(s)
	e.titles += folded + "\n"
	e.quotes += quoteless.Replace(folded) + "\n"
	return t
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

// cutMarks takes the marks of responsibility out of s. The words before each,
// back to the mark or full stop before it, belong to the units it names; the
// words behind the last one to none.
func (r *reader) cutMarks(s string) (pieces []string, owners [][]string) {
	s = strings.NewReplacer("（", "(", "）", ")").Replace(s)
	rest := s
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
	for _, t := range r.lex(s).out {
		if t.kind == unit {
			out = append(out, t.text)
		}
	}
	return out
}

// holdDays notes for each token the dates that hold there: those of its comma
// segment, else the last one before it up to a semicolon or full stop, else
// what the facts carry over.
func (e *evidence) holdDays() {
	e.days = make([][]day, len(e.t))
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
		if held == nil {
			held = e.carried
		}
		for i := from; i < to; i++ {
			e.days[i] = held
		}
		if k := e.t[to-1].kind; k == semi || k == stop {
			last = nil
		}
		from = to
	}
}
