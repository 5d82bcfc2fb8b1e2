// Package eval runs a question set against the assistant and reports how good
// the answers are: accuracy, harm, and recall of the retrieval alone.
//
// # Marking
//
// A question set is a file of one JSON case a line. A [Case] has one or more
// turns of a conversation and says what a right answer to the last turn holds:
// lead agencies, values in the headline, a count, cited clauses, or that the
// plan does not say it. A case is right when everything it names holds. An
// answer does harm when a reader would act on it and be wrong: a wrong lead,
// value or count, or an answer where the plan has none. [Mark] gives the
// verdict on one answer, [Run] asks a whole set.
//
// # Why
//
// The marking compares with its own folding (NFKC, no white space, lower case)
// and not with internal/fold: whoever marks must not share the mistakes of who
// answers, and people outside mark with the same rules in another language.
package eval
