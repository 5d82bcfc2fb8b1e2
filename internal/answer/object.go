package answer

import (
	"fmt"
	"strings"
)

// A Kind says what sort of answer an Answer is.
type Kind string

// The kinds of answers.
const (
	KindLead     Kind = "lead"
	KindTarget   Kind = "target"
	KindDeadline Kind = "deadline"
	KindPlace    Kind = "place"
	KindTasks    Kind = "tasks"
	KindCount    Kind = "count"
	KindList     Kind = "list"
	KindCompare  Kind = "compare"
	KindOverview Kind = "overview"
	KindQuote    Kind = "quote"
	KindClause   Kind = "clause"
	KindChitchat Kind = "chitchat"
	KindClarify  Kind = "clarify"
	KindNone     Kind = "none"
)

// An Answer is one complete answer, in the one shape that the command line,
// the API and the evaluation share. Field order is that of the JSON. Slices
// are never nil, so that JSON shows [] and not null.
type Answer struct {
	ID         string     `json:"id"`
	Question   string     `json:"question"`
	Kind       Kind       `json:"kind"`
	Found      bool       `json:"found"`    // false when the plan does not say it, for small talk, and for clarify
	Headline   string     `json:"headline"` // one sentence, the asked thing first
	Text       string     `json:"text"`     // what a chat shows: headline, quotes, sources
	Leads      []string   `json:"leads"`    // exactly the agencies answered as lead, as the plan writes them
	Plan       string     `json:"plan"`     // id; "" when no plan was consulted
	Values     []Value    `json:"values"`   // exactly the values answered
	Count      *int       `json:"count"`    // nil when no number is asked for or listed
	Citations  []Citation `json:"citations"`
	Nearest    []Citation `json:"nearest"` // at most three, never the answer
	Summary    *Summary   `json:"summary"` // nil without the optional model
	Suggest    []string   `json:"suggest"` // questions to ask next, or the choices of clarify
	Confidence float64    `json:"confidence"`
	Second     *Second    `json:"llm,omitempty"` // nil without the optional model, and when there is an answer

	// Listed are the items that the headline numbers, "plan/id", when those are
	// not the citations one by one. They are what 第二条 means next.
	Listed []string `json:"-"`

	// Notes are what Text says below the citations: deadlines that have passed,
	// a message cut short.
	Notes []string `json:"-"`

	// Explain tells step by step how the answer came about. It is not part of
	// the object.
	Explain []string `json:"-"`
}

// A Value is one target's value.
type Value struct {
	Indicator string `json:"indicator"`
	Text      string `json:"text"` // with its qualifiers: "85%左右"
	Op        string `json:"op"`
	Number    string `json:"number"`
	Unit      string `json:"unit"`
	Deadline  string `json:"deadline"` // year
}

// A Citation is a verbatim part of a plan: Quote is the bytes [Start,End) of
// the plan's text.
type Citation struct {
	Plan  string `json:"plan"`
	ID    string `json:"id"`
	Label string `json:"label"`
	Quote string `json:"quote"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	URL   string `json:"url"` // path in the reader, "/p/jilin-2024/6.0.2?v=1a2b3c4d"
}

// String returns the answer in one line, for tests and debugging: kind, leads,
// values, count, and the ids that it cites.
func (a *Answer) String() string {
	var b strings.Builder
	b.WriteString(string(a.Kind))
	if !a.Found {
		b.WriteString(" not found")
	}
	for _, l := range a.Leads {
		b.WriteString(" " + l)
	}
	for _, v := range a.Values {
		fmt.Fprintf(&b, " %s=%s", v.Indicator, v.Text)
	}
	if a.Count != nil {
		fmt.Fprintf(&b, " %d", *a.Count)
	}
	for _, c := range a.Citations {
		fmt.Fprintf(&b, " [%s/%s]", c.Plan, c.ID)
	}
	return b.String()
}
