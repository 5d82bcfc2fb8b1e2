package corpus

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// findTargets reads the targets inside clauses and titles of measures, and puts
// them in order with those of target paragraphs, which findClauses has read.
func (p *parser) findTargets() {
	titled := map[int]bool{}
	for i := range p.plan.Clauses {
		c := &p.plan.Clauses[i]
		if !titled[c.Section] && !c.Mark.Empty() {
			titled[c.Section] = true
			p.titleTarget(c.Section, i)
		}
		if !p.inTargets(c.Section) || !c.Mark.Empty() {
			r := targetReader{parser: p, section: c.Section, clause: i}
			r.read(c.Quote)
		}
	}
	slices.SortStableFunc(p.plan.Targets, func(a, b Target) int { return a.Quote.Start - b.Quote.Start })
}

// titleTarget reads a place that only the title of a measure names.
func (p *parser) titleTarget(section, clause int) {
	title := p.plan.Sections[section].TitleAt
	if len(p.placesIn(title)) == 0 {
		return
	}
	r := targetReader{parser: p, section: section, clause: clause}
	r.sentence = title
	r.place(title)
}

// A targetReader reads the targets of one target paragraph or clause.
type targetReader struct {
	*parser
	section int
	clause  int // -1 in a target paragraph

	sentence Span
	date     date
	dateAt   Span
	scope    string // stated in this part of the sentence; "" for none
	object   Span   // of the verb of the piece before, in this sentence
	pending  Span   // a piece that only leads to the next
	hope     string // 力争 before a list, which holds for all of it
	found    int    // targets in this sentence
}

// read reads the sentences of s and returns those without any target.
func (r *targetReader) read(s Span) []Span {
	var plain []Span
	for _, sentence := range r.sentences(s) {
		r.sentence, r.found, r.object, r.pending = sentence, 0, Span{}, Span{}
		if r.clause >= 0 {
			r.date, r.dateAt = date{}, Span{}
		}
		for _, part := range splitAt(r.text, sentence, func(c rune) bool { return c == '；' || c == ';' }) {
			r.scope = ""
			for _, pc := range splitAt(r.text, part, func(c rune) bool { return c == '，' || c == ',' || c == '：' }) {
				r.piece(trimFunc(r.text, pc, isItemMark, isTailPunct))
			}
		}
		if r.found == 0 {
			plain = append(plain, sentence)
		}
	}
	return plain
}

// isItemMark reports whether c is white space or one of ①②③ before an item.
func isItemMark(c rune) bool { return isBlank(c) || '①' <= c && c <= '⑳' }

// sentences splits s into sentences, each with its full stop.
func (p *parser) sentences(s Span) []Span {
	var out []Span
	start := s.Start
	for i, c := range s.In(p.text) {
		if !isStop(c) && c != '\n' {
			continue
		}
		end := s.Start + i + utf8.RuneLen(c)
		if one := trim(p.text, Span{start, end}); !one.Empty() {
			out = append(out, one)
		}
		start = end
	}
	rest := trim(p.text, Span{start, s.End})
	if rest.Empty() {
		return out
	}
	if rest.End < len(p.text) && strings.HasPrefix(p.text[rest.End:], "。") {
		rest.End += len("。")
	}
	return append(out, rest)
}

// splitAt splits s at separators outside quotation marks and brackets.
func splitAt(text string, s Span, isSep func(rune) bool) []Span {
	var out []Span
	quoted := quoteScanner{}
	start := s.Start
	for i, c := range s.In(text) {
		if quoted.inside(c) || !isSep(c) {
			continue
		}
		out = append(out, Span{start, s.Start + i})
		start = s.Start + i + utf8.RuneLen(c)
	}
	return append(out, Span{start, s.End})
}

