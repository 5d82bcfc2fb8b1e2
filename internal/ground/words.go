package ground

import (
	"strings"
	"unicode/utf8"
)

// neutral words assert nothing by themselves: wherever one is put in, what the
// sentence claims about the world stays the same. Verbs among them are those
// with which plans begin any task whatever.
var neutral = newWordList(`
	方案 行动方案 本方案 该方案 提出 明确 要求 指出 规定 部署 安排
	将 要 并 和 与 及 以及 并且 同时 此外 另外 其中 也 还 其 该 这 此
	举措包括 任务包括 措施包括 工作包括 内容包括 目标包括
	方面 工作 任务 举措 措施 目标 目标值 内容 要点 相关 有关 具体 分别 在 对 把 对于 关于
	推进 推动 开展 实施 加强 做好 抓好 组织 进行 落实 进一步 积极 着力 继续`)

// particles are neutral words that are no nouns: a subject is the same without.
var particles = newWordList("将 要 并 和 与 及 以及 其中 也 还 其 该 这 此 在 对 把 中 分别 力争 确保 均 到")

// doing are verbs for bringing a number of things about.
var doing = newWordList("创建 完成 建设 打造 培育 推进 推动 开展 实施 规划 支持 实现 建立")

// genitive joins a modifier to its noun.
const genitive = '的'

// joints within a noun: words stay side by side across them.
var inNoun = newWordList("的 等 等等 中")

// taskVerbs begin a task; what a word before them governs ends with the task
// before them.
var taskVerbs = newWordList(`
	推进 推动 开展 实施 加强 强化 做好 抓好 组织 落实 完善 健全 优化 促进 培育 壮大 发展 保护 治理 修复 整治 更新 推广 深化
	改造 改善 压实 利用 保障 防治 规范 打响 推行 推出`)

// taskAdverbs stand before task verbs.
var taskAdverbs = newWordList("加快 持续 统筹 扎实 着力 大力 深入 稳步 有序 积极 逐步 依法 定期 动态 进一步 继续 全面 严格 科学 切实 及时 集中 系统 充分 广泛 坚决 高质量")

// asideAdverbs are adverbs only before a verb: 科学组织, but 科学用药.
var asideAdverbs = newWordList("科学 集中 系统 全面 严格")

// idioms hold a numeral that counts nothing.
var idioms = []string{"进一步", "一体化", "统一", "一致", "一般", "一定", "一并", "一律", "同一", "单一", "唯一", "一切"}

// abbreviations are written out before anything else.
var abbreviations = map[string]string{"gdp": "地区生产总值"}

// neutralVerbs are the verbs among the neutral words.
var neutralVerbs = newWordList("推进 推动 开展 实施 加强 做好 抓好 组织 进行 落实 进一步 积极 着力 继续")

// tails may be left off a noun: 改造工程 is 改造, 基地建设 is 基地.
var tails = newWordList("工程 行动 项目 活动 工作 任务 事项 力度 步伐 建设")

// heads end a part of a list that needs no other head; lightHeads are shared
// heads without which a part is what it was.
var (
	heads      = newWordList("制度 机制 体系 清单 方案 规划 名录 标准 工程 行动 项目 活动 建设 改造 治理 整治 修复 监测 评估 监管 模式")
	lightHeads = newWordList("建设 工作")
)

// frames begin a segment that says what the next one is about and nothing else.
var frames = newWordList("针对 对于 对 向 在 按照 根据 除")

// limitWords in an aside limit what stands before it.
var limitWords = newWordList("除 限 仅 不含 不包括 以上 以下 以内 试点 部分 重点")

// centres begin a segment that says on what the next one's task is centred.
var centres = newWordList("以 围绕 针对 结合 依托 在")

// scopes say where a value holds, not what it is a value of.
var scopes = newWordList("全省 全市 全国 全县 全区")

// markLabels begin a mark of responsibility.
var markLabels = []string{"牵头", "责任", "配合", "参与", "参加", "落实单位", "实施单位", "主管"}

