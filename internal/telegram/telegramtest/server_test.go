package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// answer is what the server said.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// call sends a method as JSON.
func call(t *testing.T, s *Server, method string, params object) answer {
	t.Helper()
	a, err := tryCall(s, method, params)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return a
}

func tryCall(s *Server, method string, params object) (answer, error) {
	var a answer
	body, err := json.Marshal(params)
	if err != nil {
		return a, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL()+"/bot"+s.Token()+"/"+method, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(data, &a)
}

// fails checks that a call is refused with a description.
func fails(t *testing.T, s *Server, method string, params object, want string) {
	t.Helper()
	if a := call(t, s, method, params); a.OK || a.Description != want {
		t.Errorf("%s(%v): %v %q, want %q", method, params, a.OK, a.Description, want)
	}
}

func works(t *testing.T, s *Server, method string, params object) json.RawMessage {
	t.Helper()
	a := call(t, s, method, params)
	if !a.OK {
		t.Errorf("%s(%v): %s", method, params, a.Description)
	}
	return a.Result
}

type wire struct {
	ID      int64 `json:"update_id"`
	Message struct {
		ID      int    `json:"message_id"`
		Thread  int    `json:"message_thread_id"`
		IsTopic bool   `json:"is_topic_message"`
		Text    string `json:"text"`
		Caption string `json:"caption"`
		From    struct {
			ID int64 `json:"id"`
		} `json:"from"`
		Reply *struct {
			ID    int             `json:"message_id"`
			Topic json.RawMessage `json:"forum_topic_created"`
		} `json:"reply_to_message"`
		Quote struct {
			Text     string `json:"text"`
			Position int    `json:"position"`
		} `json:"quote"`
		MigrateTo   int64 `json:"migrate_to_chat_id"`
		MigrateFrom int64 `json:"migrate_from_chat_id"`
		Auto        bool  `json:"is_automatic_forward"`
		SenderChat  struct {
			ID int64 `json:"id"`
		} `json:"sender_chat"`
	} `json:"message"`
	Edited   struct{ Text string } `json:"edited_message"`
	Callback struct {
		ID      string
		Data    string
		Message struct {
			Date int64 `json:"date"`
		}
	} `json:"callback_query"`
	Member struct {
		New struct {
			Status string `json:"status"`
		} `json:"new_chat_member"`
	} `json:"my_chat_member"`
	Chosen struct {
		Inline string `json:"inline_message_id"`
	} `json:"chosen_inline_result"`
}

// poller fetches and confirms updates.
type poller struct{ offset int64 }

func (p *poller) next(t *testing.T, s *Server) []wire {
	t.Helper()
	var list []wire
	if err := json.Unmarshal(works(t, s, "getUpdates", object{"offset": p.offset}), &list); err != nil {
		t.Fatal(err)
	}
	for _, u := range list {
		p.offset = max(p.offset, u.ID+1)
	}
	return list
}

func texts(list []wire) string {
	var out []string
	for _, u := range list {
		out = append(out, u.Message.Text+u.Message.Caption+u.Edited.Text)
	}
	return strings.Join(out, "|")
}

func TestHTTP(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	for path, want := range map[string]int{
		"/bot1:x/getMe": 401, "/getMe": 404, "/bot" + s.Token() + "/nope": 404, "/bot" + s.Token() + "/GETME": 200,
	} {
		resp, err := http.Get(s.URL() + path)
		if err != nil {
			t.Fatal(err)
		}
		var a answer
		err = json.NewDecoder(resp.Body).Decode(&a)
		resp.Body.Close()
		if err != nil || resp.StatusCode != want || a.OK != (want == 200) || !a.OK && a.Code != want {
			t.Errorf("%s: %d %+v %v, want %d", path, resp.StatusCode, a, err, want)
		}
	}
	form := url.Values{"chat_id": {fmt.Sprint(c.ID)}, "text": {"form"}}
	resp, err := http.PostForm(s.URL()+"/bot"+s.Token()+"/sendMessage", form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	m.WriteField("chat_id", fmt.Sprint(c.ID))
	m.WriteField("caption", "<b>表</b>")
	m.WriteField("parse_mode", "HTML")
	w, _ := m.CreateFormFile("document", "表.csv")
	io.WriteString(w, "a,b")
	m.Close()
	// A reader of unknown length is sent in chunks, as the client library does.
	resp, err = http.Post(s.URL()+"/bot"+s.Token()+"/sendDocument", m.FormDataContentType(), io.MultiReader(&b))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	sent := s.Sent(c)
	if len(sent) != 2 || sent[0].Text != "form" || sent[1].File == nil || string(sent[1].File.Data) != "a,b" || sent[1].File.Name != "表.csv" || sent[1].Text != "表" {
		t.Errorf("sent %+v", sent)
	}
	fails(t, s, "sendDocument", object{"chat_id": c.ID}, "Bad Request: there is no document in the request")
	if len(s.Calls("senddocument")) != 2 || len(s.Calls()) < 4 {
		t.Errorf("calls %+v", s.Calls())
	}
}

func TestGetMe(t *testing.T) {
	s := New(t, Options{Username: "x_bot"})
	s.SetPrivacy(false)
	var me map[string]any
	json.Unmarshal(works(t, s, "getMe", nil), &me)
	if me["is_bot"] != true || me["username"] != "x_bot" || me["can_read_all_group_messages"] != true || me["supports_inline_queries"] != true {
		t.Errorf("getMe: %v", me)
	}
}

func TestSendErrors(t *testing.T) {
	s := New(t, Options{})
	ann, bob := s.AddUser("Ann"), s.AddUser("Bob")
	c, g, sg := s.AddPrivate(ann), s.AddGroup("组", ann), s.AddSupergroup("群", false, ann, bob)
	blocked := s.AddPrivate(s.AddUser("Cid"))
	s.users[blocked.ID].Block()
	kicked := s.AddSupergroup("出", false, ann)
	s.RemoveBot(kicked, ann)
	old := s.AddGroup("旧", ann)
	next := s.Migrate(old, ann)
	button := func(b object) object { return object{"inline_keyboard": [][]object{{b}}} }
	for _, tt := range []struct {
		name   string
		chat   any
		params object
		want   string
	}{
		{"no chat", 99, nil, "Bad Request: chat not found"},
		{"chat empty", "", nil, "Bad Request: chat_id is empty"},
		{"a stranger of the group", bob.ID, nil, "Forbidden: bot can't initiate conversation with a user"},
		{"blocked", blocked.ID, nil, "Forbidden: bot was blocked by the user"},
		{"kicked", kicked.ID, nil, "Forbidden: bot was kicked from the supergroup chat"},
		{"empty", c.ID, object{"text": ""}, "Bad Request: message text is empty"},
		{"blank", c.ID, object{"text": " \n"}, "Bad Request: text must be non-empty"},
		{"long", c.ID, object{"text": strings.Repeat("字", 4097)}, "Bad Request: message is too long"},
		{"long in UTF-16", c.ID, object{"text": strings.Repeat("😀", 2049)}, "Bad Request: message is too long"},
		{"html", c.ID, object{"text": "<x>", "parse_mode": "HTML"}, "Bad Request: can't parse entities: Unsupported start tag \"x\" at byte offset 0"},
		{"thread in private", c.ID, object{"message_thread_id": 5}, "Bad Request: message thread not found"},
		{"thread in supergroup", sg.ID, object{"message_thread_id": 1}, "Bad Request: message thread not found"},
		{"reply to nothing", c.ID, object{"reply_parameters": object{"message_id": 77}}, "Bad Request: message to be replied not found"},
		{"long data", c.ID, object{"reply_markup": button(object{"text": "x", "callback_data": strings.Repeat("字", 22)})}, "Bad Request: BUTTON_DATA_INVALID"},
		{"no data", c.ID, object{"reply_markup": button(object{"text": "x", "callback_data": "", "copy_text": object{"text": ""}})}, "Bad Request: BUTTON_DATA_INVALID"},
		{"app in group", g.ID, object{"reply_markup": button(object{"text": "x", "web_app": object{"url": "https://a.example"}})}, "Bad Request: BUTTON_TYPE_INVALID"},
		{"bad url", c.ID, object{"reply_markup": button(object{"text": "x", "url": "http://localhost/"})}, "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL"},
		{"copy nothing", c.ID, object{"reply_markup": button(object{"text": "x", "copy_text": object{"text": ""}})}, "Bad Request: BUTTON_COPY_TEXT_INVALID"},
		{"plain button", c.ID, object{"reply_markup": button(object{"text": "x"})}, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := object{"chat_id": tt.chat, "text": "x"}
			for k, v := range tt.params {
				p[k] = v
			}
			fails(t, s, "sendMessage", p, tt.want)
		})
	}
	a := call(t, s, "sendMessage", object{"chat_id": old.ID, "text": "x"})
	if a.Code != 400 || a.Parameters.MigrateTo != next.ID || a.Description != "Bad Request: group chat was upgraded to a supergroup chat" {
		t.Errorf("migrated: %+v", a)
	}
	works(t, s, "sendMessage", object{"chat_id": next.ID, "text": strings.Repeat("字", 4096)})
	if st := s.Stats(); st.ParseErrors != 1 {
		t.Errorf("%d parse errors", st.ParseErrors)
	}
}

func TestInvalidUTF8(t *testing.T) {
	s := New(t, Options{})
	c := s.AddPrivate(s.AddUser("Ann"))
	resp, err := http.PostForm(s.URL()+"/bot"+s.Token()+"/sendMessage", url.Values{"chat_id": {fmt.Sprint(c.ID)}, "text": {"\xff"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var a answer
	json.NewDecoder(resp.Body).Decode(&a)
	if a.Description != "Bad Request: strings must be encoded in UTF-8" {
		t.Errorf("%+v", a)
	}
}

func TestReply(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	q := ann.Say(c, "😀首批 何时公布")
	fails(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x", "reply_parameters": object{"message_id": q.ID, "quote": "二批"}}, "Bad Request: QUOTE_TEXT_INVALID")
	works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x", "reply_parameters": object{"message_id": q.ID, "quote": "首批"}})
	ann.Delete(q)
	fails(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x", "reply_parameters": object{"message_id": q.ID}}, "Bad Request: message to be replied not found")
	works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "y", "reply_parameters": object{"message_id": q.ID, "allow_sending_without_reply": true}})
	sent := s.Sent(c)
	if len(sent) != 2 || sent[0].ReplyTo != q.ID || sent[0].Quote != "首批" || sent[1].ReplyTo != 0 {
		t.Errorf("%+v", sent)
	}
	if s.chats[c.ID].messages[sent[0].ID].quoteAt != 2 {
		t.Error("the quote is not placed in UTF-16")
	}
}

func TestEdit(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	mine := ann.Say(c, "x")
	kb := object{"inline_keyboard": [][]object{{{"text": "有用", "callback_data": "1", "copy_text": object{"text": ""}}}}}
	works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": kb})
	id := s.Sent(c)[0].ID
	const same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	fails(t, s, "editMessageText", object{"chat_id": c.ID, "message_id": id, "text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": kb}, same)
	fails(t, s, "editMessageText", object{"chat_id": c.ID, "message_id": 999, "text": "b"}, "Bad Request: message to edit not found")
	fails(t, s, "editMessageText", object{"chat_id": c.ID, "message_id": mine.ID, "text": "b"}, "Bad Request: message can't be edited")
	works(t, s, "editMessageText", object{"chat_id": c.ID, "message_id": id, "text": "<b>a</b>", "parse_mode": "HTML"})
	m := s.Sent(c)[0]
	if len(m.Keyboard) != 0 || len(m.Edits) != 1 || m.Edits[0].Keyboard[0][0].Data != "1" {
		t.Errorf("edited without a keyboard: %+v", m)
	}
	works(t, s, "editMessageReplyMarkup", object{"chat_id": c.ID, "message_id": id, "reply_markup": kb})
	fails(t, s, "editMessageReplyMarkup", object{"chat_id": c.ID, "message_id": id, "reply_markup": kb}, same)
	works(t, s, "deleteMessage", object{"chat_id": c.ID, "message_id": id})
	fails(t, s, "deleteMessage", object{"chat_id": c.ID, "message_id": id}, "Bad Request: message to delete not found")
	if got := s.Messages(c); len(got) != 1 || !s.Sent(c)[0].Deleted {
		t.Errorf("after the deletion: %+v", got)
	}
}

func TestPrivacy(t *testing.T) {
	for _, tt := range []struct {
		name    string
		off     bool
		admin   bool
		botLast bool
		say     func(s *Server, c *Chat, ann *User, bots Message)
		seen    bool
	}{
		{name: "plain", say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "首批") }},
		{name: "mention", say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "@plan_qa_bot 首批") }},
		{name: "mention, off", off: true, seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "首批") }},
		{name: "plain, admin", admin: true, seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "首批") }},
		{name: "command@bot", seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask@Plan_QA_bot 首批") }},
		{name: "command@other", botLast: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask@other_bot 首批") }},
		{name: "bare command", say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask 首批") }},
		{name: "bare command, bot last", botLast: true, seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask 首批") }},
		{name: "bare command, other bot last", botLast: true, say: func(s *Server, c *Chat, ann *User, _ Message) {
			other := s.AddBot("other_bot")
			s.AddMember(c, other)
			other.Say(c, "hi")
			ann.Say(c, "/ask 首批")
		}},
		{name: "glued command", botLast: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask首批") }},
		{name: "reply", botLast: true, seen: true, say: func(s *Server, c *Chat, ann *User, m Message) { ann.Say(c, "那二批呢", ReplyTo(m)) }},
		{name: "reply to a person", say: func(s *Server, c *Chat, ann *User, _ Message) {
			ann.Say(c, "好", ReplyTo(ann.Say(c, "首批")))
		}},
		{name: "via", seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "x", Via(s.Bot())) }},
		{name: "other bot, off", off: true, say: func(s *Server, c *Chat, ann *User, _ Message) {
			other := s.AddBot("other_bot")
			s.AddMember(c, other)
			other.Say(c, "@plan_qa_bot x")
		}},
		{name: "other bot, forced", seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) {
			other := s.AddBot("other_bot")
			s.AddMember(c, other)
			other.Say(c, "@plan_qa_bot x", Delivered())
		}},
		{name: "anonymous admin, off", off: true, seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "x", Anonymous()) }},
		{name: "auto-forward, off", off: true, seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { c.AutoForward("频道", "公告") }},
		{name: "photo with caption command", seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) { ann.Say(c, "/ask@plan_qa_bot", WithPhoto()) }},
		{name: "edit of a command", seen: true, say: func(s *Server, c *Chat, ann *User, _ Message) {
			ann.Edit(ann.Say(c, "首批"), "/ask@plan_qa_bot 首批")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(t, Options{PrivacyOff: tt.off})
			ann := s.AddUser("Ann")
			c := s.AddSupergroup("群", false, ann)
			if tt.admin {
				s.SetAdmin(c, s.Bot(), true)
			}
			var bots Message
			if tt.botLast {
				works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "答"})
				bots = s.Sent(c)[0]
			}
			before := s.Pending()
			tt.say(s, c, ann, bots)
			if got := s.Pending() > before; got != tt.seen {
				t.Errorf("seen %v, want %v", got, tt.seen)
			}
		})
	}
}

