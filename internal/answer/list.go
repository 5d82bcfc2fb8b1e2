package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// tasks lists all that an agency leads, or what of it is about the topic.
func (c *composer) tasks() *Answer {
	if len(c.q.Agencies) > 1 {
		return c.tasksOfSeveral()
	}
	a := c.q.Agencies[0]
	var cites []Citation
	var name string
	var topics []string
	var kept *pick
	if c.hasContent() {
		if p := c.pick(c.q.Topic, wantLeads(c)); p.found {
			kept = &p
		}
	}
	for _, i := range c.scope {
		p := c.engine.plans[i]
		n, ok := c.engine.planName(p, a.Name)
		if !ok {
			continue
		}
		name = n
		for j := range p.Clauses {
			cl := &p.Clauses[j]
			if !slices.Contains(cl.Leads, n) || !c.rightYear(cl) || !c.rightSection(p, cl.Section) {
				continue
			}
			if kept != nil && !kept.near(c.engine.match, i, j) {
				continue
			}
			cites = append(cites, c.citeClause(p, j))
			topics = append(topics, shortOf(p, cl))
		}
	}
	if name == "" {
		return c.none(fmt.Sprintf("方案里没有%s牵头的工作:全文的牵头单位中没有这个单位。", a.Written), nil)
	}
	if len(cites) == 0 {
		return c.noTasks(name, kept)
	}
	kind := KindTasks
	head := fmt.Sprintf("%s牵头%d项:%s。", name, len(cites), strings.Join(firsts(topics, 6), ";"))
	if c.hasContent() && kept != nil {
		head = fmt.Sprintf("%s在这方面牵头%d项:%s。", name, len(cites), strings.Join(firsts(topics, 6), ";"))
	}
	x := c.done(kind, head, cites, 0.97)
	x.Leads = []string{name}
	n := len(cites)
	x.Count = &n
	return x
}

// near reports whether clause j of plan i is about the pick's topic.
func (p *pick) near(m *matcher, i, j int) bool {
	for _, e := range p.ranked {
		if u := m.units[e.unit]; u.plan == i && u.clause == j {
			return e.cover >= max(enough, p.ranked[0].cover-0.25)
		}
	}
	return false
}

// noTasks says that an agency of the plan leads nothing of what was asked for.
func (c *composer) noTasks(name string, kept *pick) *Answer {
	var near []evidence
	if kept != nil {
		near = kept.kept
	}
	if len(c.q.Years) > 0 {
		return c.none(fmt.Sprintf("方案里%s牵头的工作没有写明%s年的期限。", name, strings.Join(c.q.Years, "、")), near)
	}
	if kept == nil {
		return c.none(fmt.Sprintf("方案里%s没有作为牵头单位出现。", name), near)
	}
	leads := c.leads(kept.kept)
	return c.none(fmt.Sprintf("方案里这项工作不是%s牵头,牵头单位是%s。", name, join(leads)), near)
}

// rightYear reports whether a clause has a deadline in the years asked for.
func (c *composer) rightYear(cl *corpus.Clause) bool {
	if len(c.q.Years) == 0 {
		return true
	}
	return slices.ContainsFunc(cl.Deadlines, func(d corpus.Deadline) bool { return slices.Contains(c.q.Years, d.Year) })
}

// rightSection reports whether section s lies in one that the question names
// by number, or the question names none.
func (c *composer) rightSection(p *corpus.Plan, s int) bool {
	if len(c.q.Sections) == 0 {
		return true
	}
	return slices.ContainsFunc(c.q.Sections, func(r question.Ref) bool {
		i, ok := c.resolve(p, r)
		return ok && c.within(p, s, i)
	})
}

// hasContent reports whether the topic has a content word.
func (c *composer) hasContent() bool {
	return c.engine.match.topic(c.engine.reader, c.q.Topic).content >= 1
}

// firsts returns the first n strings, and says that there are more.
func firsts(s []string, n int) []string {
	if len(s) <= n {
		return s
	}
	return append(slices.Clone(s[:n]), "……")
}

