package telegramtest

import (
	"maps"
	"slices"
	"time"
)

// A Message is what a chat shows. It is a copy: later changes do not reach it.
type Message struct {
	Chat    int64
	ID      int
	From    int64
	FromBot bool // the bot under test sent it
	Date    time.Time
	Topic   int    // thread id of the forum topic, 0 outside
	ReplyTo int    // id of the message it answers, 0 if none
	Quote   string // the part of that message it answers

	Text      string // or the caption
	ParseMode string // of the last text the bot gave
	Entities  []Entity
	Keyboard  [][]Button
	NoPreview bool  // link previews are off
	File      *File // what sendDocument sent
	Service   string
	ViaBot    bool // made from an inline result of the bot
	Reaction  string
	Deleted   bool

	// Edits are the texts and keyboards before each edit, oldest first.
	Edits []Edit
	// Dropped says what Telegram threw away without an error: links to bad
	// hosts, nested quotations, entities over one hundred.
	Dropped []string
}

// An Edit is what a message was until Until.
type Edit struct {
	Until    time.Time
	Text     string
	Entities []Entity
	Keyboard [][]Button
}

// A Button is a button of an inline keyboard.
type Button struct {
	Text   string
	Data   string // callback_data
	URL    string
	WebApp string
	Copy   string // the text that it copies
	Switch string // the inline query that it starts
}

// message is a Message with what only the server needs.
type message struct {
	Message
	chat       *Chat
	from       *User
	senderChat *Chat
	via        *User
	thread     int
	isTopic    bool
	replyTo    *message
	implicit   bool // replyTo is the head of the topic
	quoteAt    int
	caption    bool
	extra      object // media and service fields
	editedAt   time.Time
	preview    object
	inlineID   string
}

func (m *message) copy() Message {
	c := m.Message
	c.Entities = slices.Clone(m.Entities)
	c.Keyboard = slices.Clone(m.Keyboard)
	c.Edits = slices.Clone(m.Edits)
	c.Dropped = slices.Clone(m.Dropped)
	return c
}

// setText takes over a formatted text.
func (m *message) setText(f formatted) {
	m.Text, m.Entities, m.Dropped = f.text, f.entities, append(m.Dropped, f.dropped...)
}

// place puts a message into a topic and makes it an answer, with the thread id
// as Telegram numbers it: the topic; or, outside topics of a supergroup, the
// first message of the chain of answers.
func (m *message) place(topicID int, reply *message) {
	if reply != nil {
		m.replyTo, m.ReplyTo = reply, reply.ID
		if topicID == 0 && reply.isTopic {
			topicID = reply.Topic
		}
	}
	if t := m.chat.topics[topicID]; t != nil {
		m.thread, m.isTopic, m.Topic = topicID, true, topicID
		if reply == nil {
			m.replyTo, m.implicit = t.root, true
		}
		return
	}
	if reply != nil && m.chat.Type == "supergroup" {
		m.thread = reply.thread
		if m.thread == 0 {
			m.thread = reply.ID
		}
	}
}

// wireMessage builds a Message as JSON. A nested one has no message inside.
func wireMessage(m *message, nested bool) object {
	o := object{"message_id": m.ID, "date": m.Date.Unix(), "chat": wireChat(m.chat)}
	if m.from != nil {
		o["from"] = wireUser(m.from)
	}
	if m.senderChat != nil {
		o["sender_chat"] = wireChat(m.senderChat)
	}
	if m.via != nil {
		o["via_bot"] = wireUser(m.via)
	}
	if m.thread != 0 {
		o["message_thread_id"] = m.thread
	}
	if m.isTopic {
		o["is_topic_message"] = true
	}
	if !m.editedAt.IsZero() {
		o["edit_date"] = m.editedAt.Unix()
	}
	if m.replyTo != nil && !nested && !m.replyTo.Deleted {
		o["reply_to_message"] = wireMessage(m.replyTo, true)
	}
	if m.Quote != "" && !nested {
		o["quote"] = object{"text": m.Quote, "position": m.quoteAt, "is_manual": true}
	}
	maps.Copy(o, m.extra)
	m.wireText(o)
	if m.preview != nil {
		o["link_preview_options"] = m.preview
	}
	if len(m.Keyboard) > 0 {
		o["reply_markup"] = object{"inline_keyboard": wireKeyboard(m.Keyboard)}
	}
	return o
}

func (m *message) wireText(o object) {
	if m.Text == "" {
		return
	}
	text, entities := "text", "entities"
	if m.caption {
		text, entities = "caption", "caption_entities"
	}
	o[text] = m.Text
	if len(m.Entities) > 0 {
		o[entities] = m.chat.s.wireEntities(m.Entities)
	}
}

func (s *Server) wireEntities(list []Entity) []any {
	var out []any
	for _, e := range list {
		if e.Type != "text_mention" {
			out = append(out, e)
			continue
		}
		o := object{"type": e.Type, "offset": e.Offset, "length": e.Length}
		if u := s.users[e.UserID]; u != nil {
			o["user"] = wireUser(u)
		}
		out = append(out, o)
	}
	return out
}

func wireKeyboard(rows [][]Button) [][]object {
	out := [][]object{}
	for _, row := range rows {
		line := []object{}
		for _, b := range row {
			line = append(line, b.wire())
		}
		out = append(out, line)
	}
	return out
}

func (b Button) wire() object {
	o := object{"text": b.Text}
	switch {
	case b.URL != "":
		o["url"] = b.URL
	case b.Data != "":
		o["callback_data"] = b.Data
	case b.WebApp != "":
		o["web_app"] = object{"url": b.WebApp}
	case b.Copy != "":
		o["copy_text"] = object{"text": b.Copy}
	default:
		o["switch_inline_query_current_chat"] = b.Switch
	}
	return o
}
