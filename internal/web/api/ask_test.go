package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	what "github.com/wence-qa/wence/internal/question"
	"github.com/wence-qa/wence/internal/store"
)

// ask asks about the embedded plan and returns the answer with its
// conversation.
func (s *site) ask(q question) (answer.Answer, string) {
	s.t.Helper()
	if q.Plan == "" {
		q.Plan = "jilin-2024"
	}
	r := s.post("/api/ask", q)
	var a answer.Answer
	r.into(s.t, &a)
	return a, r.Header.Get(ConversationHeader)
}

// TestAskForms asks the same in every form.
func TestAskForms(t *testing.T) {
	s := newSite(t, Options{})
	const q = "湿地保护率要到多少?"
	form := url.Values{"question": {q}, "plan": {"jilin-2024"}}.Encode()
	var first answer.Answer
	for i, r := range []reply{
		s.post("/api/ask", question{Question: q, Plan: "jilin-2024"}),
		s.send("POST", "/api/ask", `{"question":"`+q+`","plan":"jilin-2024","more":[1]}`, "Content-Type", "Application/JSON; charset=utf-8"),
		s.send("POST", "/api/ask", form, "Content-Type", "application/x-www-form-urlencoded"),
		s.get("/api/ask?" + url.Values{"q": {q}, "plan": {"jilin-2024"}}.Encode()),
	} {
		var a answer.Answer
		r.into(t, &a)
		if got := a.String(); got != "target 湿地保护率=45.22% [jilin-2024/6.0.2]" {
			t.Errorf("%d: %s", i, got)
		}
		if r.Header.Get("Cache-Control") != "no-store" || !conversationForm.MatchString(r.Header.Get(ConversationHeader)) || !answerForm.MatchString(a.ID) {
			t.Errorf("%d: id %q, headers %v", i, a.ID, r.Header)
		}
		if i == 0 {
			first = a
		}
		if a.ID == first.ID && i > 0 {
			t.Errorf("%d: the same id", i)
		}
		a.ID = first.ID
		if !slices.Equal(a.Citations, first.Citations) || a.Text != first.Text || a.Question != q {
			t.Errorf("%d: %+v, first %+v", i, a, first)
		}
	}
}

func TestAskQuotes(t *testing.T) {
	s := newSite(t, Options{})
	text := engine().Plans()[0].Text
	for _, q := range []string{"省水利厅牵头哪些工作", "用能权谁牵头", "到2027年的目标有哪些", "今天天气怎么样"} {
		a, _ := s.ask(question{Question: q})
		for _, c := range slices.Concat(a.Citations, a.Nearest) {
			if text[c.Start:c.End] != c.Quote {
				t.Errorf("%s: %s is not the plan's words", q, c.ID)
			}
		}
	}
}

