package main

import (
	"strings"
	"testing"
)

// TestProgress checks that a terminal sees a bar and others lines.
func TestProgress(t *testing.T) {
	code, _, errs := session{terminal: true}.run(t, "index", "--data", t.TempDir())
	if code != exitOK || !strings.Contains(errs, "\r") || !strings.Contains(errs, "建索引 100%") {
		t.Errorf("terminal: exit %d, stderr %q", code, errs)
	}
	code, _, errs = session{}.run(t, "index", "--data", t.TempDir())
	if code != exitOK || strings.Contains(errs, "\r") || strings.Count(errs, "\n") > 11 {
		t.Errorf("no terminal: exit %d, stderr %q", code, errs)
	}
}
