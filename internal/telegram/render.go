package telegram

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
)

// perPage is how many blocks of a list a message shows; the rest is one tap
// away.
const perPage = 9

// quoteUnits is how long a quotation may be to stand in one block.
const quoteUnits = 3000

// A page is one message of an answer.
type page struct {
	html  string
	pages int
}

// render writes page n of an answer; n beyond the last is the last.
func (b *Bot) render(a *answer.Answer, n int) page {
	pages := paged(b.blocks(a), perPage)
	n = min(max(n, 0), len(pages)-1)
	w := &writer{}
	if n > 0 {
		w.text(fmt.Sprintf("(接上页,第%d页,共%d页)", n+1, len(pages)))
	} else if len(pages) > 1 {
		w.text(fmt.Sprintf("(第1页,共%d页,发“还有吗”看下一页)", len(pages)))
	}
	text := joined(pages[n], "\n\n")
	if w.units > 0 {
		if n > 0 {
			text = w.block().html + "\n\n" + text
		} else {
			text += "\n\n" + w.block().html
		}
	}
	return page{text, len(pages)}
}

// blocks writes an answer: headline, then each quotation with its source, then
// what there is to note.
func (b *Bot) blocks(a *answer.Answer) []block {
	var out []block
	for i, part := range split(a.Headline, quoteUnits) {
		w := &writer{}
		if i == 0 && units(part) <= 200 {
			w.bold(part)
		} else {
			w.text(part)
		}
		out = append(out, w.block())
	}
	for i, c := range a.Citations {
		number := ""
		if len(a.Citations) > 1 {
			number = fmt.Sprintf("%d. ", i+1)
		}
		out = append(out, b.card(number, c)...)
	}
	for _, n := range a.Notes {
		w := &writer{}
		w.text(n)
		out = append(out, w.block())
	}
	for i, c := range a.Nearest {
		head := ""
		if i == 0 {
			head = "相近的条款(不是答案):\n"
		}
		out = append(out, b.card(head, c)...)
	}
	if a.Kind == answer.KindClarify && len(a.Suggest) > 0 {
		w := &writer{}
		for i, s := range a.Suggest {
			w.text(strings.TrimPrefix(fmt.Sprintf("\n%d. %s", i+1, s), map[bool]string{true: "\n"}[i == 0]))
		}
		out = append(out, w.block())
	}
	return out
}

// card writes a quotation with its source as a link. A long one is cut at ends
// of clauses into several blocks.
func (b *Bot) card(head string, c answer.Citation) []block {
	var out []block
	parts := split(c.Quote, quoteUnits)
	for i, part := range parts {
		w := &writer{}
		if i == 0 {
			w.text(head)
		}
		w.quote(part)
		if i == len(parts)-1 {
			w.raw("\n—— ")
			w.link(b.linkTo(c), b.opt.Chat.Engine().Source(c))
		}
		out = append(out, w.block())
	}
	return out
}

// linkTo returns where a citation can be read: in the reader, else in the
// private chat with the bot.
func (b *Bot) linkTo(c answer.Citation) string {
	if b.hasReader() {
		return b.opt.PublicURL + c.URL
	}
	return b.deepLink(refName(c.Plan, c.ID))
}

// deepLink opens the private chat with a payload.
func (b *Bot) deepLink(payload string) string {
	return "https://t.me/" + b.me.Username + "?start=" + payload
}

// hasReader reports whether the public address is one that Telegram makes
// links of: a host with a dot.
func (b *Bot) hasReader() bool { return ValidPublicURL(b.opt.PublicURL) }

// ValidPublicURL reports whether Telegram makes links of an address: http or
// https, and a host with a dot, as localhost and bare names are refused.
func ValidPublicURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.Contains(strings.Trim(u.Hostname(), "."), ".") && u.User == nil
}

// plain is an answer without markup, for the case that Telegram does not take
// the markup.
func plain(html string) string {
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(b.String())
}

// shown is a reply ready to be sent: its HTML, its buttons and its pages.
type shown struct {
	html    string
	buttons [][]button
	reply   *chat.Reply
	edit    string // message whose place it takes without being a reply; "" for none
	pages   int
	strict  bool // only as a reply to its question
}
