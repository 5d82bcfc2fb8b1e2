package index

import (
	"strings"
	"testing"
)

func TestHighlight(t *testing.T) {
	for _, tt := range []struct{ name, text, query, want string }{
		{"pairs join", "全省湿地保护率达到45%", "湿地保护率是多少", "[湿地保护率]"},
		{"apart", "森林覆盖率、湿地保护率分别达到", "湿地和森林", "[森林] [湿地]"},
		{"traditional text", "全省濕地保護率", "湿地", "[濕地]"},
		{"full-width text", "增长７％以上", "7%", "[７％]"},
		{"case", "ＰＭ２．５浓度", "pm2.5", "[ＰＭ２．５]"},
		{"one character of a word is no match", "查干湖、东湖", "湖泊治理", ""},
		{"one character alone is", "查干湖、东湖", "湖", "[湖] [湖]"},
		{"numeral in words", "达到3000万亩", "三千万亩", "[3000万亩]"},
		{"question words are no match", "有什么多少", "什么多少", ""},
		{"nothing shared", "秸秆", "湿地", ""},
		{"empty query", "秸秆", "", ""},
		{"empty text", "", "秸秆", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, s := range Highlight(tt.text, tt.query) {
				got = append(got, "["+s.In(tt.text)+"]")
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}
