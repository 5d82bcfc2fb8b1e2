package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// A command is one word after wence.
type command struct {
	name  string
	usage string // arguments, for people
	short string // what it does, one line
	long  string // more help, may be ""
	flags func(*call)
	run   func(context.Context, *call) error
}

// commands lists them in the order of the help.
func commands() []command {
	return []command{askCommand(), chatCommand(), serveCommand(), planCommand(), indexCommand(), evalCommand(), backupCommand(), statsCommand(), mcpCommand(), versionCommand()}
}

// A call is one command with its flags and arguments.
type call struct {
	*system
	args  []string // without flags
	flags *pflag.FlagSet

	planDir string    // --plans: a folder with more plans; "" for none
	planID  string    // --plan: the plan that questions are about; "" for none
	dataDir string    // --data; "" for the environment's
	today   time.Time // --today; the zero time for the clock's

	noModel              bool   // --no-llm
	json, jsonl, explain bool   // ask
	format               string // plan export
	retrieval            bool   // eval
	saveRun, compareRun  string // eval
}

// run carries out one command line and returns the exit code.
func run(ctx context.Context, args []string, sys *system) int {
	err := dispatch(ctx, args, sys)
	code, line := outcome(err)
	if line != "" {
		fmt.Fprintln(sys.stderr, "wence: "+printable(line))
	}
	return code
}

func dispatch(ctx context.Context, args []string, sys *system) error {
	name, args := commandName(args)
	switch name {
	case "":
		fmt.Fprint(sys.stderr, overview())
		return &failure{code: exitUsage}
	case "help", "-h", "--help":
		return help(ctx, sys.stdout, args)
	case "--version":
		name = "version"
	}
	if name == checkName {
		return command{name: checkName, run: checkState}.call(ctx, args, sys)
	}
	i := slices.IndexFunc(commands(), func(c command) bool { return c.name == name })
	if i < 0 {
		return usagef("没有“%s”这个命令。全部命令见 wence help。", name)
	}
	return commands()[i].call(ctx, args, sys)
}

// commandName takes the command out of args. Common flags may stand before it.
func commandName(args []string) (string, []string) {
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case slices.Contains([]string{"--plans", "--plan", "--data", "--today"}, a):
			i++ // its value
		case !strings.HasPrefix(a, "-") || slices.Contains([]string{"-h", "--help", "--version"}, a):
			return a, slices.Concat(args[:i], args[i+1:])
		}
	}
	return "", args
}

// call parses the flags of a command line and runs the command.
func (cmd command) call(ctx context.Context, args []string, sys *system) error {
	c := &call{system: sys}
	var today string
	c.flags = pflag.NewFlagSet(cmd.name, pflag.ContinueOnError)
	c.flags.SortFlags = false
	c.flags.SetOutput(io.Discard)
	if cmd.flags != nil {
		cmd.flags(c)
	}
	c.flags.StringVar(&c.planDir, "plans", "", "再装入这个`目录`里的方案（每个 .txt 一份）")
	c.flags.StringVar(&c.planID, "plan", "", "只问这份方案（`编号`见 wence plan list）")
	c.flags.StringVar(&c.dataDir, "data", "", "数据`目录`，缺省为 $WENCE_DATA")
	c.flags.StringVar(&today, "today", "", "以此`日期`为今天，形如 2026-01-31")
	c.flags.BoolVar(&c.noModel, "no-llm", false, "不用语言模型（答案从不依赖它）")

	if err := c.flags.Parse(args); errors.Is(err, pflag.ErrHelp) {
		_, err := io.WriteString(sys.stdout, cmd.help(c.flags))
		return err
	} else if err != nil {
		return usagef("%s。用法见 wence help %s。", flagTrouble(err), cmd.name)
	}
	c.args = c.flags.Args()
	if today != "" {
		var err error
		if c.today, err = time.ParseInLocation(time.DateOnly, today, time.Local); err != nil {
			return usagef("--today 的日期“%s”读不懂，请写成 2026-01-31 的样子。", today)
		}
		if y := c.today.Year(); y < 1971 || y > 2200 {
			return usagef("--today 的年份%d不在1971到2200之间。", y)
		}
	}
	return cmd.run(ctx, c)
}

// date is the time that questions are asked at.
func (c *call) date() time.Time {
	if c.today.IsZero() {
		return c.now()
	}
	return c.today
}

// flagTrouble says in Chinese what is wrong with a flag.
func flagTrouble(err error) string {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		dashes := "--"
		if e.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return "没有 " + dashes + e.GetSpecifiedName() + " 这个选项"
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return "选项 --" + e.GetSpecifiedName() + " 后面缺一个值"
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return "选项 --" + e.GetFlag().Name + " 不能是“" + e.GetValue() + "”"
	}
	return "选项写得不对（" + err.Error() + "）"
}

// data is the folder where built indexes go. It need not exist.
func (c *call) data() (string, error) {
	for _, dir := range []string{c.dataDir, c.getenv("WENCE_DATA")} {
		if dir != "" {
			return dir, nil
		}
	}
	if dir := c.getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "wence"), nil
	}
	if home := c.getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "wence"), nil
	}
	return "", usagef("不知道数据放在哪里：请用 --data 指定目录，或设置 WENCE_DATA。")
}

// want checks the number of arguments.
func (c *call) want(n int, usage string) error {
	if len(c.args) != n {
		return usagef("用法：wence %s", usage)
	}
	return nil
}
