package llm

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestR12Streams: replies that are streams, never end, or are longer than
// anybody needs end in an error within the time of the call, and in bounded
// memory.
func TestR12Streams(t *testing.T) {
	const chunk = `data: {"choices":[{"index":0,"delta":{"content":"{\"text\":"},"finish_reason":null}]}` + "\n\n"
	for _, c := range []struct {
		name   string
		server step
		kind   error // nil: answered
		tries  int
	}{
		{"a stream", stream("text/event-stream", chunk, 3, "data: [DONE]\n\n"), ErrBadAnswer, 1},
		{"a stream that is cut", stream("text/event-stream; charset=utf-8", chunk, 3, ""), ErrBadAnswer, 1},
		{"a stream without a type", stream("application/json", chunk, 3, "data: [DONE]\n\n"), ErrBadAnswer, 3},
		{"keep-alive comments", stream("text/event-stream", ": keep-alive\n\n", 1000, "data: [DONE]\n\n"), ErrBadAnswer, 1},
		{"keep-alive comments without a type", stream("application/json", ": keep-alive\n\n", 1000, ""), ErrBadAnswer, 3},
		{"keep-alive comments for ever", stream("text/event-stream", ": keep-alive\n\n", -1, ""), ErrBadAnswer, 1},
		{"blank lines for ever", stream("application/json", strings.Repeat("\n", 1000), -1, ""), ErrBadAnswer, 1},
		{"a line of 100 MB", stream("application/json", strings.Repeat("x", 1<<20), 100, ""), ErrBadAnswer, 1},
		{"an answer of 100 MB", stream("application/json", strings.Repeat("好", 1<<18), 133, "", `{"choices":[{"finish_reason":"stop","message":{"content":"`), ErrBadAnswer, 1},
		{"an answer of 2 MB", stream("application/json", strings.Repeat("好", 1<<10), 650, `"}}]}`, `{"choices":[{"finish_reason":"stop","message":{"content":"`), ErrBadAnswer, 1},
		{"a refusal of 100 MB", refuses(400, strings.Repeat("x", 1<<20), 100), ErrRefused, 1},
		{"an error page for ever", refuses(500, "<p>", -1), ErrUnavailable, 3},
		{"1 GB, compressed", bomb(t, 1<<30), ErrBadAnswer, 1},
		{"headers without end", headers, ErrUnavailable, 3},
		{"thoughts of 1 MB", choice(object1, strings.Repeat("想", 1<<18), "stop", 30), nil, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t, c.server)
			r := newRig(t, p.URL+"/v1", nil).proven(dialect{Format: byWords})
			began := time.Now()
			grown := peak(func() {
				if _, err := r.Complete(context.Background(), prompt("甲")); !errors.Is(err, c.kind) {
					t.Errorf("error %v, want %v", err, c.kind)
				}
			})
			if took := time.Since(began); took > r.opt.Timeout+2*time.Second {
				t.Errorf("took %v", took)
			}
			if grown > 20<<20 {
				t.Errorf("memory grew by %d MB", grown>>20)
			}
			if e := r.last(); e.Tries != c.tries {
				t.Errorf("%d tries, want %d", e.Tries, c.tries)
			}
			t.Logf("%v, memory +%.1f MB", time.Since(began).Round(time.Millisecond), float64(grown)/(1<<20))
		})
	}
}

// stream answers with part n times, flushed one by one, before it what begins
// and after it what ends; below 0 it goes on until the client leaves.
func stream(kind, part string, n int, ends string, begins ...string) step {
	return func(w http.ResponseWriter, r *http.Request, _ request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, strings.Join(begins, ""))
		repeat(w, r, part, n)
		_, _ = io.WriteString(w, ends)
	}
}

func refuses(code int, part string, n int) step {
	return func(w http.ResponseWriter, r *http.Request, _ request) {
		w.WriteHeader(code)
		repeat(w, r, part, n)
	}
}

func repeat(w http.ResponseWriter, r *http.Request, part string, n int) {
	b := []byte(part)
	for i := 0; i != n; i++ {
		if _, err := w.Write(b); err != nil || r.Context().Err() != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
	}
}

// bomb answers with size spaces, compressed.
func bomb(t *testing.T, size int) step {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	all := bytes.Repeat(packed.Bytes(), size>>20) // gzip members follow each other
	return func(w http.ResponseWriter, _ *http.Request, _ request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(all)
	}
}

// headers answers with headers until the client leaves.
func headers(w http.ResponseWriter, _ *http.Request, _ request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
	for i := 0; err == nil; i++ {
		_, err = fmt.Fprintf(conn, "X-%d: %s\r\n", i, strings.Repeat("x", 1000))
	}
}

// peak returns by how many bytes the memory in use grew at most while f ran,
// the garbage among it, and the peer's, which is in this process.
func peak(f func()) uint64 {
	debug.FreeOSMemory()
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before, most := inUse(), uint64(0)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			most = max(most, inUse())
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	f()
	close(done)
	wg.Wait()
	return max(most, before) - before
}
