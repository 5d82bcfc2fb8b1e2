package mcp

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// longQuote is how many bytes of a plan get_clause returns in one piece.
const longQuote = 64 << 10

// A detail is what get_clause returns.
type detail struct {
	item
	Words        string            `json:"words" jsonschema:"The clause's own words, where it shares the quoted sentence with others; else empty."`
	Support      []string          `json:"support"`
	Responsible  []string          `json:"responsible"`
	Implementers []string          `json:"implementers" jsonschema:"Who carries it out by a rule of the plan."`
	Wordings     []string          `json:"deadline_wordings" jsonschema:"The deadlines as written."`
	Targets      []target          `json:"targets" jsonschema:"The target itself, or the targets in a clause or section."`
	Context      []answer.Citation `json:"context" jsonschema:"The numbered item or paragraph that it stands in, whole. Empty for such an item itself, and when it is very long."`
	Card         card              `json:"plan_card"`
}

// A target is what a plan wants reached.
type target struct {
	ID        string `json:"id"`
	Indicator string `json:"indicator"`
	Value     string `json:"value" jsonschema:"In the plan's words, with every qualifier."`
	Op        string `json:"op"`
	Number    string `json:"number"`
	Unit      string `json:"unit"`
	Deadline  string `json:"deadline" jsonschema:"Year."`
}

// A card says what plan a citation is from.
type card struct {
	ID string `json:"id"`
	corpus.Card
	URL string `json:"url" jsonschema:"The whole plan in the reader."`
}

// clause shows what has an id.
func (s *Server) clause(_ context.Context, in clauseArgs) (*detail, string, error) {
	if err := trimAll(arg{"plan", &in.Plan}, arg{"id", &in.ID}); err != nil {
		return nil, "", err
	}
	if in.Plan == "" || in.ID == "" {
		return nil, "", mistakef("plan 和 id 都要写,例如 plan「jilin-2024」、id「6.1.1」。可用的方案:%s。", s.planIDs())
	}
	plans, err := s.plans(in.Plan)
	if err != nil {
		return nil, "", err
	}
	p := plans[0].plan
	d := s.detail(plans[0], in.ID)
	if d == nil {
		return nil, "", mistakef("方案 %s 里没有编号「%s」。%s", p.ID, in.ID, known(p, in.ID))
	}
	if len(d.Quote) > longQuote {
		return nil, "", mistakef("编号「%s」的原文太长,请取其中的一条。%s", in.ID, known(p, in.ID+".x"))
	}
	d.Card = card{p.ID, p.Card, s.opt.PublicURL + "/p/" + p.ID}
	d.Card.Card.SHA256 = p.SHA256
	if c, ok := s.around(p, in.ID); ok && len(c.Quote) <= longQuote && c.Quote != d.Quote {
		d.Context = append(d.Context, c)
	}
	return d, s.detailText(d), nil
}

// detail returns what has an id; nil for nothing.
func (s *Server) detail(sh *shelf, id string) *detail {
	d := &detail{Support: []string{}, Responsible: []string{}, Implementers: []string{}, Wordings: []string{}, Targets: []target{}, Context: []answer.Citation{}}
	it, _ := sh.plan.Find(id)
	d.Kind, d.Leads, d.Deadlines = it.Kind, []string{}, []string{}
	switch it.Kind {
	case corpus.ItemClause:
		d.item = sh.clauses[it.Index]
		d.ofClause(sh.plan, it.Index)
	case corpus.ItemTarget:
		d.item = sh.targets[it.Index]
		d.addTarget(&sh.plan.Targets[it.Index])
	case corpus.ItemSection, corpus.ItemTargets:
		d.ofSection(sh, it.Index)
		fallthrough
	case corpus.ItemPreamble:
		d.Citation = s.citeItem(sh.plan, it)
	default:
		return nil
	}
	return d
}

// citeItem quotes what it stands for, without the blanks around it. The engine
// knows no target paragraphs and preambles; the reader has pages of them.
func (s *Server) citeItem(p *corpus.Plan, it corpus.Item) answer.Citation {
	if c, ok := s.engine.Cite(p.ID, it.ID); ok {
		return s.link(c)
	}
	text := p.Quote(it.At)
	at := it.At
	at.Start += len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	at.End = at.Start + len(strings.TrimSpace(text))
	return s.link(answer.Citation{
		Plan: p.ID, ID: it.ID, Label: it.Label, Quote: p.Quote(at), Start: at.Start, End: at.End,
		URL: "/p/" + p.ID + "/" + it.ID + "?v=" + p.Hash8(at),
	})
}

