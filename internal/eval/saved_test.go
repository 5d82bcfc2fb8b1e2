package eval

import (
	"bytes"
	"strings"
	"testing"

	"github.com/wence-qa/wence/internal/answer"
)

func TestSaveAndCompare(t *testing.T) {
	result := func(id string, harm bool, faults ...string) Result {
		return Result{Case: &Case{ID: id, Turns: []Turn{{Text: "问"}}}, Answer: &answer.Answer{Headline: "甲<乙>"}, Verdict: Verdict{Faults: faults, Harm: harm}}
	}
	before := &Report{Results: []Result{result("a", false), result("b", false, "not answered"), result("c", true, "wrong lead"), result("d", false)}}
	var saved bytes.Buffer
	if err := before.Save(&saved); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(saved.String(), "甲<乙>") {
		t.Errorf("the headline is escaped: %s", saved.String())
	}
	run, err := LoadSaved(&saved)
	if err != nil {
		t.Fatal(err)
	}
	now := &Report{Results: []Result{result("a", false, "not answered"), result("b", false), result("c", false, "not answered"), result("d", false), result("e", false)}}
	var out bytes.Buffer
	if err := now.Compare(&out, run); err != nil {
		t.Fatal(err)
	}
	const want = "worse 1\n  a 问: not answered\nbetter 2\n  b 问: was not answered\n  c 问: was wrong lead\nnew 1\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestLoadSavedErrors(t *testing.T) {
	for _, in := range []string{"{", `{"right":true}`, "\n\nx"} {
		if _, err := LoadSaved(strings.NewReader(in)); err == nil {
			t.Errorf("LoadSaved(%q) gives no error", in)
		}
	}
}
