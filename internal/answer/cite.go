package answer

import (
	"slices"

	"github.com/wence-qa/wence/corpus"
)

// Cite returns the clause, target or section with an id of a plan.
func (e *Engine) Cite(plan, id string) (Citation, bool) {
	p, ok := e.plan(plan)
	if !ok {
		return Citation{}, false
	}
	c := &composer{engine: e}
	for i := range p.Clauses {
		if p.Clauses[i].ID == id {
			return c.citeClause(p, i), true
		}
	}
	for i := range p.Targets {
		if p.Targets[i].ID == id {
			return c.citeTarget(p, i), true
		}
	}
	for i := range p.Sections {
		if p.Sections[i].ID == id {
			return c.citeWhole(p, i), true
		}
	}
	return Citation{}, false
}

// Around returns the whole text that a clause or target stands in: its numbered
// item, or the paragraph of targets.
func (e *Engine) Around(plan, id string) (Citation, bool) {
	p, ok := e.plan(plan)
	if !ok {
		return Citation{}, false
	}
	section := -1
	if i := slices.IndexFunc(p.Clauses, func(x corpus.Clause) bool { return x.ID == id }); i >= 0 {
		section = p.Clauses[i].Section
	} else if i := slices.IndexFunc(p.Targets, func(x corpus.Target) bool { return x.ID == id }); i >= 0 {
		section = p.Targets[i].Section
	} else if i := slices.IndexFunc(p.Sections, func(x corpus.Section) bool { return x.ID == id }); i >= 0 {
		section = i
	}
	if section < 0 {
		return Citation{}, false
	}
	return (&composer{engine: e}).citeWhole(p, section), true
}

// citeWhole quotes a section with its heading.
func (c *composer) citeWhole(p *corpus.Plan, i int) Citation {
	s := &p.Sections[i]
	return c.cite(p, s.ID, s.Label, trimSpace(p.Text, corpus.Span{Start: s.Heading.Start, End: s.Body.End}))
}

// Source names where a quote stands: plan, place in it, id.
func (e *Engine) Source(x Citation) string { return (&composer{engine: e}).source(x) }

func (e *Engine) plan(id string) (*corpus.Plan, bool) {
	i := slices.IndexFunc(e.plans, func(p *corpus.Plan) bool { return p.ID == id })
	if i < 0 {
		return nil, false
	}
	return e.plans[i], true
}
