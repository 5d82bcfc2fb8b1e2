package web

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// wellFormed is what an item's id looks like.
var wellFormed = regexp.MustCompile(`^[0-9]{1,4}[a-z]{0,2}(\.[0-9]{1,4}[a-z]{0,2}){0,9}$`)

// An itemMain is one item of a plan with what is around it.
type itemMain struct {
	Item       *item
	Ref        ref
	Quote      string // what is cited, byte for byte; "" when the context is that
	Context    []line
	Clause     *corpus.Clause // nil for others
	Target     *corpus.Target // nil for others
	Leads      []string
	Others     []string
	Below      []ref // of a section: its clauses and targets
	Prev, Next *item

	// What is said when the link was made for other words than these.
	Changed bool
	Moved   *item  // where the words stand now
	Earlier string // the words as they were; "" when they are not kept
	Older   string // sha256 of the text that had them
}

func (s *Site) itemPage(w http.ResponseWriter, r *http.Request) {
	rd, id := s.byID[r.PathValue("plan")], r.PathValue("id")
	if rd == nil {
		s.missing(w, r, nil, r.PathValue("id"))
		return
	}
	x := rd.data().byID[id]
	v, given := r.URL.Query().Get("v"), r.URL.Query().Has("v")
	if x == nil {
		s.missing(w, r, rd, id)
		return
	}
	cited, ok := x.span(), true
	if given && v != x.hash() {
		cited, ok = cites(rd.plan, x, v)
	}
	if !ok {
		m := s.itemMain(rd, x, x.span())
		m.Changed = true
		m.Moved, m.Earlier, m.Older = s.words(rd, x.Name(), v)
		p := s.item(rd, m)
		p.NoIndex = true
		s.show(w, r, http.StatusOK, "item", "layout", p)
		return
	}
	if s.fresh(w, r) {
		return
	}
	key := fmt.Sprintf("item/%s/%s/%d-%d", rd.ID(), id, cited.Start, cited.End)
	s.publish(w, r, key, "item", func() page { return s.item(rd, s.itemMain(rd, x, cited)) })
}

func (s *Site) item(rd *reader, m itemMain) page {
	x := m.Item
	return page{
		Title: x.Place() + "(" + x.Name() + ")", Description: clip(strings.Join(strings.Fields(m.quoted()), " "), 200),
		URL: s.absolute("/p/" + rd.ID() + "/" + x.Name()), Here: "item", Plan: rd, Main: m,
	}
}

// quoted is the words that the page is about.
func (m *itemMain) quoted() string {
	if m.Quote != "" {
		return m.Quote
	}
	return m.Item.Quote
}

// itemMain shows x with the words at cited as what is quoted.
func (s *Site) itemMain(rd *reader, x *item, cited corpus.Span) itemMain {
	p, d := rd.plan, rd.data()
	m := itemMain{Item: x, Ref: *s.ref(rd, x)}
	l := look{hot: cited}
	switch x.Kind {
	case corpus.ItemClause:
		m.Clause = &p.Clauses[x.Index]
		m.Leads, m.Others = m.Clause.Leads, others(m.Clause)
	case corpus.ItemTarget:
		m.Target = &p.Targets[x.Index]
		if m.Target.Clause >= 0 {
			c := &p.Clauses[m.Target.Clause]
			m.Leads, m.Others = c.Leads, others(c)
		}
	default:
		m.Below = s.below(rd, x)
	}
	if m.Below == nil || cited != x.span() {
		m.Quote = p.Quote(cited)
	} else {
		l.hot, l.only = corpus.Span{}, cited
	}
	around := corpus.Span{Start: min(x.Context.Start, cited.Start), End: max(x.Context.End, cited.End)}
	l.raise = raise(p, around)
	from, to := d.within(around)
	m.Context = rd.lines(from, to, l)
	i := slices.Index(d.items, x)
	if i > 0 {
		m.Prev = d.items[i-1]
	}
	if i+1 < len(d.items) {
		m.Next = d.items[i+1]
	}
	return m
}

// raise is by how many levels the headings in s have to be raised to stand
// right below one of the second level.
func raise(p *corpus.Plan, s corpus.Span) int {
	outer := 0
	for i := range p.Sections {
		if x := &p.Sections[i]; s.Contains(x.Heading) && (outer == 0 || x.Level < outer) {
			outer = x.Level
		}
	}
	return outer - 2
}

// below lists the clauses and targets within x. It is not nil.
func (s *Site) below(rd *reader, x *item) []ref {
	out := []ref{}
	for _, y := range rd.data().items {
		if y != x && x.span().Contains(y.At) && (y.Kind == corpus.ItemClause || y.Kind == corpus.ItemTarget) {
			out = append(out, *s.ref(rd, y))
		}
	}
	return out
}

// cites finds the words that a link to x with the hash v was made for: an
// answer may quote a part of what x is.
func cites(p *corpus.Plan, x *item, v string) (corpus.Span, bool) {
	if _, err := hex.DecodeString(v); err != nil || len(v) != 8 {
		return corpus.Span{}, false
	}
	for _, s := range quotable(p, x.Item) {
		if s = trim(p.Text, s); !s.Empty() && p.Hash8(s) == v {
			return s, true
		}
	}
	return corpus.Span{}, false
}

// maxSentences bounds how many sentences around an item are tried for a hash.
const maxSentences = 40

