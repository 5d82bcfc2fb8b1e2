package main

import (
	"context"
	"strings"

	"github.com/wence-qa/wence/internal/eval"
)

func askCommand() command {
	return command{
		name:  "ask",
		usage: "问题…",
		short: "回答一个问题；--jsonl 时从标准输入逐行读问题",
		long: `--jsonl 的每行形如 {"id":"1","chat":"c","user":"u","question":"…"}，另可有
"reply_to"（所回复的那一行的 id）和 "plan"（方案编号）；每行输出一个答案对象。
没有找到答案时退出码为 1；--jsonl 只要每行都有答案对象就为 0，否则指出坏行，为 2。
`,
		flags: func(c *call) {
			c.flags.BoolVar(&c.json, "json", false, "输出 JSON 答案对象")
			c.flags.BoolVar(&c.jsonl, "jsonl", false, "从标准输入逐行读 JSON 问题，逐行输出 JSON 答案对象")
			c.flags.BoolVar(&c.explain, "explain", false, "说明答案是怎么得来的")
		},
		run: ask,
	}
}

func ask(ctx context.Context, c *call) error {
	question := strings.TrimSpace(strings.Join(c.args, " "))
	switch {
	case c.jsonl && question != "":
		return usagef("--jsonl 从标准输入读问题，命令行上不要再写问题。")
	case !c.jsonl && question == "":
		return usagef("请写出问题，例如：wence ask 海绵城市示范建设由谁牵头")
	}
	as, err := openWithModel(ctx, c)
	if err != nil {
		return err
	}
	defer as.close()
	if c.jsonl {
		return askLines(ctx, c, as)
	}
	line := eval.Line{Question: question}
	a, err := as.reply(ctx, line)
	if err != nil {
		return err
	}
	if c.json {
		a, _ = as.extend(ctx, line, a) // the answer is whole without
		err = writeJSON(c.stdout, a)
	} else {
		a, err = c.present(ctx, as, line, a)
	}
	if err != nil {
		return err
	}
	if c.explain {
		if err := c.showSteps(a); err != nil {
			return err
		}
	}
	if !a.Found {
		return errNotFound
	}
	return nil
}
