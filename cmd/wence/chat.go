package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wence-qa/wence/internal/eval"
)

func chatCommand() command {
	return command{
		name:  "chat",
		short: "在终端里连续提问；问题由管道送入时逐行回答",
		long:  "输入“退出”或按 Ctrl-D 结束。\n",
		flags: func(c *call) { c.flags.BoolVar(&c.explain, "explain", false, "说明答案是怎么得来的") },
		run:   talk,
	}
}

const welcome = `问策：关于政府行动方案，请直接提问，每个答案都附原文出处。例如：
  查干湖由哪个部门牵头保护？
  装配式建筑占新建建筑面积的比例目标是多少？
  列出省林草局牵头的任务
输入“退出”或按 Ctrl-D 结束。

`

func talk(ctx context.Context, c *call) error {
	if err := c.want(0, "chat"); err != nil {
		return err
	}
	as, err := openWithModel(ctx, c)
	if err != nil {
		return err
	}
	defer as.close()
	in := bufio.NewReaderSize(c.stdin, 64<<10)
	c.prompt(welcome)
	for n := 1; ; n++ {
		c.prompt("问> ")
		line, err := readLine(in)
		if err == io.EOF {
			c.prompt("\n")
			return nil
		}
		if errors.Is(err, errLongLine) {
			fmt.Fprintf(c.stderr, "wence: 第 %d 行：%s\n", n, err)
			continue
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
		text := strings.TrimSpace(strings.TrimPrefix(strings.ToValidUTF8(string(line), "\uFFFD"), "\uFEFF"))
		if text == "" {
			continue
		}
		if slices.Contains([]string{"退出", "exit", "quit"}, text) {
			return nil
		}
		if err := c.converse(ctx, as, n, text); err != nil {
			return err
		}
	}
}

// converse answers the n-th message of a terminal conversation.
func (c *call) converse(ctx context.Context, as *assistant, n int, text string) error {
	if !c.stdinTTY {
		// Without a terminal nobody sees what was typed.
		if _, err := fmt.Fprintf(c.stdout, "问：%s\n", printable(text)); err != nil {
			return err
		}
	}
	line := eval.Line{ID: fmt.Sprint(n), Chat: "terminal", User: "terminal", Question: text}
	a, err := as.reply(ctx, line)
	if err != nil {
		return err
	}
	if a, err = c.present(ctx, as, line, a); err != nil {
		return err
	}
	if c.explain {
		if err := c.showSteps(a); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintln(c.stdout)
	return err
}

// prompt writes what only somebody who types needs to see.
func (c *call) prompt(s string) {
	if c.stdinTTY {
		fmt.Fprint(c.stdout, s)
	}
}
