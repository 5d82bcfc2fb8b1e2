// Package answer turns a question into an answer: it selects, composes,
// quotes, or abstains with the nearest clauses.
//
// An answer is computed from a plan's data (lead agencies, targets,
// deadlines), never from what a search ranks first. Full-text search gives
// candidates; for each candidate the matcher (match.go) works out how much of
// the question's own words the clause explains: by its own words, by those of
// its headings, or by a staff word of the lexicon. What is left unexplained
// decides whether the plan says the thing at all.
//
// Every quote is a span of the plan's text. The same question on the same date
// gives the same bytes.
//
// # Several plans
//
// A plan, its region or a name of it in the question decides which plan
// answers. Without one each plan is asked by itself (across.go), as if it were
// the only one, and every fact of the answer is told with its plan; so no fact
// of one is measured by another's words, and 市民政局 of one city is not that of
// another. What means something of one plan only, such as its second article or
// how many tasks it has, is asked back, with the question put to each plan as
// choices.
//
// # Why
//
// A wrong agency is worse than no answer: someone rings the wrong office. So a
// clause that fits best is not yet an answer; it must fit well enough, and no
// other clause with another agency may fit as well.
package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/ground"
	"github.com/wence-qa/wence/internal/question"
)

// A Searcher finds the documents of a full-text index that fit a text. Ids are
// those of index.Docs: plan, slash, clause or target.
type Searcher interface {
	// Search returns at most k hits, best first. No hit is an empty list.
	Search(ctx context.Context, text string, k int) ([]index.Hit, error)
}

// A Request is one message to answer.
type Request struct {
	ID    string
	Text  string
	Plan  string    // id of the plan to answer from; "" leaves that to the question
	Today time.Time // what 今年 is; the zero time leaves relative dates unanswered

	Explain bool // keep the steps in Answer.Explain
}

// An Engine answers questions about a set of plans. It is immutable and safe
// for concurrent use.
type Engine struct {
	plans    []*corpus.Plan
	lex      *corpus.Lexicon
	searcher Searcher
	reader   *question.Reader
	match    *matcher
	ids      map[string]int // index document to unit
	all      []int          // every unit
	places   [][]string     // of each plan, the stems of the places it names
	names    [][]string     // of each plan, the names people use for it
	labels   []string       // of each plan, what answers from several call it
	byPlan   [][]int        // of each plan, its units
	regional []string       // folded names of units that begin with a region's
	speller  func() *speller
	offers   []func() []string // of each plan, questions that it answers
	gate     func() *ground.Gate
}

// New returns an Engine for plans, which must not be empty. A nil searcher
// means that every clause is a candidate for every question: right, but slow
// with many plans.
func New(plans []*corpus.Plan, lex *corpus.Lexicon, s Searcher) (*Engine, error) {
	if len(plans) == 0 {
		return nil, fmt.Errorf("answer: no plans")
	}
	e := &Engine{plans: plans, lex: withUnits(lex, plans), searcher: s, match: newMatcher(plans, lex)}
	e.speller = sync.OnceValue(func() *speller { return newSpeller(e.match) })
	e.gate = sync.OnceValue(func() *ground.Gate { return ground.New(lex, plans) })
	e.reader = question.NewReader(e.lex, e.match.known)
	e.ids = make(map[string]int, len(e.match.units))
	e.byPlan = make([][]int, len(plans))
	for i, u := range e.match.units {
		e.all = append(e.all, i)
		e.byPlan[u.plan] = append(e.byPlan[u.plan], i)
		p := plans[u.plan]
		if u.clause >= 0 {
			e.ids[p.ID+"/"+p.Clauses[u.clause].ID] = i
		} else {
			e.ids[p.ID+"/"+p.Targets[u.target].ID] = i
		}
	}
	e.labels = planLabels(plans)
	e.regional = regionalUnits(plans)
	for i, p := range plans {
		e.places = append(e.places, placeStems(p))
		e.names = append(e.names, planNames(p, len(plans) > 1))
		e.offers = append(e.offers, sync.OnceValue(func() []string { return e.offered(i) }))
	}
	return e, nil
}

