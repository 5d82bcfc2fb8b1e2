package eval

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func TestRetrieval(t *testing.T) {
	passages := `{"id":"a","title":"湿地","text":"全省湿地保护率稳步提高"}

{"id":"b","title":"t","text":"推进秸秆综合利用"}
{"id":"c","title":"t","text":""}
`
	questions := `{"id":"1","q":"秸秆怎么利用","gold":["b"]}
{"id":"2","q":"湿地","gold":["x","a"]}
{"id":"3","q":"t","gold":["c"]}
{"id":"4","q":"湿地综合利用","gold":["a"]}
`
	r, err := Retrieval(context.Background(), strings.NewReader(passages), strings.NewReader(questions))
	if err != nil {
		t.Fatal(err)
	}
	if r.P50 <= 0 || r.P99 < r.P50 {
		t.Errorf("times %v and %v", r.P50, r.P99)
	}
	r.P50, r.P99 = 1500*time.Nanosecond, 2*time.Millisecond
	want := "recall@1 0.5000\nrecall@5 0.7500\nrecall@10 0.7500\nmrr 0.6250\np50_us 1.5\np99_us 2000.0\n"
	if got := r.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestRetrievalBadLines(t *testing.T) {
	const p, q = `{"id":"a","text":"湿地"}`, `{"id":"1","q":"湿地","gold":["a"]}`
	for _, tt := range []struct {
		name, passages, questions string
		line                      int // 0: ErrNoCases
	}{
		{"no JSON", p + "\n\n{", q, 3},
		{"no passage id", `{"text":"x"}`, q, 1},
		{"passage twice", p + "\n" + p, q, 2},
		{"no q", p, q + "\n" + `{"id":"2","gold":["a"]}`, 2},
		{"no gold", p, `{"id":"2","q":"湿"}`, 1},
		{"gold is no list", p, `{"id":"2","q":"湿","gold":"a"}`, 1},
		{"no passages", "\n", q, 0},
		{"no questions", p, "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Retrieval(context.Background(), strings.NewReader(tt.passages), strings.NewReader(tt.questions))
			bad, isLine := errors.AsType[*LineError](err)
			switch {
			case tt.line == 0 && !errors.Is(err, ErrNoCases):
				t.Errorf("error %v, want %v", err, ErrNoCases)
			case tt.line > 0 && (!isLine || bad.Line != tt.line):
				t.Errorf("error %v, want one for line %d", err, tt.line)
			}
		})
	}
}

func TestRetrievalStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Retrieval(ctx, strings.NewReader(`{"id":"a","text":"湿地"}`), strings.NewReader(`{"id":"1","q":"湿地","gold":["a"]}`))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestRetrievalSentences holds what the index reaches on general Chinese, cut
// into sentences, by every tenth question; the benchmark in internal/bench asks
// all of this and of a second set, beside the stock analyzer.
func TestRetrievalSentences(t *testing.T) {
	const set = "../../../shared/eval/retrieval/cmrc2018_sent"
	passages, err := os.ReadFile(set + ".passages.jsonl")
	if err != nil {
		t.Skipf("the question set is not here: %v", err)
	}
	questions, err := os.ReadFile(set + ".questions.jsonl")
	if err != nil {
		t.Skipf("the question set is not here: %v", err)
	}
	r, err := Retrieval(t.Context(), bytes.NewReader(passages), tenth(questions))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + r.String())
	if r.Recall1 < 0.625 || r.Recall5 < 0.81 || r.MRR < 0.705 {
		t.Errorf("recall@1 %.4f, @5 %.4f, mrr %.4f: worse than it was", r.Recall1, r.Recall5, r.MRR)
	}
}

// tenth keeps every tenth line.
func tenth(lines []byte) io.Reader {
	var out bytes.Buffer
	n := 0
	for line := range bytes.Lines(lines) {
		if n%10 == 0 {
			out.Write(line)
		}
		n++
	}
	return &out
}
