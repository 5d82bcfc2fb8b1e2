package llm

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Limits of what is read from a server, in bytes.
const (
	maxReply   = 2 << 20  // thoughts and all; decoding takes four times as much
	maxRefusal = 64 << 10 // of which only words are looked for
	maxHeader  = 64 << 10
)

// maxPause bounds how long a server can keep all calls back: a quota that comes
// back tomorrow, or nonsense, is asked about again.
const maxPause = time.Minute

// A wire carries requests of the library to the server. It returns replies of
// status 200, read in full, and faults in our own words for everything else.
type wire struct {
	http  *http.Client
	sign  func(*http.Request)
	tells func(string) bool // whether a text has a part of the key
}

// newWire returns a wire that adds the key to every request. Where plain, the
// connection is not encrypted: then neither a proxy nor a public address ever
// gets to see the key.
func newWire(key string, plain bool) *wire {
	dial := &net.Dialer{Timeout: 10 * time.Second}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: atOnce, IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: maxHeader,
	}
	if plain {
		t.Proxy, dial.ControlContext = nil, onlyNear
	}
	t.DialContext = dial.DialContext
	return &wire{
		http: &http.Client{
			Transport:     t,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		sign: func(r *http.Request) {
			if key != "" {
				r.Header.Set("Authorization", "Bearer "+key)
			}
			r.Header.Set("User-Agent", "wence")
		},
		tells: func(s string) bool { return tells(s, key) },
	}
}

// A key shorter than keyLeast is no secret but a word that a local server wants
// to see ("ollama"); of others, keyPart characters in a row are too many.
const (
	keyLeast = 8
	keyPart  = 10
)

// tells reports whether a text has a part of a key, in either case, whatever
// stands between its characters.
func tells(text, key string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(s))
	}
	text, key = plain(text), plain(key)
	if len(key) < keyLeast {
		return false
	}
	for i := 0; ; i++ {
		if strings.Contains(text, key[i:min(i+keyPart, len(key))]) {
			return true
		}
		if i+keyPart >= len(key) {
			return false
		}
	}
}

// errFar says that a name of a private network led out of it.
var errFar = errors.New("the address is not of this machine or a private network, which http:// is only for")

func onlyNear(_ context.Context, _, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !near(a.Addr()) {
		return errFar
	}
	return nil
}

// Do implements the library's HTTPDoer.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	w.sign(req)
	resp, err := w.http.Do(req)
	if err != nil {
		return nil, broken(req.Context(), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what there is of it
		return nil, refusal(resp, body)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/event-stream" {
		return nil, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: "it comes as a stream, which was not asked for", server: ailing, spent: unknown}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return nil, broken(req.Context(), err)
	}
	if len(body) > maxReply {
		return nil, &fault{kind: ErrBadAnswer, outcome: BadAnswer, text: fmt.Sprintf("it is longer than %d MiB", maxReply>>20), server: ailing, spent: unknown}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// broken is the fault of a call without a whole reply. Errors of net/http hold
// addresses and what the server sent; only the sort of them is kept.
func broken(ctx context.Context, err error) *fault {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &fault{kind: ErrClosed, outcome: Closed, spent: unknown}
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return &fault{kind: ErrTimeout, outcome: Timeout, server: ailing, spent: unknown}
	case errors.Is(err, errFar):
		return &fault{kind: ErrRefused, outcome: Refused, text: errFar.Error(), server: ailing}
	}
	f := &fault{kind: ErrUnavailable, outcome: Unreachable, text: "the connection broke", again: true, server: ailing, spent: unknown}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		f.text, f.spent = "no connection", free
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		f.text, f.spent = "its name cannot be resolved", free
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		f.text, f.spent, f.again = "its certificate is not trusted", free, false
	}
	return f
}

// refusal is the fault of a reply whose status is not 200.
func refusal(resp *http.Response, body []byte) *fault {
	status := resp.StatusCode
	f := &fault{kind: ErrRefused, outcome: Refused, text: fmt.Sprintf("status %d", status), server: alive}
	code := codeOf(body)
	if code != "" {
		f.text += ", " + code
	}
	switch {
	case status < 400:
		f.text += ", and only 200 is an answer"
		f.server = ailing
		return f
	case hopeless(status, code):
		f.server = ailing
		return f
	case code == "context_length_exceeded":
		return f
	case status == http.StatusTooManyRequests:
		f.kind, f.outcome, f.server = ErrUnavailable, RateLimited, ailing
		f.again, f.wait = true, retryAfter(resp)
		return f
	}
	f.hint = hintOf(body)
	if f.hint == hintNone && puzzled(status) {
		f.hint = hintUnclear
	}
	if status >= 500 || status == http.StatusRequestTimeout || status == http.StatusTooEarly {
		f.kind, f.outcome, f.server = ErrUnavailable, ServerError, ailing
		f.again, f.wait = f.hint == hintNone, retryAfter(resp)
	}
	if status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
		f.server = ailing // most likely the address is wrong
	}
	return f
}

// hopeless reports whether a refusal holds for every request of this key and
// model.
func hopeless(status int, code string) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
		return true
	}
	return code == "insufficient_quota" || code == "model_not_found"
}

// puzzled reports whether servers answer so to a request that they do not
// understand.
func puzzled(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusNotImplemented:
		return true
	}
	return false
}

// retryAfter returns how long a server asks to be left alone.
func retryAfter(resp *http.Response) time.Duration {
	s := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if n, err := strconv.ParseFloat(s, 64); err == nil && n > 0 { // some servers send fractions
		return time.Duration(min(n, maxPause.Seconds()) * float64(time.Second))
	}
	if t, err := http.ParseTime(s); err == nil {
		return min(max(time.Until(t), 0), maxPause)
	}
	return 0
}

// hintOf looks in a refusal for what it is about. Servers agree on no codes,
// but they name the parameter.
func hintOf(body []byte) hint {
	s := strings.ToLower(string(body))
	for _, h := range []struct {
		word string
		hint hint
	}{
		{"temperature", hintHeat},
		{"response_format", hintFormat}, {"json_schema", hintFormat}, {"json_object", hintFormat}, {"grammar", hintFormat},
		{"max_tokens", hintLimit}, {"max_completion_tokens", hintLimit},
		{"schema", hintFormat},
	} {
		if strings.Contains(s, h.word) {
			return h.hint
		}
	}
	return hintNone
}

// knownCodes are the error codes that are worth repeating to who runs the
// program: they tell what to mend. No other word of a server is.
var knownCodes = map[string]bool{
	"invalid_api_key": true, "authentication_error": true, "model_not_found": true, "context_length_exceeded": true,
	"insufficient_quota": true, "rate_limit_exceeded": true, "unsupported_parameter": true, "unsupported_value": true,
	"unsupported_country_region_territory": true, "invalid_request_error": true, "server_error": true, "overloaded_error": true,
}

// codeOf returns the known code in the body of a refusal, or "".
func codeOf(body []byte) string {
	var r struct {
		Error struct {
			Code any `json:"code"`
			Type any `json:"type"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &r) != nil {
		return ""
	}
	for _, v := range []any{r.Error.Code, r.Error.Type} {
		if s, ok := v.(string); ok && knownCodes[s] {
			return s
		}
	}
	return ""
}
