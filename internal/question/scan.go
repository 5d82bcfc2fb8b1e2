package question

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A scan reads one question's tokens.
type scan struct {
	reader *Reader
	q      *Question
	text   []rune
	str    string // text
	segs   []segment
	core   []int // segments that ask
	short  bool  // the message is no story
}

// A segment is what stands between two marks of punctuation.
type segment struct {
	toks   []token
	asks   bool    // it has a word that asks
	hard   bool    // a sentence ends behind it
	weight float64 // of its content
}

// storyRunes is the length from which a message is taken for a story round a
// question; in shorter ones every word belongs to the question.
const storyRunes = 45

func (s *scan) run() {
	s.split(s.reader.tokens(s.text))
	s.agencies()
	for i := range s.segs {
		s.weigh(&s.segs[i])
	}
	if !s.letters() {
		s.q.Ask = AskNothing
		return
	}
	s.pickCore()
	s.topics()
	s.flags()
	s.q.Ask = s.ask()
	s.claims()
}

// split cuts the tokens at punctuation that ends a part of a sentence.
func (s *scan) split(toks []token) {
	var cur segment
	flush := func() {
		if len(cur.toks) > 0 {
			s.segs = append(s.segs, cur)
			cur = segment{}
		}
	}
	for _, t := range toks {
		if t.class == punct && isBreak(s.text[t.start]) {
			cur.hard = !strings.ContainsRune(",，", s.text[t.start])
			flush()
			continue
		}
		cur.toks = append(cur.toks, t)
	}
	flush()
	for i := range s.segs {
		s.settle(s.segs[i].toks)
		s.takeLevels(s.segs[i].toks)
	}
}

// settle decides tokens that mean one thing beside some words and another
// beside others.
func (s *scan) settle(toks []token) {
	for i := range toks {
		t := &toks[i]
		switch t.class {
		case shortVerb:
			if !beside(toks, i, who, leadVerb) {
				t.class = light
				if t.end-t.start == 1 {
					t.class = content
				}
			}
		case chit, thanks, relTime, more:
			if t.end-t.start > 1 && t.class == chit && (touches(toks, i, content) || touches(toks, i, synonym)) {
				t.class = content
			}
		case leadVerb:
			if string(s.text[t.start:t.end]) == "挂帅" && t.start > 0 && s.reader.known(s.text[t.start-1], s.text[t.start]) {
				t.class = content // 揭榜挂帅
			}
		case same:
			if i+1 < len(toks) && toks[i+1].start == t.end && topicWeight(toks[i+1].class) > 0 {
				t.class = light // 不同地区
			}
		}
	}
}

// beside reports whether the nearest token before or after i that is no
// filler is of one of the classes.
func beside(toks []token, i int, classes ...class) bool {
	for j := i - 1; j >= 0; j-- {
		if toks[j].class != filler {
			if slices.Contains(classes, toks[j].class) {
				return true
			}
			break
		}
	}
	for j := i + 1; j < len(toks); j++ {
		if toks[j].class != filler {
			return slices.Contains(classes, toks[j].class)
		}
	}
	return false
}

// touches reports whether a neighbour of token i is of class c.
func touches(toks []token, i int, c class) bool {
	return i > 0 && toks[i-1].class == c && toks[i-1].end == toks[i].start ||
		i+1 < len(toks) && toks[i+1].class == c && toks[i+1].start == toks[i].end
}

func (s *scan) weigh(g *segment) {
	named := slices.ContainsFunc(g.toks, func(t token) bool { return t.class == agency })
	for _, t := range g.toks {
		g.weight += float64(t.end-t.start) * topicWeight(t.class)
		if t.class == leadVerb && named {
			continue // 有人说林草局牵头: a claim, not a question
		}
		g.asks = g.asks || asking(t.class)
	}
}

// topicWeight is what one rune of a token counts for in a topic; 0 keeps the
// token out of it.
func topicWeight(c class) float64 {
	switch c {
	case content, synonym, place, aspect:
		return weightContent
	case measure:
		return weightMeasure
	case light, task:
		return WeightLight
	}
	return 0
}

func asking(c class) bool {
	switch c {
	case who, leadVerb, leadNoun, what, howMany, when, where, quote, goal, list, same, more, yesNo, implement, whichSec:
		return true
	}
	return false
}

func (s *scan) letters() bool {
	for _, r := range s.text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return len(s.q.Sections) > 0 || len(s.q.Years) > 0
}

