package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// A planAnswer is what one of several plans answers.
type planAnswer struct {
	plan int // index in Engine.plans
	*Answer
}

// acrossFit is how much less sure than the surest an answer of another plan
// may be and still be an answer to the same question.
const acrossFit = 0.2

// across answers a question that names no plan from several: each plan is
// asked by itself, so that no fact of one is measured by another's words, and
// every fact is told with its plan. What only means something of one plan (the
// fourth article, how many tasks) is asked back.
func (c *composer) across() *Answer {
	switch {
	case c.q.Ask == question.AskNothing, c.q.Ask == question.AskChitchat:
		return c.talk()
	case c.q.More:
		return c.noMore()
	case c.libraryAsked():
		return c.clarify(fmt.Sprintf("收录了%d个方案,想查哪一个?", len(c.scope)), c.overviews())
	}
	if place, ok := c.foreign(); ok {
		return c.none(fmt.Sprintf("已收录的方案里没有%s的。", place), c.pick(c.q.Topic, anyUnit).ranked)
	}
	if c.ofWholePlan() {
		return c.whichPlan()
	}
	if c.q.Ask == question.AskPlace || c.placesAsked() {
		if a := c.highest(); a != nil {
			return a
		}
		if a := c.whichPlans(); a != nil {
			return a
		}
	}
	return c.together(c.ofEach(c.likely()))
}

// likely returns the plans in scope that may answer: all of them, but of a large
// library those that the index finds for the topic.
func (c *composer) likely() []int {
	if c.engine.searcher == nil || !c.hasContent() || len(c.unitsInScope()) <= closely {
		return c.scope
	}
	found, err := c.hits(c.engine.match.topic(c.engine.reader, c.q.Topic), 4*candidates)
	if err != nil {
		c.explain("检索出错,改为逐个方案比对:%v", err)
		return c.scope
	}
	has := map[int]bool{}
	for _, u := range found {
		has[c.engine.match.units[u].plan] = true
	}
	return slices.DeleteFunc(slices.Clone(c.scope), func(p int) bool { return !has[p] })
}

// bareNumber is a message that is only a short number.
var bareNumber = regexp.MustCompile(`^\d{1,3}$`)

// ofEach asks each plan by itself.
func (c *composer) ofEach(plans []int) []planAnswer {
	var out []planAnswer
	for _, i := range plans {
		one := c.alone(i)
		a := one.rightBound(one.rightPlace(one.answer()))
		if a.Found || a.Kind == KindClarify {
			c.explain("%s:%s %s", c.engine.labels[i], a.Kind, a.Headline)
		}
		out = append(out, planAnswer{i, a})
	}
	return out
}

// alone returns a composer for the same question to plan i.
func (c *composer) alone(i int) *composer {
	return &composer{engine: c.engine, ctx: c.ctx, req: c.req, q: c.q, scope: []int{i}, retried: true, quiet: c.quiet, strict: c.strict}
}

// together makes one answer of those of several plans.
func (c *composer) together(all []planAnswer) *Answer {
	hits := surest(all)
	if len(hits) == 0 {
		return c.noneAcross(all)
	}
	if len(hits) == 1 {
		a := hits[0].Answer
		a.Headline = c.engine.tag(hits[0].plan) + a.Headline
		c.body(a)
		return a
	}
	var said, leads, listed []string
	var cites []Citation
	var values []Value
	kind := hits[0].Kind
	confidence := 0.0
	for _, h := range hits {
		if h.Kind != kind {
			kind = KindClause
		}
		said = append(said, c.engine.tag(h.plan)+inShort(h.Answer, len(hits)))
		cites = append(cites, h.Citations...)
		values = append(values, h.Values...)
		listed = append(listed, h.Listed...)
		for _, l := range h.Leads {
			leads = add(leads, l)
		}
		confidence = max(confidence, h.Confidence)
	}
	if n := len(dedupe(cites)); n > broad && kind != KindTasks {
		return c.clarify(fmt.Sprintf("有%d个方案写到,一共%d处。想查哪个方案的?", len(hits), n), c.planChoices(hits))
	}
	if c.q.Items != nil {
		for _, x := range all {
			if !x.Found {
				said = append(said, c.engine.tag(x.plan)+"没有写明")
			}
		}
	}
	head := fmt.Sprintf("有%d个方案写到:%s。", len(hits), strings.Join(said, ";"))
	if kind == KindQuote {
		head = fmt.Sprintf("原文有%d处(%s),如下。", len(dedupe(cites)), strings.Join(c.labelsOf(hits), "、"))
	}
	a := c.done(kind, head, cites, confidence)
	a.Leads, a.Values, a.Listed = leads, values, listed
	if kind == KindTasks || kind == KindList {
		n := len(a.Citations)
		a.Count = &n
	}
	c.body(a)
	return a
}

// broad is how many clauses of several plans are too many to answer with: a
// word that stands everywhere asks for nothing yet.
const broad = 40

