package corpus

import (
	"strings"
	"unicode/utf8"
)

// An amount is a number with its unit and the words that qualify it.
type amount struct {
	Span          // from “不低于” to “左右”, bytes of the string scanned
	digits Span   // the number alone
	number string // in ASCII digits
	unit   string
	op     string // "=", ">=" or "<="
	approx bool
}

// Words before and after a number that say how it is meant.
var (
	opBefore = []struct{ word, op string }{
		{"不低于", ">="}, {"不少于", ">="}, {"不小于", ">="}, {"不短于", ">="}, {"至少", ">="},
		{"超过", ">="}, {"突破", ">="}, {"高于", ">="}, {"大于", ">="}, {"多于", ">="}, {"超", ">="},
		{"不超过", "<="}, {"不高于", "<="}, {"不大于", "<="}, {"不多于", "<="}, {"低于", "<="}, {"小于", "<="},
	}
	opAfter = []struct{ word, op string }{
		{"及以上", ">="}, {"以上", ">="}, {"及以下", "<="}, {"以下", "<="}, {"以内", "<="},
	}
	aboutBefore = []string{"大约", "约", "近"}
	aboutAfter  = []string{"左右", "上下"}
)

// unitWords are units and classifiers; magnitudes such as 万 may precede them.
var unitWords = newWordSet([]string{
	"个百分点", "百分点", "微克/立方米", "毫克/立方米", "毫克/升", "吨/年", "吨/日", "吨/天", "蒸吨/小时", "万元/家", "元/人", "元/月",
	"平方公里", "平方千米", "平方米", "立方米", "公里", "千米", "公顷", "公斤", "千瓦时", "千瓦", "兆瓦", "小时", "分钟",
	"标准煤", "分贝", "卡时", "工位", "人次", "户次", "蒸吨", "摄氏度", "℃", "米", "亩", "吨", "克", "升", "度", "元", "美元",
	"家", "个", "条", "名", "人", "所", "座", "处", "项", "场", "套", "件", "次", "户", "辆", "台", "种", "类", "篇", "支", "位",
	"倍", "间", "栋", "批", "份", "部", "片", "株", "头", "只", "艘", "架", "根", "口", "眼", "轮", "期", "届", "门", "班", "村", "镇",
	"县", "市", "区", "街", "P", "MW", "GW", "kW", "天", "岁", "年", "册", "本", "幅", "对", "组", "块", "宗", "桩", "张", "节",
})

// timeUnits measure time, and are no target of a plan unless it says so.
var timeUnits = map[string]bool{"年": true, "岁": true, "天": true, "小时": true, "分钟": true, "期": true, "届": true}

var magnitudes = []string{"万亿", "千亿", "百亿", "百万", "千万", "十万", "万", "亿", "千", "百"}

// notUnits follow a unit that is only part of a word.
var notUnits = []string{"级", "代", "月", "类水"}

// amounts returns the amounts in s outside quotation marks and brackets.
func amounts(s string) []amount {
	var out []amount
	quoted := quoteScanner{}
	next := 0
	for i, r := range s {
		if quoted.inside(r) || i < next {
			continue
		}
		if !isDigitRune(r) {
			continue
		}
		a, end := amountAt(s, i)
		if a.unit != "" {
			out = append(out, a)
		}
		next = max(end, i+1)
	}
	return out
}

// amountAt reads the amount whose digits start at byte i, and where they end.
// Its unit is "" when it is none.
func amountAt(s string, i int) (amount, int) {
	number, n := scanDecimal(s[i:])
	end := i + n
	a := amount{digits: Span{i, end}, number: number, op: "="}
	if strings.HasPrefix(s[end:], "年") { // a year, or part of one
		if v, _ := scanInt(s[i:]); v > 1900 && n >= 4 {
			return a, end
		}
	}
	rest := strings.TrimLeft(s[end:], " ")
	at := len(s) - len(rest)
	for _, w := range []string{"余", "多"} {
		if strings.HasPrefix(rest, w) {
			a.approx = true
			at += len(w)
		}
	}
	unit, m := scanUnit(s[at:])
	if m == 0 {
		return a, end
	}
	at += m
	if _, bad := cutPrefix(s[at:], notUnits); bad {
		return a, end
	}
	a.unit, a.Span = unit, Span{i, at}
	a.qualify(s)
	return a, a.End
}

