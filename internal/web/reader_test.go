package web

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

func embedded(t testing.TB) *corpus.Plan {
	t.Helper()
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return plans[0]
}

// ledBy returns the ids of the clauses that a unit leads.
func ledBy(p *corpus.Plan, unit string) []string {
	var out []string
	for i := range p.Clauses {
		if slices.Contains(p.Clauses[i].Leads, unit) {
			out = append(out, p.Clauses[i].ID)
		}
	}
	return out
}

func ratings(t testing.TB, st store.Store) int {
	t.Helper()
	entries, err := st.Scan("rate/", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !json.Valid(e.Value) {
			t.Errorf("rating %s: %s", e.Key, e.Value)
		}
	}
	return len(entries)
}

// planText is the plan's own words in a part of a page.
func planText(n *html.Node) string { return text(all(n, withAttr("data-t"))...) }

// TestWholePlan holds the page of a plan against the plan's bytes.
func TestWholePlan(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{})
	p := embedded(t)
	for _, query := range []string{"", "?q=" + url.QueryEscape("秸秆 湿地"), "?q=" + url.QueryEscape("。")} {
		doc := getPage(t, h, "/p/jilin-2024"+query)
		if got := planText(doc); got != p.Text {
			t.Errorf("%q: the page has %d bytes of text, the plan %d", query, len(got), len(p.Text))
		}
	}
	doc := getPage(t, h, "/p/jilin-2024")
	anchors, links := map[string]bool{}, map[string]bool{}
	for _, n := range all(doc, withAttr("id")) {
		anchors[attr(n, "id")] = true
	}
	for _, n := range all(doc, withClass("perma")) {
		links[attr(n, "href")] = true
	}
	for _, id := range ids(p) {
		if !anchors[id] {
			t.Errorf("%s has no anchor", id)
		}
		if it, ok := s.chat.Engine().Cite(p.ID, id); ok && !links[it.URL] {
			t.Errorf("%s has no permalink %s", id, it.URL)
		}
	}
	if n := len(all(doc, func(n *html.Node) bool { return n.Data == "tr" })); n != len(p.Targets)+1 {
		t.Errorf("the table has %d rows for %d targets", n-1, len(p.Targets))
	}
	for _, n := range all(doc, withAttr("href")) {
		if id, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && !anchors[id] {
			t.Errorf("a link to #%s leads nowhere", id)
		}
	}
	if !strings.Contains(text(doc), p.Card.Note) || !strings.Contains(text(doc), p.SHA256) {
		t.Error("the card is not complete")
	}
}

// ids returns the ids of a plan's clauses, targets and sections.
func ids(p *corpus.Plan) []string {
	var out []string
	for i := range p.Clauses {
		out = append(out, p.Clauses[i].ID)
	}
	for i := range p.Targets {
		out = append(out, p.Targets[i].ID)
	}
	for i := range p.Sections {
		if !slices.Contains(out, p.Sections[i].ID) {
			out = append(out, p.Sections[i].ID)
		}
	}
	return out
}

// quoteOf is the words that an item's page is about.
func quoteOf(doc *html.Node) string {
	q := all(doc, withAttr("data-quote"))
	if len(q) != 1 {
		return fmt.Sprintf("%d quotes", len(q))
	}
	if q[0].Data == "blockquote" {
		return text(q[0])
	}
	return strings.TrimSpace(planText(q[0]))
}

// TestEveryItem opens the page of every clause, target and section: the quote
// is the plan's bytes, it stands highlighted in its context, and what is around
// it is there.
func TestEveryItem(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{PublicURL: "https://wence.example.org"})
	p := embedded(t)
	all97, all61 := len(p.Clauses), len(p.Targets)
	if all97 != 97 || all61 != 61 {
		t.Fatalf("%d clauses, %d targets", all97, all61)
	}
	e := s.chat.Engine()
	for _, id := range append(ids(p), "0", "6.0") {
		x, ok := e.Cite(p.ID, id)
		if !ok {
			it, _ := p.Find(id)
			x = citation(p, id, it.Label, trim(p.Text, it.At))
		}
		w := get(t, h, x.URL)
		if w.Code != http.StatusOK || w.Header().Get("ETag") == "" {
			t.Fatalf("%s: %d", x.URL, w.Code)
		}
		doc := checkPage(t, x.URL, w)
		if got := quoteOf(doc); got != x.Quote {
			t.Errorf("%s quotes %q, want %q", x.URL, got, x.Quote)
		}
		if len(all(doc, withClass("changed"))) > 0 {
			t.Errorf("%s: said to have changed", x.URL)
		}
		if hot := all(doc, withClass("hot")); hot != nil && text(hot...) != x.Quote {
			t.Errorf("%s highlights %q", x.URL, text(hot...))
		}
		meta := map[string]string{}
		for _, n := range all(doc, func(n *html.Node) bool { return n.Data == "meta" }) {
			meta[attr(n, "name")+attr(n, "property")] = attr(n, "content")
		}
		begin := clip(strings.Join(strings.Fields(x.Quote), " "), 200)
		if meta["description"] != begin || meta["og:description"] != begin || !strings.Contains(meta["og:title"], x.Label) {
			t.Errorf("%s: preview %v", x.URL, meta)
		}
		if want := "https://wence.example.org/p/jilin-2024/" + id; meta["og:url"] != want {
			t.Errorf("%s: og:url %s", x.URL, meta["og:url"])
		}
		for _, u := range leadsOf(p, id) {
			if !strings.Contains(text(all(doc, withClass("facts"))...), u) {
				t.Errorf("%s does not name %s", x.URL, u)
			}
		}
	}
}

