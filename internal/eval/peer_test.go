package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wence-qa/wence/internal/answer"
)

// shared is the folder with the question set and its marking script, which is
// not part of the repository.
const shared = "../../../shared"

// TestPeer marks answers of every quality with this package and with the
// script that others mark with, and compares the verdicts.
func TestPeer(t *testing.T) {
	set, plan := filepath.Join(shared, "eval/dev.jsonl"), filepath.Join(shared, "plans/jilin-2024.txt")
	script := filepath.Join(shared, "eval/score.py")
	text, err := os.ReadFile(plan)
	if err != nil {
		t.Skip("the shared question set is not here")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here")
	}
	f, err := os.Open(set)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases, err := Load(f)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(3) {
		mixer := mixer{rand.New(rand.NewPCG(seed, 1)), cases, string(text)}
		asked := map[string]*answer.Answer{}
		report, err := Run(t.Context(), cases, mixer.asker(asked), func(string) string { return string(text) })
		if err != nil {
			t.Fatal(err)
		}
		answers := filepath.Join(t.TempDir(), "answers.jsonl")
		writeAnswers(t, answers, asked)
		out, err := exec.Command("python3", script, "mark", set, answers, "--plan", plan, "--show").CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		compareVerdicts(t, report, string(out))
	}
}

func writeAnswers(t *testing.T, file string, asked map[string]*answer.Answer) {
	var b bytes.Buffer
	for _, a := range asked {
		if err := json.NewEncoder(&b).Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// compareVerdicts compares the summary, and harm and number of faults of each
// failed case, with what the script printed.
func compareVerdicts(t *testing.T, r *Report, out string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := lines[len(lines)-1]; last != r.Summary() {
		t.Errorf("summary %q, the script's %q", r.Summary(), last)
	}
	theirs := map[string]string{}
	for _, l := range lines {
		head, rest, ok := strings.Cut(l, " => ")
		if !ok {
			continue
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(head, "HARM "), " ")
		faults := rest[:strings.LastIndex(rest, " | ")]
		theirs[id] = fmt.Sprint(strings.HasPrefix(head, "HARM "), len(strings.Split(faults, "; ")))
	}
	for _, x := range r.Results {
		ours := ""
		if !x.Right() {
			ours = fmt.Sprint(x.Verdict.Harm, len(strings.Split(strings.Join(x.Faults, "; "), "; ")))
		}
		if ours != theirs[x.Case.ID] {
			t.Errorf("%s: %q %v, the script's %q", x.Case.ID, ours, x.Faults, theirs[x.Case.ID])
		}
	}
}

// mixer makes answers from the gold of this case or of another, so that right,
// partly right, wrong and missing ones all occur.
type mixer struct {
	*rand.Rand
	cases []Case
	plan  string
}

func (m mixer) asker(asked map[string]*answer.Answer) Asker {
	return func(_ context.Context, l Line) (*answer.Answer, error) {
		id, _, _ := strings.Cut(l.ID, "#")
		for i := range m.cases {
			if m.cases[i].ID == id && m.IntN(20) > 0 {
				asked[l.ID] = m.answer(l, &m.cases[i])
				return asked[l.ID], nil
			}
		}
		return nil, nil
	}
}

func (m mixer) answer(l Line, c *Case) *answer.Answer {
	from := func() *Case {
		if m.IntN(6) == 0 {
			return &m.cases[m.IntN(len(m.cases))]
		}
		return c
	}
	a := &answer.Answer{ID: l.ID, Kind: answer.KindLead, Found: from().Answerable}
	for range 1 + m.IntN(2) {
		a.Leads = append(a.Leads, from().Leads...)
	}
	a.Count = from().Count
	said := append([]string{}, from().Values...)
	for _, g := range from().ValuesAny {
		said = append(said, g[0])
	}
	if m.IntN(8) == 0 {
		said = append(said, "不是"+strings.Join(c.WrongValue, "、")+",而是")
	}
	if m.IntN(8) == 0 {
		said = append(said, c.WrongValue...)
	}
	if a.Count != nil && m.IntN(3) == 0 {
		said, a.Count = append(said, fmt.Sprintf("共%d项", *a.Count)), nil
	}
	for _, g := range c.HeadAny {
		said = append(said, g[0])
	}
	a.Headline = strings.Join(said, "、")
	a.Text = a.Headline + strings.Join(from().Leads, " ") + strings.Join(from().NotContain, " ")
	for _, v := range from().Values {
		if m.IntN(2) == 0 {
			a.Values = append(a.Values, answer.Value{Text: v})
		}
	}
	for _, w := range from().Cite {
		if m.IntN(10) > 0 {
			a.Citations = append(a.Citations, answer.Citation{Quote: m.grow(w)})
		}
	}
	return a
}

// grow makes a quote of the wording w: as it is, or as a longer part of the
// plan.
func (m mixer) grow(w string) string {
	at := strings.Index(m.plan, w)
	if at < 0 || m.IntN(2) == 0 {
		return w
	}
	end := at + len(w)
	if i := strings.Index(m.plan[end:], "。"); i >= 0 {
		end += i
	}
	return m.plan[at:end]
}
