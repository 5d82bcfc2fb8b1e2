// Package question turns what people type into a typed [Question]: what is
// asked, and about which topic, agency, section, place and year.
//
// Reading goes in three steps, all pure and without I/O or clock:
//
//  1. Clean drops what is no language: markup, addresses, @names, template
//     and query syntax, control characters; and cuts at [MaxRunes].
//  2. The folded text is cut into tokens by longest match over the lexicon
//     and the tables of question forms (forms.go). What no table knows is
//     content.
//  3. The classes of the tokens decide what is asked; what is left as content
//     is the topic, in the user's own words. Whether a plan says anything
//     about the topic is not decided here but by package answer, from the
//     plan's text.
//
// # Why
//
// There is no word segmenter: the words that matter are the plan's own, and
// those are found by comparing with the plan. Only the closed classes of
// words, those that make a question a question, are listed.
package question

import (
	"fmt"
	"strconv"
	"strings"
)

// An Ask says what a question wants to know.
type Ask string

// What can be asked.
const (
	AskLead      Ask = "lead"      // who leads?
	AskTarget    Ask = "target"    // what is to be reached? how much?
	AskDeadline  Ask = "deadline"  // by when?
	AskPlace     Ask = "place"     // where? which cities?
	AskClause    Ask = "clause"    // what does the plan say?
	AskQuote     Ask = "quote"     // the original text
	AskTasks     Ask = "tasks"     // what does this agency lead?
	AskCount     Ask = "count"     // how many tasks, measures, actions, agencies?
	AskList      Ask = "list"      // all about a topic, a year, a place
	AskCompare   Ask = "compare"   // the same or not, which is more?
	AskOverview  Ask = "overview"  // a section, or the plan
	AskWhich     Ask = "which"     // in which section?
	AskImplement Ask = "implement" // who carries it out?
	AskChitchat  Ask = "chitchat"  // nothing about a plan
	AskNothing   Ask = "nothing"   // no words at all
)

// A Question is a question as read. The zero Question asks nothing. It is
// plain data and can be stored.
type Question struct {
	Text string `json:",omitzero"` // as cleaned; of a long message, the parts that may ask, folded
	Cut  bool   `json:",omitzero"` // the text was longer than MaxRunes
	Ask  Ask    `json:",omitzero"`

	Plans []string `json:",omitzero"` // ids of the plans that the message names; set by package answer

	Topic   string   `json:",omitzero"` // folded content words, fragments separated by blanks
	Context string   `json:",omitzero"` // what a long story says around the question, folded
	Story   []string `json:",omitzero"` // of a long story, the content of each of its segments, and of neighbours together
	Parts   []string `json:",omitzero"` // the topics, when several are asked about; else nil
	Measure []string `json:",omitzero"` // words such as 率, 面积, 公里 that a value must be of

	Agencies []Agency `json:",omitzero"` // named agencies, in order
	Except   bool     `json:",omitzero"` // 除了…: all but the named agencies
	Negated  bool     `json:",omitzero"` // 不牵头
	Units    string   `json:",omitzero"` // "implementers" when local governments are named
	Sections []Ref    `json:",omitzero"` // sections named by number
	Named    string   `json:",omitzero"` // words in front of 行动, 章 …, that may name a section
	Years    []string `json:",omitzero"` // "2027"
	Relative string   `json:",omitzero"` // "今年", "明年", "去年", "后年", "已到期", "还剩"
	Places   []string `json:",omitzero"` // named regions, as written
	Numbers  []string `json:",omitzero"` // values that the question claims: "60%"
	Absent   []string `json:",omitzero"` // aspects that must stand in the answer's clause: 处罚, 电话
	Kind     string   `json:",omitzero"` // kind of chitchat: "thanks", "hello", "help", "other"

	Carry   string   `json:",omitzero"` // the topic of the question before, to tell clauses apart by
	Items   []string `json:",omitzero"` // what the answer before cited, "plan/id", to answer about; see Follow
	Asking  int      `json:",omitzero"` // parts of the message that ask
	Counted int      `json:",omitzero"` // how many things the answer before gave; 0 for none

	Swap     bool   `json:",omitzero"` // 那…呢: only the topic changes
	Pronoun  bool   `json:",omitzero"` // 它
	More     bool   `json:",omitzero"` // 还有吗
	Doubt    bool   `json:",omitzero"` // 你确定?
	YesNo    bool   `json:",omitzero"` // 吗, 吧, 对吗
	Each     bool   `json:",omitzero"` // 分别, 各
	Same     bool   `json:",omitzero"` // 同一个, 一样
	Most     string `json:",omitzero"` // "most", "least", "more", "single" or ""
	Count    string `json:",omitzero"` // what is counted: "tasks", "measures", "actions", "agencies", "targets", "places", "clauses"
	All      bool   `json:",omitzero"` // 全部, 所有, 哪些
	HowMuch  bool   `json:",omitzero"` // 多少, 几成: a value is expected
	Money    bool   `json:",omitzero"` // an amount of money is asked for
	Goal     bool   `json:",omitzero"` // 目标, 指标
	WantLead bool   `json:",omitzero"` // a lead is asked for beside Ask
	Tasks    bool   `json:",omitzero"` // 任务, 工作, 举措
}

