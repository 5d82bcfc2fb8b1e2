package llm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestR11Faults plays one fault at a time to a client that knows the server.
func TestR11Faults(t *testing.T) {
	const rude = `{"error":{"message":"go away 概括条文","code":"%s"}}`
	for _, c := range []struct {
		name    string
		script  []step
		kind    error // nil: answered with object1
		outcome Outcome
		tries   int
		tokens  int // charged; -1 is the whole estimate of each try
	}{
		{"good", []step{says(object1)}, nil, OK, 1, 30},
		{"no usage", []step{choice(object1, "", "stop", -1)}, nil, OK, 1, overhead + 4 + 2 + len(testSchema) + 12},
		{"usage below zero", []step{choice(object1, "", "stop", -9)}, nil, OK, 1, overhead + 4 + 2 + len(testSchema) + 12},
		{"absurd usage", []step{choice(object1, "", "stop", maxCount)}, nil, OK, 1, overhead + 4 + 2 + len(testSchema) + 12},
		{"429 once", []step{status(429, ""), says(object1)}, nil, OK, 2, 30},
		{"429 always", []step{status(429, "")}, ErrUnavailable, RateLimited, 3, 0},
		{"429 for a day", []step{status(429, "", "Retry-After: 86400")}, ErrUnavailable, RateLimited, 1, 0},
		{"429 for want of money", []step{status(429, fmt.Sprintf(rude, "insufficient_quota"))}, ErrRefused, Refused, 1, 0},
		{"500 twice", []step{status(500, "oops"), status(503, "oops"), says(object1)}, nil, OK, 3, 30},
		{"500 always", []step{status(500, "<html>nginx</html>")}, ErrUnavailable, ServerError, 3, 0},
		{"401", []step{status(401, fmt.Sprintf(rude, "invalid_api_key"))}, ErrRefused, Refused, 1, 0},
		{"402", []step{status(402, "")}, ErrRefused, Refused, 1, 0},
		{"400", []step{status(400, "{}")}, ErrRefused, Refused, 1, 0},
		{"404", []step{status(404, "")}, ErrRefused, Refused, 1, 0},
		{"model not found", []step{status(404, fmt.Sprintf(rude, "model_not_found"))}, ErrRefused, Refused, 1, 0},
		{"too long a prompt", []step{status(400, fmt.Sprintf(rude, "context_length_exceeded"))}, ErrRefused, Refused, 1, 0},
		{"201", []step{status(201, `{}`)}, ErrRefused, Refused, 1, 0},
		{"redirect", []step{status(302, object1, "Location: /v1/chat/completions")}, ErrRefused, Refused, 1, 0},
		{"cut body", []step{raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"choices\":[{")}, ErrUnavailable, Unreachable, 3, -1},
		{"cut body once", []step{raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"), says(object1)}, nil, OK, 2, -1},
		{"cut header", []step{raw("HTTP/1.1 20")}, ErrUnavailable, Unreachable, 3, -1},
		{"no HTTP", []step{raw("SSH-2.0-OpenSSH_9.2\r\n")}, ErrUnavailable, Unreachable, 3, -1},
		{"reset", []step{reset}, ErrUnavailable, Unreachable, 3, -1},
		{"malformed", []step{status(200, "{malformed json: <<<")}, ErrBadAnswer, BadAnswer, 3, -1},
		{"a page", []step{status(200, "<!doctype html><title>Sign in</title>")}, ErrBadAnswer, BadAnswer, 3, -1},
		{"nothing", []step{status(200, "")}, ErrBadAnswer, BadAnswer, 3, -1},
		{"no choices", []step{status(200, `{"choices":[]}`)}, ErrBadAnswer, BadAnswer, 3, 0},
		{"error with 200", []step{status(200, fmt.Sprintf(rude, "x"))}, ErrBadAnswer, BadAnswer, 3, 0},
		{"error with 200 once", []step{status(200, fmt.Sprintf(rude, "x")), says(object1)}, nil, OK, 2, 30},
		{"blank lines first", []step{blankLines}, nil, OK, 1, 5},
		{"too long", []step{choice(`{"text":"好`, "", "length", 30)}, ErrBadAnswer, BadAnswer, 1, 30},
		{"filtered", []step{choice("", "", "content_filter", 30)}, ErrBadAnswer, BadAnswer, 1, 30},
		{"not finished", []step{choice(object1, "", "", 30)}, ErrBadAnswer, BadAnswer, 1, 30},
		{"a call of a tool", []step{choice("", "", "tool_calls", 30)}, ErrBadAnswer, BadAnswer, 1, 30},
		{"declined", []step{status(200, `{"choices":[{"finish_reason":"stop","message":{"refusal":"概括条文? No."}}]}`)}, ErrBadAnswer, BadAnswer, 1, overhead + 4 + 2 + len(testSchema)},
		{"code fence", []step{says("```json\n" + object1 + "\n```")}, nil, OK, 1, 30},
		{"thoughts", []step{says("<think>也许是{\"text\":1}?</think>\n\n" + object1)}, nil, OK, 1, 30},
		{"reasoning apart", []step{choice(object1, "让我想想{", "stop", 30)}, nil, OK, 1, 30},
		{"white space", []step{says("\n { \"text\" : \"好\" } \n")}, nil, OK, 1, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t, c.script...)
			r := newRig(t, p.URL+"/v1", nil).proven(dialect{Format: byWords})
			b, err := r.Complete(context.Background(), prompt("条文"))
			if !errors.Is(err, c.kind) {
				t.Fatalf("error %v, want %v", err, c.kind)
			}
			if c.kind == nil && string(b) != object1 {
				t.Errorf("got %s", b)
			}
			if c.kind != nil && b != nil {
				t.Errorf("an error with the answer %s", b)
			}
			e := r.last()
			if e.Outcome != c.outcome || e.Tries != c.tries {
				t.Errorf("outcome %q after %d tries, want %q after %d", e.Outcome, e.Tries, c.outcome, c.tries)
			}
			want := c.tokens
			if most := overhead + 4 + 2 + len(testSchema) + 100; want < 0 {
				want = c.tries * most
				if c.kind == nil {
					want = most + 30
				}
			}
			if u := r.used(); u.Today != want || u.InAll != want || e.Tokens != want {
				t.Errorf("counted %+v, told %d, want %d", u, e.Tokens, want)
			}
			checkSilence(t, r, err)
		})
	}
}

