package corpus

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoad(t *testing.T) {
	text := []byte("某市方案\n一、任务\n1.做事（责任单位：市局）。")
	plans, err := Load(fstest.MapFS{
		"b.txt":     {Data: text},
		"a.txt":     {Data: text},
		"a.json":    {Data: []byte(`{"title": "甲方案", "short": ["甲"]}`)},
		"notes.md":  {Data: []byte("x")},
		"sub/c.txt": {Data: text},
	})
	if err != nil || len(plans) != 2 {
		t.Fatalf("Load = %d plans, %v", len(plans), err)
	}
	if a, b := plans[0], plans[1]; a.ID != "a" || a.Card.Title != "甲方案" || b.ID != "b" || b.Card.Title != "某市方案" {
		t.Errorf("plans are %q %q and %q %q", a.ID, a.Card.Title, b.ID, b.Card.Title)
	}
}

func TestLoadErrors(t *testing.T) {
	text := []byte("某市方案\n一、任务\n1.做事（责任单位：市局）。")
	plans, err := Load(fstest.MapFS{
		"changed.txt":  {Data: text},
		"changed.json": {Data: []byte(`{"title": "甲", "sha256": "00"}`)},
		"broken.txt":   {Data: text},
		"broken.json":  {Data: []byte(`{"title": `)},
		"empty.txt":    {},
		"good.txt":     {Data: text},
		"folder.txt":   {Mode: fs.ModeDir},
	})
	if len(plans) != 1 || plans[0].ID != "good" {
		t.Errorf("%d plans were read", len(plans))
	}
	for _, want := range []string{
		"card changed.json: sha256 is 00, but the text's is ", "card broken.json: unexpected end", `plan "empty": text is empty`, "folder.txt",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	card, ok := errors.AsType[*CardError](err)
	if !ok || !strings.Contains(card.Message(), card.File) {
		t.Errorf("no CardError in %v", err)
	}
	if changed := (&CardError{File: "f", Want: "1", Have: "2"}); !strings.Contains(changed.Message(), "sha256改为2") || changed.Unwrap() != nil {
		t.Errorf("message is %q", changed.Message())
	}
}

// TestLintAll checks every embedded plan: that its card matches its text, and
// that nothing new needs a person's look.
func TestLintAll(t *testing.T) {
	known := map[string]int{"jilin-2024 split-sentence": 2}
	plans, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, p := range plans {
		checkInvariants(t, p)
		if p.Card.SHA256 != p.SHA256 || p.Card.Source == "" || p.Card.Note == "" {
			t.Errorf("%s: card is not complete: %+v", p.ID, p.Card)
		}
		for _, f := range p.Findings {
			got[p.ID+" "+f.Kind]++
			if known[p.ID+" "+f.Kind] == 0 {
				t.Errorf("%s: %s: %s", p.ID, f.Kind, f.Text)
			}
		}
	}
	for k, n := range known {
		if got[k] != n {
			t.Errorf("%d findings %s, want %d", got[k], k, n)
		}
	}
}
