package corpus

import (
	"strings"
	"unicode/utf8"
)

// A numbering is one shape of heading numbers. Ranks order shapes from the
// outside in.
type numbering struct {
	rank   int
	open   []string // before the number; nil for none
	zh     bool     // takes Chinese numbers
	arabic bool     // takes digits
	close  []string // after the number
	tight  bool     // no digit may follow: 1.5 is no heading
}

// The numberings known. The first that fits is taken.
var numberings = []numbering{
	{rank: 0, open: []string{"第"}, zh: true, arabic: true, close: []string{"编", "篇", "部分"}},
	{rank: 1, open: []string{"第"}, zh: true, arabic: true, close: []string{"章"}},
	{rank: 2, open: []string{"第"}, zh: true, arabic: true, close: []string{"节"}},
	{rank: 3, zh: true, close: []string{"、", "．", "."}},
	{rank: rankArticle, open: []string{"第"}, zh: true, arabic: true, close: []string{"条"}},
	{rank: 5, open: []string{"（", "("}, zh: true, close: []string{"）", ")"}},
	{rank: 6, arabic: true, close: []string{".", "．", "、", "﹒"}, tight: true},
	{rank: 7, open: []string{"（", "("}, arabic: true, close: []string{"）", ")"}},
	{rank: 8, arabic: true, close: []string{"）", ")"}},
}

const (
	rankArticle = 4  // 第X条
	rankCircled = 9  // ①
	rankPlain   = -1 // a heading without number: as outer as can be
)

// A number is the numbering of one heading.
type number struct {
	rank int
	no   int
	len  int // bytes, with the white space that follows
}

// scanNumber reads a heading number at the start of s.
func scanNumber(s string) (number, bool) {
	if r, n := utf8.DecodeRuneInString(s); '①' <= r && r <= '⑳' {
		return number{rank: rankCircled, no: int(r-'①') + 1, len: n + blanks(s[n:])}, true
	}
	for _, shape := range numberings {
		if no, n := shape.scan(s); n > 0 {
			return number{rank: shape.rank, no: no, len: n + blanks(s[n:])}, true
		}
	}
	return number{}, false
}

func (shape numbering) scan(s string) (no, n int) {
	if shape.open != nil {
		w, ok := cutPrefix(s, shape.open)
		if !ok {
			return 0, 0
		}
		n = len(w)
	}
	size := 0
	if shape.zh {
		no, size = scanZh(s[n:])
	}
	if size == 0 && shape.arabic {
		no, size = scanInt(s[n:])
	}
	if size == 0 || no == 0 {
		return 0, 0
	}
	n += size
	w, ok := cutPrefix(s[n:], shape.close)
	if !ok {
		return 0, 0
	}
	n += len(w)
	if _, d := digit(s[n:]); shape.tight && d > 0 {
		return 0, 0
	}
	return no, n
}

// blanks is the number of bytes of white space at the start of s.
func blanks(s string) int {
	return len(s) - len(strings.TrimLeftFunc(s, isBlank))
}

// A heading is a line that starts a section.
type heading struct {
	line  int // index in parser.lines
	num   number
	whole Span // numbering and title
	title Span // empty for an item that has none
	rest  Span // the item's text on the heading's own line
	mark  Span // a mark that stands in the heading; empty for none
	note  bool // a closing note such as 施行说明
}

// findHeadings finds the headings of all lines.
func (p *parser) findHeadings() {
	for i, ln := range p.lines {
		if ln.why != "" {
			continue
		}
		if h, ok := p.headingAt(ln.Span); ok {
			h.line = i
			p.heads = append(p.heads, h)
		}
	}
	if len(p.heads) == 0 {
		p.findPlainHeadings()
	}
	p.settleTitles()
}

// headingAt reads a heading at the start of a line.
func (p *parser) headingAt(ln Span) (heading, bool) {
	s := ln.In(p.text)
	if num, ok := scanNumber(s); ok {
		return p.headingText(ln, num), true
	}
	if n := noteLen(s); n > 0 {
		if num, ok := scanNumber(s[n:]); ok { // “施行说明：第十九条 …”
			p.skips = append(p.skips, Block{BlockSkipped, Span{ln.Start, ln.Start + n}, "note before a heading"})
			return p.headingText(Span{ln.Start + n, ln.End}, num), true
		}
		title := trimFunc(p.text, Span{ln.Start, ln.Start + n}, isBlank, isColon)
		return heading{
			num:   number{rank: rankPlain},
			whole: Span{ln.Start, ln.Start + n}, title: title,
			rest: trim(p.text, Span{ln.Start + n, ln.End}), note: true,
		}, true
	}
	if kindOf(s) != KindSection && runes(s) <= 10 {
		return heading{num: number{rank: rankPlain}, whole: ln, title: ln, rest: Span{ln.End, ln.End}}, true
	}
	return heading{}, false
}

