package fold

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestString(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "湿地保护率达到45.22%", "湿地保护率达到45.22%"},
		{"full width", "到２０２５年增长７％以上", "到2025年增长7%以上"},
		{"full-width punctuation", "（牵头单位：省农业农村厅），；！？．", "(牵头单位:省农业农村厅),;!?."},
		{"Chinese punctuation stays", "。、《》「」〔〕【】", "。、《》「」〔〕【】"},
		{"half-width full stop", "完｡", "完。"},
		{"traditional", "濕地保護率 國土空間規劃 資訊發佈", "湿地保护率 国土空间规划 资讯发布"},
		{"one form of two", "裡裏 台臺檯", "里里 台台台"},
		{"case", "PM2.5 I/M ＧＤＰ", "pm2.5 i/m gdp"},
		{"units", "㎡ m³ ℃ μg µg ㎎", "m2 m3 °c μg μg mg"},
		{"circled and Roman", "①Ⅳ类", "1iv类"},
		{"white space", "a \t\r\n\u3000\u00a0b", "a b"},
		{"invisible", "生\u200b态\u202e环\ufeff境\u00ad厅\ufe0f", "生态环境厅"},
		{"control", "a\x00b\x7f", "ab"},
		{"quotes", "“十大行动”‘两高’", "\"十大行动\"'两高'"},
		{"dashes", "2024—2035年 a–b −3", "2024-2035年 a-b -3"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"kept words", "著名 覆盖率 瞭望", "著名 覆盖率 瞭望"},
		{"beyond the table", "𠀀🙂", "𠀀🙂"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := String(tt.in); got != tt.want {
				t.Errorf("String(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if got := New(tt.in).S; got != tt.want {
				t.Errorf("New(%q).S = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSource(t *testing.T) {
	for _, tt := range []struct{ in, find, want string }{
		{"湿地保护率", "保护", "保护"},
		{"到２０２５年增长７％以上", "2025", "２０２５"},
		{"到２０２５年增长７％以上", "7%", "７％"},
		{"共40㎡左右", "m", "㎡"},
		{"共40㎡左右", "2", "㎡"},
		{"濕地　 保護", "地 保", "地　 保"},
		{"生\u200b态\u200b。", "生态", "生\u200b态"},
		{"A\xffB", "b", "B"},
	} {
		text := New(tt.in)
		at := strings.Index(text.S, tt.find)
		start, end := text.Source(at, at+len(tt.find))
		if got := tt.in[start:end]; got != tt.want {
			t.Errorf("%q: source of %q = %q, want %q", tt.in, tt.find, got, tt.want)
		}
		if got := text.Folded(start); got > at {
			t.Errorf("%q: Folded(%d) = %d, behind %d", tt.in, start, got, at)
		}
	}
}

func TestSourceOutside(t *testing.T) {
	text := New("１厅")
	for _, tt := range []struct{ start, end, wantStart, wantEnd int }{
		{-5, 1, 0, 3}, {0, 99, 0, 6}, {99, 100, 6, 6}, {2, 1, 3, 3}, {2, 3, 3, 6},
	} {
		if s, e := text.Source(tt.start, tt.end); s != tt.wantStart || e != tt.wantEnd {
			t.Errorf("Source(%d, %d) = %d, %d, want %d, %d", tt.start, tt.end, s, e, tt.wantStart, tt.wantEnd)
		}
	}
	var zero Text
	if s, e := zero.Source(0, 0); s != 0 || e != 0 {
		t.Errorf("zero Text: Source = %d, %d", s, e)
	}
}

func TestTable(t *testing.T) {
	table, n := simplified(), 0
	for i, to := range table {
		if to == 0 {
			continue
		}
		n++
		if table[to-hanFirst] != 0 {
			t.Errorf("%c folds to %c, which folds on", rune(i+hanFirst), rune(to))
		}
	}
	if want := strings.Count(ts, "\n") - 1; n != want {
		t.Errorf("%d pairs loaded, the file has %d", n, want)
	}
}

func TestUnchangedDoesNotAllocate(t *testing.T) {
	s := "到2027年,全省森林覆盖率、湿地保护率分别达到45.8%和45.22%。"
	String(s)
	if n := testing.AllocsPerRun(10, func() { String(s); New(s) }); n != 0 {
		t.Errorf("%v allocations for text that is folded already", n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "到２０２５年　增长７％", "濕地㎡\xff“”ﷺ", "\u200b İ½\ufe0f", "ｶﾞ가①"} {
		f.Add(s, 0, len(s))
	}
	f.Fuzz(func(t *testing.T, s string, start, end int) {
		text := New(s)
		if got := String(s); got != text.S {
			t.Fatalf("String = %q, New = %q", got, text.S)
		}
		if !utf8.ValidString(text.S) {
			t.Fatalf("%q is not UTF-8", text.S)
		}
		if again := String(text.S); again != text.S {
			t.Fatalf("folded again: %q, once: %q", again, text.S)
		}
		a, b := text.Source(start, end)
		if a < 0 || a > b || b > len(s) {
			t.Fatalf("Source(%d, %d) = %d, %d of %d bytes", start, end, a, b, len(s))
		}
		last := 0
		for i, r := range text.S {
			a, b := text.Source(i, i+utf8.RuneLen(r))
			if a < last || b <= a || b > len(s) {
				t.Fatalf("rune at %d: source %d, %d after %d", i, a, b, last)
			}
			if _, size := utf8.DecodeRuneInString(s[a:]); a+size != b {
				t.Fatalf("rune at %d: source %d, %d is not one rune", i, a, b)
			}
			last = a
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{
		"folded": strings.Repeat("严格落实建设项目环评审批,坚决遏制“”项目。"[:57], 20),
		"mixed":  strings.Repeat("严格落实建設項目環評審批（牵头单位：省生态环境厅），", 20),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			b.ReportAllocs()
			for b.Loop() {
				New(s)
			}
		})
	}
}
