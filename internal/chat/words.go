package chat

import (
	"fmt"
	"strings"

	"github.com/wence-qa/wence/internal/answer"
)

// String writes the counts for people.
func (s *Stats) String() string {
	var w strings.Builder
	fmt.Fprintf(&w, "近30天答复%d条", s.Answers)
	if s.Answers > 0 {
		fmt.Fprintf(&w, ",答上%d条(%.0f%%)", s.Found, 100*float64(s.Found)/float64(s.Answers))
	}
	fmt.Fprintf(&w, ";有用%d,有误%d。", s.Good, s.Bad)
	for _, k := range s.Kinds {
		fmt.Fprintf(&w, "\n· %s %d", kindName(k.Name), k.N)
	}
	if len(s.BadOn) > 0 {
		w.WriteString("\n被指有误的条款:")
		for _, x := range s.BadOn {
			fmt.Fprintf(&w, "\n· %s %d次", x.Name, x.N)
		}
	}
	return w.String()
}

// Unanswered writes the questions without an answer for people.
func (s *Stats) Unanswered() string {
	if len(s.Open) == 0 && s.NoText == 0 {
		return "近30天没有答不上的问题。"
	}
	var w strings.Builder
	w.WriteString("没有答上的问题:")
	for _, x := range s.Open {
		fmt.Fprintf(&w, "\n· %s(%d次)", x.Name, x.N)
	}
	if s.NoText > 0 {
		fmt.Fprintf(&w, "\n· 没有保存原文的%d条(设 WENCE_KEEP_QUESTIONS 可保存,最多30天)", s.NoText)
	}
	return w.String()
}

// kindName is a kind of answer for people.
func kindName(kind string) string {
	names := map[answer.Kind]string{
		answer.KindLead: "牵头单位", answer.KindTarget: "目标", answer.KindDeadline: "期限", answer.KindPlace: "地方",
		answer.KindTasks: "单位任务", answer.KindCount: "数量", answer.KindList: "清单", answer.KindCompare: "比较",
		answer.KindOverview: "概览", answer.KindQuote: "原文", answer.KindClause: "内容", answer.KindChitchat: "闲聊",
		answer.KindClarify: "反问", answer.KindNone: "没有答上",
	}
	if n, ok := names[answer.Kind(kind)]; ok {
		return n
	}
	return kind
}
