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
// # Why
//
// Context is data, not text to be read again: a follow-up is resolved once, by
// package question, into a question that stands on its own.
package chat

import (
	"context"
	"sync"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/question"
)

// Expiry is how long a conversation is remembered after its last turn.
const Expiry = 30 * time.Minute

// maxConversations bounds the memory; the oldest are forgotten first.
const maxConversations = 10000

// A Key names a conversation. Any field may be empty.
type Key struct{ Chat, Topic, User string }

// A Message is one message to answer.
type Message struct {
	Key
	ID      string // of the message; answers can be replied to by it
	Text    string
	ReplyTo string    // the ID of the message whose answer is replied to; "" for none
	Plan    string    // sets the conversation's plan; "" leaves it
	Now     time.Time // for expiry and relative dates
	Explain bool
}

// A Chat answers messages in conversations. It is safe for concurrent use;
// messages of one conversation must come one after another.
type Chat struct {
	engine *answer.Engine

	mu      sync.Mutex
	talks   map[Key]*talk
	answers map[string]*talk // by Chat and message ID
	order   []func()         // forgets the oldest first
}

// A talk is the state of a conversation after a turn.
type talk struct {
	turn *question.Turn // nil before the first question
	plan string
	at   time.Time
}

// New returns a Chat without conversations.
func New(e *answer.Engine) *Chat {
	return &Chat{engine: e, talks: map[Key]*talk{}, answers: map[string]*talk{}}
}

// Ask answers a message and remembers the turn. It never returns nil.
func (c *Chat) Ask(ctx context.Context, m Message) *answer.Answer {
	before := c.before(m)
	plan := m.Plan
	if plan == "" {
		plan = before.plan
	}
	req := answer.Request{ID: m.ID, Text: m.Text, Plan: plan, Today: m.Now, Explain: m.Explain}
	q, ok := question.Follow(before.turn, c.engine.Read(m.Text))
	var a *answer.Answer
	if ok {
		a = c.engine.Answer(ctx, req, q)
	} else {
		a = c.engine.AskBack(req, q)
	}
	after := before
	after.plan, after.at = plan, m.Now
	if q.Ask != question.AskChitchat && q.Ask != question.AskNothing && ok && !q.More {
		after.turn = &question.Turn{Question: q, Items: items(a)}
		after.turn.List = after.turn.Items
		if before.turn != nil && len(q.Items) == 1 && len(after.turn.Items) < 2 {
			after.turn.List = before.turn.List // 第一条, then 第二条 of the same list
		}
		if a.Count != nil {
			after.turn.Count = *a.Count
		}
	}
	c.remember(m, after)
	return a
}

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
// replies to, else that of its own conversation unless it has expired.
func (c *Chat) before(m Message) talk {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.ReplyTo != "" {
		if t := c.answers[m.Chat+"\x00"+m.ReplyTo]; t != nil {
			return *t
		}
		return talk{} // an answer that is forgotten: nothing to go by
	}
	t := c.talks[m.Key]
	if t == nil {
		return talk{}
	}
	if m.Now.Sub(t.at) > Expiry {
		return talk{plan: t.plan}
	}
	return *t
}

func (c *Chat) remember(m Message, t talk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.talks[m.Key] = &t
	id := m.Chat + "\x00" + m.ID
	c.answers[id] = &t
	c.order = append(c.order, func() {
		delete(c.answers, id)
		if c.talks[m.Key] == &t {
			delete(c.talks, m.Key)
		}
	})
	if len(c.order) > maxConversations {
		c.order[0]()
		c.order = c.order[1:]
	}
}