// checkSilence checks that nothing of the server's words, the prompt, or the key
// got into an error or the log.
func checkSilence(t *testing.T, r *rig, err error) {
	t.Helper()
	for _, word := range []string{testKey, "概括", "条文", "go away", "nginx", "Sign in", "oops", "malformed json"} {
		if err != nil && strings.Contains(err.Error(), word) {
			t.Errorf("the error holds %q: %v", word, err)
		}
		if strings.Contains(r.log.String(), word) {
			t.Errorf("the log holds %q: %s", word, r.log)
		}
	}
}

// reset ends the connection with RST.
func reset(w http.ResponseWriter, _ *http.Request, _ request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// blankLines keeps the connection alive as DeepSeek does under load.
func blankLines(w http.ResponseWriter, _ *http.Request, _ request) {
	w.Header().Set("Content-Type", "application/json")
	for range 50 {
		_, _ = io.WriteString(w, "\n")
		_ = http.NewResponseController(w).Flush()
	}
	_, _ = io.WriteString(w, `{"choices":[{"finish_reason":"stop","message":{"content":"{\"text\":\"好\"}"}}],"usage":{"total_tokens":5}}`)
}

// A server that hangs, or sends slowly, ends in an error when time is up.
func TestR11Slow(t *testing.T) {
	for name, s := range map[string]step{
		"hangs": hang,
		"slow body": func(w http.ResponseWriter, r *http.Request, _ request) {
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, s)
			r := newRig(t, p.URL+"/v1", func(o *Options) { o.Timeout = 200 * time.Millisecond })
			began := time.Now()
			_, err := r.Complete(context.Background(), prompt("条文"))
			if took := time.Since(began); took > 2*time.Second || took < 150*time.Millisecond {
				t.Errorf("took %v", took)
			}
			if !errors.Is(err, ErrTimeout) || r.seen() != "timeout" {
				t.Errorf("error %v, events %s", err, r.seen())
			}
			if u := r.used(); u.Today == 0 {
				t.Error("a call that may have been answered costs nothing")
			}
		})
	}
}

