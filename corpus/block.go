package corpus

import (
	"cmp"
	"slices"
)

// buildBlocks accounts for every byte of the text.
func (p *parser) buildBlocks() {
	var known []Block
	add := func(kind BlockKind, why string, spans ...Span) {
		for _, s := range spans {
			if !s.Empty() {
				known = append(known, Block{Kind: kind, Span: s, Why: why})
			}
		}
	}
	known = append(known, p.skips...)
	for i, s := range p.plan.Sections {
		add(BlockHeading, "", s.Heading)
		if p.inTargets(i) {
			add(BlockTargets, "", p.paras[i]...)
		}
		add(BlockMark, "", p.heads[i].mark)
	}
	add(BlockPreamble, "", p.preamble...)
	for _, m := range p.marks {
		add(BlockMark, "", m.span)
	}
	for _, c := range p.plan.Clauses {
		if c.Sentence.Empty() {
			add(BlockClause, "", c.Quote)
		} else {
			add(BlockClause, "", trimFunc(p.text, c.Sentence, isTailPunct, isTailPunct))
		}
	}
	add(BlockSkipped, whyBareMark, p.undecided...)
	p.plan.Blocks = p.cover(known)
}

// Marks stand inside the sentences that they split, and clauses inside target
// paragraphs: where blocks overlap, the one of the finer kind holds.
func fineness(k BlockKind) int {
	switch k {
	case BlockMark:
		return 0
	case BlockClause:
		return 1
	}
	return 2
}

// cover cuts overlapping blocks and fills the gaps between them.
func (p *parser) cover(known []Block) []Block {
	slices.SortStableFunc(known, func(a, b Block) int {
		return cmp.Or(cmp.Compare(fineness(a.Kind), fineness(b.Kind)), cmp.Compare(a.Start, b.Start))
	})
	var placed []Block
	for _, kind := range []int{0, 1, 2} {
		var layer []Block
		for _, b := range known {
			if fineness(b.Kind) == kind {
				layer = append(layer, b)
			}
		}
		placed = mergeLayer(placed, layer)
	}
	return p.fillGaps(placed)
}

// mergeLayer adds the parts of layer that placed leaves free. Both are in
// order; so is the result.
func mergeLayer(placed, layer []Block) []Block {
	var out []Block
	i, end := 0, 0
	for _, b := range layer {
		at := max(b.Start, end)
		for i < len(placed) && placed[i].Start < b.End {
			if placed[i].End > at || placed[i].Start >= at {
				if at < placed[i].Start {
					out = append(out, Block{b.Kind, Span{at, placed[i].Start}, b.Why})
				}
				at = max(at, placed[i].End)
			}
			out = append(out, placed[i])
			i++
		}
		if at < b.End {
			out = append(out, Block{b.Kind, Span{at, b.End}, b.Why})
			at = b.End
		}
		end = max(end, at)
	}
	return append(out, placed[i:]...)
}

// fillGaps adds skipped blocks between blocks and trims none.
func (p *parser) fillGaps(blocks []Block) []Block {
	var out []Block
	at := 0
	for _, b := range blocks {
		out = p.skipped(out, Span{at, b.Start})
		out = append(out, b)
		at = b.End
	}
	return p.skipped(out, Span{at, len(p.text)})
}

// skipped splits a gap into runs of bytes with the same reason to skip them.
func (p *parser) skipped(out []Block, gap Span) []Block {
	if gap.Empty() {
		return out
	}
	start, why := gap.Start, ""
	for i, r := range gap.In(p.text) {
		w := skipReason(r)
		if w != why && why != "" {
			out = append(out, Block{BlockSkipped, Span{start, gap.Start + i}, why})
			start = gap.Start + i
		}
		why = w
	}
	return append(out, Block{BlockSkipped, Span{start, gap.End}, why})
}

// SkippedText is the reason of skipped text that no rule of the parser placed.
const SkippedText = "text in no section"

func skipReason(r rune) string {
	switch {
	case r == '\n' || r == '\r':
		return "line end"
	case r == bom:
		return "byte order mark"
	case isBlank(r):
		return "space"
	case isStop(r):
		return "full stop"
	case isTailPunct(r) || r == '：' || r == ':' || r == '、' || bracketClass(r) != 0:
		return "punctuation"
	}
	return SkippedText
}

// whyBareMark is the reason to skip a mark that no text goes with.
const whyBareMark = "mark without text"
