package ground

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
)

// A base is a true sentence with what it cites.
type base struct {
	sentence string
	cited    []Clause
	leads    []string // the units that it names as leads, in order
}

// bases are true sentences about the plan: its own, those with the lead put to
// them in three ways, and the rewordings.
func bases(t testing.TB, p *corpus.Plan) []base {
	var out []base
	add := func(s string, c []Clause, leads ...string) {
		if n := utf8.RuneCountInString(s); n > 0 && n <= MaxRunes-30 {
			out = append(out, base{s, c, leads})
		}
	}
	for i := range p.Clauses {
		c := OfClause(p, i)
		lead := c.Leads[0]
		for s := range strings.SplitSeq(c.Text, "。") {
			add(s+"。", []Clause{c})
			add(s+",由"+lead+"牵头。", []Clause{c}, lead)
			add(lead+"牵头"+s+"。", []Clause{c}, lead)
			add(s+",牵头单位是"+lead+"。", []Clause{c}, lead)
		}
	}
	for i := range p.Targets {
		c := OfTarget(p, i)
		add(c.Text+"。", []Clause{c})
		if d := p.Targets[i].DeadlineWording; d != "" && !strings.Contains(c.Text, d) {
			add(d+","+c.Text+"。", []Clause{c})
		}
	}
	for _, r := range allRewordings() {
		out = append(out, base{r.sentence, items(t, p, r.ids), nil})
	}
	return out
}

func allRewordings() []rewording { return slices.Concat(rewordings, lastRewordings, laterRewordings) }

// A mutation makes false sentences of a true one.
type mutation struct {
	row   string
	least float64 // share that must be refused
	lies  func(p *corpus.Plan, b base) []string
}

