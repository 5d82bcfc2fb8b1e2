package question

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

const numeral = `[零〇一二三四五六七八九十百两\d]`

// A form is something that a regular expression sees: it is looked for only
// where one of its anchors stands, so that long messages cost little.
type form struct {
	anchors []string
	re      *regexp.Regexp // of what follows, from the anchor on
	before  []string       // words in front that belong to it
	first   [256]bool      // bytes that anchors begin with
}

func newForm(re string, anchors ...string) *form {
	f := &form{anchors: anchors, re: regexp.MustCompile("^(?:" + re + ")")}
	for _, a := range anchors {
		f.first[a[0]] = true
	}
	return f
}

var (
	yearForm    = newForm(`(20\d\d|二[〇零0]`+numeral+`{2})年?(?:底以?前|末以?前|以前|之前|年底|年末|底|末)?`, "20", "二〇", "二零", "二0").after("截至", "到", "至", "在")
	shortYear   = newForm(`(2[0-9]|二[一二三四五六七八九])年(?:底以?前|底|末|前)?`, "2", "二").after("截至", "到", "至")
	ordinalForm = newForm(`第(`+numeral+`{1,4})(?:大)?(项|个|章|条|款|节|部分|点)?(?:的)?(重点举措|主要目标|行动|举措|措施|任务|部分|目标)?`, "第")
	lastForm    = newForm(`最后(?:一)?(?:个|项|条)(?:的)?(行动)?`, "最后")
	actionForm  = newForm(`行动(`+numeral+`{1,3})(?:的|$)`, "行动")
	itemForm    = newForm(`(?:重点举措|举措|措施)(`+numeral+`{1,3})(?:条|项)?`, "重点举措", "举措", "措施")
	dottedForm  = regexp.MustCompile(`\d{1,2}(?:\.\d{1,3}){1,3}`)
	valueForm   = newForm(`百分之`+numeral+`+(?:点`+numeral+`+)?|\d+(?:\.\d+)?(?:%|‰)`, "百分之", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	amountForm  = newForm(`\d+(?:\.\d+)?(?:万|亿|千)?(?:平方公里|公里|亩|微克/立方米|微克|公顷|吨|个|家|条|项|头|座|公里)`, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
)

func (f *form) after(words ...string) *form {
	f.before = words
	return f
}

// Read reads one message.
func (r *Reader) Read(text string) Question {
	clean, cut := Clean(text)
	q := Question{Text: clean, Cut: cut}
	folded := fold.String(clean)
	if part := focus(folded); part != folded {
		q.Text, folded = part, part
	}
	masked := q.takeForms(folded)
	s := &scan{reader: r, q: &q, text: []rune(masked), str: masked}
	s.run()
	return q
}

// takeForms reads what regular expressions see and blanks it out, so that the
// tokens are of what is left.
func (q *Question) takeForms(s string) string {
	s = q.take(s, ordinalForm, func(m []string) bool {
		n, ok := number(m[1])
		if !ok || m[2] == "" && m[3] == "" { // 第二轮, 第一次
			return false
		}
		word := m[3]
		if word == "" {
			word = m[2]
		}
		q.addRef(n, word)
		return true
	})
	s = q.take(s, lastForm, func(m []string) bool {
		word := m[1]
		if word == "" {
			word = "条"
		}
		q.Sections = append(q.Sections, Ref{Path: []int{Last}, Word: word})
		return true
	})
	s = q.take(s, actionForm, func(m []string) bool {
		n, ok := number(m[1])
		if ok {
			q.addRef(n, "行动")
		}
		return ok
	})
	s = q.take(s, itemForm, func(m []string) bool {
		n, ok := number(m[1])
		if ok = ok && len(q.Sections) == 1 && len(q.Sections[0].Path) == 1; ok {
			q.Sections[0].Path = append(q.Sections[0].Path, n)
		}
		return ok
	})
	s = q.takeDotted(s)
	s = q.take(s, yearForm, func(m []string) bool { return q.addYear(m[1]) })
	s = q.take(s, shortYear, func(m []string) bool { return q.addYear("20" + digits(m[1])) })
	number := func(m []string) bool {
		n := m[0]
		if v, ok := fold.Number(n); ok {
			n = v
		}
		q.Numbers = append(q.Numbers, n)
		return true
	}
	s = q.take(s, valueForm, number)
	// A value to be checked is no word of the topic.
	check := strings.ContainsAny(s, "吗吧") || strings.Contains(s, "对不对") || strings.Contains(s, "是不是") || strings.Contains(s, "确认")
	return q.take(s, amountForm, func(m []string) bool { return number(m) && check })
}

// takeDotted reads ids such as 2.3 or 6.0.2. Numbers with a unit (45.22%) and
// parts of words (pm2.5) are none.
func (q *Question) takeDotted(s string) string {
	for _, loc := range slices.Backward(dottedForm.FindAllStringIndex(s, -1)) {
		before, _ := utf8.DecodeLastRuneInString(s[:loc[0]])
		after, _ := utf8.DecodeRuneInString(s[loc[1]:])
		if latin(before) || before == '.' || latin(after) || loc[1] < len(s) && strings.ContainsRune(".%‰℃", after) {
			continue
		}
		var path []int
		for d := range strings.SplitSeq(s[loc[0]:loc[1]], ".") {
			n, _ := number(d)
			path = append(path, n)
		}
		if path[0] == 0 || path[0] > 30 {
			continue
		}
		q.Sections = slices.Insert(q.Sections, 0, Ref{Path: path})
		s = s[:loc[0]] + " " + s[loc[1]:]
	}
	return s
}

// take calls f for every place of a form and blanks out those that f accepts.
func (q *Question) take(s string, form *form, f func(m []string) bool) string {
	var b strings.Builder
	last := 0
	for i := 0; i < len(s); {
		m := form.at(s, i)
		if m == nil {
			_, n := utf8.DecodeRuneInString(s[i:])
			i += n
			continue
		}
		end := i + len(m[0])
		if f(m) {
			b.WriteString(cutWord(s[last:i], form.before))
			b.WriteString(" ")
			last = end
		}
		i = end
	}
	if last == 0 {
		return s
	}
	b.WriteString(s[last:])
	return b.String()
}

// at returns the submatches of the form at offset i, nil when it is not there.
// A number is never met in its middle.
func (f *form) at(s string, i int) []string {
	if !f.first[s[i]] || !slices.ContainsFunc(f.anchors, func(a string) bool { return strings.HasPrefix(s[i:], a) }) {
		return nil
	}
	if i > 0 && digit(s[i]) && (digit(s[i-1]) || s[i-1] == '.') {
		return nil
	}
	return f.re.FindStringSubmatch(s[i:min(i+formBytes, len(s))])
}

// formBytes is how far a form can reach.
const formBytes = 80

func digit(b byte) bool { return '0' <= b && b <= '9' }

// cutWord drops the first of the words that s ends with.
func cutWord(s string, words []string) string {
	for _, w := range words {
		if t, ok := strings.CutSuffix(s, w); ok {
			return t
		}
	}
	return s
}

// addRef adds a number on the path: 第二项行动第3条 is one reference.
func (q *Question) addRef(n int, word string) {
	if k := len(q.Sections); k > 0 && inner(word) && !inner(q.Sections[k-1].Word) && len(q.Sections[k-1].Path) == 1 {
		q.Sections[k-1].Path = append(q.Sections[k-1].Path, n)
		return
	}
	q.Sections = append(q.Sections, Ref{Path: []int{n}, Word: word})
}

// inner reports whether word counts within a section.
func inner(word string) bool {
	switch word {
	case "条", "举措", "重点举措", "措施", "款", "点", "任务":
		return true
	}
	return false
}

func (q *Question) addYear(y string) bool {
	y = digits(y)
	if len(y) != 4 {
		return false
	}
	if !slices.Contains(q.Years, y) {
		q.Years = append(q.Years, y)
	}
	return true
}

// digits writes each Chinese digit as an ASCII one: 二〇二七 becomes 2027.
func digits(s string) string {
	var b strings.Builder
	for _, c := range s {
		if i := strings.IndexRune("零一二三四五六七八九", c); i >= 0 {
			c = rune('0' + i/3)
		} else if c == '〇' {
			c = '0'
		}
		b.WriteRune(c)
	}
	return b.String()
}

func number(s string) (int, bool) {
	v, ok := fold.Number(s)
	if !ok {
		return 0, false
	}
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' || n > 1e6 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}