// piece reads one piece of a sentence: what commas enclose.
func (r *targetReader) piece(pc Span) {
	whole := pc
	if d, ok := scanDate(pc.In(r.text)); ok {
		at := Span{pc.Start, pc.Start + len(d.wording)}
		pc = trimFunc(r.text, Span{at.End, pc.End}, isTailPunct, isTailPunct)
		if d.strong || pc.Empty() {
			r.date, r.dateAt = d, at
		} else {
			pc = whole
		}
		if pc.Empty() {
			return
		}
	}
	core := r.takeScope(pc)
	if core.Empty() || strings.HasPrefix(r.text[core.End:], "：") { // a label
		return
	}
	if r.number(core) || r.result(core) || r.doing(core) {
		r.pending = Span{}
	}
	if r.dateAt.Empty() || !r.sentence.Contains(r.dateAt) {
		r.noteObject(core)
	}
}

// noteObject remembers what a piece is about, for a later one that only says
// 完成…任务.
func (r *targetReader) noteObject(core Span) {
	if n, ok := leadingVerb(core.In(r.text)); ok && n < core.Len() {
		r.object = Span{core.Start + n, core.End}
	}
}

// Scopes at the start of a piece.
var (
	wholeScopes = []string{"全省", "全市", "全县", "全区", "全州", "全旗", "全域", "全镇", "我省", "我市"}
	scopeUnits  = []string{"行政村", "建制镇", "乡镇", "各市州", "各市县", "各地", "县级城市", "设区市"}
	agentScopes = []string{
		"各市州", "各市(州)", "各市（州）", "各市县", "各县市", "各县区", "各区县", "各县(市、区)", "各县（市、区）", "各区、县（市）", "各地级以上市",
		"地级及以上城市", "地级以上城市", "设区城市", "设区市", "县级及以上城市", "县级以上城市", "县级城市", "各地市", "各地区", "各地", "各区", "各县", "各市",
	}
)

// takeScope reads a scope at the start of pc and returns what the piece says
// of it. A scope that does something stays in the piece.
func (r *targetReader) takeScope(pc Span) Span {
	if w, ok := cutPrefix(pc.In(r.text), []string{"其中", "同时", "并且", "并", "且"}); ok {
		pc.Start += len(w)
	}
	s := pc.In(r.text)
	if w, ok := cutPrefix(s, wholeScopes); ok && len(w) < len(s) {
		if unit, more := cutPrefix(s[len(w):], scopeUnits); more {
			w += unit
		}
		r.scope = w
		return Span{pc.Start + len(w), pc.End}
	}
	if w, ok := longestPrefix(s, agentScopes); ok && len(w) < len(s) {
		if _, verb := leadingVerb(s[len(w):]); verb {
			r.scope = w
		}
	}
	return pc
}

// add adds a target with what the sentence tells about it.
func (r *targetReader) add(t Target) {
	t.Section, t.Clause, t.Sentence = r.section, r.clause, r.sentence
	t.Deadline, t.DeadlineWording, t.DeadlineAt = r.date.year, r.date.wording, r.dateAt
	t.DeadlineCarried = !r.dateAt.Empty() && !r.sentence.Contains(r.dateAt)
	if t.Scope == "" {
		t.Scope = r.scope
	}
	t.ScopeStated = t.Scope != ""
	if t.Scope == "" {
		t.Scope = wholeScope(r.plan.Card)
	}
	if t.Value == "" {
		t.Value = t.Wording
	}
	r.found++
	r.plan.Targets = append(r.plan.Targets, t)
}

// wholeScope names the whole of the region that a plan is for: 全省 for 吉林省.
// Without region the title's first words may name its level.
func wholeScope(c Card) string {
	if r := lastRune(c.Region); isLevel(r) {
		return "全" + string(r)
	}
	prev := rune(0)
	for i, r := range strings.TrimPrefix(subject(c.Title), "关于") {
		if i > len("六个字以内的") {
			break
		}
		if isLevel(r) && prev != 0 && !strings.ContainsRune("城社园地都山林", prev) {
			return "全" + string(r)
		}
		prev = r
	}
	return ""
}