// agencies collects the named agencies, the same one once.
func (s *scan) agencies() {
	for _, g := range s.segs {
		for _, t := range g.toks {
			switch t.class {
			case locals:
				s.q.Units = "implementers"
			case agency:
				name := s.reader.lex.Agencies[t.ref].Name
				if !slices.ContainsFunc(s.q.Agencies, func(a Agency) bool { return a.Name == name }) {
					a := Agency{Name: name, Written: string(s.text[t.start:t.end])}
					if s.local(t) {
						a.Local, a.Written = true, string(s.text[t.start-1:t.end])
					}
					s.q.Agencies = append(s.q.Agencies, a)
				}
			}
		}
	}
}

// local reports whether the word in front of agency t says that it is a city's
// or a county's.
func (s *scan) local(t token) bool {
	return t.start > 0 && strings.ContainsRune("市县区州", s.text[t.start-1]) && !strings.HasPrefix(string(s.text[t.start:t.end]), "省")
}

// takeLevels drops the one character in front of an agency that says its level
// from what the question is about: 市 of 市财政局 is part of the name.
func (s *scan) takeLevels(toks []token) {
	for i := 1; i < len(toks); i++ {
		t := &toks[i-1]
		if toks[i].class == agency && toks[i].start == t.end && t.class == content && t.end-t.start == 1 && s.local(toks[i]) {
			t.class = filler
		}
	}
}

// pickCore chooses the segments that are the question. In a story those are
// the ones that ask.
func (s *scan) pickCore() {
	n := 0
	for i, g := range s.segs {
		for _, t := range g.toks {
			n += t.end - t.start
		}
		if g.asks {
			s.core = append(s.core, i)
			s.q.Asking++
		}
	}
	if len(s.core) == 0 || n <= storyRunes {
		from := s.sentence()
		s.short = true
		s.core = s.core[:0]
		for i := from; i < len(s.segs); i++ {
			s.core = append(s.core, i)
		}
	}
}

// sentence returns where the question begins in a short message: behind the
// last sentence in front of it, when it has content of its own.
func (s *scan) sentence() int {
	from := 0
	for i := 0; i+1 < len(s.segs); i++ {
		if s.segs[i].hard && !s.segs[i].asks && slices.ContainsFunc(s.core, func(j int) bool { return j > i && s.segs[j].weight >= 3 }) &&
			!slices.ContainsFunc(s.core, func(j int) bool { return j <= i }) {
			from = i + 1
		}
	}
	return from
}

// topics writes the content words of the question: of the core to Topic, of
// the rest to Context, and to Parts when the core speaks of several things.
func (s *scan) topics() {
	var topic, context []string
	var chunks []chunk
	for i, g := range s.segs {
		if !slices.Contains(s.core, i) {
			if len(s.core) > 0 && i < s.core[0] && s.short {
				continue
			}
			context = append(context, s.words(g.toks)...)
			continue
		}
		topic = append(topic, s.words(g.toks)...)
		chunks = append(chunks, s.chunks(g.toks)...)
	}
	s.q.Topic = tail(strings.Join(topic, " "), maxTopic)
	s.q.Context = tail(strings.Join(context, " "), maxTopic)
	if s.q.Context != "" {
		s.story()
	}
	if s.weight(s.core) < 2 && s.q.Context != "" {
		s.storyParts()
		return
	}
	for _, c := range chunks {
		if c.weight >= 1 && !slices.Contains(s.q.Parts, c.text) {
			s.q.Parts = append(s.q.Parts, c.text)
		}
	}
	if len(s.q.Parts) < 2 {
		s.q.Parts = nil
	}
	if s.q.Parts == nil && s.has(same, more, each) {
		s.splitWords()
	}
}

// maxTopic bounds the runes of a topic: no clause is longer, and questions
// stand at the end of what is.
const maxTopic = 160

// tail returns the last n runes of s.
func tail(s string, n int) string {
	for more := utf8.RuneCountInString(s) - n; more > 0; more-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}

// story lists the content of each segment, and of each with the next.
func (s *scan) story() {
	last := ""
	for _, g := range s.segs {
		text := strings.Join(s.words(g.toks), " ")
		if utf8.RuneCountInString(text) > maxTopic {
			last = ""
			continue
		}
		if g.weight >= 2 {
			s.q.Story = append(s.q.Story, text)
		}
		if last != "" && text != "" {
			s.q.Story = append(s.q.Story, last+" "+text)
		}
		last = text
	}
	if len(s.q.Story) > maxStory {
		s.q.Story = s.q.Story[len(s.q.Story)-maxStory:]
	}
}

