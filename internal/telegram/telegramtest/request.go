package telegramtest

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxRequest is the largest body that Telegram takes, and a little more.
const maxRequest = 51 << 20

// Params are the parameters of a call: strings as they came, all else as JSON.
type Params map[string]string

// A File is a file that the bot sent.
type File struct {
	Name string
	Type string // MIME type
	Data []byte
}

type request struct {
	method string // lower case
	params Params
	files  map[string]File
}

// An apiError is a refusal as Telegram words it.
type apiError struct {
	code       int
	text       string
	retryAfter int
	migrateTo  int64
}

func bad(format string, args ...any) *apiError {
	return &apiError{code: 400, text: "Bad Request: " + fmt.Sprintf(format, args...)}
}

func forbidden(text string) *apiError { return &apiError{code: 403, text: "Forbidden: " + text} }

func conflict(text string) *apiError { return &apiError{code: 409, text: "Conflict: " + text} }

func tooMany(seconds int) *apiError {
	return &apiError{code: 429, text: "Too Many Requests: retry after " + strconv.Itoa(seconds), retryAfter: seconds}
}

var errUTF8 = bad("strings must be encoded in UTF-8")

// object is a JSON object on its way out.
type object = map[string]any

func readRequest(method string, r *http.Request) (*request, *apiError) {
	req := &request{method: strings.ToLower(method), params: Params{}, files: map[string]File{}}
	req.values(r.URL.Query())
	kind, attrs, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body := io.LimitReader(r.Body, maxRequest+1)
	var e *apiError
	switch kind {
	case "multipart/form-data":
		e = req.multipart(multipart.NewReader(body, attrs["boundary"]))
	case "application/json":
		e = req.json(body)
	case "application/x-www-form-urlencoded":
		e = req.form(body)
	default:
		_, _ = io.Copy(io.Discard, body)
	}
	for _, v := range req.params {
		if !utf8.ValidString(v) {
			return req, errUTF8
		}
	}
	return req, e
}

func (req *request) values(v url.Values) {
	for k := range v {
		req.params[k] = v.Get(k)
	}
}

func (req *request) form(body io.Reader) *apiError {
	data, err := io.ReadAll(body)
	if err != nil {
		return bad("failed to read the request")
	}
	v, err := url.ParseQuery(string(data))
	if err != nil {
		return bad("can't parse parameters")
	}
	req.values(v)
	return nil
}

func (req *request) json(body io.Reader) *apiError {
	data, err := io.ReadAll(body)
	if err != nil {
		return bad("failed to read the request")
	}
	if !utf8.Valid(data) {
		return errUTF8
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return bad("can't parse JSON object")
	}
	for k, v := range raw {
		var s string
		if json.Unmarshal(v, &s) != nil {
			s = string(v)
		}
		if string(v) != "null" {
			req.params[k] = s
		}
	}
	return nil
}

func (req *request) multipart(m *multipart.Reader) *apiError {
	size := 0
	for {
		part, err := m.NextPart()
		if err != nil {
			// The client library sends a body without a boundary at all when a
			// call has no parameters.
			return nil
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return bad("failed to read the request")
		}
		if size += len(data); size > maxRequest {
			return &apiError{code: 413, text: "Request Entity Too Large"}
		}
		if part.FileName() == "" {
			req.params[part.FormName()] = string(data)
			continue
		}
		req.files[part.FormName()] = File{part.FileName(), part.Header.Get("Content-Type"), data}
	}
}

// number returns an integer parameter, or 0.
func (req *request) number(name string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(req.params[name]), 10, 64)
	return n
}

func (req *request) flag(name string) bool {
	switch strings.ToLower(req.params[name]) {
	case "true", "1", "yes", "t":
		return true
	}
	return false
}

// decode unmarshals a JSON parameter into v. A missing one leaves v alone.
func (req *request) decode(name string, v any) bool {
	s := req.params[name]
	return s == "" || json.Unmarshal([]byte(s), v) == nil
}