func isLevel(r rune) bool { return strings.ContainsRune("省市县区州旗", r) }

// indicatorNouns end the names of indicators.
var indicatorNouns = []string{
	"率", "比例", "占比", "比重", "面积", "浓度", "强度", "规模", "总量", "数量", "覆盖度", "满意度", "指数", "里程", "长度", "产值",
	"增加值", "总额", "额", "容量", "人数", "量", "度", "收入", "水平",
}

func isIndicator(s string) bool {
	_, ok := cutSuffix(s, indicatorNouns)
	return ok
}

// Words between an indicator and its number.
var valueLinks = []string{
	"累计达到", "达到", "保持在", "稳定在", "控制在", "维持在", "下降到", "下降至", "降低到", "降低至", "减少到", "降至", "降到", "压减到", "提高到", "提高至",
	"提升到", "提升至", "增加到", "增加至", "增长到", "扩大到", "扩大至", "增至", "达", "为",
	"下降", "降低", "减少", "增长", "提高", "提升", "增加", "力争", "确保", "争取", "努力", "分别", "均", "都", "累计", "年均", "每年", "总体", "平均",
}

// number reads a piece that gives a number. It reports whether it is one.
func (r *targetReader) number(core Span) bool {
	s := core.In(r.text)
	list := amounts(s)
	if len(list) == 0 {
		return r.roundNumber(core)
	}
	if r.share(core, list) {
		return true
	}
	if n, ok := leadingVerb(s); ok && startsAt(s, n, list[0]) {
		return r.counted(core, n, list)
	}
	if last := list[len(list)-1]; last.End == len(s) && r.mayBeTarget(s, last) {
		return r.valued(core, list)
	}
	return false
}

// startsAt reports whether a follows byte n of s at once.
func startsAt(s string, n int, a amount) bool {
	return strings.Trim(s[n:max(n, a.Start)], "了出约近") == ""
}

// What makes an amount a subsidy, a price or a condition and no target.
var noTargetWords = []string{"补", "奖", "给予", "资助", "贴息", "扶持", "贷款", "租金", "免租", "免费", "最高", "最长", "期限", "标准", "符合", "注册资本", "支持", "同一", "单个", "单家", "每家", "申领"}

// mayBeTarget reports whether an amount at the end of s can be a target. Target
// paragraphs and dated sentences give targets; elsewhere the words must name an
// indicator or something created.
func (r *targetReader) mayBeTarget(s string, a amount) bool {
	for _, w := range noTargetWords {
		if strings.Contains(s, w) {
			return false
		}
	}
	if timeUnits[a.unit] && !r.dated() {
		return false
	}
	if r.clause < 0 || r.dated() {
		return true
	}
	subject := trimSuffixes(s[:a.Start], valueLinks)
	if isIndicator(subject) {
		return true
	}
	n, ok := leadingVerb(subject)
	return ok && creates(subject[:n])
}

// dated reports whether a deadline holds for the sentence.
func (r *targetReader) dated() bool { return !r.dateAt.Empty() }

// Verbs whose objects, counted, are a target even without a deadline.
var creating = []string{
	"创建", "建成", "新建", "打造", "培育", "完成", "新增", "评选", "遴选", "举办", "形成", "设立", "组建", "挖掘", "发掘", "布局", "建设", "发展", "改造", "认定", "实现",
}

func creates(verb string) bool {
	_, ok := cutSuffix(verb, creating)
	return ok
}

// share reads “60%以上的X要V”: a share of some things that is to do something.
func (r *targetReader) share(core Span, list []amount) bool {
	s := core.In(r.text)
	a := list[0]
	if a.unit != "%" || a.Start != 0 || !strings.HasPrefix(s[a.End:], "的") {
		return false
	}
	of, todo, ok := strings.Cut(s[a.End+len("的"):], "要")
	if !ok {
		return false
	}
	if _, verb := leadingVerb(todo); !verb {
		return false
	}
	t := r.withAmount(core, a)
	t.Indicator = of + todo + "的比例"
	t.Wording = s
	t.Value = s[a.Start:a.End]
	t.Quote = core
	r.add(t)
	return true
}

