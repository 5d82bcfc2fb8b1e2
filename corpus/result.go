package corpus

import (
	"maps"
	"slices"
	"strings"
)

// Words of qualitative results.
var (
	resultAdverbs = newWordSet([]string{
		"稳步", "明显", "显著", "持续", "进一步", "全面", "基本", "稳定", "有效", "大幅", "逐步", "不断", "更加", "初步", "总体", "普遍", "整体",
		"根本", "切实", "大幅度", "较大幅度", "力争", "确保", "均", "得到", "实现",
	})
	resultVerbs = []string{
		"提高", "提升", "下降", "降低", "减少", "增加", "增长", "增强", "改善", "优化", "消除", "淘汰", "构建", "建立", "建成", "健全", "完善",
		"形成", "扩大", "巩固", "保障", "覆盖", "稳定", "好转", "达标", "清零", "遏制", "加强", "拓展", "壮大", "普及", "夯实", "控制", "解决",
		"恢复", "转变", "达标排放", "全覆盖", "动态清零", "见效", "显现", "凸显", "成熟", "定型", "根治",
	}
	// fixedResults frame a result in words: what they start and end with.
	fixedResults = map[string][]string{
		"完成": {"任务"}, "实现": {"覆盖", "清零"}, "取得": {"成效", "进展", "突破"}, "达到": {"水平", "要求", "标准"},
		"走在": {"前列"}, "居": {"前列"}, "位居": {"前列"},
	}
	fixedStarts = newWordSet(slices.Collect(maps.Keys(fixedResults)))
)

// resultAt returns the byte of s from which on it says only a result, such as
// 稳步提高; 0 when it says none.
func resultAt(s string) int {
	quoted := quoteScanner{}
	for i, c := range s {
		if !quoted.inside(c) && i > 0 && i >= len(s)-maxResult && isResult(s[i:]) {
			return i
		}
	}
	return 0
}

// maxResult is the length of the longest result in bytes.
const maxResult = 90

// isResult reports whether s is a result and nothing else.
func isResult(s string) bool {
	rest, n := s, 0
	for {
		w, ok := resultAdverbs.longest(rest)
		if !ok || len(w) == len(rest) {
			break
		}
		rest = rest[len(w):]
		n++
	}
	if n > 0 && slices.Contains(resultVerbs, rest) {
		return true
	}
	start, ok := fixedStarts.longest(rest)
	if !ok || runes(rest) > 20 {
		return false
	}
	_, ok = cutSuffix(rest[len(start):], fixedResults[start])
	return ok
}

// result reads “X稳步提高”: something and what becomes of it. Inside measures
// only indicators count, since other doings are not results.
func (r *targetReader) result(core Span) bool {
	s := core.In(r.text)
	at := resultAt(s)
	if at == 0 {
		return false
	}
	subject := s[:at]
	passive := strings.HasPrefix(s[at:], "得到")
	if _, verb := leadingVerb(subject); verb && !passive && !isIndicator(subject) {
		return false
	}
	if r.clause >= 0 && !isIndicator(subject) && !r.dated() {
		return false
	}
	for i, name := range r.subjects(subject) {
		t := Target{Kind: r.wordKind(), Wording: s[at:], Quote: core}
		if i > 0 {
			t.Quote.Start = core.Start + name.Start
		}
		t.Indicator = name.In(subject)
		t.IndicatorAt = Span{core.Start + name.Start, core.Start + name.End}
		if shared := sharedNoun(subject); shared != "" && !isIndicator(t.Indicator) {
			t.Indicator += shared
			t.IndicatorAt = Span{}
		}
		r.add(t)
	}
	return true
}

// wordKind is the kind of a target without number or place.
func (r *targetReader) wordKind() TargetKind {
	if r.clause >= 0 && r.dated() {
		return TargetDeadline
	}
	return TargetQualitative
}

// minName is the length in runes from which on a part of a list can be a thing
// of its own, and not a word that shares the next one's end.
const minName = 5

