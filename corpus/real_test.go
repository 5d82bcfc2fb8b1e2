package corpus

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

const realPlans = "../../shared/plans/real"

type goldMarks struct {
	Docs []struct {
		Doc   string
		Marks []struct {
			No                          int
			Item, Quote, Mark           string
			Leads, Support, Responsible []string
		}
		Rules []struct{ Implied []string }
	}
}

// TestRealPlans reads the plans of twelve other governments and counts the
// marks that come out with the right agencies and text.
func TestRealPlans(t *testing.T) {
	b, err := os.ReadFile(realPlans + "/gold_marks.json")
	if os.IsNotExist(err) {
		t.Skipf("%s is not there", realPlans)
	}
	if err != nil {
		t.Fatal(err)
	}
	var g goldMarks
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	total, right := 0, 0
	for _, d := range g.Docs {
		text, err := os.ReadFile(realPlans + "/" + d.Doc + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(d.Doc, text, Card{})
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, p)
		if n := countMarks(p); n != len(d.Marks) {
			t.Errorf("%s: %d marks, want %d", d.Doc, n, len(d.Marks))
		}
		used := map[int]bool{}
		for _, want := range d.Marks {
			total++
			ok := slices.ContainsFunc(seq(len(p.Clauses)), func(i int) bool {
				c := &p.Clauses[i]
				if used[i] || p.Quote(c.Mark) != want.Mark || !strings.HasPrefix(p.Quote(c.Quote), strings.TrimRight(want.Quote, "。")) {
					return false
				}
				used[i] = true
				return slices.Equal(c.Leads, want.Leads) && slices.Equal(c.Support, want.Support) && slices.Equal(c.Responsible, want.Responsible)
			})
			if ok {
				right++
			} else {
				t.Logf("%s: mark %d %s is not right", d.Doc, want.No, want.Mark)
			}
		}
	}
	t.Logf("%d of %d marks", right, total)
	if total != 108 || right*100 < total*95 {
		t.Errorf("%d of %d marks are right, want 95 of 100", right, total)
	}
}

func countMarks(p *Plan) int {
	n := 0
	for i := range p.Clauses {
		if !p.Clauses[i].Mark.Empty() {
			n++
		}
	}
	return n
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
