package ground

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

type tokenKind uint8

const (
	han    tokenKind = iota
	latin            // a word of letters and digits
	number           // a numeral with its scale: 3000万, 四十五点二二, 百分之九十
	date             // 到2027年, 2024年底前
	unit             // an agency; "" the word of the trade is 单位
	place
	joint      // 、
	comma      // comma or colon
	innerComma // a comma within what counts as one segment
	semi       // semicolon
	stop       // full stop, or the end of a text of the evidence
	other      // any other mark
)

// A token is a word or a character of a folded text. Brackets, quotation marks
// and blanks are none: what stands in them is flagged.
type token struct {
	kind     tokenKind
	quoted   bool
	opens    bool // first of a quotation
	bracket  bool
	sym      int32  // equal for what is equal; a Han character's code point
	text     string // as folded; of a unit its id
	*numeral        // of a number
	day      *day   // of a date
}

// A numeral is what a number says.
type numeral struct {
	value   string // in ASCII digits: "30000000", "45.22%"
	measure string // the unit behind it, as one name
	spoken  bool   // in Chinese numerals
}

// A day is what a date says.
type day struct {
	year   string
	end    bool   // 年底, 年末
	before bool   // 前, 之前
	other  string // 起, 以来, 初, …: never left out or added
}

// allows reports whether a sentence may say d where the clause says c: the
// same or less.
func (c day) allows(d day) bool {
	if c.year != d.year || c.other != d.other {
		return false
	}
	if d.before && d.end != c.end {
		return false
	}
	return (!d.end || c.end) && (!d.before || c.before)
}

// quotes of a text: what stands between quotation marks, and whether these are
// those of a title.
type quotation struct {
	text  string
	title bool
}

// A reader makes tokens. It belongs to one Check, whose texts share symbols.
type reader struct {
	g     *Gate
	extra []unitName
	syms  map[string]int32
}

func newReader(g *Gate, cited []Clause) *reader {
	r := &reader{g: g, syms: map[string]int32{}}
	for i := range cited {
		c := &cited[i]
		for _, list := range [][]string{c.Leads, c.Support, c.Responsible, c.Implementers} {
			for _, name := range list {
				r.addUnit(fold.String(name))
			}
		}
	}
	slices.SortStableFunc(r.extra, func(a, b unitName) int { return len(b.text) - len(a.text) })
	return r
}

// addUnit makes a unit known that only a cited clause names.
func (r *reader) addUnit(name string) {
	if name == "" || r.g.ids[name] != "" || slices.ContainsFunc(r.extra, func(u unitName) bool { return u.text == name }) {
		return
	}
	r.extra = append(r.extra, unitName{name, name})
}

// id returns the id of a unit by any of its names.
func (r *reader) id(name string) string {
	name = fold.String(name)
	if id := r.g.ids[name]; id != "" {
		return id
	}
	return name
}

// firstSymbol is beyond the code points.
const firstSymbol = utf8.MaxRune + 1

func (r *reader) symbol(class, text string) int32 {
	key := class + text
	s, ok := r.syms[key]
	if !ok {
		s = firstSymbol + int32(len(r.syms))
		r.syms[key] = s
	}
	return s
}

// A lexer cuts one folded text.
type lexer struct {
	*reader
	s        string
	out      []token
	quotes   []quotation
	open     []openQuote
	opening  bool
	brackets int
	places   map[int]placeAt
	unclosed bool
}

type openQuote struct {
	closer rune
	at     int
}

type placeAt struct {
	name string // as written
	sym  string
}

// lex cuts a text that need not be folded, and appends its tokens to out.
func (r *reader) lex(out []token, s string) *lexer {
	l := &lexer{reader: r, s: fold.String(s), out: out}
	l.findPlaces()
	for i := 0; i < len(l.s); {
		i += l.next(i)
	}
	l.unclosed = len(l.open) > 0
	return l
}

// next makes the token at i and returns how many bytes it took, at least 1.
func (l *lexer) next(i int) int {
	rest := l.s[i:]
	c, size := utf8.DecodeRuneInString(rest)
	if n := l.lexWord(c, i, rest); n > 0 {
		return n
	}
	l.mark(c, i, size)
	return size
}

// startsMore are what dates, idioms and numbers start with.
var startsMore = runeSet(spokenDigits + otherDigits + "0123456789" + "截到至自从进统同单唯")

// lexWord makes the token at i when it is more than a character; most
// characters can start none.
func (l *lexer) lexWord(c rune, i int, s string) int {
	n := l.lexUnit(c, s)
	if n == 0 && startsMore[c] {
		if n = l.lexDate(s); n == 0 {
			n = l.lexIdiom(s)
		}
		if n == 0 && digitLen(s) > 0 {
			n = l.lexNumber(s)
		}
	}
	if n == 0 && l.places != nil {
		n = l.lexPlace(i)
	}
	if n == 0 && c < utf8.RuneSelf {
		n = l.lexLatin(s)
	}
	return n
}

func (l *lexer) emit(t token) {
	t.quoted, t.opens = len(l.open) > 0, l.opening
	l.opening = false
	t.bracket = l.brackets > 0
	l.out = append(l.out, t)
}

