package chat

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

func chatOf(t *testing.T, plans []*corpus.Plan) *Chat {
	t.Helper()
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	ix, err := index.New(index.Docs(plans))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ix.Close() })
	e, err := answer.New(plans, lex, ix)
	if err != nil {
		t.Fatal(err)
	}
	return New(e, store.NewMemory(func() time.Time { return start }), Options{})
}

// thirteen are the embedded plan, the small ones of package answer, and eight
// of other cities.
func thirteen(t *testing.T) []*corpus.Plan {
	t.Helper()
	embedded, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	own, err := corpus.Load(os.DirFS("../answer/testdata/plans"))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for i, city := range []string{"无锡", "徐州", "常州", "南通", "淮安", "盐城", "镇江", "泰州"} {
		files[fmt.Sprintf("city%d.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, `%s市人民政府关于印发《%s市社区养老服务行动方案》的通知
一、工作目标
到2027年,建成社区食堂%d个。
二、重点任务
（一）办好社区食堂。支持街道新办社区食堂。（牵头单位：市民政局）
（二）设立家庭床位。为失能老人设立家庭养老床位。（牵头单位：市卫健局）
`, city, city, 10+i)}
	}
	more, err := corpus.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(embedded, own, more)
}

// askedBack are questions and talks that are asked back, with one plan or with
// many.
var askedBack = [][]string{
	{"有多少条任务"}, {"一共几条举措"}, {"有多少个牵头单位"}, {"哪家单位的任务最多"}, {"只牵头一项的单位有哪些"},
	{"第二条讲什么"}, {"第一部分有哪些内容"}, {"有哪些目标"}, {"都有哪些方案"}, {"有哪些城市的方案"}, {"方案讲了什么"},
	{"谁牵头"}, {"目标是多少"}, {"什么时候完成"}, {"在哪些城市"}, {"原文"}, {"列一下"}, {"那个呢"}, {"还有吗"}, {"!!!"}, {"2"},
	{"社区食堂谁牵头", "第九条呢"}, {"绿色"}, {"社区"}, {"生态环境监测由谁牵头"}, {"无锡和徐州"},
}

// TestChoices picks every choice of every answer that asks back: typed or
// tapped, by its number, and in words for the number. Each leads to an answer,
// and each way to the same.
func TestChoices(t *testing.T) {
	plans := thirteen(t)
	one, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Chat{"one": chatOf(t, one), "own": chatOf(t, plans[3:4]), "thirteen": chatOf(t, plans)} {
		asked, n := 0, 0
		for i, lines := range askedBack {
			back := talk1(t, c, fmt.Sprint(name, i), lines)
			if back.Kind != answer.KindClarify {
				continue
			}
			asked++
			if len(back.Suggest) == 0 {
				t.Errorf("%s: %q asks back without a choice: %s", name, lines, back.Headline)
			}
			for j, choice := range back.Suggest {
				var first string
				for k, text := range []string{choice, fmt.Sprint(j + 1), fmt.Sprintf("第%d个", j+1)} {
					n++
					a := talk1(t, c, fmt.Sprint(name, i, "-", j, "-", k), append(slices.Clone(lines), text))
					if !a.Found {
						t.Errorf("%s: %q, then %q (%s): %s %s", name, lines, text, choice, a, a.Headline)
					}
					if k == 0 {
						first = a.Headline
					} else if a.Headline != first {
						t.Errorf("%s: %q, then %q: %s\nwant %s", name, lines, text, a.Headline, first)
					}
				}
			}
		}
		t.Logf("%s: %d asked back, %d choices tried", name, asked, n)
		if asked < 6 || n < 20 {
			t.Errorf("%s: only %d questions are asked back, %d choices tried", name, asked, n)
		}
	}
}

// TestPlanAsked answers which plan is meant by its region, short or in full,
// and by its title.
func TestPlanAsked(t *testing.T) {
	c := chatOf(t, thirteen(t))
	for i, test := range []struct {
		lines []string
		want  string
	}{
		{[]string{"有多少条任务", "江苏"}, "count 3 [jiangsu/2.1.1.1] [jiangsu/2.1.2.1] [jiangsu/2.2.3.1]"},
		{[]string{"有多少条任务", "江苏省"}, "count 3 [jiangsu/2.1.1.1] [jiangsu/2.1.2.1] [jiangsu/2.2.3.1]"},
		{[]string{"有多少条任务", "江苏省养老服务行动方案（2025—2028年）"}, "count 3 [jiangsu/2.1.1.1] [jiangsu/2.1.2.1] [jiangsu/2.2.3.1]"},
		{[]string{"有多少条任务", "江苏的吧", "徐州呢"}, "count 2 [city1/2.1.1] [city1/2.2.1]"},
		{[]string{"有多少条任务", "谢谢", "最后一个"}, "count 2 [city7/2.1.1] [city7/2.2.1]"},
		// what was asked stays in full
		{[]string{"哪家单位的任务最多", "绍兴"}, "count 市民政局 市商务局 市卫健局 市教育局 市人社局 1 [shaoxing/2.1.1] [shaoxing/2.2.1] [shaoxing/2.3.1] [shaoxing/2.4.1]"},
		{[]string{"第二条讲什么", "江苏"}, "overview [jiangsu/2.1.2] [jiangsu/2.1.2.1]"},
		// a plan's name alone asks the same of that plan, and the first time what it is about
		{[]string{"家庭床位谁牵头", "绍兴"}, "lead 市卫健局 [shaoxing/2.2.1]"},
		{[]string{"绍兴社区食堂补贴最高多少钱", "扬州呢"}, "target 每个食堂给予最高15万元补贴=最高15万元 [yangzhou/1.1]"},
		{[]string{"绍兴"}, "overview 2 [shaoxing/1] [shaoxing/2]"},
		{[]string{"绍兴", "家庭床位呢"}, "clause 市卫健局 [shaoxing/2.2.1]"},
		{[]string{"绍兴社区食堂补贴最高多少钱", "和扬州比哪个高"}, "compare 每个食堂给予最高20万元建设补贴=最高20万元 每个食堂给予最高15万元补贴=最高15万元 [shaoxing/2.1.1] [yangzhou/1.1]"},
		// items of several plans
		{[]string{"家庭床位", "谁牵头"}, "lead 市卫健局"},
		{[]string{"老年课堂", "原文发一下"}, "quote [shaoxing/2.3.1]"},
		{[]string{"口袋公园", "谁负责"}, "lead [yangzhou/3.1]"},
		{[]string{"老年旅游", "谁牵头"}, "none not found"},
		// a number is a choice only where there are some
		{[]string{"绍兴", "2"}, "clarify not found"},
	} {
		got := talk1(t, c, fmt.Sprint("plan", i), test.lines)
		if s := got.String(); s != test.want && !(test.want == "lead 市卫健局" && len(s) > len(test.want) && s[:len(test.want)] == test.want) {
			t.Errorf("%q\n got %s %s\nwant %s", test.lines, got, got.Headline, test.want)
		}
	}
}
