package corpus

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Endings of places that belong to the name before them.
var placeTails = []string{"干流", "流域", "库区"}

// findPlaces returns the named places in s, outside quotation marks and
// names of brands. The plan's own region is none.
func (p *parser) findPlaces(s Span) []Place {
	var out []Place
	for _, pc := range p.commaPieces(s) {
		if _, brand := cutSuffix(pc.In(p.text), []string{"品牌", "品牌推广"}); brand {
			continue
		}
		out = append(out, p.placesIn(pc)...)
	}
	return out
}

// commaPieces splits s at commas, semicolons and full stops outside quotation
// marks and brackets.
func (p *parser) commaPieces(s Span) []Span {
	var out []Span
	start := s.Start
	quoted := quoteScanner{}
	for i, r := range s.In(p.text) {
		if isStop(r) || r == '\n' {
			quoted = quoteScanner{}
		} else if quoted.inside(r) || !isComma(r) {
			continue
		}
		if s.Start+i > start {
			out = append(out, Span{start, s.Start + i})
		}
		start = s.Start + i + utf8.RuneLen(r)
	}
	if start < s.End {
		out = append(out, Span{start, s.End})
	}
	return out
}

// placesIn returns the places in one piece of a sentence.
func (p *parser) placesIn(pc Span) []Place {
	known := p.knownPlaces(pc)
	if road, ok := findRoad(pc.In(p.text)); ok {
		known = append(known, Span{pc.Start + road.Start, pc.Start + road.End})
	}
	found := p.listPlaces(pc, known)
	slices.SortFunc(found, func(a, b Span) int { return a.Start - b.Start })
	var out []Place
	end := 0
	for _, at := range found {
		if at.Start >= end {
			out = append(out, Place{Name: at.In(p.text), At: at})
			end = at.End
		}
	}
	return out
}

// knownPlaces returns names of the gazetteer in pc that stand for themselves:
// full names and waters. Short names count only in lists, since many are part
// of other words, and the plan's own region and what is quoted never do.
func (p *parser) knownPlaces(pc Span) []Span {
	var out []Span
	in := pc.In(p.text)
	quoted := quotedSpans(in)
	for _, m := range places().Find(in) {
		at := Span{m.Start, m.Start + len(m.Name)}
		for len(quoted) > 0 && quoted[0].End <= at.Start {
			quoted = quoted[1:]
		}
		if len(quoted) > 0 && quoted[0].Overlaps(at) {
			continue
		}
		if strings.Contains(p.plan.Card.Region, m.Region.Name) || m.Region.Level < LevelWater && m.Name == m.Region.Short {
			continue
		}
		if _, unit := longestPrefix(in[at.End:], []string{"人民政府", "政府", "委", "办", "局", "厅"}); unit {
			continue
		}
		if w, ok := cutPrefix(in[at.End:], placeTails); ok {
			at.End += len(w)
		}
		out = append(out, Span{pc.Start + at.Start, pc.Start + at.End})
	}
	return out
}

// quotedSpans returns the runs of s inside quotation marks, marks included.
func quotedSpans(s string) []Span {
	if !strings.ContainsAny(s, "“《「『‘\"") {
		return nil
	}
	var out []Span
	quoted := quoteScanner{}
	start := -1
	for i, r := range s {
		in := bracketClass(r) == 0 && quoted.inside(r)
		if in && start < 0 {
			start = i
		}
		if start >= 0 && !quoted.straight && quoted.depth == 0 {
			out = append(out, Span{start, i + utf8.RuneLen(r)})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, Span{start, len(s)})
	}
	return out
}

// Endings by which the parts of a list are places, one like the other.
var adminEnds = []string{"市", "县", "区", "州", "旗", "镇", "乡", "街道", "河", "湖", "江", "山", "水库", "新区"}

// Words that end like places and name none.
var noPlaces = []string{
	"地区", "城市", "园区", "景区", "社区", "县城", "辖区", "区域", "流域", "各区", "各县", "各市", "河湖", "江河", "灌区", "牧区", "山区", "林区",
	"库区", "校区", "厂区", "街区", "片区", "开发区", "示范区", "保护区", "功能区", "度假区", "聚集区", "集聚区", "实验区", "试验区", "试点城市", "中心城区", "建成区", "主城区", "老城区", "黑土区", "产区", "重点区", "新城区",
}

