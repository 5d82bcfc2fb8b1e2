package main

import (
	"os"
	"strings"
	"testing"
)

// TestUsage checks that wrong usage ends with 2, nothing on standard output,
// and one line that says how to mend it.
func TestUsage(t *testing.T) {
	t.Chdir(t.TempDir())
	for file, text := range map[string]string{
		"file.txt":     "",
		"bad.jsonl":    `{"id":"1","turns":["问"],"kind":"lead","answerable":true}` + "\n" + `{"id":"2",`,
		"none.jsonl":   "\n",
		"some.jsonl":   `{"id":"1","text":"水","q":"水","gold":["1"]}`,
		"empty/readme": "",
	} {
		if dir, _, ok := strings.Cut(file, "/"); ok {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ args, line string }{
		{"frage", "没有“frage”这个命令。全部命令见 wence help。"},
		{"help frage", "没有“frage”这个命令。全部命令见 wence help。"},
		{"ask", "请写出问题，"},
		{"ask 海绵城市 --colour", "没有 --colour 这个选项。用法见 wence help ask。"},
		{"ask 海绵城市 -x", "没有 -x 这个选项。"},
		{"ask 海绵城市 --plan", "选项 --plan 后面缺一个值。"},
		{"ask 海绵城市 --json=maybe", "选项 --json 不能是“maybe”。"},
		{"ask 海绵城市 --today 明天", "--today 的日期“明天”读不懂，"},
		{"ask 海绵城市 --plan nowhere-2020", "没有编号为“nowhere-2020”的方案，现有：jilin-2024。"},
		{"ask 海绵城市 --plans nofolder", "找不到 nofolder，"},
		{"ask 海绵城市 --plans file.txt", "--plans 要的是目录，"},
		{"ask 海绵城市 --plans empty", "目录 empty 里没有方案："},
		{"ask --jsonl 海绵城市", "--jsonl 从标准输入读问题，"},
		{"chat 你好", "用法：wence chat"},
		{"eval", "用法：wence eval 题集.jsonl"},
		{"eval nofile.jsonl", "找不到 nofile.jsonl，"},
		{"eval bad.jsonl", "bad.jsonl 第 2 行读不懂"},
		{"eval none.jsonl", "none.jsonl 里没有题目："},
		{"eval --retrieval some.jsonl", "用法：wence eval --retrieval"},
		{"eval --retrieval some.jsonl bad.jsonl", "some.jsonl 或 bad.jsonl 第 1 行读不懂"},
		{"eval --retrieval nofile.jsonl some.jsonl", "找不到 nofile.jsonl，"},
		{"index now", "用法：wence index"},
		{"plan", "plan 之后要写 list、show、lint 或 export，"},
		{"plan list all", "用法：wence plan list"},
		{"plan show", "用法：wence plan show 编号"},
		{"plan show nowhere", "没有编号为“nowhere”的方案，"},
		{"plan lint", "用法：wence plan lint 文件"},
		{"plan lint nofile.txt", "找不到 nofile.txt，"},
		{"plan lint empty", "empty 不是文件；"},
		{"plan lint file.txt", "方案“file”是空文件"},
		{"plan export jilin-2024 --format docx", "没有“docx”这种格式，"},
	} {
		code, out, errs := session{}.run(t, strings.Fields(tt.args)...)
		if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 || !strings.HasPrefix(errs, "wence: "+tt.line) {
			t.Errorf("%s: exit %d, stdout %q, stderr %q, want %q", tt.args, code, out, errs, tt.line)
		}
	}
}

// TestHelp checks that each command explains itself.
func TestHelp(t *testing.T) {
	for _, c := range commands() {
		code, out, errs := session{}.run(t, "help", c.name)
		if code != exitOK || errs != "" || !strings.Contains(out, "用法：wence "+c.name) || !strings.Contains(out, "\n  --plans 目录\n") {
			t.Errorf("help %s: exit %d, stdout %q, stderr %q", c.name, code, out, errs)
		}
		for _, flag := range []string{"--help", "-h"} {
			if _, same, _ := (session{}).run(t, c.name, flag); same != out {
				t.Errorf("%s %s: %q, but help %q", c.name, flag, same, out)
			}
		}
		if code, all, _ := (session{}).run(t, "--help"); code != exitOK || !strings.Contains(all, "wence "+c.name) {
			t.Errorf("--help does not name %s", c.name)
		}
	}
	for _, arg := range []string{"version", "--version"} {
		if code, out, _ := (session{}).run(t, arg); code != exitOK || !strings.HasPrefix(out, "wence ") {
			t.Errorf("%s: exit %d, %q", arg, code, out)
		}
	}
}
