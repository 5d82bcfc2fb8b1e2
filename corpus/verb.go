package corpus

import "strings"

// adverbs qualify the verbs of measures and targets.
var adverbs = newWordSet([]string{
	"进一步", "分批次", "分区分类", "梯次分类", "多渠道", "高质量", "高标准", "高水平", "一体化", "有针对性", "常态化", "力争", "争取", "确保", "努力",
	"加快", "持续", "全面", "深入", "积极", "大力", "稳步", "扎实", "着力", "逐步", "有序", "统筹", "重点", "严格", "切实",
	"不断", "广泛", "分类", "动态", "基本", "初步", "科学", "依法", "有效", "定期", "共同", "集中", "充分",
	"率先", "优先", "坚决", "系统", "整体", "从严", "及时", "妥善", "规范", "稳定", "显著", "明显", "大幅", "总体", "全域",
	"累计", "每年", "年均", "至少", "先行", "先后", "同步", "严密", "更好", "尽快", "合理", "因地制宜", "新",
})

// verbs start the doings of measures and targets, longer ones first where one
// starts another.
var verbs = newWordSet([]string{
	"改造提升", "改善提升", "规划建设", "建立健全", "建立完善", "健全完善", "完善落实", "印发实施", "制定出台",
	"总结推广", "巩固提升", "修订完善", "培育壮大", "组织开展", "深化推进", "推动建设", "推动建立", "启动建设", "编制实施", "动态更新", "做大做强", "保护修复",
	"推进", "推动", "实施", "开展", "建设", "建立", "完善", "健全", "加强", "强化", "提升", "提高", "推广", "支持", "落实", "制定", "编制",
	"修订", "印发", "出台", "完成", "创建", "打造", "培育", "构建", "形成", "新建", "改善", "改造", "扩大", "优化", "深化", "发展", "保护",
	"治理", "整治", "淘汰", "遏制", "严控", "组织", "举办", "办好", "申报", "推荐", "争创", "结合", "引导", "鼓励", "促进", "保障", "防范",
	"管控", "排查", "建成", "新增", "集聚", "汇聚", "引进", "认定", "布局", "设立", "聚焦", "依托", "发挥", "做好", "加大", "加快", "实现", "启动",
	"搭建", "拓展", "整合", "用好", "挖掘", "评选", "遴选", "征集", "发布", "投资", "探索", "修复", "恢复", "更新", "改建", "扩建", "招引",
	"吸引", "组建", "培训", "新培育", "发展", "达到", "超过", "突破", "投放", "发放", "提供", "开放", "完工", "建", "种植", "造林",
	"划定", "确定", "划分", "摸清", "查清", "消除", "关停", "拆除", "清理", "开工", "竣工", "投产", "投用", "解决", "覆盖", "达成", "倡导", "盘活", "规范", "统筹", "压实", "严格", "打响", "打好", "弘扬", "夯实", "深入", "充分", "防控",
})

// leadingVerb returns the length of the adverbs and the verb that s starts
// with. ok is false when no verb follows the adverbs.
func leadingVerb(s string) (n int, ok bool) {
	for {
		w, more := adverbs.longest(s[n:])
		if !more {
			break
		}
		n += len(w)
	}
	w, ok := verbs.longest(s[n:])
	if !ok {
		return 0, false
	}
	n += len(w)
	if w == "探索" { // “探索建立”
		w, _ := verbs.longest(s[n:])
		n += len(w)
	}
	for _, joint := range []string{"和", "并", "、"} { // “新建和改造”
		if rest, more := strings.CutPrefix(s[n:], joint); more {
			if w, more := verbs.longest(rest); more && rest != w && joint != "、" {
				n += len(joint) + len(w)
			}
		}
	}
	return n, true
}

// longestPrefix returns the longest of list that s starts with.
func longestPrefix(s string, list []string) (best string, ok bool) {
	for _, w := range list {
		if len(w) > len(best) && strings.HasPrefix(s, w) {
			best, ok = w, true
		}
	}
	return best, ok
}
