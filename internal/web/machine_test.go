package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/wence-qa/wence/internal/answer/answertest"
	"github.com/wence-qa/wence/internal/chat"
)

// modelSite is testSite with a model.
func modelSite(t testing.TB, opt SiteOptions) http.Handler {
	t.Helper()
	c, st := testChat(t)
	s, err := NewSite(chat.New(c.Engine(), st, chat.Options{Log: true, Model: answertest.Model{Question: "城市生活污水处理谁牵头"}}), opt)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	s.Register(mux.Handle)
	return Strict(mux, nil)
}

// recordOf is what an answer on a page is kept under.
func recordOf(t testing.TB, doc *html.Node) string {
	t.Helper()
	forms := all(doc, withClass("machine"))
	if len(forms) != 1 {
		t.Fatalf("%d forms for the model", len(forms))
	}
	for _, n := range all(forms[0], withAttr("name")) {
		if attr(n, "name") == "id" {
			return attr(n, "value")
		}
	}
	return ""
}

// TestMachine shows an answer without the model, and then what it adds.
func TestMachine(t *testing.T) {
	h := modelSite(t, SiteOptions{})
	v := &visitor{t: t, h: h}
	doc := v.ask("省林草局要做的工作有哪些")
	id := recordOf(t, doc)
	before := text(all(doc, withClass("quotes"))...)
	if len(all(doc, withClass("summary"))) != 0 {
		t.Error("the answer waited for the model")
	}
	w := v.post(url.Values{"machine": {"1"}, "id": {id}})
	doc = checkPage(t, "with the model", w)
	sum := all(doc, withClass("summary"))
	if w.Code != http.StatusOK || len(sum) != 1 || !strings.Contains(text(sum[0]), "机器归纳") || !strings.Contains(text(sum[0]), "<b>test") {
		t.Fatalf("%d %s", w.Code, text(sum...))
	}
	links := all(sum[0], withClass("src"))
	if len(links) != 2 {
		t.Errorf("%d links", len(links))
	}
	for _, a := range links {
		if w := get(t, h, attr(a, "href")); w.Code != http.StatusOK {
			t.Errorf("%s: %d", attr(a, "href"), w.Code)
		}
	}
	if text(all(doc, withClass("quotes"))...) != before || len(all(doc, withClass("machine"))) != 0 {
		t.Error("the answer beside it changed")
	}
	// The script gets that part alone.
	r := httptest.NewRequest("POST", "/", strings.NewReader(url.Values{"machine": {"1"}, "id": {id}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(partHeader, "1")
	if body := strings.TrimSpace(v.send(r).Body.String()); !strings.HasPrefix(body, `<section class="summary">`) || !strings.HasSuffix(body, "</section>") {
		t.Errorf("the part: %.200s", body)
	}
	// The conversation goes on from the answer.
	if doc := v.ask("第二条呢"); len(all(doc, withClass("headline"))) != 1 || !strings.Contains(headline(doc), "省林草局") {
		t.Errorf("after it: %s", headline(doc))
	}
	for _, test := range []struct {
		id   string
		v    *visitor
		code int
	}{
		{strings.Repeat("0", 32), v, 404},
		{"../x", v, 400},
		{id, &visitor{t: t, h: h}, 400},
	} {
		if w := test.v.post(url.Values{"machine": {"1"}, "id": {test.id}}); w.Code != test.code {
			t.Errorf("%s: %d", test.id, w.Code)
		}
	}
}

// TestMachineSecond shows a question in other words, below an answer that stays.
func TestMachineSecond(t *testing.T) {
	v := &visitor{t: t, h: modelSite(t, SiteOptions{})}
	doc := v.ask("医院污水处理谁牵头")
	was := headline(doc)
	doc = checkPage(t, "rephrased", v.post(url.Values{"machine": {"1"}, "id": {recordOf(t, doc)}}))
	sum := all(doc, withClass("summary"))
	if headline(doc) != was || len(sum) != 1 || !strings.Contains(text(sum[0]), "按“城市生活污水处理谁牵头”理解") || !strings.Contains(text(sum[0]), "省住建厅") {
		t.Errorf("%s\n%s", headline(doc), text(sum...))
	}
	if ask := all(sum[0], withAttr("data-ask")); len(ask) != 1 || attr(ask[0], "href") != askLink("城市生活污水处理谁牵头") {
		t.Error("no way to ask it")
	}
}

// TestNoMachine has nothing of it without a model.
func TestNoMachine(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	v := &visitor{t: t, h: h}
	doc := v.ask("省林草局要做的工作有哪些")
	if len(all(doc, withClass("machine"))) != 0 {
		t.Error("a form for no model")
	}
}

func TestBrowserMachine(t *testing.T) {
	h := modelSite(t, SiteOptions{})
	b := newTab(t, h)
	b.open("/")
	b.do(keys("#ask input[name=q]", "省林草局要做的工作有哪些"), click("#ask button"), seen(".summary .src"))
	b.says(".summary h3", "机器归纳")
	b.do(click(".summary .src"), seen("[data-quote]"))

	b = newTab(t, h)
	b.noScript()
	b.open("/")
	b.do(keys("#ask input[name=q]", "省林草局要做的工作有哪些"), click("#ask button"), seen(".machine button"))
	b.do(click(".machine button"), seen(".summary .src"))
	b.says(".headline", "省林草局牵头")
}
