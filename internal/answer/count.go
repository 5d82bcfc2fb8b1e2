package answer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// count answers how many.
func (c *composer) count() *Answer {
	p := c.plan()
	switch {
	case c.q.Most == "single":
		return c.singles(p)
	case c.q.Most == "most" || c.q.Most == "least":
		if c.q.Count == "agencies" {
			return c.mostTasks(p)
		}
		return c.mostMeasures()
	case len(c.q.Agencies) > 1:
		return c.tasksOfSeveral()
	case len(c.q.Agencies) == 1:
		return c.tasks()
	case len(c.q.Sections) > 0:
		return c.countIn(p)
	}
	if i, ok := c.namedSection(p); ok {
		return c.countSection(p, i)
	}
	return c.countAll(p)
}

// ledCounts returns the lead agencies of p in the order of the text with the
// number of clauses that each leads.
func ledCounts(p *corpus.Plan) (names []string, n map[string]int) {
	n = map[string]int{}
	for i := range p.Clauses {
		for _, l := range p.Clauses[i].Leads {
			if n[l] == 0 {
				names = append(names, l)
			}
			n[l]++
		}
	}
	return names, n
}

// singles answers which agencies lead exactly one task.
func (c *composer) singles(p *corpus.Plan) *Answer {
	names, n := ledCounts(p)
	names = slices.DeleteFunc(names, func(s string) bool { return n[s] != 1 })
	var cites []Citation
	for i := range p.Clauses {
		if len(p.Clauses[i].Leads) > 0 && slices.Contains(names, p.Clauses[i].Leads[0]) {
			cites = append(cites, c.citeClause(p, i))
		}
	}
	k := len(names)
	if k == 0 {
		return c.none("方案里没有只牵头一项的单位。", nil)
	}
	a := c.done(KindCount, fmt.Sprintf("只牵头一项的单位有%d个:%s。", k, strings.Join(names, "、")), cites, 0.97)
	a.Count, a.Leads = &k, names
	return a
}

// mostTasks answers which agency leads most, or least.
func (c *composer) mostTasks(p *corpus.Plan) *Answer {
	names, n := ledCounts(p)
	if len(names) == 0 {
		return c.none("方案没有标注牵头单位。", nil)
	}
	slices.SortStableFunc(names, func(a, b string) int { return n[b] - n[a] })
	word := "最多"
	if c.q.Most == "least" {
		slices.Reverse(names)
		word = "最少"
	}
	k := n[names[0]]
	var top, rest []string
	for _, x := range names {
		if n[x] == k {
			top = append(top, x)
		} else if len(rest) < 2 {
			rest = append(rest, fmt.Sprintf("%s%d项", x, n[x]))
		}
	}
	var cites []Citation
	for i := range p.Clauses {
		if slices.ContainsFunc(p.Clauses[i].Leads, func(l string) bool { return slices.Contains(top, l) }) {
			cites = append(cites, c.citeClause(p, i))
		}
	}
	a := c.done(KindCount, fmt.Sprintf("牵头任务%s的是%s,%d项。", word, join(top), k), cites, 0.97)
	a.Count, a.Leads = &k, top
	if c.q.Most == "most" && len(rest) > 0 {
		a.Text = strings.Replace(a.Text, a.Headline, a.Headline+"其次是"+strings.Join(rest, "、")+"。", 1)
	}
	return a
}

// mostMeasures answers which top section has most measures.
func (c *composer) mostMeasures() *Answer {
	p := c.plan()
	count := map[int]int{}
	var order []int
	for j := range p.Sections {
		if p.Sections[j].Kind == corpus.KindMeasure {
			top := p.Top(j)
			if count[top] == 0 {
				order = append(order, top)
			}
			count[top]++
		}
	}
	if len(order) == 0 {
		return c.none("方案没有编号的举措。", nil)
	}
	best := count[order[0]]
	for _, i := range order {
		if c.q.Most == "least" {
			best = min(best, count[i])
		} else {
			best = max(best, count[i])
		}
	}
	var said []string
	var cites []Citation
	for _, i := range order {
		if count[i] != best {
			continue
		}
		said = append(said, p.Sections[i].Label)
		cites = append(cites, c.citeSection(p, i))
		for j := range p.Sections {
			if p.Sections[j].Kind == corpus.KindMeasure && p.Top(j) == i {
				cites = append(cites, c.citeSection(p, j))
			}
		}
	}
	word := map[bool]string{true: "最少", false: "最多"}[c.q.Most == "least"]
	a := c.done(KindCount, fmt.Sprintf("举措%s的是%s,%d条。", word, join(said), best), cites, 0.95)
	if len(said) > 1 {
		a.Headline = fmt.Sprintf("举措%s的是%s,各%d条。", word, join(said), best)
		c.body(a)
	}
	a.Count = &best
	return a
}

// countIn counts within a section named by number.
func (c *composer) countIn(p *corpus.Plan) *Answer {
	i, ok := c.resolve(p, c.q.Sections[0])
	if !ok {
		return c.badRef()
	}
	return c.countSection(p, i)
}

// countSection counts the things asked for in section i.
func (c *composer) countSection(p *corpus.Plan, i int) *Answer {
	n, cites, what := c.countThings(p, func(s int) bool { return c.within(p, s, i) })
	if n == 0 {
		return c.none(fmt.Sprintf("%s里没有%s。", p.Sections[i].Label, what), nil)
	}
	a := c.done(KindCount, fmt.Sprintf("%s有%d%s。", p.Sections[i].Label, n, what), cites, 0.95)
	a.Count = &n
	return a
}

