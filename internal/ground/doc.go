// Package ground is the gate for sentences that a language model wrote: it
// decides, as a pure function, whether a sentence may be shown beside the
// clauses it cites.
//
// A sentence passes when every piece of it is accounted for. Pieces are
//
//   - runs of words that stand in a cited clause,
//   - words of a closed list that assert nothing (推进, 方案提出, 和, 将),
//   - amounts, dates, agencies, places and quotations, each with rules of its
//     own,
//   - direction words that the clause has in another form (降低 for 下降).
//
// What is left over is a claim that nobody made, so the sentence is refused.
// Refusal is the answer to every doubt.
//
// # Rules
//
//   - A comma segment rests on one cited clause. Several clauses may support
//     the segments of a sentence, but no segment mixes two.
//   - An amount has the value, unit, bound (以上, 不低于), verb (稳定在, 下降到) and
//     subject that the clause gives it: 森林覆盖率、湿地保护率分别达到45.8%和45.22% pairs
//     in order. The subject is whole: 耕地安全利用率 is not 受污染耕地安全利用率.
//   - A date holds for the words it stands with in the clause. Less may be
//     said (2024年 for 2024年底前), never more.
//   - A unit is called what the clause calls it, or by a name that the lexicon
//     gives, and plays the part it has for the clause that supports the words
//     beside it.
//   - Words that turn a statement (negation, 禁止, 淘汰, 力争, 鼓励, 探索, 基本, …)
//     govern in the sentence what they govern in the clause: they are not
//     added, dropped, flipped or moved to another object.
//   - Words that stand side by side in the sentence stand in the same order in
//     one comma segment of the clause; between them only whole parts of lists,
//     asides and adverbs are left out. No content is skipped between the words
//     around a verb, so subject and object do not change places.
//   - Phrases are whole. One ends where the clause has a mark, a joint behind a
//     whole part, a head that says little (建设, 工程) or a verb that the sentence
//     has elsewhere: 固体废物 does not stand for 固体废物产生强度. One starts behind a
//     mark, a joint or the verb of its task, never behind 的, 等, 在, an amount or
//     another noun: 60%以上的, 较重, 为主 and the subject of a verb stay.
//   - Parts of a list share what limits the first one, and the place the segment
//     starts with. An aside with a bound or an exception stays.
//   - A segment that only says of what the next one is (针对…, 对…的企业,) stays
//     with it. Encouragement holds up to the semicolon.
//   - What is curbed is curbed as the clause says: to curb the building of plants
//     is not to curb plants.
//   - Words of the label name sections; no unit leads them and no date holds
//     for them, since other clauses stand below the same titles.
//   - Handles such as [c1] are the caller's to strip: here they are markup.
//
// [OfClause] and [OfTarget] make the evidence for items of a plan.
//
// Dropping a deadline, an agency, an adverb or a list's other members is no lie.
//
// # Why
//
// Lists of what liars do are never complete, so the words of the sentence are
// matched against the clauses instead. A language model as a judge would be
// one more thing to trust; entailment models for Chinese are large, and none
// of them reads 分别. The closed lists are of function words, not of this or
// that plan's subject.
//
// Word segmentation is not used: matching runs of characters needs none, and a
// segmenter's dictionary would decide what is the same word.
package ground
