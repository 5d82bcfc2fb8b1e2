package index

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"

	"github.com/wence-qa/wence/internal/fold"
)

// analyzerVersion changes whenever the same text yields other terms. An index
// that another version built is stale.
const analyzerVersion = 1

// analyzerName is the name under which bleve knows our analyzer.
const analyzerName = "wence"

// maxTerm bounds the bytes of a term; a longer word is cut there.
const maxTerm = 64

func init() {
	err := registry.RegisterAnalyzer(analyzerName,
		func(map[string]any, *registry.Cache) (analysis.Analyzer, error) { return analyzer{}, nil })
	if err != nil {
		panic(err) // another package took the name: a fault of the program
	}
}

// An analyzer turns the text of a document into terms for bleve.
type analyzer struct{}

// Analyze implements bleve's analysis.Analyzer. Offsets count the bytes of the
// folded text; bleve does not keep them.
func (analyzer) Analyze(input []byte) analysis.TokenStream {
	text := fold.String(string(input))
	folded := []byte(text) // every term is a slice of it
	tokens := make([]analysis.Token, 0, len(text)/2)
	terms(text, func(term string, start, end int) {
		tokens = append(tokens, analysis.Token{
			Term: folded[start : start+len(term)], Start: start, End: end, Position: len(tokens) + 1,
		})
	})
	stream := make(analysis.TokenStream, len(tokens))
	for i := range tokens {
		stream[i] = &tokens[i]
	}
	return stream
}

// A termFunc receives one term and the bytes of the folded text it covers. The
// term is a slice of that text, from start on.
type termFunc func(term string, start, end int)

// terms calls emit for every term of folded text, in the order of their starts,
// the shorter first. The package comment says what the terms are.
func terms(text string, emit termFunc) {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case syllabic(r):
			i = syllables(text, i, size, emit)
		case wordRune(r):
			i = word(text, i, emit)
		default:
			i += size
		}
	}
}

// syllables emits the characters of the run that starts at i with one of size
// bytes, and each pair of neighbours. It returns the end of the run.
func syllables(text string, i, size int, emit termFunc) int {
	for {
		next := i + size
		emit(text[i:next], i, next)
		r, n := utf8.DecodeRuneInString(text[next:])
		if !syllabic(r) {
			return next
		}
		emit(text[i:next+n], i, next+n)
		i, size = next, n
	}
}

// word emits the word or number that starts at i. A number with a sign or unit
// right behind it is emitted alone and with that. It returns the end.
func word(text string, i int, emit termFunc) int {
	end := number(text, i)
	if end > i {
		emitCut(text, i, end, emit)
		if r, size := utf8.DecodeRuneInString(text[end:]); r == '%' || r == '‰' {
			emitCut(text, i, end+size, emit)
			return end + size
		}
	}
	alone := end
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if !wordRune(r) && !(r == '.' && digitAt(text, end+1)) {
			break
		}
		end += size
	}
	if end > alone {
		emitCut(text, i, end, emit)
	}
	return end
}

// number returns the end of the number at i, decimals and all, or i.
func number(text string, i int) int {
	end := i
	for digitAt(text, end) || end > i && end < len(text) && text[end] == '.' && digitAt(text, end+1) {
		end++
	}
	return end
}

func emitCut(text string, start, end int, emit termFunc) {
	cut := end
	if end-start > maxTerm {
		for cut = start + maxTerm; !utf8.RuneStart(text[cut]); cut-- {
		}
	}
	emit(text[start:cut], start, end)
}

func digitAt(text string, i int) bool {
	return i < len(text) && '0' <= text[i] && text[i] <= '9'
}

// syllabic reports whether r belongs to a script that is written without spaces
// between words, where single characters and pairs are the terms.
func syllabic(r rune) bool {
	switch {
	case r < 0x1100 || r == utf8.RuneError:
		return false
	case 0x3400 <= r && r <= 0x9fff:
		return true
	}
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
}

// wordRune reports whether r is part of words and numbers. The degree sign is:
// ℃ folds to °c.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return r == '°' || (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)) && !syllabic(r)
}

// maxQuery bounds the terms of a query, some 500 characters; what is behind
// them is not searched for.
const maxQuery = 1024

// queryTerms appends the distinct terms of a query to dst, sorted.
func queryTerms(query string, dst []string) []string {
	folded := foldQuery(query)
	dst = contentTerms(gapped(folded), dst)
	if len(dst) == 0 { // nothing but question words: they are what is asked for
		dst = contentTerms(folded, dst)
	}
	slices.Sort(dst)
	return slices.Compact(dst)
}

// foldQuery folds a query. One with numerals in words has them in digits too,
// behind: which of both a text has is not known.
func foldQuery(query string) string {
	folded := fold.String(query)
	if digits := fold.Numerals(folded); digits != folded {
		return folded + "\n" + digits
	}
	return folded
}

func contentTerms(folded string, dst []string) []string {
	terms(folded, func(term string, _, _ int) {
		if len(dst) < maxQuery {
			dst = append(dst, term)
		}
	})
	return dst
}

// gaps are the words that make a question of a sentence, and the particles that
// hold one together. A text that answers need not contain them, and one that
// does answers no better. They end a run of characters, so that no pair of a
// query reaches across. Documents are indexed as they are.
var gaps = strings.NewReplacer(gapPairs(
	"为什么", "什么时候", "什么", "哪些", "哪个", "哪里", "哪儿", "哪年", "哪一", "哪", "谁",
	"多少", "几", "吗", "呢", "怎么样", "怎么", "怎样", "如何", "为何", "何时", "何", "是否",
	"请问", "的", "了",
)...)

func gapPairs(words ...string) []string {
	var pairs []string
	for _, w := range words {
		pairs = append(pairs, w, strings.Repeat(" ", len(w)))
	}
	return pairs
}

// gapped blanks the gaps of folded text; offsets stay.
func gapped(folded string) string { return gaps.Replace(folded) }
