package telegram

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A block is a part of a message that is not to be torn apart: HTML of
// Telegram's kind, and what it weighs.
type block struct {
	html     string
	units    int // of the visible text, in UTF-16 units
	entities int
}

// A writer makes a block. Everything dynamic comes in through its methods,
// which escape; nothing else writes markup.
type writer struct {
	b        strings.Builder
	units    int
	entities int
}

// escaper leaves quotes alone in text, as Telegram shows &#34; as it is.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// lively is what Telegram makes links, mentions, commands or hashtags of by
// itself. In an answer none of it may ping or lead anywhere.
var lively = regexp.MustCompile(`(?i)https?://[^\s"“”「」<>]+|[a-z0-9_.+-]+@[a-z0-9.-]+|@[a-z0-9_]{2,}|#[\p{L}\p{N}_]+|\$[a-z]+|/[a-z0-9_]+(?:@[a-z0-9_]+)?|(?:[\p{L}\p{N}_-]{1,63}\.)+(?:[a-z]{2,}|中国|公司|网络|在线|网址|政务|公益|信息|新闻|网站|集团|移动|手机|商城)(?:[/?#:][^\s"“”「」<>]*)?`)

// livelyIn returns where a text would come to life. A sign inside a word
// (微克/m3) does not.
func livelyIn(s string) [][]int {
	return slices.DeleteFunc(lively.FindAllStringIndex(s, -1), func(at []int) bool {
		before, _ := utf8.DecodeLastRuneInString(s[:at[0]])
		return strings.ContainsRune("@#$/", rune(s[at[0]])) && at[0] > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before) || before == '_')
	})
}

// maxLively is how much of one text is quieted piece by piece. Telegram ignores
// entities over a hundred, and what they quieted would come to life.
const maxLively = 10

// text writes plain text. What would come to life is set as code, which stands
// unchanged and stays quiet.
func (w *writer) text(s string) {
	s = valid(s)
	last := 0
	found := livelyIn(s)
	if len(found) > maxLively {
		found = [][]int{{0, len(s)}}
	}
	for _, at := range found {
		w.raw(s[last:at[0]])
		w.b.WriteString("<code>")
		w.raw(s[at[0]:at[1]])
		w.b.WriteString("</code>")
		w.entities++
		last = at[1]
	}
	w.raw(s[last:])
}

// raw writes text that is escaped and no more.
func (w *writer) raw(s string) {
	w.b.WriteString(escaper.Replace(s))
	w.units += units(s)
}

func (w *writer) bold(s string) {
	w.b.WriteString("<b>")
	w.text(s)
	w.b.WriteString("</b>")
	w.entities++
}

// quote writes a verbatim quotation, folded up when it is long.
func (w *writer) quote(s string) {
	w.b.WriteString("<blockquote expandable>")
	w.text(s)
	w.b.WriteString("</blockquote>")
	w.entities++
}

func (w *writer) link(href, s string) {
	w.b.WriteString(`<a href="` + html.EscapeString(valid(href)) + `">`)
	w.raw(valid(s))
	w.b.WriteString("</a>")
	w.entities++
}

func (w *writer) block() block { return block{w.b.String(), w.units, w.entities} }

// units is the length of a text as Telegram counts it.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// valid drops what cannot be sent: bytes that are no UTF-8 and control
// characters, which Telegram would turn into blanks.
func valid(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == '\uFFFD' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// Limits of a message, with room for page numbers.
const (
	maxUnits    = 3900
	maxEntities = 90
)

// split cuts a text into parts of at most limit units, at the ends of clauses
// where it can.
func split(s string, limit int) []string {
	var out []string
	for units(s) > limit {
		at, n := 0, 0
		fallback := 0
		for i, r := range s {
			if n += utf16.RuneLen(r); n > limit {
				fallback = i
				break
			}
			if strings.ContainsRune("。;；\n", r) {
				at = i + len(string(r))
			}
		}
		if at == 0 {
			at = fallback
		}
		out = append(out, s[:at])
		s = s[at:]
	}
	return append(out, s)
}

// paged packs blocks into messages: as many as fit, at most perPage of those
// that count.
func paged(blocks []block, perPage int) [][]block {
	var pages [][]block
	var page []block
	u, e := 0, 0
	for _, b := range blocks {
		if len(page) > 0 && (u+b.units+2 > maxUnits || e+b.entities > maxEntities || len(page) >= perPage) {
			pages = append(pages, page)
			page, u, e = nil, 0, 0
		}
		page = append(page, b)
		u += b.units + 2
		e += b.entities
	}
	return append(pages, page)
}

// joined is the HTML of a page.
func joined(page []block, sep string) string {
	parts := make([]string, len(page))
	for i, b := range page {
		parts[i] = b.html
	}
	return strings.Join(parts, sep)
}
