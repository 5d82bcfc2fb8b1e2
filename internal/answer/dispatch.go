package answer

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/fold"
	"github.com/wence-qa/wence/internal/question"
)

// answer chooses the way to answer by what is asked.
func (c *composer) answer() *Answer {
	if c.scope == nil {
		c.scope = c.planScope()
	}
	c.keepItems()
	if c.q.Bare() && (c.q.Ask == question.AskNothing || c.q.Ask == question.AskChitchat) {
		return c.introduce()
	}
	if len(c.engine.plans) > 1 && bareNumber.MatchString(strings.TrimSpace(fold.String(c.q.Text))) {
		return c.clarify("没看懂这个数字指的是什么。请写出工作、指标或单位的名称。", c.starters())
	}
	if len(c.scope) > 1 {
		if len(c.q.Plans) > 1 {
			return c.perPlan()
		}
		return c.across()
	}
	if _, ok := c.wider(); ok {
		return c.perPlan()
	}
	switch c.q.Ask {
	case question.AskNothing, question.AskChitchat:
		return c.talk()
	}
	if c.q.More {
		return c.noMore()
	}
	if len(c.q.Items) > 0 {
		if a := c.byItems(); a != nil {
			return a
		}
	}
	if a := c.elsewhere(); a != nil {
		return a
	}
	if a := c.badRef(); a != nil {
		return a
	}
	if a := c.unsaid(); a != nil {
		return a
	}
	if c.q.Except {
		return c.except()
	}
	for _, special := range []func() *Answer{c.without, c.ledExactly, c.byThreshold, c.unnumbered, c.difference} {
		if a := special(); a != nil {
			return a
		}
	}
	if a := c.placeLeads(); a != nil {
		return a
	}
	switch c.q.Ask {
	case question.AskImplement:
		return c.implement()
	case question.AskQuote:
		return c.quote()
	case question.AskCount:
		return c.count()
	case question.AskCompare:
		return c.compare()
	case question.AskTasks:
		return c.tasks()
	case question.AskWhich:
		return c.which()
	case question.AskOverview:
		return c.overview()
	}
	if a := c.bySection(); a != nil {
		return a
	}
	if c.q.Ask == question.AskList || c.q.Ask == question.AskClause || c.q.Ask == question.AskPlace {
		if a := c.byPlace(); a != nil {
			return a
		}
	}
	switch c.q.Ask {
	case question.AskLead:
		return c.lead()
	case question.AskTarget:
		return c.target()
	case question.AskDeadline:
		return c.deadline()
	case question.AskPlace:
		return c.place()
	case question.AskList:
		return c.list()
	}
	if c.q.YesNo {
		if rest, places := c.takePlaces(c.q.Topic); places != nil && c.engine.match.topic(c.engine.reader, rest).content >= 2 {
			return c.place()
		}
	}
	return c.clause()
}

// talk answers what asks nothing about a plan.
func (c *composer) talk() *Answer {
	a := &Answer{Kind: KindChitchat}
	switch c.q.Kind {
	case "thanks":
		a.Headline = "不客气,有需要再问我。"
	case "help":
		a.Headline = "我是问策,回答行动方案里的问题:谁牵头、目标多少、什么时候完成、某单位有哪些任务,并附原文和出处。"
	case "hello":
		a.Headline = "你好,我是问策。想查方案里的牵头单位、目标、期限或原文,直接问我就行。"
	case "other":
		a.Headline = "我只回答行动方案里的问题,比如谁牵头、目标多少、什么时候完成。"
	default:
		a.Kind = KindClarify
		a.Headline = "没看懂这条消息。请用文字写出想查的内容,比如某项工作由谁牵头、某个指标的目标。"
	}
	a.Suggest = c.starters()
	a.Text = a.Headline
	if c.q.Kind != "thanks" {
		a.Text += "\n可以这样问:" + strings.Join(a.Suggest, " / ")
	}
	if c.q.Cut {
		a.Notes = append(a.Notes, cutNote)
		a.Text += "\n\n" + cutNote
	}
	return a
}

// elsewhere answers a question about a region that no plan in scope covers.
func (c *composer) elsewhere() *Answer {
	place, ok := c.foreign()
	if !ok {
		return nil
	}
	t := c.pick(c.q.Topic, anyUnit)
	if len(c.scope) == 1 {
		return c.none(fmt.Sprintf("《%s》没有写%s的内容。", c.plan().Card.Title, place), t.ranked)
	}
	return c.none(fmt.Sprintf("已收录的方案里没有%s的。", place), t.ranked)
}

// unsaid answers a question about an aspect (罚款, 电话) that stands beside
// nothing but an agency, a place or a section: what plans do not write.
func (c *composer) unsaid() *Answer {
	if len(c.q.Absent) == 0 {
		return nil
	}
	rest := c.q.Topic
	for _, w := range c.q.Absent {
		rest = strings.ReplaceAll(rest, w, " ")
	}
	t := c.engine.match.topic(c.engine.reader, rest)
	if name, beside := c.placeAsked(); t.content >= 1 && (name == "" || beside >= 3) {
		return nil
	}
	p := c.pick(c.q.Topic, anyUnit)
	if p.found {
		return nil
	}
	return c.none(fmt.Sprintf("方案没有写%s。", strings.Join(c.q.Absent, "、")), p.ranked)
}

