package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// Limits of a search within a plan.
const (
	maxSearch = 100 // runes of a query
	maxHits   = 200 // places listed
)

// A planMain is the whole plan, or one agency's tasks in it.
type planMain struct {
	Lines    []line
	Contents []entry
	Agencies []agency
	Agency   agency // the one chosen; its Name "" for none
	Unknown  string // an agency that the plan does not name
	Query    string
	Hits     []hit
	HitCount int
	Targets  []targetRow
	Clauses  int
}

// An entry is a line of the contents.
type entry struct {
	ID, Title string
	Level     int
}

// A hit is a place where the search found something.
type hit struct {
	Line                int
	Before, Word, After string
}

// A targetRow is a target in the table.
type targetRow struct {
	ID, URL, Indicator, Value, Deadline, Scope string
}

func (s *Site) planPage(w http.ResponseWriter, r *http.Request) {
	rd := s.byID[r.PathValue("plan")]
	if rd == nil {
		s.missing(w, r, nil, "")
		return
	}
	if s.fresh(w, r) {
		return
	}
	q := r.URL.Query()
	query := clip(strings.TrimSpace(strings.ToValidUTF8(q.Get("q"), "")), maxSearch)
	unit := rd.called(clip(strings.TrimSpace(strings.ToValidUTF8(q.Get("agency"), "")), maxSearch))
	_, known := rd.data().agency(unit)
	key := ""
	if query == "" && (known || unit == "") {
		key = "plan/" + rd.ID() + "/" + unit
	}
	s.publish(w, r, key, "plan", func() page { return s.plan(rd, query, unit) })
}

// plan is a plan with what a query finds, or with the tasks of a unit alone.
func (s *Site) plan(rd *reader, query, unit string) page {
	d := rd.data()
	m := planMain{Contents: contents(rd), Agencies: d.agencies, Targets: targets(rd), Clauses: len(rd.plan.Clauses), Query: query}
	l := look{refs: s.refs(rd), hits: find(rd.plan.Text, query)}
	keep := func(int) bool { return true }
	if a, ok := d.agency(unit); ok {
		m.Agency, l.agency = a, unit
		keep = rd.tasksOf(unit)
	} else {
		m.Unknown = unit
	}
	m.Lines = filter(rd.lines(0, len(d.lines), l), keep)
	m.Hits, m.HitCount = hits(rd, l.hits, keep)
	p := page{Title: rd.Title() + "（全文）", Here: "plan", Plan: rd, Main: m, URL: s.absolute("/p/" + rd.ID())}
	p.Description = fmt.Sprintf("%s全文：%d条任务及牵头单位、%d项目标，可按单位筛选、可检索，每条都有固定链接。", rd.Title(), m.Clauses, len(m.Targets))
	if m.Agency.Name != "" {
		p.Title = fmt.Sprintf("%s：%s", m.Agency.Name, rd.Title())
		p.Description = fmt.Sprintf("%s在《%s》中牵头的%d项工作。", m.Agency.Name, rd.Title(), m.Agency.Leads)
	}
	p.NoIndex = query != "" || unit != ""
	return p
}

// clip bounds a text by runes.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// contents lists the headings that say something.
func contents(rd *reader) []entry {
	var out []entry
	for i := range rd.plan.Sections {
		s := &rd.plan.Sections[i]
		switch id := rd.anchor(i); {
		case id == "":
		case s.Kind == corpus.KindTargets:
			out = append(out, entry{id, s.Title, 2})
		default:
			out = append(out, entry{id, bare(s.Heading.In(rd.plan.Text)), depth(rd.plan, i)})
		}
	}
	return out
}

// bare leaves off a full stop.
func bare(s string) string { return strings.TrimRight(s, "。. ") }

// depth is 1 for an outermost section, 2 for all below it.
func depth(p *corpus.Plan, i int) int {
	if p.Sections[i].Parent < 0 {
		return 1
	}
	return 2
}

