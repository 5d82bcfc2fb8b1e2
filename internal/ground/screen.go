package ground

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// markup finds what has no place in prose even when its characters do: links,
// addresses, handles of clauses in brackets of any kind.
var markup = regexp.MustCompile(`https?:|www\.|://|[a-z0-9-]+\.(?:com|cn|net|org|gov|edu|io|me|info|top|xyz|ru)\b|` +
	`[\[(（【〔]\s*(?:c|id|ref|来源|出处)?\s*[:：#]?\s*\d+(?:\.\d+)*\s*[\])）】〕]|\bc\d+\b`)

// persons are words of somebody who talks, and of questions.
var persons = []string{"我", "你", "您", "咱", "笔者", "本人", "小编", "请问", "作为一个", "作为AI", "？", "?"}

// prosePunctuation is all that a sentence may hold beside letters and digits.
const prosePunctuation = " ,.;:!?()%‰/-·、。，；：！？（）《》“”‘’「」『』—–…～％．＋﹪"

// plainRune reports whether r may stand in any sentence. Digits and letters of
// other scripts, enclosed and compatibility forms are left out, since they
// look like what they are not; full-width forms are common in Chinese typing.
func plainRune(r rune) bool {
	switch {
	case r < 0x80:
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(prosePunctuation, r)
	case 0x4E00 <= r && r <= 0x9FFF, 0x3400 <= r && r <= 0x4DBF, r == '〇', r >= 0x20000 && unicode.Is(unicode.Han, r):
		return true
	case 0xFF10 <= r && r <= 0xFF19, 0xFF21 <= r && r <= 0xFF3A, 0xFF41 <= r && r <= 0xFF5A:
		return true
	}
	return strings.ContainsRune(prosePunctuation, r)
}

// neverRunes are of addresses and markup, whoever wrote them: a summary leads
// nowhere and calls nobody.
const neverRunes = "@<>[]{}|\\`#*_~\uFFFD"

// citedRune reports whether r stands as it is in the evidence. What nobody
// sees is no evidence.
func citedRune(r rune, cited []Clause) bool {
	if !unicode.IsGraphic(r) || strings.ContainsRune(neverRunes, r) {
		return false
	}
	return citedWord(string(r), cited)
}

func citedWord(w string, cited []Clause) bool {
	for i := range cited {
		c := &cited[i]
		if strings.Contains(c.Text, w) || strings.Contains(c.Label, w) {
			return true
		}
		for _, f := range c.Facts {
			if strings.Contains(f, w) {
				return true
			}
		}
	}
	return false
}

// printable names a rune for the log without showing what it does.
func printable(r rune) string {
	if unicode.IsGraphic(r) {
		return string(r)
	}
	return fmt.Sprintf("%U", r)
}
