package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

func TestT28TypingOnlyWhenSlow(t *testing.T) {
	t.Parallel()
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	r.one(c)
	if got := r.tg.Actions(c); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	r.tg.Fault(telegramtest.Once("sendMessage", telegramtest.SlowBody(typingAfter+time.Second)))
	ann.Say(c, wetland)
	r.sent(c, 2)
	r.idle()
	if got := r.tg.Actions(c); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestT29GroupsAreSentOnce(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", false, ann)
	ann.Say(c, "/ask 省生态环境厅牵头的任务")
	r.one(c)
	if s, e := len(r.tg.Calls("sendMessage")), len(r.tg.Calls("editMessageText")); s != 1 || e != 0 {
		t.Errorf("%d sends, %d edits", s, e)
	}
}

func TestT30AllowedUpdates(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	r.waits("poll", func(s *telegramtest.Server) bool { return len(s.Calls("getUpdates")) > 0 })
	got := r.tg.Calls("getUpdates")[0].Params["allowed_updates"]
	for _, kind := range []string{"message", "edited_message", "callback_query", "inline_query", "chosen_inline_result", "my_chat_member"} {
		wants(t, got, `"`+kind+`"`)
	}
}

func TestT31Menus(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	r.opt.Admins = []int64{77}
	r.start()
	r.waits("menus", func(s *telegramtest.Server) bool { return len(s.Commands("chat:77", "")) > 0 })
	for _, scope := range []string{"default", "all_private_chats", "all_group_chats"} {
		for _, lang := range []string{"", "zh", "en"} {
			list := r.tg.Commands(scope, lang)
			var names []string
			for _, c := range list {
				names = append(names, c.Command)
				if han := regexp.MustCompile(`\p{Han}`).MatchString(c.Description); han == (lang == "en") {
					t.Errorf("%s %q: %+v", scope, lang, c)
				}
			}
			for _, want := range []string{"start", "help", "ask", "plan", "targets", "agency", "privacy", "forget"} {
				if !slices.Contains(names, want) {
					t.Errorf("%s %q: no %s", scope, lang, want)
				}
			}
			if slices.Contains(names, "backup") {
				t.Errorf("%s %q: /backup is for administrators", scope, lang)
			}
		}
	}
	for _, lang := range []string{"", "zh", "en"} {
		if d, s := utf8.RuneCountInString(r.tg.Description(lang)), utf8.RuneCountInString(r.tg.ShortDescription(lang)); d == 0 || d > 512 || s == 0 || s > 120 {
			t.Errorf("%q: descriptions of %d and %d", lang, d, s)
		}
	}
	// Each command of the menu does something.
	ann, c := r.private("Ann")
	for i, x := range r.tg.Commands("chat:77", "") {
		ann.Say(c, "/"+x.Command)
		if m := r.sent(c, i+1)[i]; strings.Contains(m.Text, "没有这个命令") {
			t.Errorf("/%s: %q", x.Command, m.Text)
		}
	}
}

func TestT32Hello(t *testing.T) {
	for _, off := range []bool{false, true} {
		r := run(t, telegramtest.Options{PrivacyOff: off}, nil)
		ann := r.tg.AddUser("Ann")
		c := r.tg.AddSupergroup("g", false, ann)
		r.tg.RemoveBot(c, ann)
		r.idle()
		r.tg.AddBotToChat(c, ann)
		m := r.one(c)
		wants(t, m.Text, "/ask@plan_qa_bot")
		if strings.Contains(m.Text, "隐私模式") == off {
			t.Errorf("privacy off %v: %q", off, m.Text)
		}
		// Made an administrator: no second hello.
		r.tg.SetAdmin(c, r.tg.Bot(), true)
		ann.Say(c, "/ask@plan_qa_bot "+wetland)
		answer := r.sent(c, 2)[1]
		// Muted: the answer is refused, nothing breaks.
		r.tg.Restrict(c, ann, false)
		ann.Say(c, "/ask@plan_qa_bot "+wetland)
		r.quiet(c, 2)
		r.tg.Restrict(c, ann, true)
		ann.Say(c, forest, telegramtest.ReplyTo(answer))
		r.sent(c, 3)
		// Removed: what was kept of the chat is gone.
		r.tg.RemoveBot(c, ann)
		r.idle()
		kept, err := r.st.Scan("c/"+num(c.ID), "", 0)
		if err != nil || len(kept) > 0 {
			t.Errorf("%d entries are kept, %v", len(kept), err)
		}
		r.quiet(c, 3)
	}
}

func TestT33Migration(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	withPlans(engineOf(t, map[string]string{"evil": hostilePlan()}))(&r.opt)
	r.start()
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddGroup("g", ann)
	ann.Say(c, "/plan jilin-2024")
	r.one(c)
	ann.Say(c, "/ask "+wetland)
	r.sent(c, 2)
	super := r.tg.Migrate(c, ann)
	r.idle()
	ann.Say(super, "/plan")
	wants(t, r.one(super).Text, "(本聊天已选)")
	ann.Say(super, "/ask 那森林覆盖率呢")
	wants(t, r.sent(super, 2)[1].Text, forestIs)
	r.quiet(c, 2)
}

// The error of the call tells it before the service message does.
func TestT33MigrationByError(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddGroup("g", ann)
	ann.Say(c, "/ask "+wetland)
	ann.Say(c, "/ask "+forest)
	super := r.tg.Migrate(c, ann)
	r.start()
	got := r.sent(super, 2)
	wants(t, got[0].Text, wetlandIs)
	wants(t, got[1].Text, forestIs)
	r.quiet(super, 2)
	r.quiet(c, 0)
}

func TestT34Blocked(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	bob, d := r.private("Bob")
	for range 4 {
		ann.Say(c, wetland)
	}
	ann.Block()
	bob.Say(d, wetland)
	r.start()
	r.one(d)
	r.idle()
	n := 0
	for _, call := range r.tg.Calls("sendMessage") {
		if call.Params["chat_id"] == num(c.ID) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d calls for a chat that is blocked", n)
	}
	if n := r.bot.Counts().Undelivered.Load(); n != 4 {
		t.Errorf("%d undelivered", n)
	}
	ann.Unblock()
	ann.Say(c, wetland)
	r.one(c)
	if left, _ := r.st.Scan(queuePrefix, "", 0); len(left) > 0 {
		t.Errorf("%d items left", len(left))
	}
}

func TestT35Webhook(t *testing.T) {
	r, _ := hooked(t, nil)
	ann, c := r.private("Ann")
	for i := range 5 {
		ann.Say(c, []string{wetland, forest}[i%2])
	}
	got := r.sent(c, 5)
	for i, m := range got {
		wants(t, m.Text, []string{wetlandIs, forestIs}[i%2])
	}
	r.tg.Redeliver(r.tg.LastUpdate())
	r.quiet(c, 5)
	if n := r.bot.Counts().Duplicates.Load(); n != 1 {
		t.Errorf("%d duplicates", n)
	}
}

// hooked runs a bot that is posted to. handler, when not nil, stands before it.
func hooked(t *testing.T, handler func(*Bot) http.Handler) (*rig, *httptest.Server) {
	t.Helper()
	r := newRig(t, telegramtest.Options{}, nil)
	ready := make(chan struct{})
	var h http.Handler
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		<-ready
		h.ServeHTTP(w, req)
	}))
	t.Cleanup(web.Close)
	r.opt.WebhookURL, r.opt.WebhookSecret = web.URL, "a-secret_of_the-hook"
	r.start()
	h = r.bot
	if handler != nil {
		h = handler(r.bot)
	}
	close(ready)
	return r, web
}