func targets(rd *reader) []targetRow {
	d := rd.data()
	var out []targetRow
	for i := range rd.plan.Targets {
		t := &rd.plan.Targets[i]
		row := targetRow{ID: t.ID, Indicator: t.Indicator, Value: t.Value, Deadline: t.Deadline, Scope: t.Scope}
		if x := d.byID[t.ID]; x != nil {
			row.URL = x.URL
		}
		out = append(out, row)
	}
	return out
}

// tasksOf reports of each line whether it holds a task of a unit, or the
// heading of a section that does.
func (r *reader) tasksOf(unit string) func(line int) bool {
	d := r.data()
	want := map[int]bool{}
	add := func(s corpus.Span) {
		from, to := d.within(s)
		for i := from; i < to; i++ {
			want[i] = true
		}
	}
	for i := range r.plan.Clauses {
		c := &r.plan.Clauses[i]
		if !slices.Contains(c.Leads, unit) && !slices.Contains(others(c), unit) {
			continue
		}
		add(c.Quote)
		add(c.Mark)
		for k := c.Section; k >= 0; k = r.plan.Sections[k].Parent {
			add(r.plan.Sections[k].Heading)
		}
	}
	return func(line int) bool { return want[line] }
}

// filter keeps lines, by their index, and notes before which text some are left
// out.
func filter(lines []line, keep func(int) bool) []line {
	var out []line
	gap := false
	for _, ln := range lines {
		if !keep(ln.No - 1) {
			gap = true
			continue
		}
		if !ln.Title {
			ln.Gap, gap = gap, false
		}
		out = append(out, ln)
	}
	return out
}

// hits lists what was found in the lines that are kept.
func hits(rd *reader, found []corpus.Span, keep func(int) bool) (out []hit, n int) {
	d, text := rd.data(), rd.plan.Text
	for _, f := range found {
		i, _ := d.within(f)
		if !keep(i) {
			continue
		}
		n++
		if len(out) == maxHits {
			continue
		}
		at := trim(text, d.lines[i])
		before := []rune(text[min(at.Start, f.Start):f.Start])
		after := []rune(text[f.End:max(at.End, f.End)])
		h := hit{Line: i + 1, Word: f.In(text)}
		if len(before) > 16 {
			h.Before = "…"
			before = before[len(before)-16:]
		}
		h.Before += string(before)
		h.After = string(after[:min(len(after), 24)])
		if len(after) > 24 {
			h.After += "…"
		}
		out = append(out, h)
	}
	return out, n
}

// refs returns how to point to the items of a plan.
func (s *Site) refs(rd *reader) func(id string) *ref {
	d := rd.data()
	return func(id string) *ref {
		x := d.byID[id]
		if x == nil {
			return nil
		}
		return s.ref(rd, x)
	}
}

// ref is how to point to x. A section is too long to be quoted in a citation.
func (s *Site) ref(rd *reader, x *item) *ref {
	out := &ref{ID: x.Name(), Begin: begin(x.Quote), Kind: kindNames[x.Kind], Label: x.Place(), URL: x.URL, Full: x.URL, Plan: rd.ID()}
	if full := s.absolute(x.URL); full != "" {
		out.Full = full
	}
	if x.Kind == corpus.ItemClause {
		out.Leads = rd.plan.Clauses[x.Index].Leads
	}
	out.Cite = "《" + rd.Title() + "》" + x.Place() + "(" + x.Name() + ")"
	if x.Kind == corpus.ItemClause || x.Kind == corpus.ItemTarget {
		out.Cite = "「" + x.Quote + "」——" + out.Cite
	}
	return out
}

// begin is the first words of a quote.
func begin(quote string) string {
	s := strings.Join(strings.Fields(quote), " ")
	if c := clip(s, 28); c != s {
		return c + "…"
	}
	return s
}

var kindNames = map[corpus.ItemKind]string{
	corpus.ItemPreamble: "前言", corpus.ItemSection: "章节", corpus.ItemTargets: "主要目标",
	corpus.ItemClause: "条文", corpus.ItemTarget: "目标",
}
