package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	t := c.carried(c.pickTarget(c.q.Topic))
	if !t.found {
		t = c.targetStory(t)
	}
	cl := c.pick(c.q.Topic, isClause)
	if t.found && (!cl.found || t.ranked[0].cover >= cl.ranked[0].cover-0.12) {
		return c.targetAnswer(t)
	}
	if cl.found && !c.q.Goal {
		if a := c.quantity(cl); a != nil {
			return a
		}
	}
	if len(c.q.Absent) > 0 {
		return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), merge(t.ranked, cl.ranked))
	}
	if len(t.ranked) == 0 && len(cl.ranked) == 0 && strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查哪个指标的目标?请写出指标名称。", c.starters())
	}
	if cl.found && c.q.Goal && !c.q.HowMuch && len(c.q.Measure) == 0 {
		return c.cards(cl, KindClause)
	}
	name := strings.Join(strings.Fields(c.q.Topic), "")
	return c.none(fmt.Sprintf("方案没有写「%s」的目标数值。", name), merge(t.ranked, cl.ranked))
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
	best := p.kept[0].specify
	for _, e := range p.kept {
		best = max(best, e.specify)
	}
	p.kept = slices.DeleteFunc(p.kept, func(e evidence) bool { return e.specify < best-0.15 })
	p.found = p.found && p.kept[0].strange == 0 && c.measured(p.kept[0])
	if !p.found {
		c.explain("指标不符:题目里有指标没有的字词")
	}
	return p
}

