// Package corpus holds the plans: their texts, byte for byte, and the parser
// that turns a text into a typed [Plan] whose every part is a span of bytes.
//
// # Words
//
// One English word stands for one Chinese term:
//
//	方案, 规划           Plan
//	行动, 章, 节, 条     Section: a numbered heading at any level
//	主要目标             Target: one thing the plan wants reached
//	重点举措             measure: a numbered item below the sections
//	条文                 Clause: the text that one mark governs, or an item's text without mark
//	(牵头单位:…)         mark: who is responsible for the text before it
//	牵头单位             lead
//	配合单位, 参与单位   support
//	责任单位, 责任部门   responsible
//	负责落实             implementer
//	指标                 indicator
//	期限                 deadline
//	地区                 place
//	原文                 source text
//	出处                 citation
//
// # Grammar
//
// A text is lines. The first line is the title, unless it is prose and the
// card gives the title. Where a letter publishes the plan, all lines up to the
// plan's own title are skipped; else number, addressees, issuer and date are.
// What then stands before the first heading is the preamble.
//
// A heading is a line that starts with a number: 第X编, 第X章, 第X节, 一、,
// 第X条, （一）, 1., (1), 1), ①, in this order from the outside in, with any
// width of brackets and stops. Its title is what follows up to a full stop or
// the line's end, or what 【】 enclose, or what stands before a colon; a first
// sentence too long for a title, and an item that is one sentence, are text.
// A text without any number has the short lines before longer ones as
// headings. Headings that say nothing but 主要目标 or 重点任务 and the like have
// kinds of their own.
//
// A mark is a bracket of any kind that starts with a role label (牵头单位：) or
// is a list of units with a verb (A牵头负责，B、C配合), a line that is such, or
// such a label in a paragraph's last sentence. Units are split at 、 ， ； outside
// brackets and kept as written. Statements within marks (下同, 以下均需…落实,
// 列第一位的为牵头单位) are rules for the marks that follow.
//
// A mark governs the text back to the end of the sentence that holds the mark
// before it, and not beyond its paragraph; a mark on a line of its own governs
// its item. Marks inside a sentence split it: each owns the words before it,
// and the head and tail of the sentence belong to all.
//
// Targets are read sentence by sentence, piece by piece between commas. A
// piece is a target when it ends with a number that something reaches
// (X达到30%以上), when a verb counts things (新建40家X), when something comes to
// a result in words (X基本消除), or, in a dated sentence or a target paragraph,
// when a verb has an object (完成X). A year holds until another is named; in
// measures only within its sentence. Amounts of money given to others, and
// thresholds that qualify other words, are no targets. Scopes such as 全省 hold
// up to a semicolon.
//
// Every byte of the text lies in exactly one [Block].
//
// # Ids
//
// An id is the ordinals of the headings on the path, then the ordinal of the
// clause: 6, 6.1, 6.1.1. The preamble is 0, the target paragraph of 6 is 6.0,
// its targets 6.0.1 and on, those inside clause 6.1.1 are 6.1.1.1 and on.
// Headings that only say 主要目标 or 重点举措 are left out of the path when all
// their siblings are such. The text of a section with headings below it is
// numbered below ".0". An id that is taken gets a letter, and [Lint] says so.
//
// # Why
//
// Text and parser are one package, since an offset means nothing without the
// exact bytes, and both are checked together against the same expected result.
//
// Spans and not copies: what is shown as a quote is cut from the text, so it
// cannot differ from it. Spans are bytes; UTF-16 and rune counts exist only
// where a channel needs them.
//
// Rules and word lists and not a model: the same text gives the same plan, a
// wrong reading can be found and mended in one line, and what the rules cannot
// type stays a plain clause that can still be quoted. A finding never stops a
// plan from being used.
package corpus
