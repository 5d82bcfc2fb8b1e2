// Package fold brings text to one form for matching and maps every position of
// that form back to the bytes it came from.
//
// Folded text is for comparing only. It is never shown: what people read is
// always cut from the source by [Text.Source].
//
// Rune by rune, folding
//   - turns full-width and other compatibility forms into plain ones by Unicode
//     NFKC: ％ to %, ３ to 3, ㎡ to m2, ³ to 3, ① to 1, Ⅳ to iv, the micro sign
//     to the Greek letter, ， ： ； （ ） to their ASCII twins (。 and 、 have none
//     and stay);
//   - writes letters in lower case;
//   - writes traditional characters as simplified ones, each on its own, by the
//     first choice of OpenCC's table (ts.txt, see NOTICE). Some pairs are words of
//     their own in simplified text too (乾 in 乾坤); both sides of a comparison are
//     folded alike, so that only merges forms and never separates them;
//   - unifies quotation marks (“”„«» to ", ‘’ to '), dashes (— – ― － to -) and
//     middle dots (• ・ to ·). 「」 and 《》 stay: in Chinese text they are marks of
//     their own;
//   - drops control and format characters: zero-width ones, bidi controls, soft
//     hyphens, variation selectors;
//   - makes one space of every run of white space, line ends among it;
//   - replaces bytes that are not UTF-8 by U+FFFD.
//
// Runes are never combined: a letter followed by a combining accent stays two.
// Folding twice changes nothing more.
//
// # Why
//
// A search library's own filters fold as well, but they lose either the
// positions or the characters; quotes need exact bytes, so folding lives here,
// once, for questions, clauses, the lexicon and the check of quotes.
package fold

import (
	"sort"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Text is a folded string that knows where its bytes came from. The zero Text
// is the folded empty string. A Text is immutable and safe for concurrent use.
type Text struct {
	S string // the folded text, valid UTF-8

	src string
	// same is the length of the prefix that folding left as it was; there,
	// offsets are equal. from holds, for every byte of S behind it, the offset
	// in src of the rune it came from.
	same int
	from []int32
}

// String returns s folded. It returns s itself, without allocating, when
// folding changes nothing.
func String(s string) string {
	same := unchanged(s)
	if same == len(s) {
		return s
	}
	f := folder{out: append(make([]byte, 0, len(s)), s[:same]...)}
	f.fold(s, same)
	return string(f.out)
}

// New returns s folded, with its positions. Texts of 2 GiB and more are not
// supported.
func New(s string) Text {
	same := unchanged(s)
	if same == len(s) {
		return Text{S: s, src: s, same: same}
	}
	f := folder{
		out:  append(make([]byte, 0, len(s)), s[:same]...),
		from: make([]int32, 0, len(s)-same),
		keep: true,
	}
	f.fold(s, same)
	return Text{S: string(f.out), src: s, same: same, from: f.from}
}

// Source returns the half-open byte range of the source that bytes [start,end)
// of t.S came from. It lies on rune boundaries, widened where start or end cut
// a rune; offsets outside t.S are moved to its nearer end. An empty range of
// t.S gives an empty range. Characters that folding dropped belong to a range
// only when they lie inside it.
func (t Text) Source(start, end int) (int, int) {
	start = min(max(start, 0), len(t.S))
	end = min(max(end, start), len(t.S))
	from := t.runeStart(start)
	if start == end {
		return from, from
	}
	last := t.runeStart(end - 1)
	_, size := utf8.DecodeRuneInString(t.src[last:])
	return from, last + size
}

// runeStart returns the offset in src of the rune that byte i of S came from.
func (t Text) runeStart(i int) int {
	if i >= len(t.S) {
		return len(t.src)
	}
	if i >= t.same {
		return int(t.from[i-t.same])
	}
	for i > 0 && !utf8.RuneStart(t.S[i]) {
		i--
	}
	return i
}

// Folded returns the offset in t.S of the first byte that came from offset src
// of the source or from behind it. It is the inverse of Source for starts.
func (t Text) Folded(src int) int {
	if src <= t.same {
		return max(src, 0)
	}
	return t.same + sort.Search(len(t.from), func(i int) bool { return int(t.from[i]) >= src })
}

// unchanged returns the length of the longest prefix of s that folding surely
// leaves as it is. It ends on a rune boundary.
func unchanged(s string) int {
	table := simplified()
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f || 'A' <= c && c <= 'Z' || c == ' ' && i > 0 && s[i-1] == ' ' {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !plainHan(r, table) && r != '。' && r != '、' && r != '《' && r != '》' {
			return i
		}
		i += size
	}
	return len(s)
}

// plainHan reports whether r is a Han character that folds to itself.
func plainHan(r rune, table *simplifiedTable) bool {
	return hanFirst <= r && r <= hanLast && table[r-hanFirst] == 0
}

// A folder appends folded runes to out and, when keep is set, the offset of the
// rune that each byte came from to from.
type folder struct {
	out  []byte
	from []int32
	keep bool
}

// fold folds s from offset start on.
func (f *folder) fold(s string, start int) {
	table := simplified()
	for i := start; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case r < utf8.RuneSelf, hanFirst <= r && r <= hanLast:
			f.emit(r, i, table)
		case fullFirst <= r && r <= fullLast:
			f.emit(r-fullFirst+'!', i, table)
		default:
			f.compatible(s[i:i+size], i, table)
		}
		i += size
	}
}

// The full-width twins of the ASCII characters from ! to ~.
const (
	fullFirst = '！'
	fullLast  = '～'
)

// compatible emits what s, one rune that is neither ASCII nor a common Han
// character, stands for.
func (f *folder) compatible(s string, at int, table *simplifiedTable) {
	r, _ := utf8.DecodeRuneInString(s)
	if r != utf8.RuneError && !unicode.IsSpace(r) && norm.NFKC.QuickSpanString(s) < len(s) {
		s = norm.NFKC.String(s)
	}
	for _, c := range s {
		f.emit(c, at, table)
	}
}

// emit appends r, which is no compatibility form, unless it is to be dropped.
func (f *folder) emit(r rune, at int, table *simplifiedTable) {
	switch {
	case 'A' <= r && r <= 'Z':
		r += 'a' - 'A'
	case '!' <= r && r < 0x7f:
	case hanFirst <= r && r <= hanLast:
		if t := table[r-hanFirst]; t != 0 {
			r = rune(t)
		}
	case unicode.IsSpace(r):
		if n := len(f.out); n > 0 && f.out[n-1] == ' ' {
			return
		}
		r = ' '
	case dropped(r):
		return
	default:
		r = unify(unicode.ToLower(r))
	}
	n := len(f.out)
	f.out = utf8.AppendRune(f.out, r)
	if f.keep {
		for ; n < len(f.out); n++ {
			f.from = append(f.from, int32(at))
		}
	}
}

// dropped reports whether r is invisible: a control or format character or a
// variation selector.
func dropped(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// unify gives quotation marks, dashes and middle dots one form each.
func unify(r rune) rune {
	switch r {
	case '“', '”', '„', '‟', '«', '»', '〝', '〞':
		return '"'
	case '‘', '’', '‚', '‛', '′':
		return '\''
	case '⁄', '∕':
		return '/'
	case '‐', '‑', '‒', '–', '—', '―', '−', '─':
		return '-'
	case '•', '‧', '・', '⋅', '∙':
		return '·'
	}
	return r
}
