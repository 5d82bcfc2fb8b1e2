package api

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/wence-qa/wence/corpus"
)

func TestListPlans(t *testing.T) {
	s := newSite(t, Options{})
	var list struct {
		Plans []planInfo `json:"plans"`
	}
	s.get("/api/plans").into(t, &list)
	if len(list.Plans) != 2 {
		t.Fatalf("%d plans", len(list.Plans))
	}
	p, want := list.Plans[0], engine().Plans()[0]
	if p.ID != "jilin-2024" || p.SHA256 != want.SHA256 || p.Clauses != 97 || p.Targets != 61 || p.Title != want.Card.Title || p.URL != "/p/jilin-2024" {
		t.Errorf("%+v", p)
	}
}

// TestStructure checks that every clause and target can be had and is quoted
// to the byte, in the very bytes of wence plan export.
func TestStructure(t *testing.T) {
	s := newSite(t, Options{})
	for _, p := range engine().Plans() {
		r := s.get("/api/plans/" + url.PathEscape(p.ID))
		var e corpus.ExportedPlan
		r.into(t, &e)
		var want bytes.Buffer
		if err := corpus.Export(p).JSON(&want); err != nil || !bytes.Equal(r.body, want.Bytes()) {
			t.Errorf("%s is not what wence plan export writes (%v)", p.ID, err)
		}
		got := map[string]string{}
		for _, c := range e.Clauses {
			got[c.ID] = c.Quote
		}
		for _, x := range e.Targets {
			got[x.ID] = x.Quote
		}
		n := 0
		check := func(id string, at corpus.Span) {
			n++
			if got[id] != p.Text[at.Start:at.End] {
				t.Errorf("%s: %q", id, got[id])
			}
		}
		for _, c := range p.Clauses {
			check(c.ID, c.Quote)
		}
		for _, x := range p.Targets {
			check(x.ID, x.Quote)
		}
		if p.ID == "jilin-2024" && n != 97+61 {
			t.Errorf("%d clauses and targets", n)
		}
	}
}

func (s *site) clauses(plan, query string) clauseList {
	s.t.Helper()
	var list clauseList
	s.get("/api/plans/"+url.PathEscape(plan)+"/clauses?"+query).into(s.t, &list)
	if list.Count != len(list.Clauses) {
		s.t.Errorf("%s: count %d of %d", query, list.Count, len(list.Clauses))
	}
	return list
}

func ids(list clauseList) string {
	var out []string
	for _, c := range list.Clauses {
		out = append(out, c.ID)
	}
	return strings.Join(out, " ")
}

