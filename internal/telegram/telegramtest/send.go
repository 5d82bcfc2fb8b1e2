package telegramtest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	errNoChat   = bad("chat not found")
	errBlocked  = forbidden("bot was blocked by the user")
	errThread   = bad("message thread not found")
	errReply    = bad("message to be replied not found")
	errEmpty    = bad("message text is empty")
	errTooLong  = bad("message is too long")
	errNoEdit   = bad("message to edit not found")
	errCantEdit = bad("message can't be edited")
	errSame     = bad("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	errOldQuery = bad("query is too old and response timeout expired or query ID is invalid")
)

// chat returns the chat of a call if the bot may act there.
func (s *Server) chat(req *request) (*Chat, *apiError) {
	raw := req.params["chat_id"]
	if raw == "" {
		return nil, bad("chat_id is empty")
	}
	id, err := strconv.ParseInt(raw, 10, 64)
	c := s.chats[id]
	if err != nil || c == nil {
		if u := s.users[id]; u != nil && s.knows(u) {
			return nil, forbidden("bot can't initiate conversation with a user")
		}
		return nil, errNoChat
	}
	if c.migrated != nil {
		return nil, &apiError{code: 400, text: "Bad Request: group chat was upgraded to a supergroup chat", migrateTo: c.migrated.ID}
	}
	return c, c.access()
}

func (s *Server) knows(u *User) bool {
	for _, c := range s.chats {
		if c.inside() && c.members[u.ID] != "" {
			return true
		}
	}
	return false
}

// access says why the bot may not act in a chat, if so.
func (c *Chat) access() *apiError {
	if c.inside() {
		return nil
	}
	if c.private() {
		return errBlocked
	}
	kind := "group"
	if c.Type == "supergroup" {
		kind = "supergroup"
	}
	if c.left {
		return forbidden("bot is not a member of the " + kind + " chat")
	}
	return forbidden("bot was kicked from the " + kind + " chat")
}

// target is where a new message goes.
type target struct {
	chat  *Chat
	topic int
	reply *message
	quote string
	at    int // of the quote
	rows  [][]Button
}

// target reads what all sending methods share.
func (s *Server) target(req *request) (target, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return target{}, e
	}
	t := target{chat: c, topic: int(req.number("message_thread_id"))}
	if e := c.mayPost(t.topic, false); e != nil {
		return t, e
	}
	if e := s.readReply(req, &t); e != nil {
		return t, e
	}
	if t.topic == 0 && t.reply != nil && t.reply.isTopic {
		if e := c.mayPost(t.reply.Topic, false); e != nil {
			return t, e
		}
	}
	t.rows, e = readKeyboard(req, c.private())
	return t, e
}

// mayPost checks a thread id. General is no thread that can be sent to, except
// by chat actions; nor are the chains of answers of a supergroup.
func (c *Chat) mayPost(id int, action bool) *apiError {
	if c.muted && !action {
		return bad("not enough rights to send text messages to the chat")
	}
	if id == 0 || action && c.Forum && id == generalID {
		return nil
	}
	t := c.topics[id]
	if t == nil || t.gone {
		return errThread
	}
	if t.closed && !c.botAdmin() {
		return bad("TOPIC_CLOSED")
	}
	return nil
}

func (s *Server) readReply(req *request, t *target) *apiError {
	var p struct {
		Message   int    `json:"message_id"`
		Chat      any    `json:"chat_id"`
		Lenient   bool   `json:"allow_sending_without_reply"`
		Quote     string `json:"quote"`
		QuoteMode string `json:"quote_parse_mode"`
	}
	if !req.decode("reply_parameters", &p) {
		return bad("object expected as reply parameters")
	}
	if p.Message == 0 {
		p.Message = int(req.number("reply_to_message_id"))
		p.Lenient = p.Lenient || req.flag("allow_sending_without_reply")
	}
	if p.Message == 0 {
		return nil
	}
	m := t.chat.messages[p.Message]
	if m == nil || m.Deleted {
		if p.Lenient {
			return nil
		}
		return errReply
	}
	t.reply = m
	if p.Quote == "" {
		return nil
	}
	f, e := format(p.Quote, p.QuoteMode, "")
	if e != nil {
		return e
	}
	i := strings.Index(m.Text, f.text)
	if i < 0 || f.text == "" || units(f.text) > 1024 {
		return bad("QUOTE_TEXT_INVALID")
	}
	t.quote, t.at = f.text, units(m.Text[:i])
	return nil
}

