package index

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wence-qa/wence/corpus"
)

// lake is a handful of texts in the manner of a plan.
var lake = []Doc{
	{"a/1", "加强湿地保护修复，湿地保护率达到45%以上"},
	{"a/2", "推进森林抚育，森林覆盖率稳步提高"},
	{"a/3", "加快秸秆还田，推进秸秆综合利用"},
	{"a/4", "严格秸秆禁烧管控"},
	{"a/5", "到２０２５年粮食产能增长７％以上"},
	{"a/6", "加強濕地監測，建設監測站點"},
	{"a/7", "降低PM2.5浓度"},
	{"a/8", ""},
}

func newIndex(t testing.TB, docs []Doc) *Index {
	t.Helper()
	x, err := New(docs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// found is the ids of the hits, in order.
func found(t testing.TB, x *Index, query string, k int) string {
	t.Helper()
	hits, err := x.Search(context.Background(), query, k)
	if err != nil {
		t.Fatalf("search %q: %v", query, err)
	}
	var ids []string
	for i, h := range hits {
		if h.Score <= 0 || i > 0 && h.Score > hits[i-1].Score {
			t.Errorf("search %q: hit %d has score %v", query, i, h.Score)
		}
		if x.ids[h.N] != h.ID {
			t.Errorf("search %q: hit %s has position %d", query, h.ID, h.N)
		}
		ids = append(ids, h.ID)
	}
	return strings.Join(ids, " ")
}

func TestSearch(t *testing.T) {
	x := newIndex(t, lake)
	for _, tt := range []struct {
		name, query string
		k           int
		want        string
	}{
		{"best first", "湿地保护率是多少", 1, "a/1"},
		{"near miss behind", "秸秆能不能烧", 2, "a/4 a/3"},
		{"the other way round", "秸秆怎么还田", 2, "a/3 a/4"},
		{"one character", "烧", 5, "a/4"},
		{"traditional query", "濕地監測", 1, "a/6"},
		{"simplified query, traditional text", "湿地监测站点", 1, "a/6"},
		{"full-width text", "2025年增长7%", 1, "a/5"},
		{"full-width query", "ｐｍ２．５", 5, "a/7"},
		{"operators are text", `-湿地 +"秸秆禁烧" text:* AND (`, 1, "a/4"},
		{"fewer than k", "粮食", 5, "a/5"},
		{"nothing shared", "财政预算", 5, ""},
		{"no words", "？！", 5, ""},
		{"empty", "", 5, ""},
		{"not UTF-8", "\xff粮\xfe", 5, "a/5"},
		{"k is 0", "湿地", 0, ""},
		{"k is negative", "湿地", -1, ""},
		{"k is huge", "森林", int(^uint(0) >> 1), "a/2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := found(t, x, tt.query, tt.k); got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// TestTies: documents that fit equally well keep their order, wherever bleve
// put them.
func TestTies(t *testing.T) {
	var docs []Doc
	var want []string
	for i := range 50 {
		docs = append(docs, Doc{fmt.Sprint(i), "开展巡查"})
		want = append(want, fmt.Sprint(i))
	}
	x := newIndex(t, docs)
	for _, k := range []int{1, 7, 50} {
		if got, want := found(t, x, "巡查", k), strings.Join(want[:k], " "); got != want {
			t.Errorf("the first %d are %s, want %s", k, got, want)
		}
	}
}

func TestScore(t *testing.T) {
	x := newIndex(t, lake)
	score := func(query string) float64 {
		hits, err := x.Search(context.Background(), query, 1)
		if err != nil || len(hits) == 0 {
			t.Fatalf("search %q: %v, %v", query, hits, err)
		}
		return hits[0].Score
	}
	whole, part, hardly := score("秸秆禁烧"), score("秸秆禁烧补贴"), score("推进财政补贴发放管理")
	if whole < 0.8 || part > 0.7*whole || hardly > 0.2*whole {
		t.Errorf("scores %.3f for all words, %.3f for part of them, %.3f for few", whole, part, hardly)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, docs := range [][]Doc{{{"", "x"}}, {{"a", "x"}, {"a", "y"}}} {
		if _, err := New(docs); err == nil {
			t.Errorf("New(%v) gave no error", docs)
		}
		if err := Build(context.Background(), t.TempDir(), docs, nil); err == nil {
			t.Errorf("Build(%v) gave no error", docs)
		}
	}
}

func TestNoDocuments(t *testing.T) {
	for name, x := range map[string]*Index{"none": newIndex(t, nil), "zero": {}, "without words": newIndex(t, []Doc{{"a", ""}, {"b", "。"}})} {
		if got := found(t, x, "湿地", 5); got != "" {
			t.Errorf("%s: found %q", name, got)
		}
	}
}

func TestClosed(t *testing.T) {
	x := newIndex(t, lake)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Search(context.Background(), "湿地", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("search after Close: %v", err)
	}
	if err := x.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newIndex(t, lake).Search(ctx, "湿地", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestConcurrent searches from many goroutines: each must find what one alone
// finds, and closing meanwhile must do no harm.
func TestConcurrent(t *testing.T) {
	x := newIndex(t, lake)
	queries := []string{"湿地保护", "秸秆", "森林", "7%以上", "推进监测", "没有这个"}
	want := make([]string, len(queries))
	for i, q := range queries {
		want[i] = found(t, x, q, 3)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 100 {
				n := (g + i) % len(queries)
				hits, err := x.Search(context.Background(), queries[n], 3)
				if errors.Is(err, ErrClosed) {
					return
				}
				var ids []string
				for _, h := range hits {
					ids = append(ids, h.ID)
				}
				if got := strings.Join(ids, " "); err != nil || got != want[n] {
					t.Errorf("search %q: %q, %v, want %q", queries[n], got, err, want[n])
					return
				}
				if g == 0 && i == 90 {
					x.Close()
				}
			}
		})
	}
	wg.Wait()
}

// made makes n texts of which most hold a common word, more than a search reads
// in full, and each a word of its own.
func made(n int) []Doc {
	rnd := rand.New(rand.NewPCG(1, 2))
	docs := make([]Doc, n)
	for i := range docs {
		own := string([]rune{rune(0x4e00 + i%20_000), rune(0x4e00 + i/20_000), rune(0x5e00 + rnd.IntN(500))})
		docs[i] = Doc{fmt.Sprint(i), "推进生态环境" + own + strings.Repeat("建设", rnd.IntN(3))}
	}
	return docs
}

// TestCommonTermsLeftOut compares a search that reads only rare terms in full
// with one that reads all.
func TestCommonTermsLeftOut(t *testing.T) {
	docs := made(2500)
	x := newIndex(t, docs)
	for _, i := range []int{0, 77, 2499} {
		if got := found(t, x, docs[i].Text, 1); got != docs[i].ID {
			t.Errorf("searched the text of %s, found %s", docs[i].ID, got)
		}
	}
	// A document with the rare word and the common ones is before one with the
	// rare word alone.
	docs = append(docs, Doc{"alone", "蜉蝣"}, Doc{"with", "蜉蝣生态环境建设"})
	if got := found(t, newIndex(t, docs), "蜉蝣的生态环境建设", 2); got != "with alone" {
		t.Errorf("found %s", got)
	}
	// Words that are all common, but for one that hardly any document has, find
	// more than that one's.
	if got := found(t, newIndex(t, docs), "蜉推进生态环境", 5); len(strings.Fields(got)) != 5 {
		t.Errorf("found %q", got)
	}
	// Common words alone find.
	if got := found(t, x, "生态环境", 3); len(strings.Fields(got)) != 3 {
		t.Errorf("found %q", got)
	}
}

// TestCursorReuse: what a cursor did before must not change what it finds.
func TestCursorReuse(t *testing.T) {
	x := newIndex(t, made(3000))
	queries := []string{"推进生态环境一建设", "没有的词语", "建设", longQuery(), "推进", "二丁三"}
	first := make([]string, len(queries))
	for i, q := range queries {
		x.cursors = sync.Pool{} // a new cursor for each
		first[i] = found(t, x, q, 5)
	}
	for range 3 {
		for i, q := range queries {
			if got := found(t, x, q, 5); got != first[i] {
				t.Errorf("query %d found %s, before %s", i, got, first[i])
			}
		}
		slices.Reverse(queries)
		slices.Reverse(first)
	}
}

func TestDocs(t *testing.T) {
	text := "严格审批(甲)和审查(乙),坚决遏制。到2027年达标。"
	at := func(s string) corpus.Span {
		i := strings.Index(text, s)
		return corpus.Span{Start: i, End: i + len(s)}
	}
	p := &corpus.Plan{ID: "p", Text: text,
		Clauses: []corpus.Clause{
			{ID: "1.1", Quote: at("审批"), Sentence: at("严格审批(甲)和审查(乙),坚决遏制。"), Head: at("严格"), Tail: at("坚决遏制")},
			{ID: "1.2", Quote: at("到2027年达标")},
		},
		Targets: []corpus.Target{{ID: "1.2.1", Quote: at("达标")}},
	}
	got := Docs([]*corpus.Plan{p})
	want := []Doc{{"p/1.1", "严格审批坚决遏制"}, {"p/1.2", "到2027年达标"}, {"p/1.2.1", "达标"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkNew(b *testing.B) {
	docs := made(160)
	b.ReportAllocs()
	for b.Loop() {
		x, err := New(docs)
		if err != nil {
			b.Fatal(err)
		}
		x.Close()
	}
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{160, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			x := newIndex(b, made(n))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Search(context.Background(), "推进生态环境建设要到多少", 10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
