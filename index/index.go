package index

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	segment "github.com/blevesearch/scorch_segment_api/v2"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// field is the one field of every document in bleve.
const field = "text"

// A Doc is one text to be found. Its ID is not empty and no two documents of an
// index share one. An empty Text is allowed and never found.
type Doc struct{ ID, Text string }

// Docs returns one document for each clause and each target of the plans, in
// the plans' order: the words a search should find it by. The id is the plan's
// and the item's, "jilin-2024/6.1.1". A clause that is part of a sentence has
// the words it shares with its neighbours, before and behind its own.
func Docs(plans []*corpus.Plan) []Doc {
	var docs []Doc
	for _, p := range plans {
		for _, c := range p.Clauses {
			text := c.Quote.In(p.Text)
			if !c.Sentence.Empty() {
				text = c.Head.In(p.Text) + text + c.Tail.In(p.Text)
			}
			docs = append(docs, Doc{p.ID + "/" + c.ID, text})
		}
		for _, t := range p.Targets {
			docs = append(docs, Doc{p.ID + "/" + t.ID, t.Quote.In(p.Text)})
		}
	}
	return docs
}

// A Hit is a document that a search found.
type Hit struct {
	ID    string
	N     int     // position in the documents the index was made of
	Score float64 // above 0; see Search
}

// ErrClosed says that an index was used after Close.
var ErrClosed = errors.New("index is closed")

// An Index finds documents by their words. It never changes once made and is
// safe for concurrent use. The zero Index has no documents.
type Index struct {
	mu     sync.RWMutex // held for reading by every search, for writing by Close
	closed bool

	ids    []string // by position of the document
	tokens int      // terms of all documents
	order  []int32  // position by the number that bleve gave the document

	bleve   bleve.Index // nil without documents
	snap    *scorch.IndexSnapshot
	segment segment.Segment
	cursors sync.Pool // of *cursor
}

// New returns an index in memory. No documents make an index that finds nothing.
func New(docs []Doc) (*Index, error) {
	if err := check(docs); err != nil {
		return nil, err
	}
	if len(docs) == 0 {
		return &Index{}, nil
	}
	idx, err := bleve.NewUsing("", newMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("new index: %w", err)
	}
	// One batch makes one segment; in memory, segments are never merged.
	batch := idx.NewBatch()
	for i, d := range docs {
		if err := batch.Index(strconv.Itoa(i), content(d)); err != nil {
			return nil, errors.Join(fmt.Errorf("index %s: %w", d.ID, err), idx.Close())
		}
	}
	if err := idx.Batch(batch); err != nil {
		return nil, errors.Join(fmt.Errorf("index: %w", err), idx.Close())
	}
	return attach(idx, docs, countTerms(docs))
}

// check reports documents that cannot be told apart.
func check(docs []Doc) error {
	seen := make(map[string]bool, len(docs))
	for i, d := range docs {
		if d.ID == "" {
			return fmt.Errorf("document %d has no id", i)
		}
		if seen[d.ID] {
			return fmt.Errorf("two documents have the id %q", d.ID)
		}
		seen[d.ID] = true
	}
	return nil
}

// content is what bleve is given of a document.
func content(d Doc) map[string]any { return map[string]any{field: d.Text} }

// newMapping has one field and nothing that a search here does not need: texts
// and positions live outside.
func newMapping() mapping.IndexMapping {
	text := bleve.NewTextFieldMapping()
	text.Analyzer = analyzerName
	text.Store, text.DocValues, text.IncludeTermVectors, text.IncludeInAll = false, false, false, false
	m := bleve.NewIndexMapping()
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	m.DefaultMapping.AddFieldMappingsAt(field, text)
	m.DefaultMapping.AddSubDocumentMapping("_all", bleve.NewDocumentDisabledMapping())
	return m
}

func countTerms(docs []Doc) int {
	n := 0
	for _, d := range docs {
		terms(fold.String(d.Text), func(string, int, int) { n++ })
	}
	return n
}

// attach makes an Index of a bleve index over docs, which it owns from then on.
func attach(idx bleve.Index, docs []Doc, tokens int) (*Index, error) {
	x := &Index{bleve: idx, tokens: tokens}
	if err := x.read(docs); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// read takes the one segment out of the bleve index, and the order of the
// documents in it.
func (x *Index) read(docs []Doc) error {
	adv, err := x.bleve.Advanced()
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	r, err := adv.Reader()
	if err != nil {
		return fmt.Errorf("read index: %w", err)
	}
	snap, ok := r.(*scorch.IndexSnapshot)
	if !ok {
		return errors.Join(fmt.Errorf("read index: unexpected reader %T", r), r.Close())
	}
	x.snap = snap
	segs := snap.Segments()
	if len(segs) != 1 || segs[0].Segment().Count() != uint64(len(docs)) {
		return fmt.Errorf("read index: %d segments", len(segs))
	}
	x.segment = segs[0].Segment()
	x.ids = make([]string, len(docs))
	for i, d := range docs {
		x.ids[i] = d.ID
	}
	return x.readOrder()
}

// readOrder reads the position of each document, which bleve holds as its id.
func (x *Index) readOrder() error {
	x.order = make([]int32, len(x.ids))
	for i := range x.order {
		id, err := x.segment.DocID(uint64(i))
		if err != nil {
			return fmt.Errorf("read index: %w", err)
		}
		n, err := strconv.Atoi(string(id))
		if err != nil || n < 0 || n >= len(x.ids) {
			return fmt.Errorf("read index: unexpected document %q", id)
		}
		x.order[i] = int32(n)
	}
	return nil
}

// Len is the number of documents.
func (x *Index) Len() int { return len(x.ids) }

// Close waits for running searches and frees what the index holds. Later
// searches fail with [ErrClosed]; closing again does nothing.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed || x.bleve == nil {
		x.closed = true
		return nil
	}
	x.closed = true
	var err error
	if x.snap != nil {
		err = x.snap.Close()
	}
	return errors.Join(err, x.bleve.Close())
}

// Search returns the k documents that fit text best, the best first; documents
// that fit equally well come in the order they were given. It returns none for
// k <= 0 and for text without any term of a document. It reads text as words to
// be found, in any order, and as nothing else: no character of it is an
// operator.
//
// A Score says how much of what was asked for a document holds, rare words
// weighing most: a document of mean length that has every term once gets 1, one
// that shares only common words nearly 0.
func (x *Index) Search(ctx context.Context, text string, k int) ([]Hit, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, ErrClosed
	}
	if k <= 0 || x.segment == nil {
		return nil, ctx.Err()
	}
	c, err := x.cursor()
	if err != nil {
		return nil, err
	}
	defer x.cursors.Put(c)
	return c.search(ctx, text, k)
}
