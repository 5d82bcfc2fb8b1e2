package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// overview is the help for all commands.
func overview() string {
	var b strings.Builder
	b.WriteString("wence（问策）回答关于政府行动方案的问题，每个答案都附原文出处。\n\n用法：\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  wence %s\n        %s\n", strings.TrimSpace(c.name+" "+c.usage), c.short)
	}
	b.WriteString(`
选项可以写在参数之前或之后，各命令的选项见 wence help 命令。

退出码：0 完成或已找到；1 没有找到；2 用法、配置或环境有误；3 数据目录正被占用。
环境变量：WENCE_DATA 数据目录（缺省 $XDG_DATA_HOME/wence，再缺省 ~/.local/share/wence）；
          NO_COLOR 有值时不用颜色。
`)
	return b.String()
}

// help writes the help for the command named in args, or for all.
func help(ctx context.Context, w io.Writer, args []string) error {
	text := overview()
	if len(args) > 0 {
		i := slices.IndexFunc(commands(), func(c command) bool { return c.name == args[0] })
		if i < 0 {
			return usagef("没有“%s”这个命令。全部命令见 wence help。", args[0])
		}
		return commands()[i].call(ctx, []string{"--help"}, &system{stdout: w})
	}
	_, err := io.WriteString(w, text)
	return err
}

// help is the help for one command.
func (cmd command) help(flags *pflag.FlagSet) string {
	text := fmt.Sprintf("%s。\n\n用法：wence %s\n", strings.TrimSuffix(cmd.short, "。"), strings.TrimSpace(cmd.name+" "+cmd.usage))
	if cmd.long != "" {
		text += "\n" + cmd.long
	}
	text += "\n选项：\n"
	flags.VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			value = ""
		}
		text += fmt.Sprintf("  %s\n        %s\n", strings.TrimSpace("--"+f.Name+" "+value), usage)
	})
	return text
}