func TestClauses(t *testing.T) {
	s := newSite(t, Options{})
	p := engine().Plans()[0]
	all := s.clauses("jilin-2024", "")
	if all.Count != 97 || all.Total != 97 || all.Plan.SHA256 != p.SHA256 {
		t.Errorf("%d of %d", all.Count, all.Total)
	}
	for _, c := range all.Clauses {
		if p.Text[c.Start:c.End] != c.Quote {
			t.Errorf("%s is not the plan's words", c.ID)
		}
		if cite, ok := engine().Cite(p.ID, c.ID); !ok || c.URL != cite.URL {
			t.Errorf("%s links to %s", c.ID, c.URL)
		}
	}
	for _, test := range []struct {
		plan   string
		query  url.Values
		want   string
		agency string // as the plan writes it
	}{
		{"jilin-2024", url.Values{"agency": {"省统计局"}}, "1.3.2", "省统计局"},
		{"jilin-2024", url.Values{"agency": {"统计部门"}}, "1.3.2", "省统计局"},
		{"jilin-2024", url.Values{"agency": {"省教育厅"}}, "", ""},
		{"jilin-2024", url.Values{"agency": {"火星探测局"}}, "", ""},
		{"jilin-2024", url.Values{"deadline": {"2025"}}, "2.2.2", ""},
		{"jilin-2024", url.Values{"deadline": {"2024年"}}, "2.2.2 4.4.1", ""},
		{"jilin-2024", url.Values{"deadline": {"2027"}}, "3.2.1 10.2.2", ""},
		{"jilin-2024", url.Values{"deadline": {"1999"}}, "", ""},
		{"jilin-2024", url.Values{"agency": {"省统计局"}, "deadline": {"2027"}}, "", "省统计局"},
		// What another clause of the sentence says is not its own.
		{"jilin-2024", url.Values{"q": {"环评审批"}}, "1.2.1", ""},
		{"jilin-2024", url.Values{"q": {"两高一低"}}, "1.2.1 1.2.2", ""},
		{"jilin-2024", url.Values{"q": {"两高一低 节能审查"}}, "1.2.2", ""},
		{"jilin-2024", url.Values{"q": {"　两高一低　节能审查 "}}, "1.2.2", ""},
		{"jilin-2024", url.Values{"q": {"用能权"}}, "8.4.2 8.4.4", ""},
		{"jilin-2024", url.Values{"q": {"没有这样的话"}}, "", ""},
		{"某市-2025", url.Values{"q": {"a级&景区</B>"}}, "1.3.1", ""},
		{"某市-2025", url.Values{"agency": {"市财政局"}}, "1.1.1 1.2.1 1.3.1", "市财政局"},
		{"某市-2025", url.Values{"agency": {"财政局"}}, "1.1.1 1.2.1 1.3.1", "市财政局"},
		{"某市-2025", url.Values{"agency": {"省财政厅"}}, "", ""},
		{"某市-2025", url.Values{"deadline": {"2026"}}, "1.3.1", ""},
	} {
		list := s.clauses(test.plan, test.query.Encode())
		if ids(list) != test.want || strings.Join(list.Agencies, " ") != test.agency {
			t.Errorf("%s %v: %s (%v), want %s (%s)", test.plan, test.query, ids(list), list.Agencies, test.want, test.agency)
		}
	}
	for _, q := range []string{"deadline=x", "deadline=27", "deadline=2027-2028", "deadline=２０２７", "agency=%zz", "agency=a&agency=b", "q=%ff", "q=" + strings.Repeat("x", 201), "agency=" + strings.Repeat("x", 201)} {
		for _, what := range []string{"clauses", "tasks.csv", "tasks.xlsx"} {
			if r := s.get("/api/plans/jilin-2024/" + what + "?" + q); r.StatusCode != 400 || r.slug(t) != "bad-parameter" {
				t.Errorf("%s?%s: %s %s", what, q, r.Status, r.body)
			}
		}
	}
}

// TestEveryAgency filters by every unit of the plan and by every name of the
// lexicon: all names of an agency give the clauses that it leads.
func TestEveryAgency(t *testing.T) {
	p := engine().Plans()[0]
	led := map[string]int{}
	for i := range p.Clauses {
		for _, l := range p.Clauses[i].Leads {
			led[l]++
		}
	}
	if len(led) != 21 {
		t.Fatalf("%d lead agencies", len(led))
	}
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	x := newPlan(engine(), p)
	seen := map[string]bool{}
	for _, a := range lex.Agencies {
		for _, name := range append([]string{a.Name, a.Full}, a.Aliases...) {
			if name == "" {
				continue
			}
			f := filter{agency: true, agencies: x.agency(name)}
			n := len(f.of(x))
			switch want, leads := led[a.Name]; {
			case leads && n != want, !leads && n != 0 && n != 97:
				t.Errorf("%s (%s): %d clauses, want %d; %v", name, a.Name, n, want, f.agencies)
			case n == 97 && !strings.Contains(a.Name, "人民政府"):
				t.Errorf("%s: all clauses", name)
			case leads:
				seen[a.Name] = true
			}
		}
	}
	if len(seen) != 21 {
		t.Errorf("%d agencies found: %v", len(seen), slices.Sorted(maps.Keys(seen)))
	}
	if f := (filter{agency: true, agencies: x.agency("县政府")}); len(f.of(x)) != 97 {
		t.Errorf("local governments implement %d", len(f.of(x)))
	}
}

