package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	root   = "../.."
	module = "github.com/wence-qa/wence"
)

// arrows says which of our packages each package may import. Commands may
// import all. A package that is not here fails the test: adding one means
// deciding where it stands.
var arrows = map[string][]string{
	"corpus":            nil,
	"index":             {"corpus", "internal/fold"},
	"internal/fold":     nil,
	"internal/question": {"corpus", "internal/fold"},
	"internal/ground":   {"corpus", "internal/fold"},
	"internal/answer":   {"corpus", "index", "internal/fold", "internal/question", "internal/ground"},
	"internal/store":    nil,
	"internal/llm":      {"internal/store"},
	"internal/chat":     {"internal/answer", "internal/question", "internal/store"},
	"internal/telegram": {"internal/chat", "internal/answer", "corpus", "internal/store"},
	"internal/web":      {"internal/answer", "internal/chat", "corpus"},
	"internal/web/api":  {"internal/answer", "internal/chat", "corpus"},
	"internal/mcp":      {"internal/answer", "corpus"},
	"internal/eval":     {"internal/chat", "internal/answer", "internal/question", "corpus", "index"},

	"internal/store/bolt":            {"internal/store"},
	"internal/store/storetest":       {"internal/store"},
	"internal/answer/answertest":     {"internal/answer"},
	"internal/telegram/telegramtest": nil,
	"internal/archtest":              nil,
	"internal/bench":                 nil,
	"internal/bench/stock":           nil,
}

// owners says who may import each outside module. A module that is not here
// fails the test.
var owners = map[string][]string{
	"github.com/blevesearch/bleve/v2":              {"index", "internal/bench/stock"},
	"github.com/blevesearch/scorch_segment_api/v2": {"index"},
	"github.com/blevesearch/bleve_index_api":       {"index"},
	// eval folds by itself: who marks must not share the mistakes of who answers.
	"golang.org/x/text":                      {"internal/fold", "internal/eval"},
	"golang.org/x/term":                      {"cmd/wence"},
	"golang.org/x/net":                       {"internal/web"},
	"golang.org/x/time":                      {"internal/chat", "internal/telegram", "internal/web"},
	"github.com/hashicorp/golang-lru/v2":     {"internal/chat", "internal/telegram", "internal/web"},
	"github.com/prometheus/client_golang":    {"internal/web"},
	"github.com/xuri/excelize/v2":            {"internal/web/api"},
	"github.com/klauspost/compress":          {"internal/web"},
	"github.com/cenkalti/backoff/v5":         {"internal/telegram", "internal/llm"},
	"github.com/spf13/pflag":                 {"cmd/wence"},
	"github.com/schollz/progressbar/v3":      {"cmd/wence"},
	"github.com/mozillazg/go-pinyin":         {"internal/answer"},
	"go.etcd.io/bbolt":                       {"internal/store/bolt"},
	"github.com/sashabaranov/go-openai":      {"internal/llm"},
	"github.com/sony/gobreaker/v2":           {"internal/llm"},
	"golang.org/x/sync":                      {"internal/llm"},
	"github.com/go-telegram/bot":             {"internal/telegram"},
	"github.com/modelcontextprotocol/go-sdk": {"internal/mcp"},
	"github.com/google/jsonschema-go":        {"internal/mcp"},
	"html/template":                          {"internal/web"},
}