func TestAskBad(t *testing.T) {
	s := newSite(t, Options{})
	const js = "application/json"
	long := strings.Repeat("长", maxQuestion+1)
	for _, test := range []struct {
		body, media string
		status      int
		slug        string
	}{
		{``, js, 400, "bad-body"},
		{`{`, js, 400, "bad-body"},
		{`{"question":"a"} x`, js, 400, "bad-body"},
		{`[]`, js, 400, "bad-body"},
		{`"谁牵头"`, js, 400, "bad-body"},
		{`{"question":1}`, js, 400, "bad-body"},
		{`{"question":"a","plan":[]}`, js, 400, "bad-body"},
		{strings.Repeat("[", 20000), js, 400, "bad-body"},
		{"{\"question\":\"\xff\"}", js, 400, "bad-body"},
		{`null`, js, 400, "empty-question"},
		{`{}`, js, 400, "empty-question"},
		{`{"question":" \n　"}`, js, 400, "empty-question"},
		{`{"question":"` + long + `"}`, js, 400, "long-question"},
		{`{"question":"a","conversation":"short"}`, js, 400, "bad-conversation"},
		{`{"question":"a","conversation":"../../../etc"}`, js, 400, "bad-conversation"},
		{`{"question":"a","conversation":"` + strings.Repeat("x", 65) + `"}`, js, 400, "bad-conversation"},
		{`{"question":"a","conversation":"12345678\n"}`, js, 400, "bad-conversation"},
		{`{"question":"a","plan":"nothing"}`, js, 422, "unknown-plan"},
		{`{"question":"a","plan":"../jilin-2024"}`, js, 422, "unknown-plan"},
		{`{"question":"a","reply_to":"nothing"}`, js, 422, "unknown-answer"},
		{`{"question":"a","reply_to":"a.b"}`, js, 422, "unknown-answer"},
		{`{"question":"a"}`, "", 415, "bad-media-type"},
		{`{"question":"a"}`, "text/plain", 415, "bad-media-type"},
		{`{"question":"a"}`, "json", 415, "bad-media-type"},
		{`{"question":"a"}`, "application/x-www-form-urlencoded", 400, "empty-question"},
		{`question=%zz`, "application/x-www-form-urlencoded", 400, "bad-body"},
		{`question=a&question=b`, "application/x-www-form-urlencoded", 400, "bad-body"},
		{`question=%ff`, "application/x-www-form-urlencoded", 400, "bad-body"},
		{`question=`, "application/x-www-form-urlencoded", 400, "empty-question"},
		{`x`, "multipart/form-data; boundary=x", 415, "bad-media-type"},
		{`{"question":"` + strings.Repeat("a", maxBody) + `"}`, js, 413, "large-body"},
		{strings.Repeat("a", maxBody+1), "text/plain", 413, "large-body"},
	} {
		r := s.send("POST", "/api/ask", test.body, "Content-Type", test.media)
		if r.StatusCode != test.status || r.slug(t) != test.slug {
			t.Errorf("%.60q as %q: %s, want %d %s: %s", test.body, test.media, r.Status, test.status, test.slug, r.body)
		}
	}
	for query, slug := range map[string]string{
		"": "empty-question", "q=": "empty-question", "question=a": "empty-question", "q=%20": "empty-question",
		"q=%zz": "bad-parameter", "q=%ff": "bad-parameter", "q=a&q=b": "bad-parameter", "q=a;b": "bad-parameter",
		"q=" + url.QueryEscape(long): "long-question", "q=a&conversation=x": "bad-conversation", "q=a&plan=x": "unknown-plan",
		"q=a&reply_to=x": "unknown-answer",
	} {
		if r := s.get("/api/ask?" + query); r.StatusCode < 400 || r.slug(t) != slug {
			t.Errorf("GET %.60q: %s %s, want %s", query, r.Status, r.body, slug)
		}
	}
}

func TestMaxQuestion(t *testing.T) {
	if maxQuestion != what.MaxRunes {
		t.Errorf("%d characters are taken but %d read", maxQuestion, what.MaxRunes)
	}
}

func TestFollowUps(t *testing.T) {
	s := newSite(t, Options{})
	first, conv := s.ask(question{Question: "用水权谁牵头"})
	if first.String() != "lead 省水利厅 [jilin-2024/8.4.3]" {
		t.Fatal(first.String())
	}
	next, same := s.ask(question{Question: "用能权呢", Conversation: conv})
	if next.String() != "lead 省发改委 [jilin-2024/8.4.2]" || same != conv {
		t.Errorf("%s in %s, want %s", next.String(), same, conv)
	}
	// A reply carries on from the answer that it replies to.
	s.ask(question{Question: "湿地保护率的目标", Conversation: conv})
	if a, _ := s.ask(question{Question: "那碳排放权呢", Conversation: conv, ReplyTo: first.ID}); a.Kind != answer.KindLead || len(a.Citations) != 1 || a.Citations[0].ID != "8.4.1" {
		t.Errorf("a reply: %s", a.String())
	}
	s.wait(chat.Expiry + time.Minute)
	if a, _ := s.ask(question{Question: "用能权呢", Conversation: conv}); a.Kind == answer.KindLead && a.Found {
		t.Errorf("after the conversation expired: %s", a.String())
	}
	s.wait(chat.KeptAsked)
	r := s.post("/api/ask", question{Question: "用能权呢", Conversation: conv, ReplyTo: first.ID})
	if r.slug(t) != "unknown-answer" {
		t.Errorf("a reply to what is forgotten: %s", r.body)
	}
}

// TestPlanStays checks that the plan of a conversation holds for its next
// questions.
func TestPlanStays(t *testing.T) {
	s := newSite(t, Options{})
	_, conv := s.ask(question{Question: "湿地保护率的目标", Plan: "jilin-2024"})
	r := s.post("/api/ask", question{Question: "一共多少条任务", Conversation: conv})
	var a answer.Answer
	r.into(t, &a)
	if a.Plan != "jilin-2024" {
		t.Errorf("plan %q: %s", a.Plan, a.Headline)
	}
}