func TestETag(t *testing.T) {
	s := newSite(t, Options{})
	tags := map[string]string{}
	for _, path := range []string{
		"/api/plans", "/api/plans/jilin-2024", "/api/plans/" + url.PathEscape("某市-2025"), "/api/plans/jilin-2024/clauses", "/api/plans/jilin-2024/clauses?agency=" + url.QueryEscape("省水利厅"),
		"/api/plans/jilin-2024/clauses?deadline=2027", "/api/plans/jilin-2024/clauses?q=2027", "/api/plans/jilin-2024/clauses?agency=x", "/api/plans/jilin-2024/tasks.csv", "/api/plans/jilin-2024/tasks.xlsx", "/api/openapi.json",
	} {
		r := s.get(path)
		tag := r.Header.Get("ETag")
		if other, dup := tags[tag]; dup || !strings.HasPrefix(tag, `W/"`) || r.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: ETag %s as %s; Cache-Control %s", path, tag, other, r.Header.Get("Cache-Control"))
		}
		tags[tag] = path
		for have, want := range map[string]int{tag: 304, strings.TrimPrefix(tag, "W/"): 304, `"a", ` + tag: 304, "*": 304, `"a"`: 200, "": 200} {
			r := s.get(path, "If-None-Match", have)
			if r.StatusCode != want || want == 304 && (len(r.body) > 0 || r.Header.Get("ETag") != tag) {
				t.Errorf("%s with %s: %s", path, have, r.Status)
			}
		}
	}
	// Two names of an agency, the same clauses.
	a := s.get("/api/plans/jilin-2024/clauses?agency=" + url.QueryEscape("水利部门")).Header.Get("ETag")
	if tags[a] != "/api/plans/jilin-2024/clauses?agency="+url.QueryEscape("省水利厅") {
		t.Error("another name has another ETag")
	}
	// Links of another address are another table.
	b := newSite(t, Options{PublicURL: "https://example.org"}).get("/api/plans/jilin-2024/tasks.csv").Header.Get("ETag")
	if tags[b] != "" {
		t.Error("another address has the same ETag")
	}
}