func leadsOf(p *corpus.Plan, id string) []string {
	if i, ok := p.ClauseByID(id); ok {
		return p.Clauses[i].Leads
	}
	return nil
}

// TestTurning follows the links to the next item through the whole plan.
func TestTurning(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{})
	n := 1
	for path := "/p/jilin-2024/0"; ; n++ {
		next := all(getPage(t, h, path), func(n *html.Node) bool { return attr(n, "rel") == "next" })
		if len(next) == 0 {
			break
		}
		path = attr(next[0], "href")
	}
	if want := len(s.plans[0].data().items); n != want {
		t.Errorf("%d of %d items are in the chain", n, want)
	}
}

// TestCitedInAnswers asks about everything that the plan holds: every link of
// every answer opens the words it was made for.
func TestCitedInAnswers(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{})
	e, p := s.chat.Engine(), embedded(t)
	questions := []string{
		"一共有哪些行动?", "第二项行动讲什么?", "第六项行动的主要目标原文", "方案开头写了什么?", "各项举措由谁负责落实?",
		"2024年要完成什么?", "2025年要完成什么?", "2027年要完成什么?", "长春市有哪些任务?", "查干湖怎么治理?",
		"重点举措一共几条?", "比较森林覆盖率和湿地保护率", "第三项行动重点举措1的原文", "目标在90%以上的有哪些?", "养老金是多少?",
	}
	for _, a := range s.plans[0].data().agencies {
		questions = append(questions, a.Name+"牵头哪些工作?")
	}
	for i := range p.Targets {
		questions = append(questions, p.Targets[i].Indicator+"的目标是多少?", p.Targets[i].Indicator+"哪年完成?")
	}
	seen := map[string]bool{}
	for _, q := range questions {
		a := e.Ask(t.Context(), answer.Request{Text: q, Today: testTime})
		for _, x := range slices.Concat(a.Citations, a.Nearest) {
			if seen[x.URL] {
				continue
			}
			seen[x.URL] = true
			doc := getPage(t, h, x.URL)
			if got := quoteOf(doc); got != x.Quote {
				t.Errorf("%s: %s quotes %q, want %q", q, x.URL, got, x.Quote)
			}
		}
	}
	t.Logf("%d questions, %d links", len(questions), len(seen))
	if len(questions) < 100 || len(seen) < 100 {
		t.Errorf("only %d questions and %d links", len(questions), len(seen))
	}
}

func TestAgency(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{})
	p := embedded(t)
	for _, a := range s.plans[0].data().agencies {
		doc := getPage(t, h, agencyLink(p.ID, a.Name))
		want := ledBy(p, a.Name)
		var got []string
		for _, n := range all(doc, withClass("led")) {
			got = append(got, attr(n, "id"))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || len(want) != a.Leads {
			t.Errorf("%s leads %v, want %v", a.Name, got, want)
		}
		if n := all(doc, withAttr("data-leads")); len(n) != 1 || attr(n[0], "data-leads") != strconv.Itoa(len(want)) {
			t.Errorf("%s: the count is not told", a.Name)
		}
		for _, n := range all(doc, withClass("led")) {
			if !strings.Contains(p.Text, planText(n)) {
				t.Errorf("%s: %q is not in the plan", a.Name, planText(n))
			}
		}
	}
	doc := getPage(t, h, agencyLink(p.ID, "省外星事务厅"))
	if !strings.Contains(text(doc), "没有名为“省外星事务厅”的单位") {
		t.Error("an unknown unit is not said to be unknown")
	}
}

