package corpus

// Span is a half-open range [Start,End) of bytes of a plan's text. Both ends
// lie on rune boundaries. The zero Span is empty and means "not in the text".
type Span struct{ Start, End int }

// Len is the number of bytes that s covers.
func (s Span) Len() int { return s.End - s.Start }

// Empty reports whether s covers nothing.
func (s Span) Empty() bool { return s.End <= s.Start }

// Contains reports whether t lies within s.
func (s Span) Contains(t Span) bool { return s.Start <= t.Start && t.End <= s.End }

// Overlaps reports whether s and t share a byte.
func (s Span) Overlaps(t Span) bool { return s.Start < t.End && t.Start < s.End }

// In returns the bytes of text that s covers. It panics if s is not a span of
// text, which only a span of another text can be.
func (s Span) In(text string) string { return text[s.Start:s.End] }

// A Plan is one parsed text. It is immutable after Parse and safe for
// concurrent use. All spans are spans of Text.
type Plan struct {
	ID     string // "jilin-2024": the file's stem
	Card   Card
	Text   string // as published, byte for byte
	SHA256 string // of Text, 64 hex digits

	Sections []Section // every heading, in the order of the text
	Targets  []Target  // of target paragraphs and of clauses, in the order of the text
	Clauses  []Clause  // marked clauses, and unmarked numbered items
	Rules    []Rule    // what marks say about all later marks
	Blocks   []Block   // the whole text, each byte once
	Findings []Finding // what Lint found
}

// A Card is what is known about a plan beside its text. Every field but Title
// may be empty.
type Card struct {
	Title     string   `json:"title"`
	Short     []string `json:"short,omitempty"` // names people use for the plan
	Issuer    string   `json:"issuer,omitempty"`
	Region    string   `json:"region,omitempty"` // "吉林省"
	Number    string   `json:"number,omitempty"` // document number
	Date      string   `json:"date,omitempty"`   // of issue, as the source gives it
	Period    string   `json:"period,omitempty"`
	Status    string   `json:"status,omitempty"`
	Source    string   `json:"source,omitempty"` // URL
	Retrieved string   `json:"retrieved,omitempty"`
	SHA256    string   `json:"sha256,omitempty"` // of the text; "" is not checked
	Note      string   `json:"note,omitempty"`
}

// A SectionKind says what a heading is about.
type SectionKind string

const (
	KindSection  SectionKind = "section"  // a chapter or action
	KindTargets  SectionKind = "targets"  // only says 主要目标, 总体目标, …
	KindMeasures SectionKind = "measures" // only says 重点举措, 重点任务, …
	KindMeasure  SectionKind = "measure"  // a numbered item below the sections
)

// A Section is a numbered heading at any level.
type Section struct {
	ID      string // "6", "6.1"; headings of kind targets and measures share their parent's
	Kind    SectionKind
	Level   int    // 1 is the outermost
	No      int    // ordinal as written; 0 when the heading has none
	Title   string // "加强长白山森林生态系统保护修复", without numbering and full stop
	Label   string // for people, in the plan's own words: "第六项行动“守牢北方生态安全屏障行动”重点举措1"
	Parent  int    // index in Plan.Sections; -1 for none
	Heading Span   // the heading with its numbering, without the line end
	TitleAt Span   // of Title
	Body    Span   // from the end of the heading to the start of the next heading of the same or an outer level
}

// A TargetKind says what a target fixes.
type TargetKind string

const (
	TargetNumber      TargetKind = "number"      // a value
	TargetDeadline    TargetKind = "deadline"    // a date, no value
	TargetPlace       TargetKind = "place"       // named places, neither value nor date
	TargetQualitative TargetKind = "qualitative" // a result in words
)

// A Target is one thing the plan wants reached. What the text does not give is "".
type Target struct {
	ID      string // "6.0.2", or "1.2.3.1" inside clause 1.2.3
	Kind    TargetKind
	Section int // index in Plan.Sections
	Clause  int // index in Plan.Clauses; -1 in a target paragraph

	Indicator string // "湿地保护率"
	Op        string // "=", ">=", "<="; "" when there is no number
	Number    string // "45.22", as digits
	Unit      string // "%"
	Approx    bool   // 左右, 约
	Wording   string // "分别达到45.8%和45.22%", with every qualifier
	Value     string // the target's own value in words with its qualifiers: "达到45.22%", "力争达到45%", "基本消除"

	Deadline        string // year: "2027"
	DeadlineWording string // "到2027年"
	DeadlineCarried bool   // the year stands in an earlier sentence
	DeadlineAt      Span   // of DeadlineWording
	Scope           string // "全省"; that of the plan when ScopeStated is false
	ScopeStated     bool
	Places          []string

	Quote       Span
	IndicatorAt Span // empty when Indicator is put together from parts
	ValueAt     Span // of the number with its unit and qualifiers; empty without one
	Sentence    Span // the sentence that holds Quote, with its full stop
}

// A Clause is the text that one responsibility mark governs, or a numbered
// item without any mark.
type Clause struct {
	ID      string // "6.1.1"
	Section int    // index in Plan.Sections of the item that holds it

	Quote Span // without the final full stop and without the mark
	Mark  Span // with its brackets; empty for an unmarked item

	// Of marks inside one sentence: Sentence is that whole sentence with its
	// full stop, Head and Tail the parts that its clauses share. All three are
	// empty otherwise.
	Sentence, Head, Tail Span

	Leads        []string // units named as lead, exactly as in the mark
	Support      []string
	Responsible  []string
	Implementers []string // by a rule such as 下同
	ImplementAt  Span     // the words of that rule; empty without Implementers

	Deadlines []Deadline
	Places    []Place
	Projects  []Span // quoted names: “千亿元人参”, 《…规划》, without the quotation marks
}

// A Deadline is a date that a clause names.
type Deadline struct {
	Year    string // "2024"
	Wording string // "2024年底前"
	At      Span
}

// A Place is a named place in a clause.
type Place struct {
	Name string // as written
	At   Span
}

// A Rule is what a mark says about all later marks.
type Rule struct {
	Kind  string   // "implement" (下同, 不再列出) or "first-leads" (列第一位的为牵头单位)
	Units []string // of an implement rule
	At    Span
}

// A BlockKind says what the parser took a run of bytes for.
type BlockKind string

const (
	BlockHeading  BlockKind = "heading"
	BlockPreamble BlockKind = "preamble"
	BlockTargets  BlockKind = "targets"
	BlockClause   BlockKind = "clause"
	BlockMark     BlockKind = "mark"
	BlockSkipped  BlockKind = "skipped"
)

// A Block is a run of bytes taken for one thing. The blocks of a plan follow
// each other without gap or overlap from the first byte to the last.
type Block struct {
	Kind BlockKind
	Span
	Why string // for BlockSkipped: "line end", "full stop", …
}

// A Finding is something that a person should look at. It never stops a plan
// from being used.
type Finding struct {
	Kind string // "no-marks", "unknown-unit", "duplicate-id", …
	Text string // one line, in Chinese, that says what to look at
	At   Span
}
