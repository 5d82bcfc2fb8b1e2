package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// overview answers about sections named by number.
func (c *composer) overview() *Answer {
	if len(c.q.Sections) == 0 || len(c.scope) != 1 {
		return c.planOverview()
	}
	p := c.plan()
	i, ok := c.resolve(p, c.q.Sections[0])
	if !ok {
		return c.badRef()
	}
	if u, ok := c.engine.ids[p.ID+"/"+c.q.Sections[0].String()]; ok && c.engine.match.units[u].target >= 0 {
		e := []evidence{{unit: u, cover: 1, own: 1}}
		return c.targetAnswer(pick{topic: c.engine.match.topic(c.engine.reader, ""), kept: e, ranked: e, found: true})
	}
	if j := c.clauseAt(p, c.q.Sections[0]); j >= 0 {
		return c.oneClause(p, j)
	}
	return c.describe(p, i)
}

// clauseAt returns the clause whose id a reference is, -1 for none.
func (c *composer) clauseAt(p *corpus.Plan, r question.Ref) int {
	return slices.IndexFunc(p.Clauses, func(cl corpus.Clause) bool { return cl.ID == r.String() && len(r.Path) > 2 })
}

// oneClause answers about a clause named by its id.
func (c *composer) oneClause(p *corpus.Plan, i int) *Answer {
	cl := &p.Clauses[i]
	head := fmt.Sprintf("%s:「%s」", cl.ID, shortOf(p, cl))
	kind := KindClause
	if len(cl.Leads) > 0 {
		head += ",由" + join(cl.Leads) + "牵头"
	}
	a := c.done(kind, head+"。", []Citation{c.citeClause(p, i)}, 0.95)
	a.Leads = slices.Clone(cl.Leads)
	return a
}

// describe answers about section i: its targets when they are asked for, its
// measures with their leads, or both.
func (c *composer) describe(p *corpus.Plan, i int) *Answer {
	s := &p.Sections[i]
	if s.Kind == corpus.KindMeasure || s.Parent >= 0 && s.Kind != corpus.KindTargets {
		return c.describeItem(p, i)
	}
	wantTargets := !(c.q.WantLead && !c.q.Goal) && (c.q.Goal || c.q.HowMuch || c.q.Ask == question.AskTarget || c.q.Ask == question.AskDeadline)
	wantMeasures := c.q.Tasks || c.q.WantLead && !c.q.Goal || c.q.Ask == question.AskList
	if c.q.Goal && c.q.Tasks && !strings.Contains(c.q.Text, "举措") && !strings.Contains(c.q.Text, "措施") {
		wantMeasures = false
	}
	if !wantTargets && !wantMeasures {
		wantTargets, wantMeasures = true, true
	}
	var said, leads, listed []string
	var cites []Citation
	var values []Value
	if wantTargets {
		for j := range p.Targets {
			if t := &p.Targets[j]; t.Clause < 0 && p.Top(t.Section) == i {
				said = append(said, t.Indicator+":"+t.DeadlineWording+orWording(t))
				values = append(values, value(t))
				cites = append(cites, c.citeTarget(p, j))
				listed = append(listed, p.ID+"/"+t.ID)
			}
		}
	}
	if wantMeasures {
		n := 0
		for j := range p.Sections {
			if x := &p.Sections[j]; x.Kind == corpus.KindMeasure && p.Top(j) == i {
				n++
				said = append(said, fmt.Sprintf("%d.%s", x.No, x.Title))
				listed = append(listed, p.ID+"/"+x.ID)
				cites = append(cites, c.citeSection(p, j))
				for k := range p.Clauses {
					if p.Clauses[k].Section == j {
						cites = append(cites, c.citeClause(p, k))
						for _, l := range p.Clauses[k].Leads {
							if !slices.Contains(leads, l) {
								leads = append(leads, l)
							}
						}
					}
				}
			}
		}
	}
	if len(cites) == 0 {
		return c.none(fmt.Sprintf("%s没有写这方面的内容。", s.Label), nil)
	}
	if c.q.WantLead && !c.q.Goal && !c.q.Tasks && len(leads) > 0 {
		said = []string{fmt.Sprintf("涉及%d个牵头单位:%s", len(leads), strings.Join(leads, "、"))}
	}
	a := c.done(KindOverview, s.Label+":"+strings.Join(said, ";")+"。", cites, 0.95)
	a.Leads, a.Values = leads, values
	n := len(said)
	a.Count, a.Listed = &n, listed
	return a
}

func orWording(t *corpus.Target) string {
	if t.Value != "" {
		return t.Value
	}
	return t.Wording
}

