package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wence-qa/wence/corpus"
)

// TestTexts keeps the texts of a plan that changes.
func TestTexts(t *testing.T) {
	k := &texts{dir: t.TempDir()}
	var last *corpus.Plan
	for i := range textsKept + 3 {
		p, err := corpus.Parse("p", fmt.Appendf(nil, "某市行动方案\n一、任务\n1.推进第%d件事(牵头单位:市水务局)。\n", i), corpus.Card{})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.keep([]*corpus.Plan{p}); err != nil {
			t.Fatal(err)
		}
		last = p
	}
	got := k.earlier(last)
	if len(got) != textsKept-1 {
		t.Errorf("%d earlier texts, want %d", len(got), textsKept-1)
	}
	for _, p := range got {
		if p.SHA256 == last.SHA256 || len(p.Clauses) != 1 {
			t.Errorf("got %s with %d clauses", p.SHA256, len(p.Clauses))
		}
	}
	// What was changed by somebody is none.
	for _, p := range got[:1] {
		if err := os.WriteFile(filepath.Join(k.dir, "p", p.SHA256+".txt"), []byte("别的"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fresh := &texts{dir: k.dir}
	if got := fresh.earlier(last); len(got) != textsKept-2 {
		t.Errorf("%d earlier texts with one changed, want %d", len(got), textsKept-2)
	}
}
