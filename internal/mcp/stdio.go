package mcp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"time"
)

// A pipe carries the lines of one client. It does two things that the SDK does
// not: it answers a line that is no JSON, where the SDK would end the session,
// and it keeps the session open until the calls of a client that has nothing
// more to say are answered, where the SDK would drop them.
type pipe struct {
	in   io.Reader
	good *io.PipeWriter // lines for the SDK

	mu   sync.Mutex // also makes of each Write a whole message
	out  io.Writer
	open int           // calls without an answer
	idle chan struct{} // gets one when open falls to 0
}

func newPipe(in io.Reader, out io.Writer) (p *pipe, good io.ReadCloser) {
	r, w := io.Pipe()
	return &pipe{in: in, good: w, out: out, idle: make(chan struct{}, 1)}, r
}

// lastAnswers is how long answers are waited for when a client has nothing more
// to say.
const lastAnswers = 10 * time.Second

// parseError is what JSON-RPC answers to what is no JSON.
const parseError = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"这一行不是 JSON,请每行发送一个 JSON-RPC 消息。"}}` + "\n"

// Write writes a message of the SDK.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, answers := count(b)
	if p.open -= answers; p.open <= 0 && answers > 0 {
		p.open = 0
		select {
		case p.idle <- struct{}{}:
		default:
		}
	}
	return p.out.Write(b)
}

// Close leaves open what p writes to: it is the caller's.
func (p *pipe) Close() error { return nil }

// pump passes on the lines of the client, until there are no more. A line that
// is too long goes on too: it ends the session, since nobody knows where the
// next begins.
func (p *pipe) pump() {
	lines := bufio.NewReaderSize(p.in, maxMessage+2)
	for {
		line, err := lines.ReadSlice('\n')
		long := errors.Is(err, bufio.ErrBufferFull)
		if sent := p.pass(line, long); sent != nil {
			err, long = sent, false
		}
		if err != nil && !long {
			p.settle()
			_ = p.good.CloseWithError(err) // never fails
			return
		}
	}
}

// pass hands a line on, or answers it.
func (p *pipe) pass(line []byte, long bool) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	if !long && !json.Valid(line) {
		_, err := p.Write([]byte(parseError))
		return err
	}
	calls, _ := count(line)
	p.mu.Lock()
	p.open += calls
	p.mu.Unlock()
	_, err := p.good.Write(line)
	return err
}

// settle waits until all calls are answered.
func (p *pipe) settle() {
	late := time.After(lastAnswers)
	for {
		p.mu.Lock()
		open := p.open
		p.mu.Unlock()
		if open == 0 {
			return
		}
		select {
		case <-p.idle:
		case <-late:
			return
		}
	}
}

// count returns how many calls and answers a message holds, or a list of
// messages.
func count(b []byte) (calls, answers int) {
	var list []object
	if json.Unmarshal(b, &list) != nil {
		var one object
		_ = json.Unmarshal(b, &one) // what is no object is neither
		list = []object{one}
	}
	for _, m := range list {
		id, given := m["id"]
		switch _, method := m["method"]; {
		case !given || string(id) == "null":
		case method:
			calls++
		default:
			answers++
		}
	}
	return calls, answers
}
