package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// A scripted model writes what a function says.
type scripted func(Prompt) any

func (scripted) Name() string { return "scripted" }

func (s scripted) Write(_ context.Context, p Prompt) ([]byte, error) {
	switch v := s(p).(type) {
	case error:
		return nil, v
	case string:
		return []byte(v), nil
	default:
		return json.Marshal(v)
	}
}

// A wrote is what a model writes for a summary.
type wrote struct {
	Sentences []Sentence `json:"sentences"`
	Abstain   bool       `json:"abstain"`
}

func one(text string, cites ...string) wrote { return wrote{Sentences: []Sentence{{text, cites}}} }

// rephrased is what a model writes for a question.
func rephrased(s string) any { return map[string]any{"question": s, "abstain": false} }

// given is what a model is given for a summary.
func given(t testing.TB, p Prompt) (in struct {
	Question string
	Clauses  []summaryClause
}) {
	t.Helper()
	if err := json.Unmarshal([]byte(p.User), &in); err != nil {
		t.Fatalf("the data is no JSON: %v", err)
	}
	return in
}

const listQuestion = "省林草局要做的工作有哪些"

// TestSummary is the good case: sentences that rest on what they cite.
func TestSummary(t *testing.T) {
	e, _ := testEngine(t)
	a := ask(t, e, listQuestion)
	before, _ := json.Marshal(a)
	var prompt Prompt
	x := e.Extend(t.Context(), scripted(func(p Prompt) any {
		prompt = p
		in := given(t, p)
		var w wrote
		for i, c := range in.Clauses[:3] {
			w.Sentences = append(w.Sentences, Sentence{honest(c) + "[" + c.Handle + "]。", []string{in.Clauses[i].Handle}})
		}
		return w
	}), a, "chat", testDay)
	if x.Err != nil || x.Summary == nil || len(x.Summary.Sentences) != 3 || x.Summary.Dropped != 0 || x.Summary.Model != "scripted" {
		t.Fatalf("%+v", x)
	}
	for i, s := range x.Summary.Sentences {
		if !slices.Equal(s.Cites, []string{a.Citations[i].ID}) || strings.Contains(s.Text, "c1") {
			t.Errorf("sentence %d: %+v", i, s)
		}
	}
	b := a.With(x)
	after, _ := json.Marshal(a)
	if string(before) != string(after) || b == a {
		t.Error("the answer was changed")
	}
	b.Summary = nil
	if again, _ := json.Marshal(b); string(again) != string(before) {
		t.Error("a field beside the summary was changed")
	}
	if prompt.Payer != "chat" || prompt.Version == "" || !json.Valid(prompt.Schema) || strings.Contains(prompt.System, listQuestion) {
		t.Errorf("prompt %+v", prompt)
	}
	if text := a.With(x).MachineText(); !strings.HasPrefix(text, MachineNote+":\n") || !strings.Contains(text, "〔"+a.Citations[0].ID+"〕") {
		t.Errorf("text %q", text)
	}
}

// honest says of a clause what it says: its first words and its lead.
func honest(c summaryClause) string {
	text := numbering.ReplaceAllString(marks.ReplaceAllString(c.Text, ""), "")
	text, _, _ = strings.Cut(text, "。")
	if parts := regexp.MustCompile(`[,，;；]`).FindAllStringIndex(text, 3); len(parts) == 3 {
		text = text[:parts[2][0]]
	}
	text = strings.TrimRight(text, " ,，;；。.")
	if len(c.Lead) == 1 {
		return c.Lead[0] + "牵头" + text
	}
	return text
}

var (
	numbering = regexp.MustCompile(`^\d+\.`)
	marks     = regexp.MustCompile(`[(（][^()（）]*牵头单位[^()（）]*[)）]`)
)