// post makes the message of a target.
func (s *Server) post(t target, f formatted, fill func(*message)) *message {
	m := s.newMessage(t.chat, s.bot)
	m.place(t.topic, t.reply)
	m.Quote, m.quoteAt = t.quote, t.at
	m.Keyboard = t.rows
	m.setText(f)
	fill(m)
	s.publish(m, "message", false)
	return m
}

// messageText reads and checks the text of a message. An error in the HTML is
// counted.
func (s *Server) messageText(req *request) (formatted, *apiError) {
	if req.params["text"] == "" {
		return formatted{}, errEmpty
	}
	f, e := s.format(req.params["text"], req.params["parse_mode"], req.params["entities"])
	switch {
	case e != nil:
		return f, e
	case f.text == "":
		return f, bad("text must be non-empty")
	case units(f.text) > maxText:
		return f, errTooLong
	}
	return f, nil
}

func (s *Server) format(raw, mode, entities string) (formatted, *apiError) {
	f, e := format(raw, mode, entities)
	if e != nil && strings.Contains(e.text, "can't parse entities") {
		s.stats.ParseErrors++
	}
	if e == nil {
		s.stats.Dropped += len(f.dropped)
	}
	return f, e
}

func (s *Server) sendMessage(req *request) (any, *apiError) {
	f, e := s.messageText(req)
	if e != nil {
		return nil, e
	}
	t, e := s.target(req)
	if e != nil {
		return nil, e
	}
	preview, e := readPreview(req)
	if e != nil {
		return nil, e
	}
	m := s.post(t, f, func(m *message) { m.setPreview(preview, req) })
	return wireMessage(m, false), nil
}

func readPreview(req *request) (object, *apiError) {
	var o object
	if !req.decode("link_preview_options", &o) {
		return nil, bad("object expected as link preview options")
	}
	if o == nil && req.flag("disable_web_page_preview") {
		o = object{"is_disabled": true}
	}
	return o, nil
}

func (m *message) setPreview(o object, req *request) {
	m.preview, m.ParseMode = o, req.params["parse_mode"]
	m.NoPreview = o["is_disabled"] == true
}

func (s *Server) sendDocument(req *request) (any, *apiError) {
	file, ok := req.files[strings.TrimPrefix(req.params["document"], "attach://")]
	if !ok {
		file, ok = req.files["document"]
	}
	if !ok {
		return nil, bad("there is no document in the request")
	}
	if len(file.Data) == 0 {
		return nil, bad("file must be non-empty")
	}
	f, e := s.format(req.params["caption"], req.params["parse_mode"], req.params["caption_entities"])
	if e != nil {
		return nil, e
	}
	if units(f.text) > maxCaption {
		return nil, bad("message caption is too long")
	}
	t, e := s.target(req)
	if e != nil {
		return nil, e
	}
	s.nextID++
	id := fmt.Sprintf("file-%d", s.nextID)
	m := s.post(t, f, func(m *message) {
		m.caption, m.File, m.ParseMode = true, &file, req.params["parse_mode"]
		m.extra = object{"document": object{"file_id": id, "file_unique_id": "u" + id, "file_name": file.Name, "mime_type": file.Type, "file_size": len(file.Data)}}
	})
	return wireMessage(m, false), nil
}

// edited finds the message that a call edits: in a chat, or one that a user
// sent through inline mode.
func (s *Server) edited(req *request) (*message, *apiError) {
	if id := req.params["inline_message_id"]; id != "" {
		m := s.inline[id]
		if m == nil {
			return nil, bad("MESSAGE_ID_INVALID")
		}
		return m, nil
	}
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	if req.params["message_id"] == "" {
		return nil, bad("message identifier is not specified")
	}
	m := c.messages[int(req.number("message_id"))]
	if m == nil || m.Deleted {
		return nil, errNoEdit
	}
	if m.from != s.bot || m.Service != "" {
		return nil, errCantEdit
	}
	return m, nil
}

func (s *Server) editMessageText(req *request) (any, *apiError) {
	f, e := s.messageText(req)
	if e != nil {
		return nil, e
	}
	m, e := s.edited(req)
	if e != nil {
		return nil, e
	}
	if m.caption {
		return nil, bad("there is no text in the message to edit")
	}
	rows, e := readKeyboard(req, m.chat.private() && m.inlineID == "")
	if e != nil {
		return nil, e
	}
	preview, e := readPreview(req)
	if e != nil {
		return nil, e
	}
	if f.text == m.Text && slices.Equal(f.entities, m.Entities) && reflect.DeepEqual(rows, m.Keyboard) {
		return nil, errSame
	}
	m.remember(s)
	m.setText(f)
	m.Keyboard = rows
	m.setPreview(preview, req)
	return s.editResult(m), nil
}

func (s *Server) editMessageReplyMarkup(req *request) (any, *apiError) {
	m, e := s.edited(req)
	if e != nil {
		return nil, e
	}
	rows, e := readKeyboard(req, m.chat.private() && m.inlineID == "")
	if e != nil {
		return nil, e
	}
	if reflect.DeepEqual(rows, m.Keyboard) {
		return nil, errSame
	}
	m.remember(s)
	m.Keyboard = rows
	return s.editResult(m), nil
}

func (s *Server) editResult(m *message) any {
	if m.inlineID != "" {
		return true
	}
	return wireMessage(m, false)
}

func (s *Server) deleteMessage(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	m := c.messages[int(req.number("message_id"))]
	if m == nil || m.Deleted {
		return nil, bad("message to delete not found")
	}
	if m.from != s.bot && !c.private() && !c.botAdmin() {
		return nil, bad("message can't be deleted")
	}
	if s.opts.Now().Sub(m.Date) > 48*time.Hour && !c.botAdmin() {
		return nil, bad("message can't be deleted for everyone")
	}
	m.Deleted = true
	return true, nil
}

var chatActions = strings.Fields(`typing upload_photo record_video upload_video record_voice upload_voice
	upload_document choose_sticker find_location record_video_note upload_video_note`)

func (s *Server) sendChatAction(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	action := req.params["action"]
	if !slices.Contains(chatActions, action) {
		return nil, bad("wrong parameter action in request")
	}
	id := int(req.number("message_thread_id"))
	if e := c.mayPost(id, true); e != nil {
		return nil, e
	}
	c.actions = append(c.actions, Action{action, id, s.opts.Now()})
	return true, nil
}

// reactions are the emoji that bots may react with.
var reactions = strings.Fields(`❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆
	💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡`)

func (s *Server) setMessageReaction(req *request) (any, *apiError) {
	c, e := s.chat(req)
	if e != nil {
		return nil, e
	}
	m := c.messages[int(req.number("message_id"))]
	if m == nil || m.Deleted {
		return nil, bad("message to react not found")
	}
	var list []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	}
	if !req.decode("reaction", &list) {
		return nil, bad("expected an Array of ReactionType")
	}
	if len(list) > 1 {
		return nil, bad("REACTIONS_TOO_MANY")
	}
	emoji := ""
	for _, r := range list {
		emoji = strings.ReplaceAll(r.Emoji, "\ufe0f", "")
		if r.Type != "emoji" || !slices.Contains(reactions, emoji) {
			return nil, bad("REACTION_INVALID")
		}
	}
	m.Reaction = emoji
	return true, nil
}