func TestT36Retries(t *testing.T) {
	after502 := &telegramtest.Fault{Name: "502 after", Status: 502, Page: true, Apply: true}
	after500 := &telegramtest.Fault{Name: "500 after", Status: 500, Description: "Internal Server Error", Apply: true}
	for _, test := range []struct {
		name   string
		faults []*telegramtest.Fault
		want   int // messages
	}{
		{"E1 429", []*telegramtest.Fault{telegramtest.TooMany(1)}, 1},
		{"E2 502", []*telegramtest.Fault{telegramtest.BadGateway(), telegramtest.BadGateway()}, 1},
		{"E3 500", []*telegramtest.Fault{telegramtest.ServerError()}, 1},
		{"E4 dropped", []*telegramtest.Fault{telegramtest.DropBefore(), telegramtest.DropBefore()}, 1},
		{"E5 reply lost", []*telegramtest.Fault{telegramtest.DropAfter()}, 2},
		{"reply cut", []*telegramtest.Fault{telegramtest.CutJSON()}, 2},
		{"502 after effect", []*telegramtest.Fault{after502}, 2},
		{"500 after effect", []*telegramtest.Fault{after500}, 2},
		{"slow", []*telegramtest.Fault{telegramtest.SlowBody(200 * time.Millisecond)}, 1},
		{"all", []*telegramtest.Fault{telegramtest.BadGateway(), telegramtest.TooMany(1), telegramtest.DropBefore(), telegramtest.ServerError()}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := run(t, telegramtest.Options{}, nil)
			ann, c := r.private("Ann")
			r.tg.Fault(telegramtest.Once("sendMessage", test.faults...))
			ann.Say(c, wetland)
			got := r.sent(c, test.want)
			r.quiet(c, test.want)
			for _, m := range got {
				wants(t, m.Text, wetlandIs)
			}
			if d := r.bot.Counts().Doubtful.Load(); int(d) < test.want-1 {
				t.Errorf("%d doubtful sends, %d messages", d, test.want)
			}
		})
	}
}

