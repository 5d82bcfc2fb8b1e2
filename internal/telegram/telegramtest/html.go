package telegramtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// An Entity is one stretch of a text with a meaning: a link, a quotation, a
// mention. Offset and Length count UTF-16 code units.
type Entity struct {
	Type          string `json:"type"`
	Offset        int    `json:"offset"`
	Length        int    `json:"length"`
	URL           string `json:"url,omitempty"`
	Language      string `json:"language,omitempty"`
	CustomEmojiID string `json:"custom_emoji_id,omitempty"`

	// UserID is the user of a text_mention. The wire has the whole user.
	UserID int64 `json:"-"`
}

func (e Entity) end() int { return e.Offset + e.Length }

// tagTypes says which entity each tag makes. Tags that are not here are refused.
var tagTypes = map[string]string{
	"a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
	"u": "underline", "ins": "underline", "tg-spoiler": "spoiler", "span": "spoiler",
	"tg-emoji": "custom_emoji", "pre": "pre", "code": "code", "blockquote": "blockquote",
}

// An openTag is a start tag that waits for its end tag.
type openTag struct {
	name     string
	argument string
	offset   int // in UTF-16 units of the output
	begin    int // in bytes of the output
}

// An htmlParser reads Telegram's HTML. It is strict where Telegram is: about
// tag names, nesting and attributes. It is lax where Telegram is: about stray
// ampersands and missing semicolons.
type htmlParser struct {
	in        string
	i         int
	out       []byte
	units     int // of out, in UTF-16
	open      []openTag
	entities  []Entity
	dropped   []string
	surrogate bool
}

// ParseHTML parses a text as the parse mode HTML does. The entities are as the
// tags made them, not yet joined, split and cut as those of a sent message are.
// The error is what Telegram appends to "can't parse entities: ".
func ParseHTML(s string) (text string, entities []Entity, err error) {
	p := &htmlParser{in: s}
	if err := p.parse(); err != nil {
		return "", nil, err
	}
	return string(p.out), p.entities, nil
}

// at returns the byte at i, or 0 behind the end: the grammar treats the end as
// a space that closes nothing.
func (p *htmlParser) at(i int) byte {
	if i < len(p.in) {
		return p.in[i]
	}
	return 0
}

func (p *htmlParser) parse() error {
	for p.i < len(p.in) {
		var err error
		switch c := p.in[p.i]; {
		case c == '<' && p.at(p.i+1) == '/':
			err = p.endTag()
		case c == '<':
			err = p.startTag()
		case c == '&':
			p.reference()
		default:
			p.char()
		}
		if err != nil {
			return err
		}
	}
	if n := len(p.open); n > 0 {
		return refusal("Can't find end tag corresponding to start tag %q", p.open[n-1].name)
	}
	if p.surrogate {
		return refusal("Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units")
	}
	slices.SortStableFunc(p.entities, compareEntities)
	return nil
}

func (p *htmlParser) char() {
	_, n := utf8.DecodeRuneInString(p.in[p.i:])
	p.emit(p.in[p.i : p.i+n])
	p.i += n
}

func (p *htmlParser) emit(s string) {
	p.out = append(p.out, s...)
	p.units += units(s)
}

// reference copies a character reference decoded, or its ampersand as it is.
func (p *htmlParser) reference() {
	code, next := p.decode(p.i)
	if code == 0 {
		p.emit("&")
		p.i++
		return
	}
	p.i = next
	if code >= 0xd800 && code <= 0xdfff {
		p.surrogate = true
		return
	}
	p.emit(string(rune(code)))
}

// decode reads the character reference at pos. The code 0 says there is none.
func (p *htmlParser) decode(pos int) (code uint32, next int) {
	if p.at(pos+1) == '#' {
		code, next = p.number(pos + 2)
		if code == 0 || code >= 0x10ffff || next-pos >= 10 {
			return 0, pos
		}
	} else {
		next = pos + 1
		for isAlpha(p.at(next)) {
			next++
		}
		code = map[string]uint32{"lt": '<', "gt": '>', "amp": '&', "quot": '"'}[p.in[pos+1:next]]
		if code == 0 {
			return 0, pos
		}
	}
	if p.at(next) == ';' {
		next++
	}
	return code, next
}

