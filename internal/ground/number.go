package ground

import (
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

const (
	spokenDigits = "〇零一二两三四五六七八九十百千万亿"
	otherDigits  = "壹贰叁肆伍陆柒捌玖拾佰仟萬億廿卅半"
)

// scanNumber returns the length of the numeral that s, folded, starts with.
// Whatever looks like a part of it belongs to it, so that no other number is
// read out of its middle.
func scanNumber(s string) int {
	n := 0
	for _, p := range []string{"百分之", "千分之", "万分之"} {
		if strings.HasPrefix(s, p) && digitLen(s[len(p):]) > 0 {
			n = len(p)
		}
	}
	start := n
	for n < len(s) {
		if d := digitLen(s[n:]); d > 0 {
			n += d
			continue
		}
		p := pointLen(s[n:])
		if n == start || p == 0 || digitLen(s[n+p:]) == 0 || s[n] == ',' && !thousands(s[n+1:]) {
			break
		}
		n += p
	}
	if n == start {
		return 0
	}
	if strings.HasPrefix(s[n:], "%") || strings.HasPrefix(s[n:], "‰") {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return n
}

func digitLen(s string) int {
	if s == "" {
		return 0
	}
	if '0' <= s[0] && s[0] <= '9' {
		return 1
	}
	if r, size := utf8.DecodeRuneInString(s); isDigit[r] {
		return size
	}
	return 0
}

var isDigit = runeSet(spokenDigits + otherDigits)

func runeSet(s string) map[rune]bool {
	m := map[rune]bool{}
	for _, r := range s {
		m[r] = true
	}
	return m
}

// pointLen is the length of a point or a thousands separator.
func pointLen(s string) int {
	switch {
	case strings.HasPrefix(s, "点"):
		return len("点")
	case s != "" && (s[0] == '.' || s[0] == ','):
		return 1
	}
	return 0
}

// thousands reports whether s goes on as a number does behind a separator of
// thousands.
func thousands(s string) bool {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n == 3
}

// numberValue returns the value of a numeral. ok is false for what mixes
// writings (4十5) or is no number: it equals only what is written alike.
func numberValue(s string) (string, bool) {
	digits := strings.ContainsAny(s, "0123456789")
	if digits && strings.ContainsAny(strings.TrimRight(s, "十百千万亿%‰"), spokenDigits+otherDigits) {
		return "", false
	}
	if digits && !plainDigits(s) {
		return "", false
	}
	v, ok := fold.Number(strings.ReplaceAll(s, ",", ""))
	if body := strings.TrimRight(s, "十百千万亿%‰"); strings.Contains(body, ".") && strings.HasSuffix(body, "0") {
		v += " to " + body // 45.0 says more than 45
	}
	return v, ok
}

// plainDigits reports whether the ASCII digits of s have at most one point, and
// separators of thousands only where they belong.
func plainDigits(s string) bool {
	whole, frac, _ := strings.Cut(strings.TrimRight(s, "十百千万亿%‰"), ".")
	if strings.ContainsAny(frac, ".,点") || strings.Contains(whole, "点") {
		return false
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (len(g) == 0 || len(g) > 3) {
			return false
		}
	}
	return true
}

// measureOf returns the unit of measure that s starts with, under one name for
// its writings; without one, the next character.
func measureOf(s string) string {
	s = strings.TrimPrefix(s, " ")
	best := ""
	for _, m := range measures {
		if len(m) > len(best) && strings.HasPrefix(s, m) {
			best = m
		}
	}
	if best == "" {
		_, size := utf8.DecodeRuneInString(s)
		best = s[:size]
	}
	return best
}

// measureName is the one name of measures that are written in several ways.
func measureName(m string) string {
	if name, ok := sameMeasure[m]; ok {
		return name
	}
	return m
}

// lexDate takes a year with what belongs to it: 到2027年, 2024年底前.
func (l *lexer) lexDate(s string) int {
	n := 0
	d := new(day)
	for _, p := range [...]string{"截至", "到", "至", "自", "从"} {
		if strings.HasPrefix(s, p) {
			n = len(p)
			if p == "自" || p == "从" {
				d.other = "起"
			}
			break
		}
	}
	size, year := yearLen(s[n:])
	if size == 0 {
		return 0
	}
	d.year = year
	n += size
	n += d.readTail(s[n:])
	l.emit(token{kind: date, text: s[:n], day: d, sym: l.symbol("date", d.year)})
	return n
}

// readTail reads what follows 年 and returns its length.
func (d *day) readTail(s string) int {
	n := 0
	for _, w := range [...]string{"年底", "年末", "底", "末", "内"} {
		if strings.HasPrefix(s, w) {
			n = len(w)
			d.end = w != "内"
			break
		}
	}
	for _, w := range [...]string{"之前", "以前", "前"} {
		if strings.HasPrefix(s[n:], w) {
			d.before = true
			return n + len(w)
		}
	}
	for _, w := range [...]string{"以来", "以后", "之后", "起", "后", "初", "间", "中", "上半年", "下半年", "春", "夏", "秋", "冬", "度"} {
		if strings.HasPrefix(s[n:], w) {
			d.other = w
			return n + len(w)
		}
	}
	return n
}

// yearLen reads four digits and 年.
func yearLen(s string) (int, string) {
	n, count := 0, 0
	for count < 4 {
		d := digitLen(s[n:])
		if d == 0 {
			return 0, ""
		}
		n += d
		count++
	}
	year, ok := fold.Number(s[:n])
	if !ok || len(year) != 4 || !strings.HasPrefix(s[n:], "年") {
		return 0, ""
	}
	return n + len("年"), year
}
