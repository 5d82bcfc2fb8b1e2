package telegram

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

// An action is what an item wants done.
type action string

const (
	doAsk     action = "ask"     // answer Text
	doEdit    action = "edit"    // the question says something else now
	doCommand action = "command" // Command with the arguments Text
	doTap     action = "tap"     // a button with the data Text
	doSlow    action = "slow"    // say that it was too many
	doHelp    action = "help"    // addressed without words
	doLong    action = "long"    // too long to be a question
	doDenied  action = "denied"  // not one of the allowed users or chats
	doHello   action = "hello"   // the bot was added to a group
	doGone    action = "gone"    // the bot was put out of a group
)

// An item is work for a chat's queue: what was asked of the bot, and no more of
// the update than answering needs. It is stored as JSON.
type item struct {
	Update  int64
	Do      action
	Chat    int64
	Private bool   `json:",omitzero"`
	Thread  int    `json:",omitzero"` // topic to answer in; 0 for none
	User    string `json:",omitzero"` // whose conversation it is
	UserID  int64  `json:",omitzero"` // the person; 0 for anonymous administrators
	Message int    `json:",omitzero"` // what is answered
	ReplyTo int    `json:",omitzero"` // the bot's message that is carried on from
	Command string `json:",omitzero"`
	Text    string `json:",omitzero"`
	At      int64  // when it was written, Unix seconds
	Claims  int    `json:",omitzero"` // how often sending was begun

	key string
	rev uint64
}

// Keys of the store:
//
//	tg/in/<chat>/<update>   an item that waits
//	tg/seen/<update>        an update that was taken, for seenFor
//
// The update id is 16 hexadecimal digits, so that keys are in its order.
const (
	queuePrefix = "tg/in/"
	seenPrefix  = "tg/seen/"
)

// seenFor is longer than Telegram repeats updates: 24 hours.
const seenFor = 25 * time.Hour

func chatQueue(chat int64) string { return queuePrefix + strconv.FormatInt(chat, 10) + "/" }

// chatOf returns the chat of a key of its queue.
func chatOf(key string) int64 {
	chat, _, _ := strings.Cut(strings.TrimPrefix(key, queuePrefix), "/")
	id, err := strconv.ParseInt(chat, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func (it *item) queueKey() string {
	return chatQueue(it.Chat) + fmt.Sprintf("%016x", uint64(it.Update))
}

func seenKey(update int64) string { return seenPrefix + fmt.Sprintf("%016x", uint64(update)) }

func (it *item) at() time.Time { return time.Unix(it.At, 0) }

// conversation is what the item's context belongs to.
func (it *item) conversation() chat.Key {
	k := chat.Key{Chat: strconv.FormatInt(it.Chat, 10), User: it.User}
	if it.Thread != 0 {
		k.Topic = strconv.Itoa(it.Thread)
	}
	return k
}

// encode returns the item as it is stored. Items always can be written.
func (it *item) encode() []byte {
	b, err := json.Marshal(it)
	if err != nil {
		panic(err)
	}
	return b
}

func decodeItem(e store.Entry) (*item, error) {
	it := &item{key: e.Key, rev: e.Rev}
	if err := json.Unmarshal(e.Value, it); err != nil {
		return nil, fmt.Errorf("decode queued item: %w", err)
	}
	return it, nil
}
