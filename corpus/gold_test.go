package corpus

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The expected result for the embedded plan, item by item.
type (
	gold struct {
		Preamble string
		Rules    []struct{ Quote, Implementer string }
		Actions  []goldAction
		Numbers  []struct{ Number, Context string } `json:"numbers_not_targets"`
	}
	goldAction struct {
		No       int
		Title    string
		Targets  []goldTarget
		Measures []goldMeasure
	}
	goldMeasure struct {
		No      int
		Title   string
		Text    string
		Clauses []goldClause
		Targets []goldTarget
	}
	goldClause struct {
		No       int
		Quote    string
		Leads    []string
		Also     []string
		Mark     string
		Sentence string
		Head     string `json:"shared_head"`
		Tail     string `json:"shared_tail"`
	}
	goldTarget struct {
		Metric, Op, Value, Unit, Wording, Deadline, Scope, Quote, Kind string
		DeadlineWording                                                string `json:"deadline_wording"`
		Approx                                                         bool
		DeadlineCarried                                                bool `json:"deadline_carried"`
		ScopeStated                                                    bool `json:"scope_stated"`
		Places                                                         []string
		Clause                                                         int
	}
)

const (
	ownGold    = "testdata/jilin-2024.gold.json"
	sharedGold = "../../shared/eval/gold_structure.json"
)

func readGold(t *testing.T, file string) gold {
	t.Helper()
	b, err := os.ReadFile(file)
	if os.IsNotExist(err) && file == sharedGold {
		t.Skipf("%s is not there", file)
	}
	if err != nil {
		t.Fatal(err)
	}
	var g gold
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func embeddedPlan(t testing.TB, id string) *Plan {
	t.Helper()
	plans, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		if p.ID == id {
			return p
		}
	}
	t.Fatalf("plan %s is not embedded", id)
	return nil
}

// TestGold compares the embedded plan with what it must be read as.
func TestGold(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	checkInvariants(t, p)
	for _, file := range []string{ownGold, sharedGold} {
		t.Run(file, func(t *testing.T) {
			g := readGold(t, file)
			if got := p.Quote(p.Preamble()); got != g.Preamble {
				t.Errorf("preamble is %q", got)
			}
			checkGoldSections(t, p, g)
			checkGoldClauses(t, p, g)
			checkGoldTargets(t, p, g)
			checkGoldNumbers(t, p, g)
		})
	}
}

