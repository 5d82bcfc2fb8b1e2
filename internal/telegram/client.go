package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// A client is the one way to the Bot API: every call of the library and of the
// poll loop passes through it. It paces what lands in chats, waits as long as
// Telegram asks, repeats what failed on the way, and lets neither the token
// nor a page of a proxy into an error.
//
// A call that got through comes back as it is, also when Telegram refused it:
// the library makes errors of those.
type client struct {
	http   *http.Client
	pace   *pacer
	log    *slog.Logger
	counts *Counts
	limit  time.Duration // of one attempt, where the call names none
	pause  time.Duration // after the first failure; it grows from there
}

// maxReply bounds what is read of a reply.
const maxReply = 4 << 20

// tryTime bounds one attempt of a call; poll calls take longer by themselves.
const tryTime = 30 * time.Second

func newClient(transport http.RoundTripper, pace *pacer, log *slog.Logger, counts *Counts) *client {
	return &client{
		http: &http.Client{
			Transport: transport,
			// A redirect would carry the token elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		pace: pace, log: log, counts: counts, limit: tryTime, pause: 500 * time.Millisecond,
	}
}

type callKey struct{}

// A callInfo says how a call is to be made. It travels in the context, since
// the library makes the request.
type callInfo struct {
	chat     int64         // where it goes; 0 for calls that belong to no chat
	free     bool          // it puts nothing into the chat: not paced, and given up in a pause that Telegram ordered
	patience time.Duration // how long to repeat; 0 until the context ends
	try      time.Duration // one attempt; 0 is tryTime
}

func withCall(ctx context.Context, c callInfo) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// Do makes a call. The error is the context's, or says what failed last when
// patience ran out.
func (c *client) Do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	info, _ := ctx.Value(callKey{}).(callInfo)
	// The library streams the body through a pipe, which cannot be sent twice.
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = c.pause
	pause.MaxInterval = 30 * time.Second
	method := path.Base(req.URL.Path)
	key := paceKey(info.chat, method)
	return backoff.Retry(ctx, func() (*http.Response, error) {
		release, err := c.pace.wait(ctx, key, info)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		defer release()
		return c.try(req, method, key, body, info)
	}, backoff.WithBackOff(pause), backoff.WithMaxElapsedTime(info.patience),
		backoff.WithNotify(func(err error, wait time.Duration) {
			c.counts.Retries.Add(1)
			c.log.Warn("call failed, trying again", "method", method, "error", err, "in", wait.Round(time.Millisecond))
		}))
}

// paceKey is what Telegram asks to pause: the chat, or the method of calls that
// belong to none.
func paceKey(chat int64, method string) string {
	if chat == 0 {
		return method
	}
	return strconv.FormatInt(chat, 10)
}

// apiReply is the part of every reply that tells how a call went.
type apiReply struct {
	OK          bool   `json:"ok"`
	Code        int    `json:"error_code"`
	Description string `json:"description"`
	Parameters  struct {
		RetryAfter int `json:"retry_after"`
	} `json:"parameters"`
}

