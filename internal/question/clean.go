package question

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxRunes is how much of a message is read; the rest is cut off.
const MaxRunes = 4000

// What is no language: HTML, addresses, template and look-up syntax, names of
// people or bots, placeholders that chat programs put for pictures.
var noise = regexp.MustCompile(`(?i)</?[a-z][^<>]{0,300}>|https?://\S+|\$\{[^{}]{0,200}\}|\{\{[^{}]{0,200}\}\}|[@＠][\p{Han}\w]{1,30}[ 　\t]?|\[(?:图片|表情|语音|视频|文件|动画表情|链接|位置)\]`)

// scripts are elements whose content is no language either.
var scripts = regexp.MustCompile(`(?is)<(script|style)\b[^<>]{0,300}>.*?</(?:script|style)>`)

// statements are database commands, which some paste to see what happens.
var statements = regexp.MustCompile(`(?i)['";]*\s*\b(?:drop|select|insert|update|delete|union|alter|truncate|exec)\b[\s\w.,*()='"]{1,200}(?:;|--)[\s;-]*`)

// command is a bot command in front of a question.
var command = regexp.MustCompile(`^\s*/[a-z]+(?:@\w+)?\s+`)

// escapes are the colour codes of terminals.
var escapes = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)

// Cut returns the first MaxRunes of text, and whether there was more.
func Cut(text string) (s string, cut bool) {
	if len(text) <= MaxRunes {
		return text, false
	}
	n := 0
	for i := range text {
		if n == MaxRunes {
			return text[:i], true
		}
		n++
	}
	return text, false
}

// Clean returns what is language in text, and whether text was longer than
// [MaxRunes] and cut.
func Clean(text string) (s string, cut bool) {
	text, cut = Cut(text)
	if strings.ContainsAny(text, "<@＠{[") || strings.Contains(text, "://") {
		text = scripts.ReplaceAllString(text, " ")
		text = noise.ReplaceAllString(text, " ")
	}
	if strings.Contains(text, ";") || strings.Contains(text, "--") {
		text = statements.ReplaceAllString(text, " ")
	}
	if strings.HasPrefix(strings.TrimSpace(text), "/") {
		text = command.ReplaceAllString(text, "")
	}
	if strings.Contains(text, "\x1b[") {
		text = escapes.ReplaceAllString(text, "")
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return '\n'
		case unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, text)
	return once(strings.TrimSpace(text)), cut
}

// once returns one round of a text that is the same round over and over.
// A round ends with punctuation, so that words such as 谢谢 stay.
func once(s string) string {
	for i, r := range s {
		if i == 0 || !isBreak(r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		if end > len(s)/2 {
			return s
		}
		round := s[:end]
		rest := s
		for strings.HasPrefix(rest, round) {
			rest = rest[end:]
		}
		if strings.HasPrefix(round, rest) {
			return round
		}
	}
	return s
}

// isBreak reports whether r ends a part of a sentence.
func isBreak(r rune) bool {
	return strings.ContainsRune(",，。.;；!！?？\n", r)
}

// longRunes is the length from which on a message is read only around the
// parts that may ask: the rest is pasted text or a story.
const longRunes = 1000

// focusRunes is how much of such a message is read closely.
const focusRunes = 400

// askWords are words of which every question has one.
var askWords = []string{"谁", "哪", "什么", "啥", "多少", "几", "时候", "目标", "指标", "牵头", "负责", "归", "原文", "吗", "?", "期限"}

// maxAsking is how many of the parts that may ask are read: the last ones,
// since questions stand at the end.
const maxAsking = 4

// focus returns the parts of a long text that may ask, each with the two in
// front of it.
func focus(s string) string {
	if len(s) < longRunes || utf8.RuneCountInString(s) < longRunes {
		return s
	}
	parts := strings.FieldsFunc(s, isBreak)
	keep := make([]bool, len(parts))
	asking := 0
	for i := len(parts) - 1; i >= 0 && asking < maxAsking; i-- {
		for _, w := range askWords {
			if strings.Contains(parts[i], w) {
				keep[i], keep[max(0, i-1)], keep[max(0, i-2)] = true, true, true
				asking++
				break
			}
		}
	}
	var out []string
	for i, p := range parts {
		if keep[i] {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		out = parts[max(0, len(parts)-maxAsking):]
	}
	return tail(strings.Join(out, ","), focusRunes)
}
