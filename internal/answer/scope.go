package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// Read reads a message without answering it. Names of plans and, with several
// plans, of their regions say which plan is meant and are no part of the topic.
func (e *Engine) Read(text string) question.Question {
	text, cut := question.Cut(text)
	ids, rest := e.named(fold.String(text))
	everywhere := false
	if len(e.plans) > 1 {
		rest, everywhere = withoutEverywhere(rest)
	}
	var q question.Question
	if ids == nil && !everywhere {
		q = e.reader.Read(text)
	} else {
		q = e.reader.Read(rest)
		q.Text, _ = question.Clean(text)
		q.Plans = ids
	}
	q.Cut = cut
	return q
}

// everywhere asks of all plans what is asked: 各城市的社区目标.
var everywhere = regexp.MustCompile(`(?:各个?|每个|所有|全部)(?:城市|地方|地区|省市|方案|市|地)(?:的)?`)

// withoutEverywhere drops words that ask the same of every plan, which is what
// a question without a plan's name does, and reports whether there were any. A
// part of a longer word is none: 各地级市, 各市(州).
func withoutEverywhere(text string) (string, bool) {
	at := everywhere.FindStringIndex(text)
	if at == nil {
		return text, false
	}
	if after, _ := utf8.DecodeRuneInString(text[at[1]:]); strings.ContainsRune("级县直属区州人政(（、", after) {
		return text, false
	}
	return text[:at[0]] + " " + text[at[1]:], true
}

// named returns the ids of the plans that a folded text names, and the text
// without the names.
func (e *Engine) named(text string) (ids []string, rest string) {
	ids, rest = e.byName(text)
	if len(e.plans) == 1 {
		return ids, rest
	}
	for _, m := range corpus.Gazetteer().Find(rest) {
		if slices.ContainsFunc(e.regional, func(u string) bool { return strings.HasPrefix(u, m.Name) && strings.Contains(rest, u) }) {
			continue // 广东金融监管局 is an agency, of whichever plan
		}
		if found := e.ofRegion(m.Region); found != nil {
			for _, id := range found {
				ids = add(ids, id)
			}
			rest = strings.Replace(rest, m.Name, " ", 1)
		}
	}
	return ids, rest
}

// byName does what named does by the names of plans alone, not by regions.
func (e *Engine) byName(text string) (ids []string, rest string) {
	rest = text
	for i, p := range e.plans {
		for _, n := range e.names[i] {
			if strings.Contains(rest, n) {
				rest = strings.ReplaceAll(rest, n, " ")
				ids = add(ids, p.ID)
			}
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
		case strings.Contains(region, r.Name):
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
		out = append(out, regionNames(p)...)
	}
	slices.SortFunc(out, func(a, b string) int { return len(b) - len(a) })
	return out
}

// planKinds are what plans call themselves, as people do behind the name of a
// region: 郑州推广方案.
var planKinds = []string{"行动计划", "行动方案", "实施方案", "推广方案", "工作方案", "若干措施", "若干意见", "政策清单", "政策措施", "措施", "意见", "清单", "方案", "计划", "规划"}

// regionNames returns the folded names of p that are made with its region's: of
// a district the name with and without its city's, and of any region the name
// with what the plan calls itself.
func regionNames(p *corpus.Plan) []string {
	var out, regions []string
	if d := district(p.Card.Region); d != "" {
		short := strings.TrimRight(d, "市区县")
		out = append(out, d, short)
		regions = append(regions, d, short)
		for _, m := range corpus.Gazetteer().Find(p.Card.Region) {
			for _, outer := range []string{m.Region.Name, m.Region.Short} {
				if m.Region.Level != corpus.LevelProvince {
					out = append(out, outer+d, outer+short)
				}
			}
		}
	} else if r, ok := corpus.Gazetteer().Region(regionName(p)); ok {
		regions = append(regions, r.Name, r.Short)
	}
	kind := slices.IndexFunc(planKinds, func(k string) bool { return strings.Contains(p.Card.Title, k) })
	for _, r := range regions {
		if kind >= 0 {
			out = append(out, r+planKinds[kind], r+"的"+planKinds[kind])
		}
	}
	for i := range out {
		out[i] = fold.String(out[i])
	}
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
