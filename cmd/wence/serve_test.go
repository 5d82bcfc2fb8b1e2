package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store/bolt"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// program returns this test binary under the name by which testscript knows
// which of the programs of [TestMain] it is to be.
func program(t testing.TB, name string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	// No symbolic link: the program finds itself to start its checks.
	if os.Link(exe, path) == nil {
		return path
	}
	b, err := os.ReadFile(exe)
	if err == nil {
		err = os.WriteFile(path, b, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// A process is a running wence.
type process struct {
	t        testing.TB
	cmd      *exec.Cmd
	out, err *buffer
	done     chan struct{} // closed when it has ended
}

// buffer is output that can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// launch runs wence with nothing but env in its environment.
func launch(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	return launchProgram(t, "wence", env, args...)
}

func launchProgram(t testing.TB, name string, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(program(t, name), args...), out: &buffer{}, err: &buffer{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + os.TempDir()}, env...)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-p.done
	})
	return p
}

// wait returns the exit code.
func (p *process) wait(limit time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(limit):
		p.t.Fatalf("still running after %v\n%s%s", limit, p.out, p.err)
		return -1
	}
}

// says waits for a text on standard output.
func (p *process) says(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(p.out.String(), text); {
		select {
		case <-p.done:
			p.t.Fatalf("ended without %q\n%s%s", text, p.out, p.err)
		case <-time.After(5 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("does not say %q\n%s%s", text, p.out, p.err)
		}
	}
}

func (p *process) stop() int {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	return p.wait(15 * time.Second)
}

// botEnv makes wence serve answer on tg, with any free address for the web.
func botEnv(tg *telegramtest.Server, data string, more ...string) []string {
	return append([]string{
		"TELEGRAM_BOT_TOKEN=" + tg.Token(), "TELEGRAM_API_URL=" + tg.URL(), "WENCE_DATA=" + data, "WENCE_ADDR=127.0.0.1:0",
	}, more...)
}

// shortDir is a folder whose path is short enough for a socket.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "w")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestServe(t *testing.T) {
	tg := telegramtest.New(t, telegramtest.Options{})
	data := shortDir(t)
	p := launch(t, botEnv(tg, data, "WENCE_PUBLIC_URL=https://plan.example.org"), "serve")
	p.says("按 Ctrl-C 停止。")
	p.says("机器人：@plan_qa_bot 已连接")
	p.says("隐私模式：开")
	p.says("出处链接：开，指向 https://plan.example.org")
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	ann.Say(c, "古树名木保护谁牵头")
	if !tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == 1 }, 10*time.Second) {
		t.Fatalf("no answer\n%s", p.err)
	}
	if m := tg.Sent(c)[0]; !strings.Contains(m.Text, "省林草局") || !strings.Contains(telegramtest.Render(m), "https://plan.example.org/p/jilin-2024/6.1.1?v=") {
		t.Errorf("got %s", telegramtest.Render(m))
	}
	// While it runs, others ask it over the socket.
	for name, want := range map[string]string{"stats": "近30天答复1条,答上1条(100%)", "backup": "已备份到"} {
		args := []string{name}
		if name == "backup" {
			args = append(args, filepath.Join(data, "copy.db"))
		}
		q := launch(t, []string{"WENCE_DATA=" + data}, args...)
		if code := q.wait(10 * time.Second); code != exitOK || !strings.Contains(q.out.String(), want) {
			t.Errorf("%s: exit %d, %s%s", name, code, q.out, q.err)
		}
	}
	if err := bolt.Check(filepath.Join(data, "copy.db")); err != nil {
		t.Errorf("the backup: %v", err)
	}
	for _, name := range []string{"wence.sock", "state.db", "copy.db"} {
		if info, err := os.Stat(filepath.Join(data, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v, want mode 0600", name, info.Mode(), err)
		}
	}
	if code := p.stop(); code != exitOK {
		t.Errorf("exit %d\n%s", code, p.err)
	}
	if strings.Contains(p.err.String()+p.out.String(), "古树") {
		t.Errorf("a question is in the log:\n%s", p.err)
	}
	// Stopped, they read the file.
	q := launch(t, []string{"WENCE_DATA=" + data}, "stats")
	if code := q.wait(10 * time.Second); code != exitOK || !strings.Contains(q.out.String(), "近30天答复1条") {
		t.Errorf("stats of a stopped bot: exit %d, %s%s", code, q.out, q.err)
	}
}