// headingText splits a numbered line into title and run-in text.
func (p *parser) headingText(ln Span, num number) heading {
	h := heading{num: num}
	rest := Span{ln.Start + num.len, ln.End}
	h.title, h.rest = p.splitTitle(rest)
	if num.rank == rankArticle && p.isSentence(h) {
		h.title, h.rest = Span{rest.Start, rest.Start}, rest
	}
	p.takeMark(&h, rest)
	h.whole = Span{ln.Start, h.title.End}
	if strings.HasPrefix(p.text[h.title.End:ln.End], "】") {
		h.whole.End += len("】")
	}
	if h.title.Empty() {
		h.whole.End = ln.Start + num.len
		h.whole = trim(p.text, h.whole)
	}
	return h
}

// takeMark takes a mark off a title. It governs what follows, unless that has
// marks of its own: then the title is the first of the sentences.
func (p *parser) takeMark(h *heading, whole Span) {
	m := p.lineMark(h.title)
	switch {
	case m.Empty():
	case h.rest.Empty() || len(p.marksIn(h.rest)) == 0:
		h.mark = m
		h.title = trimFunc(p.text, Span{h.title.Start, m.Start}, isBlank, isTailPunct)
	default:
		h.title, h.rest = Span{whole.Start, whole.Start}, whole
	}
}

// isSentence reports whether the title of an article is its first sentence:
// articles mostly have none.
func (p *parser) isSentence(h heading) bool {
	title := h.title.In(p.text)
	return !strings.HasPrefix(p.text[h.title.End:], "】") && !h.rest.Empty() &&
		(runes(title) > 12 || strings.ContainsAny(title, "，,"))
}

// Lengths, in runes, beyond which a first sentence is text and no title.
const (
	maxRunIn = 45 // “标题。正文”
	maxColon = 16 // “标题：正文”
	maxOwn   = 60 // a line of its own
)

// splitTitle splits what follows a heading's number into title and text. The
// title has neither full stop nor brackets around it.
func (p *parser) splitTitle(in Span) (title, rest Span) {
	s := in.In(p.text)
	if strings.HasPrefix(s, "【") {
		if i := strings.Index(s, "】"); i > 0 && !isRoleLabel(s[len("【"):i]) {
			return Span{in.Start + len("【"), in.Start + i}, trim(p.text, Span{in.Start + i + len("】"), in.End})
		}
	}
	if i := strings.IndexAny(s, "：:"); i > 0 && runes(s[:i]) <= maxColon && !strings.ContainsAny(s[:i], "，。,；（(") && !isRoleLabel(s) {
		n := i + len(firstOf(s[i:]))
		if rest := trim(p.text, Span{in.Start + n, in.End}); !rest.Empty() {
			return Span{in.Start, in.Start + i}, rest
		}
	}
	if i := strings.IndexAny(s, "。"); i >= 0 {
		n := i + len("。")
		rest := trim(p.text, Span{in.Start + n, in.End})
		if runes(s[:i]) > maxRunIn || strings.ContainsAny(s[:i], "；;") {
			return Span{in.Start, in.Start}, in
		}
		return Span{in.Start, in.Start + i}, rest
	}
	if i := strings.IndexAny(s, "；;"); i >= 0 && i < len(s)-len("；") || runes(s) > maxOwn && p.lineMark(in).Empty() {
		return Span{in.Start, in.Start}, in
	}
	return trimFunc(p.text, in, isBlank, isTailPunct), Span{in.End, in.End}
}

