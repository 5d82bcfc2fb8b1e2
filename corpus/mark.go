package corpus

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A role is what a mark says a unit is.
type role int

const (
	roleNone role = iota
	roleLead
	roleSupport
	roleResponsible
	roleImplement
)

// The words of role labels such as 牵头单位：, and their nouns.
var (
	roleStems = []struct {
		word string
		role role
	}{
		{"牵头", roleLead}, {"主责", roleLead}, {"主办", roleLead},
		{"责任", roleResponsible}, {"负责", roleResponsible}, {"承办", roleResponsible},
		{"配合", roleSupport}, {"协办", roleSupport}, {"协同", roleSupport}, {"协助", roleSupport},
		{"参与", roleSupport}, {"参加", roleSupport}, {"支持", roleSupport},
		{"实施", roleImplement}, {"落实", roleImplement},
	}
	roleNouns    = []string{"责任单位", "责任部门", "单位及部门", "单位", "部门", "处室", "科室", "机构", "主体"}
	rolePrefixes = []string{"市级", "省级", "省直", "市直", "区级", "县级", "主要", "共同", "具体"}
)

// The verbs that follow units in marks without labels. A longer verb stands
// before the shorter ones that it ends with.
var roleVerbs = []struct {
	word string
	role role
}{
	{"牵头负责", roleLead}, {"负责牵头", roleLead}, {"牵头落实", roleLead}, {"牵头实施", roleLead},
	{"牵头推进", roleLead}, {"牵头", roleLead},
	{"分工负责落实", roleResponsible}, {"分工负责", roleResponsible}, {"分工落实", roleResponsible},
	{"共同负责", roleResponsible}, {"分别负责", roleResponsible},
	{"组织实施", roleImplement}, {"负责落实", roleImplement}, {"负责实施", roleImplement},
	{"抓好落实", roleImplement}, {"落实", roleImplement},
	{"配合", roleSupport}, {"协助", roleSupport}, {"参与", roleSupport}, {"参加", roleSupport},
	{"负责", roleResponsible},
}

// What may stand between the last unit and the verb.
var verbLeads = []string{
	"按照各自职责", "按各自职责", "按照职责", "按职责", "依职责", "根据职责", "依据职责", "各自",
	"共同", "分别", "具体", "积极", "协同", "联合", "密切", "做好",
}

// What a list of units may end with without naming one.
var openEnds = []string{
	"等市级有关部门", "等市级相关部门", "等省级有关部门", "等省级相关部门", "等有关部门和单位", "等相关部门和单位",
	"等有关单位", "等相关单位", "等有关部门", "等相关部门", "等部门和单位", "等部门", "等单位", "等",
}

// What names of units end with. Marks without a label hold nothing else.
var unitEnds = []string{
	"厅", "局", "委", "办", "部", "院", "政府", "管委会", "公司", "集团", "银行", "中心", "会", "署", "处",
	"队", "分行", "支行", "学校", "大学", "学院", "单位", "部门", "监", "署", "社", "室", "站", "区", "县", "市",
	"州", "旗", "盟", "街道", "乡镇", "镇", "乡", "办公室", "资本", "海关", "总队", "支队", "工商联", "馆", "所",
}

// A mark is one responsibility mark and what it says.
type mark struct {
	span  Span // with its brackets
	roles roles
}

// roles is what the words of a mark say.
type roles struct {
	leads, support, responsible, implement []string
	implementAt                            Span

	dates []Deadline // of 完成时限：
	comma int        // number of responsible units before the first comma
	rules []Rule     // what it says about later marks
}

func (r *roles) empty() bool {
	return len(r.leads)+len(r.support)+len(r.responsible)+len(r.implement) == 0
}

func (r *roles) add(to role, units []string) {
	switch to {
	case roleLead:
		r.leads = append(r.leads, units...)
	case roleSupport:
		r.support = append(r.support, units...)
	case roleImplement:
		r.implement = append(r.implement, units...)
	default:
		r.responsible = append(r.responsible, units...)
	}
}

// join adds what a second mark beside r says.
func (r *roles) join(o roles) {
	r.leads = append(r.leads, o.leads...)
	r.support = append(r.support, o.support...)
	if len(r.responsible) == 0 {
		r.comma = o.comma
	}
	r.responsible = append(r.responsible, o.responsible...)
	r.implement = append(r.implement, o.implement...)
	if r.implementAt.Empty() {
		r.implementAt = o.implementAt
	}
	r.rules = append(r.rules, o.rules...)
	r.dates = append(r.dates, o.dates...)
}

