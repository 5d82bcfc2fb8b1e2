package web

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
)

// A noteKind says what is marked in a plan's text.
type noteKind int

const (
	noteHeading noteKind = iota
	noteClause           // its words and the mark behind them
	noteMark
	noteUnit // the name of a unit in a mark
	noteValue
	noteAnchor // where an item begins; empty
	noteRef    // before an item, to point to it; empty
)

// A note marks a part of the text.
type note struct {
	corpus.Span
	kind  noteKind
	index int    // of the section, clause or target
	name  string // of the unit; the item's id
}

// splitLines cuts a text behind its line ends.
func splitLines(text string) []corpus.Span {
	var out []corpus.Span
	for at := 0; at < len(text); {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		out = append(out, corpus.Span{Start: at, End: end})
		at = end
	}
	return out
}

// annotate returns the notes of each line.
func annotate(p *corpus.Plan, lines []corpus.Span) [][]note {
	out := make([][]note, len(lines))
	add := func(kind noteKind, index int, name string, s corpus.Span) {
		if s.Empty() {
			return
		}
		first := sort.Search(len(lines), func(i int) bool { return lines[i].End > s.Start })
		for i := first; i < len(lines) && lines[i].Start < s.End; i++ {
			out[i] = append(out[i], note{s, kind, index, name})
		}
	}
	for i := range p.Sections {
		add(noteHeading, i, "", p.Sections[i].Heading)
	}
	item := func(id string, s corpus.Span) {
		if s.Empty() {
			return
		}
		i := sort.Search(len(lines), func(i int) bool { return lines[i].End > s.Start })
		at := corpus.Span{Start: s.Start, End: s.Start}
		out[i] = append(out[i], note{at, noteAnchor, -1, id}, note{at, noteRef, -1, id})
	}
	item("0", p.Preamble())
	for i := range p.Clauses {
		c := &p.Clauses[i]
		add(noteClause, i, "", clauseSpan(c))
		add(noteMark, i, "", c.Mark)
		for _, u := range unitsIn(p, c) {
			add(noteUnit, i, u.name, u.Span)
		}
		item(c.ID, clauseSpan(c))
	}
	for i := range p.Targets {
		add(noteValue, i, "", p.Targets[i].ValueAt)
		item(p.Targets[i].ID, p.Targets[i].Quote)
	}
	return out
}

// clauseSpan is a clause with the mark right behind it.
func clauseSpan(c *corpus.Clause) corpus.Span {
	s := c.Quote
	if !c.Mark.Empty() && c.Mark.Start >= s.End && c.Mark.Start-s.End < 12 {
		s.End = c.Mark.End
	}
	return s
}

// unitsIn finds the units of a clause in its mark.
func unitsIn(p *corpus.Plan, c *corpus.Clause) []note {
	var out []note
	for _, u := range slices.Concat(c.Leads, others(c)) {
		if i := strings.Index(c.Mark.In(p.Text), u); i >= 0 {
			s := corpus.Span{Start: c.Mark.Start + i, End: c.Mark.Start + i + len(u)}
			if !slices.ContainsFunc(out, func(n note) bool { return n.Overlaps(s) }) {
				out = append(out, note{Span: s, name: u})
			}
		}
	}
	return out
}

// A line is one line of the text as it is shown.
type line struct {
	No     int // from 1
	Gap    bool
	Title  bool // nothing but a heading stands in it
	Groups []group
}

// A group is a clause, or text outside of clauses, within a line.
type group struct {
	ID    string // of a clause that starts here
	Class string
	Runs  []run
}

// A run is a heading, or text.
type run struct {
	Level   int    // of the heading, 2 to 6; 0 for text
	ID      string // of the heading's section
	Parts   []part
	Refs    []ref // of a section whose heading ends here
	section int   // -1 for text
}

// A part is bytes of the text that are marked alike.
type part struct {
	Text    string
	Anchors []string // ids of what starts here
	Class   string
	Hit     bool   // found by the search
	Hot     bool   // the words that are cited
	Unit    string // the unit that it names
	Plan    string
	Refs    []ref // of what ends here
}

