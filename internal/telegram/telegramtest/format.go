package telegramtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxText     = 4096
	maxCaption  = 1024
	maxEntities = 100
	// maxEntityData is where ENTITIES_TOO_LONG was seen; the exact sum is not
	// documented.
	maxEntityData = 9500
)

// A formatted is a text as Telegram keeps it.
type formatted struct {
	text     string
	entities []Entity
	dropped  []string // what was thrown away without an error
}

// format parses, cleans and trims a text and finds the entities nobody marked.
func format(raw, mode, entities string) (formatted, *apiError) {
	if !utf8.ValidString(raw) {
		return formatted{}, errUTF8
	}
	f, e := parseMode(raw, mode, entities)
	if e != nil {
		return formatted{}, e
	}
	f.clean()
	f.fix()
	f.trim()
	if f.text == "" {
		return f, nil
	}
	if n := len(f.entities); n > maxEntities {
		f.dropped = append(f.dropped, fmt.Sprintf("%d entities over %d", n-maxEntities, maxEntities))
		f.entities = f.entities[:maxEntities]
	}
	if size := entityData(f.entities); size > maxEntityData {
		return f, bad("ENTITIES_TOO_LONG")
	}
	f.merge(detect(f.text))
	return f, nil
}

func entityData(list []Entity) int {
	size := 0
	for _, e := range list {
		size += 12 + len(e.URL) + len(e.Language)
	}
	return size
}

func parseMode(raw, mode, entities string) (formatted, *apiError) {
	switch strings.ToLower(mode) {
	case "":
		list, e := parseEntities(entities)
		return formatted{text: raw, entities: list}, e
	case "html":
		p := &htmlParser{in: raw}
		if err := p.parse(); err != nil {
			return formatted{}, bad("can't parse entities: %s", err)
		}
		return formatted{text: string(p.out), entities: p.entities, dropped: p.dropped}, nil
	case "markdown", "markdownv2":
		return formatted{}, bad("telegramtest does not model the parse mode %s", mode)
	}
	return formatted{}, bad("unsupported parse_mode")
}

// parseEntities reads entities that the bot marked itself. Those that Telegram
// finds alone are ignored, as there.
func parseEntities(s string) ([]Entity, *apiError) {
	if s == "" {
		return nil, nil
	}
	var list []Entity
	if err := json.Unmarshal([]byte(s), &list); err != nil {
		return nil, bad("can't parse MessageEntity: expected an Array of MessageEntity")
	}
	for i, e := range list {
		if e.Type == "text_link" {
			url, err := checkLink(e.URL)
			if err != nil {
				return nil, bad("entity URL '%s' is invalid: %s", e.URL, err)
			}
			list[i].URL = url
		}
	}
	own := []string{"text_link", "text_mention", "custom_emoji", "pre", "code"}
	list = slices.DeleteFunc(list, func(e Entity) bool {
		return e.Length <= 0 || e.Offset < 0 || !isQuote(e.Type) && styleIndex(e.Type) < 0 && !slices.Contains(own, e.Type)
	})
	slices.SortStableFunc(list, compareEntities)
	return list, nil
}

// cleanRune returns what becomes of a rune of a sent text: control characters
// become spaces; returns, line separators, direction marks and combining
// vertical lines vanish.
func cleanRune(r rune) (rune, bool) {
	switch {
	case r == '\n':
		return r, true
	case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
		return 0, false
	case r < ' ':
		return ' ', true
	}
	return r, true
}

// clean applies cleanRune and moves the entities along.
func (f *formatted) clean() {
	var b strings.Builder
	at := []int{} // the new offset of each old unit
	n := 0
	for _, r := range f.text {
		for range units(string(r)) {
			at = append(at, n)
		}
		if c, keep := cleanRune(r); keep {
			b.WriteRune(c)
			n += units(string(c))
		}
	}
	at = append(at, n)
	f.text = b.String()
	for i, e := range f.entities {
		from, to := at[min(e.Offset, len(at)-1)], at[min(e.end(), len(at)-1)]
		f.entities[i].Offset, f.entities[i].Length = from, to-from
	}
}

// trim cuts white space at both ends, but not before an entity that begins
// with the text.
func (f *formatted) trim() {
	f.text = strings.TrimRight(f.text, " \n")
	end := units(f.text)
	first := end
	for i, e := range f.entities {
		f.entities[i].Length = min(e.end(), end) - e.Offset
		first = min(first, e.Offset)
	}
	f.entities = slices.DeleteFunc(f.entities, func(e Entity) bool { return e.Length <= 0 })
	cut := 0
	for cut < first && cut < len(f.text) && (f.text[cut] == ' ' || f.text[cut] == '\n') {
		cut++
	}
	f.text = f.text[cut:]
	for i := range f.entities {
		f.entities[i].Offset -= cut
	}
}

var styles = []string{"bold", "italic", "underline", "strikethrough", "spoiler"}

func styleIndex(kind string) int { return slices.Index(styles, kind) }

func isQuote(kind string) bool { return kind == "blockquote" || kind == "expandable_blockquote" }

// hidden reports whether an entity carries data that its text does not show:
// such an entity may cover white space only.
func hidden(kind string) bool {
	return kind == "text_link" || kind == "text_mention" || kind == "pre" || kind == "code"
}

