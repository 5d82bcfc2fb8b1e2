package telegram

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// A queue runs one goroutine for each chat that has items in the store, and
// none for others. Items of a chat are handled one after another.
type queue struct {
	bot *Bot
	ctx context.Context

	mu     sync.Mutex
	active map[int64]bool // chats with a goroutine; true when there may be more
	closed bool
}

func newQueue(ctx context.Context, b *Bot) *queue {
	return &queue{bot: b, ctx: ctx, active: map[int64]bool{}}
}

// wake makes sure that the items of a chat are handled.
func (q *queue) wake(chat int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if _, running := q.active[chat]; running {
		q.active[chat] = true
		return
	}
	q.active[chat] = false
	q.bot.running.Add(1)
	go q.run(chat)
}

// depth is how many chats have work.
func (q *queue) depth() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.active)
}

// close keeps new items from being begun. They stay in the store.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

func (q *queue) stopped() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

func (q *queue) run(chat int64) {
	defer q.bot.running.Done()
	for {
		it, err := q.next(chat)
		switch {
		case q.ctx.Err() != nil || q.stopped():
			q.forget(chat)
			return
		case err != nil:
			q.bot.counts.StoreErrors.Add(1)
			q.bot.log.Error("cannot read the queue, trying again", "error", err)
			sleep(q.ctx, time.Second)
		case it == nil:
			if q.finished(chat) {
				return
			}
		default:
			q.handle(it)
		}
	}
}

// next returns the oldest item of a chat, nil when there is none.
func (q *queue) next(chat int64) (*item, error) {
	for {
		found, err := q.bot.opt.Store.Scan(chatQueue(chat), "", 1)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		it, err := decodeItem(found[0])
		if err == nil {
			return it, nil
		}
		q.bot.counts.Failed.Add(1)
		q.bot.log.Error("dropped a queued item that cannot be read", "error", err)
		if err := q.bot.opt.Store.Apply(store.Delete(found[0].Key)); err != nil {
			return nil, err
		}
	}
}

// finished ends the goroutine of a chat unless more was written meanwhile.
func (q *queue) finished(chat int64) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.active[chat] && !q.closed {
		q.active[chat] = false
		return false
	}
	delete(q.active, chat)
	return true
}

func (q *queue) forget(chat int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.active, chat)
}

// handle handles one item. A panic costs the item and nothing more.
func (q *queue) handle(it *item) {
	done := false
	defer func() {
		if done {
			return
		}
		// Recovered here and not above, so that the goroutine lives on.
		q.bot.recoveredFrom(recover(), "in a chat's queue")
		if err := q.bot.opt.Store.Apply(store.Delete(it.key)); err != nil {
			q.bot.log.Error("cannot drop the item that failed", "error", err)
			sleep(q.ctx, time.Second)
		}
	}()
	err := q.bot.handle(q.ctx, it)
	done = true
	if err != nil && q.ctx.Err() == nil && !errors.Is(err, context.Canceled) {
		q.bot.log.Error("cannot finish a question, trying again", "error", err)
		sleep(q.ctx, time.Second)
	}
}

// resume wakes every chat that has items in the store.
func (q *queue) resume() error {
	last := int64(0)
	after := ""
	for {
		found, err := q.bot.opt.Store.Scan(queuePrefix, after, 256)
		if err != nil {
			return err
		}
		for _, e := range found {
			after = e.Key
			q.bot.counts.Resumed.Add(1)
			if it, err := decodeItem(e); err == nil && it.Claims > 0 {
				q.bot.counts.Resent.Add(1)
				q.bot.log.Warn("an answer may have been sent before the last stop; it is sent again", "update", it.Update)
			}
			if chat := chatOf(e.Key); chat != last {
				last = chat
				q.wake(chat)
			}
		}
		if len(found) < 256 {
			return nil
		}
	}
}

// recovered ends a panic with a note of where it was. Deferred directly.
func (b *Bot) recovered(where string) { b.recoveredFrom(recover(), where) }

func (b *Bot) recoveredFrom(p any, where string) {
	if p == nil {
		return
	}
	b.counts.Panics.Add(1)
	// The value of a panic may quote what was being read.
	b.log.Error("a bug was contained", "where", where, "stack", string(debug.Stack()))
	b.log.Debug("value of the panic", slog.Any("value", p))
}