// settleTitles turns titles into text where nothing stands below them: a list
// item that is one sentence is text and has no title.
func (p *parser) settleTitles() {
	for i := range p.heads {
		h := &p.heads[i]
		if h.title.Empty() || h.num.len == 0 {
			continue // nothing to turn, or no number that would stay as heading
		}
		bare := !h.rest.Empty() && p.isOwnLine(h.rest) // “标题。（责任单位：…）”
		if p.hasBelow(i) {
			if bare {
				h.mark, h.rest = h.rest, Span{h.rest.End, h.rest.End}
			}
			continue
		}
		if !h.rest.Empty() && !bare {
			continue
		}
		ln := p.lines[h.line]
		if h.num.rank < rankArticle && h.mark.Empty() && lastRune(ln.In(p.text)) != '。' {
			continue // an empty chapter, which Lint reports
		}
		start := h.title.Start
		h.rest = Span{start, ln.End}
		h.title = Span{start, start}
		h.whole = trim(p.text, Span{h.whole.Start, start})
		h.mark = Span{}
	}
}

// hasBelow reports whether text or inner headings follow heading i.
func (p *parser) hasBelow(i int) bool {
	next := p.heads[i].line + 1
	for next < len(p.lines) && p.lines[next].why != "" {
		next++
	}
	if next == len(p.lines) {
		return false
	}
	if i+1 < len(p.heads) && p.heads[i+1].line == next {
		return p.heads[i+1].num.rank > p.heads[i].num.rank
	}
	return true
}

// The words of closing notes, which stand before a colon.
var noteWords = []string{"施行说明", "实施说明", "公开方式", "附件", "备注", "说明", "注"}

// noteLen is the number of bytes of a closing note's word with its colon at
// the start of s, or 0.
func noteLen(s string) int {
	w, ok := cutPrefix(s, noteWords)
	if !ok || !isColon(firstRune(s[len(w):])) {
		return 0
	}
	return len(w) + len(firstOf(s[len(w):]))
}

func isColon(r rune) bool { return r == '：' || r == ':' || isBlank(r) }

// findPlainHeadings finds the headings of a text without any number: short
// lines of one sentence, each followed by a longer one.
func (p *parser) findPlainHeadings() {
	for i, ln := range p.lines {
		if ln.why != "" || i+1 == len(p.lines) || p.lines[i+1].why != "" {
			continue
		}
		s := ln.In(p.text)
		if runes(s) > 30 || strings.Contains(strings.TrimSuffix(s, "。"), "。") || isRoleLabel(s) || runes(p.lines[i+1].In(p.text)) <= runes(s) {
			continue
		}
		title := trimFunc(p.text, ln.Span, isTailPunct, isTailPunct)
		if title.Empty() {
			continue
		}
		p.heads = append(p.heads, heading{line: i, num: number{rank: 3}, whole: title, title: title, rest: Span{ln.End, ln.End}})
	}
	if len(p.heads) == 0 {
		p.findRunInHeadings()
	}
}

// findRunInHeadings finds the headings of a text of “标题。正文” paragraphs,
// when most of its paragraphs are such.
func (p *parser) findRunInHeadings() {
	var found []heading
	own := 0
	for i, ln := range p.lines {
		if ln.why != "" {
			continue
		}
		own++
		title, rest := p.splitTitle(ln.Span)
		title = trimFunc(p.text, title, isTailPunct, isTailPunct)
		if !title.Empty() && rest.Len() > title.Len() && runes(title.In(p.text)) <= 25 {
			found = append(found, heading{line: i, num: number{rank: 3}, whole: title, title: title, rest: rest})
		}
	}
	if len(found) >= 2 && 2*len(found) >= own {
		p.heads = found
	}
}

// Words that headings about targets and about measures are made of.
var (
	targetNouns  = []string{"目标", "指标"}
	measureNouns = []string{"举措", "任务", "措施", "工作"}
	kindFillers  = []string{"总体", "主要", "工作", "发展", "行动", "具体", "预期", "阶段性", "阶段", "年度", "建设", "重点", "目标", "任务", "实施", "内容", "和", "与", "及"}
)

// kindOf tells the kind of a heading from its title. It is KindSection unless
// the title says nothing but 主要目标, 重点举措 and the like.
func kindOf(title string) SectionKind {
	title = strings.TrimRightFunc(title, isTailPunct)
	if w, ok := cutSuffix(title, targetNouns); ok && onlyFillers(title[:len(title)-len(w)]) {
		return KindTargets
	}
	if w, ok := cutSuffix(title, measureNouns); ok && len(w) < len(title) && onlyFillers(title[:len(title)-len(w)]) {
		return KindMeasures
	}
	return KindSection
}

func onlyFillers(s string) bool {
	for s != "" {
		w, ok := cutPrefix(s, kindFillers)
		if !ok {
			return false
		}
		s = s[len(w):]
	}
	return true
}