// TestNoLeak checks that a conversation knows nothing of another, whatever is
// said in it.
func TestNoLeak(t *testing.T) {
	s := newSite(t, Options{})
	first, mine := s.ask(question{Question: "用水权谁牵头"})
	alone, _ := s.ask(question{Question: "它的原文"})
	for _, conv := range []string{"", "somebody-else", mine + "x", strings.ToLower(mine)} {
		a, _ := s.ask(question{Question: "它的原文", Conversation: conv})
		if a.Text != alone.Text || len(a.Citations) > 0 {
			t.Errorf("%q knows of the other: %s", conv, a.String())
		}
		if r := s.post("/api/ask", question{Question: "它的原文", Conversation: conv, ReplyTo: first.ID}); r.slug(t) != "unknown-answer" {
			t.Errorf("%q may reply to the other: %s", conv, r.body)
		}
		if conv == "" {
			continue
		}
		if r := s.post("/api/feedback", map[string]any{"conversation": conv, "answer": first.ID, "good": true}); r.slug(t) != "unknown-answer" {
			t.Errorf("%q may rate the other: %s", conv, r.body)
		}
	}
	if a, _ := s.ask(question{Question: "它的原文", Conversation: mine}); len(a.Citations) == 0 {
		t.Errorf("mine is lost: %s", a.String())
	}
}

// TestManyAtOnce asks in many conversations at once and several times in each.
func TestManyAtOnce(t *testing.T) {
	s := newSite(t, Options{})
	topics := []struct{ ask, follow, want string }{
		{"用水权谁牵头", "用能权呢", "8.4.2"},
		{"湿地保护率的目标", "那草原综合植被覆盖度呢", "6.0.3"},
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			x := topics[i%2]
			conv := fmt.Sprintf("conversation-%d", i)
			for range 4 {
				s.post("/api/ask", question{Question: x.ask, Conversation: conv, Plan: "jilin-2024"})
				r := s.post("/api/ask", question{Question: x.follow, Conversation: conv})
				var a answer.Answer
				if err := json.Unmarshal(r.body, &a); err != nil || len(a.Citations) != 1 || a.Citations[0].ID != x.want {
					t.Errorf("%s: %s", conv, a.String())
				}
			}
		})
	}
	for range 16 {
		wg.Go(func() {
			if r := s.post("/api/ask", question{Question: "用水权谁牵头", Conversation: "shared-by-all"}); r.StatusCode != 200 {
				t.Errorf("shared: %s %s", r.Status, r.body)
			}
		})
	}
	wg.Wait()
}

func TestFeedback(t *testing.T) {
	s := newSite(t, Options{})
	a, conv := s.ask(question{Question: "湿地保护率的目标"})
	b, _ := s.ask(question{Question: "用水权谁牵头", Conversation: conv})
	for _, x := range []struct {
		id   string
		good bool
	}{{a.ID, false}, {a.ID, true}, {b.ID, false}} {
		r := s.post("/api/feedback", map[string]any{"conversation": conv, "answer": x.id, "good": x.good})
		if r.StatusCode != http.StatusNoContent || len(r.body) > 0 {
			t.Errorf("%+v: %s %s", x, r.Status, r.body)
		}
	}
	stats, err := s.chat.Stats()
	if err != nil || stats.Good != 1 || stats.Bad != 1 || stats.Answers != 2 || len(stats.BadOn) != 1 || stats.BadOn[0].Name != "jilin-2024/8.4.3" {
		t.Errorf("%+v, %v", stats, err)
	}
	const js = "application/json"
	for _, test := range []struct{ body, media, slug string }{
		{`{`, js, "bad-body"},
		{`{"conversation":"` + conv + `","answer":"` + a.ID + `"}`, js, "bad-body"},
		{`{"conversation":"` + conv + `","answer":"` + a.ID + `","good":"yes"}`, js, "bad-body"},
		{`{"conversation":"` + conv + `","answer":"nothing","good":true}`, js, "unknown-answer"},
		{`{"conversation":"` + conv + `","answer":"","good":true}`, js, "unknown-answer"},
		{`{"conversation":"x","answer":"` + a.ID + `","good":true}`, js, "bad-conversation"},
		{`{"answer":"` + a.ID + `","good":true}`, js, "bad-conversation"},
		{`{}`, "text/plain", "bad-media-type"},
		{strings.Repeat(" ", maxBody+1), js, "large-body"},
	} {
		if r := s.send("POST", "/api/feedback", test.body, "Content-Type", test.media); r.StatusCode < 400 || r.slug(t) != test.slug {
			t.Errorf("%.80q: %s %s, want %s", test.body, r.Status, r.body, test.slug)
		}
	}
}

