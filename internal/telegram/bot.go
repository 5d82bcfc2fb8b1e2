package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

// Options are what a Bot is made of.
type Options struct {
	Token  string
	APIURL string // base of the Bot API; "" is Telegram's
	Chat   *chat.Chat
	Store  store.Store // where updates wait; Chat keeps its conversations in the same

	PublicURL string // base of the reader; "" makes citations open in the private chat

	AllowedChats, AllowedUsers []int64 // who may ask; both empty is everybody
	Admins                     []int64 // who may use /stats, /unanswered, /backup

	WebhookURL    string // "" polls
	WebhookSecret string

	// Backup writes a backup of the store and returns where. Nil means that
	// there is nothing to back up.
	Backup func(ctx context.Context) (string, error)

	Log       *slog.Logger
	Transport http.RoundTripper // of calls to the Bot API; nil is the default one
	Unpaced   bool              // do not spread messages over time; for servers without limits
	Now       func() time.Time  // nil is time.Now
}

// Errors that end a bot.
var (
	// ErrToken says that Telegram does not know the token.
	ErrToken = errors.New("telegram: the token is not valid")
	// ErrTokenForm says that a text cannot be a token.
	ErrTokenForm = errors.New("telegram: this is not a bot token")
)

// Counts count what happened since the start. All are safe for concurrent use.
type Counts struct {
	Answered    atomic.Int64 // items done, their answers accepted by Telegram
	Resumed     atomic.Int64 // items left by an earlier run
	Resent      atomic.Int64 // of those, sent again although they may have been sent
	Doubtful    atomic.Int64 // sends repeated although Telegram may have accepted them
	Duplicates  atomic.Int64 // updates that were seen before
	Undecodable atomic.Int64 // updates that cannot be read
	Ignored     atomic.Int64 // messages over the limits
	Inserted    atomic.Int64 // inline results that were chosen, where BotFather reports them
	Dropped     atomic.Int64 // taps and inline queries that came too late or too many
	Undelivered atomic.Int64 // answers to chats that the bot cannot write to
	Failed      atomic.Int64 // answers that Telegram refused
	Panics      atomic.Int64
	Retries     atomic.Int64
	TooMany     atomic.Int64 // 429 answers
	Conflicts   atomic.Int64
	BadSecrets  atomic.Int64
	StoreErrors atomic.Int64
}

// A Bot is one Telegram bot. Make it with [New], then [Bot.Connect] and
// [Bot.Run].
type Bot struct {
	opt    Options
	log    *slog.Logger
	now    func() time.Time
	api    *bot.Bot
	client *client
	counts Counts
	me     models.User
	refs   *refs
	queue  *queue

	taking  sync.Mutex             // one batch of updates at a time
	judged  map[int64]chat.Verdict // of updates not kept yet: charged once, however often the store fails; guarded by taking
	keeping atomic.Bool            // the last updates could be kept
	closed  bool                   // no more updates are taken; guarded by taking
	running sync.WaitGroup
	sides   chan struct{}
	moved   *lru.Cache[int64, int64] // groups that became supergroups

	extensions chan struct{} // one for each addition that is waited for
	versions   *versions
	extras     context.Context // ends when the bot begins to stop
	endExtras  context.CancelFunc

	hard context.Context // ends when draining is over
	kill context.CancelFunc
}

// tokenForm is how tokens look: the bot's id and a secret.
var tokenForm = regexp.MustCompile(`^\d+:[\w-]{30,}$`)

// drainTime is how long a stopping bot goes on at most. It begins nothing new in
// the last part of it, so that no call is broken off of which nobody would know
// whether Telegram took it.
const (
	drainTime = 8 * time.Second
	lastCalls = 1500 * time.Millisecond
)

