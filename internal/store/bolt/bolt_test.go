package bolt

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/storetest"
)

// childEnv names what the test binary does as a child process.
const childEnv = "BOLT_TEST_CHILD"

// children are the child processes, called with the arguments of the binary.
var children = map[string]func(args []string){}

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childEnv)]; child != nil {
		child(os.Args[1:])
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func open(t testing.TB, path string, o Options) *Store {
	t.Helper()
	s, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func statePath(t testing.TB) string { return filepath.Join(t.TempDir(), "data", "state.db") }

func TestStore(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T, now func() time.Time) store.Store {
			return open(t, statePath(t), Options{Now: now})
		},
		Reopen: func(t *testing.T, s store.Store) store.Store {
			b := s.(*Store)
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			if err := Check(b.path); err != nil {
				t.Error(err)
			}
			b = open(t, b.path, Options{Now: b.now})
			if b.Recovery() != nil {
				t.Errorf("recovered: %v", b.Recovery())
			}
			return b
		},
	})
}

// TestSweep checks that expired records leave the file.
func TestSweep(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	s := open(t, statePath(t), Options{Now: func() time.Time { return now }})
	for i := range 1000 {
		if err := s.Apply(store.Put(fmt.Sprint(i), make([]byte, 100)).Until(now.Add(time.Second))); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	for range 20 {
		if err := s.Apply(store.Put("keep", nil)); err != nil {
			t.Fatal(err)
		}
	}
	if s.state.count != 1 {
		t.Errorf("%d records left, want 1", s.state.count)
	}
	s.Close()
	if err := Check(s.path); err != nil {
		t.Error(err)
	}
}
