package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// The breaker opens after tripAfter failures in a row, costs nothing while it is
// open, and closes when the server is well again.
func TestR11Breaker(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]step{
		"500": status(500, ""), "429": status(429, ""), "401": status(401, ""), "reset": reset,
		"malformed": status(200, "{"), "no choices": status(200, "{}"), "redirect": status(302, "", "Location: /"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const pause = 500 * time.Millisecond
			p := newPeer(t, says(object1))
			r := newRigFor(t, p.URL+"/v1", pause, nil).proven(dialect{})
			ask(t, r.Client, prompt("before"))
			p.play(fail)
			for i := 0; !r.Open(); i++ {
				if _, err := r.Complete(context.Background(), prompt(fmt.Sprint(i))); err == nil || errors.Is(err, ErrOpen) {
					t.Fatalf("call %d: %v", i, err)
				}
			}
			if n := len(p.requests()); n != tripAfter {
				t.Errorf("open after %d failures, want %d", n, tripAfter)
			}
			used := r.used()
			for i := range 20 {
				if _, err := r.Complete(context.Background(), prompt(fmt.Sprint("open", i))); !errors.Is(err, ErrOpen) {
					t.Fatal(err)
				}
			}
			if n := len(p.requests()); n != tripAfter {
				t.Errorf("%d requests while open", n-tripAfter)
			}
			if r.used() != used {
				t.Errorf("an open breaker costs tokens: %+v, before %+v", r.used(), used)
			}
			if got := ask(t, r.Client, prompt("before")); got != object1 {
				t.Error("the cache does not work while the breaker is open")
			}
			time.Sleep(pause + 50*time.Millisecond)
			if _, err := r.Complete(context.Background(), prompt("still ill")); err == nil || errors.Is(err, ErrOpen) {
				t.Errorf("after the pause: %v", err)
			}
			if n := len(p.requests()); n != tripAfter+1 || !r.Open() {
				t.Errorf("%d requests to see whether it is well", n-tripAfter)
			}
			p.play(says(object1))
			time.Sleep(pause + 50*time.Millisecond)
			for i := range 10 {
				ask(t, r.Client, prompt(fmt.Sprint("well", i)))
			}
		})
	}
}

// What speaks against one prompt opens no breaker: nobody can shut the others
// out by asking for nonsense.
func TestR11BreakerStaysClosed(t *testing.T) {
	for name, s := range map[string]step{
		"400": status(400, ""), "nonsense": says("no"), "too long": choice("", "", "length", 1), "filtered": choice("", "", "content_filter", 1),
	} {
		p := newPeer(t, s)
		r := newRig(t, p.URL+"/v1", nil).proven(dialect{Format: byWords})
		for i := range 3 * tripAfter {
			if _, err := r.Complete(context.Background(), prompt(fmt.Sprint(i))); !errors.Is(err, ErrRefused) && !errors.Is(err, ErrBadAnswer) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.ChatTokensPerDay = 10 })
	for i := range 3 * tripAfter {
		if _, err := r.Complete(context.Background(), prompt(fmt.Sprint(i))); !errors.Is(err, ErrBudget) {
			t.Errorf("budget: %v", err)
		}
	}
	if q := prompt("rich"); q.User != "" {
		q.Payer = ""
		ask(t, r.Client, q)
	}
}

func TestR11Cache(t *testing.T) {
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", nil)
	q := prompt("条文")
	ask(t, r.Client, q)
	used := r.used()
	b, err := r.Complete(context.Background(), q)
	if err != nil || string(b) != object1 {
		t.Fatal(string(b), err)
	}
	b[0] = 'x' // it is the caller's
	q.Payer = "chat 2"
	if got := ask(t, r.Client, q); got != object1 {
		t.Errorf("got %s", got)
	}
	if n := len(p.requests()); n != 1 || r.used() != used || r.seen() != "ok,cached,cached" {
		t.Errorf("%d requests, %+v used, %s", n, r.used(), r.seen())
	}
	for name, change := range map[string]func(*Prompt){
		"version": func(q *Prompt) { q.Version = "2" }, "system": func(q *Prompt) { q.System += "。" }, "user": func(q *Prompt) { q.User += "。" },
		"schema": func(q *Prompt) { q.Schema = json.RawMessage(`{"required":["text"]}`) },
		"a border": func(q *Prompt) {
			q.System += q.User[:3]
			q.User = q.User[3:]
		},
	} {
		p.play(says(object1))
		q := prompt("条文")
		change(&q)
		ask(t, r.Client, q)
		if len(p.requests()) != 1 {
			t.Errorf("another %s is answered from the cache", name)
		}
	}
	other := newRig(t, p.URL+"/v1", func(o *Options) { o.Store, o.Model = r.opt.Store, "other" })
	p.play(says(object1))
	ask(t, other.Client, prompt("条文"))
	if len(p.requests()) != 1 {
		t.Error("another model is answered from the cache")
	}
	p.play(says(object1))
	r.pass(cacheKept)
	ask(t, r.Client, prompt("条文"))
	if len(p.requests()) != 1 {
		t.Error("the cache never expires")
	}
}

