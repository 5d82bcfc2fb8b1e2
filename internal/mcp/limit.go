package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// limit lets by what wraps decide on each question in a request. The other
// tools only look things up, and clients list tools and say hello as often as
// they like.
func limit(next http.Handler, wrap func(http.Handler) http.Handler) http.Handler {
	if wrap == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
		if large := new(http.MaxBytesError); errors.As(err, &large) {
			http.Error(w, "正文太大。", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "正文没有收全。请重新发送。", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		h := next
		for range questions(body) {
			h = wrap(h)
		}
		h.ServeHTTP(w, r)
	})
}

// questions counts the calls of ask in a message or, as older clients send
// them, a list of messages. What cannot be read has none: the SDK refuses it.
func questions(body []byte) int {
	var list []object
	if json.Unmarshal(body, &list) != nil {
		var one object
		_ = json.Unmarshal(body, &one) // nothing asks nothing
		list = []object{one}
	}
	n := 0
	for _, m := range list {
		var params object
		_ = json.Unmarshal(m["params"], &params)
		if m.is("method", "tools/call") && params.is("name", "ask") {
			n++
		}
	}
	return n
}

// An object is a map since names differ by case, for the SDK too; the fields of
// a struct would not.
type object map[string]json.RawMessage

func (o object) is(name, value string) bool {
	var s string
	return json.Unmarshal(o[name], &s) == nil && s == value
}