// readCSV reads a table as a spreadsheet would.
func readCSV(t *testing.T, body []byte) [][]string {
	t.Helper()
	text, ok := strings.CutPrefix(string(body), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func readXLSX(t *testing.T, body []byte) (*excelize.File, [][]string) {
	t.Helper()
	x, err := excelize.OpenReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	rows, err := x.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return x, rows
}

func TestTables(t *testing.T) {
	const base = "https://wence.example.org"
	s := newSite(t, Options{PublicURL: base + "/"})
	p := engine().Plans()[0]
	for query, want := range map[string]int{
		"": 97, "agency=" + url.QueryEscape("吉林省统计局"): 1, "agency=" + url.QueryEscape("环保厅"): 42, "deadline=2024": 2, "q=" + url.QueryEscape("两高一低"): 2, "q=nothing": 0,
	} {
		list := s.clauses("jilin-2024", query)
		if query == "agency="+url.QueryEscape("环保厅") {
			want = 0
			for i := range p.Clauses {
				if slices.Contains(p.Clauses[i].Leads, "省生态环境厅") {
					want++
				}
			}
		}
		c := s.get("/api/plans/jilin-2024/tasks.csv?" + query)
		x := s.get("/api/plans/jilin-2024/tasks.xlsx?" + query)
		rows := readCSV(t, c.body)
		_, cells := readXLSX(t, x.body)
		if len(rows) != want+1 || len(cells) != want+1 || list.Count != want {
			t.Fatalf("%s: %d rows of CSV, %d of XLSX, %d clauses, want %d", query, len(rows)-1, len(cells)-1, list.Count, want)
		}
		head := []string{"编号", "位置", "牵头单位", "落实单位", "期限", "原文", "链接", "所在句"}
		if !slices.Equal(rows[0], head) || !slices.Equal(cells[0], head) {
			t.Errorf("heads %v and %v", rows[0], cells[0])
		}
		for i, row := range rows[1:] {
			k, ok := p.ClauseByID(row[0])
			if !ok || row[0] != list.Clauses[i].ID {
				t.Fatalf("row %d is of %s", i, row[0])
			}
			cl := &p.Clauses[k]
			if row[1] != p.Label(cl) || row[2] != strings.Join(cl.Leads, "、") || row[3] != strings.Join(cl.Implementers, "、") ||
				row[5] != p.Quote(cl.Quote) || row[6] != base+list.Clauses[i].URL || row[7] != p.Quote(cl.Sentence) || (row[4] == "") != (len(cl.Deadlines) == 0) {
				t.Errorf("%s: %q", row[0], row)
			}
			// A reader of workbooks leaves off empty cells at the end.
			if !slices.Equal(row[:7], cells[i+1][:7]) || row[7] != strings.Join(cells[i+1][7:], "") {
				t.Errorf("%s: CSV %q, XLSX %q", row[0], row, cells[i+1])
			}
		}
	}
	r := s.get("/api/plans/jilin-2024/tasks.csv")
	if ct, cd := r.Header.Get("Content-Type"), r.Header.Get("Content-Disposition"); ct != "text/csv; charset=utf-8" || cd != "attachment; filename=jilin-2024-tasks.csv" {
		t.Errorf("%s, %s", ct, cd)
	}
}

func TestWorkbook(t *testing.T) {
	s := newSite(t, Options{})
	r := s.get("/api/plans/jilin-2024/tasks.xlsx")
	x, rows := readXLSX(t, r.body)
	if again := s.get("/api/plans/jilin-2024/tasks.xlsx"); !bytes.Equal(again.body, r.body) {
		t.Error("the same table has other bytes")
	}
	panes, err := x.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if w, err := x.GetColWidth(sheet, "F"); err != nil || w < 60 {
		t.Errorf("width %v, %v", w, err)
	}
	for _, cell := range []string{"G2", "G98"} {
		if ok, link, err := x.GetCellHyperLink(sheet, cell); err != nil || !ok || !strings.HasPrefix(link, s.url+"/p/jilin-2024/") {
			t.Errorf("%s links to %q, %v", cell, link, err)
		}
	}
	if len(rows) != 98 {
		t.Errorf("%d rows", len(rows))
	}
}

// TestFormulas checks that no cell of a table is a formula.
func TestFormulas(t *testing.T) {
	s := newSite(t, Options{})
	path := "/api/plans/" + url.PathEscape("某市-2025") + "/tasks."
	rows := readCSV(t, s.get(path+"csv").body)
	x, cells := readXLSX(t, s.get(path+"xlsx").body)
	if len(rows) != 4 || !slices.Equal(rows[0][7:], []string{"配合单位", "责任单位"}) || rows[1][7] != "市水务局" || rows[3][8] != "市财政局" {
		t.Fatalf("%q", rows)
	}
	for i, row := range cells {
		for k, s := range row {
			name, _ := excelize.CoordinatesToCellName(k+1, i+1)
			f, err := x.GetCellFormula(sheet, name)
			kind, _ := x.GetCellType(sheet, name)
			if err != nil || f != "" || s != "" && kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
				t.Errorf("%s %q: formula %q, type %v, %v", name, s, f, kind, err)
			}
		}
	}
	for in, want := range map[string]string{
		"": "", "a": "a", "1.1": "1.1", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "＝1": "'＝1", "\t=1": "'\t=1", "a=1": "a=1", "-": "'-",
	} {
		if got := inert(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
	r := s.get(path + "csv")
	if cd := r.Header.Get("Content-Disposition"); cd != "attachment; filename*=utf-8''%E6%9F%90%E5%B8%82-2025-tasks.csv" {
		t.Error(cd)
	}
}

func TestCityPlan(t *testing.T) {
	b, err := json.Marshal(corpus.Export(engine().Plans()[1]).Clauses)
	if err != nil || !bytes.Contains(b, []byte(`HYPERLINK`)) {
		t.Errorf("the plan for tests is not read as meant: %s, %v", b, err)
	}
}
