package eval

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/wence-qa/wence/index"
)

// retrievalDepth is how many passages are asked for; a gold passage behind them
// counts as not found.
const retrievalDepth = 10

// A RetrievalReport says how good and how fast a search is over a question set.
// Recall is the share of questions with a gold passage among the first 1, 5 or
// 10; MRR the mean of 1/rank of the first one, 0 behind the tenth.
type RetrievalReport struct {
	Recall1, Recall5, Recall10 float64 // 0 to 1
	MRR                        float64 // 0 to 1
	P50, P99                   time.Duration
}

// String gives one figure a line, name and number: recall and MRR as decimal
// fractions, times in microseconds.
func (r RetrievalReport) String() string {
	return fmt.Sprintf("recall@1 %.4f\nrecall@5 %.4f\nrecall@10 %.4f\nmrr %.4f\np50_us %.1f\np99_us %.1f\n",
		r.Recall1, r.Recall5, r.Recall10, r.MRR, micros(r.P50), micros(r.P99))
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

// A RetrievalQuestion asks for one of the passages in Gold.
type RetrievalQuestion struct {
	ID   string   `json:"id"`
	Q    string   `json:"q"`
	Gold []string `json:"gold"`
}

// Retrieval indexes passages in memory, searches every question and reports how
// well the search does alone, without the rest of the assistant. Passages are
// {"id","title","text"} lines, of which only the text is indexed; questions are
// {"id","q","gold":[ids]} lines, of which only q is searched. A line that cannot
// be read, or lacks an id, q or gold, gives a [LineError]; without any question
// or passage there is [ErrNoCases]. A gold passage that is not there is not found.
func Retrieval(ctx context.Context, passages, questions io.Reader) (RetrievalReport, error) {
	docs, err := ReadPassages(passages)
	if err != nil {
		return RetrievalReport{}, fmt.Errorf("passages: %w", err)
	}
	qs, err := ReadRetrievalQuestions(questions)
	if err != nil {
		return RetrievalReport{}, fmt.Errorf("questions: %w", err)
	}
	x, err := index.New(docs)
	if err != nil {
		return RetrievalReport{}, err
	}
	report, err := MeasureRetrieval(qs, func(q string, k int) ([]string, error) {
		hits, err := x.Search(ctx, q, k)
		ids := make([]string, len(hits))
		for i, h := range hits {
			ids[i] = h.ID
		}
		return ids, err
	})
	return report, errors.Join(err, x.Close())
}

// MeasureRetrieval searches every question with search, which returns the ids of
// the k best passages, and times it. It stops at the first error.
func MeasureRetrieval(qs []RetrievalQuestion, search func(q string, k int) ([]string, error)) (RetrievalReport, error) {
	var r RetrievalReport
	took := make([]time.Duration, 0, len(qs))
	for _, q := range qs {
		start := time.Now()
		ids, err := search(q.Q, retrievalDepth)
		took = append(took, time.Since(start))
		if err != nil {
			return RetrievalReport{}, fmt.Errorf("question %s: %w", q.ID, err)
		}
		r.count(slices.IndexFunc(ids, func(id string) bool { return slices.Contains(q.Gold, id) }))
	}
	if len(qs) == 0 {
		return r, ErrNoCases
	}
	for _, f := range []*float64{&r.Recall1, &r.Recall5, &r.Recall10, &r.MRR} {
		*f /= float64(len(qs))
	}
	slices.Sort(took)
	r.P50, r.P99 = took[len(took)/2], took[len(took)*99/100]
	return r, nil
}

// count adds one question whose first gold passage is at rank i from 0, or -1.
func (r *RetrievalReport) count(i int) {
	if i < 0 {
		return
	}
	r.MRR += 1 / float64(i+1)
	for _, at := range []struct {
		k   int
		sum *float64
	}{{1, &r.Recall1}, {5, &r.Recall5}, {10, &r.Recall10}} {
		if i < at.k {
			*at.sum++
		}
	}
}

// ReadPassages reads passages, one JSON object a line.
func ReadPassages(r io.Reader) ([]index.Doc, error) {
	var docs []index.Doc
	seen := map[string]bool{}
	err := eachLine(r, func(line []byte) error {
		var p struct{ ID, Text string }
		if err := json.Unmarshal(line, &p); err != nil {
			return err
		}
		switch {
		case p.ID == "":
			return errors.New("no id")
		case seen[p.ID]:
			return fmt.Errorf("a second passage %q", p.ID)
		}
		seen[p.ID] = true
		docs = append(docs, index.Doc{ID: p.ID, Text: p.Text})
		return nil
	})
	return docs, err
}

// ReadRetrievalQuestions reads questions, one JSON object a line.
func ReadRetrievalQuestions(r io.Reader) ([]RetrievalQuestion, error) {
	var qs []RetrievalQuestion
	err := eachLine(r, func(line []byte) error {
		var q RetrievalQuestion
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		if q.Q == "" {
			return errors.New("no q")
		}
		if len(q.Gold) == 0 {
			return errors.New("no gold")
		}
		qs = append(qs, q)
		return nil
	})
	return qs, err
}

// maxLine bounds the bytes of a line.
const maxLine = 16 << 20

// eachLine calls do for every line that is not blank. Errors of do become line
// errors; no line at all is [ErrNoCases].
func eachLine(r io.Reader, do func(line []byte) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	n, found := 0, false
	for s.Scan() {
		n++
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		found = true
		if err := do(line); err != nil {
			return &LineError{Line: n, Err: err}
		}
	}
	if err := s.Err(); err != nil {
		return &LineError{Line: n + 1, Err: err}
	}
	if !found {
		return ErrNoCases
	}
	return nil
}