// split sorts the entities into styles, quotations and the rest.
func (f *formatted) split() (style, quotes, rest []Entity) {
	for _, e := range f.entities {
		switch {
		case styleIndex(e.Type) >= 0:
			style = append(style, e)
		case isQuote(e.Type):
			quotes = append(quotes, e)
		default:
			if e.Type == "code" {
				e.Language = ""
			}
			rest = append(rest, e)
		}
	}
	return style, quotes, rest
}

// fix makes the entities fit each other as Telegram does: quotations do not
// nest, links do not overlap, styles are split where those begin and end.
func (f *formatted) fix() {
	f.shrink()
	style, quotes, rest := f.split()
	kept := withoutOverlap(quotes)
	if n := len(quotes) - len(kept); n > 0 {
		f.dropped = append(f.dropped, fmt.Sprintf("%d nested blockquote", n))
	}
	n := len(rest)
	rest = notAcross(withoutOverlap(rest), kept)
	if n -= len(rest); n > 0 {
		f.dropped = append(f.dropped, fmt.Sprintf("%d overlapping entity", n))
	}
	blocks := append(rest, kept...)
	slices.SortStableFunc(blocks, compareEntities)
	f.entities = append(blocks, splitStyles(style, blocks)...)
	slices.SortStableFunc(f.entities, compareEntities)
	f.shrink()
}

// merge adds entities that Telegram found by itself where nothing is yet.
func (f *formatted) merge(found []Entity) {
	style, quotes, rest := f.split()
	for _, e := range notAcross(found, quotes) {
		free := !slices.ContainsFunc(rest, func(o Entity) bool { return e.Offset < o.end() && o.Offset < e.end() })
		if free && len(style)+len(quotes)+len(rest) < maxEntities {
			rest = append(rest, e)
		}
	}
	blocks := append(rest, quotes...)
	slices.SortStableFunc(blocks, compareEntities)
	f.entities = append(blocks, splitStyles(style, blocks)...)
	slices.SortStableFunc(f.entities, compareEntities)
}

// shrink takes white space off the front of entities, and drops those with
// nothing else.
func (f *formatted) shrink() {
	blank := blanks(f.text)
	f.entities = slices.DeleteFunc(f.entities, func(e Entity) bool {
		return e.Length <= 0 || e.Offset >= len(blank)
	})
	for i, e := range f.entities {
		for e.Length > 0 && !hidden(e.Type) && blank[e.Offset] {
			e.Offset++
			e.Length--
		}
		f.entities[i] = e
	}
	f.entities = slices.DeleteFunc(f.entities, func(e Entity) bool { return e.Length <= 0 })
	slices.SortStableFunc(f.entities, compareEntities)
}

// blanks tells for each UTF-16 unit whether it is white space.
func blanks(s string) []bool {
	var out []bool
	for _, r := range s {
		for range units(string(r)) {
			out = append(out, r == ' ' || r == '\n')
		}
	}
	return out
}

// withoutOverlap keeps of sorted entities those that begin behind all before.
func withoutOverlap(list []Entity) []Entity {
	var kept []Entity
	end := 0
	for _, e := range list {
		if e.Offset >= end {
			kept = append(kept, e)
			end = e.end()
		}
	}
	return kept
}

// notAcross keeps the entities that lie inside or outside quotations, not
// across an edge.
func notAcross(list, quotes []Entity) []Entity {
	return slices.DeleteFunc(slices.Clone(list), func(e Entity) bool {
		return slices.ContainsFunc(quotes, func(q Entity) bool {
			apart := e.end() <= q.Offset || q.end() <= e.Offset
			inside := q.Offset <= e.Offset && e.end() <= q.end()
			return !apart && !inside
		})
	})
}

// splitStyles joins styles of one type that touch and splits them at the edges
// of the blocks and where another style begins. Nothing is styled in code.
func splitStyles(style, blocks []Entity) []Entity {
	var cuts []int
	for _, b := range blocks {
		cuts = append(cuts, b.Offset, b.end())
	}
	joined := make([][]Entity, len(styles))
	for _, e := range style {
		list := &joined[styleIndex(e.Type)]
		if n := len(*list); n > 0 && e.Offset <= (*list)[n-1].end() {
			(*list)[n-1].Length = max((*list)[n-1].end(), e.end()) - (*list)[n-1].Offset
			continue
		}
		*list = append(*list, e)
	}
	for _, list := range joined {
		for _, e := range list {
			cuts = append(cuts, e.Offset)
		}
	}
	slices.Sort(cuts)
	var out []Entity
	for _, list := range joined {
		for _, e := range list {
			out = append(out, cutAt(e, cuts)...)
		}
	}
	return slices.DeleteFunc(out, func(e Entity) bool {
		return slices.ContainsFunc(blocks, func(b Entity) bool {
			return (b.Type == "pre" || b.Type == "code") && b.Offset <= e.Offset && e.end() <= b.end()
		})
	})
}

func cutAt(e Entity, cuts []int) []Entity {
	var out []Entity
	for _, c := range cuts {
		if c > e.Offset && c < e.end() {
			out = append(out, Entity{Type: e.Type, Offset: e.Offset, Length: c - e.Offset})
			e.Length = e.end() - c
			e.Offset = c
		}
	}
	return append(out, e)
}
