package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	updateLife = 24 * time.Hour
	maxPoll    = 50 * time.Second
)

// An update waits in the queue until the bot confirms it.
type update struct {
	id   int64
	kind string
	raw  json.RawMessage
	at   time.Time

	// forced updates come out of order: an offset does not confirm them before
	// they were handed out.
	forced    bool
	delivered bool
}

// A poll is a getUpdates that waits.
type poll struct{ end chan *apiError }

// A webhook is where updates go instead of waiting for a poll.
type webhook struct {
	url, secret string
	gone        chan struct{}
	lastError   string
	lastErrorAt time.Time
	connections int
}

var errOtherPoll = conflict("terminated by other getUpdates request; make sure that only one bot instance is running")

// optIn are the kinds that a bot gets only when it names them.
var optIn = []string{"chat_member", "message_reaction", "message_reaction_count"}

// wants reports whether the bot asked for updates of a kind.
func (s *Server) wants(kind string) bool {
	if len(s.allowed) == 0 {
		return !slices.Contains(optIn, kind)
	}
	return slices.Contains(s.allowed, kind)
}

// push queues an update, unless the bot does not want its kind. The caller
// holds the lock.
func (s *Server) push(kind string, body any) {
	if !s.wants(kind) {
		s.stats.Filtered++
		return
	}
	id := s.nextUp
	raw, err := json.Marshal(object{"update_id": id, kind: body})
	if err != nil {
		s.misuse("an update of kind %s cannot be encoded: %v", kind, err)
		return
	}
	s.nextUp++
	s.enqueue(&update{id: id, kind: kind, raw: raw, at: s.opts.Now()})
}

func (s *Server) enqueue(u *update) {
	s.queue = append(s.queue, u)
	s.past = append(s.past, u)
	s.notify()
}

// InjectRaw queues an update as given, whatever the bot asked for: a kind that
// does not exist yet, or a body no client can decode. It adds an update_id
// where there is none, and returns it.
func (s *Server) InjectRaw(raw string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	raw = strings.TrimSpace(raw)
	if !strings.HasPrefix(raw, "{") {
		s.misuse("InjectRaw: not an object: %s", raw)
		return 0
	}
	var head struct {
		ID *int64 `json:"update_id"`
	}
	_ = json.Unmarshal([]byte(raw), &head)
	id := s.nextUp
	if head.ID != nil {
		id = *head.ID
	} else {
		rest := strings.TrimSpace(raw[1:])
		comma := ","
		if rest == "}" {
			comma = ""
		}
		raw = fmt.Sprintf(`{"update_id":%d%s%s`, id, comma, rest)
	}
	if !json.Valid([]byte(raw)) {
		s.misuse("InjectRaw: not JSON: %s", raw)
		return 0
	}
	s.nextUp = max(s.nextUp, id+1)
	s.enqueue(&update{id: id, kind: "raw", raw: json.RawMessage(raw), at: s.opts.Now(), forced: head.ID != nil})
	return id
}

// LastUpdate returns the id of the newest update, 0 before the first.
func (s *Server) LastUpdate() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.past) == 0 {
		return 0
	}
	return s.past[len(s.past)-1].id
}

// Redeliver queues an update again under its old id, as happens when a
// confirmation is lost. It may have been confirmed long ago.
func (s *Server) Redeliver(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.past {
		if u.id == id {
			s.queue = append(s.queue, &update{id: u.id, kind: u.kind, raw: u.raw, at: s.opts.Now(), forced: true})
			s.notify()
			return
		}
	}
	s.misuse("Redeliver: there was no update %d", id)
}

// Duplicate queues every n-th waiting update a second time.
func (s *Server) Duplicate(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, u := range slices.Clone(s.queue) {
		if (i+1)%max(n, 1) == 0 {
			c := *u
			c.forced = true
			s.queue = append(s.queue, &c)
		}
	}
	s.notify()
}