// A ref is how to point to an item: the link, and what to write below a quote.
type ref struct {
	ID    string
	Kind  string // in Chinese
	Label string
	Begin string // the first words of the quote
	URL   string // path
	Full  string // absolute; the path when there is no public address
	Cite  string // the whole citation
	Leads []string
	Plan  string
}

// A look says what to mark beside the plan's own structure.
type look struct {
	hot    corpus.Span
	hits   []corpus.Span // in order
	agency string
	refs   func(id string) *ref // nil leaves refs and anchors out
	only   corpus.Span          // nothing else is shown; empty shows all
	raise  int                  // by how many levels headings are raised
}

// lines lays out lines [from,to) of the text.
func (r *reader) lines(from, to int, l look) []line {
	d := r.data()
	var out []line
	for i := from; i < to; i++ {
		if ln := r.line(i, d, l); ln.Groups != nil {
			out = append(out, ln)
		}
	}
	return out
}

// within returns the range of lines that s touches.
func (d *readerData) within(s corpus.Span) (from, to int) {
	from = sort.Search(len(d.lines), func(i int) bool { return d.lines[i].End > s.Start })
	to = sort.Search(len(d.lines), func(i int) bool { return d.lines[i].Start >= s.End })
	return from, to
}

// line lays out line i: its parts, in runs and in groups by clause.
func (r *reader) line(i int, d *readerData, l look) line {
	at := d.lines[i]
	ln := line{No: i + 1}
	notes := d.notes[i]
	last := -2
	for _, s := range cuts(at, notes, l) {
		if !l.only.Empty() && !l.only.Contains(s) {
			continue
		}
		clause := holder(notes, noteClause, s)
		if clause != last {
			ln.Groups = append(ln.Groups, r.group(clause, s, l))
			last = clause
		}
		g := &ln.Groups[len(ln.Groups)-1]
		section := holder(notes, noteHeading, s)
		if n := len(g.Runs); n == 0 || g.Runs[n-1].section != section {
			g.Runs = append(g.Runs, r.run(section, l))
		}
		run := &g.Runs[len(g.Runs)-1]
		run.Parts = append(run.Parts, r.part(s, notes, l))
	}
	ln.Title = titleOnly(ln)
	return ln
}

// holder returns the index of the innermost note of a kind around s; -1 for
// none.
func holder(notes []note, kind noteKind, s corpus.Span) int {
	found := -1
	for _, n := range notes {
		if n.kind == kind && n.Contains(s) {
			found = n.index
		}
	}
	return found
}

// titleOnly reports whether nothing but a heading and a stop stands in a line.
func titleOnly(ln line) bool {
	first := true
	for _, g := range ln.Groups {
		for _, x := range g.Runs {
			if first != (x.Level > 0) {
				for _, p := range x.Parts {
					if strings.Trim(p.Text, " \r\n\t　。.") != "" {
						return false
					}
				}
			}
			first = false
		}
	}
	return !first && ln.Groups[0].Runs[0].Level > 0
}

