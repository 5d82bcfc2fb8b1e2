package answer

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wence-qa/wence/corpus"
)

// ownPlans loads the small plans of four governments in testdata: a province,
// two of its cities' kind, and a district; with leads, with responsible units
// only, with both roles, without marks.
func ownPlans(t testing.TB) []*corpus.Plan {
	t.Helper()
	plans, err := corpus.Load(os.DirFS("testdata/plans"))
	if err != nil {
		t.Fatal(err)
	}
	return plans
}

// manyPlans are the embedded plan, those of ownPlans, and enough others for
// thirteen, all about the same.
func manyPlans(t testing.TB) []*corpus.Plan {
	t.Helper()
	embedded, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for i, city := range []string{"无锡", "徐州", "常州", "南通", "淮安", "盐城", "镇江", "泰州"} {
		files[fmt.Sprintf("city%d.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `%s市人民政府关于印发《%s市社区养老服务行动方案》的通知
为方便老年人就近养老,制定本方案。
一、工作目标
到2027年,建成社区食堂%d个。
二、重点任务
（一）办好社区食堂。支持街道新办社区食堂,每个食堂给予最高%d万元补贴。（牵头单位：市民政局）
（二）设立家庭床位。为失能老人设立家庭养老床位。（牵头单位：市卫健局）
`, city, city, 10+i, 5+i)}
	}
	more, err := corpus.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(embedded, ownPlans(t), more)
}

// TestAcrossHeadlines asks several plans: every fact names the plan that it is
// of, and what only one plan means is asked back.
func TestAcrossHeadlines(t *testing.T) {
	e := newEngine(t, ownPlans(t))
	for _, test := range []struct{ question, want string }{
		// tasks: a city's office is not that of another city, nor the province's
		{"市民政局负责什么", "有2个方案写到:【绍兴市】市民政局牵头1项;【扬州市】市民政局没有列为牵头单位,是责任单位的有2项。"},
		{"市教育局牵头哪些工作", "【绍兴市】市教育局牵头1项:依托社区学校开办老年课堂。"},
		{"省民政厅负责什么", "【江苏省】省民政厅牵头1项:支持各市办好社区食堂。"},
		{"市城管局管什么", "【扬州市】市城管局没有列为牵头单位,是责任单位的有1项:在老旧小区旁建设口袋公园。"},
		{"省财政厅负责什么", "【江苏省】省财政厅没有列为牵头单位,是配合单位的有1项:支持各市办好社区食堂。"},
		{"市体育局负责什么", "已收录的方案里没有写明市体育局牵头或负责的工作。"},
		{"扬州市民政局负责什么", "市民政局没有列为牵头单位,是责任单位的有2项:鼓励餐饮企业进社区办社区食堂;为失能老人设立家庭养老床位。"},
		// lead
		{"家庭养老床位谁牵头", "有3个方案写到:【江苏省】「推广家庭养老床位」没有写明牵头单位,责任单位是省卫生健康委、省民政厅;【绍兴市】「为失能老人设立家庭养老床位」由市卫健局牵头;【扬州市】「为失能老人设立家庭养老床位」没有写明牵头单位,责任单位是市卫健局、市民政局。"},
		{"口袋公园谁负责", "【扬州市】「在老旧小区旁建设口袋公园」没有写明牵头单位,责任单位是市城管局。"},
		// targets, money
		{"社区食堂建多少个", "有2个方案写到:【江苏省】社区食堂:到2028年300个;【绍兴市】社区食堂:到2027年40个。"},
		{"持证率目标", "【绍兴市】养老护理员持证率:到2027年达到85%。"},
		{"社区食堂补贴最高多少钱", "有3个方案写到:【绍兴市】最高20万元:「每个食堂给予最高20万元建设补贴」;【扬州市】最高15万元:「每个食堂给予最高15万元补贴」;【余杭区】最高10万元:「给予最高10万元补贴」。"},
		{"哪个城市社区食堂补贴最高", "写明的数值最高的是绍兴市(各方案口径不一,以原文为准):【绍兴市】最高20万元:「每个食堂给予最高20万元建设补贴」;【扬州市】最高15万元:「每个食堂给予最高15万元补贴」;【余杭区】最高10万元:「给予最高10万元补贴」。"},
		// places
		{"哪些城市有社区食堂", "有4个方案写到:江苏省、绍兴市、扬州市、余杭区。"},
		{"哪些地方提到“口袋公园”", "有1个方案写到:扬州市。"},
		// keyword, quote, deadline
		{"老年课堂", "【绍兴市】「依托社区学校开办老年课堂」,由市教育局牵头。"},
		{"助餐卡原文", "【江苏省】二、重点任务／（一）夯实服务网络／1.办好社区食堂的原文如下。"},
		{"家庭床位原文", "原文有3处(江苏省、绍兴市、扬州市),如下。"},
		{"社区食堂什么时候建成", "有2个方案写到:【江苏省】社区食堂:到2028年(300个);【绍兴市】社区食堂:到2027年(40个)。"},
		// several plans named
		{"绍兴和扬州的社区食堂补贴哪个高", "绍兴市更高:【绍兴市】最高20万元:「每个食堂给予最高20万元建设补贴」;【扬州市】最高15万元:「每个食堂给予最高15万元补贴」。"},
		{"绍兴和扬州谁负责口袋公园", "【扬州市】「在老旧小区旁建设口袋公园」没有写明牵头单位,责任单位是市城管局;绍兴市没有找到。"},
		// regions without a plan of their own
		{"浙江的社区食堂补贴最高多少钱", "没有收录浙江省本级的方案,其中写到的有:【绍兴市】最高20万元:「每个食堂给予最高20万元建设补贴」;【余杭区】最高10万元:「给予最高10万元补贴」。"},
		{"杭州市余杭区的社区食堂补贴最高多少钱", "最高10万元:「给予最高10万元补贴」。"},
		{"浙江省民政厅负责什么", "已收录的方案里没有浙江省的。"},
		{"山东的社区食堂补贴", "已收录的方案里没有山东的。"},
		// names made of region and kind
		{"扬州实施方案有多少条任务", "方案一共有4项任务(按责任标注计)。"},
		{"余杭的若干措施有多少条任务", "方案一共有3条(按编号计,没有标注责任单位)。"},
		{"江苏第3条谁牵头", "二、重点任务／（二）壮大人才队伍／3.培养护理队伍「培养护理队伍」:「支持职业院校开设护理专业」由省教育厅牵头。"},
		// asked back
		{"有多少条任务", "数哪个方案的?请写出方案或地区的名称。"},
		{"第二条讲什么", "问的是哪个方案?请写出方案或地区的名称。"},
		{"都有哪些方案", "收录了4个方案,想查哪一个?"},
		// of every plan
		{"各城市的口袋公园谁负责", "【扬州市】「在老旧小区旁建设口袋公园」没有写明牵头单位,责任单位是市城管局。"},
		// a region's name within a unit's is no plan
		{"江苏银行中心负责什么", "【扬州市】江苏银行中心没有列为牵头单位,是责任单位的有1项:在公园里设便民金融点。"},
		// closing articles
		{"由谁负责解释", "【余杭区】「由余杭区民政局负责解释」。"},
		{"余杭由谁组织实施", "「由余杭区民政局负责组织实施」。"},
		// nothing
		{"宠物医院联系电话是多少", "已收录的方案里没有写联系电话。"},
		{"宠物医院谁牵头", "已收录的方案里没有找到「宠物医院」的牵头单位。"},
	} {
		if got := ask(t, e, test.question).Headline; got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.question, got, test.want)
		}
	}
}

// TestFactsNamePlans checks of all sorts of questions that a headline that
// rests on several plans names each of them.
func TestFactsNamePlans(t *testing.T) {
	e := newEngine(t, manyPlans(t))
	n := 0
	for _, text := range []string{
		"社区食堂", "社区食堂谁牵头", "社区食堂建多少个", "社区食堂的目标", "社区食堂补贴最高多少钱", "家庭床位原文", "社区食堂有哪些任务",
		"哪些城市有家庭床位", "社区食堂什么时候建成", "2027年要完成什么", "市民政局负责什么", "市民政局牵头几项", "市民政局和市卫健局谁牵头的任务多",
		"市民政局和市卫健局负责什么", "哪个城市社区食堂最多", "社区食堂在第几项", "各项措施由谁落实", "家庭床位由谁负责,补贴多少", "养老床位是市民政局牵头吗",
		"无锡和徐州的社区食堂目标", "江苏和绍兴谁牵头社区食堂",
	} {
		a := ask(t, e, text)
		plans := map[string]bool{}
		for _, c := range a.Citations {
			plans[c.Plan] = true
		}
		if len(plans) < 2 {
			continue
		}
		n++
		for i, p := range e.plans {
			if plans[p.ID] && !strings.Contains(a.Headline, e.labels[i]) {
				t.Errorf("%s: rests on %s, which the headline does not name: %s", text, p.ID, a.Headline)
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d answers rest on several plans", n)
	}
}

// TestFigures asks one plan of several for figures that stand beside others.
func TestFigures(t *testing.T) {
	e := newEngine(t, ownPlans(t))
	for _, test := range []struct{ question, want string }{
		{"绍兴社区食堂一家企业一年最多补多少钱", "不超过60万元"},
		{"绍兴社区食堂补贴最高多少钱", "最高20万元"},
		{"绍兴护理员奖励多少钱", "3000元、2000元"}, // 分别: which is whose only the whole part tells
		{"扬州家庭床位补助多少钱", "1500元"},
	} {
		a := ask(t, e, test.question)
		if len(a.Values) != 1 || a.Values[0].Text != test.want {
			t.Errorf("%s: %s %s, want %s", test.question, a, a.Headline, test.want)
		}
	}
}

// TestLeadOfUnmarked asks about clauses of which some have a lead and some have
// not: none gets that of another.
func TestLeadOfUnmarked(t *testing.T) {
	plans, err := corpus.Load(fstest.MapFS{"a.txt": {Data: []byte(`南京市法律援助行动方案
一、法律服务。推动法律服务进社区。（市民政局、市城管局按职责分工负责）
二、法律援助。引导律师承接法律服务和调解。（市司法局牵头负责）
`)}})
	if err != nil {
		t.Fatal(err)
	}
	a := ask(t, newEngine(t, plans), "法律服务谁牵头")
	const want = "方案里有2处,牵头单位不同:「推动法律服务进社区」没有写明牵头单位,责任单位是市民政局、市城管局;「引导律师承接法律服务和调解」由市司法局牵头。"
	if a.Headline != want {
		t.Errorf("got %s\nwant %s", a.Headline, want)
	}
}

// TestPlanLabels names plans of one region by their titles.
func TestPlanLabels(t *testing.T) {
	plans, err := corpus.Load(fstest.MapFS{
		"a.txt": {Data: []byte("南京市养老服务行动方案\n一、床位。办好床位。\n")},
		"b.txt": {Data: []byte("南京市人民政府关于印发《南京市助残服务行动方案》的通知\n一、坡道。修好坡道。\n")},
		"c.txt": {Data: []byte("关于办好托育的若干意见\n一、托位。增加托位。\n")},
		"d.txt": {Data: []byte("苏州市托育行动方案\n一、托位。增加托位。\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"《南京市养老服务行动方案》", "《南京市助残服务行动方案》", "《关于办好托育的若干意见》", "苏州市"}
	if got := planLabels(plans); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHighest does not keep quiet about a plan whose values cannot be compared.
func TestHighest(t *testing.T) {
	files := fstest.MapFS{}
	for city, target := range map[string]string{"无锡": "到2027年,建成口袋公园30个", "徐州": "到2027年,建成口袋公园50个", "常州": "到2026年,建成口袋公园10个。到2028年,建成口袋公园90个"} {
		files[city+".txt"] = &fstest.MapFile{Data: []byte(city + "市公园建设行动方案\n一、工作目标\n" + target + "。\n")}
	}
	plans, err := corpus.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	const want = "写明的数值最高的是徐州市(各方案口径不一,以原文为准):【徐州市】口袋公园:到2027年50个;【无锡市】口袋公园:到2027年30个;常州市也写到,但数值不能直接比较。"
	if a := ask(t, newEngine(t, plans), "哪个城市口袋公园目标最多"); a.Headline != want {
		t.Errorf("got %s\nwant %s", a.Headline, want)
	}
}
