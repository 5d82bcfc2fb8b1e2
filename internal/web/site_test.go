package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

var testTime = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// testChat answers from plans, or from the embedded ones when there are none.
func testChat(t testing.TB, plans ...*corpus.Plan) (*chat.Chat, store.Store) {
	t.Helper()
	if plans == nil {
		var err error
		if plans, err = corpus.Embedded(); err != nil {
			t.Fatal(err)
		}
	}
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
	st := store.NewMemory(func() time.Time { return testTime })
	return chat.New(e, st, chat.Options{Log: true}), st
}

// testSite returns a Site behind Strict, with feedback kept in its store.
func testSite(t testing.TB, opt SiteOptions, plans ...*corpus.Plan) (http.Handler, *Site, store.Store) {
	t.Helper()
	c, st := testChat(t, plans...)
	opt.Now = func() time.Time { return testTime }
	if opt.Rate == nil {
		opt.Rate = func(k chat.Key, id string, good bool, at time.Time) error {
			ops, err := c.Rate(k, id, good, at)
			if err != nil {
				return err
			}
			return st.Apply(ops...)
		}
	}
	s, err := NewSite(c, opt)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Register(mux.Handle)
	return Strict(mux, nil), s, st
}

func get(t testing.TB, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w
}

// page gets a page that must be there, and checks what every page must be.
func getPage(t testing.TB, h http.Handler, target string) *html.Node {
	t.Helper()
	w := get(t, h, target)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", target, w.Code)
	}
	return checkPage(t, target, w)
}

// checkPage parses a page and checks its policy: each inline block is named by
// its hash, there is no other script or style, and nothing is loaded.
func checkPage(t testing.TB, target string, w *httptest.ResponseRecorder) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	h := w.Header()
	policy := h.Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: policy %q", target, policy)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%s: headers %v", target, h)
	}
	ids := map[string]bool{}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				t.Errorf("%s: id %q occurs twice", target, id)
			}
			ids[id] = true
		}
		checkNode(t, target, n, policy)
	}
	return doc
}

func checkNode(t testing.TB, target string, n *html.Node, policy string) {
	t.Helper()
	switch n.Data {
	case "style", "script":
		sum := sha256.Sum256([]byte(n.FirstChild.Data))
		if want := n.Data + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("%s: inline %s is not in the policy", target, n.Data)
		}
	case "link":
		if rel := attr(n, "rel"); rel != "canonical" && (rel != "icon" || !strings.HasPrefix(attr(n, "href"), "data:")) {
			t.Errorf("%s: link rel=%s", target, rel)
		}
	case "img", "iframe", "object", "embed", "video", "audio", "base":
		t.Errorf("%s: a %s", target, n.Data)
	}
	for _, a := range n.Attr {
		if a.Key == "src" || a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s: attribute %s of %s", target, a.Key, n.Data)
		}
		if a.Key == "href" && n.Data == "a" {
			if u, err := url.Parse(a.Val); err != nil || u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http" {
				t.Errorf("%s: link to %q", target, a.Val)
			}
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasAttr(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

// all returns the elements that match.
func all(n *html.Node, match func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for x := range n.Descendants() {
		if x.Type == html.ElementNode && match(x) {
			out = append(out, x)
		}
	}
	return out
}

func withAttr(key string) func(*html.Node) bool {
	return func(n *html.Node) bool { return hasAttr(n, key) }
}

func withClass(class string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		return strings.Contains(" "+attr(n, "class")+" ", " "+class+" ")
	}
}

// text is the text content of nodes.
func text(nodes ...*html.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		for x := range n.Descendants() {
			if x.Type == html.TextNode {
				b.WriteString(x.Data)
			}
		}
	}
	return b.String()
}
