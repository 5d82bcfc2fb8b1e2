package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

var start = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// engine answers from the embedded plan and from a small one of a city, whose
// marks name supporting and responsible units and whose text is a spreadsheet's
// bad day.
var engine = sync.OnceValue(func() *answer.Engine {
	plans, err := corpus.Embedded()
	must(err)
	city, err := corpus.Parse("某市-2025", []byte(cityPlan), corpus.Card{Title: "某市实施方案"})
	must(err)
	plans = append(slices.Clone(plans), city)
	lex, err := corpus.EmbeddedLexicon()
	must(err)
	ix, err := index.New(index.Docs(plans))
	must(err)
	e, err := answer.New(plans, lex, ix)
	must(err)
	return e
})

const cityPlan = `某市实施方案
一、重点任务
1.建设公园。=HYPERLINK("http://example.org")公园建成。(牵头单位:市财政局;配合单位:市水务局)
2.修路。+1条道路建成。(牵头单位:市交通局;配合单位:市财政局)
3.<b>Ａ级&景区</b>达到五家,到2026年完成。(牵头单位:市文旅局;责任单位:市财政局)
`

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// A site is a running API with its state.
type site struct {
	t     testing.TB
	url   string
	store store.Store
	chat  *chat.Chat
	model answer.Model // nil for none
	mu    sync.Mutex
	now   time.Time
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *site) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func newSite(t testing.TB, opt Options) *site {
	t.Helper()
	s := &site{t: t, now: start}
	s.store = store.NewMemory(s.clock)
	return s.run(opt)
}

func (s *site) run(opt Options) *site {
	s.chat = chat.New(engine(), s.store, chat.Options{Log: true, Model: s.model})
	opt.Now = s.clock
	if opt.Rate == nil {
		opt.Rate = func(k chat.Key, id string, good bool, at time.Time) error {
			ops, err := s.chat.Rate(k, id, good, at)
			if err != nil {
				return err
			}
			return s.store.Apply(ops...)
		}
	}
	a := New(s.chat, opt)
	mux := http.NewServeMux()
	a.Register(mux.Handle)
	srv := httptest.NewServer(a.Guard(mux))
	s.t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// A reply is a response that has been read.
type reply struct {
	*http.Response
	body []byte
}

var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// do sends a request and checks what holds for every response: the headers,
// no redirect, the shape of problems, and what openapi.json says of it.
func (s *site) do(req *http.Request) reply {
	s.t.Helper()
	res, err := client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	r := reply{Response: res}
	if r.body, err = io.ReadAll(res.Body); err != nil {
		s.t.Fatal(err)
	}
	name := req.Method + " " + req.URL.RequestURI()
	h := res.Header
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'" || h.Get("Cache-Control") == "" {
		s.t.Errorf("%s: headers %v", name, h)
	}
	for k := range h {
		if strings.HasPrefix(k, "Access-Control-") {
			s.t.Errorf("%s: has %s", name, k)
		}
	}
	if res.StatusCode >= 300 && res.StatusCode < 400 && res.StatusCode != http.StatusNotModified {
		s.t.Errorf("%s: redirects to %s", name, h.Get("Location"))
	}
	if res.StatusCode >= 400 && req.Method != http.MethodHead {
		s.checkProblem(name, req, r)
	}
	if slices.ContainsFunc((*API)(nil).routes(), func(x route) bool { return x.method == req.Method && matches(x.path, req.URL) }) {
		checkResponse(s.t, name, req, r)
	}
	return r
}

// matches reports whether openapi.json can tell which operation a path is of:
// with dots and slashes in an id it cannot.
func matches(pattern string, u *url.URL) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(u.EscapedPath(), "/")
	return slices.EqualFunc(p, q, func(a, b string) bool {
		id, err := url.PathUnescape(b)
		return a == b || a == "{id}" && err == nil && !strings.Contains(id, "/") && strings.Trim(id, ".") != ""
	})
}

func (s *site) checkProblem(name string, req *http.Request, r reply) {
	s.t.Helper()
	var p problem
	if err := json.Unmarshal(r.body, &p); err != nil || r.Header.Get("Content-Type") != "application/problem+json" {
		s.t.Errorf("%s: %s is no problem document: %s", name, r.Header.Get("Content-Type"), r.body)
		return
	}
	known := slices.ContainsFunc(kinds, func(k kind) bool { return k.uri() == p.Type && k.status == p.Status && k.title == p.Title })
	if !known || p.Status != r.StatusCode || p.Detail == "" || p.Instance != req.URL.EscapedPath() {
		s.t.Errorf("%s: problem %+v", name, p)
	}
}