// New makes a Bot. It touches no network.
func New(opt Options) (*Bot, error) {
	opt.Token = strings.TrimSpace(opt.Token)
	if !tokenForm.MatchString(opt.Token) {
		return nil, ErrTokenForm
	}
	if opt.APIURL == "" {
		opt.APIURL = "https://api.telegram.org"
	}
	opt.APIURL = strings.TrimSuffix(opt.APIURL, "/")
	if u, err := url.Parse(opt.APIURL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return nil, errors.New("telegram: the address of the Bot API must look like https://host")
	}
	if opt.WebhookURL != "" && opt.WebhookSecret == "" {
		return nil, errors.New("telegram: webhook mode needs a secret")
	}
	opt.PublicURL = strings.TrimSuffix(opt.PublicURL, "/")
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	b := &Bot{judged: map[int64]chat.Verdict{}, opt: opt, log: opt.Log, now: opt.Now, sides: make(chan struct{}, asideLimit), refs: newRefs(opt.Chat.Engine())}
	b.hard, b.kill = context.WithCancel(context.Background())
	if opt.Transport == nil {
		opt.Transport = http.DefaultTransport
	}
	b.client = newClient(opt.Transport, newPacer(opt.Unpaced), b.log, &b.counts)
	b.keeping.Store(true)
	var err error
	if b.api, err = bot.New(opt.Token, bot.WithSkipGetMe(), bot.WithServerURL(opt.APIURL), bot.WithHTTPClient(time.Minute, b.client)); err != nil {
		return nil, errors.New("telegram: cannot set up the client")
	}
	if b.moved, err = lru.New[int64, int64](maxPaced); err != nil {
		return nil, err
	}
	if b.versions, err = newVersions(); err != nil {
		return nil, err
	}
	b.extensions = make(chan struct{}, extending)
	b.startExtras()
	b.queue = newQueue(b.hard, b)
	return b, nil
}

// Connect asks Telegram who the bot is. It repeats while Telegram cannot be
// reached; ErrToken says that going on makes no sense.
func (b *Bot) Connect(ctx context.Context) error {
	me, err := b.api.GetMe(withCall(ctx, callInfo{}))
	switch {
	case errors.Is(err, bot.ErrorUnauthorized), errors.Is(err, bot.ErrorNotFound):
		return ErrToken
	case err != nil:
		return fmt.Errorf("telegram: %w", err)
	}
	b.me = *me
	return nil
}

// Username returns the bot's name without @, after Connect.
func (b *Bot) Username() string { return b.me.Username }

// SeesAll reports whether the bot is shown all messages of groups, after
// Connect. Otherwise it sees commands, replies to it, and nothing else.
func (b *Bot) SeesAll() bool { return b.me.CanReadAllGroupMessages }

// Counts returns the counters, which go on counting.
func (b *Bot) Counts() *Counts { return &b.counts }

// Keeping reports whether the last updates that came could be kept.
func (b *Bot) Keeping() bool { return b.keeping.Load() }

// Depth returns how many chats have questions that wait or are being answered.
func (b *Bot) Depth() int { return b.queue.depth() }

// Run answers until ctx ends, then for at most drainTime finishes what has
// begun. What is not finished then is in the store and is answered after the
// next start. Run returns nil when ctx ended it.
func (b *Bot) Run(ctx context.Context) error {
	defer b.kill()
	if err := b.queue.resume(); err != nil {
		return fmt.Errorf("telegram: read the waiting questions: %w", err)
	}
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		b.introduce(ctx)
	}()
	err := b.receive(ctx)
	if err != nil {
		b.kill()
	}
	b.drain()
	return err
}

// receive takes updates until ctx ends.
func (b *Bot) receive(ctx context.Context) error {
	if b.opt.WebhookURL == "" {
		return b.poll(ctx)
	}
	if err := b.setWebhook(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// drain waits until nothing runs or drainTime is over.
func (b *Bot) drain() {
	b.endExtras()
	last := time.AfterFunc(drainTime-lastCalls, b.queue.close)
	defer last.Stop()
	stop := time.AfterFunc(drainTime, b.kill)
	defer stop.Stop()
	b.taking.Lock()
	b.closed = true
	b.taking.Unlock()
	b.running.Wait()
	b.queue.close()
	b.client.http.CloseIdleConnections()
}