func TestPrivacyNeedsReadding(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddSupergroup("群", false, ann)
	s.SetPrivacy(false)
	ann.Say(c, "x")
	if s.Pending() != 0 {
		t.Error("the new privacy mode holds before the bot was added again")
	}
	s.RemoveBot(c, ann)
	s.AddBotToChat(c, ann)
	ann.Say(c, "y")
	var p poller
	list := p.next(t, s)
	if texts(list) != "|||y" || list[0].Member.New.Status != "kicked" || list[1].Member.New.Status != "member" {
		t.Errorf("%s", texts(list))
	}
}

func TestTopics(t *testing.T) {
	s := New(t, Options{PrivacyOff: true})
	ann := s.AddUser("Ann")
	forum, plain := s.AddSupergroup("坛", true, ann), s.AddSupergroup("群", false, ann)
	topic := s.AddTopic(forum, "规划", ann)
	in := ann.Say(forum, "a", InTopic(topic))
	ann.Say(forum, "b", InTopic(topic), ReplyTo(in))
	root := ann.Say(forum, "c")
	ann.Say(forum, "d", ReplyTo(root))
	first := ann.Say(plain, "e")
	second := ann.Say(plain, "f", ReplyTo(first))
	ann.Say(plain, "g", ReplyTo(second))
	var p poller
	list := p.next(t, s)
	for i, want := range []struct {
		thread, reply int
		isTopic, head bool
	}{
		{topic, 0, true, false}, {topic, topic, true, true}, {topic, in.ID, true, false},
		{0, 0, false, false}, {root.ID, root.ID, false, false},
		{0, 0, false, false}, {first.ID, first.ID, false, false}, {first.ID, second.ID, false, false},
	} {
		m := list[i].Message
		reply, head := 0, false
		if m.Reply != nil {
			reply, head = m.Reply.ID, len(m.Reply.Topic) > 0
		}
		if m.Thread != want.thread || m.IsTopic != want.isTopic || reply != want.reply || head != want.head {
			t.Errorf("%q: thread %d %v, reply %d %v, want %+v", m.Text, m.Thread, m.IsTopic, reply, head, want)
		}
	}
	works(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "x", "message_thread_id": topic})
	works(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "y", "reply_parameters": object{"message_id": in.ID}})
	for _, m := range s.Sent(forum) {
		if m.Topic != topic {
			t.Errorf("%q is in topic %d", m.Text, m.Topic)
		}
	}
	fails(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "x", "message_thread_id": 1}, "Bad Request: message thread not found")
	fails(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "x", "message_thread_id": root.ID}, "Bad Request: message thread not found")
	works(t, s, "sendChatAction", object{"chat_id": forum.ID, "action": "typing", "message_thread_id": 1})
	fails(t, s, "sendChatAction", object{"chat_id": forum.ID, "action": "dancing"}, "Bad Request: wrong parameter action in request")
	s.CloseTopic(forum, topic)
	fails(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "x", "message_thread_id": topic}, "Bad Request: TOPIC_CLOSED")
	s.DeleteTopic(forum, topic)
	fails(t, s, "sendMessage", object{"chat_id": forum.ID, "text": "x", "message_thread_id": topic}, "Bad Request: message thread not found")
	if got := s.Actions(forum); len(got) != 1 || got[0].Topic != 1 {
		t.Errorf("actions %+v", got)
	}
}

