// Command wence answers questions about Chinese government action plans with
// the clause quoted to the letter.
//
// main gathers what the process was given (arguments, environment, terminal)
// into a [system]; everything else works on that, so tests run whole sessions
// without a process. Each command is in a file of its own with its help.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// A system is what a run of the program sees of the world.
type system struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time

	// Whether each stream is a terminal: what people see is coloured and
	// prompted, what programs read is not.
	stdinTTY, stdoutTTY, stderrTTY bool
}

func main() {
	isTTY := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
	os.Exit(run(context.Background(), os.Args[1:], &system{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now,
		stdinTTY: isTTY(os.Stdin), stdoutTTY: isTTY(os.Stdout), stderrTTY: isTTY(os.Stderr),
	}))
}
