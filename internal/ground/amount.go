package ground

import "strings"

// A bound is how exactly a value is meant: a set, since 超过1000平方公里以上 has two.
type bound uint8

const (
	atLeast bound = 1 << iota
	atMost
	above
	below
	about
	nearly
	over // 余, 多
)

// An approach is how a value is reached.
type approach uint8

const (
	reached approach = iota + 1 // 达到
	is                          // 为
	raised                      // 提高到
	lowered                     // 下降到
	grown                       // 提高
	fallen                      // 下降
	stable                      // 稳定在
	kept                        // 保持在
	held                        // 控制在
)

// allows reports whether a sentence may say b where the clause says a. Less
// may be said of how a value is reached, not of whether it is kept, and never
// that it rises or falls by what it rises or falls to.
func (a approach) allows(b approach) bool {
	plain := b == 0 || b == is
	switch a {
	case 0, is, reached:
		return plain || b == reached
	case raised, lowered:
		return plain || b == reached || b == a
	}
	return a == b
}

// An amount is a number with its unit of measure and its qualifiers.
type amount struct {
	num      int // token
	from, to int // tokens, with the qualifiers
	value    string
	measure  string
	bound    bound
	bounds   int   // qualifiers that bound
	front    bound // of those before the number
	approach approach
}

type qualifier struct {
	bound    bound
	approach approach
}

// before and behind are the qualifiers on either side of a number.
var before, behind = qualifiers(map[qualifier]string{
	{atLeast, 0}:     "不低于 不少于 不小于 至少 最少 最低",
	{atMost, 0}:      "不高于 不超过 不大于 不多于 至多 最多 最高",
	{above, 0}:       "超过 大于 高于 多于 突破 超 逾 超出",
	{below, 0}:       "低于 少于 小于 不足 不到 未到 不满",
	{about, 0}:       "约 大约 约为 大概",
	{nearly, 0}:      "近 将近 接近 几乎",
	{0, reached}:     "达到 达 到 至 到达 实现",
	{0, is}:          "为 是",
	{0, raised}:      "提高到 提升到 增加到 增长到 上升到 提高至 提升至 增加至 增长至 上升至 增至 升至 扩大到 扩大至",
	{0, lowered}:     "下降到 降低到 降到 降至 下降至 降低至 减少到 减少至 减至 压减到 压减至 削减到 控制并下降到",
	{0, grown}:       "提高 提升 增加 增长 上升 扩大",
	{0, fallen}:      "下降 降低 减少 削减 压减 降 减",
	{0, stable}:      "稳定在 稳定",
	{0, kept}:        "保持在 维持在 保持",
	{0, held}:        "控制在 控制到",
	{0, approach(0)}: "分别 均 累计",
}), qualifiers(map[qualifier]string{
	{atLeast, 0}: "以上 及以上 之上",
	{atMost, 0}:  "以下 及以下 以内 之内 之下",
	{about, 0}:   "左右 上下",
	{over, 0}:    "余 多 有余",
})

func qualifiers(m map[qualifier]string) map[string]qualifier {
	out := map[string]qualifier{}
	for q, words := range m {
		for w := range strings.FieldsSeq(words) {
			out[w] = q
		}
	}
	return out
}

// maxQualifier is the longest qualifier in characters.
const maxQualifier = 6

func (x *text) findAmounts() {
	for i := range x.t {
		if x.t[i].kind == number && !x.isName(i) {
			x.amounts = append(x.amounts, x.amountAt(i))
		}
	}
}

// isName reports whether number i counts nothing: a quoted one, an ordinal, or
// a single spoken one (一批, 三级, 三年行动).
func (x *text) isName(i int) bool {
	n := x.t[i]
	if n.quoted || endsWith(x.t, i, "第") > 0 || strings.HasPrefix(n.value, "?") {
		return true
	}
	if !n.spoken || strings.ContainsAny(n.value, "%‰.") {
		return false
	}
	known := knownMeasures[n.measure]
	return !known || !x.loose && len([]rune(n.text)) < 2
}

func (x *text) amountAt(i int) amount {
	n := x.t[i]
	a := amount{num: i, from: i, to: i + 1, value: n.value, measure: measureName(n.measure)}
	if knownMeasures[n.measure] {
		for rest := n.measure; rest != "" && a.to < len(x.t) && strings.HasPrefix(rest, x.t[a.to].text); a.to++ {
			rest = rest[len(x.t[a.to].text):]
		}
	}
	for n := maxQualifier; n > 0; n-- {
		if q, ok := qualifierAt(x.t, a.to, a.to+n, behind); ok {
			a.limit(q.bound)
			a.to += n
			break
		}
	}
	for a.takeBefore(x.t) {
	}
	return a
}

