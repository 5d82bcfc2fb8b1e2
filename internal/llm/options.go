package llm

import (
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/wence-qa/wence/internal/store"
)

// Defaults of [Options].
const (
	DefaultBaseURL          = "https://api.openai.com/v1"
	DefaultTimeout          = 20 * time.Second
	DefaultTokensPerDay     = 1_000_000
	DefaultChatTokensPerDay = 100_000
)

// Options say whom to ask and how much it may cost. The zero value of every
// field but Model is its default.
type Options struct {
	// BaseURL is of the API, without /chat/completions; "" is DefaultBaseURL.
	// A proxy of the environment is used for https://, as Go programs do.
	BaseURL string
	Model   string // required
	Key     string // "" sends none, as local servers like it

	Store store.Store // of counted tokens and answers; nil is one in memory

	// How many tokens may be spent. 0 is the default, which for TokensInAll
	// is no limit; below 0 there is no limit.
	ChatTokensPerDay int // by one payer
	TokensPerDay     int // by all
	TokensInAll      int // as long as the store lives

	Timeout time.Duration // of one prompt with all its tries; 0 is DefaultTimeout

	Now     func() time.Time // for days and expiry; nil is time.Now
	Observe func(Event)      // is told how calls end, from several goroutines; nil is not
	Log     *slog.Logger     // nil logs nothing
}

// An Event is one call to the server, however many callers waited for it, or
// one answer out of the cache.
type Event struct {
	Outcome Outcome
	Tries   int           // requests that were sent
	Tokens  int           // charged to the budgets
	Took    time.Duration // with all tries and waits; 0 out of the cache
}

// A Problem says what is wrong with an option.
type Problem string

// Problems.
const (
	Missing     Problem = "is missing"
	NotAddress  Problem = "is not an address such as https://host/v1"
	NotHTTPS    Problem = "must begin with https:// (http:// only for this machine and private networks)"
	HasUser     Problem = "must not hold a user name or password (a key is given apart)"
	HasQuery    Problem = "must not hold a query (leave out all from the question mark on)"
	HasFragment Problem = "must not hold a fragment (leave out all from the # on)"
	Unprintable Problem = "holds control characters (line ends, for instance)"
	NotKey      Problem = "holds characters that no key has (spaces, line ends, Chinese)"
	Negative    Problem = "must not be negative"
)

// An OptionError names the field of [Options] that is wrong. It never holds the
// field's value.
type OptionError struct {
	Field   string
	Problem Problem
}

func (e *OptionError) Error() string { return fmt.Sprintf("llm: %s %s", e.Field, e.Problem) }

// Format prints o without its key, whatever the verb.
func (o Options) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "llm.Options{BaseURL:%q Model:%q Timeout:%v}", o.BaseURL, o.Model, o.Timeout)
}

// LogValue logs o without its key.
func (o Options) LogValue() slog.Value {
	return slog.GroupValue(slog.String("base_url", o.BaseURL), slog.String("model", o.Model))
}

// settle checks o and puts the defaults in.
func (o *Options) settle() (base *url.URL, err error) {
	if o.BaseURL == "" {
		o.BaseURL = DefaultBaseURL
	}
	if base, err = checkBase(o.BaseURL); err != nil {
		return nil, err
	}
	o.BaseURL = strings.TrimRight(base.String(), "/")
	switch {
	case strings.TrimSpace(o.Model) == "":
		return nil, &OptionError{"Model", Missing}
	case strings.ContainsFunc(o.Model, unprintable):
		return nil, &OptionError{"Model", Unprintable}
	case strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, &OptionError{"Key", NotKey}
	case o.Timeout < 0:
		return nil, &OptionError{"Timeout", Negative}
	case o.Timeout == 0:
		o.Timeout = DefaultTimeout
	}
	if o.ChatTokensPerDay == 0 {
		o.ChatTokensPerDay = DefaultChatTokensPerDay
	}
	if o.TokensPerDay == 0 {
		o.TokensPerDay = DefaultTokensPerDay
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return base, nil
}

func unprintable(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }

func checkBase(s string) (*url.URL, error) {
	wrong := func(p Problem) (*url.URL, error) { return nil, &OptionError{"BaseURL", p} }
	if strings.ContainsFunc(s, unprintable) {
		return wrong(Unprintable)
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || u.Hostname() == "" || strings.ContainsFunc(u.Host, unicode.IsSpace) {
		return wrong(NotAddress)
	}
	switch {
	case u.User != nil:
		return wrong(HasUser)
	case u.RawQuery != "" || u.ForceQuery:
		return wrong(HasQuery)
	case strings.Contains(s, "#"):
		return wrong(HasFragment)
	case u.Scheme != "https" && (u.Scheme != "http" || !nearName(u.Hostname())):
		return wrong(NotHTTPS)
	}
	return u, nil
}

// nearName reports whether a host may be of this machine or a private network.
// A name that only such networks have may still resolve to anything; what is
// dialled is checked once more, by [near].
func nearName(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return near(ip)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !strings.Contains(host, ".") {
		return !strings.Contains(host, ":") && !digitsOnly(host) // 2130706433 is an address
	}
	for _, private := range []string{".localhost", ".local", ".internal", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, private) {
			return true
		}
	}
	return false
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }

// near reports whether an address is of this machine or a private network.
func near(ip netip.Addr) bool {
	ip = ip.Unmap()
	return ip.IsLoopback() || ip.IsPrivate()
}
