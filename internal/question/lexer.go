package question

import (
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// A Reader reads questions. It is immutable and safe for concurrent use.
type Reader struct {
	lex     *corpus.Lexicon
	entries map[string]entry
	longest map[rune]int // the longest entry that begins with a rune, in runes
	known   func(a, b rune) bool
}

// An entry is what a word of the tables stands for.
type entry struct {
	class class
	ref   int // of an agency: index in lex.Agencies; of a synonym: in lex.Synonyms
	weak  bool
}

// A token is a run of runes of one class.
type token struct {
	class      class
	start, end int // runes of the folded text
	ref        int
}

// NewReader returns a Reader that knows the words of lex. known reports
// whether some plan has the runes a and b side by side; it keeps one-character
// words of the tables from being seen inside the plan's words. A nil known
// knows nothing.
func NewReader(lex *corpus.Lexicon, known func(a, b rune) bool) *Reader {
	if known == nil {
		known = func(a, b rune) bool { return false }
	}
	r := &Reader{lex: lex, entries: make(map[string]entry, 6000), longest: make(map[rune]int, 1500), known: known}
	for _, w := range lex.Light {
		r.add(w, entry{class: light})
	}
	for _, w := range lex.Fillers {
		r.add(w, entry{class: filler})
	}
	prefixes := map[class][]string{who: whoPrefixes, where: wherePrefixes}
	for c := who; c < classes; c++ {
		for w := range strings.FieldsSeq(forms[c]) {
			r.add(w, entry{class: c})
			for _, p := range prefixes[c] {
				r.add(p+w, entry{class: c})
			}
		}
	}
	for i, s := range lex.Synonyms {
		r.add(s.Word, entry{class: synonym, ref: i})
	}
	for i, a := range lex.Agencies {
		c := agency
		if strings.HasSuffix(a.Name, "人民政府") {
			c = locals
		}
		for _, n := range append([]string{a.Name, a.Full}, a.Aliases...) {
			r.add(n, entry{class: c, ref: i, weak: c == agency && !official(n)})
			if short := stem(n); c == agency && short != "" {
				r.addShort(short, entry{class: c, ref: i, weak: true})
			}
		}
	}
	return r
}

// official reports whether a name ends as names of offices do. Others (发改,
// 消防) are names of an agency only beside words of leading.
func official(name string) bool {
	if strings.HasPrefix(name, "省") {
		return true
	}
	for _, s := range []string{"厅", "局", "委", "办", "部门", "委员会", "办公室", "部", "公司", "总队", "分行", "总工会"} {
		if strings.HasSuffix(name, s) {
			return true
		}
	}
	return false
}

// stem is what people shorten an agency's name to: 林草 for 省林草局; "" when
// nothing is left to say.
func stem(name string) string {
	s := strings.TrimPrefix(name, "省")
	for _, suffix := range []string{"厅", "局", "委"} {
		if t, ok := strings.CutSuffix(s, suffix); ok && len([]rune(t)) >= 2 && len([]rune(t)) <= 4 {
			return t
		}
	}
	return ""
}

// addShort adds a shortened name unless the word means something already.
func (r *Reader) addShort(word string, e entry) {
	if _, taken := r.entries[fold.String(word)]; !taken {
		r.add(word, e)
	}
}

func (r *Reader) add(word string, e entry) {
	w := fold.String(word)
	if w == "" {
		return
	}
	r.entries[w] = e
	rs := []rune(w)
	r.longest[rs[0]] = max(r.longest[rs[0]], len(rs))
}

// A line is folded text, by rune and by byte.
type line struct {
	runes []rune
	str   string
	at    []int32 // where each rune begins in str, and its end
}

func newLine(runes []rune) line {
	l := line{runes: runes, str: string(runes), at: make([]int32, 0, len(runes)+1)}
	for i := range l.str {
		l.at = append(l.at, int32(i))
	}
	l.at = append(l.at, int32(len(l.str)))
	return l
}

// cut returns runes i to j.
func (l *line) cut(i, j int) string { return l.str[l.at[i]:l.at[j]] }

// tokens cuts folded text by longest match.
func (r *Reader) tokens(text []rune) []token {
	var out []token
	l := newLine(text)
	for i := 0; i < len(text); {
		t := r.tokenAt(&l, i)
		if n := len(out); t.class == content && n > 0 && out[n-1].class == content && !boundary(text, t.start) {
			out[n-1].end = t.end
		} else {
			out = append(out, t)
		}
		i = t.end
	}
	return out
}

// boundary reports whether a Latin word begins or ends at i.
func boundary(text []rune, i int) bool {
	return i > 0 && latin(text[i-1]) != latin(text[i])
}

func latin(c rune) bool { return c < 0x250 && (unicode.IsLetter(c) || unicode.IsDigit(c)) }

func (r *Reader) tokenAt(l *line, i int) token {
	text := l.runes
	c := text[i]
	for n := min(r.longest[c], len(text)-i); n > 0; n-- {
		e, ok := r.entries[l.cut(i, i+n)]
		if !ok || splitsWord(text, i, i+n) || r.inside(text, i, i+n, e.class) {
			continue
		}
		if e.weak && !r.besideLead(text, i, i+n) {
			continue
		}
		return token{e.class, i, i + n, e.ref}
	}
	if latin(c) {
		n := i + 1
		for n < len(text) && latin(text[n]) || n+1 < len(text) && text[n] == '.' && latin(text[n+1]) {
			n++
		}
		return token{content, i, n, 0}
	}
	if !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '%' && c != '℃' {
		return token{punct, i, i + 1, 0}
	}
	return token{content, i, i + 1, 0}
}

// splitsWord reports whether [i,j) would cut a Latin word in two.
func splitsWord(text []rune, i, j int) bool {
	return latin(text[i]) && i > 0 && latin(text[i-1]) || latin(text[j-1]) && j < len(text) && latin(text[j])
}

// inside reports whether the word [i,j) is part of a longer word of a plan: a
// character when the plan has it with one of its neighbours (要 in 重要), a
// longer word or one that joins when it has both (功能 in 声环境功能区).
func (r *Reader) inside(text []rune, i, j int, c class) bool {
	before := i > 0 && r.known(text[i-1], text[i])
	after := j < len(text) && r.known(text[j-1], text[j])
	switch {
	case c == synonym || c == agency || c == locals || c == light || c == filler && j-i > 1 || c == who:
		return false
	case j-i == 1 && !joiner(text[i]):
		return before || after
	}
	return before && after
}

// joiner reports whether r joins words, and so stands beside any.
func joiner(r rune) bool { return strings.ContainsRune("和与跟及同的了是在有", r) }

// besideLead reports whether the words around [i,j) are of leading or asking,
// so that a shortened name there is an agency's: 归商务, 林草牵头, 邮政还是商务.
func (r *Reader) besideLead(text []rune, i, j int) bool {
	before := string(text[max(0, i-2):i])
	for _, w := range []string{"归", "由", "是", "还是", "找", "属"} {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	for j < len(text) && strings.ContainsRune(" 都也要里的来该会", text[j]) {
		j++
	}
	if j == len(text) {
		return i == 0
	}
	for n := min(4, len(text)-j); n > 0; n-- {
		w := string(text[j : j+n])
		if w == "还是" || w == "那边" || w == "这边" || w == "口" {
			return true
		}
		if e, ok := r.entries[w]; ok {
			switch e.class {
			case leadVerb, what, leadNoun:
				return true
			case task, list, howMany:
				return i == 0
			}
		}
	}
	return false
}

// A Word is a part of a topic with what it counts for.
type Word struct {
	Start, End int     // runes of the topic
	Weight     float64 // of one rune
	Synonyms   []int   // indexes in Lexicon.Synonyms
	Latin      bool
	Must       bool // an aspect: the answer's clause must have it
}

// What a rune of a topic counts for.
const (
	weightContent = 1.0
	weightMeasure = 0.6
	WeightLight   = 0.25 // exported, since how much it counts depends on the rest
	weightTask    = 0.15
	weightFiller  = 0.04
)

// Words cuts a folded topic into words with weights. Synonyms overlap words:
// those of every synonym that stands in the topic are given, also inside a
// longer one.
func (r *Reader) Words(topic []rune) []Word {
	var out []Word
	for _, t := range r.tokens(topic) {
		w := Word{Start: t.start, End: t.end, Weight: weightContent, Latin: latin(topic[t.start])}
		switch t.class {
		case punct:
			continue
		case light:
			w.Weight = WeightLight
		case task, goal:
			w.Weight = weightTask
		case measure:
			w.Weight = weightMeasure
		case aspect:
			w.Must = true
		case content, synonym, agency, place, locals:
		case chit:
			// Small talk that is part of a topic names a thing: 旅游彩票.
			if t.end-t.start == 1 {
				w.Weight = weightFiller
			}
		default:
			w.Weight = weightFiller
		}
		out = append(out, w)
	}
	return out
}

// TrimLight cuts a light word off the end of a folded topic: 噪声 of 噪声治理.
func (r *Reader) TrimLight(topic string) (rest string, cut bool) {
	rs := []rune(topic)
	for n := min(4, len(rs)-2); n >= 2; n-- {
		if e := r.entries[string(rs[len(rs)-n:])]; e.class == light || e.class == task {
			return string(rs[:len(rs)-n]), true
		}
	}
	return topic, false
}

// SynonymWords calls f for every lexicon word that stands in text, longest
// first at each place.
func (r *Reader) SynonymWords(text []rune, f func(start, end int, word string)) {
	l := newLine(text)
	for i := range text {
		for n := min(r.longest[text[i]], len(text)-i); n > 0; n-- {
			s := l.cut(i, i+n)
			if e, ok := r.entries[s]; ok && e.class == synonym && !splitsWord(text, i, i+n) {
				f(i, i+n, s)
			}
		}
	}
}
