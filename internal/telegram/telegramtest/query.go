package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// query is a callback or inline query that the bot should answer.
type query struct {
	id      string
	inline  bool
	from    *User
	at      time.Time
	expired bool
	answers []Answer
}

// An Answer is how the bot answered a tap or an inline query.
type Answer struct {
	At        time.Time
	CacheTime int

	// of a tap
	Text  string
	Alert bool
	URL   string

	// of an inline query
	Results    []Result
	NextOffset string
	Personal   bool
	Button     string // its text
	StartParam string // of the button
}

// A Result is one line that an inline query offers, with the message it sends.
type Result struct {
	ID          string
	Type        string
	Title       string
	Description string
	URL         string
	Text        string
	Entities    []Entity
	Keyboard    [][]Button

	noPreview bool
}

// Tap taps the button with a text below a message, and returns the id of the
// callback query. A message that the chat shows no more has no buttons.
func (u *User) Tap(m Message, text string) string {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.find(m)
	if in != nil {
		for _, row := range in.Keyboard {
			for _, b := range row {
				if b.Text == text && b.Data != "" {
					return s.tap(u, in, b.Data)
				}
			}
		}
	}
	s.misuse("message %d has no button %q that calls the bot", m.ID, text)
	return ""
}

// TapData sends any callback data for a message, as a forged or an old client
// does. The message may be deleted.
func (u *User) TapData(m Message, data string) string {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[m.Chat]
	if c == nil || c.messages[m.ID] == nil {
		s.misuse("there is no message %d", m.ID)
		return ""
	}
	return s.tap(u, c.messages[m.ID], data)
}

func (s *Server) tap(u *User, m *message, data string) string {
	q := s.newQuery(u, false)
	o := object{"id": q.id, "from": wireUser(u), "chat_instance": fmt.Sprint(m.chat.ID*31 + 7), "data": data}
	switch {
	case m.inlineID != "":
		o["inline_message_id"] = m.inlineID
	case m.Deleted:
		o["message"] = object{"chat": wireChat(m.chat), "message_id": m.ID, "date": 0}
	default:
		o["message"] = wireMessage(m, false)
	}
	s.push("callback_query", o)
	return q.id
}

func (s *Server) newQuery(u *User, inline bool) *query {
	s.nextID++
	q := &query{id: fmt.Sprintf("%d%06d", 4380000000+u.ID, s.nextID), inline: inline, from: u, at: s.opts.Now()}
	s.queries[q.id] = q
	return q
}

// Inline types "@bot text" in some chat and returns the id of the inline query.
// The optional offset asks for more results.
func (u *User) Inline(text string, offset ...string) string {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opts.NoInline {
		s.misuse("the bot has no inline mode")
		return ""
	}
	q := s.newQuery(u, true)
	s.push("inline_query", object{"id": q.id, "from": wireUser(u), "query": text,
		"offset": strings.Join(offset, ""), "chat_type": "supergroup"})
	return q.id
}

// Choose sends a result of an inline query to a chat, where the bot need not
// be. The bot hears chosen_inline_result and, as a member, the message.
func (u *User) Choose(c *Chat, queryID, resultID string) Message {
	s := u.s
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.result(queryID, resultID)
	if !ok {
		s.misuse("the query %s has no result %q", queryID, resultID)
		return Message{}
	}
	m := s.newMessage(c, u)
	m.via, m.ViaBot = s.bot, true
	m.Text, m.Entities, m.Keyboard = r.Text, r.Entities, r.Keyboard
	m.NoPreview = r.noPreview
	chosen := object{"result_id": r.ID, "from": wireUser(u), "query": ""}
	if len(r.Keyboard) > 0 {
		s.nextID++
		m.inlineID = fmt.Sprintf("inline-%d", s.nextID)
		s.inline[m.inlineID] = m
		chosen["inline_message_id"] = m.inlineID
	}
	s.publish(m, "message", false)
	s.push("chosen_inline_result", chosen)
	return m.copy()
}

func (s *Server) result(queryID, resultID string) (Result, bool) {
	if q := s.queries[queryID]; q != nil {
		for _, a := range q.answers {
			for _, r := range a.Results {
				if r.ID == resultID {
					return r, true
				}
			}
		}
	}
	return Result{}, false
}

// Answers returns how the bot answered a query, oldest first.
func (s *Server) Answers(queryID string) []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queries[queryID]; q != nil {
		return slices.Clone(q.answers)
	}
	return nil
}