// placeStems returns the stems of the places that p names, each once.
func placeStems(p *corpus.Plan) []string {
	var out []string
	add := func(name string) {
		if s := placeStem(name); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for i := range p.Clauses {
		for _, x := range p.Clauses[i].Places {
			add(x.Name)
		}
	}
	for i := range p.Targets {
		for _, x := range p.Targets[i].Places {
			add(x)
		}
	}
	return out
}

// Plans returns the plans that e answers from.
func (e *Engine) Plans() []*corpus.Plan { return e.plans }

// AskBack answers a message that means nothing without what went before it, of
// which there is nothing: it asks what is meant.
func (e *Engine) AskBack(req Request, q question.Question) *Answer {
	c := &composer{engine: e, req: req, q: q}
	c.scope = c.planScope()
	head := "没有上文,不知道指的是哪一项。请写出工作、指标或单位的名称。"
	if q.Items != nil {
		head = "上一个回答里没有这一条。请写出工作或指标的名称。"
	}
	a := c.clarify(head, c.starters())
	a.ID, a.Question = req.ID, req.Text
	a.finish()
	return a
}

// Ask answers one message. It never fails: what cannot be answered is an
// answer of kind none, clarify or chitchat that says so.
func (e *Engine) Ask(ctx context.Context, req Request) *Answer {
	q := e.Read(req.Text)
	return e.Answer(ctx, req, q)
}

// Answer answers a question that is read already.
func (e *Engine) Answer(ctx context.Context, req Request, q question.Question) *Answer {
	c := &composer{engine: e, ctx: ctx, req: req, q: q}
	if req.Explain {
		c.explain("读作:%s", q.String())
	}
	var a *Answer
	var several []question.Question
	if (q.Asking > 1 || q.Asking == 1 && strings.Contains(q.Text, "呢")) && q.Carry == "" && q.Items == nil && !q.Doubt {
		several = e.split(req.Text)
	}
	if several != nil {
		a = e.several(c, several)
	} else {
		a = c.answer()
		if len(c.scope) == 1 {
			a = c.rightBound(c.rightPlace(a))
		}
		if r := c.respelled(a); r != nil {
			a = r
		}
	}
	a.ID, a.Question = req.ID, req.Text
	a.Explain = c.steps
	a.finish()
	return a
}

// finish makes sure that no list is nil.
func (a *Answer) finish() {
	if a.Leads == nil {
		a.Leads = []string{}
	}
	if a.Values == nil {
		a.Values = []Value{}
	}
	if a.Citations == nil {
		a.Citations = []Citation{}
	}
	if a.Nearest == nil {
		a.Nearest = []Citation{}
	}
	if a.Suggest == nil {
		a.Suggest = []string{}
	}
}

// candidates is how many hits of the index are looked at closely.
const candidates = 64

// search returns the units that may answer a topic: the hits of the index for
// its words and for the plan's wording of them, or all units when they are few.
func (c *composer) search(t *topic) []int {
	e := c.engine
	if len(e.plans) > 1 {
		if units := c.unitsInScope(); len(units) <= closely {
			return units
		}
	}
	if e.searcher == nil || len(e.match.units) <= candidates {
		return e.all
	}
	found, err := c.hits(t, candidates)
	if err != nil {
		c.explain("检索出错,改为逐条比对:%v", err)
		return e.all
	}
	return found
}

// hits returns at most k units that the index finds for a topic: for its words
// and for the plans' wording of them.
func (c *composer) hits(t *topic, k int) ([]int, error) {
	var text strings.Builder
	text.WriteString(string(t.text))
	for _, s := range t.synonyms {
		for _, m := range s.meanings {
			text.WriteString(" " + m.wording)
		}
	}
	hits, err := c.engine.searcher.Search(c.ctx, text.String(), k)
	if err != nil {
		return nil, err
	}
	var found []int
	for _, h := range hits {
		if u, ok := c.engine.ids[h.ID]; ok {
			found = append(found, u)
		}
	}
	return found, nil
}

// closely is how many units are all looked at where there are several plans:
// what one plan says often must not keep another from being heard.
const closely = 1000

// unitsInScope returns the units of the plans in scope.
func (c *composer) unitsInScope() []int {
	if len(c.scope) == 1 {
		return c.engine.byPlan[c.scope[0]]
	}
	var out []int
	for _, i := range c.scope {
		out = append(out, c.engine.byPlan[i]...)
	}
	return out
}

func isClause(u unit) bool { return u.clause >= 0 }
func isTarget(u unit) bool { return u.target >= 0 }
func anyUnit(unit) bool    { return true }

// join writes a list as people do: 甲、乙和丙.
func join(s []string) string {
	switch len(s) {
	case 0:
		return ""
	case 1:
		return s[0]
	}
	return strings.Join(s[:len(s)-1], "、") + "和" + s[len(s)-1]
}
