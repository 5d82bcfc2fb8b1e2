package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/chat"
)

//go:embed page
var pageFiles embed.FS

// A Site is the pages for people: the reader of the plans, the pictures and
// the ask page. Every page is one response: style and script stand in it, named
// by their hashes in the Content-Security-Policy, and nothing else is loaded.
// All of it works without script.
type Site struct {
	chat  *chat.Chat
	opt   SiteOptions
	plans []*reader // in the order of the engine
	byID  map[string]*reader
	pages map[string]*template.Template

	style    template.CSS
	script   template.JS
	policy   string // of every page
	build    string // part of every ETag
	made     *lru.Cache[string, made]
	answerer http.Handler
	extender http.Handler
	turns    [64]sync.Mutex // messages of one conversation come one after another
}

// SiteOptions are what a Site needs from around it. The zero SiteOptions make
// a Site without absolute links, limits, feedback or memory of earlier texts.
type SiteOptions struct {
	PublicURL string // "https://wence.example.org", for links that leave the page; "" for none

	// Limit wraps the handler of questions and nothing else.
	Limit func(http.Handler) http.Handler

	// Earlier returns texts that a plan had before, newest first.
	Earlier func(planID string) []*corpus.Plan

	// Rate keeps what a reader thinks of an answer: what [chat.Chat.Rate]
	// returns, applied to the store. Without it pages do not ask.
	Rate func(k chat.Key, answer string, good bool, at time.Time) error

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil is no log
}

// NewSite returns the pages about the plans that c answers from.
func NewSite(c *chat.Chat, opt SiteOptions) (*Site, error) {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	opt.PublicURL = strings.TrimRight(opt.PublicURL, "/")
	cache, err := lru.New[string, made](madeKept)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s := &Site{chat: c, opt: opt, byID: map[string]*reader{}, made: cache}
	for _, p := range c.Engine().Plans() {
		r := newReader(c.Engine(), p)
		s.plans = append(s.plans, r)
		s.byID[p.ID] = r
	}
	if err := s.loadPages(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s.answerer, s.extender = http.HandlerFunc(s.answer), http.HandlerFunc(s.extend)
	if opt.Limit != nil {
		s.answerer, s.extender = opt.Limit(s.answerer), opt.Limit(s.extender)
	}
	return s, nil
}

// Register hands every page to handle, which is that of an [http.ServeMux]
// behind [Strict]. The pattern "/" is among them: it answers what nothing else
// does, with 404.
func (s *Site) Register(handle func(pattern string, h http.Handler)) {
	handle("GET /{$}", http.HandlerFunc(s.home))
	handle("POST /{$}", ownForms(http.HandlerFunc(s.post)))
	handle("/{$}", OnlyFor("GET, HEAD, POST"))
	for path, page := range map[string]http.HandlerFunc{
		"/p/{plan}": s.planPage, "/p/{plan}/{id}": s.itemPage, "/overview/{plan}": s.overviewPage,
	} {
		handle("GET "+path, page)
		handle(path, OnlyFor("GET, HEAD"))
	}
	handle("/", http.HandlerFunc(s.noPage))
}

// OnlyFor refuses the methods that a page does not have.
func OnlyFor(methods string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", methods)
		Plain(w, http.StatusMethodNotAllowed, "这个地址只接受 "+methods+"。")
	})
}

// ownForms turns away forms that other sites send. Browsers that do not send
// Sec-Fetch-Site yet say "null" for the origin of a form on our own pages, since
// the pages send no referrer; another site's form cannot gain by saying so, as
// the cookie of a conversation does not come with it (SameSite).
func ownForms(next http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") == "null" {
			r.Header.Del("Origin")
		}
		protected.ServeHTTP(w, r)
	})
}

// loadPages parses the templates and hashes what stands inline in each page.
func (s *Site) loadPages() error {
	style, err := fs.ReadFile(pageFiles, "page/style.css")
	if err != nil {
		return err
	}
	script, err := fs.ReadFile(pageFiles, "page/script.js")
	if err != nil {
		return err
	}
	s.style, s.script = template.CSS(style), template.JS(script)
	s.policy = "default-src 'none'; style-src " + source(style) + "; script-src " + source(script) +
		"; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	base, err := template.New("").Funcs(template.FuncMap{"ask": askLink, "askAbout": askAbout, "agency": agencyLink, "exact": exact, "long": long}).
		ParseFS(pageFiles, "page/layout.html", "page/text.html")
	if err != nil {
		return err
	}
	s.pages = map[string]*template.Template{}
	for _, name := range []string{"ask", "plan", "item", "overview", "missing"} {
		t, err := template.Must(base.Clone()).ParseFS(pageFiles, "page/"+name+".html")
		if err != nil {
			return err
		}
		s.pages[name] = t
	}
	return s.stamp()
}

