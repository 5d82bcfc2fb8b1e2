package answer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/corpus"
)

// testEngine answers from the embedded plan with a real index.
func testEngine(t testing.TB) (*Engine, *corpus.Plan) {
	t.Helper()
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return newEngine(t, plans), plans[0]
}

var testDay = time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)

func ask(t testing.TB, e *Engine, text string) *Answer {
	t.Helper()
	a := e.Ask(t.Context(), Request{ID: "1", Text: text, Today: testDay})
	verify(t, e, a)
	return a
}

// verify checks what must hold of every answer: quotes to the letter, links
// and lists never nil, no agency said that the citations do not name.
func verify(t testing.TB, e *Engine, a *Answer) {
	t.Helper()
	cited := ""
	for _, c := range slices.Concat(a.Citations, a.Nearest) {
		i := slices.IndexFunc(e.plans, func(p *corpus.Plan) bool { return p.ID == c.Plan })
		if i < 0 || c.Quote == "" || e.plans[i].Text[c.Start:c.End] != c.Quote {
			t.Errorf("%q: quote %q is not the bytes [%d,%d) of %s", a.Question, c.Quote, c.Start, c.End, c.Plan)
		}
		if !strings.HasPrefix(c.URL, "/p/"+c.Plan+"/"+c.ID+"?v=") || c.Label == "" {
			t.Errorf("%q: citation %s has link %q, label %q", a.Question, c.ID, c.URL, c.Label)
		}
	}
	for _, c := range a.Citations {
		cited += c.Quote
	}
	for _, l := range a.Leads {
		if !strings.Contains(cited, l) && len(a.Citations) > 0 {
			t.Errorf("%q: lead %s stands in no citation", a.Question, l)
		}
	}
	if a.Kind == KindTasks || a.Kind == KindList {
		if a.Found && (a.Count == nil || *a.Count != len(a.Citations)) {
			t.Errorf("%q: count %v of %d citations", a.Question, a.Count, len(a.Citations))
		}
	}
	if a.Leads == nil || a.Values == nil || a.Citations == nil || a.Nearest == nil || a.Suggest == nil {
		t.Errorf("%q: a list is nil", a.Question)
	}
	if a.Headline == "" || !strings.HasPrefix(a.Text, a.Headline) {
		t.Errorf("%q: text does not begin with the headline", a.Question)
	}
	if !a.Found && len(a.Citations) > 0 {
		t.Errorf("%q: not found, yet cites", a.Question)
	}
}

