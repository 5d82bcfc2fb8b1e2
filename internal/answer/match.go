package answer

import (
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// A unit is one thing of a plan that can answer: a clause or a target.
type unit struct {
	plan   int // index in Engine.plans
	clause int // index in Plan.Clauses; -1 for a target
	target int // index in Plan.Targets; -1 for a clause
	own    string
	around string // titles, and for a target the words around it
}

// bitset is a set of units.
type bitset []uint64

func (b bitset) has(i int) bool { return len(b) > i>>6 && b[i>>6]&(1<<(i&63)) != 0 }

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// A gram is where two runes stand side by side.
type gram struct{ own, around bitset }

// A matcher says how much of a topic the words of a unit explain. It is
// immutable after newMatcher.
type matcher struct {
	units    []unit
	grams    map[[2]rune]*gram
	runes    map[rune]bitset // in own texts
	synonyms map[string][]meaning
	logN     float64
}

// A meaning is a plan's wording for a staff word.
type meaning struct {
	wording  string // folded
	relation corpus.Relation
}

func newMatcher(plans []*corpus.Plan, lex *corpus.Lexicon) *matcher {
	m := &matcher{grams: map[[2]rune]*gram{}, runes: map[rune]bitset{}, synonyms: make(map[string][]meaning, len(lex.Synonyms))}
	for i, p := range plans {
		m.addPlan(i, p)
	}
	words := (len(m.units) + 63) / 64
	for i, u := range m.units {
		m.addText(i, words, u.own, true)
		m.addText(i, words, u.around, false)
	}
	m.logN = math.Log(1 + float64(max(len(m.units), 1)))
	for _, s := range lex.Synonyms {
		w := fold.String(s.Word)
		m.synonyms[w] = append(m.synonyms[w], meaning{fold.String(s.Wording), s.Relation})
	}
	return m
}

func (m *matcher) addPlan(i int, p *corpus.Plan) {
	for j, c := range p.Clauses {
		text := c.Quote.In(p.Text)
		if !c.Sentence.Empty() {
			text = c.Head.In(p.Text) + text + " " + c.Tail.In(p.Text)
		}
		m.units = append(m.units, unit{i, j, -1, fold.String(text), fold.String(titles(p, c.Section))})
	}
	for j, t := range p.Targets {
		own := t.Indicator
		if t.ScopeStated {
			own = t.Scope + " " + own
		}
		own += " " + t.Wording
		around := t.Quote.In(p.Text) + " " + strings.Join(t.Places, " ") + " " + titles(p, t.Section)
		m.units = append(m.units, unit{i, -1, j, fold.String(own), fold.String(around)})
	}
}

// titles returns the titles of section s and of all around it.
func titles(p *corpus.Plan, s int) string {
	var out []string
	for ; s >= 0; s = p.Sections[s].Parent {
		if k := p.Sections[s].Kind; k != corpus.KindTargets && k != corpus.KindMeasures {
			out = append(out, p.Sections[s].Title)
		}
	}
	return strings.Join(out, " ")
}

func (m *matcher) addText(i, words int, text string, own bool) {
	var last rune
	for _, r := range text {
		if own && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b := m.runes[r]
			if b == nil {
				b = make(bitset, words)
				m.runes[r] = b
			}
			b[i>>6] |= 1 << (i & 63)
		}
		if last != 0 {
			g := m.grams[[2]rune{last, r}]
			if g == nil {
				bits := make(bitset, 2*words)
				g = &gram{bits[:words:words], bits[words:]}
				m.grams[[2]rune{last, r}] = g
			}
			if own {
				g.own[i>>6] |= 1 << (i & 63)
			} else {
				g.around[i>>6] |= 1 << (i & 63)
			}
		}
		last = r
	}
}

// known reports whether a unit's own words have a and b side by side.
func (m *matcher) known(a, b rune) bool { return m.grams[[2]rune{a, b}] != nil }

// What a rune of a topic is explained by, and how well.
const (
	byOwn    = 1.0
	byAround = 0.75
	byRune   = 0.35 // the rune alone, where few units have it
	byCommon = 0.12
	byPieces = 0.5 // pieces of a word that means another thing as a whole
)

// limit keeps credits from exceeding most.
func limit(credit []float64, most float64) {
	for i := range credit {
		credit[i] = min(credit[i], most)
	}
}

