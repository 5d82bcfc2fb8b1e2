package ground

import (
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// A synonym is a word that may stand for a clause's wording.
type synonym struct{ word, wording []rune }

// addSynonyms takes the pairs of the lexicon that are safe in a statement: of
// the same meaning, without numerals, and the word written with characters of
// the wording, in their order. The others are how people ask, not how a plan
// may be retold.
func (g *Gate) addSynonyms(list []corpus.Synonym) {
	for _, s := range list {
		word, wording := []rune(fold.String(s.Word)), []rune(fold.String(s.Wording))
		if s.Relation != corpus.Same || !shortens(word, wording) {
			continue
		}
		g.synonyms[word[0]] = append(g.synonyms[word[0]], synonym{word, wording})
	}
}

// shortens reports whether word is wording with characters left out.
func shortens(word, wording []rune) bool {
	if len(word) < 2 || len(word) >= len(wording) {
		return false
	}
	k := 0
	for _, r := range wording {
		if k < len(word) && word[k] == r {
			k++
		}
	}
	for _, r := range string(wording) {
		if r < utf8.RuneSelf || digitLen(string(r)) > 0 {
			return false
		}
	}
	return k == len(word)
}

// synonymsAt yields the synonyms at token i whose wording the clause has.
func (e *evidence) synonymsAt(x *said, i int, yield func(piece)) {
	if x.t[i].kind != han {
		return
	}
	for _, s := range e.gate.synonyms[rune(x.t[i].sym)] {
		if !hasAt(x.t, i, s.word) {
			continue
		}
		var at []span
		for k := range e.t {
			if hasAt(e.t, k, s.wording) {
				at = append(at, span{k, k + len(s.wording)})
			}
		}
		if at != nil {
			yield(piece{span: span{i, i + len(s.word)}, kind: pieceSynonym, at: at})
		}
	}
}
