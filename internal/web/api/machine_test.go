package api

import (
	"context"
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/answer/answertest"
	"github.com/wence-qa/wence/internal/store"
)

// modelAfter is a model that takes its time.
func modelAfter(takes time.Duration) answer.Model {
	return answertest.Model{Question: "城市生活污水处理谁牵头", Before: func(ctx context.Context, _ answer.Prompt) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(takes):
			return nil
		}
	}}
}

// TestMachine waits as long as the caller wants, and changes nothing of the
// answer. What is sent is held against openapi.json as all responses are.
func TestMachine(t *testing.T) {
	const list, none = "省林草局要做的工作有哪些", "医院污水处理谁牵头"
	for _, test := range []struct {
		takes           time.Duration
		question, query string
		summary, second bool
	}{
		{0, list, "", true, false},
		{0, list, "&wait=0", false, false},
		{0, none, "", false, true},
		{0, none, "&wait=0", false, false},
		{0, "古树名木保护谁牵头", "", false, false},
		{time.Minute, list, "&wait=1", false, false},
	} {
		s := &site{t: t, now: start, store: store.NewMemory(time.Now), model: modelAfter(test.takes)}
		s.run(Options{})
		bare := newSite(t, Options{})
		path := "/api/ask?plan=jilin-2024&q=" + url.QueryEscape(test.question)
		var got, want answer.Answer
		for r, a := range map[*site]*answer.Answer{s: &got, bare: &want} {
			if res := r.get(path + test.query); res.StatusCode != 200 || json.Unmarshal(res.body, a) != nil {
				t.Fatalf("%s %s", res.Status, res.body)
			}
		}
		if (got.Summary != nil) != test.summary || (got.Second != nil) != test.second {
			t.Errorf("%s%s: summary %v, llm %v", test.question, test.query, got.Summary, got.Second)
		}
		got.Summary, got.Second, got.ID, want.ID = nil, nil, "", ""
		a, _ := json.Marshal(got)
		if b, _ := json.Marshal(want); string(a) != string(b) {
			t.Errorf("%s: another field changed:\n%s\n%s", test.question, a, b)
		}
	}
}

// TestSlowModel makes one caller wait for a slow model, and not the next.
func TestSlowModel(t *testing.T) {
	s := &site{t: t, now: start, store: store.NewMemory(time.Now), model: modelAfter(time.Minute)}
	s.run(Options{})
	var took []time.Duration
	for range 3 {
		began := time.Now()
		if r := s.get("/api/ask?plan=jilin-2024&q=" + url.QueryEscape("省林草局要做的工作有哪些")); r.StatusCode != 200 {
			t.Fatalf("%s %s", r.Status, r.body)
		}
		took = append(took, time.Since(began))
	}
	if took[0] < usualWait || took[1] > usualWait/2 || took[2] > usualWait/2 {
		t.Errorf("took %v", took)
	}
}

func TestWait(t *testing.T) {
	s := newSite(t, Options{})
	for _, wait := range []string{"-1", "31", "soon", "1.5"} {
		if r := s.get("/api/ask?q=湿地&wait=" + wait); r.slug(t) != "bad-parameter" {
			t.Errorf("wait=%s: %s %s", wait, r.Status, r.body)
		}
	}
	if r := s.send("POST", "/api/ask?wait=0", `{"question":"湿地保护率要到多少"}`, "Content-Type", "application/json"); r.StatusCode != 200 {
		t.Errorf("%s %s", r.Status, r.body)
	}
}
