package corpus

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte("某市方案\n一、任务\n1.推进甲事（责任单位：市甲局）。"))
	f.Add([]byte("第一条 【标题】\n到2027年，甲率、乙率分别达到1%和2%。"))
	f.Add([]byte("((（〔[【〈\"“《"))
	f.Add([]byte(")）〕]】〉”》（牵头单位：）"))
	f.Add([]byte("1.\n（一）\n①\n第条\n一、。\n责任单位：\n。（责任单位：市局）。"))
	f.Add([]byte("\xef\xbb\xbf关于印发《》的通知\r\n\r\n二〇二六年"))
	files, _ := filepath.Glob("testdata/shapes/*.txtar")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Parse("fuzz", text, Card{})
		if err != nil {
			if _, ok := errors.AsType[*ParseError](err); !ok {
				t.Fatalf("error of type %T: %v", err, err)
			}
			return
		}
		checkInvariants(t, p)
		_ = Export(p)
	})
}

// checkInvariants checks what holds for every plan.
func checkInvariants(t *testing.T, p *Plan) {
	t.Helper()
	span := func(what string, s Span) {
		t.Helper()
		if s == (Span{}) {
			return
		}
		if s.Start < 0 || s.Start > s.End || s.End > len(p.Text) {
			t.Fatalf("%s %v is out of range", what, s)
		}
		if !utf8.ValidString(s.In(p.Text)) || s.Start < len(p.Text) && !utf8.RuneStart(p.Text[s.Start]) {
			t.Fatalf("%s %v cuts a rune", what, s)
		}
	}
	ids := map[string]bool{}
	unique := func(id string) {
		t.Helper()
		if id == "" || ids[id] {
			t.Fatalf("id %q is empty or given twice", id)
		}
		ids[id] = true
	}
	at := 0
	for _, b := range p.Blocks {
		span("block", b.Span)
		if b.Start != at || b.End <= b.Start {
			t.Fatalf("block %v follows byte %d", b, at)
		}
		if (b.Kind == BlockSkipped) != (b.Why != "") {
			t.Fatalf("block %v: only skipped blocks have a reason", b)
		}
		at = b.End
	}
	if at != len(p.Text) {
		t.Fatalf("blocks end at byte %d of %d", at, len(p.Text))
	}
	for i, s := range p.Sections {
		span("heading", s.Heading)
		span("title", s.TitleAt)
		span("body", s.Body)
		if s.Parent >= i || s.Parent < -1 || s.Label == "" || i > 0 && s.Heading.Start < p.Sections[i-1].Heading.End {
			t.Fatalf("section %d is out of order: %+v", i, s)
		}
		if s.Parent < 0 || s.ID != p.Sections[s.Parent].ID {
			unique(s.ID)
		}
	}
	checkClauses(t, p, span, unique)
	checkTargets(t, p, span, unique)
	for _, f := range p.Findings {
		span("finding", f.At)
		if f.Kind == "" || f.Text == "" || strings.ContainsAny(f.Text, "\n\r") {
			t.Fatalf("finding %+v", f)
		}
	}
}

func checkClauses(t *testing.T, p *Plan, span func(string, Span), unique func(string)) {
	t.Helper()
	for i, c := range p.Clauses {
		unique(c.ID)
		for _, s := range []Span{c.Quote, c.Mark, c.Sentence, c.Head, c.Tail, c.ImplementAt} {
			span("clause", s)
		}
		if c.Quote.Empty() || c.Section < 0 || c.Section >= len(p.Sections) {
			t.Fatalf("clause %s is empty or nowhere", c.ID)
		}
		if i > 0 && c.Quote.Start < p.Clauses[i-1].Quote.End {
			t.Fatalf("clause %s starts before the one before ends", c.ID)
		}
		if !c.Sentence.Empty() && !c.Sentence.Contains(c.Quote) {
			t.Fatalf("clause %s is not in its sentence", c.ID)
		}
		for _, d := range c.Deadlines {
			span("deadline", d.At)
			if d.At.In(p.Text) != d.Wording || len(d.Year) != 4 {
				t.Fatalf("deadline %+v", d)
			}
		}
		for _, pl := range c.Places {
			span("place", pl.At)
			if pl.At.In(p.Text) != pl.Name {
				t.Fatalf("place %+v", pl)
			}
		}
		for _, s := range c.Projects {
			span("project", s)
		}
	}
}

func checkTargets(t *testing.T, p *Plan, span func(string, Span), unique func(string)) {
	t.Helper()
	for i, x := range p.Targets {
		unique(x.ID)
		for _, s := range []Span{x.Quote, x.IndicatorAt, x.ValueAt, x.Sentence, x.DeadlineAt} {
			span("target", s)
		}
		if i > 0 && x.Quote.Start < p.Targets[i-1].Quote.Start {
			t.Fatalf("target %s is out of order", x.ID)
		}
		if x.Quote.Empty() || x.Indicator == "" || x.Wording == "" || (x.Kind == TargetNumber) != (x.Number != "") {
			t.Fatalf("target %s is not whole: %+v", x.ID, x)
		}
		if !x.IndicatorAt.Empty() && x.IndicatorAt.In(p.Text) != x.Indicator {
			t.Fatalf("target %s: indicator %q stands at %q", x.ID, x.Indicator, x.IndicatorAt.In(p.Text))
		}
		if x.DeadlineWording != x.DeadlineAt.In(p.Text) {
			t.Fatalf("target %s: deadline %q", x.ID, x.DeadlineWording)
		}
	}
}