// surest keeps the answers that are found and hardly less sure than the surest.
// Of those that only say that something is not written, none counts beside one
// that says it.
func surest(all []planAnswer) []planAnswer {
	best := 0.0
	for _, x := range all {
		if x.Found {
			best = max(best, x.Confidence)
		}
	}
	hits := slices.DeleteFunc(slices.Clone(all), func(x planAnswer) bool { return !x.Found || x.Confidence < best-acrossFit })
	if direct := slices.DeleteFunc(slices.Clone(hits), func(x planAnswer) bool { return x.hedges() }); len(direct) > 0 {
		return direct
	}
	return hits
}

// longPart is how many runes of one plan's answer stand in the headline of
// several; longer lists are cut at an item.
const longPart = 90

// inShort is the headline of one of n answers without its full stop. Lists are
// shortened: below the headline they stand in full.
func inShort(a *Answer, n int) string {
	s := strings.TrimSuffix(a.Headline, "。")
	switch a.Kind {
	case KindTasks:
		if before, _, ok := strings.Cut(s, ":"); ok {
			return before
		}
	case KindClause, KindList, KindOverview:
		if n > 2 && utf8.RuneCountInString(s) > longPart {
			if before, _, ok := strings.Cut(s, ";"); ok {
				return before + "等"
			}
		}
	}
	return s
}

func (c *composer) labelsOf(hits []planAnswer) []string {
	var out []string
	for _, h := range hits {
		out = append(out, c.engine.labels[h.plan])
	}
	return out
}

// noneAcross answers where no plan has an answer: it asks back when some do,
// else abstains with what comes nearest in any of them.
func (c *composer) noneAcross(all []planAnswer) *Answer {
	var asks []planAnswer
	for _, x := range all {
		if x.Kind == KindClarify {
			asks = append(asks, x)
		}
	}
	if len(asks) > 0 {
		return c.askAcross(asks)
	}
	nearest := c.pick(c.q.Topic, anyUnit)
	near := nearest.ranked
	topic := strings.Join(strings.Fields(c.q.Topic), "")
	const those = "已收录的方案里"
	switch {
	case len(c.q.Absent) > 0 && c.unwritten(nearest):
		return c.none(fmt.Sprintf(those+"没有写%s。", strings.Join(c.q.Absent, "、")), near)
	case len(c.q.Agencies) > 0 && (c.q.Ask == question.AskTasks || c.q.Ask == question.AskCount):
		about := "牵头或负责的工作"
		if c.hasContent() {
			about = fmt.Sprintf("牵头或负责的「%s」方面的工作", topic)
		}
		return c.none(those+"没有写明"+c.agencyWritten()+about+"。", near)
	case topic == "":
		return c.none(those+"没有写这方面的内容。", near)
	case c.q.Ask == question.AskLead:
		return c.none(fmt.Sprintf(those+"没有找到「%s」的牵头单位。", topic), near)
	case c.q.Ask == question.AskTarget && len(c.q.Absent) == 0:
		return c.none(fmt.Sprintf(those+"没有写「%s」的目标数值。", topic), near)
	case c.q.Ask == question.AskDeadline:
		return c.none(fmt.Sprintf(those+"没有找到「%s」的期限。", topic), near)
	}
	return c.none(fmt.Sprintf(those+"没有找到「%s」的内容。", topic), near)
}

func (c *composer) agencyWritten() string {
	var out []string
	for _, a := range c.q.Agencies {
		out = append(out, a.Written)
	}
	return join(out)
}

// askAcross asks back what several plans would: once when they ask the same,
// else with the choices of each, which name their plan.
func (c *composer) askAcross(asks []planAnswer) *Answer {
	first := asks[0].Headline
	if !slices.ContainsFunc(asks, func(x planAnswer) bool { return x.Headline != first }) && len(asks) > 1 {
		return c.clarify(first, c.starters())
	}
	var choices []string
	for _, x := range asks {
		for _, s := range x.Suggest {
			choices = add(choices, c.engine.labelled(x.plan, s))
		}
	}
	return c.clarify("几个方案里都有几项工作与此有关。问的是哪一项?", choices[:min(maxChoices, len(choices))])
}

// maxChoices bounds the choices of an answer that asks back.
const maxChoices = 20

// ofWholePlan reports whether a question asks for what a plan has as a whole:
// a section by its number, a count, an overview.
func (c *composer) ofWholePlan() bool {
	q := &c.q
	switch {
	case len(q.Agencies) > 0, q.Items != nil:
		return false
	case len(q.Sections) > 0, q.Ask == question.AskCount, q.Ask == question.AskOverview:
		return true
	case c.hasContent(), len(q.Years) > 0, q.Relative != "", len(q.Numbers) > 0, len(q.Absent) > 0:
		return false
	}
	switch q.Ask {
	case question.AskQuote, question.AskList, question.AskWhich:
		return strings.TrimSpace(q.Topic) == "" || q.Tasks || q.Ask == question.AskQuote
	case question.AskTarget:
		return q.All
	}
	return false
}