// scanDecimal reads digits with a decimal point, or a range such as 1—2, and
// writes them in ASCII.
func scanDecimal(s string) (string, int) {
	var b strings.Builder
	i := 0
	for i < len(s) {
		if d, n := digit(s[i:]); n > 0 {
			b.WriteByte(byte('0' + d))
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		_, more := digit(s[i+n:])
		if more == 0 || b.Len() == 0 {
			break
		}
		switch r {
		case '.', '．':
			b.WriteByte('.')
		case ',': // 1,000
			if !thousands(s[i+n:]) {
				return b.String(), i
			}
		case '—', '-', '~', '～', '–', '－':
			b.WriteString("—")
		default:
			return b.String(), i
		}
		i += n
	}
	return b.String(), i
}

// thousands reports whether exactly three digits follow.
func thousands(s string) bool {
	v, n := scanInt(s)
	return n == 3 && v >= 0
}

// scanUnit reads a unit with its magnitude at the start of s.
func scanUnit(s string) (string, int) {
	for _, sign := range []string{"%", "％", "‰"} {
		if strings.HasPrefix(s, sign) {
			return strings.Replace(sign, "％", "%", 1), len(sign)
		}
	}
	mag, hasMag := longestPrefix(s, magnitudes)
	if w, ok := unitWords.longest(s[len(mag):]); ok {
		return mag + w, len(mag) + len(w)
	}
	if hasMag {
		return mag, len(mag)
	}
	return "", 0
}

// qualify widens a to the words that say how it is meant.
func (a *amount) qualify(s string) {
	for _, o := range opAfter {
		if strings.HasPrefix(s[a.End:], o.word) {
			a.op = o.op
			a.End += len(o.word)
			break
		}
	}
	if w, ok := cutPrefix(s[a.End:], aboutAfter); ok {
		a.approx = true
		a.End += len(w)
	}
	for range 2 {
		if w, ok := cutSuffix(s[:a.Start], aboutBefore); ok {
			a.approx = true
			a.Start -= len(w)
		}
		best := ""
		for _, o := range opBefore {
			if strings.HasSuffix(s[:a.Start], o.word) && len(o.word) > len(best) {
				best = o.word
				a.op = o.op
			}
		}
		a.Start -= len(best)
	}
}

// opBeforeNumber is the operator of the words before the first number of s; ""
// for none.
func opBeforeNumber(s string) string {
	if i := strings.IndexFunc(s, isDigitRune); i >= 0 {
		s = s[:i]
	}
	best, op := "", ""
	for _, o := range opBefore {
		if strings.HasSuffix(s, o.word) && len(o.word) > len(best) {
			best, op = o.word, o.op
		}
	}
	return op
}

// roundAmount reads a figure in words at the start of s: 百个, 超千家, 万名.
func roundAmount(s string) (amount, bool) {
	n := 0
	a := amount{op: "="}
	for _, w := range []string{"超", "超过"} {
		if strings.HasPrefix(s, w) {
			n, a.op = len(w), ">="
		}
	}
	if w, ok := cutPrefix(s[n:], []string{"约", "近", "上"}); ok {
		n += len(w)
		a.approx = true
	}
	for word, number := range map[string]string{"百": "100", "千": "1000", "万": "10000"} {
		rest, ok := strings.CutPrefix(s[n:], word)
		if !ok {
			continue
		}
		unit, ok := longestPrefix(rest, []string{"个", "家", "名", "人", "项", "场", "座", "处", "条"})
		if !ok {
			return a, false
		}
		end := n + len(word) + len(unit)
		if _, bad := cutPrefix(s[end:], notUnits); bad {
			return a, false
		}
		a.number, a.unit = number, unit
		a.digits, a.Span = Span{n, n + len(word)}, Span{0, end}
		return a, true
	}
	return a, false
}
