package corpus

import (
	"strings"
	"unicode/utf8"
)

// findClauses makes clauses of the sections' own text.
func (p *parser) findClauses() {
	for i := range p.plan.Sections {
		if p.inTargets(i) && !p.marked(i) {
			p.targetParagraphs(i)
		} else {
			p.sectionClauses(i)
		}
	}
	p.applyRules()
	for i := range p.plan.Clauses {
		p.readClause(&p.plan.Clauses[i])
	}
}

// marked reports whether the own text of a section holds a mark.
func (p *parser) marked(sec int) bool {
	for _, par := range p.paras[sec] {
		if len(p.marksIn(par)) > 0 {
			return true
		}
	}
	return false
}

// targetParagraphs reads the targets of one section. Sentences that give none
// stay plain clauses.
func (p *parser) targetParagraphs(sec int) {
	r := targetReader{parser: p, section: sec, clause: -1}
	for _, par := range p.paras[sec] {
		for _, sentence := range r.read(par) {
			p.addClause(sec, sentence, mark{})
		}
	}
}

// sectionClauses makes the clauses of one section.
func (p *parser) sectionClauses(sec int) {
	paras := p.paras[sec]
	if m := p.heads[sec].mark; !m.Empty() && len(paras) > 0 {
		p.addClause(sec, Span{paras[0].Start, paras[len(paras)-1].End}, mark{m, p.headingRoles(m)})
		return
	}
	for from := 0; from < len(paras); {
		to, ok := p.ownLineMark(paras, from)
		if !ok {
			for _, par := range p.joinContacts(paras[from:to]) {
				p.paragraphClauses(sec, par)
			}
			from = to
			continue
		}
		end := p.ownLineEnd(paras, to)
		m := mark{span: Span{paras[to].Start, paras[end-1].End}}
		for _, par := range paras[to:end] {
			if otherLabel(par.In(p.text)) > 0 {
				m.roles.join(p.parseRoles(par))
			}
			for _, one := range p.marksIn(par) {
				m.roles.join(one.roles)
			}
		}
		p.ownLineClause(sec, paras[from:to], m)
		from = end
	}
}

// Words of lines that say whom to ask about an item.
var contactWords = []string{"政策咨询", "咨询电话", "咨询部门", "咨询方式", "联系方式", "联系电话", "联系人", "联系部门", "咨询"}

// joinContacts makes one paragraph of contact lines that follow each other.
func (p *parser) joinContacts(paras []Span) []Span {
	var out []Span
	was := false
	for _, par := range paras {
		w, is := cutPrefix(par.In(p.text), contactWords)
		is = is && isColon(firstRune(par.In(p.text)[len(w):]))
		if is && was {
			out[len(out)-1].End = par.End
		} else {
			out = append(out, par)
		}
		was = is
	}
	return out
}

func (p *parser) headingRoles(m Span) roles {
	var r roles
	for _, one := range p.marksIn(m) {
		r.join(one.roles)
	}
	return r
}

// ownLineMark is the index of the first paragraph from i that is only a mark,
// when no paragraph before it holds one. Else ok is false, and the paragraphs
// up to the index returned have their own marks or none.
func (p *parser) ownLineMark(paras []Span, i int) (to int, ok bool) {
	for ; i < len(paras); i++ {
		if p.isOwnLine(paras[i]) {
			return i, true
		}
		if len(p.marksIn(paras[i])) > 0 {
			return i + 1, false
		}
	}
	return i, false
}

// isOwnLine reports whether a paragraph is nothing but a mark.
func (p *parser) isOwnLine(par Span) bool {
	in := par.In(p.text)
	if bracketClass(firstRune(in)) <= 0 && !isRoleLabel(in) {
		return false // also 完成时限：, which counts only beside a mark
	}
	marks := p.marksIn(par)
	if len(marks) != 1 {
		return false
	}
	m := marks[0].span
	return trimFunc(p.text, Span{par.Start, m.Start}, isTailPunct, isTailPunct).Empty() &&
		trimFunc(p.text, Span{m.End, par.End}, isTailPunct, isTailPunct).Empty()
}

// ownLineEnd is the end of a run of paragraphs that are only marks: 牵头单位 and
// 配合单位 may stand on a line each.
func (p *parser) ownLineEnd(paras []Span, i int) int {
	for i < len(paras) && (p.isOwnLine(paras[i]) || otherLabel(paras[i].In(p.text)) > 0) {
		i++
	}
	return i
}

// ownLineClause makes the clause of a mark that stands on its own line below
// text. Without text the mark says nothing and Lint reports it.
func (p *parser) ownLineClause(sec int, text []Span, m mark) {
	if len(text) == 0 {
		p.undecided = append(p.undecided, m.span)
		return
	}
	p.addClause(sec, Span{text[0].Start, text[len(text)-1].End}, m)
}

