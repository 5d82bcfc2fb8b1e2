package mcp

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func slogOf(t testing.TB) *slog.Logger { return slog.New(slog.NewTextHandler(t.Output(), nil)) }

const listTools = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`

// post sends a body as a client would, with headers changed as given.
func post(t *testing.T, srv *httptest.Server, method, body string, headers map[string]string) (code int, reply string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, srv.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	if h := headers["Host"]; h != "" {
		r.Host = h
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if ct := resp.Header.Get("Content-Type"); resp.StatusCode == http.StatusOK && ct != "application/json" {
		t.Errorf("content type %q", ct)
	}
	if id := resp.Header.Get("Mcp-Session-Id"); id != "" {
		t.Errorf("a session %s", id)
	}
	return resp.StatusCode, string(b)
}

func httpServer(t *testing.T, opt Options) *httptest.Server {
	srv := httptest.NewServer(testServer(t, testPlans(t), opt).Handler())
	t.Cleanup(srv.Close)
	t.Cleanup(srv.Client().CloseIdleConnections)
	return srv
}

func TestGuard(t *testing.T) {
	srv := httpServer(t, Options{PublicURL: "https://wence.example.org/gov"})
	self := srv.URL
	for _, test := range []struct {
		name, origin, host string
		want               int
	}{
		{"a program", "", "", 200},
		{"our own page", self, "", 200},
		{"our own page through a proxy", "https://wence.example.org", "wence.example.org", 200},
		{"our own page through a proxy that renames", "https://wence.example.org", "", 200},
		{"a program through a proxy", "", "Wence.example.org:443", 200},
		{"localhost", "http://localhost:1", "localhost:1", 200},
		{"IPv6", "http://[::1]:1", "[::1]:1", 200},
		{"another site", "https://evil.example", "", 403},
		{"another port", "http://127.0.0.1:1", "", 403},
		{"a file or a sandbox", "null", "", 403},
		{"rebinding", "http://evil.example", "evil.example", 403},
		{"rebinding without origin", "", "evil.example", 403},
		{"a name like ours", "https://wence.example.org.evil.example", "wence.example.org", 403},
		{"no URL", "%%", "", 403},
	} {
		headers := map[string]string{}
		if test.origin != "" {
			headers["Origin"] = test.origin
		}
		if test.host != "" {
			headers["Host"] = test.host
		}
		if code, body := post(t, srv, "POST", listTools, headers); code != test.want {
			t.Errorf("%s: status %d, want %d: %s", test.name, code, test.want, body)
		}
	}
}

// TestGuardNotLoopback checks what reaches a server by a name of the network.
func TestGuardNotLoopback(t *testing.T) {
	h := guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), "")
	for origin, want := range map[string]int{"": 200, "http://wence.lan": 403} {
		r := httptest.NewRequest("POST", "http://wence.lan/mcp", nil)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("origin %q: status %d, want %d", origin, w.Code, want)
		}
	}
}

func TestHTTPLimits(t *testing.T) {
	srv := httpServer(t, Options{})
	deep := strings.Repeat("[", 300_000)
	for _, test := range []struct {
		name, method, body string
		want               int
	}{
		{"too large", "POST", strings.Repeat("x", maxMessage+1), 413},
		{"large", "POST", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":"` + strings.Repeat("a", maxMessage-200) + `"}}}`, 200},
		{"deep", "POST", deep, 400},
		{"deep arguments", "POST", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask","arguments":{"question":` + deep + strings.Repeat("]", 300_000) + `}}}`, 400},
		{"no JSON", "POST", "湿地", 400},
		{"cut off", "POST", `{"jsonrpc":"2.0","id":1,`, 400},
		{"empty", "POST", "", 400},
		{"GET", "GET", "", 405},
		{"DELETE", "DELETE", "", 405},
		{"preflight", "OPTIONS", "", 405},
	} {
		if code, body := post(t, srv, test.method, test.body, nil); code != test.want {
			t.Errorf("%s: status %d, want %d: %.200s", test.name, code, test.want, body)
		}
	}
	if code, _ := post(t, srv, "POST", listTools, map[string]string{"Content-Type": "text/plain"}); code != 415 {
		t.Errorf("a form's content type: status %d", code)
	}
	if code, _ := post(t, srv, "POST", listTools, nil); code != 200 {
		t.Errorf("afterwards: status %d", code)
	}
}

// TestStdioEnds checks how Stdio ends: well when the client leaves or the
// program stops, with an error when the client is no client.
func TestStdioEnds(t *testing.T) {
	s := testServer(t, testPlans(t), Options{})
	ok := listTools + "\n"
	for _, test := range []struct {
		name, in string
		fails    bool
	}{
		{"nothing", "", false},
		{"a call and gone", ok, false},
		{"no JSON", "湿地\n", false},
		{"a huge line", `{"jsonrpc":"2.0","id":1,"method":"` + strings.Repeat("x", 4*maxMessage), true},
		{"cut off", `{"jsonrpc":"2.0",`, false},
	} {
		err := s.Stdio(t.Context(), strings.NewReader(test.in), io.Discard)
		if (err != nil) != test.fails {
			t.Errorf("%s: error %v", test.name, err)
		}
	}

	in, hold := io.Pipe()
	defer hold.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stdio(ctx, in, io.Discard); err != nil {
		t.Errorf("stopped: %v", err)
	}
}

// TestRaw speaks to Stdio without the SDK's client: no byte goes out that is
// no message, and Chinese stays readable in it.
func TestRaw(t *testing.T) {
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := testServer(t, testPlans(t), Options{}).Stdio(context.Background(), in, out)
		out.Close()
		done <- err
	}()
	go func() {
		for _, line := range []string{
			`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"raw","version":"0"}}}`,
			`{"jsonrpc":"2.0","method":"notifications/initialized"}`,
			"湿地\n\n{", // answered, and the session goes on
			`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_clause","arguments":{"plan":"jilin-2024","id":"6.1.1"}}}`,
		} {
			_, _ = io.WriteString(toServer, line+"\n")
		}
	}()
	dec := json.NewDecoder(fromServer)
	answers, mistakes := map[int]string{}, 0
	for range 4 {
		var msg struct {
			ID     int
			Result json.RawMessage
			Error  struct{ Code int }
		}
		if err := dec.Decode(&msg); err != nil {
			t.Fatal(err)
		}
		if msg.Error.Code == -32700 && msg.ID == 0 {
			mistakes++
			continue
		}
		answers[msg.ID] = string(msg.Result)
	}
	if len(answers) != 2 || !strings.Contains(answers[2], "古树名木保护工程") || mistakes != 2 {
		t.Errorf("%d mistakes, results %v", mistakes, answers)
	}
	toServer.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestLastAnswers answers a client that asks everything at once and leaves.
func TestLastAnswers(t *testing.T) {
	in := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"raw","version":"0"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
` + strings.ReplaceAll(listTools, `"id":1`, `"id":2`) + `
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"ask","arguments":{"question":"古树名木保护谁牵头","plan":"jilin-2024"}}}`
	var out strings.Builder
	if err := testServer(t, testPlans(t), Options{}).Stdio(t.Context(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"id":1,`, `"id":2,`, `"id":3,`, "省林草局"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %s in %.300s", want, out.String())
		}
	}
}
