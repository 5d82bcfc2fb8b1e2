package llm

import (
	"encoding/json"
	"math"
	"time"

	"github.com/sashabaranov/go-openai"

	"github.com/wence-qa/wence/internal/store"
)

// dialectKept is how long what was learned about a server holds. Then it is
// tried from the top again, since servers get better.
const dialectKept = 7 * 24 * time.Hour

// thinking is how many tokens more a model may take that thinks aloud: servers
// count thoughts as part of the answer.
const thinking = 4096

// A dialect is how a server wants to be asked. The zero dialect is what OpenAI
// documents; servers that do not know all of it are asked in a simpler one.
type dialect struct {
	Format     format `json:"format,omitempty"`
	Completion bool   `json:"completion,omitempty"` // the limit is called max_completion_tokens
	NoHeat     bool   `json:"no_heat,omitempty"`    // no temperature may be sent
	Thinks     bool   `json:"thinks,omitempty"`     // thoughts count as part of the answer
}

// A format says how an object is asked for.
type format int

// Formats, the one that promises most first.
const (
	bySchema format = iota // response_format json_schema
	byObject               // response_format json_object, the schema in the prompt
	byWords                // the schema in the prompt
)

// simpler returns the dialect to try after f, or false. proven says that d has
// worked before: then a refusal that does not name the format is about the
// prompt.
func (d dialect) simpler(f *fault, proven bool) (dialect, bool) {
	before := d
	switch f.hint {
	case hintHeat:
		d.NoHeat = true
	case hintLimit:
		if !d.Completion {
			d.Completion = true
		} else if !proven {
			d.Format = min(d.Format+1, byWords)
		}
	case hintThought:
		d.Thinks = true
	case hintFormat:
		d.Format = min(d.Format+1, byWords)
	case hintIgnored:
		if d.Format = min(d.Format+1, byWords); proven {
			d.Format = byWords // an accident of this prompt: one more call, not two
		}
	case hintUnclear:
		if !proven {
			d.Format = min(d.Format+1, byWords)
		}
	}
	return d, d != before
}

// request makes the request for p.
func (d dialect) request(model string, p Prompt) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{Model: model}
	system := p.System
	switch d.Format {
	case bySchema:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{
			Type:       openai.ChatCompletionResponseFormatTypeJSONSchema,
			JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{Name: p.Name, Schema: p.Schema, Strict: true},
		}
	case byObject:
		r.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: openai.ChatCompletionResponseFormatTypeJSONObject}
		system += inWords(p.Schema)
	case byWords:
		system += inWords(p.Schema)
	}
	for _, m := range []openai.ChatCompletionMessage{
		{Role: openai.ChatMessageRoleSystem, Content: system}, {Role: openai.ChatMessageRoleUser, Content: p.User},
	} {
		if m.Content != "" {
			r.Messages = append(r.Messages, m)
		}
	}
	if d.Completion {
		r.MaxCompletionTokens = d.limit(p)
	} else {
		//lint:ignore SA1019 most servers know no other name
		r.MaxTokens = d.limit(p)
	}
	if !d.NoHeat {
		r.Temperature = math.SmallestNonzeroFloat32 // the library leaves a 0 out
	}
	return r
}

// limit returns how many tokens an answer to p may take.
func (d dialect) limit(p Prompt) int {
	if d.Thinks {
		return p.MaxTokens + thinking
	}
	return p.MaxTokens
}

// inWords asks for an object in the prompt. Some servers refuse json_object
// unless the word JSON is there.
func inWords(schema json.RawMessage) string {
	return "\n\nReply with exactly one JSON object and nothing else: no explanation, no code fence. " +
		"It must conform to this JSON Schema:\n" + string(schema)
}

// dialect returns how the server is to be asked, and whether that has worked
// before.
func (c *Client) dialect() (d dialect, proven bool) {
	e, err := c.opt.Store.Get(c.dialectKey)
	if err != nil || json.Unmarshal(e.Value, &d) != nil || d.Format < bySchema || d.Format > byWords {
		return dialect{}, false
	}
	return d, true
}

// speak remembers that d works.
func (c *Client) speak(d dialect) {
	c.log.Info("the server understands", "format", d.Format.String(), "max_completion_tokens", d.Completion, "temperature", !d.NoHeat, "thinks", d.Thinks)
	b, err := json.Marshal(d)
	if err == nil {
		err = c.opt.Store.Apply(store.Put(c.dialectKey, b).Until(c.opt.Now().Add(dialectKept)))
	}
	if err != nil {
		c.log.Warn("cannot remember how to ask the server", "error", err)
	}
}

func (f format) String() string { return [...]string{"json_schema", "json_object", "words"}[f] }
