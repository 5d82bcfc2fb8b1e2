package telegram

import (
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// The tests of this and the next files are named after the conventions of the
// channel that they check: T01 is addressing in private, and so on.

func TestT01Private(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	asked := ann.Say(c, wetland)
	m := r.one(c)
	wants(t, m.Text, wetlandIs, "全省森林覆盖率、湿地保护率分别达到45.8%和45.22%", "6.0.2")
	if took := m.Date.Sub(asked.Date); took > time.Second {
		t.Errorf("answered after %v", took)
	}
	neat(t, m)
	ann.Say(c, forest)
	wants(t, r.sent(c, 2)[1].Text, forestIs)
}

func TestT02PrivacyOn(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	if r.bot.SeesAll() {
		t.Error("the bot thinks it sees everything")
	}
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddGroup("g", ann)
	ann.Say(c, "@plan_qa_bot "+wetland)
	ann.Say(c, "/ask@plan_qa_bot "+wetland)
	m := r.one(c)
	wants(t, m.Text, wetlandIs)
	ann.Say(c, forest, telegramtest.ReplyTo(m))
	wants(t, r.sent(c, 2)[1].Text, forestIs)
	ann.Say(c, "/ask 草原综合植被覆盖度的目标") // bare, and the bot spoke last
	wants(t, r.sent(c, 3)[2].Text, "72.3%")
	ann.Say(c, wetland)
	r.quiet(c, 3)
	if r.tg.Stats().Hidden != 2 {
		t.Errorf("%+v", r.tg.Stats())
	}
}

func TestT03PrivacyOff(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	if !r.bot.SeesAll() {
		t.Error("the bot does not know that it sees everything")
	}
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	for _, test := range []struct {
		text string
		want int
	}{
		{"@plan_qa_bot " + wetland, 1},
		{"@PLAN_QA_bot," + wetland, 1},
		{wetland + " @plan_qa_bot", 1},
		{"/ask " + wetland, 1},
		{"/ask@plan_qa_bot " + wetland, 1},
		{"/ASK@Plan_QA_Bot " + wetland, 1},
		{"/targets", 1},
		{wetland, 0},
		{"@other_bot " + wetland, 0},
		{"@plan_qa_bot2 " + wetland, 0},
		{"my@plan_qa_bot.example " + wetland, 0},
		{"/ask@other_bot " + wetland, 0},
		{"/ask@other_bot @plan_qa_bot " + wetland, 0},
		{"/weather " + wetland, 0},
		{"plan_qa_bot " + wetland, 0},
	} {
		c := r.tg.AddSupergroup("g", false, ann, bob)
		ann.Say(c, test.text)
		r.idle()
		if got := len(r.tg.Sent(c)); got != test.want {
			t.Errorf("%q: %d answers", test.text, got)
		}
	}
}

func TestT04Chinese(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	for _, text := range []string{
		"请问@plan_qa_bot湿地保护率要到多少",
		"@plan_qa_bot湿地保护率要到多少",
		"湿地保护率要到多少@plan_qa_bot",
		"湿地保护率@plan_qa_bot目标是多少",
		"/ask湿地保护率要到多少",
		"/ask@plan_qa_bot湿地保护率要到多少",
		"/ask\n湿地保护率要到多少",
		"/ask,湿地保护率要到多少",
		"/ask2027年湿地保护率要到多少",
		"你好 /ask 湿地保护率要到多少",
		"😀👨‍👩‍👧 /ask@plan_qa_bot 湿地保护率要到多少",
		"😀 @plan_qa_bot 湿地保护率要到多少",
	} {
		c := r.tg.AddSupergroup("g", false, ann)
		ann.Say(c, text)
		r.idle()
		sent := r.tg.Sent(c)
		if len(sent) != 1 || !strings.Contains(sent[0].Text, "45.22%") {
			t.Errorf("%q: %+v", text, sent)
		}
	}
}

func TestT05QuotedQuestion(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	for _, text := range []string{"@plan_qa_bot", "/ask@plan_qa_bot", "/ask", " @plan_qa_bot "} {
		c := r.tg.AddSupergroup("g", false, ann, bob)
		asked := bob.Say(c, wetland)
		call := ann.Say(c, text, telegramtest.ReplyTo(asked))
		m := r.one(c)
		wants(t, m.Text, wetlandIs)
		if m.ReplyTo != call.ID {
			t.Errorf("%q: reply to %d", text, m.ReplyTo)
		}
	}
	c := r.tg.AddSupergroup("g", false, ann, bob)
	asked := bob.Say(c, "大家好。湿地保护率要到多少?雪博会谁牵头?")
	ann.Say(c, "@plan_qa_bot", telegramtest.ReplyTo(asked), telegramtest.Quoting("雪博会谁牵头"))
	wants(t, r.one(c).Text, "雪博会", "牵头")

	c = r.tg.AddSupergroup("g", false, ann, bob)
	photo := bob.Say(c, wetland, telegramtest.WithPhoto())
	ann.Say(c, "@plan_qa_bot", telegramtest.ReplyTo(photo))
	wants(t, r.one(c).Text, wetlandIs)

	c = r.tg.AddSupergroup("g", false, ann, bob)
	ann.Say(c, "@plan_qa_bot") // to nothing: how to use it
	wants(t, r.one(c).Text, "/ask@plan_qa_bot")
}

func TestT06Replies(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob, other := r.tg.AddUser("Ann"), r.tg.AddUser("Bob"), r.tg.AddBot("other_bot")
	c := r.tg.AddSupergroup("g", false, ann, bob, other)
	ann.Say(c, "@plan_qa_bot "+wetland)
	m := r.one(c)
	// Another person carries on from the answer.
	bob.Say(c, forest, telegramtest.ReplyTo(m))
	wants(t, r.sent(c, 2)[1].Text, forestIs)
	robot := other.Say(c, "hello")
	bob.Say(c, wetland, telegramtest.ReplyTo(robot))
	bob.Say(c, wetland, telegramtest.ReplyTo(bob.Say(c, "hello")))
	r.quiet(c, 2)
	// Without a reply the words of another are not carried on.
	eve := r.tg.AddUser("Eve")
	r.tg.AddMember(c, eve)
	eve.Say(c, "@plan_qa_bot 期限呢")
	if got := r.sent(c, 3)[2].Text; strings.Contains(got, "湿地") || strings.Contains(got, "森林") {
		t.Errorf("somebody else's topic: %q", got)
	}
}

func TestT07Topics(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", true, ann)
	topic := r.tg.AddTopic(c, "空气", ann)
	own := r.tg.AddTopic(c, "水", r.tg.Bot()) // the bot opened it
	plain := r.tg.AddSupergroup("p", false, ann)

	ann.Say(c, "@plan_qa_bot "+wetland, telegramtest.InTopic(topic))
	m := r.sent(c, 2)[1] // the first opened the topic
	if m.Topic != topic {
		t.Errorf("answered in topic %d", m.Topic)
	}
	ann.Say(c, forest, telegramtest.ReplyTo(m))
	if m := r.sent(c, 3)[2]; m.Topic != topic {
		t.Errorf("follow-up answered in topic %d", m.Topic)
	}
	// Every message of a topic replies to its head.
	ann.Say(c, wetland, telegramtest.InTopic(own))
	r.quiet(c, 3)
	ann.Say(c, "@plan_qa_bot", telegramtest.InTopic(own))
	wants(t, r.sent(c, 4)[3].Text, "/ask@plan_qa_bot")

	// General and plain supergroups carry thread ids that cannot be sent to.
	for _, x := range []*telegramtest.Chat{c, plain} {
		n := len(r.tg.Sent(x))
		ann.Say(x, "@plan_qa_bot "+wetland)
		first := r.sent(x, n+1)[n]
		ann.Say(x, forest, telegramtest.ReplyTo(first))
		second := r.sent(x, n+2)[n+1]
		wants(t, second.Text, forestIs)
		if first.Topic != 0 || second.Topic != 0 {
			t.Errorf("topics %d, %d", first.Topic, second.Topic)
		}
	}
	if n := r.tg.Stats().Refusals; len(n) > 0 {
		t.Errorf("refused: %v", n)
	}
	// A context belongs to its topic.
	ann.Say(c, "@plan_qa_bot 期限呢", telegramtest.InTopic(own))
	r.idle()
	last := r.tg.Sent(c)[len(r.tg.Sent(c))-1]
	if last.Topic != own || strings.Contains(last.Text, "湿地") {
		t.Errorf("topic %d: %q", last.Topic, last.Text)
	}
}

// A topic that is deleted or closed before its answer gets none elsewhere.
func TestT07TopicGone(t *testing.T) {
	for _, change := range []func(*telegramtest.Server, *telegramtest.Chat, int){(*telegramtest.Server).DeleteTopic, (*telegramtest.Server).CloseTopic} {
		r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
		ann := r.tg.AddUser("Ann")
		c := r.tg.AddSupergroup("g", true, ann)
		topic := r.tg.AddTopic(c, "空气", ann)
		ann.Say(c, "@plan_qa_bot "+wetland, telegramtest.InTopic(topic))
		change(r.tg, c, topic)
		ann.Say(c, "@plan_qa_bot 雪博会谁牵头")
		r.start()
		wants(t, r.one(c).Text, "雪博会")
		if m := r.tg.Sent(c)[0]; m.Topic != 0 {
			t.Errorf("topic %d", m.Topic)
		}
	}
}

func TestT07TypingInTopic(t *testing.T) {
	t.Parallel()
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", true, ann)
	topic := r.tg.AddTopic(c, "空气", ann)
	r.tg.Fault(telegramtest.Once("sendMessage", telegramtest.SlowBody(typingAfter+700*time.Millisecond)))
	ann.Say(c, "@plan_qa_bot "+wetland, telegramtest.InTopic(topic))
	r.one(c)
	got := r.tg.Actions(c)
	if len(got) != 1 || got[0].Topic != topic || got[0].Action != "typing" {
		t.Errorf("%+v", got)
	}
}

func TestT08GroupAnswersAreReplies(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	for _, c := range []*telegramtest.Chat{r.tg.AddGroup("g", ann), r.tg.AddSupergroup("s", false, ann)} {
		asked := ann.Say(c, "@plan_qa_bot "+wetland)
		m := r.one(c)
		if m.ReplyTo != asked.ID || m.Quote != "" {
			t.Errorf("reply to %d, quote %q", m.ReplyTo, m.Quote)
		}
		asked = ann.Say(c, "/targets@plan_qa_bot")
		if m := r.sent(c, 2)[1]; m.ReplyTo != asked.ID {
			t.Errorf("/targets: reply to %d", m.ReplyTo)
		}
	}
	for _, call := range r.tg.Calls("sendMessage") {
		wants(t, call.Params["reply_parameters"], `"allow_sending_without_reply":true`)
	}
}

func TestT09Silence(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, other := r.tg.AddUser("Ann"), r.tg.AddBot("other_bot")
	c := r.tg.AddSupergroup("g", false, ann, other)
	own := r.tg.Bot()
	ask := "@plan_qa_bot " + wetland
	other.Say(c, ask, telegramtest.Delivered())
	c.AutoForward("新闻", ask)
	ann.Say(c, ask, telegramtest.Via(own))
	for _, service := range []string{"new_chat_title", "pinned_message", "video_chat_started", "write_access_allowed", "gift"} {
		r.tg.InjectRaw(`{"message":{"message_id":900,"date":1790000000,"from":{"id":` + num(ann.ID) + `,"is_bot":false,"first_name":"Ann"},"chat":{"id":` + num(c.ID) + `,"type":"supergroup"},"` + service + `":{}}}`)
		r.tg.InjectRaw(`{"message":{"message_id":900,"date":1790000000,"from":{"id":` + num(ann.ID) + `,"is_bot":false,"first_name":"Ann"},"chat":{"id":` + num(ann.ID) + `,"type":"private"},"` + service + `":{}}}`)
	}
	r.tg.InjectRaw(`{"channel_post":{"message_id":5,"date":1790000000,"chat":{"id":-1009,"type":"channel"},"text":"@plan_qa_bot 湿地保护率"}}`)
	r.tg.InjectRaw(`{"message":{"message_id":5,"date":1790000000,"chat":{"id":-1009,"type":"channel"},"text":"@plan_qa_bot 湿地保护率"}}`)
	r.quiet(c, 0)
	if n := len(r.tg.Calls("sendMessage")); n != 0 {
		t.Errorf("%d messages", n)
	}

	// An administrator who stays anonymous may ask.
	asked := ann.Say(c, ask, telegramtest.Anonymous())
	m := r.one(c)
	wants(t, m.Text, wetlandIs)
	if m.ReplyTo != asked.ID {
		t.Errorf("reply to %d", m.ReplyTo)
	}
	ann.Say(c, "@plan_qa_bot "+forest, telegramtest.Anonymous())
	wants(t, r.sent(c, 2)[1].Text, forestIs)
}

func TestT10Edited(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	for _, c := range []*telegramtest.Chat{r.tg.AddPrivate(ann), r.tg.AddSupergroup("g", false, ann)} {
		at := ""
		if c.Type != "private" {
			at = "@plan_qa_bot "
		}
		asked := ann.Say(c, at+wetland)
		r.one(c)
		ann.Edit(asked, at+"草原综合植被覆盖度目标是多少")
		m := r.edited(c, 0, 1)
		wants(t, m.Text, "草原综合植被覆盖度:到2027年稳定在72.3%。")
		if len(m.Keyboard) == 0 || len(m.Edits) != 1 {
			t.Errorf("%d edits, keyboard %v", len(m.Edits), m.Keyboard)
		}
		// The conversation goes on from the new question.
		ann.Say(c, at+"谁牵头")
		wants(t, r.sent(c, 2)[1].Text, "草原综合植被覆盖度")
		// The same edit again, and an edit that changes nothing of the answer.
		r.tg.Redeliver(r.tg.LastUpdate() - 1)
		ann.Edit(asked, at+"草原综合植被覆盖度目标是多少？")
		r.quiet(c, 2)
	}
}

func TestT10EditedBeforeAnswer(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", false, ann)
	late := ann.Say(c, "@plan_qa_bot "+wetland)
	ann.Edit(late, "@plan_qa_bot 雪博会谁牵头")
	r.start()
	wants(t, r.one(c).Text, "雪博会")

	// Words to nobody become a question; it is answered once.
	c = r.tg.AddSupergroup("h", false, ann)
	asked := ann.Say(c, wetland)
	r.quiet(c, 0)
	ann.Edit(asked, "@plan_qa_bot "+wetland)
	m := r.one(c)
	wants(t, m.Text, wetlandIs)
	if m.ReplyTo != asked.ID {
		t.Errorf("reply to %d", m.ReplyTo)
	}
	ann.Edit(asked, wetland) // and back: nothing
	r.quiet(c, 1)

	// A command that was answered is not carried out again.
	start := ann.Say(c, "/help@plan_qa_bot")
	r.sent(c, 2)
	ann.Edit(start, "/targets@plan_qa_bot")
	r.quiet(c, 2)
}

func TestT11Captions(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, priv := r.private("Ann")
	c := r.tg.AddSupergroup("g", false, ann)
	ann.Say(c, "@plan_qa_bot "+wetland, telegramtest.WithPhoto())
	m := r.one(c)
	wants(t, m.Text, wetlandIs)
	content := map[string]telegramtest.SayOption{
		"voice": telegramtest.WithVoice(), "sticker": telegramtest.WithSticker("😀"), "file": telegramtest.WithDocument("a.pdf"),
		"photo": telegramtest.WithPhoto(), "dice": telegramtest.WithMedia("dice", map[string]any{"emoji": "🎲", "value": 3}),
		"story": telegramtest.WithMedia("story", map[string]any{"id": 1}), "paid": telegramtest.WithMedia("paid_media", map[string]any{"star_count": 1, "paid_media": []any{}}),
		"game": telegramtest.WithMedia("game", map[string]any{"title": "x"}), "location": telegramtest.WithMedia("location", map[string]any{"latitude": 1, "longitude": 1}),
	}
	n := 0
	for name, what := range content {
		ann.Say(c, "", what)
		ann.Say(c, "", what, telegramtest.ReplyTo(m))
		ann.Say(priv, "", what)
		n++
		if got := r.sent(priv, n)[n-1]; !strings.Contains(got.Text, "直接问") {
			t.Errorf("%s: %q", name, got.Text)
		}
	}
	r.quiet(c, 1)
	r.quiet(priv, n)
	ann.Say(priv, wetland, telegramtest.WithPhoto())
	wants(t, r.sent(priv, n+1)[n].Text, wetlandIs)
}

func TestT12NoStrayAnswers(t *testing.T) {
	r := newRig(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	want := map[string]int{}
	var chats []*telegramtest.Chat
	for range 5 {
		chats = append(chats, r.tg.AddSupergroup("g", false, ann, bob))
	}
	chats = append(chats, r.tg.AddPrivate(ann), r.tg.AddPrivate(bob))
	for range 3 {
		for _, c := range chats {
			who := ann
			if c == chats[6] {
				who = bob
			}
			who.Say(c, "/ask "+wetland)
			want[num(c.ID)]++
			if c.Type != "private" {
				bob.Say(c, "just talk")
			}
		}
	}
	r.start()
	for _, c := range chats {
		r.sent(c, 3)
	}
	r.idle()
	got := map[string]int{}
	for _, call := range r.tg.Calls("sendMessage", "editMessageText", "sendChatAction") {
		got[call.Params["chat_id"]]++
	}
	for id, n := range want {
		if got[id] != n {
			t.Errorf("chat %s: %d calls, want %d", id, got[id], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("calls for %d chats, want %d", len(got), len(want))
	}
}
