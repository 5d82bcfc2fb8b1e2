package answer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/ground"
)

// A Model is a language model that may add to an answer, never change one. What
// it writes reaches nobody unchecked.
type Model interface {
	// Name is what is shown beside what the model wrote.
	Name() string

	// Write returns one JSON object, of the form that p asks for if the model
	// keeps to it.
	Write(ctx context.Context, p Prompt) ([]byte, error)
}

// A Prompt tells a model what to write. Texts of plans and questions are in User
// only, as JSON strings: they are data, whatever they say.
type Prompt struct {
	Version   string          // changes with the wording
	Name      string          // of the object: "summary"
	Schema    json.RawMessage // JSON schema of the object
	System    string
	User      string
	MaxTokens int    // that the object may have
	Payer     string // whose budget pays: a chat
}

// An Addition is what a model made of an answer. The zero Addition is nothing.
type Addition struct {
	Summary *Summary
	Second  *Second
	Dropped []Drop // what it wrote that is not shown
	Err     error  // why it wrote nothing: of the Model
}

// A Drop is something that a model wrote and nobody sees.
type Drop struct {
	Why  string // one word of a fixed set, for counting
	What string // the words that are wrong
	Text string
}

// A Second is the answer to a question as a model rephrased it, for questions
// without an answer.
type Second struct {
	Question string  `json:"question"`
	Answer   *Answer `json:"answer"`
}

// With returns a with an addition: a itself when there is nothing to add, else a
// copy.
func (a *Answer) With(x Addition) *Answer {
	if x.Summary == nil && x.Second == nil {
		return a
	}
	b := *a
	b.Summary, b.Second = x.Summary, x.Second
	return &b
}

// whys says in Chinese why something was dropped.
var whys = map[string]string{
	"abstain": "模型说不能", "handle": "没有这样的条款代号", "too-many": "句子太多", "short": "剩下的不足以回答,没有说到",
	"not-found": "换了说法也没有答案", "same": "没有改动", "form": "不是一句短问题", "ask": "问的不是一回事", "topic": "说的不是一回事",
	"indicator": "指标变了", "place": "地方不对", "year": "时间变了", "plan": "方案变了", "agency": "单位不对", "negation": "否定不一致",
	"number": "数字或单位不对", "word": "条款里没有这些词", "empty": "空句", "length": "太长或太短", "character": "有不该有的字符", "markup": "有链接或标记",
	"person": "不是陈述", "uncited": "没有依据", "bound": "限定词不一致", "subject": "数值是别的事的", "date": "日期不对", "lead": "不是牵头单位",
	"role": "单位的角色不对", "quote": "引文不一致", "direction": "增减不一致", "modality": "力度不一致", "order": "词语重新拼过", "novelty": "条款里的词太少",
}

// Lines tells step by step what became of what the model wrote, for
// `wence ask --explain`. Why it wrote nothing is for who knows the model.
func (x Addition) Lines() []string {
	var out []string
	if x.Summary != nil {
		out = append(out, fmt.Sprintf("归纳:%d句通过核对", len(x.Summary.Sentences)))
	}
	if x.Second != nil {
		out = append(out, "改写通过核对:"+x.Second.Question)
	}
	for _, d := range x.Dropped {
		why := cmp.Or(whys[d.Why], d.Why)
		if d.What != "" {
			why += " " + d.What
		}
		out = append(out, strings.TrimSuffix(fmt.Sprintf("弃用(%s):%s", why, d.Text), ":"))
	}
	return out
}

// Extends reports whether a model has anything to do for an answer: one that
// cites several clauses can be summarised, a question without an answer
// rephrased.
func (e *Engine) Extends(a *Answer) bool {
	return a.Found && summarisable(e.evidence(a)) || e.rephrasable(a)
}

// Extend lets a model add to an answer, which stays as it is. Payer is whose
// budget pays for it, today the date of the question.
func (e *Engine) Extend(ctx context.Context, m Model, a *Answer, payer string, today time.Time) Addition {
	switch {
	case a.Found:
		return e.summarise(ctx, m, a, payer)
	case e.rephrasable(a):
		return e.rephrase(ctx, m, a, payer, today)
	}
	return Addition{}
}

// A cited is a clause that an answer cites, with all that the gate may hold
// against a sentence.
type cited struct {
	handle string
	Citation
	clause ground.Clause
}

// evidence returns the distinct clauses that an answer cites.
func (e *Engine) evidence(a *Answer) []cited {
	var out []cited
	for _, c := range a.Citations {
		if slices.ContainsFunc(out, func(x cited) bool { return x.Plan == c.Plan && x.ID == c.ID }) {
			continue
		}
		out = append(out, cited{fmt.Sprintf("c%d", len(out)+1), c, e.grounds(c)})
	}
	return out
}

// grounds is what a citation says: its words, and what the plan says of it
// elsewhere.
func (e *Engine) grounds(c Citation) ground.Clause {
	if p, ok := e.plan(c.Plan); ok {
		if i, ok := p.ClauseByID(c.ID); ok {
			return ground.OfClause(p, i)
		}
		if i, ok := p.TargetByID(c.ID); ok {
			return ground.OfTarget(p, i)
		}
	}
	return ground.Clause{Text: c.Quote, Label: c.Label}
}

// decode reads one JSON object and nothing behind it. Fields that v does not
// have are let pass: some models add their thoughts.
func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(v); err != nil {
		return errors.New("the model wrote no such object")
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("the model wrote more than an object")
	}
	return nil
}

// asData writes v as JSON for a prompt.
func asData(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // strings and lists of them
	}
	return strings.TrimSpace(b.String())
}

// clipRunes bounds a text by runes.
func clipRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
