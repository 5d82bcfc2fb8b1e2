package llm

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// aimock is a server that nobody here wrote: the npm package @copilotkit/aimock
// 1.43.0. It is found where WENCE_AIMOCK says (the folder given to npm install
// --prefix, the package's own folder, or its program), else in wence-aimock of
// the user's cache folder. With WENCE_REQUIRE_PEERS=1 a test without it fails.

// findAimock returns the program's file, or why there is none.
func findAimock() (string, error) {
	place := os.Getenv("WENCE_AIMOCK")
	if place == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		place = filepath.Join(cache, "wence-aimock")
	}
	for _, f := range []string{place, filepath.Join(place, "dist", "cli.js"), filepath.Join(place, "node_modules", "@copilotkit", "aimock", "dist", "cli.js")} {
		if info, err := os.Stat(f); err == nil && !info.IsDir() {
			return f, nil
		}
	}
	return "", fmt.Errorf("no aimock in %s (npm install --prefix DIR @copilotkit/aimock@1.43.0, then WENCE_AIMOCK=DIR)", place)
}

// startAimock starts aimock with fixtures and flags, and returns its address.
func startAimock(t *testing.T, fixtures string, flags ...string) string {
	t.Helper()
	file, err := findAimock()
	if err == nil && strings.HasSuffix(file, ".js") {
		_, err = exec.LookPath("node")
	}
	if err != nil {
		if os.Getenv("WENCE_REQUIRE_PEERS") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	answers := filepath.Join(t.TempDir(), "fixtures.json")
	if err := os.WriteFile(answers, []byte(fixtures), 0o600); err != nil {
		t.Fatal(err)
	}
	args := append([]string{"-p", "0", "-f", answers, "--strict", "-c", "4"}, flags...)
	if strings.HasSuffix(file, ".js") {
		file, args = "node", append([]string{file}, args...)
	}
	cmd := exec.Command(file, args...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended by itself
		reading.Wait()
		_ = cmd.Wait() // killed
	})
	address := make(chan string, 1)
	reading.Go(func() {
		defer close(address)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, a, ok := strings.Cut(lines.Text(), "listening on "); ok {
				address <- strings.TrimSpace(a)
			}
		}
	})
	select {
	case a, ok := <-address:
		if !ok {
			t.Fatal("aimock ended before it listened")
		}
		return a
	case <-time.After(20 * time.Second):
		t.Fatal("aimock does not listen")
		return ""
	}
}

func TestAimock(t *testing.T) {
	const refusal = `{"error":{"message":"This response_format type is unavailable","type":"invalid_request_error"},"status":400}`
	base := startAimock(t, fmt.Sprintf(`{"fixtures":[
		{"match":{"model":"m","userMessage":"甲","responseFormat":"json_schema"},"response":{"content":%[1]q}},
		{"match":{"model":"old","responseFormat":"json_schema"},"response":%[2]s},
		{"match":{"model":"old","responseFormat":"json_object"},"response":{"content":%[1]q}},
		{"match":{"model":"deaf","responseFormat":"json_schema"},"response":{"content":"Of course! Here it is."}},
		{"match":{"model":"deaf","responseFormat":"json_object"},"response":{"content":""}},
		{"match":{"model":"deaf"},"response":{"content":%[3]q}},
		{"match":{"model":"long"},"response":{"content":"{\"text\":\"","finishReason":"length"}},
		{"match":{"model":"tool"},"response":{"toolCalls":[{"name":"f","arguments":{}}]}},
		{"match":{"model":"poor"},"response":{"error":{"message":"You exceeded your quota","type":"insufficient_quota","code":"insufficient_quota"},"status":429}}
	]}`, object1, refusal, "```json\n"+object1+"\n```"))
	for _, c := range []struct {
		model, user string
		kind        error
		then        dialect
		tries       int
	}{
		{"m", "甲", nil, dialect{}, 1},
		{"old", "甲", nil, dialect{Format: byObject}, 2},
		{"deaf", "甲", nil, dialect{Format: byWords}, 3},
		{"long", "甲", ErrBadAnswer, dialect{}, 1},
		{"tool", "甲", ErrBadAnswer, dialect{}, 1},
		{"poor", "甲", ErrRefused, dialect{}, 1},
		{"m", "丁", ErrUnavailable, dialect{}, 3}, // strict: 503 for what is not in its script
	} {
		r := newRig(t, base+"/v1", func(o *Options) { o.Model = c.model })
		b, err := r.Complete(context.Background(), prompt(c.user))
		if !errors.Is(err, c.kind) || c.kind == nil && string(b) != object1 {
			t.Errorf("%s: %s, %v, want %v", c.model, b, err, c.kind)
		}
		if d, _ := r.dialect(); d != c.then || r.last().Tries != c.tries {
			t.Errorf("%s: learned %+v in %d tries, want %+v in %d", c.model, d, r.last().Tries, c.then, c.tries)
		}
		if e := r.last(); c.kind == nil && (e.Tokens <= 0 || e.Tokens > 1000) {
			t.Errorf("%s: %d tokens", c.model, e.Tokens)
		}
	}
}

