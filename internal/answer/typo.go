package answer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"github.com/wence-qa/wence/internal/fold"
)

// A speller finds the plan's words that sound like words of a question: 桔杆
// for 秸秆. It is immutable.
type speller struct {
	pairs  map[string][][2]rune // by the pinyin of both runes, "jie gan"
	after  map[rune][]rune      // runes that a plan has behind a rune
	before map[rune][]rune
}

// spelling is how a rune may be pronounced, without tones. It comes from
// github.com/mozillazg/go-pinyin (MIT), a table of Unihan's readings.
func spelling(r rune) []string {
	return pinyin.SinglePinyin(r, pinyin.Args{Heteronym: true, Style: pinyin.Normal})
}

func newSpeller(m *matcher) *speller {
	s := &speller{pairs: map[string][][2]rune{}, after: map[rune][]rune{}, before: map[rune][]rune{}}
	for pair, g := range m.grams {
		if g.own.count() == 0 || !unicode.Is(unicode.Han, pair[0]) || !unicode.Is(unicode.Han, pair[1]) {
			continue
		}
		s.after[pair[0]] = append(s.after[pair[0]], pair[1])
		s.before[pair[1]] = append(s.before[pair[1]], pair[0])
		for _, a := range spelling(pair[0]) {
			for _, b := range spelling(pair[1]) {
				s.pairs[a+" "+b] = append(s.pairs[a+" "+b], pair)
			}
		}
	}
	for _, l := range s.pairs {
		slices.SortFunc(l, func(a, b [2]rune) int { return slices.Compare(a[:], b[:]) })
	}
	for _, l := range []map[rune][]rune{s.after, s.before} {
		for _, rs := range l {
			slices.Sort(rs)
		}
	}
	return s
}

// respell returns text with the pairs of runes that no plan has written as the
// plan writes what sounds alike, and what was changed. Only pairs count that
// have a known pair on neither side, so that words the plan has stay.
func (s *speller) respell(m *matcher, text []rune) (_ []rune, changed []string) {
	out := slices.Clone(text)
	known := func(i int) bool { return i >= 0 && i+1 < len(out) && m.known(out[i], out[i+1]) }
	for i := 0; i+1 < len(out); i++ {
		if known(i) || !unicode.Is(unicode.Han, out[i]) || !unicode.Is(unicode.Han, out[i+1]) {
			continue
		}
		pair, ok := s.best(m, out, i)
		if !ok {
			continue
		}
		out[i], out[i+1] = pair[0], pair[1]
		changed = append(changed, string(pair[:]))
	}
	return out, changed
}

// best returns the pair that sounds most like runes i and i+1 of text and fits
// the runes around.
func (s *speller) best(m *matcher, text []rune, i int) (best [2]rune, ok bool) {
	score := 0
	consider := func(p [2]rune, points int) {
		if p[0] == text[i] {
			points += 2
		}
		if p[1] == text[i+1] {
			points += 2
		}
		if i > 0 && m.known(text[i-1], p[0]) {
			points += 2
		}
		if i+2 < len(text) && m.known(p[1], text[i+2]) {
			points += 2
		}
		if points > score {
			best, score = p, points
		}
	}
	for _, a := range spelling(text[i]) {
		for _, b := range spelling(text[i+1]) {
			for _, p := range s.pairs[a+" "+b] {
				consider(p, 4)
			}
		}
	}
	for _, r := range s.after[text[i]] {
		if near(text[i+1], r) {
			consider([2]rune{text[i], r}, 1)
		}
	}
	for _, r := range s.before[text[i+1]] {
		if near(text[i], r) {
			consider([2]rune{r, text[i+1]}, 1)
		}
	}
	return best, score >= goodSpelling
}

// goodSpelling is the points from which on a spelling is tried: two sounds
// alike, or one rune kept, one near, and a neighbour that fits.
const goodSpelling = 4

// stands reports whether the answer's own clauses have the respelled words in
// their surroundings: each changed rune with a neighbour on either side, three
// runes in a row. A word that only sounds like one of the plan's (医院, 一源)
// has not.
func (c *composer) stands(old, text []rune, a *Answer) bool {
	cited := ""
	for _, x := range a.Citations {
		cited += fold.String(x.Quote) + " "
	}
	for i := range text {
		if text[i] == old[i] {
			continue
		}
		three := false
		for j := max(0, i-2); j <= i && j+3 <= len(text); j++ {
			three = three || strings.Contains(cited, string(text[j:j+3]))
		}
		if !three {
			return false
		}
	}
	return true
}

// near reports whether two runes rhyme: nuan and ruan, biao and piao.
func near(a, b rune) bool {
	for _, x := range spelling(a) {
		for _, y := range spelling(b) {
			if fx := final(x); fx != "" && fx == final(y) && len(fx) > 1 {
				return true
			}
		}
	}
	return false
}

// final is a syllable without its initial consonants.
func final(s string) string { return strings.TrimLeft(s, "bpmfdtnlgkhjqxzcsryw") }

// respelled answers the question again with its words written as the plan
// writes what sounds alike, where the plain reading found nothing. It says so.
func (c *composer) respelled(first *Answer) *Answer {
	if first.Found || c.retried || c.q.Topic == "" || len(c.q.Absent) > 0 || len([]rune(c.q.Topic)) > 80 {
		return nil
	}
	switch first.Kind {
	case KindNone, KindClarify:
	default:
		return nil
	}
	e := c.engine
	text, changed := e.speller().respell(e.match, []rune(c.q.Topic))
	if len(changed) == 0 || len(changed) > 3 {
		return nil
	}
	old := []rune(c.q.Topic)
	said := fold.String(c.q.Text)
	for i := 0; i+1 < len(old); i++ {
		if old[i] != text[i] || old[i+1] != text[i+1] {
			said = strings.ReplaceAll(said, string(old[i:i+2]), string(text[i:i+2]))
		}
	}
	q := e.Read(said)
	q.Text, q.Cut, q.Carry, q.Plans = c.q.Text, c.q.Cut, c.q.Carry, c.q.Plans
	again := &composer{engine: e, ctx: c.ctx, req: c.req, q: q, retried: true}
	c.explain("按读音改写:%s", q.Topic)
	a := again.answer()
	c.steps = append(c.steps, again.steps...)
	if !a.Found || a.Confidence < surelySpelt || !again.stands(old, text, a) {
		return nil
	}
	a.Headline = fmt.Sprintf("按「%s」理解:%s", strings.Join(changed, "」「"), a.Headline)
	again.body(a)
	return a
}

// surelySpelt is the confidence from which on an answer to a respelled
// question is given: nothing else of it may stay unexplained.
const surelySpelt = 0.85
