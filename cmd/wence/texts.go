package main

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/wence-qa/wence/corpus"
)

// textsKept is how many texts of a plan are kept.
const textsKept = 10

// texts keeps the texts of plans in the data folder, so that a link made from an
// earlier text can still show it. A text is texts/<plan>/<sha256>.txt.
type texts struct {
	dir string

	mu     sync.Mutex
	parsed map[string]*corpus.Plan // by file
}

// keep writes the texts of plans that are not there yet.
func (t *texts) keep(plans []*corpus.Plan) error {
	var all error
	for _, p := range plans {
		if !filepath.IsLocal(p.ID) || p.ID == "." {
			continue // a file called ...txt must not lead out of the folder
		}
		dir := filepath.Join(t.dir, p.ID)
		file := filepath.Join(dir, p.SHA256+".txt")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		err := os.MkdirAll(dir, 0o700)
		if err == nil {
			err = os.WriteFile(file+".new", []byte(p.Text), 0o600)
		}
		if err == nil {
			err = os.Rename(file+".new", file)
		}
		all = errors.Join(all, err, t.prune(dir))
	}
	return all
}

// files returns the texts in a folder, newest first.
func (t *texts) files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type file struct {
		path string
		time int64
	}
	var found []file
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasSuffix(e.Name(), ".txt") {
			found = append(found, file{filepath.Join(dir, e.Name()), info.ModTime().UnixNano()})
		}
	}
	slices.SortFunc(found, func(a, b file) int { return cmp.Compare(b.time, a.time) })
	out := make([]string, len(found))
	for i, f := range found {
		out[i] = f.path
	}
	return out, nil
}

func (t *texts) prune(dir string) error {
	all, err := t.files(dir)
	for _, f := range all[min(len(all), textsKept):] {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

// earlier returns the kept texts of the plan now, but for its own, newest first.
// A file that is not what its name says is passed over.
func (t *texts) earlier(now *corpus.Plan) []*corpus.Plan {
	all, err := t.files(filepath.Join(t.dir, now.ID))
	if err != nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.parsed == nil {
		t.parsed = map[string]*corpus.Plan{}
	}
	var out []*corpus.Plan
	for _, file := range all {
		sum := strings.TrimSuffix(filepath.Base(file), ".txt")
		if sum == now.SHA256 {
			continue
		}
		p, ok := t.parsed[file]
		if !ok {
			p = parseText(file, now)
			t.parsed[file] = p
		}
		if p != nil && p.SHA256 == sum {
			out = append(out, p)
		}
	}
	return out
}

func parseText(file string, now *corpus.Plan) *corpus.Plan {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	card := now.Card
	card.SHA256 = ""
	p, err := corpus.Parse(now.ID, b, card)
	if err != nil {
		return nil
	}
	return p
}
