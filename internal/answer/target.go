package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// target answers what is to be reached.
func (c *composer) target() *Answer {
	if len(c.q.Parts) >= 2 && (c.q.Each || c.q.Same || len(c.q.Parts) == 2 && !c.oneTarget()) {
		if a := c.targetParts(KindTarget); a != nil {
			return a
		}
	}
	if c.hasContent() && itemsAsked.MatchString(c.q.Text) && (c.q.Count == "tasks" || c.q.Count == "clauses" || c.q.Count == "measures") {
		return c.list()
	}
	t := c.carried(c.pickTarget(c.q.Topic))
	if !t.found {
		t = c.targetStory(t)
	}
	t.found = t.found && c.ofMoney(t)
	cl := c.pick(c.q.Topic, isClause)
	if t.found && (!cl.found || t.ranked[0].cover >= cl.ranked[0].cover-0.12) {
		return c.targetAnswer(t)
	}
	if cl.found && !c.q.Goal {
		if a := c.quantity(cl); a != nil {
			return a
		}
	}
	if len(c.q.Absent) > 0 && c.unwritten(cl) {
		return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), merge(t.ranked, cl.ranked))
	}
	if a := c.byNumber(); a != nil {
		return a
	}
	if (c.q.All || c.q.Goal && len(c.q.Plans) == 1 && !c.q.HowMuch) && strings.TrimSpace(c.q.Topic) == "" && len(c.scope) == 1 {
		if a := c.allTargets(); a != nil {
			return a
		}
		c.q.Count = "targets"
		return c.countAll(c.plan())
	}
	if len(t.ranked) == 0 && len(cl.ranked) == 0 && strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查哪个指标的目标?请写出指标名称。", c.starters())
	}
	if cl.found && c.q.Goal && !c.q.HowMuch && len(c.q.Measure) == 0 && !strings.HasSuffix(strings.TrimSpace(c.q.Topic), "率") {
		return c.cards(cl, KindClause)
	}
	if topic := withoutVerb(c.q.Topic); topic != "" {
		c.explain("去掉句末动词:%s", topic)
		c.q.Topic = topic
		return c.target()
	}
	// 要到多少 leaves its 到 behind when no target explains it.
	name := strings.TrimSuffix(strings.Join(strings.Fields(c.q.Topic), ""), "到")
	return c.none(fmt.Sprintf("方案没有写「%s」的目标数值。", name), merge(t.ranked, cl.ranked))
}

// ofMoney reports whether a target is of money, where that is asked for.
func (c *composer) ofMoney(p pick) bool {
	_, t, _ := c.targetOf(p.kept[0].unit)
	return !c.q.Money || t.Number == "" || strings.HasSuffix(t.Unit, "元")
}

// fewTargets is how many targets of a plan are told one by one.
const fewTargets = 12

