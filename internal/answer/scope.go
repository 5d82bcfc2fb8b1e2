package answer

import (
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// Read reads a message without answering it. Names of plans and, with several
// plans, of their regions say which plan is meant and are no part of the topic.
func (e *Engine) Read(text string) question.Question {
	text, cut := question.Cut(text)
	ids, rest := e.named(fold.String(text))
	var q question.Question
	if ids == nil {
		q = e.reader.Read(text)
	} else {
		q = e.reader.Read(rest)
		q.Text, _ = question.Clean(text)
		q.Plans = ids
	}
	q.Cut = cut
	return q
}

// named returns the ids of the plans that a folded text names, and the text
// without the names.
func (e *Engine) named(text string) (ids []string, rest string) {
	rest = text
	for i, p := range e.plans {
		for _, n := range e.names[i] {
			if strings.Contains(rest, n) {
				rest = strings.ReplaceAll(rest, n, " ")
				ids = add(ids, p.ID)
			}
		}
	}
	if len(e.plans) == 1 {
		return ids, rest
	}
	for _, m := range corpus.Gazetteer().Find(rest) {
		if found := e.ofRegion(m.Region); found != nil {
			for _, id := range found {
				ids = add(ids, id)
			}
			rest = strings.Replace(rest, m.Name, " ", 1)
		}
	}
	return ids, rest
}

func add(l []string, s string) []string {
	if slices.Contains(l, s) {
		return l
	}
	return append(l, s)
}

// ofRegion returns the plans of a region: those of the region itself, else
// those of regions within it.
func (e *Engine) ofRegion(r corpus.Region) []string {
	var exact, within []string
	for _, p := range e.plans {
		switch region := p.Card.Region; {
		case region == "":
		case strings.HasSuffix(region, r.Name):
			exact = append(exact, p.ID)
		case r.Level > corpus.LevelProvince && strings.Contains(region, r.Name):
			within = append(within, p.ID)
		}
	}
	if exact != nil {
		return exact
	}
	return within
}

// planNames returns the folded names that people use for p: its title, what
// stands in the title's book marks, its short names, and of a district the name
// without its city's.
func planNames(p *corpus.Plan, several bool) []string {
	var out []string
	for _, n := range append([]string{p.Card.Title}, p.Card.Short...) {
		n = fold.String(strings.Trim(n, "《》"))
		if _, place := corpus.Gazetteer().Region(n); n != "" && !place {
			out = append(out, n)
		}
	}
	if several {
		if d := district(p.Card.Region); d != "" {
			out = append(out, fold.String(d), fold.String(strings.TrimRight(d, "区县")))
		}
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// district is the last part of a region's name when it is no place of the
// gazetteer: 萧山区 of 浙江省杭州市萧山区.
func district(region string) string {
	rest := region
	for _, m := range corpus.Gazetteer().Find(region) {
		rest = strings.Replace(rest, m.Name, "", 1)
	}
	if len([]rune(rest)) < 3 {
		return ""
	}
	return rest
}

// planScope returns the plans to answer from: the requested one unless the
// question names others, else those that it names, else all.
func (c *composer) planScope() []int {
	var out []int
	want := c.q.Plans
	if len(want) == 0 && c.req.Plan != "" {
		want = []string{c.req.Plan}
	}
	for i, p := range c.engine.plans {
		if len(want) == 0 || slices.Contains(want, p.ID) {
			out = append(out, i)
		}
	}
	if out == nil {
		for i := range c.engine.plans {
			out = append(out, i)
		}
	}
	return out
}