// While Telegram asks for a pause nothing is called for that chat, "typing"
// neither, and other chats are answered.
func TestT36RetryAfter(t *testing.T) {
	t.Parallel()
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	bob, d := r.private("Bob")
	r.tg.Fault(telegramtest.Once("sendMessage", telegramtest.TooMany(2)))
	ann.Say(c, wetland)
	r.waits("429", func(s *telegramtest.Server) bool { return s.Stats().TooMany == 1 })
	ann.Say(c, forest)
	bob.Say(d, wetland)
	r.sent(d, 1)
	if n := len(r.tg.Sent(c)); n != 0 {
		t.Errorf("%d messages during the pause", n)
	}
	got := r.sent(c, 2)
	wants(t, got[0].Text, wetlandIs)
	wants(t, got[1].Text, forestIs)
	r.quiet(c, 2)
	var at []time.Time
	for _, call := range r.tg.Calls() {
		if call.Params["chat_id"] == num(c.ID) {
			at = append(at, call.At)
		}
	}
	if len(at) != 3 || at[1].Sub(at[0]) < 2*time.Second {
		t.Errorf("calls at %v", at)
	}
}

func TestT36Duplicates(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	m := r.one(c)
	first := r.tg.LastUpdate()
	r.tg.Redeliver(first)
	r.quiet(c, 1)
	ann.Tap(m, "原文")
	r.sent(c, 2)
	r.tg.Redeliver(r.tg.LastUpdate())
	r.quiet(c, 2)
	// Twice in one batch.
	r.tg.Hold()
	ann.Say(c, forest)
	r.tg.Duplicate(1)
	r.tg.Release()
	r.sent(c, 3)
	r.quiet(c, 3)
	// After a restart.
	if err := r.halt(); err != nil {
		t.Fatal(err)
	}
	r.tg.Redeliver(first)
	r.start()
	r.quiet(c, 3)
	if n := r.bot.Counts().Duplicates.Load(); n != 1 {
		t.Errorf("%d duplicates", n)
	}
}

func TestT37Stop(t *testing.T) {
	t.Parallel()
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	r.tg.Fault(telegramtest.Once("sendMessage", telegramtest.SlowBody(time.Second)))
	for range 3 {
		ann.Say(c, wetland)
	}
	r.waits("sending", func(s *telegramtest.Server) bool { return len(s.Calls("sendMessage")) == 1 })
	if err := r.halt(); err != nil {
		t.Error(err)
	}
	if n := len(r.tg.Sent(c)); n != 3 {
		t.Errorf("%d answers before the end", n)
	}
	r.start()
	r.quiet(c, 3)
	if n := r.bot.Counts().Resumed.Load(); n != 0 {
		t.Errorf("%d resumed", n)
	}
}

func TestT37Kill(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault *telegramtest.Fault
		want  int // messages: two when the first was accepted without the bot's knowing
	}{
		{"before", telegramtest.Hang(), 1},
		{"after", &telegramtest.Fault{Name: "hang after", Hang: true, Apply: true}, 2},
		{"paused", telegramtest.TooMany(1), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := run(t, telegramtest.Options{}, nil)
			ann, c := r.private("Ann")
			r.tg.Fault(telegramtest.Once("sendMessage", test.fault))
			ann.Say(c, wetland)
			r.waits("sending", func(s *telegramtest.Server) bool { return len(s.Calls("sendMessage")) == 1 && s.Pending() == 0 })
			r.crash()
			r.tg.Wait(func(s *telegramtest.Server) bool { return s.Stats().TooMany == 0 }, 0)
			if test.name == "paused" {
				time.Sleep(time.Second) // the pause is forgotten with the process
			}
			r.start()
			r.sent(c, test.want)
			r.quiet(c, test.want)
			n := r.bot.Counts()
			if n.Resumed.Load() != 1 || n.Resent.Load() != 1 {
				t.Errorf("%d resumed, %d sent again", n.Resumed.Load(), n.Resent.Load())
			}
		})
	}
}

// A dyingStore is a store whose process dies at the n-th write.
type dyingStore struct {
	store.Store
	mu   sync.Mutex
	left int
	die  func()
}

var errDead = errors.New("dead")

func (s *dyingStore) Apply(ops ...store.Op) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left--; s.left < 0 {
		s.die()
		return errDead
	}
	return s.Store.Apply(ops...)
}