func TestAsk(t *testing.T) {
	e, _ := testEngine(t)
	for _, test := range []struct {
		question string
		kind     Kind
		want     string // the answer's digest
	}{
		// lead
		{"古树名木保护谁牵头", KindLead, "省林草局 [6.1.1]"},
		{"雪博会由哪个部门负责", KindLead, "省文旅厅 [7.3.1]"},
		{"离任审计归哪个厅", KindLead, "省审计厅 [8.1.2]"},
		{"施工现场的噪声谁管", KindLead, "省住建厅 [5.3.2]"},
		{"声环境功能区调整谁牵头", KindLead, "省生态环境厅 [5.3.1]"},
		{"用水权谁牵头", KindLead, "省水利厅 [8.4.3]"},
		{"用能权谁牵头", KindLead, "省发改委 [8.4.2]"},
		{"节能审查找哪个部门", KindLead, "省发改委 [1.2.2]"},
		// a supposed agency is confirmed or corrected
		{"林下经济是省林草局牵头吗", KindLead, "省林草局 [7.2.3]"},
		{"雪博会是省商务厅牵头吧", KindLead, "省文旅厅 [7.3.1]"},
		// several things
		{"碳排放权、用能权、用水权分别由谁牵头", KindLead, "省生态环境厅 省发改委 省水利厅 [8.4.1]"},
		{"海绵城市和防洪工程是一个部门管吗", KindCompare, "省住建厅 省水利厅 [6.5.3 6.5.4]"},
		// a whole measure
		{"积极推进美丽河湖建设由谁牵头", KindLead, "省水利厅 省生态环境厅 [3.4.1 3.4.2]"},
		// targets
		{"草原综合植被覆盖度要达到多少", KindTarget, "72.3% [6.0.3]"},
		{"湿地保护率目标", KindTarget, "45.22% [6.0.2]"},
		{"重污染天气的目标", KindTarget, "基本消除 [2.0.2]"},
		{"绿色供应链要创建多少家", KindTarget, "40家左右 [1.2.3.1]"},
		// deadlines and places
		{"地下水污染防治重点区域划定什么时候完成", KindDeadline, "完成 [4.4.1.1]"},
		{"辽源的清洁取暖试点哪年完成", KindDeadline, "完成辽源市试点建设任务 [2.2.2.1]"},
		{"海绵城市示范在哪些城市", KindPlace, "[6.5.3.1]"},
		// lists and counts
		{"省畜牧局牵头哪些工作", KindTasks, "省畜牧局 3 [4.2.2 7.2.2 9.3.3]"},
		{"统计部门负责什么", KindTasks, "省统计局 1 [1.3.2]"},
		{"一共有多少个牵头单位", KindCount, "21"},
		{"一共多少条举措", KindCount, "39"},
		{"关于试点的工作有几项", KindList, "省财政厅 省农业农村厅 省生态环境厅 省发改委 6"},
		{"各项措施由谁组织落实", KindClause, "[1.1.1]"},
		{"查干湖", KindPlace, "省水利厅 深入推进 1 [3.1.2]"},
		// quotes
		{"7.2.2原文", KindQuote, "[7.2.2]"},
		// who carries out
		{"各项举措由谁来落实", KindClause, "[1.1.1]"},
		// what the plan does not say
		{"雪博会的投资额是多少", KindNone, ""},
		{"省体育局牵头什么", KindNone, ""},
		{"鸭绿江治理谁负责", KindNone, ""},
		{"二氧化硫排放目标是多少", KindNone, ""},
		{"优良天数比例目标", KindNone, ""},
		{"2026年要完成什么", KindNone, ""},
		{"第十五项行动是什么", KindNone, ""},
		{"雪博会违规怎么处罚", KindNone, ""},
		{"医院污水处理谁牵头", KindNone, ""},
		// small talk
		{"你好", KindChitchat, ""},
		{"你能干什么", KindChitchat, ""},
	} {
		a := ask(t, e, test.question)
		if got := digest(a); a.Kind != test.kind || got != test.want {
			t.Errorf("%s\n got %s %q %s\nwant %s %q", test.question, a.Kind, got, a.Headline, test.kind, test.want)
		}
	}
}

// digest is what an answer says, in short: leads, values, count, citations.
func digest(a *Answer) string {
	var out []string
	out = append(out, a.Leads...)
	for _, v := range a.Values {
		out = append(out, v.Text)
	}
	if a.Count != nil {
		out = append(out, fmt.Sprint(*a.Count))
	}
	var ids []string
	for _, c := range a.Citations {
		ids = append(ids, c.ID)
	}
	if ids != nil && len(ids) <= 4 {
		out = append(out, fmt.Sprint(ids))
	}
	return strings.Join(out, " ")
}

