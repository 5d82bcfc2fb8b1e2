package eval

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wence-qa/wence/internal/answer"
)

const sample = `{"id":"X1","turns":["扬尘谁管"],"kind":"lead","style":"short","answerable":true,"leads":["省住建厅"],"cite":["加强扬尘管控"]}

{"id":"X2","turns":["河道谁管",{"text":"那扬尘呢","user":"u2","reply_to":0}],"kind":"multi-turn","answerable":true,"leads":["省住建厅"],"abstain_ok":"cited"}
{"id":"X3","turns":["地铁几条"],"kind":"unanswerable","answerable":false,"abstain_ok":true}`

func TestRun(t *testing.T) {
	cases, err := Load(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	var asked []Line
	ask := func(_ context.Context, l Line) (*answer.Answer, error) {
		asked = append(asked, l)
		switch l.Chat {
		case "X1":
			return &answer.Answer{Found: true, Leads: []string{"省住建厅"}, Citations: quoted("加强扬尘管控")}, nil
		case "X2":
			return nil, nil
		}
		return &answer.Answer{Found: true, Headline: "三条\n地铁"}, nil
	}
	r, err := Run(t.Context(), cases, ask, textOf)
	if err != nil {
		t.Fatal(err)
	}
	if want := (Line{ID: "X2#2", Chat: "X2", User: "u2", Question: "那扬尘呢", ReplyTo: "X2#1"}); len(asked) != 4 || asked[2] != want {
		t.Errorf("asked %+v, want third %+v", asked, want)
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `X2 multi-turn [] 那扬尘呢 => no answer line | 
HARM X3 unanswerable [] 地铁几条 => answered what the plan does not contain | 三条 地铁

style                 right  harm
short               1/1         0
-                   0/2         1

kind                  right  harm
lead                1/1         0
multi-turn          0/1         0
unanswerable        0/1         1

accuracy 0.333 (1/3)  harm 1 (0.333)  missing 1
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestRunStops(t *testing.T) {
	cases, err := Load(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ask := func(context.Context, Line) (*answer.Answer, error) { cancel(); return nil, nil }
	if _, err := Run(ctx, cases, ask, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, tt := range []struct {
		in   string
		line int
	}{
		{"{\"id\":\"a\",\"turns\":[\"问\"]}\nnot json", 2},
		{`{"id":"a"}`, 1},
		{`{"turns":["问"]}`, 1},
		{`{"id":"a","turns":[7]}`, 1},
		{`{"id":"a","turns":["问"],"abstain_ok":7}`, 1},
	} {
		_, err := Load(strings.NewReader(tt.in))
		if e, ok := errors.AsType[*LineError](err); !ok || e.Line != tt.line {
			t.Errorf("Load(%q): %v, want an error of line %d", tt.in, err, tt.line)
		}
	}
	if _, err := Load(strings.NewReader("\n\n")); !errors.Is(err, ErrNoCases) {
		t.Errorf("empty set: %v, want ErrNoCases", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(sample)
	f.Add(`{"id":"a","turns":[{"text":"问","reply_to":-9}],"count":1e9}`)
	f.Fuzz(func(t *testing.T, s string) {
		cases, err := Load(strings.NewReader(s))
		if err != nil {
			return
		}
		for i := range cases {
			if lines := cases[i].Lines(); len(lines) != len(cases[i].Turns) || lines[0].Chat != cases[i].ID {
				t.Errorf("lines %+v of %+v", lines, cases[i])
			}
			Mark(&cases[i], &answer.Answer{Found: true, Headline: s}, textOf)
		}
	})
}
