// Package store is the contract for what the bot remembers between messages:
// conversations, the update queue, limits, feedback. It is ordered string keys
// with small values, an expiry for each, and an atomic conditional batch; the
// in-memory engine is here, the one on disk in store/bolt, and the suite every
// engine passes in store/storetest.
//
// No plan text lives here. A lost store costs memories, never a clause.
//
// # Why so little
//
// Get, Scan, Apply and Close with a condition on one revision are what a file,
// NATS KV, etcd and a Postgres table all do. A transaction handle, a bucket or
// a watch would tie the callers to one of them.
package store

import (
	"errors"
	"time"
)

// Limits every engine keeps; beyond them Apply returns [ErrTooLarge].
const (
	MaxKey   = 256       // bytes of a key
	MaxValue = 64 << 10  // bytes of a value
	MaxOps   = 256       // operations in one Apply
	Absent   = uint64(0) // the revision of a key that has no entry
)

// What goes wrong. Engines wrap these with what and where; a full or read-only
// disk is wrapped too, so errors.Is finds syscall.ENOSPC or fs.ErrPermission.
var (
	ErrNotFound = errors.New("no such entry")
	ErrConflict = errors.New("changed by another writer")
	ErrTooLarge = errors.New("too large to store")
	ErrInvalid  = errors.New("not a valid operation")
	ErrClosed   = errors.New("the store is closed")
	ErrInUse    = errors.New("in use by another process")
	ErrNewer    = errors.New("written by a newer version of wence")
	ErrDamaged  = errors.New("the data is damaged")
)

// An Entry is one key with its value.
type Entry struct {
	Key   string // 1 to MaxKey bytes, any bytes
	Value []byte // at most MaxValue bytes; nil and empty are the same
	// Rev tells this entry from every other the store has held, also under
	// the same key before it was deleted: each put takes a revision above all
	// earlier ones. It is never Absent.
	Rev uint64
	// Expires is when the entry is gone, to the nanosecond, in UTC; the zero
	// time is never.
	Expires time.Time
}

// Expired reports whether e is gone at now.
func (e Entry) Expired(now time.Time) bool {
	return !e.Expires.IsZero() && !now.Before(e.Expires)
}

// A Store keeps entries. Its methods may be called from many goroutines at
// once. What they return and are given is copied: changing it changes no entry.
//
// An expired entry is not there for any method, at once. Its space is given
// back by later calls of Apply, a bounded number of entries each.
type Store interface {
	// Get returns the entry under key, or ErrNotFound.
	Get(key string) (Entry, error)

	// Scan returns the entries whose keys begin with prefix and are greater
	// than after, in byte order, at most limit of them; 0 is all. Empty
	// prefix and after do not restrict. The entries are those of one moment.
	// To page through, give the last key as after.
	Scan(prefix, after string, limit int) ([]Entry, error)

	// Apply carries out ops, all or none: when a condition does not hold the
	// error is ErrConflict and names the key. When it returns nil the change
	// outlives the process, in engines that outlive it. Each key may occur
	// once. No ops are nothing to do.
	Apply(ops ...Op) error

	// Close waits for calls under way. Later calls return ErrClosed, Close
	// too.
	Close() error
}
