package bolt

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/wence-qa/wence/internal/store"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestR32Schema opens a file of each schema there has been, and refuses one
// that is to come.
func TestR32Schema(t *testing.T) {
	old := filepath.Join("testdata", "schema1.db")
	if *update {
		writeSchema1(t, old)
	}
	path := statePath(t)
	if err := makeFolder(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	if err := copyFile(old, path); err != nil {
		t.Fatal(err)
	}
	s := open(t, path, Options{Now: func() time.Time { return time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC) }})
	all := contents(t, s)
	if s.Recovery() != nil || len(all) != 101 || all["chat/042"] != strings.Repeat("42 ", 42) || all["forever"] != "是" {
		t.Errorf("schema 1: %d entries, recovery %v", len(all), s.Recovery())
	}
	if e, err := s.Get("chat/042"); err != nil || e.Rev != 43 || e.Expires.Year() != 2200 {
		t.Errorf("schema 1: %+v, %v", e, err)
	}
	s.Close()

	refused := newerFiles(t, path)
	t.Logf("schema 1: %d entries read; %d newer files refused untouched", len(all), refused)
}

// writeSchema1 writes the file of testdata. It belongs to schema 1: it is not
// written anew when the schema changes.
func writeSchema1(t *testing.T, to string) {
	s := open(t, statePath(t), Options{})
	at := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range 100 {
		op := store.Put(fmt.Sprintf("chat/%03d", i), []byte(strings.Repeat(fmt.Sprint(i, " "), i)))
		if err := s.Apply(op.Until(at)); err != nil {
			t.Fatal(err)
		}
	}
	gone := store.Put("gone", nil).Until(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	if err := s.Apply(store.Put("forever", []byte("是")), gone); err != nil {
		t.Fatal(err)
	}
	if err := s.BackupTo(to); err != nil {
		t.Fatal(err)
	}
}

// newerFiles makes files of newer schemas from the one at path and counts those
// that are refused and left as they are.
func newerFiles(t *testing.T, path string) (refused int) {
	t.Helper()
	for _, change := range []func(tx *bbolt.Tx) error{
		func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(schemaKey, encodeSchema(schema+1)) },
		func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("not known yet")); return err },
		func(tx *bbolt.Tx) error { return tx.Bucket(recordsBucket).Put([]byte("k"), []byte("another record")) },
		func(tx *bbolt.Tx) error { return tx.DeleteBucket(recordsBucket) },
	} {
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.Update(change), db.Close()); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(path, Options{Verify: childVerify(t, "report", time.Minute)})
		after, _ := os.ReadFile(path)
		if !errors.Is(err, store.ErrNewer) || !bytes.Equal(before, after) {
			t.Errorf("newer file: %v, untouched %v", err, bytes.Equal(before, after))
			continue
		}
		refused++
	}
	return refused
}

// refuse checks that Open fails soon, in one line that says words.
func refuse(t *testing.T, what, path string, words ...string) {
	t.Helper()
	begin := time.Now()
	s, err := Open(path, Options{})
	took := time.Since(begin)
	if err == nil {
		s.Close()
		t.Errorf("%s: opened", what)
		return
	}
	text := err.Error()
	for _, w := range append(words, filepath.Dir(path)) {
		if !strings.Contains(text, w) {
			t.Errorf("%s: %q does not say %q", what, text, w)
		}
	}
	if took > 2*time.Second || strings.Contains(text, "\n") {
		t.Errorf("%s: after %v: %q", what, took, text)
	}
	t.Logf("%s: %s", what, text)
}

func TestR5BadPlaces(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refuse(t, "the data folder is a file", filepath.Join(file, "state.db"), "not a directory", "choose another data folder")

	folder := filepath.Join(dir, "folder", "state.db")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	refuse(t, "the state file is a folder", folder, "not a state file", "move it away")

	foreign := filepath.Join(dir, "foreign.db")
	db, err := bbolt.Open(foreign, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	before, _ := os.ReadFile(foreign)
	refuse(t, "another program's file", foreign, "not a state file", "move it away")
	if after, _ := os.ReadFile(foreign); !bytes.Equal(before, after) {
		t.Error("another program's file was touched")
	}

	// A missing folder is made, and closed to others.
	s := open(t, filepath.Join(dir, "a", "b", "state.db"), Options{})
	for path, want := range map[string]os.FileMode{filepath.Dir(s.path): 0o700, s.path: 0o600, s.path + ".lock": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
	if _, err := os.Stat(s.path + ".new"); err == nil {
		t.Error("unfinished work is left")
	}
}