// cuts splits a line wherever a note or a mark of l begins or ends.
func cuts(at corpus.Span, notes []note, l look) []corpus.Span {
	ends := []int{at.Start, at.End}
	cut := func(s corpus.Span) {
		for _, x := range []int{s.Start, s.End} {
			if at.Start < x && x < at.End {
				ends = append(ends, x)
			}
		}
	}
	for _, n := range notes {
		cut(n.Span)
	}
	cut(l.hot)
	cut(l.only)
	first := sort.Search(len(l.hits), func(i int) bool { return l.hits[i].End > at.Start })
	for _, h := range l.hits[first:] {
		if h.Start >= at.End {
			break
		}
		cut(h)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	var out []corpus.Span
	for i := range len(ends) - 1 {
		out = append(out, corpus.Span{Start: ends[i], End: ends[i+1]})
	}
	return out
}

// group starts a group at s.
func (r *reader) group(clause int, s corpus.Span, l look) group {
	if clause < 0 {
		return group{Class: "between"}
	}
	c := &r.plan.Clauses[clause]
	g := group{Class: "clause"}
	if l.refs != nil && s.Start == c.Quote.Start {
		g.ID = c.ID
	}
	switch {
	case l.agency == "":
	case slices.Contains(c.Leads, l.agency):
		g.Class = "clause led"
	case slices.Contains(others(c), l.agency):
		g.Class = "clause shared"
	}
	return g
}

// run starts a run; section -1 is text.
func (r *reader) run(section int, l look) run {
	x := run{section: section}
	if section < 0 {
		return x
	}
	x.Level = max(2, min(6, r.plan.Sections[section].Level+1-l.raise))
	if id := r.anchor(section); id != "" && l.refs != nil {
		x.ID = id
		x.Refs = l.ref(nil, id)
	}
	return x
}

// part makes the part s.
func (r *reader) part(s corpus.Span, notes []note, l look) part {
	x := part{Text: s.In(r.plan.Text), Plan: r.plan.ID, Hot: l.hot.Contains(s)}
	x.Hit = slices.ContainsFunc(l.hits, func(h corpus.Span) bool { return h.Contains(s) })
	for _, n := range notes {
		switch {
		case n.kind == noteAnchor && n.Start == s.Start && l.refs != nil && !r.isClause(n.name):
			x.Anchors = append(x.Anchors, n.name)
		case n.kind == noteRef && n.Start == s.Start:
			x.Refs = l.ref(x.Refs, n.name)
		case n.Empty() || !n.Contains(s):
		case n.kind == noteMark:
			x.Class = "resp"
		case n.kind == noteUnit:
			x.Unit = n.name
		case n.kind == noteValue:
			x.Class = "value"
		}
	}
	return x
}

// isClause reports whether an id is that of a clause, whose group has it.
func (r *reader) isClause(id string) bool {
	it := r.data().byID[id]
	return it != nil && it.Kind == corpus.ItemClause
}

// ref appends the ref of an item, if refs are wanted and there is such an item.
func (l look) ref(to []ref, id string) []ref {
	if l.refs == nil {
		return to
	}
	if x := l.refs(id); x != nil {
		return append(to, *x)
	}
	return to
}

// anchor is the id of a section in a page: headings that say nothing of their
// own have that of what stands below them, or none.
func (r *reader) anchor(section int) string {
	s := &r.plan.Sections[section]
	if i, ok := r.plan.SectionByID(s.ID); ok && i == section {
		return s.ID
	}
	if it, ok := r.plan.Find(s.ID + ".0"); ok && it.Kind == corpus.ItemTargets && it.Index == section {
		return it.ID
	}
	return ""
}

// find returns where any of the words of a query stand in text, in order,
// without overlap. Case, width and the width of punctuation do not count.
func find(text, query string) []corpus.Span {
	words := strings.Fields(query)
	if len(words) == 0 {
		return nil
	}
	runes, at := make([]rune, 0, len(text)/2), make([]int, 0, len(text)/2)
	for i, r := range text {
		runes, at = append(runes, narrow(r)), append(at, i)
	}
	at = append(at, len(text))
	var out []corpus.Span
	for _, word := range words {
		w := []rune(strings.Map(narrow, word))
		for i := 0; i+len(w) <= len(runes); i++ {
			if slices.Equal(runes[i:i+len(w)], w) {
				out = append(out, corpus.Span{Start: at[i], End: at[i+len(w)]})
				i += len(w) - 1
			}
		}
	}
	slices.SortFunc(out, func(a, b corpus.Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End))
	})
	return slices.CompactFunc(out, func(a, b corpus.Span) bool { return a.Overlaps(b) })
}

// narrow writes a character as people search for it: half-width, lower case.
func narrow(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	switch r {
	case '。':
		return '.'
	case '、':
		return ','
	}
	return unicode.ToLower(r)
}
