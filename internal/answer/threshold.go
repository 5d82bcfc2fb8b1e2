package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// threshold is a bound that a question sets on targets: 超过90%, 60%以下.
var threshold = regexp.MustCompile(`(不低于|不少于|超过|高于|大于|多于|不高于|不超过|低于|小于|少于|不到|不足)?(\d+(?:\.\d+)?)(%|‰)(?:的)?(以上|以下)?`)

// byThreshold lists the targets beyond a bound: 哪些指标超过90%. It answers
// only where the question names nothing else.
func (c *composer) byThreshold() *Answer {
	m := threshold.FindStringSubmatch(fold.String(c.q.Text))
	if m == nil || m[1] == "" && m[4] == "" || !c.q.Goal || !strings.ContainsAny(c.q.Text, "哪几") {
		return nil
	}
	rest := strings.ReplaceAll(c.q.Topic, m[1], "")
	if c.engine.match.topic(c.engine.reader, rest).content >= 1 {
		return nil
	}
	bound := decimal(m[2])
	var kept []evidence
	for u, un := range c.engine.match.units {
		_, t, ok := c.targetOf(u)
		if ok && c.inScope(un.plan) && t.Number != "" && t.Unit == m[3] && beyond(m[1]+m[4], t, bound) {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if kept == nil {
		return c.none(fmt.Sprintf("方案里没有%s的指标。", m[0]), nil)
	}
	p := pick{topic: c.engine.match.topic(c.engine.reader, ""), kept: kept, ranked: kept, found: true}
	return c.cards(p, KindList)
}

// beyond reports whether a target is on the side of bound that words name. One
// that is to reach the bound 以上 or 不低于 counts as beyond it.
func beyond(words string, t *corpus.Target, bound float64) bool {
	v := decimal(t.Number)
	switch words {
	case "超过", "高于", "大于", "多于":
		return v > bound || v == bound && (strings.Contains(t.Value, "以上") || strings.Contains(t.Value, "不低于"))
	case "低于", "小于", "少于", "不到", "不足":
		return v < bound
	case "不高于", "不超过", "以下":
		return v <= bound
	}
	return v >= bound
}

// qualitative is how a question asks for targets without a number.
var qualitative = regexp.MustCompile(`(?:没有|没|不带|无|未写)(?:具体|明确)?(?:的)?(?:数值|数字|量化)(?:要求)?的(?:主要)?(?:目标|指标)|定性(?:的)?(?:目标|指标)`)

// unnumbered lists the targets of sections that have no number.
func (c *composer) unnumbered() *Answer {
	if !qualitative.MatchString(fold.String(c.q.Text)) {
		return nil
	}
	var kept []evidence
	for u, un := range c.engine.match.units {
		if _, t, ok := c.targetOf(u); ok && c.inScope(un.plan) && t.Number == "" && t.Clause < 0 {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if kept == nil {
		return c.none("方案的目标都有数值。", nil)
	}
	return c.cards(pick{topic: c.engine.match.topic(c.engine.reader, ""), kept: kept, ranked: kept, found: true}, KindList)
}

// differ is how a question asks for the difference of two targets.
var differ = regexp.MustCompile(`^(.+)比(.+?)(?:要|会)?(?:高|低|多|少|大|小)(?:出)?$`)

// difference answers how far two targets are apart: A比B高多少.
func (c *composer) difference() *Answer {
	m := differ.FindStringSubmatch(strings.Join(strings.Fields(c.q.Topic), ""))
	if m == nil || !c.q.HowMuch {
		return nil
	}
	c.q.Parts = []string{m[1], m[2]}
	a := c.targetParts(KindTarget)
	if a == nil || len(a.Values) != 2 || a.Values[0].Number == "" || a.Values[1].Number == "" || a.Values[0].Unit != a.Values[1].Unit {
		return nil
	}
	gap := decimal(a.Values[0].Number) - decimal(a.Values[1].Number)
	unit := a.Values[0].Unit
	if unit == "%" {
		unit = "个百分点"
	}
	word := "高"
	if gap < 0 {
		gap, word = -gap, "低"
	}
	a.Kind = KindCompare
	a.Headline = fmt.Sprintf("按方案写明的数值,%s比%s%s%.4g%s:%s", a.Values[0].Indicator, a.Values[1].Indicator, word, gap, unit, a.Headline)
	c.body(a)
	return a
}

// lacking is how a question asks for sections that have none of something.
var lacking = regexp.MustCompile(`没有(?:写|列|标注|设)?(牵头单位|主要目标|目标|指标|重点举措|举措|期限)的(?:行动|部分|章)`)

// without answers which top sections have none of something.
func (c *composer) without() *Answer {
	m := lacking.FindStringSubmatch(fold.String(c.q.Text))
	if m == nil || len(c.scope) != 1 {
		return nil
	}
	p := c.plan()
	has := map[int]bool{}
	for i := range p.Sections {
		if p.Sections[i].Kind == corpus.KindMeasure && strings.HasSuffix(m[1], "举措") {
			has[p.Top(i)] = true
		}
	}
	for i := range p.Targets {
		t := &p.Targets[i]
		if t.Clause < 0 && (m[1] == "主要目标" || m[1] == "目标" || m[1] == "指标") || t.Deadline != "" && m[1] == "期限" {
			has[p.Top(t.Section)] = true
		}
	}
	for i := range p.Clauses {
		if cl := &p.Clauses[i]; len(cl.Leads) > 0 && m[1] == "牵头单位" || len(cl.Deadlines) > 0 && m[1] == "期限" {
			has[p.Top(cl.Section)] = true
		}
	}
	var names []string
	var cites []Citation
	n, word := topCount(p)
	for i := range p.Sections {
		if s := &p.Sections[i]; s.Parent < 0 && s.No > 0 && !has[i] {
			names = append(names, s.Label)
			cites = append(cites, c.citeSection(p, i))
		}
	}
	if names == nil {
		return c.none(fmt.Sprintf("没有这样的:%d%s都有%s。", n, word, m[1]), nil)
	}
	a := c.done(KindList, fmt.Sprintf("没有%s的有%d%s:%s。", m[1], len(names), word, strings.Join(names, "、")), cites, 0.9)
	k := len(cites)
	a.Count = &k
	return a
}

// exactly is how a question asks for agencies by the number of their tasks.
var exactly = regexp.MustCompile(`(?:刚好|正好|恰好|只|仅)?牵头(?:了)?([一二三四五六七八九十两]+|\d+)(?:项|个|件|条)(?:任务|工作)?的(?:牵头)?(?:单位|部门|厅局)`)

// ledExactly answers which agencies lead a given number of clauses.
func (c *composer) ledExactly() *Answer {
	m := exactly.FindStringSubmatch(c.q.Text)
	if m == nil || len(c.scope) != 1 {
		return nil
	}
	digits, ok := fold.Number(m[1])
	if !ok {
		return nil
	}
	p, want := c.plan(), int(decimal(digits))
	names, n := ledCounts(p)
	names = slices.DeleteFunc(names, func(s string) bool { return n[s] != want })
	if len(names) == 0 {
		return c.none(fmt.Sprintf("方案里没有牵头%d项的单位。", want), nil)
	}
	var cites []Citation
	for i := range p.Clauses {
		if slices.ContainsFunc(p.Clauses[i].Leads, func(l string) bool { return slices.Contains(names, l) }) {
			cites = append(cites, c.citeClause(p, i))
		}
	}
	k := len(names)
	a := c.done(KindCount, fmt.Sprintf("牵头%d项的单位有%d个:%s。", want, k, strings.Join(names, "、")), cites, 0.95)
	a.Count, a.Leads = &k, names
	return a
}
