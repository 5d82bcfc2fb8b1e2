package question

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// testReader knows the embedded lexicon and the pairs of runes of the embedded
// plan.
func testReader(t testing.TB) *Reader {
	t.Helper()
	lex, err := corpus.EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../corpus/plans/jilin-2024.txt")
	if err != nil {
		t.Fatal(err)
	}
	pairs := map[[2]rune]bool{}
	var last rune
	for _, r := range fold.String(string(text)) {
		pairs[[2]rune{last, r}] = true
		last = r
	}
	return NewReader(lex, func(a, b rune) bool { return pairs[[2]rune{a, b}] })
}

func TestRead(t *testing.T) {
	r := testReader(t)
	for _, test := range []struct{ text, want string }{
		// who leads
		{"古树名木保护哪个单位牵头?", "lead topic=古树名木保护 +lead"},
		{"海绵城市示范归谁管呀", "lead topic=海绵城市示范 +lead"},
		{"请问一下,雪博会由哪个部门负责?", "lead topic=雪博会 +lead"},
		{"公益林建设是林草局牵头吗", "lead topic=公益林建设 agency=省林草局? yesno +lead"},
		{"@小助手 生态气象平台 牵头", "lead topic=生态气象平台 +lead"},
		{"生態補償機制誰牽頭", "lead topic=生态补偿机制 +lead"},
		// words of the tables inside the plan's own words
		{"声环境功能区调整谁牵头", "lead topic=声环境功能区调整 +lead"},
		{"重要湿地认定归谁管", "lead topic=重要湿地认定 +lead"},
		// how much, by when, where
		{"草原综合植被覆盖度要达到多少", "target topic=草原综合植被覆盖度 measure=覆盖度 howmuch"},
		{"湿地保护率是50%吗", "target topic=湿地保护率 numbers=50% yesno"},
		{"辽源的清洁取暖试点什么时候完成?", "deadline topic=辽源_清洁取暖试点"},
		{"盐碱地试点在哪些县", "place topic=盐碱地试点"},
		// agencies
		{"省林草局都牵头啥工作?", "tasks topic=工作 agency=省林草局 +lead +tasks"},
		{"发改都管什么", "tasks agency=省发改委 +lead"},
		{"住建厅和工信厅谁牵头的任务多", "compare topic=任务多 agency=省住建厅? agency=省工信厅? most=more +lead +tasks"},
		// sections and years
		{"第三项行动有哪些举措", "overview topic=举措 ref=3 all +tasks"},
		{"4.2原文", "quote ref=4.2"},
		{"第二项行动第3条的原文", "quote ref=2.3"},
		{"第二轮化学物质调查谁牵头", "lead topic=第二轮化学物质调查 +lead"},
		{"2025年要完成什么", "list years=2025"},
		{"二〇二七年的目标有哪些", "list years=2027 all goal"},
		{"今年要完成哪些", "list relative=今年"},
		// several things
		{"碳排放权、用能权、用水权分别由谁牵头", "lead topic=碳排放权_用能权_用水权 parts=碳排放权|用能权|用水权 each +lead"},
		{"秸秆还田和秸秆离田是一个部门管吗", "compare topic=秸秆还田_秸秆离田 parts=秸秆还田|秸秆离田 yesno same +lead"},
		// aspects that plans do not have
		{"噪声扰民罚多少", "clause topic=噪声扰民罚多少 absent=罚多少"},
		// no questions
		{"谢谢", "chitchat kind=thanks"},
		{"大家早上好", "chitchat kind=hello"},
		{"你能干什么?", "chitchat kind=help"},
		{"👍👍", "nothing"},
		{"", "nothing"},
		{"[图片]", "nothing"},
	} {
		if got := r.Read(test.text).String(); got != test.want {
			t.Errorf("Read(%q)\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"<b>查干湖</b>归谁管<style>x=1</style>", "查干湖 归谁管"},
		{"${env:HOME} 查干湖", "查干湖"},
		{"{{7*7}}查干湖", "查干湖"},
		{"看 https://example.org/a?b=1 的查干湖", "看   的查干湖"},
		{"@某某 查干湖", "查干湖"},
		{"查\u200b干\u202e湖\x00", "查干湖"},
		{"查干湖?查干湖?查干湖?", "查干湖?"},
		{"谢谢", "谢谢"},
	} {
		if got, _ := Clean(test.in); got != test.want {
			t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func TestCleanCuts(t *testing.T) {
	got, cut := Clean(strings.Repeat("长文", MaxRunes))
	if !cut || utf8.RuneCountInString(got) != MaxRunes {
		t.Errorf("got %d runes, cut %v; want %d, true", utf8.RuneCountInString(got), cut, MaxRunes)
	}
}

// TestReadUnmoved checks that what carries no meaning changes nothing.
func TestReadUnmoved(t *testing.T) {
	r := testReader(t)
	base := r.Read("细鳞鲑保护由哪个部门牵头?").String()
	for _, s := range []string{
		"细鳞鲑保护由哪个部门牵头？",
		"您好,细鳞鲑保护由哪个部门牵头?谢谢",
		"@某人 细鳞鲑保护由哪个部门牵头?",
		"细\u200b鳞鲑保护由哪个部门牵头?",
		"細鱗鮭保護由哪個部門牽頭?",
		"细鳞鲑保护由哪个部门牵头?细鳞鲑保护由哪个部门牵头?",
	} {
		if got := r.Read(s).String(); got != base {
			t.Errorf("Read(%q)\n got %s\nwant %s", s, got, base)
		}
	}
}

func FuzzRead(f *testing.F) {
	r := testReader(f)
	for _, s := range []string{"秸秆谁牵头", "第9999999999999项", "2.3.4.5.6", "\xff\xfe", "((((", "百分之", "二〇"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q := r.Read(s)
		if q.Ask == "" {
			t.Errorf("Read(%q) asks nothing known", s)
		}
		if q2 := r.Read(s); q2.String() != q.String() {
			t.Errorf("Read(%q) differs: %s, %s", s, q, q2)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	r := testReader(b)
	for b.Loop() {
		r.Read("请问吉林雪博会品牌由哪个部门牵头做大做强?")
	}
}
