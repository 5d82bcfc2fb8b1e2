package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/wence-qa/wence/internal/store"
)

// lockWait is how long another process may hold a file before it is in use.
const lockWait = 250 * time.Millisecond

// Check reads the whole file at path, which no process may be writing, and
// returns nil when every page and record is sound. Otherwise the error is
// ErrDamaged, ErrNewer, or one about reading it or whose file it is.
//
// It first reads the file as plain bytes, which no damage can crash; bbolt, as
// a second opinion, is asked only about what passed. Whoever does not trust the
// first to have left no crash to the second runs Check in a child process, with
// [Report] and [Verifier].
func Check(path string) error {
	im, err := readImage(path, nil)
	if err == nil {
		err = im.verdict()
	}
	if err == nil {
		err = checkBbolt(path)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// checkBbolt runs bbolt's own check, whose goroutine guard cannot reach.
func checkBbolt(path string) error {
	return guard(func() error {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true, Timeout: lockWait})
		if err != nil {
			return openError(err)
		}
		defer db.Close()
		return db.View(func(tx *bbolt.Tx) error {
			var first error
			for err := range tx.Check() { // to its end, or its goroutine stays
				if first == nil {
					first = fmt.Errorf("%w: %w", err, store.ErrDamaged)
				}
			}
			return first
		})
	})
}

// guard calls f, which reads mapped memory, and turns its panics and the
// faults of that memory into ErrDamaged.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v: %w", r, store.ErrDamaged)
		}
	}()
	return f()
}

// The answers of Report, each the first word of a line.
const (
	saysChecking = "checking"
	saysGood     = "good"
	saysDamaged  = "damaged"
	saysNewer    = "newer"
	saysFailed   = "failed"
)

// Report writes to w what [Check] finds about the file at path, for [Verifier]
// to read: it is all that the child process has to do.
func Report(w io.Writer, path string) {
	fmt.Fprintln(w, saysChecking)
	err := Check(path)
	switch {
	case err == nil:
		fmt.Fprintln(w, saysGood)
	case errors.Is(err, store.ErrDamaged):
		fmt.Fprintln(w, saysDamaged, err)
	case errors.Is(err, store.ErrNewer):
		fmt.Fprintln(w, saysNewer, err)
	default:
		fmt.Fprintln(w, saysFailed, err)
	}
}

// Verifier returns a check, for [Options], that runs command with the path
// added as a child process, which must call [Report] with its standard output.
// A child that crashes on a file has found it damaged. One that does not start,
// is stopped by someone, or has not ended after timeout has found nothing: the
// error is not ErrDamaged, and the file stays where it is.
func Verifier(timeout time.Duration, command ...string) func(path string) error {
	return func(path string) error {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		var out bytes.Buffer
		args := slices.Concat(command[1:], []string{path})
		cmd := exec.CommandContext(ctx, command[0], args...)
		cmd.Stdout = &out
		cmd.WaitDelay = time.Second
		err := cmd.Run()
		if ctx.Err() != nil {
			err = fmt.Errorf("not done after %v", timeout)
		}
		return answer(path, out.String(), err)
	}
}

// A childError is an error of the child process.
type childError struct {
	text string
	kind error
}

func (e *childError) Error() string { return e.text }
func (e *childError) Unwrap() error { return e.kind }

// answer turns what the child wrote, and how it ended, into the error of Check.
func answer(path, out string, end error) error {
	first, rest, _ := strings.Cut(out, "\n")
	word, text, _ := strings.Cut(strings.TrimSpace(rest), " ")
	switch {
	case first != saysChecking:
		return fmt.Errorf("the check of %s did not start: %v", path, end)
	case word == saysGood:
		return nil
	case word == saysDamaged:
		return &childError{text, store.ErrDamaged}
	case word == saysNewer:
		return &childError{text, store.ErrNewer}
	case word == saysFailed:
		return errors.New(text)
	case crashed(end):
		return fmt.Errorf("%s: the check crashed on it: %w", path, store.ErrDamaged)
	}
	return fmt.Errorf("the check of %s was stopped: %v", path, end)
}

// crashed reports whether end is how a Go program ends that met a fault, rather
// than one that was told to stop.
func crashed(end error) bool {
	exit, ok := errors.AsType[*exec.ExitError](end)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return exit.ExitCode() == 2
	}
	switch status.Signal() {
	case syscall.SIGBUS, syscall.SIGSEGV, syscall.SIGABRT, syscall.SIGILL:
		return true
	}
	return false
}
