package llm

import (
	"errors"
	"time"
)

// Why there is no answer; every error of [Client.Complete] is one of these, or
// wraps the error of the caller's own context.
var (
	ErrBudget      = errors.New("the token budget is spent")
	ErrStore       = errors.New("the tokens cannot be counted")
	ErrOpen        = errors.New("the server failed lately and is left alone")
	ErrBusy        = errors.New("too many calls at once")
	ErrTimeout     = errors.New("no answer in time")
	ErrUnavailable = errors.New("the server is not available")
	ErrRefused     = errors.New("the server refused")
	ErrBadAnswer   = errors.New("the answer is not usable")
	ErrClosed      = errors.New("the client is closed")
	ErrPrompt      = errors.New("the prompt cannot be sent")
)

// An Outcome says how a call ended, in a word fit for a metric.
type Outcome string

// Outcomes.
const (
	OK          Outcome = "ok"
	Cached      Outcome = "cached"      // answered without a call
	Timeout     Outcome = "timeout"     // ErrTimeout
	RateLimited Outcome = "429"         // ErrUnavailable
	ServerError Outcome = "5xx"         // ErrUnavailable
	Unreachable Outcome = "unreachable" // ErrUnavailable: no connection, or it broke
	Refused     Outcome = "refused"     // ErrRefused
	BadAnswer   Outcome = "bad answer"  // ErrBadAnswer
	BreakerOpen Outcome = "open"        // ErrOpen
	OverBudget  Outcome = "budget"      // ErrBudget
	Uncounted   Outcome = "store"       // ErrStore
	Busy        Outcome = "busy"        // ErrBusy
	Closed      Outcome = "closed"      // ErrClosed
	Unsendable  Outcome = "prompt"      // ErrPrompt
)

// A fault is a try that came to nothing, and what is to be made of it.
type fault struct {
	kind    error // one of those above
	outcome Outcome
	text    string // our own words; "" says what kind says

	again  bool          // another try may succeed
	wait   time.Duration // not before then; 0 is any time
	server verdict       // what it says about the server
	spent  cost          // what it is to be charged
	tokens int           // where that is reported
	hint   hint          // what to change in the request
}

func (f *fault) Error() string {
	if f.text == "" {
		return "llm: " + f.kind.Error()
	}
	return "llm: " + f.kind.Error() + ": " + f.text
}

func (f *fault) Unwrap() error { return f.kind }

// A verdict is what a try tells the circuit breaker.
type verdict int

const (
	silent verdict = iota // it did not come that far
	alive                 // the server works; this prompt did not
	ailing                // the next prompt would fare no better
)

// A cost says what a try that came to nothing is charged.
type cost int

const (
	free     cost = iota // the server did not begin
	unknown              // it may have answered in full
	reported             // the server says how much it was
)

// A hint is what a refusal or an answer says about the request.
type hint int

const (
	hintNone    hint = iota
	hintUnclear      // refused, and no telling why
	hintFormat       // it names the response format
	hintLimit        // it names the limit of tokens
	hintHeat         // it names the temperature
	hintIgnored      // the answer has nothing of the format that was asked for
	hintThought      // all tokens went into thinking
)
