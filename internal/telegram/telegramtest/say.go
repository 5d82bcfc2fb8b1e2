package telegramtest

import (
	"maps"
	"strings"
)

// A SayOption says how a user sends a message.
type SayOption func(*saying)

type saying struct {
	topic               int
	reply               *Message
	quote               string
	media               object
	via                 *User
	forward             object
	anonymous, delivery bool
}

// InTopic sends to a topic of a forum.
func InTopic(id int) SayOption { return func(o *saying) { o.topic = id } }

// ReplyTo answers a message.
func ReplyTo(m Message) SayOption { return func(o *saying) { o.reply = &m } }

// Quoting marks the part of the message that ReplyTo answers.
func Quoting(part string) SayOption { return func(o *saying) { o.quote = part } }

// Via sends the message through an inline bot.
func Via(bot *User) SayOption { return func(o *saying) { o.via = bot } }

// Anonymous sends as an administrator who hides behind the group.
func Anonymous() SayOption { return func(o *saying) { o.anonymous = true } }

// Delivered brings the message to the bot though the rules say no, such as the
// message of another bot.
func Delivered() SayOption { return func(o *saying) { o.delivery = true } }

// ForwardedFrom forwards words of somebody else.
func ForwardedFrom(u *User) SayOption {
	return func(o *saying) {
		o.forward = object{"type": "user", "date": u.s.opts.Now().Unix(), "sender_user": wireUser(u)}
	}
}

// ForwardedHidden forwards words of somebody who hides the account.
func ForwardedHidden(name string) SayOption {
	return func(o *saying) { o.forward = object{"type": "hidden_user", "sender_user_name": name} }
}

// WithPhoto sends a photo; the text is its caption.
func WithPhoto() SayOption {
	return WithMedia("photo", []object{{"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 60, "file_size": 1200}})
}

// WithVoice sends a voice message.
func WithVoice() SayOption {
	return WithMedia("voice", object{"file_id": "voice-1", "file_unique_id": "v1", "duration": 3, "mime_type": "audio/ogg"})
}

// WithSticker sends a sticker.
func WithSticker(emoji string) SayOption {
	return WithMedia("sticker", object{"file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": emoji})
}

// WithDocument sends a file.
func WithDocument(name string) SayOption {
	return WithMedia("document", object{"file_id": "doc-1", "file_unique_id": "d1", "file_name": name, "file_size": 1000})
}

// WithMedia sends any other kind of content: the field of the message and its
// value. The text becomes the caption.
func WithMedia(field string, value any) SayOption {
	return func(o *saying) { o.media = object{field: value} }
}

// Say sends a message. The bot hears of it if Telegram would let it.
func (u *User) Say(c *Chat, text string, opts ...SayOption) Message {
	var o saying
	for _, opt := range opts {
		opt(&o)
	}
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mayspeak(u, c)
	m := s.newMessage(c, u)
	f, e := format(text, "", "")
	if e != nil || f.text == "" && o.media == nil {
		s.misuse("%s cannot say %q", u.First, text)
	}
	m.setText(f)
	m.extra = maps.Clone(o.media)
	m.caption = o.media != nil
	m.via = o.via
	if o.forward != nil {
		m.addExtra("forward_origin", o.forward)
	}
	if o.anonymous {
		m.from = &User{s: s, ID: anonymousID, First: "Group", Username: "GroupAnonymousBot", IsBot: true}
		m.From, m.senderChat = anonymousID, c
	}
	s.placeSaid(m, o)
	s.publish(m, "message", o.delivery)
	return m.copy()
}

// mayspeak reports speech that cannot be: the test would show nothing.
func (s *Server) mayspeak(u *User, c *Chat) {
	if c.members[u.ID] == "" {
		s.misuse("%s is not in the chat %d %s", u.First, c.ID, c.Title)
	}
	if c.migrated != nil {
		s.misuse("the group %s is a supergroup now", c.Title)
	}
	if c.private() && c.members[s.bot.ID] == "kicked" {
		s.misuse("%s has blocked the bot", u.First)
	}
}

func (m *message) addExtra(key string, v any) {
	if m.extra == nil {
		m.extra = object{}
	}
	m.extra[key] = v
}

func (s *Server) placeSaid(m *message, o saying) {
	if o.topic != 0 && o.topic != generalID && m.chat.topics[o.topic] == nil {
		s.misuse("the chat %s has no topic %d", m.chat.Title, o.topic)
	}
	var reply *message
	if o.reply != nil {
		reply = m.chat.messages[o.reply.ID]
		if reply == nil || o.reply.Chat != m.chat.ID {
			s.misuse("message %d to answer is not in this chat", o.reply.ID)
			reply = nil
		}
	}
	m.place(o.topic, reply)
	if o.quote != "" && reply != nil {
		i := strings.Index(reply.Text, o.quote)
		if i < 0 {
			s.misuse("%q is not in the message answered", o.quote)
			return
		}
		m.Quote, m.quoteAt = o.quote, units(reply.Text[:i])
	}
}

// Edit changes the text of a message that the user sent.
func (u *User) Edit(m Message, text string) Message {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.find(m)
	if in == nil || in.from == s.bot {
		s.misuse("%s cannot edit message %d", u.First, m.ID)
		return m
	}
	f, _ := format(text, "", "")
	in.remember(s)
	in.setText(f)
	s.publish(in, "edited_message", false)
	return in.copy()
}

// remember keeps what a message was before an edit.
func (m *message) remember(s *Server) {
	m.editedAt = s.opts.Now()
	m.Edits = append(m.Edits, Edit{m.editedAt, m.Text, m.Entities, m.Keyboard})
}

// Delete deletes a message. Telegram does not tell bots.
func (u *User) Delete(m Message) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if in := s.find(m); in != nil {
		in.Deleted = true
		s.notify()
		return
	}
	s.misuse("there is no message %d to delete", m.ID)
}

// find returns the message behind a copy, if it is still there.
func (s *Server) find(m Message) *message {
	c := s.chats[m.Chat]
	if c == nil || c.messages[m.ID] == nil || c.messages[m.ID].Deleted {
		return nil
	}
	return c.messages[m.ID]
}

// AutoForward posts in the channel that a group is the discussion of. Telegram
// forwards the post to the group by itself.
func (c *Chat) AutoForward(channel, text string) Message {
	s := c.s
	s.mu.Lock()
	defer s.mu.Unlock()
	f, _ := format(text, "", "")
	m := s.newMessage(c, &User{s: s, ID: serviceID, First: "Telegram"})
	m.setText(f)
	m.senderChat = &Chat{s: s, ID: -1009000000001, Type: "channel", Title: channel}
	m.extra = object{"is_automatic_forward": true, "forward_origin": object{
		"type": "channel", "date": m.Date.Unix(), "message_id": 1, "chat": wireChat(m.senderChat)}}
	s.publish(m, "message", false)
	return m.copy()
}
