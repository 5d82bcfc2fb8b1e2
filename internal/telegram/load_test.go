package telegram

import (
	"flag"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/bolt"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

var load = flag.Bool("load", false, "run the load test: 200 chats ask 20 questions each")

// onDisk makes a rig keep its state in a file, as wence serve does.
func onDisk(t testing.TB) func(*Options) {
	st, err := bolt.Open(filepath.Join(t.TempDir(), "state.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return func(o *Options) {
		o.Store = st
		o.Chat = chat.New(engine(), st, chat.Options{Log: true, UserPerMinute: 100000, ChatPerMinute: 100000})
	}
}

// TestLoad lets 200 chats ask 20 questions each at once, under the limits of
// Telegram: all are answered in order, nothing is sent too fast, and afterwards
// the bot is as small as before.
func TestLoad(t *testing.T) {
	if !*load {
		t.Skip("takes minutes: make load")
	}
	const chats, questions = 200, 20
	disk := onDisk(t)
	r := run(t, telegramtest.Options{Flood: telegramtest.DefaultFlood()}, func(o *Options) {
		disk(o)
		o.Unpaced = false
	})
	r.idle()
	memory, goroutines := heap(), runtime.NumGoroutine()
	var groups []*telegramtest.Chat
	asked := map[*telegramtest.Chat][]int{}
	began := time.Now()
	for i := range chats {
		u := r.tg.AddUser(fmt.Sprint("user", i))
		g := r.tg.AddSupergroup(fmt.Sprint("group", i), false, u)
		groups = append(groups, g)
		for range questions {
			asked[g] = append(asked[g], u.Say(g, "/ask@plan_qa_bot 古树名木保护谁牵头").ID)
		}
	}
	all := func(s *telegramtest.Server) bool {
		return s.Pending() == 0 && !slices.ContainsFunc(groups, func(g *telegramtest.Chat) bool { return len(s.Sent(g)) < questions })
	}
	if !r.tg.Wait(all, 10*time.Minute) {
		t.Fatalf("not all are answered after %v: %+v", time.Since(began), r.tg.Stats())
	}
	took := time.Since(began)
	r.idle()
	for _, g := range groups {
		var order []int
		for _, m := range r.tg.Sent(g) {
			order = append(order, m.ReplyTo)
		}
		if !slices.Equal(order, asked[g]) {
			t.Errorf("answers to %v, want %v", order, asked[g])
		}
	}
	s := r.tg.Stats()
	if s.TooMany > 0 || s.Violations > 0 {
		t.Errorf("%d refused as too many, %d sent while Telegram had asked to wait", s.TooMany, s.Violations)
	}
	// Connections stay open for a while; their goroutines are few.
	r.bot.client.http.CloseIdleConnections()
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > goroutines+2 && time.Now().Before(deadline); {
		time.Sleep(50 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > goroutines+2 {
		t.Errorf("%d goroutines, before %d", n, goroutines)
	}
	after := runtime.NumGoroutine()
	// The server of the test remembers all; what the bot holds is what is free
	// without it.
	with := heap()
	r.halt()
	r.bot = nil
	held := with - heap()
	if held > memory {
		t.Errorf("the bot holds %.1f MB, all was %.1f before", held, memory)
	}
	t.Logf("load: %d answers in %v (%.1f a second), 429s %d, violations %d; the bot holds %.1f MB, plan and index at the start %.1f; goroutines %d, before %d",
		chats*questions, took.Round(time.Second), chats*questions/took.Seconds(), s.TooMany, s.Violations, held, memory, after, goroutines)
}

// heap is the memory in use, in MB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkAnswer measures the time from an update to its answer at the server,
// one question at a time with nothing paced, beside what it must contain: one
// ask and one commit.
func BenchmarkAnswer(b *testing.B) {
	disk := onDisk(b)
	r := run(b, telegramtest.Options{}, disk)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddPrivate(ann)
	const question = "古树名木保护谁牵头"
	var whole, least []time.Duration
	n := 0
	for b.Loop() {
		began := time.Now()
		ann.Say(c, question)
		n++
		if !r.tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == n }, patience) {
			b.Fatal("no answer")
		}
		whole = append(whole, time.Since(began))
		b.StopTimer()
		r.idle()
		began = time.Now()
		engine().Ask(b.Context(), answer.Request{Text: question})
		if err := r.bot.opt.Store.Apply(store.Put("bench", []byte(fmt.Sprint(n)))); err != nil {
			b.Fatal(err)
		}
		least = append(least, time.Since(began))
		b.StartTimer()
	}
	p99 := func(d []time.Duration) time.Duration {
		slices.Sort(d)
		return d[len(d)*99/100]
	}
	b.ReportMetric(float64(p99(whole).Microseconds()), "p99-us")
	b.ReportMetric(float64(p99(least).Microseconds()), "ask+commit-p99-us")
	b.ReportMetric(float64(p99(whole))/float64(p99(least)), "x-p99")
}