func byRelation(r corpus.Relation) float64 {
	switch r {
	case corpus.Same:
		return 1
	case corpus.Narrower:
		return 0.95
	case corpus.Broader:
		return 0.9
	}
	return 0.7
}

// A topic is the words of a question made ready for matching.
type topic struct {
	text     []rune
	words    []question.Word
	weight   []float64 // of each rune, rarity included; 0 between words
	heavy    []bool    // runes of content words
	grams    []*gram   // of runes i and i+1; nil when no unit has them
	runes    []bitset
	synonyms []synonymAt
	total    float64
	content  float64 // weight of content without rarity
}

type synonymAt struct {
	start, end int
	meanings   []sense
	whole      sense // the word itself
}

// A sense is a meaning with the units that may have its wording: those that
// have every pair of its runes.
type sense struct {
	meaning
	own, around bitset
}

func (m *matcher) sense(mean meaning) sense {
	s := sense{meaning: mean}
	var last rune
	for _, r := range mean.wording {
		if last != 0 {
			g := m.grams[[2]rune{last, r}]
			if g == nil {
				return sense{meaning: mean}
			}
			s.own, s.around = and(s.own, g.own), and(s.around, g.around)
		}
		last = r
	}
	return s
}

// and returns the common part of two sets; a nil set is no limit yet.
func and(a, b bitset) bitset {
	if a == nil {
		return slices.Clone(b)
	}
	for i := range a {
		a[i] &= b[i]
	}
	return a
}

// says reports whether unit u has the wording in its own words, or around.
func (m *matcher) says(s sense, u int) (own, around bool) {
	own = s.own.has(u) && strings.Contains(m.units[u].own, s.wording)
	around = !own && s.around.has(u) && strings.Contains(m.units[u].around, s.wording)
	return own, around
}

// topic prepares the folded words of a question.
func (m *matcher) topic(r *question.Reader, s string) *topic {
	t := &topic{text: []rune(s)}
	n := len(t.text)
	t.weight, t.grams, t.runes, t.heavy = make([]float64, n), make([]*gram, n), make([]bitset, n), make([]bool, n)
	for i, c := range t.text {
		t.runes[i] = m.runes[c]
		if i+1 < n {
			t.grams[i] = m.grams[[2]rune{c, t.text[i+1]}]
		}
	}
	r.SynonymWords(t.text, func(start, end int, word string) {
		if ms := m.synonyms[word]; len(ms) > 0 {
			at := synonymAt{start, end, make([]sense, len(ms)), m.sense(meaning{wording: word})}
			for i, mean := range ms {
				at.meanings[i] = m.sense(mean)
			}
			t.synonyms = append(t.synonyms, at)
		}
	})
	t.words = r.Words(t.text)
	brief := brief(t.words)
	for _, w := range t.words {
		each := w.Weight
		if brief && each == question.WeightLight {
			each = weightLightBrief
		}
		if w.End-w.Start == 1 && each == 1 {
			each = m.loneWeight(t, w.Start)
		}
		if n := w.End - w.Start; w.Latin && n > 3 {
			each *= 3 / float64(n) // a Latin word is not worth more for being long
			if n > acronym && m.grams[[2]rune{t.text[w.Start], t.text[w.Start+1]}] == nil && !t.translated(w) {
				each *= 0.1 // an English word that no plan can have
			}
		}
		for i := w.Start; i < w.End; i++ {
			t.weight[i] = each * m.rarity(t, i)
			t.heavy[i] = w.Weight >= weightOfContent || brief && w.Weight == question.WeightLight && t.leads(w)
			if strings.ContainsRune(particles, t.text[i]) {
				t.weight[i] *= particle
				t.heavy[i] = false
			}
			t.total += t.weight[i]
			if w.Weight >= weightOfContent {
				t.content += each
			}
		}
	}
	return t
}

const weightOfContent = 0.6

// particles stay in a topic where a plan has them beside the same character
// (重要), and count for little there.
const (
	particles = "的要是在了有和与及等为将已中里内上下又都对搞"
	particle  = 0.15
)

// leads reports whether a word stands in front of another one: 绿色 in 绿色矿山
// tells which, 建设 in 矿山建设 tells nothing.
func (t *topic) leads(w question.Word) bool { return w.End < len(t.text) && t.text[w.End] != ' ' }

// weightLightBrief is what a rune of a light word counts for in a topic with
// hardly anything else: 国家公园 is not any 公园.
const weightLightBrief = 0.8