// The process dies at every write there is: the question is answered after the
// restart, and doubled at most when the answer was out.
func TestT37KillAtEveryWrite(t *testing.T) {
	for n := range 4 {
		r := newRig(t, telegramtest.Options{}, nil)
		ann, c := r.private("Ann")
		dying := &dyingStore{Store: r.st, left: n, die: func() {}}
		r.opt.Store = dying
		dead := make(chan struct{})
		var once sync.Once
		dying.die = func() { once.Do(func() { close(dead) }) }
		r.start()
		ann.Say(c, wetland)
		if n < 3 {
			<-dead
		} else {
			r.one(c)
		}
		r.crash()
		r.opt.Store = r.st
		r.start()
		r.waits("answer", func(s *telegramtest.Server) bool { return len(s.Sent(c)) >= 1 })
		r.idle()
		want := 1
		if n == 2 { // sent, and the note of it was lost
			want = 2
		}
		if got := len(r.tg.Sent(c)); got != want || want == 2 && r.bot.Counts().Resent.Load() != 1 {
			t.Errorf("died at write %d: %d answers, want %d", n, got, want)
		}
	}
}

func TestT37UnknownUpdates(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, c := r.private("Ann")
	g := r.tg.AddSupergroup("g", false, ann)
	ann.Say(c, wetland)
	for _, raw := range []string{
		`{"guest_message":{"message_id":1,"text":"?"}}`, `{"purchased_paid_media":{}}`, `{"business_message":{"message_id":1}}`, `{}`,
		`{"message":[]}`, `{"message":"x"}`, `{"message":{}}`, `{"message":{"chat":{}}}`, `{"message":{"message_id":"x"}}`, `{"message":null}`,
		`{"callback_query":{}}`, `{"callback_query":{"id":"1","from":{"id":5}}}`, `{"inline_query":{}}`, `{"my_chat_member":{}}`, `{"edited_message":{}}`,
		`{"message":{"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"from":{"id":7},"text":7}}`,
		`{"message":{"message_id":1,"date":1e30,"chat":{"id":7,"type":"private"},"from":{"id":7},"text":"x"}}`,
		`{"update_id":"x"}`,
	} {
		r.tg.InjectRaw(raw)
	}
	// What nobody knows yet, inside a question: in it, in what it replies to, in
	// what is replied to it.
	future := telegramtest.WithMedia("forward_origin", map[string]any{"type": "from_the_future", "date": 1})
	ann.Say(c, forest, future)
	ann.Say(c, "雪博会谁牵头", telegramtest.WithMedia("paid_media", map[string]any{"star_count": 1, "paid_media": []any{map[string]any{"type": "live_photo"}}}))
	ann.Say(g, "/ask@plan_qa_bot "+wetland, future)
	r.start()
	got := r.sent(c, 3)
	wants(t, got[0].Text, wetlandIs)
	wants(t, got[1].Text, forestIs)
	wants(t, got[2].Text, "雪博会")
	wants(t, r.one(g).Text, wetlandIs)
	r.quiet(c, 3)
	ann.Say(c, wetland)
	r.sent(c, 4)
	if n := r.bot.Counts(); n.Undecodable.Load() < 5 || n.Panics.Load() != 0 {
		t.Errorf("%d undecodable, %d panics", n.Undecodable.Load(), n.Panics.Load())
	}
}

func TestT37PollFaults(t *testing.T) {
	for _, f := range []*telegramtest.Fault{telegramtest.Conflict(), telegramtest.BadGateway(), telegramtest.TooMany(1), telegramtest.ServerError(), telegramtest.DropBefore(), telegramtest.CutJSON(), telegramtest.DropAfter()} {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, telegramtest.Options{}, nil)
			r.tg.Fault(telegramtest.Once("getUpdates", f))
			ann, c := r.private("Ann")
			ann.Say(c, wetland)
			r.start()
			r.one(c)
			if f.Name == "409" && (r.bot.Counts().Conflicts.Load() != 1 || !strings.Contains(r.log.String(), "another program")) {
				t.Errorf("the conflict is not said: %s", r.log)
			}
		})
	}
	t.Run("webhook active", func(t *testing.T) {
		r, web := hooked(t, nil)
		if err := r.halt(); err != nil {
			t.Fatal(err)
		}
		web.Close()
		r.opt.WebhookURL, r.opt.WebhookSecret = "", ""
		ann, c := r.private("Ann")
		ann.Say(c, wetland)
		r.start()
		r.one(c)
	})
}

// Replies of a hundred long messages do not stop the poll.
func TestT37LongPolls(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	long := strings.Repeat("x", 1<<20)
	for range 6 {
		r.tg.InjectRaw(`{"future":"` + long + `"}`)
	}
	ann.Say(c, wetland)
	r.start()
	r.one(c)
}

