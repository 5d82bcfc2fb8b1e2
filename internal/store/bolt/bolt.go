package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/wence-qa/wence/internal/store"
)

// mapped is how much memory is set aside for the file to grow in: while a
// reader is at work, a backup above all, it cannot be moved to a larger one.
const mapped = 64 << 20

// Options are the choices of [Open]. The zero Options are fit for use.
type Options struct {
	// Now tells the time; nil is time.Now.
	Now func() time.Time
	// Verify says whether a file is sound, as [Check] does and when nil is;
	// see [Verifier]. A file is taken for damaged only by an ErrDamaged.
	Verify func(path string) error
	// Backups is the folder of Rotate, from which a damaged file is restored;
	// empty is "backups" beside the file.
	Backups string
}

// A Store is a [store.Store] in a file. Entries and their revisions outlive
// the process: what Apply acknowledged is on the disk.
type Store struct {
	path     string
	now      func() time.Time
	verify   func(path string) error
	folder   string // of backups
	recovery *Recovery
	lock     *os.File

	use   sync.RWMutex  // held by who uses db; Close takes it away
	db    *bbolt.DB     // nil when closed
	file  *os.File      // what db has open
	least atomic.Int64  // the size of the file at the last commit; it only grows
	last  atomic.Uint64 // the last transaction committed
	jam   atomic.Bool   // a fault left bbolt's locks held: it must not be called

	mu     sync.Mutex
	queue  []*request
	closed bool // nothing more is queued

	turn   chan struct{} // holds one token of who may write
	state  state         // as committed; by turn
	hand   []byte        // where the next sweep begins; by turn
	broken error         // why nothing more is written; by turn

	backup sync.Mutex // one backup at a time
}

var _ store.Store = (*Store)(nil)