// describeItem answers about a numbered item: its clauses with their leads.
func (c *composer) describeItem(p *corpus.Plan, i int) *Answer {
	var cites []Citation
	var said, leads []string
	for k := range p.Clauses {
		cl := &p.Clauses[k]
		if !c.within(p, cl.Section, i) {
			continue
		}
		cites = append(cites, c.citeClause(p, k))
		s := "「" + shortOf(p, cl) + "」"
		if len(cl.Leads) > 0 {
			s += "由" + join(cl.Leads) + "牵头"
		}
		said = append(said, s)
		for _, l := range cl.Leads {
			if !slices.Contains(leads, l) {
				leads = append(leads, l)
			}
		}
	}
	cites = append([]Citation{c.citeSection(p, i)}, cites...)
	kind := KindOverview
	if c.q.Ask == question.AskLead {
		kind = KindLead
	}
	head := p.Sections[i].Label
	if title := p.Sections[i].Title; title != "" {
		head += "「" + title + "」"
	}
	a := c.done(kind, fmt.Sprintf("%s:%s。", head, strings.Join(firsts(said, 8), ";")), cites, 0.95)
	a.Leads = leads
	return a
}

// within reports whether section s is i or lies below it.
func (c *composer) within(p *corpus.Plan, s, i int) bool {
	for ; s >= 0; s = p.Sections[s].Parent {
		if s == i {
			return true
		}
	}
	return false
}

// introduce answers a message that is only the name of a plan, or of several.
func (c *composer) introduce() *Answer {
	if len(c.scope) > 1 {
		return c.clarify("想查哪个方案的什么内容?", c.overviews())
	}
	return c.planOverview()
}

// planOverview lists the top sections.
func (c *composer) planOverview() *Answer {
	p := c.plan()
	var said []string
	var cites []Citation
	for i := range p.Sections {
		if s := &p.Sections[i]; s.Parent < 0 {
			said = append(said, s.Title)
			cites = append(cites, c.citeSection(p, i))
		}
	}
	n, word := topCount(p)
	if n == 0 {
		n = len(said)
	}
	a := c.done(KindOverview, fmt.Sprintf("《%s》一共%d%s:%s。", p.Card.Title, n, word, strings.Join(said, "、")), cites, 0.95)
	a.Count = &n
	return a
}

// which answers in which section a topic stands.
func (c *composer) which() *Answer {
	if c.q.Most == "most" || c.q.Most == "least" {
		return c.mostMeasures()
	}
	if !c.hasContent() && (len(c.q.Years) > 0 || c.q.Relative != "") {
		return c.byYear()
	}
	p := c.pick(c.q.Topic, anyUnit)
	if !p.found {
		if strings.TrimSpace(c.q.Topic) == "" {
			return c.planOverview()
		}
		return c.notSaid(p)
	}
	var said []string
	for _, e := range c.widen(p).kept {
		un := c.engine.match.units[e.unit]
		plan := c.engine.plans[un.plan]
		section := 0
		if un.clause >= 0 {
			section = plan.Clauses[un.clause].Section
		} else {
			section = plan.Targets[un.target].Section
		}
		if l := plan.Sections[section].Label; !slices.Contains(said, l) {
			said = append(said, l)
		}
	}
	return c.done(KindClause, fmt.Sprintf("在%s。", strings.Join(firsts(said, 5), "、")), c.citeAll(c.widen(p).kept), p.ranked[0].cover)
}

// quote gives the original text of a section, clause, target or topic.
func (c *composer) quote() *Answer {
	if a := c.ruleAsked(); a != nil {
		return a
	}
	if a := c.preamble(); a != nil {
		return a
	}
	if len(c.scope) == 1 && len(c.q.Sections) > 0 {
		p := c.plan()
		r := c.q.Sections[0]
		if i, ok := c.resolve(p, r); ok {
			return c.quoteSection(p, i, r)
		}
		return c.badRef()
	}
	if len(c.scope) == 1 {
		if i, ok := c.namedSection(c.plan()); ok {
			return c.quoteSection(c.plan(), i, question.Ref{Path: []int{c.plan().Sections[i].No}})
		}
	}
	p := c.pick(c.q.Topic, anyUnit)
	if !p.found {
		return c.notSaid(p)
	}
	if c.short(p.topic) {
		p = c.widen(p)
	}
	kept := c.withoutInner(p.kept)
	cites := dedupe(c.citeAll(kept))
	return c.done(KindQuote, quoteHeadline(cites), cites, p.ranked[0].cover)
}