// badRef answers a question about a section that does not exist.
func (c *composer) badRef() *Answer {
	if len(c.q.Sections) == 0 || len(c.scope) != 1 || len(c.q.Agencies) > 0 && c.nthAsked() > 0 {
		return nil
	}
	p := c.plan()
	for _, r := range c.q.Sections {
		if _, ok := c.resolve(p, r); ok {
			return nil
		}
	}
	r := c.q.Sections[0]
	n, word := topCount(p)
	if len(r.Path) == 1 {
		return c.none(fmt.Sprintf("没有第%d%s:方案一共%d%s。", r.Path[0], word, n, word), nil)
	}
	return c.none(fmt.Sprintf("方案里没有%s这一条。方案一共%d%s,编号写法如2.3(第二项行动第3条)。", r, n, word), nil)
}

// topCount returns how many top sections p has and what they are called.
func topCount(p *corpus.Plan) (int, string) {
	n, word := 0, "部分"
	for _, s := range p.Sections {
		if s.Parent < 0 && s.No > 0 {
			n++
			if strings.HasSuffix(s.Title, "行动") {
				word = "项行动"
			}
		}
	}
	return n, word
}

// resolve finds the section that a reference names.
func (c *composer) resolve(p *corpus.Plan, r question.Ref) (int, bool) {
	if r.Path[0] == question.Last {
		n, _ := topCount(p)
		r.Path = append([]int{n}, r.Path[1:]...)
	}
	if len(r.Path) == 1 && r.Word == "条" {
		if i, ok := numberedThrough(p, r.Path[0]); ok {
			return i, true
		}
	}
	id := r.String()
	for i, s := range p.Sections {
		if s.ID == id && s.Kind != corpus.KindTargets && s.Kind != corpus.KindMeasures {
			return i, true
		}
	}
	if len(r.Path) >= 3 {
		parent := question.Ref{Path: r.Path[:len(r.Path)-1]}
		for _, cl := range p.Clauses {
			if cl.ID == id {
				return cl.Section, true
			}
		}
		for _, t := range p.Targets {
			if t.ID == id {
				return c.resolve(p, question.Ref{Path: parent.Path[:1]})
			}
		}
	}
	if len(r.Path) == 2 && r.Path[1] == 0 {
		return c.resolve(p, question.Ref{Path: r.Path[:1]})
	}
	if len(r.Path) == 1 { // 第四条 in plans that number their items through
		for i, s := range p.Sections {
			if s.No == r.Path[0] && s.Parent >= 0 && r.Word != "行动" && strings.HasPrefix(s.Heading.In(p.Text), "第") {
				return i, true
			}
		}
	}
	return 0, false
}

// numberedThrough finds item n of a plan whose items are numbered through all
// of its sections, as 第九条 means them.
func numberedThrough(p *corpus.Plan, n int) (int, bool) {
	next, found := 1, -1
	for _, i := range leaves(p) {
		s := &p.Sections[i]
		if s.Parent < 0 || s.No == 0 {
			continue
		}
		if s.No != next {
			return 0, false
		}
		if s.No == n {
			found = i
		}
		next++
	}
	return found, found >= 0
}

// bySection answers about a section that the question names by number beside
// other words.
func (c *composer) bySection() *Answer {
	if len(c.scope) != 1 {
		return nil
	}
	p := c.plan()
	if len(c.q.Sections) > 0 {
		return c.overview()
	}
	i, ok := c.namedSection(p)
	if !ok {
		return nil
	}
	if len(c.q.Agencies) > 0 && c.q.HowMuch && !c.q.YesNo {
		return c.tasks()
	}
	if c.q.HowMuch && (c.q.Count == "measures" || c.q.Count == "tasks" || c.q.Count == "agencies" || c.q.Count == "targets" && !strings.Contains(c.q.Text, "多少")) {
		return c.countSection(p, i)
	}
	switch c.q.Ask {
	case question.AskTarget, question.AskList, question.AskOverview, question.AskClause, question.AskLead, question.AskDeadline:
		c.explain("题目中的行动:%s", p.Sections[i].Label)
		return c.describe(p, i)
	}
	return nil
}

// namedSection finds the top section that the question names by its title: the
// words in front of 行动 stand, in order, in one title only.
func (c *composer) namedSection(p *corpus.Plan) (int, bool) {
	text := fold.String(c.q.Text)
	at := strings.LastIndex(text, "行动")
	if at < 0 {
		return 0, false
	}
	text = text[:at]
	if i := strings.LastIndexFunc(text, unicode.IsPunct); i >= 0 {
		_, n := utf8.DecodeRuneInString(text[i:])
		text = text[i+n:]
	}
	before := []rune(letters(text))
	for _, w := range []string{"那个", "这个", "那项", "这项", "的", "下面", "项", "个"} {
		if s, ok := strings.CutSuffix(string(before), w); ok {
			before = []rune(s)
		}
	}
	found, length := -1, 0
	for i, s := range p.Sections {
		if s.Parent >= 0 {
			continue
		}
		title := []rune(strings.TrimSuffix(strings.TrimPrefix(letters(fold.String(s.Title)), "实施"), "行动"))
		n := tailInOrder(before, title)
		if n == length {
			found = -1 // two fit
		}
		if n > length {
			found, length = i, n
		}
	}
	return found, found >= 0 && (length >= 4 || length >= 2 && length == len(before))
}

// tailInOrder returns how many of the last runes of words stand in title in
// the same order: 生态屏障 in 守牢北方生态安全屏障. The first pair of them must
// stand side by side.
func tailInOrder(words, title []rune) int {
	j, n := len(title)-1, 0
	for i := len(words) - 1; i >= 0; i-- {
		k := j
		for k >= 0 && title[k] != words[i] {
			k--
		}
		if k < 0 {
			break
		}
		n, j = n+1, k-1
	}
	if n >= 2 && !strings.Contains(string(title), string(words[len(words)-2:])) {
		return 0
	}
	return n
}

func itoa(n int) string { return strconv.Itoa(n) }