func TestT38DeletedQuestion(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	for _, c := range []*telegramtest.Chat{r.tg.AddGroup("g", ann), r.tg.AddSupergroup("s", false, ann)} {
		ann.Delete(ann.Say(c, "/ask "+wetland))
	}
	forum := r.tg.AddSupergroup("f", true, ann)
	topic := r.tg.AddTopic(forum, "水", ann)
	ann.Delete(ann.Say(forum, "/ask "+wetland, telegramtest.InTopic(topic)))
	r.start()
	if m := r.one(forum); m.Topic != topic {
		t.Errorf("topic %d", m.Topic)
	}
	r.idle()
	if n := len(r.tg.Calls("sendMessage")); n != 3 || r.bot.Counts().Answered.Load() != 3 {
		t.Errorf("%d calls, %d answered", n, r.bot.Counts().Answered.Load())
	}
}

func TestT38OddContent(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	n := 0
	for _, q := range odd {
		ann.Say(c, q)
		n++
		m := r.sent(c, n)[n-1]
		harmless(t, m)
		if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, utf8.RuneError) || strings.Contains(m.Text, "\x00") {
			t.Errorf("%.30q: %q", q, m.Text)
		}
	}
	// Surrogates that are no pair, NUL, and a text of nothing.
	for _, text := range []string{`湿地保护率\ud800目标是多少`, `\udc00\ud800`, `\u0000`, `湿地\u0000保护率目标`, ``, ` `, `\n`} {
		r.tg.InjectRaw(`{"message":{"message_id":` + num(int64(5000+n)) + `,"date":` + num(time.Now().Unix()) + `,"from":{"id":` + num(ann.ID) + `,"is_bot":false,"first_name":"Ann"},"chat":{"id":` + num(c.ID) + `,"type":"private"},"text":"` + text + `"}}`)
		if text != "" {
			n++
			m := r.sent(c, n)[n-1]
			if !utf8.ValidString(m.Text) || strings.ContainsRune(m.Text, utf8.RuneError) {
				t.Errorf("%q: %q", text, m.Text)
			}
		}
	}
	r.quiet(c, n)
	if f := r.bot.Counts().Failed.Load() + r.bot.Counts().Panics.Load(); f > 0 {
		t.Errorf("%d failed", f)
	}
}

// Twelve questions at once, under the limits of Telegram.
func TestT38Flood(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{PrivacyOff: true, Flood: telegramtest.DefaultFlood()}, nil)
	r.opt.Unpaced = false
	ann, c := r.private("Ann")
	g := r.tg.AddSupergroup("g", false, ann)
	for range 12 {
		ann.Say(c, wetland)
		ann.Say(g, "/ask "+wetland)
	}
	r.start()
	for _, x := range []*telegramtest.Chat{c, g} {
		if !r.tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(x)) >= 12 }, 40*time.Second) {
			t.Fatalf("%d of 12 answered", len(r.tg.Sent(x)))
		}
	}
	r.quiet(c, 12)
	r.quiet(g, 12)
	if n := r.tg.Stats(); n.TooMany > 6 {
		t.Errorf("%d times too many", n.TooMany)
	}
	t.Logf("12 to a person and 12 to a group: %d refused with 429", r.tg.Stats().TooMany)
}

func TestT38SameAnswer(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	chats := []*telegramtest.Chat{r.tg.AddPrivate(ann), r.tg.AddPrivate(bob), r.tg.AddSupergroup("g", false, ann, bob)}
	for _, q := range []string{wetland, "省生态环境厅牵头的任务", "雪博会谁牵头", "月球基地谁牵头"} {
		texts := map[string]bool{}
		for i, c := range chats {
			who := []*telegramtest.User{ann, bob, bob}[i]
			for range 2 {
				n := len(r.tg.Sent(c))
				who.Say(c, "/ask "+q)
				m := r.sent(c, n+1)[n]
				texts[telegramtest.Render(m)] = true
			}
		}
		if len(texts) != 1 {
			t.Errorf("%s: %d different answers: %v", q, len(texts), texts)
		}
	}
}

func TestT39Token(t *testing.T) {
	for _, bad := range []string{"", "x", "123", "123:short", "7000000001:AA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "7000000001:AA AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		r := newRig(t, telegramtest.Options{}, func(o *Options) { o.Token = bad })
		if _, err := New(r.opt); !errors.Is(err, ErrTokenForm) || bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
		r.opt.Token = r.tg.Token()
	}
	r := newRig(t, telegramtest.Options{}, nil)
	good := r.opt.Token
	r.opt.Token = "7000000001:BBtelegramtest-only-no-real-token_00"
	b, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Connect(t.Context()); !errors.Is(err, ErrToken) {
		t.Errorf("Connect: %v", err)
	}
	b.kill()
	r.opt.Token = good

	// Revoked while the bot runs.
	r.start()
	r.waits("poll", func(s *telegramtest.Server) bool { return len(s.Calls("getUpdates")) > 0 })
	r.tg.Fault(func(string, int, telegramtest.Params) *telegramtest.Fault { return telegramtest.Unauthorized() })
	ann, c := r.private("Ann")
	ann.Say(c, wetland) // which ends the poll under way
	select {
	case err := <-r.err:
		if !errors.Is(err, ErrToken) {
			t.Errorf("Run: %v", err)
		}
		r.err <- nil
	case <-time.After(patience):
		t.Error("the bot goes on without a token")
	}
}

