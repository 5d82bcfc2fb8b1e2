//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestInUse checks what happens while another process has the data folder.
func TestInUse(t *testing.T) {
	data := t.TempDir()
	unlock, err := lock(filepath.Join(data, "index.lock"))
	if err != nil {
		t.Fatal(err)
	}
	code, out, errs := session{}.run(t, "index", "--data", data)
	if code != exitInUse || out != "" || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, errs)
	}
	unlock()
	if code, _, errs := (session{}).run(t, "index", "--data", data); code != exitOK {
		t.Errorf("after the other has ended: exit %d, stderr %q", code, errs)
	}
}