func TestSummaryRefused(t *testing.T) {
	e, _ := testEngine(t)
	a := ask(t, e, listQuestion)
	many := wrote{}
	for range maxSentences + 3 {
		many.Sentences = append(many.Sentences, Sentence{"省林草局牵头", []string{"c9999"}})
	}
	for _, test := range []struct {
		name string
		says any
		why  string // of the first drop; "" for an error
	}{
		{"no such handle", one("省林草局牵头保护湿地", "c99"), "handle"},
		{"an id for a handle", one("省林草局牵头保护湿地", a.Citations[0].ID), "handle"},
		{"no handle", one("省林草局牵头保护湿地"), "handle"},
		{"a known and an unknown handle", one("省林草局牵头保护湿地", "c1", "c0"), "handle"},
		{"a name", one("省林草局。", "c1"), "length"},
		{"a link", one("详见 https://evil.example/x", "c1"), "markup"},
		{"abstains", wrote{Abstain: true}, "abstain"},
		{"too many sentences", many, "handle"},
		{"no JSON", "好的,以下是摘要", ""},
		{"two objects", `{"sentences":[],"abstain":false}{"sentences":[]}`, ""},
		{"a list", `[]`, ""},
		{"other types", `{"sentences":"省林草局"}`, ""},
		{"down", errors.New("no answer in time"), ""},
	} {
		x := e.Extend(t.Context(), scripted(func(Prompt) any { return test.says }), a, "", testDay)
		switch {
		case x.Summary != nil || x.Second != nil:
			t.Errorf("%s: shown: %+v", test.name, x)
		case test.why == "" && x.Err == nil:
			t.Errorf("%s: no error", test.name)
		case test.why != "" && (len(x.Dropped) == 0 || x.Dropped[0].Why != test.why):
			t.Errorf("%s: dropped %+v", test.name, x.Dropped)
		}
		if a.With(x) != a {
			t.Errorf("%s: another answer", test.name)
		}
	}
	// An empty summary is none.
	if x := e.Extend(t.Context(), scripted(func(Prompt) any { return wrote{} }), a, "", testDay); x.Summary != nil {
		t.Error("an empty summary is shown")
	}
}

// TestSummaryShort drops what is left of a summary when it misleads.
func TestSummaryShort(t *testing.T) {
	values := []Value{{Indicator: "森林覆盖率", Number: "45.8"}, {Indicator: "湿地保护率", Number: "45.22"}}
	for _, test := range []struct {
		name string
		a    Answer
		s    Summary
		ok   bool
	}{
		{"two clauses", Answer{}, Summary{Sentences: []Sentence{{"甲", []string{"1", "2"}}}}, true},
		{"one clause", Answer{}, Summary{Sentences: []Sentence{{"甲", []string{"1"}}}}, false},
		{"as many dropped", Answer{}, Summary{Sentences: []Sentence{{"甲", []string{"1", "2"}}}, Dropped: 1}, true},
		{"more dropped", Answer{}, Summary{Sentences: []Sentence{{"甲", []string{"1", "2"}}}, Dropped: 2}, false},
		{"one value", Answer{Values: values}, Summary{Sentences: []Sentence{{"森林覆盖率45.8%", []string{"1", "2"}}}}, false},
		{"both values", Answer{Values: values}, Summary{Sentences: []Sentence{{"分别为百分之四十五点八和45.22%", []string{"1", "2"}}}}, true},
		{"one lead", Answer{Kind: KindLead, Leads: []string{"省水利厅", "省林草局"}}, Summary{Sentences: []Sentence{{"省水利厅牵头", []string{"1", "2"}}}}, false},
		{"a list of leads", Answer{Kind: KindList, Leads: []string{"省水利厅", "省林草局"}}, Summary{Sentences: []Sentence{{"省水利厅牵头", []string{"1", "2"}}}}, true},
	} {
		if why := short(&test.a, &test.s); (why == "") != test.ok {
			t.Errorf("%s: %q", test.name, why)
		}
	}
}

// questions returns the first turns of the question sets: the repository's own
// and, where it is, the shared one.
func questions(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, file := range []string{"../eval/testdata/jilin-own.jsonl", "../../../shared/eval/dev.jsonl"} {
		b, err := os.ReadFile(filepath.FromSlash(file))
		if errors.Is(err, os.ErrNotExist) {
			t.Logf("%s is not here", file)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			var c struct{ Turns []json.RawMessage }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			var text string
			if json.Unmarshal(c.Turns[0], &text) == nil { // else a turn with a chat and a user
				out = append(out, text)
			}
		}
	}
	return out
}

