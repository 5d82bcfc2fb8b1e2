package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// A Refuser answers a request that is turned away before a handler sees it.
// Detail is for users and says how to mend it.
type Refuser func(w http.ResponseWriter, r *http.Request, status int, detail string)

// refuse is the Refuser in plain text.
func refuse(w http.ResponseWriter, _ *http.Request, status int, detail string) {
	Plain(w, status, detail)
}

// protect asks for the site's token, as a bearer token or as the password of
// basic authentication with any name, so that browsers can ask for it.
func protect(token string, open func(path string) bool, refuse Refuser, next http.Handler) http.Handler {
	if token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			_, given, _ = r.BasicAuth()
		}
		if open(r.URL.Path) || subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1 {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Add("WWW-Authenticate", `Basic realm="wence", charset="UTF-8"`)
		w.Header().Add("WWW-Authenticate", `Bearer realm="wence"`)
		refuse(w, r, http.StatusUnauthorized, "需要口令：程序请带请求头 Authorization: Bearer 口令；浏览器请在密码框里填口令，用户名不限。")
	})
}

// maxBody bounds what any request may send.
const maxBody = 2 << 20

// observe gives each request an id, bounds its body, contains panics, and logs
// it: method, path and status, but not what was asked.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := requestID()
		w.Header().Set("X-Request-Id", id)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		rec := &recorder{ResponseWriter: w, code: http.StatusOK}
		began := time.Now()
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler {
				panic(p)
			}
			if p != nil {
				// The value of a panic may quote what was asked.
				s.log.Error("a bug was contained", "request", id, "path", r.URL.Path, "stack", string(debug.Stack()))
				if !rec.wrote {
					Plain(rec, http.StatusInternalServerError, "出错了，请稍后再试。编号 "+id)
				}
			}
			took := time.Since(began)
			s.log.Debug("request", "id", id, "method", r.Method, "path", r.URL.Path, "status", rec.code, "took", took)
			if s.opt.Requests != nil {
				s.opt.Requests(r.Method, rec.code, took)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

func requestID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// A recorder remembers the status of a response.
type recorder struct {
	http.ResponseWriter
	code  int
	wrote bool
}

func (r *recorder) WriteHeader(code int) {
	if !r.wrote {
		r.code, r.wrote = code, true
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach what it wraps.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
