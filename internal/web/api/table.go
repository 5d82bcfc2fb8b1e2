package api

import (
	"bytes"
	"encoding/csv"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/wence-qa/wence/corpus"
)

// tableVersion changes when the same plan gives another table.
const tableVersion = "2"

// A column of a task table.
type column struct {
	head  string
	width float64 // in a workbook, in characters
	cell  func(p *plan, i int, base string) string
}

// columns returns the columns of a plan's table: those for supporting and
// responsible units, and for sentences that clauses share, only where the plan has such.
func columns(p *plan) []column {
	units := func(of func(*corpus.Clause) []string) func(*plan, int, string) string {
		return func(p *plan, i int, _ string) string { return strings.Join(of(&p.Clauses[i]), "、") }
	}
	out := []column{
		{"编号", 10, func(p *plan, i int, _ string) string { return p.Clauses[i].ID }},
		{"位置", 36, func(p *plan, i int, _ string) string { return p.Label(&p.Clauses[i]) }},
		{"牵头单位", 22, units(func(c *corpus.Clause) []string { return c.Leads })},
		{"落实单位", 30, units(func(c *corpus.Clause) []string { return c.Implementers })},
		{"期限", 14, units(func(c *corpus.Clause) []string {
			var out []string
			for _, d := range c.Deadlines {
				out = append(out, d.Wording)
			}
			return out
		})},
		{"原文", 80, func(p *plan, i int, _ string) string { return p.Quote(p.Clauses[i].Quote) }},
		{"链接", 48, func(p *plan, i int, base string) string { return base + p.links()[i] }},
	}
	for _, c := range []struct {
		head string
		of   func(*corpus.Clause) []string
	}{
		{"配合单位", func(c *corpus.Clause) []string { return c.Support }},
		{"责任单位", func(c *corpus.Clause) []string { return c.Responsible }},
	} {
		if slices.ContainsFunc(p.Clauses, func(x corpus.Clause) bool { return len(c.of(&x)) > 0 }) {
			out = append(out, column{c.head, 30, units(c.of)})
		}
	}
	if slices.ContainsFunc(p.Clauses, func(c corpus.Clause) bool { return !c.Sentence.Empty() }) {
		// 用水权 alone says little.
		out = append(out, column{"所在句", 80, func(p *plan, i int, _ string) string { return p.Quote(p.Clauses[i].Sentence) }})
	}
	return out
}

// table returns the head and the rows of the clauses that f keeps.
func table(p *plan, f filter, base string) [][]string {
	cols := columns(p)
	row := func(cell func(column) string) []string {
		out := make([]string, len(cols))
		for k, c := range cols {
			out[k] = cell(c)
		}
		return out
	}
	rows := [][]string{row(func(c column) string { return c.head })}
	for _, i := range f.of(p) {
		rows = append(rows, row(func(c column) string { return c.cell(p, i, base) }))
	}
	return rows
}

// base is what links begin with.
func (a *API) base(r *http.Request) string {
	if a.opt.PublicURL != "" {
		return a.opt.PublicURL
	}
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

func (a *API) tasksCSV(w http.ResponseWriter, r *http.Request) *problem {
	return a.tasks(w, r, "csv", "text/csv; charset=utf-8", writeCSV)
}

func (a *API) tasksXLSX(w http.ResponseWriter, r *http.Request) *problem {
	return a.tasks(w, r, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", writeXLSX)
}

// tasks answers with a table that write writes.
func (a *API) tasks(w http.ResponseWriter, r *http.Request, ext, contentType string, write func(*bytes.Buffer, *plan, [][]string) error) *problem {
	p, f, bad := a.filtered(r)
	if bad != nil {
		return bad
	}
	base := a.base(r)
	if fresh(w, r, p.digest(), f.String(), ext, base) {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, p, table(p, f, base)); err != nil {
		a.opt.Log.Error("cannot write a table", "plan", p.ID, "format", ext, "error", err)
		w.Header().Del("ETag")
		return wrong(kindInternal, "表格没有生成。请改用另一种格式(tasks.csv 或 tasks.xlsx)。")
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.ID + "-tasks." + ext}))
	_, _ = w.Write(b.Bytes()) // a client that has left misses nothing
	return nil
}

// byteOrderMark tells spreadsheets that a CSV is UTF-8.
const byteOrderMark = "\ufeff"

func writeCSV(b *bytes.Buffer, _ *plan, rows [][]string) error {
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(b)
	for _, row := range rows {
		for k, s := range row {
			row[k] = inert(s)
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// inert keeps a spreadsheet from reading a cell as a formula: an apostrophe
// says that it is text.
func inert(s string) string {
	if strings.ContainsRune("=+-@＝＋－＠\t\r\n", firstRune(s)) {
		return "'" + s
	}
	return s
}

// firstRune returns the first character of s, a letter for none.
func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 'x'
}

const sheet = "任务"

// writeXLSX writes a workbook of one sheet. All its cells are strings, which no
// program takes for formulas.
func writeXLSX(b *bytes.Buffer, p *plan, rows [][]string) (err error) {
	x := excelize.NewFile()
	defer func() {
		if e := x.Close(); err == nil {
			err = e
		}
	}()
	s := &sheetWriter{x: x}
	s.do(func() error { return x.SetSheetName("Sheet1", sheet) })
	s.do(func() error { return x.SetDocProps(&excelize.DocProperties{Title: p.Card.Title, Creator: "wence"}) })
	s.do(func() error {
		return x.SetPanes(sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	})
	s.style(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}, 1, len(rows), len(rows[0]))
	s.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EEF7"}},
		Alignment: &excelize.Alignment{Vertical: "center"},
	}, 1, 1, len(rows[0]))
	for k, c := range columns(p) {
		name, _ := excelize.ColumnNumberToName(k + 1) // there are fewer than 16384
		s.do(func() error { return x.SetColWidth(sheet, name, name, c.width) })
		for i, row := range rows {
			s.cell(i+1, k+1, row[k], i > 0 && c.head == "链接")
		}
	}
	s.do(func() error {
		last, _ := excelize.CoordinatesToCellName(len(rows[0]), len(rows))
		return x.AutoFilter(sheet, "A1:"+last, nil)
	})
	if s.err != nil {
		return s.err
	}
	return x.Write(b)
}

// A sheetWriter remembers the first error.
type sheetWriter struct {
	x   *excelize.File
	err error
}

func (s *sheetWriter) do(f func() error) {
	if s.err == nil {
		s.err = f()
	}
}

func (s *sheetWriter) cell(row, col int, text string, link bool) {
	s.do(func() error {
		name, err := excelize.CoordinatesToCellName(col, row)
		if err != nil {
			return err
		}
		if err := s.x.SetCellStr(sheet, name, text); err != nil || !link {
			return err
		}
		return s.x.SetCellHyperLink(sheet, name, text, "External")
	})
}

// style gives the cells from row to last a style.
func (s *sheetWriter) style(style *excelize.Style, row, last, cols int) {
	s.do(func() error {
		id, err := s.x.NewStyle(style)
		if err != nil {
			return err
		}
		from, _ := excelize.CoordinatesToCellName(1, row)
		to, err := excelize.CoordinatesToCellName(cols, last)
		if err != nil {
			return err
		}
		return s.x.SetCellStyle(sheet, from, to, id)
	})
}
