// Package bench holds the benchmarks that compare the whole assistant with its
// peer, a bare bleve index with the stock cjk analyzer over the same clauses
// (package stock), in the same run. It has no code of its own.
package bench