// Rule kinds.
const (
	ruleImplement  = "implement"
	ruleFirstLeads = "first-leads"
	ruleCommaLeads = "comma-leads" // those before the first comma
)

// bracketClass tells the kind of a bracket: 0 for none, positive for an
// opening and negative for a closing one. Widths of one kind are mixed in real
// texts and count as the same.
func bracketClass(r rune) int {
	switch r {
	case '(', '（':
		return 1
	case ')', '）':
		return -1
	case '[', '［':
		return 2
	case ']', '］':
		return -2
	case '〔':
		return 3
	case '〕':
		return -3
	case '【':
		return 4
	case '】':
		return -4
	case '〈', '<', '＜':
		return 5
	case '〉', '>', '＞':
		return -5
	}
	return 0
}

const bracketClasses = 6

// brackets returns the outermost bracketed runs of s, brackets included. A
// closing bracket without opening one is text; so is an opening one that is
// never closed.
func brackets(text string, s Span) []Span {
	type open struct{ class, at int }
	var stack []open
	var count [bracketClasses]int
	var found []Span
	in := s.In(text)
	for i, r := range in {
		class := bracketClass(r)
		switch {
		case class > 0:
			stack = append(stack, open{class, s.Start + i})
			count[class]++
		case class < 0 && count[-class] > 0:
			for {
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				count[top.class]--
				if top.class != -class {
					continue
				}
				b := Span{top.at, s.Start + i + utf8.RuneLen(r)}
				for len(found) > 0 && b.Contains(found[len(found)-1]) {
					found = found[:len(found)-1]
				}
				found = append(found, b)
				break
			}
		}
	}
	return found
}

// inside is a bracketed run without its brackets.
func inside(text string, b Span) Span {
	in := b.In(text)
	return Span{b.Start + len(firstOf(in)), b.End - len(string(lastRune(in)))}
}

// isRoleLabel reports whether s starts with a label such as 牵头单位：.
func isRoleLabel(s string) bool {
	_, n := roleLabel(s)
	return n > 0
}

// roleLabel reads a role label with its colon at the start of s.
func roleLabel(s string) (role, int) {
	n := len(s) - len(strings.TrimLeftFunc(s, isBlank))
	if w, ok := cutPrefix(s[n:], rolePrefixes); ok {
		n += len(w)
	}
	for _, stem := range roleStems {
		if !strings.HasPrefix(s[n:], stem.word) {
			continue
		}
		n += len(stem.word)
		noun, ok := cutPrefix(s[n:], roleNouns)
		if !ok {
			return roleNone, 0
		}
		n += len(noun)
		colon := len(s[n:]) - len(strings.TrimLeftFunc(s[n:], isColon))
		if colon == 0 {
			return roleNone, 0
		}
		return stem.role, n + colon
	}
	return roleNone, 0
}

// lineMark returns the mark that ends s, or the empty span.
func (p *parser) lineMark(s Span) Span {
	marks := p.marksIn(s)
	if len(marks) == 0 {
		return Span{}
	}
	last := marks[len(marks)-1].span
	if !trimFunc(p.text, Span{last.End, s.End}, isTailPunct, isTailPunct).Empty() {
		return Span{}
	}
	return last
}

// marksIn returns the marks in one paragraph: those in brackets, and a label
// without brackets at its end. Marks side by side are one.
func (p *parser) marksIn(par Span) []mark {
	if p.lastMarks.of == par && !par.Empty() {
		return p.lastMarks.marks
	}
	p.lastMarks.of, p.lastMarks.marks = par, p.readMarks(par)
	return p.lastMarks.marks
}

func (p *parser) readMarks(par Span) []mark {
	in := par.In(p.text)
	if !mayBeMark(in) {
		return nil
	}
	if isRoleLabel(in) {
		return []mark{{par, p.parseRoles(par)}}
	}
	var out []mark
	for _, b := range brackets(p.text, par) {
		r := p.parseRoles(inside(p.text, b))
		if r.empty() {
			continue
		}
		if n := len(out); n > 0 && trim(p.text, Span{out[n-1].span.End, b.Start}).Empty() {
			out[n-1].span.End = b.End
			out[n-1].roles.join(r)
			continue
		}
		out = append(out, mark{b, r})
	}
	if tail := p.tailMark(par); len(out) == 0 && !tail.Empty() {
		out = append(out, mark{tail, p.parseRoles(tail)})
	}
	return out
}