// measures are units of measure and counting words that have more than one
// character, or that need no other to be understood.
var measures = strings.Fields(`% ‰ 个百分点 百分点 微克/立方米 微克/m3 毫克/升 平方公里 平方千米 平方米 立方米 公里 千米 米 公顷 亩 吨 蒸吨/小时 蒸吨 千瓦时 千瓦 兆瓦
	元 家 个 条 座 处 种 所 批 台 辆 人 户 名 位 件 次 倍 张 块 套 头 只 株 棵 项 类 级 届 轮 天 日 月 年 小时 °c 分贝 升 克 千克 公斤 公分
	成 折 分之 番 步 大 期`)

// sameMeasure gives measures of several writings one name.
var sameMeasure = map[string]string{"平方千米": "平方公里", "千米": "公里", "千克": "公斤", "微克/m3": "微克/立方米", "百分点": "个百分点"}

// A class is a group of words that turn a statement the same way.
type class string

// Classes that rules name; any other word is a class of its own, or in one
// that is called by its first word.
const (
	up     class = "提高"
	down   class = "降低"
	build  class = "建设"
	curb   class = "控制"
	ban    class = "禁止"
	strive class = "力争"
)

// personal turns are about somebody who does something.
var personal = map[class]bool{"鼓励": true, "支持": true, "引导": true, "推荐": true}

// A turn is a word that turns what it governs. Strong ones may not be left
// out either: without 基本, 鼓励 or 禁止 the statement is another one. Verbs end
// what a word before them governs.
type turn struct {
	class  class
	kind   Kind
	strong bool
	verb   bool
	reach  reach
}

// A reach is how far a turn governs.
type reach uint8

const (
	task   reach = iota // the task that it stands in
	noun                // the words behind it within its part of a list
	nearby              // the character on either side
)

var turns = newTurns()

func newTurns() map[string]turn {
	m := map[string]turn{}
	add := func(c class, k Kind, strong, verb bool, words string) {
		for w := range strings.FieldsSeq(words) {
			t := turn{c, k, strong, verb, task}
			if c == "" {
				t.class = class(w)
			}
			m[w] = t
		}
	}
	add("", KindNegation, true, false, "不 未 无 非 没 勿 莫 免 毋 并非 无需 不再 不得 不可 不能 不会 不宜 无法 尚未 从未 不予 拒绝 避免 没有")
	add(ban, KindNegation, true, true, "禁止 严禁")
	add("", KindNegation, true, true, "禁 禁烧 杜绝 制止 取缔")
	add("", KindDirection, false, true, "允许 准许 放宽 放开 放任 容许 许可")
	add(curb, KindDirection, true, true, "控制 限制 管控 防控 从严管控")
	add("", KindDirection, true, true, "遏制 严控 抑制 约束 从严")
	add("防范", KindDirection, true, true, "严防 防范 防止")
	add("淘汰", KindDirection, true, true, "淘汰 清退 报废 退出")
	add("停止", KindDirection, true, true, "停止 停产 暂停 终止")
	add("关停", KindDirection, true, true, "关停 关闭 拆除")
	add("取消", KindDirection, true, true, "取消 撤销 废止")
	add("消除", KindDirection, true, true, "消除 消灭 清零 根除")
	add(down, KindDirection, true, true, "减少 降低 下降 削减 压减 减量 缩减 缩小 减轻 减弱 收缩 降至 降到")
	add("", KindDirection, true, true, "削弱 淡化 放缓 延缓 减缓")
	add(up, KindDirection, false, true, "提高 提升 增加 增长 上升 增强 加大 提速 上涨 升高")
	add("", KindDirection, false, true, "扩大 扩建 改建 恢复 编制 修订 印发 制定 出台 启动 举办 评选 认定 划定 查处 索赔 采购 转化 替代")
	add(build, KindDirection, false, true, "建设 建立 构建 打造 创建 组建 建")
	add("", KindDirection, false, true, "新建 新增 新设 设立 成立 建成")
	add("完善", KindDirection, false, true, "完善 健全 优化")
	add("", KindDirection, false, true, "促进 培育 壮大 发展 保护 治理 修复 整治 更新 推广 深化 改造 改善 压实 利用 保障 防治 规范 打响 推行 推出")
	add("", KindModality, false, true, "完成 实现 完工 竣工")
	add("实现", KindModality, false, true, "达到 达成 实现")
	add("已", KindModality, true, false, "已 已经")
	add("", KindModality, true, false, "曾 曾经 了 过 正在")
	add(strive, KindModality, true, false, "力争 争取 力求")
	add("", KindModality, true, false, "努力")
	add("", KindModality, true, true, "鼓励 支持 引导 倡导 探索 申报 推荐 争创")
	add("", KindModality, true, false, "基本 初步 试点 符合条件 有条件 可 可以 可能 部分 研究 约束性 预期性 优先 主要 其他 其它 以上 以下 以内 首批")
	add("", KindModality, false, false, "必须 应当 应 须 务必 确保 严格 坚决")
	add("", KindModality, false, false, "全面 全部 所有 均 都 一律 全域 全 每 每个 各 凡 一切 任何 完全 彻底 全覆盖 全流程 全链条")
	add("", KindModality, true, false, "只 仅 唯一 只有 仅限 独家 专门")
	add("明显", KindModality, false, false, "明显 显著")
	add("", KindModality, false, false, "大幅 大幅度 大大 急剧 迅速 稳步 稳定 逐步 分批次 持续 加快 大力 深入 率先 首次 最 更 较 有效")
	limit := func(r reach, words string) {
		for w := range strings.FieldsSeq(words) {
			t := m[w]
			t.reach = r
			m[w] = t
		}
	}
	limit(noun, "符合条件 有条件 部分 其他 其它 首批 每 每个 各 凡 一切 任何 所有 最 更 较 唯一")
	limit(nearby, "以上 以下 以内")
	return m
}

