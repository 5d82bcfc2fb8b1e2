package corpus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Lint returns what a person should look at in a plan, in the order of the
// text: marks that could not be read, items without mark where others have
// one, units that look unlike units, numbering with gaps, sentences that marks
// split, and text in no section. Parse stores the same list in Findings.
func Lint(p *Plan) []Finding {
	l := linter{plan: p}
	l.sections()
	l.clauses()
	l.units()
	l.ids()
	l.blocks()
	slices.SortStableFunc(l.out, func(a, b Finding) int { return cmp.Compare(a.At.Start, b.At.Start) })
	return l.out
}

type linter struct {
	plan *Plan
	out  []Finding
}

func (l *linter) add(kind string, at Span, format string, args ...any) {
	l.out = append(l.out, Finding{Kind: kind, Text: fmt.Sprintf(format, args...), At: at})
}

// short is the beginning of the words at s, on one line.
func (l *linter) short(s Span) string {
	r := []rune(strings.Join(strings.Fields(l.plan.Quote(Span{s.Start, min(s.End, s.Start+120)})), " "))
	if len(r) > 20 {
		return string(r[:20]) + "…"
	}
	return strings.TrimRight(string(r), "\uFFFD")
}

func (l *linter) sections() {
	if len(l.plan.Sections) == 0 {
		l.add("no-headings", Span{}, "没有认出任何带编号的标题,全文按前言处理")
	}
	text := map[int]bool{}
	for i := range l.plan.Clauses {
		text[l.plan.Clauses[i].Section] = true
	}
	for i := range l.plan.Targets {
		text[l.plan.Targets[i].Section] = true
	}
	for i := range l.plan.Sections {
		text[l.plan.Sections[i].Parent] = true
	}
	last := map[int]int{}    // parent: ordinal
	running := map[int]int{} // level: ordinal, for numbers that run through all sections
	for i, s := range l.plan.Sections {
		if !text[i] {
			l.add("empty-section", s.Heading, "标题“%s”下面没有正文", l.short(s.Heading))
		}
		if s.No == 0 {
			continue
		}
		if want := last[s.Parent] + 1; s.No != want && s.No != running[s.Level]+1 {
			l.add("ordinal-gap", s.Heading, "标题“%s”的序号是%d,前一个是%d", l.short(s.Heading), s.No, want-1)
		}
		last[s.Parent] = s.No
		running[s.Level] = s.No
	}
}

func (l *linter) clauses() {
	marked := 0
	for i := range l.plan.Clauses {
		if !l.plan.Clauses[i].Mark.Empty() {
			marked++
		}
	}
	if marked == 0 {
		l.add("no-marks", Span{}, "全文没有认出牵头单位、责任单位等标注")
		return
	}
	sentence := -1
	for i := range l.plan.Clauses {
		c := &l.plan.Clauses[i]
		if c.Mark.Empty() && l.plan.Sections[c.Section].Kind == KindMeasure {
			l.add("no-mark", c.Quote, "“%s”没有责任标注,其他条文有", l.short(c.Quote))
		}
		if !c.Sentence.Empty() && c.Sentence.Start != sentence {
			sentence = c.Sentence.Start
			l.add("split-sentence", c.Sentence, "标注在句子中间,请核对各单位管哪几个字:“%s”", l.short(c.Sentence))
		}
	}
}

// units reports units of marks that do not look like units.
func (l *linter) units() {
	seen := map[string]bool{}
	for i := range l.plan.Clauses {
		c := &l.plan.Clauses[i]
		for _, list := range [][]string{c.Leads, c.Support, c.Responsible, c.Implementers} {
			for _, u := range list {
				if !seen[u] && (!endsLikeUnit(u) && !strings.HasPrefix(u, "各") || runes(u) > 25) {
					l.add("unknown-unit", c.Mark, "标注里的“%s”不像单位名称", u)
				}
				seen[u] = true
			}
		}
	}
}

// ids reports ids that were taken and got a letter.
func (l *linter) ids() {
	report := func(id string, at Span) {
		if tail := id[strings.LastIndexByte(id, '.')+1:]; strings.ContainsAny(tail, "bcdefghijklmnopqrstuvwxyz") {
			l.add("duplicate-id", at, "编号重复,改称%s:“%s”", id, l.short(at))
		}
	}
	for _, s := range l.plan.Sections {
		report(s.ID, s.Heading)
	}
	for i := range l.plan.Clauses {
		report(l.plan.Clauses[i].ID, l.plan.Clauses[i].Quote)
	}
	for i := range l.plan.Targets {
		report(l.plan.Targets[i].ID, l.plan.Targets[i].Quote)
	}
}

// blocks reports text that no rule placed, and marks in text that were not
// read as such.
func (l *linter) blocks() {
	for _, b := range l.plan.Blocks {
		switch {
		case b.Why == SkippedText:
			l.add("unplaced-text", b.Span, "这段文字不属于任何条目:“%s”", l.short(b.Span))
		case b.Why == whyBareMark:
			l.add("mark-without-text", b.Span, "标注前面没有正文:“%s”", l.short(b.Span))
		case b.Kind == BlockClause || b.Kind == BlockTargets || b.Kind == BlockPreamble:
			l.unread(b)
		}
	}
}

// unread reports a role label that stands in text.
func (l *linter) unread(b Block) {
	text := b.In(l.plan.Text)
	for i, r := range text {
		if r != '单' && r != '部' {
			continue
		}
		start := max(0, i-len("牵头"))
		if isRoleLabel(text[start:min(len(text), i+3*len("单位："))]) {
			at := Span{b.Start + start, b.Start + min(len(text), i+60)}
			l.add("unread-mark", Span{at.Start, b.Start + i + len("单位")}, "像责任标注但没有读出单位:“%s”", l.short(at))
		}
	}
}
