// Package storetest is the suite that every engine of package store passes.
package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// An Engine makes stores to test.
type Engine struct {
	// Open returns an empty store that takes the time from now and is closed
	// when the test ends, if it is not by then.
	Open func(t *testing.T, now func() time.Time) store.Store
	// Reopen closes s, which Open made in the same test, and opens what it
	// held again. Nil where an engine keeps nothing.
	Reopen func(t *testing.T, s store.Store) store.Store
}

// Run runs the suite.
func Run(t *testing.T, e Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"PutGetDelete", testPutGetDelete},
		{"Scan", testScan},
		{"ScanModel", testScanModel},
		{"Batch", testBatch},
		{"Conditions", testConditions},
		{"Revisions", testRevisions},
		{"Counter", testCounter},
		{"Expiry", testExpiry},
		{"Sweep", testSweep},
		{"Limits", testLimits},
		{"Aliasing", testAliasing},
		{"Snapshot", testSnapshot},
		{"Reopen", testReopen},
		{"Close", testClose},
		{"CloseUnderLoad", testCloseUnderLoad},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, e) })
	}
}

// A clock stands until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func apply(t *testing.T, s store.Store, ops ...store.Op) {
	t.Helper()
	if err := s.Apply(ops...); err != nil {
		t.Fatalf("Apply: %v", err)
	}
}

func get(t *testing.T, s store.Store, key string) store.Entry {
	t.Helper()
	e, err := s.Get(key)
	if err != nil {
		t.Fatalf("Get(%q): %v", key, err)
	}
	return e
}

func wantValue(t *testing.T, s store.Store, key, value string) {
	t.Helper()
	if e := get(t, s, key); e.Key != key || string(e.Value) != value {
		t.Errorf("Get(%q) = %q under %q, want %q", key, e.Value, e.Key, value)
	}
}

func wantAbsent(t *testing.T, s store.Store, key string) {
	t.Helper()
	if e, err := s.Get(key); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get(%q) = %q, %v, want ErrNotFound", key, e.Value, err)
	}
}

func wantError(t *testing.T, err, want error, words string) {
	t.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), words) {
		t.Errorf("error %v, want one that is %q and says %q", err, want, words)
	}
}

func scan(t *testing.T, s store.Store, prefix, after string, limit int) []string {
	t.Helper()
	entries, err := s.Scan(prefix, after, limit)
	if err != nil {
		t.Fatalf("Scan(%q, %q, %d): %v", prefix, after, limit, err)
	}
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = e.Key
	}
	return keys
}

func testPutGetDelete(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	wantAbsent(t, s, "a")
	wantAbsent(t, s, "")
	apply(t, s)
	apply(t, s, store.Put("a", []byte("1")))
	wantValue(t, s, "a", "1")
	if e := get(t, s, "a"); e.Rev == store.Absent || !e.Expires.IsZero() {
		t.Errorf("a new entry has revision %d and expiry %v", e.Rev, e.Expires)
	}
	apply(t, s, store.Put("a", []byte("2")), store.Put("b", nil), store.Delete("nothing"))
	wantValue(t, s, "a", "2")
	wantValue(t, s, "b", "")
	apply(t, s, store.Delete("a"))
	wantAbsent(t, s, "a")
	wantValue(t, s, "b", "")
}

func testScan(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	keys := []string{"a", "a/", "a/1", "a/1/x", "a/2", "a0", "b", "\x00", "\xff", "\xff\xff", "\xff\xffz", "\xff\x00", "计划"}
	for _, k := range keys {
		apply(t, s, store.Put(k, []byte(k)))
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"", "", 0, []string{"\x00", "a", "a/", "a/1", "a/1/x", "a/2", "a0", "b", "计划", "\xff", "\xff\x00", "\xff\xff", "\xff\xffz"}},
		{"a/", "", 0, []string{"a/", "a/1", "a/1/x", "a/2"}},
		{"a/", "", 2, []string{"a/", "a/1"}},
		{"a/", "a/1", 2, []string{"a/1/x", "a/2"}},
		{"a/", "a/2", 2, nil},
		{"a/", "a", 1, []string{"a/"}},
		{"a/", "a/10", 0, []string{"a/2"}},
		{"a/", "z", 0, nil},
		{"\xff", "", 0, []string{"\xff", "\xff\x00", "\xff\xff", "\xff\xffz"}},
		{"\xff\xff", "", 0, []string{"\xff\xff", "\xff\xffz"}},
		{"\xff\xff", "\xff\xff", 9, []string{"\xff\xffz"}},
		{"\xff\xff\xff", "", 0, nil},
		{"计", "", 0, []string{"计划"}},
		{"", "b", 1, []string{"计划"}},
		{"c", "", 0, nil},
	} {
		if got := scan(t, s, c.prefix, c.after, c.limit); !slices.Equal(got, c.want) {
			t.Errorf("Scan(%q, %q, %d) = %q, want %q", c.prefix, c.after, c.limit, got, c.want)
		}
	}
	entries, err := s.Scan("b", "", 0)
	if err != nil || len(entries) != 1 || string(entries[0].Value) != "b" || entries[0].Rev != get(t, s, "b").Rev {
		t.Errorf("Scan returns %v, %v: not what Get does", entries, err)
	}
}

