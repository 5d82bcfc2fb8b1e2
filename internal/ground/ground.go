package ground

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
)

// Limits of a sentence.
const (
	MaxRunes   = 200  // longer sentences are refused
	MaxNovelty = 0.45 // share of Han bigrams that no cited clause has
)

// A Clause is what a sentence may rest on. All texts are as the plan writes
// them; the zero Clause supports nothing.
type Clause struct {
	Text  string // the verbatim words, marks included or not
	Label string // heading path in the plan's words, for names of sections

	Leads, Support, Responsible, Implementers []string

	// Facts are further true words. A fact that is only a date ("到2027年")
	// holds for all words of Text that have no date of their own. Marks inside
	// a fact bind the words before them to the units they name, so that the
	// full text of a sentence that several marks share may stand here.
	Facts []string
}

// A Kind says which rule a sentence breaks. It is one of a fixed set, fit for
// a metric's label.
type Kind string

// The kinds of refusal.
const (
	KindEmpty     Kind = "empty"     // nothing is said
	KindLength    Kind = "length"    // more than MaxRunes
	KindCharacter Kind = "character" // hidden, or no character of Chinese prose
	KindMarkup    Kind = "markup"    // link, address, markup, handle
	KindPerson    Kind = "person"    // first or second person, a question
	KindUncited   Kind = "uncited"   // no clause is cited
	KindNumber    Kind = "number"    // no such value and unit
	KindBound     Kind = "bound"     // 以上, 左右, 稳定在, … of a value lost, added or flipped
	KindSubject   Kind = "subject"   // the value is another thing's
	KindDate      Kind = "date"
	KindAgency    Kind = "agency" // no such unit, or not in this clause
	KindLead      Kind = "lead"   // the unit is not this clause's lead
	KindRole      Kind = "role"   // the unit has another part than said
	KindPlace     Kind = "place"
	KindQuote     Kind = "quote"
	KindNegation  Kind = "negation"
	KindDirection Kind = "direction" // 提高, 下降, 新建, 淘汰, …
	KindModality  Kind = "modality"  // 力争, 鼓励, 探索, 基本, 全面, …
	KindOrder     Kind = "order"     // the clause's words, put together anew
	KindWord      Kind = "word"      // words that no cited clause has
	KindNovelty   Kind = "novelty"   // too few of the clause's words
)

// A Verdict says whether a sentence may be shown and, if not, why.
type Verdict struct {
	OK    bool
	Kind  Kind   // "" when OK
	Words string // the offending words, folded; may be empty
}

// Why is the kind of refusal with the offending words; "" for OK.
func (v Verdict) Why() string {
	if v.Words == "" {
		return string(v.Kind)
	}
	return string(v.Kind) + ": " + v.Words
}

func refuse(k Kind, words string) Verdict { return Verdict{Kind: k, Words: words} }

var pass = Verdict{OK: true}

// A Gate knows agencies and places. It is immutable and safe for concurrent
// use.
type Gate struct {
	units    map[rune][]unitName // by first rune, longer names first
	ids      map[string]string   // every name of a unit to its id
	places   *corpus.Places
	synonyms map[rune][]synonym
}

// New returns a gate for the units of lex and of the clauses of plans. Both may
// be empty; units that only a cited [Clause] names are known as it writes them.
func New(lex *corpus.Lexicon, plans []*corpus.Plan) *Gate {
	g := &Gate{
		units:    map[rune][]unitName{},
		ids:      map[string]string{},
		places:   corpus.Gazetteer(),
		synonyms: map[rune][]synonym{},
	}
	if lex != nil {
		for _, a := range lex.Agencies {
			g.addAgency(a)
		}
		g.addSynonyms(lex.Synonyms)
	}
	for _, p := range plans {
		for i := range p.Clauses {
			g.addUnits(&p.Clauses[i])
		}
	}
	for _, names := range g.units {
		slices.SortStableFunc(names, func(a, b unitName) int { return cmp.Compare(len(b.text), len(a.text)) })
	}
	return g
}

// Check decides whether sentence may be shown as resting on the cited clauses.
// It never panics, whatever the strings hold, and takes time proportional to
// the product of their lengths.
func (g *Gate) Check(sentence string, cited []Clause) Verdict {
	if v := screen(sentence, cited); !v.OK {
		return v
	}
	r := newReader(g, cited)
	var clauses []*evidence
	for i := range cited {
		clauses = append(clauses, r.evidence(&cited[i]))
	}
	c := &checker{said: r.sentence(sentence), clauses: clauses}
	for _, rule := range []func() Verdict{c.quotes, c.dates, c.segments, c.novelty} {
		if v := rule(); !v.OK {
			return v
		}
	}
	return pass
}

// screen refuses by the raw characters alone.
func screen(sentence string, cited []Clause) Verdict {
	trimmed := strings.TrimSpace(sentence)
	switch {
	case trimmed == "":
		return refuse(KindEmpty, "")
	case utf8.RuneCountInString(trimmed) > MaxRunes:
		return refuse(KindLength, "")
	case len(cited) == 0:
		return refuse(KindUncited, "")
	}
	for _, r := range trimmed {
		if !plainRune(r) && !citedRune(r, cited) {
			return refuse(KindCharacter, printable(r))
		}
	}
	if m := markup.FindString(strings.ToLower(trimmed)); m != "" {
		return refuse(KindMarkup, m)
	}
	for _, w := range persons {
		if strings.Contains(trimmed, w) && !citedWord(w, cited) {
			return refuse(KindPerson, w)
		}
	}
	return pass
}
