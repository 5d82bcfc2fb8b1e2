package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/llm"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/bolt"
)

// The process that holds the state file answers others over a Unix socket
// beside it, by HTTP: GET /backup is a copy of the file, GET /stats the counts
// as JSON. Who may open the socket (0600) may read the file anyway.
const socketFile = "wence.sock"

// maxSocketPath is what the address of a Unix socket can hold on the systems
// with the least room.
const maxSocketPath = 100

// control serves the socket until ctx ends.
func control(ctx context.Context, dir string, st *bolt.Store, log *slog.Logger) error {
	path := filepath.Join(dir, socketFile)
	if len(path) > maxSocketPath {
		return fmt.Errorf("the path of %s is too long for a socket", path)
	}
	// The store is locked by this process, so a socket that is there is left over.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, _ *http.Request) {
		if err := st.Backup(w); err != nil {
			log.Error("backup failed", "error", err)
			panic(http.ErrAbortHandler) // the reader must see that it is not whole
		}
	})
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, _ *http.Request) {
		s, err := readUse(st)
		if err != nil {
			http.Error(w, "cannot read the log", http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(s)
	})
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	context.AfterFunc(ctx, func() { srv.Close() })
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the control socket has failed", "error", err)
		}
	}()
	return nil
}

// errNobody says that no process serves the socket.
var errNobody = errors.New("no wence runs on this data folder")

// request asks the process that holds the state file.
func (c *call) request(ctx context.Context, what string) (io.ReadCloser, error) {
	dir, err := c.data()
	if err != nil {
		return nil, err
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, socketFile))
	}
	transport := &http.Transport{DialContext: dial, DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://wence/"+what, nil)
	if err != nil {
		return nil, err
	}
	resp, err := transport.RoundTrip(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return nil, errNobody
	}
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("the running wence answers %s", resp.Status)
	}
	return resp.Body, nil
}

func backupCommand() command {
	return command{
		name: "backup", usage: "文件",
		short: "把机器人的数据备份到一个文件，运行时也可以",
		long:  "恢复时先停下 wence serve，再把备份文件复制成数据目录里的 " + stateFile + "。\n",
		run:   backup,
	}
}

func backup(ctx context.Context, c *call) error {
	if err := c.want(1, "backup 文件"); err != nil {
		return err
	}
	path := c.args[0]
	body, err := c.request(ctx, "backup")
	switch {
	case errors.Is(err, errNobody):
		err = c.backupIdle(path)
	case err == nil:
		err = saveBackup(body, path)
	}
	if _, said := errors.AsType[*failure](err); said {
		return err
	}
	if err != nil {
		return &failure{exitUsage, "没有备份成（" + reason(err) + "）；请检查 " + path + " 所在的目录可写、有空间。", err}
	}
	_, err = fmt.Fprintf(c.stdout, "已备份到 %s\n", path)
	return err
}

// backupIdle backs up while no process holds the state file.
func (c *call) backupIdle(path string) error {
	dir, err := c.data()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, stateFile)); errors.Is(err, fs.ErrNotExist) {
		return usagef("数据目录 %s 里还没有数据，无可备份。", dir)
	}
	st, err := c.openState()
	if err != nil {
		return err
	}
	defer st.Close()
	return st.BackupTo(path)
}

// saveBackup writes a backup that comes over the socket to a file, which takes
// its place only when it is whole.
func saveBackup(body io.ReadCloser, path string) error {
	defer body.Close()
	fresh := path + ".new"
	f, err := os.OpenFile(fresh, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer os.Remove(fresh) // when it was renamed there is nothing to remove
	_, err = io.Copy(f, body)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := bolt.Check(fresh); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

func statsCommand() command {
	return command{
		name:  "stats",
		short: "机器人近30天的使用情况：答复、答上率、反馈、没有答上的问题",
		flags: func(c *call) { c.flags.BoolVar(&c.json, "json", false, "输出 JSON") },
		run:   stats,
	}
}

func stats(ctx context.Context, c *call) error {
	if err := c.want(0, "stats"); err != nil {
		return err
	}
	s, err := c.readStats(ctx)
	if err != nil {
		return err
	}
	if c.json {
		return json.NewEncoder(c.stdout).Encode(s)
	}
	_, err = fmt.Fprintf(c.stdout, "%s\n%s\n", s, s.Unanswered())
	if err == nil && s.Tokens.InAll > 0 {
		_, err = fmt.Fprintf(c.stdout, "语言模型:今天用了%d个 token,一共%d个\n", s.Tokens.Today, s.Tokens.InAll)
	}
	return err
}

// A use is how much wence was used.
type use struct {
	*chat.Stats
	Tokens llm.Usage
}

func readUse(st store.Store) (*use, error) {
	s, err := chat.ReadStats(st)
	if err != nil {
		return nil, err
	}
	tokens, err := llm.ReadUsage(st, time.Now())
	return &use{s, tokens}, err
}

func (c *call) readStats(ctx context.Context) (*use, error) {
	body, err := c.request(ctx, "stats")
	if err == nil {
		defer body.Close()
		var s use
		return &s, json.NewDecoder(body).Decode(&s)
	}
	if !errors.Is(err, errNobody) {
		return nil, err
	}
	dir, err := c.data()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, stateFile)); errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("数据目录 %s 里还没有数据；先用 wence serve 运行机器人。", dir)
	}
	st, err := c.openState()
	if err != nil {
		return nil, err
	}
	defer st.Close()
	return readUse(st)
}