func TestLongPoll(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	got := make(chan answer, 1)
	go func() {
		a, _ := tryCall(s, "getUpdates", object{"timeout": 4})
		got <- a
	}()
	if !s.Wait(func(s *Server) bool { return len(s.Calls("getUpdates")) == 1 }, time.Second) {
		t.Fatal("no poll")
	}
	select {
	case a := <-got:
		t.Fatalf("the poll did not wait: %+v", a)
	case <-time.After(50 * time.Millisecond):
	}
	ann.Say(c, "一")
	if a := <-got; !a.OK || !strings.Contains(string(a.Result), "一") {
		t.Fatalf("%+v", a)
	}
	start := time.Now()
	works(t, s, "getUpdates", object{"timeout": 1, "offset": s.LastUpdate() + 1})
	if d := time.Since(start); d < 900*time.Millisecond || d > 3*time.Second {
		t.Errorf("an empty poll took %v", d)
	}
}

func TestConfirm(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	for _, text := range []string{"一", "二", "三", "四"} {
		ann.Say(c, text)
	}
	ids := func(params object) string {
		var list []wire
		json.Unmarshal(works(t, s, "getUpdates", params), &list)
		return texts(list)
	}
	last := s.LastUpdate()
	for _, tt := range []struct {
		params object
		want   string
	}{
		{object{"limit": 2}, "一|二"},
		{object{}, "一|二|三|四"},
		{object{"offset": last - 2}, "二|三|四"},
		{object{}, "二|三|四"},
		{object{"offset": -2}, "三|四"},
		{object{}, "三|四"},
		{object{"offset": last + 1}, ""},
	} {
		if got := ids(tt.params); got != tt.want {
			t.Errorf("getUpdates(%v) = %s, want %s", tt.params, got, tt.want)
		}
	}
	s.Redeliver(last)
	if got := ids(object{"offset": last + 1}); got != "四" {
		t.Errorf("redelivered: %s", got)
	}
	if got := ids(object{"offset": last + 1}); got != "" {
		t.Errorf("still there: %s", got)
	}
	s.Hold()
	for range 20 {
		ann.Say(c, "x")
	}
	s.Shuffle(5, 1)
	s.Duplicate(4)
	if got := ids(object{"offset": last + 1}); got != "" {
		t.Errorf("held, but got %s", got)
	}
	s.Release()
	var p poller
	n, disorder, prev := 0, false, int64(0)
	for _, u := range p.next(t, s) {
		n++
		disorder = disorder || u.ID < prev
		prev = u.ID
	}
	if n != 25 || !disorder {
		t.Errorf("%d updates, out of order %v", n, disorder)
	}
}