// source names an inline block in a Content-Security-Policy.
func source(block []byte) string {
	sum := sha256.Sum256(block)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// stamp sums up all that pages are made of but the request. A build that does
// not say which it is gets a stamp for this run only.
func (s *Site) stamp() error {
	h := sha256.New()
	err := fs.WalkDir(pageFiles, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(pageFiles, name)
		h.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	revision, clean := "", true
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, x := range info.Settings {
			switch x.Key {
			case "vcs.revision":
				revision = x.Value
			case "vcs.modified":
				clean = x.Value == "false"
			}
		}
	}
	if revision == "" || !clean {
		revision = time.Now().String()
	}
	fmt.Fprintln(h, revision, s.opt.PublicURL)
	for _, r := range s.plans {
		fmt.Fprintf(h, "%s %s %+v\n", r.plan.ID, r.plan.SHA256, r.plan.Card)
	}
	s.build = hex.EncodeToString(h.Sum(nil))
	return nil
}

// A page is what the layout shows around the main part of a page.
type page struct {
	Title       string
	Description string
	URL         string // canonical and absolute; "" for none
	Plan        *reader
	Plans       []*reader
	Here        string // "ask", "plan", "overview": where the reader is
	NoIndex     bool
	Style       template.CSS
	Script      template.JS
	Main        any
}

// headers sets what every page says about itself.
func (s *Site) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

// render makes a page, or, when block is not "layout", a part of one.
func (s *Site) render(name, block string, p page) ([]byte, error) {
	p.Plans, p.Style, p.Script = s.plans, s.style, s.script
	if p.Plan == nil && len(s.plans) == 1 {
		p.Plan = s.plans[0]
	}
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, block, p); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// show writes a page that is made for one reader.
func (s *Site) show(w http.ResponseWriter, r *http.Request, code int, name, block string, p page) {
	body, err := s.render(name, block, p)
	if err != nil {
		s.fail(w, err)
		return
	}
	s.headers(w)
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that has left misses nothing
	}
}

func (s *Site) fail(w http.ResponseWriter, err error) {
	s.opt.Log.Error("cannot make a page", "error", err)
	w.Header().Del("ETag")
	w.Header().Set("Cache-Control", "no-store")
	Plain(w, http.StatusInternalServerError, "internal error")
}

// fresh reports whether the client has the page already, and says so. What
// else than the build and the request the page depends on is in extra.
func (s *Site) fresh(w http.ResponseWriter, r *http.Request, extra ...string) bool {
	sum := sha256.Sum256([]byte(s.build + "\n" + r.URL.Path + "\n" + r.URL.Query().Encode() + "\n" + strings.Join(extra, "\n")))
	tag := hex.EncodeToString(sum[:12])
	w.Header().Set("ETag", `W/"`+tag+`"`) // the same page, compressed or not
	w.Header().Set("Cache-Control", "no-cache")
	for have := range strings.SplitSeq(r.Header.Get("If-None-Match"), ",") {
		have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
		// A proxy that compresses may have added to the tag.
		if have == "*" || strings.HasPrefix(have, `"`+tag) {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	return false
}

// absolute makes a path a link that works outside the page, if it can.
func (s *Site) absolute(path string) string {
	if s.opt.PublicURL == "" {
		return ""
	}
	return s.opt.PublicURL + path
}

// exact escapes a plan's words so that a browser reads the same bytes: it would
// take a carriage return for a line end.
func exact(s string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(s), "\r", "&#13;"))
}

// long reports whether a headline is too long to be read in bold.
func long(headline string) bool { return utf8.RuneCountInString(headline) > 70 }

func askLink(question string) string { return "/?q=" + url.QueryEscape(question) }

// askAbout asks about one plan; "" is askLink.
func askAbout(question, plan string) string {
	if plan == "" {
		return askLink(question)
	}
	return askLink(question) + "&plan=" + url.QueryEscape(plan)
}

func agencyLink(plan, agency string) string {
	return "/p/" + url.PathEscape(plan) + "?agency=" + url.QueryEscape(agency)
}
