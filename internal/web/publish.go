package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// Limits of what is kept of pages that are the same for all readers.
const (
	madeKept = 512
	madeSize = 512 << 10 // bytes of a page; larger ones are made anew
)

// A made page is kept as it is sent.
type made struct{ plain, zipped []byte }

// publish writes a page that is the same for all readers. Under a key it is
// made once and kept; "" is made anew. Pages that repeat what a reader sent or
// hold a secret are not published: compression would tell of it.
func (s *Site) publish(w http.ResponseWriter, r *http.Request, key, name string, p func() page) {
	m, ok := s.made.Get(key)
	if !ok {
		body, err := s.render(name, "layout", p())
		if err != nil {
			s.fail(w, err)
			return
		}
		m = made{body, zip(body)}
		if key != "" && len(body) <= madeSize {
			s.made.Add(key, m)
		}
	}
	s.headers(w)
	w.Header().Set("Vary", "Accept-Encoding")
	body := m.plain
	if takesGzip(r.Header.Get("Accept-Encoding")) {
		w.Header().Set("Content-Encoding", "gzip")
		body = m.zipped
	}
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a client that has left misses nothing
	}
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b) // a buffer takes everything
	_ = z.Close()
	return out.Bytes()
}

// takesGzip reads an Accept-Encoding header.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.Trim(strings.TrimSpace(q), "q=0.") != "" || q == ""
		}
	}
	return false
}
