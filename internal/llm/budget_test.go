package llm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// most is what a prompt of one rune in byWords may cost.
const most = overhead + 4 + 1 + len(testSchema) + 100

func TestR11Budgets(t *testing.T) {
	const other = "chat 2"
	for _, c := range []struct {
		name           string
		chat, day, all int
		ok             string // of prompts of chat 1, chat 1, chat 2: y or n
	}{
		{"defaults", 0, 0, 0, "yyy"},
		{"no limits", -1, -1, -1, "yyy"},
		{"one of the chat", most, -1, -1, "yny"},
		{"two of the chat", most + 30, -1, -1, "yyy"},
		{"too little for any", most - 1, -1, -1, "nnn"},
		{"one of the day", -1, most, -1, "ynn"},
		{"two of the day", 0, most + 30, 0, "yyn"},
		{"one of all time", -1, -1, most, "ynn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t, says(object1))
			r := newRig(t, p.URL+"/v1", func(o *Options) {
				o.ChatTokensPerDay, o.TokensPerDay, o.TokensInAll = c.chat, c.day, c.all
			}).proven(dialect{Format: byWords})
			got := ""
			for i, user := range []string{"甲", "乙", "丙"} {
				q := prompt(user)
				if i == 2 {
					q.Payer = other
				}
				switch _, err := r.Complete(context.Background(), q); {
				case err == nil:
					got += "y"
				case errors.Is(err, ErrBudget):
					got += "n"
				default:
					t.Fatal(err)
				}
			}
			if got != c.ok {
				t.Errorf("answered %s, want %s", got, c.ok)
			}
			answered := len(p.requests())
			if u := r.used(); u.Today != 30*answered || u.InAll != 30*answered {
				t.Errorf("counted %+v for %d calls of 30", u, answered)
			}
		})
	}
}

