package answer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

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
	inside, named := c.insideAction()
	if c.hasContent() && !named {
		if p := c.pick(c.q.Topic, wantLeads(c)); p.found {
			kept = &p
		}
	}
	lone := c.loneSubject()
	for _, i := range c.scope {
		p := c.engine.plans[i]
		n, ok := c.engine.agencyName(p, a)
		if !ok {
			continue
		}
		name = n
		for j := range p.Clauses {
			cl := &p.Clauses[j]
			if !slices.Contains(cl.Leads, n) || !c.rightYear(cl) || !c.rightSection(p, cl.Section) {
				continue
			}
			if named && !c.within(p, cl.Section, inside) {
				continue
			}
			if kept != nil && !kept.near(c.engine.match, i, j) {
				continue
			}
			if lone != "" && !strings.Contains(cl.Quote.In(p.Text), lone) {
				continue
			}
			cites = append(cites, c.citeClause(p, j))
			topics = append(topics, shortOf(p, cl))
		}
	}
	if name == "" {
		return c.none(fmt.Sprintf("方案里没有%s牵头的工作:全文的牵头单位中没有这个单位。", a.Written), nil)
	}
	if len(cites) == 0 && named {
		return c.none(fmt.Sprintf("%s里没有%s牵头的工作。", c.plan().Sections[inside].Label, name), nil)
	}
	if len(cites) == 0 && lone != "" {
		return c.none(fmt.Sprintf("%s牵头的工作里没有写到「%s」。", name, lone), nil)
	}
	if len(cites) == 0 {
		return c.noTasks(name, kept)
	}
	if n := c.nthAsked(); n > 0 {
		return c.nthTask(name, cites, topics, n)
	}
	kind := KindTasks
	head := fmt.Sprintf("%s牵头%d项:%s。", name, len(cites), strings.Join(firsts(topics, 6), ";"))
	if c.hasContent() && kept != nil || lone != "" {
		head = fmt.Sprintf("%s在这方面牵头%d项:%s。", name, len(cites), strings.Join(firsts(topics, 6), ";"))
	}
	if named {
		head = fmt.Sprintf("%s在%s里牵头%d项:%s。", name, c.plan().Sections[inside].Label, len(cites), strings.Join(firsts(topics, 6), ";"))
	}
	x := c.done(kind, head, cites, 0.97)
	x.Leads = []string{name}
	n := len(cites)
	x.Count = &n
	return x
}

// insideAction finds the action whose title is the whole topic of a question
// about an agency's tasks: the tasks are then those of the action, whatever
// words its clauses have.
func (c *composer) insideAction() (section int, ok bool) {
	if len(c.scope) != 1 || len(c.q.Sections) > 0 || !c.hasContent() {
		return 0, false
	}
	p := c.plan()
	i, ok := c.namedSection(p)
	if !ok {
		return 0, false
	}
	title := fold.String(p.Sections[i].Title) + "行动"
	for part := range strings.FieldsFuncSeq(fold.String(c.q.Topic), func(r rune) bool { return !unicode.IsLetter(r) }) {
		foreign := strings.ContainsFunc(part, func(r rune) bool { return !strings.ContainsRune(title, r) })
		if foreign && c.engine.match.topic(c.engine.reader, part).content > 0 {
			return 0, false
		}
	}
	return i, true
}

// loneSubject returns the one character that a question limits an agency's
// tasks by (水方面), "" for none.
func (c *composer) loneSubject() string {
	t := c.engine.match.topic(c.engine.reader, c.q.Topic)
	if t.content >= 1 {
		return ""
	}
	text := fold.String(c.q.Text)
	for _, w := range t.words {
		r := string(t.text[w.Start:w.End])
		if !strings.Contains(text, r+"方面") && !strings.Contains(text, r+"有关") && !strings.Contains(text, r+"相关") && !strings.Contains(text, "关于"+r) {
			continue
		}
		if w.End-w.Start == 1 && t.runes[w.Start].count() > 0 && unicode.Is(unicode.Han, t.text[w.Start]) {
			return string(t.text[w.Start])
		}
	}
	return ""
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
	if kept == nil && len(c.q.Sections) > 0 && len(c.scope) == 1 {
		if i, ok := c.resolve(c.plan(), c.q.Sections[0]); ok {
			return c.none(fmt.Sprintf("%s里没有%s牵头的工作。", c.plan().Sections[i].Label, name), near)
		}
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

// nthAsked returns which of an agency's tasks is asked for (第三项任务), 0 for
// all.
func (c *composer) nthAsked() int {
	if len(c.q.Sections) != 1 || len(c.q.Sections[0].Path) != 1 {
		return 0
	}
	switch c.q.Sections[0].Word {
	case "项", "条", "个", "任务", "点":
		return c.q.Sections[0].Path[0]
	}
	return 0
}

// nthTask answers with one of an agency's tasks.
func (c *composer) nthTask(name string, cites []Citation, topics []string, n int) *Answer {
	if n > len(cites) {
		return c.none(fmt.Sprintf("%s牵头的一共%d项,没有第%d项。", name, len(cites), n), nil)
	}
	a := c.done(KindClause, fmt.Sprintf("%s牵头的第%d项(共%d项):「%s」。", name, n, len(cites), topics[n-1]), cites[n-1:n], 0.95)
	a.Leads = []string{name}
	return a
}

// rightSection reports whether section s lies in one that the question names
// by number, or the question names none.
func (c *composer) rightSection(p *corpus.Plan, s int) bool {
	if len(c.q.Sections) == 0 {
		return true
	}
	if c.nthAsked() > 0 {
		return true
	}
	return slices.ContainsFunc(c.q.Sections, func(r question.Ref) bool {
		i, ok := c.resolve(p, r)
		return ok && c.within(p, s, i)
	})
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
		name, n, own := c.led(a)
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
func (c *composer) led(agency question.Agency) (name string, n int, cites []Citation) {
	for _, i := range c.scope {
		p := c.engine.plans[i]
		written, ok := c.engine.agencyName(p, agency)
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

// except answers which agencies lead beside those that the question leaves out:
// in a section, about a topic, or in the whole plan.
func (c *composer) except() *Answer {
	p := c.plan()
	var out []string
	for _, a := range c.q.Agencies {
		if name, ok := c.engine.agencyName(p, a); ok {
			out = append(out, name)
		}
	}
	var in []evidence
	if c.hasContent() {
		t := c.pick(c.q.Topic, wantLeads(c))
		if !t.found {
			return c.noLead(t)
		}
		in = c.widen(t).kept
	} else {
		for u, un := range c.engine.match.units {
			if un.clause >= 0 && c.inScope(un.plan) && c.rightSection(p, p.Clauses[un.clause].Section) {
				in = append(in, evidence{unit: u})
			}
		}
	}
	var leads []string
	var cites []Citation
	for _, e := range in {
		for _, l := range c.leads([]evidence{e}) {
			if !slices.Contains(out, l) && !slices.Contains(leads, l) {
				leads = append(leads, l)
				cites = append(cites, c.citeUnit(e.unit))
			}
		}
	}
	if leads == nil {
		return c.none(fmt.Sprintf("除%s外,没有别的牵头单位。", join(out)), in)
	}
	a := c.done(KindList, fmt.Sprintf("除%s外,还有%d个牵头单位:%s。", join(out), len(leads), strings.Join(leads, "、")), cites, 0.9)
	a.Leads = leads
	n := len(a.Citations)
	a.Count = &n
	return a
}