// testScanModel compares a store after random steps with a map.
func testScanModel(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	rnd := rand.New(rand.NewPCG(1, 2))
	model := map[string]string{}
	for i := range 300 {
		key := fmt.Sprintf("%c%c%c", 'a'+rnd.IntN(3), 'a'+rnd.IntN(3), 'a'+rnd.IntN(3))
		if rnd.IntN(3) == 0 {
			apply(t, s, store.Delete(key))
			delete(model, key)
		} else {
			value := strings.Repeat(fmt.Sprint(i), rnd.IntN(200))
			apply(t, s, store.Put(key, []byte(value)))
			model[key] = value
		}
	}
	var keys []string
	for k, v := range model {
		keys = append(keys, k)
		wantValue(t, s, k, v)
	}
	slices.Sort(keys)
	for _, limit := range []int{0, 1, 5} {
		if got := page(t, s, "", limit); !slices.Equal(got, keys) {
			t.Errorf("pages of %d: %q, want %q", limit, got, keys)
		}
	}
}

// page scans prefix in pages of limit.
func page(t *testing.T, s store.Store, prefix string, limit int) []string {
	var all []string
	after := ""
	for {
		keys := scan(t, s, prefix, after, limit)
		all = append(all, keys...)
		if limit == 0 || len(keys) < limit {
			return all
		}
		after = keys[len(keys)-1]
	}
}

func testBatch(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	apply(t, s, store.Put("a", []byte("1")), store.Put("b", []byte("1")))
	rev := get(t, s, "a").Rev

	err := s.Apply(store.Put("new", nil), store.Delete("b"), store.Put("a", []byte("2")).If(rev+100))
	wantError(t, err, store.ErrConflict, `"a"`)
	wantAbsent(t, s, "new")
	wantValue(t, s, "a", "1")
	wantValue(t, s, "b", "1")

	apply(t, s, store.Put("new", []byte("2")), store.Delete("b"), store.Put("a", []byte("2")).If(rev))
	wantValue(t, s, "new", "2")
	wantAbsent(t, s, "b")
	wantValue(t, s, "a", "2")

	wantError(t, s.Apply(store.Put("c", nil), store.Delete("c")), store.ErrInvalid, `"c"`)
	wantAbsent(t, s, "c")
}

func testConditions(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	wantError(t, s.Apply(store.Put("a", nil).If(1)), store.ErrConflict, `"a"`)
	wantError(t, s.Apply(store.Delete("a").If(1)), store.ErrConflict, `"a"`)
	apply(t, s, store.Delete("a").If(store.Absent))
	apply(t, s, store.Put("a", []byte("1")).If(store.Absent))
	wantError(t, s.Apply(store.Put("a", nil).If(store.Absent)), store.ErrConflict, `"a"`)
	wantError(t, s.Apply(store.Delete("a").If(store.Absent)), store.ErrConflict, `"a"`)

	first := get(t, s, "a").Rev
	apply(t, s, store.Put("a", []byte("2")).If(first))
	wantError(t, s.Apply(store.Put("a", nil).If(first)), store.ErrConflict, `"a"`)
	wantError(t, s.Apply(store.Delete("a").If(first)), store.ErrConflict, `"a"`)
	wantValue(t, s, "a", "2")
	second := get(t, s, "a").Rev
	apply(t, s, store.Delete("a").If(second))
	wantAbsent(t, s, "a")
	wantError(t, s.Apply(store.Put("a", nil).If(second)), store.ErrConflict, `"a"`)
	apply(t, s, store.Put("a", []byte("3")).If(store.Absent))
	wantValue(t, s, "a", "3")
}