func TestAllowedUpdates(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	works(t, s, "getUpdates", object{"allowed_updates": []string{"edited_message"}})
	m := ann.Say(c, "a")
	ann.Edit(m, "b")
	var p poller
	if got := texts(p.next(t, s)); got != "b" {
		t.Errorf("only edits: %s", got)
	}
	works(t, s, "getUpdates", object{"allowed_updates": []string{}, "offset": p.offset})
	ann.Say(c, "c")
	if got := texts(p.next(t, s)); got != "c" {
		t.Errorf("all again: %s", got)
	}
	if st := s.Stats(); st.Filtered != 1 {
		t.Errorf("filtered %d", st.Filtered)
	}
}

func TestConflict(t *testing.T) {
	s := New(t, Options{})
	got := make(chan answer, 1)
	go func() {
		a, _ := tryCall(s, "getUpdates", object{"timeout": 4})
		got <- a
	}()
	s.Wait(func(s *Server) bool { return len(s.Calls("getUpdates")) == 1 }, time.Second)
	time.Sleep(20 * time.Millisecond) // the call is logged before it waits
	works(t, s, "getUpdates", nil)
	if a := <-got; a.Code != 409 || a.Description != "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" {
		t.Errorf("%+v", a)
	}
	works(t, s, "setWebhook", object{"url": "https://a.example/x"})
	fails(t, s, "getUpdates", nil, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	fails(t, s, "setWebhook", object{"url": "http://a.example/x"}, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
	works(t, s, "deleteWebhook", nil)
	works(t, s, "getUpdates", nil)
}

func TestInjectRaw(t *testing.T) {
	s := New(t, Options{})
	id := s.InjectRaw(`{"guest_message":{"x":[1]}}`)
	s.InjectRaw(`{"message":{"message_id":"seven"}}`)
	s.InjectRaw(`{}`)
	a := works(t, s, "getUpdates", nil)
	want := fmt.Sprintf(`[{"update_id":%d,"guest_message":{"x":[1]}},{"update_id":%d,"message":{"message_id":"seven"}},{"update_id":%d}]`, id, id+1, id+2)
	if string(a) != want {
		t.Errorf("%s, want %s", a, want)
	}
}

func TestWebhook(t *testing.T) {
	s := New(t, Options{WebhookRetry: time.Millisecond})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	var mu sync.Mutex
	var got []string
	fail := 3
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.Header.Get("X-Telegram-Bot-Api-Secret-Token") != "s3cret" {
			t.Error("no secret")
		}
		if fail > 0 {
			fail--
			w.WriteHeader(500)
			return
		}
		var u wire
		json.NewDecoder(r.Body).Decode(&u)
		got = append(got, u.Message.Text)
	}))
	defer bot.Close()
	ann.Say(c, "一")
	works(t, s, "setWebhook", object{"url": bot.URL, "secret_token": "s3cret"})
	ann.Say(c, "二")
	ann.Say(c, "三")
	if !s.Wait(func(s *Server) bool { return s.Pending() == 0 }, 3*time.Second) {
		t.Fatal("not delivered")
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Join(got, "") != "一二三" || s.Stats().WebhookPosts != 6 {
		t.Errorf("%v in %d posts", got, s.Stats().WebhookPosts)
	}
	info := string(works(t, s, "getWebhookInfo", nil))
	if !strings.Contains(info, "Wrong response from the webhook: 500") || !strings.Contains(info, bot.URL) {
		t.Error(info)
	}
}