// What is no answer to the prompt is neither kept nor taken from the cache.
func TestR11CacheHoldsAnswersOnly(t *testing.T) {
	p := newPeer(t, says(`{"other":1}`))
	r := newRig(t, p.URL+"/v1", nil).proven(dialect{Format: byWords})
	if _, err := r.Complete(context.Background(), prompt("甲")); !errors.Is(err, ErrBadAnswer) {
		t.Fatal(err)
	}
	if e, err := r.opt.Store.Scan("llm/cache/", "", 0); err != nil || len(e) != 0 {
		t.Errorf("%d entries, %v", len(e), err)
	}
	q := prompt("甲")
	if err := r.opt.Store.Apply(store.Put(r.cacheKey(q), []byte(`{"text":`))); err != nil {
		t.Fatal(err)
	}
	p.play(says(object1))
	if got := ask(t, r.Client, q); got != object1 {
		t.Errorf("got %s", got)
	}
}

// The store holds hashes of prompts and payers, and nothing else of them.
func TestStoreHoldsNoPrompt(t *testing.T) {
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", nil)
	ask(t, r.Client, prompt("条文"))
	all, err := r.opt.Store.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, e := range all {
		kinds = append(kinds, strings.Join(strings.Split(e.Key, "/")[:2], "/"))
		for _, word := range []string{"条文", "概括", "chat 1", testKey} {
			if strings.Contains(e.Key+string(e.Value), word) {
				t.Errorf("%s holds %q", e.Key, word)
			}
		}
		if e.Expires.IsZero() != (e.Key == allKey) {
			t.Errorf("%s expires %v", e.Key, e.Expires)
		}
	}
	if got := strings.Join(kinds, " "); got != "llm/all llm/cache llm/chat llm/day llm/dialect" {
		t.Errorf("keys %s", got)
	}
}

// blocks answers with object1 when it is let go.
func blocks(let <-chan struct{}) step {
	return func(w http.ResponseWriter, r *http.Request, q request) {
		select {
		case <-let:
			says(object1)(w, r, q)
		case <-r.Context().Done():
		}
	}
}

// Who asks the same at once waits for one call, also when the one who began it
// leaves.
func TestR11SamePromptAtOnce(t *testing.T) {
	let := make(chan struct{})
	p := newPeer(t, blocks(let))
	r := newRig(t, p.URL+"/v1", nil).proven(dialect{})
	ctx, cancel := context.WithCancel(context.Background())
	left := make(chan error, 1)
	go func() {
		_, err := r.Complete(ctx, prompt("甲"))
		left <- err
	}()
	for len(p.requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	var wg sync.WaitGroup
	var started atomic.Int32
	for i := range 20 {
		wg.Go(func() {
			q := prompt("甲")
			q.Payer = fmt.Sprint("chat ", i)
			started.Add(1)
			b, err := r.Complete(context.Background(), q)
			if err != nil || string(b) != object1 {
				t.Errorf("%s, %v", b, err)
			}
			if len(b) > 0 {
				b[0] = 'x' // it is nobody else's
			}
		})
	}
	for started.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller who left got %v", err)
	}
	close(let)
	wg.Wait()
	if n := len(p.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	if u := r.used(); u.Today != 30 {
		t.Errorf("counted %+v for one call", u)
	}
}

// A payer whose budget is spent does not spoil it for another who asks the same
// at the same time.
func TestR11OthersBudget(t *testing.T) {
	p := newPeer(t, says(object1))
	hold := make(chan struct{})
	s := &troubledStore{Store: store.NewMemory(noon)}
	defer s.Store.Close()
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.Store, o.ChatTokensPerDay = s, 1000 }).proven(dialect{})
	poor := chatKey(dayOf(r.clock()), "poor")
	if err := s.Store.Apply(store.Put(poor, []byte("1000"))); err != nil {
		t.Fatal(err)
	}
	s.trouble(func(key string) error {
		if key == poor {
			<-hold
		}
		return nil
	}, nil)
	got := map[string]error{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, payer := range []string{"poor", "rich"} {
		wg.Go(func() {
			q := prompt("甲")
			q.Payer = payer
			_, err := r.Complete(context.Background(), q)
			mu.Lock()
			defer mu.Unlock()
			got[payer] = err
		})
		if i == 0 {
			time.Sleep(50 * time.Millisecond) // so that the poor one leads
		}
	}
	time.Sleep(50 * time.Millisecond)
	close(hold)
	wg.Wait()
	if !errors.Is(got["poor"], ErrBudget) || got["rich"] != nil {
		t.Errorf("got %v", got)
	}
}