// try makes one attempt.
func (c *client) try(req *http.Request, method, key string, body []byte, info callInfo) (*http.Response, error) {
	limit := info.try
	if limit == 0 {
		limit = c.limit
	}
	ctx, cancel := context.WithTimeout(req.Context(), limit)
	defer cancel()
	one := req.Clone(ctx)
	one.Body = io.NopCloser(bytes.NewReader(body))
	one.ContentLength = int64(len(body)) // chunked bodies are not understood by every proxy
	resp, err := c.http.Do(one)
	if err != nil {
		if req.Context().Err() != nil {
			return nil, backoff.Permanent(req.Context().Err())
		}
		if sends(method) && !neverSent(err) {
			c.counts.Doubtful.Add(1)
		}
		return nil, scrub(method, err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err == nil && len(reply) > maxReply && method == "getUpdates" {
		return nil, backoff.Permanent(errTooLong) // the next one asks for less
	}
	if err != nil || len(reply) > maxReply {
		if req.Context().Err() != nil {
			return nil, backoff.Permanent(req.Context().Err())
		}
		if sends(method) {
			c.counts.Doubtful.Add(1)
		}
		return nil, fmt.Errorf("%s: the reply broke off", method)
	}
	return c.judge(resp, method, key, reply)
}

// errTooLong says that a reply is longer than maxReply.
var errTooLong = errors.New("the reply is too long")

// judge decides whether a reply is one to hand on or a reason to try again.
func (c *client) judge(resp *http.Response, method, key string, reply []byte) (*http.Response, error) {
	var r apiReply
	err := json.Unmarshal(reply, &r)
	if r.Code == http.StatusTooManyRequests || resp.StatusCode == http.StatusTooManyRequests {
		c.counts.TooMany.Add(1)
		header, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // of a proxy
		wait := time.Duration(max(1, r.Parameters.RetryAfter, header)) * time.Second
		c.pace.hold(key, wait)
		return nil, &backoff.RetryAfterError{Duration: wait}
	}
	broken := !r.OK && (r.Code >= 500 || resp.StatusCode >= 500)
	if (err != nil && resp.StatusCode == http.StatusOK || broken) && sends(method) {
		// Cut after it was accepted, or a proxy that lost the server.
		c.counts.Doubtful.Add(1)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: status %d and no JSON", method, resp.StatusCode)
	case broken:
		return nil, fmt.Errorf("%s: status %d", method, max(r.Code, resp.StatusCode))
	case r.OK && (sends(method) || method == "editMessageText"):
		if reply, err = slim(reply); err != nil {
			return nil, fmt.Errorf("%s: the reply holds no message", method)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(reply))
	return resp, nil
}

// slim leaves of a sent message only its id. The rest repeats the message that
// is replied to, and the library cannot decode what newer servers put there: the
// answer would count as failed, and be sent again and again.
func slim(reply []byte) ([]byte, error) {
	var r struct {
		Result struct {
			ID int `json:"message_id"`
		} `json:"result"`
	}
	if err := json.Unmarshal(reply, &r); err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, `{"ok":true,"result":{"message_id":%d}}`, r.Result.ID), nil
}

// sends reports whether a method puts a new message into a chat.
func sends(method string) bool {
	return strings.HasPrefix(method, "send") && method != "sendChatAction"
}

// neverSent reports whether a call failed before anything left the machine.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// scrub keeps the reason of a failed call and drops the address, which has the
// token in it. What wraps the reason may repeat the address and is dropped as
// well.
func scrub(method string, err error) error {
	reason := "no connection"
	if errors.Is(err, context.DeadlineExceeded) {
		reason = "no reply in time"
	} else if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		reason = op.Op + ": " + op.Err.Error()
	} else if dns, ok := errors.AsType[*net.DNSError](err); ok {
		reason = "cannot look up " + dns.Name
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		reason = "the connection was closed"
	}
	return fmt.Errorf("%s: %s", method, reason)
}

// A pacer spreads messages over time so that Telegram has no reason to refuse
// them: 20 a minute to a group, one a second to a person after a burst of five,
// 25 a second in all, edits included. Telegram publishes no exact limits; these
// lie at or below those its documentation names. It also keeps the pauses that
// Telegram orders.
type pacer struct {
	off  bool // only the pauses are kept
	all  *rate.Limiter
	mu   sync.Mutex
	keys *lru.Cache[string, *pace]
}

// A pace is of a chat or of a method that belongs to none.
type pace struct {
	*rate.Limiter
	until time.Time     // Telegram asked to wait; guarded by pacer.mu
	turn  chan struct{} // holds a token while a call to the chat is under way
}

// maxPaced bounds the memory. A chat that drops out has sent nothing for
// longest and starts afresh.
const maxPaced = 10000

func newPacer(off bool) *pacer {
	keys, err := lru.New[string, *pace](maxPaced)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &pacer{off: off, all: rate.NewLimiter(25, 1), keys: keys}
}

func (p *pacer) of(key string) *pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.keys.Get(key); ok {
		return c
	}
	c := &pace{Limiter: rate.NewLimiter(1, 5), turn: make(chan struct{}, 1)}
	if strings.HasPrefix(key, "-") {
		// 5 at once and 15 more in the minute are 20 in any minute.
		c.Limiter = rate.NewLimiter(rate.Every(4*time.Second), 5)
	}
	p.keys.Add(key, c)
	return c
}

// wait returns when a call may be made, and what to do after it. Calls to one
// chat are made one after another, so that none is on its way while Telegram
// orders a pause; those that say that an answer takes long do not wait for it.
func (p *pacer) wait(ctx context.Context, key string, info callInfo) (release func(), err error) {
	c := p.of(key)
	if !p.off && info.chat != 0 && !info.free {
		if err := c.Wait(ctx); err != nil {
			return nil, err
		}
		if err := p.all.Wait(ctx); err != nil {
			return nil, err
		}
	}
	release = func() {}
	if info.chat != 0 {
		var enough <-chan time.Time
		if info.free {
			enough = time.After(freeTurn)
		}
		select {
		case c.turn <- struct{}{}:
			release = func() { <-c.turn }
		case <-enough:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := p.paused(ctx, c, info.free); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// paused waits while Telegram has asked for that. Calls that are not worth it
// are given up.
func (p *pacer) paused(ctx context.Context, c *pace, free bool) error {
	for {
		p.mu.Lock()
		left := time.Until(c.until)
		p.mu.Unlock()
		switch {
		case left <= 0:
			return ctx.Err()
		case free:
			return errPaused
		}
		if sleep(ctx, left); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// freeTurn is how long a call that is not worth waiting for waits for another to
// the same chat.
const freeTurn = 500 * time.Millisecond

// errPaused says that a call is not worth waiting for.
var errPaused = errors.New("a pause was asked for")

// hold keeps every call of a key back for a while, because Telegram said so.
func (p *pacer) hold(key string, d time.Duration) {
	c := p.of(key)
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(c.until) {
		c.until = until
	}
}