func checkGoldSections(t *testing.T, p *Plan, g gold) {
	t.Helper()
	var got, want []string
	for i := range p.Sections {
		if s := &p.Sections[i]; s.Kind == KindSection || s.Kind == KindMeasure {
			got = append(got, s.ID+" "+s.Title)
		}
	}
	for _, a := range g.Actions {
		want = append(want, fmt.Sprintf("%d %s", a.No, a.Title))
		for _, m := range a.Measures {
			want = append(want, fmt.Sprintf("%d.%d %s", a.No, m.No, m.Title))
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("sections are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, r := range g.Rules {
		if !slices.ContainsFunc(p.Rules, func(x Rule) bool {
			return x.Kind == ruleImplement && slices.Equal(x.Units, []string{r.Implementer}) && p.Quote(x.At) == r.Quote
		}) {
			t.Errorf("rule %q is missing: %+v", r.Quote, p.Rules)
		}
	}
}

func checkGoldClauses(t *testing.T, p *Plan, g gold) {
	t.Helper()
	n := 0
	for _, a := range g.Actions {
		for _, m := range a.Measures {
			for _, c := range m.Clauses {
				n++
				checkGoldClause(t, p, fmt.Sprintf("%d.%d.%d", a.No, m.No, c.No), c, g)
			}
		}
	}
	if n != 97 || len(p.Clauses) != n {
		t.Errorf("%d clauses, want %d = 97", len(p.Clauses), n)
	}
}

func checkGoldClause(t *testing.T, p *Plan, id string, want goldClause, g gold) {
	t.Helper()
	i, ok := p.ClauseByID(id)
	if !ok {
		t.Errorf("no clause %s", id)
		return
	}
	c := &p.Clauses[i]
	got := goldClause{
		No: want.No, Quote: p.Quote(c.Quote), Leads: c.Leads, Also: want.Also, Mark: p.Quote(c.Mark),
		Sentence: p.Quote(c.Sentence), Head: p.Quote(c.Head), Tail: p.Quote(c.Tail),
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("clause %s is\n%+v\nwant\n%+v", id, got, want)
	}
	if !slices.Equal(c.Implementers, []string{g.Rules[0].Implementer}) || p.Quote(c.ImplementAt) != g.Rules[0].Quote {
		t.Errorf("clause %s has implementers %q by %q", id, c.Implementers, p.Quote(c.ImplementAt))
	}
	if len(c.Support)+len(c.Responsible) > 0 {
		t.Errorf("clause %s has support %q, responsible %q", id, c.Support, c.Responsible)
	}
}

// minWords is how many of the 18 targets in words or with places inside
// measures must be found.
const minWords = 16

func checkGoldTargets(t *testing.T, p *Plan, g gold) {
	t.Helper()
	used := map[int]bool{}
	exact, words, found := 0, 0, 0
	for _, a := range g.Actions {
		top, _ := p.SectionByID(fmt.Sprint(a.No))
		for _, want := range a.Targets {
			exact++
			if diff := matchTarget(p, top, -1, want, used); diff != "" {
				t.Errorf("action %d: %s", a.No, diff)
			}
		}
		for _, m := range a.Measures {
			for _, want := range m.Targets {
				clause, _ := p.ClauseByID(fmt.Sprintf("%d.%d.%d", a.No, m.No, max(want.Clause, 1)))
				diff := matchTarget(p, top, clause, want, used)
				switch {
				case want.Kind == "number" || want.Kind == "deadline":
					exact++
					if diff != "" {
						t.Errorf("measure %d.%d: %s", a.No, m.No, diff)
					}
				case diff == "":
					words++
					found++
				default:
					words++
					t.Logf("measure %d.%d: %s", a.No, m.No, diff)
				}
			}
		}
	}
	if exact != 43 || words != 18 || found < minWords {
		t.Errorf("%d targets to be exact, %d of %d others found", exact, found, words)
	}
	for i := range p.Targets {
		if !used[i] {
			t.Errorf("target %s beyond the expected ones: %s", p.Targets[i].ID, p.Quote(p.Targets[i].Quote))
		}
	}
}

// matchTarget finds the wanted target and tells how the plan's differs.
func matchTarget(p *Plan, top, clause int, want goldTarget, used map[int]bool) string {
	for i := range p.Targets {
		x := &p.Targets[i]
		if used[i] || p.Top(x.Section) != top || x.Clause != clause || x.Indicator != want.Metric || p.Quote(x.Quote) != want.Quote {
			continue
		}
		used[i] = true
		got := goldTarget{
			Metric: x.Indicator, Op: x.Op, Value: x.Number, Unit: x.Unit, Wording: x.Wording, Deadline: x.Deadline, Scope: x.Scope,
			Quote: p.Quote(x.Quote), Kind: string(x.Kind), DeadlineWording: x.DeadlineWording, Approx: x.Approx,
			DeadlineCarried: x.DeadlineCarried, ScopeStated: x.ScopeStated, Places: x.Places, Clause: want.Clause,
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			return fmt.Sprintf("target is\n%+v\nwant\n%+v", got, want)
		}
		return ""
	}
	return fmt.Sprintf("no target %q of %q", want.Metric, want.Quote)
}

func checkGoldNumbers(t *testing.T, p *Plan, g gold) {
	t.Helper()
	for _, n := range g.Numbers {
		for i := range p.Targets {
			if x := &p.Targets[i]; x.Number == n.Number {
				t.Errorf("%q is no target, but %s has it", n.Context, x.ID)
			}
		}
	}
}

// TestTargetValues checks the words by which a target alone is told.
func TestTargetValues(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	for id, want := range map[string]string{
		"6.0.1": "达到45.8%", "6.0.2": "达到45.22%", "1.0.4": "力争达到45%", "2.0.2": "基本消除",
		"3.0.1": "力争新建和改善提升4600公里", "3.2.1.1": "60%以上", "6.0.4": "1040平方公里", "1.2.3.1": "40家左右", "10.2.2.1": "230条",
	} {
		i, ok := p.TargetByID(id)
		if !ok {
			t.Errorf("no target %s", id)
		} else if got := p.Targets[i].Value; got != want {
			t.Errorf("target %s has the value %q, want %q", id, got, want)
		}
	}
}