func TestHeadlines(t *testing.T) {
	e, _ := testEngine(t)
	for _, test := range []struct{ question, want string }{
		{"湿地保护率定的目标是多少", "湿地保护率:到2027年达到45.22%。"},
		{"湿地保护率要达到50%吗", "不是50%,湿地保护率:到2027年达到45.22%。"},
		{"湿地保护率是45.22%吗", "是的,湿地保护率:到2027年达到45.22%。"},
		{"雪博会是省商务厅牵头吧", "不是省商务厅,「做大做强吉林雪博会品牌」由省文旅厅牵头。"},
		{"公众满意度要达到多少", "公众生态环境满意度:到2027年力争达到90%以上。"},
		{"2025年底前有哪些要做完", "方案写明2025年的有1处:国家北方地区冬季清洁取暖试点城市建设:2025年底前完成长春、吉林、白山试点建设任务。"},
		{"固体废物产生强度下降多少", "固体废物产生强度:到2027年明显下降(方案没有写具体数值)。"},
		{"湿地保护率2030年目标", "方案没有写「湿地保护率」2030年的目标,写的是到2027年。"},
		{"化肥利用率45%哪年达到", "不是45%,化肥利用率:到2027年(稳定在43%)。"},
		{"地下水Ⅰ-Ⅲ类水比例目标", "方案没有写「I-III类」,最接近的是地下水国控区域点位Ⅰ-Ⅳ类水比例:到2027年控制在66.7%左右。"},
		{"万元工业增加值用水量下降率", "方案没有写到「万元、工业增加」,最接近的是单位地区生产总值用水量下降率:到2027年确保完成国家下达的目标任务。"},
		{"水泥行业绿色化改造谁牵头", "方案里没有找到「水泥行业绿色化改造」的牵头单位。"},
		{"白色污染治理谁负责", "方案没有「白色污染」的说法,最接近的是:「着力构建废旧农膜和农药包装废弃物回收体系」由省农业农村厅牵头。"},
		{"长春市牵头几项任务", "方案里没有长春市牵头的工作:全文的牵头单位中没有它。"},
		{"省林草局在第三项行动牵头什么", "省林草局在第三项行动“魅力碧水维护行动”里没有牵头的工作。"},
		{"省科技厅关于碳的任务", "省科技厅牵头的工作里没有写到「碳」。"},
		{"省农业农村厅关于秸秆的任务", "省农业农村厅在这方面牵头2项:持续提高秸秆综合利用能力;深入实施“黑土粮仓”科技会战和黑土地保护工程。"},
		{"国家级绿色工厂有多少家", "方案没有写「国家级绿色工厂」的目标数值。"},
		{"绿色建筑占比目标", "方案没有写「绿色建筑占比」的目标数值。"},
		{"绿色工厂300家由谁牵头", "不是300家,方案写的是250家。「全省创建40家左右绿色供应链和250家绿色工厂」由省工信厅牵头。"},
		{"水泥行业超低排放谁牵头", "「推进钢铁、水泥、焦化等重点行业超低排放改造」由省生态环境厅牵头。"},
		{"湿地保护率比森林覆盖率低多少", "按方案写明的数值,湿地保护率比森林覆盖率低0.58个百分点:湿地保护率:到2027年达到45.22%;森林覆盖率:到2027年达到45.8%。"},
		{"哪些指标高于90%", "方案里有3处:重点江河生态流量目标保障率:到2027年不低于90%;受污染耕地安全利用率:到2027年保持在95%以上;公众生态环境满意度:到2027年力争达到90%以上。"},
		{"牵头三项的单位有哪些", "牵头3项的单位有1个:省畜牧局。"},
		{"省水利厅有期限的任务", "省水利厅牵头的工作里写明期限的有1项:全面排查省域范围内流域面积超过1000平方公里以上河流及大中型水利工程生态流量目标核定情况。"},
		{"省水利厅和省林草局共同牵头什么", "方案里没有由省水利厅和省林草局共同牵头的工作。"},
		{"哪几项行动有2025年的任务", "方案写明2025年的有2处:国家北方地区冬季清洁取暖试点城市建设:2025年底前完成长春、吉林、白山试点建设任务;绿水长廊:到2025年力争新建和改善提升4600公里。"},
		{"森林覆盖率目标还剩多久", "森林覆盖率:到2027年(达到45.8%)。按2026年11月计,离2027年底还有约13个月。"},
		{"长春的清洁取暖试点逾期了吗", "已过期限,国家北方地区冬季清洁取暖试点城市建设:2025年底前(完成长春、吉林、白山试点建设任务)。"},
		{"乡村旅游彩票归哪个厅", "方案里没有找到「乡村旅游彩票」的牵头单位:没有写到「彩票」。"},
		{"畜禽粪污综合利用率目标", "方案没有写「畜禽粪污综合利用率」的目标数值。"},
		{"秸秆综合利用率要到多少", "方案没有写「秸秆综合利用率」的目标数值。"},
		{"粮食产区的利益补偿机制由谁牵头", "「健全粮食生产功能区利益补偿机制」由省农业农村厅牵头。"},
		{"耕地整治方案什么时候编完", "方案没有写「制定全省受污染耕地整治方案和分类管控清单」的完成期限。"},
		{"公众满意度和化肥利用率哪个目标高", "公众生态环境满意度更高:公众生态环境满意度:到2027年力争达到90%以上;化肥利用率:到2027年稳定在43%。"},
		{"which department leads the hydrogen program?", "「以太阳能、风能、氢能、水能等为重点」由省能源局牵头。"},
		{"哪些任务提到长白山", "方案点名长白山的有3处:森林生态系统保护修复:加强(省林草局牵头);「强化农产品供给保障能力建设」(省农业农村厅牵头);「大力发展林下经济」(省林草局牵头)。"},
		{"没有重点举措的行动有哪些", "没有这样的:10项行动都有重点举措。"},
		{"除省林草局以外的单位牵头多少项", "除省林草局外,其他单位一共牵头93项。"},
		{"重污染天气由谁牵头", "方案没有单独为「重污染天气」这项目标标注牵头单位。"},
		{"'; drop table plans;-- 绿色保险谁牵头", "「推动发展绿色保险」由国家金融监管总局吉林监管局牵头。"},
		{"第一项行动里不是省发改委牵头的有哪些", "除省发改委外,还有9个牵头单位:省自然资源厅、省农业农村厅、省生态环境厅、省工信厅、省统计局、省能源局、省住建厅、省交通厅、省水利厅。"},
	} {
		if got := ask(t, e, test.question).Headline; got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.question, got, test.want)
		}
	}
}

