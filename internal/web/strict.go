package web

import (
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxURI bounds what a client may ask for: a question and its path.
const maxURI = 16 << 10

// Strict answers 400 to every request whose path is not written plainly: with
// empty or dotted segments, an encoded slash, dot or control character, or
// bytes that are not UTF-8. It belongs in front of an [http.ServeMux], which
// would redirect such a path to what it takes it to mean. A nil Refuser is one in
// plain text.
func Strict(next http.Handler, answer Refuser) http.Handler {
	if answer == nil {
		answer = refuse
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > maxURI || !plainPath(r.URL.EscapedPath(), r.URL.Path) {
			answer(w, r, http.StatusBadRequest, "地址写得不对：太长，或有多余的斜杠、点、控制字符或不该编码的字符。")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// plainPath reports whether a path has one reading only. escaped is the path as
// sent, decoded what it means.
func plainPath(escaped, decoded string) bool {
	if !strings.HasPrefix(escaped, "/") || !utf8.ValidString(decoded) {
		return false
	}
	for _, code := range []string{"%2f", "%5c", "%2e"} {
		if strings.Contains(strings.ToLower(escaped), code) {
			return false
		}
	}
	if strings.ContainsFunc(decoded, func(r rune) bool { return unicode.IsControl(r) || r == '\\' }) {
		return false
	}
	segments := strings.Split(decoded, "/")[1:]
	for i, s := range segments {
		if s == "." || s == ".." || s == "" && i < len(segments)-1 {
			return false
		}
	}
	return true
}
