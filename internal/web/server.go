// Package web is the HTTP side of wence serve: the one listener, with limits on
// what a client may do to it, and health. Other packages hand it handlers.
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

	"golang.org/x/net/netutil"
)

// Limits of every connection. A reader page is small and so is every request;
// who needs longer is slow on purpose.
const (
	headerTime  = 5 * time.Second
	readTime    = 15 * time.Second
	writeTime   = 60 * time.Second
	idleTime    = 60 * time.Second
	maxHeader   = 16 << 10
	connections = 512
)

// shutdownTime is how long requests under way may take when the server stops.
const shutdownTime = 5 * time.Second

// A Server answers HTTP. Make it with [New], add handlers, then [Server.Serve].
type Server struct {
	mux *http.ServeMux
	log *slog.Logger
}

// New returns a Server that answers /healthz and /readyz. ready says why the
// program cannot do its work now; nil is that it can. It is called for every
// request to /readyz and must be quick.
func New(log *slog.Logger, ready func(context.Context) error) *Server {
	s := &Server{mux: http.NewServeMux(), log: log}
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ready(r.Context()); err != nil {
			log.Warn("not ready", "error", err)
			plain(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		plain(w, http.StatusOK, "ready")
	})
	return s
}

func plain(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text+"\n") // a client that has left misses nothing
}

// Handle adds a handler, as [http.ServeMux.Handle] does.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// Serve answers on l until ctx ends, then lets requests under way finish. It
// closes l.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.mux,
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
