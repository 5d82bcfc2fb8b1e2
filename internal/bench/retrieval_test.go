package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/bench/stock"
	"github.com/wence-qa/wence/internal/eval"
)

// BenchmarkRetrieval asks all questions of the general Chinese sets, of ours and
// of the stock analyzer's index in the same run. ns/op is of one run over both.
func BenchmarkRetrieval(b *testing.B) {
	for _, set := range []string{"cmrc2018_dev", "cmrc2018_sent"} {
		b.Run(set, func(b *testing.B) {
			docs, qs := retrievalSet(b, set)
			ours, theirs := searchers(b, docs)
			var o, t eval.RetrievalReport
			for b.Loop() {
				o, t = measure(b, qs, ours), measure(b, qs, theirs)
			}
			b.ReportMetric(o.Recall1, "recall@1")
			b.ReportMetric(t.Recall1, "stock-recall@1")
			reportTimes(b, o, t)
		})
	}
}

// BenchmarkRetrieval100k searches 100,000 made-up clauses, in an index on disk,
// beside the stock analyzer's in memory. Gold passages are the clauses that the
// questions were drawn from.
func BenchmarkRetrieval100k(b *testing.B) {
	docs, qs := synthetic(b, 100_000, 2_000)
	dir := b.TempDir()
	start := time.Now()
	if err := index.Build(b.Context(), dir, docs, nil); err != nil {
		b.Fatal(err)
	}
	build := time.Since(start)
	start = time.Now()
	x, err := index.Open(dir, docs)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	opened := time.Since(start)
	theirs := stockSearcher(b, docs)
	var o, t eval.RetrievalReport
	for b.Loop() {
		o, t = measure(b, qs, ids(x)), measure(b, qs, theirs)
	}
	b.ReportMetric(o.Recall1, "recall@1")
	b.ReportMetric(t.Recall1, "stock-recall@1")
	b.ReportMetric(build.Seconds(), "build-s")
	b.ReportMetric(float64(opened.Microseconds())/1e3, "open-ms")
	reportTimes(b, o, t)
}

type searcher func(q string, k int) ([]string, error)

func measure(b *testing.B, qs []eval.RetrievalQuestion, s searcher) eval.RetrievalReport {
	r, err := eval.MeasureRetrieval(qs, s)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func reportTimes(b *testing.B, ours, theirs eval.RetrievalReport) {
	for _, q := range []struct {
		name string
		o, t time.Duration
	}{{"p50", ours.P50, theirs.P50}, {"p99", ours.P99, theirs.P99}} {
		b.ReportMetric(float64(q.o.Nanoseconds())/1e3, q.name+"-us")
		b.ReportMetric(float64(q.t.Nanoseconds())/1e3, "stock-"+q.name+"-us")
		b.ReportMetric(float64(q.o)/float64(q.t), "x-"+q.name)
	}
}

func searchers(b *testing.B, docs []index.Doc) (ours, theirs searcher) {
	x, err := index.New(docs)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	return ids(x), stockSearcher(b, docs)
}

func ids(x *index.Index) searcher {
	return func(q string, k int) ([]string, error) {
		hits, err := x.Search(context.Background(), q, k)
		out := make([]string, len(hits))
		for i, h := range hits {
			out[i] = h.ID
		}
		return out, err
	}
}

func stockSearcher(b *testing.B, docs []index.Doc) searcher {
	texts := make([]string, len(docs))
	for i, d := range docs {
		texts[i] = d.Text
	}
	x, err := stock.New(texts)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { x.Close() })
	return func(q string, k int) ([]string, error) {
		hits, err := x.Search(context.Background(), q, k)
		out := make([]string, len(hits))
		for i, n := range hits {
			out[i] = docs[n].ID
		}
		return out, err
	}
}

// retrievalSet reads a set that lies beside the repository.
func retrievalSet(b *testing.B, set string) ([]index.Doc, []eval.RetrievalQuestion) {
	const folder = "../../../shared/eval/retrieval/"
	p, err := os.Open(folder + set + ".passages.jsonl")
	if err != nil {
		b.Skipf("the question set is not here: %v", err)
	}
	defer p.Close()
	q, err := os.Open(folder + set + ".questions.jsonl")
	if err != nil {
		b.Skipf("the question set is not here: %v", err)
	}
	defer q.Close()
	docs, err := eval.ReadPassages(p)
	if err != nil {
		b.Fatal(err)
	}
	qs, err := eval.ReadRetrievalQuestions(q)
	if err != nil {
		b.Fatal(err)
	}
	return docs, qs
}

// synthetic makes n clauses and m questions, always the same ones. A clause is
// two to five phrases of the embedded plan with two in five of their words
// swapped for others, drawn so that few words are common and most are rare, as
// in real text. A question is three to six words of one clause.
func synthetic(b *testing.B, n, m int) ([]index.Doc, []eval.RetrievalQuestion) {
	rnd := rand.New(rand.NewPCG(7, 100))
	phrases, words := vocabulary(b, rnd)
	zipf := rand.NewZipf(rnd, 1.1, 8, uint64(len(words)-1))
	docs := make([]index.Doc, n)
	for i := range docs {
		var text strings.Builder
		for j := range 2 + rnd.IntN(4) {
			if j > 0 {
				text.WriteString("，")
			}
			for _, w := range phrases[rnd.IntN(len(phrases))] {
				if rnd.IntN(5) < 2 {
					w = words[zipf.Uint64()]
				}
				text.WriteString(w)
			}
		}
		docs[i] = index.Doc{ID: strconv.Itoa(i), Text: text.String()}
	}
	qs := make([]eval.RetrievalQuestion, m)
	for i := range qs {
		d := docs[rnd.IntN(n)]
		var q []string
		for range 3 + rnd.IntN(4) {
			runes := []rune(d.Text)
			at, size := rnd.IntN(len(runes)), 2+rnd.IntN(3)
			q = append(q, string(runes[at:min(at+size, len(runes))]))
		}
		qs[i] = eval.RetrievalQuestion{ID: fmt.Sprint(i), Q: strings.Join(q, " "), Gold: []string{d.ID}}
	}
	return docs, qs
}

// vocabulary cuts the plan into phrases and those into words of two characters,
// and returns them with 30,000 words: those of the plan and, behind them, rarer
// ones made of its characters.
func vocabulary(b *testing.B, rnd *rand.Rand) (phrases [][]string, words []string) {
	var all []rune
	seen := map[string]bool{}
	add := func(w string) {
		if !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	for _, p := range strings.FieldsFunc(planText(b), func(r rune) bool { return strings.ContainsRune("，,。.;；:：()（）\n", r) }) {
		var phrase []string
		for pair := range slices.Chunk([]rune(p), 2) {
			phrase = append(phrase, string(pair))
			add(string(pair))
			all = append(all, pair...)
		}
		phrases = append(phrases, phrase)
	}
	for len(words) < 30_000 {
		add(string([]rune{all[rnd.IntN(len(all))], all[rnd.IntN(len(all))]}))
	}
	return phrases, words
}

func planText(b *testing.B) string {
	data, err := os.ReadFile("../../corpus/plans/jilin-2024.txt")
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
}