// TestSupport filters a plan whose marks name more than one role.
func TestSupport(t *testing.T) {
	p, err := corpus.Parse("duo", []byte("某市行动方案\n一、治水\n1.修渠。修好渠道（牵头单位：市水务局；配合单位：市财政局）。\n2.植树。多种树（责任单位：市林业局、市财政局）。\n"), corpus.Card{})
	if err != nil {
		t.Fatal(err)
	}
	h, _, _ := testSite(t, SiteOptions{}, p)
	doc := getPage(t, h, agencyLink("duo", "市财政局"))
	if n := len(all(doc, withClass("shared"))); n != 2 {
		t.Errorf("%d shared tasks are marked, want 2", n)
	}
	if got := planText(getPage(t, h, "/p/duo")); got != p.Text {
		t.Errorf("the page says %q", got)
	}
	for _, id := range ids(p) {
		getPage(t, h, "/p/duo/"+id)
	}
}

// TestOddBytes shows a text with another system's line ends, a byte order mark
// and what HTML gives a meaning.
func TestOddBytes(t *testing.T) {
	p, err := corpus.Parse("odd", []byte("\ufeff某市行动方案\r\n一、治水<b>&amp;\r\n\r\n1.修渠。修好\t渠道<script>，用水率达到90%（牵头单位：市水务局）。\r\n"), corpus.Card{Title: "<i>某市</i>"})
	if err != nil {
		t.Fatal(err)
	}
	h, s, _ := testSite(t, SiteOptions{}, p)
	if got := planText(getPage(t, h, "/p/odd")); got != p.Text {
		t.Errorf("the page says %q", got)
	}
	for _, x := range s.plans[0].data().items {
		if got := quoteOf(getPage(t, h, x.URL)); got != x.Quote {
			t.Errorf("%s quotes %q, want %q", x.URL, got, x.Quote)
		}
	}
}

func TestSearch(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for _, test := range []struct {
		q    string
		want int
	}{
		{"秸秆", strings.Count(embedded(t).Text, "秸秆")},
		{"VOCs", strings.Count(embedded(t).Text, "VOCs")},
		{"ｖｏｃｓ", strings.Count(embedded(t).Text, "VOCs")},
		{"45.22%", 1},
		{"４５．２２％", 1},
		{"没有这样的话", 0},
		{`<script>boom() </script>`, 0},
	} {
		doc := getPage(t, h, "/p/jilin-2024?q="+url.QueryEscape(test.q))
		article := all(doc, func(n *html.Node) bool { return n.Data == "article" })[0]
		if got := len(all(article, withClass("hit"))); got < test.want || test.want == 0 && got > 0 {
			t.Errorf("%q: %d marks, want %d", test.q, got, test.want)
		}
		list := 0
		for _, n := range all(doc, withClass("hits")) {
			list = len(all(n, func(n *html.Node) bool { return n.Data == "li" }))
		}
		if list != test.want {
			t.Errorf("%q: %d places are listed, want %d", test.q, list, test.want)
		}
	}
}

// TestOtherWords opens links made for words that are not there any more.
func TestOtherWords(t *testing.T) {
	now := embedded(t)
	old, err := corpus.Parse(now.ID, []byte(strings.Replace(now.Text, "湿地保护率分别达到45.8%和45.22%", "湿地保护率分别达到45.8%和44%", 1)), now.Card)
	if err != nil {
		t.Fatal(err)
	}
	h, s, _ := testSite(t, SiteOptions{Earlier: func(id string) []*corpus.Plan {
		if id != now.ID {
			return nil
		}
		return []*corpus.Plan{old}
	}})
	i, _ := old.TargetByID("6.0.2")
	oldQuote := trimStop(old.Text, old.Targets[i].Sentence)
	x, _ := s.chat.Engine().Cite(now.ID, "2.1.1")
	for _, test := range []struct {
		name, path, want, not string
	}{
		{"right", x.URL, x.Quote, "原文已变"},
		{"none", "/p/jilin-2024/2.1.1", x.Quote, "原文已变"},
		{"moved", "/p/jilin-2024/3.1.1?v=" + strings.Split(x.URL, "?v=")[1], "现在在另一处", "没有留存"},
		{"changed", "/p/jilin-2024/6.0.2?v=" + old.Hash8(oldQuote), "湿地保护率分别达到45.8%和44%", "没有留存"},
		{"lost", "/p/jilin-2024/6.0.2?v=00000000", "没有留存", "现在在另一处"},
		{"no hash", "/p/jilin-2024/6.0.2?v=%3Cb%3E", "没有留存", "<b>"},
		{"empty", "/p/jilin-2024/6.0.2?v=", "没有留存", "现在在另一处"},
		{"heading", "/p/jilin-2024/6?v=" + now.Hash8(now.Sections[indexOf(now, "6")].Heading), "实施守牢北方", "原文已变"},
	} {
		doc := getPage(t, h, test.path)
		if got := text(doc); !strings.Contains(got, test.want) || strings.Contains(got, test.not) {
			t.Errorf("%s: page does not say %q or says %q", test.name, test.want, test.not)
		}
	}
	w := get(t, h, "/p/jilin-2024/6.0.9?v="+old.Hash8(oldQuote))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "45.8%和44%") {
		t.Errorf("words of an id that is gone: %d", w.Code)
	}
}

