package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

// A visitor keeps the cookie, as a browser does.
type visitor struct {
	t      *testing.T
	h      http.Handler
	cookie *http.Cookie
}

func (v *visitor) send(r *http.Request) *httptest.ResponseRecorder {
	v.t.Helper()
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		v.cookie = c
	}
	return w
}

func (v *visitor) ask(q string) *html.Node {
	v.t.Helper()
	w := v.send(httptest.NewRequest("GET", askLink(q), nil))
	if w.Code != http.StatusOK {
		v.t.Fatalf("%s: %d", q, w.Code)
	}
	return checkPage(v.t, q, w)
}

func (v *visitor) post(form url.Values) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

func headline(doc *html.Node) string { return text(all(doc, withClass("headline"))...) }

func entries(t *testing.T, st store.Store) int {
	t.Helper()
	all, err := st.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestAsk(t *testing.T) {
	h, _, st := testSite(t, SiteOptions{PublicURL: "https://wence.example.org/"})
	v := &visitor{t: t, h: h}
	w := v.send(httptest.NewRequest("GET", "/", nil))
	start := checkPage(t, "/", w)
	if v.cookie != nil || entries(t, st) != 0 {
		t.Error("looking at the ask page starts a conversation")
	}
	if n := len(all(start, withAttr("data-ask"))); n < 3 {
		t.Errorf("only %d questions to start with", n)
	}
	v.send(httptest.NewRequest("HEAD", askLink("湿地保护率要到多少?"), nil))
	if v.cookie != nil || entries(t, st) != 0 {
		t.Error("HEAD starts a conversation")
	}

	doc := v.ask("湿地保护率要到多少?")
	if got := headline(doc); !strings.Contains(got, "45.22%") {
		t.Errorf("answer %q", got)
	}
	c := v.cookie
	if c == nil || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || !isRandom.MatchString(c.Value) {
		t.Fatalf("cookie %v", c)
	}
	quote := all(doc, func(n *html.Node) bool { return n.Data == "blockquote" })
	if len(quote) != 1 || !strings.Contains(embedded(t).Text, text(quote[0])) {
		t.Errorf("%d quotes", len(quote))
	}
	if got := headline(v.ask("那森林覆盖率呢?")); !strings.Contains(got, "45.8%") {
		t.Errorf("follow-up %q", got)
	}
	if v.cookie.Value != c.Value {
		t.Error("the conversation is another one")
	}
	other := &visitor{t: t, h: h}
	if got := headline(other.ask("那森林覆盖率呢?")); other.cookie.Value == c.Value || got == "" {
		t.Errorf("another visitor: %q", got)
	}
	if w := v.post(url.Values{"new": {"1"}}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" || v.cookie.MaxAge >= 0 {
		t.Errorf("a new topic: %d, cookie %v", w.Code, v.cookie)
	}
}

// TestList folds a long answer and keeps it whole.
func TestList(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	v := &visitor{t: t, h: h}
	doc := v.ask("省水利厅牵头哪些工作?")
	quotes := all(doc, func(n *html.Node) bool { return n.Data == "blockquote" })
	if want := len(ledBy(embedded(t), "省水利厅")); len(quotes) != want {
		t.Errorf("%d quotes, want %d", len(quotes), want)
	}
	if folded := all(all(doc, withClass("more"))[0], func(n *html.Node) bool { return n.Data == "blockquote" }); len(folded) != len(quotes)-shown {
		t.Errorf("%d quotes are folded", len(folded))
	}
	second := all(v.ask("第二条呢?"), func(n *html.Node) bool { return n.Data == "blockquote" })
	if len(second) != 1 || text(second[0]) != text(quotes[1]) {
		t.Errorf("第二条 is %d quotes", len(second))
	}
}

func TestRate(t *testing.T) {
	h, _, st := testSite(t, SiteOptions{})
	v := &visitor{t: t, h: h}
	doc := v.ask("湿地保护率要到多少?")
	id := ""
	for _, n := range all(doc, func(n *html.Node) bool { return attr(n, "name") == "id" }) {
		id = attr(n, "value")
	}
	for _, test := range []struct {
		form url.Values
		code int
		n    int
	}{
		{url.Values{"rate": {"good"}, "id": {id}}, 200, 1},
		{url.Values{"rate": {"bad"}, "id": {id}}, 200, 1}, // takes the place of the first
		{url.Values{"rate": {"bad"}, "id": {strings.Repeat("0", 32)}}, 404, 1},
		{url.Values{"rate": {"bad"}, "id": {"../x"}}, 400, 1},
		{url.Values{"rate": {"maybe"}, "id": {id}}, 400, 1},
		{url.Values{"rate": {"good"}}, 400, 1},
	} {
		w := v.post(test.form)
		checkPage(t, test.form.Encode(), w)
		if w.Code != test.code || ratings(t, st) != test.n {
			t.Errorf("%v: %d, %d ratings", test.form, w.Code, ratings(t, st))
		}
	}
	stranger := &visitor{t: t, h: h}
	if w := stranger.post(url.Values{"rate": {"bad"}, "id": {id}}); w.Code != 400 {
		t.Errorf("without a conversation: %d", w.Code)
	}
	for _, test := range []struct {
		header, value string
		code          int
	}{
		{"Sec-Fetch-Site", "cross-site", 403},
		{"Origin", "https://evil.example", 403},
		{"Origin", "null", 200}, // an old browser on a page that sends no referrer
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("rate=bad&id="+id))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(test.header, test.value)
		if w := v.send(r); w.Code != test.code {
			t.Errorf("%s %s: %d", test.header, test.value, w.Code)
		}
	}
}

