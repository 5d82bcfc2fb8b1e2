package corpus

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed plans/*
var plans embed.FS

var embedded = sync.OnceValues(func() ([]*Plan, error) {
	sub, err := fs.Sub(plans, "plans")
	if err != nil {
		return nil, err
	}
	return Load(sub)
})

// Embedded returns the plans that come with the package. They are parsed once
// and shared by all callers.
func Embedded() ([]*Plan, error) { return embedded() }

// Load reads every *.txt of the top folder of fsys as a plan, in the order of
// names. The file's stem is the plan's id; a JSON file of the same stem is its
// Card. It returns the plans that could be read, with all errors joined;
// unreadable files give a *ParseError, *CardError or an error of fsys.
func Load(fsys fs.FS) ([]*Plan, error) {
	names, err := fs.Glob(fsys, "*.txt")
	if err != nil {
		return nil, err
	}
	var out []*Plan
	var errs []error
	for _, name := range names {
		p, err := loadPlan(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, p)
	}
	return out, errors.Join(errs...)
}

// A CardError says that a plan's card cannot be used.
type CardError struct {
	File string
	Err  error  // of reading or decoding; nil when the text does not match
	Want string // sha256 that the card gives
	Have string // sha256 of the text
}

func (e *CardError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("card %s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("card %s: sha256 is %s, but the text's is %s", e.File, e.Want, e.Have)
}

// Unwrap returns the cause, if there is one.
func (e *CardError) Unwrap() error { return e.Err }

// Message says in Chinese, in one line, what is wrong and how to mend it.
func (e *CardError) Message() string {
	if e.Err != nil {
		return fmt.Sprintf("方案信息文件%s读不出来:请检查JSON写法。", e.File)
	}
	return fmt.Sprintf("方案信息文件%s记录的sha256与正文不符:正文被改过,请换回原文,或核对后把sha256改为%s。", e.File, e.Have)
}

func loadPlan(fsys fs.FS, name string) (*Plan, error) {
	id := strings.TrimSuffix(path.Base(name), ".txt")
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > MaxBytes {
		return nil, &ParseError{Plan: id, Fault: FaultTooLarge}
	}
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	file := id + ".json"
	card, err := loadCard(fsys, file)
	if err != nil {
		return nil, &CardError{File: file, Err: err}
	}
	p, err := Parse(id, text, card)
	if err != nil {
		return nil, err
	}
	if want := card.SHA256; want != "" && !strings.EqualFold(want, p.SHA256) {
		return nil, &CardError{File: file, Want: want, Have: p.SHA256}
	}
	return p, nil
}

// loadCard reads a card; the zero Card when there is no such file.
func loadCard(fsys fs.FS, file string) (Card, error) {
	var c Card
	data, err := fs.ReadFile(fsys, file)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(data, &c)
}