// listPlaces finds the lists of places in pc: parts joined by 、 of which one
// is known, or all end alike. It returns them with the known ones.
func (p *parser) listPlaces(pc Span, known []Span) []Span {
	out := slices.Clone(known)
	for _, run := range p.lists(pc) {
		var names []Span
		sure := 0
		for k, part := range run.parts {
			name := p.listName(part, k == len(run.parts)-1 && !run.open)
			names = append(names, name)
			if !name.Empty() && (isPlaceName(name.In(p.text)) || slices.ContainsFunc(known, name.Contains)) {
				sure++
			}
		}
		alike := p.endAlike(names)
		for k, name := range names {
			whole := run.parts[k]
			switch {
			case !name.Empty() && (sure > 1 || alike):
				out = append(out, name)
			case sure > 0 && run.open && name.Empty() && runes(whole.In(p.text)) >= 2 && runes(whole.In(p.text)) <= 8:
				if ms := places().Find(whole.In(p.text)); len(ms) > 0 { // “赴上海临港”
					whole.Start += ms[0].Start
				}
				out = append(out, whole)
			}
		}
	}
	return out
}

// A nameList is a run of parts joined by 、.
type nameList struct {
	parts []Span
	open  bool // ends with 等
}

// lists returns the runs of two or more parts joined by 、 in pc, without the
// verb before the first.
func (p *parser) lists(pc Span) []nameList {
	in := pc.In(p.text)
	if !strings.Contains(in, "、") {
		return nil
	}
	start := pc.Start
	if n, ok := leadingVerb(in); ok {
		start += n
	}
	var run nameList
	for _, part := range pieces(p.text, Span{start, pc.End}, func(r rune) bool { return r == '、' }) {
		at := part.Span
		if i := strings.Index(at.In(p.text), "等"); i >= 0 && len(run.parts) > 0 {
			run.parts = append(run.parts, Span{at.Start, at.Start + i})
			run.open = true
			break
		}
		run.parts = append(run.parts, at)
	}
	if len(run.parts) < 2 || len(run.parts) > maxList {
		return nil
	}
	return []nameList{run}
}

// maxList is the number of parts of the longest list of places.
const maxList = 100

// listName is the place name in a part of a list, or the empty span. The last
// part of a closed list may go on after its name.
func (p *parser) listName(part Span, last bool) Span {
	s := part.In(p.text)
	if name := places().longest(s); name != "" && (last || name == s || slices.Contains(placeTails, s[len(name):])) {
		return Span{part.Start, part.Start + len(name)}
	}
	if last {
		return Span{}
	}
	_, bad := cutSuffix(s, noPlaces)
	if _, ok := cutSuffix(s, adminEnds); !ok || bad {
		return Span{}
	}
	if i := strings.LastIndex(s, "的"); i >= 0 {
		part.Start += i + len("的")
		s = part.In(p.text)
	}
	if n := runes(s); n > 4 && isAdminEnd(lastRune(s)) { // “带动兴宁市”
		for ; n > 3; n-- {
			part.Start += len(firstOf(part.In(p.text)))
		}
		return part
	} else if n >= 2 && n <= 6 {
		return part
	}
	return Span{}
}

func isAdminEnd(r rune) bool { return r == '市' || r == '县' }

// endAlike reports whether at least two names end with the same word.
func (p *parser) endAlike(names []Span) bool {
	seen := map[string]int{}
	for _, name := range names {
		if w, ok := cutSuffix(name.In(p.text), adminEnds); ok {
			seen[w]++
			if seen[w] > 1 {
				return true
			}
		}
	}
	return false
}

// findRoad finds a numbered road such as G331吉林段.
func findRoad(s string) (Span, bool) {
	for i := range s {
		if (s[i] != 'G' && s[i] != 'S') || (i > 0 && isLetter(s[i-1])) {
			continue
		}
		_, n := scanInt(s[i+1:])
		if n < 1 || n > 4 {
			continue
		}
		end := i + 1 + n
		if k := strings.Index(s[end:], "段"); k > 0 && runes(s[end:end+k]) <= 4 {
			return Span{i, end + k + len("段")}, true
		}
		if _, ok := cutPrefix(s[end:], []string{"线", "高速", "国道", "省道", "沿线"}); ok {
			return Span{i, end}, true
		}
	}
	return Span{}, false
}

func isLetter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9' }
