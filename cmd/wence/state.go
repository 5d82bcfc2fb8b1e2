package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/bolt"
)

// stateFile is the one file that holds what the bot remembers.
const stateFile = "state.db"

// checkName is a command that people have no use for: it checks a state file in
// a process of its own, since a damaged one can crash the process that maps it.
const checkName = "check-state"

// checkTime is how long such a check may take.
const checkTime = time.Minute

// checkState is the command checkName.
func checkState(_ context.Context, c *call) error {
	if err := c.want(1, checkName+" 文件"); err != nil {
		return err
	}
	bolt.Report(c.stdout, c.args[0])
	return nil
}

// openState opens the state file in the data folder.
func (c *call) openState() (*bolt.Store, error) {
	dir, err := c.data()
	if err != nil {
		return nil, err
	}
	opt := bolt.Options{}
	if exe, err := os.Executable(); err == nil {
		opt.Verify = bolt.Verifier(checkTime, exe, checkName)
	}
	s, err := bolt.Open(filepath.Join(dir, stateFile), opt)
	if err != nil {
		return nil, stateTrouble(dir, err)
	}
	return s, nil
}

// stateTrouble says in Chinese what is wrong with the state file.
func stateTrouble(dir string, err error) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return &failure{exitInUse, "数据目录 " + dir + " 正被另一个 wence 占用，请等它结束，或用 --data 换一个目录。", err}
	case errors.Is(err, store.ErrNewer):
		return &failure{exitUsage, "数据文件 " + filepath.Join(dir, stateFile) + " 是更新版本的 wence 写的，没有改动它；请升级 wence，或用 --data 换一个目录。", err}
	}
	return &failure{exitUsage, "打不开数据目录 " + dir + "（" + reason(err) + "）；请检查它是目录且可读写，或用 --data 换一个目录。", err}
}