// maxStory bounds the parts of a story that are looked at: the last ones, for
// questions stand at the end.
const maxStory = 16

// splitWords cuts the topic at 和, 与, 跟 even where a plan has the same two
// characters side by side: the question says that it speaks of several things.
func (s *scan) splitWords() {
	for w := range strings.FieldsFuncSeq(s.q.Topic, func(r rune) bool { return r == '和' || r == '与' || r == '跟' || r == ' ' }) {
		if len([]rune(w)) >= 2 {
			s.q.Parts = append(s.q.Parts, w)
		}
	}
	if len(s.q.Parts) != 2 {
		s.q.Parts = nil
	}
}

// storyParts takes the segments that name an agency for the things asked
// about, when the question itself only points back (这两件事).
func (s *scan) storyParts() {
	for i, g := range s.segs {
		if slices.Contains(s.core, i) && g.weight < 1 {
			continue
		}
		if slices.ContainsFunc(g.toks, func(t token) bool { return t.class == agency }) && g.weight >= 2 {
			s.q.Parts = append(s.q.Parts, strings.Join(s.words(g.toks), " "))
		}
	}
	if len(s.q.Parts) < 2 {
		s.q.Parts = nil
	}
}

func (s *scan) weight(segs []int) float64 {
	w := 0.0
	for _, i := range segs {
		w += s.segs[i].weight
	}
	return w
}

// words returns the fragments of content of a segment. Tokens that touch are
// one fragment, and fillers of two runes and more inside one stay.
func (s *scan) words(toks []token) []string {
	var out []string
	start := -1
	flush := func(end int) {
		if start >= 0 {
			out = append(out, string(s.text[start:end]))
			start = -1
		}
	}
	for i, t := range toks {
		keep := topicWeight(t.class) > 0 || t.class == goal && inTopic(toks, i) ||
			(t.class == filler || t.class == leadVerb || t.class == implement) && t.end-t.start > 1 && inTopic(toks, i)
		if keep {
			if start < 0 {
				start = t.start
			}
			continue
		}
		flush(t.start)
	}
	if n := len(toks); n > 0 {
		flush(toks[n-1].end)
	}
	return out
}

// inTopic reports whether both neighbours of token i touch it and are content.
func inTopic(toks []token, i int) bool {
	return i > 0 && i+1 < len(toks) &&
		toks[i-1].end == toks[i].start && toks[i].end == toks[i+1].start &&
		topicWeight(toks[i-1].class) > 0 && topicWeight(toks[i+1].class) > 0
}

// A chunk is one of several things that a question speaks of.
type chunk struct {
	text   string
	weight float64
}

// chunks cuts a segment where words join things (和, 跟, 、) and behind words
// that ask.
func (s *scan) chunks(toks []token) []chunk {
	var out []chunk
	from := 0
	flush := func(to int) {
		part := toks[from:to]
		w := 0.0
		for _, t := range part {
			w += float64(t.end-t.start) * topicWeight(t.class)
		}
		if w > 0 {
			out = append(out, chunk{strings.Join(withoutLone(s.words(part)), " "), w})
		}
		from = to
	}
	for i, t := range toks {
		if s.joins(t) {
			flush(i)
		}
	}
	flush(len(toks))
	return out
}

// withoutLone drops fragments of one character beside longer ones.
func withoutLone(words []string) []string {
	long := func(w string) bool { return utf8.RuneCountInString(w) > 1 }
	if !slices.ContainsFunc(words, long) {
		return words
	}
	return slices.DeleteFunc(words, func(w string) bool { return !long(w) })
}

func (s *scan) joins(t token) bool {
	switch t.class {
	case who, each:
		return true
	case punct:
		return s.text[t.start] == '、' || s.text[t.start] == '/' || s.text[t.start] == '&'
	case filler:
		switch string(s.text[t.start:t.end]) {
		case "和", "与", "跟", "及", "以及", "还有", "同", "vs", "pk":
			return true
		}
	}
	return false
}

func (s *scan) has(classes ...class) bool {
	for _, i := range s.core {
		for _, t := range s.segs[i].toks {
			if slices.Contains(classes, t.class) {
				return true
			}
		}
	}
	return false
}

