package bolt

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

func init() {
	children["hold"] = func(args []string) {
		s, err := Open(args[0], Options{})
		fmt.Println(err == nil && s.Recovery() == nil, err)
		io.Copy(io.Discard, os.Stdin) // until the parent is done
		if err == nil {
			s.Close()
		}
	}
	children["write"] = func(args []string) { writeForEver(args[0]) }
}

// A child is a process that runs the test binary and is killed with the test.
type child struct {
	cmd   *exec.Cmd
	stdin io.Closer
	out   *bufio.Scanner
}

func start(t *testing.T, name string, args ...string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"="+name, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{cmd, in, bufio.NewScanner(out)}
	t.Cleanup(c.kill)
	return c
}

func (c *child) kill() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

func (c *child) line() string {
	c.out.Scan()
	return c.out.Text()
}

func TestR8DoubleStart(t *testing.T) {
	path := statePath(t)
	first := start(t, "hold", path)
	if got := first.line(); got != "true <nil>" {
		t.Fatalf("the first: %s", got)
	}
	begin := time.Now()
	_, err := Open(path, Options{})
	took := time.Since(begin)
	if !errors.Is(err, store.ErrInUse) || took > time.Second || strings.Contains(err.Error(), "\n") {
		t.Errorf("second start: %v after %v", err, took)
	}
	second := start(t, "hold", path)
	if got := second.line(); !strings.Contains(got, store.ErrInUse.Error()) {
		t.Errorf("the second process: %s", got)
	}
	t.Logf("second start refused after %v: %v", took.Round(time.Millisecond), err)

	first.kill() // its lock goes with it
	s := open(t, path, Options{})
	if err := s.Apply(store.Put("a", nil)); err != nil || s.Recovery() != nil {
		t.Errorf("after the first was killed: %v, %v", err, s.Recovery())
	}
}

// TestR8OneRepairs starts processes on one damaged file: one repairs it, and
// the others find it in use.
func TestR8OneRepairs(t *testing.T) {
	sm := newSample(t)
	path := sm.place(t, sm.file[:10000])
	var all []*child
	for range 4 {
		all = append(all, start(t, "hold", path))
	}
	repaired, refused := 0, 0
	for _, c := range all {
		switch got := c.line(); {
		case got == "false <nil>":
			repaired++
		case strings.Contains(got, store.ErrInUse.Error()):
			refused++
		default:
			t.Errorf("child: %s", got)
		}
	}
	t.Logf("4 processes: %d repaired, %d found it in use", repaired, refused)
	if repaired != 1 {
		t.Fail()
	}
}

// writeForEver writes from several goroutines and prints each key that was
// acknowledged.
func writeForEver(path string) {
	s, err := Open(path, Options{})
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("open", s.Recovery() == nil)
	var out sync.Mutex
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				key := fmt.Sprintf("%d/%d/%d", os.Getpid(), w, i)
				ops := []store.Op{store.Put("a/"+key, []byte(key)), store.Put("b/"+key, []byte(key))}
				if i%5 == 0 {
					ops = append(ops, store.Delete(fmt.Sprintf("c/%d", w)))
				} else {
					ops = append(ops, store.Put(fmt.Sprintf("c/%d", w), []byte(key)).Until(time.Now().Add(time.Minute)))
				}
				if err := s.Apply(ops...); err != nil {
					return
				}
				out.Lock()
				fmt.Println(key)
				out.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestCrash kills a writing process again and again, and counts what it
// acknowledged.
func TestCrash(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	path := statePath(t)
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	var acked []string
	for range rounds {
		c := start(t, "write", path)
		if got := c.line(); got != "open true" {
			t.Fatalf("child: %s", got)
		}
		time.AfterFunc(time.Duration(15+rnd.IntN(120))*time.Millisecond, func() { c.cmd.Process.Kill() })
		for c.out.Scan() { // complete lines only, as each is one write
			acked = append(acked, c.out.Text())
		}
		c.cmd.Wait()
	}
	if err := Check(path); err != nil {
		t.Fatal(err)
	}
	lost, halves := missing(t, open(t, path, Options{}), acked)
	t.Logf("%d kills, %d acknowledged, %d lost, %d half written", rounds, len(acked), lost, halves)
	if lost > 0 || halves > 0 || len(acked) == 0 {
		t.Fail()
	}
}

// missing counts the acknowledged keys that are not in s and the batches of
// which one half is.
func missing(t *testing.T, s *Store, acked []string) (lost, halves int) {
	t.Helper()
	all := contents(t, s)
	for _, key := range acked {
		if all["a/"+key] != key {
			lost++
		}
	}
	for key, value := range all {
		kind, rest, _ := strings.Cut(key, "/")
		other := map[string]string{"a": "b/", "b": "a/"}[kind]
		if other != "" && (value != rest || all[other+rest] != value) {
			halves++
		}
	}
	return lost, halves
}

// TestR16Backup takes backups while writers are at work, restores each in an
// empty folder and looks for batches that are not whole and acknowledged
// writes that are not there.
func TestR16Backup(t *testing.T) {
	s := open(t, statePath(t), Options{})
	stop := make(chan struct{})
	var mu sync.Mutex
	var acked []string
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				key := fmt.Sprintf("%d/%d", w, i)
				if err := s.Apply(store.Put("a/"+key, []byte(key)), store.Put("b/"+key, []byte(key))); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acked = append(acked, key)
				mu.Unlock()
			}
		})
	}
	const rounds = 10
	lost, halves, entries := 0, 0, 0
	for range rounds {
		time.Sleep(20 * time.Millisecond)
		mu.Lock()
		before := acked[:len(acked):len(acked)]
		mu.Unlock()
		path := statePath(t) // the folder is made by Open, so restored first by hand
		if err := makeFolder(strings.TrimSuffix(path, "/state.db")); err != nil {
			t.Fatal(err)
		}
		if err := s.BackupTo(path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("backup: %v, %v", info.Mode(), err)
		}
		r := open(t, path, Options{})
		l, h := missing(t, r, before)
		lost, halves, entries = lost+l, halves+h, entries+int(r.state.count)
		if err := r.Apply(store.Put("a", nil)); err != nil || r.Recovery() != nil {
			t.Errorf("after restoring: %v, %v", err, r.Recovery())
		}
	}
	close(stop)
	wg.Wait()
	t.Logf("%d backups under 8 writers (%d batches), %d entries restored: %d lost, %d half written", rounds, len(acked), entries, lost, halves)
	if lost > 0 || halves > 0 {
		t.Fail()
	}
}

func TestRotate(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s := open(t, statePath(t), Options{Now: func() time.Time { return now }})
	for range 5 {
		if _, err := s.Rotate(3); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
	}
	now = now.Add(-48 * time.Hour) // the clock is set back
	last, err := s.Rotate(3)
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.backups()
	if err != nil || len(all) != 4 || all[0].path != last || all[3].taken.Hour() != 12 {
		t.Errorf("backups %v, %v", all, err)
	}
	if err := s.BackupTo(s.path); err == nil {
		t.Error("a backup replaced the store")
	}
}
