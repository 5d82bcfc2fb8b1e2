package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/wence-qa/wence/corpus"
)

func planCommand() command {
	return command{
		name:  "plan",
		usage: "list | show 编号 | lint 文件 | export [--format json|csv|md] 编号",
		short: "查看、检查、导出方案",
		long: `list    列出已装入的方案
show    显示一份方案的来历与结构
lint    检查一个方案文件，列出需要人看一眼的地方
export  导出目标与任务条款（含牵头单位、期限、原文位置）
`,
		flags: func(c *call) {
			c.flags.StringVar(&c.format, "format", "json", "导出`格式`：json、csv 或 md")
		},
		run: plan,
	}
}

func plan(_ context.Context, c *call) error {
	verb := ""
	if len(c.args) > 0 {
		verb, c.args = c.args[0], c.args[1:]
	}
	switch verb {
	case "list":
		return planList(c)
	case "show":
		return planShow(c)
	case "lint":
		return planLint(c)
	case "export":
		return planExport(c)
	}
	return usagef("plan 之后要写 list、show、lint 或 export，用法见 wence help plan。")
}

func planList(c *call) error {
	if err := c.want(0, "plan list"); err != nil {
		return err
	}
	plans, err := c.loadPlans()
	if err != nil {
		return err
	}
	for _, p := range plans {
		_, err := fmt.Fprintf(c.stdout, "%s\t《%s》\t%d 条任务\t%d 个目标\n",
			p.ID, printable(p.Card.Title), len(p.Clauses), len(p.Targets))
		if err != nil {
			return err
		}
	}
	return nil
}

// named returns the plan that the only argument names.
func (c *call) named(usage string) (*corpus.Plan, error) {
	if err := c.want(1, usage); err != nil {
		return nil, err
	}
	plans, err := c.loadPlans()
	if err != nil {
		return nil, err
	}
	return findPlan(plans, c.args[0])
}

func planShow(c *call) error {
	p, err := c.named("plan show 编号")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(c.stdout)
	fmt.Fprintf(w, "《%s》\n", printable(p.Card.Title))
	for _, row := range [][2]string{
		{"编号", p.ID}, {"发文机关", p.Card.Issuer}, {"文号", p.Card.Number}, {"地区", p.Card.Region},
		{"日期", p.Card.Date}, {"期限", p.Card.Period}, {"状态", p.Card.Status}, {"来源", p.Card.Source},
		{"获取日期", p.Card.Retrieved}, {"说明", p.Card.Note}, {"SHA-256", p.SHA256},
	} {
		if row[1] != "" {
			fmt.Fprintf(w, "%s：%s\n", row[0], printable(row[1]))
		}
	}
	fmt.Fprintf(w, "共 %d 条任务、%d 个目标；待核对 %d 处（wence plan lint 可查）\n\n", len(p.Clauses), len(p.Targets), len(p.Findings))
	for _, s := range p.Sections {
		if s.Kind == corpus.KindSection || s.Kind == corpus.KindMeasure {
			fmt.Fprintf(w, "%s%s %s\n", strings.Repeat("  ", max(0, s.Level-1)), s.ID, printable(s.Title))
		}
	}
	return w.Flush()
}

func planLint(c *call) error {
	if err := c.want(1, "plan lint 文件"); err != nil {
		return err
	}
	p, err := loadFile(c.args[0])
	if err != nil {
		return err
	}
	w := bufio.NewWriter(c.stdout)
	findings := corpus.Lint(p)
	for _, f := range findings {
		line, column := position(p.Text, f.At.Start)
		fmt.Fprintf(w, "%s:%d:%d: %s: %s\n", c.args[0], line, column, f.Kind, printable(f.Text))
	}
	fmt.Fprintf(w, "%d 条任务，%d 个目标，待核对 %d 处\n", len(p.Clauses), len(p.Targets), len(findings))
	return w.Flush()
}

// loadFile loads one plan with the card beside it, as --plans would.
func loadFile(file string) (*corpus.Plan, error) {
	switch info, err := os.Stat(file); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, usagef("%s 不是文件；请给出方案的 .txt 文件。", file)
	}
	dir, name := filepath.Split(file)
	plans, err := corpus.Load(oneFile{os.DirFS(filepath.Clean(dir)), name})
	if err != nil {
		return nil, err
	}
	return plans[0], nil
}

// A oneFile is a folder that lists a single file.
type oneFile struct {
	fs.FS
	name string
}

func (f oneFile) Glob(string) ([]string, error) { return []string{f.name}, nil }

// position is the line and the column, in characters from 1, of a byte.
func position(text string, at int) (line, column int) {
	before := text[:at]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[1+strings.LastIndex(before, "\n"):])
}

func planExport(c *call) error {
	p, err := c.named("plan export [--format json|csv|md] 编号")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(c.stdout)
	switch e := corpus.Export(p); c.format {
	case "json":
		err = e.JSON(w)
	case "csv":
		err = e.CSV(w)
	case "md":
		err = e.Markdown(w)
	default:
		return usagef("没有“%s”这种格式，可用 json、csv、md。", c.format)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}
