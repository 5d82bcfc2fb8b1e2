package corpus

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const zhDigits = "〇一二三四五六七八九"

// zhDigit is the value of a Chinese digit, or -1.
func zhDigit(r rune) int {
	switch r {
	case '零':
		return 0
	case '两':
		return 2
	}
	if i := strings.IndexRune(zhDigits, r); i >= 0 {
		return i / len("一")
	}
	return -1
}

// scanZh reads a Chinese number up to 9999 at the start of s ("十二", "一百零三").
// It returns n = 0 when there is none.
func scanZh(s string) (value, n int) {
	total, digit, seen := 0, -1, 0
	for seen < 9 {
		r, size := utf8.DecodeRuneInString(s[n:])
		unit := 0
		switch r {
		case '十':
			unit = 10
		case '百':
			unit = 100
		case '千':
			unit = 1000
		default:
			d := zhDigit(r)
			if d < 0 || (digit > 0 && d > 0) {
				return total + max(digit, 0), n
			}
			digit = d
		}
		if unit > 0 {
			if digit < 0 {
				digit = 1
			}
			total += digit * unit
			digit = -1
		}
		n += size
		seen++
	}
	return total + max(digit, 0), n
}

// scanInt reads at most four ASCII or full-width digits at the start of s. It
// returns n = 0 when there is none.
func scanInt(s string) (value, n int) {
	for count := 0; count < 4; count++ {
		d, size := digit(s[n:])
		if size == 0 {
			break
		}
		value = value*10 + d
		n += size
	}
	return value, n
}

// digit reads one ASCII or full-width digit at the start of s.
func digit(s string) (value, size int) {
	r, n := utf8.DecodeRuneInString(s)
	switch {
	case '0' <= r && r <= '9':
		return int(r - '0'), n
	case '０' <= r && r <= '９':
		return int(r - '０'), n
	}
	return 0, 0
}

// zhNumber writes n in Chinese: 6 is "六", 10 "十", 12 "十二", 105 "一百零五".
// Numbers beyond 9999 and below 1 are written in digits.
func zhNumber(n int) string {
	if n < 1 || n > 9999 {
		return strconv.Itoa(n)
	}
	names := []rune(zhDigits)
	units := []string{"千", "百", "十", ""}
	div := 1000
	var b strings.Builder
	zero := false
	for _, unit := range units {
		d := n / div % 10
		div /= 10
		if d == 0 {
			zero = b.Len() > 0
			continue
		}
		if zero {
			b.WriteString("零")
			zero = false
		}
		if d != 1 || unit != "十" || b.Len() > 0 {
			b.WriteRune(names[d])
		}
		b.WriteString(unit)
	}
	return b.String()
}

func itoa(n int) string { return strconv.Itoa(n) }