func (p *htmlParser) number(i int) (code uint32, next int) {
	base := uint32(10)
	if p.at(i) == 'x' {
		base = 16
		i++
	}
	for ; ; i++ {
		d, ok := digit(p.at(i))
		if !ok || d >= base {
			return code, i
		}
		code = code*base + d
	}
}

func digit(c byte) (uint32, bool) {
	switch {
	case c >= '0' && c <= '9':
		return uint32(c - '0'), true
	case c >= 'a' && c <= 'f':
		return uint32(c-'a') + 10, true
	case c >= 'A' && c <= 'F':
		return uint32(c-'A') + 10, true
	}
	return 0, false
}

func (p *htmlParser) startTag() error {
	begin := p.i
	i := p.i + 1
	for !isSpace(p.at(i)) && p.at(i) != '>' {
		i++
	}
	if p.at(i) == 0 {
		return refusal("Unclosed start tag at byte offset %d", begin)
	}
	name := strings.ToLower(p.in[begin+1 : i])
	if tagTypes[name] == "" {
		return refusal("Unsupported start tag \"%s\" at byte offset %d", name, begin)
	}
	argument, i, err := p.attributes(name, begin, i)
	if err != nil {
		return err
	}
	if name == "span" && argument != "spoiler" {
		return refusal("Tag \"span\" must have class \"tg-spoiler\" at byte offset %d", begin)
	}
	p.open = append(p.open, openTag{name, argument, p.units, len(p.out)})
	p.i = i + 1
	return nil
}

