package llm

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wence-qa/wence/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testKey must never be seen outside an Authorization header.
const testKey = "sk-canary-5up3r53cr37"

const testSchema = `{"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false}`

const object1 = `{"text":"好"}`

func prompt(user string) Prompt {
	return Prompt{Version: "1", System: "概括条文", User: user, Schema: json.RawMessage(testSchema), Name: "summary", Payer: "chat 1", MaxTokens: 100}
}

// A request is what a peer was asked, as far as tests look at it.
type request struct {
	Model    string `json:"model"`
	Messages []struct {
		Role, Content string
	} `json:"messages"`
	MaxTokens           int      `json:"max_tokens"`
	MaxCompletionTokens int      `json:"max_completion_tokens"`
	Temperature         *float64 `json:"temperature"`
	Stream              bool     `json:"stream"`
	ResponseFormat      *struct {
		Type       string `json:"type"`
		JSONSchema *struct {
			Name   string          `json:"name"`
			Schema json.RawMessage `json:"schema"`
			Strict bool            `json:"strict"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

func (r request) format() string {
	if r.ResponseFormat == nil {
		return ""
	}
	return r.ResponseFormat.Type
}

func (r request) system() string {
	if len(r.Messages) > 0 && r.Messages[0].Role == "system" {
		return r.Messages[0].Content
	}
	return ""
}

// A step answers one request.
type step func(w http.ResponseWriter, r *http.Request, asked request)

// A peer is an OpenAI-compatible server that follows a script; its last step
// answers all requests that come after.
type peer struct {
	*httptest.Server
	t *testing.T

	mu     sync.Mutex
	script []step
	asked  []request
	times  []time.Time
}

func newPeer(t *testing.T, script ...step) *peer {
	t.Helper()
	p := &peer{t: t, script: script}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *peer) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/chat/completions" || r.Method != http.MethodPost {
		p.t.Errorf("%s %s is no part of the API that may be relied on", r.Method, r.URL.Path)
		http.NotFound(w, r)
		return
	}
	var q request
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		p.t.Errorf("request: %v", err)
	}
	if got := r.Header.Get("Authorization"); got != "Bearer "+testKey {
		p.t.Errorf("Authorization %q", got)
	}
	p.mu.Lock()
	p.asked = append(p.asked, q)
	p.times = append(p.times, time.Now())
	s := p.script[min(len(p.asked), len(p.script))-1]
	p.mu.Unlock()
	s(w, r, q)
}

// play sets the steps of the requests to come.
func (p *peer) play(script ...step) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script, p.asked, p.times = script, nil, nil
}

func (p *peer) requests() []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]request(nil), p.asked...)
}

func (p *peer) formats() string {
	var out []string
	for _, q := range p.requests() {
		out = append(out, q.format())
	}
	return strings.Join(out, ",")
}

// says answers with content, finished, at a cost of 30 tokens.
func says(content string) step { return choice(content, "", "stop", 30) }

// choice answers with one choice; below 0 tokens there is no usage.
func choice(content, reasoning, finish string, tokens int) step {
	return func(w http.ResponseWriter, _ *http.Request, q request) {
		message := map[string]any{"role": "assistant", "content": content}
		if reasoning != "" {
			message["reasoning_content"] = reasoning
		}
		body := map[string]any{
			"id": "1", "object": "chat.completion", "created": 1767225600, "model": q.Model,
			"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": finish}},
		}
		if tokens >= 0 {
			body["usage"] = map[string]any{"prompt_tokens": tokens - tokens/3, "completion_tokens": tokens / 3, "total_tokens": tokens}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(body)
	}
}

// status answers with a status and a body; headers are "Name: value".
func status(code int, body string, headers ...string) step {
	return func(w http.ResponseWriter, _ *http.Request, _ request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// raw answers with bytes of its own on the connection, and closes it.
func raw(text string) step {
	return func(w http.ResponseWriter, _ *http.Request, _ request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, text)
	}
}

// hang answers nothing as long as the client waits.
func hang(_ http.ResponseWriter, r *http.Request, _ request) { <-r.Context().Done() }

// A rig is a client of a peer, with what it told.
type rig struct {
	*Client
	t   *testing.T
	log *strings.Builder

	mu     sync.Mutex
	now    time.Time
	events []Event
}

// newRig makes a client of the server at base. Waits between tries are short,
// and an open breaker is tried again after openFor.
func newRig(t *testing.T, base string, change func(*Options)) *rig {
	t.Helper()
	return newRigFor(t, base, time.Minute, change)
}

func newRigFor(t *testing.T, base string, openFor time.Duration, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, log: &strings.Builder{}, now: noon()}
	opt := Options{
		BaseURL: base, Model: "m", Key: testKey, Timeout: 5 * time.Second, Now: r.clock,
		Observe: func(e Event) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.events = append(r.events, e)
		},
		Log: slog.New(slog.NewTextHandler(&lockedWriter{w: r.log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&opt)
	}
	c, err := newClient(opt, openFor, 5*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	r.Client = c
	t.Cleanup(c.Close)
	return r
}

// noon is when a rig is made.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, china) }

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// seen returns the outcomes of all events.
func (r *rig) seen() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.events {
		out = append(out, string(e.Outcome))
	}
	return strings.Join(out, ",")
}

func (r *rig) last() Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.events) == 0 {
		return Event{}
	}
	return r.events[len(r.events)-1]
}

func (r *rig) used() Usage {
	r.t.Helper()
	u, err := r.Usage()
	if err != nil {
		r.t.Fatal(err)
	}
	return u
}

// proven makes a rig skip the search for a dialect.
func (r *rig) proven(d dialect) *rig {
	r.speak(d)
	return r
}

func ask(t *testing.T, c *Client, p Prompt) string {
	t.Helper()
	b, err := c.Complete(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A troubledStore fails on demand.
type troubledStore struct {
	store.Store
	mu    sync.Mutex
	get   func(key string) error
	apply func(ops []store.Op) error
}

func (s *troubledStore) trouble(get func(string) error, apply func([]store.Op) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.get, s.apply = get, apply
}

func (s *troubledStore) Get(key string) (store.Entry, error) {
	s.mu.Lock()
	get := s.get
	s.mu.Unlock()
	if get != nil {
		if err := get(key); err != nil {
			return store.Entry{}, err
		}
	}
	return s.Store.Get(key)
}

func (s *troubledStore) Apply(ops ...store.Op) error {
	s.mu.Lock()
	apply := s.apply
	s.mu.Unlock()
	if apply != nil {
		if err := apply(ops); err != nil {
			return err
		}
	}
	return s.Store.Apply(ops...)
}