func (l *lexer) lexUnit(c rune, s string) int {
	name, ok := l.unitAt(c, s)
	if !ok {
		return 0
	}
	l.emit(token{kind: unit, text: name.id, sym: l.symbol("@", name.id)})
	return len(name.text)
}

func (l *lexer) unitAt(c rune, s string) (unitName, bool) {
	for _, u := range l.extra {
		if strings.HasPrefix(s, u.text) {
			return u, true
		}
	}
	for _, u := range l.g.units[c] {
		if strings.HasPrefix(s, u.text) {
			return u, true
		}
	}
	return unitName{}, false
}

// lexIdiom takes words in which a numeral counts nothing.
func (l *lexer) lexIdiom(s string) int {
	for _, w := range idioms {
		if strings.HasPrefix(s, w) {
			for _, c := range w {
				l.emit(token{kind: han, sym: c, text: string(c)})
			}
			return len(w)
		}
	}
	return 0
}

func (l *lexer) lexNumber(s string) int {
	n := scanNumber(s)
	if n == 0 {
		return 0
	}
	value, ok := numberValue(s[:n])
	if !ok {
		value = "?" + s[:n]
	}
	measure := measureOf(s[n:])
	if strings.HasSuffix(value, "%") || strings.HasSuffix(value, "‰") {
		measure = ""
	}
	l.emit(token{
		kind: number, text: s[:n], sym: l.symbol("#", value),
		numeral: &numeral{value, measure, !strings.ContainsAny(s[:n], "0123456789")},
	})
	return n
}

func (l *lexer) lexPlace(i int) int {
	p, ok := l.places[i]
	if !ok {
		return 0
	}
	l.emit(token{kind: place, text: p.name, sym: l.symbol("+", p.sym)})
	return len(p.name)
}

// findPlaces notes the places of the text. A city goes by its short and its
// full name; a province's short name may be a city's as well.
func (l *lexer) findPlaces() {
	for _, m := range l.g.places.Find(l.s) {
		if l.places == nil {
			l.places = map[int]placeAt{}
		}
		sym := m.Region.Name
		if m.Region.Name == m.Region.Province {
			sym = m.Name
		}
		l.places[m.Start] = placeAt{m.Name, sym}
	}
}

func (l *lexer) lexLatin(s string) int {
	n := 0
	for n < len(s) && ('a' <= s[n] && s[n] <= 'z' || n > 0 && '0' <= s[n] && s[n] <= '9') {
		n++
	}
	if n == 0 {
		return 0
	}
	if full, ok := abbreviations[s[:n]]; ok {
		for _, c := range full {
			l.emit(token{kind: han, sym: c, text: string(c)})
		}
		return n
	}
	l.emit(token{kind: latin, text: s[:n], sym: l.symbol("", s[:n])})
	return n
}

// mark takes a single character: Han, or a mark.
func (l *lexer) mark(c rune, at, size int) {
	if l.quote(c, at, size) {
		return
	}
	word := l.s[at : at+size]
	switch c {
	case ' ':
	case '(', '[', '{', '〔', '【':
		l.openBracket(at + size)
	case ')', ']', '}', '〕', '】':
		l.closeBracket()
	case '、':
		l.emit(token{kind: joint, sym: c, text: word})
	case ';':
		l.emit(token{kind: semi, sym: ',', text: word})
	case ',', ':':
		if c == ':' && l.afterLabel() {
			l.emit(token{kind: han, sym: '为', text: word})
			return
		}
		l.emit(token{kind: comma, sym: ',', text: word})
	case '。', '.', '!', '?':
		l.emit(token{kind: stop, sym: -1, text: word})
	case '…', '～':
		l.emit(token{kind: other, sym: c, text: word})
	default:
		k := han
		if c < 0x3000 {
			k = other
		}
		l.emit(token{kind: k, sym: c, text: word})
	}
}

// afterLabel reports whether a colon follows 牵头单位 or the like, where it
// means 为.
func (l *lexer) afterLabel() bool {
	return endsWith(l.out, len(l.out), "单位", "部门", "主体") > 0
}

// openBracket flags what follows; a bracket that starts with the label of a
// mark is an aside of its own.
func (l *lexer) openBracket(after int) {
	l.brackets++
	for _, w := range markLabels {
		if strings.HasPrefix(l.s[after:], w) {
			l.brackets = 0
			l.emit(token{kind: comma, sym: ',', text: "("})
			return
		}
	}
}

func (l *lexer) closeBracket() { l.brackets = max(0, l.brackets-1) }

// quote opens or closes a quotation and reports whether c is such a mark.
func (l *lexer) quote(c rune, at, size int) bool {
	if n := len(l.open); n > 0 && l.open[n-1].closer == c {
		q := l.open[n-1]
		l.open = l.open[:n-1]
		l.quotes = append(l.quotes, quotation{l.s[q.at:at], c == '》'})
		return true
	}
	closer, opens := c, false
	switch c {
	case '"', '\'':
		opens = true
	case '「', '『', '《', '〈':
		closer, opens = c+1, true // Unicode has them in pairs
	case '」', '』', '》', '〉':
		l.unclosed = true
		return true
	}
	if opens {
		l.open, l.opening = append(l.open, openQuote{closer, at + size}), true
	}
	return opens
}
