package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/wence-qa/wence/internal/store"
)

const (
	sweepStep  = 64      // the records a commit looks at for expired ones
	batchBytes = 4 << 20 // the values that share a commit, about
)

// A request is one Apply on its way to the disk.
type request struct {
	ops  []store.Op
	err  error
	done chan struct{}
}

func (r *request) size() (n int) {
	for _, o := range r.ops {
		n += len(o.Key) + len(o.Value)
	}
	return n
}

// Apply carries out ops, as [store.Store] says. Calls that wait at the same
// time share one write to the disk. When the disk is full nothing has changed,
// and a later call may succeed. After any other failure of the disk it is not
// known whether ops were kept, and all later calls fail: the store has to be
// opened again.
func (s *Store) Apply(ops ...store.Op) error {
	if err := store.Validate(ops); err != nil {
		return err
	}
	r := &request{ops: ops, done: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	s.queue = append(s.queue, r)
	s.mu.Unlock()
	// Whoever gets the turn commits for all who are queued by then; nobody
	// waits for company.
	for {
		select {
		case <-r.done:
			return r.err
		case s.turn <- struct{}{}:
			s.commit(s.take())
			<-s.turn
		}
	}
}

// take returns the requests of the next commit.
func (s *Store) take() []*request {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, size := 0, 0
	for n < len(s.queue) && size < batchBytes {
		size += s.queue[n].size()
		n++
	}
	batch := s.queue[:n:n]
	s.queue = s.queue[n:]
	return batch
}

// commit carries out batch and tells those who wait for it.
func (s *Store) commit(batch []*request) {
	err := s.broken
	if err == nil && len(batch) > 0 {
		err = s.write(batch)
	}
	for _, r := range batch {
		if r.err == nil {
			r.err = err
		}
		close(r.done)
	}
}

// write commits batch. What is wrong with one request is its own error; the
// error returned is that of all others.
func (s *Store) write(batch []*request) error {
	tx, err := s.begin(true)
	if err != nil {
		return s.failed(err)
	}
	defer s.end(tx)
	w := &writer{now: s.now(), state: s.state}
	id := uint64(tx.ID())
	err = guard(func() error {
		w.records = tx.Bucket(recordsBucket)
		for _, r := range batch {
			var err error
			if r.err, err = w.apply(r.ops); err != nil {
				return err
			}
		}
		if !w.changed {
			return nil
		}
		return s.seal(tx, w)
	})
	if err != nil {
		return s.failed(err)
	}
	if w.changed {
		s.state = w.state
		s.last.Store(id)
		if err := s.measure(); err != nil {
			return s.failed(err)
		}
	}
	return nil
}

// seal sweeps a little and commits.
func (s *Store) seal(tx *bbolt.Tx, w *writer) (err error) {
	if s.hand, err = w.sweep(s.hand); err != nil {
		return err
	}
	if err := tx.Bucket(metaBucket).Put(stateKey, w.state.encode()); err != nil {
		return err
	}
	return tx.Commit()
}

// failed says what an error of the disk means for the store. Only a write that
// had no room is known to have changed nothing.
func (s *Store) failed(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("store: %s: %w: free some space; nothing was changed", s.path, err)
	}
	s.broken = fmt.Errorf("store: %s: %w: restart to go on", s.path, err)
	return s.broken
}

// A writer is a transaction that keeps the state in step with the records.
type writer struct {
	records *bbolt.Bucket
	now     time.Time
	state   state
	changed bool
}

// apply carries out ops unless one of them is refused.
func (w *writer) apply(ops []store.Op) (refused, failed error) {
	for _, o := range ops {
		e, err := w.current(o.Key)
		if err != nil {
			return err, nil
		}
		if !o.Holds(e.Rev) {
			return fmt.Errorf("store: %q: %w", o.Key, store.ErrConflict), nil
		}
	}
	for _, o := range ops {
		if err := w.one(o); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// current returns the entry under key, the zero Entry for none.
func (w *writer) current(key string) (store.Entry, error) {
	raw := w.records.Get([]byte(key))
	if raw == nil {
		return store.Entry{}, nil
	}
	e, err := decode(key, raw)
	if err != nil {
		return store.Entry{}, fmt.Errorf("store: %w: restart to restore the last backup", err)
	}
	if e.Expired(w.now) {
		return store.Entry{}, nil
	}
	return e, nil
}

func (w *writer) one(o store.Op) error {
	key := []byte(o.Key)
	old := w.records.Get(key)
	if old != nil {
		w.state.remove(old)
		w.changed = true
	}
	if o.Delete {
		return w.records.Delete(key)
	}
	w.changed = true
	w.state.rev++
	raw := encode(store.Entry{Key: o.Key, Value: o.Value, Expires: o.Expires, Rev: w.state.rev})
	w.state.add(raw)
	return w.records.Put(key, raw)
}

// sweep deletes what has expired among the next records from hand on, and
// returns where to go on, nil for the beginning. So the expired cost space
// until the hand comes round, and no commit waits for more than sweepStep.
func (w *writer) sweep(hand []byte) ([]byte, error) {
	var expired [][]byte
	c := w.records.Cursor()
	k, raw := c.Seek(hand)
	for i := 0; k != nil && i < sweepStep; i++ {
		if w.expired(k, raw) {
			expired = append(expired, bytes.Clone(k))
		}
		k, raw = c.Next()
	}
	hand = bytes.Clone(k)
	for _, k := range expired {
		w.state.remove(w.records.Get(k))
		if err := w.records.Delete(k); err != nil {
			return nil, err
		}
	}
	return hand, nil
}

// expired reports whether raw is a record whose time has come. A damaged one
// stays, for a reader to come upon.
func (w *writer) expired(key, raw []byte) bool {
	if len(raw) < recordHeader || !(store.Entry{Expires: expiry(raw)}).Expired(w.now) {
		return false // most records: no need to read the value
	}
	_, err := decode(string(key), raw)
	return err == nil
}
