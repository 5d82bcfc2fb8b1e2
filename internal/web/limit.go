package web

import (
	"math"
	"net"
	"net/http"
	"strconv"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Default limits on questions of one address: a second, and at once.
const (
	defaultRate  = 20
	defaultBurst = 200
)

// maxAddresses bounds the memory: the address not seen for longest starts with a
// full allowance again.
const maxAddresses = 20000

// A Limiter bounds how often one address may ask (golang.org/x/time/rate in an
// LRU of hashicorp/golang-lru). Reading is not limited by rate. The zero value is
// not usable; make one with NewLimiter. It is safe for concurrent use.
type Limiter struct {
	perSecond rate.Limit
	burst     int

	mu   sync.Mutex
	seen *lru.Cache[string, *rate.Limiter]
}

// NewLimiter returns a Limiter; 0 stands for 20 a second and a burst of 200.
func NewLimiter(perSecond float64, burst int) *Limiter {
	if perSecond == 0 {
		perSecond = defaultRate
	}
	if burst == 0 {
		burst = defaultBurst
	}
	seen, err := lru.New[string, *rate.Limiter](maxAddresses)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Limiter{perSecond: rate.Limit(perSecond), burst: burst, seen: seen}
}

// Allow reports whether the client of r may ask now.
func (l *Limiter) Allow(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	// Who has one IPv6 address has 2^64 of them.
	if ip := net.ParseIP(host); ip != nil && ip.To4() == nil {
		host = ip.Mask(net.CIDRMask(64, 128)).String()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, ok := l.seen.Get(host)
	if !ok {
		bucket = rate.NewLimiter(l.perSecond, l.burst)
		l.seen.Add(host, bucket)
	}
	return bucket.Allow()
}

// Wrap answers 429 for those that ask too often.
func (l *Limiter) Wrap(next http.Handler) http.Handler {
	return l.WrapWith(func(w http.ResponseWriter, _ *http.Request) {
		Plain(w, http.StatusTooManyRequests, "问得太快了，请过一会儿再问。")
	})(next)
}

// WrapWith is Wrap with words of the caller's own, after the header Retry-After
// is set.
func (l *Limiter) WrapWith(refuse http.HandlerFunc) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if l.Allow(r) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(1/float64(l.perSecond)))))
			refuse(w, r)
		})
	}
}
