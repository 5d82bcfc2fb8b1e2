package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

func init() {
	children["report"] = func(args []string) { Report(os.Stdout, args[0]) }
	children["crash"] = func([]string) { fmt.Println(saysChecking); panic("crash") }
	children["crash silently"] = func([]string) { panic("crash") }
	children["hang"] = func([]string) { fmt.Println(saysChecking); time.Sleep(time.Minute) }
}

// childVerify returns a Verifier whose child process is the test binary.
func childVerify(t *testing.T, child string, timeout time.Duration) func(string) error {
	t.Setenv(childEnv, child)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // or each child ends a second late
	return Verifier(timeout, os.Args[0])
}

// contents reads all of s, by Scan and once more by Get.
func contents(t *testing.T, s *Store) map[string]string {
	t.Helper()
	entries, err := s.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		again, err := s.Get(e.Key)
		if err != nil || !bytes.Equal(again.Value, e.Value) || again.Rev != e.Rev {
			t.Errorf("Get(%q) = %v, %v; Scan says %v", e.Key, again, err, e)
		}
		all[e.Key] = string(e.Value)
	}
	return all
}

// A sample is a state file with a history, its backup and what both hold.
type sample struct {
	file, backup []byte
	backupName   string
	held, backed map[string]string
	newer        int // entries put after the backup
}

func newSample(t *testing.T) sample {
	t.Helper()
	theSample.Do(func() { theSample.sample = makeSample(t) })
	return theSample.sample
}

var theSample struct {
	sync.Once
	sample
}

func makeSample(t *testing.T) sample {
	s := open(t, statePath(t), Options{})
	rnd := rand.New(rand.NewPCG(7, 7))
	write := func(n int, touched map[string]bool) {
		for i := range n {
			key := fmt.Sprintf("chat/%03d/%d", rnd.IntN(150), rnd.IntN(3))
			op := store.Put(key, fmt.Appendf(nil, "%d%s", i, strings.Repeat("问", rnd.IntN(250))))
			delete(touched, key)
			if i%7 == 0 {
				op = store.Delete(key)
			} else if touched != nil {
				touched[key] = true
			}
			if err := s.Apply(op); err != nil {
				t.Fatal(err)
			}
		}
	}
	var sm sample
	write(600, nil)
	name, err := s.Rotate(2)
	if err != nil {
		t.Fatal(err)
	}
	sm.backed, sm.backupName = contents(t, s), filepath.Base(name)
	sm.backup, err = os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	newer := map[string]bool{}
	write(200, newer)
	sm.held, sm.newer = contents(t, s), len(newer)
	var file bytes.Buffer // without the room to grow at the end
	if err := s.Backup(&file); err != nil {
		t.Fatal(err)
	}
	sm.file = file.Bytes()
	return sm
}

// place writes file and the backup of sm into a new folder.
func (sm sample) place(t *testing.T, file []byte) (path string) {
	t.Helper()
	path = statePath(t)
	folder := filepath.Join(filepath.Dir(path), "backups")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{path: file, filepath.Join(folder, sm.backupName): sm.backup} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// tally counts how the cases of one kind of damage ended.
type tally struct{ cases, harmless, restored, unknown, wrong int }

// survive opens a damaged file and checks that it holds either all it held or
// what the backup held.
func (sm sample) survive(t *testing.T, damaged []byte, o Options, n *tally) {
	t.Helper()
	n.cases++
	path := sm.place(t, damaged)
	s, err := Open(path, o)
	if err != nil {
		t.Fatalf("case %d: %v", n.cases, err)
	}
	defer s.Close()
	r, got := s.Recovery(), contents(t, s)
	switch {
	case r == nil:
		n.harmless++
		if !maps.Equal(got, sm.held) {
			n.wrong++
			t.Errorf("case %d: not noticed, and %d entries are not the %d written", n.cases, len(got), len(sm.held))
		}
	case !maps.Equal(got, sm.backed):
		n.wrong++
		t.Errorf("case %d: %v: %d entries are not the %d of the backup", n.cases, r, len(got), len(sm.backed))
	default:
		n.restored++
		sm.checkReport(t, r, damaged)
		if r.Newer < 0 {
			n.unknown++
		}
	}
	if err := s.Apply(store.Put("after", nil)); err != nil {
		t.Errorf("case %d: %v", n.cases, err)
	}
}

func (sm sample) checkReport(t *testing.T, r *Recovery, damaged []byte) {
	t.Helper()
	aside, err := os.ReadFile(r.MovedTo)
	if err != nil || !bytes.Equal(aside, damaged) {
		t.Errorf("the file moved aside is not the damaged one: %v", err)
	}
	if !errors.Is(r.Damage, store.ErrDamaged) || r.Entries != len(sm.backed) || filepath.Base(r.Backup) != sm.backupName ||
		r.Newer > sm.newer || r.Skipped != 0 || strings.Contains(r.String(), "\n") {
		t.Errorf("%v", r)
	}
}

// damages are the kinds of damage, each changing a copy of a file.
var damages = []struct {
	name  string
	cases int
	do    func(file []byte, rnd *rand.Rand) []byte
}{
	{"truncation", 100, func(file []byte, rnd *rand.Rand) []byte { return file[:rnd.IntN(len(file))] }},
	{"zeroed page", 100, func(file []byte, rnd *rand.Rand) []byte {
		at := rnd.IntN(len(file)/4096) * 4096
		clear(file[at : at+4096])
		return file
	}},
	{"bit flip", 300, func(file []byte, rnd *rand.Rand) []byte {
		file[rnd.IntN(len(file))] ^= 1 << rnd.IntN(8)
		return file
	}},
}

func TestR6Damage(t *testing.T) {
	sm := newSample(t)
	child := childVerify(t, "report", time.Minute)
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(6, uint64(d.cases)))
			var n tally
			cases := d.cases
			if testing.Short() {
				cases /= 10
			}
			for i := range cases {
				o := Options{}
				if i%10 == 0 {
					o.Verify = child
				}
				sm.survive(t, d.do(bytes.Clone(sm.file), rnd), o, &n)
			}
			t.Logf("%d cases: %d harmless, %d moved aside and the backup restored (newer entries unknown in %d), %d served wrong records",
				n.cases, n.harmless, n.restored, n.unknown, n.wrong)
		})
	}
	t.Logf("file of %d bytes, %d entries; backup of %d entries; %d newer", len(sm.file), len(sm.held), len(sm.backed), sm.newer)
}