func indexOf(p *corpus.Plan, id string) int {
	i, _ := p.SectionByID(id)
	return i
}

// TestR23 asks for what is not there and for what is not well written.
func TestR23(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for path, want := range map[string]int{
		"/p/jilin-2024/6.0.2":                          200,
		"/p/jilin-2024/99":                             404,
		"/p/jilin-2024/6.0.99":                         404,
		"/p/jilin-2024/6.0.2.1.1.1":                    404,
		"/p/jilin-2024/06":                             404,
		"/p/jilin-2024/%36":                            200, // 6 by another name
		"/p/jilin-2024/%EF%BC%96":                      404,
		"/p/jilin-2024/6.0.2/":                         404,
		"/p/jilin-2024/6.0.2/x":                        404,
		"/p/jilin-2024/":                               404,
		"/p/jilin-2025":                                404,
		"/p/jilin-2025/1":                              404,
		"/p/":                                          404,
		"/p":                                           404,
		"/overview":                                    404,
		"/overview/nowhere":                            404,
		"/nowhere":                                     404,
		"/p/jilin-2024/..%2f..%2fetc%2fpasswd":         400,
		"/p/..%2f..%2fetc%2fpasswd":                    400,
		"/p/jilin-2024/%2e%2e":                         400,
		"/p/jilin-2024/%2E%2E":                         400,
		"/p/%2e%2e/jilin-2024":                         400,
		"/p/../p/jilin-2024":                           400,
		"/p/./jilin-2024":                              400,
		"/p//jilin-2024":                               400,
		"//p/jilin-2024":                               400,
		"/p/jilin-2024/6%00":                           400,
		"/p/jilin-2024/6%0d%0aSet-Cookie:x":            400,
		"/p/jilin-2024/..%5c..%5cwindows":              400,
		"/p/jilin-2024/%ff":                            400,
		"/p/jilin-2024/%3Cscript%3E":                   404,
		"/p/jilin-2024/" + strings.Repeat("9", 5000):   404,
		"/p/jilin-2024/" + strings.Repeat("9", maxURI): 400,
		"/p/jilin-2024/1?v=" + strings.Repeat("deadbeef", 9): 200,
	} {
		w := get(t, h, path)
		if w.Code != want {
			t.Errorf("GET %.60s: %d, want %d", path, w.Code, want)
		}
		if w.Code == 404 && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			doc := checkPage(t, path, w)
			if len(all(all(doc, func(n *html.Node) bool { return n.Data == "main" })[0], withAttr("href"))) == 0 {
				t.Errorf("GET %.60s: the page leads nowhere", path)
			}
		}
	}
	if got := get(t, h, "/p/jilin-2024/6.1.99").Body.String(); !strings.Contains(got, `href="/p/jilin-2024/6.1.1?v=`) {
		t.Error("6.1.99 does not lead to 6.1.1")
	}
}

// TestMethods refuses what no page does, and says what it does.
func TestMethods(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for _, test := range []struct{ method, path, allow string }{
		{"DELETE", "/", "GET, HEAD, POST"},
		{"POST", "/p/jilin-2024", "GET, HEAD"},
		{"PUT", "/p/jilin-2024/6.0.2", "GET, HEAD"},
		{"POST", "/overview/jilin-2024", "GET, HEAD"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(test.method, test.path, nil))
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != test.allow {
			t.Errorf("%s %s: %d, allows %q", test.method, test.path, w.Code, w.Header().Get("Allow"))
		}
	}
}

// TestMissing shows what comes nearest to what is not there.
func TestMissing(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for path, want := range map[string]string{
		"/p/jilin-2024/6.0.99": "/p/jilin-2024/6.0.1?v=",
		"/p/jilin-2024/99":     "/p/jilin-2024/6?v=",
		"/p/jilin-2025/6.0.2":  "/p/jilin-2024/6.0.2?v=",
		"/p/jilin-2025":        "/p/jilin-2024/6?v=",
		"/nowhere":             "/p/jilin-2024/6?v=",
	} {
		w := get(t, h, path)
		if checkPage(t, path, w); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d without %s", path, w.Code, want)
		}
	}
}