// TestLiar lets a model say of every clause that an answer cites what it says,
// and then alters each number and each agency one at a time.
func TestLiar(t *testing.T) {
	e, p := testEngine(t)
	agencies := allLeads(p)
	seen := map[string]bool{}
	var said, refused, lies, slipped, answers int
	for _, q := range questions(t) {
		a := ask(t, e, q)
		cs := e.evidence(a)
		if !a.Found || !summarisable(cs) {
			continue
		}
		answers++
		for _, c := range cs {
			text := honest(summaryClause{Text: c.clause.Text, Lead: c.clause.Leads})
			if seen[text+c.ID] {
				continue
			}
			seen[text+c.ID] = true
			shown := func(s string) bool {
				x := e.admit(a, cs, []Sentence{{s, []string{c.handle}}}, "liar")
				return !slices.ContainsFunc(x.Dropped, func(d Drop) bool { return d.Why != "short" })
			}
			if said++; !shown(text) {
				refused++
				t.Logf("honest but refused: %s", text)
			}
			for _, lie := range alter(text, c.clause.Leads, agencies) {
				if lies++; shown(lie) {
					slipped++
					t.Errorf("a lie is shown: %s (%s)", lie, text)
				}
			}
		}
	}
	t.Logf("%d answers, %d sentences: %d of %d altered ones dropped, %d of %d honest ones refused (%.1f %%)",
		answers, said, lies-slipped, lies, refused, said, 100*float64(refused)/float64(said))
	if lies < 500 || float64(refused) > 0.15*float64(said) {
		t.Error("too few lies or too many honest sentences refused")
	}
}

