package ground

import (
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// OfClause returns clause i of p as evidence: its words with the parts of the
// sentence that it shares, and the titles above it.
func OfClause(p *corpus.Plan, i int) Clause {
	c := &p.Clauses[i]
	text := p.Quote(c.Quote)
	var facts []string
	if p.Card.Region != "" {
		facts = append(facts, p.Card.Region)
	}
	if !c.Sentence.Empty() {
		facts = append(facts, text)
		text = p.Quote(c.Head) + text + joinTail(p, c) + p.Quote(c.Tail)
	}
	return Clause{
		Text:         text,
		Label:        label(p, p.Label(c), c.Section),
		Leads:        c.Leads,
		Support:      c.Support,
		Responsible:  c.Responsible,
		Implementers: c.Implementers,
		Facts:        facts,
	}
}

// joinTail is the comma between the last mark of a shared sentence and its tail.
func joinTail(p *corpus.Plan, c *corpus.Clause) string {
	if c.Tail.Start > 0 && strings.ContainsAny(p.Text[c.Tail.Start-1:c.Tail.Start], ",;") || strings.HasSuffix(p.Text[:c.Tail.Start], "，") {
		return ","
	}
	return ""
}

// OfTarget returns target i of p as evidence: its words, with date and scope
// when they stand elsewhere, the titles above it, and the parts of the units of
// the clause that holds it.
func OfTarget(p *corpus.Plan, i int) Clause {
	t := &p.Targets[i]
	out := Clause{Text: p.Quote(t.Quote), Label: label(p, p.TargetLabel(t), t.Section)}
	if p.Card.Region != "" {
		out.Facts = append(out.Facts, p.Card.Region)
	}
	if t.DeadlineWording != "" && !t.Quote.Contains(t.DeadlineAt) {
		out.Facts = append(out.Facts, t.DeadlineWording)
	}
	if t.ScopeStated {
		out.Facts = append(out.Facts, t.Scope)
	}
	if t.Clause >= 0 {
		c := &p.Clauses[t.Clause]
		out.Leads, out.Support, out.Responsible, out.Implementers = c.Leads, c.Support, c.Responsible, c.Implementers
	}
	return out
}

// label is a label with the titles above a section, the outermost first.
func label(p *corpus.Plan, label string, section int) string {
	titles := []string{}
	for i := section; i >= 0; i = p.Sections[i].Parent {
		if p.Sections[i].Kind != corpus.KindTargets && p.Sections[i].Kind != corpus.KindMeasures {
			titles = append(titles, p.Sections[i].Title)
		}
	}
	titles = append(titles, label)
	slices.Reverse(titles)
	return strings.Join(titles, " ")
}
