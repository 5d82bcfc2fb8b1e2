package corpus

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// An ExportedPlan is a plan in the stable form of wence plan export. What the
// text does not give is "", and lists are never null.
type ExportedPlan struct {
	Plan    ExportedCard      `json:"plan"`
	Targets []ExportedTarget  `json:"targets"`
	Clauses []ExportedClause  `json:"clauses"`
	Lint    []ExportedFinding `json:"lint"`
}

// An ExportedCard says which text was read.
type ExportedCard struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	SHA256 string `json:"sha256"`
}

// An ExportedTarget is one Target. Start and End are bytes of the text.
type ExportedTarget struct {
	ID              string   `json:"id"`
	Kind            string   `json:"kind"`
	Section         string   `json:"section"`
	Indicator       string   `json:"indicator"`
	Op              string   `json:"op"`
	Number          string   `json:"number"`
	Unit            string   `json:"unit"`
	Approx          bool     `json:"approx"`
	Wording         string   `json:"wording"`
	Value           string   `json:"value"`
	Deadline        string   `json:"deadline"`
	DeadlineWording string   `json:"deadline_wording"`
	DeadlineCarried bool     `json:"deadline_carried"`
	Scope           string   `json:"scope"`
	ScopeStated     bool     `json:"scope_stated"`
	Places          []string `json:"places"`
	Quote           string   `json:"quote"`
	Start           int      `json:"start"`
	End             int      `json:"end"`
}

// An ExportedClause is one Clause. The sentence fields are only there for
// clauses that share a sentence.
type ExportedClause struct {
	ID            string             `json:"id"`
	Section       string             `json:"section"`
	Item          string             `json:"item"`
	Quote         string             `json:"quote"`
	Start         int                `json:"start"`
	End           int                `json:"end"`
	Sentence      string             `json:"sentence,omitempty"`
	SentenceStart *int               `json:"sentence_start,omitempty"`
	SentenceEnd   *int               `json:"sentence_end,omitempty"`
	Mark          string             `json:"mark"`
	Leads         []string           `json:"leads"`
	Support       []string           `json:"support"`
	Responsible   []string           `json:"responsible"`
	Implementers  []string           `json:"implementers"`
	Deadlines     []ExportedDeadline `json:"deadlines"`
	Places        []string           `json:"places"`
}

// An ExportedDeadline is one Deadline.
type ExportedDeadline struct {
	Year    string `json:"year"`
	Wording string `json:"wording"`
	Start   int    `json:"start"`
	End     int    `json:"end"`
}