// TestPart is what the script gets.
func TestPart(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	r := httptest.NewRequest("GET", askLink("湿地保护率要到多少?"), nil)
	r.Header.Set(partHeader, "1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body := strings.TrimSpace(w.Body.String())
	if w.Code != 200 || !strings.HasPrefix(body, "<article") || !strings.HasSuffix(body, "</article>") || w.Header().Get("Vary") != partHeader {
		t.Errorf("%d, %.80s", w.Code, body)
	}
}

func TestQuestionForm(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	v := &visitor{t: t, h: h}
	w := v.post(url.Values{"q": {"湿地保护率要到多少?"}})
	if got := headline(checkPage(t, "post", w)); !strings.Contains(got, "45.22%") {
		t.Errorf("posted: %q", got)
	}
}

// TestHostile asks what should not get through.
func TestHostile(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for _, q := range []string{
		`<script>boom() </script>`, `"><img src=x onerror=boom()>`, `</style><script>`, `{{.}}`, "javascript:boom()",
		"\x00\x01", "\xff\xfe", "\u202eabc", strings.Repeat("啊", maxQuestion), "   ", "湿地<b>保护率</b>目标是多少?",
	} {
		w := get(t, h, askLink(q))
		if w.Code != http.StatusOK {
			t.Errorf("%.20q: %d", q, w.Code)
		}
		doc := checkPage(t, q, w)
		if n := len(all(doc, func(n *html.Node) bool { return n.Data == "script" })); n != 1 {
			t.Errorf("%.20q: %d scripts", q, n)
		}
		if len(all(doc, func(n *html.Node) bool { return n.Data == "main" })) != 1 || len(all(doc, withAttr("onerror"))) > 0 {
			t.Errorf("%.20q: the page is broken", q)
		}
		q = clip(q, 300)
		checkPage(t, q, get(t, h, "/p/jilin-2024?q="+url.QueryEscape(q)+"&agency="+url.QueryEscape(q)))
	}
	if w := get(t, h, askLink(strings.Repeat("a", maxQuestion+1))); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a long question: %d", w.Code)
	}
	v := &visitor{t: t, h: h}
	w := v.post(url.Values{"q": {strings.Repeat("长", 1<<20)}})
	checkPage(t, "1 MB", w)
	if w.Code != http.StatusRequestEntityTooLarge || v.cookie != nil {
		t.Errorf("a question of 3 MB: %d", w.Code)
	}
}

// TestLimit: the limit is on questions and on nothing else.
func TestLimit(t *testing.T) {
	limited := 0
	h, _, _ := testSite(t, SiteOptions{Limit: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			limited++
			w.WriteHeader(http.StatusTooManyRequests)
		})
	}})
	v := &visitor{t: t, h: h}
	for _, path := range []string{"/", "/p/jilin-2024", "/p/jilin-2024?q=水", "/p/jilin-2024/6", "/overview/jilin-2024", "/nowhere"} {
		get(t, h, path)
	}
	v.post(url.Values{"rate": {"good"}})
	if limited != 0 {
		t.Errorf("%d requests that ask nothing are limited", limited)
	}
	get(t, h, askLink("湿地"))
	v.post(url.Values{"q": {"湿地"}})
	if limited != 2 {
		t.Errorf("%d of 2 questions are limited", limited)
	}
}

// brokenStore remembers nothing.
type brokenStore struct{ store.Store }

func (brokenStore) Get(string) (store.Entry, error) { return store.Entry{}, errors.New("broken") }

// TestNoStore answers without memory.
func TestNoStore(t *testing.T) {
	c, st := testChat(t)
	s, err := NewSite(chat.New(c.Engine(), brokenStore{st}, chat.Options{}), SiteOptions{Now: func() time.Time { return testTime }})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Register(mux.Handle)
	v := &visitor{t: t, h: mux}
	if got := headline(v.ask("湿地保护率要到多少?")); !strings.Contains(got, "45.22%") {
		t.Errorf("answer %q", got)
	}
}

// TestSeveral chooses between plans.
func TestSeveral(t *testing.T) {
	p, err := corpus.Parse("duo", []byte("某市治水方案\n一、治水\n1.修渠。修好渠道（牵头单位：市水务局）。\n"), corpus.Card{})
	if err != nil {
		t.Fatal(err)
	}
	h, _, _ := testSite(t, SiteOptions{}, embedded(t), p)
	v := &visitor{t: t, h: h}
	doc := getPage(t, h, "/")
	if n := len(all(doc, func(n *html.Node) bool { return n.Data == "option" })); n != 3 {
		t.Errorf("%d choices", n)
	}
	w := v.send(httptest.NewRequest("GET", askLink("谁负责修渠?")+"&plan=duo", nil))
	if got := headline(checkPage(t, "duo", w)); !strings.Contains(got, "市水务局") {
		t.Errorf("answer %q", got)
	}
	if w := get(t, h, askLink("谁负责修渠?")+"&plan=nowhere"); w.Code != 200 {
		t.Errorf("an unknown plan: %d", w.Code)
	}
}

// TestTogether asks from many visitors, some of them in one conversation.
func TestTogether(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	shared := &http.Cookie{Name: cookieName, Value: strings.Repeat("a", 32)}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			v := &visitor{t: t, h: h}
			if i%2 == 0 {
				v.cookie = shared
			}
			for _, q := range []string{"湿地保护率要到多少?", "谁牵头湿地保护?"} {
				w := v.send(httptest.NewRequest("GET", askLink(q), nil))
				if w.Code != 200 {
					t.Errorf("%d", w.Code)
				}
			}
			get(t, h, "/p/jilin-2024/6.0.2")
		})
	}
	wg.Wait()
}