// TestClauseQuestions asks for the lead of every clause by every part of its
// own words, and by what is left of it without the verb.
func TestClauseQuestions(t *testing.T) {
	e, p := testEngine(t)
	n, none := 0, 0
	for i := range p.Clauses {
		cl := &p.Clauses[i]
		for _, part := range parts(cl.Quote.In(p.Text)) {
			if len(leadsOf(p, part)) > 1 {
				continue // the same words under two leads
			}
			for _, form := range []string{"%s由哪个部门牵头?", "请问%s归谁管", "%s 牵头"} {
				n++
				a := ask(t, e, fmt.Sprintf(form, part))
				if !a.Found {
					none++
					t.Logf("not found: %s: %s", a.Question, a.Headline)
					continue
				}
				if !slices.Equal(a.Leads, cl.Leads) {
					t.Errorf("%s: leads %v, want %v", a.Question, a.Leads, cl.Leads)
				}
			}
		}
	}
	t.Logf("%d questions, %d not found", n, none)
	if n < 500 || 100*none > n {
		t.Errorf("%d of %d not found", none, n)
	}
}

// parts returns the parts of a clause that are long enough to ask by.
func parts(text string) []string {
	var out []string
	for s := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("，,。;；", r) }) {
		if s = strings.TrimSpace(s); len([]rune(s)) >= 6 && !strings.HasPrefix(s, "20") {
			out = append(out, s)
		}
	}
	return out
}

// leadsOf returns the leads of all clauses that say s.
func leadsOf(p *corpus.Plan, s string) []string {
	var out []string
	for i := range p.Clauses {
		if cl := &p.Clauses[i]; strings.Contains(cl.Quote.In(p.Text), s) && !slices.Contains(out, cl.Leads[0]) {
			out = append(out, cl.Leads[0])
		}
	}
	return out
}

// TestTargetQuestions asks for every target by its indicator.
func TestTargetQuestions(t *testing.T) {
	e, p := testEngine(t)
	n := 0
	for i := range p.Targets {
		tg := &p.Targets[i]
		if tg.Kind == corpus.TargetPlace || tg.Clause >= 0 && tg.Kind == corpus.TargetQualitative {
			continue
		}
		for _, form := range []string{"%s目标是多少?", "%s要达到多少", "%s 目标", "请问%s的指标是多少?"} {
			n++
			a := ask(t, e, fmt.Sprintf(form, tg.Indicator))
			want := tg.Number + tg.Unit
			if want == "" {
				want = tg.Wording
			}
			if !a.Found || !strings.Contains(a.Headline, want) {
				t.Errorf("%s: %s %s, want %s", a.Question, a.Kind, a.Headline, want)
			}
		}
		if tg.Deadline == "" {
			continue
		}
		n++
		if a := ask(t, e, tg.Indicator+"什么时候完成?"); !a.Found || !strings.Contains(a.Headline, tg.Deadline) {
			t.Errorf("%s: %s %s, want %s", a.Question, a.Kind, a.Headline, tg.Deadline)
		}
	}
	t.Logf("%d questions", n)
}