// Shuffle brings the waiting updates out of order: none moves further than
// window places. Hold and Release make sure that there are some.
func (s *Server) Shuffle(window int, seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	rng := rand.New(rand.NewPCG(seed, seed))
	for from := 0; from < len(s.queue); from += max(window, 1) {
		part := s.queue[from:min(from+max(window, 1), len(s.queue))]
		rng.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
	}
	for _, u := range s.queue {
		u.forced = true
	}
	s.notify()
}

// Hold keeps updates back until Release.
func (s *Server) Hold() { s.setHeld(true) }

// Release hands out what Hold kept back.
func (s *Server) Release() { s.setHeld(false) }

func (s *Server) setHeld(held bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = held
	s.notify()
}

// Pending returns how many updates wait for the bot to confirm them.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// getUpdates waits for updates. The newest call ends the one before.
func (s *Server) getUpdates(ctx context.Context, req *request, call *Call) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hook != nil {
		return nil, conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	}
	if e := s.limit(req, call); e != nil {
		return nil, e
	}
	if !s.allow(req) {
		return nil, bad("can't parse allowed updates: expected an Array of String")
	}
	s.endPoll(errOtherPoll)
	me := &poll{end: make(chan *apiError, 1)}
	s.poll = me
	defer func() {
		if s.poll == me {
			s.poll = nil
		}
	}()
	s.confirm(req.number("offset"))
	wait := min(time.Duration(req.number("timeout"))*time.Second, maxPoll)
	return s.waitUpdates(ctx, me, wait, int(req.number("limit")))
}

