package index

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// build makes an index of docs in a new folder.
func build(t *testing.T, docs []Doc) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "index")
	if err := Build(t.Context(), dir, docs, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

func open(t *testing.T, dir string, docs []Doc) *Index {
	t.Helper()
	x, err := Open(dir, docs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// TestDiskAndMemoryAgree also opens twice: reading must change no file.
func TestDiskAndMemoryAgree(t *testing.T) {
	for _, docs := range [][]Doc{nil, lake, made(2500)} {
		dir, memory := build(t, docs), newIndex(t, docs)
		for range 2 {
			x := open(t, dir, docs)
			if x.Len() != len(docs) {
				t.Errorf("%d documents, want %d", x.Len(), len(docs))
			}
			for _, q := range []string{"湿地保护", "秸秆", "7%以上", "推进生态环境一丁", "建设"} {
				if got, want := found(t, x, q, 5), found(t, memory, q, 5); got != want {
					t.Errorf("%d documents, query %s: %s on disk, %s in memory", len(docs), q, got, want)
				}
			}
		}
	}
}

func TestProgress(t *testing.T) {
	var told []int
	err := Build(t.Context(), t.TempDir(), made(2500), func(done int) { told = append(told, done) })
	if err != nil || !slices.Equal(told, []int{0, 1000, 2000, 2500}) {
		t.Errorf("told %v, error %v", told, err)
	}
}

func TestOpenNothing(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none")} {
		if _, err := Open(dir, lake); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error %v, want %v", err, fs.ErrNotExist)
		}
	}
}

func TestStale(t *testing.T) {
	text := slices.Clone(lake)
	text[0].Text += "。"
	order := slices.Clone(lake)
	slices.Reverse(order)
	for name, docs := range map[string][]Doc{"other text": text, "other order": order, "fewer": lake[1:], "none": nil} {
		if _, err := Open(build(t, lake), docs); !errors.Is(err, ErrStale) {
			t.Errorf("%s: error %v, want %v", name, err, ErrStale)
		}
	}
	for _, key := range []string{`"format": `, `"analyzer": `} {
		dir := build(t, lake)
		edit(t, filepath.Join(dir, manifestName), key+"1", key+"999")
		if _, err := Open(dir, lake); !errors.Is(err, ErrStale) {
			t.Errorf("%s changed: error %v, want %v", key, err, ErrStale)
		}
	}
}

func edit(t *testing.T, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	if err := os.WriteFile(name, []byte(strings.Replace(string(data), old, new, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestForeign(t *testing.T) {
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "notes.txt"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	named := build(t, lake)
	edit(t, filepath.Join(named, manifestName), kind, "another index")
	for _, dir := range []string{other, named} {
		if _, err := Open(dir, lake); !errors.Is(err, ErrForeign) {
			t.Errorf("error %v, want %v", err, ErrForeign)
		}
		// Building there leaves what is not ours.
		if err := Build(t.Context(), dir, lake, nil); err != nil {
			t.Fatal(err)
		}
		open(t, dir, lake)
	}
	if _, err := os.Stat(filepath.Join(other, "notes.txt")); err != nil {
		t.Error(err)
	}
}

// TestCorrupt spoils every file of an index in every way; none may be trusted.
func TestCorrupt(t *testing.T) {
	ways := map[string]func(name string, data []byte) error{
		"removed": func(name string, _ []byte) error { return os.Remove(name) },
		"cut":     func(name string, data []byte) error { return os.WriteFile(name, data[:len(data)/2], 0o644) },
		"emptied": func(name string, _ []byte) error { return os.WriteFile(name, nil, 0o644) },
		"changed": func(name string, data []byte) error {
			data[len(data)/2] ^= 0x10
			return os.WriteFile(name, data, 0o644)
		},
	}
	files, err := listFiles(build(t, lake))
	if err != nil || len(files) < 4 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for way, spoil := range ways {
		for i := range files {
			dir := build(t, lake)
			files, err := listFiles(dir) // folder names differ between builds
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(dir, files[i].Name)
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := spoil(name, data); err != nil {
				t.Fatal(err)
			}
			if x, err := Open(dir, lake); err == nil {
				x.Close()
				t.Errorf("%s %s: opened", files[i].Name, way)
			}
			if err := Build(t.Context(), dir, lake, nil); err != nil {
				t.Errorf("%s %s: cannot build anew: %v", files[i].Name, way, err)
			}
			open(t, dir, lake)
		}
	}
}

// TestManifestStaysInside: a manifest must not lead out of its folder.
func TestManifestStaysInside(t *testing.T) {
	dir := build(t, lake)
	edit(t, filepath.Join(dir, manifestName), `"data-`, `"../data-`)
	if _, err := Open(dir, lake); !errors.Is(err, ErrCorrupt) {
		t.Errorf("error %v, want %v", err, ErrCorrupt)
	}
}

// TestRebuild replaces an index while it is open.
func TestRebuild(t *testing.T) {
	dir := build(t, lake)
	old := open(t, dir, lake)
	if err := Build(t.Context(), dir, lake[2:], nil); err != nil {
		t.Fatal(err)
	}
	if got := found(t, old, "湿地保护率", 1); got != "a/1" {
		t.Errorf("the open index found %q", got)
	}
	if got := found(t, open(t, dir, lake[2:]), "秸秆禁烧", 1); got != "a/4" {
		t.Errorf("the new index found %q", got)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d entries are left, %v", len(entries), err)
	}
}

// TestCancelledBuild leaves the index as it was.
func TestCancelledBuild(t *testing.T) {
	dir := build(t, lake)
	ctx, cancel := context.WithCancel(t.Context())
	err := Build(ctx, dir, made(2500), func(done int) {
		if done > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	open(t, dir, lake)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%d entries are left, %v", len(entries), err)
	}
}
