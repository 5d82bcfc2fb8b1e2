package corpus

import (
	"fmt"
	"strings"
)

// buildSections turns headings into sections and gives each its own text.
func (p *parser) buildSections() {
	var open []int // sections that are not closed, outermost first

	p.outermost()
	for i, h := range p.heads {

		for len(open) > 0 && p.heads[open[len(open)-1]].num.rank >= h.num.rank {
			p.plan.Sections[open[len(open)-1]].Body.End = h.whole.Start
			open = open[:len(open)-1]
		}
		s := Section{
			No:      h.num.no,
			Title:   h.title.In(p.text),
			Level:   len(open) + 1,
			Parent:  -1,
			Heading: h.whole,
			TitleAt: h.title,
			Body:    Span{h.whole.End, len(p.text)},
		}
		if len(open) > 0 {
			s.Parent = open[len(open)-1]
		}
		p.plan.Sections = append(p.plan.Sections, s)
		open = append(open, i)
	}
	p.assignText()
	p.assignKinds()
}

// outermost gives headings without number the rank of the text's outermost
// numbered headings.
func (p *parser) outermost() {
	rank := rankCircled
	for _, h := range p.heads {
		if h.num.rank != rankPlain {
			rank = min(rank, h.num.rank)
		}
	}
	for i := range p.heads {
		h := &p.heads[i]
		if h.num.rank == rankPlain && (h.note || kindOf(h.title.In(p.text)) != KindSection) {
			h.num.rank = rank
		}
	}
}

// assignText gives every line that is no heading to the section it stands in.
func (p *parser) assignText() {
	p.paras = make([][]Span, len(p.heads))
	next := 0
	for i, ln := range p.lines {
		if ln.why != "" {
			p.skips = append(p.skips, Block{Kind: BlockSkipped, Span: ln.Span, Why: ln.why})
			continue
		}
		if next < len(p.heads) && p.heads[next].line == i {
			if rest := p.heads[next].rest; !rest.Empty() {
				p.paras[next] = append(p.paras[next], rest)
			}
			next++
			continue
		}
		if next == 0 {
			p.preamble = append(p.preamble, ln.Span)
		} else {
			p.paras[next-1] = append(p.paras[next-1], ln.Span)
		}
	}
}

// assignKinds decides what each section is.
func (p *parser) assignKinds() {
	hasChild := make([]bool, len(p.plan.Sections))
	for i := range p.plan.Sections {
		if parent := p.plan.Sections[i].Parent; parent >= 0 && !p.plan.Sections[i].TitleAt.Empty() {
			hasChild[parent] = true
		}
	}
	for i := range p.plan.Sections {
		s := &p.plan.Sections[i]
		h := p.heads[i]
		s.Kind = kindOf(s.Title)
		runIn := !h.rest.Empty() || h.num.rank >= rankArticle
		if s.Kind == KindSection && h.num.no > 0 && !hasChild[i] && len(p.paras[i]) > 0 && (s.Level > 1 || runIn) {
			s.Kind = KindMeasure
		}
	}
}

// inTargets reports whether section i or one around it is about targets.
func (p *parser) inTargets(i int) bool {
	for ; i >= 0; i = p.plan.Sections[i].Parent {
		if p.plan.Sections[i].Kind == KindTargets {
			return true
		}
	}
	return false
}

// number gives every section, target and clause its id and label. Ids follow
// from the text alone.
func (p *parser) number() {
	n := numberer{parser: p, taken: map[string]int{"0": 1}, counts: map[string]int{}}
	n.sections()
	n.clauses()
	n.targets()
	p.label()
}

// A numberer hands out ids, each once.
type numberer struct {
	*parser
	taken  map[string]int
	counts map[string]int
}

// take returns id, or id with a letter when it is taken.
func (n *numberer) take(id string) string {
	n.taken[id]++
	used := n.taken[id]
	if used == 1 {
		return id
	}
	for {
		unique := id + suffix(used)
		if n.taken[unique] == 0 {
			n.taken[unique] = 1
			n.taken[id] = used
			return unique
		}
		used++
	}
}

// suffix is "b" for 2, "c" for 3, …, "z2" for 27.
func suffix(n int) string {
	if n <= 26 {
		return string(rune('a' + n - 1))
	}
	return fmt.Sprintf("z%d", n-25)
}