// addClause adds a clause, without the punctuation around it. Without words it
// adds none and returns nil.
func (p *parser) addClause(sec int, quote Span, m mark) *Clause {
	quote = trimFunc(p.text, quote, isTailPunct, isTailPunct)
	if quote.Empty() {
		if !m.span.Empty() {
			p.undecided = append(p.undecided, m.span)
		}
		return nil
	}
	p.plan.Clauses = append(p.plan.Clauses, Clause{Section: sec, Quote: quote})
	if !m.span.Empty() {
		p.marks = append(p.marks, m)
	}
	c := &p.plan.Clauses[len(p.plan.Clauses)-1]
	c.Mark = m.span
	c.Leads = m.roles.leads
	c.Support = m.roles.support
	c.Responsible = m.roles.responsible
	c.Implementers = m.roles.implement
	c.ImplementAt = m.roles.implementAt
	c.Deadlines = m.roles.dates
	return c
}

// paragraphClauses makes the clauses of one paragraph: each mark governs the
// text back to the end of the sentence that holds the mark before it.
func (p *parser) paragraphClauses(sec int, par Span) {
	marks := p.marksIn(par)
	start := par.Start
	for i := 0; i < len(marks); {
		if p.endsSentence(start, marks[i].span, par.End) {
			p.addClause(sec, Span{start, marks[i].span.Start}, marks[i])
			start = marks[i].span.End
			i++
			continue
		}
		n, end := p.sentenceMarks(marks[i:], par.End)
		if n > maxShared {
			p.addClause(sec, Span{start, marks[i].span.Start}, marks[i])
			start = marks[i].span.End
			i++
			continue
		}
		p.shareSentence(sec, Span{start, end}, marks[i:i+n])
		start = end
		i += n
	}
	p.addClause(sec, Span{start, par.End}, mark{})
}

// What goes on with the sentence when it stands after a mark.
var goesOn = []string{"、", "，", ",", "和", "及", "与", "以及", "或", "并", "等"}

// endsSentence reports whether a mark stands at the end of its sentence, or of
// a part that a semicolon ends, so that what follows is another clause.
func (p *parser) endsSentence(start int, m Span, end int) bool {
	before := strings.TrimRightFunc(p.text[start:m.Start], isBlank)
	if r := lastRune(before); isStop(r) || r == '；' || r == ';' {
		return true
	}
	after := strings.TrimLeftFunc(p.text[m.End:end], isBlank)
	_, ok := cutPrefix(after, goesOn)
	return !ok
}

// maxShared is the number of marks that one sentence can share its head and
// tail among. More are an enumeration.
const maxShared = 12

// sentenceMarks counts the marks of the sentence that the first of marks
// stands in, and finds the sentence's end, after its full stop.
func (p *parser) sentenceMarks(marks []mark, end int) (n, stop int) {
	at := marks[0].span.End
	n = 1
	for n <= maxShared {
		limit := end
		if n < len(marks) {
			limit = marks[n].span.Start
		}
		if i := strings.IndexFunc(p.text[at:limit], isStop); i >= 0 {
			_, size := utf8.DecodeRuneInString(p.text[at+i:])
			return n, at + i + size
		}
		if n == len(marks) {
			return n, end
		}
		at = marks[n].span.End
		n++
	}
	return n, at
}

// shareSentence makes the clauses of the marks inside one sentence. Each owns
// the words before its mark; the sentence's head and tail belong to all.
func (p *parser) shareSentence(sec int, sentence Span, marks []mark) {
	sentence = trimFunc(p.text, sentence, isTailPunct, isBlank)
	last := marks[len(marks)-1].span.End
	tail := trimFunc(p.text, Span{last, sentence.End}, isTailPunct, isTailPunct)
	own := make([]Span, len(marks))
	from := sentence.Start
	for i, m := range marks {
		own[i] = trimFunc(p.text, Span{from, m.span.Start}, isTailPunct, isTailPunct)
		if i > 0 {
			own[i] = p.dropJoint(own[i])
		}
		from = m.span.End
	}
	head := Span{}
	if len(own) > 1 && p.coordinated(marks[0].span.End, own[1]) {
		head, own[0] = p.splitHead(own[0], own[1])
	}
	for i, m := range marks {
		if c := p.addClause(sec, own[i], m); c != nil {
			c.Sentence, c.Head, c.Tail = sentence, head, tail
		}
	}
}

var joints = []string{"、", "以及", "和", "及", "与", "或", "并"}

// dropJoint drops the 、 or 和 that joins s to what stands before it.
func (p *parser) dropJoint(s Span) Span {
	if w, ok := cutPrefix(s.In(p.text), joints); ok && len(w) < s.Len() {
		s.Start += len(w)
	}
	return trimFunc(p.text, s, isTailPunct, isTailPunct)
}

// coordinated reports whether next is joined to the words before a mark that
// ends at at as one more object of the same verb.
func (p *parser) coordinated(at int, next Span) bool {
	_, joint := cutPrefix(strings.TrimLeftFunc(p.text[at:next.End], isBlank), joints)
	_, verb := leadingVerb(next.In(p.text))
	return joint && !verb
}

