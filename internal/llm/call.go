package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cenkalti/backoff/v5"
	"github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
)

// maxTries is how often one request is sent at most.
const maxTries = 3

// overhead is how many tokens a request costs beside its texts.
const overhead = 64

// converse gets the object that p asks for, in whatever dialect the server
// understands, and adds what that took to ev.
func (c *Client) converse(ctx context.Context, p Prompt, ev *Event) ([]byte, error) {
	first, proven := c.dialect()
	accident := false // the answer to this prompt alone was not as asked for
	for d := first; ; {
		b, f := c.ask(ctx, d, p, ev)
		if f == nil {
			if !proven || d != first && !accident {
				c.speak(d)
			}
			return b, nil
		}
		next, ok := d.simpler(f, proven)
		if !ok {
			return nil, f
		}
		accident = accident || proven && f.hint == hintIgnored
		d = next
	}
}

// ask sends one request until it is answered, refused, or tried enough.
func (c *Client) ask(ctx context.Context, d dialect, p Prompt, ev *Event) ([]byte, *fault) {
	deadline, _ := ctx.Deadline()
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval, pause.Multiplier, pause.MaxInterval = c.pause, 2, 5*time.Second
	var last *fault
	b, err := backoff.Retry(ctx, func() ([]byte, error) {
		b, f := c.try(ctx, d, p, ev)
		switch {
		case f == nil:
			return b, nil
		case f.outcome == BreakerOpen && last != nil:
			return nil, backoff.Permanent(f) // what opened it says more
		}
		last = f
		switch {
		case !f.again:
			return nil, backoff.Permanent(f)
		case f.wait > 0:
			return nil, &backoff.RetryAfterError{Duration: f.wait}
		}
		return nil, f
	}, backoff.WithBackOff(pause), backoff.WithMaxTries(maxTries), backoff.WithMaxElapsedTime(time.Until(deadline)))
	if err != nil {
		return nil, last
	}
	return b, nil
}

// try sends a request once.
func (c *Client) try(ctx context.Context, d dialect, p Prompt, ev *Event) ([]byte, *fault) {
	if c.Open() {
		return nil, &fault{kind: ErrOpen, outcome: BreakerOpen}
	}
	if f := c.rest(ctx); f != nil {
		return nil, f
	}
	if c.slots.Acquire(ctx, 1) != nil {
		return nil, gaveUp(ctx, &fault{kind: ErrBusy, outcome: Busy})
	}
	defer c.slots.Release(1)
	r, err := c.breaker.Execute(func() (reply, error) {
		r, f := c.counted(ctx, d, p, ev)
		if f != nil {
			return reply{}, f
		}
		return r, nil
	})
	if f, ok := errors.AsType[*fault](err); ok {
		return nil, f
	}
	if err != nil {
		return nil, &fault{kind: ErrOpen, outcome: BreakerOpen}
	}
	b, f := p.object(r.content)
	if f == nil && c.wire.tells(written(b)) {
		return nil, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: "it repeats the key"}
	}
	return b, f
}

// written is all that an object says: its strings without escapes.
func written(object []byte) string {
	var v any
	_ = json.Unmarshal(object, &v) // it was read before
	var b strings.Builder
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			b.WriteString(v + "\n")
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for k, x := range v {
				walk(k)
				walk(x)
			}
		}
	}
	walk(v)
	return b.String()
}

// gaveUp returns why something did not come about in time.
func gaveUp(ctx context.Context, f *fault) *fault {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &fault{kind: ErrClosed, outcome: Closed}
	}
	return f
}

// rest waits while the server has asked to be left alone, unless that is longer
// than there is time.
func (c *Client) rest(ctx context.Context) *fault {
	c.mu.Lock()
	left := time.Until(c.restUntil)
	c.mu.Unlock()
	if left <= 0 {
		return nil
	}
	asked := &fault{kind: ErrUnavailable, outcome: RateLimited, text: "it asked to be left alone for a while"}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < left {
		return asked
	}
	select {
	case <-time.After(left):
		return nil
	case <-ctx.Done():
		return gaveUp(ctx, asked)
	}
}

// counted sends a request and charges what it costs.
func (c *Client) counted(ctx context.Context, d dialect, p Prompt, ev *Event) (reply, *fault) {
	most, counts := estimate(d, p), c.counts(p.Payer)
	if err := c.reserve(counts, most); err != nil {
		return reply{}, asFault(err)
	}
	ev.Tries++
	r, f := c.send(ctx, d, p)
	spent := r.tokens
	if f != nil {
		spent = f.cost(most)
		c.leaveAlone(f.wait)
	}
	ev.Tokens += spent
	if spent != most {
		if err := c.charge(counts, spent-most, false); err != nil {
			c.log.Warn("the tokens of a call stay counted as estimated", "error", err)
		}
	}
	return r, f
}

