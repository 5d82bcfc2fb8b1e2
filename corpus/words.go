package corpus

import "strings"

// A wordSet finds which of its words a text starts with, fast for many words.
type wordSet struct {
	byFirst map[rune][]string
	may     [64]uint64 // bits of the first runes, modulo its size: a quick no
}

func newWordSet(words []string) *wordSet {
	w := &wordSet{byFirst: map[rune][]string{}}
	for _, word := range words {
		r := firstRune(word)
		w.byFirst[r] = append(w.byFirst[r], word)
		w.may[r/64%64] |= 1 << (r % 64)
	}
	return w
}

// longest returns the longest word that s starts with.
func (w *wordSet) longest(s string) (best string, ok bool) {
	r := firstRune(s)
	if w.may[r/64%64]&(1<<(r%64)) == 0 {
		return "", false
	}
	for _, word := range w.byFirst[r] {
		if len(word) > len(best) && strings.HasPrefix(s, word) {
			best, ok = word, true
		}
	}
	return best, ok
}