// shortOf is the first part of a clause that names work.
func shortOf(p *corpus.Plan, cl *corpus.Clause) string {
	text := cl.Quote.In(p.Text)
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("，,。;；", r) }) {
		if len([]rune(part)) >= 3 {
			return part
		}
	}
	return text
}

// tasksOfSeveral lists the tasks of each of several agencies.
func (c *composer) tasksOfSeveral() *Answer {
	var cites []Citation
	var said, leads []string
	for _, a := range c.q.Agencies {
		name, n, own := c.led(a.Name)
		if n == 0 {
			said = append(said, fmt.Sprintf("%s没有牵头的工作", a.Written))
			continue
		}
		said = append(said, fmt.Sprintf("%s牵头%d项", name, n))
		leads = append(leads, name)
		cites = append(cites, own...)
	}
	if len(leads) == 0 {
		return c.none("方案里没有这些单位牵头的工作。", nil)
	}
	a := c.done(KindTasks, strings.Join(said, ",")+"。", cites, 0.95)
	a.Leads = leads
	n := len(a.Citations)
	a.Count = &n
	return a
}

// led returns what the plans in scope call an agency, how many clauses it
// leads, and those.
func (c *composer) led(agency string) (name string, n int, cites []Citation) {
	for _, i := range c.scope {
		p := c.engine.plans[i]
		written, ok := c.engine.planName(p, agency)
		if !ok {
			continue
		}
		name = written
		for j := range p.Clauses {
			if slices.Contains(p.Clauses[j].Leads, written) {
				n++
				cites = append(cites, c.citeClause(p, j))
			}
		}
	}
	return name, n, cites
}

// list lists everything about a topic, or due in a year.
func (c *composer) list() *Answer {
	if !c.hasContent() && (len(c.q.Years) > 0 || c.q.Relative != "") {
		return c.byYear()
	}
	p := c.pick(c.q.Topic, any2)
	if len(c.q.Parts) >= 2 && (!p.found || p.ranked[0].cover < clearFit) {
		if u, ok := c.union(); ok {
			return c.cards(u, KindList)
		}
	}
	if !p.found {
		return c.notSaid(p)
	}
	return c.cards(c.widen(p), KindList)
}

// union returns what is about any of the parts of the question, when each part
// is found.
func (c *composer) union() (pick, bool) {
	var all pick
	for _, text := range c.q.Parts {
		p := c.pick(text, any2)
		if !p.found {
			return pick{}, false
		}
		for _, e := range c.widen(p).kept {
			if !slices.ContainsFunc(all.kept, func(k evidence) bool { return k.unit == e.unit }) {
				all.kept = append(all.kept, e)
			}
		}
		all.topic, all.ranked = p.topic, append(all.ranked, p.ranked...)
	}
	slices.SortFunc(all.kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	return all, true
}

// notSaid abstains and names the words that the plan does not have.
func (c *composer) notSaid(p pick) *Answer {
	if len(c.q.Absent) > 0 && (len(p.ranked) == 0 || p.ranked[0].must) {
		return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), p.ranked)
	}
	if strings.TrimSpace(c.q.Topic) == "" {
		return c.clarify("想查方案里的哪项内容?请写出工作、指标或单位的名称。", c.starters())
	}
	name := strings.Join(strings.Fields(c.q.Topic), "")
	return c.none(fmt.Sprintf("方案里没有找到「%s」的内容。", name), p.ranked)
}

