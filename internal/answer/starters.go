package answer

import (
	"context"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
)

// starters are three questions that the plan surely answers.
func starters(p *corpus.Plan) []string {
	var out []string
	for _, t := range p.Targets {
		if t.Kind == corpus.TargetNumber && t.Clause < 0 {
			out = append(out, t.Indicator+"目标是多少?")
			break
		}
	}
	for i := range p.Clauses {
		if l := p.Clauses[i].Leads; len(l) > 0 {
			out = append(out, l[0]+"牵头哪些工作?")
			break
		}
	}
	for _, t := range p.Targets {
		if t.Deadline != "" {
			out = append(out, t.Deadline+"年要完成什么?")
			break
		}
	}
	return out
}

// starters are questions to offer that are surely answered: of the plan in
// scope, or of the first plans that have some, which they name.
func (c *composer) starters() []string {
	if c.quiet {
		return nil
	}
	if len(c.scope) == 1 {
		return c.engine.offers[c.scope[0]]()
	}
	var out []string
	for _, i := range c.scope {
		if s := c.engine.offers[i](); len(s) > 0 && len(out) < maxStarters {
			out = append(out, c.engine.labelled(i, s[len(out)%len(s)]))
		}
	}
	return out
}

// maxStarters is how many questions are offered to begin with.
const maxStarters = 3

// offered returns the starters of plan i that it answers; of a plan without
// any, a question for what it is about.
func (e *Engine) offered(i int) []string {
	var out []string
	for _, text := range append(starters(e.plans[i]), "方案有哪些内容?") {
		q := e.Read(text)
		c := &composer{engine: e, ctx: context.Background(), q: q, scope: []int{i}, quiet: true}
		if len(out) < maxStarters && c.answer().Found {
			out = append(out, text)
		}
	}
	return out
}

// Starters returns questions that a plan answers, at most eight, each of another
// kind or about another part, for somebody who does not know what to ask. An
// unknown plan has none.
func (e *Engine) Starters(ctx context.Context, plan string) []string {
	p, ok := e.plan(plan)
	if !ok {
		return nil
	}
	var out []string
	for _, q := range append(starters(p), more(p)...) {
		if !slices.Contains(out, q) && e.Ask(ctx, Request{Text: q, Plan: plan}).Found {
			out = append(out, q)
		}
	}
	return out
}

// more asks about the first measure and section, the last figure, the first
// deadline and the busiest agency.
func more(p *corpus.Plan) []string {
	var out []string
	for _, s := range p.Sections {
		if s.Kind == corpus.KindMeasure {
			out = append(out, strings.TrimRight(s.Title, "。.")+"由谁牵头?")
			break
		}
	}
	for i := range slices.Backward(p.Targets) {
		if t := p.Targets[i]; t.Kind == corpus.TargetNumber && t.Clause < 0 {
			out = append(out, t.Indicator+"目标是多少?")
			break
		}
	}
	first := ""
	for i := range p.Clauses {
		for _, d := range p.Clauses[i].Deadlines {
			if d.Year != "" && (first == "" || d.Year < first) {
				first = d.Year
			}
		}
	}
	if first != "" {
		out = append(out, first+"年要完成什么?")
	}
	for _, s := range p.Sections {
		if s.Parent < 0 && s.Title != "" {
			out = append(out, s.Title+"有哪些举措?")
			break
		}
	}
	return append(out, "牵头任务最多的是哪个单位?")
}