func (s *Server) waitUpdates(ctx context.Context, me *poll, wait time.Duration, limit int) (any, *apiError) {
	if limit < 1 || limit > 100 {
		limit = 100
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for over := wait <= 0; ; {
		if batch := s.batch(limit); len(batch) > 0 || over {
			return batch, nil
		}
		changed := s.changed
		s.mu.Unlock()
		var e *apiError
		select {
		case <-changed:
		case e = <-me.end:
		case <-timer.C:
			over = true
		case <-ctx.Done():
			over = true
		case <-s.done:
			over = true
		}
		s.mu.Lock()
		if e != nil {
			return nil, e
		}
	}
}

// batch hands out waiting updates without confirming them.
func (s *Server) batch(limit int) []json.RawMessage {
	out := []json.RawMessage{}
	s.expire()
	if s.held {
		return out
	}
	for _, u := range s.queue[:min(limit, len(s.queue))] {
		u.delivered = true
		out = append(out, u.raw)
	}
	return out
}

// expire forgets updates that nobody fetched for a day.
func (s *Server) expire() {
	now := s.opts.Now()
	s.queue = slices.DeleteFunc(s.queue, func(u *update) bool { return now.Sub(u.at) > updateLife })
}

// endPoll ends the waiting getUpdates, if any.
func (s *Server) endPoll(e *apiError) {
	if s.poll != nil {
		s.poll.end <- e // buffered, and nobody else sends: s.poll is cleared
		s.poll = nil
	}
}

// confirm deletes what an offset confirms. A negative offset keeps only the
// newest updates.
func (s *Server) confirm(offset int64) {
	if offset < 0 {
		s.queue = s.queue[max(0, len(s.queue)+int(max(offset, -1<<30))):]
		return
	}
	before := len(s.queue)
	s.queue = slices.DeleteFunc(s.queue, func(u *update) bool {
		return u.id < offset && (u.delivered || !u.forced)
	})
	if len(s.queue) != before {
		s.notify()
	}
}

// allow keeps the kinds of updates that a call names. A call that names none
// changes nothing; an empty list means the default.
func (s *Server) allow(req *request) bool {
	if req.params["allowed_updates"] == "" {
		return true
	}
	var kinds []string
	if !req.decode("allowed_updates", &kinds) {
		return false
	}
	s.allowed = kinds
	return true
}

func (s *Server) setWebhook(req *request) (any, *apiError) {
	to := req.params["url"]
	if to == "" {
		return s.deleteWebhook(req)
	}
	if e := checkHook(to, req.params["secret_token"]); e != nil {
		return nil, e
	}
	if !s.allow(req) {
		return nil, bad("can't parse allowed updates: expected an Array of String")
	}
	s.endPoll(conflict("terminated by setWebhook request"))
	s.dropHook(req)
	connections := int(req.number("max_connections"))
	if connections == 0 {
		connections = 40
	}
	s.hook = &webhook{url: to, secret: req.params["secret_token"], gone: make(chan struct{}), connections: connections}
	s.hooks.Add(1)
	go s.deliver(s.hook)
	return true, nil
}

// checkHook wants HTTPS, except on the loopback interface, where tests listen.
func checkHook(to, secret string) *apiError {
	u, err := url.Parse(to)
	local := err == nil && (u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost")
	if err != nil || u.Scheme != "https" && !local {
		return bad("bad webhook: An HTTPS URL must be provided for webhook")
	}
	if !local && !slices.Contains([]string{"", "443", "80", "88", "8443"}, u.Port()) {
		return bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
	}
	if len(secret) > 256 {
		return bad("secret token is too long")
	}
	if strings.ContainsFunc(secret, func(r rune) bool { return !nameRune(r) && r != '-' }) {
		return bad("secret token contains unallowed characters")
	}
	return nil
}

func (s *Server) dropHook(req *request) {
	if s.hook != nil {
		close(s.hook.gone)
		s.hook = nil
	}
	if req.flag("drop_pending_updates") {
		s.queue = nil
	}
}

func (s *Server) deleteWebhook(req *request) (any, *apiError) {
	s.dropHook(req)
	return true, nil
}

func (s *Server) getWebhookInfo(*request) (any, *apiError) {
	info := object{"url": "", "has_custom_certificate": false, "pending_update_count": len(s.queue)}
	if len(s.allowed) > 0 {
		info["allowed_updates"] = s.allowed
	}
	if h := s.hook; h != nil {
		info["url"], info["max_connections"] = h.url, h.connections
		if h.lastError != "" {
			info["last_error_date"], info["last_error_message"] = h.lastErrorAt.Unix(), h.lastError
		}
	}
	return info, nil
}

// deliver posts updates to a webhook in order, each until it is taken.
func (s *Server) deliver(h *webhook) {
	defer s.hooks.Done()
	pause := s.opts.WebhookRetry
	for {
		s.mu.Lock()
		s.expire()
		var next *update
		if len(s.queue) > 0 && !s.held {
			next = s.queue[0]
		}
		changed := s.changed
		s.mu.Unlock()
		var again <-chan time.Time
		if next != nil {
			err := s.postUpdate(h, next)
			if s.posted(h, next, err) {
				pause = s.opts.WebhookRetry
				changed = closedChan
			} else {
				again = time.After(pause)
				pause = min(2*pause, time.Second)
				changed = nil
			}
		}
		select {
		case <-changed:
		case <-again:
		case <-h.gone:
			return
		case <-s.done:
			return
		}
	}
}

var closedChan = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (s *Server) postUpdate(h *webhook, u *update) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-h.gone:
		case <-s.done:
		case <-ctx.Done():
		}
		cancel()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(u.raw))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if h.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", h.secret)
	}
	resp, err := s.opts.WebhookClient.Do(req)
	if err != nil {
		return fmt.Errorf("connection failed: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		return refusal("Wrong response from the webhook: %s", resp.Status)
	}
	return nil
}

// posted takes a delivered update off the queue and reports whether it was.
func (s *Server) posted(h *webhook, u *update, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.WebhookPosts++
	if err != nil {
		h.lastError, h.lastErrorAt = err.Error(), s.opts.Now()
		s.notify()
		return false
	}
	u.delivered = true
	if i := slices.Index(s.queue, u); i >= 0 {
		s.queue = slices.Delete(s.queue, i, i+1)
	}
	s.notify()
	return true
}
