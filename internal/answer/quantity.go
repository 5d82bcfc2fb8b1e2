package answer

import (
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

var quantityForm = regexp.MustCompile(`(?:不超过|不低于|不少于|超过|超|最高|最多|近|约)?(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+)(?:万|亿|千|百)*(?:%|％|‰|蒸吨/小时|微克/立方米|平方公里|平方米|公里|公顷|万亩|亩|家|个月|个|条|头|座|项|吨|亿元|万元|元|人次|人|户|倍|天)(?:以上|以下|左右)?`)

// A figure is a quantity in a part of a clause.
type figure struct {
	unit  int
	value string
	part  string
	score float64
}

// quantity answers how much from the numbers in clauses: of those that fit the
// topic, the part that has most of its words.
func (c *composer) quantity(p pick) *Answer {
	var best figure
	if len(p.topic.text) < 2 {
		return nil
	}
	for _, e := range p.ranked {
		if e.cover < p.ranked[0].cover-0.15 || e.must || e.strange > 0 && p.topic.content <= shortTopic && !c.inSynonym(p.topic, e) {
			continue
		}
		if f, ok := c.figure(p.topic, e); ok && f.score > best.score {
			best = f
		}
	}
	if best.value == "" {
		return nil
	}
	part := strings.TrimLeft(strings.TrimSpace(strings.ReplaceAll(best.part, "“", "")), "、")
	head := fmt.Sprintf("%s:「%s」。", best.value, part)
	a := c.done(KindTarget, head, []Citation{c.citeUnit(best.unit)}, p.ranked[0].cover)
	a.Values = []Value{{Indicator: part, Text: best.value}}
	return a
}

// figure returns the quantity of a clause that fits the topic best.
func (c *composer) figure(t *topic, e evidence) (best figure, ok bool) {
	plan, cl, ok := c.clauseOf(e.unit)
	if !ok {
		return best, false
	}
	text := cl.Quote.In(plan.Text)
	if len(c.q.Years) > 0 && !slices.ContainsFunc(c.q.Years, func(y string) bool { return strings.Contains(text, y) }) {
		return best, false
	}
	var rate figure // the best that is no ceiling, where one is asked for
	before := ""    // what leads up to the quantity in its sentence: the parts since the one before
	depth := 0
	for s := range partsOf(text) {
		if s == "" {
			before = ""
			continue
		}
		before += outside(s, &depth)
		n := c.quantityIn(t, s)
		if n == "" || !c.measures(s) || !c.qualified(fold.String(s)) {
			continue
		}
		share := c.engine.match.partCover(t, before)
		if c.strict && share <= 0.5*c.engine.match.partCover(t, string(t.text)) {
			before = ""
			continue
		}
		v := e.cover + share
		if perOne.MatchString(c.q.Text) && perOne.MatchString(before) {
			v += ofOne
		}
		if c.q.Most == "most" && !atMost(s, n) {
			if v > rate.score {
				rate = figure{e.unit, n, s, v}
			}
			continue // 按30%给予最高100万元: the ceiling is still to come
		}
		if v > best.score {
			best = figure{e.unit, n, s, v}
		}
		before = ""
	}
	if best.value == "" {
		best = rate
	}
	return best, best.value != ""
}

// perOne says that a quantity is what one gets, not all together.
var perOne = regexp.MustCompile(`一家|单家|单个|每家|每人|同一|一个企业|一个人`)

// ofOne is what such a quantity is better by when that is asked for.
const ofOne = 20

// partsOf yields the parts of a text between its commas, and "" where a sentence
// ends.
func partsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		begin := 0
		for i, r := range text {
			if !strings.ContainsRune("，,。;；”", r) {
				continue
			}
			if begin < i && !yield(text[begin:i]) || r == '。' && !yield("") {
				return
			}
			begin = i + utf8.RuneLen(r)
		}
		if begin < len(text) {
			yield(text[begin:])
		}
	}
}

// outside returns what of s stands outside round brackets, of which depth are
// open before it: a definition in brackets is not what a quantity is of.
func outside(s string, depth *int) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '(', '（':
			*depth++
			return -1
		case ')', '）':
			*depth = max(0, *depth-1)
			return -1
		}
		if *depth > 0 {
			return -1
		}
		return r
	}, s)
}

// ceilingRunes is how far in front of a quantity the word for a ceiling may
// stand: 最高可申领1.2万元.
const ceilingRunes = 6

// atMost reports whether quantity n of s is a ceiling: 最高100万元, 最高支持100万元.
func atMost(s, n string) bool {
	i := strings.Index(s, n)
	before := []rune(s[:i] + n)
	near := string(before[max(0, utf8.RuneCountInString(s[:i])-ceilingRunes):])
	return strings.Contains(near, "最") || strings.Contains(near, "不超过") || strings.Contains(near, "不高于")
}

