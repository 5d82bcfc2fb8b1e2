package corpus

import (
	"strings"
)

// Words before and after a year that make it a deadline.
var (
	dateLeads = []string{"截至", "截止", "力争到", "争取到", "有效期至", "到", "至"}
	dateTails = []string{"年底之前", "年底以前", "年底前", "年末前", "年底", "年末", "年之前", "年以前", "年前", "年"}
	dateEnds  = []string{"之前", "以前", "前", "底前", "底", "末"}
	planEras  = []struct{ word, year string }{
		{"“十四五”末", "2025"}, {"“十四五”期末", "2025"}, {"十四五末", "2025"},
		{"“十五五”末", "2030"}, {"“十五五”期末", "2030"}, {"十五五末", "2030"},
	}
)

// A date is a deadline at the start of a text.
type date struct {
	year    string
	wording string
	strong  bool // says until, by or the end of; a bare 2026年 does not
}

// scanDate reads a date at the start of s: 到2027年, 2024年底前, 2026年6月底前.
func scanDate(s string) (date, bool) {
	lead, ok := cutPrefix(s, dateLeads)
	n := len(lead)
	for _, era := range planEras {
		if strings.HasPrefix(s[n:], era.word) {
			return date{era.year, s[:n+len(era.word)], true}, true
		}
	}
	year, size := scanYear(s[n:])
	if size == 0 {
		return date{}, false
	}
	tail, has := cutPrefix(s[n+size:], dateTails)
	if !has {
		return date{}, false
	}
	n += size + len(tail)
	month := monthLen(s[n:])
	n += month
	end := ""
	if month > 0 {
		end, _ = cutPrefix(s[n:], dateEnds)
		n += len(end)
	}
	return date{year, s[:n], ok || end != "" || tail != "年"}, true
}

// scanYear reads a year of four digits at the start of s and writes it in
// ASCII.
func scanYear(s string) (year string, n int) {
	v, size := scanInt(s)
	if v < 1900 || v > 2199 {
		return "", 0
	}
	if _, more := digit(s[size:]); more > 0 {
		return "", 0
	}
	return itoa(v), size
}

// monthLen is the length of “6月30日” or “6月” at the start of s.
func monthLen(s string) int {
	_, n := scanInt(s)
	if n == 0 || !strings.HasPrefix(s[n:], "月") {
		return 0
	}
	n += len("月")
	if _, d := scanInt(s[n:]); d > 0 && strings.HasPrefix(s[n+d:], "日") {
		n += d + len("日")
	}
	return n
}

// findDates returns the deadlines in s outside names. A bare year is one only
// where a comma separates it from its sentence.
func findDates(text string, s Span) []Deadline {
	var out []Deadline
	in := s.In(text)
	quoted := quoteScanner{}
	next := 0
	prev := rune(0)
	for i, r := range in {
		if i < next {
			prev = r
			continue
		}
		if quoted.inside(r) {
			prev = r
			continue
		}
		if !startsDate(r) || isDigitRune(prev) {
			prev = r
			continue
		}
		if d, ok := scanDate(in[i:]); ok {
			after := firstRune(in[i+len(d.wording):])
			free := prev == 0 || isComma(prev) || prev == '\n'
			if !strings.ContainsRune("—-–~～至", after) && (d.strong || free && isComma(after)) || strings.HasPrefix(d.wording, "有效期") {
				at := Span{s.Start + i, s.Start + i + len(d.wording)}
				out = append(out, Deadline{Year: d.year, Wording: d.wording, At: at})
			}
			next = i + len(d.wording)
		}
		prev = r
	}
	return out
}

func isDigitRune(r rune) bool { return '0' <= r && r <= '9' || '０' <= r && r <= '９' }

// startsDate reports whether a date can start with r.
func startsDate(r rune) bool {
	return isDigitRune(r) || r == '到' || r == '至' || r == '截' || r == '力' || r == '争' || r == '有' || r == '“' || r == '十'
}

// A quoteScanner follows quotation marks and brackets, rune by rune.
type quoteScanner struct {
	depth    int
	straight bool
}

// inside reports whether r stands inside quotation marks or brackets, or is
// one of them.
func (q *quoteScanner) inside(r rune) bool {
	switch r {
	case '“', '《', '「', '『', '‘':
		q.depth++
		return true
	case '”', '》', '」', '』', '’':
		q.depth = max(0, q.depth-1)
		return true
	case '"':
		q.straight = !q.straight
		return true
	}
	switch class := bracketClass(r); {
	case class > 0 && class != 5:
		q.depth++
		return true
	case class < 0 && class != -5:
		q.depth = max(0, q.depth-1)
		return true
	}
	return q.depth > 0 || q.straight
}

// findProjects returns what stands in quotation marks or 《》, without the
// marks.
func findProjects(text string, s Span) []Span {
	var out []Span
	var open []int
	straight := -1
	for i, r := range s.In(text) {
		at := s.Start + i
		switch r {
		case '“', '《', '「', '『':
			open = append(open, at+len("“"))
		case '”', '》', '」', '』':
			if n := len(open); n > 0 {
				out = append(out, Span{open[n-1], at})
				open = open[:n-1]
			}
		case '"':
			if straight < 0 {
				straight = at + 1
			} else {
				out = append(out, Span{straight, at})
				straight = -1
			}
		}
	}
	return out
}
