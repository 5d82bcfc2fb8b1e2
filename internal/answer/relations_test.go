package answer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/fold"
)

// TestRelations asks generated questions in many dresses: what carries no
// meaning changes neither lead nor clause.
func TestRelations(t *testing.T) {
	e, p := testEngine(t)
	traditional := traditionalForms(t)
	dress := []struct {
		name string
		put  func(string) string
	}{
		{"greeting", func(s string) string { return "您好,请问" + s + ",谢谢!" }},
		{"name", func(s string) string { return "@小助手 " + s }},
		{"blanks", func(s string) string { return "  " + s + "  \n" }},
		{"full width", fullWidth},
		{"traditional", func(s string) string { return mapRunes(s, traditional) }},
		{"zero width", func(s string) string { return strings.ReplaceAll(s, "由", "\u200b由\u200d") }},
		{"twice", func(s string) string { return s + "?" + s + "?" }},
	}
	n, lost := 0, 0
	for i := range p.Clauses {
		cl := &p.Clauses[i]
		for _, part := range parts(cl.Quote.In(p.Text)) {
			if len(leadsOf(p, part)) > 1 {
				continue
			}
			base := part + "由哪个部门牵头"
			want := e.Ask(t.Context(), Request{Text: base})
			d := dress[n%len(dress)] // each question in one dress: all of them are many
			n++
			got := e.Ask(t.Context(), Request{Text: d.put(base)})
			if !slices.Equal(got.Leads, want.Leads) || ids(got) != ids(want) {
				lost++
				t.Errorf("%s: %q\n got %s\nwant %s", d.name, d.put(base), got, want)
			}
		}
	}
	t.Logf("%d questions, %d changed", n, lost)
}

func ids(a *Answer) string {
	var out []string
	for _, c := range a.Citations {
		out = append(out, c.ID)
	}
	return strings.Join(out, " ")
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return r + 0xfee0
		}
		return r
	}, s)
}

// traditionalForms maps simplified characters to a traditional form, from the
// table that folding uses.
func traditionalForms(t *testing.T) map[rune]rune {
	data, err := os.ReadFile("../fold/ts.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[rune]rune{}
	for f := range strings.FieldsSeq(string(data)) {
		if rs := []rune(f); len(rs) == 2 && fold.String(string(rs[0])) == string(rs[1]) {
			out[rs[1]] = rs[0]
		}
	}
	if len(out) < 1000 {
		t.Fatalf("only %d traditional characters", len(out))
	}
	return out
}

func mapRunes(s string, m map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if x, ok := m[r]; ok {
			return x
		}
		return r
	}, s)
}

// TestSynonymQuestions asks for the lead by every staff word that means the
// same as a wording of the plan. Whoever is named leads a clause that has the
// wording, or the word itself.
func TestSynonymQuestions(t *testing.T) {
	e, p := testEngine(t)
	may := map[string][]string{} // leads by word
	for _, s := range e.lex.Synonyms {
		w := fold.String(s.Word)
		for i := range p.Clauses {
			cl := &p.Clauses[i]
			text := fold.String(cl.Quote.In(p.Text) + titles(p, cl.Section))
			if !cl.Sentence.Empty() {
				text += fold.String(cl.Sentence.In(p.Text))
			}
			if strings.Contains(text, fold.String(s.Wording)) || strings.Contains(text, w) {
				may[w] = append(may[w], cl.Leads...)
			}
		}
	}
	n, found := 0, 0
	for w, leads := range may {
		a := ask(t, e, w+"由谁牵头?")
		n++
		if a.Found {
			found++
		}
		for _, l := range a.Leads {
			if !slices.Contains(leads, l) {
				t.Errorf("%s: %s leads no clause that says so (%v): %s", a.Question, l, leads, a)
			}
		}
	}
	t.Logf("%d words, %d found", n, found)
	if 100*found < 70*n {
		t.Errorf("%d of %d found", found, n)
	}
}

// realPlans loads the plans of other governments, or skips the test.
func realPlans(t *testing.T) []*corpus.Plan {
	t.Helper()
	const dir = "../../../shared/plans/real"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the plans of other governments are not here")
	}
	plans, err := corpus.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// TestOtherPlans asks the same kind of questions of the plans of other
// governments, one at a time and all together.
func TestOtherPlans(t *testing.T) {
	plans := realPlans(t)
	for _, p := range plans {
		askPlan(t, newEngine(t, []*corpus.Plan{p}), p, "")
	}
	all := newEngine(t, plans)
	for _, p := range plans {
		askPlan(t, all, p, p.ID)
	}
}

// TestExceptPlans asks for all but one agency of several plans, the one with
// the fewest clauses first.
func TestExceptPlans(t *testing.T) {
	plans := realPlans(t)
	slices.SortFunc(plans, func(a, b *corpus.Plan) int { return len(a.Clauses) - len(b.Clauses) })
	e := newEngine(t, plans)
	a := ask(t, e, "不是省生态环境厅牵头的有哪些")
	if !a.Found || slices.Contains(a.Leads, "省生态环境厅") {
		t.Errorf("%s: %s", a.Question, a.Headline)
	}
}

func newEngine(t testing.TB, plans []*corpus.Plan) *Engine {
	t.Helper()
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.New(index.Docs(plans))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	e, err := New(plans, lex, ix)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// askPlan asks who leads each part of each marked clause. What is named must
// be right; nearly all must be found.
func askPlan(t *testing.T, e *Engine, p *corpus.Plan, id string) {
	n, none, wrong := 0, 0, 0
	for i := range p.Clauses {
		cl := &p.Clauses[i]
		if len(cl.Leads) == 0 {
			continue
		}
		for _, part := range parts(cl.Quote.In(p.Text)) {
			if strings.Count(p.Text, part) > 1 || len([]rune(part)) > 60 {
				continue
			}
			n++
			a := e.Ask(t.Context(), Request{Text: fmt.Sprintf("%s由谁牵头?", part), Plan: id})
			verify(t, e, a)
			switch {
			case !a.Found:
				none++
				t.Logf("%s: not found: %s: %s", p.ID, part, a.Headline)
			case !slices.Equal(a.Leads, cl.Leads):
				wrong++
				t.Logf("%s: %s: %v, want %v: %s", p.ID, part, a.Leads, cl.Leads, a)
			}
		}
	}
	if n > 0 {
		t.Logf("%s: %d questions, %d not found, %d wrong", p.ID, n, none, wrong)
	}
}
