package telegramtest

import (
	"math"
	"strconv"
	"time"
)

// Flood says how much the bot may send. Telegram does not publish its limits;
// these are the ones its documentation names.
type Flood struct {
	GroupLimit   int           // messages and edits to one group in Window
	Window       time.Duration // default a minute
	PrivateRate  float64       // messages a second to one person
	PrivateBurst int           // how many may come at once
	PerSecond    int           // messages to all chats
}

// DefaultFlood is 20 a minute to a group, one a second to a person with a burst
// of five, and 30 a second in all.
func DefaultFlood() *Flood {
	return &Flood{GroupLimit: 20, Window: time.Minute, PrivateRate: 1, PrivateBurst: 5, PerSecond: 30}
}

// floodState remembers what was sent, and who must wait.
type floodState struct {
	sent    map[string][]time.Time // by chat, and "" for all
	blocked map[string]time.Time
}

func (f *floodState) block(key string, now time.Time, seconds int) {
	if f.blocked == nil {
		f.blocked = map[string]time.Time{}
	}
	f.blocked[key] = now.Add(time.Duration(seconds) * time.Second)
}

// waits reports whether calls for key are blocked.
func (f *floodState) waits(key string, now time.Time) bool { return f.blocked[key].After(now) }

// floodKey is what a 429 blocks: the chat, or the method of calls without one.
func (s *Server) floodKey(req *request) string {
	if id := req.params["chat_id"]; id != "" {
		return id
	}
	return req.method
}

// weighs reports whether a method counts against the limits. Edits do.
func weighs(method string) bool {
	switch method {
	case "sendmessage", "senddocument", "editmessagetext", "editmessagereplymarkup":
		return true
	}
	return false
}

// limit refuses a call that comes too early. The caller holds the lock.
func (s *Server) limit(req *request, call *Call) *apiError {
	now := s.opts.Now()
	key := s.floodKey(req)
	for _, k := range []string{key, ""} {
		until, waits := s.flood.blocked[k]
		if !waits || k == "" && !weighs(req.method) {
			continue
		}
		if left := until.Sub(now); left > 0 {
			call.Violation = true
			return tooMany(ceilSeconds(left))
		}
		delete(s.flood.blocked, k)
	}
	if s.opts.Flood == nil || !weighs(req.method) {
		return nil
	}
	if wait, k := s.tooFast(key, now); wait > 0 {
		seconds := ceilSeconds(wait)
		s.flood.block(k, now, seconds)
		return tooMany(seconds)
	}
	for _, k := range []string{key, ""} {
		s.flood.sent[k] = append(s.flood.sent[k], now)
	}
	return nil
}

// tooFast returns how long the chat, or all chats, must wait.
func (s *Server) tooFast(key string, now time.Time) (wait time.Duration, who string) {
	f := s.opts.Flood
	if s.flood.sent == nil {
		s.flood.sent = map[string][]time.Time{}
	}
	if f.PerSecond > 0 {
		if wait := s.window("", now, f.PerSecond, time.Second); wait > 0 {
			return wait, ""
		}
	}
	id, _ := strconv.ParseInt(key, 10, 64)
	if id < 0 && f.GroupLimit > 0 {
		window := f.Window
		if window == 0 {
			window = time.Minute
		}
		return s.window(key, now, f.GroupLimit, window), key
	}
	if id > 0 && f.PrivateRate > 0 {
		burst := max(f.PrivateBurst, 1)
		span := time.Duration(float64(burst) / f.PrivateRate * float64(time.Second))
		return s.window(key, now, burst, span), key
	}
	return 0, key
}

// window returns how long to wait until fewer than n lie in the last span.
func (s *Server) window(key string, now time.Time, n int, span time.Duration) time.Duration {
	list := s.flood.sent[key]
	for len(list) > 0 && now.Sub(list[0]) >= span {
		list = list[1:]
	}
	s.flood.sent[key] = list
	if len(list) < n {
		return 0
	}
	return span - now.Sub(list[0])
}

func ceilSeconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }
