package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A Line is one question as it comes in, one JSON object a line, in
// `wence ask --jsonl` and from a question set. ReplyTo and Plan are optional.
type Line struct {
	ID       string `json:"id"`
	Chat     string `json:"chat"`
	User     string `json:"user"`
	Question string `json:"question"`
	ReplyTo  string `json:"reply_to,omitempty"` // id of an earlier line whose answer is replied to
	Plan     string `json:"plan,omitempty"`     // id of the plan that the conversation is about
}

// A Case is one conversation whose last answer is marked, with what a right
// answer holds. A zero field is not checked.
type Case struct {
	ID         string `json:"id"`
	Turns      []Turn `json:"turns"`
	Kind       string `json:"kind"`       // of the question: "lead", "target", …
	As         string `json:"as"`         // the kind by whose rules it is marked; "" for Kind
	Style      string `json:"style"`      // "formal", "colloquial", …
	Sub        string `json:"sub"`        // "chitchat", "absent", …
	Answerable bool   `json:"answerable"` // whether the plan says it

	Leads      []string   `json:"leads"`       // exactly these
	LeadCheck  string     `json:"lead_check"`  // "skip" leaves leads unmarked
	WrongLeads []string   `json:"wrong_leads"` // none of these
	Values     []string   `json:"values"`      // all of these
	ValuesAny  [][]string `json:"values_any"`  // one of each group
	WrongValue []string   `json:"wrong_values"`
	HeadAny    [][]string `json:"head_any"` // one of each group, in the headline
	Count      *int       `json:"count"`
	Agency     string     `json:"agency"` // whose tasks are listed

	Cite       []string            `json:"cite"` // wordings of the clauses that answer
	CiteAlt    map[string][]string `json:"cite_alt"`
	CiteAll    bool                `json:"cite_all"`    // all of Cite, not only one
	CiteRecall float64             `json:"cite_recall"` // this part of Cite, at least one
	CiteNot    []string            `json:"cite_not"`    // clauses of another context

	AbstainOK   Abstain  `json:"abstain_ok"`
	NotContain  []string `json:"not_contain"` // must not be echoed
	MustCorrect bool     `json:"must_correct"`
	AbsentPart  string   `json:"absent_part"` // the part that the answer must call missing
}

// A Turn is one message of a conversation. In JSON it is a string, or an object
// where its author or what it replies to matters.
type Turn struct {
	Text    string `json:"text"`
	User    string `json:"user"`     // "u1" where the set gives none
	ReplyTo *int   `json:"reply_to"` // index of an earlier turn from 0; nil without one
}

// UnmarshalJSON reads both forms of a turn.
func (t *Turn) UnmarshalJSON(b []byte) error {
	*t = Turn{User: "u1"}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &t.Text)
	}
	type plain Turn
	return json.Unmarshal(b, (*plain)(t))
}

// Abstain says whether it is right too not to answer: "" no, "yes", or "cited"
// when the clause is shown nevertheless. In JSON it is a boolean or "cited".
type Abstain string

// UnmarshalJSON reads both forms.
func (a *Abstain) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*a = "yes"
	case "false", "null":
		*a = ""
	default:
		return json.Unmarshal(b, (*string)(a))
	}
	return nil
}

// Lines returns the turns of c as questions: ids are the case's with the number
// of the turn ("A001#1"), the chat is the case.
func (c *Case) Lines() []Line {
	lines := make([]Line, len(c.Turns))
	for i, t := range c.Turns {
		lines[i] = Line{ID: fmt.Sprintf("%s#%d", c.ID, i+1), Chat: c.ID, User: t.User, Question: t.Text}
		if t.ReplyTo != nil {
			lines[i].ReplyTo = fmt.Sprintf("%s#%d", c.ID, *t.ReplyTo+1)
		}
	}
	return lines
}

// question is the turn that is marked.
func (c *Case) question() string { return c.Turns[len(c.Turns)-1].Text }

// ErrNoCases says that a question set is empty.
var ErrNoCases = errors.New("no cases")

// A LineError says which line of a question set is wrong, counted from 1.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// Load reads a question set. Blank lines are skipped. The error is a
// [*LineError] for the first line that is no case, [ErrNoCases] when there is
// none at all, or what r gave.
func Load(r io.Reader) ([]Case, error) {
	var cases []Case
	br := bufio.NewReader(r)
	for n := 1; ; n++ {
		b, err := br.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if b = bytes.TrimSpace(b); len(b) > 0 {
			c, bad := parseCase(b)
			if bad != nil {
				return nil, &LineError{n, bad}
			}
			cases = append(cases, c)
		}
		if err == io.EOF {
			break
		}
	}
	if len(cases) == 0 {
		return nil, ErrNoCases
	}
	return cases, nil
}

func parseCase(b []byte) (Case, error) {
	var c Case
	if err := json.Unmarshal(b, &c); err != nil {
		return c, err
	}
	if c.ID == "" || len(c.Turns) == 0 {
		return c, errors.New("a case needs id and turns")
	}
	return c, nil
}
