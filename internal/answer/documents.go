package answer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/question"
)

// documentsAsked is a question for the documents that a plan wants written.
var documentsAsked = regexp.MustCompile(`(?:编制|印发|出台|修订|制定|起草)(?:[^,。?？]{0,8})(?:规划|方案|计划|文件|规定|制度文件)|(?:规划|方案|计划|文件)[^,。?？]{0,6}(?:要|需要)(?:编制|印发|出台|修订|制定)`)

// documents lists the documents that clauses want written, by the names that
// stand in book marks. It returns nil when something else is asked.
func (c *composer) documents() *Answer {
	if c.q.Ask != question.AskList && c.q.Ask != question.AskClause || !documentsAsked.MatchString(c.q.Text) || len(c.q.Agencies) > 0 {
		return nil
	}
	if !strings.ContainsAny(c.q.Text, "哪些什么几") {
		return nil
	}
	var said, leads []string
	var cites []Citation
	for _, i := range c.scope {
		p := c.engine.plans[i]
		for j := range p.Clauses {
			cl := &p.Clauses[j]
			for _, at := range cl.Projects {
				if !strings.HasSuffix(p.Text[:at.Start], "《") {
					continue
				}
				said = append(said, "《"+at.In(p.Text)+"》("+join(cl.Leads)+"牵头)")
				cites = append(cites, c.citeClause(p, j))
				for _, l := range cl.Leads {
					leads = add(leads, l)
				}
			}
		}
	}
	if said == nil {
		return nil
	}
	said, cites = slices.Compact(said), dedupe(cites)
	a := c.done(KindList, fmt.Sprintf("方案点名的文件有%d份:%s。", len(said), strings.Join(said, "、")), cites, 0.85)
	a.Leads = leads
	n := len(a.Citations)
	a.Count = &n
	return a
}
