package fold

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Number returns the value of a numeral, given whole, in ASCII digits:
//
//	四十五点二二 → 45.22    三千万 → 30000000    二〇二七 → 2027
//	百分之四十五 → 45%      千分之三 → 3‰        第十一 → 11
//	1.5万 → 15000           两百 → 200           三百五 → 350
//
// It reads folded text; ASCII digits stay as they are written. ok is false, and
// value "", for anything else, the empty string, a bare 千 or 万 and numbers of
// more than 18 digits among it.
func Number(s string) (value string, ok bool) {
	s = strings.TrimPrefix(s, "第")
	for _, p := range parts {
		if rest, found := strings.CutPrefix(s, p.prefix); found {
			v, ok := decimal(rest)
			return mark(v, p.mark, ok)
		}
	}
	for _, m := range [...]string{"%", "‰"} {
		if rest, found := strings.CutSuffix(s, m); found {
			v, ok := decimal(rest)
			return mark(v, m, ok)
		}
	}
	return decimal(s)
}

// parts are the words that stand before the numerator of a fraction.
var parts = [...]struct{ prefix, mark string }{{"百分之", "%"}, {"千分之", "‰"}}

func mark(v, m string, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	return v + m, true
}

// decimal reads a numeral that may have a fraction: 四十五点二二, 1.5万.
func decimal(s string) (string, bool) {
	s, scale := cutScale(s)
	whole, frac, point := cutPoint(s)
	if !point {
		return scaled(s, "", scale)
	}
	digits, ok := digitString(frac)
	if !ok {
		return "", false
	}
	return scaled(whole, digits, scale)
}

// cutScale takes the 万 and 亿 at the end of s off and says how many zeros they
// stand for. A numeral that also has them inside stays whole.
func cutScale(s string) (string, int) {
	body, words := splitScale(s)
	return body, 4*strings.Count(words, "万") + 8*strings.Count(words, "亿")
}

func cutPoint(s string) (whole, frac string, found bool) {
	if whole, frac, found = strings.Cut(s, "点"); found {
		return whole, frac, true
	}
	return strings.Cut(s, ".")
}

// scaled is whole.frac times ten to the power of scale.
func scaled(whole, frac string, scale int) (string, bool) {
	w, ok := integer(whole)
	if !ok {
		return "", false
	}
	for len(frac) < scale {
		frac += "0"
	}
	w, frac = w+frac[:scale], frac[scale:]
	if scale > 0 {
		w = strings.TrimLeft(w, "0")
		frac = strings.TrimRight(frac, "0")
		if w == "" {
			w = "0"
		}
	}
	if len(w) > maxDigits {
		return "", false
	}
	if frac != "" {
		w += "." + frac
	}
	return w, true
}

// maxDigits keeps every whole number within an int64.
const maxDigits = 18

// integer reads a whole numeral, either digit by digit (二〇二七, 2027) or with
// its units (二千零二十七), without a final 万 or 亿 of its own.
func integer(s string) (string, bool) {
	if s == "" {
		return "", false
	}
	if d, ok := digitString(s); ok {
		return d, true
	}
	n, ok := units(s)
	if !ok {
		return "", false
	}
	return strconv.FormatInt(n, 10), true
}

// digitString reads digits, Chinese or ASCII, one by one.
func digitString(s string) (string, bool) {
	if s == "" || utf8.RuneCountInString(s) > maxDigits {
		return "", false
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		d, ok := digit(r)
		if !ok {
			return "", false
		}
		b = append(b, byte('0'+d))
	}
	return string(b), true
}

// units reads numerals such as 三百零五, 一亿两千万零七 or 3千.
func units(s string) (int64, bool) {
	for _, u := range large {
		i := strings.LastIndex(s, u.word)
		if i < 0 {
			continue
		}
		left, ok := integerValue(s[:i])
		if !ok || left >= maxValue/u.value {
			return 0, false
		}
		right, ok := remainder(s[i+len(u.word):], u.value)
		return left*u.value + right, ok
	}
	return group(s)
}

// A unit word and its value, the larger first.
type unit struct {
	word  string
	value int64
}

var (
	large = [...]unit{{"亿", 100_000_000}, {"万", 10_000}}
	small = [...]unit{{"千", 1000}, {"百", 100}, {"十", 10}}
)

const maxValue = 1_000_000_000_000_000_000

func integerValue(s string) (int64, bool) {
	d, ok := integer(s)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(d, 10, 64)
	return n, err == nil
}

// remainder reads what follows a unit of the given value. A lone digit counts
// the next lower unit, as people say it: 一万五 is 15000, 三百五 is 350. A zero
// in between takes that back: 三百零五.
func remainder(s string, value int64) (int64, bool) {
	if s == "" {
		return 0, true
	}
	rest := strings.TrimLeft(s, "零〇")
	if r, size := utf8.DecodeRuneInString(rest); size > 0 && size == len(rest) {
		d, ok := digit(r)
		if ok && rest == s && value > 1 {
			d *= value / 10
		}
		if ok {
			return d, true
		}
	}
	n, ok := units(rest)
	return n, ok && n < value
}

// group reads a numeral below ten thousand.
func group(s string) (int64, bool) {
	for _, u := range small {
		i := strings.Index(s, u.word)
		if i < 0 {
			continue
		}
		left, ok := leading(s[:i], u.value)
		if !ok {
			return 0, false
		}
		right, ok := remainder(s[i+len(u.word):], u.value)
		return left*u.value + right, ok
	}
	return 0, false
}

// leading reads what stands before a small unit: one digit, an ASCII number, or
// nothing before 十.
func leading(s string, value int64) (int64, bool) {
	if s == "" {
		return 1, value == 10
	}
	if r, size := utf8.DecodeRuneInString(s); size == len(s) {
		d, ok := digit(r)
		return d, ok && d > 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0 && n < maxValue/10_000
}

// digit returns the value of a Chinese or ASCII digit.
func digit(r rune) (int64, bool) {
	if '0' <= r && r <= '9' {
		return int64(r - '0'), true
	}
	switch r {
	case '〇', '零':
		return 0, true
	case '两':
		return 2, true
	}
	if i := strings.IndexRune("一二三四五六七八九", r); i >= 0 {
		return int64(i/len("一")) + 1, true
	}
	return 0, false
}
