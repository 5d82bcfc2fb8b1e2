package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// The index of the embedded plan lives as long as the tests.
		goleak.IgnoreAnyFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"),
		goleak.IgnoreAnyFunction("github.com/blevesearch/bleve/v2/index/scorch.(*Scorch).introducerLoop"),
	)
}

// engine is the embedded plan, made once: it is immutable.
var engine = sync.OnceValue(func() *answer.Engine {
	plans, err := corpus.Embedded()
	if err != nil {
		panic(err)
	}
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		panic(err)
	}
	ix, err := index.New(index.Docs(plans))
	if err != nil {
		panic(err)
	}
	e, err := answer.New(plans, lex, ix)
	if err != nil {
		panic(err)
	}
	return e
})

// A rig is a bot beside a server.
type rig struct {
	t    testing.TB
	tg   *telegramtest.Server
	st   store.Store
	opt  Options
	bot  *Bot
	log  *syncBuffer
	stop func()
	err  chan error
}

// syncBuffer is a log that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newRig returns a rig whose bot does not run yet. change may be nil.
func newRig(t testing.TB, opt telegramtest.Options, change func(*Options)) *rig {
	t.Helper()
	r := &rig{t: t, tg: telegramtest.New(t, opt), st: store.NewMemory(nil), log: &syncBuffer{}}
	r.opt = Options{
		Token: r.tg.Token(), APIURL: r.tg.URL(), Store: r.st, Unpaced: true,
		Chat: chat.New(engine(), r.st, chat.Options{Log: true}),
		Log:  slog.New(slog.NewTextHandler(r.log, nil)),
	}
	if change != nil {
		change(&r.opt)
	}
	t.Cleanup(func() {
		if r.stop != nil {
			r.halt()
		}
	})
	return r
}

// start runs the bot.
func (r *rig) start() *rig {
	r.t.Helper()
	b, err := New(r.opt)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := b.Connect(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.bot, r.stop, r.err = b, cancel, make(chan error, 1)
	go func() { r.err <- b.Run(ctx) }()
	return r
}

// halt stops the bot as SIGTERM does, and returns what Run returned.
func (r *rig) halt() error {
	r.stop()
	r.stop = nil
	select {
	case err := <-r.err:
		return err
	case <-time.After(drainTime + 5*time.Second):
		r.t.Fatal("the bot does not stop")
		return nil
	}
}

func run(t testing.TB, opt telegramtest.Options, change func(*Options)) *rig {
	t.Helper()
	return newRig(t, opt, change).start()
}

const patience = 10 * time.Second

// sent waits for n messages of the bot in a chat and returns them.
func (r *rig) sent(c *telegramtest.Chat, n int) []telegramtest.Message {
	r.t.Helper()
	if !r.tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) >= n }, patience) {
		r.t.Fatalf("%d messages instead of %d; %+v\n%s", len(r.tg.Sent(c)), n, r.tg.Stats(), r.log)
	}
	return r.tg.Sent(c)
}

// one waits for exactly one message of the bot, and that no other follows.
func (r *rig) one(c *telegramtest.Chat) telegramtest.Message {
	r.t.Helper()
	r.sent(c, 1)
	r.quiet(c, 1)
	return r.tg.Sent(c)[0]
}

// quiet waits a moment and checks that there are still n messages of the bot.
func (r *rig) quiet(c *telegramtest.Chat, n int) {
	r.t.Helper()
	r.idle()
	if got := r.tg.Sent(c); len(got) != n {
		r.t.Fatalf("%d messages instead of %d: %+v", len(got), n, got)
	}
}

// idle waits until every update is taken and every queue empty.
func (r *rig) idle() {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for calm := 0; calm < 3; {
		if time.Now().After(deadline) {
			r.t.Fatalf("the bot does not come to rest: %d updates wait, %d chats; %s", r.tg.Pending(), r.bot.Depth(), r.log)
		}
		if r.tg.Pending() == 0 && r.bot.Depth() == 0 {
			calm++
		} else {
			calm = 0
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func wants(t testing.TB, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("%q is not in %q", p, got)
		}
	}
}

func TestPrivate(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddPrivate(ann)
	ann.Say(c, "湿地保护率目标是多少?")
	m := r.one(c)
	wants(t, m.Text, "湿地保护率:到2027年达到45.22%。", "全省森林覆盖率、湿地保护率分别达到45.8%和45.22%", "6.0.2")
	if !m.NoPreview || len(m.Dropped) > 0 {
		t.Errorf("preview or dropped parts: %+v", m)
	}
	t.Log(telegramtest.Render(m))
	ann.Say(c, "那森林覆盖率呢")
	wants(t, r.sent(c, 2)[1].Text, "森林覆盖率:到2027年达到45.8%。")
}
