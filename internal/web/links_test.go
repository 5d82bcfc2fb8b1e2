package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/net/html"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/eval"
)

// questionSets are asked by TestLinks. The shared one is not part of the
// repository.
const (
	ownSet    = "../eval/testdata/jilin-own.jsonl"
	sharedSet = "../../../shared/eval/dev.jsonl"
)

// TestLinks asks every question of the question sets, each conversation kept as
// wence ask --jsonl keeps it, and follows every link of every answer at the
// running server: it opens the words that it was made for.
func TestLinks(t *testing.T) {
	_, s, _ := testSite(t, SiteOptions{})
	server := NewServer(ServerOptions{Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil }})
	s.Register(server.Handle)
	base := "http://" + listen(t, server, server.Handler(func(next http.Handler) http.Handler { return Strict(next, nil) }))
	for _, file := range []string{ownSet, sharedSet} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			cases := questions(t, file)
			answers, links, distinct := 0, 0, map[string]bool{}
			for i := range cases {
				for _, l := range cases[i].Lines() {
					a, err := s.chat.Ask(t.Context(), chat.Message{
						Key: chat.Key{Chat: l.Chat, User: l.User}, ID: l.ID, Text: l.Question, ReplyTo: l.ReplyTo, At: testTime,
					})
					if err != nil {
						t.Fatal(err)
					}
					answers++
					for _, c := range slices.Concat(a.Citations, a.Nearest) {
						links++
						// The same link for other bytes would be another link.
						if at := fmt.Sprint(c.URL, c.Start, c.End); !distinct[at] {
							distinct[at] = true
							follow(t, base, l.ID, embedded(t), c)
						}
					}
				}
			}
			t.Logf("%d answers, %d links, %d distinct", answers, links, len(distinct))
			if answers < len(cases) || len(distinct) < 100 {
				t.Error("so few say nothing")
			}
		})
	}
}

// questions loads a question set, or skips where the shared one is missing.
func questions(t *testing.T, file string) []eval.Case {
	t.Helper()
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) && file == sharedSet {
		t.Skip("the shared question set is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cases, err := eval.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// direct follows no redirect.
var direct = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// follow opens the link of a citation. The page must quote and highlight the
// plan's own bytes.
func follow(t *testing.T, base, id string, p *corpus.Plan, c answer.Citation) {
	t.Helper()
	want := p.Text[c.Start:c.End]
	hash := sha256.Sum256([]byte(want))
	if link := fmt.Sprintf("/p/%s/%s?v=%x", p.ID, c.ID, hash[:4]); c.Quote != want || c.URL != link {
		t.Errorf("%s: %s quotes %q, want %s with %q", id, c.URL, c.Quote, link, want)
	}
	resp, err := direct.Get(base + c.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: GET %s: %s", id, c.URL, resp.Status)
		return
	}
	doc, err := html.Parse(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := quoteOf(doc); got != want {
		t.Errorf("%s: %s shows %q, want %q", id, c.URL, got, want)
	}
	if hot := all(doc, withClass("hot")); hot != nil && text(hot...) != want {
		t.Errorf("%s: %s highlights %q, want %q", id, c.URL, text(hot...), want)
	}
	if len(all(doc, withClass("changed"))) > 0 {
		t.Errorf("%s: %s is said to have changed", id, c.URL)
	}
}