// texts returns the words of class c in the core.
func (s *scan) texts(c class) []string {
	var out []string
	for _, i := range s.core {
		for _, t := range s.segs[i].toks {
			if t.class == c {
				out = append(out, string(s.text[t.start:t.end]))
			}
		}
	}
	return out
}

// asked returns the words of class c in the segments that ask, or in all of
// the core when none does.
func (s *scan) asked(c class) []string {
	all := s.core
	defer func() { s.core = all }()
	asking := slices.DeleteFunc(slices.Clone(all), func(i int) bool { return !s.segs[i].asks })
	if len(asking) > 0 {
		s.core = asking
	}
	return s.texts(c)
}

func (s *scan) contains(words ...string) bool {
	for _, w := range words {
		if strings.Contains(s.str, w) {
			return true
		}
	}
	return false
}

func (s *scan) flags() {
	q := s.q
	q.YesNo = s.has(yesNo)
	q.Each = s.has(each) || s.contains(" vs ", " pk ")
	q.Same = s.has(same) || len(q.Agencies) == 1 && len(q.Parts) >= 2 && s.contains("都是", "都归", "都由")
	q.HowMuch = s.has(howMany)
	q.Goal = s.has(goal)
	q.Tasks = s.has(task)
	q.WantLead = s.has(who, leadVerb, leadNoun)
	q.All = s.has(list)
	q.Money = (q.HowMuch || s.has(more)) && s.contains("钱", "元", "补多少", "奖多少", "补贴", "补助", "奖励", "贷款", "额度", "资助", "算力券", "基金", "封顶")
	q.Absent = s.asked(aspect)
	q.Measure = s.texts(measure)
	if rel := s.texts(relTime); len(rel) > 0 {
		q.Relative = rel[0]
	}
	q.Most = s.most()
	q.Negated = s.contains("不牵头", "不负责", "不管", "不归", "没牵头", "不主管")
	q.Except = len(q.Agencies) > 0 && (s.contains("除了", "除开", "以外", "之外") || (strings.HasPrefix(s.str, "不是") || s.contains("不是") && s.contains("牵头的有", "牵头的是哪些", "牵头的任务", "牵头的举措", "负责的有")) && !q.YesNo && s.has(list, what))
	q.Pronoun = s.has(pronoun)
	q.More = s.has(page) && s.weight(s.core) < 1
	q.Doubt = s.anywhere(doubt) && q.Context == ""
	text := strings.TrimRight(s.str, " ?!。.~…")
	q.Swap = strings.HasSuffix(text, "呢") || strings.HasPrefix(text, "那") || strings.HasPrefix(text, "换成") || strings.HasPrefix(text, "改成")
}

// anywhere reports whether the message has a token of class c.
func (s *scan) anywhere(c class) bool {
	for _, g := range s.segs {
		for _, t := range g.toks {
			if t.class == c {
				return true
			}
		}
	}
	return false
}

func (s *scan) most() string {
	switch {
	case s.contains("只牵头一", "仅牵头一", "只负责一", "只有一项", "只有一个任务", "只牵头1", "仅负责一", "仅有一项", "只管一项", "只领一项", "只牵头了一", "就牵头一"):
		return "single"
	case strings.ContainsAny(s.str, "哪谁") && strings.HasSuffix(strings.TrimRight(s.str, " ?!。.呢啊呀"), "高"):
		return "more"
	case s.contains("任务多", "工作多", "牵头多", "牵头的多", "管的多", "谁多", "哪家多", "哪个多", "更多", "多还是", "牵头的多", "的多"):
		return "more"
	case s.contains("最多", "最大", "最高", "数量第一"):
		return "most"
	case s.contains("最少", "最小", "最低"):
		return "least"
	case s.has(more):
		return "more"
	}
	return ""
}

// hasTopic reports whether the core has content of its own.
func (s *scan) hasTopic() bool {
	w := 0.0
	for _, i := range s.core {
		for _, t := range s.segs[i].toks {
			switch t.class {
			case content:
				if t.end-t.start == 1 {
					w += 0.3 // mostly what is left of colloquial words
					continue
				}
				w += float64(t.end - t.start)
			case synonym, place, aspect:
				w += float64(t.end - t.start)
			case measure:
				w += 0.3 * float64(t.end-t.start)
			case light:
				w += WeightLight * float64(t.end-t.start)
			}
		}
	}
	return w >= 1 || s.q.Context != ""
}

