package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime/debug"
	"sync"
	"time"

	"github.com/sashabaranov/go-openai"
	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/wence-qa/wence/internal/store"
)

const (
	atOnce    = 4  // requests on their way to the server
	maxCalls  = 64 // calls that are under way or wait for that
	tripAfter = 5  // tries that failed in a row open the breaker
	openFor   = 30 * time.Second
	firstWait = 500 * time.Millisecond // before the second try; doubled before the next
)

// DefaultMaxTokens is how long an answer may be.
const DefaultMaxTokens = 1024

// A Prompt asks for one JSON object.
type Prompt struct {
	Version string // of the wording; a new one forgets cached answers
	System  string // what to do
	User    string // the data to do it with
	// Schema is the JSON schema of the object; required. OpenAI takes only
	// those that forbid additional properties and require all others.
	Schema json.RawMessage
	Name   string // of the schema: letters, digits, - and _, at most 64
	Payer  string // whose budget it is, a chat for instance; "" is nobody's
	// MaxTokens is how long the answer may be; 0 is DefaultMaxTokens. Models
	// that think aloud are given more for that.
	MaxTokens int
}

// schemaName is what servers take.
var schemaName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

func (p *Prompt) settle() error {
	wrong := func(text string) error { return &fault{kind: ErrPrompt, outcome: Unsendable, text: text} }
	if p.MaxTokens == 0 {
		p.MaxTokens = DefaultMaxTokens
	}
	if _, err := required(p.Schema); err != nil {
		return wrong("the schema is no JSON schema")
	}
	switch {
	case !schemaName.MatchString(p.Name):
		return wrong("the schema has no proper name")
	case p.MaxTokens < 0 || p.MaxTokens > maxObject:
		return wrong("the limit of tokens makes no sense")
	case p.User == "" && p.System == "":
		return wrong("it is empty")
	}
	return nil
}

// A Client asks one model. It is safe for concurrent use. Make it with [New].
type Client struct {
	opt   Options // without the key
	log   *slog.Logger
	plain bool
	api   *openai.Client
	wire  *wire
	own   bool // the store is c's

	breaker  *gobreaker.CircuitBreaker[reply]
	flights  singleflight.Group
	slots    *semaphore.Weighted // requests on their way
	room     *semaphore.Weighted // calls
	pause    time.Duration       // firstWait; shorter in tests
	counting sync.Mutex

	base    context.Context // of all calls; ends with Close
	cancel  context.CancelFunc
	running sync.WaitGroup

	dialectKey string

	mu        sync.Mutex
	closed    bool
	restUntil time.Time
}

// New returns a Client. It touches no network. The error is an [*OptionError].
func New(opt Options) (*Client, error) { return newClient(opt, openFor, firstWait) }

func newClient(opt Options, openFor, pause time.Duration) (*Client, error) {
	base, err := opt.settle()
	if err != nil {
		return nil, err
	}
	c := &Client{log: opt.Log, plain: base.Scheme == "http", own: opt.Store == nil, pause: pause}
	c.wire = newWire(opt.Key, c.plain)
	opt.Key = ""
	if c.own {
		opt.Store = store.NewMemory(opt.Now)
	}
	c.opt = opt
	config := openai.DefaultConfig("") // wire knows the key
	config.BaseURL, config.HTTPClient = opt.BaseURL, c.wire
	c.api = openai.NewClientWithConfig(config)
	c.breaker = newBreaker(openFor, c.changed)
	c.slots, c.room = semaphore.NewWeighted(atOnce), semaphore.NewWeighted(maxCalls)
	c.base, c.cancel = context.WithCancel(context.Background())
	c.dialectKey = "llm/dialect/" + hashOf(opt.BaseURL, opt.Model)
	return c, nil
}

func (c *Client) changed(from, to gobreaker.State) {
	c.log.Warn("the circuit breaker of the language model", "from", from.String(), "to", to.String())
}

// Format prints what c asks, whatever the verb.
func (c *Client) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "llm.Client{%q at %q}", c.opt.Model, c.opt.BaseURL)
}