// quotable returns the spans that a citation of it may quote: the item with
// and without its mark, its sentence with its deadline, its heading, and every
// run of whole sentences in it.
func quotable(p *corpus.Plan, it corpus.Item) []corpus.Span {
	out := []corpus.Span{it.At}
	around := it.At
	switch it.Kind {
	case corpus.ItemClause:
		c := &p.Clauses[it.Index]
		out = append(out, c.Quote, clauseSpan(c), c.Sentence, trimStop(p.Text, c.Sentence))
		around = clauseSpan(c)
	case corpus.ItemTarget:
		t := &p.Targets[it.Index]
		s := t.Sentence
		out = append(out, t.Quote, s, trimStop(p.Text, s))
		if !t.DeadlineAt.Empty() {
			s.Start = min(s.Start, t.DeadlineAt.Start)
			out = append(out, s, trimStop(p.Text, s))
		}
		around = s
	case corpus.ItemPreamble:
		for _, r := range p.Rules {
			out = append(out, r.At)
		}
	default:
		for i := range p.Sections {
			if s := &p.Sections[i]; s.ID == p.Sections[it.Index].ID {
				out = append(out, s.Heading, s.Body, corpus.Span{Start: s.Heading.Start, End: max(s.Heading.End, s.Body.End)})
			}
		}
		return out
	}
	ends := sentenceEnds(p.Text, around)
	for i := range ends {
		for j := i + 1; j < len(ends); j++ {
			s := corpus.Span{Start: ends[i], End: ends[j]}
			out = append(out, s, trimStop(p.Text, s))
		}
	}
	return out
}

// sentenceEnds returns where the sentences of s end, with the start of s.
func sentenceEnds(text string, s corpus.Span) []int {
	ends := []int{s.Start}
	for i, r := range s.In(text) {
		if strings.ContainsRune("。；;\n", r) && len(ends) < maxSentences {
			ends = append(ends, s.Start+i+len(string(r)))
		}
	}
	if ends[len(ends)-1] != s.End {
		ends = append(ends, s.End)
	}
	return ends
}

// trimStop leaves off the stop at the end of a sentence.
func trimStop(text string, s corpus.Span) corpus.Span {
	for _, stop := range []string{"。", ".", "；", ";"} {
		if strings.HasSuffix(s.In(text), stop) {
			s.End -= len(stop)
			return s
		}
	}
	return s
}

// words looks for the words with the hash v: elsewhere in the plan, then in
// its earlier texts, of which older is the sha256.
func (s *Site) words(rd *reader, id, v string) (moved *item, earlier, older string) {
	if moved = rd.data().byHash[v]; moved != nil || v == "" || s.opt.Earlier == nil {
		return moved, "", ""
	}
	for _, old := range s.opt.Earlier(rd.ID()) {
		if w, ok := hashed(old, id, v); ok {
			return nil, w, old.SHA256
		}
	}
	return nil, "", ""
}

// hashed finds the words with the hash v in a plan: under an id, or else
// anywhere.
func hashed(p *corpus.Plan, id, v string) (string, bool) {
	ids := []string{id, "0"}
	for i := range p.Sections {
		ids = append(ids, p.Sections[i].ID)
	}
	for i := range p.Clauses {
		ids = append(ids, p.Clauses[i].ID)
	}
	for i := range p.Targets {
		ids = append(ids, p.Targets[i].ID)
	}
	for _, id := range ids {
		it, ok := p.Find(id)
		if !ok {
			continue
		}
		if s, ok := cites(p, &item{Item: it}, v); ok {
			return p.Quote(s), true
		}
	}
	return "", false
}

// A missingMain is what stands near something that is not there.
type missingMain struct {
	What string // what was asked for, for people
	Near []ref

	Moved   *item  // where the words of the link stand now
	Earlier string // those words, from an earlier text
}

// missing answers 404 with the nearest items of the plan, or with the plans.
func (s *Site) missing(w http.ResponseWriter, r *http.Request, rd *reader, id string) {
	m := missingMain{What: "没有这个页面。"}
	if rd == nil {
		m.Near = s.elsewhere(id)
	} else {
		m.What = "方案里没有这个编号。"
		if wellFormed.MatchString(id) {
			m.What = "方案里没有编号为 " + id + " 的内容。"
			m.Near = s.nearest(rd, id)
			m.Moved, m.Earlier, _ = s.words(rd, id, r.URL.Query().Get("v"))
		}
	}
	s.show(w, r, http.StatusNotFound, "missing", "layout", page{Title: "没有找到", Plan: rd, NoIndex: true, Main: m})
}

func (s *Site) noPage(w http.ResponseWriter, r *http.Request) { s.missing(w, r, nil, "") }

// elsewhere returns what an id of an unknown plan stands for in the known ones,
// or the sections of the only plan.
func (s *Site) elsewhere(id string) []ref {
	var out []ref
	for _, rd := range s.plans {
		if x := rd.data().byID[id]; x != nil && len(out) < 12 {
			out = append(out, *s.ref(rd, x))
		}
	}
	if out == nil && len(s.plans) == 1 {
		return s.nearest(s.plans[0], "")
	}
	return out
}

// nearest returns the items around where id would stand: the innermost section
// of its path that there is, and what is in it.
func (s *Site) nearest(rd *reader, id string) []ref {
	d := rd.data()
	for at := id; ; {
		i := strings.LastIndexByte(at, '.')
		if i < 0 {
			break
		}
		at = at[:i]
		x := d.byID[at]
		if x == nil {
			continue
		}
		out := []ref{*s.ref(rd, x)}
		for _, y := range d.items {
			if strings.HasPrefix(y.Name(), at+".") && len(out) < 12 {
				out = append(out, *s.ref(rd, y))
			}
		}
		return out
	}
	var out []ref
	for _, x := range d.items {
		if !strings.Contains(x.Name(), ".") {
			out = append(out, *s.ref(rd, x))
		}
	}
	return out
}
