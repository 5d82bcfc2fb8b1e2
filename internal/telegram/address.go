package telegram

import (
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/go-telegram/bot/models"
)

// groupAnonymousBot is who speaks for administrators that stay anonymous.
const groupAnonymousBot = 1087968824

// A call is how a message addresses the bot.
type call struct {
	text    string // what is asked, without the name of the bot
	command string // lower case, "" for none
	reply   int    // the bot's message that is replied to, 0 for none
}

// addressed decides whether a message is for the bot, and what it says. Chinese
// letters are word characters to Telegram, so 请问@bot and /ask首批 carry no
// entities; names and commands are therefore also looked for in the text.
func (b *Bot) addressed(m *message) (call, bool) {
	text, entities := m.words()
	var c call
	if r := m.ReplyTo; r != nil && r.From != nil && r.From.ID == b.me.ID && len(r.TopicCreated) == 0 {
		c.reply = r.ID
	}
	name, args, own, ok := b.commandOf(text, entities)
	if ok && !own {
		return c, false // another bot's
	}
	if ok {
		c.command, text = name, args
	}
	text, mentioned := b.withoutName(text, entities)
	if !m.Chat.private() && !ok && !mentioned && c.reply == 0 {
		return c, false
	}
	c.text = strings.TrimSpace(text)
	if c.text == "" && (mentioned || c.command == "ask") && c.reply == 0 {
		c.text = quoted(m) // "@bot" under a colleague's question
	}
	return c, true
}

// quoted is the part of another message that m quotes, or all of it.
func quoted(m *message) string {
	if m.ReplyTo == nil || len(m.ReplyTo.TopicCreated) > 0 {
		return ""
	}
	if m.Quote != nil && m.Quote.Text != "" {
		return strings.TrimSpace(m.Quote.Text)
	}
	text, _ := m.ReplyTo.words()
	return strings.TrimSpace(text)
}

// commandForm is a command at the start of a text, with Chinese glued to it or
// not.
var commandForm = regexp.MustCompile(`^\s*/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{3,32}))?`)

// commandOf returns the command of a text: at its start, or, for /ask, anywhere
// that Telegram marked it. own is false for a command to another bot.
func (b *Bot) commandOf(text string, entities []models.MessageEntity) (name, args string, own, ok bool) {
	if m := commandForm.FindStringSubmatchIndex(text); m != nil {
		name = strings.ToLower(text[m[2]:m[3]])
		if year, ok := strings.CutPrefix(name, "ask"); ok && m[4] < 0 && digits(year) {
			return "ask", text[m[2]+len("ask"):], true, true // /ask2027年…
		}
		own = m[4] < 0 || strings.EqualFold(text[m[4]:m[5]], b.me.Username)
		return name, text[m[1]:], own, true
	}
	for _, e := range entities {
		if e.Type != models.MessageEntityTypeBotCommand {
			continue
		}
		before, what, after := cut16(text, e.Offset, e.Length)
		word, to, at := strings.Cut(strings.TrimPrefix(what, "/"), "@")
		if strings.EqualFold(word, "ask") && (!at || strings.EqualFold(to, b.me.Username)) {
			return "ask", before + " " + after, true, true
		}
	}
	return "", text, true, false
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// withoutName takes the bot's name out of a text and reports whether it was
// there.
func (b *Bot) withoutName(text string, entities []models.MessageEntity) (string, bool) {
	mentioned := false
	for _, e := range entities {
		mentioned = mentioned || e.Type == models.MessageEntityTypeTextMention && e.User != nil && e.User.ID == b.me.ID
	}
	name := "@" + strings.ToLower(b.me.Username)
	if name == "@" {
		return text, mentioned
	}
	var out strings.Builder
	// Lower case of ASCII alone keeps offsets.
	lower := asciiLower(text)
	at := 0
	for {
		i := strings.Index(lower[at:], name)
		if i < 0 {
			break
		}
		i += at
		end := i + len(name)
		if end < len(lower) && isWord(lower[end]) || i > 0 && isWord(lower[i-1]) {
			out.WriteString(text[at:end])
		} else {
			out.WriteString(text[at:i] + " ")
			mentioned = true
		}
		at = end
	}
	out.WriteString(text[at:])
	return out.String(), mentioned
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func isWord(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// cut16 cuts text at an offset and length in UTF-16 units, as entities give
// them. What lies outside is cut off.
func cut16(text string, offset, length int) (before, what, after string) {
	u := utf16.Encode([]rune(text))
	from := min(max(offset, 0), len(u))
	to := min(max(from+max(length, 0), from), len(u))
	dec := func(u []uint16) string { return string(utf16.Decode(u)) }
	return dec(u[:from]), dec(u[from:to]), dec(u[to:])
}

// ignored reports whether a message is none to answer, whatever it says: of
// bots and channels, of ourselves by way of inline results, of nobody.
func (b *Bot) ignored(m *message) bool {
	switch {
	case m.From == nil, m.AutoForward, m.ViaBot != nil && m.ViaBot.ID == b.me.ID:
		return true
	case m.From.ID == groupAnonymousBot:
		return m.SenderChat == nil
	}
	return m.From.IsBot
}
