package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// strays says in what a rephrased question is another one; ok when in nothing.
// was is how the question was read. A doubt counts as straying: the answer
// without the model is there already.
func (e *Engine) strays(a *Answer, was question.Question, text string) (d Drop, ok bool) {
	is := e.Read(text)
	drop := func(why, what string) (Drop, bool) { return Drop{why, what, text}, false }
	old, now := fold.String(a.Question), fold.String(text)
	switch {
	case len([]rune(text)) > maxRephrased || strings.ContainsFunc(text, hidden) || odd.MatchString(now):
		return drop("form", "")
	case strings.Trim(old, asking) == strings.Trim(now, asking):
		return drop("same", "")
	case !keepsAsk(was, is):
		return drop("ask", string(was.Ask)+" "+string(is.Ask))
	case negates(old) != negates(now) || was.Except != is.Except || was.Negated != is.Negated:
		return drop("negation", "")
	}
	for _, x := range []struct {
		why      string
		was, now []string
	}{
		{"agency", agencyNames(was), agencyNames(is)},
		{"agency", offices(old, was), offices(now, is)},
		{"place", placesIn(was, old), placesIn(is, now)},
		{"place", localities(old), localities(now)},
		{"year", append(was.Years, was.Relative), append(is.Years, is.Relative)},
		{"year", times(old), times(now)},
		{"number", numbersIn(old), numbersIn(now)},
		{"plan", was.Plans, is.Plans},
	} {
		if what := difference(x.was, x.now); what != "" {
			return drop(x.why, what)
		}
	}
	if what := e.otherIndicator(was, old, now); what != "" {
		return drop("indicator", what)
	}
	if !e.sameTopic(old, now) {
		return drop("topic", "")
	}
	return Drop{}, true
}

const asking = " ?!。"

// odd finds in a folded text what one short question has no use for: a second
// sentence, addresses, markup, characters that do not show.
var odd = regexp.MustCompile(`[^\p{Han}\p{Latin}0-9 ?%·"《》、.〇-]|\.[^0-9]|\.$|[?].`)