// turnWords finds the words of turns and those that only look like them.
var turnWords = func() *wordList {
	l := newWordList("不断 不同 不仅 非常 无论 了解 各类 各种 禁烧 过程 过渡 通过 超过 经过 建议 建制 建筑 可再生 可循环 可持续 应用 应对 应急 适应 反应 供应 效应 响应 相应 " +
		"仅供 全国 全省 全市 全县 安全 全过程 每年 最终 更新 更加 更好 比较 都市 变更 更换 更替 进行 必须 未来 禁止 均衡 平均 土建 曾用 大幅 " +
		"许可证 许可 排污许可 空间管控 必要 各地 各市 各县 各区 各级 各州 各项 各方 建档 唯独 基建 环境许可")
	for w := range turns {
		l.add(w)
	}
	return l
}()

// A wordList finds the longest of its words at a place of a text.
type wordList struct {
	byFirst map[rune][][]rune
	may     [64]uint64 // bits of the first runes, modulo its size: a quick no
}

func newWordList(words string) *wordList {
	l := &wordList{byFirst: map[rune][][]rune{}}
	for w := range strings.FieldsSeq(words) {
		l.add(w)
	}
	return l
}

func (l *wordList) add(w string) {
	r := []rune(w)
	l.byFirst[r[0]] = append(l.byFirst[r[0]], r)
	l.may[r[0]/64%64] |= 1 << (r[0] % 64)
}

// lengths calls yield with the length of each word that stands at t[i:].
func (l *wordList) lengths(t []token, i int, yield func(n int)) {
	r := rune(t[i].sym)
	if t[i].kind != han || l.may[r/64%64]&(1<<(r%64)) == 0 {
		return
	}
	for _, w := range l.byFirst[r] {
		if hasAt(t, i, w) {
			yield(len(w))
		}
	}
}

// longest returns the length of the longest word at t[i:], 0 for none.
func (l *wordList) longest(t []token, i int) int {
	best := 0
	l.lengths(t, i, func(n int) { best = max(best, n) })
	return best
}

func hasAt(t []token, i int, w []rune) bool {
	if i+len(w) > len(t) {
		return false
	}
	for k, r := range w {
		if t[i+k].kind != han || t[i+k].sym != r {
			return false
		}
	}
	return true
}

// endsWith returns the length of the longest of words that ends at t[:end].
func endsWith(t []token, end int, words ...string) int {
	best := 0
	for _, w := range words {
		n := utf8.RuneCountInString(w)
		if n > best && n <= end && hasAt(t, end-n, []rune(w)) {
			best = n
		}
	}
	return best
}

// textOf writes tokens as text.
func textOf(t []token) string {
	var b strings.Builder
	for i := range t {
		b.WriteString(t[i].text)
	}
	return b.String()
}
