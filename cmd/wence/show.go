package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/eval"
)

// Colours of an answer on a terminal.
const (
	bold  = "\x1b[1m"
	green = "\x1b[32m"
	dim   = "\x1b[2m"
	plain = "\x1b[0m"
)

// show writes an answer for people.
func (c *call) show(a *answer.Answer) error {
	text := printableLines(a.Text)
	if c.coloured() {
		text = paint(text, a)
	}
	_, err := io.WriteString(c.stdout, strings.TrimRight(text, "\n")+"\n")
	return err
}

// present shows an answer and, when a model adds to it, that below.
func (c *call) present(ctx context.Context, as *assistant, l eval.Line, a *answer.Answer) (*answer.Answer, error) {
	if err := c.show(a); err != nil || !as.chat.Extends(a) {
		return a, err
	}
	const wait = "（语言模型正在归纳……）"
	if c.stdoutTTY {
		fmt.Fprint(c.stdout, wait)
	}
	a, why := as.extend(ctx, l, a)
	if c.stdoutTTY {
		fmt.Fprint(c.stdout, "\r\x1b[K")
		if why != nil {
			fmt.Fprintf(c.stderr, "wence: 没有机器归纳：%s。\n", modelFailure(why))
		}
	}
	if text := a.MachineText(); text != "" {
		_, err := fmt.Fprintf(c.stdout, "\n%s\n", printableLines(text))
		return a, err
	}
	return a, nil
}

func (c *call) coloured() bool { return c.stdoutTTY && c.getenv("NO_COLOR") == "" }

// paint sets the headline bold, quotes green and their sources dim.
func paint(text string, a *answer.Answer) string {
	var pairs []string
	add := func(s, colour string) {
		if s = printableLines(s); s != "" {
			pairs = append(pairs, s, colour+s+plain)
		}
	}
	add(a.Headline, bold)
	cites := slices.Concat(a.Citations, a.Nearest)
	// Of two quotes that begin alike, the replacer takes the one named first.
	slices.SortStableFunc(cites, func(x, y answer.Citation) int { return len(y.Quote) - len(x.Quote) })
	for _, c := range cites {
		add(c.Quote, green)
	}
	slices.SortStableFunc(cites, func(x, y answer.Citation) int { return len(y.Label) - len(x.Label) })
	for _, c := range cites {
		add(c.Label, dim)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// showSteps writes how an answer came about; beside JSON it goes to standard
// error.
func (c *call) showSteps(a *answer.Answer) error {
	w := c.stdout
	if c.json {
		w = c.stderr
	}
	_, err := io.WriteString(w, steps(a))
	return err
}

func steps(a *answer.Answer) string {
	var b strings.Builder
	b.WriteString("\n由来：\n")
	for i, s := range a.Explain {
		fmt.Fprintf(&b, "%3d. %s\n", i+1, printable(s))
	}
	return b.String()
}

// printableLines is s without the control characters that could drive the
// terminal: an answer may echo what somebody typed.
func printableLines(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