// measured reports whether a target's indicator has every word of the question
// that says what a value is of: 率, 面积.
func (c *composer) measured(e evidence) bool {
	_, t, _ := c.targetOf(e.unit)
	text := fold.String(t.Indicator + t.Wording + t.Unit)
	for _, m := range c.q.Measure {
		if m != "数量" && m != "规模" && m != "数值" && !strings.Contains(text, m) && !(ratio(m) && strings.ContainsAny(t.Indicator+t.Unit, "率%比度")) {
			return false
		}
	}
	return true
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

// targetAnswer says the values of the kept targets.
func (c *composer) targetAnswer(p pick) *Answer {
	kept := c.sameYear(c.samePlace(p.kept))
	if _, t, _ := c.targetOf(kept[0].unit); c.otherYear(t) && !c.q.YesNo {
		return c.none(fmt.Sprintf("方案没有写「%s」%s年的目标,写的是%s。", t.Indicator, strings.Join(c.q.Years, "、"), t.DeadlineWording), kept)
	}
	var said []string
	var values []Value
	var cites []Citation
	for _, e := range kept {
		plan, t, _ := c.targetOf(e.unit)
		said = append(said, c.sayTarget(plan, t))
		values = append(values, value(t))
		cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
	}
	head := strings.Join(said, ";") + "。"
	_, first, _ := c.targetOf(kept[0].unit)
	switch {
	case p.kept[0].related != "":
		head = fmt.Sprintf("方案没有「%s」这个指标,最接近的是%s", p.kept[0].related, head)
	case c.q.HowMuch && first.Number == "" && len(kept) == 1:
		head = strings.TrimSuffix(head, "。") + "(方案没有写具体数值)。"
	case c.claimsOther(first):
		head = fmt.Sprintf("不是%s,%s", strings.Join(c.q.Numbers, "、"), head)
	case len(c.q.Numbers) > 0 && c.q.YesNo:
		head = "是的," + head
	case c.q.Doubt:
		head = "按方案原文,确实是:" + head
	}
	a := c.done(KindTarget, head, cites, p.ranked[0].cover)
	a.Values = values
	return a
}

// samePlace keeps the targets of the places that the question names, where it
// names some of theirs.
func (c *composer) samePlace(kept []evidence) []evidence {
	text := fold.String(c.q.Text)
	var out []evidence
	for _, e := range kept {
		_, t, _ := c.targetOf(e.unit)
		if slices.ContainsFunc(t.Places, func(p string) bool { return strings.Contains(text, placeStem(p)) }) {
			out = append(out, e)
		}
	}
	if out == nil {
		return kept
	}
	return out
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

// placeStem is a place's name without the word for its kind: 辽源 for 辽源市.
func placeStem(p string) string {
	s := fold.String(p)
	for _, suffix := range []string{"市", "州", "县", "区"} {
		if t, ok := strings.CutSuffix(s, suffix); ok && len([]rune(t)) >= 2 {
			return t
		}
	}
	return s
}

// claimsOther reports whether the question supposes a value that t has not.
func (c *composer) claimsOther(t *corpus.Target) bool {
	if len(c.q.Numbers) == 0 || !c.q.YesNo && !strings.Contains(c.q.Text, "是") || t.Number == "" {
		return false
	}
	return !slices.ContainsFunc(c.q.Numbers, func(n string) bool {
		return strings.HasPrefix(n, t.Number) && !strings.ContainsAny(strings.TrimPrefix(n, t.Number), ".0123456789")
	})
}

// otherYear reports whether the question names years, and not that of t.
func (c *composer) otherYear(t *corpus.Target) bool {
	return len(c.q.Years) > 0 && t.Deadline != "" && !slices.Contains(c.q.Years, t.Deadline)
}

// sayTarget says one target: indicator, deadline, value with its qualifiers.
func (c *composer) sayTarget(p *corpus.Plan, t *corpus.Target) string {
	s := t.Indicator + ":"
	if c.several() {
		s = "《" + p.Card.Title + "》" + s
	}
	v := t.Value
	if v == "" {
		v = t.Wording
	}
	return s + t.DeadlineWording + v
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

var quantityForm = regexp.MustCompile(`(?:不超过|不低于|不少于|超过|超|最高|最多|近|约)?(?:\d+(?:\.\d+)?|[一二三四五六七八九十百千两]+)(?:万|亿|千|百)*(?:%|％|‰|蒸吨/小时|微克/立方米|平方公里|平方米|公里|公顷|万亩|亩|家|个|条|头|座|项|吨|亿元|万元|元|℃|人次|人|户)(?:以上|以下|左右)?`)

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
	for _, e := range p.ranked {
		if e.cover < p.ranked[0].cover-0.15 || e.must {
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
	part := strings.TrimLeft(best.part, "“ ")
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
		n := c.quantityIn(s)
		if n == "" || !c.measures(s) {
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
func (c *composer) quantityIn(s string) string {
	all := quantityForm.FindAllString(s, -1)
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
	return all[0]
}

// measures reports whether s has every unit of measure that the question asks
// in.
func (c *composer) measures(s string) bool {
	for _, m := range c.q.Measure {
		switch m {
		case "万千瓦", "千瓦", "吨", "万吨", "公里", "千米", "平方公里", "亩", "万亩", "公顷", "头", "万头", "亿元", "万元", "元", "辆", "户", "人次":
			if !strings.Contains(s, m) {
				return false
			}
		}
	}
	return true
}

// targetParts answers the targets of several things.
func (c *composer) targetParts(kind Kind) *Answer {
	var said []string
	var values []Value
	var cites []Citation
	var first []*corpus.Target
	for i, text := range c.q.Parts {
		p := c.pickTarget(text)
		for _, s := range c.shared(i, text) {
			if p.found {
				break
			}
			p = c.pickTarget(s)
		}
		if !p.found {
			c.explain("「%s」单独找不到指标", text)
			return nil
		}
		for _, e := range p.kept[:1] {
			plan, t, _ := c.targetOf(e.unit)
			said = append(said, c.sayTarget(plan, t))
			values = append(values, value(t))
			cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
			first = append(first, t)
		}
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

// deadline answers by when.
func (c *composer) deadline() *Answer {
	t := c.carried(c.pickTarget(c.q.Topic))
	cl := c.carried(c.pick(c.q.Topic, isClause))
	if c.q.Context != "" {
		if x := c.targetStory(t); x.found {
			t = x
		}
		if x := c.story(isClause); x.found && !t.found {
			cl = x
		}
	}
	if cl.found && (!t.found || cl.ranked[0].cover > t.ranked[0].cover+0.05) {
		if a := c.clauseDeadlines(cl); a != nil {
			return a
		}
	}
	if t.found {
		return c.targetDeadline(t)
	}
	if cl.found {
		plan, _, _ := c.clauseOf(cl.kept[0].unit)
		near := c.citeUnit(cl.kept[0].unit)
		a := c.none(fmt.Sprintf("方案没有写「%s」的完成期限。", c.about(cl.topic, cl.kept[0].unit)), nil)
		a.Plan = plan.ID
		a.Nearest = []Citation{near}
		c.body(a)
		return a
	}
	if strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查哪项工作的期限?请写出工作的名称。", c.starters())
	}
	return c.none(fmt.Sprintf("方案里没有找到「%s」的期限。", strings.Join(strings.Fields(c.q.Topic), "")), merge(t.ranked, cl.ranked))
}

// targetDeadline says by when the kept targets are due.
func (c *composer) targetDeadline(p pick) *Answer {
	kept := c.samePlace(p.kept)
	var said []string
	var cites []Citation
	var values []Value
	for _, e := range kept {
		plan, t, _ := c.targetOf(e.unit)
		if t.Deadline == "" {
			continue
		}
		v := t.Value
		if v == "" {
			v = t.Wording
		}
		said = append(said, fmt.Sprintf("%s:%s(%s)", t.Indicator, t.DeadlineWording, v))
		values = append(values, value(t))
		cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
	}
	if said == nil {
		plan, t, _ := c.targetOf(kept[0].unit)
		return c.done(KindDeadline, fmt.Sprintf("方案没有为「%s」写明期限。", t.Indicator), []Citation{c.citeTarget(plan, c.engine.match.units[kept[0].unit].target)}, 0.6)
	}
	head := strings.Join(said, ";") + "。"
	if c.q.YesNo && len(c.q.Years) > 0 {
		if slices.ContainsFunc(values, func(v Value) bool { return slices.Contains(c.q.Years, v.Deadline) }) {
			head = "是的," + head
		} else {
			head = fmt.Sprintf("不是%s年,%s", strings.Join(c.q.Years, "、"), head)
		}
	}
	a := c.done(KindDeadline, head, cites, p.ranked[0].cover)
	a.Values = values
	return a
}

// clauseDeadlines says the deadlines in a clause: of the places that the
// question names, else all.
func (c *composer) clauseDeadlines(p pick) *Answer {
	e := p.kept[0]
	plan, cl, _ := c.clauseOf(e.unit)
	idx := c.engine.match.units[e.unit].clause
	var in []evidence
	for u, x := range c.engine.match.units {
		if x.plan == c.engine.match.units[e.unit].plan && x.target >= 0 && plan.Targets[x.target].Clause == idx && plan.Targets[x.target].Deadline != "" {
			in = append(in, evidence{unit: u, cover: e.cover})
		}
	}
	if in != nil {
		return c.targetDeadline(pick{topic: p.topic, kept: in, ranked: in, found: true})
	}
	if len(cl.Deadlines) == 0 {
		return nil
	}
	var said []string
	for _, d := range cl.Deadlines {
		said = append(said, d.Wording)
	}
	return c.done(KindDeadline, fmt.Sprintf("「%s」:%s。", c.about(p.topic, e.unit), strings.Join(said, "、")), []Citation{c.citeUnit(e.unit)}, e.cover)
}

// place answers where. Of a clause that names places for several things, the
// target that fits the topic decides.
func (c *composer) place() *Answer {
	topic := c.q.Topic
	var claimed []string
	if c.q.YesNo {
		topic, claimed = c.takePlaces(topic)
	}
	p := c.carried(c.pick(topic, any2))
	if !p.found {
		if strings.TrimSpace(topic) == "" {
			return c.clarify("想查哪项工作在哪些地方?请写出工作的名称。", c.starters())
		}
		return c.none(fmt.Sprintf("方案里没有找到「%s」涉及的地方。", strings.Join(strings.Fields(topic), "")), p.ranked)
	}
	kept := c.placed(p)
	var places []string
	for _, e := range kept {
		for _, name := range c.placesOf(e.unit) {
			if !slices.Contains(places, name) {
				places = append(places, name)
			}
		}
	}
	about := c.about(p.topic, kept[0].unit)
	if len(places) == 0 {
		return c.done(KindPlace, fmt.Sprintf("「%s」没有写明具体地方。", about), c.citeAll(kept), 0.6)
	}
	head := strings.Join(places, "、") + "。"
	if c.q.Count == "places" {
		head = fmt.Sprintf("%d个:%s", len(places), head)
	}
	head = fmt.Sprintf("「%s」:%s", about, head)
	if claimed != nil {
		head = checkPlaces(claimed, places) + head
	}
	a := c.done(KindPlace, head, c.citeAll(kept), p.ranked[0].cover)
	if c.q.Count == "places" {
		n := len(places)
		a.Count = &n
	}
	return a
}

// placed returns the kept units that say where: the targets with places that
// name what the topic names most of, else the clauses.
func (c *composer) placed(p pick) []evidence {
	var best []evidence
	for _, e := range p.ranked {
		_, t, ok := c.targetOf(e.unit)
		if !ok || len(t.Places) == 0 || c.otherYear(t) || e.own < p.kept[0].own-0.12 {
			continue
		}
		e.specify = c.engine.match.specify(p.topic, t)
		if len(best) > 0 && e.specify > best[0].specify+0.05 {
			best = nil
		}
		if len(best) == 0 || e.specify >= best[0].specify-0.05 {
			best = append(best, e)
		}
	}
	if best != nil {
		return best
	}
	return c.withoutInner(p.kept)
}

// takePlaces takes the plan's places out of a topic.
func (c *composer) takePlaces(topic string) (rest string, places []string) {
	for _, i := range c.scope {
		for _, s := range c.engine.places[i] {
			if strings.Contains(topic, s) {
				places = append(places, s)
				topic = strings.ReplaceAll(topic, s, " ")
			}
		}
	}
	return topic, places
}

// checkPlaces says whether the places that a question supposes are the right
// ones.
func checkPlaces(claimed, right []string) string {
	for _, p := range claimed {
		if !slices.ContainsFunc(right, func(r string) bool { return placeStem(r) == p }) {
			return "不是" + p + ","
		}
	}
	return "是的,"
}

// placesOf returns the places of a unit; of a clause with targets for other
// years than the question's, only those of its years.
func (c *composer) placesOf(u int) []string {
	plan, t, ok := c.targetOf(u)
	if ok {
		return t.Places
	}
	un := c.engine.match.units[u]
	var out []string
	if len(c.q.Years) > 0 {
		for i := range plan.Targets {
			if x := &plan.Targets[i]; x.Clause == un.clause && slices.Contains(c.q.Years, x.Deadline) {
				out = append(out, x.Places...)
			}
		}
	}
	if out != nil {
		return out
	}
	for _, p := range plan.Clauses[un.clause].Places {
		if !slices.Contains(out, p.Name) {
			out = append(out, p.Name)
		}
	}
	return out
}
