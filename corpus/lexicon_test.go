package corpus

import (
	"strings"
	"testing"
	"testing/fstest"
)

// TestLexiconLint holds the embedded lexicon to the embedded plans.
func TestLexiconLint(t *testing.T) {
	lex, err := EmbeddedLexicon()
	if err != nil {
		t.Fatal(err)
	}
	plans, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range lex.Lint(plans) {
		t.Error(f)
	}
	if len(lex.Agencies) < 40 || len(lex.Synonyms) < 1000 || len(lex.Fillers) < 400 || len(lex.Light) < 100 {
		t.Errorf("lexicon of %d agencies, %d synonyms, %d fillers, %d light words: something is not read",
			len(lex.Agencies), len(lex.Synonyms), len(lex.Fillers), len(lex.Light))
	}
}

func TestLoadLexicon(t *testing.T) {
	lex, err := LoadLexicon(fstest.MapFS{
		"agencies.txt": {Data: []byte("# head\n\n省水利厅 | 吉林省水利厅 | 水利厅\n")},
		"synonyms.txt": {Data: []byte("霾 | 雾霾 = 重污染天气\n车 < 新能源汽车\n")},
		"fillers.txt":  {Data: []byte("请问 谢谢\n吗\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(lex.Agencies) != 1 || lex.Agencies[0].Full != "吉林省水利厅" || len(lex.Agencies[0].Aliases) != 1 {
		t.Errorf("agencies %+v", lex.Agencies)
	}
	want := []Synonym{{"霾", Same, "重污染天气", 1}, {"雾霾", Same, "重污染天气", 1}, {"车", Narrower, "新能源汽车", 2}}
	if len(lex.Synonyms) != 3 || lex.Synonyms[0] != want[0] || lex.Synonyms[1] != want[1] || lex.Synonyms[2] != want[2] {
		t.Errorf("synonyms %+v, want %+v", lex.Synonyms, want)
	}
	if len(lex.Fillers) != 3 || lex.Light != nil {
		t.Errorf("fillers %q, light %q", lex.Fillers, lex.Light)
	}
}

func TestLoadLexiconErrors(t *testing.T) {
	_, err := LoadLexicon(fstest.MapFS{"synonyms.txt": {Data: []byte("霾 = 重污染天气\n没有关系\n霾 = \n")}})
	if err == nil || !strings.Contains(err.Error(), "synonyms.txt:2") || !strings.Contains(err.Error(), "synonyms.txt:3") {
		t.Errorf("got %v, want both bad lines named", err)
	}
}