// widen keeps every unit that speaks of all of the topic, in the order of the
// text: lists are complete.
func (c *composer) widen(p pick) pick {
	top := p.ranked[0]
	var kept []evidence
	for _, e := range p.ranked {
		if e.cover >= max(enough, top.cover-0.15) && e.own >= min(0.6, top.own-0.1) && !e.must {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		kept = p.kept
	}
	slices.SortFunc(kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	p.kept = kept
	return p
}

// at is the place of a unit in its plan's text, plans after each other.
func (c *composer) at(u int) int {
	un := c.engine.match.units[u]
	p := c.engine.plans[un.plan]
	at := un.plan << 32
	if un.clause >= 0 {
		return at + p.Clauses[un.clause].Quote.Start
	}
	return at + p.Targets[un.target].Quote.Start
}

// cards answers with the kept units: for one its lead or value, for several a
// counted list.
func (c *composer) cards(p pick, kind Kind) *Answer {
	kept := c.withoutInner(p.kept)
	var said, leads []string
	var values []Value
	for _, e := range kept {
		if plan, t, ok := c.targetOf(e.unit); ok {
			said = append(said, c.sayTarget(plan, t))
			values = append(values, value(t))
			continue
		}
		_, cl, _ := c.clauseOf(e.unit)
		s := "「" + c.about(p.topic, e.unit) + "」"
		if len(cl.Leads) > 0 {
			s += "(" + join(cl.Leads) + "牵头)"
		} else if len(cl.Responsible) > 0 {
			s += "(责任单位:" + strings.Join(cl.Responsible, "、") + ")"
		}
		said = append(said, s)
		for _, l := range cl.Leads {
			if !slices.Contains(leads, l) {
				leads = append(leads, l)
			}
		}
	}
	cites := dedupe(c.citeAll(kept))
	head := strings.Join(firsts(said, 8), ";") + "。"
	if len(cites) > 1 {
		head = fmt.Sprintf("方案里有%d处:%s", len(cites), head)
	}
	if r := p.kept[0].related; r != "" {
		head = fmt.Sprintf("方案没有「%s」的说法,最接近的是:%s", r, head)
	}
	a := c.done(kind, head, cites, p.ranked[0].cover)
	a.Leads, a.Values = leads, values
	if kind == KindList {
		n := len(a.Citations)
		a.Count = &n
	}
	return a
}

// withoutInner drops targets that stand inside a clause that is kept as well.
func (c *composer) withoutInner(kept []evidence) []evidence {
	return slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool {
		plan, t, ok := c.targetOf(e.unit)
		if !ok || t.Clause < 0 {
			return false
		}
		_ = plan
		return slices.ContainsFunc(kept, func(k evidence) bool {
			un := c.engine.match.units[k.unit]
			return un.plan == c.engine.match.units[e.unit].plan && un.clause == t.Clause
		})
	})
}

// clause answers what the plan says about a topic.
func (c *composer) clause() *Answer {
	p := c.carried(c.pick(c.q.Topic, any2))
	if !p.found {
		q := c.story(any2)
		if !q.found {
			return c.notSaid(p)
		}
		p = q
	}
	if c.q.Context == "" && c.q.Carry == "" && c.short(p.topic) {
		p = c.widen(p)
	}
	if len(p.kept) == 1 {
		if a := c.enumerated(p); a != nil {
			return a
		}
	}
	return c.cards(p, KindClause)
}

// short reports whether a topic is a keyword: what it names is looked up, all
// of it.
func (c *composer) short(t *topic) bool { return t.content <= 6 }

// enumerated answers 哪些 with the sentence part that explains the topic.
func (c *composer) enumerated(p pick) *Answer {
	e := p.kept[0]
	plan, cl, ok := c.clauseOf(e.unit)
	if !ok {
		return c.targetAnswer(p)
	}
	about := c.about(p.topic, e.unit)
	head := "「" + about + "」"
	if len(cl.Leads) > 0 {
		head += ",由" + join(cl.Leads) + "牵头"
	}
	if r := e.related; r != "" {
		head = fmt.Sprintf("方案没有「%s」的说法,最接近的是:%s", r, head)
	}
	if c.several() {
		head = "《" + plan.Card.Title + "》:" + head
	}
	a := c.done(KindClause, head+"。", []Citation{c.citeUnit(e.unit)}, e.cover)
	a.Leads = slices.Clone(cl.Leads)
	return a
}

// byYear lists what is due in the years asked for.
func (c *composer) byYear() *Answer {
	years := c.years()
	if years == nil {
		return c.clarify("想查哪一年的?请写出年份,比如2025年。", c.starters())
	}
	strict := strings.Contains(fold.String(c.q.Text), "底前") || strings.Contains(fold.String(c.q.Text), "底以前")
	var cites []Citation
	var said []string
	var values []Value
	for _, i := range c.scope {
		p := c.engine.plans[i]
		for j := range p.Targets {
			t := &p.Targets[j]
			if !slices.Contains(years, t.Deadline) || !c.ledBy(p, t) {
				continue
			}
			if strict && !strings.Contains(t.DeadlineWording, "底") && c.anyStrict(years) {
				continue
			}
			said = append(said, c.sayTarget(p, t))
			values = append(values, value(t))
			cites = append(cites, c.citeDue(p, j))
		}
		for j := range p.Clauses {
			cl := &p.Clauses[j]
			for _, d := range cl.Deadlines {
				if slices.Contains(years, d.Year) && !targetAt(p, d.At) {
					said = append(said, d.Wording+":"+shortOf(p, cl))
					cites = append(cites, c.citeClause(p, j))
				}
			}
		}
	}
	cites = dedupe(cites)
	label := strings.Join(years, "、")
	if len(cites) == 0 {
		return c.none(fmt.Sprintf("方案里没有写明%s年到期的目标或任务。%s", label, c.otherYears()), nil)
	}
	a := c.done(KindList, fmt.Sprintf("方案写明%s年的有%d处:%s。", label, len(cites), strings.Join(firsts(said, 12), ";")), cites, 0.95)
	a.Values = values
	n := len(a.Citations)
	a.Count = &n
	return a
}

// citeDue quotes the sentence of a target with its deadline. Where the year
// stands in the sentence before, both are quoted.
func (c *composer) citeDue(p *corpus.Plan, i int) Citation {
	t := &p.Targets[i]
	span := t.Sentence
	if !t.DeadlineAt.Empty() && t.DeadlineAt.Start < span.Start {
		span.Start = t.DeadlineAt.Start
	}
	return c.cite(p, t.ID, p.Sections[t.Section].Label, trimStop(p.Text, span))
}

// ledBy reports whether the agencies of the question lead the clause of a
// target, or the question names none.
func (c *composer) ledBy(p *corpus.Plan, t *corpus.Target) bool {
	if len(c.q.Agencies) == 0 {
		return true
	}
	if t.Clause < 0 {
		return false
	}
	name, _ := c.engine.planName(p, c.q.Agencies[0].Name)
	return slices.Contains(p.Clauses[t.Clause].Leads, name)
}

// anyStrict reports whether some target of the years is due at a year's end.
func (c *composer) anyStrict(years []string) bool {
	for _, i := range c.scope {
		for _, t := range c.engine.plans[i].Targets {
			if slices.Contains(years, t.Deadline) && strings.Contains(t.DeadlineWording, "底") {
				return true
			}
		}
	}
	return false
}

// targetAt reports whether a target's deadline stands at s.
func targetAt(p *corpus.Plan, s corpus.Span) bool {
	return slices.ContainsFunc(p.Targets, func(t corpus.Target) bool { return t.DeadlineAt.Overlaps(s) })
}

// years returns the years asked for, relative ones resolved.
func (c *composer) years() []string {
	if len(c.q.Years) > 0 {
		return c.q.Years
	}
	if strings.HasPrefix(c.q.Relative, "最") {
		all := c.deadlineYears()
		if len(all) == 0 {
			return nil
		}
		if strings.HasPrefix(c.q.Relative, "最先") || strings.HasPrefix(c.q.Relative, "最早") {
			return all[:1]
		}
		return all[len(all)-1:]
	}
	if c.req.Today.IsZero() {
		return nil
	}
	y := c.req.Today.Year()
	switch {
	case strings.Contains(c.q.Relative, "明年"), c.q.Relative == "下一年":
		y++
	case strings.Contains(c.q.Relative, "后年"):
		y += 2
	case strings.Contains(c.q.Relative, "去年"):
		y--
	}
	return []string{itoa(y)}
}

// otherYears says which years the plan names.
func (c *composer) otherYears() string {
	all := c.deadlineYears()
	if len(all) == 0 {
		return ""
	}
	return "写明的年份是" + strings.Join(all, "、") + "。"
}

// deadlineYears returns the years of all deadlines in scope, in order.
func (c *composer) deadlineYears() []string {
	var out []string
	for _, i := range c.scope {
		for _, t := range c.engine.plans[i].Targets {
			if t.Deadline != "" && !slices.Contains(out, t.Deadline) {
				out = append(out, t.Deadline)
			}
		}
	}
	slices.Sort(out)
	return out
}

// byPlace lists what the plan has for a place, when the question names a place
// of the plan and asks for tasks or nothing more.
func (c *composer) byPlace() *Answer {
	name, rest := c.placeAsked()
	if name == "" || rest >= 1 {
		return nil
	}
	var kept []evidence
	for u, un := range c.engine.match.units {
		if !c.inScope(un.plan) {
			continue
		}
		p := c.engine.plans[un.plan]
		if un.target >= 0 {
			t := &p.Targets[un.target]
			if slices.ContainsFunc(t.Places, func(x string) bool { return placeStem(x) == name }) {
				kept = append(kept, evidence{unit: u, cover: 1, own: 1})
			}
			continue
		}
		cl := &p.Clauses[un.clause]
		inner := slices.ContainsFunc(p.Targets, func(t corpus.Target) bool {
			return t.Clause == un.clause && slices.ContainsFunc(t.Places, func(x string) bool { return placeStem(x) == name })
		})
		if !inner && slices.ContainsFunc(cl.Places, func(x corpus.Place) bool { return placeStem(x.Name) == name }) {
			kept = append(kept, evidence{unit: u, cover: 1, own: 1})
		}
	}
	if len(kept) == 0 {
		return nil
	}
	slices.SortFunc(kept, func(a, b evidence) int { return c.at(a.unit) - c.at(b.unit) })
	return c.placeCards(name, kept)
}

// placeAsked returns the stem of the place of the plan that the question
// names, and how much content it has beside.
func (c *composer) placeAsked() (stem string, rest float64) {
	text := c.q.Topic
	for _, i := range c.scope {
		for _, s := range c.engine.places[i] {
			if len(s) > len(stem) && strings.Contains(text, s) {
				stem = s
			}
		}
	}
	if stem == "" {
		return "", 0
	}
	left := text
	for _, suffix := range []string{"市", "州", "县", "区", "朝鲜族自治州", "沿线", "流域", ""} {
		left = strings.ReplaceAll(left, stem+suffix, " ")
	}
	return stem, c.engine.match.topic(c.engine.reader, left).content
}

func (c *composer) placeCards(name string, kept []evidence) *Answer {
	var said, leads []string
	var cites []Citation
	var values []Value
	for _, e := range kept {
		plan, t, ok := c.targetOf(e.unit)
		if ok {
			s := c.sayTarget(plan, t)
			if t.Clause >= 0 {
				cl := &plan.Clauses[t.Clause]
				s += "(" + join(cl.Leads) + "牵头)"
				leads = append(leads, cl.Leads...)
			}
			said = append(said, s)
			values = append(values, value(t))
			if t.Clause >= 0 {
				cites = append(cites, c.citeClause(plan, t.Clause))
			} else {
				cites = append(cites, c.citeTarget(plan, c.engine.match.units[e.unit].target))
			}
			continue
		}
		_, cl, _ := c.clauseOf(e.unit)
		said = append(said, fmt.Sprintf("「%s」(%s牵头)", shortOf(plan, cl), join(cl.Leads)))
		leads = append(leads, cl.Leads...)
		cites = append(cites, c.citeUnit(e.unit))
	}
	slices.Sort(leads)
	cites = dedupe(cites)
	a := c.done(KindPlace, fmt.Sprintf("方案点名%s的有%d处:%s。", name, len(cites), strings.Join(firsts(said, 8), ";")), cites, 0.95)
	a.Leads = slices.Compact(leads)
	a.Values = values
	n := len(a.Citations)
	a.Count = &n
	return a
}
