package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// tasks lists all that an agency leads, or what of it is about the topic.
func (c *composer) tasks() *Answer {
	c.refByName()
	if len(c.q.Agencies) > 1 && jointly.MatchString(c.q.Text) {
		return c.jointTasks()
	}
	if len(c.q.Agencies) > 1 {
		return c.tasksOfSeveral()
	}
	var kept *pick
	if c.hasContent() {
		if p := c.pick(c.q.Topic, wantLeads(c)); p.found {
			kept = &p
		}
	}
	lone := c.loneSubject()
	name, clauses := c.led(c.q.Agencies[0], func(i, j int) bool {
		p := c.engine.plans[i]
		return (kept == nil || kept.near(c.engine.match, i, j)) && (!c.wantsDated() || dated(p, j)) &&
			(lone == "" || strings.Contains(p.Clauses[j].Quote.In(p.Text), lone))
	})
	if len(clauses) == 0 {
		if a := c.otherTasks(kept); a != nil {
			return a
		}
		return c.noTasks(name, lone, kept)
	}
	var cites []Citation
	var topics []string
	for _, u := range clauses {
		p, cl, _ := c.clauseOf(u)
		cites = append(cites, c.citeUnit(u))
		topics = append(topics, shortOf(p, cl))
	}
	if n := c.nthAsked(); n > 0 {
		return c.nthTask(name, cites, topics, n)
	}
	where := c.inSection()
	if kept != nil || lone != "" {
		where = "在这方面"
	}
	lead := "牵头"
	if c.wantsDated() {
		lead = "牵头的工作里写明期限的有"
	}
	x := c.done(KindTasks, fmt.Sprintf("%s%s%s%d项:%s。", name, where, lead, len(cites), strings.Join(firsts(topics, 6), ";")), cites, 0.97)
	x.Leads = []string{name}
	n := len(cites)
	x.Count = &n
	return x
}

// otherTasks lists what an agency that leads nothing is responsible for, or
// takes part in. It returns nil where it is neither.
func (c *composer) otherTasks(kept *pick) *Answer {
	for _, role := range []struct {
		word  string
		units func(cl *corpus.Clause) []string
	}{
		{"责任单位", func(cl *corpus.Clause) []string { return cl.Responsible }},
		{"配合单位", func(cl *corpus.Clause) []string { return cl.Support }},
	} {
		var cites []Citation
		var topics []string
		written := ""
		for _, i := range c.scope {
			p := c.engine.plans[i]
			name, ok := c.engine.agencyName(p, c.q.Agencies[0])
			for j := range p.Clauses {
				cl := &p.Clauses[j]
				if !ok || !slices.Contains(role.units(cl), name) || !c.rightYear(cl) || !c.rightSection(p, cl.Section) || kept != nil && !kept.near(c.engine.match, i, j) {
					continue
				}
				written = name
				cites = append(cites, c.citeClause(p, j))
				topics = append(topics, shortOf(p, cl))
			}
		}
		if cites == nil {
			continue
		}
		a := c.done(KindTasks, fmt.Sprintf("%s没有列为牵头单位,是%s的有%d项:%s。", written, role.word, len(dedupe(cites)), strings.Join(firsts(topics, 6), ";")), cites, 0.95)
		n := len(a.Citations)
		a.Count = &n
		return a
	}
	return nil
}

// datedAsked asks for tasks with a deadline.
var datedAsked = regexp.MustCompile(`(?:有|带|写明|写了|明确|规定)(?:明确|完成)?(?:的)?(?:期限|时限|截止)`)

// wantsDated reports whether only tasks with a deadline are asked for.
func (c *composer) wantsDated() bool { return datedAsked.MatchString(c.q.Text) }

// dated reports whether clause j of p names a deadline.
func dated(p *corpus.Plan, j int) bool { return len(p.Clauses[j].Deadlines) > 0 }

// jointly asks for what several agencies lead together.
var jointly = regexp.MustCompile(`(?:共同|联合|一起|一块)(?:来)?(?:牵头|负责|主抓)`)

// jointTasks answers what several agencies lead together.
func (c *composer) jointTasks() *Answer {
	var names []string
	var both []int
	for i, a := range c.q.Agencies {
		name, clauses := c.led(a, anyClause)
		if name == "" {
			name = a.Written
		}
		names = append(names, name)
		if i == 0 {
			both = clauses
		}
		both = slices.DeleteFunc(both, func(u int) bool { return !slices.Contains(clauses, u) })
	}
	if len(both) == 0 {
		return c.none(fmt.Sprintf("方案里没有由%s共同牵头的工作。", join(names)), nil)
	}
	var cites []Citation
	for _, u := range both {
		cites = append(cites, c.citeUnit(u))
	}
	a := c.done(KindTasks, fmt.Sprintf("%s共同牵头%d项。", join(names), len(cites)), cites, 0.95)
	a.Leads = names
	n := len(cites)
	a.Count = &n
	return a
}

