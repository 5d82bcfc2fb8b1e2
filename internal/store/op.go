package store

import (
	"fmt"
	"math"
	"time"
)

// An Op is one step of Apply: made by [Put] or [Delete], narrowed by
// [Op.Until] and [Op.If]. The zero Op is invalid.
type Op struct {
	Key     string
	Value   []byte    // of a put
	Expires time.Time // of a put; the zero time is never
	Delete  bool

	conditional bool
	rev         uint64
}

// Put sets the value of key, whether it has one or not. The new entry never
// expires, whatever the old one did.
func Put(key string, value []byte) Op { return Op{Key: key, Value: value} }

// Delete removes key. Where there is no entry it does nothing.
func Delete(key string) Op { return Op{Key: key, Delete: true} }

// Until returns o with an expiry; the zero time is never. A time from before
// 1970 or after 2262 is invalid.
func (o Op) Until(t time.Time) Op {
	o.Expires = t
	return o
}

// If returns o on the condition that the entry has revision rev; [Absent] is
// the condition that there is none.
func (o Op) If(rev uint64) Op {
	o.conditional, o.rev = true, rev
	return o
}

// Condition returns the revision given to [Op.If], and whether one was.
func (o Op) Condition() (rev uint64, conditional bool) { return o.rev, o.conditional }

// Holds reports whether the condition of o holds for an entry of revision rev,
// [Absent] for none. For engines.
func (o Op) Holds(rev uint64) bool { return !o.conditional || o.rev == rev }

// Validate returns the first thing in ops that no engine takes, as ErrInvalid
// or ErrTooLarge. For engines.
func Validate(ops []Op) error {
	if len(ops) > MaxOps {
		return fmt.Errorf("store: %d operations, at most %d at once: %w", len(ops), MaxOps, ErrTooLarge)
	}
	seen := make(map[string]bool, len(ops))
	for _, o := range ops {
		if err := o.validate(); err != nil {
			return err
		}
		if seen[o.Key] {
			return fmt.Errorf("store: key %q twice in one batch: %w", o.Key, ErrInvalid)
		}
		seen[o.Key] = true
	}
	return nil
}

func (o Op) validate() error {
	switch {
	case o.Key == "":
		return fmt.Errorf("store: an empty key: %w", ErrInvalid)
	case len(o.Key) > MaxKey:
		return fmt.Errorf("store: key %q… of %d bytes, at most %d: %w", o.Key[:32], len(o.Key), MaxKey, ErrTooLarge)
	case len(o.Value) > MaxValue:
		return fmt.Errorf("store: value of %d bytes under %q, at most %d: %w", len(o.Value), o.Key, MaxValue, ErrTooLarge)
	case !o.Expires.IsZero() && !o.Expires.After(time.Unix(0, 0)), o.Expires.After(time.Unix(0, math.MaxInt64)):
		return fmt.Errorf("store: expiry %v of %q cannot be kept: %w", o.Expires, o.Key, ErrInvalid)
	}
	return nil
}
