package index

import (
	"slices"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// Highlight returns the parts of text that hold words of query, in order and
// apart from each other. The spans are of text as given, rune-aligned, however
// its width, case or characters differ from the query's. A single character of
// a longer word of the query is no match: 湖泊 does not light up every 湖.
func Highlight(text, query string) []corpus.Span {
	wanted := highlightTerms(query)
	if len(wanted) == 0 {
		return nil
	}
	folded := fold.New(text)
	var spans []corpus.Span
	terms(folded.S, func(term string, start, end int) {
		if _, ok := slices.BinarySearch(wanted, term); !ok {
			return
		}
		start, end = folded.Source(start, end)
		if last := len(spans) - 1; last >= 0 && start <= spans[last].End {
			spans[last].End = max(end, spans[last].End)
			return
		}
		spans = append(spans, corpus.Span{Start: start, End: end})
	})
	return spans
}

// highlightTerms returns the terms of a query worth showing, sorted: pairs, words
// and characters that stand alone.
func highlightTerms(query string) []string {
	folded := gapped(foldQuery(query))
	var out []string
	terms(folded, func(term string, start, end int) {
		r, size := utf8.DecodeRuneInString(term)
		if size == len(term) && syllabic(r) && !alone(folded, start, end) {
			return
		}
		if len(out) < maxQuery {
			out = append(out, term)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// alone reports whether no character of the same kind stands beside [start,end).
func alone(s string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:start])
	after, _ := utf8.DecodeRuneInString(s[end:])
	return !syllabic(before) && !syllabic(after)
}