// TestR5BadPlaces runs wence serve on data folders that cannot work.
func TestR5BadPlaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/nothing"} {
		began := time.Now()
		p := launch(t, []string{"WENCE_DATA=" + dir, "WENCE_ADDR=127.0.0.1:0"}, "serve")
		code := p.wait(10 * time.Second)
		lines := strings.Count(p.err.String(), "\n")
		if code != exitUsage || lines != 1 || !strings.Contains(p.err.String(), dir) || !strings.Contains(p.err.String(), "--data") {
			t.Errorf("%s: exit %d after %v: %s", dir, code, time.Since(began), p.err)
		}
		n++
	}
	t.Logf("R5: %d places refused", n)
}

// TestR8DoubleStart starts a second wence serve on the same data folder.
func TestR8DoubleStart(t *testing.T) {
	tg := telegramtest.New(t, telegramtest.Options{})
	data := shortDir(t)
	first := launch(t, botEnv(tg, data), "serve")
	first.says("已连接")
	second := launch(t, botEnv(tg, data), "serve")
	if code := second.wait(10 * time.Second); code != exitInUse || !strings.Contains(second.err.String(), "正被另一个 wence 占用") {
		t.Errorf("exit %d: %s", code, second.err)
	}
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	ann.Say(c, "古树名木保护谁牵头")
	if !tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == 1 }, 10*time.Second) {
		t.Errorf("the first is harmed\n%s", first.err)
	}
	t.Log("R8: 1 second start refused")
}

// TestR33Config gives every variable a wrong value.
func TestR33Config(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, env := range []string{
		"TELEGRAM_BOT_TOKEN=123", "TELEGRAM_BOT_TOKEN_FILE=/nonexistent", "TELEGRAM_BOT_TOKEN_FILE=" + empty,
		"TELEGRAM_API_URL=example", "WENCE_ADDR=8080", "WENCE_ADDR=256.0.0.1:1", "WENCE_PUBLIC_URL=ftp://x.org", "WENCE_PUBLIC_URL=https://u:p@x.org",
		"WENCE_ALLOWED_CHATS=a", "WENCE_ALLOWED_USERS=1,b", "WENCE_ADMINS=@ann", "WENCE_KEEP_QUESTIONS=31d", "WENCE_KEEP_QUESTIONS=soon",
		"WENCE_LOG_LEVEL=loud", "WENCE_USER_PER_MINUTE=0", "WENCE_CHAT_PER_MINUTE=-1", "WENCE_WEBHOOK_URL=https://x.org/t", "WENCE_WEBHOOK_SECRET_FILE=/nonexistent",
	} {
		name, value, _ := strings.Cut(env, "=")
		if name == "WENCE_WEBHOOK_URL" {
			name = "WENCE_WEBHOOK_SECRET" // what is missing
		}
		s := session{env: map[string]string{strings.Split(env, "=")[0]: value, "WENCE_DATA": t.TempDir()}}
		code, out, errs := s.run(t, "serve")
		if code != exitUsage || !strings.Contains(errs, name) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d, %s%s", env, code, out, errs)
		}
		n++
	}
	t.Logf("R33: %d wrong values named", n)
}

// TestBadToken runs the bot with a token that Telegram does not know (T39).
func TestBadToken(t *testing.T) {
	tg := telegramtest.New(t, telegramtest.Options{})
	const token = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"
	p := launch(t, append(botEnv(tg, shortDir(t)), "TELEGRAM_BOT_TOKEN="+token), "serve")
	if code := p.wait(15 * time.Second); code != exitUsage || !strings.Contains(p.err.String(), "TELEGRAM_BOT_TOKEN") {
		t.Errorf("exit %d: %s", code, p.err)
	}
	if strings.Contains(p.err.String()+p.out.String(), "AAaaBBbb") {
		t.Errorf("the token is shown: %s%s", p.out, p.err)
	}
}