// refByName turns an action's title that is the whole topic into a reference to
// it: the tasks asked for are those of the action, whatever words they have.
func (c *composer) refByName() {
	if len(c.scope) != 1 || len(c.q.Sections) > 0 || !c.hasContent() {
		return
	}
	s, ok := c.namedSection(c.plan())
	if !ok {
		return
	}
	action := c.plan().Sections[s]
	title := fold.String(action.Title) + "行动"
	for part := range strings.FieldsFuncSeq(fold.String(c.q.Topic), func(r rune) bool { return !unicode.IsLetter(r) }) {
		foreign := strings.ContainsFunc(part, func(r rune) bool { return !strings.ContainsRune(title, r) })
		if foreign && c.engine.match.topic(c.engine.reader, part).content > 0 {
			return
		}
	}
	c.q.Sections = []question.Ref{{Path: []int{action.No}, Word: "行动"}}
	c.q.Topic = ""
}

// inSection is the section that the question names as an answer says it, "" for
// none or several.
func (c *composer) inSection() string {
	if len(c.q.Sections) != 1 || len(c.scope) != 1 || c.nthAsked() > 0 {
		return ""
	}
	s, ok := c.resolve(c.plan(), c.q.Sections[0])
	if !ok {
		return ""
	}
	return "在" + c.plan().Sections[s].Label + "里"
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

// noTasks says that an agency leads nothing of what was asked for; name is ""
// where no plan has it.
func (c *composer) noTasks(name, lone string, kept *pick) *Answer {
	var near []evidence
	if kept != nil {
		near = kept.kept
	}
	switch {
	case name == "":
		return c.none(fmt.Sprintf("方案里没有%s牵头的工作:全文的牵头单位中没有这个单位。", c.q.Agencies[0].Written), nil)
	case lone != "":
		return c.none(fmt.Sprintf("%s牵头的工作里没有写到「%s」。", name, lone), nil)
	case len(c.q.Years) > 0:
		return c.none(fmt.Sprintf("方案里%s牵头的工作没有写明%s年的期限。", name, strings.Join(c.q.Years, "、")), near)
	case kept != nil:
		return c.none(fmt.Sprintf("方案里这项工作不是%s牵头,牵头单位是%s。", name, join(c.leads(near))), near)
	case c.inSection() != "":
		return c.none(fmt.Sprintf("%s%s没有牵头的工作。", name, c.inSection()), nil)
	}
	return c.none(fmt.Sprintf("方案里%s没有作为牵头单位出现。", name), nil)
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
		name, clauses := c.led(a, anyClause)
		if len(clauses) == 0 {
			said = append(said, fmt.Sprintf("%s没有牵头的工作", a.Written))
			continue
		}
		said = append(said, fmt.Sprintf("%s牵头%d项", name, len(clauses)))
		leads = append(leads, name)
		for _, u := range clauses {
			cites = append(cites, c.citeUnit(u))
		}
	}
	if len(leads) == 0 {
		return c.none("方案里没有这些单位牵头的工作。", nil)
	}
	a := c.done(KindTasks, c.inSection()+strings.Join(said, ",")+"。", cites, 0.95)
	a.Leads = leads
	n := len(a.Citations)
	a.Count = &n
	return a
}

// led returns what the plans in scope call an agency, "" where none has it, and
// the units of the clauses that it leads in the sections and years asked for
// and that want keeps: clause j of plan i.
func (c *composer) led(agency question.Agency, want func(i, j int) bool) (name string, clauses []int) {
	for _, i := range c.scope {
		p := c.engine.plans[i]
		written, ok := c.engine.agencyName(p, agency)
		if !ok {
			continue
		}
		name = written
		for u, un := range c.engine.match.units {
			if un.plan != i || un.clause < 0 {
				continue
			}
			cl := &p.Clauses[un.clause]
			if slices.Contains(cl.Leads, written) && c.rightYear(cl) && c.rightSection(p, cl.Section) && want(i, un.clause) {
				clauses = append(clauses, u)
			}
		}
	}
	return name, clauses
}

func anyClause(int, int) bool { return true }

// itemsAsked asks how many tasks.
var itemsAsked = regexp.MustCompile(`(?:多少|几)(?:项|件|条|个任务)`)

// countExcept counts the clauses of which some lead is not among out.
func (c *composer) countExcept(out []string, in []evidence) *Answer {
	var cites []Citation
	for _, e := range in {
		if slices.ContainsFunc(c.leads([]evidence{e}), func(l string) bool { return !slices.Contains(out, l) }) {
			cites = append(cites, c.citeUnit(e.unit))
		}
	}
	a := c.done(KindCount, fmt.Sprintf("除%s外,其他单位一共牵头%d项。", join(out), len(cites)), cites, 0.95)
	n := len(cites)
	a.Count = &n
	return a
}

// except answers which agencies lead beside those that the question leaves out:
// in a section, about a topic, or in the whole plan.
func (c *composer) except() *Answer {
	var out []string
	for _, a := range c.q.Agencies {
		for _, i := range c.scope {
			if name, ok := c.engine.agencyName(c.engine.plans[i], a); ok {
				out = add(out, name)
			}
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
			if un.clause < 0 || !c.inScope(un.plan) {
				continue
			}
			if p := c.engine.plans[un.plan]; c.rightSection(p, p.Clauses[un.clause].Section) {
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
	if itemsAsked.MatchString(c.q.Text) {
		return c.countExcept(out, in)
	}
	a := c.done(KindList, fmt.Sprintf("除%s外,还有%d个牵头单位:%s。", join(out), len(leads), strings.Join(leads, "、")), cites, 0.9)
	a.Leads = leads
	n := len(a.Citations)
	a.Count = &n
	return a
}