var mutations = []mutation{
	{"number changed", 1, func(_ *corpus.Plan, b base) []string { return changeNumbers(b.sentence) }},
	{"spoken numeral changed", 1, func(_ *corpus.Plan, b base) []string { return changeSpoken(b.sentence) }},
	{"number added", 1, func(_ *corpus.Plan, b base) []string {
		return insertEnd(b.sentence, ",共5项", ",涉及12个城市", ",投资20亿元", "(占60%)", ",较2020年翻一番", ",其中三分之二在农村", ",九成以上已落实", ",合计31项")
	}},
	{"unit changed", 0.99, replacing(
		"%", "‰", "%", "个百分点", "万亩", "亩", "万亩", "万公顷", "平方公里", "公顷", "平方公里", "公里", "0公里绿", "0米绿", "微克", "毫克", "立方米", "升",
		"家绿色", "个绿色", "线路230条", "线路230公里", "达到8个", "达到8家", "蒸吨/小时", "吨/小时", "万亩级", "万吨级", "万头", "头", "亿元", "元", "三级行政", "三类行政")},
	{"year changed", 1, func(_ *corpus.Plan, b base) []string { return changeYears(b.sentence) }},
	{"date added", 1, addDates},
	{"date shifted", 0.99, replacing("到2027年", "2027年底前", "到2027年", "2027年前", "到2027年", "自2027年起", "2024年底前", "2024年前", "2024年底前", "2024年起", "2024年底前", "2024年上半年",
		"2025年底前", "2025年初", "到2027年", "2027年以后", "到2027年", "今年", "2024年底前", "明年底前", "到2025年", "到年底")},
	{"direction flipped", 0.99, replacing(
		"提高", "降低", "提升", "下降", "扩大", "缩小", "加大", "减小", "下降", "上升", "下降", "提高", "新建", "关闭", "建设", "拆除", "打造", "取消", "淘汰", "推广", "淘汰", "新增", "消除", "增加",
		"健全", "取消", "加强", "减弱", "推进", "停止", "推动", "限制", "完善", "废止", "强化", "弱化", "遏制", "鼓励", "遏制", "推进", "严控", "放开", "严控", "推进", "恢复", "破坏", "创建", "撤销", "新增治理", "减少",
		"保护", "开发", "加快", "放缓", "支持", "限制", "减排", "增排", "禁烧", "焚烧", "防治", "推广", "从严管控", "放宽", "减量", "增量", "开展", "停止")},
	{"bound dropped", 0.99, replacing("以上", "", "左右", "", "不低于", "", "不低于", "达到", "稳定在", "", "稳定在", "达到", "保持在", "达到", "控制在", "达到", "控制在", "", "以下", "")},
	{"bound flipped", 0.99, replacing("以上", "以下", "以上", "左右", "以上", "以内", "左右", "以上", "左右", "以下", "不低于", "不高于", "不低于", "超过", "以下", "以上", "下降到", "上升到", "下降到", "提高到",
		"下降到", "下降", "稳定在", "提高到", "保持在", "提高到", "控制在", "不低于", "达到", "不超过", "达到", "超过", "达到", "提高", "达到", "稳定在", "超过1000", "不足1000")},
	{"bound added", 0.99, func(_ *corpus.Plan, b base) []string { return addBounds(b.sentence) }},
	{"modality changed", 0.99, replacing("力争", "", "力争", "确保", "力争", "必须", "鼓励", "", "鼓励", "要求", "鼓励", "强制", "鼓励", "必须", "探索", "", "探索", "全面推广", "支持", "", "支持", "强制", "基本", "", "基本", "全部", "基本", "完全",
		"初步", "", "初步", "全面", "申报", "建设", "申报", "获批", "推荐", "批准", "争创", "建成", "引导", "责令", "确保", "力争", "倡导", "强制", "试点", "", "逐步", "立即", "符合条件的", "", "符合条件的", "所有", "其他", "所有", "研究", "",
		"严格", "酌情", "重点", "全部", "编制", "废止", "推动", "完成", "推进", "完成", "达到", "已达到", "达到", "力争达到", "达到", "必须达到")},
	{"modality added", 0.99, func(_ *corpus.Plan, b base) []string {
		return insertStart(b.sentence, "必须", "可以", "力争", "鼓励", "已经", "只", "全部", "率先", "探索", "拟", "原则上")
	}},
	{"negation added", 0.99, func(_ *corpus.Plan, b base) []string {
		out := insertStart(b.sentence, "不", "不再", "禁止", "不得", "无需", "暂停", "尚未")
		return append(out, beforeEach(b.sentence, "不", "推进", "开展", "达到", "加强", "完善", "建立", "实施", "提高", "由")...)
	}},
	{"negation removed", 0.99, removeNegations},
	{"agency replaced", 1, replaceUnits},
	{"lead and support swapped", 0.99, func(p *corpus.Plan, b base) []string {
		if !namesUnit(b.sentence) {
			return nil
		}
		return replacing("牵头单位", "配合单位", "牵头单位", "责任单位", "牵头", "配合", "牵头", "参与", "牵头", "协助")(p, b)
	}},
	{"place changed", 0.99, replacing("长春", "四平", "长春", "通化", "辽源", "松原", "白山", "白城", "延边州", "通化市", "四平", "吉林", "松原", "辽源", "查干湖", "松花湖", "辽河", "松花江", "伊通河", "辉发河", "饮马河", "东辽河",
		"大安", "洮南", "镇赉", "通榆", "前郭", "长岭", "乾安", "扶余", "长白山", "大兴安岭", "吉林", "辽宁", "北大湖", "松花湖", "全省", "全国", "全省", "长春市", "城市", "乡镇")},
	{"quotation altered", 0.99, alterQuotes},
	{"restriction dropped", 0.99, dropping(
		"重点", "较重", "60%以上的", "已建", "为主", "典型", "符合条件的", "65蒸吨/小时以上", "流域面积超过1000平方公里以上", "以上", "老旧", "大中型", "国家级", "省级", "首批", "第二轮", "涉VOCs",
		"受污染", "退化", "历史遗留", "存量", "规模", "超标排放", "不达标", "省域范围内", "城市建成区", "重点流域沿岸", "地级及以上", "区域性", "跨行政区域", "地下水型", "存在地下水污染的", "优先", "试点", "40家左右", "8个", "1040平方公里",
		"农药、化工等行业的", "以绿色低碳、环境优美、生态宜居、安全健康、智慧高效为导向", "以排污许可制为核心的", "配套完善的", "独具特色的", "符合本地区资源禀赋优势的", "受损", "已建成", "珍稀濒危", "国家下达的")},
	{"object cut", 0.99, cutObjects},
}

