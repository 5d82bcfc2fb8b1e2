package telegram

import (
	"bytes"
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
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

// engineOf makes an engine for texts by plan id, beside the embedded plan.
func engineOf(t testing.TB, texts map[string]string) *answer.Engine {
	t.Helper()
	fsys := fstest.MapFS{}
	for id, text := range texts {
		fsys[id+".txt"] = &fstest.MapFile{Data: []byte(text)}
	}
	plans, err := corpus.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	embedded, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	plans = append(slices.Clone(embedded), plans...)
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.New(index.Docs(plans))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	e, err := answer.New(plans, lex, ix)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// withPlans lets the bot answer with an engine.
func withPlans(e *answer.Engine) func(*Options) {
	return func(o *Options) {
		o.Chat = chat.New(e, o.Store, chat.Options{Log: true, UserPerMinute: 1e5, ChatPerMinute: 1e5})
	}
}

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
		r.sound()
	})
	return r
}

// stray is what no reader should ever see.
var stray = regexp.MustCompile(`</?[a-z]+[^>]*>|&(?:lt|gt|amp|quot|#\d+);|\*\*|\x{FFFD}`)

// sound checks what must hold for everything that the bot ever sent, whatever
// the test was about.
func (r *rig) sound() {
	r.t.Helper()
	st := r.tg.Stats()
	if st.ParseErrors > 0 || st.Violations > 0 || st.Dropped > 0 {
		r.t.Errorf("%d texts that are no HTML, %d calls too early, %d entities dropped: %+v", st.ParseErrors, st.Violations, st.Dropped, st)
	}
	for _, call := range r.tg.Calls("sendMessage", "editMessageText") {
		if !strings.Contains(call.Params["link_preview_options"], `"is_disabled":true`) {
			r.t.Errorf("%s with link previews: %v", call.Method, call.Params)
		}
	}
	for _, call := range r.tg.Calls("sendMessageDraft", "setMessageReaction", "sendRichMessage") {
		r.t.Errorf("call of %s", call.Method)
	}
	for _, x := range []string{r.opt.Token, strings.SplitN(r.opt.Token, ":", 2)[1]} {
		if strings.Contains(r.log.String(), x) {
			r.t.Errorf("the token is in the log:\n%s", r.log)
		}
	}
}

// neat checks a message as a reader sees it.
func neat(t testing.TB, m telegramtest.Message) {
	t.Helper()
	if bad := stray.FindString(m.Text); bad != "" {
		t.Errorf("%q shows in %q", bad, m.Text)
	}
	if n := units(m.Text); n > 4096 || len(m.Entities) > 100 {
		t.Errorf("%d units, %d entities", n, len(m.Entities))
	}
	for _, e := range m.Entities {
		switch e.Type {
		case "bold", "code", "expandable_blockquote", "text_link":
		default:
			t.Errorf("%s in %q", e.Type, telegramtest.Render(m))
		}
	}
	for _, row := range m.Keyboard {
		for _, b := range row {
			if b.Data == "" || len(b.Data) > 64 || b.WebApp != "" {
				t.Errorf("button %+v", b)
			}
		}
	}
}

// crash ends the bot as SIGKILL does: nothing is finished, nothing written.
func (r *rig) crash() {
	r.t.Helper()
	r.bot.kill()
	r.halt()
}

// private returns a user and the chat with them.
func (r *rig) private(name string) (*telegramtest.User, *telegramtest.Chat) {
	u := r.tg.AddUser(name)
	return u, r.tg.AddPrivate(u)
}

// waits fails the test when cond does not come true.
func (r *rig) waits(what string, cond func(*telegramtest.Server) bool) {
	r.t.Helper()
	if !r.tg.Wait(cond, patience) {
		r.t.Fatalf("%s: did not happen; %+v\n%s", what, r.tg.Stats(), r.log)
	}
}

// answered waits for the answer to a tap or inline query.
func (r *rig) answered(id string) telegramtest.Answer {
	r.t.Helper()
	r.waits("answer to a query", func(s *telegramtest.Server) bool { return len(s.Answers(id)) > 0 })
	return r.tg.Answers(id)[0]
}

// edited waits until the bot's message n of a chat was edited k times.
func (r *rig) edited(c *telegramtest.Chat, n, k int) telegramtest.Message {
	r.t.Helper()
	r.waits("edit", func(s *telegramtest.Server) bool { m := s.Sent(c); return len(m) > n && len(m[n].Edits) >= k })
	r.idle()
	return r.tg.Sent(c)[n]
}

// A question of the plan and what its answer must hold.
const (
	wetland   = "湿地保护率要到多少"
	wetlandIs = "湿地保护率:到2027年达到45.22%。"
	forest    = "那森林覆盖率呢"
	forestIs  = "森林覆盖率:到2027年达到45.8%。"
)

// start runs the bot.
func (r *rig) start() *rig {
	r.t.Helper()
	b, err := New(r.opt)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.startBot(b)
}

// startBot runs a bot that the test has changed.
func (r *rig) startBot(b *Bot) *rig {
	r.t.Helper()
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

const patience = 30 * time.Second

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

func num(n int64) string { return strconv.FormatInt(n, 10) }

func requestOf(q string) answer.Request { return answer.Request{Text: q, Today: time.Now()} }
