package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
)

// ConversationHeader is the response header that names the conversation.
const ConversationHeader = "Wence-Conversation"

const (
	maxBody     = 1 << 20 // bytes
	maxQuestion = 4000    // characters: what is read of a message
)

// chatName is the chat of all conversations of the API.
const chatName = "api"

var (
	conversationForm = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)
	answerForm       = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

// A question is the body of POST /api/ask.
type question struct {
	Question     string `json:"question"`
	Conversation string `json:"conversation"`
	Plan         string `json:"plan"`
	ReplyTo      string `json:"reply_to"`
}

func (a *API) postAsk(w http.ResponseWriter, r *http.Request) *problem {
	var q question
	media, body, p := a.body(w, r)
	if p != nil {
		return p
	}
	switch media {
	case "application/json":
		if p := decode(body, &q); p != nil {
			return p
		}
	case "application/x-www-form-urlencoded":
		form, p := values(string(body), kindBody)
		if p != nil {
			return p
		}
		q = question{form.Get("question"), form.Get("conversation"), form.Get("plan"), form.Get("reply_to")}
	default:
		return wrong(kindMedia, "请用 Content-Type: application/json 发送 {\"question\":\"…\"},或用 application/x-www-form-urlencoded 发送表单。")
	}
	return a.ask(w, r, q)
}

func (a *API) getAsk(w http.ResponseWriter, r *http.Request) *problem {
	v, p := values(r.URL.RawQuery, kindParameter)
	if p != nil {
		return p
	}
	return a.ask(w, r, question{v.Get("q"), v.Get("conversation"), v.Get("plan"), v.Get("reply_to")})
}

func (a *API) ask(w http.ResponseWriter, r *http.Request, q question) *problem {
	if p := a.check(&q); p != nil {
		return p
	}
	wait, p := waiting(r)
	if p != nil {
		return p
	}
	begins := q.Conversation == ""
	if begins {
		q.Conversation = rand.Text()
	}
	x, p := a.answer(r.Context(), q)
	if p != nil {
		if !begins || q.ReplyTo != "" || p.Status != http.StatusServiceUnavailable {
			return p
		}
		x = a.alone(r.Context(), q)
	}
	w.Header().Set(ConversationHeader, q.Conversation)
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, "application/json", a.extended(r.Context(), q, x, wait))
	return nil
}

// How long an answer waits for what a language model adds to it. Who does not
// say gets what comes soon, and waits no more for a model that was too late for
// somebody in the last slowFor. What comes later is there for who asks the same
// again.
const (
	unsaidWait = -1
	usualWait  = 3 * time.Second
	maxWait    = 30 * time.Second
	slowFor    = time.Minute
)

// waiting reads how long to wait for the language model, unsaidWait when r does
// not say.
func waiting(r *http.Request) (time.Duration, *problem) {
	s := r.URL.Query().Get("wait")
	if s == "" {
		return unsaidWait, nil
	}
	n, err := strconv.Atoi(s)
	if wait := time.Duration(n) * time.Second; err == nil && wait >= 0 && wait <= maxWait {
		return wait, nil
	}
	return 0, wrong(kindParameter, "wait 是最多等机器归纳多少秒,0 到 %d 的整数。", int(maxWait.Seconds()))
}

// extended is x with what the language model adds in time.
func (a *API) extended(ctx context.Context, q question, x *answer.Answer, wait time.Duration) *answer.Answer {
	if wait == 0 || !a.chat.Extends(x) {
		return x
	}
	unsaid := wait == unsaidWait
	if unsaid {
		wait = usualWait
		if time.Now().UnixNano() < a.slowUntil.Load() {
			wait = time.Millisecond // what is known already, and the model begins
		}
	}
	late, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	added := a.chat.Extend(late, chatName+"/"+q.Conversation, x, a.opt.Now())
	if unsaid && late.Err() != nil && ctx.Err() == nil {
		a.slowUntil.Store(time.Now().Add(slowFor).UnixNano())
	}
	return x.With(added)
}

// answer answers q in its conversation, when those before it are answered.
func (a *API) answer(ctx context.Context, q question) (*answer.Answer, *problem) {
	lock := &a.locks[maphash.String(a.seed, q.Conversation)%uint64(len(a.locks))]
	lock.Lock()
	defer lock.Unlock()
	m := chat.Message{Key: key(q.Conversation), Text: q.Question, Plan: q.Plan, At: a.opt.Now()}
	if q.ReplyTo != "" {
		m.ReplyTo = recorded(q.Conversation, q.ReplyTo)
		switch _, err := a.chat.Items(m.Key, m.ReplyTo); {
		case errors.Is(err, chat.ErrForgotten):
			return nil, wrong(kindAnswer, "reply_to 指的答复不在这个会话里,或已过了保存期。请去掉 reply_to,把问题写完整。")
		case err != nil:
			return nil, a.down(err)
		}
	}
	id := rand.Text()
	m.ID = recorded(q.Conversation, id)
	x, err := a.chat.Ask(ctx, m)
	if err != nil {
		return nil, a.down(err)
	}
	x.ID, x.Question = id, q.Question
	return x, nil
}

// alone answers a question that begins a conversation when conversations cannot
// be kept: what went before does not matter to it.
func (a *API) alone(ctx context.Context, q question) *answer.Answer {
	return a.chat.Engine().Ask(ctx, answer.Request{ID: rand.Text(), Text: q.Question, Plan: q.Plan, Today: a.opt.Now()})
}

