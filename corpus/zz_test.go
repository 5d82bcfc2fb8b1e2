package corpus

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestDbg(t *testing.T) {
	fs, _ := filepath.Glob("../../shared/plans/real/*.txt")
	fs = append(fs, "plans/jilin-2024.txt")
	for _, f := range fs {
		b, _ := os.ReadFile(f)
		card := Card{}
		if f == "plans/jilin-2024.txt" {
			card.Title = "美丽吉林建设行动方案(2024—2027年)"
			card.Region = "吉林省"
		}
		id := filepath.Base(f)
		id = id[:len(id)-4]
		p, err := Parse(id, b, card)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := os.Create("/tmp/dbg/" + id + ".dump")
		fmt.Fprintln(w, p.Card.Title, p.Card.Short, p.Card.Region)
		for _, s := range p.Sections {
			fmt.Fprintln(w, "S", s.ID, s.Kind, s.Level, s.Title, "|", s.Label)
		}
		for _, c := range p.Clauses {
			fmt.Fprintf(w, "C %s %q M=%q L=%v S=%v R=%v I=%v\n", c.ID, c.Quote.In(p.Text), c.Mark.In(p.Text), c.Leads, c.Support, c.Responsible, c.Implementers)
			if !c.Sentence.Empty() {
				fmt.Fprintf(w, "   SENT %q HEAD %q TAIL %q\n", c.Sentence.In(p.Text), c.Head.In(p.Text), c.Tail.In(p.Text))
			}
			for _, d := range c.Deadlines {
				fmt.Fprintf(w, "   D %s %q\n", d.Year, d.Wording)
			}
			for _, d := range c.Places {
				fmt.Fprintf(w, "   P %s\n", d.Name)
			}
		}
		for _, x := range p.Targets {
			j, _ := json.Marshal(x)
			fmt.Fprintf(w, "T %s\n   %s\n", x.Quote.In(p.Text), j)
		}
		for _, x := range p.Rules {
			fmt.Fprintf(w, "RULE %v %q\n", x, x.At.In(p.Text))
		}
		at := 0
		for _, x := range p.Blocks {
			if x.Start != at || x.End <= x.Start {
				t.Errorf("%s gap %d %v", id, at, x)
			}
			at = x.End
			if x.Kind == BlockSkipped || x.Kind == BlockPreamble {
				fmt.Fprintf(w, "B %s %s %q\n", x.Kind, x.Why, x.In(p.Text))
			}
		}
		if at != len(b) {
			t.Error("end")
		}
		for _, x := range p.Findings {
			fmt.Fprintln(w, "F", x.Kind, x.Text)
		}
		w.Close()
		w, _ = os.Create("/tmp/dbg/" + id + ".json")
		Export(p).JSON(w)
		w.Close()
	}
}
