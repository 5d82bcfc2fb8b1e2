package telegram

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// offline is a bot that is connected to nothing.
func offline(t testing.TB) *Bot {
	t.Helper()
	st := store.NewMemory(nil)
	b, err := New(Options{
		Token: "7000000001:AAtelegramtest-only-no-real-token_00", APIURL: "http://127.0.0.1:1", Store: st,
		Chat: chat.New(engine(), st, chat.Options{Log: true, UserPerMinute: 1e6, ChatPerMinute: 1e6}),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.kill)
	b.me = models.User{ID: 7000000001, Username: "plan_qa_bot", IsBot: true}
	return b
}

// checkShown checks a message as Telegram would.
func checkShown(t *testing.T, s *shown) {
	t.Helper()
	if s == nil {
		return
	}
	text, _, err := telegramtest.ParseHTML(s.html)
	if err != nil || units(text) > 4096 || !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
		t.Errorf("%v, %d units: %.200q", err, units(text), text)
	}
	for _, row := range s.buttons {
		for _, x := range row {
			if x.text == "" || x.data == "" || len(x.data) > maxCallback {
				t.Errorf("button %+v", x)
			}
		}
	}
}

// FuzzRender writes any text. Telegram must take the markup, show the text
// unchanged, and make nothing of it that leads anywhere.
func FuzzRender(f *testing.F) {
	for _, s := range append(hostile, odd...) {
		f.Add(s)
	}
	f.Add("@@a#b/c$D.e")
	f.Add("x.com/y@z #1a /a@b-c tg://x ton://y")
	tg := telegramtest.New(f, telegramtest.Options{})
	c := tg.AddPrivate(tg.AddUser("Ann"))
	f.Fuzz(func(t *testing.T, s string) {
		checkRender(t, s)
		w := &writer{}
		w.text(split(s, maxUnits)[0])
		resp, err := http.PostForm(tg.URL()+"/bot"+tg.Token()+"/sendMessage", url.Values{
			"chat_id": {num(c.ID)}, "text": {w.block().html}, "parse_mode": {"HTML"},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var r struct {
			OK          bool
			Description string
			Result      struct {
				Text     string
				Entities []telegramtest.Entity
			}
		}
		if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
			t.Fatal(err)
		}
		if !r.OK && !strings.Contains(r.Description, "empty") {
			t.Fatalf("%q: %s", s, r.Description)
		}
		for _, e := range r.Result.Entities {
			if e.Type != "code" {
				_, what, _ := cut16(r.Result.Text, e.Offset, e.Length)
				t.Errorf("%q: %s %q comes to life", s, e.Type, what)
			}
		}
	})
}

// FuzzUpdate takes any update. It must fit into the store, and what it asks for
// must be answered with a message that Telegram takes.
func FuzzUpdate(f *testing.F) {
	for _, s := range []string{
		`{"update_id":1,"message":{"message_id":1,"date":1790000000,"from":{"id":7},"chat":{"id":7,"type":"private"},"text":"湿地保护率目标"}}`,
		`{"update_id":1,"message":{"message_id":1,"date":1790000000,"from":{"id":7},"chat":{"id":-7,"type":"group"},"text":"/ask@plan_qa_bot x","entities":[{"type":"bot_command","offset":0,"length":16}]}}`,
		`{"update_id":1,"edited_message":{"message_id":1,"date":-1,"from":{"id":7},"chat":{"id":-7,"type":"supergroup"},"is_topic_message":true,"message_thread_id":-3,"caption":"@plan_qa_bot x","reply_to_message":{"from":{"id":7000000001}}}}`,
		`{"update_id":1,"callback_query":{"id":"1","from":{"id":7},"message":{"message_id":1,"chat":{"id":7,"type":"private"}},"data":"1:n:1"}}`,
		`{"update_id":1,"my_chat_member":{"chat":{"id":-7,"type":"group"},"from":{"id":7},"old_chat_member":{"status":"left"},"new_chat_member":{"status":"member"}}}`,
		`{"update_id":9223372036854775807,"message":{"migrate_to_chat_id":5,"chat":{"type":"group"}}}`,
		`{"update_id":1,"message":{"message_id":1,"date":1790000000,"from":{"id":1087968824},"sender_chat":{"id":-7},"chat":{"id":-7,"type":"supergroup"},"text":"/stats@plan_qa_bot"}}`,
	} {
		f.Add([]byte(s))
	}
	b := offline(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		u, err := decode(raw)
		if err != nil {
			idOf(raw)
			return
		}
		b.judged = map[int64]chat.Verdict{}
		it, _ := b.sort(t.Context(), u)
		if it == nil {
			return
		}
		if e := it.encode(); len(e) > store.MaxValue || len(it.queueKey()) > store.MaxKey {
			t.Fatalf("%d bytes under a key of %d", len(e), len(it.queueKey()))
		}
		back, err := decodeItem(store.Entry{Key: it.queueKey(), Value: it.encode()})
		if err != nil || chatOf(back.key) != it.Chat {
			t.Fatalf("%+v: %v", it, err)
		}
		s, err := b.do(t.Context(), back)
		if err != nil {
			t.Fatal(err)
		}
		checkShown(t, s)
	})
}

