package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"unicode"
)

// Exit codes.
const (
	exitOK       = 0 // done, or found
	exitNotFound = 1
	exitUsage    = 2 // wrong usage, configuration or environment
	exitInUse    = 3 // the data folder is in use
)

// A failure ends a command: people see line, one line of what went wrong and
// how to mend it, or nothing when it is "".
type failure struct {
	code int
	line string
	err  error // the cause, may be nil
}

func (f *failure) Error() string { return f.line }
func (f *failure) Unwrap() error { return f.err }

// errNotFound ends a command whose answer, already shown, is that there is none.
var errNotFound = &failure{code: exitNotFound}

func usagef(format string, args ...any) error {
	return &failure{code: exitUsage, line: fmt.Sprintf(format, args...)}
}

// outcome is the exit code of a command that ended with err, and the line to
// show.
func outcome(err error) (code int, line string) {
	if err == nil {
		return exitOK, ""
	}
	if f, ok := errors.AsType[*failure](err); ok {
		return f.code, f.line
	}
	return exitUsage, trouble(err)
}

// trouble says err for people.
func trouble(err error) string {
	if m := messages(err); len(m) > 0 {
		return strings.Join(m, "；") + "。"
	}
	e, ok := errors.AsType[*fs.PathError](err)
	switch {
	case ok && errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("找不到 %s，请检查路径。", e.Path)
	case ok && errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("没有权限读写 %s，请检查权限或换一个目录。", e.Path)
	case ok:
		return fmt.Sprintf("读写 %s 时出错（%v），请检查路径。", e.Path, e.Err)
	}
	return fmt.Sprintf("出了意外（%v），请把这一行告诉维护者。", err)
}

// messages returns what the errors in err have to say to people, each once, in
// order.
func messages(err error) []string {
	if m, ok := err.(interface{ Message() string }); ok {
		return []string{strings.TrimRight(m.Message(), "。")}
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return messages(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []string
		for _, inner := range e.Unwrap() {
			all = append(all, messages(inner)...)
		}
		return all
	}
	return nil
}

// printable is s on one line without control characters, which could drive the
// terminal.
func printable(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}
