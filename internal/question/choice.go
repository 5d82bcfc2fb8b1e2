package question

import (
	"regexp"
	"strings"

	"github.com/wence-qa/wence/internal/fold"
)

// choiceForm is a choice by its number: 2, 第二个, 选2, 2号.
var choiceForm = regexp.MustCompile(`^(?:我)?(?:选择|选|要|就|是)?(?:第)?(` + numeral + `{1,3})[.、)]?(?:个|项|条|号|种)?(?:方案|计划)?(?:吧|呢|的)?$`)

// lastChoice is the last choice: 最后一个.
var lastChoice = regexp.MustCompile(`^(?:我)?(?:选择|选|要|就)?最后(?:一)?(?:个|项|条|种)(?:吧|呢|的)?$`)

// Choose returns the choice that a message picks of those that an answer asked
// back with: by its own words or by its number, of which 1 is the first. It
// returns false when the message is no such thing.
func Choose(choices []string, text string) (string, bool) {
	clean, _ := Clean(text)
	said := spoken(clean)
	for _, c := range choices {
		if spoken(c) == said {
			return c, true
		}
	}
	if lastChoice.MatchString(said) && len(choices) > 0 {
		return choices[len(choices)-1], true
	}
	m := choiceForm.FindStringSubmatch(said)
	if m == nil {
		return "", false
	}
	n, ok := number(m[1])
	if !ok || n < 1 || n > len(choices) {
		return "", false
	}
	return choices[n-1], true
}

// spoken is a folded text without punctuation around it.
func spoken(s string) string { return strings.Trim(fold.String(s), " ,.?!。、") }
