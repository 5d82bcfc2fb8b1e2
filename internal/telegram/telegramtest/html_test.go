package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// list shows entities as type[from:to] in UTF-16 units.
func list(entities []Entity) string {
	var out []string
	for _, e := range entities {
		s := fmt.Sprintf("%s[%d:%d]", e.Type, e.Offset, e.end())
		for _, extra := range []string{e.URL, e.Language, e.CustomEmojiID} {
			if extra != "" {
				s += "=" + extra
			}
		}
		if e.UserID != 0 {
			s += fmt.Sprintf("=%d", e.UserID)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestParseHTML(t *testing.T) {
	for _, tt := range []struct{ in, text, entities string }{
		{"", "", ""},
		{"首批项目", "首批项目", ""},
		{"<b>首批</b>项目", "首批项目", "bold[0:2]"},
		{"😀<b>x</b>", "😀x", "bold[2:3]"},
		{"<B>x</b >", "x", "bold[0:1]"},
		{"<b>x</>", "x", "bold[0:1]"},
		{"<strong>a</strong><em>b</em><ins>c</ins><del>d</del><strike>e</strike>", "abcde",
			"bold[0:1] italic[1:2] underline[2:3] strikethrough[3:4] strikethrough[4:5]"},
		{`<span class="tg-spoiler">x</span><tg-spoiler>y</tg-spoiler>`, "xy", "spoiler[0:1] spoiler[1:2]"},
		{`<a href="https://www.gov.cn/a?b=1&amp;c=2">见</a>`, "见", "text_link[0:1]=https://www.gov.cn/a?b=1&c=2"},
		{`<a href='HTTP://WWW.Gov.cn'>x</a>`, "x", "text_link[0:1]=http://www.gov.cn/"},
		{`<a>www.gov.cn</a>`, "www.gov.cn", "text_link[0:10]=http://www.gov.cn/"},
		{`<a href="http://localhost:8080/x">x</a>`, "x", ""},
		{`<a href="javascript:boom()">x</a>`, "x", ""},
		{`<a href="tg://user?id=42">x</a>`, "x", "text_mention[0:1]=42"},
		{"<blockquote>条款</blockquote>", "条款", "blockquote[0:2]"},
		{"<blockquote expandable>条款</blockquote>", "条款", "expandable_blockquote[0:2]"},
		{`<blockquote expandable="">条款</blockquote>`, "条款", "expandable_blockquote[0:2]"},
		{`<pre><code class="language-go">x</code></pre>`, "x", "pre[0:1]=go"},
		{"<pre>x</pre><code>y</code>", "xy", "pre[0:1] code[1:2]"},
		{`<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", "custom_emoji[0:2]=5368324170671202286"},
		{"&lt;b&gt; &amp;amp; &quot; &nbsp; & &#20013; &#x56FD; &lt", "<b> &amp; \" &nbsp; & 中 国 <", ""},
		{"a > b", "a > b", ""},
		{"<b></b>x", "x", ""},
		{"<b>a<i>b</i></b>", "ab", "bold[0:2] italic[1:2]"},
	} {
		text, entities, err := ParseHTML(tt.in)
		if err != nil || text != tt.text || list(entities) != tt.entities {
			t.Errorf("ParseHTML(%q) = %q, %s, %v, want %q, %s", tt.in, text, list(entities), err, tt.text, tt.entities)
		}
	}
}

func TestParseHTMLErrors(t *testing.T) {
	for _, tt := range []struct{ in, err string }{
		{"<x>", `Unsupported start tag "x" at byte offset 0`},
		{"首批<br/>", `Unsupported start tag "br/" at byte offset 6`},
		{"增长 < 5%", `Unsupported start tag "" at byte offset 7`},
		{"a<5", "Unclosed start tag at byte offset 1"},
		{"<b>x</i>", `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"<b><i>x</b></i>", `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`},
		{"<b>x", `Can't find end tag corresponding to start tag "b"`},
		{"x</b>", "Unexpected end tag at byte offset 1"},
		{"<b>x</b", "Unclosed end tag at byte offset 4"},
		{"<b>x</b y>", "Unclosed end tag at byte offset 4"},
		{"<span>x</span>", `Tag "span" must have class "tg-spoiler" at byte offset 0`},
		{`<a ="x">`, `Empty attribute name in the tag "a" at byte offset 0`},
		{`<a href="x"/>y</a>`, `Empty attribute name in the tag "a" at byte offset 0`},
		{`<a href`, `Unclosed start tag "a" at byte offset 0`},
		{`<a href=x/y>`, "Unexpected end of name token at byte offset 8"},
		{`<a href="x`, "Unclosed start tag at byte offset 0"},
		{`<a href=`, `Unclosed start tag "a" at byte offset 0`},
		{`<tg-emoji emoji-id="x">👍</tg-emoji>`, "Invalid custom emoji identifier specified"},
		{"&#55357;", "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"},
	} {
		_, _, err := ParseHTML(tt.in)
		if err == nil || err.Error() != tt.err {
			t.Errorf("ParseHTML(%q): %v, want %s", tt.in, err, tt.err)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, tt := range []struct{ name, in, text, entities string }{
		{"ends are trimmed", " \n首批 \n", "首批", ""},
		{"controls become spaces", "a\tb\x00c\r\nd", "a b c\nd", ""},
		{"direction marks vanish", "a\u202eb\u2028c", "abc", ""},
		{"entities move along", "\r\r<b>x</b>", "x", "bold[0:1]"},
		{"nested quotations are dropped", "<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", "blockquote[0:2]"},
		{"styles split at links", `<b>a<a href="https://a.example">b</a>c</b>`, "abc", "bold[0:1] text_link[1:2]=https://a.example/ bold[1:2] bold[2:3]"},
		{"touching styles join", "<b>a</b><b>b</b>", "ab", "bold[0:2]"},
		{"no style in code", "<code>a<b>b</b></code>", "ab", "code[0:2]"},
		{"blank entities vanish", "a<b> </b>b", "a b", ""},
		{"blank fronts are cut", "a<b> b</b>", "a b", "bold[2:3]"},
		{"links are found", "<b>见</b> https://www.gov.cn/x", "见 https://www.gov.cn/x", "bold[0:1] url[2:22]"},
		{"not in code", "<code>@plan_qa_bot</code>", "@plan_qa_bot", "code[0:12]"},
		{"in quotations too", "<blockquote>x @someone</blockquote>", "x @someone", "blockquote[0:10] mention[2:10]"},
	} {
		f, e := format(tt.in, "HTML", "")
		if e != nil || f.text != tt.text || list(f.entities) != tt.entities {
			t.Errorf("%s: %q, %s, %v, want %q, %s", tt.name, f.text, list(f.entities), e, tt.text, tt.entities)
		}
	}
}

func TestFormatLimits(t *testing.T) {
	f, e := format(strings.Repeat("<b>x</b> ", 150), "HTML", "")
	if e != nil || len(f.entities) != 100 || len(f.dropped) != 1 {
		t.Errorf("%d entities, %v dropped, %v", len(f.entities), f.dropped, e)
	}
	link := `<a href="https://a.example/` + strings.Repeat("x", 200) + `">x</a> `
	if _, e := format(strings.Repeat(link, 60), "HTML", ""); e == nil || e.text != "Bad Request: ENTITIES_TOO_LONG" {
		t.Errorf("long links: %v", e)
	}
	if _, e := format("a\xff", "", ""); e != errUTF8 {
		t.Errorf("invalid UTF-8: %v", e)
	}
	if _, e := format("a", "rtf", ""); e == nil {
		t.Error("an unknown parse mode passes")
	}
	f, e = format("ab cd", "", `[{"type":"bold","offset":0,"length":2},{"type":"mention","offset":3,"length":2}]`)
	if e != nil || list(f.entities) != "bold[0:2]" {
		t.Errorf("given entities: %s, %v", list(f.entities), e)
	}
}

func TestDetect(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"@plan_qa_bot 首批", "mention[0:12]"},
		{"请问@plan_qa_bot首批", ""},
		{"请问 @plan_qa_bot，首批", "mention[3:15]"},
		{"@plan_qa_bot首批", ""},
		{"@abc", ""},
		{"@gif", "mention[0:4]"},
		{"😀 @someone", "mention[3:11]"},
		{"/ask 首批", "bot_command[0:4]"},
		{"/ask@plan_qa_bot 首批", "bot_command[0:16]"},
		{"/ask首批", ""},
		{"你好 /ask", "bot_command[3:7]"},
		{"a/ask", ""},
		{"#首批 #123 #a#b", "hashtag[0:3]"},
		{"$GDP", "cashtag[0:4]"},
		{"a@b.example", "email[0:11]"},
		{"www.gov.cn。", ""},
		{"www.gov.cn 首批", "url[0:10]"},
		{"见www.gov.cn", "url[0:11]"},
		{"（www.gov.cn/a(b)）", "url[0:17]"},
		{"(www.gov.cn/a(b))", "url[1:16]"},
		{"https://www.gov.cn首批", "url[0:20]"},
		{"https://www.gov.cn/首批，见", "url[0:23]"},
		{"https://www.gov.cn/x 首批", "url[0:20]"},
		{"http://localhost/x", ""},
		{"http://10.1.2.3:80/x.", "url[0:20]"},
		{"2.5 增长5.5%", ""},
		{"index.html", ""},
		{"规划.中国 ok", "url[0:5]"},
		{"@www.gov.cn", ""},
		{"tg://resolve?domain=x", "url[0:21]"},
		{"a.b.", ""},
	} {
		if got := list(detect(tt.in)); got != tt.want {
			t.Errorf("detect(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestCheckLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.gov.cn": "https://www.gov.cn/", "www.gov.cn/a b": "http://www.gov.cn/a%20b",
		"http://localhost": "", "http://": "", "ftp://a.example": "", "http://a..example": "",
		"http://a.example:99999": "", "http://a.example?q=1": "http://a.example/?q=1",
		"https://t.me/bot?start=x": "https://t.me/bot?start=x",
	} {
		got, err := checkLink(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("checkLink(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func FuzzParseHTML(f *testing.F) {
	for _, s := range []string{
		"<b>首批</b>", "<a href=\"https://a.example\">x</a>", "<blockquote expandable>x<b>y</b></blockquote>",
		"&#x4e2d;&lt", "<pre><code class='language-go'>x", "</", "<", "<b ", "<a href='", "😀<i>\r</i>\u202e",
		"https://www.gov.cn首批 @a_bot #x a@b.cn", "<b>a<i>b</b>", "<s> <u>\n</u></s>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, entities, err := ParseHTML(s)
		if err != nil {
			return
		}
		inRange(t, text, entities)
		if !utf8.ValidString(s) {
			return
		}
		out, e := format(s, "HTML", "")
		if e != nil {
			return
		}
		if !utf8.ValidString(out.text) {
			t.Fatalf("invalid text %q", out.text)
		}
		inRange(t, out.text, out.entities)
		if !slices.IsSortedFunc(out.entities, func(a, b Entity) int { return a.Offset - b.Offset }) {
			t.Fatalf("not sorted: %s", list(out.entities))
		}
		again, e := format(out.text, "", "")
		if e != nil || again.text != out.text {
			t.Fatalf("%q changes to %q when sent again: %v", out.text, again.text, e)
		}
	})
}

func inRange(t *testing.T, text string, entities []Entity) {
	t.Helper()
	n := units(text)
	for _, e := range entities {
		if e.Offset < 0 || e.Length <= 0 || e.end() > n {
			t.Fatalf("entity %+v of a text of %d units", e, n)
		}
	}
}