// withAmount is a target of kind number with the value of a, an amount in
// core.
func (r *targetReader) withAmount(core Span, a amount) Target {
	return Target{
		Kind: TargetNumber, Op: a.op, Number: a.number, Unit: a.unit, Approx: a.approx,
		ValueAt: Span{core.Start + a.Start, core.Start + a.End},
	}
}

// counted reads “新建4600公里绿水长廊” and “创建40家X和250家Y”: a verb, then
// amounts, each with its object.
func (r *targetReader) counted(core Span, verb int, list []amount) bool {
	s := core.In(r.text)
	if !r.countable(s[:verb], list[0]) {
		return false
	}
	list = joined(s, list)
	for i, a := range list {
		end := len(s)
		if i+1 < len(list) {
			end = list[i+1].Start
		}
		object := trimSuffixes(strings.TrimRight(s[a.End:end], " "), joints)
		if object == "" {
			return i > 0
		}
		t := r.withAmount(core, a)
		name, at := mainNoun(object)
		t.Indicator = name
		t.IndicatorAt = Span{core.Start + a.End + at, core.Start + a.End + at + len(name)}
		t.Quote = Span{core.Start, core.Start + a.End + len(object)}
		t.Wording = s[a.Start:a.End]
		if len(list) == 1 {
			t.Wording = s[:a.End]
		}
		r.add(t)
	}
	return true
}

// joined returns the first of list and those that a joint puts beside it. The
// others belong to the object of the one before.
func joined(s string, list []amount) []amount {
	out := list[:1:1]
	for _, a := range list[1:] {
		if _, ok := cutSuffix(s[:a.Start], joints); ok {
			out = append(out, a)
		}
	}
	return out
}

// countable reports whether a verb and an amount right behind it can make a
// target.
func (r *targetReader) countable(verb string, a amount) bool {
	if strings.HasPrefix(verb, "支持") || strings.HasPrefix(verb, "提供") && !r.dated() {
		return false
	}
	return r.clause < 0 && (r.dated() || r.scope != "") || r.dated() || r.scope != "" || creates(verb)
}

// roundNumber reads “建成百个X”.
func (r *targetReader) roundNumber(core Span) bool {
	s := core.In(r.text)
	n, ok := leadingVerb(s)
	if !ok || !r.dated() {
		return false
	}
	a, ok := roundAmount(s[n:])
	if !ok || n+a.End == len(s) {
		return false
	}
	a.Span = Span{n + a.Start, n + a.End}
	return r.counted(core, n, []amount{a})
}

// valued reads “X达到30%以上”, “X、Y分别达到45.8%和45.22%” and “完成X230条”.
func (r *targetReader) valued(core Span, list []amount) bool {
	s := core.In(r.text)
	if parts := r.valuedList(core, list); len(parts) > 1 {
		r.hope = hopes(parts[0].In(r.text))
		for _, part := range parts {
			r.valued(part, amounts(part.In(r.text)))
		}
		r.hope = ""
		return true
	}
	first := len(list) - 1
	for first > 0 && isJoint(s[list[first-1].End:list[first].Start]) {
		first--
	}
	subject := trimSuffixes(s[:list[first].Start], valueLinks)
	if subject == "" {
		return false
	}
	links := s[len(subject):list[first].Start]
	each := strings.Contains(links, "分别")
	names := []Span{{0, len(subject)}}
	if each || strings.Contains(links, "均") || strings.Contains(links, "都") {
		names = splitNames(subject)
	}
	values := list[first:]
	if each && len(names) != len(values) || !each && len(values) > 1 {
		return false
	}
	for i, name := range names {
		a := values[0]
		if each {
			a = values[i]
		}
		r.addValued(core, name, len(subject), a)
	}
	return true
}

