package ground

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
)

// A unitName is one name of a unit.
type unitName struct {
	text string // folded
	id   string // folded name as plans write it
}

// unitEnds are what the name of a unit can end with. Staff words such as 发改 are
// left to questions: in a sentence they would be part of other words.
var unitEnds = []string{"厅", "局", "委", "委员会", "部门", "办", "办公室", "部", "署", "院", "政府", "中心", "公司", "集团", "大学", "各市州", "各市(州)", "协会", "银行"}

func (g *Gate) addAgency(a corpus.Agency) {
	id := fold.String(a.Name)
	level := levelsOf(a)
	for _, name := range append([]string{a.Name, a.Full}, a.Aliases...) {
		name = fold.String(name)
		if name == id || name == fold.String(a.Full) || goodAlias(name, level) {
			g.addName(name, id)
		}
	}
}

// levelsOf returns the last words of an agency's official names: a 厅 is not
// spoken of as a 局, which would be the city's.
func levelsOf(a corpus.Agency) string { return lastRune(a.Name) + lastRune(a.Full) }

func lastRune(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[len(s)-size:]
}

func goodAlias(name, level string) bool {
	switch {
	case strings.HasSuffix(name, "部门"):
		return true
	case strings.HasSuffix(name, "政府"):
		return utf8.RuneCountInString(name) > 3 && !strings.HasPrefix(name, "当地")
	case strings.HasPrefix(name, "各"):
		return true
	}
	return utf8.RuneCountInString(name) > 2 && strings.Contains(level, lastRune(name)) && hasUnitEnd(name)
}

func hasUnitEnd(name string) bool {
	for _, e := range unitEnds {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}

func (g *Gate) addName(name, id string) {
	if name == "" || g.ids[name] != "" {
		return
	}
	g.ids[name] = id
	first, _ := utf8.DecodeRuneInString(name)
	g.units[first] = append(g.units[first], unitName{name, id})
}

func (g *Gate) addUnits(c *corpus.Clause) {
	for _, list := range [][]string{c.Leads, c.Support, c.Responsible, c.Implementers} {
		for _, name := range list {
			name = fold.String(name)
			g.addName(name, name)
		}
	}
}

// A role is the part that a sentence gives a unit.
type role uint8

const (
	acting      role = iota // only named: the one who does it
	leading                 // 牵头, 主管, 带头
	owning                  // 负责, 承担
	responsible             // 责任单位
	carrying                // 负责落实
	supporting              // 配合, 参与
	joined                  // 会同
)

// roleWords say the part of the units before them.
var roleWords = map[string]role{
	"牵头": leading, "主管": leading, "带头": leading, "主责": leading, "主导": leading, "领衔": leading, "总牵头": leading, "抓总": leading, "牵头负责": leading,
	"负责": owning, "承担": owning, "负责实施": owning, "主抓": owning, "具体负责": owning,
	"负责落实": carrying, "落实": carrying, "具体落实": carrying, "组织落实": carrying, "抓好落实": carrying, "具体实施": carrying, "组织实施": carrying,
	"配合": supporting, "参与": supporting, "协助": supporting, "协办": supporting,
	"按职责分工负责": responsible, "按职责分工": responsible, "分工负责": responsible,
}

// labelWords say the part of the units behind them, or before them with 为.
var labelWords = map[string]role{
	"牵头单位": leading, "牵头部门": leading, "主管部门": leading, "主管单位": leading, "牵头责任单位": leading, "牵头方": leading, "主责单位": leading,
	"责任单位": responsible, "责任部门": responsible, "负责单位": responsible, "责任主体": responsible,
	"配合单位": supporting, "参与单位": supporting, "配合部门": supporting, "支持单位": supporting,
	"落实单位": carrying, "实施单位": carrying, "实施主体": carrying, "落实主体": carrying,
	"会同": joined, "联合": joined, "协同": joined,
}

var labels = slices.Collect(maps.Keys(labelWords))

var roleList, labelList = newRoleList(roleWords), newRoleList(labelWords)

func newRoleList(m map[string]role) *wordList {
	l := newWordList("")
	for w := range m {
		l.add(w)
	}
	return l
}

// unitGlue may stand between a unit and the word for its part.
var unitGlue = newWordList("共同 具体 主要 作为 为 是 分别 总 一并 来 也 均")

// A claim says that a sentence gives units a part.
type claim struct {
	unit string // id
	role role
	text string
}

// units of one list in a sentence, with the words that give them their part.
type unitGroup struct {
	from, to   int // tokens, with those words
	list       int // first unit
	claims     []claim
	respective bool // 分别
}

// unitGroups finds the lists of units in t[from:to].
func unitGroups(t []token, from, to int) []unitGroup {
	var out []unitGroup
	for i := from; i < to; i++ {
		if t[i].kind != unit {
			continue
		}
		end := listEnd(t, i, to)
		g := unitGroup{from: i, to: end, list: i}
		for _, r := range g.readRole(t, from, to) {
			for k := i; k < end; k++ {
				if t[k].kind == unit {
					g.claims = append(g.claims, claim{t[k].text, r, textOf(t[i:g.to])})
				}
			}
		}
		out = append(out, g)
		i = g.to - 1
	}
	return out
}

// listEnd returns the end of the list of units that starts at i.
func listEnd(t []token, i, to int) int {
	end := i + 1
	for end < to {
		k := end
		if t[k].kind == joint || t[k].kind == han && strings.ContainsRune("和与及", rune(t[k].sym)) {
			k++
		}
		if k == to || t[k].kind != unit {
			break
		}
		end = k + 1
	}
	return end
}

// readRole reads the words around the list, takes them into the group and
// returns the parts that they give: one, or two where they disagree.
func (g *unitGroup) readRole(t []token, from, to int) []role {
	behind := g.roleBehind(t, to)
	before := g.labelBefore(t, from)
	switch {
	case before == acting || before == behind:
		return []role{behind}
	case behind == acting:
		return []role{before}
	}
	return []role{before, behind}
}

func (g *unitGroup) roleBehind(t []token, to int) role {
	k := g.to
	for k < to {
		n := unitGlue.longest(t[:to], k)
		if n == 0 {
			break
		}
		k += n
	}
	if k < to {
		if n := labelList.longest(t[:to], k); n > 0 && k > g.to {
			g.to = k + n
			return labelWords[textOf(t[k:g.to])]
		}
		if n := roleList.longest(t[:to], k); n > 0 {
			g.to = k + n
			return roleWords[textOf(t[k:g.to])]
		}
	}
	return acting
}

func (g *unitGroup) labelBefore(t []token, from int) role {
	k := g.from
	if n := endsWith(t[from:], k-from, "由"); n > 0 {
		k -= n
		g.respective = endsWith(t[from:], k-from, "分别") > 0
		g.from = k - endsWith(t[from:], k-from, "分别", "均", "都")
		return acting
	}
	if n := endsWith(t[from:], k-from, "为", "是", "分别为", "分别是", "包括", "有"); n > 0 {
		g.respective = n > 2
		k -= n
	}
	n := endsWith(t[from:], k-from, labels...)
	if n == 0 {
		return acting
	}
	g.from = k - n
	return labelWords[textOf(t[g.from:k])]
}