func (s *scan) ask() Ask {
	if a := s.smallTalk(); a != "" {
		return a
	}
	q := s.q
	topic := s.hasTopic()
	asksWho := s.has(who, leadVerb, leadNoun)
	switch {
	case s.contains("执行主体", "执行的主体", "落实主体", "落实的主体", "哪一级落实", "哪级落实", "谁来干活", "谁干活", "谁来落地", "谁落地") && len(q.Agencies) == 0:
		return AskImplement
	case s.contains("下同", "不再列出"):
		if s.has(quote) {
			return AskQuote
		}
		return AskImplement
	case s.has(quote) && !s.has(who, howMany, when, where):
		return AskQuote
	case s.q.Units != "" && asksWho && s.has(what):
		return AskImplement
	case s.has(implement) && !topic, s.q.Units != "" && !topic, asksWho && !topic && len(s.q.Agencies) == 0 && s.contains("落实", "执行"):
		return AskImplement
	case s.has(implement) && s.contains("落实", "干活", "执行", "实施") && (s.q.Units != "" || s.contains("地方上", "基层", "县里", "市里", "下面各市", "各地市", "底下")):
		return AskImplement
	}
	if a := s.askCount(topic, asksWho); a != "" {
		return a
	}
	several := len(q.Parts) >= 2
	switch {
	case s.has(whichSec):
		return AskWhich
	case !topic && s.has(what, task) && s.contains("方案", "文件", "全文") && len(q.Agencies)+len(q.Years)+len(q.Sections) == 0 && q.Relative == "":
		return AskOverview
	case len(q.Agencies) > 0 && !topic:
		return AskTasks
	case (len(q.Years) > 0 || q.Relative != "") && !topic && len(q.Sections) == 0:
		return AskList
	case len(q.Sections) > 0 && !topic:
		return AskOverview
	case several && (q.Same || q.Most == "more" && !s.has(who)):
		return AskCompare
	case s.has(who) && !s.has(when) && !(s.has(task) && s.has(list)):
		return AskLead
	case q.YesNo && len(q.Years) > 0 && len(q.Agencies) == 0 && len(q.Numbers) == 0:
		return AskDeadline
	case s.has(when), topic && q.Relative != "" && strings.ContainsAny(q.Relative, "期剩") && !s.has(who, what, list):
		return AskDeadline
	case s.has(where):
		return AskPlace
	case len(q.Agencies) > 0 && topic && !q.YesNo && !s.has(who) && (s.has(what, list) || s.has(task) && s.has(leadVerb)):
		return AskTasks
	case s.has(task) && s.has(list, leadNoun) || s.has(list) && !asksWho && !s.has(howMany, goal):
		return AskList
	case asksWho:
		return AskLead
	case len(q.Agencies) > 0 && q.YesNo:
		return AskLead
	case s.has(goal, howMany) || len(q.Numbers) > 0 && q.YesNo:
		return AskTarget
	case s.has(task) && s.has(what):
		return AskList
	case len(q.Agencies) > 0 && topic && s.has(task) && !q.YesNo:
		return AskTasks
	case len(q.Agencies) > 0 && topic:
		return AskLead
	}
	return AskClause
}

// askCount recognises questions for a number of things, or for who has most.
func (s *scan) askCount(topic, asksWho bool) Ask {
	q := s.q
	q.Count = s.counted(topic)
	switch {
	case q.Most == "single":
		return AskCount
	case len(q.Agencies) >= 2 && (s.has(more, same) || q.Most != "") && !topic:
		return AskCompare
	case (q.Most == "most" || q.Most == "least") && (s.has(who) || s.contains("单位", "部门")) && !topic:
		q.Count = "agencies"
		return AskCount
	case (q.Most == "most" || q.Most == "least") && s.has(whichSec):
		return AskCount
	case !s.has(howMany) && !s.contains("总数", "总共有", "一共有"):
		return ""
	case q.Count == "" && len(q.Agencies) > 0 && !topic:
		q.Count = "tasks"
		return AskCount
	case q.Count == "" && !(s.countsItems() && s.has(list)), q.Count == "clauses" && len(q.Agencies) == 0 && !s.has(list) && s.weight(s.core) >= 0.5:
		return ""
	case !topic:
		return AskCount
	case asksWho:
		return ""
	case q.Count == "places":
		return AskPlace
	case (q.Count == "tasks" || q.Count == "clauses" || s.countsItems()) && s.has(list):
		return AskList
	}
	return ""
}