// TestR25Canaries lets everything go wrong around a bot with secrets and looks
// for them in all that it writes.
func TestR25Canaries(t *testing.T) {
	const secret = "canary-webhook-secret"
	tg := telegramtest.New(t, telegramtest.Options{})
	tg.Fault(telegramtest.Rate(0.25, 7, []*telegramtest.Fault{
		telegramtest.BadGateway(), telegramtest.DropBefore(), telegramtest.CutJSON(), telegramtest.ServerError(),
	}, "getUpdates", "sendMessage", "setMyCommands", "getMe"))
	p := launch(t, botEnv(tg, shortDir(t), "WENCE_LOG_LEVEL=debug", "WENCE_WEBHOOK_SECRET="+secret), "serve")
	p.says("已连接")
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	for range 5 {
		ann.Say(c, "古树名木保护谁牵头")
	}
	tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) >= 5 }, 60*time.Second)
	tg.Fault(func(string, int, telegramtest.Params) *telegramtest.Fault { return telegramtest.Unauthorized() })
	ann.Say(c, "谢谢") // ends the poll under way
	p.wait(60 * time.Second)
	_, half, _ := strings.Cut(tg.Token(), ":")
	all := p.out.String() + p.err.String()
	for _, s := range []string{tg.Token(), half, secret} {
		if strings.Contains(all, s) {
			t.Errorf("a secret is shown: %q in\n%s", s, all)
		}
	}
	t.Logf("R25: %d lines of log without a secret", strings.Count(all, "\n"))
}

// TestR4DiskFull fills the disk under a running bot.
func TestR4DiskFull(t *testing.T) {
	data := shortDir(t)
	if err := syscall.Mount("tmpfs", data, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("cannot mount a small disk (needs root): %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(data, syscall.MNT_DETACH) })
	tg := telegramtest.New(t, telegramtest.Options{})
	p := launch(t, botEnv(tg, data, "WENCE_NO_PACING=1"), "serve")
	p.says("已连接")
	ready := func() int {
		addr, _, _ := strings.Cut(p.out.String()[strings.Index(p.out.String(), "http://"):], "\n")
		resp, err := http.Get(addr + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := ready(); got != http.StatusOK {
		t.Errorf("ready: %d before", got)
	}
	full := filepath.Join(data, "full")
	f, err := os.Create(full)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(f, io.LimitReader(zeros{}, 4<<20)) // ends when the disk is full
	f.Close()
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	for range 60 {
		ann.Say(c, strings.Repeat("古树名木保护谁牵头", 100))
	}
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(p.err.String(), "cannot keep updates"); {
		if time.Now().After(deadline) {
			t.Fatalf("60 questions fit on a full disk\n%s", p.err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	red := ready() != http.StatusOK
	os.Remove(full)
	for deadline := time.Now().Add(20 * time.Second); ready() != http.StatusOK; {
		if time.Now().After(deadline) {
			t.Fatalf("does not recover\n%s", p.err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	const admitted = 30 + 1 // the limit of a user, and the word about it
	if !tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) >= admitted }, 90*time.Second) {
		t.Errorf("%d answers of %d\n%s", len(tg.Sent(c)), admitted, p.err)
	}
	if code := p.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
	if !red {
		t.Error("ready while nothing could be kept")
	}
	t.Logf("R4: %d answers of %d, readiness red while full: %v", len(tg.Sent(c)), admitted, red)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestR6Damage damages the state file of a stopped bot. It must start again,
// from a backup, and say so.
func TestR6Damage(t *testing.T) {
	tg := telegramtest.New(t, telegramtest.Options{})
	data := shortDir(t)
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	n := 0
	for i, damage := range []func([]byte){
		func(b []byte) { clear(b[len(b)/2:]) },
		func(b []byte) { clear(b[:8192]) },
		func(b []byte) {
			for i := range b {
				b[i] ^= 0xff
			}
		},
	} {
		p := launch(t, botEnv(tg, data), "serve")
		p.says("已连接")
		ann.Say(c, "古树名木保护谁牵头")
		if !tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == i+1 }, 20*time.Second) {
			t.Fatalf("round %d: no answer\n%s", i, p.err)
		}
		if p.stop() != exitOK {
			t.Fatalf("round %d: %s", i, p.err)
		}
		file := filepath.Join(data, stateFile)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		damage(b)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		q := launch(t, botEnv(tg, data), "serve")
		q.says("已连接")
		if !strings.Contains(q.err.String(), "数据文件损坏，已修复") {
			t.Errorf("round %d: damage not said: %s", i, q.err)
		}
		q.stop()
		n++
	}
	if moved, _ := filepath.Glob(filepath.Join(data, stateFile+".damaged-*")); len(moved) != n {
		t.Errorf("%d damaged files kept, want %d", len(moved), n)
	}
	t.Logf("R6: %d damaged files moved aside, every start went on", n)
}

// TestR16Restore backs up a bot under load and starts another from the copy: what
// was answered before the backup is known there, and what waited is answered.
func TestR16Restore(t *testing.T) {
	tg := telegramtest.New(t, telegramtest.Options{})
	data := shortDir(t)
	p := launch(t, botEnv(tg, data, "WENCE_NO_PACING=1", "WENCE_USER_PER_MINUTE=1000", "WENCE_CHAT_PER_MINUTE=1000"), "serve")
	p.says("已连接")
	ann := tg.AddUser("Ann")
	c := tg.AddPrivate(ann)
	ann.Say(c, "湿地保护率的目标")
	tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == 1 }, 20*time.Second)
	stop := make(chan struct{})
	var load sync.WaitGroup
	load.Go(func() {
		bob := tg.AddUser("Bob")
		d := tg.AddPrivate(bob)
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				bob.Say(d, "用水权谁牵头")
			}
		}
	})
	fresh := shortDir(t)
	q := launch(t, []string{"WENCE_DATA=" + data}, "backup", filepath.Join(fresh, stateFile))
	code := q.wait(20 * time.Second)
	close(stop)
	load.Wait()
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, q.err)
	}
	p.stop()
	p = launch(t, botEnv(tg, fresh, "WENCE_NO_PACING=1"), "serve")
	p.says("已连接")
	n := len(tg.Sent(c))
	ann.Say(c, "期限呢")
	if !tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) == n+1 }, 20*time.Second) {
		t.Fatalf("no answer from the copy\n%s", p.err)
	}
	if m := tg.Sent(c)[n]; !strings.Contains(m.Text, "湿地保护率:到2027年") {
		t.Errorf("the conversation is lost: %s", m.Text)
	}
	if strings.Contains(p.err.String(), "损坏") {
		t.Errorf("the copy is damaged: %s", p.err)
	}
	t.Log("R16: 1 backup under load, restored, conversation kept")
}