// An Agency is a named agency.
type Agency struct {
	Name    string // as the lexicon's first name, or as written when unknown
	Written string // folded, as written
	Local   bool   // of a city or county: 市财政局
	Claimed bool   // the question supposes that this agency leads
}

// Last is the number of the last section of a plan, whichever that is.
const Last = -1

// A Ref is a section or clause named by number: the numbers on the path from
// the outermost heading inwards.
type Ref struct {
	Path []int
	Word string // 行动, 条, 举措, … or ""
}

// String returns q in one line, for tests and debugging: the ask and every
// field that is set.
func (q Question) String() string {
	var b strings.Builder
	b.WriteString(string(q.Ask))
	add := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, " %s=%s", name, value)
		}
	}
	add("topic", quoteBlank(q.Topic))
	add("parts", strings.Join(q.Parts, "|"))
	add("context", quoteBlank(q.Context))
	add("carry", quoteBlank(q.Carry))
	add("items", strings.Join(q.Items, ","))
	for _, a := range q.Agencies {
		n := a.Name
		if a.Claimed {
			n += "?"
		}
		add("agency", n)
	}
	add("plans", strings.Join(q.Plans, ","))
	add("units", q.Units)
	for _, r := range q.Sections {
		add("ref", r.String())
	}
	add("named", q.Named)
	add("years", strings.Join(q.Years, ","))
	add("relative", q.Relative)
	add("places", strings.Join(q.Places, ","))
	add("numbers", strings.Join(q.Numbers, ","))
	add("absent", strings.Join(q.Absent, ","))
	add("measure", strings.Join(q.Measure, ","))
	add("count", q.Count)
	add("most", q.Most)
	add("kind", q.Kind)
	for _, f := range []struct {
		on   bool
		name string
	}{{q.YesNo, "yesno"}, {q.Each, "each"}, {q.Same, "same"}, {q.All, "all"}, {q.HowMuch, "howmuch"}, {q.Money, "money"}, {q.Goal, "goal"}, {q.WantLead, "+lead"}, {q.Tasks, "+tasks"}, {q.Cut, "cut"}, {q.Swap, "swap"}, {q.Pronoun, "pronoun"}, {q.More, "more"}, {q.Doubt, "doubt"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	return b.String()
}

// String returns the numbers joined by dots: "2.3".
func (r Ref) String() string {
	s := make([]string, len(r.Path))
	for i, n := range r.Path {
		s[i] = strconv.Itoa(n)
	}
	return strings.Join(s, ".")
}

func quoteBlank(s string) string { return strings.ReplaceAll(s, " ", "_") }
