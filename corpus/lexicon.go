package corpus

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

//go:embed lexicon/*.txt
var lexiconFS embed.FS

// A Lexicon is what is known about words beside the plans: agencies and their
// names, staff words and the plans' wording, and words without content. It is
// immutable after loading and safe for concurrent use.
type Lexicon struct {
	Agencies []Agency
	Synonyms []Synonym
	Fillers  []string // say nothing about what a question is about
	Light    []string // stand everywhere and decide little
}

// An Agency is an organisation and everything it is called.
type Agency struct {
	Name    string   // as a plan writes it: "省生态环境厅"
	Full    string   // "吉林省生态环境厅"; "" when none is given
	Aliases []string // neither Name nor Full
}

// A Relation says how a staff word relates to a plan's wording.
type Relation byte

const (
	Same     Relation = '=' // the same thing under another name
	Narrower Relation = '<' // the plan's wording is narrower than the word
	Broader  Relation = '>' // the plan's wording is broader than the word
	Related  Relation = '~' // not the same thing, only the nearest wording
)

// A Synonym is a staff word with the plan's wording for it.
type Synonym struct {
	Word     string
	Relation Relation
	Wording  string
	Line     int // in synonyms.txt, from 1
}

// EmbeddedLexicon returns the lexicon that is part of the program. It is read
// once.
var EmbeddedLexicon = sync.OnceValues(func() (*Lexicon, error) {
	sub, err := fs.Sub(lexiconFS, "lexicon")
	if err != nil {
		return nil, err
	}
	return LoadLexicon(sub)
})

// LoadLexicon reads agencies.txt, synonyms.txt, fillers.txt and light.txt; the
// head of each file describes its format. A missing file is an empty list. The
// error, if any, names every bad line.
func LoadLexicon(fsys fs.FS) (*Lexicon, error) {
	lex := new(Lexicon)
	var errs []error
	for _, f := range []struct {
		name string
		add  func(line string, no int) error
	}{
		{"agencies.txt", lex.addAgency},
		{"synonyms.txt", lex.addSynonyms},
		{"fillers.txt", func(l string, _ int) error { lex.Fillers = append(lex.Fillers, strings.Fields(l)...); return nil }},
		{"light.txt", func(l string, _ int) error { lex.Light = append(lex.Light, strings.Fields(l)...); return nil }},
	} {
		data, err := fs.ReadFile(fsys, f.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("lexicon: %w", err)
		}
		no := 0
		for line := range strings.Lines(string(data)) {
			no++
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if err := f.add(line, no); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: %w", f.name, no, err))
			}
		}
	}
	return lex, errors.Join(errs...)
}

func (lex *Lexicon) addAgency(line string, _ int) error {
	names := splitWords(line)
	if len(names) == 0 {
		return errors.New("no name")
	}
	a := Agency{Name: names[0]}
	if len(names) > 1 {
		a.Full = names[1]
		a.Aliases = names[2:]
	}
	lex.Agencies = append(lex.Agencies, a)
	return nil
}

func (lex *Lexicon) addSynonyms(line string, no int) error {
	for _, rel := range []Relation{Same, Narrower, Broader, Related} {
		words, wording, ok := strings.Cut(line, " "+string(rel)+" ")
		if !ok {
			continue
		}
		wording = strings.TrimSpace(wording)
		if wording == "" {
			return errors.New("no plan wording after " + string(rel))
		}
		for _, w := range splitWords(words) {
			lex.Synonyms = append(lex.Synonyms, Synonym{w, rel, wording, no})
		}
		return nil
	}
	return errors.New("no relation: write = < > or ~ between blanks")
}

// splitWords cuts at | and drops empty parts.
func splitWords(s string) []string {
	var out []string
	for w := range strings.SplitSeq(s, "|") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// Lint returns what is wrong with the lexicon as read beside plans: names of
// two agencies, pairs that stand twice, and wordings that no plan has.
func (lex *Lexicon) Lint(plans []*Plan) []string {
	var out []string
	owner := map[string]string{}
	for _, a := range lex.Agencies {
		for _, n := range append([]string{a.Name, a.Full}, a.Aliases...) {
			if n == "" {
				continue
			}
			if o, dup := owner[n]; dup && (o != a.Name || n != a.Name) {
				out = append(out, fmt.Sprintf("agencies.txt: %s stands for %s and for %s", n, o, a.Name))
			}
			owner[n] = a.Name
		}
	}
	type pair struct{ word, wording string }
	seen := map[pair]int{}
	for _, s := range lex.Synonyms {
		p := pair{s.Word, s.Wording}
		if l, dup := seen[p]; dup {
			out = append(out, fmt.Sprintf("synonyms.txt:%d: %s stands in line %d too", s.Line, s.Word, l))
		}
		seen[p] = s.Line
		if !anyHas(plans, s.Wording) {
			out = append(out, fmt.Sprintf("synonyms.txt:%d: no plan says %s", s.Line, s.Wording))
		}
	}
	return out
}

func anyHas(plans []*Plan, s string) bool {
	for _, p := range plans {
		if strings.Contains(p.Text, s) {
			return true
		}
	}
	return false
}
