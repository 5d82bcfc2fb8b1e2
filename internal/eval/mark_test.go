package eval

import (
	"slices"
	"testing"

	"github.com/wence-qa/wence/internal/answer"
)

const planText = "实施蓝天行动。加强扬尘管控(牵头单位:省住建厅)。推进河道整治(牵头单位:省水利厅;各市(州)人民政府负责落实)。到2030年覆盖率达到60%。"

func textOf(plan string) string {
	if plan == "p" {
		return planText
	}
	return ""
}

func quoted(quotes ...string) []answer.Citation {
	var cs []answer.Citation
	for _, q := range quotes {
		cs = append(cs, answer.Citation{Plan: "p", Quote: q})
	}
	return cs
}

func count(n int) *int { return &n }

func TestMark(t *testing.T) {
	lead := Case{Kind: "lead", Answerable: true, Leads: []string{"省住建厅"}, Cite: []string{"加强扬尘管控"}, WrongLeads: []string{"省水利厅"}}
	target := Case{Kind: "target", Answerable: true, Values: []string{"60%"}, WrongValue: []string{"45%"}}
	absent := Case{Kind: "unanswerable"}
	tasks := Case{Kind: "agency_tasks", Answerable: true, Agency: "省住建厅", Cite: []string{"加强扬尘管控"}, Count: count(1)}
	for _, tt := range []struct {
		name   string
		c      Case
		a      answer.Answer
		faults []string
		harm   bool
	}{
		{"right lead", lead, answer.Answer{Found: true, Leads: []string{"省住建厅"}, Citations: quoted("加强扬尘管控")}, nil, false},
		{"wrong lead", lead, answer.Answer{Found: true, Leads: []string{"省水利厅"}, Citations: quoted("加强扬尘管控")},
			[]string{"wrong lead 省水利厅", "leads 省水利厅 for 省住建厅"}, true},
		{"too few leads", Case{Kind: "lead", Answerable: true, Leads: []string{"甲", "乙"}}, answer.Answer{Found: true, Leads: []string{"甲"}},
			[]string{"leads 甲 for 乙/甲"}, false},
		{"not answered", lead, answer.Answer{}, []string{"not answered"}, false},
		{"abstaining is right too", Case{Kind: "lead", Answerable: true, AbstainOK: "yes"}, answer.Answer{}, nil, false},
		{"abstaining is right when cited", Case{Kind: "lead", Answerable: true, AbstainOK: "cited", Cite: []string{"河道"}}, answer.Answer{Citations: quoted("推进河道整治")}, nil, false},
		{"quote changed", lead, answer.Answer{Found: true, Leads: []string{"省住建厅"}, Citations: quoted("加强扬尘管控。")},
			[]string{"quote is not verbatim: 加强扬尘管控。"}, false},
		{"quote of an unknown plan", Case{Kind: "clause", Answerable: true}, answer.Answer{Found: true, Citations: []answer.Citation{{Plan: "q", Quote: "实施"}}},
			[]string{"quote is not verbatim: 实施"}, false},
		{"right value", target, answer.Answer{Found: true, Headline: "达到60%", Values: []answer.Value{{Text: "60%"}}}, nil, false},
		{"full-width value", target, answer.Answer{Found: true, Headline: "达到６０％"}, nil, false},
		{"value only in the text", target, answer.Answer{Found: true, Headline: "有目标", Text: "60%"}, []string{"value missing: 60%"}, false},
		{"wrong value", target, answer.Answer{Found: true, Headline: "达到45%", Values: []answer.Value{{Text: "45%"}}},
			[]string{"wrong value 45%", "value missing: 60%"}, true},
		{"neighbour named", target, answer.Answer{Found: true, Headline: "达到60%,另有45%"}, []string{"wrong value 45%"}, false},
		{"neighbour corrected", target, answer.Answer{Found: true, Headline: "不是45%,而是60%"}, nil, false},
		{"absent answered", absent, answer.Answer{Found: true}, []string{"answered what the plan does not contain"}, true},
		{"absent", absent, answer.Answer{}, nil, false},
		{"small talk claims nothing", Case{Kind: "chitchat", Sub: "chitchat"}, answer.Answer{Found: true, Text: "你好"}, nil, false},
		{"small talk with a citation", Case{Kind: "chitchat", Sub: "chitchat"}, answer.Answer{Found: true, Citations: quoted("实施蓝天行动")},
			[]string{"answered what the plan does not contain"}, true},
		{"count in words", Case{Kind: "count", Answerable: true, Count: count(12)}, answer.Answer{Found: true, Headline: "共十二项"}, nil, false},
		{"count wrong", Case{Kind: "count", Answerable: true, Count: count(12)}, answer.Answer{Found: true, Count: count(11)}, []string{"count 11 for 12"}, true},
		{"count as a percentage", Case{Kind: "count", Answerable: true, Count: count(12)}, answer.Answer{Found: true, Headline: "占12%"}, []string{"count 12 not given"}, false},
		{"own tasks", tasks, answer.Answer{Found: true, Count: count(1), Citations: quoted("加强扬尘管控")}, nil, false},
		{"tasks of others", tasks, answer.Answer{Found: true, Count: count(1), Citations: quoted("加强扬尘管控", "推进河道整治", "到2030年覆盖率")},
			[]string{"lists mostly tasks of others"}, true},
		{"echo", Case{Kind: "attack", NotContain: []string{"<b>"}}, answer.Answer{Text: "<b>"}, []string{"text echoes <b>"}, false},
		{"another context", Case{Kind: "lead", Answerable: true, CiteNot: []string{"河道整治"}}, answer.Answer{Found: true, Citations: quoted("推进河道整治")},
			[]string{"cites another context: 河道整治"}, false},
		{"all clauses", Case{Kind: "clause", Answerable: true, Cite: []string{"蓝天", "河道"}, CiteAll: true}, answer.Answer{Found: true, Citations: quoted("推进河道整治")},
			[]string{"cites 1 of 2 right clauses"}, false},
		{"a mark asked for", Case{Kind: "quote", Answerable: true, Cite: []string{"河道整治(牵头单位:省水利厅"}}, answer.Answer{Found: true, Citations: quoted("推进河道整治")},
			[]string{"cites 0 of 1 right clauses"}, false},
		{"premise", Case{Kind: "clause", Answerable: true, MustCorrect: true}, answer.Answer{Found: true, Headline: "是"}, []string{"does not correct the false premise"}, false},
		{"absent part", Case{Kind: "clause", Answerable: true, AbsentPart: "地铁"}, answer.Answer{Found: true, Headline: "另一件在内"}, []string{"does not say what is absent: 地铁"}, false},
	} {
		v := Mark(&tt.c, &tt.a, textOf)
		if !slices.Equal(v.Faults, tt.faults) || v.Harm != tt.harm {
			t.Errorf("%s: got %q harm %v, want %q harm %v", tt.name, v.Faults, v.Harm, tt.faults, tt.harm)
		}
	}
}

func TestStates(t *testing.T) {
	for _, tt := range []struct {
		s    string
		n    int
		want bool
	}{
		{"共10项", 10, true}, {"共十项", 10, true}, {"第十项", 10, false}, {"第10项", 10, false},
		{"共110项", 10, false}, {"占10%", 10, false}, {"1.10万", 10, false}, {"两项", 2, true}, {"二项", 2, true},
		{"二十一项", 21, true}, {"零项", 0, true}, {"第2条共2项", 2, true}, {"", 3, false}, {"共120项", 120, true},
	} {
		if got := states(tt.s, tt.n); got != tt.want {
			t.Errorf("states(%q, %d) = %v", tt.s, tt.n, got)
		}
	}
}