// quoteSection quotes what stands under a section: its targets, or the item.
func (c *composer) quoteSection(p *corpus.Plan, i int, r question.Ref) *Answer {
	s := &p.Sections[i]
	if j := c.clauseAt(p, r); j >= 0 {
		x := c.citeClause(p, j)
		return c.done(KindQuote, quoteHeadline([]Citation{x}), []Citation{x}, 1)
	}
	span := corpus.Span{Start: s.Heading.Start, End: s.Body.End}
	if c.q.Goal || strings.Contains(fold.String(c.q.Text), "主要目标") || len(r.Path) == 2 && r.Path[1] == 0 {
		for j := range p.Sections {
			if x := &p.Sections[j]; x.Kind == corpus.KindTargets && p.Top(j) == i {
				span, s = x.Body, x
			}
		}
	}
	span = trimSpace(p.Text, span)
	x := c.cite(p, s.ID, s.Label, span)
	return c.done(KindQuote, quoteHeadline([]Citation{x}), []Citation{x}, 1)
}

// quoteHeadline says where the quotes below it stand.
func quoteHeadline(cites []Citation) string {
	if len(cites) == 1 {
		return cites[0].Label + "的原文如下。"
	}
	return fmt.Sprintf("原文有%d处,如下。", len(cites))
}

func trimSpace(text string, s corpus.Span) corpus.Span {
	t := s.In(text)
	s.Start += len(t) - len(strings.TrimLeft(t, " \r\n\t　"))
	s.End -= len(t) - len(strings.TrimRight(t, " \r\n\t　"))
	return s
}

// ruleAsked quotes the rule of the marks when the question is about it.
func (c *composer) ruleAsked() *Answer {
	if !strings.Contains(c.q.Text, "下同") && !strings.Contains(c.q.Text, "不再列出") {
		return nil
	}
	return c.implement()
}

// implement answers who carries the measures out, from the rule of the marks.
func (c *composer) implement() *Answer {
	for _, i := range c.scope {
		p := c.engine.plans[i]
		for _, r := range p.Rules {
			if len(r.Units) == 0 {
				continue
			}
			x := c.ruleCitation(p, r)
			return c.done(KindClause, fmt.Sprintf("各项举措都由%s负责落实(写在第一处牵头标注里,写明“下同”,对以后各条都适用);牵头单位另见各条标注。", strings.Join(r.Units, "、")), []Citation{x}, 0.95)
		}
	}
	if a := c.duty(); a != nil {
		return a
	}
	return c.none("方案没有统一写明由谁落实,各条的责任单位见各条标注。", nil)
}

// duties are what closing articles say of a whole plan: 本方案由市民政局负责解释.
var duties = regexp.MustCompile(`由[^,，。；;]{2,40}负责(?:组织实施|解释)`)

// duty answers who carries out a plan, or explains it, from the clause that
// says so of the whole plan; nil where none does.
func (c *composer) duty() *Answer {
	want := ""
	for _, w := range []string{"组织实施", "解释"} {
		if strings.Contains(c.q.Text, w) {
			want = w
		}
	}
	if want == "" || strings.TrimSpace(c.q.Topic) != "" || len(c.scope) != 1 {
		return nil
	}
	p := c.plan()
	for i := range p.Clauses {
		for _, said := range duties.FindAllString(p.Clauses[i].Quote.In(p.Text), -1) {
			if strings.HasSuffix(said, want) {
				return c.done(KindClause, "「"+said+"」。", []Citation{c.citeClause(p, i)}, 0.9)
			}
		}
	}
	return nil
}

// ruleCitation quotes the clause whose mark states a rule.
func (c *composer) ruleCitation(p *corpus.Plan, r corpus.Rule) Citation {
	for j := range p.Clauses {
		if p.Clauses[j].Mark.Contains(r.At) {
			return c.citeClause(p, j)
		}
	}
	return c.cite(p, "0", p.Card.Title, r.At)
}

// preamble quotes what stands before the first section, when the question asks
// for it.
func (c *composer) preamble() *Answer {
	if len(c.scope) != 1 || !strings.ContainsAny(c.q.Text, "开前引序首目") {
		return nil
	}
	asked := false
	for _, w := range []string{"开头", "前言", "引言", "序言", "开篇", "首段", "第一段", "制定目的", "指导思想"} {
		asked = asked || strings.Contains(c.q.Text, w)
	}
	p := c.plan()
	span := p.Preamble()
	if !asked || span.Empty() {
		return nil
	}
	return c.done(KindQuote, "方案开头的原文如下。", []Citation{c.cite(p, "0", "前言", trimSpace(p.Text, span))}, 1)
}