// addValued adds the target of one indicator, which stands at name in core,
// with the value a. The words of the value start at byte words.
func (r *targetReader) addValued(core, name Span, words int, a amount) {
	s := core.In(r.text)
	t := r.withAmount(core, a)
	if op := opBeforeNumber(s[words:]); op != "" && a.op == "=" { // “分别不低于A和B”
		t.Op = op
	}
	t.Quote = core
	t.Wording = s[words:]
	t.Value = ownValue(s[words:a.Start], s[a.Start:a.End])
	if hopes(t.Value) == "" {
		t.Value = r.hope + t.Value
	}
	indicator := name.In(s)
	if w, ok := cutPrefix(indicator, hopeWords); ok && len(w) < len(indicator) { // “力争甲乙100家”
		t.Wording, t.Value = s, ownValue(w, s[a.Start:a.End])
		name.Start += len(w)
		indicator = name.In(s)
	} else if n, ok := leadingVerb(indicator); ok && n < len(indicator) && !isIndicator(indicator) {
		t.Wording = s
		t.Value = ownValue(hopes(indicator[:n]), s[a.Start:a.End])
		name.Start += n
		noun, at := mainNoun(name.In(s))
		name = Span{name.Start + at, name.Start + at + len(noun)}
		indicator = noun
	}
	t.Indicator = indicator
	t.IndicatorAt = Span{core.Start + name.Start, core.Start + name.End}
	r.add(t)
}

// ownValue is a target's own value in words: its number with the verb before
// it, without 分别 and without its neighbours' numbers.
func ownValue(links, number string) string {
	if i := strings.LastIndexAny(links, "0123456789"); i >= 0 {
		links = links[:strings.IndexAny(links, "0123456789")]
	}
	return strings.NewReplacer("分别", "", "均", "", "都", "").Replace(links) + number
}

var hopeWords = []string{"力争", "争取", "确保", "努力"}

// hopes returns the word of s that says how firmly something is meant.
func hopes(s string) string {
	for _, w := range hopeWords {
		if strings.Contains(s, w) {
			return w
		}
	}
	return ""
}

// valuedList splits “认定X1000家以上、Y300家以上” into its parts.
func (r *targetReader) valuedList(core Span, list []amount) []Span {
	s := core.In(r.text)
	var parts []Span
	start := 0
	for i, a := range list[:len(list)-1] {
		w, ok := cutPrefix(s[a.End:], joints)
		if !ok || isJoint(s[a.End:list[i+1].Start]) {
			continue
		}
		parts = append(parts, Span{core.Start + start, core.Start + a.End})
		start = a.End + len(w)
	}
	return append(parts, Span{core.Start + start, core.End})
}

func isJoint(s string) bool { return slices.Contains(joints, s) }

// splitNames splits “森林覆盖率、湿地保护率” into names.
func splitNames(s string) []Span {
	var out []Span
	start := 0
	quoted := quoteScanner{}
	next := 0
	for i, c := range s {
		if i < next || quoted.inside(c) {
			continue
		}
		if w, ok := cutPrefix(s[i:], joints); ok && i > start && i+len(w) < len(s) {
			out = append(out, Span{start, i})
			start = i + len(w)
			next = start
		}
	}
	return append(out, Span{start, len(s)})
}

// trimSuffixes drops words of list from the end of s, as many as there are.
func trimSuffixes(s string, list []string) string {
	for {
		w, ok := cutSuffix(s, list)
		if !ok {
			return s
		}
		s = s[:len(s)-len(w)]
	}
}

// mainNoun drops what qualifies a noun: all up to the last 的 outside
// quotation marks and brackets. It returns the noun and where it starts.
func mainNoun(s string) (string, int) {
	at := 0
	quoted := quoteScanner{}
	for i, c := range s {
		if !quoted.inside(c) && c == '的' && i+len("的") < len(s) {
			at = i + len("的")
		}
	}
	return s[at:], at
}
