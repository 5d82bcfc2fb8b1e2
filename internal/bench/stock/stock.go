// Package stock is the peer of the benchmarks: a bare bleve index in memory
// with the stock cjk analyzer, set up as its documentation says for a single
// text field, without the parts that cost time and that no search needs. It is
// not part of the assistant.
package stock

import (
	"context"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/index/scorch"
)

// An Index finds texts. It is safe for concurrent use.
type Index struct{ inner bleve.Index }

// New indexes texts in one batch.
func New(texts []string) (*Index, error) {
	field := bleve.NewTextFieldMapping()
	field.Analyzer = cjk.AnalyzerName
	field.Store, field.DocValues, field.IncludeInAll, field.IncludeTermVectors = false, false, false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("text", field)
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	inner, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	batch := inner.NewBatch()
	for i, text := range texts {
		if err := batch.Index(strconv.Itoa(i), map[string]any{"text": text}); err != nil {
			return nil, err
		}
	}
	return &Index{inner}, inner.Batch(batch)
}

// Search returns the positions of the k best texts for a query, best first.
func (ix *Index) Search(ctx context.Context, text string, k int) ([]int, error) {
	q := bleve.NewMatchQuery(text)
	q.SetField("text")
	res, err := ix.inner.SearchInContext(ctx, bleve.NewSearchRequestOptions(q, k, 0, false))
	if err != nil {
		return nil, err
	}
	hits := make([]int, len(res.Hits))
	for i, h := range res.Hits {
		if hits[i], err = strconv.Atoi(h.ID); err != nil {
			return nil, err
		}
	}
	return hits, nil
}

// Close frees the index.
func (ix *Index) Close() error { return ix.inner.Close() }