// splitHead splits the words before a sentence's first mark into what all
// objects share and the first object. Coordinated objects are alike: behind a
// preposition such as 将 the object starts; else it has the length of the next
// one, and never takes in the verb.
func (p *parser) splitHead(first, next Span) (head, own Span) {
	s := first.In(p.text)
	from := 0
	if i := strings.LastIndexFunc(s, isComma); i >= 0 {
		from = i + len(firstOf(s[i:]))
	}
	for _, w := range []string{"将", "把", "对", "向", "为"} {
		if i := strings.LastIndex(s[from:], w); i >= 0 && from+i+len(w) < len(s) {
			from += i + len(w)
			return Span{first.Start, first.Start + from}, Span{first.Start + from, first.End}
		}
	}
	if n, ok := leadingVerb(s[from:]); ok && from+n < len(s) {
		from += n
	}
	at := len(s)
	for n := runes(next.In(p.text)); n > 0 && at > from; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	at = max(at, from)
	return trimFunc(p.text, Span{first.Start, first.Start + at}, isBlank, isBlank), Span{first.Start + at, first.End}
}

func isComma(r rune) bool { return r == '，' || r == ',' || r == '；' || r == ';' || isStop(r) }

// applyRules lets what marks and sentences say about later marks take effect,
// in the order of the text.
func (p *parser) applyRules() {
	stated := p.statedRules()
	byMark := map[int]*mark{}
	for i := range p.marks {
		byMark[p.marks[i].span.Start] = &p.marks[i]
	}
	var in rulesInForce
	for i := range p.plan.Clauses {
		c := &p.plan.Clauses[i]
		m := byMark[c.Mark.Start]
		if c.Mark.Empty() || m == nil {
			continue
		}
		for len(stated) > 0 && stated[0].At.Start < c.Mark.Start {
			p.plan.Rules = append(p.plan.Rules, stated[0])
			in.add(stated[0])
			stated = stated[1:]
		}
		if len(in.implement.Units) > 0 && len(c.Implementers) == 0 {
			c.Implementers, c.ImplementAt = in.implement.Units, in.implement.At
		}
		for _, r := range m.roles.rules {
			p.plan.Rules = append(p.plan.Rules, r)
			in.add(r)
		}
		m.roles.rules = nil
		in.lead(c, m.roles.comma)
	}
}

// rulesInForce are the rules that hold at a point of the text.
type rulesInForce struct {
	implement Rule
	leads     string // kind of the rule about leads
}

func (in *rulesInForce) add(r Rule) {
	if r.Kind == ruleImplement {
		in.implement = r
	} else {
		in.leads = r.Kind
	}
}

// lead makes leads of the responsible units that the rule in force names.
func (in *rulesInForce) lead(c *Clause, comma int) {
	if len(c.Leads) > 0 || len(c.Responsible) == 0 {
		return
	}
	switch n := min(comma, len(c.Responsible)); {
	case in.leads == ruleFirstLeads || in.leads == ruleCommaLeads && n == 0:
		c.Leads = c.Responsible[:1:1]
	case in.leads == ruleCommaLeads:
		c.Leads = c.Responsible[:n:n]
	}
}

// statedRules finds rules about leads that stand in a sentence of their own,
// outside of marks.
func (p *parser) statedRules() []Rule {
	var out []Rule
	inMark := map[int]bool{}
	for _, m := range p.marks {
		for _, r := range m.roles.rules {
			inMark[r.At.Start] = true
		}
	}
	for at := 0; ; {
		i := strings.Index(p.text[at:], "牵头单位")
		if i < 0 {
			return out
		}
		i += at
		at = i + len("牵头单位")
		s := trim(p.text, p.sentenceAround(Span{i, at}))
		rule := leadsRule(s.In(p.text))
		if rule == "" || inMark[s.Start] || !strings.Contains(s.In(p.text), "下同") && !strings.Contains(s.In(p.text), "以下") {
			continue
		}
		out = append(out, Rule{Kind: rule, At: s})
		at = max(at, s.End)
	}
}

// maxRule is the length of the longest sentence that states a rule, in bytes.
const maxRule = 300

// sentenceAround widens s to its sentence, bracket or line.
func (p *parser) sentenceAround(s Span) Span {
	ends := func(r rune) bool { return isStop(r) || r == '\n' || r == '；' || r == ';' || bracketClass(r) != 0 }
	before := p.text[max(0, s.Start-maxRule):s.Start]
	if i := strings.LastIndexFunc(before, ends); i >= 0 {
		_, n := utf8.DecodeRuneInString(before[i:])
		s.Start -= len(before) - i - n
	} else {
		return s
	}
	after := p.text[s.End:min(len(p.text), s.End+maxRule)]
	if i := strings.IndexFunc(after, ends); i >= 0 {
		s.End += i
	}
	return s
}

// readClause finds dates, places and names in a clause.
func (p *parser) readClause(c *Clause) {
	own := c.Quote
	if !c.Sentence.Empty() {
		own = c.Sentence
	}
	c.Deadlines = append(findDates(p.text, own), c.Deadlines...)
	c.Places = p.findPlaces(own)
	c.Projects = findProjects(p.text, own)
}