// Open opens the store in the file at path, and makes the file (0600) and its
// folder (0700) where they are missing. It waits a quarter of a second for
// another process that has it open, then returns ErrInUse.
//
// The whole file is checked first. A damaged one is moved aside and the newest
// sound backup takes its place, or an empty store where there is none:
// [Store.Recovery] tells. A file of a newer schema is left as it is, with
// ErrNewer. Any other error names the path and what to do.
func Open(path string, o Options) (*Store, error) {
	s := &Store{
		path: path, now: o.Now, verify: o.Verify, folder: o.Backups,
		turn: make(chan struct{}, 1),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.verify == nil {
		s.verify = Check
	}
	if s.folder == "" {
		s.folder = filepath.Join(filepath.Dir(path), "backups")
	}
	if err := s.open(); err != nil {
		if s.lock != nil {
			s.lock.Close()
		}
		return nil, fmt.Errorf("store: %w", err)
	}
	return s, nil
}

func (s *Store) open() error {
	if err := makeFolder(filepath.Dir(s.path)); err != nil {
		return err
	}
	var err error
	if s.lock, err = lockFile(s.path + ".lock"); err != nil {
		return advise(err, s.path)
	}
	if err := s.prepare(); err != nil {
		return advise(err, s.path)
	}
	if err := s.load(); err != nil {
		return advise(err, s.path)
	}
	return nil
}

// prepare sees to it that there is a sound file. It runs under the lock, so
// that of two processes only one repairs.
func (s *Store) prepare() error {
	info, err := os.Stat(s.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s.missing()
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: %w", s.path, errForeign)
	}
	err = s.verify(s.path)
	if errors.Is(err, store.ErrDamaged) {
		return s.recover(err)
	}
	return err
}

// missing makes an empty store, whole or not at all, or restores a backup.
func (s *Store) missing() error {
	before, err := s.heldBefore()
	if err != nil {
		return err
	}
	if before {
		return s.recover(errMissing)
	}
	fresh, err := s.empty()
	if err != nil {
		return err
	}
	return moveFile(fresh, s.path)
}

// empty writes an empty store beside the file, and returns where.
func (s *Store) empty() (string, error) {
	fresh := s.path + ".new"
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	db, err := bbolt.Open(fresh, 0o600, &bbolt.Options{Timeout: lockWait})
	if err != nil {
		return "", openError(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket(metaBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(recordsBucket); err != nil {
			return err
		}
		return errors.Join(meta.Put(schemaKey, encodeSchema(schema)), meta.Put(stateKey, state{}.encode()))
	})
	return fresh, errors.Join(err, db.Close())
}

// load opens the file, which is sound, with bbolt.
func (s *Store) load() error {
	return guard(func() error {
		db, err := bbolt.Open(s.path, 0o600, &bbolt.Options{
			Timeout:         lockWait,
			FreelistType:    bbolt.FreelistMapType,
			InitialMmapSize: mapped,
			NoStatistics:    true,
			OpenFile: func(path string, flag int, mode os.FileMode) (f *os.File, err error) {
				f, err = os.OpenFile(path, flag, mode)
				s.file = f
				return f, err
			},
		})
		if err != nil {
			return openError(err)
		}
		db.AllocSize = 1 << 20
		err = db.View(func(tx *bbolt.Tx) error {
			s.last.Store(uint64(tx.ID()))
			s.state, err = decodeState(tx.Bucket(metaBucket).Get(stateKey))
			return err
		})
		if err != nil {
			db.Close()
			return err
		}
		s.db = db
		return s.measure()
	})
}

// measure remembers the size of the file.
func (s *Store) measure() error {
	info, err := s.file.Stat()
	if err == nil {
		s.least.Store(info.Size())
	}
	return err
}

func openError(err error) error {
	if errors.Is(err, berrors.ErrTimeout) {
		return store.ErrInUse
	}
	return err
}

// Recovery returns what Open had to repair, nil for nothing.
func (s *Store) Recovery() *Recovery { return s.recovery }

// errOlder and errShort are what a transaction finds when the file is damaged
// while it is open.
var (
	errOlder = fmt.Errorf("the last commit is gone: %w", store.ErrDamaged)
	errShort = fmt.Errorf("the file was cut off: %w", store.ErrDamaged)
)

// begin starts a transaction on a file that may have been damaged since the
// last one. A shorter file is looked for first: where it ends within a page,
// bbolt takes the rest of the page for zeros and finds no such keys. And bbolt
// reads the file's root while it holds a lock that a fault leaves held: after
// such a fault it is not called again.
func (s *Store) begin(writable bool) (*bbolt.Tx, error) {
	least := s.least.Load()
	info, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	if s.jam.Load() || info.Size() < least {
		return nil, errShort
	}
	want := s.last.Load()
	if writable {
		want++
	}
	var tx *bbolt.Tx
	err = s.jamming(func() error {
		tx, err = s.db.Begin(writable)
		return err
	})
	if err != nil {
		return nil, err
	}
	// bbolt takes an older root when the newest is damaged.
	if uint64(tx.ID()) < want {
		s.end(tx)
		return nil, errOlder
	}
	return tx, nil
}

// end ends tx unless it was committed.
func (s *Store) end(tx *bbolt.Tx) {
	if !s.jam.Load() && tx.DB() != nil {
		s.jamming(tx.Rollback)
	}
}

// jamming guards f, which takes locks of bbolt.
func (s *Store) jamming(f func() error) error {
	done := false
	err := guard(func() error {
		err := f()
		done = true
		return err
	})
	if !done {
		s.jam.Store(true)
	}
	return err
}

// view calls f with a transaction and turns what is damaged into an error.
func (s *Store) view(f func(tx *bbolt.Tx) error) error {
	s.use.RLock()
	defer s.use.RUnlock()
	if s.db == nil {
		return store.ErrClosed
	}
	tx, err := s.begin(false)
	if err == nil {
		err = guard(func() error { return f(tx) })
		s.end(tx)
	}
	if errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("store: %s: %w: restart to restore the last backup", s.path, err)
	}
	return err
}

// Get returns the entry under key, as [store.Store] says.
func (s *Store) Get(key string) (e store.Entry, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		raw := tx.Bucket(recordsBucket).Get([]byte(key))
		if raw == nil {
			return store.ErrNotFound
		}
		e, err = decode(key, raw)
		if err == nil && e.Expired(s.now()) {
			return store.ErrNotFound
		}
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("store: %q: %w", key, err)
	}
	if err != nil {
		return store.Entry{}, err
	}
	return e, nil
}

// Scan returns entries in order, as [store.Store] says.
func (s *Store) Scan(prefix, after string, limit int) ([]store.Entry, error) {
	var out []store.Entry
	err := s.view(func(tx *bbolt.Tx) error {
		now := s.now()
		c := tx.Bucket(recordsBucket).Cursor()
		for k, raw := c.Seek([]byte(max(prefix, after))); k != nil; k, raw = c.Next() {
			if !bytes.HasPrefix(k, []byte(prefix)) || limit > 0 && len(out) == limit {
				return nil
			}
			e, err := decode(string(k), raw)
			if err != nil {
				return err
			}
			if e.Key > after && !e.Expired(now) {
				out = append(out, e)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Close waits for calls under way and gives the file free.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	s.closed = true
	s.mu.Unlock()

	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	for batch := s.take(); len(batch) > 0; batch = s.take() {
		s.commit(batch)
	}
	s.use.Lock()
	defer s.use.Unlock()
	db := s.db
	s.db = nil
	var err error
	if !s.jam.Load() { // or bbolt would wait for ever
		err = guard(db.Close)
	}
	return errors.Join(err, s.lock.Close())
}
