package mcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/wence-qa/wence/internal/answer"
)

// A mistake is what a caller did wrong, in words for people.
type mistake string

func (m mistake) Error() string { return string(m) }

func mistakef(format string, args ...any) error { return mistake(fmt.Sprintf(format, args...)) }

// The arguments of the tools. What is not optional may not be omitted.
type (
	askArgs struct {
		Question string `json:"question" jsonschema:"The question in Chinese, whole in itself: no earlier question is remembered. For example 湿地保护率要到多少? or 古树名木保护由哪个部门牵头?"`
		Plan     string `json:"plan,omitempty" jsonschema:"Id of the plan to answer from; leave out to let the question decide."`
	}
	searchArgs struct {
		Query    string `json:"query,omitempty" jsonschema:"Words or a phrase in Chinese, such as 人参 or 秸秆 禁烧. Words are separated by spaces, and all must occur. May be left out when agency or deadline is given."`
		Plan     string `json:"plan,omitempty" jsonschema:"Id of the plan to search; leave out to search all."`
		Agency   string `json:"agency,omitempty" jsonschema:"Only what this agency leads. Full names and aliases are understood: 省林草局, 林业和草原局."`
		Deadline string `json:"deadline,omitempty" jsonschema:"Only what names this year as its deadline, such as 2025."`
		Limit    int    `json:"limit,omitempty" jsonschema:"How many clauses to return at most."`
	}
	clauseArgs struct {
		Plan string `json:"plan" jsonschema:"Id of the plan."`
		ID   string `json:"id" jsonschema:"Id of a clause (6.1.1), target (6.0.2), paragraph of targets (6.0) or section (6.1), as citations give it."`
	}
	tasksArgs struct {
		Agency string `json:"agency" jsonschema:"One agency. Full names and aliases are understood: 省生态环境厅, 环保厅."`
		Plan   string `json:"plan,omitempty" jsonschema:"Id of the plan; leave out for all."`
	}
)

// longest is how many characters an argument may have. It bounds the work that
// one call can cause; questions are as long as those in chat.
var longest = map[string]int{"question": 4000, "query": 200, "plan": 100, "agency": 60, "deadline": 20, "id": 60}

// How many clauses a search returns.
const (
	usualLimit = 10
	maxLimit   = 50
)

// inputSchema describes the arguments T. plans are the known ids.
func inputSchema[T any](plans string) *jsonschema.Schema {
	schema := outputSchema[T]()
	for name, p := range schema.Properties {
		if n := longest[name]; n > 0 {
			p.MaxLength = &n
		}
		switch name {
		case "plan":
			p.Description += " Known: " + plans + "."
		case "limit":
			low, high := 1.0, float64(maxLimit)
			p.Minimum, p.Maximum = &low, &high
			p.Default = json.RawMessage(fmt.Sprint(usualLimit))
		}
	}
	return schema
}

func outputSchema[T any]() *jsonschema.Schema {
	// An answer holds an answer within, which no call of a tool has.
	opt := &jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[answer.Second](): {Type: "object"},
	}}
	schema, err := jsonschema.For[T](opt)
	if err != nil {
		panic(err) // a type of this package that no schema can describe
	}
	return schema
}

// decode reads the arguments of a tool. The error, if any, is a mistake.
func decode[T any](raw json.RawMessage) (args T, err error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		raw = json.RawMessage("{}")
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	err = dec.Decode(&args)
	if err == nil && dec.More() {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		return args, nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		want := "字符串"
		if wrong.Type.Kind().String() == "int" {
			want = "整数"
		}
		return args, mistakef("参数 %s 应当是%s,请改正后再试。", wrong.Field, want)
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return args, mistakef("没有名为 %s 的参数,请去掉。可用的参数:%s。", field, names[T]())
	}
	return args, mistakef("参数应当是一个 JSON 对象。可用的参数:%s。", names[T]())
}

// names lists the arguments T.
func names[T any]() string { return strings.Join(outputSchema[T]().PropertyOrder, "、") }

// An arg is a named argument.
type arg struct {
	name  string
	value *string
}

// trimAll takes the blanks around arguments away and checks their lengths.
func trimAll(args ...arg) error {
	for _, a := range args {
		*a.value = strings.TrimSpace(*a.value)
		if n := utf8.RuneCountInString(*a.value); n > longest[a.name] {
			return mistakef("参数 %s 太长(%d字),请缩短到%d字以内。", a.name, n, longest[a.name])
		}
	}
	return nil
}
