package answer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// perPlan answers a question that names several plans: of each plan what it
// says or that it says nothing, and for a comparison which is more.
func (c *composer) perPlan() *Answer {
	if c.q.Ask == question.AskNothing || c.q.Ask == question.AskChitchat {
		return c.talk()
	}
	if c.q.More {
		return c.noMore()
	}
	wider, ok := c.wider()
	if !ok && c.q.Bare() {
		return c.introduce()
	}
	if ok && len(c.q.Agencies) > 0 {
		return c.none(fmt.Sprintf("已收录的方案里没有%s的。", wider), nil)
	}
	var said, leads, silent []string
	var cites []Citation
	var values []Value
	var found []int // plans with an answer
	kind := KindCompare
	for _, i := range c.scope {
		a := c.of(i)
		if !a.Found {
			silent = append(silent, c.engine.labels[i])
			continue
		}
		if len(c.scope) == 1 {
			kind = a.Kind
		}
		found = append(found, i)
		said = append(said, c.engine.tag(i)+inShort(a, len(c.scope)))
		cites = append(cites, a.Citations...)
		values = append(values, a.Values...)
		for _, l := range a.Leads {
			leads = add(leads, l)
		}
	}
	if found == nil {
		head := fmt.Sprintf("%s的方案里没有找到这项内容。", strings.Join(silent, "、"))
		if ok {
			head = fmt.Sprintf("没有收录%s本级的方案,", wider) + head
		}
		return c.none(head, c.pick(c.q.Topic, anyUnit).ranked)
	}
	if silent != nil && !ok {
		said = append(said, strings.Join(silent, "、")+"没有找到")
	}
	head := strings.Join(said, ";") + "。"
	if !ok && (c.q.Most == "more" || c.q.Most == "most") && len(found) == 2 && len(values) == 2 {
		head = c.more(found, values) + head
	}
	if ok {
		head = fmt.Sprintf("没有收录%s本级的方案,其中写到的有:%s", wider, head)
	}
	a := c.done(kind, head, cites, 0.85)
	a.Leads, a.Values = leads, values
	if kind == KindTasks || kind == KindList {
		n := len(a.Citations)
		a.Count = &n
	}
	return a
}

// wider returns the region that the question names and of which there are only
// plans of places within.
func (c *composer) wider() (string, bool) {
	if len(c.q.Plans) == 0 || c.inner {
		return "", false
	}
	_, rest := c.engine.byName(fold.String(c.q.Text))
	for _, m := range corpus.Gazetteer().Find(rest) {
		if ids := c.engine.ofRegion(m.Region); ids != nil && slices.Contains(c.q.Plans, ids[0]) {
			p, _ := c.engine.plan(ids[0])
			if !strings.HasSuffix(p.Card.Region, m.Region.Name) {
				return m.Region.Name, true
			}
		}
	}
	return "", false
}

// of answers the question from plan i alone.
func (c *composer) of(i int) *Answer {
	q := c.q
	q.Plans, q.Each, q.Same, q.Parts = []string{c.engine.plans[i].ID}, false, false, nil
	if q.Ask == question.AskCompare || q.Most == "more" || q.Ask == question.AskDeadline && (q.HowMuch || q.Goal) {
		q.Ask = question.AskLead
		if q.Money || q.HowMuch || q.Goal || q.Most != "" {
			q.Ask, q.HowMuch, q.Goal = question.AskTarget, true, false
		}
	}
	if q.Most == "more" {
		q.Most = "most"
	}
	one := &composer{engine: c.engine, ctx: c.ctx, req: c.req, q: q, retried: true, inner: true, quiet: c.quiet}
	a := one.answer()
	c.steps = append(c.steps, one.steps...)
	return a
}

// more says which of two plans has the higher value.
func (c *composer) more(plans []int, values []Value) string {
	a, b := amount(values[0].Text), amount(values[1].Text)
	switch {
	case a == 0 || b == 0:
		return ""
	case a > b:
		return c.engine.labels[plans[0]] + "更高:"
	case a < b:
		return c.engine.labels[plans[1]] + "更高:"
	}
	return "一样高:"
}

// amount is the number that a value begins with, 万 and 亿 counted in.
func amount(s string) float64 {
	s = fold.String(s)
	i := strings.IndexAny(s, "0123456789")
	if i < 0 {
		return 0
	}
	var f float64
	_, _ = fmt.Sscanf(s[i:], "%g", &f)
	switch rest := strings.TrimLeft(s[i:], "0123456789."); {
	case strings.HasPrefix(rest, "万"):
		f *= 1e4
	case strings.HasPrefix(rest, "亿"):
		f *= 1e8
	}
	return f
}

