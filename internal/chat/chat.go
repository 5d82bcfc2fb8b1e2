// Package chat holds conversations: what every channel (terminal, group chat,
// web page) shares, and no channel's own manners.
//
// A conversation belongs to a chat, a topic in it, and a user, so that what one
// person asked never leaks into what another one means. It is the last turn
// only: the question as it was understood and the ids that the answer cited.
// Small talk leaves it as it is, a new question replaces it, and after
// [Expiry] it is forgotten. A message that replies to an answer carries on from
// that answer, whoever it was for.
//
// # Reading and recording are two steps
//
// [Chat.Answer] reads the store and computes; [Chat.Record] returns the
// operations that remember the turn. A channel applies them together with its
// own note that the answer has reached the user, so that a crash leaves both or
// neither. [Chat.Ask] does both at once, for channels that cannot fail to
// deliver.
//
// # Why
//
// Context is data, not text to be read again: a follow-up is resolved once, by
// package question, into a question that stands on its own.
package chat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/question"
	"github.com/wence-qa/wence/internal/store"
)

// Expiry is how long a conversation is remembered after its last turn.
const Expiry = 30 * time.Minute

// Kept is how long an answer can be replied to, paged and rated.
const Kept = 48 * time.Hour

// KeptAsked is Kept for answers of [Chat.Ask]. Programs ask often, and nobody
// scrolls back in what they were told.
const KeptAsked = 2 * time.Hour

// A Key names a conversation. Any field may be empty.
type Key struct{ Chat, Topic, User string }

// A Message is one message to answer.
type Message struct {
	Key
	ID      string // of the message, in its chat
	Text    string
	ReplyTo string    // the answer that is replied to, as named to Record; "" for none
	Plan    string    // sets the conversation's plan; "" leaves it
	At      time.Time // when it was asked: for expiry and relative dates
	Edited  bool      // it was answered before and now says something else
	Explain bool
}

// A Reply is an answer with what is needed to show and to record it.
type Reply struct {
	*answer.Answer
	Page  int    // the page to show, from 0
	Edits string // the answer that this one takes the place of; "" for none

	key    Key
	id     string // of the message
	at     time.Time
	before turn
	after  turn
	event  bool // an answer to count, no page of one
	latest bool // the conversation goes on from here
}

// A Chat answers messages in conversations. It is safe for concurrent use;
// messages of one conversation must come one after another.
type Chat struct {
	engine *answer.Engine
	store  store.Store
	opt    Options
	limits *limits
}

// Options are what the owner decides. The zero Options are the defaults.
type Options struct {
	UserPerMinute int           // questions a minute of one user; 0 is 30
	ChatPerMinute int           // of one chat; 0 is 60
	KeepQuestions time.Duration // how long texts of unanswered questions are kept, at most [MaxKeepQuestions]; 0 is not at all
	Log           bool          // count answers and keep feedback

	// Observe is told of every answer and of how long it took; nil is not.
	Observe func(k Key, a *answer.Answer, took time.Duration)

	// Model may add to answers, see [Chat.Extend]; nil adds nothing.
	Model answer.Model

	// Extended is told of every addition; nil is not.
	Extended func(answer.Addition)
}

// New returns a Chat that keeps its conversations in s. It does not close s.
func New(e *answer.Engine, s store.Store, opt Options) *Chat {
	opt.KeepQuestions = min(opt.KeepQuestions, MaxKeepQuestions)
	return &Chat{engine: e, store: s, opt: opt, limits: newLimits(opt)}
}

// Engine returns what c answers with.
func (c *Chat) Engine() *answer.Engine { return c.engine }

// Ask answers a message and remembers the turn under the message's ID.
func (c *Chat) Ask(ctx context.Context, m Message) (*answer.Answer, error) {
	r, err := c.Answer(ctx, m)
	if err != nil {
		return nil, err
	}
	if err := c.store.Apply(c.Record(r, Sent{ID: m.ID, Pages: 1, asked: true})...); err != nil {
		return nil, fmt.Errorf("remember the turn: %w", err)
	}
	return r.Answer, nil
}

// Answer answers a message and remembers nothing yet. The error is of the
// store.
func (c *Chat) Answer(ctx context.Context, m Message) (*Reply, error) {
	r := &Reply{key: m.Key, id: m.ID, at: m.At, event: true, latest: true}
	before, err := c.before(m, r)
	if err != nil {
		return nil, err
	}
	if m.Plan != "" {
		before.Plan, before.Chosen = m.Plan, true
	} else if !before.Chosen {
		if before.Plan, err = c.Plan(m.Chat); err != nil {
			return nil, err
		}
	}
	r.before, r.after = before, before
	q, ok := c.read(before, m.Text)
	if q.More && ok && before.Page+1 < before.Pages {
		r.Answer, r.Page = c.again(ctx, before), before.Page+1
		r.after.Page++
		r.event = false
		return r, nil
	}
	req := answer.Request{ID: m.ID, Text: m.Text, Plan: before.Plan, Today: m.At, Explain: m.Explain}
	began := time.Now()
	if ok {
		r.Answer = c.engine.Answer(ctx, req, q)
	} else {
		r.Answer = c.engine.AskBack(req, q)
	}
	if c.opt.Observe != nil {
		c.opt.Observe(m.Key, r.Answer, time.Since(began))
	}
	if q.Ask != question.AskChitchat && q.Ask != question.AskNothing && ok && !q.More {
		r.after.Turn = nextTurn(before.Turn, q, r.Answer)
		r.after.Asked = m.At
	}
	if r.Answer.Kind != answer.KindChitchat {
		r.after.Choices = choices(r.Answer)
	}
	return r, nil
}

