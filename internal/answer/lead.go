package answer

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// lead answers who leads the thing asked about.
func (c *composer) lead() *Answer {
	if len(c.q.Parts) >= 2 && (c.q.Each || c.q.Same || c.asksTwice()) {
		if a := c.leadParts(); a != nil {
			return a
		}
	}
	p := c.carried(c.pick(c.q.Topic, wantLeads(c)))
	if c.q.Context != "" && (!p.found || c.thin(p)) {
		if q := c.story(wantLeads(c)); q.found || c.q.Topic == "" {
			p = q
		}
	}
	if item, ok := c.wholeItem(p); ok {
		p.kept, p.found = item, true
	} else if p.found {
		if a := c.targetLead(p); a != nil {
			return a
		}
		p.kept = c.narrow(p)
	} else {
		if a := c.targetLead(p); a != nil {
			return a
		}
		return c.noLead(p)
	}
	leads := c.leads(p.kept)
	if len(leads) == 0 {
		return c.otherRoles(p)
	}
	if !c.sameClauseLeads(p.kept) {
		return c.severalLeads(p)
	}
	if c.q.Carry == "" {
		p.kept = c.agree(p)
	}
	about := c.about(p.topic, p.kept[0].unit)
	a := c.done(KindLead, c.otherFigure(p)+c.leadHeadline(about, leads, p), c.citeAll(p.kept), p.ranked[0].cover)
	a.Leads = leads
	return a
}

// otherFigure corrects a quantity that the question supposes and the clause has
// another of: 350家 where it says 250家. It returns "" for none.
func (c *composer) otherFigure(p pick) string {
	plan, cl, ok := c.clauseOf(p.kept[0].unit)
	if !ok || len(p.kept) > 1 {
		return ""
	}
	text := cl.Quote.In(plan.Text)
	for _, said := range quantityForm.FindAllString(fold.String(c.q.Text), -1) {
		unit := strings.TrimLeftFunc(said, func(r rune) bool { return !unicode.IsDigit(r) })
		unit = strings.TrimLeft(unit, "0123456789.")
		if unit == "" || strings.Contains(text, said) {
			continue
		}
		same := slices.DeleteFunc(quantityForm.FindAllString(text, -1), func(n string) bool { return !strings.HasSuffix(n, unit) })
		if len(same) > 0 {
			return fmt.Sprintf("不是%s,方案写的是%s。", said, nearest(p.topic, text, same))
		}
	}
	return ""
}

// asksTwice reports whether the question asks for several things without
// saying 分别: two words that ask who.
func (c *composer) asksTwice() bool {
	return strings.Count(c.q.Text, "谁")+strings.Count(c.q.Text, "哪") >= 2
}

// sameClauseLeads reports whether all leads come from each of the clauses.
func (c *composer) sameClauseLeads(kept []evidence) bool {
	_, first, _ := c.clauseOf(kept[0].unit)
	for _, e := range kept[1:] {
		_, cl, _ := c.clauseOf(e.unit)
		if !slices.Equal(cl.Leads, first.Leads) {
			return false
		}
	}
	return true
}

// agree adds the clauses that fit a little less but have the same lead and say
// all the topic says, so that the reader sees every place.
func (c *composer) agree(p pick) []evidence {
	kept := slices.Clone(p.kept)
	for _, e := range p.ranked {
		if len(kept) >= 4 || slices.ContainsFunc(kept, func(k evidence) bool { return k.unit == e.unit }) {
			continue
		}
		if e.cover >= clearFit && slices.Equal(c.leads([]evidence{e}), c.leads(kept)) {
			kept = append(kept, e)
		}
	}
	return kept
}

// wholeItem returns all clauses of the numbered item whose title is what the
// question is about: it names the topic to the letter, and no clause does.
func (c *composer) wholeItem(p pick) ([]evidence, bool) {
	m := c.engine.match
	if len(p.ranked) == 0 {
		return nil, false
	}
	text, asked := letters(string(p.topic.text)), letters(fold.String(c.q.Text))
	un := m.units[p.ranked[0].unit]
	plan := c.engine.plans[un.plan]
	item := -1
	for _, e := range p.ranked {
		x := m.units[e.unit]
		switch {
		case x.plan != un.plan || x.clause < 0:
		case strings.Contains(letters(x.own), text):
			return nil, false
		case item < 0 && c.titled(plan, plan.Clauses[x.clause].Section, text, asked):
			item = plan.Clauses[x.clause].Section
		}
	}
	if item < 0 {
		return nil, false
	}
	var out []evidence
	for u, x := range m.units {
		if x.plan == un.plan && x.clause >= 0 && plan.Clauses[x.clause].Section == item {
			out = append(out, evidence{unit: u, cover: 1, own: 1})
		}
	}
	c.explain("整条举措:%s", plan.Sections[item].Label)
	return out, true
}