// FuzzTap taps a button with any data under an answer of several pages.
func FuzzTap(f *testing.F) {
	b := offline(f)
	ask := &item{Update: 1, Do: doAsk, Chat: 7, Private: true, User: "7", UserID: 7, Message: 1, Text: "省生态环境厅牵头的任务", At: time.Now().Unix()}
	s, err := b.do(f.Context(), ask)
	if err != nil {
		f.Fatal(err)
	}
	if err := b.opt.Store.Apply(b.opt.Chat.Record(s.reply, chat.Sent{ID: "2", Pages: s.pages})...); err != nil {
		f.Fatal(err)
	}
	for _, d := range []string{"1:n:1", "1:n:-1", "1:u", "1:w", "1:c:0", "1:t:0:1", "1:a:0", "1:p:-1", "1:q:" + refName("jilin-2024", "6.0.2"), "1:x:" + refName("jilin-2024", "6.0.2"), "2:u", "1:n:9223372036854775808"} {
		f.Add(d)
	}
	f.Fuzz(func(t *testing.T, d string) {
		it := &item{Update: 2, Do: doTap, Chat: 7, Private: true, User: "7", UserID: 7, Message: 2, Text: d, At: time.Now().Unix()}
		say, ok := b.tapped(t.Context(), it, &message{Text: tableTitle})
		if utf8.RuneCountInString(say) > 200 || !ok && say == "" {
			t.Errorf("says %q", say)
		}
		if !ok {
			return
		}
		s, err := b.do(t.Context(), it)
		if err != nil {
			t.Fatal(err)
		}
		checkShown(t, s)
	})
}

// FuzzAddress looks for the bot's name in any text with any entity.
func FuzzAddress(f *testing.F) {
	f.Add("请问@plan_qa_bot湿地", "mention", 2, 12)
	f.Add("😀 /ask@plan_qa_bot 湿地", "bot_command", 3, 16)
	f.Add("/ask2027年", "bot_command", -1, 1<<40)
	b := offline(f)
	f.Fuzz(func(t *testing.T, text, kind string, offset, length int) {
		if !utf8.ValidString(text) {
			return // JSON holds none
		}
		m := &message{Chat: chatRef{ID: -7, Type: "group"}, From: &models.User{ID: 7}, Text: text,
			Entities: []models.MessageEntity{{Type: models.MessageEntityType(kind), Offset: offset, Length: length}}}
		c, ok := b.addressed(m)
		if !utf8.ValidString(c.text) || len(c.text) > len(text)+8 {
			t.Errorf("%q becomes %q", text, c.text)
		}
		if ok && !strings.Contains(asciiLower(text), "@plan_qa_bot") && !strings.Contains(text, "/") {
			t.Errorf("%q is for the bot: %+v", text, c)
		}
		before, what, after := cut16(text, offset, length)
		if before+what+after != text && !strings.ContainsRune(text, utf8.RuneError) && !cutsPair(text, offset, length) {
			t.Errorf("%q is cut to %q %q %q", text, before, what, after)
		}
	})
}

// cutsPair reports whether an entity ends within a pair of surrogates.
func cutsPair(text string, offset, length int) bool {
	at := 0
	for _, r := range text {
		n := units(string(r))
		if n == 2 && (at+1 == offset || at+1 == offset+length) {
			return true
		}
		at += n
	}
	return false
}