// quantityIn returns the quantity of a part of a sentence: of money when that
// is asked for, and the highest when that is.
func (c *composer) quantityIn(t *topic, s string) string {
	all := slices.DeleteFunc(quantityForm.FindAllString(s, -1), func(n string) bool { return strings.Contains(s, n+"级") })
	if c.q.Money {
		all = slices.DeleteFunc(all, func(n string) bool { return !strings.Contains(n, "元") })
	}
	if want := c.kindAsked(); want != "" {
		all = slices.DeleteFunc(all, func(n string) bool { return kindOf(n) != want })
	}
	if c.q.Most == "most" && c.q.Money {
		all = slices.DeleteFunc(all, func(n string) bool { return strings.HasPrefix(n, "不低于") || strings.HasPrefix(n, "不少于") })
	}
	if len(all) == 0 || c.q.Money && strings.Contains(s, "“") {
		return ""
	}
	if len(all) > 1 && inTurn.MatchString(s) {
		return strings.Join(all, "、")
	}
	if c.q.Most == "most" {
		if i := slices.IndexFunc(all, func(n string) bool { return strings.HasPrefix(n, "最") || strings.HasPrefix(n, "不超过") }); i >= 0 {
			return all[i]
		}
	}
	return nearest(t, s, all)
}

// nearest returns the quantity that stands nearest to the last words of the
// topic that s has.
func nearest(t *topic, s string, all []string) string {
	at := topicAt(t, s)
	all = sameItem(s, at, all)
	best, gap := all[0], len(s)+1
	for _, n := range all {
		i := strings.Index(s, n)
		d := at - (i + len(n))
		if d < 0 {
			d = max(0, i-at)
		}
		if at >= 0 && d < gap {
			best, gap = n, d
		}
	}
	return best
}

// inTurn is how a part gives quantities to several things in their order:
// which is whose, only the whole part tells.
var inTurn = regexp.MustCompile(`分别|依次`)

// topicAt returns where in s the last words of the topic stand that it has, -1
// for none.
func topicAt(t *topic, s string) int {
	at := -1
	for i := len(t.text) - 2; i >= 0 && at < 0; i-- {
		at = strings.LastIndex(s, string(t.text[i:i+2]))
	}
	return at
}

// sameItem returns the quantities of the item of an enumeration that at stands
// in, where it has some: of 博士每月1200元、硕士每月800元 each has its own.
func sameItem(s string, at int, all []string) []string {
	if at < 0 {
		return all
	}
	begin, end := 0, len(s)
	if i := strings.LastIndex(s[:at], "、"); i >= 0 {
		begin = i + len("、")
	}
	if i := strings.Index(s[at:], "、"); i >= 0 {
		end = at + i
	}
	own := slices.DeleteFunc(slices.Clone(all), func(n string) bool { return !strings.Contains(s[begin:end], n) })
	if len(own) == 0 {
		return all
	}
	return own
}

// askedKind is how a question says what kind of quantity it wants.
var askedKind = regexp.MustCompile(`(?:多少|几)(天|个月|年|小时|平方米|平方公里|亩|公顷|个|家|名|项|座|款|场|套)`)

// kindAsked returns the kind of quantity that the question wants, as kindOf
// names them; "" for any.
func (c *composer) kindAsked() string {
	m := askedKind.FindStringSubmatch(fold.String(c.q.Text))
	if m == nil {
		return ""
	}
	return kindOf(m[1])
}

// kindOf says what a quantity is of by its unit: time, money, area, a share, or
// a number of things.
func kindOf(quantity string) string {
	s := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(quantity, "以上"), "以下"), "左右")
	for _, k := range []struct {
		kind  string
		units []string
	}{
		{"time", []string{"天", "个月", "年", "小时"}},
		{"money", []string{"元"}},
		{"area", []string{"平方米", "平方公里", "亩", "公顷"}},
		{"share", []string{"%", "％", "‰", "倍"}},
	} {
		if slices.ContainsFunc(k.units, func(u string) bool { return strings.HasSuffix(s, u) }) {
			return k.kind
		}
	}
	return "number"
}

// measures reports whether s has every unit of measure that the question asks
// in.
func (c *composer) measures(s string) bool {
	for _, m := range c.q.Measure {
		if strings.HasSuffix(m, "率") || strings.HasSuffix(m, "度") || ratio(m) {
			if !strings.ContainsAny(s, "%％‰") {
				return false
			}
			continue
		}
		switch m {
		case "万千瓦", "千瓦", "吨", "万吨", "公里", "千米", "平方公里", "亩", "万亩", "公顷", "头", "万头", "亿元", "万元", "元", "辆", "户", "人次":
			if !strings.Contains(s, m) {
				return false
			}
		}
	}
	return true
}
