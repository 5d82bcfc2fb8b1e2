package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// serveTest runs a Server with one page on a free port.
func serveTest(t *testing.T, opt ServerOptions) (addr string) {
	t.Helper()
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Ready == nil {
		opt.Ready = func(context.Context) error { return nil }
	}
	s := NewServer(opt)
	s.Handle("GET /page", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Repeat("正文", 2000)) }))
	s.Handle("POST /post", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	s.Handle("GET /panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("秘密") }))
	s.Handle("POST /hook", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	return listen(t, s, s.Handler(nil))
}

// listen serves h by s on a free port until the test ends.
func listen(t *testing.T, s *Server, h http.Handler) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l, h) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

func status(t *testing.T, req *http.Request) int {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}

func request(t *testing.T, method, url string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func TestHealth(t *testing.T) {
	var sick atomic.Bool
	addr := serveTest(t, ServerOptions{Ready: func(context.Context) error {
		if sick.Load() {
			return fmt.Errorf("full")
		}
		return nil
	}})
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/page": 200, "/none": 404} {
		if got := status(t, request(t, "GET", "http://"+addr+path, nil)); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	sick.Store(true)
	if got := status(t, request(t, "GET", "http://"+addr+"/readyz", nil)); got != 503 {
		t.Errorf("not ready: %d", got)
	}
}

// TestToken asks for the site's token everywhere but at health checks and at
// what has a secret of its own.
func TestToken(t *testing.T) {
	addr := serveTest(t, ServerOptions{Token: "open-sesame", Open: []string{"/hook"}})
	for _, test := range []struct {
		method, path, auth, password string
		want                         int
	}{
		{"GET", "/page", "", "", 401},
		{"GET", "/page", "Bearer open-sesame", "", 200},
		{"GET", "/page", "Bearer open-sesam", "", 401},
		{"GET", "/page", "Bearer ", "", 401},
		{"GET", "/page", "bearer open-sesame", "", 200},
		{"GET", "/page", "open-sesame", "", 401},
		{"POST", "/healthz", "", "", 405},
		{"GET", "/page", "", "open-sesame", 200},
		{"GET", "/page", "", "wrong", 401},
		{"GET", "/healthz", "", "", 200},
		{"POST", "/hook", "", "", 200},
		{"POST", "/hook/x", "", "", 401},
	} {
		req := request(t, test.method, "http://"+addr+test.path, nil)
		if test.auth != "" {
			req.Header.Set("Authorization", test.auth)
		}
		if test.password != "" {
			req.SetBasicAuth("any", test.password)
		}
		if got := status(t, req); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}

// TestPanic contains a panic and keeps its value out of the log and the page.
func TestPanic(t *testing.T) {
	var log strings.Builder
	addr := serveTest(t, ServerOptions{Log: slog.New(slog.NewTextHandler(&log, nil))})
	resp, err := http.Get("http://" + addr + "/panic")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if resp.StatusCode != 500 || strings.Contains(string(body)+log.String(), "秘密") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if got := status(t, request(t, "GET", "http://"+addr+"/page", nil)); got != 200 {
		t.Errorf("afterwards: %d", got)
	}
}

// TestR20Sizes sends more than a request may hold.
func TestR20Sizes(t *testing.T) {
	addr := serveTest(t, ServerOptions{})
	if got := status(t, request(t, "POST", "http://"+addr+"/post", strings.NewReader(strings.Repeat("x", 10<<20)))); got != 413 {
		t.Errorf("10 MB body: %d", got)
	}
	req := request(t, "GET", "http://"+addr+"/page", nil)
	req.Header.Set("X-Long", strings.Repeat("x", 64<<10))
	if got := status(t, req); got != 431 {
		t.Errorf("64 kB header: %d", got)
	}
}

func TestServerGzip(t *testing.T) {
	addr := serveTest(t, ServerOptions{})
	req := request(t, "GET", "http://"+addr+"/page", nil)
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("got %v", resp.Header)
	}
}

// TestR18SlowLoris opens connections that never finish their headers. They must
// be gone after a few seconds, and others served meanwhile.
func TestR18SlowLoris(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a slow client may")
	}
	addr := serveTest(t, ServerOptions{})
	const n = 2000
	idle := goodClients(t, addr)
	var conns []net.Conn
	for range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET /page HTTP/1.1\r\nHost: x\r\nX-")
		conns = append(conns, c)
	}
	beside := goodClients(t, addr)
	deadline := time.Now().Add(headerTime + 2*time.Second)
	held := 0
	for _, c := range conns {
		c.SetReadDeadline(deadline)
		if _, err := io.ReadAll(c); err != nil {
			held++
		}
	}
	if held > 0 {
		t.Errorf("%d of %d slow connections are held", held, n)
	}
	t.Logf("R18: %d slow connections, %d held after %v; slowest of 50 good requests %v, %v without them", n, held, headerTime+2*time.Second, beside, idle)
}

// goodClients asks as one should and returns the longest time it took.
func goodClients(t *testing.T, addr string) time.Duration {
	t.Helper()
	var slowest time.Duration
	for range 50 {
		began := time.Now()
		if got := status(t, request(t, "GET", "http://"+addr+"/page", nil)); got != 200 {
			t.Errorf("a good client gets %d", got)
		}
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

func TestLimiter(t *testing.T) {
	l := NewLimiter(0.001, 3)
	h := l.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	ask := func(addr string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = addr
		h.ServeHTTP(w, r)
		return w
	}
	for i := range 5 {
		if w := ask(fmt.Sprintf("10.0.0.1:%d", 1000+i)); (w.Code == 200) != (i < 3) {
			t.Errorf("request %d: %d", i, w.Code)
		} else if i >= 3 && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if w := ask("10.0.0.2:1"); w.Code != 200 {
		t.Errorf("another address: %d", w.Code)
	}
	for i := range 5 {
		if w := ask(fmt.Sprintf("[2001:db8::%d]:1", i+1)); (w.Code == 200) != (i < 3) {
			t.Errorf("address %d of one IPv6 network: %d", i, w.Code)
		}
	}
}

func TestMetrics(t *testing.T) {
	m := NewMetrics()
	m.Question("telegram", "lead", true, time.Millisecond)
	m.Request("BREW", 405, time.Millisecond)
	m.ModelCall("ok", 150, time.Second)
	m.ModelCall("cached", 0, 0)
	m.Dropped("number")
	m.Gauge("wence_queue_depth", "Chats that wait.", func() float64 { return 7 })
	get := func(addr string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = addr
		LoopbackOnly(m.Handler()).ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	code, text := get("127.0.0.1:5")
	for _, want := range []string{`wence_questions_total{channel="telegram",found="true",kind="lead"} 1`, `wence_http_requests_total{method="other",status="405"} 1`, "wence_queue_depth 7", "go_goroutines",
		`wence_llm_calls_total{outcome="cached"} 1`, "wence_llm_tokens_total 150", "wence_llm_seconds_count 1", `wence_llm_dropped_total{reason="number"} 1`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing (%d)", want, code)
		}
	}
	if code, _ := get("10.0.0.1:5"); code != 404 {
		t.Errorf("from elsewhere: %d", code)
	}
}
