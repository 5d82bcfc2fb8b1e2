package chat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

// Extends reports whether [Chat.Extend] may add to an answer. It is quick.
func (c *Chat) Extends(a *answer.Answer) bool {
	return c.opt.Model != nil && c.engine.Extends(a)
}

// Offer makes a question a choice of the answer that was sent as id, as those
// that the answer itself offers, and returns its number for [Chat.Choice].
func (c *Chat) Offer(k Key, id, question string) (int, error) {
	key := recordKey(k.Chat, id)
	e, err := c.store.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, ErrForgotten
	}
	if err != nil {
		return 0, fmt.Errorf("read the conversation: %w", err)
	}
	var rec record
	if err := json.Unmarshal(e.Value, &rec); err != nil {
		return 0, ErrForgotten // of another version
	}
	rec.Suggest = append(rec.Suggest, question)
	if err := c.store.Apply(put(key, rec).If(e.Rev).Until(e.Expires)); err != nil {
		return 0, fmt.Errorf("keep the question: %w", err)
	}
	return len(rec.Suggest) - 1, nil
}

// Extend lets the model add to an answer that was asked for at a time. Payer is
// whose budget pays for it. It takes seconds, so the answer goes out first; it
// never fails, but may add nothing. Nothing of it is remembered: a conversation
// goes on from the answer.
func (c *Chat) Extend(ctx context.Context, payer string, a *answer.Answer, at time.Time) answer.Addition {
	if !c.Extends(a) {
		return answer.Addition{}
	}
	x := c.engine.Extend(ctx, c.opt.Model, a, payer, at)
	if c.opt.Extended != nil {
		c.opt.Extended(x)
	}
	return x
}
