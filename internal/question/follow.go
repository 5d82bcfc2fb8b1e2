package question

import (
	"slices"
	"strings"
)

// A Turn is what a conversation keeps of a question and its answer. It is
// plain data of bounded size and can be stored.
type Turn struct {
	Question  Question // as resolved
	Items     []string `json:",omitzero"` // what the answer cited, "plan/id", in order
	List      []string `json:",omitzero"` // the items of the last list, which an answer about one of them leaves
	AskedBack bool     `json:",omitzero"` // the answer asked back
	Count     int      `json:",omitzero"` // the number that the answer gave or listed; 0 for none
}

// Follow reads q, a message in a conversation, against the turn before it. It
// returns q itself when q stands on its own, and ok false when q needs a turn
// before it and there is none that fits.
func Follow(before *Turn, q Question) (_ Question, ok bool) {
	switch {
	case (q.Ask == AskChitchat && !q.More && !q.Doubt || q.Ask == AskNothing) && len(q.Plans) == 0:
		return q, true
	case before == nil:
		if q.Bare() {
			q.Ask = AskOverview
		}
		return q, !q.needsBefore()
	case len(q.Plans) > 0 && len(before.Question.Plans) == 1 && q.Most == "more" && !q.HasTopic() && len(q.Agencies) == 0:
		return against(before.Question, q), true
	case before.AskedBack && q.Bare():
		return ofPlans(before.Question, q), true
	case q.Doubt && !q.hasSubject(), q.YesNo && len(q.Agencies) > 0 && !q.HasTopic() && len(q.Sections) == 0 && !q.HowMuch && !q.All && !q.Tasks:
		return doubting(before.Question, q), true
	case q.nth() && len(before.List) > 1 && !(q.Sections[0].Word == "项" && len(before.Question.Sections) > 0):
		return item(before, q)
	case (q.Swap || q.Bare()) && q.barely():
		return swap(before.Question, q), true
	case !q.hasSubject():
		return keep(before, q), true
	}
	if q.Topic != "" && (q.Pronoun || short(q.Topic)) {
		q.Carry = carry(before.Question)
	}
	return q, true
}

// needsBefore reports whether q means nothing without a turn before it.
func (q *Question) needsBefore() bool {
	return q.More || (q.Doubt || q.Pronoun || q.Swap) && !q.hasSubject()
}

// hasSubject reports whether q says what it is about.
func (q *Question) hasSubject() bool {
	return q.HasTopic() || len(q.Agencies) > 0 && !q.Doubt || len(q.Sections) > 0 || len(q.Years) > 0 && !q.YesNo && !q.Doubt && !q.Pronoun ||
		q.Relative != "" || q.Ask == AskImplement || q.Ask == AskOverview ||
		q.Ask == AskCount && q.Most != "" || q.Ask == AskCount && (q.Count == "actions" || q.Count == "measures" || q.Count == "agencies")
}

// Standalone reports whether q asks something about something, so that it can
// be answered by itself.
func (q *Question) Standalone() bool {
	switch q.Ask {
	case AskNothing, AskChitchat, AskClause:
		return false
	}
	return q.Asking > 0 && (q.HasTopic() || len(q.Agencies) > 0 || len(q.Sections) > 0) && !(len(q.Absent) > 0 && len(q.Topic) <= len(strings.Join(q.Absent, " "))+2) && !q.Swap && !q.Pronoun && !q.Doubt
}

// HasTopic reports whether the topic has a word of two characters or more that
// is not about asking.
func (q *Question) HasTopic() bool {
	for w := range strings.FieldsSeq(q.Topic) {
		switch w {
		case "工作", "任务", "举措", "事", "内容", "要求", "安排", "责任", "分工", "工作任务":
			continue
		}
		if len([]rune(w)) >= 2 {
			return true
		}
	}
	return false
}

// Bare reports whether q is the name of a plan and nothing else: 广东, 广东的.
func (q *Question) Bare() bool {
	return len(q.Plans) > 0 && q.Asking == 0 && !q.hasSubject() && q.barely() && !q.Swap && !q.More && !q.Doubt && !q.Pronoun
}

// nth reports whether q points at an item of a list: 第二条呢.
func (q *Question) nth() bool {
	if len(q.Sections) != 1 || len(q.Sections[0].Path) != 1 || q.HasTopic() {
		return false
	}
	switch q.Sections[0].Word {
	case "条", "项", "个", "点":
		return true
	}
	return false
}

// barely reports whether q names a thing and asks nothing.
func (q *Question) barely() bool {
	return (q.Ask == AskNothing || q.Ask == AskChitchat && len(q.Plans) > 0 || q.Ask == AskClause || q.Ask == AskTasks && !q.WantLead || q.Ask == AskLead && !q.WantLead || q.Ask == AskList && !q.All && !q.Tasks || q.Ask == AskOverview) && !q.HowMuch && !q.Goal
}