// brief reports whether a topic has few content words.
func brief(words []question.Word) bool {
	n := 0
	for _, w := range words {
		if w.Weight > weightOfContent { // what a value is of (比例) tells nothing either
			n += w.End - w.Start
		}
	}
	return n < briefRunes
}

const briefRunes = 4

// What a character that stands alone counts for. Such characters are mostly
// what is left of colloquial verbs (扔, 卖), unless some units speak of them
// (湖, 猪).
const (
	loneKnown   = 0.6
	loneUnknown = 0.15
)

func (m *matcher) loneWeight(t *topic, i int) float64 {
	if len(t.text) == 1 {
		return 1
	}
	if n := t.runes[i].count(); n > 0 && 8*n <= len(m.units) {
		return loneKnown
	}
	return loneUnknown
}

// acronym is how long names such as VOCs are at most; longer Latin words are
// English ones.
const acronym = 4

// translated reports whether the lexicon has the word.
func (t *topic) translated(w question.Word) bool {
	return slices.ContainsFunc(t.synonyms, func(s synonymAt) bool { return s.start <= w.Start && s.end >= w.End })
}

// rarity is the part of an inverse document frequency that rune i gets from
// the rarer of its two pairs: 1 for what no unit or one unit has, less for
// what many have.
func (m *matcher) rarity(t *topic, i int) float64 {
	df := 0
	for _, j := range []int{i - 1, i} {
		if j < 0 || t.grams[j] == nil {
			continue
		}
		if n := t.grams[j].own.count(); n > 0 && (df == 0 || n < df) {
			df = n
		}
	}
	if df == 0 {
		return 0.9
	}
	return 0.3 + 0.7*math.Log(1+float64(len(m.units))/float64(df))/m.logN
}

// Evidence is what one unit explains of a topic.
type evidence struct {
	unit    int
	rank    float64 // see score
	cover   float64 // 0 to 1: the share of the topic's weight that is explained
	own     float64 // the same, by the unit's own words and true synonyms alone
	solid   float64 // the share of the content words alone that is explained
	run     int     // runes of the longest part of the topic that stands in the unit
	specify float64 // targets: the share of the indicator that the topic names
	related string  // the staff word that is only related to what was found
	missing []string
	must    bool // an aspect that must be there is missing
	strange int  // runes of content words that the unit's own words lack altogether
}

// explain returns what unit u explains of t.
func (m *matcher) explain(t *topic, u int, credit []float64) evidence {
	e := evidence{unit: u}
	n := len(t.text)
	own := credit[n : 2*n]
	credit = credit[:n]
	clear(credit)
	clear(own)
	run := 1
	for i := range n {
		if b := t.runes[i]; b != nil && b.has(u) && t.weight[i] > 0 {
			credit[i] = byCommon
			if n == 1 {
				credit[i] = byOwn // a question of one character: 湖
			} else if 8*b.count() <= len(m.units) {
				credit[i] = byRune
			}
			own[i] = credit[i]
		}
	}
	for i := 0; i+1 < n; i++ {
		g := t.grams[i]
		switch {
		case g == nil || t.weight[i] == 0 || t.weight[i+1] == 0:
			run = 1
		case g.own.has(u):
			own[i], own[i+1] = byOwn, byOwn
			credit[i], credit[i+1] = byOwn, byOwn
			run++
			e.run = max(e.run, run)
		case g.around.has(u):
			credit[i], credit[i+1] = max(credit[i], byAround), max(credit[i+1], byAround)
			run = 1
		default:
			run = 1
		}
	}
	m.bySynonyms(t, &e, credit, own)
	e.sum(t, credit, own)
	if e.cover >= worthDetail {
		// A clause is named by its titles too, a target only by itself; and what
		// a light word tells (绿色) must be told of the clause itself.
		by := own
		if m.units[u].clause >= 0 {
			for _, w := range t.words {
				if w.Weight != question.WeightLight {
					copy(by[w.Start:w.End], credit[w.Start:w.End])
				}
			}
		}
		e.detail(t, credit, by, m.units[u])
	}
	return e
}

// worthRanking is the cover below which a unit has nothing to do with a topic.
const worthRanking = 0.15

// worthDetail is the cover from which on it is worked out what a unit lacks;
// units below it are never the answer.
const worthDetail = 0.4