// subjects splits what results are said of. A list is several things when each
// part is long enough to be one and nothing qualifies the whole.
func (r *targetReader) subjects(s string) []Span {
	whole := []Span{{0, len(s)}}
	if strings.Contains(s, "的") || strings.Contains(s, "等") || !strings.Contains(s, "、") && !strings.Contains(s, "以及") {
		return whole
	}
	var out []Span
	start := 0
	quoted := quoteScanner{}
	for i, c := range s {
		if quoted.inside(c) {
			continue
		}
		if w, ok := cutPrefix(s[i:], []string{"、", "以及"}); ok {
			out = append(out, Span{start, i})
			start = i + len(w)
		}
	}
	out = append(out, Span{start, len(s)})
	if slices.ContainsFunc(out, func(n Span) bool { return runes(n.In(s)) < minName }) {
		return whole
	}
	return out
}

// sharedNoun is the end of a list that belongs to each of its parts, such as
// 下降率.
func sharedNoun(s string) string {
	if !strings.HasSuffix(s, "率") {
		return ""
	}
	for _, v := range resultVerbs {
		if noun := v + "率"; strings.HasSuffix(s, noun) && len(v) == len("下降") {
			return noun
		}
	}
	return ""
}

// Words after a verb that count without number.
var someWords = []string{"一批", "一系列", "若干", "出一批", "出", "了"}

// Verbs that finish something, which is a result also inside measures.
var finishing = []string{"基本", "全面", "初步", "如期", "高质量"}

// doing reads “基本淘汰X”: a verb and what it is done to.
func (r *targetReader) doing(core Span) bool {
	s := core.In(r.text)
	if r.dependent(core) {
		return true
	}
	start := 0
	if w, ok := longestPrefix(s, agentScopes); ok && r.scope == w {
		start = len(w)
	}
	n, ok := leadingVerb(s[start:])
	if !ok || start+n >= len(s) || isSoft(s[start:start+n]) {
		return false
	}
	verb := Span{start, start + n}
	if w, more := longestPrefix(s[verb.End:], someWords); more {
		verb.End += len(w)
	}
	switch {
	case r.clause < 0:
		return r.dated() && r.done(core, verb)
	case r.dated():
		return r.due(core, verb)
	case strings.HasSuffix(verb.In(s), "完成"), isFinishing(verb.In(s)):
		return r.done(core, verb)
	case strings.HasSuffix(s, "全覆盖"):
		return r.coverage(core, verb)
	case isScale(s[verb.End:]):
		return r.scale(core, verb)
	}
	return r.place(core)
}

// isSoft reports whether a verb leaves to others whether anything is done.
func isSoft(verb string) bool {
	_, ok := cutSuffix(verb, []string{"鼓励", "支持", "引导", "倡导", "促进"})
	return ok
}

func isFinishing(verb string) bool {
	w, ok := cutPrefix(verb, finishing)
	return ok && slices.Contains([]string{"建立", "建成", "形成", "构建", "完成", "消除", "实现", "淘汰", "解决"}, verb[len(w):])
}

// done adds a target for a verb and its object.
func (r *targetReader) done(core, verb Span) bool {
	s := core.In(r.text)
	object := s[verb.End:]
	for i, name := range objects(object) {
		noun, at := mainNoun(name.In(object))
		from := core.Start + verb.End + name.Start + at
		t := Target{
			Kind: r.wordKind(), Indicator: noun, Wording: verb.In(s),
			Quote:       Span{core.Start, core.Start + verb.End + name.End},
			IndicatorAt: Span{from, from + len(noun)},
		}
		if w, _ := longestPrefix(s, agentScopes); w != "" && w != r.scope {
			t.Quote.Start = core.Start + verb.Start
		}
		if i > 0 {
			t.Quote.Start = core.Start
		}
		r.add(t)
	}
	return true
}

// objects splits “X和Y” into two things, unless words before them qualify both
// or they are too short to be things of their own.
func objects(s string) []Span {
	whole := []Span{{0, len(s)}}
	if strings.Contains(s, "的") || strings.Contains(s, "、") {
		return whole
	}
	for _, w := range []string{"以及", "和"} {
		i := strings.Index(s, w)
		if i < 0 || strings.Contains(s[i+len(w):], w) || strings.ContainsAny(s, "“”《》") {
			continue
		}
		a, b := Span{0, i}, Span{i + len(w), len(s)}
		if runes(a.In(s)) >= minName && runes(b.In(s)) >= minName {
			return []Span{a, b}
		}
	}
	return whole
}