func (s *site) get(path string, headers ...string) reply {
	s.t.Helper()
	return s.send("GET", path, "", headers...)
}

// send sends a body; headers are names and values in turn.
func (s *site) send(method, path, body string, headers ...string) reply {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return s.do(req)
}

// post sends JSON.
func (s *site) post(path string, v any) reply {
	s.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.send("POST", path, string(b), "Content-Type", "application/json")
}

func (r reply) into(t testing.TB, v any) {
	t.Helper()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", r.Status, r.body)
	}
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

func (r reply) slug(t testing.TB) string {
	t.Helper()
	var p problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		t.Fatalf("%s: %v: %s", r.Status, err, r.body)
	}
	return p.Type[strings.LastIndex(p.Type, "/")+1:]
}

var description = sync.OnceValues(func() (validator.Validator, error) {
	doc, err := libopenapi.NewDocument(openAPI)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(doc)
	return v, errors.Join(errs...)
})

// checkResponse holds a response against openapi.json.
func checkResponse(t testing.TB, name string, req *http.Request, r reply) {
	t.Helper()
	v, err := description()
	if err != nil {
		t.Fatal(err)
	}
	res := *r.Response
	res.Body = io.NopCloser(bytes.NewReader(r.body))
	if ok, errs := v.ValidateHttpResponse(req, &res); !ok && req.Method != http.MethodHead {
		for _, e := range errs {
			t.Errorf("%s: %d: %s: %s", name, r.StatusCode, e.Message, e.Reason)
			for _, x := range e.SchemaValidationErrors {
				t.Errorf("  at %s: %s", x.FieldPath, x.Reason)
			}
		}
	}
}

// TestRoutes holds what is registered against openapi.json, both ways.
func TestRoutes(t *testing.T) {
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Responses   map[string]json.RawMessage
		}
		Components struct {
			Problems map[string]struct {
				Status             int
				Title, Description string
			} `json:"x-problems"`
		}
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("openapi %s", doc.OpenAPI)
	}
	described := map[string]bool{}
	for path, ops := range doc.Paths {
		for method := range ops {
			described[strings.ToUpper(method)+" "+path] = true
		}
	}
	New(chat.New(engine(), store.NewMemory(time.Now), chat.Options{}), Options{}).Register(func(pattern string, _ http.Handler) {
		if !strings.Contains(pattern, " ") {
			return // not an operation: 404 and 405
		}
		if !described[pattern] {
			t.Errorf("%s is not described", pattern)
		}
		delete(described, pattern)
	})
	for op := range described {
		t.Errorf("%s is described but not there", op)
	}
	for _, k := range kinds {
		x := doc.Components.Problems[k.slug]
		if x.Status != k.status || x.Title != k.title || x.Description == "" {
			t.Errorf("problem %s is described as %+v", k.slug, x)
		}
		delete(doc.Components.Problems, k.slug)
	}
	if len(doc.Components.Problems) > 0 {
		t.Errorf("no such problems: %v", doc.Components.Problems)
	}
}

// TestDescription checks openapi.json by the schema of OpenAPI 3.1.
func TestDescription(t *testing.T) {
	v, err := description()
	if err != nil {
		t.Fatal(err)
	}
	if ok, errs := v.ValidateDocument(); !ok {
		for _, e := range errs {
			t.Errorf("%s: %s %+v", e.Message, e.Reason, e.SchemaValidationErrors)
		}
	}
}