func (m *matcher) bySynonyms(t *topic, e *evidence, credit, explained []float64) {
	for _, s := range t.synonyms {
		best, inOwn := 0.0, false
		related := false
		for _, mean := range s.meanings {
			own, around := m.says(mean, e.unit)
			if !own && !around {
				continue
			}
			v := byRelation(mean.relation)
			if around {
				v *= byAround
			}
			if v > best {
				best, inOwn = v, own
				related = mean.relation == corpus.Related
			}
		}
		if best == 0 {
			if own, around := m.says(s.whole, e.unit); !own && !around && s.end-s.start > 2 {
				limit(credit[s.start:s.end], byPieces)
				limit(explained[s.start:s.end], byPieces)
			}
			continue
		}
		lifted := false
		for i := s.start; i < s.end; i++ {
			if best > credit[i] {
				credit[i] = best
				lifted = true
			}
			if inOwn {
				explained[i] = max(explained[i], best)
			}
		}
		if lifted && related {
			e.related = string(t.text[s.start:s.end])
		}
		if inOwn {
			e.run = max(e.run, min(s.end-s.start, 4))
		}
	}
}

// sum adds up what is explained.
func (e *evidence) sum(t *topic, credit, own []float64) {
	if t.total == 0 {
		return
	}
	heavy := 0.0
	for i, w := range t.weight {
		e.cover += w * credit[i]
		e.own += w * own[i]
		if t.heavy[i] {
			heavy += w
			e.solid += w * credit[i]
		}
	}
	e.cover /= t.total
	e.own /= t.total
	if heavy > 0 {
		e.solid /= heavy
	} else {
		e.solid = e.cover
	}
}

// detail works out what is not explained.
func (e *evidence) detail(t *topic, credit, by []float64, un unit) {
	text := un.own
	if un.clause >= 0 {
		text += "," + un.around
	}
	e.strange = t.strange(e.unit, by, text, un.clause >= 0)
	for _, w := range t.words {
		if w.Weight < weightOfContent {
			continue
		}
		if w.Must {
			e.must = e.must || !hasAspect(un.own, string(t.text[w.Start:w.End]))
			continue
		}
		from := -1
		for i := w.Start; i <= w.End; i++ {
			if i < w.End && credit[i] < byRune {
				if from < 0 {
					from = i
				}
				continue
			}
			if from >= 0 && i-from >= 2 || from == w.Start && i == w.End {
				e.missing = append(e.missing, string(t.text[from:i]))
			}
			from = -1
		}
	}
}

// aspects are words for one aspect: a clause that has one of them speaks of it.
var aspects = [][]string{
	{"补贴", "补助", "奖励", "奖补", "资助", "扶持", "奖金"},
	{"电话", "联系电话", "咨询电话", "联系方式", "热线"},
	{"配合单位", "配合部门", "配合", "参与单位", "参与部门", "协办", "协办单位"},
}

// hasAspect reports whether a clause speaks of an aspect.
func hasAspect(text, word string) bool {
	if strings.Contains(text, word) {
		return true
	}
	for _, group := range aspects {
		if slices.Contains(group, word) {
			return slices.ContainsFunc(group, func(w string) bool { return strings.Contains(text, w) })
		}
	}
	return false
}

// strange counts what a unit lacks of the content words altogether: runes, pairs
// within a word that the plan has elsewhere, and words of which it has only
// scattered pieces.
func (t *topic) strange(u int, own []float64, text string, titles bool) int {
	n := t.apart(own, text)
	for _, w := range t.words {
		if w.Must {
			continue
		}
		for i := w.Start; i < w.End && w.End-w.Start > 1; i++ {
			if !t.heavy[i] {
				continue
			}
			if own[i] == 0 {
				n++
				continue
			}
			if i+1 == w.End || !t.heavy[i+1] || min(own[i], own[i+1]) >= 0.7 {
				continue
			}
			if g := t.grams[i]; g != nil && !g.own.has(u) && !(titles && g.around.has(u)) {
				n++
			}
		}
	}
	return n
}

