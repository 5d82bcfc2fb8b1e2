package ground

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
)

var digitRun = regexp.MustCompile(`[0-9]+`)

// changeNumbers changes each run of digits that is no year in four ways.
func changeNumbers(s string) []string {
	var out []string
	for _, at := range digitRun.FindAllStringIndex(s, -1) {
		d := s[at[0]:at[1]]
		if len(d) == 4 && strings.HasPrefix(s[at[1]:], "年") {
			continue
		}
		last := d[len(d)-1]
		for _, other := range []string{d[:len(d)-1] + string('0'+(last-'0'+1)%10), string('0'+(d[0]-'0')%9+1) + d[1:], d + "0", d[:len(d)-1], "1" + d} {
			if other != "" && other != d && strings.TrimLeft(other, "0") != "" {
				out = append(out, s[:at[0]]+other+s[at[1]:])
			}
		}
	}
	return out
}

var spokenRun = regexp.MustCompile(`[二三四五六七八九]`)

func changeSpoken(s string) []string {
	var out []string
	for _, at := range spokenRun.FindAllStringIndex(s, -1) {
		for _, other := range []string{"二", "五", "八"} {
			if other != s[at[0]:at[1]] {
				out = append(out, s[:at[0]]+other+s[at[1]:])
			}
		}
	}
	return out
}

var yearRun = regexp.MustCompile(`20[0-9][0-9]年`)

func changeYears(s string) []string {
	var out []string
	for _, at := range yearRun.FindAllStringIndex(s, -1) {
		for _, y := range []string{"2024年", "2025年", "2026年", "2027年", "2030年", "2035年", "二〇二六年", "27年"} {
			if !strings.Contains(s, y) {
				out = append(out, s[:at[0]]+y+s[at[1]:])
			}
		}
	}
	return out
}

// addDates puts a date to sentences none of whose clauses has one.
func addDates(_ *corpus.Plan, b base) []string {
	for i := range b.cited {
		if yearRun.MatchString(b.cited[i].Text + strings.Join(b.cited[i].Facts, " ")) {
			return nil
		}
	}
	return insertStart(b.sentence, "到2027年,", "2024年底前,", "2025年,", "今年,", "年底前", "目前", "近日", "每年")
}

func replacing(pairs ...string) func(*corpus.Plan, base) []string {
	return func(_ *corpus.Plan, b base) []string {
		var out []string
		for i := 0; i < len(pairs); i += 2 {
			for at := 0; ; {
				k := strings.Index(b.sentence[at:], pairs[i])
				if k < 0 {
					break
				}
				at += k
				lie := b.sentence[:at] + pairs[i+1] + b.sentence[at+len(pairs[i]):]
				at += len(pairs[i])
				if pairs[i+1] != "" && (strings.Contains(lie, pairs[i+1]+pairs[i+1]) || strings.Contains(lie, "力争力争")) {
					continue // said twice
				}
				if !stillTrue(lie, b) && !excused(pairs[i], pairs[i+1], b.sentence, at) {
					out = append(out, lie)
				}
			}
		}
		return out
	}
}

// dropping leaves words out.
func dropping(words ...string) func(*corpus.Plan, base) []string {
	var pairs []string
	for _, w := range words {
		pairs = append(pairs, w, "")
	}
	return replacing(pairs...)
}

// generic are the tails that may be cut off a noun, and what follows a part of a
// list that may be cut off.
var generic = regexp.MustCompile(`^(建设|工程|工作|行动|项目|活动|任务|事项|力度|步伐|[、和及与]|以及)`)

// cutObjects cuts the end of each comma segment that has neither units nor
// amounts.
func cutObjects(_ *corpus.Plan, b base) []string {
	var out []string
	at := 0
	for seg := range strings.FieldsFuncSeq(b.sentence, func(r rune) bool { return strings.ContainsRune(",;。", r) }) {
		from := at + strings.Index(b.sentence[at:], seg)
		at = from + len(seg)
		r := []rune(seg)
		if namesUnit(b.sentence) || digitRun.MatchString(seg) {
			continue
		}
		for n := 2; n <= 6 && n+3 < len(r); n++ {
			kept, cut := string(r[:len(r)-n]), string(r[len(r)-n:])
			if !generic.MatchString(cut) && !strings.ContainsAny(kept[len(kept)-3:], "、和及与") {
				if !slices.ContainsFunc(b.cited, func(c Clause) bool { return strings.Contains(c.Label, kept) }) {
					out = append(out, b.sentence[:from]+kept+b.sentence[at:])
				}
			}
		}
	}
	return out
}

// stillTrue reports whether every comma segment of a sentence stands in what it
// cites, so that it is no lie.
func stillTrue(s string, b base) bool {
	all := ""
	for i := range b.cited {
		all += b.cited[i].Text + "," + b.cited[i].Label + "," + strings.Join(b.cited[i].Facts, ",") + ","
	}
	for seg := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",;。", r) }) {
		if !strings.Contains(all, seg) && !namesUnit(seg) {
			return false
		}
	}
	return true
}