// every lets the test take all lies; otherwise long rows are sampled.
var every = flag.Bool("ground.all", false, "check all mutations, not a sample of each row")

// sample is the number of lies of a row that are checked without the flag.
const sample = 250

// A tally counts one row.
type tally struct {
	row   string
	least float64 // share that must be refused
	lies  []base
}

func (c *tally) add(lie string, cited []Clause) {
	c.lies = append(c.lies, base{sentence: lie, cited: cited})
}

func (c *tally) report(t *testing.T, g *Gate) {
	t.Helper()
	order := rand.New(rand.NewPCG(35, 35)).Perm(len(c.lies))
	if !*every {
		order = order[:min(sample, len(order))]
	}
	all, caught := 0, 0
	for _, i := range order {
		all++
		if v := g.Check(c.lies[i].sentence, c.lies[i].cited); !v.OK {
			caught++
		} else if all-caught < 12 {
			t.Logf("    passes: %s", c.lies[i].sentence)
		}
	}
	t.Logf("%-26s %5d of %5d refused (%d made)", c.row, caught, all, len(c.lies))
	if all == 0 || float64(caught) < c.least*float64(all) {
		t.Errorf("%s: %d of %d refused, want %.0f %%", c.row, caught, all, 100*c.least)
	}
}

// TestR35Mutations alters true sentences one thing at a time and counts what
// the gate catches, and what it wrongly refuses.
func TestR35Mutations(t *testing.T) {
	p, g := embedded(t), embeddedGate(t)
	all := bases(t, p)
	var good []base
	for _, b := range all {
		if v := g.Check(b.sentence, b.cited); v.OK {
			good = append(good, b)
		}
	}
	t.Logf("%d true sentences, %d pass", len(all), len(good))
	for _, m := range mutations {
		c := tally{row: m.row, least: m.least}
		seen := map[string]bool{}
		for _, b := range good {
			for _, lie := range m.lies(p, b) {
				if key := fmt.Sprint(lie, len(b.cited), b.cited[0].Text); lie != b.sentence && !seen[key] {
					seen[key] = true
					c.add(lie, b.cited)
				}
			}
		}
		c.report(t, g)
	}
	wrongClause(t, g, p, good)
	swappedValues(t, g, p)
	swappedLeads(t, g, p)
	honest(t, g, p)
}

// wrongClause cites other clauses than the one a sentence is of.
func wrongClause(t *testing.T, g *Gate, p *corpus.Plan, good []base) {
	c := tally{row: "wrong clause cited", least: 0.99}
	var others []Clause
	for i := range p.Clauses {
		others = append(others, OfClause(p, i))
	}
	for n, b := range good {
		for i := range others {
			other := others[i]
			if i%7 != n%7 && !*every || stillTrue(b.sentence, base{cited: []Clause{other}}) || slices.ContainsFunc(b.cited, func(d Clause) bool { return d.Text == other.Text || strings.Contains(other.Text, d.Text) }) {
				continue
			}
			c.add(b.sentence, []Clause{other})
		}
	}
	c.report(t, g)
}

// swappedValues joins two targets of the plan with each other's values.
func swappedValues(t *testing.T, g *Gate, p *corpus.Plan) {
	c := tally{row: "values swapped", least: 1}
	for i := range p.Targets {
		for k := range p.Targets {
			a, b := &p.Targets[i], &p.Targets[k]
			if i == k || a.Number == "" || b.Number == "" || a.Number == b.Number || a.Value == b.Value {
				continue
			}
			cited := []Clause{OfTarget(p, i), OfTarget(p, k)}
			c.add(a.Indicator+b.Value+"。", cited)
			c.add(a.Indicator+b.Value+","+b.Indicator+a.Value+"。", cited)
			c.add("到2027年,"+a.Indicator+"、"+b.Indicator+"分别"+strings.TrimPrefix(b.Value, "分别")+"和"+a.Value+"。", cited)
		}
	}
	c.report(t, g)
}