// apart counts the words of which a unit has the pieces only far from each
// other: 人工智能 is not 人工繁育…智能分析.
func (t *topic) apart(own []float64, text string) int {
	n := 0
	for _, w := range t.words {
		if w.End-w.Start < 4 || !t.heavy[w.Start] || w.Latin || strings.Contains(text, string(t.text[w.Start:w.End])) {
			continue
		}
		if t.saidAs(w, text) || inOrder(text, t.text[w.Start:w.End]) {
			continue
		}
		from := w.Start
		left := ""
		for i := w.Start + 1; i <= w.End; i++ {
			if i < w.End && strings.Contains(text, string(t.text[from:i+1])) {
				continue
			}
			piece := string(t.text[from:i])
			if i-from > 1 && strings.Contains(text, piece) {
				if left != "" && !closeBy(text, left, piece) {
					n++
				}
				left = piece
			}
			from = i
		}
	}
	return n
}

// saidAs reports whether a text has the plan's wording for a word.
func (t *topic) saidAs(w question.Word, text string) bool {
	return slices.ContainsFunc(t.synonyms, func(s synonymAt) bool {
		return s.start <= w.Start && s.end >= w.End && slices.ContainsFunc(s.meanings, func(m sense) bool { return strings.Contains(text, m.wording) })
	})
}

// closeBy reports whether a and b stand near each other in one part of a
// sentence.
func closeBy(text, a, b string) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，。;；", r) }) {
		for _, p := range [][2]string{{a, b}, {b, a}} {
			for i := strings.Index(part, p[0]); i >= 0; {
				rest := part[i+len(p[0]):]
				if j := strings.Index(rest, p[1]); j >= 0 && utf8.RuneCountInString(rest[:j]) <= nearRunes {
					return true
				}
				k := strings.Index(rest, p[0])
				if k < 0 {
					break
				}
				i += len(p[0]) + k
			}
		}
	}
	return false
}

// nearRunes is how far the pieces of a word may be from each other.
const nearRunes = 8

// maxGaps is how many pieces of a clause's own words may stand between those of
// a word that the question shortens: 粮食[生]产[功能]区利益补偿.
const maxGaps = 2

// inOrder reports whether a part of a sentence has the runes of word in order,
// with few and short gaps. Words that the part enumerates beside the first piece
// (钢铁、水泥、焦化等重点行业) are no gap: what follows is said of each of them.
func inOrder(text string, word []rune) bool {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(",，。;；", r) }) {
		runes := []rune(part)
		for i, r := range runes {
			if r == word[0] && orderedFrom(runes[i:], word) {
				return true
			}
		}
	}
	return false
}

// orderedFrom does what inOrder does from the first rune of a part on. It takes
// the earliest place for every rune.
func orderedFrom(part, word []rune) bool {
	at, gaps := 0, 0
	for i, r := range word {
		k := slices.Index(part[at:], r)
		if k < 0 {
			return false
		}
		if k > 0 && i > 0 {
			gap := part[at : at+k]
			if gaps++; gaps > maxGaps || len(gap) > nearRunes && !enumerates(gap) {
				return false
			}
		}
		at += k + 1
	}
	return true
}

// enumerates reports whether a gap goes on listing what stands before it: 、水泥、焦化等重点.
func enumerates(gap []rune) bool {
	return gap[0] == '、' && len(gap) <= 3*nearRunes && slices.Contains(gap, '等')
}

// rank explains the units and sorts them, best first. Ties keep the order of
// the plan.
func (m *matcher) rank(t *topic, units []int) []evidence {
	out := make([]evidence, 0, len(units))
	credit := make([]float64, 2*len(t.text))
	for _, u := range units {
		if e := m.explain(t, u, credit); e.cover >= worthRanking {
			e.rank = e.score(t)
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b evidence) int {
		switch {
		case a.rank > b.rank:
			return -1
		case a.rank < b.rank:
			return 1
		}
		return a.unit - b.unit
	})
	return out
}

// score orders evidence: what is explained, then by own words, then in one run.
func (e evidence) score(t *topic) float64 {
	return e.cover + 0.3*e.own + 0.1*float64(e.run)/float64(len(t.text)+1)
}

// partCover is how much of the topic a part of a clause explains, for choosing
// the part to name in a headline.
func (m *matcher) partCover(t *topic, part string) float64 {
	s := 0.0
	for i := 0; i+1 < len(t.text); i++ {
		if t.weight[i] > 0 && strings.Contains(part, string(t.text[i:i+2])) {
			s += t.weight[i]*t.weight[i] + t.weight[i+1]*t.weight[i+1]
		}
	}
	for _, y := range t.synonyms {
		for _, mean := range y.meanings {
			if strings.Contains(fold.String(part), mean.wording) {
				s += 2 * float64(y.end-y.start)
			}
		}
	}
	return s
}
