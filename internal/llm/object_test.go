package llm

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestObject(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // "" is an error
		{`{"a":1}`, `{"a":1}`},
		{" \n{ \"a\" : [ 1 , 2 ] }\r\n ", `{"a":[1,2]}`},
		{"\ufeff{}", `{}`},
		{"```json\n{\"a\":1}\n```", `{"a":1}`},
		{"```\n{\"a\":1}\n```\n", `{"a":1}`},
		{"好的,结果如下:\n{\"a\":1}\n希望有帮助。", `{"a":1}`},
		{"<think>\n想 {\"a\":0}\n</think>\n{\"a\":1}", `{"a":1}`},
		{"想 {\"a\":0}\n</think>{\"a\":1}", `{"a":1}`},
		{"<think></think>```json\n{\"a\":1}\n```", `{"a":1}`},
		{`{"a":"<think>"}`, `{"a":"<think>"}`},
		{`{"a":"</think>{}"}`, `{"a":"</think>{}"}`},
		{"{\"a\":\"```\"}", "{\"a\":\"```\"}"},
		{`{"a":"\u003c\ud83d\ude00"}`, `{"a":"\u003c\ud83d\ude00"}`},
		{"", ""},
		{"<think>还没想完 {\"a\":1}", ""},
		{"<think>想</think>", ""},
		{"没有", ""},
		{"null", ""}, {"1", ""}, {`"{}"`, ""}, {"[]", ""},
		{`[{"a":1}]`, ""},
		{`{"a":1}{"a":2}`, ""},
		{"{\"a\":1}\n{\"a\":2}", ""},
		{"```json\n{\"a\":1}\n```\n```json\n{\"a\":2}\n```", ""},
		{`{"a":1`, ""}, {`{"a":}`, ""}, {`{a:1}`, ""}, {`{'a':1}`, ""}, {`{"a":1,}`, ""}, {`{"a":NaN}`, ""},
		{"{\"a\":\"\n\"}", ""},
		{"{\"a\":\"\xff\"}", ""},
		{strings.Repeat(`{"a":`, 20000), ""},
		{`{"a":"` + strings.Repeat("x", maxObject) + `"}`, ""},
	} {
		got, err := object(c.text)
		if string(got) != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%.60q: %.60q, %v", c.text, got, err)
		}
	}
}

func FuzzObject(f *testing.F) {
	for _, s := range []string{
		`{"a":1}`, "```json\n{\"a\":[1]}\n```", "<think>{</think>{\"a\":\"}\"}", `{"a":1}{"b":2}`, `[{"a":1}]`, "好{\"a\":\"\\ud800\"}", "{", "}{", "<think><think>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := object(text)
		if err != nil {
			if b != nil {
				t.Errorf("%q: %q with the error %v", text, b, err)
			}
			return
		}
		var members map[string]json.RawMessage
		if !json.Valid(b) || json.Unmarshal(b, &members) != nil || members == nil || !utf8.Valid(b) || len(b) > maxObject {
			t.Fatalf("%q: %q is no object", text, b)
		}
		for _, same := range []string{string(b), "```json\n" + string(b) + "\n```", "<think>{}</think>" + string(b), "好:" + string(b) + "。"} {
			again, err := object(same)
			inString := strings.Contains(string(b), "think>")
			if !inString && (err != nil || !bytes.Equal(again, b)) {
				t.Fatalf("%q: %q, %v, before %q", same, again, err, b)
			}
		}
		if two, err := object(string(b) + "\n" + string(b)); err == nil {
			t.Fatalf("two objects are read as %q", two)
		}
	})
}
