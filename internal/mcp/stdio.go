package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
)

// writer lets two write whole messages, and leaves what it writes to open: it
// is the caller's.
type writer struct {
	mu sync.Mutex
	w  io.Writer
}

func (w *writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.w.Write(p)
}

func (*writer) Close() error { return nil }

// parseError is what JSON-RPC answers to what is no JSON.
const parseError = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"这一行不是 JSON,请每行发送一个 JSON-RPC 消息。"}}` + "\n"

// sift passes the lines of in on to good, but answers those that are no JSON
// itself. It ends good with in. Lines that are too long go on: they end the
// session, since nobody knows where the next begins.
func sift(in io.Reader, good *io.PipeWriter, out io.Writer) {
	lines := bufio.NewReaderSize(in, maxMessage+2)
	for {
		line, err := lines.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		switch {
		case len(bytes.TrimSpace(line)) == 0:
		case long || json.Valid(line):
			if _, err := good.Write(line); err != nil {
				return
			}
		default:
			if _, err := io.WriteString(out, parseError); err != nil {
				_ = good.CloseWithError(err) // never fails
				return
			}
		}
		if err != nil && !long {
			_ = good.CloseWithError(err)
			return
		}
	}
}