func hidden(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// keepsAsk reports whether two questions want to know the same thing, as far as
// the first could be read.
func keepsAsk(was, is question.Question) bool {
	switch was.Ask {
	case question.AskClause, question.AskNothing, question.AskQuote:
		return is.Ask != question.AskChitchat && is.Ask != question.AskNothing
	case question.AskList, question.AskTasks:
		return is.Ask == question.AskList || is.Ask == question.AskTasks || is.Ask == question.AskClause || is.Ask == question.AskOverview
	}
	return was.Ask == is.Ask && was.Count == is.Count && was.Most == is.Most
}

// undecided is a question by repetition, which denies nothing: 达不达标.
var undecided = regexp.MustCompile(`(\p{Han})[不没](\p{Han})`)

// negates reports whether a folded text denies something.
func negates(s string) bool {
	s = undecided.ReplaceAllStringFunc(s, func(m string) string {
		if r := []rune(m); r[0] == r[2] {
			return string(r[0])
		}
		return m
	})
	return strings.ContainsAny(without(s, "多不多 有没有"), "不没未勿")
}

// without removes words from a text.
func without(s, words string) string {
	for _, w := range strings.Fields(words) {
		s = strings.ReplaceAll(s, w, " ")
	}
	return s
}

// found returns which of the words stand in a text.
func found(s, words string) []string {
	var out []string
	for _, w := range strings.Fields(words) {
		if strings.Contains(s, w) {
			out = append(out, w)
		}
	}
	return out
}

func agencyNames(q question.Question) []string {
	out := []string{q.Units}
	for _, a := range q.Agencies {
		name := a.Name
		if a.Local {
			name = "市 " + name
		}
		out = append(out, name)
	}
	return out
}

// offices returns the kinds of offices that a folded text names beside the
// agencies that were recognised.
func offices(s string, q question.Question) []string {
	for _, a := range q.Agencies {
		s = strings.ReplaceAll(s, a.Written, " ")
	}
	s = without(s, "哪个局 哪个厅 什么局 什么厅 格局 布局 全局 局面 局部 结局 大局 大厅 委托")
	return found(s, "局 厅 委员会 管委会 发改委 派出所 交警 公安 警察 城管 执法队 街道办 居委会 村委会 政府 党委 消防 法院 检察院 物业")
}

// generic are words with the character of a place that name none.
const generic = "城市 农村 乡村 城镇 乡镇 村镇 市县 县域 城区 区域 地区 山区 园区 社区 小区 景区 街区 河湖 江河 河流 河道 河水 湖泊 湖库 流域 " +
	"保护区 示范区 分区 区分 省级 市级 县级 全省 我省 本省 省里 省内 全市 各市 各县 各地 市场 上市 城里 村里 村庄 村子 山水 两山 冰山 矿山 山体 街道 省电 省钱 节省 江山 功能区 黑土区"

// localities returns what kinds of places a folded text names, of those that no
// gazetteer has: 南湖, 我们村.
func localities(s string) []string {
	return found(without(s, generic), "省 市 州 县 区 旗 乡 镇 村 屯 湖 河 江 山 岛 街")
}

func placesIn(q question.Question, text string) []string {
	var out []string
	for _, p := range q.Places {
		out = append(out, placeStem(p))
	}
	for _, m := range corpus.Gazetteer().Find(text) {
		out = append(out, placeStem(m.Name))
	}
	return out
}

// times returns the words of time in a folded text, but for questions about it.
func times(s string) []string {
	s = without(s, "哪一年 哪年 何年 几年 多少年 哪个月 几月")
	return found(s, "年 月 季度 世纪 本周 上周 下周 今天 明天 昨天 目前 现在 最近 近期 眼下")
}

// numbersIn returns the numbers of a folded text, those of ordinals and years
// among them, however they are written, and numerals that are part of a word:
// 三成, 一半, 翻一番.
func numbersIn(s string) []string {
	s = fold.Numerals(s)
	out := digits.FindAllString(s, -1)
	s = without(digits.ReplaceAllString(s, " "), "一下 一个 一些 一样 一起 一直 一点 一般 一定 一体 一共 一并 一旦 一律 统一 唯一 万一 另一 二氧化")
	return append(out, spoken.FindAllString(s, -1)...)
}

var (
	digits = regexp.MustCompile(`\d+(?:\.\d+)?`)
	spoken = regexp.MustCompile(`[一二两三四五六七八九十百千万亿半]+[成倍番]?`)
)

// difference returns what only one of two sets has.
func difference(a, b []string) string {
	var out []string
	for _, x := range [][2][]string{{a, b}, {b, a}} {
		for _, s := range x[0] {
			if s != "" && !slices.Contains(x[1], s) && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

// otherIndicator returns an indicator of the plans that a folded question names
// and its rephrasing does not, or one that the rephrasing brings in although it
// is not what the question asks for.
func (e *Engine) otherIndicator(q question.Question, was, now string) string {
	old, named := e.indicators(was), e.indicators(now)
	for _, ind := range old {
		if !slices.Contains(named, ind) {
			return ind
		}
	}
	for _, part := range strings.Fields(q.Topic) {
		if words, kind := measureOf(part); kind >= 0 && words != "" && len(named) == 0 && !strings.Contains(now, part) {
			return part // it looks like an indicator, and is gone
		}
	}
	value := q.Ask == question.AskTarget || q.HowMuch || q.Goal || len(q.Measure) > 0
	for _, ind := range named {
		if !slices.Contains(old, ind) && !(value && e.means(q, was, ind)) {
			return ind
		}
	}
	return ""
}

// indicators returns the indicators that a folded text names, without those that
// are part of another.
func (e *Engine) indicators(text string) []string {
	var all []string
	for _, p := range e.plans {
		for i := range p.Targets {
			if s := fold.String(p.Targets[i].Indicator); s != "" && strings.Contains(text, s) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool {
		return slices.ContainsFunc(all, func(t string) bool { return len(t) > len(s) && strings.Contains(t, s) })
	})
}

// measures are how indicators end, by what they measure.
var measures = []string{"率 占比 比重 比例", "浓度", "面积", "强度", "满意度 度", "总量 排放量 量", "里程 公里"}

// measureOf returns a text without its measure, and which one that is; -1 for
// none.
func measureOf(s string) (content string, kind int) {
	for i, list := range measures {
		for _, w := range strings.Fields(list) {
			if rest, ok := strings.CutSuffix(s, w); ok {
				return rest, i
			}
		}
	}
	return s, -1
}

// means reports whether a folded question may mean an indicator. Where the
// question names what looks like an indicator (臭氧浓度), that must be of the same
// measure and all its words must stand in the indicator. Otherwise the two must
// share two characters in a row that are not those of any indicator, or the
// lexicon must have the question's word for the indicator's.
func (e *Engine) means(q question.Question, was, indicator string) bool {
	content, kind := measureOf(indicator)
	for _, part := range strings.Fields(q.Topic) {
		words, k := measureOf(part)
		if k < 0 || words == "" {
			continue
		}
		if k != kind || !within(words, content) {
			return false
		}
	}
	for _, s := range e.lex.Synonyms {
		if strings.Contains(was, fold.String(s.Word)) && strings.Contains(indicator, fold.String(s.Wording)) {
			return true
		}
	}
	r := []rune(indicator)
	for i := range len(r) - 1 {
		pair := string(r[i : i+2])
		if strings.Contains(was, pair) && !slices.Contains(commonPairs, pair) {
			return true
		}
	}
	return false
}

// within reports whether every character of s stands in t.
func within(s, t string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(t, r) })
}

// commonPairs stand in indicators of every kind.
var commonPairs = strings.Fields("面积 比例 占比 数量 总量 比重 水平 能力 达到 建设 保护 利用 全省 国家 省级 综合 治理 目标 指标 用率 护率 盖率 度率 优良 新增 完成 浓度 消费 达标 标率 下降 降率")

// sameTopic reports whether two folded questions have words in common that are
// not those of any question: two characters at least, or a staff word with the
// plan's wording.
func (e *Engine) sameTopic(was, now string) bool {
	n := 0
	for _, r := range without(now, questionWords) {
		if unicode.Is(unicode.Han, r) && !strings.ContainsRune(functionRunes, r) && strings.ContainsRune(was, r) {
			if n++; n == 2 {
				return true
			}
			was = strings.ReplaceAll(was, string(r), "")
		}
	}
	return slices.ContainsFunc(e.lex.Synonyms, func(s corpus.Synonym) bool {
		return strings.Contains(was, fold.String(s.Word)) && strings.Contains(now, fold.String(s.Wording))
	})
}

// questionWords are those that any question may be made of.
const questionWords = "由谁牵头 谁牵头 牵头单位 牵头 哪个部门 哪个单位 哪些部门 哪些单位 单位 部门 负责 目标 是多少 多少 什么时候 完成 期限 哪些 任务 工作 举措 " +
	"措施 内容 怎么 怎样 如何 什么 哪里 哪儿 地方 达到 要求 实施 开展 推进 推动 加强 建设 情况 是什么 有没有 方案 规定"

const functionRunes = "的了吗呢吧啊是在有和与及或由谁哪要到把被对于给让为以从向个几归管能会 ?"

// unknownWord returns the first characters of a rephrased question that stand
// neither in the question nor in the clauses that it found, and are not those of
// any question; "" for none. So a model says nothing by way of asking.
func unknownWord(text, was string, again *Answer) string {
	known := fold.String(was) + "\n" + strings.Join(again.Leads, "\n")
	for _, c := range again.Citations {
		known += "\n" + fold.String(c.Quote+"\n"+c.Label)
	}
	for _, v := range again.Values {
		known += "\n" + fold.String(v.Indicator)
	}
	r := []rune(fold.String(text))
	for i := 0; i < len(r); {
		n := 0
		for j := i + 2; j <= len(r); j++ {
			if s := string(r[i:j]); strings.Contains(known, s) || slices.Contains(strings.Fields(questionWords), s) {
				n = j - i
			}
		}
		if n == 0 && (strings.ContainsRune(functionRunes, r[i]) || !unicode.Is(unicode.Han, r[i]) && strings.ContainsRune(known+`?%"《》、.-`, r[i])) {
			n = 1
		}
		if n == 0 {
			return string(r[i:min(i+4, len(r))])
		}
		i += n
	}
	return ""
}