// TestOrigins checks that a page of another site can neither ask nor rate.
func TestOrigins(t *testing.T) {
	s := newSite(t, Options{PublicURL: "https://wence.example.org/w/"})
	for _, test := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example.org"}, 403},
		{[]string{"Origin", "https://evil.example.org"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Origin", s.url}, 200},
		{[]string{"Origin", "https://wence.example.org"}, 200},
	} {
		h := append([]string{"Content-Type", "application/json"}, test.headers...)
		if r := s.send("POST", "/api/ask", `{"question":"用水权谁牵头"}`, h...); r.StatusCode != test.status {
			t.Errorf("%v: %s, want %d", test.headers, r.Status, test.status)
		}
		if r := s.send("POST", "/api/feedback", `{}`, h...); (r.StatusCode == 403) != (test.status == 403) {
			t.Errorf("feedback %v: %s", test.headers, r.Status)
		}
	}
}

// A broken store is full or gone.
type broken struct{ store.Store }

var errBroken = errors.New("disk full at /secret/path")

func (broken) Apply(...store.Op) error         { return errBroken }
func (broken) Get(string) (store.Entry, error) { return store.Entry{}, errBroken }

func TestBrokenStore(t *testing.T) {
	s := &site{t: t, now: start, store: broken{store.NewMemory(time.Now)}}
	s.run(Options{})
	for _, r := range []reply{
		s.post("/api/ask", question{Question: "用水权谁牵头", Conversation: "conversation"}),
		s.post("/api/ask", question{Question: "用水权谁牵头", Conversation: "conversation", ReplyTo: "x"}),
		s.post("/api/feedback", map[string]any{"conversation": "conversation", "answer": "x", "good": true}),
	} {
		if r.slug(t) != "unavailable" || strings.Contains(string(r.body), "secret") {
			t.Errorf("%s %s", r.Status, r.body)
		}
	}
	if r := s.get("/api/plans/jilin-2024"); r.StatusCode != 200 {
		t.Error(r.Status)
	}
	// Without a conversation, a question needs no store.
	r := s.post("/api/ask", question{Question: "用水权谁牵头"})
	if r.StatusCode != 200 || !bytes.Contains(r.body, []byte("省水利厅")) {
		t.Errorf("%s %s", r.Status, r.body)
	}
}

func TestNoFeedback(t *testing.T) {
	a := New(chat.New(engine(), store.NewMemory(time.Now), chat.Options{}), Options{})
	mux := http.NewServeMux()
	a.Register(mux.Handle)
	w := httptest.NewRecorder()
	req := httptest.NewRequest("POST", "/api/feedback", strings.NewReader(`{"conversation":"conversation","answer":"x","good":true}`))
	req.Header.Set("Content-Type", "application/json")
	mux.ServeHTTP(w, req)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// FuzzAsk sends bodies of any kind: what comes back is an answer or a problem,
// as openapi.json says.
func FuzzAsk(f *testing.F) {
	for _, s := range []string{`{"question":"湿地保护率要到多少?"}`, `{"question":"用水权谁牵头","conversation":"12345678","plan":"jilin-2024","reply_to":"x"}`, `question=a&plan=jilin-2024`, `{"question":"\u0000\ud800"}`, `{`, ``, "\xff"} {
		f.Add(s, "application/json")
		f.Add(s, "application/x-www-form-urlencoded")
	}
	a := New(chat.New(engine(), store.NewMemory(time.Now), chat.Options{}), Options{})
	mux := http.NewServeMux()
	a.Register(mux.Handle)
	f.Fuzz(func(t *testing.T, body, media string) {
		req := httptest.NewRequest("POST", "/api/ask", strings.NewReader(body))
		req.Header["Content-Type"] = []string{media}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		r := reply{Response: w.Result(), body: w.Body.Bytes()}
		(&site{t: t}).checkAny(req, r)
	})
}

func (s *site) checkAny(req *http.Request, r reply) {
	s.t.Helper()
	switch r.StatusCode {
	case 200:
	case 400, 413, 415, 422:
		s.checkProblem("POST", req, r)
	default:
		s.t.Errorf("%d %s", r.StatusCode, r.body)
	}
	checkResponse(s.t, "POST", req, r)
}