// titled reports whether section s is what is asked about: its title stands in
// the question, or the whole topic stands in its title.
func (c *composer) titled(p *corpus.Plan, s int, topic, asked string) bool {
	title := letters(fold.String(p.Sections[s].Title))
	if p.Sections[s].Kind != corpus.KindMeasure || title == "" {
		return false
	}
	return strings.Contains(asked, title) || len([]rune(topic)) >= 4 && strings.Contains(title, topic)
}

// letters drops everything but letters and digits.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// targetLead answers who leads a target: target paragraphs carry no mark.
func (c *composer) targetLead(p pick) *Answer {
	t := c.pick(c.q.Topic, func(u unit) bool {
		return u.target >= 0 && c.engine.plans[u.plan].Targets[u.target].Clause < 0
	})
	if !t.found || t.kept[0].specify > 0 && t.kept[0].specify < 0.6 || len(p.ranked) > 0 && t.kept[0].cover < p.ranked[0].cover+0.12 {
		return nil
	}
	_, tg, _ := c.targetOf(t.kept[0].unit)
	near := t
	near.ranked = p.ranked
	return c.unmarkedTarget(near, tg)
}

// unmarkedTarget says that a target has no lead of its own, and shows the
// marked clauses that come nearest.
func (c *composer) unmarkedTarget(p pick, t *corpus.Target) *Answer {
	a := c.done(KindLead, fmt.Sprintf("方案没有单独为「%s」这项目标标注牵头单位。", t.Indicator), []Citation{c.citeUnit(p.kept[0].unit)}, p.kept[0].cover)
	for _, e := range p.ranked {
		if _, _, ok := c.clauseOf(e.unit); ok && len(a.Nearest) < 3 {
			a.Nearest = append(a.Nearest, c.citeUnit(e.unit))
		}
	}
	c.body(a)
	return a
}

// leadHeadline names the lead, and corrects an agency that the question
// supposed.
func (c *composer) leadHeadline(about string, leads []string, p pick) string {
	said := fmt.Sprintf("「%s」由%s牵头", about, join(leads))
	if r := p.kept[0].related; r != "" {
		said = fmt.Sprintf("方案没有「%s」的说法,最接近的是:%s", r, said)
	}
	plan, _, _ := c.clauseOf(p.kept[0].unit)
	if right, wrong := c.checkClaims(plan, leads); c.q.Negated && (right || wrong != "") {
		if right {
			return "不对," + said + "。"
		}
		return "对,不是" + wrong + "," + said + "。"
	} else if wrong != "" {
		return fmt.Sprintf("不是%s,%s%s。", wrong, said, c.alsoLeads(p, wrong))
	} else if c.q.Doubt && !right {
		return "按方案原文,确实是:" + said + "。"
	} else if right && c.q.YesNo {
		return "是的," + said + "。"
	}
	return said + "。"
}

// alsoLeads names what the supposed agency leads in the same measure, so that a
// correction denies no more than it should.
func (c *composer) alsoLeads(p pick, agency string) string {
	plan, cl, ok := c.clauseOf(p.kept[0].unit)
	if !ok {
		return ""
	}
	for i := range plan.Clauses {
		if x := &plan.Clauses[i]; x.Section == cl.Section && slices.Contains(x.Leads, agency) {
			return fmt.Sprintf("(%s在同一举措里牵头的是「%s」)", agency, shortOf(plan, x))
		}
	}
	return ""
}

// checkClaims compares the agencies that the question supposes with leads. It
// returns the first that does not lead.
func (c *composer) checkClaims(p *corpus.Plan, leads []string) (right bool, wrong string) {
	for _, a := range c.q.Agencies {
		if !a.Claimed {
			continue
		}
		name, ok := c.engine.agencyName(p, a)
		if !ok {
			name = a.Name
		}
		if slices.Contains(leads, name) {
			right = true
		} else if wrong == "" {
			wrong = name
		}
	}
	if right {
		wrong = ""
	}
	return right, wrong
}