// TestR11Chaos makes 1,000 calls to a server that drops 10 of 100 requests with
// 500, and answers 20 with no JSON, breaks 20 off, and refuses 20 with 429. The
// seconds that it asks to be left alone are taken for hundredths, or this would
// take ten minutes.
func TestR11Chaos(t *testing.T) {
	t.Parallel()
	base := startAimock(t, fmt.Sprintf(`{"fixtures":[{"match":{},"response":{"content":%q}}]}`, object1),
		"--chaos-drop", "0.1", "--chaos-malformed", "0.2", "--chaos-disconnect", "0.2", "--chaos-ratelimit", "0.2", "--chaos-latency", "3")
	const calls, workers, limit = 1000, 8, 3 * time.Second
	r := newRigFor(t, hurried(t, base)+"/v1", 50*time.Millisecond, func(o *Options) {
		o.Timeout, o.TokensPerDay, o.ChatTokensPerDay = limit, -1, -1
	})
	var mu sync.Mutex
	got, slowest := map[string]int{}, time.Duration(0)
	count := func(err error, took time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		slowest = max(slowest, took)
		for _, kind := range []error{nil, ErrOpen, ErrUnavailable, ErrBadAnswer, ErrTimeout} {
			if errors.Is(err, kind) {
				got[fmt.Sprint(kind)]++
				return
			}
		}
		t.Errorf("an error of no kind that was to come: %v", err)
	}
	began := time.Now()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range calls / workers {
				start := time.Now()
				b, err := r.Complete(context.Background(), prompt(fmt.Sprintf("%d/%d", w, i)))
				count(err, time.Since(start))
				if err == nil && string(b) != object1 {
					t.Errorf("answered %s", b)
				}
				if errors.Is(err, ErrOpen) {
					time.Sleep(40 * time.Millisecond) // people ask less often
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	opened, closed := strings.Count(r.log.String(), "to=open"), strings.Count(r.log.String(), "to=closed")
	for _, kind := range slices.Sorted(maps.Keys(got)) {
		t.Logf("%4d %s", got[kind], kind)
	}
	t.Logf("%v in all, %v the slowest, the breaker opened %d times and closed %d times", took.Round(time.Millisecond), slowest.Round(time.Millisecond), opened, closed)
	if slowest > limit+time.Second {
		t.Errorf("a call took %v, its limit is %v", slowest, limit)
	}
	if got["<nil>"] < calls/10 || opened == 0 || closed == 0 {
		t.Error("too few answers, or a breaker that does not open and close")
	}
	if got[ErrUnavailable.Error()]+got[ErrBadAnswer.Error()] == 0 {
		t.Error("no call failed: there was no chaos")
	}
	calm(t, base)
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(60 * time.Millisecond) {
		if _, err := r.Complete(context.Background(), prompt("calm")); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("no answer from a server that is well again: %v", err)
		}
	}
}

// hurried stands before a server and shortens the pauses it asks for to a
// hundredth. What is broken off there is broken off here.
func hurried(t *testing.T, base string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(u) },
		ModifyResponse: func(resp *http.Response) error {
			if n, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64); err == nil {
				resp.Header.Set("Retry-After", fmt.Sprint(n/100))
			}
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	})
	t.Cleanup(s.Close)
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	return s.URL
}

// calm ends the chaos of an aimock.
func calm(t *testing.T, base string) {
	t.Helper()
	body, err := json.Marshal(map[string]float64{"dropRate": 0, "malformedRate": 0, "disconnectRate": 0, "rateLimitRate": 0})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(base+"/__aimock/chaos", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("setting the chaos: status %d", resp.StatusCode)
	}
}
