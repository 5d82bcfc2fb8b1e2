package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// sweepStep is how many entries an Apply looks at for expired ones.
const sweepStep = 64

// NewMemory returns an empty store in memory, which is lost when it is closed.
// It takes the time from now; nil is time.Now.
func NewMemory(now func() time.Time) Store {
	if now == nil {
		now = time.Now
	}
	return &memory{now: now}
}

type memory struct {
	now func() time.Time

	mu      sync.RWMutex
	entries []Entry // in byte order of keys
	rev     uint64
	hand    int // where the next sweep begins
	closed  bool
}

func byKey(e Entry, key string) int { return cmp.Compare(e.Key, key) }

func (m *memory) Get(key string) (Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return Entry{}, ErrClosed
	}
	e, ok := m.find(key)
	if !ok {
		return Entry{}, fmt.Errorf("store: %q: %w", key, ErrNotFound)
	}
	return e.clone(), nil
}

func (m *memory) find(key string) (Entry, bool) {
	i, found := slices.BinarySearchFunc(m.entries, key, byKey)
	if !found || m.entries[i].Expired(m.now()) {
		return Entry{}, false
	}
	return m.entries[i], true
}

func (e Entry) clone() Entry {
	e.Value = slices.Clone(e.Value)
	return e
}

func (m *memory) Scan(prefix, after string, limit int) ([]Entry, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.closed {
		return nil, ErrClosed
	}
	now := m.now()
	var out []Entry
	start, _ := slices.BinarySearchFunc(m.entries, max(prefix, after), byKey)
	for _, e := range m.entries[start:] {
		if !strings.HasPrefix(e.Key, prefix) || limit > 0 && len(out) == limit {
			break
		}
		if e.Key > after && !e.Expired(now) {
			out = append(out, e.clone())
		}
	}
	return out, nil
}

func (m *memory) Apply(ops ...Op) error {
	if err := Validate(ops); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	for _, o := range ops {
		if e, _ := m.find(o.Key); !o.Holds(e.Rev) {
			return fmt.Errorf("store: %q: %w", o.Key, ErrConflict)
		}
	}
	for _, o := range ops {
		m.apply(o)
	}
	m.sweep()
	return nil
}

func (m *memory) apply(o Op) {
	i, found := slices.BinarySearchFunc(m.entries, o.Key, byKey)
	if o.Delete {
		if found {
			m.entries = slices.Delete(m.entries, i, i+1)
		}
		return
	}
	m.rev++
	e := Entry{Key: o.Key, Value: slices.Clone(o.Value), Rev: m.rev}
	if !o.Expires.IsZero() {
		e.Expires = time.Unix(0, o.Expires.UnixNano()).UTC()
	}
	if found {
		m.entries[i] = e
	} else {
		m.entries = slices.Insert(m.entries, i, e)
	}
}

// sweep removes what has expired among the next sweepStep entries.
func (m *memory) sweep() {
	if m.hand >= len(m.entries) {
		m.hand = 0
	}
	now, end := m.now(), min(m.hand+sweepStep, len(m.entries))
	kept := slices.DeleteFunc(m.entries[m.hand:end:end], func(e Entry) bool { return e.Expired(now) })
	m.entries = slices.Delete(m.entries, m.hand+len(kept), end)
	m.hand += len(kept)
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.closed, m.entries = true, nil
	return nil
}
