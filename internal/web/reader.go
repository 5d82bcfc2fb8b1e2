package web

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// A reader is a plan made ready to be shown: its items in reading order, each
// with its citation, and its lines with what is marked in them.
type reader struct {
	engine *answer.Engine
	plan   *corpus.Plan
	data   func() *readerData

	starters func() []string // questions to begin with
}

type readerData struct {
	items    []*item // in reading order
	byID     map[string]*item
	byHash   map[string]*item // by the v of their links
	lines    []corpus.Span    // of the text, with their line ends
	notes    [][]note         // of each line
	agencies []agency
}

// An item is what an id stands for, with its citation.
type item struct {
	corpus.Item
	answer.Citation
	Context corpus.Span // the numbered item or target paragraph around it
}

// An agency is a unit that the plan's marks name.
type agency struct {
	Name  string
	Leads int // clauses that it leads
	Other int // that it supports, or is responsible for without leading
}

func newReader(e *answer.Engine, p *corpus.Plan) *reader {
	r := &reader{engine: e, plan: p}
	r.data = sync.OnceValue(r.prepare)
	r.starters = sync.OnceValue(func() []string { return e.Starters(context.Background(), p.ID) })
	return r
}

// ID and Title are for templates.
func (r *reader) ID() string    { return r.plan.ID }
func (r *reader) Title() string { return r.plan.Card.Title }

// Card is what is known about the plan, with its text's hash.
func (r *reader) Card() corpus.Card {
	c := r.plan.Card
	c.SHA256 = r.plan.SHA256
	return c
}

// Source is the link to where the plan was published; "" when the card gives
// none that can be followed.
func (r *reader) Source() string {
	src := r.plan.Card.Source
	switch {
	case strings.HasPrefix(src, "https://"), strings.HasPrefix(src, "http://"):
		return src
	case strings.Contains(src, ".") && !strings.ContainsAny(src, ": \t"):
		return "https://" + src
	}
	return ""
}

func (r *reader) prepare() *readerData {
	p := r.plan
	d := &readerData{byID: map[string]*item{}, byHash: map[string]*item{}}
	ids := []string{"0"}
	for i := range p.Sections {
		ids = append(ids, p.Sections[i].ID)
		if p.Sections[i].Kind == corpus.KindTargets {
			ids = append(ids, p.Sections[i].ID+".0")
		}
	}
	for i := range p.Clauses {
		ids = append(ids, p.Clauses[i].ID)
	}
	for i := range p.Targets {
		ids = append(ids, p.Targets[i].ID)
	}
	for _, id := range ids {
		if d.byID[id] != nil {
			continue
		}
		if x := r.item(id); x != nil {
			d.items = append(d.items, x)
			d.byID[id] = x
		}
	}
	slices.SortStableFunc(d.items, func(a, b *item) int {
		return cmp.Or(cmp.Compare(a.At.Start, b.At.Start), cmp.Compare(len(a.Name()), len(b.Name())))
	})
	for _, x := range d.items {
		if v := x.hash(); d.byHash[v] == nil {
			d.byHash[v] = x
		}
	}
	d.lines = splitLines(p.Text)
	d.notes = annotate(p, d.lines)
	d.agencies = agencies(p)
	return d
}

// item returns what an id stands for; nil for nothing that can be quoted.
func (r *reader) item(id string) *item {
	it, ok := r.plan.Find(id)
	if !ok {
		return nil
	}
	x := &item{Item: it}
	if c, ok := r.engine.Cite(r.plan.ID, id); ok {
		x.Citation = c
	} else {
		x.Citation = citation(r.plan, id, it.Label, trim(r.plan.Text, it.At))
	}
	if x.Quote == "" {
		return nil
	}
	x.Context = corpus.Span{Start: x.Start, End: x.End}
	if it.Kind == corpus.ItemClause || it.Kind == corpus.ItemTarget {
		if c, ok := r.engine.Around(r.plan.ID, id); ok {
			x.Context = corpus.Span{Start: min(c.Start, x.Start), End: max(c.End, x.End)}
		}
	}
	return x
}

// Name is the item's id; both embedded structs have one.
func (x *item) Name() string { return x.Item.ID }

// Place says in the plan's own words where the item stands.
func (x *item) Place() string { return x.Citation.Label }

func (x *item) hash() string {
	_, v, _ := strings.Cut(x.URL, "?v=")
	return v
}

// span is what the citation quotes.
func (x *item) span() corpus.Span {
	return corpus.Span{Start: x.Start, End: x.End}
}

// citation quotes a span as item id.
func citation(p *corpus.Plan, id, label string, s corpus.Span) answer.Citation {
	return answer.Citation{
		Plan: p.ID, ID: id, Label: label, Quote: p.Quote(s), Start: s.Start, End: s.End,
		URL: "/p/" + p.ID + "/" + id + "?v=" + p.Hash8(s),
	}
}

// trim leaves off the white space at the ends of s.
func trim(text string, s corpus.Span) corpus.Span {
	const blank = " \r\n\t　"
	t := s.In(text)
	s.Start += len(t) - len(strings.TrimLeft(t, blank))
	s.End = max(s.Start, s.End-(len(t)-len(strings.TrimRight(t, blank))))
	return s
}

// agencies counts the units of a plan's marks: those that lead most first.
func agencies(p *corpus.Plan) []agency {
	at := map[string]int{}
	var out []agency
	count := func(names []string, add func(*agency)) {
		for _, n := range names {
			i, ok := at[n]
			if !ok {
				i = len(out)
				at[n] = i
				out = append(out, agency{Name: n})
			}
			add(&out[i])
		}
	}
	for i := range p.Clauses {
		c := &p.Clauses[i]
		count(c.Leads, func(a *agency) { a.Leads++ })
		count(others(c), func(a *agency) { a.Other++ })
	}
	slices.SortStableFunc(out, func(a, b agency) int {
		return cmp.Or(cmp.Compare(b.Leads, a.Leads), cmp.Compare(b.Other, a.Other))
	})
	return out
}

// others are the units of a clause that do not lead it.
func others(c *corpus.Clause) []string {
	var out []string
	for _, l := range [][]string{c.Responsible, c.Support} {
		for _, u := range l {
			if !slices.Contains(c.Leads, u) && !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}

// called returns what the plan calls a unit that has several names; name itself
// where it has none of them.
func (r *reader) called(name string) string {
	d := r.data()
	if _, ok := d.agency(name); ok || name == "" {
		return name
	}
	for _, asked := range r.engine.Read(name).Agencies {
		for _, a := range d.agencies {
			if read := r.engine.Read(a.Name).Agencies; len(read) == 1 && read[0].Name == asked.Name && read[0].Local == asked.Local {
				return a.Name
			}
		}
	}
	return name
}

// agency returns what the plan says of a unit.
func (d *readerData) agency(name string) (agency, bool) {
	i := slices.IndexFunc(d.agencies, func(a agency) bool { return a.Name == name })
	if i < 0 {
		return agency{}, false
	}
	return d.agencies[i], true
}