// tailMark finds a label without brackets that starts the paragraph's last
// sentence: “…。责任单位：市科技局”.
func (p *parser) tailMark(par Span) Span {
	in := strings.TrimRightFunc(par.In(p.text), isTailPunct)
	i := strings.LastIndexFunc(in, isStop)
	if i < 0 {
		return Span{}
	}
	i += len("。")
	if i > len(in) || !utf8.RuneStart(in[min(i, len(in)-1)]) || !isRoleLabel(in[i:]) {
		return Span{}
	}
	return trim(p.text, Span{par.Start + i, par.Start + len(in)})
}

// A piece is a part of a mark between separators.
type piece struct {
	Span
	sep rune // the separator before it; 0 for the first
}

// pieces splits s at the given separators outside brackets.
func pieces(text string, s Span, isSep func(rune) bool) []piece {
	var out []piece
	depth, start, sep := 0, s.Start, rune(0)
	for i, r := range s.In(text) {
		switch class := bracketClass(r); {
		case class > 0:
			depth++
		case class < 0:
			depth = max(0, depth-1)
		case depth == 0 && isSep(r):
			out = append(out, piece{Span{start, s.Start + i}, sep})
			start, sep = s.Start+i+utf8.RuneLen(r), r
		}
	}
	return append(out, piece{Span{start, s.End}, sep})
}

func isUnitSep(r rune) bool {
	return strings.ContainsRune("、，,；;。\n", r)
}

// maxMark is the length of the longest mark in bytes. Longer brackets hold
// prose.
const maxMark = 3000

// parseRoles reads what the words of a mark say. The result is empty when s is
// no mark.
func (p *parser) parseRoles(s Span) roles {
	if s.Empty() || s.Len() > maxMark || !mayBeMark(s.In(p.text)) {
		return roles{}
	}
	r := roleReader{text: p.text}
	for _, piece := range pieces(p.text, s, isUnitSep) {
		r.read(piece)
	}
	r.flush(r.label)
	if !r.labelled && (!r.verbs || r.strange) {
		return roles{dates: r.out.dates}
	}
	return r.out
}

// mayBeMark is a quick test that most brackets fail.
func mayBeMark(s string) bool {
	return strings.Contains(s, "单位") || strings.Contains(s, "部门") || strings.Contains(s, "负责") ||
		strings.Contains(s, "牵头") || strings.Contains(s, "配合") || strings.Contains(s, "落实") ||
		strings.Contains(s, "时限") || strings.Contains(s, "处室") || strings.Contains(s, "主体") || strings.Contains(s, "参与")
}

// A roleReader reads the pieces of one mark in order.
type roleReader struct {
	text     string
	labelled bool // a label has been read
	label    role // of the last label
	other    bool // inside what a label of no units names, such as 完成时限：
	verbs    bool // a verb has been read
	strange  bool // a piece is no unit

	units   []string // read, and without role so far
	seps    []rune   // before each of units
	starts  []int    // of each of units
	last    role     // role of the units flushed last
	lastAt  Span     // and where they stand
	later   []string // units of “以下均需…落实”
	laterAt int      // where that starts; 0 outside of it

	out roles
}

// Words of rules about later marks.
var (
	sameBelow = []string{"下同", "以下同", "不再列出", "不再重复列出", "不再逐一列出", "不再一一列出", "以下不再列出"}
	allBelow  = []string{"以下均需", "以下均由", "以下均涉及", "以下各项均需", "以下任务均需", "以下工作均需"}
)

