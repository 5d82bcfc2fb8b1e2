package telegramtest

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// A refusalError is a text of Telegram that goes into an answer as it is, with
// a capital letter.
type refusalError string

func (e refusalError) Error() string { return string(e) }

func refusal(format string, args ...any) error {
	return refusalError(fmt.Sprintf(format, args...))
}

// errURL is how Telegram refuses an address.
var errURL = refusal("Wrong HTTP URL")

// userLink returns the user of a tg://user?id= link.
func userLink(s string) (int64, bool) {
	rest, ok := strings.CutPrefix(strings.ToLower(s), "tg://user?id=")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(rest, 10, 64)
	return id, err == nil && id > 0
}

// checkLink returns an address as Telegram keeps it: with a scheme, a lower
// case host and at least a slash for the path. Hosts need a dot.
func checkLink(s string) (string, error) {
	s = strings.TrimSpace(s)
	lower := strings.ToLower(s)
	if strings.HasPrefix(lower, "tg://") || strings.HasPrefix(lower, "ton://") || strings.HasPrefix(lower, "tonsite://") {
		return s, nil
	}
	if strings.Contains(lower, "://") {
		if !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
			return "", errURL
		}
	} else {
		s = "http://" + s
	}
	scheme, rest, _ := strings.Cut(s, "://")
	cut := strings.IndexAny(rest, "/?#")
	if cut < 0 {
		cut = len(rest)
	}
	authority, path := rest[:cut], rest[cut:]
	if !goodAuthority(authority) {
		return "", errURL
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return strings.ToLower(scheme) + "://" + lowerHost(authority) + escapePath(path), nil
}

// lowerHost lowers the host and leaves the name and password before it.
func lowerHost(authority string) string {
	at := strings.LastIndexByte(authority, '@') + 1
	return authority[:at] + strings.ToLower(authority[at:])
}

func goodAuthority(a string) bool {
	host := a[strings.LastIndexByte(a, '@')+1:]
	if h, port, err := net.SplitHostPort(host); err == nil {
		n, err := strconv.Atoi(port)
		if err != nil || n <= 0 || n > 65535 {
			return false
		}
		if strings.Contains(h, ":") {
			return net.ParseIP(h) != nil
		}
		host = h
	}
	if host == "" || !strings.Contains(host, ".") {
		return false
	}
	for part := range strings.SplitSeq(host, ".") {
		if part == "" {
			return false
		}
	}
	return !strings.ContainsFunc(host, badHostRune)
}

func badHostRune(r rune) bool {
	return r != '.' && r != '-' && r != '_' && r != '~' && r < 0x80 && !unicode.IsLetter(r) && !unicode.IsDigit(r) ||
		unicode.IsSpace(r) || unicode.IsControl(r)
}

// escapePath escapes what may not stand in a path; other letters stay.
func escapePath(p string) string {
	var b strings.Builder
	for _, r := range p {
		if r <= ' ' {
			b.WriteString(url.PathEscape(string(r)))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}