func TestR11NobodyThere(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	r := newRig(t, s.URL+"/v1", nil)
	_, err := r.Complete(context.Background(), prompt("条文"))
	if !errors.Is(err, ErrUnavailable) || r.last().Outcome != Unreachable || r.last().Tries != 3 {
		t.Errorf("error %v, event %+v", err, r.last())
	}
	if u := r.used(); u != (Usage{}) {
		t.Errorf("charged %+v for nothing", u)
	}
}

// A server whose certificate nobody vouches for gets neither key nor prompt.
func TestR11Certificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	s.StartTLS()
	defer s.Close()
	r := newRig(t, s.URL+"/v1", nil)
	_, err := r.Complete(context.Background(), prompt("条文"))
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "certificate") || r.last().Tries != 1 || r.used() != (Usage{}) {
		t.Errorf("%v, %+v, %+v", err, r.last(), r.used())
	}
}

// Retry-After is kept by the call that got it and by all others.
func TestR11RetryAfter(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"seconds": "1", "fraction": "0.9", "date": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeer(t, func(w http.ResponseWriter, r *http.Request, q request) {
				at := value
				if at == "" {
					at = time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat)
				}
				status(429, "", "Retry-After: "+at)(w, r, q)
			}, says(object1))
			r := newRig(t, p.URL+"/v1", nil).proven(dialect{})
			first := make(chan error, 1)
			go func() {
				_, err := r.Complete(context.Background(), prompt("甲"))
				first <- err
			}()
			for deadline := time.Now().Add(2 * time.Second); r.rested() == 0; {
				if time.Now().After(deadline) {
					t.Fatal("nobody was asked to wait")
				}
				time.Sleep(time.Millisecond)
			}
			ask(t, r.Client, prompt("乙"))
			if err := <-first; err != nil {
				t.Error(err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			for _, at := range p.times[1:] {
				if d := at.Sub(p.times[0]); d < 850*time.Millisecond {
					t.Errorf("asked again after %v", d)
				}
			}
			if len(p.times) != 3 {
				t.Errorf("%d requests, want 3", len(p.times))
			}
		})
	}
	t.Run("longer than there is time", func(t *testing.T) {
		p := newPeer(t, status(503, "", "Retry-After: 30"))
		r := newRig(t, p.URL+"/v1", nil).proven(dialect{})
		for i := range 3 {
			began := time.Now()
			_, err := r.Complete(context.Background(), prompt("甲"))
			if !errors.Is(err, ErrUnavailable) || time.Since(began) > time.Second || i == 0 && !strings.Contains(err.Error(), "503") {
				t.Errorf("%v after %v", err, time.Since(began))
			}
		}
		if n := len(p.requests()); n != 1 {
			t.Errorf("%d requests to a server that asked to be left alone", n)
		}
	})
}

