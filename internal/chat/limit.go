package chat

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// A Verdict says what becomes of a message before it is read.
type Verdict int

// Verdicts.
const (
	Admit  Verdict = iota // answer it
	Warn                  // say that it was too many; once a minute
	Ignore                // too many, and that was said
)

// Default limits, in questions a minute. A burst of the same size is allowed.
const (
	defaultUserPerMinute = 30
	defaultChatPerMinute = 60
)

// maxLimited bounds the memory: the users and chats not seen for longest start
// with a full allowance again.
const maxLimited = 20000

// limits are token buckets (golang.org/x/time/rate), kept in an LRU
// (hashicorp/golang-lru) since anybody can make up chats.
type limits struct {
	mu           sync.Mutex
	user, chat   int
	users, chats *lru.Cache[string, *bucket]
	words        *lru.Cache[string, *bucket]
}

func newLimits(opt Options) *limits {
	cache := func() *lru.Cache[string, *bucket] {
		c, err := lru.New[string, *bucket](maxLimited)
		if err != nil {
			panic(err) // only for a size below one
		}
		return c
	}
	l := &limits{user: opt.UserPerMinute, chat: opt.ChatPerMinute, users: cache(), chats: cache(), words: cache()}
	if l.user == 0 {
		l.user = defaultUserPerMinute
	}
	if l.chat == 0 {
		l.chat = defaultChatPerMinute
	}
	return l
}

// Admit decides about a message that was written at a time. The time is the
// message's own, so that what piled up during an outage is judged by how it was
// asked and not by how it arrived.
func (c *Chat) Admit(k Key, at time.Time) Verdict {
	l := c.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	user, chat := take(l.users, k.Chat+"\x00"+k.User, l.user, at), take(l.chats, k.Chat, l.chat, at)
	// Both must have room before either is charged.
	if user.TokensAt(at) >= 1 && chat.TokensAt(at) >= 1 {
		user.AllowN(at, 1)
		chat.AllowN(at, 1)
		return Admit
	}
	who := k.Chat + "\x00" + k.User
	if chat.TokensAt(at) < 1 {
		who = k.Chat // one word for all of them
	}
	if take(l.words, who, 1, at).AllowN(at, 1) {
		return Warn
	}
	return Ignore
}

// A bucket is a token bucket with the latest time it was asked at.
type bucket struct {
	*rate.Limiter
	latest time.Time
}

// window is the time that limits count over. A clock that was set back by more
// starts afresh; otherwise nobody could ask until it caught up.
const window = time.Minute

func take(of *lru.Cache[string, *bucket], key string, perMinute int, at time.Time) *bucket {
	b, ok := of.Get(key)
	if !ok || at.Before(b.latest.Add(-window)) {
		b = &bucket{Limiter: rate.NewLimiter(rate.Limit(float64(perMinute)/window.Seconds()), perMinute)}
		of.Add(key, b)
	}
	if at.After(b.latest) {
		b.latest = at
	}
	return b
}