// whichPlan asks back which plan is meant, of those that have an answer.
func (c *composer) whichPlan() *Answer {
	all := c.ofEach(c.scope)
	hits := slices.DeleteFunc(slices.Clone(all), func(x planAnswer) bool { return !x.Found })
	if len(hits) < 2 {
		return c.together(all)
	}
	head := "问的是哪个方案?请写出方案或地区的名称。"
	if c.q.Ask == question.AskCount {
		head = "数哪个方案的?请写出方案或地区的名称。"
	}
	return c.clarify(head, c.planChoices(hits))
}

// choiceRunes is how long a question may be to stand in each choice; before
// longer ones the choices are only the names of the plans.
const choiceRunes = 24

// planChoices are the question itself, asked of each of the plans by name.
func (c *composer) planChoices(of []planAnswer) []string {
	text := strings.TrimRight(strings.TrimSpace(c.q.Text), "?？!！。.,， ")
	if utf8.RuneCountInString(text) > choiceRunes || strings.ContainsAny(text, "\n;；。") {
		text = ""
	}
	var out []string
	for _, x := range of[:min(len(of), maxChoices)] {
		out = append(out, c.engine.labelled(x.plan, text))
	}
	return out
}

// library asks which plans there are.
var library = regexp.MustCompile(`(?:(?:哪些|哪几个|哪几份|多少个|多少份|几个|几份|什么)(?:城市|地方|地区|省市|市|省)?(?:的)?(?:行动)?(?:方案|文件|政策|计划|文档)|(?:有|收录了?|覆盖了?|包括|能查|可以查)(?:哪些|哪几个|多少个|几个)(?:城市|地方|地区|省市))(?:可以查|能查|可查|可以问)?[呢啊呀吗?!。]*$`)

// libraryAsked reports whether the question asks which plans there are and
// nothing of them.
func (c *composer) libraryAsked() bool {
	text := fold.String(c.q.Text)
	return len(c.q.Agencies)+len(c.q.Sections)+len(c.q.Years) == 0 && library.MatchString(text) &&
		c.engine.match.topic(c.engine.reader, libraryWords.ReplaceAllString(c.q.Topic, " ")).content < 1
}

var libraryWords = regexp.MustCompile(`收录|覆盖|城市|地方|地区|省市|方案|文件|政策|计划|查|库里|支持|回答`)

// overviews ask for an overview of each plan.
func (c *composer) overviews() []string {
	var out []string
	for _, i := range c.scope[:min(len(c.scope), maxChoices)] {
		out = append(out, c.engine.labels[i]+"的方案有哪些内容?")
	}
	return out
}

// planLabels names each plan in answers from several: by its region, where it
// is the only plan of it, else by its title.
func planLabels(plans []*corpus.Plan) []string {
	count := map[string]int{}
	for _, p := range plans {
		count[regionName(p)]++
	}
	out := make([]string, len(plans))
	for i, p := range plans {
		out[i] = regionName(p)
		if out[i] == "" || count[out[i]] > 1 {
			out[i] = "《" + shortTitle(p) + "》"
		}
	}
	return out
}

// shortTitle is the plan's own name: that in a letter's title, without the
// letter.
func shortTitle(p *corpus.Plan) string {
	for _, s := range p.Card.Short {
		if _, place := corpus.Gazetteer().Region(s); !place && strings.Contains(p.Card.Title, s) && utf8.RuneCountInString(s) > 6 {
			return strings.Trim(s, "《》")
		}
	}
	return strings.Trim(p.Card.Title, "《》")
}

// regionName is what people call the region of a plan: 海珠区, 广东省; "" where
// the plan has none.
func regionName(p *corpus.Plan) string {
	region := p.Card.Region
	if j := strings.LastIndexAny(strings.TrimRight(region, "市区县省"), "省市"); j >= 0 {
		region = region[j+len("省"):]
	}
	return region
}

// tag stands in front of what plan i says.
func (e *Engine) tag(i int) string { return "【" + strings.Trim(e.labels[i], "《》") + "】" }

// hedges reports whether the headline of an answer tells what is not written,
// or only what comes nearest. Beside a plan that has the thing itself that is
// no answer.
func (a *Answer) hedges() bool {
	return strings.HasPrefix(a.Headline, "方案没有") || strings.HasSuffix(a.Headline, "没有写明具体地方。")
}

// labelled is a question that names plan i: 成都市有多少条任务.
func (e *Engine) labelled(i int, text string) string {
	label := e.labels[i]
	if last, _ := utf8.DecodeLastRuneInString(label); strings.HasPrefix(text, string(last)) {
		label += "的" // 成都市的市教育局
	}
	return label + text
}
