package corpus

import (
	"strings"
	"unicode"
)

// front takes the lines before the plan's own text: the title, and of a plan
// that a letter publishes the letter. A text whose first line is prose, as when
// the title stands only in the card, has neither.
func (p *parser) front() {
	if len(p.lines) == 0 {
		return
	}
	first := p.lines[0].In(p.text)
	if p.plan.Card.Title == "" {
		p.plan.Card.Title = first
		p.lines[0].why = "title"
	} else if sameTitle(first, p.plan.Card.Title) || looksLikeTitle(first) {
		p.lines[0].why = "title"
	}
	if p.lines[0].why == "" {
		return
	}
	if _, ok := scanNumber(first); ok {
		p.lines[0].why = "" // the first heading has to serve as title too
	} else if !p.skipLetter(first) {
		p.skipImprint()
	}
	completeCard(&p.plan.Card)
}

// letterLines is how far into a text its own title may stand.
const letterLines = 60

// skipLetter skips the letter that publishes the plan, when the plan's own
// title follows it: a line that the letter's title holds.
func (p *parser) skipLetter(title string) bool {
	whole := bareTitle(subject(title))
	own := -1
	for i := 1; i < min(len(p.lines), letterLines); i++ {
		s := p.lines[i].In(p.text)
		if len(s) > len(title) || runes(s) < 8 || strings.ContainsRune(s, '。') {
			continue
		}
		if _, ok := scanNumber(s); !ok && strings.Contains(whole, bareTitle(s)) {
			own = i
			break
		}
	}
	if own < 0 {
		return false
	}
	for i := 1; i < own; i++ {
		p.lines[i].why = "letter"
	}
	p.lines[own].why = "title"
	for i := own + 1; i < len(p.lines); i++ { // a title may take two lines
		s := p.lines[i].In(p.text)
		if runes(s) < 3 || len(s) > len(title) || !strings.Contains(whole, bareTitle(s)) {
			break
		}
		p.lines[i].why = "title"
	}
	return true
}

// skipImprint skips what stands between the title and the first heading and
// says nothing of the plan: number, addressees, issuer, date.
func (p *parser) skipImprint() {
	end := 1
	for end < min(len(p.lines), letterLines) {
		if _, ok := scanNumber(p.lines[end].In(p.text)); ok {
			break
		}
		end++
	}
	dated := false
	for i := end - 1; i > 0; i-- {
		s := p.lines[i].In(p.text)
		switch {
		case isDateLine(s):
			p.lines[i].why, dated = "date", true
		case dated && isNameLine(s):
			p.lines[i].why = "issuer"
		default:
			p.lines[i].why, dated = imprint(s), false
		}
	}
}

// imprint names the part of an imprint that line s is; "" for none.
func imprint(s string) string {
	switch {
	case strings.HasSuffix(s, "号") && runes(s) < 40 && strings.ContainsAny(s, "〔[［（("):
		return "document number"
	case strings.HasSuffix(s, "：") || strings.HasSuffix(s, ":"):
		return "addressees"
	case runes(s) < 16 && strings.ContainsAny(firstOf(s), "（(") && strings.ContainsAny(s, "发公"):
		return "publication note"
	}
	return ""
}

func firstOf(s string) string { return string(firstRune(s)) }

// isDateLine reports whether s is only a date, such as 2026年4月20日.
func isDateLine(s string) bool {
	if runes(s) > 12 {
		return false
	}
	digits := false
	for _, r := range s {
		switch {
		case unicode.IsDigit(r) || zhDigit(r) >= 0 || r == '○' || r == '十':
			digits = true
		case !strings.ContainsRune("年月日 ", r):
			return false
		}
	}
	return digits && strings.Contains(s, "年")
}

// isNameLine reports whether s can be the name of an issuer.
func isNameLine(s string) bool {
	return runes(s) <= 40 && !strings.ContainsAny(s, "，。；：,;:")
}

// looksLikeTitle reports whether a first line is a title and not prose.
func looksLikeTitle(s string) bool {
	return runes(s) <= 120 && !strings.ContainsAny(s, "。；")
}

func sameTitle(a, b string) bool { return bareTitle(a) == bareTitle(b) }

// bareTitle drops what editions of a title differ in: spaces, quotation marks
// and the width of brackets and dashes.
func bareTitle(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '《', '》', '“', '”', '"', '「', '」', ' ', '\u3000', '\u00A0':
			return -1
		case '（':
			return '('
		case '）':
			return ')'
		case '-', '–', '―', '－', '~', '～', '至':
			return '—'
		}
		return r
	}, s)
}

// completeCard fills empty fields of the card with what its title says: the
// name that a letter's title holds, region, period and whether it is a draft.
func completeCard(c *Card) {
	if c.Region == "" {
		c.Region = places().regionOf(c.Title)
	}
	if c.Period == "" {
		c.Period = period(c.Title)
	}
	if c.Status == "" && strings.Contains(c.Title, "征求意见稿") {
		c.Status = "征求意见稿"
	}
	if len(c.Short) > 0 {
		return
	}
	if name := innerTitle(c.Title); name != "" {
		c.Short = append(c.Short, name)
	}
	if r := places().innermost(c.Region); r != "" {
		c.Short = append(c.Short, r)
	}
}

// period is the span of years in a title, such as 2026—2028年.
func period(title string) string {
	for i, r := range title {
		if r != '(' && r != '（' {
			continue
		}
		in := title[i+len(string(r)):]
		if years, n := scanDecimal(in); strings.Contains(years, "—") && strings.HasPrefix(in[n:], "年") {
			return in[:n+len("年")]
		}
	}
	return ""
}

// subject is what a title is about: the plan's name in a letter's title, else
// what follows the issuer.
func subject(title string) string {
	if name := innerTitle(title); name != "" {
		return name
	}
	if _, rest, ok := strings.Cut(title, "关于"); ok {
		return "关于" + rest
	}
	return title
}

// innerTitle is the plan's name in the title of a letter, such as
// “关于印发《…》的通知” or “关于印发…的通知”; "" when there is none.
func innerTitle(title string) string {
	_, rest, ok := strings.Cut(title, "印发")
	if !ok {
		return ""
	}
	rest = strings.TrimSuffix(rest, "的通知")
	if _, in, ok := strings.Cut(rest, "《"); ok {
		if i := strings.LastIndex(in, "》"); i >= 0 {
			return in[:i]
		}
	}
	return strings.Trim(rest, " 《》")
}