// highest answers which plan has the highest value, or the lowest: the values of
// all that have one, in order. Plans do not measure alike, so it says that too.
// It returns nil where fewer than two have values of one kind.
func (c *composer) highest() *Answer {
	if c.q.Most != "most" && c.q.Most != "least" && c.q.Most != "more" || len(c.q.Items) > 0 {
		return nil
	}
	asked := *c
	asked.strict = true
	asked.q.Ask, asked.q.HowMuch, asked.q.Most = question.AskTarget, true, "most"
	var hits []planAnswer
	var others []string
	for _, x := range surest(asked.ofEach(c.scope)) {
		if len(x.Values) == 1 && amount(x.Values[0].Text) > 0 {
			hits = append(hits, x)
		} else {
			others = append(others, c.engine.labels[x.plan])
		}
	}
	c.steps = asked.steps
	if len(hits) < 2 {
		return nil
	}
	kind := kindOf(hits[0].Values[0].Text)
	if slices.ContainsFunc(hits, func(x planAnswer) bool { return kindOf(x.Values[0].Text) != kind }) {
		return nil
	}
	slices.SortStableFunc(hits, func(a, b planAnswer) int {
		return cmp.Compare(amount(b.Values[0].Text), amount(a.Values[0].Text))
	})
	word := "高"
	if c.q.Most == "least" {
		slices.Reverse(hits)
		word = "低"
	}
	var said []string
	var cites []Citation
	var values []Value
	for _, h := range hits {
		said = append(said, c.engine.tag(h.plan)+inShort(h.Answer, len(hits)))
		cites = append(cites, h.Citations...)
		values = append(values, h.Values...)
	}
	if others != nil {
		said = append(said, strings.Join(others, "、")+"也写到,但数值不能直接比较")
	}
	a := c.done(KindCompare, fmt.Sprintf("写明的数值最%s的是%s(各方案口径不一,以原文为准):%s。", word, c.engine.labels[hits[0].plan], strings.Join(said, ";")), cites, 0.8)
	a.Values = values
	c.body(a)
	return a
}

// whichPlans answers which of several plans say something: each with the
// clause that says it. Where only one does and names places for it, those may
// be what is asked for: it returns nil.
func (c *composer) whichPlans() *Answer {
	type hit struct {
		plan int
		pick
	}
	var hits []hit
	best := 0.0
	for _, i := range c.scope {
		one := c.alone(i)
		p := one.pick(c.q.Topic, anyUnit)
		if words := quoted(c.q.Text); words != nil {
			p = one.saying(words, p)
		}
		if p.found {
			hits = append(hits, hit{i, p})
			best = max(best, p.ranked[0].cover)
		}
	}
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.ranked[0].cover < best-acrossFit })
	if len(hits) == 0 {
		return nil
	}
	if len(hits) == 1 {
		one := c.alone(hits[0].plan)
		one.q.Ask = question.AskPlace
		if a := one.rightPlace(one.answer()); a.Found && !a.hedges() {
			return nil
		}
	}
	var names []string
	var cites []Citation
	for _, h := range hits {
		names = append(names, c.engine.labels[h.plan])
		cites = append(cites, c.citeUnit(h.kept[0].unit))
	}
	a := c.done(KindList, fmt.Sprintf("有%d个方案写到:%s。", len(names), strings.Join(names, "、")), cites, best)
	n := len(a.Citations)
	a.Count = &n
	return a
}

// quotedWords are words that a question puts in quotation marks.
var quotedWords = regexp.MustCompile(`[“"「『]([^“”"「」『』]{2,20})[”"」』]`)

func quoted(text string) []string {
	var out []string
	for _, m := range quotedWords.FindAllStringSubmatch(text, -1) {
		out = append(out, fold.String(m[1]))
	}
	return out
}

// saying returns the first unit in scope that has all of the words to the
// letter: who quotes asks for just that. Without one it returns or.
func (c *composer) saying(words []string, or pick) pick {
	for _, u := range c.unitsInScope() {
		own := c.engine.match.units[u].own
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(own, w) }) {
			e := []evidence{{unit: u, cover: 1, own: 1}}
			return pick{topic: or.topic, kept: e, ranked: e, found: true}
		}
	}
	return or
}

// placesAsked reports whether the question asks for cities or plans that say
// something.
func (c *composer) placesAsked() bool {
	return (c.q.Ask == question.AskList || c.q.Ask == question.AskClause || c.q.Ask == question.AskWhich) && plansAsked.MatchString(fold.String(c.q.Text))
}

var plansAsked = regexp.MustCompile(`(?:哪些|哪几个|哪个|哪几份)(?:城市|地方|地区|省市|市|方案|文件|政策)`)
