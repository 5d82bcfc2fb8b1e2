package eval

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/wence-qa/wence/internal/answer"
)

// A Verdict is the mark of one answer. The case is right when Faults is empty.
type Verdict struct {
	Faults []string
	Harm   bool // a reader would act on the answer and be wrong
}

// Right reports whether nothing is at fault.
func (v Verdict) Right() bool { return len(v.Faults) == 0 }

func (v *Verdict) fault(format string, args ...any) {
	v.Faults = append(v.Faults, fmt.Sprintf(format, args...))
}

// Mark gives the verdict on a, the answer to the last turn of c. text returns
// the text of a plan by its id, "" for a plan that is not known: every quote
// must stand in it to the letter. A nil text leaves that unchecked.
func Mark(c *Case, a *answer.Answer, text func(plan string) string) Verdict {
	m := marking{c: c, a: a, text: text}
	m.rule = c.Kind
	if c.As != "" {
		m.rule = c.As
	}
	for _, cite := range a.Citations {
		m.quotes = append(m.quotes, quote{cite.Quote, flat(cite.Quote), bare(cite.Quote)})
	}
	m.verbatim()
	m.echoes()
	m.wrongLeads()
	switch {
	case !c.Answerable:
		m.absent()
	case !a.Found:
		m.abstained()
	default:
		m.leads()
		m.values()
		m.count()
		m.cites()
		m.words()
	}
	return m.Verdict
}

// marking is one Mark in progress.
type marking struct {
	Verdict
	c      *Case
	a      *answer.Answer
	text   func(string) string
	rule   string
	quotes []quote
}

// A quote is cited text as it is, flat and bare.
type quote struct{ raw, flat, bare string }

func (m *marking) skipLeads() bool { return m.c.LeadCheck == "skip" }

func (m *marking) verbatim() {
	if m.text == nil {
		return
	}
	for _, c := range m.a.Citations {
		if c.Quote == "" || !strings.Contains(m.text(c.Plan), c.Quote) {
			m.fault("quote is not verbatim: %s", cut(c.Quote, 30))
		}
	}
}

func (m *marking) echoes() {
	for _, bad := range m.c.NotContain {
		if strings.Contains(m.a.Text, bad) || strings.Contains(m.a.Headline, bad) {
			m.fault("text echoes %s", bad)
		}
	}
}

func (m *marking) wrongLeads() {
	wrong := both(m.c.WrongLeads, m.a.Leads)
	if len(wrong) > 0 && !m.skipLeads() {
		m.fault("wrong lead %s", join(wrong))
		m.Harm = true
	}
}

// absent marks the answer to something that the plan does not say. Small talk
// may count as found as long as nothing is claimed.
func (m *marking) absent() {
	a := m.a
	claims := len(a.Leads) > 0 || len(a.Citations) > 0 || len(a.Values) > 0 || a.Count != nil
	if a.Found && (m.c.Sub != "chitchat" || claims) {
		m.fault("answered what the plan does not contain")
		m.Harm = true
	}
}

func (m *marking) abstained() {
	ok := m.c.AbstainOK == "yes" || m.c.AbstainOK == "cited" && m.cited() > 0
	if !ok {
		m.fault("not answered")
	}
}

func (m *marking) leads() {
	gold, got := m.c.Leads, m.a.Leads
	if len(gold) == 0 || m.skipLeads() {
		return
	}
	switch m.rule {
	case "lead", "compare", "multi-turn", "attack":
		extra := minus(got, gold)
		if len(extra) > 0 || len(minus(gold, got)) > 0 {
			m.fault("leads %s for %s", or(join(got), "none"), join(gold))
		}
		m.Harm = m.Harm || len(extra) > 0
		return
	}
	missing := minus(gold, got)
	if slices.ContainsFunc(missing, func(g string) bool { return !has(m.a.Text, g) }) {
		m.fault("lead missing: %s", join(missing))
	}
}

// values checks that the values asked for are given, for questions after one
// value in the headline itself, and that no neighbouring value is.
func (m *marking) values() {
	tight := slices.Contains([]string{"target", "deadline", "place", "count_in_text"}, m.rule)
	groups := slices.Clone(m.c.ValuesAny)
	for _, v := range m.c.Values {
		groups = append(groups, []string{v})
	}
	where := m.a.Headline
	if !tight {
		where = m.everything()
	}
	missed := misses(where, groups)
	if tight {
		if given := valuesText(m.a.Values); len(missed) > 0 && given != "" {
			m.Harm = m.Harm || len(misses(given, groups)) > 0
		}
		m.wrongValues(groups, len(missed) > 0)
	}
	missed = append(missed, misses(m.a.Headline, m.c.HeadAny)...)
	if len(missed) > 0 {
		m.fault("value missing: %s", strings.Join(missed, ", "))
	}
}

