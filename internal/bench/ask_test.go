//go:build unix

package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/index"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/bench/stock"
)

// kinds groups the questions of testdata/questions.txt, with the kinds in the
// order of the file.
func questions(b *testing.B) (kinds []string, by map[string][]string) {
	f, err := os.Open("testdata/questions.txt")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	by = map[string][]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		kind, q, ok := strings.Cut(s.Text(), "\t")
		if !ok {
			continue
		}
		if by[kind] == nil {
			kinds = append(kinds, kind)
		}
		by[kind] = append(by[kind], q)
	}
	return kinds, by
}

func plans(b *testing.B) []*corpus.Plan {
	p, err := corpus.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// texts are what both sides index.
func texts(b *testing.B) []string {
	var out []string
	for _, d := range index.Docs(plans(b)) {
		out = append(out, d.Text)
	}
	return out
}

func engine(b *testing.B) *answer.Engine {
	lexicon, err := corpus.EmbeddedLexicon()
	if err != nil {
		b.Fatal(err)
	}
	ix, err := index.New(index.Docs(plans(b)))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ix.Close() })
	e, err := answer.New(plans(b), lexicon, ix)
	if err != nil {
		b.Fatal(err)
	}
	return e
}

func peer(b *testing.B) *stock.Index {
	ix, err := stock.New(texts(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ix.Close() })
	return ix
}

// BenchmarkAsk answers questions and searches the same text in the peer, turn
// by turn, so that both see the same machine. ns/op is of one pair.
func BenchmarkAsk(b *testing.B) {
	kinds, by := questions(b)
	e, p := engine(b), peer(b)
	all := []string{}
	for _, k := range kinds {
		all = append(all, by[k]...)
	}
	b.Run("all", func(b *testing.B) { askBoth(b, e, p, all) })
	for _, k := range kinds {
		b.Run(k, func(b *testing.B) { askBoth(b, e, p, by[k]) })
	}
}

func askBoth(b *testing.B, e *answer.Engine, p *stock.Index, qs []string) {
	ctx, today := context.Background(), time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	var ours, theirs []time.Duration
	for i := 0; b.Loop(); i++ {
		q := qs[i%len(qs)]
		start := time.Now()
		if a := e.Ask(ctx, answer.Request{Text: q, Today: today}); a == nil {
			b.Fatal("no answer")
		}
		middle := time.Now()
		if _, err := p.Search(ctx, q, 10); err != nil {
			b.Fatal(err)
		}
		ours, theirs = append(ours, middle.Sub(start)), append(theirs, time.Since(middle))
	}
	report(b, ours, theirs)
	b.ReportMetric(testing.AllocsPerRun(len(qs), askNext(ctx, e, qs, today)), "ask-allocs")
}

// askNext asks one question after the other.
func askNext(ctx context.Context, e *answer.Engine, qs []string, today time.Time) func() {
	i := 0
	return func() {
		e.Ask(ctx, answer.Request{Text: qs[i%len(qs)], Today: today})
		i++
	}
}

// report prints the quantiles of both sides in microseconds and their ratios.
func report(b *testing.B, ours, theirs []time.Duration) {
	slices.Sort(ours)
	slices.Sort(theirs)
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p99", 0.99}} {
		o, t := quantile(ours, q.at), quantile(theirs, q.at)
		b.ReportMetric(o, "ask-"+q.name+"-us")
		b.ReportMetric(t, "stock-"+q.name+"-us")
		b.ReportMetric(o/t, "x-"+q.name)
	}
}

func quantile(sorted []time.Duration, q float64) float64 {
	return float64(sorted[int(q*float64(len(sorted)-1))].Nanoseconds()) / 1e3
}

func BenchmarkIndexBuild(b *testing.B) {
	docs := index.Docs(plans(b))
	b.Run("wence", func(b *testing.B) {
		for b.Loop() {
			ix, err := index.New(docs)
			if err != nil {
				b.Fatal(err)
			}
			ix.Close()
		}
	})
	ts := texts(b)
	b.Run("stock", func(b *testing.B) {
		for b.Loop() {
			ix, err := stock.New(ts)
			if err != nil {
				b.Fatal(err)
			}
			ix.Close()
		}
	})
}

// BenchmarkColdStart runs `wence ask` and the peer program as processes, turn
// by turn, twelve pairs an operation, over several questions. peak-MB is the largest resident set of any
// `wence ask`.
func BenchmarkColdStart(b *testing.B) {
	dir := b.TempDir()
	wence, coldpeer := build(b, dir, "../../cmd/wence"), build(b, dir, "./coldpeer")
	clauses := filepath.Join(dir, "texts.json")
	data, err := json.Marshal(texts(b))
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(clauses, data, 0o600); err != nil {
		b.Fatal(err)
	}
	qs := []string{"领导干部的离任审计由谁来做", "装配式建筑占比要做到多少", "省水利厅的任务清单"}
	var ours, theirs []time.Duration
	peak := int64(0)
	for b.Loop() {
		for i := range 12 {
			d, mem := process(b, wence, "ask", qs[i%len(qs)])
			ours, peak = append(ours, d), max(peak, mem)
			d, _ = process(b, coldpeer, clauses, qs[i%len(qs)])
			theirs = append(theirs, d)
		}
	}
	report(b, ours, theirs)
	b.ReportMetric(float64(peak)/1024, "peak-MB")
}

func build(b *testing.B, dir, pkg string) string {
	program := filepath.Join(dir, filepath.Base(pkg))
	if out, err := exec.Command("go", "build", "-o", program, pkg).CombinedOutput(); err != nil {
		b.Fatalf("build %s: %v\n%s", pkg, err, out)
	}
	return program
}

// process runs a program that must end well, and returns how long it took and
// its largest resident set in KiB.
func process(b *testing.B, program string, args ...string) (time.Duration, int64) {
	cmd := exec.Command(program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Env = append(os.Environ(), "WENCE_DATA=", "HOME=")
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	if err != nil {
		b.Fatal(fmt.Errorf("%s %v: %w: %s", program, args, err, stderr.String()))
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return took, 0
	}
	return took, int64(usage.Maxrss) // KiB on Linux
}