// However many ask at once, through however many clients, no request leaves
// whose estimate does not fit: the budget is exceeded by what a server counts
// beyond the estimate, and by nothing else.
func TestR11BudgetRace(t *testing.T) {
	for _, cost := range []int{30, most, most + 50} {
		t.Run(fmt.Sprint(cost), func(t *testing.T) {
			const budget = 8 * most
			p := newPeer(t, choice(object1, "", "stop", cost))
			s := store.NewMemory(noon)
			defer s.Close()
			var clients []*rig
			for range 3 {
				clients = append(clients, newRig(t, p.URL+"/v1", func(o *Options) { o.Store, o.TokensPerDay = s, budget }).proven(dialect{Format: byWords}))
			}
			var answered, refused atomic.Int32
			var wg sync.WaitGroup
			for i := range 50 {
				wg.Go(func() {
					q := prompt(string(rune('一' + i)))
					q.Payer = fmt.Sprint(i)
					switch _, err := clients[i%3].Complete(context.Background(), q); {
					case err == nil:
						answered.Add(1)
					case errors.Is(err, ErrBudget):
						refused.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			wg.Wait()
			u := clients[0].used()
			over := max(cost-most, 0) * 3 * atOnce // of those on their way
			if u.Today > budget+over || u.Today != int(answered.Load())*cost {
				t.Errorf("%d calls of %d counted as %d, the budget is %d", answered.Load(), cost, u.Today, budget)
			}
			if cost >= most && (answered.Load() > 8 || refused.Load() < 42) {
				t.Errorf("%d answered, %d refused", answered.Load(), refused.Load())
			}
			if answered.Load() == 0 {
				t.Error("nobody was answered")
			}
			t.Logf("%d answered, %d refused, %d of %d tokens", answered.Load(), refused.Load(), u.Today, budget)
		})
	}
}

// Days begin at midnight in China.
func TestR11BudgetDays(t *testing.T) {
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.TokensPerDay = most }).proven(dialect{Format: byWords})
	r.pass(time.Date(2026, 3, 1, 15, 59, 0, 0, time.UTC).Sub(noon())) // 23:59 in China
	ask(t, r.Client, prompt("甲"))
	if _, err := r.Complete(context.Background(), prompt("乙")); !errors.Is(err, ErrBudget) {
		t.Fatal(err)
	}
	r.pass(time.Minute)
	if u := r.used(); u != (Usage{0, 30}) {
		t.Errorf("a new day begins with %+v", u)
	}
	ask(t, r.Client, prompt("乙"))
	if u := r.used(); u != (Usage{30, 60}) {
		t.Errorf("counted %+v", u)
	}
	if _, _, err := read(r.opt.Store, dayKey("2026-03-01")); err != nil {
		t.Error(err)
	}
	r.pass(countKept)
	left, err := r.opt.Store.Scan("llm/", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if e.Key != allKey && e.Key[:len("llm/cache/")] != "llm/cache/" && e.Key != r.dialectKey {
			t.Errorf("%s is still there", e.Key)
		}
	}
}

// A call that began before midnight is settled with the day that it was
// reserved from.
func TestR11BudgetOverMidnight(t *testing.T) {
	let := make(chan struct{})
	p := newPeer(t, blocks(let))
	r := newRig(t, p.URL+"/v1", nil).proven(dialect{})
	before := r.clock()
	done := make(chan error, 1)
	go func() {
		_, err := r.Complete(context.Background(), prompt("甲"))
		done <- err
	}()
	for len(p.requests()) == 0 {
		time.Sleep(time.Millisecond)
	}
	if u := r.used(); u.Today != most {
		t.Errorf("a call under way counts %+v, want the estimate %d", u, most)
	}
	r.pass(24 * time.Hour)
	close(let)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	old, err := ReadUsage(r.opt.Store, before)
	if u := r.used(); err != nil || u != (Usage{0, 30}) || old != (Usage{30, 30}) {
		t.Errorf("counted %+v today, %+v then, %v", u, old, err)
	}
}

// Where tokens cannot be counted, none are spent.
func TestR11StoreFails(t *testing.T) {
	full := fmt.Errorf("store: write: %w", syscall.ENOSPC)
	for name, c := range map[string]struct {
		get   func(string) error
		apply func([]store.Op) error
	}{
		"reading":             {func(string) error { return full }, nil},
		"writing":             {nil, func([]store.Op) error { return full }},
		"others write always": {nil, func([]store.Op) error { return store.ErrConflict }},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, says(object1))
			s := &troubledStore{Store: store.NewMemory(noon)}
			defer s.Store.Close()
			r := newRig(t, p.URL+"/v1", func(o *Options) { o.Store = s })
			s.trouble(c.get, c.apply)
			for i := range 2 * tripAfter {
				if _, err := r.Complete(context.Background(), prompt(fmt.Sprint(i))); !errors.Is(err, ErrStore) {
					t.Fatalf("got %v", err)
				}
			}
			if n := len(p.requests()); n != 0 || r.last().Outcome != Uncounted {
				t.Errorf("%d requests, %+v", n, r.last())
			}
			s.trouble(nil, nil)
			ask(t, r.Client, prompt("甲")) // and the breaker is closed
		})
	}
}

// A store that fails after the call costs the estimate, and the answer is given.
func TestR11StoreFailsAfterwards(t *testing.T) {
	p := newPeer(t, says(object1))
	s := &troubledStore{Store: store.NewMemory(noon)}
	defer s.Store.Close()
	r := newRig(t, p.URL+"/v1", func(o *Options) { o.Store = s }).proven(dialect{})
	n := 0
	s.trouble(nil, func([]store.Op) error {
		if n++; n > 1 {
			return syscall.EIO
		}
		return nil
	})
	if got := ask(t, r.Client, prompt("甲")); got != object1 {
		t.Errorf("got %s", got)
	}
	if u := r.used(); u.Today != most {
		t.Errorf("counted %+v, want the estimate %d", u, most)
	}
}

// A counter that is no number is nobody's licence to spend.
func TestR11DamagedCounter(t *testing.T) {
	for _, v := range []string{"", "x", "-1", "1e3", "99999999999999999999"} {
		p := newPeer(t, says(object1))
		r := newRig(t, p.URL+"/v1", nil)
		if err := r.opt.Store.Apply(store.Put(allKey, []byte(v))); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Complete(context.Background(), prompt("甲")); !errors.Is(err, ErrStore) || len(p.requests()) != 0 {
			t.Errorf("%q: %v after %d requests", v, err, len(p.requests()))
		}
		if _, err := r.Usage(); err == nil {
			t.Errorf("%q: usage without an error", v)
		}
	}
}
