package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/wence-qa/wence/internal/store"
)

// tmpfs mounts a small file system, which only root may.
func tmpfs(t *testing.T, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("cannot mount a tmpfs, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestR5BadPlacesForUser looks at places that are closed to whoever is not
// root, as a user that owns nothing.
func TestR5BadPlacesForUser(t *testing.T) {
	if os.Getuid() == 0 {
		// The file system sees this thread as another user, and the thread
		// ends with the test.
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Skip(err)
		}
	}
	refuse(t, "missing folder in a foreign one", "/proc/1/wence/state.db", "mkdir", "choose another data folder")
	refuse(t, "foreign folder", "/etc/state.db", "permission denied", "writable for this user")
}

// TestR5ReadOnly opens a store on a read-only file system.
func TestR5ReadOnly(t *testing.T) {
	dir := tmpfs(t, "size=2m")
	path := filepath.Join(dir, "state.db")
	open(t, path, Options{}).Close()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=2m"); err != nil {
		t.Fatal(err)
	}
	refuse(t, "read-only file system", path, "read-only file system", "writable for this user")
}

// TestR4DiskFull fills the disk under a store, makes room, and goes on.
func TestR4DiskFull(t *testing.T) {
	dir := tmpfs(t, "size=2m")
	path := filepath.Join(dir, "state.db")
	s := open(t, path, Options{})
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	written, failed := fill(t, s, 0)
	right := readAll(t, s, written)
	if _, err := s.Rotate(2); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("backup on a full disk: %v", err)
	}
	t.Logf("disk full after %d puts; %d more failed; %d of %d read back", written, failed, right, written)

	// Even deleting needs new pages, for which there may be none left.
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	if err := s.Apply(store.Put("after", nil)); err != nil {
		t.Fatalf("with space again: %v", err)
	}
	again, _ := fill(t, s, written)
	right = readAll(t, s, again)
	s.Close()
	if err := Check(path); err != nil {
		t.Error(err)
	}
	s = open(t, path, Options{}) // the disk is full once more: that is no damage
	if s.Recovery() != nil {
		t.Errorf("recovered: %v", s.Recovery())
	}
	t.Logf("with space again, %d more puts; %d of %d read back, %d after opening again", again-written, right, again, readAll(t, s, again))
}

// fill puts values from number n on until the disk is full, and a few more. It
// returns the number of the next, and how many failed.
func fill(t *testing.T, s *Store, n int) (next, failed int) {
	t.Helper()
	value := make([]byte, 4000)
	for failed < 5 {
		err := s.Apply(store.Put(fmt.Sprintf("k%05d", n), value))
		if err == nil {
			n++
			continue
		}
		failed++
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("put %d: %v", n, err)
		}
	}
	return n, failed
}

func readAll(t *testing.T, s *Store, n int) (right int) {
	t.Helper()
	for i := range n {
		if e, err := s.Get(fmt.Sprintf("k%05d", i)); err != nil || len(e.Value) != 4000 {
			t.Errorf("k%05d: %v", i, err)
			continue
		}
		right++
	}
	return right
}

// TestGuard reads mapped memory whose file has become shorter.
func TestGuard(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(8192); err != nil {
		t.Fatal(err)
	}
	m, err := syscall.Mmap(int(f.Fd()), 0, 8192, syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(m)
	if err := f.Truncate(0); err != nil {
		t.Fatal(err)
	}
	if err := guard(func() error { _, err := decode("k", m); return err }); !errors.Is(err, store.ErrDamaged) {
		t.Error(err)
	}
	if err := guard(func() error { panic("of bbolt") }); !errors.Is(err, store.ErrDamaged) {
		t.Error(err)
	}
}