// due adds a dated target inside a measure: “2024年底前,完成X”. When X is short
// for what the sentence began with, that is the indicator.
func (r *targetReader) due(core, verb Span) bool {
	s := core.In(r.text)
	object := Span{core.Start + verb.End, core.End}
	noun, at := mainNoun(object.In(r.text))
	t := Target{
		Kind: TargetDeadline, Indicator: noun, Wording: verb.In(s),
		Quote:       core,
		IndicatorAt: Span{object.Start + at, object.End},
	}
	if r.sentence.Contains(r.dateAt) && isDateGap(r.text[r.dateAt.End:core.Start]) {
		t.Quote.Start = r.dateAt.Start
	}
	if ps := r.placesIn(core); len(ps) > 0 {
		t.Places = placeNames(ps)
		t.Scope = r.text[ps[0].At.Start:ps[len(ps)-1].At.End]
		object = trim(r.text, Span{ps[len(ps)-1].At.End, core.End})
	}
	if full := r.longForm(object.In(r.text)); !full.Empty() {
		t.Indicator, t.IndicatorAt = full.In(r.text), full
		t.Wording = s
	}
	r.add(t)
	return true
}

// isDateGap reports whether only punctuation and a scope stand between a date
// and what is due.
func isDateGap(s string) bool {
	s = strings.TrimLeftFunc(s, isTailPunct)
	if w, ok := cutPrefix(s, wholeScopes); ok {
		s = s[len(w):]
	}
	return s == ""
}

// longForm is the object that the sentence began with when short, such as
// 试点建设任务, is short for it: its words in their order, without 任务.
func (r *targetReader) longForm(short string) Span {
	bare := trimSuffixes(short, []string{"任务", "工作", "目标"})
	if r.object.Empty() || bare == short || runes(bare) < 2 {
		return Span{}
	}
	long := r.object.In(r.text)
	for _, c := range bare {
		i := strings.IndexRune(long, c)
		if i < 0 {
			return Span{}
		}
		long = long[i+len(string(c)):]
	}
	return r.object
}

func placeNames(ps []Place) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	return out
}

// coverage adds “推进X全覆盖”.
func (r *targetReader) coverage(core, verb Span) bool {
	s := core.In(r.text)
	end := len(s) - len("全覆盖")
	name := Span{verb.End, end}
	if name.Empty() {
		return false
	}
	r.add(Target{
		Kind: TargetQualitative, Indicator: name.In(s), Wording: s, Value: "全覆盖", Quote: core,
		IndicatorAt: Span{core.Start + name.Start, core.Start + name.End},
	})
	return true
}

// isScale reports whether s starts with scales such as 万亩级、千亩级.
func isScale(s string) bool { return scaleLen(s) > 0 }

// scaleLen is the length of the scales that s starts with.
func scaleLen(s string) int {
	n := 0
	for {
		k := strings.TrimLeft(s[n:], "十百千万亿")
		size := len(s[n:]) - len(k)
		if size == 0 {
			return n
		}
		unit, ok := unitWords.longest(k)
		if !ok || !strings.HasPrefix(k[len(unit):], "级") {
			return n
		}
		n += size + len(unit) + len("级")
		if !strings.HasPrefix(s[n:], "、") {
			return n
		}
		n += len("、")
	}
}

// scale adds “打造万亩级、千亩级X”: things of a scale, without their number.
func (r *targetReader) scale(core, verb Span) bool {
	s := core.In(r.text)
	at := verb.End + scaleLen(s[verb.End:])
	if at >= len(s) {
		return false
	}
	r.add(Target{
		Kind: TargetQualitative, Indicator: s[at:], Wording: s[:at], Quote: core,
		IndicatorAt: Span{core.Start + at, core.End},
	})
	return true
}