// everything is all that the answer shows.
func (m *marking) everything() string {
	parts := []string{m.a.Headline, m.a.Text}
	for _, q := range m.quotes {
		parts = append(parts, q.raw)
	}
	return strings.Join(parts, " ")
}

var negated = regexp.MustCompile(`(?:不是|并非|而非)[^,。;]*`)

func (m *marking) wrongValues(groups [][]string, missed bool) {
	said := negated.ReplaceAllString(fold(m.a.Headline), "")
	for _, v := range m.c.WrongValue {
		f := fold(v)
		inGold := slices.ContainsFunc(slices.Concat(groups...), func(g string) bool {
			return strings.Contains(fold(g), f)
		})
		if strings.Contains(said, f) && !inGold {
			m.fault("wrong value %s", v)
			m.Harm = m.Harm || missed
		}
	}
}

func (m *marking) count() {
	want, got := m.c.Count, m.a.Count
	switch {
	case want == nil || got != nil && *got == *want:
	case got != nil:
		m.fault("count %d for %d", *got, *want)
		m.Harm = true
	case m.rule == "count" && !states(m.a.Headline, *want),
		m.rule == "agency_tasks" && !states(m.a.Headline+m.a.Text, *want) && m.cited() < len(m.c.Cite):
		m.fault("count %d not given", *want)
	}
}

func (m *marking) cites() {
	want := m.c.Cite
	need := max(1, m.c.CiteRecall*float64(len(want)))
	if m.c.CiteAll {
		need = float64(len(want))
	}
	if got := m.cited(); len(want) > 0 && float64(got) < need {
		m.fault("cites %d of %d right clauses", got, len(want))
	}
	if len(want) > 0 && len(m.quotes) > 12+3*len(want) {
		m.fault("cites %d clauses where %d were asked for", len(m.quotes), len(want))
	}
	m.othersTasks()
	for _, c := range m.c.CiteNot {
		if m.holds(c) {
			m.fault("cites another context: %s", cut(c, 16))
		}
	}
}

// othersTasks checks that a list of an agency's tasks is not mostly those of
// others.
func (m *marking) othersTasks() {
	if m.c.Agency == "" || m.text == nil {
		return
	}
	own := 0
	for i, q := range m.quotes {
		named := slices.ContainsFunc(m.c.Cite, func(w string) bool { return q.holdsAny(m.wordings(w)) })
		if named || leadAfter(m.text(m.a.Citations[i].Plan), q.raw) == m.c.Agency {
			own++
		}
	}
	if 2*own < len(m.quotes) {
		m.fault("lists mostly tasks of others")
		m.Harm = true
	}
}

var (
	corrects = regexp.MustCompile(`不是|并非|不对|不准确|有误|不一样|而是|没有|未|不含|不属|应为|并不|不一致|不同|否`)
	missing  = regexp.MustCompile(`没|未|无|不含|不包|不涉及|不在|查不到|找不到`)
)

// words checks what the answer must say beside its data.
func (m *marking) words() {
	shown := m.a.Headline + m.a.Text
	if m.c.MustCorrect && !corrects.MatchString(shown) {
		m.fault("does not correct the false premise")
	}
	if m.c.AbsentPart != "" && !missing.MatchString(shown) {
		m.fault("does not say what is absent: %s", m.c.AbsentPart)
	}
}

// cited counts the wanted clauses that are quoted.
func (m *marking) cited() int {
	n := 0
	for _, w := range m.c.Cite {
		if slices.ContainsFunc(m.quotes, func(q quote) bool { return q.holdsAny(m.wordings(w)) }) {
			n++
		}
	}
	return n
}

// holds reports whether any quote has the wording w.
func (m *marking) holds(w string) bool {
	return slices.ContainsFunc(m.quotes, func(q quote) bool { return q.holds(w) })
}

// wordings are the accepted wordings of a wanted clause.
func (m *marking) wordings(w string) []string { return append([]string{w}, m.c.CiteAlt[w]...) }

func (q quote) holdsAny(ws []string) bool { return slices.ContainsFunc(ws, q.holds) }

