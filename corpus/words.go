package corpus

import "strings"

// A wordSet finds which of its words a text starts with, fast for many words.
type wordSet map[rune][]string

func newWordSet(lists ...[]string) wordSet {
	w := wordSet{}
	for _, list := range lists {
		for _, word := range list {
			r := firstRune(word)
			w[r] = append(w[r], word)
		}
	}
	return w
}

// longest returns the longest word that s starts with.
func (w wordSet) longest(s string) (best string, ok bool) {
	for _, word := range w[firstRune(s)] {
		if len(word) > len(best) && strings.HasPrefix(s, word) {
			best, ok = word, true
		}
	}
	return best, ok
}
