package corpus

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the results of the shapes in testdata/shapes; read the diff before committing it")

// TestShapes parses the small plans of testdata/shapes, each of which shows
// shapes of headings, marks or targets.
func TestShapes(t *testing.T) {
	files, err := filepath.Glob("testdata/shapes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no shapes: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			head, want, ok := strings.Cut(string(b), "-- want --\n")
			_, text, found := strings.Cut(head, "-- plan.txt --\n")
			if !ok || !found {
				t.Fatal("no -- plan.txt -- or -- want --")
			}
			p, err := Parse("shape", []byte(text), Card{})
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, p)
			got := dump(p)
			if *update {
				if err := os.WriteFile(file, []byte(head+"-- want --\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// dump writes what a plan was read as, one thing a line.
func dump(p *Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "card %s | %s | %s | %s | %s\n", p.Card.Title, strings.Join(p.Card.Short, ", "), p.Card.Region, p.Card.Period, p.Card.Status)
	if s := p.Preamble(); !s.Empty() {
		fmt.Fprintf(&b, "preamble %s\n", line1(p.Quote(s)))
	}
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "%s %s %q: %s\n", s.Kind, s.ID, s.Title, s.Label)
	}
	for i := range p.Clauses {
		dumpClause(&b, p, &p.Clauses[i])
	}
	for i := range p.Targets {
		dumpTarget(&b, p, &p.Targets[i])
	}
	for _, r := range p.Rules {
		fmt.Fprintf(&b, "rule %s %v: %s\n", r.Kind, r.Units, p.Quote(r.At))
	}
	for _, f := range p.Findings {
		fmt.Fprintf(&b, "finding %s: %s\n", f.Kind, f.Text)
	}
	return b.String()
}

func dumpClause(b *strings.Builder, p *Plan, c *Clause) {
	fmt.Fprintf(b, "clause %s %s\n", c.ID, line1(p.Quote(c.Quote)))
	for _, part := range []struct {
		name  string
		units []string
	}{{"lead", c.Leads}, {"support", c.Support}, {"responsible", c.Responsible}, {"implement", c.Implementers}} {
		if len(part.units) > 0 {
			fmt.Fprintf(b, "  %s %s\n", part.name, strings.Join(part.units, " | "))
		}
	}
	if !c.Sentence.Empty() {
		fmt.Fprintf(b, "  sentence %s\n  head %s\n  tail %s\n", line1(p.Quote(c.Sentence)), p.Quote(c.Head), p.Quote(c.Tail))
	}
	for _, d := range c.Deadlines {
		fmt.Fprintf(b, "  date %s %s\n", d.Year, d.Wording)
	}
	for _, pl := range c.Places {
		fmt.Fprintf(b, "  place %s\n", pl.Name)
	}
}

func dumpTarget(b *strings.Builder, p *Plan, t *Target) {
	fmt.Fprintf(b, "target %s %s %s: %s%s%s", t.ID, t.Kind, t.Indicator, t.Op, t.Number, t.Unit)
	if t.Approx {
		b.WriteString(" about")
	}
	fmt.Fprintf(b, " | %s | %s | %s %s", t.Wording, t.Value, t.Deadline, t.DeadlineWording)
	if t.DeadlineCarried {
		b.WriteString(" carried")
	}
	fmt.Fprintf(b, " | %s %v\n  %s\n", t.Scope, t.ScopeStated, line1(p.Quote(t.Quote)))
}

func line1(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }
