package telegramtest

import (
	"slices"
	"strings"
	"time"
)

const (
	anonymousID = 1087968824 // GroupAnonymousBot, who speaks for hidden admins
	serviceID   = 777000     // Telegram, who forwards channel posts
	generalID   = 1          // the topic of a forum that cannot be sent to by id
)

// A User is a person or a bot. Its fields do not change.
type User struct {
	s *Server

	ID       int64
	First    string
	Username string
	Language string
	IsBot    bool
}

// A Chat is a private chat, a basic group, a supergroup or a forum. Its
// exported fields do not change.
type Chat struct {
	s *Server

	ID    int64
	Type  string // private, group or supergroup
	Title string
	Forum bool

	// The rest is under the lock of the server.
	user       *User // of a private chat
	members    map[int64]string
	topics     map[int]*topic
	messages   map[int]*message
	order      []*message
	nextID     int
	privacyOff bool // as it was when the bot was added
	muted      bool // the bot may not send
	left       bool // the bot left by itself
	lastBot    int64
	migrated   *Chat
	actions    []Action
}

type topic struct {
	name         string
	root         *message
	closed, gone bool
}

// private reports whether c is a chat with one person.
func (c *Chat) private() bool { return c.Type == "private" }

// AddUser adds a person who has not spoken to the bot yet.
func (s *Server) AddUser(name string) *User { return s.addUser(name, false) }

// AddBot adds another bot. Bots do not see each other's messages.
func (s *Server) AddBot(name string) *User { return s.addUser(name, true) }

func (s *Server) addUser(name string, bot bool) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{s: s, ID: s.nextUser, First: name, Language: "zh-hans", IsBot: bot}
	if strings.IndexFunc(name, func(r rune) bool { return !nameRune(r) }) < 0 {
		u.Username = strings.ToLower(name)
	}
	s.nextUser++
	s.users[u.ID] = u
	return u
}

// AddPrivate opens the private chat of a user: the user has pressed Start
// before, and the bot may write. It returns the same chat every time.
func (s *Server) AddPrivate(u *User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[u.ID]; c != nil {
		return c
	}
	c := s.newChat(u.ID, "private", "")
	c.user = u
	c.members[u.ID], c.members[s.bot.ID] = "member", "member"
	return c
}

// AddGroup adds a basic group in which the bot has been for long, with its
// members. RemoveBot and AddBotToChat change that.
func (s *Server) AddGroup(title string, members ...*User) *Chat {
	return s.addGroup("group", title, false, members)
}

// AddSupergroup is AddGroup for a supergroup, with topics if it is a forum.
func (s *Server) AddSupergroup(title string, forum bool, members ...*User) *Chat {
	return s.addGroup("supergroup", title, forum, members)
}

func (s *Server) addGroup(kind, title string, forum bool, members []*User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := -s.nextChat
	if kind == "supergroup" {
		id -= 1000000000000
	}
	s.nextChat++
	c := s.newChat(id, kind, title)
	c.Forum = forum
	c.nextID = 1 // its creation; 1 is also the id of General
	c.privacyOff = s.privacyOff
	c.members[s.bot.ID] = "member"
	for _, u := range members {
		c.members[u.ID] = "member"
	}
	return c
}

func (s *Server) newChat(id int64, kind, title string) *Chat {
	c := &Chat{s: s, ID: id, Type: kind, Title: title, members: map[int64]string{},
		topics: map[int]*topic{}, messages: map[int]*message{}}
	s.chats[id] = c
	return c
}

// AddMember lets users into a group without a word about it.
func (s *Server) AddMember(c *Chat, users ...*User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range users {
		c.members[u.ID] = "member"
	}
}

// SetAdmin makes a member an administrator, or takes that away. The bot is told
// about itself.
func (s *Server) SetAdmin(c *Chat, u *User, admin bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	status := "member"
	if admin {
		status = "administrator"
	}
	if u == s.bot {
		s.setBot(c, s.anyone(c), status)
		return
	}
	c.members[u.ID] = status
}

// SetPrivacy changes the privacy mode. As at Telegram, groups where the bot is
// keep the mode it was added with.
func (s *Server) SetPrivacy(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.privacyOff = !on
}

// AddTopic opens a topic in a forum and returns its thread id.
func (s *Server) AddTopic(c *Chat, name string, by *User) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !c.Forum {
		s.misuse("AddTopic: %s is no forum", c.Title)
		return 0
	}
	m := s.newMessage(c, by)
	m.Service = "forum_topic_created"
	m.extra = object{m.Service: object{"name": name, "icon_color": 7322096}}
	m.thread, m.isTopic, m.Topic = m.ID, true, m.ID
	c.topics[m.ID] = &topic{name: name, root: m}
	s.publish(m, "message", false)
	return m.ID
}

// CloseTopic closes a topic: the bot cannot write there unless it is an
// administrator.
func (s *Server) CloseTopic(c *Chat, id int) {
	s.changeTopic(c, id, func(t *topic) { t.closed = true })
}

// DeleteTopic deletes a topic.
func (s *Server) DeleteTopic(c *Chat, id int) {
	s.changeTopic(c, id, func(t *topic) { t.gone = true })
}

func (s *Server) changeTopic(c *Chat, id int, change func(*topic)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := c.topics[id]
	if t == nil {
		s.misuse("%s has no topic %d", c.Title, id)
		return
	}
	change(t)
}

// AddBotToChat lets a user add the bot to a group: my_chat_member and the
// service message. The privacy mode of now holds there from now on.
func (s *Server) AddBotToChat(c *Chat, by *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.privacyOff, c.muted, c.left = s.privacyOff, false, false
	s.setBot(c, by, "member")
	m := s.newMessage(c, by)
	m.Service = "new_chat_members"
	m.extra = object{m.Service: []object{wireUser(s.bot)}, "new_chat_participant": wireUser(s.bot), "new_chat_member": wireUser(s.bot)}
	s.publish(m, "message", false)
}

// RemoveBot lets a user throw the bot out of a group.
func (s *Server) RemoveBot(c *Chat, by *User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setBot(c, by, "kicked")
}

// Restrict forbids the bot to send in a supergroup, or allows it again.
func (s *Server) Restrict(c *Chat, by *User, maySend bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.muted = !maySend
	status := "member"
	if c.muted {
		status = "restricted"
	}
	s.setBot(c, by, status)
}

// Block lets the user block the bot.
func (u *User) Block() { u.setBlocked("kicked") }

// Unblock takes Block back.
func (u *User) Unblock() { u.setBlocked("member") }

func (u *User) setBlocked(status string) {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[u.ID]
	if c == nil {
		s.misuse("%s has no private chat with the bot", u.First)
		return
	}
	s.setBot(c, u, status)
}

// setBot changes what the bot is in a chat and tells it. The caller holds the
// lock.
func (s *Server) setBot(c *Chat, by *User, status string) {
	old := c.members[s.bot.ID]
	if old == "" {
		old = "left"
	}
	c.members[s.bot.ID] = status
	s.push("my_chat_member", object{
		"chat": wireChat(c), "from": wireUser(by), "date": s.opts.Now().Unix(),
		"old_chat_member": wireMember(s.bot, old), "new_chat_member": wireMember(s.bot, status),
	})
	s.notify()
}

// anyone returns somebody in the chat to act where the test names nobody.
func (s *Server) anyone(c *Chat) *User {
	ids := []int64{}
	for id := range c.members {
		if id != s.bot.ID {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return s.bot
	}
	return s.users[slices.Min(ids)]
}

// Migrate turns a basic group into a supergroup, as Telegram does when it
// grows. Both chats get a service message; sending to the old one fails with
// the new id.
func (s *Server) Migrate(c *Chat, by *User) *Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Type != "group" || c.migrated != nil {
		s.misuse("Migrate: %s is no basic group", c.Title)
		return c
	}
	super := s.newChat(-1000000000000-s.nextChat, "supergroup", c.Title)
	s.nextChat++
	super.privacyOff = c.privacyOff
	for id, status := range c.members {
		super.members[id] = status
	}
	old := s.newMessage(c, by)
	old.Service, old.extra = "migrate_to_chat_id", object{"migrate_to_chat_id": super.ID}
	s.publish(old, "message", false)
	c.migrated = super
	m := s.newMessage(super, by)
	m.Service, m.extra = "migrate_from_chat_id", object{"migrate_from_chat_id": c.ID}
	m.senderChat = super
	s.publish(m, "message", false)
	return super
}

// inside reports whether the bot is in the chat.
func (c *Chat) inside() bool {
	switch c.members[c.s.bot.ID] {
	case "member", "administrator", "restricted":
		return true
	}
	return false
}

func (c *Chat) botAdmin() bool { return c.members[c.s.bot.ID] == "administrator" }

// newMessage makes a message and gives it its id. The caller holds the lock and
// publishes it.
func (s *Server) newMessage(c *Chat, from *User) *message {
	m := &message{chat: c, from: from}
	if c.Type == "supergroup" {
		c.nextID++
		m.ID = c.nextID
	} else {
		s.nextMsg++
		m.ID = s.nextMsg
	}
	m.Chat, m.Date = c.ID, s.opts.Now()
	if from != nil {
		m.From, m.FromBot = from.ID, from == s.bot
	}
	c.messages[m.ID] = m
	c.order = append(c.order, m)
	return m
}

// publish shows a message to the bot if it may see it.
func (s *Server) publish(m *message, kind string, force bool) {
	if kind == "message" && m.from != nil && m.from.IsBot && m.from.ID != anonymousID {
		m.chat.lastBot = m.from.ID
	}
	if force || s.visible(m) {
		s.push(kind, wireMessage(m, false))
	} else if m.from != s.bot {
		s.stats.Hidden++
	}
	s.notify()
}

// visible says what Telegram shows to a bot: in private all; in groups all to
// administrators and without privacy mode; else only what concerns the bot.
func (s *Server) visible(m *message) bool {
	c := m.chat
	if !c.inside() || m.from == s.bot {
		return false
	}
	if m.from != nil && m.from.IsBot && m.from.ID != anonymousID {
		return false
	}
	if c.private() || c.botAdmin() || c.privacyOff || m.Service != "" || m.via == s.bot {
		return true
	}
	if m.replyTo != nil && !m.implicit && m.replyTo.from == s.bot {
		return true
	}
	return s.commandForBot(m)
}

// commandForBot reports whether a message begins with a command that the bot
// must see: one with its name, or one without a name when no other bot spoke
// since.
func (s *Server) commandForBot(m *message) bool {
	if len(m.Entities) == 0 || m.Entities[0].Type != "bot_command" || m.Entities[0].Offset != 0 {
		return false
	}
	_, name, addressed := strings.Cut(m.Text[:m.Entities[0].Length], "@") // commands are ASCII
	if addressed {
		return strings.EqualFold(name, s.bot.Username)
	}
	return m.chat.lastBot == s.bot.ID
}

// wireUser builds a User as JSON.
func wireUser(u *User) object {
	o := object{"id": u.ID, "is_bot": u.IsBot, "first_name": u.First}
	if u.Username != "" {
		o["username"] = u.Username
	}
	if u.Language != "" {
		o["language_code"] = u.Language
	}
	return o
}

// wireChat builds a Chat as JSON.
func wireChat(c *Chat) object {
	o := object{"id": c.ID, "type": c.Type}
	if c.user != nil {
		o["first_name"] = c.user.First
		if c.user.Username != "" {
			o["username"] = c.user.Username
		}
		return o
	}
	o["title"] = c.Title
	if c.Forum {
		o["is_forum"] = true
	}
	if c.Type == "group" {
		o["all_members_are_administrators"] = false
	}
	return o
}

func wireMember(u *User, status string) object {
	o := object{"user": wireUser(u), "status": status}
	switch status {
	case "kicked":
		o["until_date"] = 0
	case "restricted":
		o["is_member"], o["until_date"], o["can_send_messages"] = true, 0, false
	case "administrator":
		for _, right := range []string{"can_manage_chat", "can_delete_messages", "can_restrict_members", "can_pin_messages", "can_invite_users"} {
			o[right] = true
		}
		o["can_be_edited"], o["is_anonymous"], o["can_promote_members"] = false, false, false
	}
	return o
}

// An Action is one "typing…" of the bot.
type Action struct {
	Action string
	Topic  int
	At     time.Time
}
