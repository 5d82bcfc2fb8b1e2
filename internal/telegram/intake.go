package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

// take decodes updates and writes what they ask to the store. When it returns
// nil they may be confirmed. next is the id to confirm up to, 0 for none.
func (b *Bot) take(ctx context.Context, raws []json.RawMessage) (next int64, err error) {
	var us []*update
	for _, raw := range raws {
		u, err := decode(raw)
		if err != nil {
			b.counts.Undecodable.Add(1)
			b.log.Warn("skipped an update that cannot be read", "error", "not the expected JSON")
			if id, ok := idOf(raw); ok {
				next = max(next, id+1)
			}
			continue
		}
		next = max(next, u.ID+1)
		us = append(us, u)
	}
	slices.SortFunc(us, func(x, y *update) int { return cmp.Compare(x.ID, y.ID) })
	return next, b.takeAll(ctx, us)
}

// takeAll writes the items of updates, sorted by id, in batches that the store
// takes. It is called by one goroutine at a time.
func (b *Bot) takeAll(ctx context.Context, us []*update) (err error) {
	b.taking.Lock()
	defer b.taking.Unlock()
	if b.closed {
		return errStopping
	}
	defer func() { b.keeping.Store(err == nil) }()
	const batch = store.MaxOps / 2
	for part := range slices.Chunk(us, batch) {
		if err = b.takeBatch(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

var errStopping = errors.New("the bot is stopping")

func (b *Bot) takeBatch(ctx context.Context, us []*update) error {
	var ops []store.Op
	var chats []int64
	var after []func()
	seen := map[int64]bool{}
	until := b.now().Add(seenFor)
	for _, u := range us {
		if seen[u.ID] {
			b.counts.Duplicates.Add(1)
			continue
		}
		seen[u.ID] = true
		dup, err := b.seen(u.ID)
		if err != nil {
			return err
		}
		if dup {
			b.counts.Duplicates.Add(1)
			continue
		}
		it, then := b.sort(ctx, u)
		if then != nil {
			after = append(after, then)
		}
		if it == nil {
			continue
		}
		ops = append(ops, store.Put(it.queueKey(), it.encode()), store.Put(seenKey(u.ID), nil).Until(until))
		chats = append(chats, it.Chat)
	}
	if len(ops) > 0 {
		if err := b.opt.Store.Apply(ops...); err != nil {
			return fmt.Errorf("keep the updates: %w", err)
		}
	}
	clear(b.judged)
	for _, f := range after {
		f()
	}
	for _, c := range chats {
		b.queue.wake(c)
	}
	return nil
}

func (b *Bot) seen(id int64) (bool, error) {
	_, err := b.opt.Store.Get(seenKey(id))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// sort decides what an update wants: an item for the queue, something to be
// done at once after the batch is kept, both or nothing.
func (b *Bot) sort(ctx context.Context, u *update) (*item, func()) {
	switch {
	case u.Message != nil:
		return b.sortMessage(u.ID, u.Message, false)
	case u.Edited != nil:
		return b.sortMessage(u.ID, u.Edited, true)
	case u.Callback != nil:
		return b.sortTap(ctx, u.ID, u.Callback)
	case u.Inline != nil:
		q := u.Inline
		return nil, func() { b.aside(func() { b.inline(ctx, q) }) }
	case u.Chosen != nil:
		b.counts.Inserted.Add(1)
		return nil, nil
	case u.Member != nil:
		return b.sortMember(u.ID, u.Member)
	}
	return nil, nil
}

func (b *Bot) sortMessage(id int64, m *message, edited bool) (*item, func()) {
	if m.MigrateTo != 0 {
		from, to := m.Chat.ID, m.MigrateTo
		return nil, func() { b.migrated(from, to) }
	}
	if b.ignored(m) || !m.Chat.private() && !m.Chat.group() {
		return nil, nil
	}
	it := itemOf(id, m)
	c, ok := b.addressed(m)
	switch {
	case !ok:
		return nil, nil
	case !b.allowed(it):
		if !m.Chat.private() || edited {
			return nil, nil
		}
		it.Do = doDenied
	case m.wordless():
		if !m.Chat.private() || edited {
			return nil, nil
		}
		it.Do = doHelp
	case edited && b.now().Sub(it.at()) > chat.Kept-time.Hour:
		return nil, nil // its answer is not known any more
	case edited && c.command != "" && c.command != "ask":
		return nil, nil
	case c.command != "" && c.command != "ask":
		if !known(c.command) && !m.Chat.private() {
			return nil, nil
		}
		it.Do, it.Command, it.Text = doCommand, c.command, clipped(c.text, maxQuestion)
	case c.text == "":
		if m.Text == "" && m.Caption == "" || edited {
			return nil, nil // a service message
		}
		it.Do = doHelp
	case units(c.text) > maxQuestion:
		it.Do = doLong
	default:
		it.Do, it.Text, it.ReplyTo = doAsk, c.text, c.reply
		if edited {
			it.Do = doEdit
		}
	}
	return b.admitted(it), nil
}

// maxQuestion is how long a question may be, in UTF-16 units: as long as a
// message. What a server sends beyond that would not fit into the store.
const maxQuestion = 4096

func itemOf(id int64, m *message) *item {
	it := &item{Update: id, Chat: m.Chat.ID, Private: m.Chat.private(), Message: m.ID, At: m.Date}
	if m.IsTopic {
		it.Thread = m.Thread // elsewhere thread ids cannot be sent to
	}
	if m.From.ID == groupAnonymousBot {
		it.User = "s" + strconv.FormatInt(m.SenderChat.ID, 10)
	} else {
		it.UserID, it.User = m.From.ID, strconv.FormatInt(m.From.ID, 10)
	}
	return it
}

// admitted passes an item by the limits on intake.
func (b *Bot) admitted(it *item) *item {
	verdict, ok := b.judged[it.Update]
	if !ok {
		verdict = b.opt.Chat.Admit(it.conversation(), it.at())
		b.judged[it.Update] = verdict
	}
	switch verdict {
	case chat.Warn:
		it.Do, it.Text, it.Command = doSlow, "", ""
	case chat.Ignore:
		b.counts.Ignored.Add(1)
		return nil
	}
	return it
}

// sortTap answers a tap at once, as buttons wait for that, and queues what it
// asks for.
func (b *Bot) sortTap(ctx context.Context, id int64, cb *callback) (*item, func()) {
	if cb.From == nil {
		return nil, nil
	}
	say := func(text string) func() { return func() { b.aside(func() { b.answerTap(ctx, cb.ID, text) }) } }
	if cb.Message == nil || len(cb.Data) > maxCallback {
		return nil, say(tapGone)
	}
	m := cb.Message
	it := &item{
		Update: id, Do: doTap, Chat: m.Chat.ID, Private: m.Chat.private(), Message: m.ID,
		UserID: cb.From.ID, User: strconv.FormatInt(cb.From.ID, 10), Text: cb.Data, At: b.now().Unix(),
	}
	if m.IsTopic {
		it.Thread = m.Thread
	}
	if !b.allowed(it) {
		return nil, say("没有权限。")
	}
	if it = b.admitted(it); it == nil || it.Do == doSlow {
		return it, say("点得太快了,请稍等一分钟。")
	}
	text, ok := b.tapped(ctx, it, m)
	if !ok {
		return nil, say(text)
	}
	return it, say(text)
}

func (b *Bot) sortMember(id int64, m *memberUpdate) (*item, func()) {
	switch {
	case !m.Chat.group():
		return nil, nil
	case !m.Old.in() && m.New.in():
		it := &item{Update: id, Do: doHello, Chat: m.Chat.ID, At: m.Date}
		if m.From != nil {
			it.UserID = m.From.ID
		}
		return it, nil
	case m.Old.in() && !m.New.in():
		// Through the queue, as the answer under way is still to be noted.
		return &item{Update: id, Do: doGone, Chat: m.Chat.ID, At: m.Date}, nil
	}
	return nil, nil
}

// migrated hands everything of a group over to the supergroup it has become.
func (b *Bot) migrated(from, to int64) {
	if err := b.opt.Chat.Move(strconv.FormatInt(from, 10), strconv.FormatInt(to, 10)); err != nil {
		b.log.Error("cannot move a chat to its new id", "error", err)
	}
	b.moved.Add(from, to)
}

// allowed reports whether the owner lets this chat and user ask. Without lists
// everybody may.
func (b *Bot) allowed(it *item) bool {
	return !b.limited() || slices.Contains(b.opt.AllowedChats, it.Chat) || it.UserID != 0 && slices.Contains(b.opt.AllowedUsers, it.UserID) || b.admin(it)
}

// limited reports whether not everybody may ask.
func (b *Bot) limited() bool { return len(b.opt.AllowedChats)+len(b.opt.AllowedUsers) > 0 }

func (b *Bot) admin(it *item) bool { return it.UserID != 0 && slices.Contains(b.opt.Admins, it.UserID) }

// asideLimit bounds what is done at once beside the queues: taps and inline
// queries, which are worthless a few seconds later.
const asideLimit = 64

// asideTime is how long such work may take.
const asideTime = 8 * time.Second

// aside does work beside the queues. When too much is under way it is dropped
// and counted.
func (b *Bot) aside(f func()) {
	select {
	case b.sides <- struct{}{}:
	default:
		b.counts.Dropped.Add(1)
		return
	}
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		defer func() { <-b.sides }()
		defer b.recovered("beside the queues")
		f()
	}()
}

// privacyOn reports whether the bot sees in groups only what is addressed to
// it by command or reply.
func privacyOn(me *models.User) bool { return !me.CanReadAllGroupMessages }