// TestDescriptionBites makes sure that the validator finds faults.
func TestDescriptionBites(t *testing.T) {
	v, err := description()
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"plans":[{"id":1}]}`, `{"plans":[],"more":1}`} {
		req := httptest.NewRequest("GET", "/api/plans", nil)
		res := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}, "Etag": {`W/"x"`}}, Body: io.NopCloser(strings.NewReader(body))}
		if ok, _ := v.ValidateHttpResponse(req, res); ok {
			t.Errorf("%s passes", body)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	s := newSite(t, Options{})
	r := s.get("/api/openapi.json")
	if !bytes.Equal(r.body, openAPI) {
		t.Error("not the embedded file")
	}
	if r := s.get("/api/openapi.json", "If-None-Match", r.Header.Get("ETag")); r.StatusCode != 304 {
		t.Error(r.Status)
	}
	var doc struct{ Servers []struct{ URL string } }
	r = newSite(t, Options{PublicURL: "https://example.org/w\"x/"}).get("/api/openapi.json")
	if err := json.Unmarshal(r.body, &doc); err != nil || len(doc.Servers) != 1 || doc.Servers[0].URL != "https://example.org/w\"x" {
		t.Errorf("servers %+v, %v", doc.Servers, err)
	}
}

func TestUnknown(t *testing.T) {
	s := newSite(t, Options{})
	for _, path := range []string{
		"/api", "/api/", "/api/nothing", "/api/plans/", "/api/plans/nothing", "/api/plans/nothing/clauses", "/api/plans/nothing/tasks.csv",
		"/api/plans/nothing/tasks.xlsx", "/api/plans/jilin-2024/", "/api/plans/jilin-2024/more", "/api/plans/jilin-2024/clauses/1.1.1", "/api/plans/jilin-2024/tasks.xls",
		"/api/plans/%00", "/api/plans/jilin-2024%00", "/api/plans/..", "/api/plans/%2e%2e", "/api/plans/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/api/plans/..%2fplans",
		"/api/plans/../plans", "/api/plans/%2e%2e/plans", "/api/./plans", "/api//plans", "/api/plans//clauses", "/api/plans/.", "/api/plans/jilin-2024%2fclauses",
		"/api/plans/jilin-2024/..%2fjilin-2024", "/api/plans/JILIN-2024", "/api/plans/jilin-2024%20", "/api/plans/%ff", "/api/plans/%0d%0aSet-Cookie:x", "/api/plans/jilin-2024.json",
		"/api/plans/%3Cscript%3E", "/api/plans/" + strings.Repeat("9", 3000), "/api/ask/", "/api/openapi.json/", "/api/feedback/",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			if r := s.send(method, path, ""); r.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s: %s", method, path, r.Status)
			}
		}
	}
}

func TestMethods(t *testing.T) {
	s := newSite(t, Options{})
	for _, test := range []struct{ method, path, allow string }{
		{"DELETE", "/api/ask", "GET, HEAD, POST"},
		{"PUT", "/api/ask", "GET, HEAD, POST"},
		{"OPTIONS", "/api/ask", "GET, HEAD, POST"},
		{"GET", "/api/feedback", "POST"},
		{"POST", "/api/plans", "GET, HEAD"},
		{"PATCH", "/api/plans/jilin-2024", "GET, HEAD"},
		{"POST", "/api/plans/jilin-2024/clauses", "GET, HEAD"},
		{"POST", "/api/plans/jilin-2024/tasks.csv", "GET, HEAD"},
		{"POST", "/api/plans/jilin-2024/tasks.xlsx", "GET, HEAD"},
		{"TRACE", "/api/openapi.json", "GET, HEAD"},
	} {
		r := s.send(test.method, test.path, "")
		if r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != test.allow {
			t.Errorf("%s %s: %s, Allow %q", test.method, test.path, r.Status, r.Header.Get("Allow"))
		}
	}
	if r := s.send("HEAD", "/api/plans", ""); r.StatusCode != 200 || len(r.body) > 0 || r.Header.Get("ETag") == "" {
		t.Errorf("HEAD: %s %q", r.Status, r.body)
	}
}

// TestLimit checks that only questions are limited.
func TestLimit(t *testing.T) {
	s := newSite(t, Options{Limit: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "1")
			WriteProblem(w, r, http.StatusTooManyRequests, "请过1秒再问。")
		})
	}})
	for _, r := range []reply{s.get("/api/ask?q=x"), s.post("/api/ask", question{Question: "x"})} {
		if r.StatusCode != 429 || r.slug(t) != "too-many-questions" {
			t.Errorf("%s %s", r.Status, r.body)
		}
	}
	for _, path := range []string{"/api/plans", "/api/plans/jilin-2024", "/api/plans/jilin-2024/clauses", "/api/plans/jilin-2024/tasks.csv", "/api/openapi.json"} {
		if r := s.get(path); r.StatusCode != 200 {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	if r := s.post("/api/feedback", map[string]any{"conversation": "conversation", "answer": "x", "good": true}); r.slug(t) != "unknown-answer" {
		t.Error(r.Status)
	}
}

func TestWriteProblem(t *testing.T) {
	w := httptest.NewRecorder()
	WriteProblem(w, httptest.NewRequest("GET", "/api/plans?token=secret", nil), http.StatusUnauthorized, "请带上令牌。")
	want := `{"type":"/api/openapi.json#/components/x-problems/no-token","title":"需要口令","status":401,"detail":"请带上令牌。","instance":"/api/plans"}` + "\n"
	if w.Code != 401 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
