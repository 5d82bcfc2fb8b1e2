package chat

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

// Keys of the log:
//
//	log/<time>-<hash>        an answer, an event
//	open/<time>-<hash>       the text of a question without an answer
//	rate/<time>-<hash>/<who> 有用 or 有误, a rating
//	salt                     what users are hashed with
//
// The time is in nanoseconds as 16 hexadecimal digits, so that keys are in the
// order of time. Nothing here names a user: who is a keyed hash, kept so that a
// user's entries can be found again to be forgotten.

// LogKept is how long answers are counted.
const LogKept = 30 * 24 * time.Hour

// MaxKeepQuestions is how long texts of questions may be kept at most.
const MaxKeepQuestions = 30 * 24 * time.Hour

type event struct {
	Kind  answer.Kind
	Found bool
	Items []string
	Who   string
}

type unanswered struct {
	Text string
	Who  string
}

type rating struct {
	Good  bool
	Kind  answer.Kind
	Items []string
	Who   string
}

// event returns the log entry of a reply and the operations that write it.
func (c *Chat) event(r *Reply) (string, []store.Op) {
	id := stamp(r.at) + "-" + part(r.key.Chat + "/" + r.id)[:12]
	who := c.who(r.key.User)
	its := items(r.Answer)
	ops := []store.Op{put("log/"+id, event{r.Kind, r.Found, its[:min(len(its), 10)], who}).Until(r.at.Add(LogKept))}
	if c.opt.KeepQuestions > 0 && r.Kind == answer.KindNone {
		ops = append(ops, put("open/"+id, unanswered{clip(r.Question), who}).Until(r.at.Add(c.opt.KeepQuestions)))
	}
	return id, ops
}

// clip bounds a text that is kept.
func clip(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return s
}

func stamp(t time.Time) string { return fmt.Sprintf("%016x", t.UnixNano()) }

// who is a user as the log knows them. Without a salt, which the first call
// makes, nobody is told from anybody.
func (c *Chat) who(user string) string {
	salt, err := c.salt()
	if err != nil || user == "" {
		return ""
	}
	h := hmac.New(sha256.New, salt)
	h.Write([]byte(user))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func (c *Chat) salt() ([]byte, error) {
	e, err := c.store.Get("salt")
	if err == nil {
		return e.Value, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	salt := make([]byte, 32)
	rand.Read(salt)
	err = c.store.Apply(store.Put("salt", salt).If(store.Absent))
	if errors.Is(err, store.ErrConflict) {
		e, err = c.store.Get("salt")
		return e.Value, err
	}
	return salt, err
}

// Rate returns the operations that keep what a user thinks of the answer that
// was sent as id. A second opinion of the same user takes the place of the
// first.
func (c *Chat) Rate(k Key, id string, good bool, at time.Time) ([]store.Op, error) {
	rec, err := c.record(k.Chat, id)
	if err != nil {
		return nil, err
	}
	who := c.who(k.User)
	log := rec.Log
	if log == "" {
		log = stamp(at) + "-" + part(k.Chat + "/" + id)[:12]
	}
	r := rating{good, rec.Kind, rec.Items[:min(len(rec.Items), 10)], who}
	return []store.Op{put("rate/"+log+"/"+who, r).Until(at.Add(LogKept))}, nil
}

// Stats are counts over the last [LogKept].
type Stats struct {
	Answers int
	Found   int
	Kinds   []Count // most frequent first
	Good    int     // 有用
	Bad     int     // 有误
	BadOn   []Count // the clauses of answers called wrong, most frequent first
	Open    []Count // texts of questions without an answer, where they are kept
	NoText  int     // questions without an answer whose texts are not kept
}

// A Count is a thing and how often it occurred.
type Count struct {
	Name string
	N    int
}

// Stats counts the log.
func (c *Chat) Stats() (*Stats, error) { return ReadStats(c.store) }

// ReadStats counts the log in a store.
func ReadStats(st store.Store) (*Stats, error) {
	s := &Stats{}
	kinds, bad, open := map[string]int{}, map[string]int{}, map[string]int{}
	none := 0
	err := errors.Join(
		scan(st, "log/", func(_ store.Entry, e event) {
			s.Answers++
			kinds[string(e.Kind)]++
			if e.Found {
				s.Found++
			}
			if e.Kind == answer.KindNone {
				none++
			}
		}),
		scan(st, "rate/", func(_ store.Entry, r rating) {
			if r.Good {
				s.Good++
				return
			}
			s.Bad++
			for _, x := range r.Items {
				bad[x]++
			}
		}),
		scan(st, "open/", func(_ store.Entry, u unanswered) {
			open[u.Text]++
			none--
		}))
	s.Kinds, s.BadOn, s.Open, s.NoText = counts(kinds, 0), counts(bad, 10), counts(open, 20), max(0, none)
	return s, err
}

// counts sorts by frequency, then by name; at most n, 0 is all.
func counts(m map[string]int, n int) []Count {
	out := make([]Count, 0, len(m))
	for name, k := range m {
		out = append(out, Count{name, k})
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name))
	})
	if n > 0 && len(out) > n {
		out = out[:n]
	}
	return out
}

// scanStep is how many entries are read at once.
const scanStep = 1000

// scan calls f for every entry under prefix whose value is a T.
func scan[T any](s store.Store, prefix string, f func(e store.Entry, v T)) error {
	for after := ""; ; {
		entries, err := s.Scan(prefix, after, scanStep)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		for _, e := range entries {
			var v T
			if json.Unmarshal(e.Value, &v) == nil {
				f(e, v)
			}
		}
		if len(entries) < scanStep {
			return nil
		}
		after = entries[len(entries)-1].Key
	}
}
