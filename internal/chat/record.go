package chat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/question"
	"github.com/wence-qa/wence/internal/store"
)

// Keys of the store, each part encoded by part:
//
//	c/<chat>/plan                    the chat's plan
//	c/<chat>/talk/<topic>/<user>     the conversation, a talk
//	c/<chat>/msg/<answer>            what was answered, a record
//	c/<chat>/asked/<message>         the answer to a message
//
// Values are JSON of the types below.

// A turn is the state of a conversation after a question was answered.
type turn struct {
	Turn    *question.Turn `json:",omitzero"` // nil before the first question
	Plan    string         `json:",omitzero"`
	Choices []string       `json:",omitzero"` // those of an answer that asked back
	Chosen  bool           `json:",omitzero"` // the plan was chosen for this conversation
	Asked   time.Time      `json:",omitzero"` // the date that relative dates were resolved with
	Page    int            `json:",omitzero"` // the last page shown
	Pages   int            `json:",omitzero"` // how many there are
}

// A talk is a conversation.
type talk struct {
	turn
	At     time.Time // of the last message
	Answer string    // the last answer
}

// A record is an answer that can be replied to, paged, rated and edited.
type record struct {
	Before, Turn turn
	Topic, User  string // whose conversation it was
	Question     string // the message that was answered
	Kind         answer.Kind
	Found        bool
	Items        []string
	Suggest      []string
	Log          string // key of its event; "" for none
}

func (r *record) key(chat string) Key { return Key{Chat: chat, Topic: r.Topic, User: r.User} }

// part encodes part of a key: short plain text as it is, all else by its hash.
func part(s string) string {
	plain := s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_')
	})
	if plain {
		return s
	}
	h := sha256.Sum256([]byte(s))
	return "~" + hex.EncodeToString(h[:16])
}

func chatPrefix(chat string) string { return "c/" + part(chat) + "/" }

func talkKey(k Key) string {
	return chatPrefix(k.Chat) + "talk/" + part(k.Topic) + "/" + part(k.User)
}

func recordKey(chat, id string) string { return chatPrefix(chat) + "msg/" + part(id) }

func askedKey(chat, id string) string { return chatPrefix(chat) + "asked/" + part(id) }

func planKey(chat string) string { return chatPrefix(chat) + "plan" }

// load reads a JSON value. Absent is not an error: ok is false.
func (c *Chat) load(key string, v any) (ok bool, err error) {
	e, err := c.store.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the conversation: %w", err)
	}
	if err := json.Unmarshal(e.Value, v); err != nil {
		return false, nil // of another version: forgotten
	}
	return true, nil
}

func (c *Chat) talk(k Key) (talk, error) {
	var t talk
	_, err := c.load(talkKey(k), &t)
	return t, err
}

func (c *Chat) record(chat, id string) (record, error) {
	var r record
	ok, err := c.load(recordKey(chat, id), &r)
	if err == nil && !ok {
		err = ErrForgotten
	}
	return r, err
}

func (c *Chat) answered(chat, message string) (string, error) {
	var id string
	_, err := c.load(askedKey(chat, message), &id)
	return id, err
}

// isLatest reports whether the answer sent as id is the last of a conversation.
func (c *Chat) isLatest(k Key, id string) (bool, error) {
	t, err := c.talk(k)
	return t.Answer == id, err
}

// Plan returns the plan that was chosen for a chat, "" for none.
func (c *Chat) Plan(chat string) (string, error) {
	var id string
	_, err := c.load(planKey(chat), &id)
	return id, err
}

// SetPlan returns what chooses a plan for a chat; "" leaves the choice to each
// question.
func (c *Chat) SetPlan(chat, plan string) []store.Op {
	if plan == "" {
		return []store.Op{store.Delete(planKey(chat))}
	}
	return []store.Op{put(planKey(chat), plan)}
}

// Sent says how a reply reached the user.
type Sent struct {
	ID    string // what the answer can be replied to by, in its chat
	Pages int    // how many pages it has; 0 is 1

	asked bool // by Ask
}

// Record returns the operations that remember a reply. They are at most six.
func (c *Chat) Record(r *Reply, s Sent) []store.Op {
	until := r.at.Add(Kept)
	if s.asked {
		until = r.at.Add(KeptAsked)
	}
	after := r.after
	after.Pages = max(1, s.Pages)
	rec := record{
		Before: r.before, Turn: after, Topic: r.key.Topic, User: r.key.User, Question: r.id,
		Kind: r.Kind, Found: r.Found, Items: items(r.Answer), Suggest: r.Suggest,
	}
	var ops []store.Op
	if r.event && c.opt.Log {
		var key string
		key, ops = c.event(r)
		rec.Log = key
	}
	ops = append(ops, put(recordKey(r.key.Chat, s.ID), rec).Until(until))
	if r.id != "" {
		ops = append(ops, put(askedKey(r.key.Chat, r.id), s.ID).Until(until))
	}
	if r.latest {
		ops = append(ops, put(talkKey(r.key), talk{turn: after, At: r.at, Answer: s.ID}).Until(until))
	}
	return ops
}

// put stores v as JSON. What chat stores always can be written.
func put(key string, v any) store.Op {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return store.Put(key, b)
}