// clock is a time that the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestFlood(t *testing.T) {
	ck := &clock{now: time.Unix(1800000000, 0)}
	s := New(t, Options{Flood: DefaultFlood(), Now: ck.Now})
	ann := s.AddUser("Ann")
	g, c := s.AddGroup("组", ann), s.AddPrivate(ann)
	send := func(c *Chat) answer { return call(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x"}) }
	for i := range 19 {
		ck.add(100 * time.Millisecond)
		if a := send(g); !a.OK {
			t.Fatalf("message %d: %+v", i, a)
		}
	}
	works(t, s, "editMessageText", object{"chat_id": g.ID, "message_id": s.Sent(g)[0].ID, "text": "y"})
	a := send(g)
	if a.Code != 429 || a.Parameters.RetryAfter != 59 || a.Description != "Too Many Requests: retry after 59" {
		t.Errorf("the 21st: %+v", a)
	}
	ck.add(10 * time.Second)
	if a := send(g); a.Parameters.RetryAfter != 49 {
		t.Errorf("too early: %+v", a)
	}
	ck.add(49 * time.Second)
	if a := send(g); !a.OK {
		t.Errorf("in time: %+v", a)
	}
	for range 5 {
		send(c)
	}
	if a := send(c); a.Code != 429 {
		t.Errorf("the sixth at once: %+v", a)
	}
	if st := s.Stats(); st.Violations != 1 || st.TooMany != 3 {
		t.Errorf("%+v", st)
	}
	var people []*Chat
	for i := range 31 {
		people = append(people, s.AddPrivate(s.AddUser(fmt.Sprint("u", i))))
	}
	ck.add(time.Minute)
	for i, p := range people {
		if a := send(p); a.OK != (i < 30) {
			t.Errorf("message %d of a second: %+v", i, a)
		}
	}
}

func TestFaults(t *testing.T) {
	s := New(t, Options{})
	c := s.AddPrivate(s.AddUser("Ann"))
	send := func() (answer, error) {
		return tryCall(s, "sendMessage", object{"chat_id": c.ID, "text": "x"})
	}
	s.Fault(Once("sendMessage", TooMany(1), ServerError(), BadGateway(), DropBefore(), DropAfter(), CutJSON(), SlowBody(50*time.Millisecond), Unauthorized(), Forbidden(), Conflict()))
	a, _ := send()
	if a.Code != 429 || a.Parameters.RetryAfter != 1 {
		t.Errorf("429: %+v", a)
	}
	if a, _ := send(); a.Code != 429 {
		t.Errorf("in the wait: %+v", a)
	}
	time.Sleep(1050 * time.Millisecond)
	if a, _ := send(); a.Code != 500 {
		t.Errorf("500: %+v", a)
	}
	var syntax *json.SyntaxError
	if _, err := send(); !errors.As(err, &syntax) {
		t.Errorf("502: %v", err)
	}
	for _, name := range []string{"drop before", "drop after", "cut"} {
		if a, err := send(); err == nil {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if a, err := send(); err != nil || !a.OK {
		t.Errorf("slow: %+v %v", a, err)
	}
	for _, code := range []int{401, 403, 409} {
		if a, _ := send(); a.Code != code {
			t.Errorf("%d: %+v", code, a)
		}
	}
	send()
	if n := len(s.Sent(c)); n != 4 { // drop after, cut, slow and the last
		t.Errorf("%d messages", n)
	}
	if st := s.Stats(); st.Violations != 1 || st.Faults["drop after"] != 1 {
		t.Errorf("%+v", st)
	}
}

func TestBadGatewayShowsToken(t *testing.T) {
	s := New(t, Options{})
	s.Fault(Nth("getme", 1, BadGateway()))
	resp, err := http.Get(s.URL() + "/bot" + s.Token() + "/getMe")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 502 || !strings.Contains(string(page), s.Token()) {
		t.Errorf("%d %s", resp.StatusCode, page)
	}
}

func TestHang(t *testing.T) {
	s := New(t, Options{})
	s.Fault(FirstOf(Rate(0, 1, []*Fault{ServerError()}), Rate(1, 1, []*Fault{Hang()}, "getMe")))
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL()+"/bot"+s.Token()+"/getMe", nil)
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Error("no hang")
	}
}

func TestCallback(t *testing.T) {
	ck := &clock{now: time.Unix(1800000000, 0)}
	s := New(t, Options{Now: ck.Now})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	kb := object{"inline_keyboard": [][]object{{{"text": "有用", "callback_data": "v1:1"}, {"text": "原文", "url": "https://a.example"}}}}
	works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "<blockquote>条款</blockquote>见<a href=\"https://a.example/1\">原文</a>", "parse_mode": "HTML", "reply_markup": kb})
	m := s.Sent(c)[0]
	if got, want := Render(m), "「条款」见原文〔https://a.example/1〕\n[有用] [原文]"; got != want {
		t.Errorf("Render = %q, want %q", got, want)
	}
	id := ann.Tap(m, "有用")
	var p poller
	if u := p.next(t, s)[0]; u.Callback.ID != id || u.Callback.Data != "v1:1" || u.Callback.Message.Date == 0 {
		t.Errorf("%+v", u)
	}
	const old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	fails(t, s, "answerCallbackQuery", object{"callback_query_id": id, "text": strings.Repeat("字", 201)}, "Bad Request: MESSAGE_TOO_LONG")
	works(t, s, "answerCallbackQuery", object{"callback_query_id": id, "text": "谢谢"})
	if a := s.Answers(id); len(a) != 1 || a[0].Text != "谢谢" {
		t.Errorf("%+v", a)
	}
	fails(t, s, "answerCallbackQuery", object{"callback_query_id": "1"}, old)
	ann.Delete(m)
	id = ann.TapData(m, "forged")
	if u := p.next(t, s)[0]; u.Callback.Message.Date != 0 {
		t.Errorf("a deleted message is there: %+v", u)
	}
	ck.add(16 * time.Second)
	fails(t, s, "answerCallbackQuery", object{"callback_query_id": id}, old)
}

