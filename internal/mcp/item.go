package mcp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// An item is a clause or target that a tool lists: its citation, and what the
// plan says about it.
type item struct {
	answer.Citation
	Kind      corpus.ItemKind `json:"kind" jsonschema:"clause or target; of get_clause also section, targets (a paragraph of them) or preamble"`
	Leads     []string        `json:"leads" jsonschema:"Lead agencies, exactly as the plan writes them. Empty when it names none."`
	Deadlines []string        `json:"deadlines" jsonschema:"Years that it names as deadlines."`
}

// A shelf is one plan with all its clauses and targets ready to be listed, in
// the order of the plan's own. It is read-only.
type shelf struct {
	plan    *corpus.Plan
	clauses []item
	targets []item
	leads   []string // lead agencies, as they first occur
}

func (s *Server) newShelf(p *corpus.Plan) *shelf {
	sh := &shelf{plan: p}
	for i := range p.Clauses {
		sh.clauses = append(sh.clauses, s.clauseItem(p, i))
		sh.leads = union(sh.leads, p.Clauses[i].Leads)
	}
	for i := range p.Targets {
		sh.targets = append(sh.targets, s.targetItem(p, i))
	}
	return sh
}

// clauseItem returns clause i of p.
func (s *Server) clauseItem(p *corpus.Plan, i int) item {
	cl := &p.Clauses[i]
	it := item{Citation: s.cite(p, cl.ID), Kind: corpus.ItemClause, Leads: slices.Clone(cl.Leads), Deadlines: []string{}}
	if it.Leads == nil {
		it.Leads = []string{}
	}
	for _, d := range cl.Deadlines {
		it.Deadlines = union(it.Deadlines, []string{d.Year})
	}
	return it
}

// targetItem returns target i of p.
func (s *Server) targetItem(p *corpus.Plan, i int) item {
	t := &p.Targets[i]
	it := item{Citation: s.cite(p, t.ID), Kind: corpus.ItemTarget, Leads: []string{}, Deadlines: []string{}}
	if t.Deadline != "" {
		it.Deadlines = append(it.Deadlines, t.Deadline)
	}
	if t.Clause >= 0 {
		it.Leads = append(it.Leads, p.Clauses[t.Clause].Leads...)
	}
	return it
}

// cite returns the citation of what has an id in p.
func (s *Server) cite(p *corpus.Plan, id string) answer.Citation {
	c, _ := s.engine.Cite(p.ID, id) // an id of p's own
	return s.link(c)
}

// write writes items as a numbered list for people.
func (s *Server) write(b *strings.Builder, items []item) {
	for i, it := range items {
		fmt.Fprintf(b, "\n\n%d. 「%s」\n——%s", i+1, it.Quote, s.engine.Source(it.Citation))
		if len(it.Leads) > 0 {
			b.WriteString(",牵头:" + strings.Join(it.Leads, "、"))
		}
		b.WriteString("\n" + it.URL)
	}
}

// writtenAs returns what a plan calls an agency that leads something in it, ""
// when none of that name does. The engine knows the aliases.
func (s *Server) writtenAs(ctx context.Context, sh *shelf, agency string) string {
	if slices.Contains(sh.leads, agency) {
		return agency
	}
	a := s.question(ctx, agency+"牵头哪些工作", sh.plan.ID)
	if a.Kind == answer.KindTasks && len(a.Leads) == 1 && slices.Contains(sh.leads, a.Leads[0]) {
		return a.Leads[0]
	}
	return ""
}

// leadsOf returns the lead agencies of plans, each once.
func leadsOf(plans []*shelf) []string {
	out := []string{}
	for _, sh := range plans {
		out = union(out, sh.leads)
	}
	return out
}

// union appends to list what of more is not in it.
func union(list, more []string) []string {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// noAgency says that an agency leads nothing, and which do.
func noAgency(agency string, plans []*shelf) string {
	return fmt.Sprintf("方案的牵头单位里没有「%s」。牵头单位有:%s。", agency, some(leadsOf(plans), 60))
}

// A taskList is what list_tasks returns.
type taskList struct {
	Agency  string   `json:"agency" jsonschema:"The agency as asked for."`
	Leads   []string `json:"leads" jsonschema:"The agency as the plans write it. Empty when it leads nothing."`
	Count   int      `json:"count" jsonschema:"How many clauses it leads."`
	Clauses []item   `json:"clauses"`
	Known   []string `json:"known_agencies" jsonschema:"When it leads nothing: all lead agencies of the plans. Else empty."`
}

// tasks lists what an agency leads.
func (s *Server) tasks(ctx context.Context, in tasksArgs) (*taskList, string, error) {
	if err := trimAll(arg{"agency", &in.Agency}, arg{"plan", &in.Plan}); err != nil {
		return nil, "", err
	}
	if in.Agency == "" {
		return nil, "", mistakef("没有单位。请在 agency 里写一个单位,例如「省林草局」。")
	}
	plans, err := s.plans(in.Plan)
	if err != nil {
		return nil, "", err
	}
	out := &taskList{Agency: in.Agency, Leads: []string{}, Clauses: []item{}, Known: []string{}}
	for _, sh := range plans {
		name := s.writtenAs(ctx, sh, in.Agency)
		if name == "" {
			continue
		}
		out.Leads = union(out.Leads, []string{name})
		for _, it := range sh.clauses {
			if slices.Contains(it.Leads, name) {
				out.Clauses = append(out.Clauses, it)
			}
		}
	}
	out.Count = len(out.Clauses)
	if out.Count == 0 {
		out.Known = leadsOf(plans)
		return out, noAgency(in.Agency, plans), nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s牵头%d项:", strings.Join(out.Leads, "、"), out.Count)
	s.write(&text, out.Clauses)
	return out, text.String(), nil
}
