package telegramtest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// A Call is a request of the bot.
type Call struct {
	Method      string
	N           int // of the method, from 1
	At          time.Time
	Took        time.Duration
	Params      Params
	Done        bool // it has been answered
	Status      int  // 200, or the code of the refusal; 0 for a lost connection
	Description string
	Fault       string // the name of the fault that was played
	Violation   bool   // it came before the time that a 429 named
}

// Stats count what went wrong.
type Stats struct {
	Calls        int
	ParseErrors  int // texts that are no HTML
	TooMany      int // answers 429
	Violations   int // calls before the time that a 429 named
	Dropped      int // entities thrown away without an error
	OldQueries   int // answers to queries that cannot be answered
	Unauthorized int // calls with a wrong token or path
	Hidden       int // messages that the bot may not see
	Filtered     int // updates of kinds that the bot does not want
	WebhookPosts int
	Misuse       int            // of the world by the test
	Faults       map[string]int // played, by name
	Refusals     map[string]int // by description
}

func (st *Stats) count(c *Call) {
	st.Calls++
	if c.Status == 429 {
		st.TooMany++
	}
	if c.Violation {
		st.Violations++
	}
	if c.Fault != "" {
		bump(&st.Faults, c.Fault)
	}
	if c.Status >= 400 && c.Fault == "" {
		bump(&st.Refusals, c.Description)
	}
}

func bump(m *map[string]int, key string) {
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[key]++
}

// Stats returns the counts so far.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.stats
	st.Faults, st.Refusals = maps.Clone(st.Faults), maps.Clone(st.Refusals)
	return st
}

// Messages returns all messages of a chat that were not deleted, oldest first.
func (s *Server) Messages(c *Chat) []Message {
	return s.messages(c, func(m *message) bool { return !m.Deleted })
}

// Sent returns the messages that the bot sent to a chat, deleted ones too. A
// message that Telegram took twice is there twice.
func (s *Server) Sent(c *Chat) []Message {
	return s.messages(c, func(m *message) bool { return m.FromBot })
}

func (s *Server) messages(c *Chat, want func(*message) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range c.order {
		if want(m) {
			out = append(out, m.copy())
		}
	}
	return out
}

// Actions returns the chat actions that the bot sent to a chat.
func (s *Server) Actions(c *Chat) []Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(c.actions)
}

// Calls returns the log of requests, all or those of the named methods.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		named := slices.ContainsFunc(methods, func(m string) bool { return strings.EqualFold(m, c.Method) })
		if len(methods) == 0 || named {
			out = append(out, *c)
		}
	}
	return out
}

// Wait waits until cond holds and reports whether it did in time. It looks
// again at every change, so cond may call any method that reads.
func (s *Server) Wait(cond func(*Server) bool, timeout time.Duration) bool {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond(s) {
			return true
		}
		select {
		case <-changed:
		case <-timer.C:
			return cond(s)
		case <-s.done:
			return cond(s)
		}
	}
}

// Render shows a message as plain text: quotations in 「」, links with their
// address in 〔〕 and the keyboard in brackets below.
func Render(m Message) string {
	marks := map[int][]string{}
	for _, e := range m.Entities {
		open, end := mark(e)
		if open != "" {
			marks[e.Offset] = append(marks[e.Offset], open)
		}
		if end != "" {
			marks[e.end()] = slices.Insert(marks[e.end()], 0, end)
		}
	}
	var b strings.Builder
	at := 0
	for _, r := range m.Text {
		b.WriteString(strings.Join(marks[at], ""))
		b.WriteRune(r)
		at += units(string(r))
	}
	b.WriteString(strings.Join(marks[at], ""))
	for _, row := range m.Keyboard {
		b.WriteByte('\n')
		for i, button := range row {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString("[" + button.Text + "]")
		}
	}
	return b.String()
}

func mark(e Entity) (open, end string) {
	switch e.Type {
	case "blockquote", "expandable_blockquote":
		return "「", "」"
	case "text_link":
		return "", "〔" + e.URL + "〕"
	case "code", "pre":
		return "`", "`"
	case "spoiler":
		return "||", "||"
	}
	return "", ""
}