// rested returns how long the server is left alone.
func (r *rig) rested() time.Duration {
	r.Client.mu.Lock()
	defer r.Client.mu.Unlock()
	return max(time.Until(r.restUntil), 0)
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"": 0, "0": 0, "-5": 0, "x": 0, "NaN": 0, "2": 2 * time.Second, " 3 ": 3 * time.Second,
		"1e99": maxPause, "86400": maxPause, "Inf": maxPause, "Thu, 01 Jan 1970 00:00:00 GMT": 0,
		"Fri, 31 Dec 2100 23:59:59 GMT": maxPause,
	} {
		if got := retryAfter(&http.Response{Header: http.Header{"Retry-After": {value}}}); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// A redirect is not followed: the other host sees neither key nor prompt.
func TestR11RedirectElsewhere(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer other.Close()
	for _, code := range []int{301, 302, 303, 307, 308} {
		p := newPeer(t, status(code, "", "Location: "+other.URL+"/v1/chat/completions?k="+testKey))
		r := newRig(t, p.URL+"/v1", nil)
		_, err := r.Complete(context.Background(), prompt("条文"))
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%d: %v", code, err)
		}
		checkSilence(t, r, err)
	}
}

// What a model says of the key is no answer, and is kept nowhere.
func TestR25EchoedKey(t *testing.T) {
	half := testKey[len(testKey)/2:]
	for _, text := range []string{
		"Bearer " + testKey, strings.ToUpper(testKey), "密钥是" + half + "。", strings.Join(strings.Split(testKey, ""), " "),
		`\u00` + fmt.Sprintf("%x", testKey[0]) + testKey[1:],
	} {
		p := newPeer(t, says(`{"text":"`+text+`"}`))
		r := newRig(t, p.URL+"/v1", nil)
		_, err := r.Complete(context.Background(), prompt("条文"))
		if !errors.Is(err, ErrBadAnswer) {
			t.Errorf("%q: %v", text, err)
		}
		checkSilence(t, r, err)
	}
	for _, test := range []struct {
		text, key string
		want      bool
	}{
		{"ollama", "ollama", false},
		{"1", "1", false},
		{"湿地保护率45.22%", "", false},
		{"abcdefgh", "abcdefgh", true},
		{"sk-0123456789", "xx0123456789yy", true},
		{"sk-012345678", "xx0123456789yy", false},
	} {
		if got := tells(test.text, test.key); got != test.want {
			t.Errorf("%q tells %q: %v", test.text, test.key, got)
		}
	}
}

// A server that repeats key and prompt in everything it says is not repeated.
func TestR11Echo(t *testing.T) {
	echo := "Incorrect API key provided: " + testKey + " for 条文概括条文"
	for name, s := range map[string]step{
		"401":     status(401, fmt.Sprintf(`{"error":{"message":%q,"code":%q,"type":%q}}`, echo, testKey, testKey)),
		"502":     status(502, "<html>"+echo+"</html>", "X-Echo: "+testKey),
		"200":     status(200, fmt.Sprintf(`{"error":{"message":%q}}`, echo)),
		"finish":  choice(echo, "", testKey, 3),
		"content": says(echo),
		"header":  raw("HTTP/1.1 200 " + testKey + "\r\nBad Header " + testKey + "\r\n\r\n"),
		"status":  raw("HTTP/1.1 999 " + echo + "\r\n\r\n"),
		"refusal": status(200, fmt.Sprintf(`{"choices":[{"finish_reason":"stop","message":{"refusal":%q}}]}`, echo)),
	} {
		p := newPeer(t, s)
		r := newRig(t, p.URL+"/v1", nil)
		_, err := r.Complete(context.Background(), prompt("条文"))
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		checkSilence(t, r, err)
		r.Close()
		if r.opt.Key != "" {
			t.Error("the client keeps the key where it can be printed")
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			for _, v := range []any{r.Client, r.opt, &r.opt, Options{Key: testKey}, &Options{Key: testKey}, err, r.wire, *r.wire, r.api} {
				if s := fmt.Sprintf(verb, v); strings.Contains(s, testKey) || strings.Contains(s, fmt.Sprintf("%x", testKey)) {
					t.Errorf("%s: %s of %T holds the key", name, verb, v)
				}
			}
		}
	}
}
