package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxObject bounds the object of an answer, in bytes. It is what a store takes.
const maxObject = 64 << 10

// object returns the one JSON object in what a model wrote, without white
// space between its tokens. Thinking aloud in <think> is skipped, and so are a
// code fence around the object and words before and after it, as long as
// nothing in them looks like a second object.
func object(text string) ([]byte, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("it is not UTF-8")
	}
	text = strings.TrimPrefix(text, "\ufeff")
	// An object as a whole comes first: what looks like a mark may be in one
	// of its strings.
	if b, rest, err := first(text); err == nil && strings.TrimSpace(rest) == "" {
		return b, nil
	}
	text = unthink(text)
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("it is empty")
	}
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return nil, errors.New("there is no JSON object in it")
	}
	before := strings.TrimSpace(text[:start])
	if strings.HasSuffix(before, "[") || before != "" && json.Valid([]byte(text)) {
		return nil, errors.New("it is JSON, but no object")
	}
	b, rest, err := first(text[start:])
	if err != nil {
		return nil, err
	}
	if strings.Contains(rest, "{") {
		return nil, errors.New("there is more than one JSON object in it")
	}
	return b, nil
}

// first returns the JSON object that text begins with, and what follows it.
func first(text string) (b []byte, rest string, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil || len(raw) == 0 || raw[0] != '{' {
		return nil, "", errors.New("it is no valid JSON object")
	}
	if len(raw) > maxObject {
		return nil, "", errors.New("the JSON object is too long")
	}
	var out bytes.Buffer
	if err := json.Compact(&out, raw); err != nil {
		return nil, "", errors.New("it is no valid JSON object")
	}
	return out.Bytes(), text[d.InputOffset():], nil
}

// unthink removes what a model thought aloud: all up to the last </think>,
// whose opening mark some chat templates keep to themselves, or a thought that
// never ended.
func unthink(text string) string {
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i+len("</think>"):]
	}
	if i := strings.Index(text, "<think>"); i >= 0 {
		text = text[:i]
	}
	return text
}

// required returns the members that a JSON schema of an object requires.
func required(schema json.RawMessage) ([]string, error) {
	var s struct {
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, err
	}
	return s.Required, nil
}

// missing returns the first of names that is no member of a JSON object, ""
// for none.
func missing(object []byte, names []string) string {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return "all"
	}
	for _, n := range names {
		if _, ok := members[n]; !ok {
			return n
		}
	}
	return ""
}