// attributes reads up to the closing angle bracket and returns its position
// and the one attribute value that matters for the tag.
func (p *htmlParser) attributes(tag string, begin, i int) (argument string, end int, err error) {
	for p.at(i) != '>' {
		i = p.skipSpace(i)
		if p.at(i) == '>' {
			break
		}
		start := i
		for !isSpace(p.at(i)) && !strings.ContainsRune("=>/\"'", rune(p.at(i))) {
			i++
		}
		name := p.in[start:min(i, len(p.in))]
		if name == "" {
			return "", 0, refusal("Empty attribute name in the tag \"%s\" at byte offset %d", tag, begin)
		}
		i = p.skipSpace(i)
		value := ""
		if p.at(i) == '=' {
			value, i, err = p.value(tag, begin, i+1)
			if err != nil {
				return "", 0, err
			}
		} else if p.at(i) == 0 {
			return "", 0, refusal("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
		}
		if a, ok := tagArgument(tag, name, value); ok {
			argument = a
		}
	}
	return argument, i, nil
}

func tagArgument(tag, name, value string) (string, bool) {
	switch tag + " " + name {
	case "a href", "tg-emoji emoji-id":
		return value, true
	case "code class":
		return strings.CutPrefix(value, "language-")
	case "span class":
		return strings.CutPrefix(value, "tg-")
	case "blockquote expandable":
		return "1", true
	}
	return "", false
}

func (p *htmlParser) skipSpace(i int) int {
	for p.at(i) != 0 && isSpace(p.at(i)) {
		i++
	}
	return i
}

func (p *htmlParser) value(tag string, begin, i int) (value string, end int, err error) {
	i = p.skipSpace(i)
	quote := p.at(i)
	switch quote {
	case 0:
		return "", 0, refusal("Unclosed start tag \"%s\" at byte offset %d", tag, begin)
	case '\'', '"':
		value, i = p.quoted(quote, i+1)
	default:
		start := i
		for isAlpha(p.at(i)) || isDigit(p.at(i)) || p.at(i) == '.' || p.at(i) == '-' {
			i++
		}
		if !isSpace(p.at(i)) && p.at(i) != '>' {
			return "", 0, refusal("Unexpected end of name token at byte offset %d", start)
		}
		value = strings.ToLower(p.in[start:i])
	}
	if p.at(i) == 0 {
		return "", 0, refusal("Unclosed start tag at byte offset %d", begin)
	}
	return value, i, nil
}

func (p *htmlParser) quoted(quote byte, i int) (value string, end int) {
	var b []byte
	for p.at(i) != quote && p.at(i) != 0 {
		if p.at(i) == '&' {
			if code, next := p.decode(i); code != 0 {
				b = utf8.AppendRune(b, rune(code))
				i = next
				continue
			}
		}
		b = append(b, p.in[i])
		i++
	}
	if p.at(i) == quote {
		i++
	}
	return string(b), i
}

func (p *htmlParser) endTag() error {
	begin := p.i
	if len(p.open) == 0 {
		return refusal("Unexpected end tag at byte offset %d", begin)
	}
	i := begin + 1
	for !isSpace(p.at(i)) && p.at(i) != '>' {
		i++
	}
	name := strings.ToLower(p.in[begin+2 : max(i, begin+2)])
	i = p.skipSpace(i)
	if p.at(i) != '>' {
		return refusal("Unclosed end tag at byte offset %d", begin)
	}
	top := p.open[len(p.open)-1]
	if name != "" && name != top.name {
		return refusal("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", begin, top.name, name)
	}
	p.open = p.open[:len(p.open)-1]
	p.i = i + 1
	if p.units == top.offset {
		return nil
	}
	return p.close(top)
}

// close makes the entity of a tag that has just ended.
func (p *htmlParser) close(t openTag) error {
	e := Entity{Type: tagTypes[t.name], Offset: t.offset, Length: p.units - t.offset}
	switch t.name {
	case "tg-emoji":
		if id, err := strconv.ParseInt(t.argument, 10, 64); err != nil || id == 0 {
			return refusal("Invalid custom emoji identifier specified")
		}
		e.CustomEmojiID = t.argument
	case "a":
		return p.closeLink(t, e)
	case "pre", "code":
		p.closePre(t, e)
		return nil
	case "blockquote":
		if t.argument != "" {
			e.Type = "expandable_blockquote"
		}
	}
	p.entities = append(p.entities, e)
	return nil
}

func (p *htmlParser) closeLink(t openTag, e Entity) error {
	href := t.argument
	if href == "" {
		href = string(p.out[t.begin:])
	}
	if id, ok := userLink(href); ok {
		e.Type, e.UserID = "text_mention", id
		p.entities = append(p.entities, e)
		return nil
	}
	url, err := checkLink(href)
	if err != nil {
		// Telegram sends the text without the link and says nothing.
		p.dropped = append(p.dropped, "link "+href)
		return nil
	}
	e.URL = url
	p.entities = append(p.entities, e)
	return nil
}

// closePre joins <pre><code class="language-x"> into one pre with a language.
func (p *htmlParser) closePre(t openTag, e Entity) {
	if n := len(p.entities); n > 0 {
		last := &p.entities[n-1]
		same := last.Offset == e.Offset && last.Length == e.Length
		if same && e.Type == "pre" && last.Type == "code" && last.Language != "" {
			last.Type = "pre"
			return
		}
		if same && e.Type == "code" && last.Type == "pre" && t.argument != "" {
			last.Language = t.argument
			return
		}
	}
	if e.Type == "code" {
		e.Language = t.argument // of use only to a pre around it
	}
	p.entities = append(p.entities, e)
}

// compareEntities sorts by place, outer entities first.
func compareEntities(a, b Entity) int {
	return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length),
		cmp.Compare(rank(a.Type), rank(b.Type)))
}

// rank orders entities over the same stretch: quotations outside, styles last.
func rank(kind string) int {
	switch {
	case isQuote(kind):
		return 0
	case styleIndex(kind) >= 0:
		return 2
	}
	return 1
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0 || c == '\v'
}
func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// units returns the length of s in UTF-16 code units.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}