// TestAgencyQuestions asks for the tasks of every agency by all its names; they
// add up to the marks of the plan.
func TestAgencyQuestions(t *testing.T) {
	e, p := testEngine(t)
	_, led := ledCounts(p)
	sum := 0
	for _, ag := range e.lex.Agencies {
		want := led[ag.Name]
		if want == 0 {
			continue
		}
		sum += want
		for _, name := range append([]string{ag.Name, ag.Full}, ag.Aliases...) {
			for _, form := range []string{"%s牵头哪些工作?", "%s都负责啥", "请列出%s牵头的全部事项", "%s牵头几项工作"} {
				a := ask(t, e, fmt.Sprintf(form, name))
				if !a.Found || a.Count == nil || *a.Count != want || !slices.Equal(a.Leads, []string{ag.Name}) {
					t.Errorf("%s: %s %v, want %d tasks of %s", a.Question, a.Kind, a.Headline, want, ag.Name)
				}
			}
		}
	}
	if sum != len(p.Clauses) {
		t.Errorf("the agencies' tasks add up to %d, want %d", sum, len(p.Clauses))
	}
}

// TestTasksInAction asks for the tasks of every agency in every action, named
// by its title: those of the plan's marks, or none.
func TestTasksInAction(t *testing.T) {
	e, p := testEngine(t)
	_, led := ledCounts(p)
	for i, s := range p.Sections {
		if s.Parent >= 0 {
			continue
		}
		title := strings.TrimPrefix(s.Title, "实施")
		for name := range led {
			want := 0
			for _, cl := range p.Clauses {
				if slices.Contains(cl.Leads, name) && (&composer{}).within(p, cl.Section, i) {
					want++
				}
			}
			for _, form := range []string{"%[1]s里%[2]s牵头哪些工作?", "%[2]s在“%[1]s”中负责哪些任务", "%[1]s里%[2]s牵头几项"} {
				a := ask(t, e, fmt.Sprintf(form, title, name))
				if a.Found != (want > 0) || want > 0 && (a.Count == nil || *a.Count != want) {
					t.Errorf("%s: %s %s, want %d", a.Question, a.Kind, a.Headline, want)
				}
			}
		}
	}
}

// TestSameBytes checks that the same question gives the same answer, and that
// what carries no meaning changes nothing but the question.
func TestSameBytes(t *testing.T) {
	e, _ := testEngine(t)
	base := ask(t, e, "细鳞鲑保护由哪个部门牵头?")
	for _, s := range []string{
		"细鳞鲑保护由哪个部门牵头?",
		"您好,细鳞鲑保护由哪个部门牵头?谢谢",
		"@某人 细鳞鲑保护由哪个部门牵头？",
		"细\u200b鳞鲑保护由哪个部门牵头?",
		"細鱗鮭保護由哪個部門牽頭?",
	} {
		a := ask(t, e, s)
		if a.Text != base.Text || a.Headline != base.Headline {
			t.Errorf("%q: %s, want %s", s, a.Headline, base.Headline)
		}
	}
}

func FuzzAsk(f *testing.F) {
	e, _ := testEngine(f)
	for _, s := range []string{"秸秆谁牵头", "+秸秆 -禁烧 \"", "2.3 原文", "第99项行动", "\x00", strings.Repeat("秸秆", 3000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		verify(t, e, e.Ask(t.Context(), Request{Text: s}))
	})
}

// TestStarters asks what a page offers to begin with. That each is answered is
// in the nature of Starters; here it is that there are enough, and of many kinds.
func TestStarters(t *testing.T) {
	e, _ := testEngine(t)
	kinds := map[Kind]bool{}
	got := e.Starters(t.Context(), "jilin-2024")
	for _, q := range got {
		kinds[e.Ask(t.Context(), Request{Text: q}).Kind] = true
	}
	if len(got) != 8 || len(kinds) < 4 {
		t.Errorf("%d kinds of %q", len(kinds), got)
	}
	if got := e.Starters(t.Context(), "nowhere"); got != nil {
		t.Errorf("of no plan %q", got)
	}
}
