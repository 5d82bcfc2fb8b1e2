package llm

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// china is where days begin.
var china = time.FixedZone("UTC+8", 8*3600)

// countKept is how long the tokens of a day are kept.
const countKept = 2 * 24 * time.Hour

// maxCount bounds what a counter holds and what a server can claim, so that
// sums do not overflow.
const maxCount = math.MaxInt / 4

// conflicts is how often a count is tried again that another writer changed.
const conflicts = 100

const allKey = "llm/all"

func dayOf(t time.Time) string { return t.In(china).Format(time.DateOnly) }

func dayKey(day string) string { return "llm/day/" + day }

// chatKey names what a payer spends on a day. The day is part of what is
// hashed, so that the days of a payer cannot be told to be the same one's.
func chatKey(day, payer string) string {
	h := sha256.Sum256([]byte(day + "\x00" + payer))
	return "llm/chat/" + day + "/" + hex.EncodeToString(h[:16])
}

// A count is a counter that a call is charged to.
type count struct {
	key   string
	name  string // of its budget
	limit int    // below 0 and, in all, at 0 there is none
	until time.Time
}

// counts returns what a call of payer is charged to.
func (c *Client) counts(payer string) []count {
	now := c.opt.Now()
	day, until := dayOf(now), now.Add(countKept)
	all := count{key: allKey, name: "of all time", limit: c.opt.TokensInAll}
	if all.limit == 0 {
		all.limit = -1
	}
	out := []count{all, {dayKey(day), "of the day", c.opt.TokensPerDay, until}}
	if payer != "" {
		out = append(out, count{chatKey(day, payer), "of the chat's day", c.opt.ChatTokensPerDay, until})
	}
	return out
}

// reserve charges n tokens to counts, or none when they do not fit.
func (c *Client) reserve(counts []count, n int) error {
	return c.charge(counts, n, true)
}

// charge adds n, which may be below 0, to every count at once. within says that
// no count may pass its limit.
func (c *Client) charge(counts []count, n int, within bool) error {
	c.counting.Lock() // callers of this process need not run into each other
	defer c.counting.Unlock()
	for range conflicts {
		ops, err := c.charges(counts, n, within)
		if err != nil {
			return err
		}
		err = c.opt.Store.Apply(ops...)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return uncounted(err)
		}
		return nil
	}
	return uncounted(store.ErrConflict)
}

func (c *Client) charges(counts []count, n int, within bool) ([]store.Op, error) {
	var ops []store.Op
	for _, k := range counts {
		used, rev, err := read(c.opt.Store, k.key)
		if err != nil {
			return nil, uncounted(err)
		}
		if within && k.limit >= 0 && used+n > k.limit {
			return nil, &fault{kind: ErrBudget, outcome: OverBudget, text: k.name}
		}
		sum := strconv.Itoa(min(max(used+n, 0), maxCount))
		ops = append(ops, store.Put(k.key, []byte(sum)).Until(k.until).If(rev))
	}
	return ops, nil
}

func uncounted(err error) error {
	return &fault{kind: ErrStore, outcome: Uncounted, text: err.Error()}
}

// read returns a counter and its revision, 0 and [store.Absent] for one that is
// not there.
func read(s store.Store, key string) (n int, rev uint64, err error) {
	e, err := s.Get(key)
	if errors.Is(err, store.ErrNotFound) {
		return 0, store.Absent, nil
	}
	if err != nil {
		return 0, 0, err
	}
	n, err = strconv.Atoi(string(e.Value))
	if err != nil || n < 0 || n > maxCount {
		return 0, 0, fmt.Errorf("%s holds no number of tokens", key)
	}
	return n, e.Rev, nil
}

// Usage is how many tokens were spent, those of calls under way as estimated.
type Usage struct {
	Today int // since midnight in China
	InAll int
}

// ReadUsage returns what the clients of a store have spent.
func ReadUsage(s store.Store, now time.Time) (u Usage, err error) {
	if u.InAll, _, err = read(s, allKey); err == nil {
		u.Today, _, err = read(s, dayKey(dayOf(now)))
	}
	if err != nil {
		return Usage{}, fmt.Errorf("llm: read the usage: %w", err)
	}
	return u, nil
}

// Usage returns what was spent from the store of c.
func (c *Client) Usage() (Usage, error) { return ReadUsage(c.opt.Store, c.opt.Now()) }
