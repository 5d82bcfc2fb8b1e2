package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"hash/fnv"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
)

const (
	maxQuestion = 1000     // runes
	maxForm     = 16 << 10 // bytes of a form
	shown       = 5        // citations that are not folded away
	cookieName  = "wence"
	cookieAge   = 24 * 60 * 60 // seconds; the conversation itself ends sooner
)

// partHeader is what the script sends for a part of a page instead of a page.
const partHeader = "X-Wence-Part"

// An askMain is the ask page: with an answer, or with what to ask first.
type askMain struct {
	Answer   *answered
	Starters []starter
	Several  bool
	Chosen   string // the plan to ask
	Notice   string // why there is no answer
	Talking  bool   // a conversation goes on
	Talk     string // its name, for browsers that keep no cookies; "" for none

	OnlyMachine bool // show nothing of Answer but what a language model added
}

// A starter is a plan with what may be asked of it.
type starter struct {
	Plan      *reader
	Questions []string
}

// An answered is an answer as it is shown.
type answered struct {
	*answer.Answer
	Shown, More   []quoted
	Near          []quoted
	LeadPlan      string // whose page the leads link to
	Rate          bool   // ask whether it was any use
	Extends       bool   // a language model may add to it
	Machine       *machineMain
	Record, Asked string
}

// A quoted is a citation as it is shown.
type quoted struct {
	answer.Citation
	No    int
	Title string // of the plan, where it is not that of the quote before
}

func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("q") != "" && r.Method != http.MethodHead {
		s.answerer.ServeHTTP(w, r)
		return
	}
	m := s.askMain(r)
	s.ask(w, r, http.StatusOK, m)
}

// post takes what the forms of the page send: a question, an opinion, or the
// wish to begin anew.
func (s *Site) post(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		m := s.askMain(r)
		m.Notice = "发来的内容太长或不完整，请精简后再试。"
		s.ask(w, r, http.StatusRequestEntityTooLarge, m)
		return
	}
	switch {
	case r.PostForm.Has("rate"):
		s.rate(w, r)
	case r.PostForm.Has("machine"):
		s.extender.ServeHTTP(w, r)
	case r.PostForm.Has("new"):
		http.SetCookie(w, s.cookie("", -1))
		http.Redirect(w, r, "/", http.StatusSeeOther)
	default:
		s.answerer.ServeHTTP(w, r)
	}
}

func (s *Site) askMain(r *http.Request) askMain {
	m := askMain{Several: len(s.plans) > 1, Talking: talker(r) != "", Talk: formTalker(r)}
	for _, p := range s.plans {
		if p.ID() == r.FormValue("plan") {
			m.Chosen = p.ID()
		}
		if len(m.Starters) < 8 {
			m.Starters = append(m.Starters, starter{p, p.starters()})
		}
	}
	return m
}

func (s *Site) ask(w http.ResponseWriter, r *http.Request, code int, m askMain) {
	p := page{Title: "问策：查方案，给原文", Here: "ask", Main: m, URL: s.absolute("/"),
		Description: "问政府方案里谁牵头、指标多少、什么时候完成，答案带原文和出处链接。"}
	block := "layout"
	if m.Answer != nil {
		p.Title, p.Description, p.URL, p.NoIndex = clip(m.Answer.Question, 60), m.Answer.Headline, "", true
	}
	w.Header().Set("Vary", partHeader)
	if r.Header.Get(partHeader) != "" {
		block = "part"
	}
	s.show(w, r, code, "ask", block, p)
}

// answer answers a question and remembers the turn.
func (s *Site) answer(w http.ResponseWriter, r *http.Request) {
	m := s.askMain(r)
	text := strings.TrimSpace(strings.ToValidUTF8(r.FormValue("q"), ""))
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		s.ask(w, r, http.StatusOK, m)
		return
	case n > maxQuestion:
		m.Notice = "问题太长，请精简到一千字以内。"
		s.ask(w, r, http.StatusRequestEntityTooLarge, m)
		return
	}
	user := talker(r)
	if user == "" {
		user = random()
		http.SetCookie(w, s.cookie(user, cookieAge))
	}
	m.Talking, m.Talk = true, user
	m.Answer = s.turn(r.Context(), user, text, m.Chosen)
	s.ask(w, r, http.StatusOK, m)
}

