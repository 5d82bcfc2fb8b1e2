package corpus

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		fault      Fault
		at         int
		message    string
	}{
		{"empty", "", FaultEmpty, 0, "空文件"},
		{"blank", "\uFEFF \n\t\r\n\u3000", FaultEmpty, 0, "空文件"},
		{"binary", "PK\x03\x04 \x00\x00", FaultBinary, 5, "不是纯文本(第6字节"},
		{"GBK", "\xbc\xaa\xc1\xd6", FaultEncoding, 0, "不是UTF-8编码(第1字节"},
		{"cut rune", "一、任务\n\xe4\xb8", FaultEncoding, len("一、任务\n"), "另存为UTF-8"},
		{"too large", strings.Repeat("字", MaxBytes/3+1), FaultTooLarge, 0, "超过8MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse("x", []byte(tt.text), Card{})
			e, ok := errors.AsType[*ParseError](err)
			if p != nil || !ok {
				t.Fatalf("Parse = %v, %v", p, err)
			}
			if e.Fault != tt.fault || e.At != tt.at || e.Plan != "x" {
				t.Errorf("error is %+v", e)
			}
			if !strings.Contains(e.Message(), tt.message) || strings.ContainsRune(e.Message(), '\n') {
				t.Errorf("message is %q", e.Message())
			}
			if !strings.Contains(e.Error(), string(tt.fault)) {
				t.Errorf("error reads %q", e)
			}
		})
	}
}

func TestParseOddTexts(t *testing.T) {
	for name, text := range map[string]string{
		"one line":            "只有一行",
		"no heading":          "某市方案\n为了发展,制定本方案。\n各单位要落实。",
		"heading only":        "一、任务",
		"numbers only":        "1.\n2.\n（一）\n①\n第一条",
		"mark only":           "（责任单位：市局）",
		"open brackets":       "某市方案\n一、任务（（（〔〔【\n1.做事（责任单位：市局",
		"closing brackets":    "某市方案\n一、任务）））〕〕】\n1.做事）责任单位：市局）。",
		"CRLF":                "某市方案\r\n一、任务\r\n1.做事（责任单位：市局）。\r\n",
		"byte order mark":     "\uFEFF某市方案\n一、任务\n1.做事（责任单位：市局）。",
		"control characters":  "某市方案\n一、\x01任务\n1.做\x7f事（责任单位：市局）。",
		"zero-width":          "某市方案\n一、任务\n1.做\u200b事（责任单位：\u200b市局）。",
		"old Macintosh lines": "某市方案\r一、任务\r1.做事（责任单位：市局）。",
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Parse("x", []byte(text), Card{})
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, p)
			if p.Text != text {
				t.Error("the text was changed")
			}
			if countMarks(p) == 0 && len(p.Findings) == 0 {
				t.Error("no finding")
			}
		})
	}
}

// TestParseCRLF checks that line ends do not change what is read.
func TestParseCRLF(t *testing.T) {
	text := "某市方案\n一、任务\n（一）目标\n到2030年，甲率达到5%。\n（二）举措\n1.做事。完成改造。\n责任单位：市甲局\n"
	a, err := Parse("x", []byte(text), Card{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse("x", []byte(strings.ReplaceAll(text, "\n", "\r\n")), Card{})
	if err != nil {
		t.Fatal(err)
	}
	if x, y := dump(a), dump(b); x != y {
		t.Errorf("with LF\n%s\nwith CRLF\n%s", x, y)
	}
}

func TestParseIsStable(t *testing.T) {
	p := embeddedPlan(t, "jilin-2024")
	again, err := Parse(p.ID, []byte(p.Text), p.Card)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p, again) {
		t.Error("parsing the same text twice gave two results")
	}
}

// TestParseTime checks that texts made to be slow are not: time that grows
// with the square of the length would be minutes here.
func TestParseTime(t *testing.T) {
	for _, unit := range []string{"a（责任单位：市局）和", "（", "基本", "推进长春市、", "一、a\n", "牵头单位第一位", "持续提升、", "10家和"} {
		text := "某方案\n一、主要目标\n到2027年，" + strings.Repeat(unit, 100_000/len(unit))
		start := time.Now()
		if _, err := Parse("x", []byte(text), Card{}); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("%d bytes of %q took %v", len(text), unit, d)
		}
	}
}

// TestCardFromTitle checks what a title fills in of an empty card, and that
// a full card is left alone.
func TestCardFromTitle(t *testing.T) {
	for _, tt := range []struct {
		title string
		want  Card
	}{
		{"苏州市人民政府关于印发《苏州市水网建设行动计划（2026—2028年）》的通知", Card{Short: []string{"苏州市水网建设行动计划（2026—2028年）", "苏州"}, Region: "江苏省苏州市", Period: "2026—2028年"}},
		{"西安市雁塔区绿化方案（征求意见稿）", Card{Short: []string{"雁塔"}, Region: "陕西省西安市雁塔区", Status: "征求意见稿"}},
		{"云南省湖泊保护规划", Card{Short: []string{"云南"}, Region: "云南省"}},
		{"某地方案", Card{}},
	} {
		p, err := Parse("x", []byte(tt.title+"\n一、任务\n做事。"), Card{})
		if err != nil {
			t.Fatal(err)
		}
		tt.want.Title = tt.title
		if !reflect.DeepEqual(p.Card, tt.want) {
			t.Errorf("card of %q is %+v, want %+v", tt.title, p.Card, tt.want)
		}
	}
	full := Card{Title: "名", Short: []string{"短"}, Region: "某省", Period: "一年", Status: "有效"}
	p, err := Parse("x", []byte("云南省湖泊保护规划（2026—2027年）\n一、任务\n做事。"), full)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.Card, full) {
		t.Errorf("card became %+v", p.Card)
	}
}
