package telegram

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// A mortal is a store and a way to Telegram that die together at one moment, as
// those of a process do: nothing that comes later has any effect.
type mortal struct {
	store.Store
	next http.RoundTripper
	dead atomic.Bool
	died chan struct{}    // closed then
	die  func(stage) bool // whether to die at a stage; called before or after it
}

// A stage is a moment on the way of an update.
type stage string

const (
	afterIntake   stage = "after intake"
	beforeClaim   stage = "before claim"
	afterClaim    stage = "after claim"
	beforeSend    stage = "before send"
	afterSend     stage = "after send"
	beforeDone    stage = "before done"
	afterDone     stage = "after done"
	beforeConfirm stage = "before confirm"
)

var errMortal = errors.New("dead")

func (m *mortal) at(s stage) bool {
	if m.die(s) && m.dead.CompareAndSwap(false, true) {
		close(m.died)
	}
	return m.dead.Load()
}

func (m *mortal) Get(key string) (store.Entry, error) {
	if m.dead.Load() {
		return store.Entry{}, errMortal
	}
	return m.Store.Get(key)
}

func (m *mortal) Scan(prefix, after string, limit int) ([]store.Entry, error) {
	if m.dead.Load() {
		return nil, errMortal
	}
	return m.Store.Scan(prefix, after, limit)
}

func (m *mortal) Apply(ops ...store.Op) error {
	before, after := stage(""), stage("")
	for _, o := range ops {
		switch {
		case strings.HasPrefix(o.Key, seenPrefix):
			after = afterIntake
		case strings.HasPrefix(o.Key, queuePrefix) && o.Delete:
			before, after = beforeDone, afterDone
		case strings.HasPrefix(o.Key, queuePrefix) && after == "":
			before, after = beforeClaim, afterClaim
		}
	}
	if m.dead.Load() || before != "" && m.at(before) {
		return errMortal
	}
	err := m.Store.Apply(ops...)
	if after != "" && m.at(after) {
		return errMortal
	}
	return err
}

func (m *mortal) RoundTrip(req *http.Request) (*http.Response, error) {
	if m.dead.Load() {
		return nil, errMortal
	}
	sending := strings.HasSuffix(req.URL.Path, "/sendMessage")
	if sending && m.at(beforeSend) || strings.HasSuffix(req.URL.Path, "/getUpdates") && m.at(beforeConfirm) {
		return nil, errMortal
	}
	resp, err := m.next.RoundTrip(req)
	if sending && m.at(afterSend) {
		if err == nil {
			resp.Body.Close()
		}
		return nil, errMortal
	}
	return resp, err
}

// TestR2CrashPoints lets the process die at each point on the way of an update,
// 20 times each, at another question every time. After the next start every
// question is answered, and twice only when a question was dying between
// Telegram's taking the answer and the note of that, which is said.
func TestR2CrashPoints(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	for _, point := range []stage{afterIntake, beforeClaim, afterClaim, beforeSend, afterSend, beforeDone, afterDone, beforeConfirm} {
		t.Run(string(point), func(t *testing.T) {
			doubles := 0
			for n := range rounds {
				doubles += crashAt(t, point, n%5+1)
			}
			// crashAt checks that every double was said. At other points than the
			// two, the question before may just have been sent.
			if doubles > rounds {
				t.Errorf("%d answered twice in %d rounds", doubles, rounds)
			}
			t.Logf("R2: %s: %d deaths, 0 lost, %d answered twice", point, rounds, doubles)
		})
	}
}

// crashAt asks five questions and dies at the nth time of a point. It returns
// how many were answered twice.
func crashAt(t *testing.T, point stage, nth int) (doubles int) {
	t.Helper()
	const questions = 5
	m := &mortal{Store: store.NewMemory(nil), next: http.DefaultTransport, died: make(chan struct{})}
	var times atomic.Int64
	m.die = func(s stage) bool { return s == point && times.Add(1) == int64(nth) }
	r := newRig(t, telegramtest.Options{}, func(o *Options) {
		o.Store, o.Transport = m, m
		o.Chat = chat.New(engine(), m, chat.Options{Log: true})
	})
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddPrivate(ann)
	// One after another, so that each point is passed once a question.
	ann.Say(c, "古树名木保护谁牵头")
	r.start()
	for i := 1; i <= questions; i++ {
		for deadline := time.Now().Add(patience); len(r.tg.Sent(c)) < i && !m.dead.Load() && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		if i < questions {
			ann.Say(c, "古树名木保护谁牵头")
		}
	}
	select {
	case <-m.died:
	case <-time.After(patience):
		t.Errorf("%s is not reached %d times", point, nth)
	}
	r.bot.kill() // nothing of it can do anything any more
	r.halt()
	before := len(r.tg.Sent(c))

	r.opt.Store, r.opt.Transport = m.Store, nil
	r.opt.Chat = chat.New(engine(), m.Store, chat.Options{Log: true})
	r.start()
	r.idle()
	sent := len(r.tg.Sent(c))
	if sent < questions {
		t.Fatalf("%s, time %d: %d of %d answered; %d before the death", point, nth, sent, questions, before)
	}
	if twice := sent - questions; int64(twice) > r.bot.Counts().Resent.Load() {
		t.Errorf("%s, time %d: %d answered twice, %d said", point, nth, twice, r.bot.Counts().Resent.Load())
	}
	r.halt()
	return sent - questions
}

// TestPanicContained lets one question panic. It costs that question and no
// other (G8).
func TestPanicContained(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddPrivate(ann)
	p := &panicky{Store: r.st}
	r.opt.Store = p
	r.opt.Chat = chat.New(engine(), p, chat.Options{Log: true})
	r.start()
	p.armed.Store(true)
	ann.Say(c, "古树名木保护谁牵头")
	ann.Say(c, "湿地保护率目标")
	r.sent(c, 1)
	r.idle()
	if got := r.bot.Counts().Panics.Load(); got != 1 {
		t.Errorf("%d panics contained, want 1", got)
	}
	if strings.Contains(r.log.String(), "古树") {
		t.Errorf("a question is in the log: %s", r.log)
	}
}

// panicky panics once when a conversation is read.
type panicky struct {
	store.Store
	armed atomic.Bool
}

func (p *panicky) Get(key string) (store.Entry, error) {
	if strings.Contains(key, "/talk/") && p.armed.CompareAndSwap(true, false) {
		panic("古树名木 and other words of a question")
	}
	return p.Store.Get(key)
}