// An ExportedFinding is one Finding.
type ExportedFinding struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`
}

// Export returns p in its stable form.
func Export(p *Plan) ExportedPlan {
	e := ExportedPlan{
		Plan:    ExportedCard{p.ID, p.Card.Title, p.SHA256},
		Targets: []ExportedTarget{},
		Clauses: []ExportedClause{},
		Lint:    []ExportedFinding{},
	}
	for i := range p.Targets {
		e.Targets = append(e.Targets, exportTarget(p, &p.Targets[i]))
	}
	for i := range p.Clauses {
		e.Clauses = append(e.Clauses, exportClause(p, &p.Clauses[i]))
	}
	for _, f := range p.Findings {
		e.Lint = append(e.Lint, ExportedFinding{f.At.Start, f.At.End, f.Kind, f.Text})
	}
	return e
}

func exportTarget(p *Plan, t *Target) ExportedTarget {
	return ExportedTarget{
		ID: t.ID, Kind: string(t.Kind), Section: p.TargetLabel(t),
		Indicator: t.Indicator, Op: t.Op, Number: t.Number, Unit: t.Unit, Approx: t.Approx,
		Wording: t.Wording, Value: t.Value,
		Deadline: t.Deadline, DeadlineWording: t.DeadlineWording, DeadlineCarried: t.DeadlineCarried,
		Scope: t.Scope, ScopeStated: t.ScopeStated, Places: list(t.Places),
		Quote: p.Quote(t.Quote), Start: t.Quote.Start, End: t.Quote.End,
	}
}

func exportClause(p *Plan, c *Clause) ExportedClause {
	e := ExportedClause{
		ID: c.ID, Section: p.Label(c), Item: itemOf(p, c.Section),
		Quote: p.Quote(c.Quote), Start: c.Quote.Start, End: c.Quote.End,
		Mark:  p.Quote(c.Mark),
		Leads: list(c.Leads), Support: list(c.Support), Responsible: list(c.Responsible),
		Implementers: list(c.Implementers), Deadlines: []ExportedDeadline{}, Places: []string{},
	}
	if !c.Sentence.Empty() {
		e.Sentence = p.Quote(c.Sentence)
		e.SentenceStart, e.SentenceEnd = &c.Sentence.Start, &c.Sentence.End
	}
	for _, d := range c.Deadlines {
		e.Deadlines = append(e.Deadlines, ExportedDeadline{d.Year, d.Wording, d.At.Start, d.At.End})
	}
	for _, pl := range c.Places {
		e.Places = append(e.Places, pl.Name)
	}
	return e
}

// itemOf is the ordinal of the nearest numbered heading.
func itemOf(p *Plan, i int) string {
	for ; i >= 0; i = p.Sections[i].Parent {
		if no := p.Sections[i].No; no > 0 {
			return strconv.Itoa(no)
		}
	}
	return ""
}

// list is a copy of s that is never nil.
func list(s []string) []string { return append([]string{}, s...) }

// JSON writes e as one indented JSON object. It does not escape HTML.
func (e ExportedPlan) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(e)
}

var csvHeader = []string{
	"type", "id", "section", "kind", "indicator", "op", "number", "unit", "approx", "wording",
	"deadline", "deadline_wording", "scope", "places", "quote", "start", "end",
	"mark", "leads", "support", "responsible", "implementers",
}

// CSV writes e as one table of targets and clauses. Lists are joined with 、.
func (e ExportedPlan) CSV(w io.Writer) error {
	c := csv.NewWriter(w)
	_ = c.Write(csvHeader) // Error reports it below
	for _, t := range e.Targets {
		_ = c.Write(csvCells("target", t.ID, t.Section, t.Kind, t.Indicator, t.Op, t.Number, t.Unit,
			strconv.FormatBool(t.Approx), t.Wording, t.Deadline, t.DeadlineWording, t.Scope, join(t.Places),
			t.Quote, strconv.Itoa(t.Start), strconv.Itoa(t.End), "", "", "", "", ""))
	}
	for _, x := range e.Clauses {
		years, words := make([]string, 0, len(x.Deadlines)), make([]string, 0, len(x.Deadlines))
		for _, d := range x.Deadlines {
			years, words = append(years, d.Year), append(words, d.Wording)
		}
		_ = c.Write(csvCells("clause", x.ID, x.Section, "", "", "", "", "", "", "",
			join(years), join(words), "", join(x.Places), x.Quote, strconv.Itoa(x.Start), strconv.Itoa(x.End),
			x.Mark, join(x.Leads), join(x.Support), join(x.Responsible), join(x.Implementers)))
	}
	c.Flush()
	return c.Error()
}

// csvCells keeps spreadsheets from reading a cell as a formula.
func csvCells(cells ...string) []string {
	for i, s := range cells {
		if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) && len(s) > 2 {
			cells[i] = "'" + s
		}
	}
	return cells
}

func join(s []string) string { return strings.Join(s, "、") }

// Markdown writes e as two tables for people.
func (e ExportedPlan) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# 《%s》\n\n## 目标\n\n| 编号 | 位置 | 指标 | 目标 | 期限 | 范围 | 原文 |\n|---|---|---|---|---|---|---|\n", cell(e.Plan.Title))
	for _, t := range e.Targets {
		row(&b, t.ID, t.Section, t.Indicator, t.Value, t.DeadlineWording, t.Scope, t.Quote)
	}
	b.WriteString("\n## 任务\n\n| 编号 | 位置 | 牵头单位 | 配合单位 | 责任单位 | 原文 |\n|---|---|---|---|---|---|\n")
	for _, c := range e.Clauses {
		row(&b, c.ID, c.Section, join(c.Leads), join(c.Support), join(c.Responsible), c.Quote)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func row(b *strings.Builder, cells ...string) {
	for _, s := range cells {
		b.WriteString("| " + cell(s) + " ")
	}
	b.WriteString("|\n")
}

// cell keeps s within its table cell.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "\r", "").Replace(s)
}
