package corpus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes is the size of the largest text that Parse takes.
const MaxBytes = 8 << 20

// A Fault says why a text cannot be parsed at all.
type Fault string

// The faults of a text.
const (
	FaultEmpty    Fault = "empty"
	FaultTooLarge Fault = "too large"
	FaultBinary   Fault = "binary"
	FaultEncoding Fault = "not UTF-8"
)

// A ParseError is returned by Parse for a text that is no plan text at all.
// Whatever is text can be parsed, with findings at worst.
type ParseError struct {
	Plan  string // id
	Fault Fault
	At    int // byte offset of the first offending byte; 0 if there is none
}

func (e *ParseError) Error() string {
	if e.At > 0 {
		return fmt.Sprintf("plan %q: text is %s at byte %d", e.Plan, e.Fault, e.At)
	}
	return fmt.Sprintf("plan %q: text is %s", e.Plan, e.Fault)
}

// Message says in Chinese, in one line, what is wrong and how to mend it.
func (e *ParseError) Message() string {
	switch e.Fault {
	case FaultEmpty:
		return fmt.Sprintf("方案“%s”是空文件:请放入方案正文(纯文本,UTF-8编码)。", e.Plan)
	case FaultTooLarge:
		return fmt.Sprintf("方案“%s”超过%dMiB:请只保留方案正文,或拆成几份。", e.Plan, MaxBytes>>20)
	case FaultBinary:
		return fmt.Sprintf("方案“%s”不是纯文本(第%d字节是二进制内容):请把Word、PDF等另存为UTF-8编码的txt。", e.Plan, e.At+1)
	default:
		return fmt.Sprintf("方案“%s”不是UTF-8编码(第%d字节起):请另存为UTF-8编码的txt。", e.Plan, e.At+1)
	}
}

// Parse reads the text of a plan. The error, if any, is a *ParseError; any
// text that is UTF-8 gives a plan, whose Findings say what to look at.
//
// An empty card.Title is taken from the first line, and what the title tells
// about region and short name fills those fields when they are empty. Parse
// takes time linear in len(text) and keeps no reference to it.
func Parse(id string, text []byte, card Card) (*Plan, error) {
	if err := check(id, text); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	p := &parser{plan: &Plan{
		ID:     id,
		Card:   card,
		Text:   string(text),
		SHA256: hex.EncodeToString(sum[:]),
	}}
	p.text = p.plan.Text
	p.lines = splitLines(p.text)
	p.front()
	p.findHeadings()
	p.buildSections()
	p.findClauses()
	p.findTargets()
	p.number()
	p.buildBlocks()
	p.plan.Findings = Lint(p.plan)
	return p.plan, nil
}

func check(id string, text []byte) error {
	if len(text) > MaxBytes {
		return &ParseError{Plan: id, Fault: FaultTooLarge}
	}
	empty := true
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			return &ParseError{Plan: id, Fault: FaultEncoding, At: i}
		case r == 0:
			return &ParseError{Plan: id, Fault: FaultBinary, At: i}
		case !unicode.IsSpace(r) && r != bom:
			empty = false
		}
		i += n
	}
	if empty {
		return &ParseError{Plan: id, Fault: FaultEmpty}
	}
	return nil
}

const bom = '\uFEFF'

// A parser holds what the steps of Parse hand to each other.
type parser struct {
	plan  *Plan
	text  string
	lines []line

	heads []heading // in the order of the text
	marks []mark    // of all clauses, for the blocks and rules
	skips []Block   // skipped runs with a known reason
	paras [][]Span  // own text of each section, by index

	preamble  []Span
	undecided []Span // marks without text

	lastMarks struct { // what marksIn read last, which is asked for again
		of    Span
		marks []mark
	}
}

// A line is one line of the text that is not blank.
type line struct {
	Span        // without white space at either end
	why  string // reason to skip it; "" for the plan's own text
}

// splitLines returns the lines that are not blank.
func splitLines(text string) []line {
	var out []line
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start
		}
		if s := trim(text, Span{start, end}); !s.Empty() {
			out = append(out, line{Span: s})
		}
		start = end + 1
	}
	return out
}

// trim drops white space at both ends of s.
func trim(text string, s Span) Span { return trimFunc(text, s, isBlank, isBlank) }

func isBlank(r rune) bool { return unicode.IsSpace(r) || r == bom || r == '\u200B' }

// trimFunc drops runes from the ends of s for which left and right hold.
func trimFunc(text string, s Span, left, right func(rune) bool) Span {
	if s.Empty() {
		return s
	}
	in := s.In(text)
	s.Start += len(in) - len(strings.TrimLeftFunc(in, left))
	s.End -= len(in) - len(strings.TrimRightFunc(in, right))
	if s.End < s.Start {
		s.End = s.Start
	}
	return s
}

// isStop reports whether r ends a sentence.
func isStop(r rune) bool { return r == '。' || r == '！' || r == '？' || r == '!' || r == '?' }

// isTailPunct reports whether r is punctuation that no quote ends with.
func isTailPunct(r rune) bool {
	return isBlank(r) || isStop(r) || r == '；' || r == ';' || r == '，' || r == ','
}

// firstRune and lastRune return 0 for the empty string.
func firstRune(s string) rune {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func lastRune(s string) rune {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func runes(s string) int { return utf8.RuneCountInString(s) }

// cutPrefix returns the first of list that s starts with.
func cutPrefix(s string, list []string) (string, bool) {
	for _, w := range list {
		if strings.HasPrefix(s, w) {
			return w, true
		}
	}
	return "", false
}

// cutSuffix returns the first of list that s ends with.
func cutSuffix(s string, list []string) (string, bool) {
	for _, w := range list {
		if strings.HasSuffix(s, w) {
			return w, true
		}
	}
	return "", false
}
