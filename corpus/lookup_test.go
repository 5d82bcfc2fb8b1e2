package corpus

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	const action, measure = "第六项行动“守牢北方生态安全屏障行动”", "第六项行动“守牢北方生态安全屏障行动”重点举措1"
	for _, tt := range []struct {
		id    string
		kind  ItemKind
		label string
		start string // of the words
	}{
		{"0", ItemPreamble, "前言", "为深入贯彻"},
		{"6", ItemSection, action, "六、实施守牢"},
		{"6.0", ItemTargets, action + "主要目标", "\n到2027年"},
		{"6.0.2", ItemTarget, "第六项行动 主要目标", "森林覆盖率、湿地保护率"},
		{"6.1", ItemSection, measure, "1.加强长白山"},
		{"6.1.1", ItemClause, measure, "统筹推进保护"},
		{"1.2.3.1", ItemTarget, "第一项行动“绿色转型发展提速行动”重点举措2", "创建40家左右"},
	} {
		it, ok := p.Find(tt.id)
		if !ok || it.ID != tt.id || it.Kind != tt.kind || it.Label != tt.label || !strings.HasPrefix(p.Quote(it.At), tt.start) {
			t.Errorf("Find(%q) = %+v, %v: %.40q", tt.id, it, ok, p.Quote(it.At))
		}
	}
	for _, id := range []string{"", "0.1", "11", "6.9", "6.1.1.9", "6.0.0", "6.1.0", "一"} {
		if it, ok := p.Find(id); ok {
			t.Errorf("Find(%q) = %+v", id, it)
		}
	}
}

func TestLookups(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	i, _ := p.SectionByID("6")
	if n, m := len(p.ClausesOf(i)), len(p.TargetsOf(i)); n != 14 || m != 7 {
		t.Errorf("action 6 has %d clauses and %d targets", n, m)
	}
	j, _ := p.SectionByID("6.2")
	if p.Top(j) != i || p.Top(i) != i || p.Top(-1) != -1 {
		t.Error("Top does not lead to the action")
	}
	for _, k := range p.ClausesOf(j) {
		if !strings.HasPrefix(p.Clauses[k].ID, "6.2.") {
			t.Errorf("clause %s is not of measure 6.2", p.Clauses[k].ID)
		}
	}
	if got := p.Quote(Span{-1, 2}) + p.Quote(Span{0, len(p.Text) + 1}) + p.Quote(Span{5, 5}); got != "" {
		t.Errorf("quotes of no spans: %q", got)
	}
	if got := p.Hash8(Span{}); got != "e3b0c442" {
		t.Errorf("hash of nothing is %s", got)
	}
}

func TestExport(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	var buf bytes.Buffer
	if err := Export(p).JSON(&buf); err != nil {
		t.Fatal(err)
	}
	var e struct {
		Plan    map[string]string
		Targets []map[string]any
		Clauses []map[string]any
		Lint    []map[string]any
	}
	if err := json.Unmarshal(buf.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if e.Plan["id"] != "jilin-2024" || e.Plan["sha256"] != p.SHA256 || len(e.Targets) != len(p.Targets) || len(e.Clauses) != 97 || len(e.Lint) != len(p.Findings) {
		t.Errorf("export of %v has %d targets, %d clauses", e.Plan, len(e.Targets), len(e.Clauses))
	}
	for _, c := range e.Clauses {
		start, end := int(c["start"].(float64)), int(c["end"].(float64))
		if p.Text[start:end] != c["quote"] {
			t.Errorf("clause %v is not where it says", c["id"])
		}
		if _, ok := c["sentence"]; ok != (c["id"] == "1.2.1" || c["id"] == "1.2.2" || strings.HasPrefix(c["id"].(string), "8.4.") && c["id"] != "8.4.4" && c["id"] != "8.4.5") {
			t.Errorf("clause %v: sentence %v", c["id"], ok)
		}
		for _, key := range []string{"leads", "support", "responsible", "implementers", "deadlines", "places"} {
			if _, ok := c[key].([]any); !ok {
				t.Errorf("clause %v: %s is %v", c["id"], key, c[key])
			}
		}
	}
	if c := e.Clauses[len(e.Clauses)-1]; c["id"] != "10.3.1" || c["item"] != "3" || c["section"] != "第十项行动“美丽吉林社会风尚培育行动”重点举措3" {
		t.Errorf("last clause is %v", c)
	}
}

func TestExportTables(t *testing.T) {
	p, err := Parse("x", []byte("某市|方案\n一、任务\n1.做|事（责任单位：=甲局、@乙局）。\n2.=1+1（牵头单位：丙局）。"), Card{})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Export(p).CSV(&buf); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&buf).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := rows[1][20]; got != "'=甲局、@乙局" {
		t.Errorf("a cell that starts with = is %q", got)
	}
	if got := rows[2][14]; got != "'=1+1" {
		t.Errorf("a quote that starts with = is %q", got)
	}
	buf.Reset()
	if err := Export(p).Markdown(&buf); err != nil {
		t.Fatal(err)
	}
	if got := buf.String(); !strings.Contains(got, `# 《某市\|方案》`) || !strings.Contains(got, `| 做\|事 |`) {
		t.Errorf("table is\n%s", got)
	}
}