// No more than atOnce requests are on their way, and no more than maxCalls wait.
func TestR11Busy(t *testing.T) {
	let := make(chan struct{})
	var now, most atomic.Int32
	p := newPeer(t, func(w http.ResponseWriter, r *http.Request, q request) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		blocks(let)(w, r, q)
	})
	r := newRig(t, p.URL+"/v1", nil).proven(dialect{})
	var wg sync.WaitGroup
	var busy, ok atomic.Int32
	for i := range maxCalls + 10 {
		wg.Go(func() {
			switch _, err := r.Complete(context.Background(), prompt(fmt.Sprint(i))); {
			case err == nil:
				ok.Add(1)
			case errors.Is(err, ErrBusy):
				busy.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	for deadline := time.Now().Add(3 * time.Second); (busy.Load() < 10 || now.Load() < atOnce) && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	close(let)
	wg.Wait()
	if ok.Load() != maxCalls || busy.Load() != 10 || most.Load() != atOnce {
		t.Errorf("%d answered, %d turned away, %d at once", ok.Load(), busy.Load(), most.Load())
	}
	for i := range maxCalls + 1 {
		ask(t, r.Client, prompt(fmt.Sprint("after", i))) // every place was given back
	}
}

// Who waits for a place longer than there is time is told so.
func TestR11BusyToTheEnd(t *testing.T) {
	p := newPeer(t, hang)
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.Timeout = 300 * time.Millisecond }).proven(dialect{})
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() { _, _ = r.Complete(context.Background(), prompt(fmt.Sprint(i))) })
	}
	for len(p.requests()) < atOnce {
		time.Sleep(time.Millisecond)
	}
	if err := r.slots.Acquire(context.Background(), atOnce); err != nil { // none is given back to the call below
		t.Fatal(err)
	}
	_, err := r.Complete(context.Background(), prompt("late"))
	if !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	for !r.Open() { // nobody waits for a place at a server that is left alone
		_, _ = r.breaker.Execute(func() (reply, error) { return reply{}, &fault{server: ailing} })
	}
	began := time.Now()
	_, err = r.Complete(context.Background(), prompt("later"))
	if took := time.Since(began); !errors.Is(err, ErrOpen) || took > r.opt.Timeout/2 {
		t.Errorf("got %v after %v", err, took)
	}
	r.slots.Release(atOnce)
	wg.Wait()
}

func TestClose(t *testing.T) {
	p := newPeer(t, hang)
	r := newRig(t, p.URL+"/v1", nil)
	got := make(chan error, 1)
	go func() {
		_, err := r.Complete(context.Background(), prompt("甲"))
		got <- err
	}()
	for len(p.requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	r.Close()
	if r.seen() != "closed" {
		t.Errorf("closed before the call under way ended: %q", r.seen())
	}
	r.Close()
	if took := time.Since(began); took > time.Second {
		t.Errorf("closing took %v", took)
	}
	if err := <-got; !errors.Is(err, ErrClosed) {
		t.Errorf("the call under way ended in %v", err)
	}
	if _, err := r.Complete(context.Background(), prompt("乙")); !errors.Is(err, ErrClosed) {
		t.Errorf("a call after the end: %v", err)
	}
	if r.Open() {
		t.Error("closing speaks against the server")
	}
}

// Close leaves a store alone that the client was given.
func TestCloseLeavesStore(t *testing.T) {
	s := store.NewMemory(noon)
	newRig(t, "http://localhost", func(o *Options) { o.Store = s }).Close()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestBadPrompts(t *testing.T) {
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", nil)
	for name, change := range map[string]func(*Prompt){
		"no schema": func(q *Prompt) { q.Schema = nil }, "broken schema": func(q *Prompt) { q.Schema = json.RawMessage(`{"required":`) },
		"schema of a list": func(q *Prompt) { q.Schema = json.RawMessage(`[]`) }, "no name": func(q *Prompt) { q.Name = "" },
		"name of a sentence": func(q *Prompt) { q.Name = "a summary" }, "nothing to say": func(q *Prompt) { q.System, q.User = "", "" },
		"below no tokens": func(q *Prompt) { q.MaxTokens = -1 }, "too many tokens": func(q *Prompt) { q.MaxTokens = 1 << 40 },
	} {
		q := prompt("甲")
		change(&q)
		if _, err := r.Complete(context.Background(), q); !errors.Is(err, ErrPrompt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Complete(ctx, prompt("甲")); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who has left: %v", err)
	}
	if len(p.requests()) != 0 {
		t.Error("the server was asked")
	}
	q := prompt("甲")
	q.MaxTokens = 0
	ask(t, r.Client, q)
	if got := p.requests()[0].MaxTokens; got != DefaultMaxTokens {
		t.Errorf("max_tokens %d", got)
	}
}

// A panic on the way of an answer is an error of that call.
func TestPanic(t *testing.T) {
	s := &troubledStore{Store: store.NewMemory(noon)}
	defer s.Store.Close()
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.Store = s })
	s.trouble(nil, func([]store.Op) error { panic("条文") })
	if _, err := r.Complete(context.Background(), prompt("甲")); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(r.log.String(), "panic") || strings.Contains(r.log.String(), "条文") {
		t.Errorf("log: %s", r.log)
	}
	s.trouble(nil, nil)
	for i := range 2 * atOnce {
		ask(t, r.Client, prompt(fmt.Sprint(i))) // no place was lost
	}
}