// Logs at the default level hold no token, no text and no chat, whatever fails.
func TestT39Logs(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	faults := []*telegramtest.Fault{telegramtest.BadGateway(), telegramtest.DropBefore(), telegramtest.CutJSON(), telegramtest.ServerError(), telegramtest.Conflict(),
		{Name: "400", Status: 400, Description: "Bad Request: message is too long"}}
	r.tg.Fault(telegramtest.FirstOf(telegramtest.Once("sendMessage", faults...), telegramtest.Once("getUpdates", faults[:2]...), telegramtest.Once("setMyCommands", faults...)))
	ann, c := r.private("Ann")
	g := r.tg.AddGroup("g", ann)
	ann.Say(c, wetland)
	ann.Say(c, "月球基地谁牵头")
	ann.Say(g, "/ask "+wetland)
	r.tg.Migrate(g, ann)
	r.tg.InjectRaw(`{"message":{"message_id":1,"text":"` + wetland + `","chat":7}}`)
	r.start()
	r.sent(c, 1) // the other may be the one that is refused
	r.idle()
	log := r.log.String()
	for _, secret := range []string{"湿地", "月球", num(ann.ID), num(g.ID)[1:], "telegramtest-only"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
	if log == "" {
		t.Error("nothing was logged")
	}
}

func TestT40Backlog(t *testing.T) {
	// Telegram kept the updates of a day; the bot comes back.
	var mu sync.Mutex
	now := time.Now().Add(-20 * time.Hour)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	r := newRig(t, telegramtest.Options{Now: clock}, nil)
	ann, c := r.private("Ann")
	bob, d := r.private("Bob")
	for i := range 40 {
		mu.Lock()
		now = now.Add(29 * time.Minute)
		mu.Unlock()
		ann.Say(c, []string{wetland, forest}[i%2])
		bob.Say(d, []string{wetland, forest}[i%2])
	}
	r.start()
	for _, x := range []*telegramtest.Chat{c, d} {
		for i, m := range r.sent(x, 40) {
			wants(t, m.Text, []string{wetlandIs, forestIs}[i%2])
		}
		r.quiet(x, 40)
	}
}

// Limits: a burst of thirty, one polite word, silence, and more after a while.
func TestLimits(t *testing.T) {
	var mu sync.Mutex
	now := time.Now().Truncate(time.Second)
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	r := run(t, telegramtest.Options{Now: clock}, nil)
	ann, c := r.private("Ann")
	for range 40 {
		ann.Say(c, wetland)
	}
	got := r.sent(c, 31)
	r.quiet(c, 31)
	wants(t, got[29].Text, wetlandIs)
	wants(t, got[30].Text, "太快")
	if n := r.bot.Counts().Ignored.Load(); n != 9 {
		t.Errorf("%d ignored", n)
	}
	mu.Lock()
	now = now.Add(10 * time.Second) // five more
	mu.Unlock()
	for range 7 {
		ann.Say(c, wetland)
	}
	r.sent(c, 36)
	r.quiet(c, 36)
	mu.Lock()
	now = now.Add(2 * time.Minute)
	mu.Unlock()
	ann.Say(c, wetland)
	wants(t, r.sent(c, 37)[36].Text, wetlandIs)
}

func TestLimitsOfTaps(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	r.opt.Chat = chat.New(engine(), r.st, chat.Options{UserPerMinute: 3})
	r.start()
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	m := r.one(c)
	for range 2 {
		r.answered(ann.Tap(m, "原文"))
	}
	r.sent(c, 3)
	for range 3 {
		wants(t, r.answered(ann.Tap(m, "原文")).Text, "太快")
	}
	r.sent(c, 4) // one word about it
	r.quiet(c, 4)
}

func TestPrivacyAndForget(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	bob, d := r.private("Bob")
	ann.Say(c, wetland)
	bob.Say(d, wetland)
	m := r.one(c)
	r.one(d)
	ann.Tap(m, "有误")
	r.idle()
	ann.Say(c, "/privacy")
	wants(t, r.sent(c, 2)[1].Text, "/forget", "30天")
	ann.Say(c, "/forget")
	wants(t, r.sent(c, 3)[2].Text, "已删除")
	r.idle()
	kept, err := r.st.Scan("c/"+num(c.ID), "", 0)
	if err != nil || len(kept) > 0 {
		t.Errorf("%d entries are kept: %v, %v", len(kept), kept, err)
	}
	wants(t, r.answered(ann.Tap(m, "有用")).Text, "重新提问")
	ann.Say(c, "期限呢")
	if got := r.sent(c, 4)[3].Text; strings.Contains(got, "湿地") {
		t.Errorf("remembered: %q", got)
	}
	bob.Say(d, "期限呢")
	wants(t, r.sent(d, 2)[1].Text, "湿地保护率")
	all, err := r.st.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if strings.Contains(string(e.Value), "First") || strings.Contains(string(e.Value), "Ann") {
			t.Errorf("a name is kept: %s %s", e.Key, e.Value)
		}
	}
}

