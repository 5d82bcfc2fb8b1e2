package telegramtest

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Fault says how a call goes wrong. The functions of this package make the
// usual ones.
type Fault struct {
	Name        string // for the log of calls
	Status      int
	Description string
	RetryAfter  int // seconds; the chat stays blocked for so long

	Apply bool          // carry the call out first
	Page  bool          // answer with an HTML page as a proxy does
	Drop  bool          // close the connection without an answer
	Hang  bool          // answer nothing until the client goes away
	Cut   bool          // send half of the answer and close
	Slow  time.Duration // spread the answer over so long
}

// TooMany is 429: slow down for so many seconds. Calls that come for the same
// chat before then are violations, and are answered with 429 too.
func TooMany(seconds int) *Fault {
	return &Fault{Name: "429", Status: 429, Description: tooMany(seconds).text, RetryAfter: seconds}
}

// ServerError is 500 in JSON.
func ServerError() *Fault {
	return &Fault{Name: "500", Status: 500, Description: "Internal Server Error"}
}

// BadGateway is 502 with an HTML page that shows the path, token and all.
func BadGateway() *Fault { return &Fault{Name: "502", Status: 502, Page: true} }

// Unauthorized is 401: the token was revoked.
func Unauthorized() *Fault { return &Fault{Name: "401", Status: 401, Description: "Unauthorized"} }

// Forbidden is 403: the user blocked the bot.
func Forbidden() *Fault {
	return &Fault{Name: "403", Status: 403, Description: errBlocked.text}
}

// Conflict is 409: another process polls with the same token.
func Conflict() *Fault {
	return &Fault{Name: "409", Status: 409, Description: errOtherPoll.text}
}

// DropBefore closes the connection before the call takes effect.
func DropBefore() *Fault { return &Fault{Name: "drop before", Drop: true} }

// DropAfter closes the connection after the call took effect: the answer is
// lost, the message is not.
func DropAfter() *Fault { return &Fault{Name: "drop after", Drop: true, Apply: true} }

// SlowBody carries the call out and sends the answer over d.
func SlowBody(d time.Duration) *Fault { return &Fault{Name: "slow", Slow: d, Apply: true} }

// CutJSON carries the call out and sends half of the answer.
func CutJSON() *Fault { return &Fault{Name: "cut", Cut: true, Apply: true} }

// Hang takes the request and answers nothing until the client gives up.
func Hang() *Fault { return &Fault{Name: "hang", Hang: true} }

// Fault sets a hook that is asked about every call: n counts the calls of the
// method from 1. The hook runs for one call at a time. It must not call the
// server. Nil ends all faults.
func (s *Server) Fault(hook func(method string, n int, params Params) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = hook
}

// Nth is a hook for the n-th call of a method, counted from when the server
// started.
func Nth(method string, n int, f *Fault) func(string, int, Params) *Fault {
	return func(m string, k int, _ Params) *Fault {
		if strings.EqualFold(m, method) && k == n {
			return f
		}
		return nil
	}
}

// Once is a hook for the next calls of a method: each fault happens once, in
// order.
func Once(method string, faults ...*Fault) func(string, int, Params) *Fault {
	var mu sync.Mutex
	left := slices.Clone(faults)
	return func(m string, _ int, _ Params) *Fault {
		mu.Lock()
		defer mu.Unlock()
		if !strings.EqualFold(m, method) || len(left) == 0 {
			return nil
		}
		f := left[0]
		left = left[1:]
		return f
	}
}

// Rate is a hook that lets a part p of the calls fail, each with one of the
// faults. The same seed makes the same choices. No methods means all.
func Rate(p float64, seed uint64, faults []*Fault, methods ...string) func(string, int, Params) *Fault {
	var mu sync.Mutex
	rng := rand.New(rand.NewPCG(seed, seed))
	return func(m string, _ int, _ Params) *Fault {
		mu.Lock()
		defer mu.Unlock()
		match := len(methods) == 0 || slices.ContainsFunc(methods, func(s string) bool { return strings.EqualFold(s, m) })
		if !match || len(faults) == 0 || rng.Float64() >= p {
			return nil
		}
		return faults[rng.IntN(len(faults))]
	}
}

// FirstOf joins hooks: the first that wants a fault has it.
func FirstOf(hooks ...func(string, int, Params) *Fault) func(string, int, Params) *Fault {
	return func(m string, n int, p Params) *Fault {
		for _, h := range hooks {
			if f := h(m, n, p); f != nil {
				return f
			}
		}
		return nil
	}
}

// play answers as the fault has it. The body is the answer of a call that was
// carried out.
func (f *Fault) play(s *Server, w http.ResponseWriter, r *http.Request, body []byte) {
	switch {
	case f.Drop:
		drop(w, nil)
	case f.Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
	case f.Cut:
		drop(w, body)
	case f.Page:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = fmt.Fprintf(w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><p>%s</p><hr>nginx/1.18.0</body></html>\n", html.EscapeString(r.URL.Path))
	case f.Slow > 0:
		trickle(s, w, r, body, f.Slow)
	case f.Status != 0:
		reply(w, nil, &apiError{code: f.Status, text: f.Description, retryAfter: f.RetryAfter})
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
}

// drop closes the connection, after half of the body if there is one.
func drop(w http.ResponseWriter, body []byte) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if len(body) > 0 {
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n%s", body[:len(body)/2])
	} else if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not a polite end
	}
	_ = conn.Close()
}

func trickle(s *Server, w http.ResponseWriter, r *http.Request, body []byte, over time.Duration) {
	const steps = 10
	w.Header().Set("Content-Type", "application/json")
	rc := http.NewResponseController(w)
	for i := range steps {
		from, to := len(body)*i/steps, len(body)*(i+1)/steps
		if _, err := w.Write(body[from:to]); err != nil {
			return
		}
		_ = rc.Flush()
		select {
		case <-time.After(over / steps):
		case <-r.Context().Done():
			return
		case <-s.done:
			return
		}
	}
}
