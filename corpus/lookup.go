package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Quote returns the plan's words at s, byte for byte; "" for a span that is
// not of this plan.
func (p *Plan) Quote(s Span) string {
	if s.Start < 0 || s.End > len(p.Text) || s.Empty() {
		return ""
	}
	return s.In(p.Text)
}

// Hash8 returns the first eight hex digits of the SHA-256 of the words at s.
// A link that carries them shows when the words have changed.
func (p *Plan) Hash8(s Span) string {
	sum := sha256.Sum256([]byte(p.Quote(s)))
	return hex.EncodeToString(sum[:4])
}

// Preamble returns the words between title and first heading, which have the
// id "0". It is empty when there are none.
func (p *Plan) Preamble() Span {
	var s Span
	for _, b := range p.Blocks {
		if b.Kind != BlockPreamble {
			continue
		}
		if s.Empty() {
			s = b.Span
		}
		s.End = b.End
	}
	return s
}

// An ItemKind says what an id stands for.
type ItemKind string

// The kinds of items.
const (
	ItemPreamble ItemKind = "preamble"
	ItemSection  ItemKind = "section"
	ItemTargets  ItemKind = "targets" // a target paragraph, "6.0"
	ItemClause   ItemKind = "clause"
	ItemTarget   ItemKind = "target"
)

// An Item is what an id stands for.
type Item struct {
	ID    string
	Kind  ItemKind
	Index int // in Plan.Sections, Clauses or Targets; -1 for the preamble
	At    Span
	Label string
}

// Find returns the item with an id: "0", "6", "6.0", "6.0.2", "6.1", "6.1.1"
// or "1.2.3.1".
func (p *Plan) Find(id string) (Item, bool) {
	if id == "0" {
		at := p.Preamble()
		return Item{ID: id, Kind: ItemPreamble, Index: -1, At: at, Label: "前言"}, !at.Empty()
	}
	if i, ok := p.SectionByID(id); ok {
		s := &p.Sections[i]
		return Item{ID: id, Kind: ItemSection, Index: i, At: Span{s.Heading.Start, max(s.Heading.End, s.Body.End)}, Label: s.Label}, true
	}
	if i, ok := p.ClauseByID(id); ok {
		c := &p.Clauses[i]
		return Item{ID: id, Kind: ItemClause, Index: i, At: c.Quote, Label: p.Label(c)}, true
	}
	if i, ok := p.TargetByID(id); ok {
		t := &p.Targets[i]
		return Item{ID: id, Kind: ItemTarget, Index: i, At: t.Quote, Label: p.TargetLabel(t)}, true
	}
	if parent, ok := strings.CutSuffix(id, ".0"); ok {
		for i := range p.Sections {
			if s := &p.Sections[i]; s.ID == parent && s.Kind == KindTargets {
				return Item{ID: id, Kind: ItemTargets, Index: i, At: s.Body, Label: s.Label}, true
			}
		}
	}
	return Item{}, false
}

// SectionByID returns the index of the first section with an id: of sections
// that share an id, the outermost.
func (p *Plan) SectionByID(id string) (int, bool) {
	return indexOf(p.Sections, func(s *Section) bool { return s.ID == id })
}

// ClauseByID returns the index of the clause with an id.
func (p *Plan) ClauseByID(id string) (int, bool) {
	return indexOf(p.Clauses, func(c *Clause) bool { return c.ID == id })
}

// TargetByID returns the index of the target with an id.
func (p *Plan) TargetByID(id string) (int, bool) {
	return indexOf(p.Targets, func(t *Target) bool { return t.ID == id })
}

func indexOf[T any](list []T, is func(*T) bool) (int, bool) {
	for i := range list {
		if is(&list[i]) {
			return i, true
		}
	}
	return 0, false
}

// Top returns the index of the outermost section around section i, which may
// be i itself; -1 for -1.
func (p *Plan) Top(i int) int {
	for i >= 0 && p.Sections[i].Parent >= 0 {
		i = p.Sections[i].Parent
	}
	return i
}

// within reports whether section i is outer or lies below it.
func (p *Plan) within(i, outer int) bool {
	for ; i >= 0; i = p.Sections[i].Parent {
		if i == outer {
			return true
		}
	}
	return false
}

// TargetsOf returns the indices of the targets in section i and below it, in
// the order of the text.
func (p *Plan) TargetsOf(i int) []int {
	var out []int
	for k := range p.Targets {
		if p.within(p.Targets[k].Section, i) {
			out = append(out, k)
		}
	}
	return out
}

// ClausesOf returns the indices of the clauses in section i and below it, in
// the order of the text.
func (p *Plan) ClausesOf(i int) []int {
	var out []int
	for k := range p.Clauses {
		if p.within(p.Clauses[k].Section, i) {
			out = append(out, k)
		}
	}
	return out
}

// Label names for people the item that holds a clause.
func (p *Plan) Label(c *Clause) string { return p.sectionLabel(c.Section) }

// TargetLabel names for people where a target stands: “第六项行动 主要目标”.
func (p *Plan) TargetLabel(t *Target) string {
	if t.Clause >= 0 {
		return p.Label(&p.Clauses[t.Clause])
	}
	label := p.sectionLabel(t.Section)
	if head, rest, ok := strings.Cut(label, "“"); ok && strings.HasPrefix(label, "第") {
		if _, tail, ok := strings.Cut(rest, "”"); ok && tail != "" && !strings.Contains(tail, "“") {
			return head + " " + tail
		}
	}
	return label
}

func (p *Plan) sectionLabel(i int) string {
	if i < 0 || i >= len(p.Sections) {
		return ""
	}
	return p.Sections[i].Label
}