func TestAdmins(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	c, d := r.tg.AddPrivate(ann), r.tg.AddPrivate(bob)
	g := r.tg.AddSupergroup("g", false, ann, bob)
	r.opt.Admins = []int64{ann.ID}
	r.opt.Chat = chat.New(engine(), r.st, chat.Options{Log: true, KeepQuestions: time.Hour})
	backups := 0
	r.opt.Backup = func(context.Context) (string, error) {
		if backups++; backups > 1 {
			return "", errors.New("no space left on /secret/folder")
		}
		return "/data/backup.db", nil
	}
	r.start()
	bob.Say(d, "月球基地谁牵头")
	r.one(d)
	ann.Say(c, "/stats")
	wants(t, r.one(c).Text, "答复1条", "没有答上 1")
	ann.Say(c, "/unanswered")
	wants(t, r.sent(c, 2)[1].Text, "月球基地谁牵头(1次)")
	ann.Say(c, "/backup")
	wants(t, r.sent(c, 3)[2].Text, "/data/backup.db")
	ann.Say(c, "/backup")
	if got := r.sent(c, 4)[3].Text; strings.Contains(got, "secret") {
		t.Errorf("%q", got)
	}
	for i, cmd := range []string{"/stats", "/unanswered", "/backup"} {
		bob.Say(d, cmd)
		wants(t, r.sent(d, i+2)[i+1].Text, "只对管理员开放")
	}
	bob.Say(g, "/stats", telegramtest.Anonymous())
	wants(t, r.one(g).Text, "只对管理员开放")
	if backups != 2 {
		t.Errorf("%d backups", backups)
	}
}

// What is too long to say is cut and not refused.
func TestUnansweredIsCut(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	r.opt.Admins = []int64{ann.ID}
	r.opt.Chat = chat.New(engine(), r.st, chat.Options{Log: true, KeepQuestions: time.Hour})
	r.start()
	for i := range 25 {
		ann.Say(c, fmt.Sprintf("月球%s基地谁牵头", strings.Repeat(string(rune('一'+i)), 190)))
	}
	ann.Say(c, "/unanswered")
	got := r.sent(c, 26)[25]
	wants(t, got.Text, "没有答上的问题")
	if units(got.Text) > 4096 || units(got.Text) < 3000 {
		t.Errorf("%d units", units(got.Text))
	}
}

func TestAllowed(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob, eve := r.tg.AddUser("Ann"), r.tg.AddUser("Bob"), r.tg.AddUser("Eve")
	ours, theirs := r.tg.AddSupergroup("ours", false, ann, bob, eve), r.tg.AddSupergroup("theirs", false, ann, bob, eve)
	r.opt.AllowedChats, r.opt.AllowedUsers, r.opt.Admins = []int64{ours.ID}, []int64{ann.ID}, []int64{eve.ID}
	r.start()
	a, b := r.tg.AddPrivate(ann), r.tg.AddPrivate(bob)
	ann.Say(a, wetland)
	wants(t, r.one(a).Text, wetlandIs)
	bob.Say(b, wetland)
	wants(t, r.one(b).Text, "只对指定")
	bob.Say(ours, "/ask "+wetland)
	m := r.one(ours)
	wants(t, m.Text, wetlandIs)
	bob.Say(theirs, "/ask "+wetland)
	bob.Say(theirs, "/ask "+wetland, telegramtest.Anonymous())
	r.quiet(theirs, 0)
	ann.Say(theirs, "/ask "+wetland)
	eve.Say(theirs, "/ask "+wetland)
	x := r.sent(theirs, 2)[1]
	wants(t, r.answered(bob.Tap(x, "原文")).Text, "没有权限")
	r.quiet(theirs, 2)
}