var crashRounds = flag.Int("crash.rounds", 6, "rounds of TestR1Crash")

// TestR1Crash kills the bot at random points under load. No question may be
// lost, and none answered twice but those that the next start says it sends
// again because they may have been sent before.
func TestR1Crash(t *testing.T) {
	const chats = 8
	tg := telegramtest.New(t, telegramtest.Options{})
	data := shortDir(t)
	random := rand.New(rand.NewPCG(1, 2))
	var groups []*telegramtest.Chat
	var users []*telegramtest.User
	for i := range chats {
		u := tg.AddUser(fmt.Sprint("user", i))
		users = append(users, u)
		groups = append(groups, tg.AddSupergroup(fmt.Sprint("group", i), false, u))
	}
	asked := map[*telegramtest.Chat][]telegramtest.Message{}
	update := map[*telegramtest.Chat]map[int]int64{} // by message
	env := botEnv(tg, data, "WENCE_USER_PER_MINUTE=100000", "WENCE_CHAT_PER_MINUTE=100000", "WENCE_NO_PACING=1")
	resent, logs := 0, ""
	say := func(n int) {
		for range n {
			i := random.IntN(chats)
			m := users[i].Say(groups[i], "/ask@plan_qa_bot "+crashQuestions[random.IntN(len(crashQuestions))])
			asked[groups[i]] = append(asked[groups[i]], m)
			if update[groups[i]] == nil {
				update[groups[i]] = map[int]int64{}
			}
			update[groups[i]][m.ID] = tg.LastUpdate()
		}
	}
	for round := range *crashRounds {
		say(10)
		p := launch(t, env, "serve")
		if round%5 > 0 { // one in five is killed while it starts
			p.says("已连接")
			say(20)
		}
		time.Sleep(time.Duration(15+random.IntN(120)) * time.Millisecond)
		p.cmd.Process.Kill()
		<-p.done
		logs += p.err.String()
		if strings.Contains(p.err.String(), "数据文件损坏") {
			t.Fatalf("round %d: the file was damaged: %s", round, p.err)
		}
	}
	p := launch(t, env, "serve")
	total := 0
	for _, list := range asked {
		total += len(list)
	}
	all := func(s *telegramtest.Server) bool {
		for g, list := range asked {
			if len(answersTo(s.Sent(g))) < len(list) {
				return false
			}
		}
		return true
	}
	if !tg.Wait(all, 2*time.Minute) {
		t.Errorf("questions are lost\n%s", p.err)
	}
	p.stop()
	logs += p.err.String()
	announced := map[int64]int{}
	for _, m := range announcedForm.FindAllStringSubmatch(logs, -1) {
		id, _ := strconv.ParseInt(m[1], 10, 64)
		announced[id]++
		resent++
	}
	lost, double, silent := 0, 0, 0
	for g, list := range asked {
		n := answersTo(tg.Sent(g))
		for _, q := range list {
			switch n[q.ID] {
			case 0:
				lost++
			case 1:
			default:
				double += n[q.ID] - 1
				if n[q.ID]-1 > announced[update[g][q.ID]] {
					silent++
				}
			}
		}
	}
	if lost > 0 || silent > 0 {
		t.Errorf("%d lost, %d answered twice, %d of them without a word", lost, double, silent)
	}
	t.Logf("R1: %d kills, %d questions, %d lost; %d sent again after a claim, and said so; %d of those were doubles, %d doubles not said", *crashRounds, total, lost, resent, double, silent)
}