func TestInline(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddGroup("组", ann)
	id := ann.Inline("首批")
	article := func(id, title, text string) object {
		return object{"type": "article", "id": id, "title": title,
			"input_message_content": object{"message_text": text, "parse_mode": "HTML"},
			"reply_markup":          object{"inline_keyboard": [][]object{{{"text": "有用", "callback_data": "1"}}}}}
	}
	many := make([]object, 51)
	for i := range many {
		many[i] = article(fmt.Sprint(i), "t", "x")
	}
	for _, tt := range []struct {
		results []object
		want    string
	}{
		{many, "Bad Request: RESULTS_TOO_MUCH"},
		{[]object{article("1", "t", "x"), article("1", "t", "x")}, "Bad Request: RESULT_ID_DUPLICATE"},
		{[]object{article(strings.Repeat("字", 22), "t", "x")}, "Bad Request: RESULT_ID_INVALID"},
		{[]object{article("1", "", "x")}, "Bad Request: can't parse inline query result: Can't find field \"title\""},
		{[]object{article("1", "t", "<b>x")}, "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\""},
		{[]object{article("1", "t", strings.Repeat("x", 4097))}, "Bad Request: MESSAGE_TOO_LONG"},
	} {
		fails(t, s, "answerInlineQuery", object{"inline_query_id": id, "results": tt.results}, tt.want)
	}
	works(t, s, "answerInlineQuery", object{"inline_query_id": id, "results": []object{article("a", "t", "<b>答</b>")}, "cache_time": 600,
		"button": object{"text": "帮助", "start_parameter": "help"}})
	a := s.Answers(id)
	if len(a) != 1 || a[0].CacheTime != 600 || a[0].Results[0].Text != "答" || a[0].StartParam != "help" {
		t.Fatalf("%+v", a)
	}
	m := ann.Choose(c, id, "a")
	if !m.ViaBot || m.Text != "答" {
		t.Errorf("%+v", m)
	}
	var p poller
	list := p.next(t, s)
	chosen := list[len(list)-1].Chosen.Inline
	if len(list) != 3 || chosen == "" {
		t.Fatalf("%+v", list)
	}
	works(t, s, "editMessageText", object{"inline_message_id": chosen, "text": "新"})
	if got := s.Messages(c)[0].Text; got != "新" {
		t.Errorf("after the edit: %s", got)
	}
	s.ExpireQueries()
	fails(t, s, "answerInlineQuery", object{"inline_query_id": id, "results": []object{}}, "Bad Request: query is too old and response timeout expired or query ID is invalid")
}