// severalLeads answers a topic that clauses of several leads fit equally well:
// all of them, each with its topic, when the plan speaks of the topic to the
// letter; else it asks back.
func (c *composer) severalLeads(p pick) *Answer {
	if len(p.kept) > 8 || p.kept[0].cover < clearFit {
		var choices []string
		for _, e := range p.kept[:min(4, len(p.kept))] {
			choices = append(choices, c.about(p.topic, e.unit)+"由谁牵头?")
		}
		a := c.clarify(fmt.Sprintf("「%s」在方案里涉及几项工作,牵头单位不同。问的是哪一项?", c.words(p)), choices)
		for _, e := range p.kept[:min(3, len(p.kept))] {
			a.Nearest = append(a.Nearest, c.citeUnit(e.unit))
		}
		return a
	}
	var parts, leads []string
	for _, e := range p.kept {
		l := c.leads([]evidence{e})
		parts = append(parts, c.ledOrNot(p.topic, e))
		for _, x := range l {
			if !slices.Contains(leads, x) {
				leads = append(leads, x)
			}
		}
	}
	a := c.done(KindLead, fmt.Sprintf("方案里有%d处,牵头单位不同:%s。", len(p.kept), strings.Join(parts, ";")), c.citeAll(p.kept), 0.8)
	a.Leads = leads
	return a
}

// ledOrNot says who leads a clause, or who is responsible where nobody does.
func (c *composer) ledOrNot(t *topic, e evidence) string {
	about := c.about(t, e.unit)
	_, cl, ok := c.clauseOf(e.unit)
	switch {
	case ok && len(cl.Leads) > 0:
		return fmt.Sprintf("「%s」由%s牵头", about, join(cl.Leads))
	case ok && len(cl.Responsible) > 0:
		return fmt.Sprintf("「%s」没有写明牵头单位,责任单位是%s", about, strings.Join(cl.Responsible, "、"))
	}
	return fmt.Sprintf("「%s」没有标注牵头单位", about)
}

// words is the topic as the user said it, for showing back.
func (c *composer) words(p pick) string {
	return strings.Join(strings.Fields(string(p.topic.text)), "")
}

// noLead abstains from naming a lead.
func (c *composer) noLead(p pick) *Answer {
	if len(c.q.Absent) > 0 && c.unwritten(p) {
		return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), p.ranked)
	}
	if a := c.duty(); a != nil {
		return a
	}
	if p.topic == nil || len(p.topic.text) == 0 {
		return c.clarify("想查哪项工作的牵头单位?请写出工作的名称。", c.starters())
	}
	if absent := c.absent(p.missing); len(absent) > 0 {
		return c.none(fmt.Sprintf("方案里没有找到「%s」的牵头单位:没有写到「%s」。", c.words(p), strings.Join(absent, "」「")), p.ranked)
	}
	return c.none(fmt.Sprintf("方案里没有找到「%s」的牵头单位。", c.words(p)), p.ranked)
}

// absent keeps the words that stand nowhere in the plans in scope.
func (c *composer) absent(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return len([]rune(w)) < 2 || slices.ContainsFunc(c.engine.match.units, func(u unit) bool { return c.inScope(u.plan) && strings.Contains(u.own+u.around, w) })
	})
}

// otherRoles answers with the responsible units where the plan names no lead.
func (c *composer) otherRoles(p pick) *Answer {
	kept := p.kept[:1]
	_, cl, _ := c.clauseOf(kept[0].unit)
	about := c.about(p.topic, kept[0].unit)
	if len(cl.Responsible) > 0 {
		return c.done(KindLead, c.ledOrNot(p.topic, kept[0])+"。", c.citeAll(kept), kept[0].cover)
	}
	return c.none(fmt.Sprintf("「%s」没有标注牵头单位。", about), p.ranked)
}

// leadParts answers who leads each of several things. It returns nil when the
// parts are not each found, so that the question is read as one.
func (c *composer) leadParts() *Answer {
	picks := c.pickParts(wantLeads(c))
	if picks == nil {
		return nil
	}
	return c.composeParts(KindLead, picks)
}

// A part is one thing of several, with what was chosen for it.
type part struct {
	name  string
	kept  []evidence
	topic *topic
	leads []string
}

