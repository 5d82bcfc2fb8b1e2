package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

func testChat(t testing.TB) *Chat {
	t.Helper()
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
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

var start = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

// TestTalks runs conversations. A line is what a user says, "user: text", with
// ">n" behind the user for a reply to the answer of line n; the want is of the
// last answer.
func TestTalks(t *testing.T) {
	c := testChat(t)
	for i, test := range []struct {
		lines []string
		want  string
	}{
		// another topic, the same ask
		{[]string{"湿地保护率的目标", "那草原综合植被覆盖度呢"}, "target 草原综合植被覆盖度=72.3% [jilin-2024/6.0.3]"},
		{[]string{"用水权谁牵头", "用能权呢"}, "lead 省发改委 [jilin-2024/8.4.2]"},
		{[]string{"农村生活污水谁牵头", "城市的呢"}, "lead 省住建厅 [jilin-2024/3.1.4]"},
		{[]string{"省林草局牵头的工作", "省统计局呢"}, "tasks 省统计局 1 [jilin-2024/1.3.2]"},
		{[]string{"第二项行动的目标", "第七项呢"}, "overview 生态产品价值实现机制=基本构建 国家级“两山”实践创新基地=8个 2 [jilin-2024/7.0.1]"},
		{[]string{"省畜牧局牵头哪些工作", "第七项行动里呢"}, "tasks 省畜牧局 1 [jilin-2024/7.2.2]"},
		{[]string{"省畜牧局牵头哪些工作", "第二项行动里呢"}, "none not found"},
		{[]string{"生活垃圾分类谁牵头", "农村的呢"}, "none not found"},
		// another ask, the same topic
		{[]string{"海绵城市示范谁牵头", "在哪些城市"}, "place [jilin-2024/6.5.3]"},
		{[]string{"湿地保护率的目标", "期限呢"}, "deadline 湿地保护率=45.22% [jilin-2024/6.0.2]"},
		{[]string{"湿地保护率的目标", "谁牵头"}, "lead [jilin-2024/6.0.2]"},
		{[]string{"雪博会谁牵头", "原文发一下"}, "quote [jilin-2024/7.3.1]"},
		{[]string{"省畜牧局牵头哪些工作", "一共几项"}, "count 3 [jilin-2024/4.2.2] [jilin-2024/7.2.2] [jilin-2024/9.3.3]"},
		// items of a list
		{[]string{"省畜牧局牵头哪些工作", "第二条呢"}, "clause 省畜牧局 [jilin-2024/7.2.2]"},
		{[]string{"第三项行动的举措有哪些", "第二条谁牵头"}, "lead 省水利厅 [jilin-2024/3.2.1]"},
		{[]string{"省畜牧局牵头哪些工作", "还有吗"}, "list not found"},
		{[]string{"省畜牧局牵头哪些工作", "第九条呢"}, "clarify not found"},
		// doubt
		{[]string{"雪博会谁牵头", "你确定?我记得是省商务厅"}, "lead 省文旅厅 [jilin-2024/7.3.1]"},
		{[]string{"雪博会谁牵头", "不是省商务厅吗"}, "lead 省文旅厅 [jilin-2024/7.3.1]"},
		// small talk in between
		{[]string{"湿地保护率的目标", "谢谢", "期限呢"}, "deadline 湿地保护率=45.22% [jilin-2024/6.0.2]"},
		// a new question carries nothing over
		{[]string{"省林草局牵头的工作", "2024年底前有哪些要做完"}, "list 国家北方地区冬季清洁取暖试点城市建设=完成辽源市试点建设任务 地下水污染防治重点区域划定=完成 2 [jilin-2024/2.2.2.1] [jilin-2024/4.4.1.1]"},
		// users do not leak into each other, but for replies
		{[]string{"甲: 用水权谁牵头", "乙: 谁牵头啊"}, "clarify not found"},
		{[]string{"甲: 湿地保护率的目标", "乙>1: 期限呢"}, "deadline 湿地保护率=45.22% [jilin-2024/6.0.2]"},
		{[]string{"甲: 海绵城市示范谁牵头", "乙: 雪博会谁牵头", "甲: 在哪些城市"}, "place [jilin-2024/6.5.3]"},
		// nothing to go by
		{[]string{"那个呢"}, "clarify not found"},
		{[]string{"还有吗"}, "clarify not found"},
	} {
		if got := talk1(t, c, fmt.Sprint("chat", i), test.lines); got.String() != test.want {
			t.Errorf("%q\n got %s %s\nwant %s", test.lines, got, got.Headline, test.want)
		}
	}
}

func talk1(t *testing.T, c *Chat, id string, lines []string) *answer.Answer {
	var a *answer.Answer
	for n, line := range lines {
		user, text, ok := strings.Cut(line, ": ")
		if !ok {
			user, text = "甲", line
		}
		user, to, _ := strings.Cut(user, ">")
		a = ask(t, c, Message{Key: Key{Chat: id, User: user}, ID: fmt.Sprint(n + 1), Text: text, ReplyTo: to, At: start.Add(time.Duration(n) * time.Minute)})
	}
	return a
}

func TestExpiry(t *testing.T) {
	c := testChat(t)
	k := Key{Chat: "c", User: "u"}
	ask(t, c, Message{Key: k, ID: "1", Text: "湿地保护率的目标", At: start})
	if a := ask(t, c, Message{Key: k, ID: "2", Text: "期限呢", At: start.Add(Expiry)}); !a.Found {
		t.Errorf("within the expiry: %s", a)
	}
	if a := ask(t, c, Message{Key: k, ID: "3", Text: "期限呢", At: start.Add(3 * Expiry)}); a.Found {
		t.Errorf("after the expiry: %s", a)
	}
}

func ask(t testing.TB, c *Chat, m Message) *answer.Answer {
	t.Helper()
	a, err := c.Ask(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