// excused are replacements that leave the sentence true, or make it none: the
// verb before a noun may go (支持…建设), and words within names are another row's.
func excused(from, to, s string, end int) bool {
	before := s[:end-len(from)]
	after := s[end:]
	switch {
	case from == "以上" && strings.HasSuffix(before, "及"), from == "城市" && to == "乡镇" && strings.Contains(before, "“"):
		return true
	case to == "" && from == "以下" && strings.HasSuffix(before, "及"):
		return true
	case from == "试点" && to == "":
		return false
	case from == "研究" && to == "":
		return true // 消费统计研究 begins with what is left
	case from == "推进" && to == "限制", from == "推动" && to == "完成" && strings.HasPrefix(after, "完成"):
		return true
	}
	return false
}

func insertEnd(s string, words ...string) []string {
	var out []string
	body := strings.TrimSuffix(s, "。")
	for _, w := range words {
		out = append(out, body+w+"。")
	}
	return out
}

// insertStart puts each word before the sentence and before its first verb
// behind a unit.
func insertStart(s string, words ...string) []string {
	var out []string
	for _, w := range words {
		if strings.Contains(s, w) {
			continue // said twice
		}
		out = append(out, w+s)
	}
	return out
}

func beforeEach(s, word string, verbs ...string) []string {
	var out []string
	for _, v := range verbs {
		for at := 0; ; {
			k := strings.Index(s[at:], v)
			if k < 0 {
				break
			}
			at += k
			out = append(out, s[:at]+word+s[at:])
			at += len(v)
		}
	}
	return out
}

var plainNumber = regexp.MustCompile(`[0-9](%|万亩|平方公里|公里|家|个|条)(以上|以下|左右)?`)

func addBounds(s string) []string {
	var out []string
	for _, m := range plainNumber.FindAllStringSubmatchIndex(s, -1) {
		if m[4] >= 0 || strings.HasPrefix(s[m[1]:], "绿水") {
			continue
		}
		for _, w := range []string{"以上", "以下", "左右", "以内", "余"} {
			out = append(out, s[:m[1]]+w+s[m[1]:])
		}
		start := m[0]
		for start > 0 && strings.ContainsAny(s[start-1:start], "0123456789.") {
			start--
		}
		for _, w := range []string{"约", "至少", "超过", "不低于", "近", "不足", "累计超"} {
			if !strings.HasSuffix(s[:start], "超过") && !strings.HasSuffix(s[:start], "不低于") {
				out = append(out, s[:start]+w+s[start:])
			}
		}
	}
	return out
}

func removeNegations(_ *corpus.Plan, b base) []string {
	var out []string
	s := b.sentence
	for i, r := range s {
		if !strings.ContainsRune("不未无非禁免", r) {
			continue
		}
		if rest := s[i:]; strings.HasPrefix(rest, "不断") || strings.HasPrefix(rest, "不同") || strings.HasPrefix(rest, "非常") {
			continue
		}
		out = append(out, s[:i]+s[i+utf8.RuneLen(r):])
	}
	return out
}

func namesUnit(s string) bool { return strings.Contains(s, "牵头") }

var plainUnit = regexp.MustCompile(`省[^省,。、由]{1,6}?(厅|委|局)|国家金融监管总局吉林监管局`)

// replaceUnits puts others in the place of each unit.
func replaceUnits(p *corpus.Plan, b base) []string {
	var out []string
	for _, at := range plainUnit.FindAllStringIndex(b.sentence, -1) {
		name := b.sentence[at[0]:at[1]]
		for _, other := range slices.Concat(leadsOf(p), []string{"生态环境部", "省教育厅", "长春市生态环境局", "省政府", "国家能源局", "有关部门", "吉林大学", "吉林省环保集团", "市水利局"}) {
			if other == name || slices.ContainsFunc(b.cited, func(c Clause) bool { return slices.Contains(c.Leads, other) }) && len(b.cited) == 1 {
				continue
			}
			out = append(out, b.sentence[:at[0]]+other+b.sentence[at[1]:])
		}
	}
	return out
}

func leadsOf(p *corpus.Plan) []string {
	var out []string
	for i := range p.Clauses {
		for _, l := range p.Clauses[i].Leads {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

var quotedRun = regexp.MustCompile(`[“《]([^”》]+)[”》]`)

// alterQuotes changes one character in each quotation, and cuts titles.
func alterQuotes(_ *corpus.Plan, b base) []string {
	var out []string
	for _, m := range quotedRun.FindAllStringSubmatchIndex(b.sentence, -1) {
		runes := []rune(b.sentence[m[2]:m[3]])
		for i := range runes {
			if runes[i] == '大' {
				continue
			}
			other := slices.Clone(runes)
			other[i] = '大'
			out = append(out, b.sentence[:m[2]]+string(other)+b.sentence[m[3]:])
		}
		if strings.HasPrefix(b.sentence[m[0]:], "《") && len(runes) > 4 {
			out = append(out, b.sentence[:m[2]]+string(runes[2:])+b.sentence[m[3]:], b.sentence[:m[2]]+string(runes[:len(runes)-2])+b.sentence[m[3]:])
		}
	}
	return out
}