// countAll counts the things asked for in the whole plan.
func (c *composer) countAll(p *corpus.Plan) *Answer {
	if c.q.Count == "actions" || c.q.Count == "" {
		return c.planOverview()
	}
	n, cites, what := c.countThings(p, func(int) bool { return true })
	if n == 0 {
		return c.none(fmt.Sprintf("方案里没有%s。", what), nil)
	}
	head := fmt.Sprintf("方案一共有%d%s。", n, what)
	if c.q.Count == "agencies" {
		names, _ := ledCounts(p)
		head = fmt.Sprintf("方案一共有%d个牵头单位:%s。", n, strings.Join(names, "、"))
	}
	if len(cites) > 40 {
		cites = nil // a number of this size is not shown by quoting everything
	}
	a := c.done(KindCount, head, cites, 0.95)
	a.Count = &n
	return a
}

// countThings counts the measures, targets, tasks or agencies in the sections
// that in accepts.
func (c *composer) countThings(p *corpus.Plan, in func(section int) bool) (n int, cites []Citation, what string) {
	switch c.q.Count {
	case "measures", "actions", "":
		for j := range p.Sections {
			if p.Sections[j].Kind == corpus.KindMeasure && in(j) {
				n++
				cites = append(cites, c.citeSection(p, j))
			}
		}
		return n, cites, "条重点举措"
	case "targets":
		for j := range p.Targets {
			if t := &p.Targets[j]; t.Clause < 0 && in(t.Section) {
				n++
				cites = append(cites, c.citeTarget(p, j))
			}
		}
		return n, dedupe(cites), "项主要目标"
	case "agencies":
		var names []string
		for j := range p.Clauses {
			if !in(p.Clauses[j].Section) {
				continue
			}
			for _, l := range p.Clauses[j].Leads {
				if !slices.Contains(names, l) {
					names = append(names, l)
					cites = append(cites, c.citeClause(p, j))
				}
			}
		}
		return len(names), cites, "个牵头单位"
	}
	marked, led := markCounts(p)
	if marked == 0 {
		return c.countItemsOf(p, in)
	}
	for j := range p.Clauses {
		if cl := &p.Clauses[j]; in(cl.Section) && !cl.Mark.Empty() {
			n++
			cites = append(cites, c.citeClause(p, j))
		}
	}
	if led == 0 {
		return n, cites, "项任务(按责任标注计)"
	}
	return n, cites, "项任务(按牵头标注计)"
}

// markCounts returns how many clauses of p have a mark, and how many a lead.
func markCounts(p *corpus.Plan) (marked, led int) {
	for i := range p.Clauses {
		if !p.Clauses[i].Mark.Empty() {
			marked++
		}
		if len(p.Clauses[i].Leads) > 0 {
			led++
		}
	}
	return marked, led
}

// countItemsOf counts the numbered items of a plan without marks: the innermost
// headings.
func (c *composer) countItemsOf(p *corpus.Plan, in func(section int) bool) (n int, cites []Citation, what string) {
	items := slices.DeleteFunc(leaves(p), func(j int) bool { return p.Sections[j].No == 0 || !in(j) })
	if inner := slices.DeleteFunc(slices.Clone(items), func(j int) bool { return p.Sections[j].Parent < 0 }); len(inner) > 0 {
		items = inner
	}
	for _, j := range items {
		cites = append(cites, c.citeSection(p, j))
	}
	return len(items), cites, "条(按编号计,没有标注责任单位)"
}

// leaves returns the sections of p that have none within.
func leaves(p *corpus.Plan) []int {
	parent := map[int]bool{}
	for i := range p.Sections {
		parent[p.Sections[i].Parent] = true
	}
	var out []int
	for i := range p.Sections {
		if !parent[i] {
			out = append(out, i)
		}
	}
	return out
}

// compare answers whether things are the same, or which is more.
func (c *composer) compare() *Answer {
	if len(c.q.Agencies) >= 2 && (!c.hasContent() || len([]rune(c.q.Topic)) < 2) {
		return c.compareAgencies()
	}
	if len(c.q.Parts) >= 2 {
		if c.q.Most == "more" || c.q.Most == "most" || c.q.Most == "least" || c.q.Goal || c.q.HowMuch {
			if a := c.targetParts(KindCompare); a != nil {
				return a
			}
		}
		if a := c.leadPartsAs(KindCompare); a != nil {
			return a
		}
		if a := c.targetParts(KindCompare); a != nil {
			return a
		}
	}
	if c.q.Goal {
		return c.target()
	}
	return c.lead()
}

func (c *composer) leadPartsAs(kind Kind) *Answer {
	picks := c.pickParts(wantLeads(c))
	if picks == nil {
		return nil
	}
	return c.composeParts(kind, picks)
}

// compareAgencies answers which of several agencies leads more.
func (c *composer) compareAgencies() *Answer {
	var names, said []string
	var cites []Citation
	var counts []int
	for _, a := range c.q.Agencies {
		name, clauses := c.led(a, anyClause)
		if name == "" {
			name = a.Written
		}
		names = append(names, name)
		counts = append(counts, len(clauses))
		said = append(said, fmt.Sprintf("%s%d项", name, len(clauses)))
		for _, u := range clauses {
			cites = append(cites, c.citeUnit(u))
		}
	}
	best := slices.Max(counts)
	if best == 0 {
		return c.none(fmt.Sprintf("方案里没有由%s牵头的工作。", join(names)), nil)
	}
	var top []string
	for i, n := range counts {
		if n == best {
			top = append(top, names[i])
		}
	}
	head := ""
	if len(top) == len(names) {
		head = fmt.Sprintf("一样多,各%d项:%s。", best, strings.Join(said, "、"))
	} else {
		head = fmt.Sprintf("%s牵头的更多:%s。", join(top), strings.Join(said, "、"))
	}
	a := c.done(KindCompare, head, cites, 0.97)
	a.Leads = names
	a.Count = &best
	return a
}
