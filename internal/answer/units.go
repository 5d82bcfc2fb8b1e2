package answer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// withUnits returns lex with the units that the marks of plans name and that
// lex does not know, so that questions about them are read as such. Units that
// are no office of their own (各区人民政府) are left out.
func withUnits(lex *corpus.Lexicon, plans []*corpus.Plan) *corpus.Lexicon {
	known := map[string]bool{}
	for _, a := range lex.Agencies {
		for _, n := range append([]string{a.Name, a.Full}, a.Aliases...) {
			known[n] = true
		}
	}
	out := *lex
	out.Agencies = slices.Clone(lex.Agencies)
	for _, p := range plans {
		for _, u := range units(p) {
			for _, name := range unitNames(u) {
				bare := bareUnit(name)
				if !office(name) || known[name] {
					continue
				}
				known[name] = true
				a := corpus.Agency{Name: name} // 委金融办 of 市委金融办 is no name
				if bare != name && !known[bare] && utf8.RuneCountInString(bare) >= 3 && !strings.HasPrefix(bare, "委") {
					known[bare] = true
					a.Aliases = []string{bare}
				}
				out.Agencies = append(out.Agencies, a)
			}
		}
	}
	return &out
}

// office reports whether a unit's name is that of one office.
func office(name string) bool {
	if utf8.RuneCountInString(name) < 3 || strings.HasPrefix(name, "各") {
		return false
	}
	return slices.ContainsFunc([]string{"局", "厅", "委", "办", "部", "中心", "集团"}, func(s string) bool { return strings.HasSuffix(name, s) })
}

// unitNames returns the names that the name of a unit is made of: itself, what
// stands in front of its bracket and within (市委组织部（市委人才办）), and the
// two of names that a plan runs together (市经信局市新经济委).
func unitNames(u string) []string {
	out := []string{u}
	if i := strings.IndexAny(u, "（(〔["); i > 0 {
		out = append(out, u[:i])
		in := strings.TrimLeft(u[i:], "（(〔[")
		if j := strings.IndexAny(in, "）)〕]"); j > 0 && j == len(in)-len("）") {
			out = append(out, in[:j])
		}
		return out
	}
	for _, level := range []string{"市", "省", "区"} {
		if i := strings.LastIndex(u, level); i > 0 && strings.HasPrefix(u, level) && office(u[:i]) && office(u[i:]) {
			return append(out, u[:i], u[i:])
		}
	}
	return out
}

// regionalUnits returns the folded names of the offices in the marks of plans
// that begin with the name of a region: 广东金融监管局.
func regionalUnits(plans []*corpus.Plan) []string {
	var out []string
	for _, p := range plans {
		for _, u := range units(p) {
			if at := corpus.Gazetteer().Find(u); office(u) && len(at) > 0 && at[0].Start == 0 {
				out = add(out, fold.String(u))
			}
		}
	}
	return out
}
