package eval

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
)

var update = flag.Bool("update", false, "write better figures to testdata/retrieval/rank_stats.txt")

const rankStats = "testdata/retrieval/rank_stats.txt"

// TestRankStats holds the ranking of the embedded plan's clauses for questions
// of our own. The figures are checked in: a change of ranking shows as a change
// of this file, and a worse one is not written unless the file is removed first.
func TestRankStats(t *testing.T) {
	r, missed := rankPlan(t)
	got := figures(r, missed)
	data, err := os.ReadFile(rankStats)
	if err != nil && !*update {
		t.Fatal(err)
	}
	want := string(data)
	if got == want {
		return
	}
	if better(t, r, want) && *update {
		if err := os.WriteFile(rankStats, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("ranking has changed:\n%s\nit was\n%s\nIf it is better, run go test with -update and commit %s.", got, want, rankStats)
}

// figures is the content of the file: recall, and the questions whose first hit
// is wrong.
func figures(r RetrievalReport, missed []string) string {
	return fmt.Sprintf("recall@1 %.4f\nrecall@5 %.4f\nrecall@10 %.4f\nmrr %.4f\n%s",
		r.Recall1, r.Recall5, r.Recall10, r.MRR, strings.Join(missed, ""))
}

// better reports whether no figure of r is worse than in the file.
func better(t *testing.T, r RetrievalReport, file string) bool {
	var at1, at5, at10, mrr float64
	if file != "" {
		if _, err := fmt.Sscanf(file, "recall@1 %f\nrecall@5 %f\nrecall@10 %f\nmrr %f\n", &at1, &at5, &at10, &mrr); err != nil {
			t.Fatal(err)
		}
	}
	const rounding = 0.00005
	return r.Recall1+rounding >= at1 && r.Recall5+rounding >= at5 && r.Recall10+rounding >= at10 && r.MRR+rounding >= mrr
}

func rankPlan(t *testing.T) (r RetrievalReport, missed []string) {
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/retrieval/jilin-2024.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	qs, err := ReadRetrievalQuestions(f)
	if err != nil {
		t.Fatal(err)
	}
	docs := index.Docs(plans)
	allKnown(t, docs, qs)
	x, err := index.New(docs)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	n := 0
	r, err = MeasureRetrieval(qs, func(q string, k int) ([]string, error) {
		hits, err := x.Search(t.Context(), q, k)
		ids := make([]string, len(hits))
		for i, h := range hits {
			ids[i] = clauseOf(h.ID)
		}
		if len(ids) == 0 || !isGold(qs[n], ids[0]) {
			missed = append(missed, fmt.Sprintf("%s %s: %s, not %s\n", qs[n].ID, q, strings.Join(ids[:min(1, len(ids))], ""), qs[n].Gold[0]))
		}
		n++
		return ids, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, missed
}

// clauseOf gives the clause of a target inside one, 10.2.2 for 10.2.2.1: to have
// found it is to have found the clause.
func clauseOf(id string) string {
	if strings.Count(id, ".") == 3 {
		return id[:strings.LastIndexByte(id, '.')]
	}
	return id
}

func isGold(q RetrievalQuestion, id string) bool {
	for _, g := range q.Gold {
		if g == id {
			return true
		}
	}
	return false
}

// allKnown fails for a question about a clause that the plan does not have.
func allKnown(t *testing.T, docs []index.Doc, qs []RetrievalQuestion) {
	known := map[string]bool{}
	for _, d := range docs {
		known[d.ID] = true
	}
	for _, q := range qs {
		for _, g := range q.Gold {
			if !known[g] {
				t.Errorf("%s: no document %s", q.ID, g)
			}
		}
	}
}