// short reports whether a topic is so short that it may be part of the one
// before.
func short(topic string) bool { return len([]rune(topic)) <= 4 }

func carry(before Question) string {
	return strings.TrimSpace(before.Topic + " " + before.Carry)
}

// doubting asks the question before again, with what q supposes instead.
func doubting(before, q Question) Question {
	out := before
	out.Text, out.Cut, out.Doubt, out.YesNo = q.Text, q.Cut, true, true
	out.Agencies, out.Numbers = nil, q.Numbers
	for _, a := range q.Agencies {
		a.Claimed = true
		out.Agencies = append(out.Agencies, a)
	}
	if len(q.Numbers) > 0 && before.Ask != AskLead {
		out.Ask = AskTarget
	}
	if before.Ask == AskTasks && len(q.Agencies) == 0 {
		out.Agencies = before.Agencies
	}
	if len(q.Agencies) > 0 && before.Ask != AskLead && before.Ask != AskCompare {
		out.Ask = AskLead
	}
	return out
}

// item asks about one item of the answer before.
func item(before *Turn, q Question) (Question, bool) {
	n := q.Sections[0].Path[0]
	if n == Last {
		n = len(before.List)
	}
	if n < 1 || n > len(before.List) {
		q.Items = []string{}
		return q, false
	}
	q.Sections = nil
	q.Items = before.List[n-1 : n]
	switch {
	case q.WantLead:
		q.Ask = AskLead
	case q.Ask == AskDeadline, q.Ask == AskQuote, q.Ask == AskPlace:
	case q.HowMuch || q.Goal:
		q.Ask = AskTarget
	case q.Ask == AskOverview || q.Ask == AskList:
		q.Ask = AskClause
	}
	q.Topic = ""
	return q, true
}

// ofPlans asks the question before, which was asked back, of the plans that q
// names.
func ofPlans(before, q Question) Question {
	out := before
	out.Plans, out.Items = q.Plans, nil
	return out
}

// against compares the plan of the question before with those that q names.
func against(before, q Question) Question {
	out := before
	out.Text, out.Items, out.Most, out.Ask = q.Text, nil, q.Most, AskCompare
	out.Plans = slices.Concat(before.Plans, q.Plans)
	return out
}

// swap asks the question before about another thing.
func swap(before, q Question) Question {
	out := q
	out.Ask, out.HowMuch, out.Goal, out.WantLead, out.Tasks, out.All, out.Count, out.Measure = before.Ask, before.HowMuch, before.Goal, before.WantLead, before.Tasks, before.All, before.Count, nil
	out.Carry = carry(before)
	if len(q.Plans) == 0 {
		out.Plans = before.Plans
	}
	switch {
	case q.HasTopic():
		if before.Ask == AskTasks || before.Ask == AskOverview || before.Ask == AskCount || before.Ask == AskImplement {
			out.Ask = AskClause
		}
		if before.Ask == AskCompare {
			out.Ask = AskLead
		}
	case len(q.Agencies) > 0:
		out.Ask, out.Carry = AskTasks, ""
		if before.Ask == AskCount {
			out.Ask = AskCount
		}
	case len(q.Plans) > 0:
		out.Topic, out.Parts, out.Measure, out.Carry = before.Topic, before.Parts, before.Measure, before.Carry
		out.Most, out.Money = before.Most, before.Money
		out.Sections, out.Agencies = before.Sections, before.Agencies // a year is of one plan
	case len(q.Years) > 0 || q.Relative != "":
		out.Topic, out.Parts, out.Agencies = before.Topic, before.Parts, before.Agencies
	case len(q.Sections) > 0 && len(before.Agencies) > 0 && (before.Ask == AskTasks || before.Ask == AskCount):
		out.Agencies = before.Agencies
	case len(q.Sections) > 0:
		out.Ask = before.Ask
		if before.Ask != AskOverview && before.Ask != AskQuote && before.Ask != AskCount {
			out.Ask = AskOverview
		}
	}
	return out
}

// keep asks another thing about the subject of the question before.
func keep(before *Turn, q Question) Question {
	out := q
	b := before.Question
	out.Topic, out.Parts, out.Story, out.Context = b.Topic, b.Parts, b.Story, b.Context
	out.Carry = b.Carry
	if len(q.Agencies) == 0 {
		out.Agencies = b.Agencies
	}
	if len(q.Years) == 0 {
		out.Years = b.Years
	}
	if len(q.Sections) == 0 {
		out.Sections = b.Sections
	}
	out.Measure = append(out.Measure, b.Measure...)
	for i := range out.Agencies {
		out.Agencies[i].Claimed = false
	}
	if len(q.Plans) == 0 {
		out.Plans = b.Plans
	}
	out.Items, out.Counted = before.Items, before.Count
	return out
}
