package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/wence-qa/wence/internal/eval"
)

func evalCommand() command {
	return command{
		name:  "eval",
		usage: "题集.jsonl",
		short: "用题集评测：逐题作答、判分，按类别列出正确率与误导数",
		long:  "wence eval --retrieval 段落.jsonl 问题.jsonl 只评测检索，逐行输出各项指标。\n",
		flags: func(c *call) {
			c.flags.StringVar(&c.saveRun, "save", "", "把判分结果存到这个文件，供以后比较")
			c.flags.StringVar(&c.compareRun, "compare", "", "与先前存下的结果比较：哪些变好，哪些变坏")
			c.flags.BoolVar(&c.retrieval, "retrieval", false, "只评测检索：参数是段落文件和问题文件")
		},
		run: evaluate,
	}
}

func evaluate(ctx context.Context, c *call) error {
	if c.retrieval {
		return evaluateRetrieval(ctx, c)
	}
	if err := c.want(1, "eval 题集.jsonl"); err != nil {
		return err
	}
	f, err := os.Open(c.args[0])
	if err != nil {
		return err
	}
	defer f.Close()
	cases, err := eval.Load(f)
	if err != nil {
		return setTrouble(c.args[0], err)
	}
	as, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer as.close()
	report, err := eval.Run(ctx, cases, as.reply, as.text)
	if err != nil {
		return err
	}
	if err := report.Write(c.stdout); err != nil {
		return err
	}
	if err := compareRuns(c, report); err != nil {
		return err
	}
	return saveRun(c, report)
}

// compareRuns says what changed since the run that --compare names.
func compareRuns(c *call, report *eval.Report) error {
	if c.compareRun == "" {
		return nil
	}
	f, err := os.Open(c.compareRun)
	if err != nil {
		return err
	}
	defer f.Close()
	before, err := eval.LoadSaved(f)
	if err != nil {
		return setTrouble(c.compareRun, err)
	}
	return report.Compare(c.stdout, before)
}

// saveRun writes the verdicts to the file that --save names.
func saveRun(c *call, report *eval.Report) error {
	if c.saveRun == "" {
		return nil
	}
	f, err := os.Create(c.saveRun)
	if err != nil {
		return err
	}
	if err := report.Save(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func evaluateRetrieval(ctx context.Context, c *call) error {
	if err := c.want(2, "eval --retrieval 段落.jsonl 问题.jsonl"); err != nil {
		return err
	}
	passages, err := os.Open(c.args[0])
	if err != nil {
		return err
	}
	defer passages.Close()
	questions, err := os.Open(c.args[1])
	if err != nil {
		return err
	}
	defer questions.Close()
	report, err := eval.Retrieval(ctx, passages, questions)
	if err != nil {
		return setTrouble(strings.Join(c.args, " 或 "), err)
	}
	_, err = io.WriteString(c.stdout, report.String())
	return err
}

// setTrouble says what is wrong with a question set.
func setTrouble(file string, err error) error {
	if e, ok := errors.AsType[*eval.LineError](err); ok {
		return &failure{exitUsage, fmt.Sprintf("%s 第 %d 行读不懂（%v），请改正。", file, e.Line, e.Err), err}
	}
	if errors.Is(err, eval.ErrNoCases) {
		return &failure{exitUsage, fmt.Sprintf("%s 里没有题目：每行应是一个 JSON 对象。", file), err}
	}
	return err
}