// TestR6EveryMetaBit flips each bit that says where the data are: the other
// meta page is older, and bbolt would go back to it without a word.
func TestR6EveryMetaBit(t *testing.T) {
	sm := newSample(t)
	path := filepath.Join(t.TempDir(), "state.db")
	missed := 0
	for _, at := range []int{0, 4096} {
		for bit := range 8 * metaSize {
			file := bytes.Clone(sm.file)
			file[at+pageHeader+bit/8] ^= 1 << (bit % 8)
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := Check(path); !errors.Is(err, store.ErrDamaged) {
				missed++
			}
		}
	}
	t.Logf("%d bits, %d missed", 2*8*metaSize, missed)
	if missed > 0 {
		t.Fail()
	}
}

// TestR6Running damages the file of an open store.
func TestR6Running(t *testing.T) {
	sm := newSample(t)
	const cuts = 60
	pages := len(sm.file) / 4096
	var cut, zeroed reads
	for i := range cuts {
		cut.under(t, sm, func(path string) error { return os.Truncate(path, int64(len(sm.file)*i/cuts)) })
	}
	for i := range pages {
		zeroed.under(t, sm, func(path string) error { return zero(path, int64(i)*4096) })
	}
	t.Logf("under an open store: %d truncations: %+v, 0 wrong; %d zeroed pages: %+v, 0 wrong", cuts, cut, pages, zeroed)
}

func zero(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(make([]byte, 4096), at)
	return errors.Join(err, f.Close())
}

// reads counts how reads of a damaged store ended.
type reads struct{ right, refused int }

// under damages the file of an open store and checks that each read is right
// or refused, and that nothing hangs.
func (n *reads) under(t *testing.T, sm sample, damage func(path string) error) {
	t.Helper()
	path := sm.place(t, sm.file)
	s := open(t, path, Options{})
	if err := damage(path); err != nil {
		t.Fatal(err)
	}
	for k, v := range sm.held {
		e, err := s.Get(k)
		switch {
		case err == nil && string(e.Value) == v:
			n.right++
		case errors.Is(err, store.ErrDamaged):
			n.refused++
		default:
			t.Fatalf("Get(%q) = %q, %v", k, e.Value, err)
		}
	}
	if all, err := s.Scan("", "", 0); err == nil && len(all) != len(sm.held) || err != nil && !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Scan: %d entries, %v", len(all), err)
	}
	for range 2 {
		if err := s.Apply(store.Put("a", nil), store.Delete("chat/001/1")); err != nil && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Apply: %v", err)
		}
	}
	s.Close()
	again := open(t, path, Options{})
	if got := contents(t, again); again.Recovery() != nil && !maps.Equal(got, sm.backed) {
		t.Errorf("%d entries after opening again, recovery %v", len(got), again.Recovery())
	}
	again.Close()
}

