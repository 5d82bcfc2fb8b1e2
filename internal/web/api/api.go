package api

import (
	"hash/maphash"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wence-qa/wence/internal/chat"
)

// Options are what the owner decides. The zero Options are the defaults.
type Options struct {
	PublicURL string                          // what links in tables begin with; "" is the host that was asked
	Limit     func(http.Handler) http.Handler // wraps the handlers of questions only; nil is none
	Now       func() time.Time                // nil is time.Now
	Log       *slog.Logger                    // nil is no log

	// Rate keeps what a user thinks of an answer: it applies what [chat.Chat.Rate]
	// returns to the store. Nil keeps no feedback; then the route answers 503.
	Rate func(k chat.Key, answer string, good bool, at time.Time) error
}

// An API answers what is asked below /api/. Make it with [New]. It is safe for
// concurrent use.
type API struct {
	chat        *chat.Chat
	opt         Options
	plans       []*plan
	description []byte // openapi.json
	origins     *http.CrossOriginProtection

	// Messages of one conversation come one after another: each has one of
	// these locks, which others may share.
	seed  maphash.Seed
	locks [64]sync.Mutex

	slowUntil atomic.Int64 // until when nobody waits for the language model unasked, Unix nanoseconds
}

// New returns an API that answers from c and its plans.
func New(c *chat.Chat, opt Options) *API {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	opt.PublicURL = strings.TrimRight(opt.PublicURL, "/")
	a := &API{chat: c, opt: opt, description: describe(opt.PublicURL), seed: maphash.MakeSeed()}
	for _, p := range c.Engine().Plans() {
		a.plans = append(a.plans, newPlan(c.Engine(), p))
	}
	a.origins = http.NewCrossOriginProtection()
	if u, err := url.Parse(opt.PublicURL); err == nil && u.Host != "" {
		if err := a.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			opt.Log.Warn("the public URL is no origin to trust", "error", err)
		}
	}
	return a
}

// A handler answers a request, or returns what is wrong with it and has then
// written nothing.
type handler func(w http.ResponseWriter, r *http.Request) *problem

// A route is one operation of the API.
type route struct {
	method, path string
	run          handler
	asks         bool // it is a question, which may be limited
}

func (a *API) routes() []route {
	return []route{
		{"POST", "/api/ask", a.postAsk, true},
		{"GET", "/api/ask", a.getAsk, true},
		{"POST", "/api/feedback", a.feedback, false},
		{"GET", "/api/plans", a.listPlans, false},
		{"GET", "/api/plans/{id}", a.structure, false},
		{"GET", "/api/plans/{id}/clauses", a.clauses, false},
		{"GET", "/api/plans/{id}/tasks.csv", a.tasksCSV, false},
		{"GET", "/api/plans/{id}/tasks.xlsx", a.tasksXLSX, false},
		{"GET", "/api/openapi.json", a.openAPI, false},
	}
}

// Register hands every route to handle as a pattern of [http.ServeMux], and
// patterns for all else below /api/, which is answered with 404 or 405. A
// ServeMux redirects paths with empty or dotted segments before it looks at
// patterns; [API.Guard] is for those.
func (a *API) Register(handle func(pattern string, h http.Handler)) {
	methods := map[string][]string{}
	for _, r := range a.routes() {
		h := http.Handler(serve(r.run))
		if r.asks && a.opt.Limit != nil {
			h = a.opt.Limit(h)
		}
		handle(r.method+" "+r.path, harden(h))
		methods[r.path] = append(methods[r.path], r.method)
	}
	for path, allowed := range methods {
		handle(path, harden(serve(notAllowed(allowed))))
	}
	handle("/api", harden(serve(noRoute)))
	handle("/api/", harden(serve(noRoute)))
}

// Guard wraps a [http.ServeMux] so that it never redirects below /api/: a path
// that is not in its shortest form is unknown.
func (a *API) Guard(mux http.Handler) http.Handler {
	unknown := harden(serve(noRoute))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// As ServeMux does, without decoding: %2e%2e is an id like any other.
		path := r.URL.EscapedPath()
		if strings.HasPrefix(path, "/api/") && !shortest(path) {
			unknown.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// shortest reports whether a path has no segment to clean away. It may end with
// a slash.
func shortest(path string) bool {
	segments := strings.Split(strings.TrimSuffix(path, "/")[1:], "/")
	return !slices.ContainsFunc(segments, func(s string) bool { return s == "" || s == "." || s == ".." })
}

// harden sets what every response says to browsers: it is what its type says,
// and no page.
func harden(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		h.ServeHTTP(w, r)
	})
}

func serve(run handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if p := run(w, r); p != nil {
			p.write(w, r)
		}
	}
}

func noRoute(http.ResponseWriter, *http.Request) *problem {
	return wrong(kindNoRoute, "没有这个地址。所有接口见 /api/openapi.json。")
}

func notAllowed(methods []string) handler {
	if slices.Contains(methods, "GET") {
		methods = append(methods, "HEAD")
	}
	slices.Sort(methods)
	allow := strings.Join(methods, ", ")
	return func(w http.ResponseWriter, _ *http.Request) *problem {
		w.Header().Set("Allow", allow)
		return wrong(kindMethod, "这个地址只接受 %s。", allow)
	}
}