// check returns what is wrong with q.
func (a *API) check(q *question) *problem {
	switch {
	case strings.TrimSpace(q.Question) == "":
		return wrong(kindEmpty, "请把问题写在 question 里(GET 用 q,如 /api/ask?q=湿地保护率要到多少);用 JSON 时不要漏了 Content-Type: application/json。")
	case utf8.RuneCountInString(q.Question) > maxQuestion:
		return wrong(kindLong, "问题最多%d字。请只写要问的那一句。", maxQuestion)
	case q.Conversation != "" && !conversationForm.MatchString(q.Conversation):
		return conversationProblem()
	case q.ReplyTo != "" && !answerForm.MatchString(q.ReplyTo):
		return wrong(kindAnswer, "reply_to 是先前答复的 id,照原样传回。")
	case q.Plan != "" && a.plan(q.Plan) == nil:
		return wrong(kindPlan, "没有编号为“%s”的方案,%s", clip(q.Plan), a.known())
	}
	return nil
}

func conversationProblem() *problem {
	return wrong(kindConversation, "会话编号是8到64个字母、数字、_或-。不传就新开一个会话,编号在响应头 "+ConversationHeader+" 里。")
}

func key(conversation string) chat.Key { return chat.Key{Chat: chatName, User: conversation} }

// recorded is what an answer is recorded under. It binds the id to the
// conversation, whose name has no dot.
func recorded(conversation, id string) string { return conversation + "." + id }

// down says that the store does not work.
func (a *API) down(err error) *problem {
	a.opt.Log.Error("cannot keep a conversation", "error", err)
	return wrong(kindUnavailable, "会话暂时存取不了。请过一会儿再试。")
}

// A rating is the body of POST /api/feedback.
type rating struct {
	Conversation string `json:"conversation"`
	Answer       string `json:"answer"`
	Good         *bool  `json:"good"`
}

func (a *API) feedback(w http.ResponseWriter, r *http.Request) *problem {
	media, body, p := a.body(w, r)
	switch {
	case p != nil:
		return p
	case media != "application/json":
		return wrong(kindMedia, "请用 Content-Type: application/json 发送 {\"conversation\":\"…\",\"answer\":\"…\",\"good\":true}。")
	}
	var f rating
	if p := decode(body, &f); p != nil {
		return p
	}
	switch {
	case !conversationForm.MatchString(f.Conversation):
		return conversationProblem()
	case f.Good == nil:
		return wrong(kindBody, "缺少 good:有用写 true,有误写 false。")
	case !answerForm.MatchString(f.Answer):
		return wrong(kindAnswer, "answer 是答复里的 id,照原样传回。")
	case a.opt.Rate == nil:
		return wrong(kindUnavailable, "这里没有开启评价。")
	}
	err := a.opt.Rate(key(f.Conversation), recorded(f.Conversation, f.Answer), *f.Good, a.opt.Now())
	switch {
	case errors.Is(err, chat.ErrForgotten):
		return wrong(kindAnswer, "这个会话里没有这个答复,或已过了保存期。请核对 conversation 和 answer。")
	case err != nil:
		return a.down(err)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// body reads the body of a post and its media type, "" for none.
func (a *API) body(w http.ResponseWriter, r *http.Request) (media string, body []byte, p *problem) {
	if err := a.origins.Check(r); err != nil {
		return "", nil, wrong(kindOrigin, "浏览器里别的网站的页面不能在这里提问或评价。请从自己的服务器调用。")
	}
	media, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type")) // a bad one is none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	switch large := new(http.MaxBytesError); {
	case errors.As(err, &large):
		return "", nil, wrong(kindLarge, "正文最多%d字节。", maxBody)
	case err != nil:
		return "", nil, wrong(kindBody, "正文没有收全。请重新发送。")
	case !utf8.Valid(body):
		return "", nil, wrong(kindBody, "正文不是 UTF-8 编码。请改用 UTF-8。")
	}
	return media, body, nil
}

// decode reads a JSON object. Fields that v does not have are let pass.
func decode(body []byte, v any) *problem {
	err := json.Unmarshal(body, v)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return wrong(kindBody, "正文不是合法的 JSON:第%d字节处读不下去。", syntax.Offset)
	case errors.As(err, &kind) && kind.Field != "":
		return wrong(kindBody, "字段 %s 的类型不对:不能是 %s。", kind.Field, kind.Value)
	}
	return wrong(kindBody, "正文应是一个 JSON 对象,如 {\"question\":\"…\"}。")
}

// values reads a query or a form strictly: what cannot be read or stands twice
// would otherwise be answered as if it were not there.
func values(raw string, k kind) (url.Values, *problem) {
	v, err := url.ParseQuery(raw)
	if err != nil {
		return nil, wrong(k, "参数的编码有误。请把 %%、&、; 等字符按百分号编码。")
	}
	for name, list := range v {
		if len(list) > 1 && slices.Contains(parameters, name) {
			return nil, wrong(k, "参数 %s 写了%d次。请只写一次。", name, len(list))
		}
		if !utf8.ValidString(list[0]) {
			return nil, wrong(k, "参数不是 UTF-8 编码。请改用 UTF-8。")
		}
	}
	return v, nil
}

// parameters are all that a query or a form may give.
var parameters = []string{"q", "question", "conversation", "plan", "reply_to", "agency", "deadline", "wait"}

// clip bounds what is repeated of a request, and drops what is no character.
func clip(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