// holds reports whether q has the wording w. A wording that holds a lead mark
// is not found where the mark is missing, unless the quote is nothing else.
func (q quote) holds(w string) bool {
	if strings.Contains(q.flat, flat(w)) {
		return true
	}
	if strings.Contains(w, "牵头单位") {
		return q.bare == bare(w)
	}
	return strings.Contains(q.bare, bare(w))
}

var leadMark = regexp.MustCompile(`牵头单位:([^;)]+)`)

// leadAfter is the lead of the first mark from the place where the quote
// begins, "" without one.
func leadAfter(text, quote string) string {
	at := strings.Index(text, quote)
	if at < 0 {
		return ""
	}
	if g := leadMark.FindStringSubmatch(text[at:]); g != nil {
		return g[1]
	}
	return ""
}

// misses returns the groups of which where has no member.
func misses(where string, groups [][]string) []string {
	var out []string
	folded := fold(where)
	for _, g := range groups {
		if !slices.ContainsFunc(g, func(v string) bool { return strings.Contains(folded, fold(v)) }) {
			out = append(out, strings.Join(g, "|"))
		}
	}
	return out
}

func has(text, want string) bool { return strings.Contains(fold(text), fold(want)) }

func valuesText(vs []answer.Value) string {
	var b strings.Builder
	for _, v := range vs {
		for _, part := range []string{v.Indicator, v.Text, v.Op, v.Number, v.Unit, v.Deadline} {
			fmt.Fprintf(&b, "'%s',", part) // the quotes keep neighbours apart
		}
	}
	return b.String()
}

// fold makes texts comparable that differ in width, case and white space only.
func fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if space(r) {
			return -1
		}
		return r
	}, norm.NFKC.String(s))
	return strings.ToLower(strings.ReplaceAll(s, "µ", "μ"))
}

// space is what counts as white space outside too: Unicode's, and the four
// information separators.
func space(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

const punctuation = "\u3000,，。．·;；:：、“”\"'‘’「」《》〈〉()（）[]【】〔〕!！?？—–-~～…"

// flat is fold without punctuation.
func flat(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(punctuation, r) {
			return -1
		}
		return r
	}, fold(s))
}

var markText = regexp.MustCompile(`\(牵头单位:[^()]*(?:\([^()]*\)[^()]*)*\)`)

// bare is flat without lead marks.
func bare(s string) string { return flat(markText.ReplaceAllString(fold(s), "")) }

// states reports whether s states the number n, in digits or in Chinese
// numerals, other than as an ordinal, a percentage or a part of a number.
func states(s string, n int) bool {
	digits := strconv.Itoa(n)
	if statesAs(s, digits, isNumberPart, isNumberTail) {
		return true
	}
	words := []string{numeral(n)}
	if n == 2 {
		words = append(words, "两")
	}
	return slices.ContainsFunc(words, func(w string) bool {
		return w != "" && statesAs(s, w, func(r rune) bool { return r == '第' }, func(rune) bool { return false })
	})
}

func isNumberPart(r rune) bool { return unicode.IsDigit(r) || r == '.' || r == '第' }
func isNumberTail(r rune) bool { return unicode.IsDigit(r) || r == '.' || r == '%' }

// statesAs reports whether w stands in s neither after a rune of before nor in
// front of one of after.
func statesAs(s, w string, before, after func(rune) bool) bool {
	for at := 0; ; {
		i := strings.Index(s[at:], w)
		if i < 0 {
			return false
		}
		i += at
		prev, n := utf8.DecodeLastRuneInString(s[:i])
		next, k := utf8.DecodeRuneInString(s[i+len(w):])
		if (n == 0 || !before(prev)) && (k == 0 || !after(next)) {
			return true
		}
		at = i + 1
	}
}

// numeral writes 0 ≤ n < 100 in Chinese, "" for others.
func numeral(n int) string {
	if n < 0 || n >= 100 {
		return ""
	}
	digits := []rune("零一二三四五六七八九")
	var b strings.Builder
	if n >= 20 {
		b.WriteRune(digits[n/10])
	}
	if n >= 10 {
		b.WriteRune('十')
	}
	if n%10 > 0 || n == 0 {
		b.WriteRune(digits[n%10])
	}
	return b.String()
}

// both returns the sorted distinct strings that are in a and in b.
func both(a, b []string) []string {
	return set(slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) }))
}

// minus returns the sorted distinct strings of a that are not in b.
func minus(a, b []string) []string {
	return set(slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) }))
}

func set(ss []string) []string {
	slices.Sort(ss)
	return slices.Compact(ss)
}

func join(ss []string) string { return strings.Join(set(slices.Clone(ss)), "/") }

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// cut returns at most n runes of s.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