// around returns the numbered item or paragraph that an id stands in.
func (s *Server) around(p *corpus.Plan, id string) (answer.Citation, bool) {
	c, ok := s.engine.Around(p.ID, id)
	if !ok {
		return c, false
	}
	if whole, _ := s.engine.Cite(p.ID, c.ID); whole.Quote == c.Quote {
		return s.link(c), true
	}
	// A heading such as 主要目标, which shares its id with the section.
	it, ok := p.Find(c.ID + ".0")
	if !ok {
		return c, false
	}
	return s.citeItem(p, it), true
}

// ofSection fills in what the clauses and targets in section i say.
func (d *detail) ofSection(sh *shelf, i int) {
	for _, c := range sh.plan.ClausesOf(i) {
		d.Leads = union(d.Leads, sh.clauses[c].Leads)
		d.Deadlines = union(d.Deadlines, sh.clauses[c].Deadlines)
		for _, x := range sh.plan.Clauses[c].Deadlines {
			d.Wordings = union(d.Wordings, []string{x.Wording})
		}
	}
	for _, t := range sh.plan.TargetsOf(i) {
		d.Deadlines = union(d.Deadlines, sh.targets[t].Deadlines)
		d.addTarget(&sh.plan.Targets[t])
	}
}

// ofClause fills in what clause i of p says.
func (d *detail) ofClause(p *corpus.Plan, i int) {
	cl := &p.Clauses[i]
	if !cl.Sentence.Empty() {
		d.Words = p.Quote(cl.Quote)
	}
	d.Support = append(d.Support, cl.Support...)
	d.Responsible = append(d.Responsible, cl.Responsible...)
	d.Implementers = append(d.Implementers, cl.Implementers...)
	for _, x := range cl.Deadlines {
		d.Wordings = append(d.Wordings, x.Wording)
	}
	for t := range p.Targets {
		if p.Targets[t].Clause == i {
			d.addTarget(&p.Targets[t])
		}
	}
}

func (d *detail) addTarget(t *corpus.Target) {
	if t.DeadlineWording != "" {
		d.Wordings = union(d.Wordings, []string{t.DeadlineWording})
	}
	d.Targets = append(d.Targets, target{t.ID, t.Indicator, t.Value, t.Op, t.Number, t.Unit, t.Deadline})
}

// detailText writes a detail for people.
func (s *Server) detailText(d *detail) string {
	var b strings.Builder
	fmt.Fprintf(&b, "「%s」\n——%s\n%s", d.Quote, s.engine.Source(d.Citation), d.URL)
	line := func(head string, list []string) {
		if len(list) > 0 {
			b.WriteString("\n" + head + ":" + strings.Join(list, "、"))
		}
	}
	if d.Words != "" {
		line("本条", []string{d.Words})
	}
	line("牵头", d.Leads)
	line("配合", d.Support)
	line("责任", d.Responsible)
	line("落实", d.Implementers)
	line("期限", d.Wordings)
	for _, c := range d.Context {
		fmt.Fprintf(&b, "\n\n上下文(%s):\n「%s」", c.ID, c.Quote)
	}
	return b.String()
}

// known says which ids p has near one that it has not: those right under the
// longest part of it that exists, else the outermost.
func known(p *corpus.Plan, id string) string {
	for id != "" {
		id = id[:max(0, strings.LastIndexByte(id, '.'))]
		if under := below(p, id); len(under) > 0 && id != "" {
			return fmt.Sprintf("%s 下面有:%s。", id, some(under, 30))
		}
	}
	return fmt.Sprintf("最上一级有:%s。", some(below(p, ""), 30))
}

// below returns the ids right below one, sections before targets before
// clauses. The outermost are below "".
func below(p *corpus.Plan, id string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(x string) {
		rest, ok := strings.CutPrefix(x, id+".")
		if id == "" {
			rest, ok = x, true
		}
		rest = strings.TrimPrefix(rest, "0.") // of a target paragraph
		if ok && !seen[x] && !strings.Contains(rest, ".") {
			out = append(out, x)
		}
		seen[x] = true
	}
	for i := range p.Sections {
		add(p.Sections[i].ID)
	}
	for i := range p.Targets {
		add(p.Targets[i].ID)
	}
	for i := range p.Clauses {
		add(p.Clauses[i].ID)
	}
	return out
}