// announcedForm is the line about an answer that is sent again.
var announcedForm = regexp.MustCompile(`may have been sent before the last stop; it is sent again" update=(\d+)`)

var crashQuestions = []string{"湿地保护率要到多少", "古树名木保护谁牵头", "省畜牧局牵头哪些工作", "2025年底前有哪些要做完", "雪博会谁牵头", "医院污水处理谁牵头"}

// answersTo counts the answers to each message.
func answersTo(sent []telegramtest.Message) map[int]int {
	n := map[int]int{}
	for _, m := range sent {
		n[m.ReplyTo]++
	}
	return n
}

// FuzzConfig gives the variables any values. Reading them must not panic, and
// an error must name the variable.
func FuzzConfig(f *testing.F) {
	f.Add("123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi", "https://x.org", "1,-100", "30d", "info", "127.0.0.1:1", "https://x.org/t", "s")
	f.Add("", "", "", "", "", "", "", "")
	f.Add("x", "http://[::1", "1,,", "1e9h", "DEBUG+2", ":", "://", "\x00")
	f.Fuzz(func(t *testing.T, token, api, ids, keep, level, addr, hook, secret string) {
		env := map[string]string{
			"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": api, "WENCE_PUBLIC_URL": api, "WENCE_ADMINS": ids, "WENCE_KEEP_QUESTIONS": keep,
			"WENCE_LOG_LEVEL": level, "WENCE_ADDR": addr, "WENCE_WEBHOOK_URL": hook, "WENCE_WEBHOOK_SECRET": secret, "WENCE_USER_PER_MINUTE": ids,
		}
		c, err := readConfig(func(k string) string { return env[k] })
		if err != nil {
			if !strings.Contains(err.Error(), "TELEGRAM_") && !strings.Contains(err.Error(), "WENCE_") {
				t.Errorf("which variable? %v", err)
			}
			return
		}
		if c.webhookURL != "" && c.webhookSecret == "" || c.keepQuestions < 0 || c.addr == "" {
			t.Errorf("accepted: %+v", c)
		}
	})
}

// TestRedactor logs secrets in every way that slog offers.
func TestRedactor(t *testing.T) {
	const secret = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"
	var b strings.Builder
	log := slog.New(newRedactor(slog.NewJSONHandler(&b, nil), []string{secret, "hook-secret"}))
	type deep struct{ Inner struct{ Token string } }
	var d deep
	d.Inner.Token = secret
	log.With("with", secret).WithGroup("g"+secret).Error("message "+secret, "string", secret, "error", fmt.Errorf("at /bot%s/x: %w", secret, os.ErrNotExist),
		"struct", d, "pointer", &d, "bytes", []byte("hook-secret"), "half", "AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi", slog.Group("group", "x", "hook-secret"))
	if strings.Contains(b.String(), "AAaaBB") || strings.Contains(b.String(), "hook-secret") {
		t.Errorf("got %s", b.String())
	}
}
