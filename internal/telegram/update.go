package telegram

import (
	"encoding/json"
	"fmt"

	"github.com/go-telegram/bot/models"
)

// An update is what this package reads of one. The types of the library are
// not decoded into as a whole: they refuse what a newer server sends (a new
// kind of forward_origin somewhere in a message), and the question in it would
// be lost. Flat types of the library that hold no such unions are used.
type update struct {
	ID       int64               `json:"update_id"`
	Message  *message            `json:"message"`
	Edited   *message            `json:"edited_message"`
	Callback *callback           `json:"callback_query"`
	Inline   *models.InlineQuery `json:"inline_query"`
	Chosen   json.RawMessage     `json:"chosen_inline_result"`
	Member   *memberUpdate       `json:"my_chat_member"`
}

type message struct {
	ID          int                    `json:"message_id"`
	From        *models.User           `json:"from"`
	SenderChat  *chatRef               `json:"sender_chat"`
	Chat        chatRef                `json:"chat"`
	Date        int64                  `json:"date"`
	Thread      int                    `json:"message_thread_id"`
	IsTopic     bool                   `json:"is_topic_message"`
	AutoForward bool                   `json:"is_automatic_forward"`
	ViaBot      *models.User           `json:"via_bot"`
	Text        string                 `json:"text"`
	Entities    []models.MessageEntity `json:"entities"`
	Caption     string                 `json:"caption"`
	CapEntities []models.MessageEntity `json:"caption_entities"`
	ReplyTo     *message               `json:"reply_to_message"`
	Quote       *quotePart             `json:"quote"`

	TopicCreated json.RawMessage `json:"forum_topic_created"`
	MigrateTo    int64           `json:"migrate_to_chat_id"`

	// What people send that holds no words.
	Photo     json.RawMessage `json:"photo"`
	Voice     json.RawMessage `json:"voice"`
	Audio     json.RawMessage `json:"audio"`
	Video     json.RawMessage `json:"video"`
	VideoNote json.RawMessage `json:"video_note"`
	Sticker   json.RawMessage `json:"sticker"`
	Document  json.RawMessage `json:"document"`
	Location  json.RawMessage `json:"location"`
	Contact   json.RawMessage `json:"contact"`
	Poll      json.RawMessage `json:"poll"`
	Dice      json.RawMessage `json:"dice"`
	Story     json.RawMessage `json:"story"`
	Game      json.RawMessage `json:"game"`
	PaidMedia json.RawMessage `json:"paid_media"`
	Checklist json.RawMessage `json:"checklist"`
}

type quotePart struct {
	Text string `json:"text"`
}

type chatRef struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

func (c chatRef) private() bool { return c.Type == "private" }

func (c chatRef) group() bool { return c.Type == "group" || c.Type == "supergroup" }

type callback struct {
	ID      string       `json:"id"`
	From    *models.User `json:"from"`
	Message *message     `json:"message"` // nil under inline results
	Data    string       `json:"data"`
}

type memberUpdate struct {
	Chat chatRef      `json:"chat"`
	From *models.User `json:"from"`
	Date int64        `json:"date"`
	Old  memberState  `json:"old_chat_member"`
	New  memberState  `json:"new_chat_member"`
}

type memberState struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"` // of the restricted
}

// in reports whether one in this state is in the chat.
func (m memberState) in() bool {
	switch m.Status {
	case "creator", "administrator", "member":
		return true
	}
	return m.Status == "restricted" && m.IsMember
}

// decode reads one update.
func decode(raw json.RawMessage) (*update, error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return nil, fmt.Errorf("decode update: %w", err)
	}
	return &u, nil
}

// idOf reads the id alone, which stands in what decode refuses.
func idOf(raw json.RawMessage) (int64, bool) {
	var u struct {
		ID *int64 `json:"update_id"`
	}
	if json.Unmarshal(raw, &u) != nil || u.ID == nil {
		return 0, false
	}
	return *u.ID, true
}

// words returns what a message says, text or caption, with its entities.
func (m *message) words() (string, []models.MessageEntity) {
	if m.Text != "" {
		return m.Text, m.Entities
	}
	return m.Caption, m.CapEntities
}

// wordless reports whether a message is a picture, a voice or the like without
// words. Service messages are not.
func (m *message) wordless() bool {
	for _, x := range []json.RawMessage{m.Photo, m.Voice, m.Audio, m.Video, m.VideoNote, m.Sticker, m.Document, m.Location, m.Contact, m.Poll, m.Dice, m.Story, m.Game, m.PaidMedia, m.Checklist} {
		if len(x) > 0 {
			return m.Text == "" && m.Caption == ""
		}
	}
	return false
}
