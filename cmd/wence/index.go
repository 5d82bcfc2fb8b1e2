package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
)

func indexCommand() command {
	return command{
		name:  "index",
		short: "在数据目录里建好全部方案的索引，供 --plans 的方案多时使用",
		long: `内置方案的索引在需要时于内存中建立，无须此步。方案有增减或改动后请重建；
忘了也不要紧：提问时发现索引与方案不符，会自动重建。
`,
		run: buildIndex,
	}
}

func buildIndex(ctx context.Context, c *call) error {
	if err := c.want(0, "index [--plans 目录]"); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	plans, err := c.loadPlans()
	if err != nil {
		return err
	}
	dir, err := c.indexDir()
	if err != nil {
		return err
	}
	docs := index.Docs(plans)
	if err := build(ctx, dir, docs, c.progress(len(docs))); err != nil {
		if errors.Is(err, context.Canceled) {
			return &failure{exitUsage, "已中断，原有的索引没有改动。", err}
		}
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "已为 %d 份方案建好索引（%d 条），位于 %s\n", len(plans), len(docs), dir)
	return err
}

// build builds the index on disk while no other process does.
func build(ctx context.Context, dir string, docs []index.Doc, progress func(int)) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	return index.Build(ctx, dir, docs, progress)
}

// progress shows how far a build of total documents is: a bar on a terminal, a
// line for each tenth elsewhere.
func (c *call) progress(total int) func(done int) {
	if !c.stderrTTY {
		tenth := -1
		return func(done int) {
			if t := 10 * done / max(total, 1); t > tenth {
				tenth = t
				fmt.Fprintf(c.stderr, "建索引：%d/%d\n", done, total)
			}
		}
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(c.stderr),
		progressbar.OptionSetDescription("建索引"), progressbar.OptionShowCount(), progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(false), progressbar.OptionOnCompletion(func() { fmt.Fprintln(c.stderr) }))
	return func(done int) { _ = bar.Set(done) } // a bar that cannot be drawn stops nothing
}

func (c *call) indexDir() (string, error) {
	dir, err := c.data()
	return filepath.Join(dir, "index"), err
}

// A searcher is the index of the plans, opened when the first search needs it:
// many questions are answered from the plan's data alone. It is safe for
// concurrent use.
type searcher struct {
	open func() (*index.Index, error)

	mu  sync.Mutex
	ix  *index.Index // nil until a search
	err error        // of opening it
}

func (c *call) newSearcher(ctx context.Context, plans []*corpus.Plan) *searcher {
	return &searcher{open: func() (*index.Index, error) { return c.openIndex(ctx, index.Docs(plans)) }}
}

// Search returns the k documents that fit text best.
func (s *searcher) Search(ctx context.Context, text string, k int) ([]index.Hit, error) {
	ix, err := s.index()
	if err != nil {
		return nil, err
	}
	return ix.Search(ctx, text, k)
}

func (s *searcher) index() (*index.Index, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ix == nil && s.err == nil {
		s.ix, s.err = s.open()
	}
	return s.ix, s.err
}

// Close frees the index.
func (s *searcher) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ix == nil {
		return nil
	}
	return s.ix.Close()
}

// openIndex opens the index on disk, if one was built for the plans of a
// folder. One that does not fit is rebuilt; without any, or where nothing can
// be written, the index is made in memory.
func (c *call) openIndex(ctx context.Context, docs []index.Doc) (*index.Index, error) {
	if c.planDir == "" {
		return index.New(docs)
	}
	dir, err := c.indexDir()
	if err != nil {
		return index.New(docs)
	}
	ix, err := index.Open(dir, docs)
	if err == nil {
		return ix, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		return index.New(docs)
	}
	reason := staleness(err)
	if err := build(ctx, dir, docs, nil); err != nil {
		_, why := outcome(err)
		fmt.Fprintf(c.stderr, "wence: %s，又无法重建，这次改用内存索引。%s\n", reason, printable(why))
		return index.New(docs)
	}
	fmt.Fprintf(c.stderr, "wence: %s，已按现有方案重建。\n", reason)
	return index.Open(dir, docs)
}

// staleness says for people why an index on disk is not used.
func staleness(err error) string {
	switch {
	case errors.Is(err, index.ErrStale):
		return "索引与现有方案或程序版本不符"
	case errors.Is(err, index.ErrForeign):
		return "索引目录里不是本程序的索引"
	case errors.Is(err, index.ErrCorrupt):
		return "索引文件残缺"
	}
	return "索引读不出来"
}
