package corpus

import (
	"fmt"
	"testing"
)

func TestZhNumbers(t *testing.T) {
	for n := 1; n <= 9999; n++ {
		s := zhNumber(n)
		if got, size := scanZh(s); got != n || size != len(s) {
			t.Fatalf("scanZh(%q) = %d, %d, want %d", s, got, size, n)
		}
	}
	for n, want := range map[int]string{0: "0", 10: "十", 12: "十二", 20: "二十", 105: "一百零五", 1010: "一千零一十", 10000: "10000"} {
		if got := zhNumber(n); got != want {
			t.Errorf("zhNumber(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestScanNumber(t *testing.T) {
	for s, want := range map[string]string{
		"一、总则": "3 1", "十二、附则": "3 12", "（三）措施": "5 3", "(四)措施": "5 4", "5.做事": "6 5", "６．做事": "6 6", "7、做事": "6 7",
		"(8)做事": "7 8", "9）做事": "8 9", "③做事": "9 3", "第十条 目的": "4 10", "第2条": "4 2", "第三章 罚则": "1 3", "第一节": "2 1", "第二部分": "0 2",
	} {
		num, ok := scanNumber(s)
		if got := fmt.Sprint(num.rank, num.no); !ok || got != want {
			t.Errorf("scanNumber(%q) = %s, %v, want %s", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "一是做事", "1.5万亩", "2024年底前", "第一批", "（2026—2028年）", "10家", "（试行）", "第条", "零、", "0.做事"} {
		if num, ok := scanNumber(s); ok {
			t.Errorf("scanNumber(%q) = %+v", s, num)
		}
	}
}

func TestFindDates(t *testing.T) {
	for s, want := range map[string]string{
		"到2027年,完成":             "2027 到2027年",
		"2024年底前,完成":            "2024 2024年底前",
		"于２０２５年末完成":             "2025 ２０２５年末",
		"2026年6月30日前完成":         "2026 2026年6月30日前",
		"2026年，先行培育":            "2026 2026年",
		"力争到“十五五”末建成":           "2030 力争到“十五五”末",
		"有效期至2028年12月31日":       "2028 有效期至2028年12月31日",
		"《规划(2024—2035年)》":      "",
		"2024—2027年实施":          "",
		"在2026年工作基础上":           "",
		"自2026年3月18日起施行":        "",
		"编号12027年":              "",
		"到3027年":                "",
		"到2025年,建;到2027年底,成":    "2025 到2025年|2027 到2027年底",
		"（2026—2028年）到2028年底，成": "2028 到2028年底",
	} {
		got := ""
		for i, d := range findDates(s, Span{0, len(s)}) {
			if i > 0 {
				got += "|"
			}
			got += d.Year + " " + d.Wording
		}
		if got != want {
			t.Errorf("dates in %q are %q, want %q", s, got, want)
		}
	}
}

func TestAmounts(t *testing.T) {
	for s, want := range map[string]string{
		"达到45.22%":       "=45.22% 45.22%",
		"下降到27微克/立方米以下":  "<=27微克/立方米 27微克/立方米以下",
		"不低于９０％":         ">=90% 不低于９０％",
		"创建40家左右A和250家B": "=40家~ 40家左右|=250家 250家",
		"超50万平方米":        ">=50万平方米 超50万平方米",
		"约1,200户":        "=1200户~ 约1,200户",
		"超过1000平方公里以上":   ">=1000平方公里 超过1000平方公里以上",
		"1—2个":           "=1—2个 1—2个",
		"提高3个百分点":        "=3个百分点 3个百分点",
		"2027年":          "",
		"G331段":          "",
		"“清爽22℃”":        "",
		"（不少于5家）":        "",
		"打造10万亩级基地":      "",
		"到2028年建成100余个":  "=100个~ 100余个",
	} {
		got := ""
		for i, a := range amounts(s) {
			if i > 0 {
				got += "|"
			}
			about := ""
			if a.approx {
				about = "~"
			}
			got += a.op + a.number + a.unit + about + " " + s[a.Start:a.End]
		}
		if got != want {
			t.Errorf("amounts in %q are %q, want %q", s, got, want)
		}
	}
}

func TestProjects(t *testing.T) {
	s := "实施“千万亩”工程、\"双百\"行动，编制《甲“乙”规划》，开展”丙“"
	var got []string
	for _, at := range findProjects(s, Span{0, len(s)}) {
		got = append(got, at.In(s))
	}
	if fmt.Sprint(got) != "[千万亩 双百 乙 甲“乙”规划]" {
		t.Errorf("projects are %q", got)
	}
}