// testRevisions checks that no revision comes twice, and that they rise.
func testRevisions(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	last := uint64(0)
	for range 3 {
		apply(t, s, store.Put("a", nil), store.Put("b", nil))
		a, b := get(t, s, "a").Rev, get(t, s, "b").Rev
		if a == b || min(a, b) <= last {
			t.Errorf("revisions %d and %d after %d", a, b, last)
		}
		last = max(a, b)
		apply(t, s, store.Delete("a"))
	}
}

// testCounter has goroutines add to one number by compare and set.
func testCounter(t *testing.T, e Engine) {
	const writers, each = 8, 25
	s := e.Open(t, nil)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range each {
				if err := increment(s, "n"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	wantValue(t, s, "n", strings.Repeat("+", writers*each))
}

func increment(s store.Store, key string) error {
	for {
		e, err := s.Get(key)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		err = s.Apply(store.Put(key, append(e.Value, '+')).If(e.Rev))
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func testExpiry(t *testing.T, e Engine) {
	c := newClock()
	s := e.Open(t, c.now)
	at := c.now().Add(time.Minute + 7*time.Nanosecond)
	zone := time.FixedZone("CST", 8*3600)
	apply(t, s, store.Put("a", []byte("1")).Until(at.In(zone)), store.Put("b", nil), store.Put("c", nil).Until(c.now()))
	if got := get(t, s, "a").Expires; got != at {
		t.Errorf("expiry %v comes back as %v", at, got)
	}
	rev := get(t, s, "a").Rev
	wantAbsent(t, s, "c")

	c.move(time.Minute)
	wantValue(t, s, "a", "1")
	c.move(7 * time.Nanosecond)
	wantAbsent(t, s, "a")
	if got := scan(t, s, "", "", 0); !slices.Equal(got, []string{"b"}) {
		t.Errorf("Scan shows %q", got)
	}
	wantError(t, s.Apply(store.Put("a", nil).If(rev)), store.ErrConflict, `"a"`)
	apply(t, s, store.Put("a", []byte("2")).If(store.Absent))
	wantValue(t, s, "a", "2")
	if e := get(t, s, "a"); !e.Expires.IsZero() {
		t.Errorf("a put without expiry kept %v", e.Expires)
	}

	// A clock set back shows again what no Apply has swept; it must not
	// confuse the store.
	apply(t, s, store.Put("d", nil).Until(c.now().Add(time.Hour)))
	c.move(-24 * time.Hour)
	wantValue(t, s, "d", "")
	c.move(48 * time.Hour)
	wantAbsent(t, s, "d")
}

// testSweep checks that sweeping takes what has expired and nothing else, over
// more entries than one Apply looks at.
func testSweep(t *testing.T, e Engine) {
	const n = 500
	c := newClock()
	s := e.Open(t, c.now)
	var want []string
	for i := range n {
		op := store.Put(fmt.Sprintf("k%03d", i), []byte("v"))
		if i%3 == 0 {
			want = append(want, op.Key)
		} else {
			op = op.Until(c.now().Add(time.Second))
		}
		apply(t, s, op)
	}
	c.move(time.Minute)
	for range 60 {
		apply(t, s, store.Put("z", nil))
		if got := scan(t, s, "k", "", 0); !slices.Equal(got, want) {
			t.Fatalf("%d entries left, want %d", len(got), len(want))
		}
	}
}

func testLimits(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	long, big := strings.Repeat("k", store.MaxKey), bytes.Repeat([]byte("v"), store.MaxValue)
	apply(t, s, store.Put(long, big))
	wantValue(t, s, long, string(big))

	wantError(t, s.Apply(store.Put(long+"k", nil)), store.ErrTooLarge, "257")
	wantError(t, s.Apply(store.Put("a", append(big, 'v'))), store.ErrTooLarge, "65537")
	wantError(t, s.Apply(store.Put("", nil)), store.ErrInvalid, "empty")
	wantError(t, s.Apply(store.Op{}), store.ErrInvalid, "empty")
	wantError(t, s.Apply(store.Put("a", nil).Until(time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC))), store.ErrInvalid, "1969")
	wantError(t, s.Apply(store.Put("a", nil).Until(time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC))), store.ErrInvalid, "3000")

	var ops []store.Op
	for i := range store.MaxOps {
		ops = append(ops, store.Put(fmt.Sprint("n", i), nil))
	}
	apply(t, s, ops...)
	wantError(t, s.Apply(append(ops, store.Put("a", nil))...), store.ErrTooLarge, "257")
	wantAbsent(t, s, "a")
}

func testAliasing(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	value := []byte("value")
	apply(t, s, store.Put("a", value))
	copy(value, "xxxxx")
	wantValue(t, s, "a", "value")
	copy(get(t, s, "a").Value, "yyyyy")
	wantValue(t, s, "a", "value")
	entries, err := s.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	copy(entries[0].Value, "zzzzz")
	_ = append(entries[0].Value, "more"...)
	wantValue(t, s, "a", "value")
}

// testSnapshot checks that a scan during writes never shows half a batch.
func testSnapshot(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	write := func(i int) {
		value := []byte(fmt.Sprint(i))
		apply(t, s, store.Put("a", value), store.Put("m", value), store.Put("z", value))
	}
	write(0)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				entries, err := s.Scan("", "", 0)
				if err != nil || len(entries) != 3 || string(entries[0].Value) != string(entries[2].Value) {
					t.Errorf("Scan = %v, %v", entries, err)
					return
				}
			}
		})
	}
	for i := range 100 {
		write(i + 1)
	}
	close(done)
	wg.Wait()
}

