package eval

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/wence-qa/wence/internal/answer"
)

// An Asker answers one line. Its error ends the run.
type Asker func(ctx context.Context, l Line) (*answer.Answer, error)

// A Result is one case with the answer to its last turn.
type Result struct {
	Case   *Case
	Answer *answer.Answer // nil when there was none
	Verdict
}

// A Report is what a question set gave.
type Report struct {
	Results []Result // in the order of the set
}

// Run asks every turn of every case in order and marks the last ones. text is
// as for [Mark]. It stops with ctx's error when ctx is done.
func Run(ctx context.Context, cases []Case, ask Asker, text func(plan string) string) (*Report, error) {
	r := &Report{}
	for i := range cases {
		c := &cases[i]
		var a *answer.Answer
		for _, l := range c.Lines() {
			var err error
			if a, err = ask(ctx, l); err != nil {
				return nil, err
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		res := Result{Case: c, Answer: a, Verdict: Verdict{Faults: []string{"no answer line"}}}
		if a != nil {
			res.Verdict = Mark(c, a, text)
		}
		r.Results = append(r.Results, res)
	}
	return r, nil
}

// Right counts the cases that are right.
func (r *Report) Right() int { return r.number(func(x Result) bool { return x.Right() }) }

// Harm counts the cases whose answer does harm.
func (r *Report) Harm() int { return r.number(func(x Result) bool { return x.Verdict.Harm }) }

// Missing counts the cases without an answer.
func (r *Report) Missing() int { return r.number(func(x Result) bool { return x.Answer == nil }) }

func (r *Report) number(is func(Result) bool) int {
	n := 0
	for _, x := range r.Results {
		if is(x) {
			n++
		}
	}
	return n
}

// Summary is the last line of a report.
func (r *Report) Summary() string {
	n, harm := len(r.Results), r.Harm()
	return fmt.Sprintf("accuracy %.3f (%d/%d)  harm %d (%.3f)  missing %d",
		share(r.Right(), n), r.Right(), n, harm, share(harm, n), r.Missing())
}

// share is part of whole to four places, the precision that is compared; 0 of
// nothing is 0.
func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	x, _ := strconv.ParseFloat(strconv.FormatFloat(float64(part)/float64(whole), 'f', 4, 64), 64)
	return x
}

// Write prints the failures with their reasons, a table by style, a table by
// kind, and the summary.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	r.failures(&b)
	r.table(&b, "style", func(c *Case) string { return or(c.Style, "-") })
	r.table(&b, "kind", func(c *Case) string { return c.Kind })
	fmt.Fprintln(&b, r.Summary())
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) failures(b *strings.Builder) {
	for _, x := range r.Results {
		if x.Right() {
			continue
		}
		harm, head := "", ""
		if x.Verdict.Harm {
			harm = "HARM "
		}
		if x.Answer != nil {
			head = cut(x.Answer.Headline, 80)
		}
		fmt.Fprintf(b, "%s%s %s [%s] %s => %s | %s\n", harm, x.Case.ID, x.Case.Kind, x.Case.Style,
			oneLine(cut(x.Case.question(), 60)), strings.Join(x.Faults, "; "), oneLine(head))
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
}

// oneLine keeps a table row on its line whatever the text holds.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// table prints right/all of each group, groups in the order of the set.
func (r *Report) table(b *strings.Builder, name string, group func(*Case) string) {
	var names []string
	all, right, harm := map[string]int{}, map[string]int{}, map[string]int{}
	for _, x := range r.Results {
		g := group(x.Case)
		if all[g] == 0 {
			names = append(names, g)
		}
		all[g]++
		if x.Right() {
			right[g]++
		}
		if x.Verdict.Harm {
			harm[g]++
		}
	}
	fmt.Fprintf(b, "%-16s %10s %5s\n", name, "right", "harm")
	for _, g := range names {
		fmt.Fprintf(b, "%-16s %4d/%-5d %5d\n", g, right[g], all[g], harm[g])
	}
	b.WriteByte('\n')
}