// ExpireQueries makes all queries of before too old to answer.
func (s *Server) ExpireQueries() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, q := range s.queries {
		q.expired = true
	}
}

// open returns the query of a call if it can still be answered.
func (s *Server) open(id string, inline bool) (*query, *apiError) {
	life := s.opts.CallbackLife
	if inline {
		life = s.opts.InlineLife
	}
	q := s.queries[id]
	if q == nil || q.inline != inline || q.expired || s.opts.Now().Sub(q.at) > life {
		s.stats.OldQueries++
		return nil, errOldQuery
	}
	return q, nil
}

func (s *Server) answerCallbackQuery(req *request) (any, *apiError) {
	text := req.params["text"]
	if utf8.RuneCountInString(text) > 200 {
		return nil, bad("MESSAGE_TOO_LONG")
	}
	q, e := s.open(req.params["callback_query_id"], false)
	if e != nil {
		return nil, e
	}
	q.answers = append(q.answers, Answer{At: s.opts.Now(), Text: text, Alert: req.flag("show_alert"),
		URL: req.params["url"], CacheTime: int(req.number("cache_time"))})
	return true, nil
}

type rawResult struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	Content     *struct {
		Text     string `json:"message_text"`
		Mode     string `json:"parse_mode"`
		Entities any    `json:"entities"`
		Preview  struct {
			Off bool `json:"is_disabled"`
		} `json:"link_preview_options"`
	} `json:"input_message_content"`
	Markup *struct {
		Rows [][]rawButton `json:"inline_keyboard"`
	} `json:"reply_markup"`
}

func (s *Server) answerInlineQuery(req *request) (any, *apiError) {
	var raw []rawResult
	if req.params["results"] == "" || !req.decode("results", &raw) {
		return nil, bad("can't parse inline query results")
	}
	if len(raw) > 50 {
		return nil, bad("RESULTS_TOO_MUCH")
	}
	a := Answer{At: s.opts.Now(), CacheTime: 300, NextOffset: req.params["next_offset"], Personal: req.flag("is_personal")}
	if req.params["cache_time"] != "" {
		a.CacheTime = int(req.number("cache_time"))
	}
	if len(a.NextOffset) > 64 {
		return nil, bad("NEXT_OFFSET_INVALID")
	}
	if e := readInlineButton(req, &a); e != nil {
		return nil, e
	}
	seen := map[string]bool{}
	for _, r := range raw {
		if r.ID == "" || len(r.ID) > 64 {
			return nil, bad("RESULT_ID_INVALID")
		}
		if seen[r.ID] {
			return nil, bad("RESULT_ID_DUPLICATE")
		}
		seen[r.ID] = true
		result, e := s.checkResult(r)
		if e != nil {
			return nil, e
		}
		a.Results = append(a.Results, result)
	}
	q, e := s.open(req.params["inline_query_id"], true)
	if e != nil {
		return nil, e
	}
	q.answers = append(q.answers, a)
	return true, nil
}

func readInlineButton(req *request, a *Answer) *apiError {
	var b *struct {
		Text  string  `json:"text"`
		Start string  `json:"start_parameter"`
		App   *urlBox `json:"web_app"`
	}
	if !req.decode("button", &b) {
		return bad("can't parse inline query results button")
	}
	if b == nil {
		return nil
	}
	if b.App == nil && !startParam(b.Start) {
		return bad("START_PARAM_INVALID")
	}
	a.Button, a.StartParam = b.Text, b.Start
	return nil
}

func startParam(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return !nameRune(r) && r != '-' })
}

func (s *Server) checkResult(r rawResult) (Result, *apiError) {
	out := Result{ID: r.ID, Type: r.Type, Title: r.Title, Description: r.Description, URL: r.URL}
	if r.Type != "article" {
		return out, nil
	}
	if r.Title == "" {
		return out, bad("can't parse inline query result: Can't find field \"title\"")
	}
	if r.Content == nil {
		return out, bad("can't parse inline query result: Can't find field \"input_message_content\"")
	}
	if r.Content.Text == "" {
		return out, errEmpty
	}
	f, e := s.format(r.Content.Text, r.Content.Mode, "")
	if e != nil {
		return out, e
	}
	if f.text == "" {
		return out, bad("text must be non-empty")
	}
	if units(f.text) > maxText {
		return out, bad("MESSAGE_TOO_LONG")
	}
	out.Text, out.Entities, out.noPreview = f.text, f.entities, r.Content.Preview.Off
	if r.Markup != nil {
		out.Keyboard, e = checkKeyboard(r.Markup.Rows, false)
	}
	return out, e
}