func (r *roleReader) read(pc piece) {
	at := trimFunc(r.text, pc.Span, isUnitMargin, isBlank)
	if strings.ContainsRune("；;。\n", pc.sep) && pc.sep != 0 {
		r.flush(r.label)
	}
	if n := r.nextLabel(at.In(r.text)); n > 0 { // “牵头单位：甲局 配合单位：乙局”
		r.read(piece{Span{at.Start, at.Start + n}, pc.sep})
		r.read(piece{Span{at.Start + n, at.End}, '；'})
		return
	}
	if n := otherLabel(at.In(r.text)); n > 0 {
		r.flush(r.label)
		r.other = true
		at.Start += n
	} else if label, n := roleLabel(at.In(r.text)); n > 0 {
		r.flush(r.label)
		r.label, r.labelled, r.other = label, true, false
		at = trimFunc(r.text, Span{at.Start + n, at.End}, isUnitMargin, isBlank)
	}
	s := at.In(r.text)
	switch {
	case s == "":
	case r.other:
		r.date(at)
	case slices.Contains(sameBelow, s):
		r.sameBelow(at)
	case leadsRule(s) != "":
		r.out.rules = append(r.out.rules, Rule{Kind: leadsRule(s), At: at})
	default:
		if w, ok := cutPrefix(s, allBelow); ok {
			r.flush(r.label)
			r.laterAt, r.later = at.Start, nil
			at.Start += len(w)
		}
		r.unit(at, pc.sep)
	}
}

// nextLabel is where a label stands in s after white space, or 0.
func (r *roleReader) nextLabel(s string) int {
	for i, c := range s {
		if i > 0 && isBlank(c) && (isRoleLabel(s[i:]) || otherLabel(strings.TrimLeftFunc(s[i:], isBlank)) > 0) {
			return i
		}
	}
	return 0
}

// Labels in marks of what is no unit.
var otherLabels = []string{
	"完成时限", "完成时间", "办结时限", "时间节点", "时限要求", "时限", "时间", "责任领导", "牵头领导", "分管领导", "责任人", "联系人", "市领导", "省领导",
}

// otherLabel reads such a label with its colon at the start of s.
func otherLabel(s string) int {
	w, ok := cutPrefix(s, otherLabels)
	if !ok || !strings.HasPrefix(s[len(w):], "：") && !strings.HasPrefix(s[len(w):], ":") {
		return 0
	}
	return len(w) + len(firstOf(s[len(w):]))
}

// date reads a date after 完成时限：.
func (r *roleReader) date(at Span) {
	if d, ok := scanDate(at.In(r.text)); ok {
		r.out.dates = append(r.out.dates, Deadline{d.year, d.wording, Span{at.Start, at.Start + len(d.wording)}})
	}
}

func isUnitMargin(r rune) bool { return isBlank(r) || r == '*' || r == '＊' || r == ':' || r == '：' }

// leadsRule tells which rule s states about the units that lead: those that
// stand first, or before the first comma; "" for none.
func leadsRule(s string) string {
	if !strings.Contains(s, "牵头") {
		return ""
	}
	if strings.Contains(s, "逗号") && strings.Contains(s, "前") {
		return ruleCommaLeads
	}
	for _, w := range []string{"第一位", "首位", "第一个", "排名第一", "排第一", "列第一", "排在第一"} {
		if strings.Contains(s, w) {
			return ruleFirstLeads
		}
	}
	return ""
}

// unit reads one unit, and the verb after it if there is one.
func (r *roleReader) unit(at Span, sep rune) {
	name, verb := cutVerb(at.In(r.text))
	name = unitName(name)
	if name != "" {
		r.push(name, sep, at.Start)
		r.strange = r.strange || !endsLikeUnit(name)
	}
	if verb == roleNone {
		return
	}
	r.verbs = true
	if r.laterAt > 0 {
		r.endLater(at.End)
		return
	}
	r.boundVerb()
	r.flushAt(verb, at.End)
}

// push adds a unit. “各市(州)、县(市、区)人民政府” is one unit, although a
// separator stands in it.
func (r *roleReader) push(name string, sep rune, start int) {
	if n := len(r.units); n > 0 && sep == '、' && isLevelList(r.units[n-1]) && isLevelUnit(name) {
		r.units[n-1] += "、" + name
		return
	}
	if (sep == '，' || sep == ',') && r.out.comma == 0 {
		r.out.comma = len(r.units)
	}
	r.units = append(r.units, name)
	r.seps = append(r.seps, sep)
	r.starts = append(r.starts, start)
}

var levels = []string{"市", "州", "县", "区", "旗", "盟", "乡", "镇", "街道", "地区"}