// FuzzPath asks for any path: only plain ones are answered, nothing redirects.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"6.0.2", "..%2f", "%2e%2e", "%00", "a/b", "6?v=1", "６", "%", "..", "1.1a", "\x00"} {
		f.Add("jilin-2024", s)
	}
	h, s, _ := testSite(f, SiteOptions{})
	known := s.plans[0].data().byID
	f.Fuzz(func(t *testing.T, plan, id string) {
		u, err := url.ParseRequestURI("/p/" + plan + "/" + id)
		if err != nil {
			return
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.URL, r.RequestURI = u, u.RequestURI()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case 400, 404, 405:
		case 200:
			rest, ok := strings.CutPrefix(u.Path, "/p/jilin-2024/")
			if u.Path != "/p/jilin-2024" && (!ok || known[rest] == nil) {
				t.Errorf("%q is answered", u.Path)
			}
		default:
			t.Errorf("%q: %d", u.Path, w.Code)
		}
	})
}

func TestETag(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	tags := map[string]string{}
	for _, path := range []string{"/p/jilin-2024", "/p/jilin-2024?q=水", "/p/jilin-2024?agency=省水利厅", "/p/jilin-2024/6", "/p/jilin-2024/6.1", "/overview/jilin-2024"} {
		tag := get(t, h, path).Header().Get("ETag")
		if other, ok := tags[tag]; ok || tag == "" {
			t.Errorf("%s and %s share the tag %s", path, other, tag)
		}
		tags[tag] = path
		for _, have := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Header.Set("If-None-Match", have)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != http.StatusNotModified || w.Body.Len() > 0 {
				t.Errorf("%s with %s: %d", path, have, w.Code)
			}
		}
	}
}

func TestOverview(t *testing.T) {
	h, s, _ := testSite(t, SiteOptions{})
	doc := getPage(t, h, "/overview/jilin-2024")
	svg := all(doc, func(n *html.Node) bool { return n.Data == "svg" })
	bars, tasks := 0, 0
	for _, n := range all(doc, withClass("bars")) {
		for _, a := range all(n, func(n *html.Node) bool { return n.Data == "a" }) {
			bars++
			u, err := url.Parse(attr(a, "href"))
			if err != nil {
				t.Fatal(err)
			}
			tasks += len(ledBy(embedded(t), u.Query().Get("agency")))
			getPage(t, h, attr(a, "href"))
		}
	}
	if bars != 21 || tasks != 97 || len(svg) < 2 {
		t.Errorf("%d bars for %d tasks", bars, tasks)
	}
	var years []string
	for _, n := range all(all(doc, withClass("due"))[0], withClass("year")) {
		links := all(n, func(n *html.Node) bool { return n.Data == "a" })
		years = append(years, fmt.Sprint(text(all(n, func(n *html.Node) bool { return n.Data == "text" })[0]), ":", len(links)))
		for _, a := range links {
			getPage(t, h, attr(a, "href"))
		}
	}
	want := map[string]int{}
	for y, list := range dues(s.plans[0]) {
		want[strconv.Itoa(y)] = len(list)
	}
	if got := strings.Join(years, " "); got != fmt.Sprintf("2024:%d 2025:%d 2026:0 2027:%d", want["2024"], want["2025"], want["2027"]) || want["2024"] == 0 {
		t.Errorf("years %s, want %v", got, want)
	}
}

// TestGzip compresses what all readers share, and nothing else.
func TestGzip(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	for _, test := range []struct {
		path, accept string
		want         bool
	}{
		{"/p/jilin-2024", "gzip, deflate, br", true},
		{"/p/jilin-2024", "br;q=1, gzip;q=0.5", true},
		{"/p/jilin-2024", "gzip;q=0", false},
		{"/p/jilin-2024", "", false},
		{"/p/jilin-2024/6.0.2", "gzip", true},
		{"/?q=x", "gzip", false},
	} {
		for range 2 { // made, then kept
			r := httptest.NewRequest("GET", test.path, nil)
			r.Header.Set("Accept-Encoding", test.accept)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding") == "gzip"; got != test.want {
				t.Errorf("%s with %q: compressed is %v", test.path, test.accept, got)
			}
			var body io.Reader = w.Body
			if test.want {
				var err error
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			if b, err := io.ReadAll(body); err != nil || !strings.HasSuffix(strings.TrimSpace(string(b)), "</html>") {
				t.Errorf("%s with %q: %v", test.path, test.accept, err)
			}
		}
	}
}
