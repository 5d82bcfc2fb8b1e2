package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

func versionCommand() command {
	return command{name: "version", short: "显示版本", run: func(_ context.Context, c *call) error {
		_, err := fmt.Fprintf(c.stdout, "wence %s %s\n", version(), runtime.Version())
		return err
	}}
}

// version is the module's version or, built in a checkout, its commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
}