// forbidden are the calls that only commands make: a package that reads the
// environment or ends the process cannot be used twice in one.
var forbidden = map[string][]string{
	"os":       {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Setenv", "Unsetenv", "Exit"},
	"log":      {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "SetOutput", "SetFlags", "SetPrefix"},
	"log/slog": {"SetDefault"},
	"flag":     {"*"},
}

// A pkg is one package of the repository: the parsed files of its folder
// without tests.
type pkg struct {
	dir   string // from the root, with slashes
	files []*ast.File
}

// command reports whether p is a program.
func (p pkg) command() bool { return p.files[0].Name.Name == "main" }

// allows reports whether p may import our package ours.
func (p pkg) allows(ours string) bool {
	return p.command() || slices.Contains(arrows[p.dir], ours)
}

func packages(t *testing.T) []pkg {
	t.Helper()
	byDir := map[string][]*ast.File{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		hidden := strings.HasPrefix(name, ".") && file != root
		if d.IsDir() && (hidden || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		byDir[filepath.ToSlash(dir)] = append(byDir[filepath.ToSlash(dir)], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []pkg
	for _, dir := range slices.Sorted(maps.Keys(byDir)) {
		pkgs = append(pkgs, pkg{dir, byDir[dir]})
	}
	if len(pkgs) < 5 {
		t.Fatalf("found only %d packages below %s", len(pkgs), root)
	}
	return pkgs
}

// imports returns the import paths of f with the names they go by in it.
func imports(f *ast.File) map[string]string {
	out := map[string]string{}
	for _, spec := range f.Imports {
		p, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		name := path.Base(p)
		if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p))
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		out[p] = name
	}
	return out
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		if _, listed := arrows[p.dir]; !listed && !p.command() {
			t.Errorf("%s: not in the table of layers", p.dir)
		}
		for _, f := range p.files {
			for imp := range imports(f) {
				if ours, ok := strings.CutPrefix(imp, module+"/"); ok && !p.allows(ours) {
					t.Errorf("%s must not import %s", p.dir, ours)
				}
			}
		}
	}
}

// owner finds the row of owners for an import path: nil, false for the
// standard library, except where that has a row too.
func owner(imp string) (allowed []string, outside bool) {
	for m, who := range owners {
		if imp == m || strings.HasPrefix(imp, m+"/") {
			return who, true
		}
	}
	first, _, _ := strings.Cut(imp, "/")
	return nil, strings.Contains(first, ".") && !strings.HasPrefix(imp, module+"/")
}

func TestOwners(t *testing.T) {
	for _, p := range packages(t) {
		for _, f := range p.files {
			for imp := range imports(f) {
				if who, outside := owner(imp); outside && !slices.Contains(who, p.dir) {
					t.Errorf("%s must not import %s: only %v may", p.dir, imp, who)
				}
				if imp == "testing" && !strings.HasSuffix(p.dir, "test") {
					t.Errorf("%s must not import testing", p.dir)
				}
			}
		}
	}
}

func TestOnlyCommands(t *testing.T) {
	for _, p := range packages(t) {
		if p.command() {
			continue
		}
		for _, f := range p.files {
			for _, use := range forbiddenUses(f) {
				t.Errorf("%s uses %s, which only commands may", p.dir, use)
			}
		}
	}
}

func forbiddenUses(f *ast.File) []string {
	var uses []string
	for imp, name := range imports(f) {
		calls := forbidden[imp]
		if calls == nil {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && isName(s.X, name) &&
				(calls[0] == "*" || slices.Contains(calls, s.Sel.Name)) {
				uses = append(uses, imp+"."+s.Sel.Name)
			}
			return true
		})
	}
	return uses
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// TestNoForeignTypes checks that what a package exports names no type of an
// outside module: its users would depend on that module without importing it.
func TestNoForeignTypes(t *testing.T) {
	for _, p := range packages(t) {
		if p.command() {
			continue
		}
		for _, f := range p.files {
			foreign := map[string]string{}
			for imp, name := range imports(f) {
				if _, outside := owner(imp); outside {
					foreign[name] = imp
				}
			}
			for _, decl := range f.Decls {
				for _, name := range exposed(decl, foreign) {
					t.Errorf("%s exports a type of %s", p.dir, foreign[name])
				}
			}
		}
	}
}

// exposed returns the names of foreign packages that what decl exports
// mentions.
func exposed(decl ast.Decl, foreign map[string]string) []string {
	var surface []ast.Node
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && exportedReceiver(d) {
			surface = append(surface, d.Type)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			surface = append(surface, exposedSpec(s)...)
		}
	}
	var found []string
	for _, n := range surface {
		ast.Inspect(n, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if id, ok := s.X.(*ast.Ident); ok && foreign[id.Name] != "" {
					found = append(found, id.Name)
				}
			}
			return true
		})
	}
	return found
}

// exportedReceiver reports whether d is a function, or a method of an exported
// type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	id, ok := t.(*ast.Ident)
	return !ok || id.IsExported()
}

func exposedSpec(s ast.Spec) []ast.Node {
	switch s := s.(type) {
	case *ast.ValueSpec:
		if s.Type != nil && slices.ContainsFunc(s.Names, (*ast.Ident).IsExported) {
			return []ast.Node{s.Type}
		}
	case *ast.TypeSpec:
		if !s.Name.IsExported() {
			return nil
		}
		st, ok := s.Type.(*ast.StructType)
		if !ok {
			return []ast.Node{s.Type}
		}
		var out []ast.Node
		for _, field := range st.Fields.List {
			if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
				out = append(out, field.Type)
			}
		}
		return out
	}
	return nil
}

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		commented := slices.ContainsFunc(p.files, func(f *ast.File) bool { return f.Doc.Text() != "" })
		if !commented {
			t.Errorf("%s has no package comment", p.dir)
		}
	}
}

// TestRules runs the rules over a file that breaks them all.
func TestRules(t *testing.T) {
	const bad = `package bad
import (
	"flag"
	"os"
	sl "log/slog"
	"github.com/blevesearch/bleve/v2"
)
type Index struct { Inner bleve.Index; hidden bleve.Index }
type inner struct { B bleve.Index }
var Open func(bleve.Index)
func (x *Index) Search(q bleve.SearchRequest) {}
func (x inner) Search(q bleve.SearchRequest) {}
func search(q bleve.SearchRequest) { os.Exit(1); sl.SetDefault(nil); _ = flag.Args() }
`
	f, err := parser.ParseFile(token.NewFileSet(), "bad.go", bad, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	uses := forbiddenUses(f)
	slices.Sort(uses)
	if want := []string{"flag.Args", "log/slog.SetDefault", "os.Exit"}; !slices.Equal(uses, want) {
		t.Errorf("forbidden uses %v, want %v", uses, want)
	}
	n := 0
	for _, d := range f.Decls {
		n += len(exposed(d, map[string]string{"bleve": "x"}))
	}
	if n != 3 {
		t.Errorf("%d foreign types exposed, want 3", n)
	}
	if who, outside := owner("github.com/blevesearch/bleve/v2/mapping"); !outside || !slices.Contains(who, "index") {
		t.Errorf("bleve belongs to %v", who)
	}
	if _, outside := owner("example.org/new"); !outside {
		t.Error("an unknown module passes")
	}
	if p := (pkg{dir: "corpus", files: []*ast.File{f}}); p.allows("index") {
		t.Error("corpus may import index")
	}
}

// TestTable checks the table itself: every arrow points to a row, and none
// leads back.
func TestTable(t *testing.T) {
	for from := range arrows {
		if err := walk(from, nil); err != nil {
			t.Error(err)
		}
	}
}

func walk(from string, seen []string) error {
	if slices.Contains(seen, from) {
		return fmt.Errorf("the arrows go round: %v", append(seen, from))
	}
	if _, listed := arrows[from]; !listed {
		return fmt.Errorf("%s is allowed to %v but not in the table", from, seen)
	}
	for _, to := range arrows[from] {
		if err := walk(to, append(seen, from)); err != nil {
			return err
		}
	}
	return nil
}