// cost returns what a try is charged that may have cost most.
func (f *fault) cost(most int) int {
	switch f.spent {
	case unknown:
		return most
	case reported:
		return f.tokens
	}
	return 0
}

func asFault(err error) *fault {
	f, ok := errors.AsType[*fault](err)
	if !ok {
		panic(err) // charge returns nothing else
	}
	return f
}

// leaveAlone keeps every call back for a while, because the server said so.
func (c *Client) leaveAlone(d time.Duration) {
	if d <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.restUntil) {
		c.restUntil = until
	}
}

// estimate returns how many tokens a request may cost.
func estimate(d dialect, p Prompt) int { return asked(p) + d.limit(p) }

func asked(p Prompt) int {
	return overhead + utf8.RuneCountInString(p.System) + utf8.RuneCountInString(p.User) + utf8.RuneCount(p.Schema)
}

// A reply is what a model wrote to the end.
type reply struct {
	content string
	tokens  int // with the prompt
}

// send sends a request and reads the reply.
func (c *Client) send(ctx context.Context, d dialect, p Prompt) (reply, *fault) {
	resp, err := c.api.CreateChatCompletion(ctx, d.request(c.opt.Model, p))
	if err != nil {
		return reply{}, sendFault(err)
	}
	n := reportedTokens(resp.Usage)
	if len(resp.Choices) == 0 {
		// Some gateways put an error into a reply of status 200.
		return reply{}, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: "it is none, or an error with status 200", again: true, server: ailing, spent: reported, tokens: n}
	}
	choice := resp.Choices[0]
	if n == 0 {
		n = asked(p) + utf8.RuneCountInString(choice.Message.Content) + utf8.RuneCountInString(choice.Message.ReasoningContent)
	}
	if text, h := unfinished(choice, resp.Usage); text != "" {
		return reply{}, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: text, server: alive, spent: reported, tokens: n, hint: h}
	}
	return reply{choice.Message.Content, n}, nil
}

// sendFault is the fault of a call for which the library returns an error.
func sendFault(err error) *fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	// The library knows what some models refuse, and does not ask them.
	local := &fault{kind: ErrRefused, outcome: Refused, text: "the model does not take a parameter"}
	switch {
	case errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated):
		local.hint = hintLimit
		return local
	case errors.Is(err, openai.ErrReasoningModelLimitationsOther), errors.Is(err, openai.ErrReasoningSamplingUnsupported):
		local.hint = hintHeat
		return local
	}
	return &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: "the reply is not what the API documents", again: true, server: ailing, spent: unknown}
}

// reportedTokens returns what a server says a call has cost, 0 for nothing
// believable.
func reportedTokens(u openai.Usage) int {
	for _, n := range []int{u.TotalTokens, u.PromptTokens, u.CompletionTokens} {
		if n < 0 || n > maxCount/4 {
			return 0
		}
	}
	return max(u.TotalTokens, u.PromptTokens+u.CompletionTokens)
}

// unfinished says why a choice is no whole answer, "" when it is.
func unfinished(choice openai.ChatCompletionChoice, u openai.Usage) (string, hint) {
	switch choice.FinishReason {
	case openai.FinishReasonStop:
		if choice.Message.Refusal != "" {
			return "the model declined", hintNone
		}
		return "", hintNone
	case openai.FinishReasonLength:
		thought := u.CompletionTokensDetails != nil && u.CompletionTokensDetails.ReasoningTokens > 0
		if thought || choice.Message.ReasoningContent != "" || strings.Contains(choice.Message.Content, "<think>") {
			return "the model was still thinking when its tokens ran out", hintThought
		}
		return "it was cut off, too long", hintNone
	case openai.FinishReasonContentFilter:
		return "the server's filter withheld it", hintNone
	}
	return "the model did not finish", hintNone
}

// object returns the object in an answer to p.
func (p Prompt) object(content string) ([]byte, *fault) {
	bad := &fault{kind: ErrBadAnswer, outcome: BadAnswer, hint: hintIgnored}
	b, err := object(content)
	if err != nil {
		bad.text = err.Error()
		return nil, bad
	}
	names, _ := required(p.Schema) // checked before it was sent
	if name := missing(b, names); name != "" {
		bad.text = fmt.Sprintf("the JSON object has no %q", name)
		return nil, bad
	}
	return b, nil
}

func newBreaker(openFor time.Duration, changed func(from, to gobreaker.State)) *gobreaker.CircuitBreaker[reply] {
	verdictOf := func(err error) verdict {
		if f, ok := errors.AsType[*fault](err); ok {
			return f.server
		}
		return alive
	}
	return gobreaker.NewCircuitBreaker[reply](gobreaker.Settings{
		Timeout:       openFor,
		ReadyToTrip:   func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= tripAfter },
		IsSuccessful:  func(err error) bool { return verdictOf(err) == alive },
		IsExcluded:    func(err error) bool { return verdictOf(err) == silent },
		OnStateChange: func(_ string, from, to gobreaker.State) { changed(from, to) },
	})
}
