package ground

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/fold"
)

// FuzzCheck checks that no strings make the gate panic, that a sentence which
// passes has no digits but the evidence's, and that it does not pass with a
// number or a link put behind it.
func FuzzCheck(f *testing.F) {
	p, g := embedded(f), embeddedGate(f)
	for _, r := range allRewordings() {
		c := items(f, p, r.ids)[0]
		f.Add(r.sentence, c.Text, strings.Join(c.Facts, "|"), strings.Join(c.Leads, "|"))
	}
	f.Add("甲由A牵头,B配合", "甲(牵头单位:A;配合单位:B)", "到2027年", "A")
	f.Add("“", "《", "」", "'")
	f.Add("1,234.5.6万%‰二十", "百分之", "第", "由")
	f.Fuzz(func(t *testing.T, sentence, text, facts, leads string) {
		if len(sentence) > 600 || len(text) > 2000 || len(facts) > 500 || len(leads) > 100 {
			return
		}
		c := Clause{Text: text, Facts: strings.Split(facts, "|"), Leads: strings.Split(leads, "|")}
		v := g.Check(sentence, []Clause{c})
		if v.OK != (v.Kind == "") {
			t.Fatalf("%q: OK %v, kind %q", sentence, v.OK, v.Kind)
		}
		if !v.OK {
			return
		}
		evidence := text + "\n" + facts + "\n" + leads
		if d, ok := foreignDigits(sentence, evidence); !ok {
			t.Errorf("%q passes with %s, which stands nowhere in %q", sentence, d, evidence)
		}
		body := strings.TrimRight(strings.TrimSpace(sentence), "。.!")
		for _, more := range []string{",共7419项", "7419", ",见http://a.example.com/7419"} {
			if !strings.Contains(evidence, "7419") && g.Check(body+more, []Clause{c}).OK {
				t.Errorf("%q passes", body+more)
			}
		}
	})
}

// foreignDigits returns a run of digits of sentence that the evidence has in no
// writing.
func foreignDigits(sentence, evidence string) (string, bool) {
	known := fold.String(evidence)
	known += " " + fold.Numerals(known) + " " + strings.ReplaceAll(known, ",", "") + " " + values(known)
	for _, d := range digitRun.FindAllString(strings.ReplaceAll(fold.String(sentence), ",", ""), -1) {
		if !strings.Contains(known, d) {
			return d, false
		}
	}
	return "", true
}

// values lists the values of all numerals of s.
func values(s string) string {
	var out []string
	for i := range s {
		for n := 1; n <= 40 && i+n <= len(s); n++ {
			if !utf8.RuneStart(s[i]) || i+n < len(s) && !utf8.RuneStart(s[i+n]) {
				continue
			}
			if v, ok := fold.Number(strings.ReplaceAll(s[i:i+n], ",", "")); ok {
				out = append(out, v)
			}
		}
	}
	return strings.Join(out, " ")
}

func BenchmarkCheck(b *testing.B) {
	p, g := embedded(b), embeddedGate(b)
	var cited []Clause
	for i := range 8 {
		cited = append(cited, OfClause(p, 20+i))
	}
	const sentence = "省生态环境厅牵头实施秸秆全域禁烧,压实秸秆禁烧监管责任;2024年底前完成辽源市试点建设任务,由省财政厅牵头。"
	if v := g.Check(sentence, cited); !v.OK {
		b.Fatal(v.Why())
	}
	b.ReportAllocs()
	for b.Loop() {
		g.Check(sentence, cited)
	}
}
