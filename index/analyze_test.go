package index

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

func TestTerms(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"characters and pairs", "湿地率", "湿 湿地 地 地率 率"},
		{"full-width digits and percent sign", "到２０２５年增长７％以上", "到 2025 年 年增 增 增长 长 7 7% 以 以上 上"},
		{"decimals", "45.8%和45.22%。", "45.8 45.8% 和 45.22 45.22%"},
		{"names", "PM2.5 G331 I/M O3", "pm2.5 g331 i m o3"},
		{"full stop is no decimal point", "v1. 2.a", "v1 2 a"},
		{"units", "25℃、10㎡、3‰", "25 25°c 10 10m2 3 3‰"},
		{"number in front", "5G网络", "5 5g 网 网络 络"},
		{"traditional", "濕地", "湿 湿地 地"},
		{"punctuation separates", "森林、“湿地”", "森 森林 林 湿 湿地 地"},
		{"line end separates", "森\n林", "森 林"},
		{"other scripts", "αβ カナ 한국 Ёлка", "αβ カ カナ ナ 한 한국 국 ёлка"},
		{"beyond the basic plane", "𠀀吉", "𠀀 𠀀吉 吉"},
		{"not UTF-8", "湿\xff地", "湿 地"},
		{"long word", strings.Repeat("x", 70), strings.Repeat("x", maxTerm)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			terms(fold.String(tt.text), func(term string, _, _ int) { got = append(got, term) })
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("terms of %q:\n%s, want\n%s", tt.text, s, tt.want)
			}
		})
	}
}

// TestTermsAreFoundInSource follows each term back to the bytes it came from.
func TestTermsAreFoundInSource(t *testing.T) {
	text := fold.New("到２０２５年增长７％以上")
	var got []string
	terms(text.S, func(_ string, start, end int) {
		start, end = text.Source(start, end)
		got = append(got, "到２０２５年增长７％以上"[start:end])
	})
	want := strings.Fields("到 ２０２５ 年 年增 增 增长 长 ７ ７％ 以 以上 上")
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestQueryTerms(t *testing.T) {
	for _, tt := range []struct{ name, query, want string }{
		{"question words separate", "湿地在哪里", "在 地 地在 湿 湿地"},
		{"particles separate", "湿地的鸟", "地 湿 湿地 鸟"},
		{"each term once", "湿地湿地", "地 地湿 湿 湿地"},
		{"only question words", "多少", "多 多少 少"},
		{"operators are nothing", `+湿 -text:"g1" (7*) ~2 \`, "2 7 g1 text 湿"},
		{"numerals in words and digits", "三千万亩", "3000 万 万亩 三 三千 亩 千 千万"},
		{"nothing", "？！", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(queryTerms(tt.query, nil), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	if n := len(queryTerms(longQuery(), nil)); n > maxQuery {
		t.Errorf("a long query has %d terms", n)
	}
}

// longQuery has some 40,000 different terms.
func longQuery() string {
	var b strings.Builder
	for r := rune(0x4e00); r < 0x9fa5; r++ {
		b.WriteRune(r)
	}
	return b.String()
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{"", "到２０２５年增长７％以上", "PM2.5、“濕地”\xff", "1.2.3%%..", "ｶﾞ가e\u0301𠀀"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := fold.New(s)
		last := 0
		terms(text.S, func(term string, start, end int) {
			if start < last || end <= start || end > len(text.S) {
				t.Fatalf("term %q at [%d,%d) after %d of %d bytes", term, start, end, last, len(text.S))
			}
			if term == "" || len(term) > maxTerm+utf8.UTFMax || !strings.HasPrefix(text.S[start:end], term) || !utf8.ValidString(term) {
				t.Fatalf("term %q of %q", term, text.S[start:end])
			}
			if a, b := text.Source(start, end); a >= b || b > len(s) {
				t.Fatalf("term %q comes from [%d,%d)", term, a, b)
			}
			last = start
		})
		for _, span := range Highlight(s, s) {
			if span.Empty() || span.End > len(s) {
				t.Fatalf("highlight %v of %d bytes", span, len(s))
			}
		}
	})
}
