package main

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/telegram"
)

// A config is what wence serve takes from the environment.
type config struct {
	token, apiURL            string
	addr                     string
	addrSet                  bool // addr was chosen and is no default
	publicURL                string
	webhookURL, webhookPath  string
	webhookSecret            string
	chats, users, admins     []int64
	userPerMinute, chatPerMi int
	keepQuestions            time.Duration
	level                    slog.Level
	unpaced                  bool
	siteToken, metricsAddr   string
	asksPerSecond            float64
	asksAtOnce               int
}

// minSiteToken is how many characters a token for the site must have.
const minSiteToken = 8

const defaultAddr = "127.0.0.1:8080"

// secretNames are the variables whose values must never be shown. Each can be
// given as a file instead: NAME_FILE.
var secretNames = []string{"TELEGRAM_BOT_TOKEN", "WENCE_WEBHOOK_SECRET", "WENCE_SITE_TOKEN", "OPENAI_API_KEY"}

// An environment reads variables and keeps the first thing that is wrong.
type environment struct {
	get func(string) string
	err error
}

func (e *environment) wrong(name, format string, args ...any) {
	if e.err == nil {
		e.err = usagef("环境变量 "+name+" "+format, args...)
	}
}

// secret returns NAME, or what is in the file that NAME_FILE names.
func (e *environment) secret(name string) string {
	v := strings.TrimSpace(e.get(name))
	file := e.get(name + "_FILE")
	switch {
	case file == "":
		return v
	case v != "":
		e.wrong(name, "和 %s_FILE 只能设一个，请去掉其中之一。", name)
		return ""
	}
	f, err := os.Open(file)
	if err != nil {
		e.wrong(name+"_FILE", "指的文件 %s 读不了（%s），请检查路径和权限。", file, reason(err))
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4096))
	if err != nil {
		e.wrong(name+"_FILE", "指的文件 %s 读不了（%s），请检查路径和权限。", file, reason(err))
	}
	if v = strings.TrimSpace(string(b)); v == "" {
		e.wrong(name+"_FILE", "指的文件 %s 是空的。", file)
	}
	return v
}

// reason is the innermost text of a file error.
func reason(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}

func (e *environment) ids(name string) []int64 {
	var out []int64
	for s := range strings.SplitSeq(e.get(name), ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			e.wrong(name, "里的“%s”不是编号；请写用逗号隔开的数字编号。", s)
			return nil
		}
		out = append(out, id)
	}
	return out
}

func (e *environment) count(name string) int {
	s := e.get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 100000 {
		e.wrong(name, "应当是 1 到 100000 的整数，而不是“%s”。", s)
	}
	return n
}

// days is a duration that may also be in days: 30d.
func (e *environment) days(name string, most time.Duration) time.Duration {
	s := strings.TrimSpace(e.get(name))
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if n, ok := strings.CutSuffix(s, "d"); ok {
		var k int
		k, err = strconv.Atoi(n)
		d = time.Duration(k) * 24 * time.Hour
	}
	switch {
	case err != nil || d < 0:
		e.wrong(name, "应当形如 30d 或 12h，而不是“%s”。", s)
	case d > most:
		e.wrong(name, "最多 %d 天。", int(most.Hours()/24))
	}
	return d
}

// address is an http or https address without a query.
func (e *environment) address(name string) string {
	s := strings.TrimSuffix(strings.TrimSpace(e.get(name)), "/")
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		e.wrong(name, "应当形如 https://example.org，而不是“%s”。", s)
	}
	return s
}

func (e *environment) level(name string) slog.Level {
	var l slog.Level
	if s := e.get(name); s != "" {
		if err := l.UnmarshalText([]byte(s)); err != nil {
			e.wrong(name, "应当是 debug、info、warn 或 error，而不是“%s”。", s)
		}
	}
	return l
}

// secretForm is what Telegram accepts as the secret of a webhook.
var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

// readConfig reads and checks the environment. The error names the variable.
func readConfig(getenv func(string) string) (*config, error) {
	e := &environment{get: getenv}
	c := &config{
		token: e.secret("TELEGRAM_BOT_TOKEN"), apiURL: e.address("TELEGRAM_API_URL"),
		addr: e.get("WENCE_ADDR"), publicURL: e.address("WENCE_PUBLIC_URL"),
		webhookURL: e.address("WENCE_WEBHOOK_URL"), webhookSecret: e.secret("WENCE_WEBHOOK_SECRET"),
		chats: e.ids("WENCE_ALLOWED_CHATS"), users: e.ids("WENCE_ALLOWED_USERS"), admins: e.ids("WENCE_ADMINS"),
		userPerMinute: e.count("WENCE_USER_PER_MINUTE"), chatPerMi: e.count("WENCE_CHAT_PER_MINUTE"),
		keepQuestions: e.days("WENCE_KEEP_QUESTIONS", chat.MaxKeepQuestions), level: e.level("WENCE_LOG_LEVEL"),
	}
	c.siteToken, c.metricsAddr = e.secret("WENCE_SITE_TOKEN"), getenv("WENCE_METRICS_ADDR")
	if n := len(c.siteToken); n > 0 && n < minSiteToken {
		e.wrong("WENCE_SITE_TOKEN", "太短，容易猜中；请至少用 %d 个字符。", minSiteToken)
	}
	c.asksPerSecond, c.asksAtOnce = float64(e.count("WENCE_ASKS_PER_SECOND")), e.count("WENCE_ASKS_AT_ONCE")
	if _, port, err := net.SplitHostPort(c.metricsAddr); c.metricsAddr != "" && (err != nil || port == "") {
		e.wrong("WENCE_METRICS_ADDR", "应当形如 127.0.0.1:9090，而不是“%s”。", c.metricsAddr)
	}
	c.unpaced = getenv("WENCE_NO_PACING") != ""
	c.addrSet = c.addr != ""
	if !c.addrSet {
		c.addr = defaultAddr
	}
	if _, port, err := net.SplitHostPort(c.addr); err != nil || port == "" {
		e.wrong("WENCE_ADDR", "应当形如 127.0.0.1:8080，而不是“%s”。", c.addr)
	}
	if c.token != "" && !telegram.ValidToken(c.token) {
		// The value may be a token with a slip in it: it is not shown.
		e.wrong("TELEGRAM_BOT_TOKEN", "不像令牌；令牌形如 123456789:AA…，由 @BotFather 发给，请整段复制。")
	}
	if c.webhookURL != "" {
		c.checkWebhook(e)
	}
	return c, e.err
}

func (c *config) checkWebhook(e *environment) {
	if c.webhookSecret == "" {
		e.wrong("WENCE_WEBHOOK_SECRET", "没有设；用 WENCE_WEBHOOK_URL 时必须设一个（字母、数字、_ 和 -），否则谁都能冒充 Telegram。")
	} else if !secretForm.MatchString(c.webhookSecret) {
		e.wrong("WENCE_WEBHOOK_SECRET", "只能用字母、数字、_ 和 -，最长 256 个字符。")
	}
	u, err := url.Parse(c.webhookURL)
	if err != nil {
		return // said by address
	}
	if c.webhookPath = u.Path; c.webhookPath == "" {
		e.wrong("WENCE_WEBHOOK_URL", "要带路径，例如 https://example.org/telegram。")
	}
}

// secrets returns the values that must never be shown.
func secrets(getenv func(string) string) []string {
	var out []string
	e := &environment{get: getenv}
	for _, name := range secretNames {
		if v := e.secret(name); v != "" {
			out = append(out, v)
		}
	}
	return out
}