func TestTargetsTable(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, "/targets")
	m := r.one(c)
	all := m.Text
	for k := 1; strings.Contains(buttonsIn(m), "下一页"); k++ {
		ann.Tap(m, "下一页")
		m = r.edited(c, 0, k)
		neat(t, m)
		all += m.Text
	}
	p := r.bot.loaded()[0]
	n := 0
	for i := range p.Targets {
		if p.Targets[i].Clause < 0 {
			n++
			wants(t, all, p.Targets[i].Indicator)
		}
	}
	if got := strings.Count(all, "\n· "); got != n {
		t.Errorf("%d targets, want %d", got, n)
	}
	ann.Tap(m, "上一页")
	r.edited(c, 0, len(m.Edits)+1)
	r.quiet(c, 1)
}

func TestAgencies(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, "/agency")
	m := r.one(c)
	wants(t, m.Text, "牵头单位共21个", "省生态环境厅 39项")
	ann.Say(c, "/agency 省林草局")
	byName := r.sent(c, 2)[1]
	wants(t, byName.Text, "省林草局牵头")
	ann.Tap(m, "省林草局")
	if got := r.sent(c, 3)[2]; got.Text != byName.Text {
		t.Errorf("by button %q, by name %q", got.Text, byName.Text)
	}
	ann.Say(c, "/agency 省航天局")
	wants(t, r.sent(c, 4)[3].Text, "没有")
	ann.Say(c, "还有吗") // an answer by command is one to carry on from
	r.sent(c, 5)
}

func TestPlans(t *testing.T) {
	e := engineOf(t, map[string]string{"wetland": "某市湿地保护行动方案\n为加强湿地保护，制定本方案。\n一、重点任务\n（一）开展湿地普查\n1．摸清底数。全面调查全市湿地面积和类型。（牵头单位：市林业局）\n"})
	r := newRig(t, telegramtest.Options{}, nil)
	withPlans(e)(&r.opt)
	r.start()
	ann, c := r.private("Ann")
	ann.Say(c, "/plan")
	m := r.one(c)
	wants(t, m.Text, "现有方案2份", "美丽吉林建设行动方案", "某市湿地保护行动方案")
	r.answered(ann.Tap(m, "某市湿地保护行动方案"))
	wants(t, r.sent(c, 2)[1].Text, "以后按《某市湿地保护行动方案》回答")
	ann.Say(c, "湿地面积和类型调查谁牵头")
	got := r.sent(c, 3)[2]
	wants(t, got.Text, "市林业局")
	ann.Say(c, "/plan 美丽吉林")
	wants(t, r.sent(c, 4)[3].Text, "美丽吉林建设行动方案")
	ann.Say(c, wetland)
	wants(t, r.sent(c, 5)[4].Text, "45.22%")
	ann.Say(c, "/plan")
	again := r.sent(c, 6)[5]
	wants(t, again.Text, "(本聊天已选)")
	ann.Tap(again, "不限方案")
	wants(t, r.sent(c, 7)[6].Text, "不再限定")
	ann.Say(c, "/plan 没有的方案")
	wants(t, r.sent(c, 8)[7].Text, "没有叫这个名字")
	// The choice outlives a restart.
	ann.Tap(again, "某市湿地保护行动方案")
	r.sent(c, 9)
	r.crash()
	r.start()
	ann.Say(c, "/targets")
	wants(t, r.sent(c, 10)[9].Text, "某市湿地保护行动方案")
}

func TestStartStopsWhileWebhookFails(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	r.opt.WebhookURL, r.opt.WebhookSecret = "https://wence.example.cn/hook", "secret"
	r.tg.Fault(func(method string, _ int, _ telegramtest.Params) *telegramtest.Fault {
		if method == "setWebhook" {
			return telegramtest.ServerError()
		}
		return nil
	})
	r.start()
	r.waits("setWebhook", func(s *telegramtest.Server) bool { return len(s.Calls("setWebhook")) > 0 })
	at := time.Now()
	if err := r.halt(); err != nil || time.Since(at) > 3*time.Second {
		t.Errorf("%v after %v", err, time.Since(at))
	}
}

// What Telegram refuses without saying why does not hold up a chat for ever.
func TestG04EndlessRefusal(t *testing.T) {
	t.Parallel()
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	odd := &telegramtest.Fault{Name: "406", Status: 406, Description: "Not Acceptable: the update app to login"}
	r.tg.Fault(telegramtest.Once("sendMessage", odd, odd, odd, odd, odd))
	ann.Say(c, wetland)
	ann.Say(c, "雪博会谁牵头")
	wants(t, r.one(c).Text, "雪博会")
	if n := r.bot.Counts(); n.Failed.Load() != 1 || n.Answered.Load() != 1 {
		t.Errorf("%d failed, %d answered", n.Failed.Load(), n.Answered.Load())
	}
}