// dependent reads “推进各市V X” inside measures: a verb, who is to do it, and a
// result.
func (r *targetReader) dependent(core Span) bool {
	s := core.In(r.text)
	lead, ok := cutPrefix(s, []string{"推进", "推动", "支持", "指导", "督促", "引导"})
	if !ok {
		return false
	}
	who, ok := longestPrefix(s[len(lead):], agentScopes)
	if !ok {
		return false
	}
	from := len(lead) + len(who)
	n, ok := leadingVerb(s[from:])
	if !ok || from+n >= len(s) || !isFinishing(s[from:from+n]) {
		return false
	}
	r.scope = who
	object := s[from+n:]
	noun, at := mainNoun(object)
	start := core.Start + from + n + at
	r.add(Target{
		Kind: r.wordKind(), Indicator: noun, Wording: s[from : from+n], Quote: core,
		IndicatorAt: Span{start, start + len(noun)},
	})
	return true
}

// What goes on with a place that a name stands before.
var placeGoesOn = []string{"支流", "流域", "沿线", "沿岸", "周边", "等地", "等"}

// place adds “推进X市Y建设”: a doing at a named place.
func (r *targetReader) place(core Span) bool {
	if r.pending.Start > 0 && r.pendingPlace(core) {
		return true
	}
	s := core.In(r.text)
	n, ok := leadingVerb(s)
	if !ok {
		return false
	}
	ps := r.placesIn(core)
	if len(ps) == 0 || ps[0].At.Start != core.Start+n {
		return false
	}
	if strings.HasSuffix(s[:n], "结合") || strings.HasSuffix(s[:n], "依托") {
		r.pending = core
		return false
	}
	scopeEnd := r.placePhrase(ps[len(ps)-1].At.End, core.End)
	rest := r.placeObject(Span{scopeEnd, core.End})
	if rest.Empty() {
		return false
	}
	r.add(Target{
		Kind: TargetPlace, Indicator: rest.In(r.text), IndicatorAt: rest, Wording: s[:n], Quote: core,
		Scope: r.text[ps[0].At.Start:scopeEnd], Places: placeNames(ps),
	})
	return true
}

// placePhrase is where the words that go with a place name end.
func (r *targetReader) placePhrase(at, end int) int {
	s := r.text[at:end]
	if w, ok := longestPrefix(s, placeGoesOn); ok {
		return at + len(w)
	}
	if w, ok := cutPrefix(s, joints); ok { // “辽河干流及重点支流”
		for _, tail := range []string{"支流", "流域", "沿线", "周边"} {
			if i := strings.Index(s[len(w):], tail); i >= 0 && runes(s[len(w):len(w)+i]) <= 3 {
				return at + len(w) + i + len(tail)
			}
		}
	}
	return at
}

// placeObject is what is done at a place: without a verb before it, and
// without examples that end with 等.
func (r *targetReader) placeObject(s Span) Span {
	in := s.In(r.text)
	if i := strings.Index(in, "等"); i > 0 && runes(in[:i]) <= 4 {
		s.Start += i + len("等")
		in = s.In(r.text)
	}
	for {
		w, ok := longestPrefix(in, []string{"实施", "开展", "争创", "创建", "新建", "扩建", "改建", "建设", "打造", "推进", "申报"})
		if !ok || len(w) == len(in) {
			return s
		}
		if rest := strings.TrimPrefix(in[len(w):], "、"); runes(rest) < 4 {
			return s
		}
		s.Start += len(w)
		if strings.HasPrefix(in[len(w):], "、") {
			s.Start += len("、")
		}
		in = s.In(r.text)
	}
}

// pendingPlace adds “结合X,开展Y”: the place in the piece before, the doing in
// this one.
func (r *targetReader) pendingPlace(core Span) bool {
	s := core.In(r.text)
	n, ok := leadingVerb(s)
	if !ok || n >= len(s) {
		return false
	}
	ps := r.placesIn(r.pending)
	r.add(Target{
		Kind: TargetPlace, Indicator: s[n:], IndicatorAt: Span{core.Start + n, core.End},
		Wording: r.pending.In(r.text), Quote: Span{r.pending.Start, core.End},
		Scope: r.text[ps[0].At.Start:ps[len(ps)-1].At.End], Places: placeNames(ps),
	})
	r.pending = Span{}
	return true
}