// countsItems reports whether the word that asks how many counts items: 几条.
func (s *scan) countsItems() bool {
	for _, w := range s.texts(howMany) {
		if strings.HasSuffix(w, "条") || strings.HasSuffix(w, "项") || strings.HasSuffix(w, "件") || strings.HasSuffix(w, "处") {
			return true
		}
	}
	return false
}

// counted returns what the question counts: the thing named right behind the
// word that asks how many; else, when the question has no topic of its own, any
// such thing.
func (s *scan) counted(topic bool) string {
	for _, i := range s.core {
		for _, t := range s.segs[i].toks {
			if t.class == howMany {
				if c := countedIn(string(s.text[t.end:min(t.end+5, len(s.text))])); c != "" {
					return c
				}
				if c := countedIn(string(s.text[max(0, t.start-5):t.start])); c != "" && t.end >= len(s.text)-1 && slices.Contains(s.text[t.start:t.end], '几') {
					return c
				}
			}
		}
	}
	if topic || !s.contains("几", "一共", "总共", "总数", "多少个", "多少项", "多少条", "多少家") {
		return ""
	}
	return countedIn(s.str)
}

// countNouns are the things that plans have in numbers. Order decides when two
// begin at one place.
var countNouns = []struct{ word, count string }{
	{"重点举措", "measures"}, {"举措", "measures"}, {"措施", "measures"},
	{"牵头单位", "agencies"}, {"责任单位", "agencies"}, {"牵头部门", "agencies"}, {"单位", "agencies"}, {"部门", "agencies"}, {"厅局", "agencies"}, {"家单位", "agencies"},
	{"行动方案", ""}, {"行动", "actions"}, {"主要目标", "targets"}, {"目标", "targets"}, {"指标", "targets"},
	{"任务", "tasks"}, {"工作", "tasks"}, {"事项", "tasks"}, {"件事", "tasks"}, {"事儿", "tasks"}, {"职责", "tasks"},
	{"县市", "places"}, {"市县", "places"}, {"城市", "places"}, {"个市", "places"}, {"个县", "places"}, {"地方", "places"}, {"市", "places"}, {"县", "places"},
	{"标注", "marks"}, {"条款", "clauses"}, {"条", "clauses"}, {"项", "clauses"},
}

func countedIn(text string) string {
	best, at := "", len(text)
	for _, n := range countNouns {
		if i := strings.Index(text, n.word); i >= 0 && i < at {
			best, at = n.count, i
		}
	}
	return best
}

// smallTalk recognises messages that ask nothing about a plan.
func (s *scan) smallTalk() Ask {
	kind, other := "", 0.0
	for _, g := range s.segs {
		for _, t := range g.toks {
			switch t.class {
			case help:
				kind = "help"
			case thanks:
				if kind == "" || kind == "other" || kind == "hello" {
					kind = "thanks"
				}
			case chit:
				if kind == "" {
					kind = talkKind(string(s.text[t.start:t.end]))
				}
			case page, doubt, pronoun:
				return ""
			case filler, punct, yesNo, topicMark:
			case what, howMany, when:
				other += 0.3
			case light, task:
				other += 0.3 * float64(t.end-t.start)
			default:
				other += float64(t.end - t.start)
			}
		}
	}
	q := s.q
	if len(q.Sections)+len(q.Years)+len(q.Agencies) > 0 {
		return ""
	}
	if kind != "" && (other < 1 || kind == "help" && other < 3) {
		q.Kind = kind
		return AskChitchat
	}
	if other == 0 && !q.Swap {
		q.Kind = "hello"
		return AskChitchat
	}
	return ""
}

func talkKind(word string) string {
	switch word {
	case "你好", "您好", "你们好", "大家好", "早上好", "上午好", "中午好", "下午好", "晚上好", "hello", "hi", "hey", "哈喽", "嗨", "在吗", "在不在", "早安":
		return "hello"
	case "你是谁", "你叫什么", "你叫啥", "你是什么", "你是机器人吗", "你是人吗":
		return "help"
	}
	return "other"
}

// claims marks the agencies that the question supposes to lead.
func (s *scan) claims() {
	if s.q.Ask != AskLead && s.q.Ask != AskCompare {
		return
	}
	for i := range s.q.Agencies {
		s.q.Agencies[i].Claimed = true
	}
}
