package telegramtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options shape a Server. The zero value is a bot in privacy mode without
// flood control.
type Options struct {
	Token    string // default: a valid one
	Username string // of the bot, default plan_qa_bot
	Name     string // of the bot, default 问策

	// PrivacyOff lets the bot see all messages of groups it is added to from
	// now on, and says so in getMe.
	PrivacyOff bool
	// NoInline switches inline mode off.
	NoInline bool
	// Flood limits how much the bot may send. Nil limits nothing.
	Flood *Flood

	// CallbackLife and InlineLife are how long a query can be answered.
	// Defaults: 15 s and 10 s.
	CallbackLife, InlineLife time.Duration
	// WebhookRetry is the first pause after a failed delivery; it doubles up to
	// a second. Default 20 ms.
	WebhookRetry time.Duration
	// WebhookClient delivers updates. Default: a client with a timeout of 10 s.
	WebhookClient *http.Client
	// Now is the clock of dates, lives and limits. Default time.Now.
	Now func() time.Time
}

func (o *Options) fill() {
	def := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	def(&o.Token, "7000000001:AAtelegramtest-only-no-real-token_00")
	def(&o.Username, "plan_qa_bot")
	def(&o.Name, "问策")
	if o.CallbackLife == 0 {
		o.CallbackLife = 15 * time.Second
	}
	if o.InlineLife == 0 {
		o.InlineLife = 10 * time.Second
	}
	if o.WebhookRetry == 0 {
		o.WebhookRetry = 20 * time.Millisecond
	}
	if o.WebhookClient == nil {
		o.WebhookClient = &http.Client{Timeout: 10 * time.Second}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// A Server is Telegram for one bot. Its methods may be called at any time and
// from any goroutine.
type Server struct {
	tb     testing.TB // may be nil
	opts   Options
	http   *httptest.Server
	done   chan struct{} // closed by Close
	close  sync.Once
	hooks  sync.WaitGroup // webhook deliveries
	bot    *User
	callMu sync.Mutex // held while a hook of Fault runs

	mu         sync.Mutex
	changed    chan struct{} // closed and renewed at every change
	privacyOff bool
	fault      func(string, int, Params) *Fault
	calls      []*Call
	perMethod  map[string]int
	stats      Stats
	flood      floodState

	users    map[int64]*User
	chats    map[int64]*Chat
	nextUser int64
	nextChat int64
	nextMsg  int // of private chats and basic groups, which share a count
	inline   map[string]*message
	queries  map[string]*query
	nextID   int64 // of queries, files and inline messages

	queue    []*update
	past     []*update
	nextUp   int64
	allowed  []string
	held     bool
	poll     *poll
	hook     *webhook
	commands map[string][]Command
	texts    map[string]string // descriptions by kind and language
}

// New starts a server that ends with the test. Misuse of the world, such as a
// tap on a button that is not there, fails the test. Without a test (t nil) it
// is only counted, and the caller must Close the server.
func New(t testing.TB, opts Options) *Server {
	opts.fill()
	s := &Server{
		tb: t, opts: opts, privacyOff: opts.PrivacyOff,
		done: make(chan struct{}), changed: make(chan struct{}),
		perMethod: map[string]int{}, users: map[int64]*User{}, chats: map[int64]*Chat{},
		inline: map[string]*message{}, queries: map[string]*query{},
		commands: map[string][]Command{}, texts: map[string]string{},
		nextUser: 1001, nextChat: 4001, nextUp: 500001,
	}
	var id int64
	if _, err := fmt.Sscanf(opts.Token, "%d:", &id); err != nil {
		id = 7000000001
	}
	s.bot = &User{s: s, ID: id, First: opts.Name, Username: opts.Username, IsBot: true}
	s.users[id] = s.bot
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	if t != nil {
		t.Cleanup(s.Close)
	}
	return s
}

// URL returns the address that takes the place of https://api.telegram.org.
func (s *Server) URL() string { return s.http.URL }

// Token returns the token of the bot.
func (s *Server) Token() string { return s.opts.Token }

// Bot returns the bot itself, as a member of chats.
func (s *Server) Bot() *User { return s.bot }

// Close ends the server and whatever waits on it.
func (s *Server) Close() {
	s.close.Do(func() {
		close(s.done)
		s.http.CloseClientConnections()
		s.http.Close()
		s.hooks.Wait() // last: a handler may have set a webhook until now
	})
}

// misuse reports that the test asked for what cannot happen. The caller
// holds the lock.
func (s *Server) misuse(format string, args ...any) {
	if s.tb != nil {
		s.tb.Helper()
		s.tb.Errorf("telegramtest: "+format, args...)
	}
	s.stats.Misuse++
}

// notify wakes all that wait. The caller holds the lock.
func (s *Server) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// serve handles one HTTP request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	method, e := s.route(r.URL.Path)
	if e != nil {
		s.mu.Lock()
		s.stats.Unauthorized++
		s.notify()
		s.mu.Unlock()
		reply(w, nil, e)
		return
	}
	req, e := readRequest(method, r)
	call, f := s.begin(method, req)
	if f != nil && !f.Apply {
		s.finish(call, f.Status, f.Description, f.Name)
		f.play(s, w, r, nil)
		return
	}
	var result any
	if e == nil {
		result, e = s.dispatch(r, req, call)
	}
	status, text, name := http.StatusOK, "", ""
	if e != nil {
		status, text = e.code, e.text
	}
	if f != nil {
		name = f.Name
	}
	s.finish(call, status, text, name)
	if f != nil {
		f.play(s, w, r, envelope(result, e))
		return
	}
	reply(w, result, e)
}

// route checks the token and returns the method of a path.
func (s *Server) route(path string) (string, *apiError) {
	rest, ok := strings.CutPrefix(path, "/bot")
	token, method, slash := strings.Cut(rest, "/")
	if !ok || !slash {
		return "", &apiError{code: 404, text: "Not Found"}
	}
	if token != s.opts.Token {
		return "", &apiError{code: 401, text: "Unauthorized"}
	}
	return method, nil
}

// begin logs a call and asks for a fault.
func (s *Server) begin(method string, req *request) (*Call, *Fault) {
	s.mu.Lock()
	key := strings.ToLower(method)
	s.perMethod[key]++
	n := s.perMethod[key]
	call := &Call{Method: method, At: s.opts.Now(), N: n, Params: req.params}
	s.calls = append(s.calls, call)
	hook := s.fault
	if s.flood.waits(s.floodKey(req), call.At) {
		hook = nil // refused anyway, as a violation
	}
	s.notify()
	s.mu.Unlock()
	if hook == nil {
		return call, nil
	}
	s.callMu.Lock() // so that hooks need no lock of their own
	f := hook(method, n, req.params)
	s.callMu.Unlock()
	if f != nil && f.RetryAfter > 0 {
		s.mu.Lock()
		s.flood.block(s.floodKey(req), s.opts.Now(), f.RetryAfter)
		s.mu.Unlock()
	}
	return call, f
}

func (s *Server) finish(c *Call, status int, text, fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Done, c.Status, c.Description, c.Fault = true, status, text, fault
	c.Took = s.opts.Now().Sub(c.At)
	s.stats.count(c)
	s.notify()
}

type handler func(*Server, *request) (any, *apiError)

var methods = map[string]handler{
	"getme": (*Server).getMe, "sendmessage": (*Server).sendMessage,
	"senddocument": (*Server).sendDocument, "editmessagetext": (*Server).editMessageText,
	"editmessagereplymarkup": (*Server).editMessageReplyMarkup,
	"deletemessage":          (*Server).deleteMessage, "sendchataction": (*Server).sendChatAction,
	"setmessagereaction": (*Server).setMessageReaction, "answercallbackquery": (*Server).answerCallbackQuery,
	"answerinlinequery": (*Server).answerInlineQuery, "setmycommands": (*Server).setMyCommands,
	"getmycommands": (*Server).getMyCommands, "deletemycommands": (*Server).deleteMyCommands,
	"setmydescription": (*Server).setMyDescription, "getmydescription": (*Server).getMyDescription,
	"setmyshortdescription": (*Server).setMyShortDescription, "getmyshortdescription": (*Server).getMyShortDescription,
	"getchat": (*Server).getChat, "getchatmember": (*Server).getChatMember,
	"getchatadministrators": (*Server).getChatAdministrators, "leavechat": (*Server).leaveChat,
	"setwebhook": (*Server).setWebhook, "deletewebhook": (*Server).deleteWebhook,
	"getwebhookinfo": (*Server).getWebhookInfo,
}

func (s *Server) dispatch(r *http.Request, req *request, call *Call) (any, *apiError) {
	if req.method == "getupdates" {
		return s.getUpdates(r.Context(), req, call)
	}
	h := methods[req.method]
	if h == nil {
		return nil, &apiError{code: 404, text: "Not Found"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.limit(req, call); e != nil {
		return nil, e
	}
	result, e := h(s, req)
	s.notify()
	return result, e
}

// envelope builds the JSON around a result or a refusal.
func envelope(result any, e *apiError) []byte {
	body := object{"ok": true, "result": result}
	if e != nil {
		body = object{"ok": false, "error_code": e.code, "description": e.text}
		if e.retryAfter > 0 {
			body["parameters"] = object{"retry_after": e.retryAfter}
		}
		if e.migrateTo != 0 {
			body["parameters"] = object{"migrate_to_chat_id": e.migrateTo}
		}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return []byte(`{"ok":false,"error_code":500,"description":"Internal Server Error"}`)
	}
	return data
}

func reply(w http.ResponseWriter, result any, e *apiError) {
	w.Header().Set("Content-Type", "application/json")
	if e != nil {
		w.WriteHeader(e.code)
	}
	_, _ = w.Write(envelope(result, e))
}

func (s *Server) getMe(*request) (any, *apiError) {
	me := wireUser(s.bot)
	me["can_join_groups"] = true
	me["can_read_all_group_messages"] = s.privacyOff
	me["supports_inline_queries"] = !s.opts.NoInline
	me["can_connect_to_business"] = false
	me["has_main_web_app"] = false
	return me, nil
}
