package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// plainProgram is wence as users build it, without the race detector, which
// makes a program that does one thing after another ten times slower.
var plainProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "wence")
	if err != nil {
		return "", err
	}
	plainDir = dir
	path := filepath.Join(dir, "wence")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		os.Stderr.Write(out)
	}
	return path, err
})

var plainDir string // of plainProgram; "" while nobody has asked for it

func buildPlain(t *testing.T) string {
	t.Helper()
	path, err := plainProgram()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