func TestRecoveryWithoutBackup(t *testing.T) {
	sm := newSample(t)
	path := statePath(t)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }
	for i, want := range []string{"state.db.damaged-20260301T080000Z", "state.db.damaged-20260301T080000Z-2"} {
		file := bytes.Clone(sm.file)
		file[len(file)-4000] ^= 1 // a page that is read or not: the root goes too
		file[pageHeader] ^= 1
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, path, Options{Now: now})
		r := s.Recovery()
		if r == nil || filepath.Base(r.MovedTo) != want || r.Backup != "" || r.Entries != 0 {
			t.Fatalf("recovery %d: %v", i, r)
		}
		if got := contents(t, s); len(got) != 0 {
			t.Errorf("%d entries from nowhere", len(got))
		}
		t.Log(r)
		s.Close()
	}
}

// TestRecoveryOrder checks that the newest sound backup is taken, and that a
// missing file is not taken for a new store when there are backups.
func TestRecoveryOrder(t *testing.T) {
	sm := newSample(t)
	path := sm.place(t, sm.file[:5000])
	folder := filepath.Join(filepath.Dir(path), "backups")
	later := filepath.Join(folder, "state-20991231T000000.000Z.db")
	if err := os.WriteFile(later, sm.backup[:9000], 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, Options{})
	if r := s.Recovery(); r == nil || r.Skipped != 1 || !maps.Equal(contents(t, s), sm.backed) {
		t.Errorf("recovery %v", r)
	}
	s.Close()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	r := s.Recovery()
	if r == nil || r.MovedTo != "" || !maps.Equal(contents(t, s), sm.backed) {
		t.Errorf("recovery %v", r)
	}
	t.Log(r)
}

func TestVerifier(t *testing.T) {
	sm := newSample(t)
	path := sm.place(t, sm.file)
	for _, c := range []struct {
		child   string
		timeout time.Duration
		damaged bool
		words   string
	}{
		{"report", time.Minute, false, ""},
		{"crash", time.Minute, true, "crashed"},
		{"crash silently", time.Minute, false, "did not start"},
		{"hang", 300 * time.Millisecond, false, "not done after 300ms"},
	} {
		err := childVerify(t, c.child, c.timeout)(path)
		if errors.Is(err, store.ErrDamaged) != c.damaged || (err != nil) != (c.words != "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", c.child, err)
		}
	}
	if err := Verifier(time.Minute, "/does/not/exist")(path); err == nil || errors.Is(err, store.ErrDamaged) {
		t.Errorf("no such command: %v", err)
	}
	// A check that could not be made leaves the file where it is.
	if s, err := Open(path, Options{Verify: childVerify(t, "crash silently", time.Minute)}); err == nil {
		s.Close()
		t.Error("opened without a check")
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, sm.file) {
		t.Errorf("the file was touched: %v", err)
	}
}

// TestR6LostRecords takes the last record off each leaf page in turn, which
// leaves a file in order that bbolt finds nothing wrong with.
func TestR6LostRecords(t *testing.T) {
	sm := newSample(t)
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, sm.file, 0o600); err != nil {
		t.Fatal(err)
	}
	im, err := readImage(path, nil)
	if err != nil || im.verdict() != nil {
		t.Fatal(err, im.verdict())
	}
	leaves, silent := 0, 0
	for id := range im.pages {
		at := id * im.pageSize
		p := newPage(id, sm.file[at:])
		if !im.seen[id] || order.Uint64(p.data) != id || p.flags != leafPage || p.count < 2 {
			continue
		}
		file := bytes.Clone(sm.file)
		order.PutUint16(file[at+10:], p.count-1)
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		leaves++
		if checkBbolt(path) == nil {
			silent++
		}
		if err := Check(path); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("page %d: %v", id, err)
		}
	}
	t.Logf("%d leaf pages with a record less: all found, %d of them unknown to bbolt", leaves, silent)
	if silent == 0 {
		t.Fail()
	}
}

// TestR6OlderRoot wipes the newest root under an open store, where bbolt takes
// the one before.
func TestR6OlderRoot(t *testing.T) {
	for _, commits := range []int{1, 2} { // the newest is on page 0 or 1
		path := statePath(t)
		s := open(t, path, Options{})
		for i := range commits {
			if err := s.Apply(store.Put("n", fmt.Append(nil, i))); err != nil {
				t.Fatal(err)
			}
		}
		if err := zero(path, int64(s.last.Load()%2)*4096); err != nil {
			t.Fatal(err)
		}
		if e, err := s.Get("n"); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Get = %q, %v", e.Value, err)
		}
		if err := s.Apply(store.Put("n", nil)); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Apply: %v", err)
		}
		if err := s.BackupTo(path + ".copy"); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("BackupTo: %v", err)
		}
	}
}