// turn answers in the conversation of a user. Without a working store there is
// an answer still, but no conversation.
func (s *Site) turn(ctx context.Context, user, text, plan string) *answered {
	lock := &s.turns[stripe(user)%uint32(len(s.turns))]
	lock.Lock()
	defer lock.Unlock()
	id := random()
	a, err := s.chat.Ask(ctx, chat.Message{Key: talk(user), ID: id, Text: text, Plan: plan, At: s.opt.Now()})
	if err != nil {
		s.opt.Log.Error("cannot remember a turn", "error", err)
		a, id = s.chat.Engine().Ask(ctx, answer.Request{Text: text, Plan: plan, Today: s.opt.Now()}), ""
	}
	return s.answered(a, id)
}

func talk(user string) chat.Key { return chat.Key{Chat: "web", User: user} }

func stripe(user string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(user))
	return h.Sum32()
}

// answered makes an answer ready to be shown. record is what it can be rated
// by.
func (s *Site) answered(a *answer.Answer, record string) *answered {
	out := &answered{Answer: a, Record: record, Asked: a.Question}
	quotes := s.quotes(a.Citations)
	out.Shown, out.More = quotes[:min(shown, len(quotes))], quotes[min(shown, len(quotes)):]
	out.Near = s.quotes(a.Nearest)
	out.Machine = s.machine(a)
	out.Extends = record != "" && s.chat.Extends(a)
	if rd := s.byID[a.Plan]; rd != nil && len(a.Leads) > 0 {
		out.LeadPlan = a.Plan
	}
	out.Rate = record != "" && s.opt.Rate != nil && a.Kind != answer.KindChitchat && a.Kind != answer.KindClarify
	return out
}

func (s *Site) quotes(cs []answer.Citation) []quoted {
	var out []quoted
	for i, c := range cs {
		q := quoted{Citation: c, No: i + 1}
		if rd := s.byID[c.Plan]; rd != nil && (i == 0 || c.Plan != cs[i-1].Plan) {
			q.Title = rd.Title()
		}
		out = append(out, q)
	}
	return out
}

// rate keeps what a reader thinks of an answer.
func (s *Site) rate(w http.ResponseWriter, r *http.Request) {
	m := s.askMain(r)
	id, user, opinion := r.PostForm.Get("id"), talker(r), r.PostForm.Get("rate")
	if s.opt.Rate == nil || user == "" || !isRandom.MatchString(id) || opinion != "good" && opinion != "bad" {
		m.Notice = "这条意见没有记下：回答已过期，或页面不完整。请重新提问。"
		s.ask(w, r, http.StatusBadRequest, m)
		return
	}
	if err := s.opt.Rate(talk(user), id, opinion == "good", s.opt.Now()); err != nil {
		s.opt.Log.Warn("cannot keep a rating", "error", err)
		m.Notice = "这条意见没有记下：回答已过期。请重新提问。"
		s.ask(w, r, http.StatusNotFound, m)
		return
	}
	m.Notice = "谢谢，您的意见已记下。"
	s.ask(w, r, http.StatusOK, m)
}

// isRandom is what random makes.
var isRandom = regexp.MustCompile(`^[0-9a-f]{32}$`)

// random returns 128 random bits.
func random() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// talker is whose conversation a request belongs to; "" for nobody's. A page
// with an answer names its conversation, so that its forms go on with it in a
// browser that keeps no cookies, and beside another page.
func talker(r *http.Request) string {
	if t := formTalker(r); t != "" {
		return t
	}
	c, err := r.Cookie(cookieName)
	if err != nil || !isRandom.MatchString(c.Value) {
		return ""
	}
	return c.Value
}

// formTalker is the conversation that a posted form names.
func formTalker(r *http.Request) string {
	if t := r.PostForm.Get("talk"); isRandom.MatchString(t) {
		return t
	}
	return ""
}

func (s *Site) cookie(value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(s.opt.PublicURL, "https://"),
	}
}