func (a *amount) limit(b bound) {
	if b != 0 {
		a.bound |= b
		a.bounds++
	}
}

// takeBefore takes the longest qualifier in front of the amount into it.
func (a *amount) takeBefore(t []token) bool {
	for n := maxQualifier; n > 0; n-- {
		if q, ok := qualifierAt(t, a.from-n, a.from, before); ok {
			a.limit(q.bound)
			a.front |= q.bound
			if a.approach == 0 {
				a.approach = q.approach
			}
			a.from -= n
			return true
		}
	}
	return false
}

// qualifierAt reads t[from:to] as one qualifier.
func qualifierAt(t []token, from, to int, words map[string]qualifier) (qualifier, bool) {
	if from < 0 || to > len(t) {
		return qualifier{}, false
	}
	for _, c := range t[from:to] {
		if c.kind != han {
			return qualifier{}, false
		}
	}
	q, ok := words[textOf(t[from:to])]
	return q, ok
}

// A span is tokens [from,to).
type span struct{ from, to int }

// A subject is an amount with the words that say what it is an amount of.
type subject struct {
	amount
	cells  []span // its own words
	shared []span // words before several amounts: 全省创建 40家… 和 250家…
}

// subjects finds what the amounts of each comma segment are amounts of.
func (x *text) subjects() []subject {
	var out []subject
	for i := 0; i < len(x.amounts); {
		k := i
		for k < len(x.amounts) && x.seg[x.amounts[k].num] == x.seg[x.amounts[i].num] {
			k++
		}
		out = append(out, x.subjectsIn(x.amounts[i:k], x.segment(x.amounts[i].num))...)
		i = k
	}
	return out
}

// segment returns the comma segment around token i, without its end mark.
func (x *text) segment(i int) span {
	from, to := i, i
	for from > 0 && x.seg[from-1] == x.seg[i] {
		from--
	}
	for to < len(x.t) && x.seg[to] == x.seg[i] && !breaks(x.t, to) {
		to++
	}
	return span{from, to}
}

func (x *text) subjectsIn(amounts []amount, in span) []subject {
	if len(amounts) == 1 {
		a := amounts[0]
		return []subject{{a, []span{{in.from, a.from}, {a.to, in.to}}, nil}}
	}
	if cells, ok := x.respective(amounts, in); ok {
		return cells
	}
	var out []subject
	prev := in.from
	for i, a := range amounts {
		next := in.to
		if i+1 < len(amounts) {
			next = amounts[i+1].from
		}
		if a.to < next && !x.isJoint(a.to) && x.anyContent(a.to, next) {
			end := next
			for end > a.to && x.isJoint(end-1) {
				end--
			}
			out = append(out, subject{a, []span{{a.to, end}}, []span{{prev, a.from}}})
			prev = next
			continue
		}
		out = append(out, subject{a, []span{{prev, a.from}}, nil})
		prev = a.to
	}
	for i := range out[1:] {
		out[i+1].shared = append(out[i+1].shared, out[0].shared...)
	}
	return out
}

func (x *text) anyContent(from, to int) bool {
	for ; from < to; from++ {
		if x.content[from] {
			return true
		}
	}
	return false
}

// respective pairs 甲、乙分别达到1和2 in order.
func (x *text) respective(amounts []amount, in span) ([]subject, bool) {
	end := amounts[0].from
	if !strings.Contains(textOf(x.t[end:amounts[0].num]), "分别") && endsWith(x.t, end, "分别") == 0 && !x.has(in, "分别") {
		return nil, false
	}
	parts := x.parts(span{in.from, end})
	if len(parts) != len(amounts) {
		return nil, false
	}
	var out []subject
	for i, a := range amounts {
		out = append(out, subject{a.like(amounts[0]), []span{parts[i]}, nil})
	}
	return out, true
}

// like gives a the qualifiers that stand before the first of several amounts.
func (a amount) like(first amount) amount {
	if a.approach == 0 {
		a.approach = first.approach
	}
	if a.front == 0 {
		a.limit(first.front)
	}
	return a
}

// parts splits a list at what joins it. What has no content is no part.
func (x *text) parts(in span) []span {
	var out []span
	from := in.from
	for i := in.from; i <= in.to; i++ {
		if i == in.to || x.isJoint(i) {
			if x.anyContent(from, i) {
				out = append(out, span{from, i})
			}
			from = i + 1
		}
	}
	return out
}

func (x *text) has(in span, w string) bool {
	for i := in.from; i < in.to; i++ {
		if hasAt(x.t[:in.to], i, []rune(w)) {
			return true
		}
	}
	return false
}

var knownMeasures = func() map[string]bool {
	m := map[string]bool{"": true}
	for _, w := range measures {
		m[w] = true
	}
	return m
}()