func TestMembership(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c, g := s.AddPrivate(ann), s.AddSupergroup("群", false, ann)
	ann.Block()
	fails(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x"}, "Forbidden: bot was blocked by the user")
	ann.Unblock()
	works(t, s, "sendMessage", object{"chat_id": c.ID, "text": "x"})
	s.Restrict(g, ann, false)
	fails(t, s, "sendMessage", object{"chat_id": g.ID, "text": "x"}, "Bad Request: not enough rights to send text messages to the chat")
	s.Restrict(g, ann, true)
	s.SetAdmin(g, ann, true)
	if got := string(works(t, s, "getChatAdministrators", object{"chat_id": g.ID})); !strings.Contains(got, `"administrator"`) {
		t.Error(got)
	}
	if got := string(works(t, s, "getChatMember", object{"chat_id": g.ID, "user_id": s.Bot().ID})); !strings.Contains(got, `"member"`) {
		t.Error(got)
	}
	if got := string(works(t, s, "getChat", object{"chat_id": g.ID})); !strings.Contains(got, `"supergroup"`) {
		t.Error(got)
	}
	works(t, s, "leaveChat", object{"chat_id": g.ID})
	fails(t, s, "sendMessage", object{"chat_id": g.ID, "text": "x"}, "Forbidden: bot is not a member of the supergroup chat")
	var p poller
	var got []string
	for _, u := range p.next(t, s) {
		got = append(got, u.Member.New.Status)
	}
	if strings.Join(got, " ") != "kicked member restricted member left" {
		t.Error(got)
	}
}

func TestMigrate(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddGroup("组", ann)
	next := s.Migrate(c, ann)
	var p poller
	list := p.next(t, s)
	if len(list) != 2 || list[0].Message.MigrateTo != next.ID || list[1].Message.MigrateFrom != c.ID {
		t.Errorf("%+v", list)
	}
}

func TestSettings(t *testing.T) {
	s := New(t, Options{})
	cmds := []object{{"command": "start", "description": "开始"}}
	works(t, s, "setMyCommands", object{"commands": cmds, "scope": object{"type": "all_group_chats"}, "language_code": "zh"})
	if got := s.Commands("all_group_chats", "zh"); len(got) != 1 || got[0].Description != "开始" {
		t.Errorf("%+v", got)
	}
	fails(t, s, "setMyCommands", object{"commands": []object{{"command": "Start", "description": "x"}}}, "Bad Request: BOT_COMMAND_INVALID")
	fails(t, s, "setMyCommands", object{"commands": []object{{"command": "start", "description": ""}}}, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
	works(t, s, "deleteMyCommands", object{"scope": object{"type": "all_group_chats"}, "language_code": "zh"})
	if got := s.Commands("all_group_chats", "zh"); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	works(t, s, "setMyDescription", object{"description": strings.Repeat("字", 512)})
	if a := call(t, s, "setMyShortDescription", object{"short_description": strings.Repeat("字", 121)}); a.OK {
		t.Error("a long short description passes")
	}
	if len([]rune(s.Description(""))) != 512 {
		t.Error("no description")
	}
}

func TestReaction(t *testing.T) {
	s := New(t, Options{})
	ann := s.AddUser("Ann")
	c := s.AddPrivate(ann)
	m := ann.Say(c, "x")
	react := func(emoji ...string) object {
		list := []object{}
		for _, e := range emoji {
			list = append(list, object{"type": "emoji", "emoji": e})
		}
		return object{"chat_id": c.ID, "message_id": m.ID, "reaction": list}
	}
	works(t, s, "setMessageReaction", react("👀"))
	fails(t, s, "setMessageReaction", react("✅"), "Bad Request: REACTION_INVALID")
	fails(t, s, "setMessageReaction", react("👀", "👍"), "Bad Request: REACTIONS_TOO_MANY")
	if got := s.Messages(c)[0].Reaction; got != "👀" {
		t.Error(got)
	}
}

func TestSaid(t *testing.T) {
	s := New(t, Options{PrivacyOff: true})
	ann, bob := s.AddUser("Ann"), s.AddUser("Bob")
	c := s.AddSupergroup("群", false, ann, bob)
	m := ann.Say(c, "😀首批项目何时公布")
	bob.Say(c, "@plan_qa_bot", ReplyTo(m), Quoting("首批项目"))
	ann.Say(c, "看图", WithPhoto())
	ann.Say(c, "", WithVoice())
	ann.Say(c, "x", ForwardedFrom(bob))
	ann.Say(c, "x", ForwardedHidden("某"))
	ann.Say(c, "", WithSticker("👍"))
	ann.Say(c, "x", Anonymous())
	c.AutoForward("频道", "公告")
	var p poller
	list := p.next(t, s)
	if q := list[1].Message.Quote; q.Text != "首批项目" || q.Position != 2 {
		t.Errorf("quote %+v", q)
	}
	if list[2].Message.Caption != "看图" || list[7].Message.From.ID != anonymousID || list[7].Message.SenderChat.ID != c.ID || !list[8].Message.Auto {
		t.Errorf("%+v", list)
	}
}

func TestMisuse(t *testing.T) {
	s := New(nil, Options{})
	defer s.Close()
	ann, bob := s.AddUser("Ann"), s.AddUser("Bob")
	c := s.AddPrivate(ann)
	bob.Say(c, "not my chat")
	ann.Tap(Message{}, "x")
	s.AddTopic(c, "x", ann)
	s.Migrate(c, ann)
	s.InjectRaw("x")
	s.InjectRaw("{")
	s.Redeliver(1)
	if got := s.Stats().Misuse; got != 7 {
		t.Errorf("%d misuses", got)
	}
}

func TestConcurrent(t *testing.T) {
	s := New(t, Options{PrivacyOff: true, Flood: DefaultFlood()})
	s.Fault(Rate(0.3, 1, []*Fault{DropAfter(), ServerError(), CutJSON(), DropBefore()}, "sendMessage"))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			u := s.AddUser(fmt.Sprint("u", i))
			c := s.AddPrivate(u)
			for range 20 {
				u.Say(c, "x")
				tryCall(s, "sendMessage", object{"chat_id": c.ID, "text": "y"})
				tryCall(s, "getUpdates", object{"timeout": 0})
				s.Messages(c)
				s.Stats()
				s.Calls("sendMessage")
			}
		})
	}
	wg.Wait()
	if n := s.Stats().Calls; n != 320 {
		t.Errorf("%d calls", n)
	}
}
