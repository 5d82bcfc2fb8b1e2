// Package answertest has a language model for tests that writes honestly and
// always the same.
package answertest

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/wence-qa/wence/internal/answer"
)

// A Model sums up by the first words of the first two clauses it is given, each
// with its lead, and rephrases every question as Question. It is safe for
// concurrent use if Before is.
type Model struct {
	Question string // "" abstains
	// Before is called first; its error is the model's. Nil does nothing.
	Before func(context.Context, answer.Prompt) error
}

// Name has what a page must escape.
func (Model) Name() string { return "<b>test" }

// Write implements answer.Model.
func (m Model) Write(ctx context.Context, p answer.Prompt) ([]byte, error) {
	if m.Before != nil {
		if err := m.Before(ctx, p); err != nil {
			return nil, err
		}
	}
	if p.Name != "summary" {
		return json.Marshal(map[string]any{"question": m.Question, "abstain": m.Question == ""})
	}
	var in struct {
		Clauses []struct {
			Handle, Text string
			Lead         []string
		}
	}
	if err := json.Unmarshal([]byte(p.User), &in); err != nil {
		return nil, err
	}
	var sentences []answer.Sentence
	for _, c := range in.Clauses[:2] {
		text, _, _ := strings.Cut(c.Text, "(")
		text, _, _ = strings.Cut(text, ",")
		sentences = append(sentences, answer.Sentence{Text: strings.Join(c.Lead, "、") + "牵头" + text + "。", Cites: []string{c.Handle}})
	}
	return json.Marshal(map[string]any{"sentences": sentences, "abstain": false})
}
