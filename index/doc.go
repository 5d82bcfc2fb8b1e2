// Package index finds the clauses and targets that fit a question: it builds,
// opens and searches the full-text index and marks the words that matched. It is
// the only package that knows the search library, bleve.
//
// # Terms
//
// Text is folded first (package fold: width, case, traditional characters). A
// run of Chinese characters, kana or Hangul gives each character and each pair of
// neighbours: 湿地率 gives 湿, 湿地, 地, 地率, 率. Every other run of letters and
// digits is one term: g331, co2, 2027; decimals belong to it: 45.22, pm2.5. A
// number with a percent sign or a unit right behind it gives the number alone and
// with that: 到２０２５年增长７％以上 holds 2025, 7 and 7%, and 25℃ holds 25 and 25°c.
// All else, punctuation and spaces, separates.
// I/M is i and m. In a question, but not in a text, question words and the
// particles 的 and 了 separate as well.
//
// # Ranking
//
// Documents are ranked by BM25 over all terms of the question, with the true
// mean length, the squared idf and the share of terms matched (see rank.go).
// bleve keeps the dictionary and the postings; scores are added up here. The
// rarest terms are read in full and, once some thousand postings are read, the
// common ones are looked up only for the best documents so far: the candidates
// come from the rare words, the order among them from all.
//
// # On disk
//
// A folder holds one index:
//
//	wence-index.json     the manifest
//	data-<random>/bleve  the bleve index it names: one scorch segment
//
// The manifest has the format's and the analyzer's versions, a hash of all
// documents, their number of terms, and each file's name, size and CRC-32C. A
// build writes a new data folder, then renames the new manifest into place, then
// removes other data folders; a build that dies half-way leaves the old index in
// place and a folder that the next one sweeps. Texts are not stored: the caller
// has them, and the hash proves that they are the same. Nothing is ever changed
// in place, so any number of processes may read.
//
// # Why
//
// Characters with pairs and no word segmenter: a segmenter cuts a question and a
// clause differently, costs 150 MB and a second at start, and found less in every
// measurement (CMRC 2018, cut into sentences: first hit right 0.55 to 0.64; pairs
// alone 0.605 to 0.627; characters and pairs 0.65 to 0.67).
//
// Scores are ours because bleve's BM25 takes the number of distinct terms for the
// length, so that ranks change with the size of batches; its b and k1 are
// variables of the whole process; and it scores every posting of every term,
// which at 100,000 clauses makes common characters dear. Reading the postings
// takes less code than working around that, and half the time.
//
// One segment, made in one batch or by bleve's builder: scorch never merges in
// memory, and an index here never changes, so that a cursor can be reused.
package index
