package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wence-qa/wence/internal/answer"
)

func TestMain(m *testing.M) {
	testscript.Main(afterwards{m}, map[string]func(){"wence": main, "static": serveFiles})
}

// afterwards removes what was built for the tests.
type afterwards struct{ *testing.M }

func (a afterwards) Run() int {
	code := a.M.Run()
	if plainDir != "" {
		os.RemoveAll(plainDir)
	}
	return code
}

// TestScript runs the sessions of testdata/script with the real program.
func TestScript(t *testing.T) {
	dir := filepath.Dir(buildPlain(t))
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"library": library},
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return nil
		},
	})
}

// library writes plans: library DIR N. They have more clauses than are looked at
// without an index.
func library(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i := range n {
		var b strings.Builder
		fmt.Fprintf(&b, "第%d市道路行动方案\n一、修路\n", i)
		for k := range 60 {
			fmt.Fprintf(&b, "%d.修好第%d条道路（牵头单位：市交通局）。\n", k+1, 60*i+k)
		}
		ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf("%s/road-%d.txt", args[0], i)), []byte(b.String()), 0o600))
	}
}

// session runs one command line in this process.
type session struct {
	stdin    string
	terminal bool
	env      map[string]string
}

func (s session) run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &system{
		stdin: strings.NewReader(s.stdin), stdout: &out, stderr: &errs,
		getenv:   func(k string) string { return s.env[k] },
		now:      func() time.Time { return time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC) },
		stdinTTY: s.terminal, stdoutTTY: s.terminal, stderrTTY: s.terminal,
	})
	return code, out.String(), errs.String()
}

// TestColour checks that only terminals get colours, and only those that want
// them.
func TestColour(t *testing.T) {
	const question = "海绵城市示范建设由谁牵头"
	for _, tt := range []struct {
		s    session
		want bool
	}{
		{session{terminal: true}, true},
		{session{terminal: true, env: map[string]string{"NO_COLOR": "1"}}, false},
		{session{}, false},
	} {
		code, out, errs := tt.s.run(t, "ask", question)
		if code != exitOK || errs != "" {
			t.Fatalf("exit %d, stderr %q", code, errs)
		}
		if got := strings.Contains(out, "\x1b["); got != tt.want {
			t.Errorf("terminal %v env %v: coloured %v", tt.s.terminal, tt.s.env, got)
		}
	}
}

func TestPaint(t *testing.T) {
	a := &answer.Answer{Headline: "是甲", Citations: []answer.Citation{{Quote: "甲", Label: "第一条"}, {Quote: "甲乙"}}}
	const want = bold + "是甲" + plain + "\n" + green + "甲乙" + plain + " " + green + "甲" + plain + "\n" + dim + "第一条" + plain
	if got := paint("是甲\n甲乙 甲\n第一条", a); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPrintable checks that nothing typed or read can drive the terminal.
func TestPrintable(t *testing.T) {
	if got := printable("\x1b[31m红\r\n行\u0085\t尾 "); got != "[31m红 行 尾" {
		t.Errorf("printable: %q", got)
	}
	if got := printableLines("一\x1b]0;x\a\n二\r"); got != "一]0;x\n二" {
		t.Errorf("printableLines: %q", got)
	}
}

// TestChatTerminal holds a conversation at a terminal.
func TestChatTerminal(t *testing.T) {
	s := session{stdin: "海绵城市示范建设由谁牵头\n\n退出\n没有人读到这一行\n", terminal: true}
	code, out, errs := s.run(t, "chat")
	if code != exitOK || errs != "" {
		t.Fatalf("exit %d, stderr %q", code, errs)
	}
	if !strings.HasPrefix(out, welcome) || strings.Count(out, "问> ") != 3 || !strings.Contains(out, "省住建厅") {
		t.Errorf("got %q", out)
	}
	if strings.Contains(out, "问：") {
		t.Error("a terminal shows the question already")
	}
}

// TestToday checks that --today is a date and nothing else.
func TestToday(t *testing.T) {
	for _, s := range []string{"2027-02-30", "明天", "2027/02/01", "2027-2-1"} {
		code, _, errs := session{}.run(t, "plan", "list", "--today", s)
		if code != exitUsage || !strings.Contains(errs, s) {
			t.Errorf("%q: exit %d, stderr %q", s, code, errs)
		}
	}
	if code, _, errs := (session{}).run(t, "plan", "list", "--today", "2027-02-01"); code != exitOK {
		t.Errorf("exit %d, stderr %q", code, errs)
	}
}

func TestData(t *testing.T) {
	for _, tt := range []struct {
		flag string
		env  map[string]string
		want string
	}{
		{"/a", map[string]string{"WENCE_DATA": "/b", "HOME": "/h"}, "/a"},
		{"", map[string]string{"WENCE_DATA": "/b", "XDG_DATA_HOME": "/x", "HOME": "/h"}, "/b"},
		{"", map[string]string{"XDG_DATA_HOME": "/x", "HOME": "/h"}, "/x/wence"},
		{"", map[string]string{"XDG_DATA_HOME": "relative", "HOME": "/h"}, "/h/.local/share/wence"},
		{"", map[string]string{"HOME": "/h"}, "/h/.local/share/wence"},
	} {
		c := &call{system: &system{getenv: func(k string) string { return tt.env[k] }}, dataDir: tt.flag}
		if got, err := c.data(); got != tt.want || err != nil {
			t.Errorf("%q %v: %q, %v, want %q", tt.flag, tt.env, got, err, tt.want)
		}
	}
	c := &call{system: &system{getenv: func(string) string { return "" }}}
	if _, err := c.data(); err == nil {
		t.Error("no folder at all passes")
	}
}

func TestReadLine(t *testing.T) {
	long := strings.Repeat("长", maxLine/3+1)
	code, out, errs := session{stdin: "海绵城市示范建设由谁牵头\n" + long + "\n谢谢", terminal: false}.run(t, "chat")
	if code != exitOK || strings.Count(out, "问：") != 2 || !strings.Contains(errs, "第 2 行") {
		t.Errorf("exit %d, %d answers, stderr %q", code, strings.Count(out, "问："), errs)
	}
}

// TestReadme checks that the answer shown first in the readmes is the answer
// that is given.
func TestReadme(t *testing.T) {
	for _, file := range []string{"../../README.md", "../../README.zh-CN.md"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, shown, _ := strings.Cut(string(b), "\n$ wence ")
		shown, _, _ = strings.Cut(shown, "```")
		line, shown, ok := strings.Cut(shown, "\n")
		if !ok {
			t.Fatalf("%s shows no question", file)
		}
		if _, out, _ := (session{}).run(t, strings.Fields(line)...); out != shown {
			t.Errorf("%s shows\n%s\nbut the answer is\n%s", file, shown, out)
		}
	}
}