// Model returns the model that c asks.
func (c *Client) Model() string { return c.opt.Model }

// Plaintext reports whether what is sent can be read on its way. Then the
// server is on this machine or in a private network.
func (c *Client) Plaintext() bool { return c.plain }

// Open reports whether the server failed so often that it is not asked now.
func (c *Client) Open() bool { return c.breaker.State() == gobreaker.StateOpen }

// Close ends the calls under way and waits for them. It does not close a store
// that c was given; whoever does must close c before. Closing twice does
// nothing.
func (c *Client) Close() {
	c.mu.Lock()
	closed := c.closed
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	c.running.Wait()
	c.wire.http.CloseIdleConnections()
	if c.own && !closed {
		_ = c.opt.Store.Close() // one in memory
	}
}

// Complete returns the JSON object that p asks for, from the cache or from the
// server. It has the members that the schema requires; the rest of the schema
// is the caller's to check, and so is every word in it. White space between its
// tokens is removed. The caller may change what is returned.
//
// The error is, for [errors.Is], one of the Err values of this package, or that
// of ctx; it holds nothing of the prompt, the key, or what the server said.
// When ctx ends before there is an answer, the call goes on for those who ask
// next.
func (c *Client) Complete(ctx context.Context, p Prompt) ([]byte, error) {
	if err := p.settle(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("llm: %w", err)
	}
	key := c.cacheKey(p)
	for {
		if b := c.cached(key, p); b != nil {
			c.opt.Observe(Event{Outcome: Cached})
			return b, nil
		}
		var mine bool
		call := c.flights.DoChan(key, func() (any, error) {
			mine = true
			return c.call(key, p)
		})
		select {
		case r := <-call:
			if r.Err != nil && !mine && errors.Is(r.Err, ErrBudget) {
				continue // that was another payer's
			}
			b, _ := r.Val.([]byte)
			return bytes.Clone(b), r.Err
		case <-ctx.Done():
			return nil, fmt.Errorf("llm: %w", ctx.Err())
		}
	}
}

// begin reports whether a call may begin; it must then call c.running.Done.
func (c *Client) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.running.Add(1)
	}
	return !c.closed
}

// call gets the answer to p from the server, for all who wait for it.
func (c *Client) call(key string, p Prompt) (b []byte, err error) {
	if !c.begin() {
		return nil, &fault{kind: ErrClosed, outcome: Closed}
	}
	defer c.running.Done()
	began, ev := time.Now(), Event{}
	defer func() {
		if r := recover(); r != nil { // nobody above could: this goroutine is singleflight's
			c.log.Error("panic while asking the language model", "type", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
			b, err = nil, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: "it cannot be read"}
		}
		c.report(ev, time.Since(began), err)
	}()
	if !c.room.TryAcquire(1) {
		return nil, &fault{kind: ErrBusy, outcome: Busy}
	}
	defer c.room.Release(1)
	if b := c.cached(key, p); b != nil { // by a call that ended since the caller looked
		return b, nil
	}
	ctx, cancel := context.WithTimeout(c.base, c.opt.Timeout)
	defer cancel()
	if b, err = c.converse(ctx, p, &ev); err != nil {
		return nil, err
	}
	c.keep(key, b)
	return b, nil
}

// report tells how a call ended.
func (c *Client) report(ev Event, took time.Duration, err error) {
	ev.Outcome, ev.Took = OK, took
	if f, ok := errors.AsType[*fault](err); ok {
		ev.Outcome = f.outcome
	} else if ev.Tries == 0 {
		ev.Outcome = Cached
	}
	level := slog.LevelDebug
	switch ev.Outcome {
	case Timeout, RateLimited, ServerError, Unreachable, Refused, BadAnswer, Uncounted:
		level = slog.LevelWarn
	}
	c.log.Log(c.base, level, "asked the language model", "outcome", ev.Outcome, "error", err, "tries", ev.Tries, "tokens", ev.Tokens, "took", took.Round(time.Millisecond))
	c.opt.Observe(ev)
}
