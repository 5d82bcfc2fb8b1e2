// Package web is the HTTP side of wence serve: the one listener, with limits on
// what a client may do to it, health, metrics, and the pages for people. Other
// packages hand it handlers.
//
// Libraries: github.com/klauspost/compress/gzhttp compresses,
// github.com/prometheus/client_golang counts, golang.org/x/net/netutil limits
// connections.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"golang.org/x/net/netutil"
)

// Limits of every connection. A reader page is small and so is every request;
// who needs longer is slow on purpose.
const (
	headerTime  = 2 * time.Second
	readTime    = 15 * time.Second
	writeTime   = 60 * time.Second
	idleTime    = 60 * time.Second
	maxHeader   = 16 << 10
	connections = 4096
)

// shutdownTime is how long requests under way may take when the server stops.
const shutdownTime = 5 * time.Second

// ServerOptions are what a Server needs from around it.
type ServerOptions struct {
	Log *slog.Logger

	// Ready says why the program cannot do its work now; nil is that it can. It
	// is called for every request to /readyz and must be quick.
	Ready func(context.Context) error

	// Token, when it is not "", must be given for every page but health checks
	// and Open.
	Token string
	Open  []string // paths with a secret of their own

	// Refuse answers requests without the token; nil is plain text.
	Refuse Refuser

	// Requests is told of every request; nil is not.
	Requests func(method string, status int, took time.Duration)
}

// A Server answers HTTP. Make it with [NewServer], add handlers, then
// [Server.Serve].
type Server struct {
	opt ServerOptions
	log *slog.Logger
	mux *http.ServeMux
}

// NewServer returns a Server that answers /healthz and /readyz.
func NewServer(opt ServerOptions) *Server {
	if opt.Refuse == nil {
		opt.Refuse = refuse
	}
	s := &Server{opt: opt, log: opt.Log, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { Plain(w, http.StatusOK, "ok") })
	s.mux.Handle("/healthz", OnlyFor("GET, HEAD"))
	s.mux.Handle("/readyz", OnlyFor("GET, HEAD"))
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := opt.Ready(r.Context()); err != nil {
			s.log.Warn("not ready", "error", err)
			Plain(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		Plain(w, http.StatusOK, "ready")
	})
	return s
}

// Plain writes one line of text.
func Plain(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text+"\n") // a client that has left misses nothing
}

// Handle adds a handler, as [http.ServeMux.Handle] does.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Handler is all that the server answers, with its limits. guard, which may be
// nil, stands before the pages: it sees paths before they are cleaned.
func (s *Server) Handler(guard func(http.Handler) http.Handler) http.Handler {
	h := http.Handler(s.mux)
	if guard != nil {
		h = guard(h)
	}
	h = protect(s.opt.Token, s.open, s.opt.Refuse, h)
	return s.observe(gzhttp.GzipHandler(h))
}

func (s *Server) open(path string) bool {
	if path == "/healthz" || path == "/readyz" {
		return true
	}
	for _, p := range s.opt.Open {
		if path == p {
			return true
		}
	}
	return false
}

// Serve answers on l with h until ctx ends, then lets requests under way finish.
// It closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
		defer cancel()
		stopped <- srv.Shutdown(ctx)
	})
	err := srv.Serve(netutil.LimitListener(l, connections))
	if stop() { // it was not ctx that ended it
		return fmt.Errorf("serve HTTP: %w", err)
	}
	if err := <-stopped; err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop HTTP: %w", err)
	}
	return nil
}
