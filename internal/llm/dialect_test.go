package llm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// asAsked answers requests in the formats it knows and refuses all others.
func asAsked(refuse step, known ...string) step {
	return func(w http.ResponseWriter, r *http.Request, q request) {
		for _, f := range known {
			if q.format() == f {
				says(object1)(w, r, q)
				return
			}
		}
		refuse(w, r, q)
	}
}

// TestR11Dialects: servers that take less than OpenAI documents are asked for
// less, and asked so at once the next time and after a restart.
func TestR11Dialects(t *testing.T) {
	const schema, object, words = "json_schema", "json_object", ""
	limit := func(w http.ResponseWriter, r *http.Request, q request) {
		if q.MaxTokens != 0 {
			status(400, `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","code":"unsupported_parameter"}}`)(w, r, q)
			return
		}
		says(object1)(w, r, q)
	}
	heat := func(w http.ResponseWriter, r *http.Request, q request) {
		if q.Temperature != nil {
			status(400, `{"error":{"message":"invalid temperature: only 1 is allowed for this model"}}`)(w, r, q)
			return
		}
		limit(w, r, q)
	}
	ignores := func(content string, heeded ...string) step { return asAsked(says(content), heeded...) }
	thinks := func(w http.ResponseWriter, r *http.Request, q request) {
		if q.MaxTokens <= 100 {
			choice("", "先想", "length", 40)(w, r, q)
			return
		}
		says(object1)(w, r, q)
	}
	for _, c := range []struct {
		name    string
		server  step
		formats string
		then    dialect
	}{
		{"takes schemas", asAsked(nil, schema), schema, dialect{}},
		{"400 for a schema", asAsked(status(400, `{"error":{"message":"This response_format type is unavailable now"}}`), object), schema + "," + object, dialect{Format: byObject}},
		{"404 for a schema", asAsked(status(404, ""), object), schema + "," + object, dialect{Format: byObject}},
		{"422 for a schema", asAsked(status(422, "[]"), object), schema + "," + object, dialect{Format: byObject}},
		{"500 for a schema", asAsked(status(500, `{"error":"failed to parse grammar"}`), object), schema + "," + object, dialect{Format: byObject}},
		{"takes no format", asAsked(status(400, ""), words), schema + "," + object + "," + words, dialect{Format: byWords}},
		{"prose for a schema", ignores("好的,我来概括。", object), schema + "," + object, dialect{Format: byObject}},
		{"another object for a schema", ignores(`{"answer":1}`, object), schema + "," + object, dialect{Format: byObject}},
		{"empty for any format", ignores("", words), schema + "," + object + "," + words, dialect{Format: byWords}},
		{"no max_tokens", limit, schema + "," + schema, dialect{Completion: true}},
		{"neither max_tokens nor temperature", heat, schema + "," + schema + "," + schema, dialect{Completion: true, NoHeat: true}},
		{"thinks for long", thinks, schema + "," + schema, dialect{Thinks: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPeer(t, c.server)
			s := store.NewMemory(nil)
			defer s.Close()
			keep := func(o *Options) { o.Store, o.Now = s, nil }
			r := newRig(t, p.URL+"/v1", keep)
			if got := ask(t, r.Client, prompt("甲")); got != object1 {
				t.Errorf("got %s", got)
			}
			if got := p.formats(); got != c.formats {
				t.Errorf("asked in %q, want %q", got, c.formats)
			}
			if d, proven := r.dialect(); d != c.then || !proven {
				t.Errorf("learned %+v, %v, want %+v", d, proven, c.then)
			}
			ask(t, r.Client, prompt("乙"))
			r.Close()
			ask(t, newRig(t, p.URL+"/v1", keep).Client, prompt("丙"))
			n := strings.Count(c.formats, ",") + 1
			if got := len(p.requests()); got != n+2 {
				t.Errorf("%d requests, want %d and one for each prompt after", got, n)
			}
			other := newRig(t, p.URL+"/v1", func(o *Options) { o.Store, o.Now, o.Model = s, nil, "other" })
			if _, proven := other.dialect(); proven {
				t.Error("what was learned of one model goes for another")
			}
		})
	}
}

// An answer that is none of the format, from a server that has kept to it
// before, is asked for once more in words, and nothing is learned from that.
func TestR11EmptyContentOnce(t *testing.T) {
	for _, d := range []dialect{{}, {Format: byObject}} {
		p := newPeer(t, says(""), says(object1))
		r := newRig(t, p.URL+"/v1", nil).proven(d)
		ask(t, r.Client, prompt("甲"))
		if q := p.requests(); len(q) != 2 || q[1].format() != "" || !strings.Contains(q[1].system(), testSchema) {
			t.Errorf("asked %+v", q)
		}
		if got, _ := r.dialect(); got != d {
			t.Errorf("learned %+v", got)
		}
	}
}

