package mcp

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
)

// A searchResult is what search_clauses returns.
type searchResult struct {
	Total   int               `json:"total" jsonschema:"How many were found in all; more than clauses holds when limit cut them."`
	Clauses []item            `json:"clauses"`
	Nearest []answer.Citation `json:"nearest" jsonschema:"When nothing was found: what comes close to the query. It does not answer it."`
}

// A query is what a search looks for, its arguments checked.
type query struct {
	text  string
	words []string          // of text, in small letters
	leads map[string]string // per plan, the agency as it writes it; nil for any
	year  string            // "" for any
}

// search finds clauses and targets.
func (s *Server) search(ctx context.Context, in searchArgs) (*searchResult, string, error) {
	if err := trimAll(arg{"query", &in.Query}, arg{"plan", &in.Plan}, arg{"agency", &in.Agency}, arg{"deadline", &in.Deadline}); err != nil {
		return nil, "", err
	}
	limit := cmp.Or(in.Limit, usualLimit)
	if limit < 1 || limit > maxLimit {
		return nil, "", mistakef("limit 应当在1到%d之间,收到的是%d。", maxLimit, in.Limit)
	}
	plans, err := s.plans(in.Plan)
	if err != nil {
		return nil, "", err
	}
	q, err := s.query(ctx, plans, in)
	if err != nil {
		return nil, "", err
	}
	if q.leads != nil && len(q.leads) == 0 {
		return &searchResult{Clauses: []item{}, Nearest: []answer.Citation{}}, noAgency(in.Agency, plans), nil
	}
	found, near := s.find(ctx, plans, q, in.Plan)
	out := &searchResult{Total: len(found), Clauses: found[:min(limit, len(found))], Nearest: near}
	return out, s.searchText(out), nil
}

// query reads the arguments of a search.
func (s *Server) query(ctx context.Context, plans []*shelf, in searchArgs) (q query, err error) {
	q = query{text: in.Query, words: words(in.Query)}
	if q.words == nil && in.Agency == "" && in.Deadline == "" {
		return q, mistakef("没有查找的内容。请写 query(如「人参」)、agency(如「省林草局」)或 deadline(如「2025」)。")
	}
	if in.Deadline != "" {
		m := year.FindStringSubmatch(in.Deadline)
		if m == nil {
			return q, mistakef("deadline 请写四位数字的年份,如「2025」,收到的是「%s」。", in.Deadline)
		}
		q.year = m[1]
	}
	if in.Agency != "" {
		q.leads = map[string]string{}
		for _, sh := range plans {
			if name := s.writtenAs(ctx, sh, in.Agency); name != "" {
				q.leads[sh.plan.ID] = name
			}
		}
	}
	return q, nil
}

var year = regexp.MustCompile(`^((?:19|20)[0-9]{2})年?(?:底|底前|前)?$`)

// words splits a query; nil when there is no word in it.
func words(text string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("、，,；;。？?！!：:“”\"", r)
	}) {
		out = append(out, w)
	}
	return out
}

// find returns what q looks for: first what the engine cites in answer to its
// words, in the engine's order, then all else that holds every word, in the
// order of the plans. When there is nothing, near is what comes close.
func (s *Server) find(ctx context.Context, plans []*shelf, q query, plan string) (found []item, near []answer.Citation) {
	found, near = []item{}, []answer.Citation{}
	rank := map[string]int{} // below 0 for what is cited
	if q.words != nil {
		a := s.question(ctx, q.text, plan)
		for i, c := range a.Citations {
			rank[c.Plan+"/"+clauseOf(plans, c)] = i - len(a.Citations)
		}
		near = s.links(a.Nearest)
	}
	for _, sh := range plans {
		keep := func(it item, heading string) {
			if (rank[key(it)] < 0 || q.inWords(it.Quote+"\n"+heading)) && q.fits(it) {
				found = append(found, it)
			}
		}
		for i, it := range sh.targets {
			if sh.plan.Targets[i].Clause < 0 { // else its clause is found
				keep(it, "")
			}
		}
		for i, it := range sh.clauses {
			keep(it, sh.plan.Sections[sh.plan.Clauses[i].Section].Title)
		}
	}
	if len(found) > 0 {
		near = []answer.Citation{}
	}
	slices.SortStableFunc(found, func(x, y item) int { return rank[key(x)] - rank[key(y)] })
	return once(found), near
}

func key(it item) string { return it.Plan + "/" + it.ID }

// clauseOf returns the id that a citation is listed under: of a target inside a
// clause, the clause's.
func clauseOf(plans []*shelf, c answer.Citation) string {
	for _, sh := range plans {
		p := sh.plan
		if i, ok := p.TargetByID(c.ID); ok && p.ID == c.Plan && p.Targets[i].Clause >= 0 {
			return p.Clauses[p.Targets[i].Clause].ID
		}
	}
	return c.ID
}

// inWords reports whether a text holds every word.
func (q query) inWords(text string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(q.words, func(w string) bool { return !strings.Contains(text, w) })
}

// fits reports whether an item has the agency and the year.
func (q query) fits(it item) bool {
	if q.leads != nil && (q.leads[it.Plan] == "" || !slices.Contains(it.Leads, q.leads[it.Plan])) {
		return false
	}
	return q.year == "" || slices.Contains(it.Deadlines, q.year)
}

// once keeps of targets in one sentence the first.
func once(items []item) []item {
	type place struct {
		plan  string
		start int
	}
	seen := map[place]bool{}
	return slices.DeleteFunc(items, func(it item) bool {
		at := place{it.Plan, it.Start}
		again := it.Kind == corpus.ItemTarget && seen[at]
		seen[at] = true
		return again
	})
}

// searchText writes a result for people.
func (s *Server) searchText(r *searchResult) string {
	var b strings.Builder
	switch {
	case r.Total == 0:
		b.WriteString("没有找到符合的条文。")
	case r.Total > len(r.Clauses):
		fmt.Fprintf(&b, "找到%d处,列出前%d处:", r.Total, len(r.Clauses))
	default:
		fmt.Fprintf(&b, "找到%d处:", r.Total)
	}
	s.write(&b, r.Clauses)
	for i, c := range r.Nearest {
		if i == 0 {
			b.WriteString("\n\n相近的条文(不是要找的):")
		}
		fmt.Fprintf(&b, "\n「%s」\n——%s\n%s", c.Quote, s.engine.Source(c), c.URL)
	}
	return b.String()
}
