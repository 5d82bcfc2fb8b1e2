package ground

import (
	"strings"
	"testing"

	"github.com/wence-qa/wence/corpus"
)

func embedded(t testing.TB) *corpus.Plan {
	t.Helper()
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return plans[0]
}

func embeddedGate(t testing.TB) *Gate {
	t.Helper()
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return New(lex, plans)
}

// item returns the clause or target of p with an id as evidence.
func item(t testing.TB, p *corpus.Plan, id string) Clause {
	t.Helper()
	if i, ok := p.ClauseByID(id); ok {
		return OfClause(p, i)
	}
	if i, ok := p.TargetByID(id); ok {
		return OfTarget(p, i)
	}
	t.Fatalf("no item %s", id)
	return Clause{}
}

func items(t testing.TB, p *corpus.Plan, ids string) []Clause {
	var out []Clause
	for id := range strings.FieldsSeq(ids) {
		out = append(out, item(t, p, id))
	}
	return out
}

// TestVerbatim checks that what the plan says passes as it says it.
func TestVerbatim(t *testing.T) {
	p, g := embedded(t), embeddedGate(t)
	for i := range p.Clauses {
		c := OfClause(p, i)
		for s := range strings.SplitSeq(c.Text, "。") {
			if v := g.Check(s, []Clause{c}); !v.OK && v.Kind != KindLength {
				t.Errorf("%s %s: %s", p.Clauses[i].ID, s, v.Why())
			}
		}
	}
	for i := range p.Targets {
		c := OfTarget(p, i)
		if v := g.Check(c.Text, []Clause{c}); !v.OK {
			t.Errorf("%s %s: %s", p.Targets[i].ID, c.Text, v.Why())
		}
	}
}