// What works neither simply nor well is no reason to ask simply from now on.
func TestR11NothingLearnedFromRefusal(t *testing.T) {
	p := newPeer(t, status(400, ""))
	r := newRig(t, p.URL+"/v1", nil)
	_, err := r.Complete(context.Background(), prompt("甲"))
	if !errors.Is(err, ErrRefused) || p.formats() != "json_schema,json_object," {
		t.Errorf("%v after %q", err, p.formats())
	}
	if d, proven := r.dialect(); proven || d != (dialect{}) {
		t.Errorf("learned %+v", d)
	}
	p.play(says("nonsense"))
	_, err = r.Complete(context.Background(), prompt("甲"))
	if !errors.Is(err, ErrBadAnswer) || len(p.requests()) != 3 {
		t.Errorf("%v after %d requests", err, len(p.requests()))
	}
	// Once the server is known, a refusal that names no parameter is the prompt's.
	p.play(says(object1))
	ask(t, r.Client, prompt("乙"))
	p.play(status(400, "too many tokens"))
	if _, err = r.Complete(context.Background(), prompt("甲")); !errors.Is(err, ErrRefused) || len(p.requests()) != 1 {
		t.Errorf("%v after %d requests", err, len(p.requests()))
	}
}

// What was learned is forgotten after a while: servers get better.
func TestDialectExpires(t *testing.T) {
	p := newPeer(t, status(400, ""), says(object1))
	r := newRig(t, p.URL+"/v1", nil)
	ask(t, r.Client, prompt("甲"))
	r.pass(dialectKept)
	ask(t, r.Client, prompt("乙"))
	if got := p.formats(); got != "json_schema,json_object,json_schema" {
		t.Errorf("asked in %q", got)
	}
}

// A stored dialect that nobody can read is none.
func TestDialectDamaged(t *testing.T) {
	for _, v := range []string{"", "x", "[]", `{"format":3}`, `{"format":-1}`, `{"format":"words"}`} {
		r := newRig(t, "http://127.0.0.1:1", nil)
		if err := r.opt.Store.Apply(store.Put(r.dialectKey, []byte(v)).Until(r.clock().Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if d, proven := r.dialect(); proven || d != (dialect{}) {
			t.Errorf("%q is read as %+v", v, d)
		}
	}
}

func TestRequest(t *testing.T) {
	p := newPeer(t, says(object1))
	r := newRig(t, p.URL+"/v1/", nil)
	for _, c := range []struct {
		d                   dialect
		format              string
		limit, otherLimit   int
		heat, schemaInWords bool
	}{
		{dialect{}, "json_schema", 100, 0, true, false},
		{dialect{Format: byObject}, "json_object", 100, 0, true, true},
		{dialect{Format: byWords, Completion: true}, "", 0, 100, true, true},
		{dialect{NoHeat: true, Thinks: true}, "json_schema", 100 + thinking, 0, false, false},
	} {
		p.play(says(object1))
		r.proven(c.d)
		q := prompt(fmt.Sprintf("%+v", c.d))
		ask(t, r.Client, q)
		got := p.requests()[0]
		if got.Model != "m" || got.Stream || got.format() != c.format || got.MaxTokens != c.limit || got.MaxCompletionTokens != c.otherLimit {
			t.Errorf("%+v: asked %+v", c.d, got)
		}
		if (got.Temperature != nil) != c.heat || c.heat && (*got.Temperature <= 0 || *got.Temperature > math.SmallestNonzeroFloat32) {
			t.Errorf("%+v: temperature %v", c.d, got.Temperature)
		}
		if len(got.Messages) != 2 || !strings.HasPrefix(got.system(), q.System) || got.Messages[1].Content != q.User || got.Messages[1].Role != "user" {
			t.Errorf("%+v: messages %+v", c.d, got.Messages)
		}
		if in := strings.Contains(got.system(), testSchema) && strings.Contains(got.system(), "JSON"); in != c.schemaInWords {
			t.Errorf("%+v: system message %q", c.d, got.system())
		}
		if c.format == "json_schema" {
			if s := got.ResponseFormat.JSONSchema; s == nil || string(s.Schema) != testSchema || s.Name != "summary" || !s.Strict {
				t.Errorf("%+v: schema %+v", c.d, s)
			}
		}
	}
}

// Some models are known to the library, which refuses what they refuse before
// anything is sent.
func TestKnownReasoningModels(t *testing.T) {
	for _, model := range []string{"o3-mini", "gpt-5", "gpt-6-sol"} {
		p := newPeer(t, says(object1))
		r := newRig(t, p.URL+"/v1", func(o *Options) { o.Model = model })
		if got := ask(t, r.Client, prompt("甲")); got != object1 {
			t.Errorf("%s: %s", model, got)
		}
		q := p.requests()
		if len(q) != 1 || q[0].Temperature != nil || q[0].MaxTokens != 0 || q[0].MaxCompletionTokens != 100 {
			t.Errorf("%s: asked %+v", model, q)
		}
		if u := r.used(); u.Today != 30 {
			t.Errorf("%s: counted %+v", model, u)
		}
	}
}
