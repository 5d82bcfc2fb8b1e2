package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// An overviewMain is two pictures of a plan.
type overviewMain struct {
	Bars      []bar
	BarHeight int    // of the whole picture, in pixels
	Role      string // what the agencies of the bars do
	Tasks     int    // clauses that have such an agency
	Years     []year
	Due       int
	DueHeight int
	AxisY     int
}

// A bar is the tasks of one agency.
type bar struct {
	Name     string
	N        int
	Y, TextY int
	Width    string // "62.5%"
}

// A year is what is due in it.
type year struct {
	Name  string
	X     string // of its middle, in per cent
	Past  bool
	Items []due
	TextY int
}

// A due is something with a deadline.
type due struct {
	ID, URL, What, When string
	Task                bool // of a clause and not of the targets
	X                   string
	DX, Y               int
}

// Measures of the pictures, in pixels. A mark can be hit with a finger.
const (
	barStep  = 46
	barText  = 16
	barTop   = 22
	dotStep  = 24
	dotsWide = 288 // what is sure to be there for the columns of all years
)

func (s *Site) overviewPage(w http.ResponseWriter, r *http.Request) {
	rd := s.byID[r.PathValue("plan")]
	if rd == nil {
		s.missing(w, r, nil, "")
		return
	}
	now := s.opt.Now().Year()
	if s.fresh(w, r, strconv.Itoa(now)) {
		return
	}
	s.publish(w, r, fmt.Sprintf("overview/%s/%d", rd.ID(), now), "overview", func() page {
		var m overviewMain
		m.bars(rd)
		m.timeline(rd, now)
		return page{
			Title: "图表：" + rd.Title(), Here: "overview", Plan: rd, Main: m, URL: s.absolute("/overview/" + rd.ID()),
			Description: fmt.Sprintf("《%s》各单位牵头的任务数，和各年到期的目标。", rd.Title()),
		}
	})
}

// bars counts the tasks that agencies lead; of a plan that names no leads, those
// that they have a part in.
func (m *overviewMain) bars(rd *reader) {
	count, units := func(a agency) int { return a.Leads }, func(c *corpus.Clause) []string { return c.Leads }
	m.Role = "牵头"
	if !slices.ContainsFunc(rd.data().agencies, func(a agency) bool { return a.Leads > 0 }) {
		count, units, m.Role = func(a agency) int { return a.Other }, others, "负责或配合"
	}
	for i := range rd.plan.Clauses {
		if len(units(&rd.plan.Clauses[i])) > 0 {
			m.Tasks++
		}
	}
	most := 1
	for _, a := range rd.data().agencies {
		most = max(most, count(a))
	}
	for _, a := range rd.data().agencies {
		if n := count(a); n > 0 {
			y := len(m.Bars) * barStep
			m.Bars = append(m.Bars, bar{Name: a.Name, N: n, Y: y + barTop, TextY: y + barText, Width: percent(float64(n) / float64(most))})
		}
	}
	m.BarHeight = len(m.Bars) * barStep
}

func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 2, 64) + "%" }

// timeline places what is due above the years.
func (m *overviewMain) timeline(rd *reader, now int) {
	byYear := dues(rd)
	if len(byYear) == 0 {
		return
	}
	first, last := math.MaxInt, 0
	for y := range byYear {
		first, last = min(first, y), max(last, y)
	}
	n := last - first + 1
	columns := max(1, dotsWide/n/dotStep)
	rows := 0
	for _, list := range byYear {
		rows = max(rows, (len(list)+columns-1)/columns)
	}
	m.AxisY = rows*dotStep + 28
	m.DueHeight = m.AxisY + 34
	for y := first; y <= last; y++ {
		list := byYear[y]
		x := percent((float64(y-first) + 0.5) / float64(n))
		m.Due += len(list)
		for i := range list {
			wide := min(columns, len(list)) - 1
			list[i].X = x
			list[i].DX = (i%columns)*dotStep - wide*dotStep/2
			list[i].Y = m.AxisY - 16 - i/columns*dotStep
		}
		top := m.AxisY - 12 - (len(list)+columns-1)/columns*dotStep
		m.Years = append(m.Years, year{Name: strconv.Itoa(y), X: x, Past: y < now, Items: list, TextY: top})
	}
}

// dues returns what has a deadline, by its year.
func dues(rd *reader) map[int][]due {
	d, p := rd.data(), rd.plan
	out := map[int][]due{}
	told := map[string]bool{} // clause and year that a target tells
	add := func(yearText string, x due) {
		y, err := strconv.Atoi(yearText)
		it := d.byID[x.ID]
		if err != nil || it == nil {
			return
		}
		x.URL = it.URL
		out[y] = append(out[y], x)
	}
	for i := range p.Targets {
		t := &p.Targets[i]
		add(t.Deadline, due{ID: t.ID, What: t.Indicator + "：" + t.Value, When: t.DeadlineWording, Task: t.Clause >= 0})
		if t.Clause >= 0 {
			told[p.Clauses[t.Clause].ID+" "+t.Deadline] = true
		}
	}
	for i := range p.Clauses {
		c := &p.Clauses[i]
		for _, x := range c.Deadlines {
			if key := c.ID + " " + x.Year; !told[key] {
				told[key] = true
				add(x.Year, due{ID: c.ID, What: rest(p.Text, c.Quote, x.At), When: x.Wording, Task: true})
			}
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b due) int { return cmp.Compare(d.byID[a.ID].At.Start, d.byID[b.ID].At.Start) })
	}
	return out
}

// rest is what follows a deadline in its sentence.
func rest(text string, in, at corpus.Span) string {
	s := text[at.End:max(at.End, in.End)]
	if i := strings.IndexAny(s, "。;；"); i >= 0 {
		s = s[:i]
	}
	s = strings.TrimLeft(s, ",，、 ")
	if c := clip(s, 60); c != s {
		return c + "…"
	}
	return s
}