// read reads a message in its conversation. A message that picks one of the
// choices of an answer that asked back is that choice.
func (c *Chat) read(before turn, text string) (question.Question, bool) {
	choice, ok := question.Choose(before.Choices, text)
	if !ok {
		return question.Follow(before.Turn, c.engine.Read(text))
	}
	q := c.engine.Read(choice)
	if q.Bare() {
		return question.Follow(before.Turn, q)
	}
	return question.Follow(nil, q)
}

// choices are what an answer that asked back may be continued with.
func choices(a *answer.Answer) []string {
	if a.Kind != answer.KindClarify {
		return nil
	}
	return a.Suggest
}

// nextTurn is what the conversation keeps of a question and its answer.
func nextTurn(before *question.Turn, q question.Question, a *answer.Answer) *question.Turn {
	t := &question.Turn{Question: q, Items: items(a), AskedBack: a.Kind == answer.KindClarify}
	t.List = t.Items
	if before != nil && len(q.Items) == 1 && len(t.Items) < 2 {
		t.List = before.List // 第一条, then 第二条 of the same list
	}
	if a.Count != nil {
		t.Count = *a.Count
	}
	return t
}

// again answers the question of a turn once more: the same bytes.
func (c *Chat) again(ctx context.Context, t turn) *answer.Answer {
	req := answer.Request{Text: t.Turn.Question.Text, Plan: t.Plan, Today: t.Asked}
	return c.engine.Answer(ctx, req, t.Turn.Question)
}

// Page returns page n of the answer that was sent as id: the same answer, to be
// shown from there. [ErrForgotten] means that it is too old.
func (c *Chat) Page(ctx context.Context, k Key, id string, n int, at time.Time) (*Reply, error) {
	rec, err := c.record(k.Chat, id)
	if err != nil {
		return nil, err
	}
	if rec.Turn.Turn == nil || n < 0 || n >= rec.Turn.Pages {
		return nil, ErrForgotten
	}
	r := &Reply{Answer: c.again(ctx, rec.Turn), Page: n, Edits: id, key: rec.key(k.Chat), id: rec.Question, at: at, before: rec.Before, after: rec.Turn}
	r.after.Page = n
	r.latest, err = c.isLatest(r.key, id)
	return r, err
}

// ErrForgotten says that an answer is not kept any more.
var ErrForgotten = errors.New("chat: the answer is not kept any more")

// maxItems bounds what is remembered of an answer.
const maxItems = 200

// items returns what an answer lists or cites.
func items(a *answer.Answer) []string {
	if len(a.Listed) > 0 {
		return a.Listed[:min(len(a.Listed), maxItems)]
	}
	var out []string
	for _, x := range a.Citations[:min(len(a.Citations), maxItems)] {
		out = append(out, x.Plan+"/"+x.ID)
	}
	return out
}

// before returns the state that m carries on from: that of the answer it
// replies to, of the answer that it was given before it was edited, else that
// of its own conversation unless it has expired.
func (c *Chat) before(m Message, r *Reply) (turn, error) {
	if m.Edited {
		id, err := c.answered(m.Chat, m.ID)
		if err != nil {
			return turn{}, err
		}
		if id != "" {
			rec, err := c.record(m.Chat, id)
			if err == nil {
				r.Edits, r.event = id, false
				r.latest, err = c.isLatest(m.Key, id)
				return rec.Before, err
			}
			if !errors.Is(err, ErrForgotten) {
				return turn{}, err
			}
		}
	}
	if m.ReplyTo != "" {
		rec, err := c.record(m.Chat, m.ReplyTo)
		if errors.Is(err, ErrForgotten) {
			return turn{}, nil // nothing to go by
		}
		return rec.Turn, err
	}
	t, err := c.talk(m.Key)
	if err != nil {
		return turn{}, err
	}
	if m.At.Sub(t.At) > Expiry {
		plan := turn{}
		if t.Chosen {
			plan.Plan, plan.Chosen = t.Plan, true
		}
		return plan, nil
	}
	return t.turn, nil
}

// Choice returns the text of choice i of the answer that was sent as id.
func (c *Chat) Choice(k Key, id string, i int) (string, error) {
	rec, err := c.record(k.Chat, id)
	if err != nil {
		return "", err
	}
	if i < 0 || i >= len(rec.Suggest) {
		return "", ErrForgotten
	}
	return rec.Suggest[i], nil
}

// Items returns the clauses that the answer sent as id is about, "plan/id".
func (c *Chat) Items(k Key, id string) ([]string, error) {
	rec, err := c.record(k.Chat, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(rec.Items), nil
}