func testReopen(t *testing.T, e Engine) {
	if e.Reopen == nil {
		return
	}
	c := newClock()
	s := e.Open(t, c.now)
	at := c.now().Add(time.Hour)
	apply(t, s, store.Put("a", []byte("1")).Until(at), store.Put("b", []byte("2")), store.Put("c", nil))
	apply(t, s, store.Delete("c"), store.Put("last", nil))
	before, last := get(t, s, "a"), get(t, s, "last").Rev
	apply(t, s, store.Delete("last"))

	s = e.Reopen(t, s)
	if got := scan(t, s, "", "", 0); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("keys after reopening: %q", got)
	}
	if got := get(t, s, "a"); got.Rev != before.Rev || got.Expires != at || string(got.Value) != "1" {
		t.Errorf("%+v after reopening, %+v before", got, before)
	}
	apply(t, s, store.Put("a", nil).If(before.Rev))
	if got := get(t, s, "a").Rev; got <= last {
		t.Errorf("revision %d after reopening, %d was used before", got, last)
	}
}

func testClose(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	apply(t, s, store.Put("a", nil))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get("a")
	wantError(t, err, store.ErrClosed, "")
	_, err = s.Scan("", "", 0)
	wantError(t, err, store.ErrClosed, "")
	wantError(t, s.Apply(store.Put("a", nil)), store.ErrClosed, "")
	wantError(t, s.Apply(), store.ErrClosed, "")
	wantError(t, s.Close(), store.ErrClosed, "")
}

// testCloseUnderLoad checks that what was acknowledged before the store closed
// is there after, and that nobody hangs.
func testCloseUnderLoad(t *testing.T, e Engine) {
	s := e.Open(t, nil)
	var wg sync.WaitGroup
	var acked [8]int
	for w := range acked {
		wg.Go(func() {
			for {
				if _, err := s.Scan("", "", 10); err != nil && !errors.Is(err, store.ErrClosed) {
					t.Error(err)
				}
				err := s.Apply(store.Put(fmt.Sprintf("%d/%04d", w, acked[w]), nil))
				if err != nil {
					wantError(t, err, store.ErrClosed, "")
					return
				}
				acked[w]++
			}
		})
	}
	time.Sleep(20 * time.Millisecond)
	if e.Reopen == nil {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		return
	}
	again := e.Reopen(t, s)
	wg.Wait()
	for w, n := range acked {
		if got := scan(t, again, fmt.Sprint(w, "/"), "", 0); len(got) != n {
			t.Errorf("writer %d: %d entries, %d acknowledged", w, len(got), n)
		}
	}
}
