package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/wence-qa/wence/internal/mcp"
)

func mcpCommand() command {
	return command{
		name:  "mcp",
		short: "供其他助手调用的 MCP 工具（标准输入输出），使其按方案原文回答",
		long: `在助手的设置里把命令写成 wence mcp 即可；另可设 WENCE_PUBLIC_URL，使出处成为完整链接。
wence serve 运行时也可用网页服务的 /mcp。
`,
		run: serveMCP,
	}
}

func serveMCP(ctx context.Context, c *call) error {
	if err := c.want(0, "mcp"); err != nil {
		return err
	}
	e := &environment{get: c.getenv}
	public := e.address("WENCE_PUBLIC_URL")
	if e.err != nil {
		return e.err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	as, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer as.close()
	return mcp.New(as.engine, mcp.Options{Version: version(), PublicURL: public, Now: c.date}).Stdio(ctx, c.stdin, c.stdout)
}