// allTargets lists the targets of a plan that has few; else it returns nil.
func (c *composer) allTargets() *Answer {
	var kept []evidence
	for _, u := range c.unitsInScope() {
		if _, t, ok := c.targetOf(u); ok && t.Clause < 0 {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if len(kept) == 0 || len(kept) > fewTargets {
		return nil
	}
	return c.targetAnswer(pick{topic: c.engine.match.topic(c.engine.reader, ""), kept: kept, ranked: kept, found: true})
}

// withoutVerb drops the verb that 建多少个 leaves at the end of a topic; "" where
// there is none.
func withoutVerb(topic string) string {
	topic = strings.TrimSpace(topic)
	for _, w := range []string{"建设", "建成", "培育", "打造", "建", "补", "奖", "给"} {
		if s, ok := strings.CutSuffix(topic, w); ok && utf8.RuneCountInString(strings.TrimSpace(s)) >= 3 {
			return strings.TrimSpace(s)
		}
	}
	return ""
}

// targetStory chooses the target from the parts of a long message.
func (c *composer) targetStory(or pick) pick {
	best := or
	for _, text := range c.q.Story {
		if p := c.pickTarget(text); p.found && (!best.found || weight(p) > weight(best)) {
			best = p
		}
	}
	if best.found && !c.explainsAbsent(best) {
		return or
	}
	return best
}

// oneTarget reports whether the whole topic names one target.
func (c *composer) oneTarget() bool { return c.pickTarget(c.q.Topic).found }

// pickTarget chooses targets. Their indicator must be named, not only their
// surroundings.
func (c *composer) pickTarget(text string) pick {
	p := c.pick(text, isTarget)
	if len(p.kept) == 0 {
		return p
	}
	for i := range p.ranked {
		_, t, _ := c.targetOf(p.ranked[i].unit)
		p.ranked[i].specify = c.engine.match.specify(p.topic, t)
	}
	for i := range p.kept {
		_, t, _ := c.targetOf(p.kept[i].unit)
		p.kept[i].specify = c.engine.match.specify(p.topic, t)
	}
	if c.q.Goal {
		// The targets of a section come before what measures are to finish.
		if main := slices.DeleteFunc(slices.Clone(p.kept), func(e evidence) bool { _, t, _ := c.targetOf(e.unit); return t.Clause >= 0 }); len(main) > 0 {
			p.kept = main
		}
	}
	best := p.kept[0].specify
	for _, e := range p.kept {
		best = max(best, e.specify)
	}
	p.kept = slices.DeleteFunc(p.kept, func(e evidence) bool { return e.specify < best-0.15 })
	p.found = p.found && p.kept[0].strange == 0 && c.measured(p.kept[0]) && !(c.q.HowMuch && len(p.topic.text) == 1)
	if !p.found {
		c.explain("指标不符:题目里有指标没有的字词")
	}
	return p
}

// measured reports whether a target's indicator has every word of the question
// that says what a value is of: 率, 面积.
func (c *composer) measured(e evidence) bool {
	_, t, _ := c.targetOf(e.unit)
	text := fold.String(t.Indicator + t.Wording + t.Unit + t.Scope)
	if strings.Contains(c.q.Text, "几类") && !strings.Contains(text, "类水") {
		return false
	}
	if !c.qualified(text) && !strings.Contains(text, "行政村") {
		return false
	}
	for _, m := range c.q.Measure {
		if m != "数量" && m != "规模" && m != "数值" && !strings.Contains(text, m) && !(ratio(m) && strings.ContainsAny(t.Indicator+t.Unit, "率%比度")) {
			return false
		}
	}
	return true
}

// qualifiers say which of several sorts a value is of.
var qualifiers = []string{"农村", "城市", "乡村", "国家级", "省级", "市级", "县级", "工业", "农业"}

// qualified reports whether text, folded, has every qualifier of the topic: 250
// factories of a whole province are not those of 国家级.
func (c *composer) qualified(text string) bool {
	return !slices.ContainsFunc(qualifiers, func(w string) bool {
		return strings.Contains(c.q.Topic, w) && !strings.Contains(text, w)
	})
}

// ratio reports whether m is one of the words for a share.
func ratio(m string) bool { return m == "比例" || m == "比重" || m == "占比" }

// specify is the share of a target's indicator that the topic names.
func (m *matcher) specify(t *topic, tg *corpus.Target) float64 {
	ind := fold.String(tg.Indicator)
	rs := []rune(ind)
	if len(rs) == 0 {
		return 0
	}
	hit := make([]bool, len(rs))
	for i := 0; i+1 < len(t.text); i++ {
		if t.weight[i] == 0 || t.weight[i+1] == 0 {
			continue
		}
		for j := 0; j+1 < len(rs); j++ {
			if rs[j] == t.text[i] && rs[j+1] == t.text[i+1] {
				hit[j], hit[j+1] = true, true
			}
		}
	}
	for _, s := range t.synonyms {
		for _, mean := range s.meanings {
			if i := strings.Index(ind, mean.wording); i >= 0 {
				from := len([]rune(ind[:i]))
				for j := range []rune(mean.wording) {
					hit[from+j] = true
				}
			} else if strings.Contains(mean.wording, ind) {
				return 1
			}
		}
	}
	n := 0
	for _, h := range hit {
		if h {
			n++
		}
	}
	return float64(n) / float64(len(rs))
}

// now is what asks for a present value.
var now = regexp.MustCompile(`^(?:目前|当前|现在|如今|眼下|现状)|(?:目前|当前|现在|如今|眼下)(?:是|有|达到)?(?:多少|几)`)

// targetAnswer says the values of the kept targets.
func (c *composer) targetAnswer(p pick) *Answer {
	if !c.q.Goal && !c.q.YesNo && c.q.Items == nil && now.MatchString(c.q.Text) {
		return c.none("方案只写目标,没有写目前的数值。", p.kept)
	}
	kept := c.sameYear(c.samePlace(p.kept))
	if plan, t, _ := c.targetOf(kept[0].unit); !c.q.YesNo && c.undated(plan, t) {
		return c.none(fmt.Sprintf("方案没有写「%s」%s年的目标。", t.Indicator, strings.Join(c.q.Years, "、")), kept)
	}
	if _, t, _ := c.targetOf(kept[0].unit); c.otherYear(t) && !c.q.YesNo {
		return c.none(fmt.Sprintf("方案没有写「%s」%s年的目标,写的是%s。", t.Indicator, strings.Join(c.q.Years, "、"), t.DeadlineWording), kept)
	}
	var said []string
	var values []Value
	var cites []Citation
	for _, e := range kept {
		plan, t, _ := c.targetOf(e.unit)
		said = append(said, sayTarget(t))
		values = append(values, value(t))
		cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
	}
	head := strings.Join(said, ";") + "。"
	_, first, _ := c.targetOf(kept[0].unit)
	switch {
	case p.kept[0].related != "":
		head = fmt.Sprintf("方案没有「%s」这个指标,最接近的是%s", p.kept[0].related, head)
	case len(kept) == 1 && p.topic != nil && c.hard(p.ranked[0]):
		head = fmt.Sprintf("方案没有写到「%s」,最接近的是%s", strings.Join(p.ranked[0].missing, "、"), head)
	case c.otherGrade(kept[0].unit) != "":
		head = fmt.Sprintf("方案没有写「%s」,最接近的是%s", c.otherGrade(kept[0].unit), head)
	case c.q.HowMuch && first.Number == "" && len(kept) == 1:
		head = strings.TrimSuffix(head, "。") + "(方案没有写具体数值)。"
	case c.q.YesNo && c.otherYear(first):
		head = fmt.Sprintf("不是%s年,%s", strings.Join(c.q.Years, "、"), head)
	case len(c.q.Numbers) > 0 && c.q.YesNo && !c.claimsOther(first) && c.otherBound(first) != "":
		head = fmt.Sprintf("不是“%s”,%s", c.otherBound(first), head)
	case c.claimsOther(first):
		head = fmt.Sprintf("不是%s,%s", strings.Join(c.q.Numbers, "、"), head)
	case len(c.q.Numbers) > 0 && c.q.YesNo:
		head = "是的," + head
	case c.q.Doubt:
		head = "按方案原文,确实是:" + head
	}
	a := c.done(KindTarget, head, cites, p.ranked[0].cover)
	a.Values = values
	c.body(a)
	return a
}

// sameYear keeps the targets of the years that the question names, where some
// are.
func (c *composer) sameYear(kept []evidence) []evidence {
	out := slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool { _, t, _ := c.targetOf(e.unit); return c.otherYear(t) })
	if len(out) == 0 {
		return kept
	}
	return out
}

// claimsOther reports whether the question supposes a value that t has not.
func (c *composer) claimsOther(t *corpus.Target) bool {
	return (c.q.YesNo || strings.Contains(c.q.Text, "是")) && c.otherNumber(t)
}

// grade is a class of water or soil, or a range of them: Ⅰ-Ⅲ类, folded.
var grade = regexp.MustCompile(`[ivx]+(?:[-—~至到][ivx]+)?类`)

// otherGrade returns the class that the question asks about and the target has
// not, "" for none: a share of Ⅰ-Ⅲ类 is not that of Ⅰ-Ⅳ类.
func (c *composer) otherGrade(unit int) string {
	p, t, _ := c.targetOf(unit)
	asked := grade.FindString(fold.String(c.q.Text))
	if asked == "" || slices.Contains(grade.FindAllString(fold.String(t.Quote.In(p.Text)), -1), asked) {
		return ""
	}
	return strings.ToUpper(asked)
}

// otherNumber reports whether the question has numbers and t's is none of them.
func (c *composer) otherNumber(t *corpus.Target) bool {
	if len(c.q.Numbers) == 0 || t.Number == "" {
		return false
	}
	return !slices.ContainsFunc(c.q.Numbers, func(n string) bool {
		return strings.HasPrefix(n, t.Number) && !strings.ContainsAny(strings.TrimPrefix(n, t.Number), ".0123456789")
	})
}

// otherBound returns the word for a bound that the question supposes and the
// target has not: 85%以上 for 85%左右; "" for none.
func (c *composer) otherBound(t *corpus.Target) string {
	for _, w := range []string{"以上", "以下", "左右"} {
		if strings.Contains(c.q.Text, w) && !strings.Contains(t.Value+t.Wording, w) {
			return w
		}
	}
	return ""
}

// otherYear reports whether the question names years, and not that of t.
func (c *composer) otherYear(t *corpus.Target) bool {
	return len(c.q.Years) > 0 && t.Deadline != "" && !slices.Contains(c.q.Years, t.Deadline)
}

// undated reports whether the question names a year, the target none, and the
// plan's own period does not end with it either.
func (c *composer) undated(p *corpus.Plan, t *corpus.Target) bool {
	return len(c.q.Years) > 0 && t.Deadline == "" &&
		!slices.ContainsFunc(c.q.Years, func(y string) bool { return strings.Contains(p.Card.Period+p.Card.Title, y) })
}

// sayTarget says one target: indicator, deadline, value with its qualifiers.
func sayTarget(t *corpus.Target) string {
	return t.Indicator + ":" + t.DeadlineWording + orWording(t)
}

func value(t *corpus.Target) Value {
	return Value{t.Indicator, valueText(t), t.Op, t.Number, t.Unit, t.Deadline}
}

// valueText is a target's value without its verb: 力争45%, 85%左右.
func valueText(t *corpus.Target) string {
	if t.Number == "" {
		if t.Value != "" {
			return t.Value
		}
		return t.Wording
	}
	s := t.Number + t.Unit
	for _, w := range []string{"不低于", "不少于", "超过"} {
		if strings.Contains(t.Value, w) {
			s = w + s
		}
	}
	for _, w := range []string{"以上", "以下", "左右"} {
		if strings.Contains(t.Value, w) {
			s += w
		}
	}
	if strings.Contains(t.Value, "力争") {
		s = "力争" + s
	}
	return s
}

// targetParts answers the targets of several things.
func (c *composer) targetParts(kind Kind) *Answer {
	var said []string
	var values []Value
	var cites []Citation
	var first []*corpus.Target
	var absent []string
	measures := c.q.Measure
	defer func() { c.q.Measure = measures }()
	for i, text := range c.q.Parts {
		c.q.Measure = c.measuresOf(text, measures)
		p := c.pickTarget(text)
		for _, s := range c.shared(i, text) {
			if p.found {
				break
			}
			p = c.pickTarget(s)
		}
		if !p.found {
			c.explain("「%s」单独找不到指标", text)
			absent = append(absent, text)
			continue
		}
		for _, e := range p.kept[:1] {
			plan, t, _ := c.targetOf(e.unit)
			said = append(said, sayTarget(t))
			values = append(values, value(t))
			cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
			first = append(first, t)
		}
	}
	if len(said) == 0 || len(absent) > 0 && (!c.q.Each || kind == KindCompare) {
		return nil
	}
	for _, w := range absent {
		said = append(said, fmt.Sprintf("方案没有写「%s」的目标", w))
	}
	head := strings.Join(said, ";") + "。"
	if kind == KindCompare {
		if w := higher(first); w != "" {
			head = w + head
		}
	}
	a := c.done(kind, head, cites, 0.9)
	a.Values = values
	return a
}

// measuresOf returns the measures that are a part's own: those that stand in it,
// and those that stand in no part, which are of all.
func (c *composer) measuresOf(part string, measures []string) []string {
	return slices.DeleteFunc(slices.Clone(measures), func(m string) bool {
		return !strings.Contains(part, m) && slices.ContainsFunc(c.q.Parts, func(p string) bool { return strings.Contains(p, m) })
	})
}

// higher says which of two comparable targets is higher.
func higher(ts []*corpus.Target) string {
	if len(ts) != 2 || ts[0].Unit != ts[1].Unit || ts[0].Number == "" || ts[1].Number == "" {
		return ""
	}
	a, b := decimal(ts[0].Number), decimal(ts[1].Number)
	switch {
	case a > b:
		return ts[0].Indicator + "更高:"
	case a < b:
		return ts[1].Indicator + "更高:"
	}
	return "两项目标一样高:"
}

func decimal(s string) float64 {
	var f float64
	_, _ = fmt.Sscanf(s, "%g", &f)
	return f
}

// merge joins two rankings, better first, each unit once.
func merge(a, b []evidence) []evidence {
	out := slices.Concat(a, b)
	slices.SortStableFunc(out, func(x, y evidence) int {
		switch {
		case x.cover > y.cover:
			return -1
		case x.cover < y.cover:
			return 1
		}
		return 0
	})
	return out
}