// swappedLeads pairs two clauses with each other's leads.
func swappedLeads(t *testing.T, g *Gate, p *corpus.Plan) {
	lies := tally{row: "leads swapped", least: 1}
	var truths, passed [5]int
	for i := range p.Clauses {
		for k := i + 1; k < min(i+6, len(p.Clauses)); k++ {
			a, b := OfClause(p, i), OfClause(p, k)
			x, y := firstSegment(a.Text), firstSegment(b.Text)
			if a.Leads[0] == b.Leads[0] || x == y || yearRun.MatchString(x+y) {
				continue
			}
			for f, form := range []string{"%[1]s牵头%[2]s,%[3]s牵头%[4]s。", "%[2]s由%[1]s牵头,%[4]s由%[3]s牵头。", "由%[1]s牵头,%[2]s;由%[3]s牵头,%[4]s。", "%[2]s,由%[1]s牵头;%[4]s,牵头单位是%[3]s。", "%[2]s、%[4]s分别由%[1]s、%[3]s牵头。"} {
				if (i+k+f)%3 == 0 || *every {
					truths[f]++
					if g.Check(fmt.Sprintf(form, a.Leads[0], x, b.Leads[0], y), []Clause{a, b}).OK {
						passed[f]++
					}
				}
				lies.add(fmt.Sprintf(form, b.Leads[0], x, a.Leads[0], y), []Clause{a, b})
			}
			for _, form := range []string{
				"%[1]s牵头%[2]s,%[4]s。", "由%[3]s牵头,%[2]s,%[4]s。", "%[1]s、%[3]s牵头%[2]s。", "由%[1]s牵头,%[4]s。", "%[4]s,由%[1]s牵头。", "%[2]s,%[4]s,由%[1]s牵头。", "由%[1]s牵头,%[2]s;%[4]s。",
				"%[2]s由%[1]s牵头,%[4]s。", "%[2]s;%[4]s,由%[1]s牵头。", "%[2]s,由%[3]s牵头;%[4]s。", "由%[3]s牵头,%[2]s,由%[1]s牵头,%[4]s。", "由%[3]s牵头,%[2]s,由%[1]s牵头。", "%[1]s、%[3]s分别牵头%[4]s、%[2]s。",
				"%[1]s牵头、%[3]s配合%[2]s。", "%[2]s由%[1]s牵头、%[3]s牵头。", "%[1]s牵头,%[3]s负责落实%[2]s。", "%[2]s,牵头单位是%[1]s、%[3]s。", "%[2]s(牵头单位:%[3]s),%[4]s(牵头单位:%[1]s)。", "%[3]s会同%[1]s牵头%[2]s。", "%[2]s由%[1]s、%[4]s由%[1]s牵头。",
				"%[3]s%[2]s,%[1]s%[4]s。", "%[3]s要%[2]s。", "%[2]s由%[1]s牵头。%[4]s由%[1]s牵头。", "%[2]s。由%[3]s牵头。", "%[3]s:%[2]s。", "%[2]s的牵头单位为%[3]s,%[4]s的牵头单位为%[1]s。",
			} {
				lies.add(fmt.Sprintf(form, a.Leads[0], x, b.Leads[0], y), []Clause{a, b})
			}
		}
	}
	lies.report(t, g)
	t.Logf("%-26s %v of %v pass", "  the same, paired rightly", passed, truths)
}

func firstSegment(s string) string {
	first, _, _ := strings.Cut(s, ",")
	first, _, _ = strings.Cut(first, "。")
	first, _, _ = strings.Cut(first, ";")
	return first
}

// honest counts the rewordings that are wrongly refused.
func honest(t *testing.T, g *Gate, p *corpus.Plan) {
	for _, set := range []struct {
		name string
		list []rewording
	}{{"honest rewordings", rewordings}, {"the last 40", lastRewordings}, {"the later 30", laterRewordings}} {
		passed := 0
		for _, r := range set.list {
			if v := g.Check(r.sentence, items(t, p, r.ids)); v.OK {
				passed++
			} else {
				t.Logf("    refused: %s %s: %s", r.ids, r.sentence, v.Why())
			}
		}
		t.Logf("%-26s %5d of %5d pass", set.name, passed, len(set.list))
		if 100*passed < 85*len(set.list) {
			t.Errorf("%s: %d of %d pass, want 85 %%", set.name, passed, len(set.list))
		}
	}
}
