package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/fold"
)

var quantityForm = regexp.MustCompile(`(?:不超过|不低于|不少于|超过|超|最高|最多|近|约)?(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+)(?:万|亿|千|百)*(?:%|％|‰|蒸吨/小时|微克/立方米|平方公里|平方米|公里|公顷|万亩|亩|家|个|条|头|座|项|吨|亿元|万元|元|人次|人|户)(?:以上|以下|左右)?`)

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
	plan, _, _ := c.clauseOf(best.unit)
	part := strings.TrimSpace(strings.ReplaceAll(best.part, "“", ""))
	head := fmt.Sprintf("%s:「%s」。", best.value, part)
	if c.several() {
		head = "《" + plan.Card.Title + "》:" + head
	}
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
	before := "" // what leads up to the quantity: the parts since the one before
	for s := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("，,。;；”", r) }) {
		before += s
		n := c.quantityIn(t, s)
		if n == "" || !c.measures(s) || !c.qualified(fold.String(s)) {
			continue
		}
		if v := e.cover + c.engine.match.partCover(t, before); v > best.score {
			best = figure{e.unit, n, s, v}
		}
		before = ""
	}
	return best, best.value != ""
}

// quantityIn returns the quantity of a part of a sentence: of money when that
// is asked for, and the highest when that is.
func (c *composer) quantityIn(t *topic, s string) string {
	all := slices.DeleteFunc(quantityForm.FindAllString(s, -1), func(n string) bool { return strings.Contains(s, n+"级") })
	if c.q.Money {
		all = slices.DeleteFunc(all, func(n string) bool { return !strings.Contains(n, "元") })
	}
	if len(all) == 0 || c.q.Money && strings.Contains(s, "“") {
		return ""
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
	at := -1
	for i := len(t.text) - 2; i >= 0 && at < 0; i-- {
		at = strings.LastIndex(s, string(t.text[i:i+2]))
	}
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