// pickParts chooses for each part of the question, or returns nil when one of
// them is not found.
func (c *composer) pickParts(want func(unit) bool) []part {
	var out []part
	found := 0
	for i, text := range c.q.Parts {
		if len([]rune(text)) == 1 && len(c.q.Parts) > 2 {
			continue // what is left of a verb
		}
		p := c.pickPart(i, text, want)
		if !p.found {
			c.explain("「%s」单独找不到", text)
			out = append(out, part{name: text})
			continue
		}
		kept := c.narrow(p)
		leads := c.leads(kept)
		if len(leads) == 0 {
			return nil
		}
		kept = slices.DeleteFunc(slices.Clone(kept), func(e evidence) bool { return c.leads([]evidence{e}) == nil })
		out = append(out, part{text, kept, p.topic, leads})
		found++
	}
	if found == 0 || found < len(out) && !c.q.Each {
		return nil
	}
	return out
}

// pickPart tries a part alone, then with the words that it shares with the
// others: 秸秆还田和禁烧 means 秸秆禁烧.
func (c *composer) pickPart(i int, text string, want func(unit) bool) pick {
	best := c.pick(text, want)
	for _, s := range c.shared(i, text) {
		p := c.pick(s, want)
		if !p.found {
			continue
		}
		longer := best.found && p.ranked[0].cover >= clearFit && p.ranked[0].run > best.ranked[0].run && p.ranked[0].rank > best.ranked[0].rank
		clearer := best.found && p.ranked[0].cover >= clearFit && len(c.leads(c.narrow(best))) > 1 && len(c.leads(c.narrow(p))) == 1
		if !best.found || longer || clearer {
			best = p
		}
	}
	return best
}

// shared returns readings of part i with the head of the part before it, the
// tail of the part behind it, or the story around.
func (c *composer) shared(i int, text string) []string {
	var out []string
	rs := []rune(text)
	if i > 0 {
		if before := []rune(c.q.Parts[0]); len(before) > len(rs) && len(rs) <= 4 {
			out = append(out, string(before[:len(before)-len(rs)])+text)
		}
	}
	if i+1 < len(c.q.Parts) {
		if after := []rune(c.q.Parts[len(c.q.Parts)-1]); len(after) > len(rs) && len(rs) <= 4 {
			out = append(out, text+string(after[len(rs):]))
		}
	}
	if c.q.Context != "" && len(rs) <= 4 {
		for w := range strings.FieldsSeq(c.q.Context) {
			for _, n := range []int{2, 3, 4} {
				if r := []rune(w); len(r) >= n && c.engine.match.known(r[0], r[1]) {
					out = append(out, string(r[:n])+text)
				}
			}
		}
	}
	return out[:min(len(out), 8)]
}

// composeParts writes the answer for several things: each with its lead, and
// whether the leads are the same when that was asked.
func (c *composer) composeParts(kind Kind, parts []part) *Answer {
	var said, all []string
	var cites []Citation
	same := true
	var found []part
	for _, p := range parts {
		if p.kept == nil {
			said = append(said, fmt.Sprintf("方案里没有找到「%s」", p.name))
			continue
		}
		found = append(found, p)
		said = add(said, fmt.Sprintf("「%s」由%s牵头", c.about(p.topic, p.kept[0].unit), join(p.leads)))
		same = same && slices.Equal(p.leads, found[0].leads)
		for _, l := range p.leads {
			all = add(all, l)
		}
		cites = append(cites, c.citeAll(p.kept)...)
	}
	same, parts = same && len(found) == len(parts), found
	head := strings.Join(said, ",")
	if c.q.Same {
		if same {
			head = fmt.Sprintf("是同一个单位,都由%s牵头:%s", join(all), strings.Join(quoteAll(c, parts), "和"))
		} else {
			head = "不是同一个单位:" + head
		}
	}
	plan, _, _ := c.clauseOf(parts[0].kept[0].unit)
	if right, wrong := c.checkClaims(plan, all); wrong != "" {
		head = "不是" + wrong + ":" + head
	} else if right && !same {
		head = "不都是:" + head
	}
	a := c.done(kind, head+"。", cites, 0.9)
	a.Leads = all
	return a
}

func quoteAll(c *composer, parts []part) []string {
	var out []string
	for _, p := range parts {
		out = append(out, "「"+c.about(p.topic, p.kept[0].unit)+"」")
	}
	return out
}

func (c *composer) citeAll(kept []evidence) []Citation {
	var out []Citation
	for _, e := range kept {
		out = append(out, c.citeUnit(e.unit))
	}
	return out
}
