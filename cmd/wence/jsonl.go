package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/eval"
)

// maxLine bounds a line of input; no question is near it.
const maxLine = 1 << 20

// askLines answers questions from standard input, one JSON object a line, in
// order. Bad lines are named and the others still answered.
func askLines(ctx context.Context, c *call, as *assistant) error {
	in := bufio.NewReaderSize(c.stdin, 64<<10)
	out := bufio.NewWriterSize(c.stdout, 64<<10)
	bad := 0
	for n := 1; ; n++ {
		line, err := readLine(in)
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, errLongLine) {
			return fmt.Errorf("read standard input: %w", err)
		}
		if err == nil && n == 1 {
			line = bytes.TrimPrefix(line, []byte("\uFEFF"))
		}
		if err == nil && len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var q eval.Line
		if err == nil {
			q, err = parseLine(line, as)
		}
		if err != nil {
			bad++
			fmt.Fprintf(c.stderr, "wence: 第 %d 行：%s\n", n, printable(err.Error()))
			continue
		}
		a, err := as.reply(ctx, q)
		if err != nil {
			return err
		}
		if as.chat.Extends(a) {
			// The answers before need not wait for the model.
			if err := out.Flush(); err != nil {
				return err
			}
			a, _ = as.extend(ctx, q, a) // the answer is whole without
		}
		if err := writeJSON(out, a); err != nil {
			return err
		}
		if c.explain {
			fmt.Fprint(c.stderr, steps(a))
		}
		// Who waits for an answer before asking on must get it now; who sends
		// a whole file gets whole blocks.
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return usagef("有 %d 行没有回答（见上），其余各行已回答；请改正后重试。", bad)
	}
	return nil
}

// errLongLine says that a line is longer than maxLine. Its text is for people,
// as are those of parseLine.
var errLongLine = errors.New("这一行超过 1 MB，请拆开或检查换行")

// readLine returns the next line without its end, [errLongLine] for one that
// is too long, which is skipped, and io.EOF after the last.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err == io.EOF && len(line) == 0 && !long:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		case long:
			return nil, errLongLine
		}
		return bytes.TrimRight(line, "\r\n"), nil
	}
}

// parseLine reads one question. An error's text is for people.
func parseLine(b []byte, as *assistant) (eval.Line, error) {
	var l eval.Line
	if !utf8.Valid(b) {
		return l, errors.New("不是 UTF-8 编码，请转换后重试")
	}
	if err := json.Unmarshal(b, &l); err != nil {
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
			return l, fmt.Errorf("字段 %s 应当是字符串", e.Field)
		}
		return l, errors.New(`不是 JSON 对象，应当形如 {"id":"1","question":"…"}`)
	}
	if strings.TrimSpace(l.Question) == "" {
		return l, errors.New("缺少 question（问题）")
	}
	if l.Plan != "" {
		if _, err := findPlan(as.plans, l.Plan); err != nil {
			return l, err
		}
	}
	return l, nil
}

// writeJSON writes an answer object as one line. Nothing is escaped for HTML:
// a quote must look like the plan's text to whoever compares lines.
func writeJSON(w io.Writer, a *answer.Answer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(a)
}