// isLevelList reports whether s is like 各市(州): levels of government without
// the word government.
func isLevelList(s string) bool {
	if !strings.HasPrefix(s, "各") {
		return false
	}
	s = stripBrackets(s)
	for _, part := range strings.Split(strings.TrimPrefix(s, "各"), "、") {
		for part != "" {
			w, ok := cutPrefix(part, levels)
			if !ok {
				return false
			}
			part = part[len(w):]
		}
	}
	return true
}

// isLevelUnit reports whether s is like 县(市、区)人民政府.
func isLevelUnit(s string) bool {
	_, ok := cutPrefix(s, levels)
	return ok && (strings.Contains(s, "政府") || strings.Contains(s, "管委会") || isLevelList("各"+s))
}

// stripBrackets drops bracketed runs from s.
func stripBrackets(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch class := bracketClass(r); {
		case class > 0:
			depth++
		case class < 0:
			depth = max(0, depth-1)
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// boundVerb keeps a verb inside a labelled list from reaching back over a
// comma: those units have the label's role.
func (r *roleReader) boundVerb() {
	if r.label == roleNone {
		return
	}
	for i := len(r.seps) - 1; i > 0; i-- {
		if r.seps[i] == '，' || r.seps[i] == ',' {
			r.out.add(r.label, r.units[:i])
			r.units, r.seps, r.starts = r.units[i:], r.seps[i:], r.starts[i:]
			return
		}
	}
}

// flush gives the units that wait the role to.
func (r *roleReader) flush(to role) { r.flushAt(to, 0) }

func (r *roleReader) flushAt(to role, end int) {
	if len(r.units) == 0 {
		return
	}
	if to == roleNone && r.laterAt > 0 {
		r.endLater(end)
		return
	}
	if to == roleNone {
		r.strange = true
	}
	r.out.add(to, r.units)
	r.last, r.lastAt = to, Span{r.starts[0], end}
	if to == roleImplement {
		r.out.implementAt = r.lastAt
	}
	r.units, r.seps, r.starts = nil, nil, nil
}

// endLater ends “以下均需…落实”.
func (r *roleReader) endLater(end int) {
	r.out.rules = append(r.out.rules, Rule{Kind: ruleImplement, Units: r.units, At: Span{r.laterAt, end}})
	r.units, r.seps, r.starts, r.laterAt = nil, nil, nil, 0
}

// sameBelow makes what was said last a rule for all later marks.
func (r *roleReader) sameBelow(at Span) {
	r.flush(r.label)
	if n := len(r.out.rules); n > 0 && r.out.rules[n-1].At.End < at.Start {
		r.out.rules[n-1].At.End = at.End
	} else if r.last == roleImplement {
		r.out.rules = append(r.out.rules, Rule{Kind: ruleImplement, Units: r.out.implement, At: Span{r.lastAt.Start, at.End}})
	}
	if r.last == roleImplement {
		r.out.implementAt.End = at.End
	}
}

// cutVerb splits a role verb off the end of s.
func cutVerb(s string) (string, role) {
	for _, v := range roleVerbs {
		rest, ok := strings.CutSuffix(s, v.word)
		if !ok {
			continue
		}
		for {
			w, ok := cutSuffix(rest, verbLeads)
			if !ok {
				return rest, v.role
			}
			rest = rest[:len(rest)-len(w)]
		}
	}
	return s, roleNone
}

// unitName drops from a unit what is not its name: 等相关部门 after it and a
// 〈含…〉 note.
func unitName(s string) string {
	s = strings.TrimPrefix(strings.TrimFunc(s, isUnitMargin), "由")
	for {
		rest := s
		if w, ok := cutSuffix(rest, openEnds); ok {
			rest = rest[:len(rest)-len(w)]
		}
		if bracketClass(lastRune(rest)) < 0 {
			if bs := brackets(rest, Span{0, len(rest)}); len(bs) > 0 {
				last := bs[len(bs)-1]
				in := inside(rest, last).In(rest)
				if last.End == len(rest) && (strings.HasPrefix(in, "含") || strings.HasPrefix(in, "包括") || strings.HasSuffix(in, "下同")) {
					rest = rest[:last.Start]
				}
			}
		}
		rest = strings.TrimFunc(rest, isBlank)
		if rest == s {
			return s
		}
		s = rest
	}
}

func endsLikeUnit(name string) bool {
	_, ok := cutSuffix(stripBrackets(name), unitEnds)
	return ok || isPlaceName(name)
}