// sections numbers the sections by the ordinals on their path. Headings below
// the outermost that only say 主要目标 or 重点举措 share their parent's id when
// all their siblings are such.
func (n *numberer) sections() {
	shared := n.sharing()
	last := map[int]int{} // parent: ordinal given last
	for i := range n.plan.Sections {
		s := &n.plan.Sections[i]
		if shared[i] {
			s.ID = n.plan.Sections[s.Parent].ID
			continue
		}
		no := s.No
		if no == 0 {
			no = last[s.Parent] + 1
		}
		last[s.Parent] = no
		id := fmt.Sprint(no)
		if s.Parent >= 0 {
			id = n.plan.Sections[s.Parent].ID + "." + id
		}
		s.ID = n.take(id)
	}
}

func (n *numberer) sharing() []bool {
	ordinary := map[int]bool{} // parents with another kind of child
	for _, s := range n.plan.Sections {
		if s.Kind != KindTargets && s.Kind != KindMeasures {
			ordinary[s.Parent] = true
		}
	}
	shared := make([]bool, len(n.plan.Sections))
	for i, s := range n.plan.Sections {
		shared[i] = s.Parent >= 0 && !ordinary[s.Parent]
	}
	return shared
}

// clauses numbers clauses below their sections. The text of a section with
// headings below it is ".0", so that it does not meet theirs.
func (n *numberer) clauses() {
	parents := map[string]bool{}
	for _, s := range n.plan.Sections {
		if s.Parent >= 0 && s.ID != n.plan.Sections[s.Parent].ID {
			parents[n.plan.Sections[s.Parent].ID] = true
		}
	}
	for i := range n.plan.Clauses {
		c := &n.plan.Clauses[i]
		id := n.plan.Sections[c.Section].ID
		if parents[id] {
			id += ".0"
		}
		n.counts[id]++
		c.ID = n.take(fmt.Sprintf("%s.%d", id, n.counts[id]))
	}
}

func (n *numberer) targets() {
	for i := range n.plan.Targets {
		t := &n.plan.Targets[i]
		id := n.plan.Sections[t.Section].ID + ".0"
		if t.Clause >= 0 {
			id = n.plan.Clauses[t.Clause].ID
		}
		n.counts["t"+id]++
		t.ID = n.take(fmt.Sprintf("%s.%d", id, n.counts["t"+id]))
	}
}

// label writes the sections' names for people, in the plan's own words.
func (p *parser) label() {
	word := p.commonWord()
	for i := range p.plan.Sections {
		s := &p.plan.Sections[i]
		switch {
		case word == "":
			s.Label = p.pathLabel(i)
		case s.Parent < 0:
			s.Label = fmt.Sprintf("第%s项%s“%s”", zhNumber(s.No), word, actionName(s.Title))
		case s.Kind == KindMeasure && p.plan.Sections[s.Parent].Kind == KindMeasures:
			s.Label = fmt.Sprintf("%s%d", p.plan.Sections[s.Parent].Label, s.No)
		case s.Kind == KindTargets || s.Kind == KindMeasures:
			s.Label = p.plan.Sections[s.Parent].Label + s.Title
		default:
			s.Label = p.plan.Sections[s.Parent].Label + p.ownLabel(i)
		}
	}
}

// Words that name what a plan's chapters are, as in “第六项行动”.
var chapterWords = []string{"行动", "工程", "任务", "举措"}

// commonWord is the word that all numbered chapters' titles end with; "" when
// they do not.
func (p *parser) commonWord() string {
	common, count := "", 0
	for _, s := range p.plan.Sections {
		if s.Parent >= 0 {
			continue
		}
		w, ok := cutSuffix(s.Title, chapterWords)
		if !ok || s.No == 0 || (common != "" && common != w) {
			return ""
		}
		common = w
		count++
	}
	if count < 2 {
		return ""
	}
	return common
}

// actionName is the name of an action in a title such as “实施…行动”.
func actionName(title string) string {
	name := strings.TrimPrefix(title, "实施")
	if _, ok := cutSuffix(name, chapterWords); !ok {
		return title
	}
	return name
}

// pathLabel joins the headings on the path to section i.
func (p *parser) pathLabel(i int) string {
	s := p.plan.Sections[i]
	if s.Parent < 0 {
		return p.ownLabel(i)
	}
	return p.pathLabel(s.Parent) + "／" + p.ownLabel(i)
}

// ownLabel is the heading of section i as written, on one line.
func (p *parser) ownLabel(i int) string {
	s := p.plan.Sections[i]
	return strings.TrimRightFunc(strings.Join(strings.Fields(s.Heading.In(p.text)), " "), isTailPunct)
}