func allLeads(p *corpus.Plan) []string {
	var out []string
	for i := range p.Clauses {
		for _, l := range p.Clauses[i].Leads {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

var runOfDigits = regexp.MustCompile(`\d+(\.\d+)?`)

// alter changes each number and each agency of a sentence, one at a time.
func alter(text string, leads, agencies []string) []string {
	var out []string
	for _, at := range runOfDigits.FindAllStringIndex(text, -1) {
		n := []byte(text[at[0]:at[1]])
		last := len(n) - 1
		n[last] = '0' + (n[last]-'0'+1)%10
		out = append(out, text[:at[0]]+string(n)+text[at[1]:])
		out = append(out, text[:at[0]]+"1"+text[at[0]:])
	}
	for _, l := range leads {
		for _, other := range agencies {
			if !slices.Contains(leads, other) && strings.Contains(text, l) {
				out = append(out, strings.Replace(text, l, other, 1))
			}
		}
	}
	return out
}

// TestRephrase puts questions without an answer in other words.
func TestRephrase(t *testing.T) {
	e, _ := testEngine(t)
	for _, test := range []struct{ question, model, why string }{
		{"雾霾天里那些特别细小的颗粒物要压到多低的浓度", "细颗粒物浓度目标是多少", ""},
		{"老旧排放差的柴油大卡车什么时候不让跑了,谁管", "国三及以下排放标准营运柴油货车淘汰谁牵头", "ask"},
		{"医院污水处理谁牵头", "城市生活污水处理谁牵头", ""},
		{"医院污水处理谁牵头", "省住建厅牵头污水处理吗", "agency"},
		{"省教育厅牵头的绿色学校食堂谁来管", "绿色学校谁牵头", "agency"},
		{"医院污水处理谁牵头", "长春市城市生活污水处理谁牵头", "place"},
		{"白山市医院污水处理谁牵头", "城市生活污水处理谁牵头", "place"},
		{"医院污水处理2025年谁牵头", "城市生活污水处理2027年谁牵头", "year"},
		{"今年医院污水处理谁牵头", "城市生活污水处理谁牵头", "year"},
		{"医院污水处理率要到80%吗", "城市污水处理率要到90%吗", "number"},
		{"医院污水处理三十二个项目谁牵头", "城市生活污水处理谁牵头", "number"},
		{"医院床位湿地保护率要多少张", "森林覆盖率目标是多少", "indicator"},
		{"医院床位数目标多少张", "湿地保护率要到几成", "indicator"},
		{"医院旁边那块湿地怎么样了", "湿地保护率要到几成", "indicator"},
		{"臭氧浓度目标是多少", "细颗粒物浓度目标是多少", "indicator"},
		{"煤炭消费比重目标是多少", "非化石能源消费比重目标是多少", "indicator"},
		{"燃油汽车占比要到多少", "新增汽车中新能源汽车占比要到多少", "indicator"},
		{"夜间照明达标率目标是多少", "声环境功能区夜间达标率目标是多少", "indicator"},
		{"水土流失率目标是多少", "新增治理水土流失面积目标是多少", "indicator"},
		{"单位地区生产总值能耗下降率目标是多少", "单位地区生产总值二氧化碳排放下降率目标是多少", "indicator"},
		{"垃圾焚烧率目标是多少", "生活垃圾分类目标是多少", "indicator"},
		{"三成的烂尾楼归谁管", "城镇开发边界由谁牵头", "number"},
		{"翻一番的烂尾楼归谁管", "城镇开发边界由谁牵头", "number"},
		{"千亩烂尾楼归谁管", "城镇开发边界由谁牵头", "number"},
		{"十四五期间烂尾楼归谁管", "城镇开发边界由谁牵头", "number"},
		{"下个月烂尾楼归谁管", "城镇开发边界由谁牵头", "year"},
		{"近期烂尾楼归谁管", "城镇开发边界由谁牵头", "year"},
		{"房管局的烂尾楼归谁管", "城镇开发边界由谁牵头", "agency"},
		{"派出所说烂尾楼归谁管", "城镇开发边界由谁牵头", "agency"},
		{"交警查车冒黑烟归谁管", "超标排放车辆由谁牵头", "agency"},
		{"南湖的烂尾楼归谁管", "城镇开发边界由谁牵头", "place"},
		{"我们村烂尾楼归谁管", "城镇开发边界由谁牵头", "place"},
		{"烂尾楼归谁管", "城镇开发边界由谁牵头", "topic"},
		{"医院污水处理谁牵头", "医院污水已全部达标,请放心,生活污水处理设施由谁牵头", "form"},
		{"医院污水处理谁牵头", "生活污水处理设施由谁牵头 详见 evil.com/x", "form"},
		{"医院污水处理谁牵头", "领导批准免费办理生活污水处理设施由谁牵头", "word"},
		{"医院污水处理谁牵头", "生活污水处理设施由谁牵头?已停用", "form"},
		{"医院污水处理不归谁管", "城市生活污水处理归谁管", "negation"},
		{"医院污水处理谁牵头", "城市生活污水处理目标是多少", "ask"},
		{"医院污水处理谁牵头", "医院污水处理谁牵头", "same"},
		{"医院污水处理谁牵头", "城市生活\n污水处理谁牵头", "form"},
		{"医院污水处理谁牵头", "城市<b>污水</b>处理谁牵头", "form"},
		{"医院污水处理谁牵头", strings.Repeat("城市生活污水处理", 20) + "谁牵头", "form"},
		{"医院污水处理谁牵头", "医院食堂谁牵头", "not-found"},
		{"医院污水处理谁牵头", "", "abstain"},
	} {
		a := ask(t, e, test.question)
		if a.Found {
			t.Errorf("%s: has an answer already: %s", test.question, a.Headline)
			continue
		}
		before, _ := json.Marshal(a)
		var in vocabulary
		x := e.Extend(t.Context(), scripted(func(p Prompt) any {
			if err := json.Unmarshal([]byte(p.User), &in); err != nil {
				t.Fatal(err)
			}
			return rephrased(test.model)
		}), a, "", testDay)
		switch {
		case test.why == "" && (x.Second == nil || !x.Second.Answer.Found || x.Second.Question != test.model):
			t.Errorf("%s: dropped %+v", test.model, x)
		case test.why != "" && (x.Second != nil || len(x.Dropped) != 1 || x.Dropped[0].Why != test.why):
			t.Errorf("%s: want %s: %+v", test.model, test.why, x)
		}
		if in.Question != test.question || !slices.Contains(in.Indicators, "湿地保护率") || !slices.Contains(in.Agencies, "省水利厅") || len(in.Sections) < 40 {
			t.Errorf("given %.200v", in)
		}
		b := *a.With(x)
		b.Second = nil
		if after, _ := json.Marshal(&b); string(after) != string(before) {
			t.Errorf("%s: a field beside llm was changed", test.question)
		}
	}
}

// TestNothingToAdd asks no model for nothing.
func TestNothingToAdd(t *testing.T) {
	e, p := testEngine(t)
	never := scripted(func(p Prompt) any {
		t.Errorf("asked: %s", p.User)
		return nil
	})
	for _, q := range []string{"你好", "湿地保护率要到多少", "谁牵头", "", "?"} {
		a := ask(t, e, q)
		if x := e.Extend(t.Context(), never, a, "", testDay); a.With(x) != a || e.Extends(a) {
			t.Errorf("%q: %+v, offered: %v", q, x, e.Extends(a))
		}
	}
	// A list too long to sum up is offered to nobody.
	long := ask(t, e, listQuestion)
	for i := range p.Clauses {
		c, _ := e.Cite(p.ID, p.Clauses[i].ID)
		long.Citations = append(long.Citations, c)
	}
	if x := e.Extend(t.Context(), never, long, "", testDay); long.With(x) != long || e.Extends(long) {
		t.Errorf("%d clauses: offered: %v", len(long.Citations), e.Extends(long))
	}
}

// obey is a model that does what it is told by whoever spoke last: it says what
// the data wants said, cites whatever there is, and recites its orders.
func obey(t testing.TB, lines []string) scripted {
	return func(p Prompt) any {
		if p.Name != "summary" {
			return rephrased(lines[0])
		}
		in := given(t, p)
		var w wrote
		for i, s := range lines {
			w.Sentences = append(w.Sentences, Sentence{s, []string{in.Clauses[i%len(in.Clauses)].Handle}})
		}
		for i := range strings.Split(p.System, "\n") {
			w.Sentences = append(w.Sentences, Sentence{strings.Split(p.System, "\n")[i], []string{"c1", "c2"}})
		}
		return w
	}
}

// TestR22Questions asks hostile questions of a model that obeys them.
func TestR22Questions(t *testing.T) {
	e, _ := testEngine(t)
	shown := 0
	for i, h := range hostile() {
		// The order stands in a question that has an answer, and in one
		// that has none.
		for _, q := range []string{listQuestion + "。" + h.order, h.order} {
			a := e.Ask(t.Context(), Request{Text: q, Today: testDay})
			lines := append([]string{h.want}, honestOf(e, a)...)
			x := e.Extend(t.Context(), obey(t, lines), a, "", testDay)
			shown += harmless(t, e, a, x, h.want)
		}
		if i == 0 && shown == 0 {
			t.Error("no honest sentence is shown: the test shows nothing")
		}
	}
	t.Logf("%d hostile questions, %d honest sentences shown beside them", len(hostile()), shown)
}

// honestOf are sentences that may be shown beside the lies.
func honestOf(e *Engine, a *Answer) []string {
	var out []string
	for i, c := range e.evidence(a) {
		if i == 0 {
			continue // the first handle is the lie's
		}
		out = append(out, honest(summaryClause{Text: c.clause.Text, Lead: c.clause.Leads}))
		if len(out) == 3 {
			break
		}
	}
	return out
}

// harmless checks that nothing of what was ordered is shown, and returns how
// many sentences are.
func harmless(t *testing.T, e *Engine, a *Answer, x Addition, order string) int {
	t.Helper()
	if x.Second != nil {
		if was, is := e.Read(a.Question), e.Read(x.Second.Question); difference(agencyNames(was), agencyNames(is)) != "" {
			t.Errorf("%q became %q", a.Question, x.Second.Question)
		}
	}
	if x.Summary == nil {
		return 0
	}
	for _, s := range x.Summary.Sentences {
		switch {
		case len(s.Cites) == 0:
			t.Errorf("without a clause: %s", s.Text)
		case s.Text == order, strings.Contains(s.Text, "http"), strings.Contains(s.Text, "@"), strings.Contains(summarySystem, s.Text):
			t.Errorf("shown: %s", s.Text)
		}
	}
	return len(x.Summary.Sentences)
}

// TestR22Plans reads plans whose clauses give orders.
func TestR22Plans(t *testing.T) {
	clauses, shown := 0, 0
	for i, text := range hostilePlans() {
		p, err := corpus.Parse(fmt.Sprintf("hostile-%d", i), []byte(text), corpus.Card{})
		if err != nil {
			t.Fatal(err)
		}
		e := newEngine(t, []*corpus.Plan{p})
		a := e.Ask(t.Context(), Request{Text: "市水务局牵头哪些工作", Today: testDay})
		if len(a.Citations) < 2 {
			t.Fatalf("plan %d: %s", i, a.Text)
		}
		for _, c := range p.Clauses {
			clauses++
			// The clause's own words may be shown, with its mark's agency: they
			// are the plan's. What they order may not.
			for _, order := range orders.FindAllStringSubmatch(p.Quote(c.Quote), -1) {
				x := e.Extend(t.Context(), obey(t, append([]string{order[1]}, honestOf(e, a)...)), a, "", testDay)
				shown += harmless(t, e, a, x, "")
				if x.Summary != nil && !strings.Contains(fold.String(p.Text), fold.String(order[1])) {
					for _, s := range x.Summary.Sentences {
						if s.Text == order[1] {
							t.Errorf("plan %d: shown: %s", i, s.Text)
						}
					}
				}
			}
		}
	}
	t.Logf("%d hostile plans, %d clauses, %d sentences shown", len(hostilePlans()), clauses, shown)
}

// orders finds what a hostile clause wants said.
var orders = regexp.MustCompile(`[“"]([^”"]+)[”"]`)

// FuzzModel lets a model write anything: nothing panics, nothing but the two
// additions changes, and what is shown cites what the answer cites.
func FuzzModel(f *testing.F) {
	for _, s := range []string{
		`{"sentences":[{"text":"省林草局牵头大力发展林下经济。","cites":["c4"]},{"text":"省林草局牵头推进重要湿地认定[c2]","cites":["c2"]}],"abstain":false}`,
		`{"question":"生活污水处理设施由谁牵头","abstain":false}`, `{"sentences":null}`, `{"sentences":[{"text":"\u0000","cites":["c1","c1"]}]}`, `[]`, ``, `{"question":"` + "\u202e" + `"}`,
	} {
		f.Add(s)
	}
	e, _ := testEngine(f)
	list, none := ask(f, e, listQuestion), ask(f, e, "医院污水处理谁牵头")
	f.Fuzz(func(t *testing.T, wrote string) {
		m := scripted(func(Prompt) any { return wrote })
		for _, a := range []*Answer{list, none} {
			x := e.Extend(t.Context(), m, a, "", testDay)
			if x.Summary != nil {
				for _, s := range x.Summary.Sentences {
					if len(s.Cites) == 0 || s.Text == "" || strings.ContainsAny(s.Text, "<>@{}[]\n") {
						t.Errorf("shown: %+v", s)
					}
					for _, id := range s.Cites {
						if !slices.ContainsFunc(a.Citations, func(c Citation) bool { return c.ID == id }) {
							t.Errorf("cites %s", id)
						}
					}
				}
			}
			if x.Second != nil && (a.Found || !x.Second.Answer.Found || strings.ContainsAny(x.Second.Question, "<>@{}[]\n,;:")) {
				t.Errorf("asked: %s", x.Second.Question)
			}
			x.Lines()
			a.With(x).MachineText()
		}
	})
}
