package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/llm"
	"github.com/wence-qa/wence/internal/mcp"
	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/bolt"
	"github.com/wence-qa/wence/internal/telegram"
	"github.com/wence-qa/wence/internal/web"
	"github.com/wence-qa/wence/internal/web/api"
)

func serveCommand() command {
	return command{
		name:  "serve",
		short: "运行机器人（设了 TELEGRAM_BOT_TOKEN 时）和网页服务，直到按 Ctrl-C",
		long: `环境变量：
  TELEGRAM_BOT_TOKEN     机器人的令牌，向 @BotFather 发 /newbot 可得
  TELEGRAM_API_URL       Bot API 服务器，缺省为官方的
  WENCE_ADDR             网页服务的地址，缺省 127.0.0.1:8080
  WENCE_PUBLIC_URL       网页服务对外的地址；设了，答案里的出处就链接到它
  WENCE_ALLOWED_CHATS    允许提问的群（逗号隔开的编号），不设为不限
  WENCE_ALLOWED_USERS    允许提问的用户，不设为不限
  WENCE_ADMINS           管理员，可用 /stats /unanswered /backup
  WENCE_WEBHOOK_URL      设了就由 Telegram 推送消息到此，不再轮询
  WENCE_WEBHOOK_SECRET   推送的密钥，用推送时必须设
  WENCE_USER_PER_MINUTE  每人每分钟的问题数，缺省 30
  WENCE_CHAT_PER_MINUTE  每群每分钟的问题数，缺省 60
  WENCE_ASKS_PER_SECOND  网页和接口每个地址每秒的提问数，缺省 20
  WENCE_ASKS_AT_ONCE     同上，一次最多，缺省 200
  WENCE_SITE_TOKEN       设了，整个网站就要这个口令（Bearer 或浏览器的密码框）
  WENCE_METRICS_ADDR     指标另开的地址；不设则在 /metrics，只答本机
  WENCE_KEEP_QUESTIONS   没有答上的问题原文保存多久，如 30d；缺省不保存
  WENCE_NO_PACING        设为 1 则发消息不限速，只用于自建的 Bot API 服务器
  WENCE_LOG_LEVEL        debug、info（缺省）、warn 或 error
` + modelHelp + `密钥也可放在文件里，用 名字_FILE 指出，例如 TELEGRAM_BOT_TOKEN_FILE。
`,
		run: serve,
	}
}

// How often a backup is kept, and how many.
const (
	backupEvery = time.Hour
	backupsKept = 24
)

// A service is a running wence serve.
type service struct {
	*call
	cfg   *config
	dir   string
	log   *slog.Logger
	as    *assistant
	st    *bolt.Store
	chat  *chat.Chat
	bot   *telegram.Bot // nil without a token
	model *model        // nil without one

	web     *web.Server
	metrics *web.Metrics
	texts   *texts
}

func serve(ctx context.Context, c *call) error {
	if err := c.want(0, "serve"); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	s := &service{call: c}
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.close()
	return s.run(ctx)
}

// open reads the configuration and makes everything ready.
func (s *service) open(ctx context.Context) error {
	var err error
	if s.cfg, err = readConfig(s.getenv); err != nil {
		return err
	}
	if s.dir, err = s.data(); err != nil {
		return err
	}
	s.log = slog.New(newRedactor(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: s.cfg.level}), secrets(s.getenv)))
	if s.as, err = open(ctx, s.call); err != nil {
		return err
	}
	if s.st, err = s.openState(); err != nil {
		s.as.close()
		return err
	}
	if r := s.st.Recovery(); r != nil {
		fmt.Fprintf(s.stderr, "wence: 数据文件损坏，已修复：%s\n", recovered(r))
		s.log.Error("the state file was damaged", "recovery", r.String())
	}
	s.texts = &texts{dir: filepath.Join(s.dir, "texts")}
	if err := s.texts.keep(s.as.plans); err != nil {
		s.log.Error("cannot keep the texts of the plans", "error", err)
	}
	s.metrics = web.NewMetrics()
	s.model, err = s.newModel(s.st, func(o *llm.Options) {
		o.Log = s.log
		o.Observe = func(e llm.Event) { s.metrics.ModelCall(string(e.Outcome), e.Tokens, e.Took) }
	})
	if err != nil {
		s.close()
		return err
	}
	s.chat = chat.New(s.as.engine, s.st, s.chatOptions())
	if s.cfg.token != "" {
		if s.bot, err = s.newBot(); err != nil {
			s.close()
			return usagef("机器人设置有误（%v）。", err)
		}
		s.watch()
	}
	return nil
}

// chatOptions are those of the configuration.
func (s *service) chatOptions() chat.Options {
	opt := chat.Options{
		Observe: func(k chat.Key, a *answer.Answer, took time.Duration) {
			s.metrics.Question(channel(k), string(a.Kind), a.Found, took)
		},
		UserPerMinute: s.cfg.userPerMinute, ChatPerMinute: s.cfg.chatPerMi, KeepQuestions: s.cfg.keepQuestions, Log: true,
		Extended: func(x answer.Addition) {
			for _, d := range x.Dropped {
				s.metrics.Dropped(d.Why)
			}
		},
	}
	if s.model != nil {
		opt.Model = s.model
	}
	return opt
}

// recovered says in Chinese what was done about a damaged state file.
func recovered(r *bolt.Recovery) string {
	var b strings.Builder
	if r.MovedTo != "" {
		b.WriteString("原文件移到 " + r.MovedTo + "；")
	}
	if r.Backup == "" {
		b.WriteString("没有可用的备份，从空白开始")
	} else {
		fmt.Fprintf(&b, "用 %s 的备份恢复了 %d 条", r.Taken.Local().Format(time.DateTime), r.Entries)
	}
	switch {
	case r.Newer < 0:
		b.WriteString("，缺多少无法得知。")
	case r.Newer > 0:
		fmt.Fprintf(&b, "，备份之后的 %d 条没有恢复。", r.Newer)
	default:
		b.WriteString("。")
	}
	return b.String()
}

func (s *service) newBot() (*telegram.Bot, error) {
	return telegram.New(telegram.Options{
		Token: s.cfg.token, APIURL: s.cfg.apiURL, Chat: s.chat, Store: s.st, PublicURL: s.cfg.publicURL,
		AllowedChats: s.cfg.chats, AllowedUsers: s.cfg.users, Admins: s.cfg.admins,
		WebhookURL: s.cfg.webhookURL, WebhookSecret: s.cfg.webhookSecret,
		Backup: func(context.Context) (string, error) { return s.st.Rotate(backupsKept) },
		Log:    s.log, Now: s.now, Unpaced: s.cfg.unpaced,
	})
}

func (s *service) close() {
	if s.model != nil {
		s.model.Close() // it counts in the store
	}
	if s.st != nil {
		if err := s.st.Close(); err != nil {
			s.log.Error("cannot close the state file", "error", err)
		}
	}
	if err := s.as.close(); err != nil {
		s.log.Error("cannot close the index", "error", err)
	}
}

// run serves until ctx ends or a part cannot go on.
func (s *service) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.say("已装入方案%d份：%s", len(s.as.plans), titles(s.as.plans))
	s.say("数据目录：%s", s.dir)
	s.sayModel()
	if err := control(ctx, s.dir, s.st, s.log); err != nil {
		s.log.Warn("no control socket: backup and stats work only while wence serve is stopped", "error", err)
	}
	var parts sync.WaitGroup
	errs := make(chan error, 3) // pages, metrics, bot: none may wait to say why it ended
	part := func(f func() error) {
		parts.Go(func() {
			if err := f(); err != nil {
				errs <- err
				cancel()
			}
		})
	}
	if err := s.startWeb(ctx, part); err != nil {
		return err
	}
	s.startBot(ctx, part)
	parts.Go(func() { s.keepBackups(ctx) })
	s.say("按 Ctrl-C 停止。")
	<-ctx.Done()
	s.log.Info("stopping")
	parts.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// sayModel says whether a language model takes part, and who can read along.
func (s *service) sayModel() {
	if s.model == nil {
		return
	}
	s.say("语言模型：%s，只在答案之外加归纳；答案从不依赖它", s.model.Name())
	if s.model.Plaintext() {
		s.say("注意：发给语言模型的内容不加密（http），只宜用在本机或内网")
	}
}

// say writes a line for whoever starts the program.
func (s *service) say(format string, args ...any) {
	fmt.Fprintf(s.stdout, format+"\n", args...)
}

// listen opens the address for HTTP. The default one may be taken by another
// program: unless somebody counts on it, any free one will do.
func (s *service) listen() (net.Listener, error) {
	l, err := net.Listen("tcp", s.cfg.addr)
	if err == nil {
		return l, nil
	}
	why := fmt.Sprintf("网页服务不能用地址 %s（%s）", s.cfg.addr, reason(err))
	if !s.cfg.addrSet && s.cfg.webhookURL == "" {
		if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
			s.say("%s，这次换了一个；要固定，请设 WENCE_ADDR。", why)
			return l, nil
		}
	}
	return nil, &failure{exitUsage, why + "；请用 WENCE_ADDR 换一个。", err}
}

// reachable is an address that a browser on this machine can open.
func reachable(a net.Addr) string {
	if t, ok := a.(*net.TCPAddr); ok && t.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", t.Port)
	}
	return a.String()
}

// startWeb starts the HTTP listener.
func (s *service) startWeb(ctx context.Context, part func(func() error)) error {
	l, err := s.listen()
	if err != nil {
		return err
	}
	h, err := s.webHandler()
	if err != nil {
		return err
	}
	at := reachable(l.Addr())
	s.say("网页服务：http://%s", at)
	if at != l.Addr().String() {
		s.say("  对本机所有网络地址开放")
		if s.cfg.siteToken == "" {
			s.say("  注意：没有口令，连得上的人都能看能问；要口令请设 WENCE_SITE_TOKEN，只供本机请把 WENCE_ADDR 设为 127.0.0.1:8080")
		}
	}
	if first := s.as.engine.Starters(ctx, s.as.plans[0].ID); len(first) > 0 {
		s.say("先问一句试试：%s\n  http://%s/?q=%s", first[0], at, url.QueryEscape(first[0]))
	}
	part(func() error { return s.web.Serve(ctx, l, h) })
	if s.cfg.metricsAddr != "" {
		return s.startMetrics(ctx, part)
	}
	return nil
}

// webHandler puts together all that is answered over HTTP.
func (s *service) webHandler() (http.Handler, error) {
	s.web = web.NewServer(web.ServerOptions{
		Log: s.log, Ready: s.ready, Token: s.cfg.siteToken, Open: []string{s.cfg.webhookPath}, Requests: s.metrics.Request,
		Refuse: refuse,
	})
	limit := web.NewLimiter(s.cfg.asksPerSecond, s.cfg.asksAtOnce)
	rate := func(k chat.Key, id string, good bool, at time.Time) error {
		ops, err := s.chat.Rate(k, id, good, at)
		if err != nil {
			return err
		}
		return s.st.Apply(ops...)
	}
	site, err := web.NewSite(s.chat, web.SiteOptions{
		PublicURL: s.cfg.publicURL, Limit: limit.Wrap, Rate: rate, Now: s.now, Log: s.log,
		Earlier: s.earlier,
	})
	if err != nil {
		return nil, err
	}
	site.Register(s.web.Handle)
	calls := api.New(s.chat, api.Options{PublicURL: s.cfg.publicURL, Limit: limit.WrapWith(tooFast), Rate: rate, Now: s.now, Log: s.log})
	calls.Register(s.web.Handle)
	tools := mcp.New(s.as.engine, mcp.Options{
		Version: version(), PublicURL: s.cfg.publicURL, Limit: limit.Wrap, Now: s.now, Log: s.log,
		Observe: func(a *answer.Answer, took time.Duration) {
			s.metrics.Question("mcp", string(a.Kind), a.Found, took)
		},
	})
	s.web.Handle("/mcp", tools.Handler())
	if s.cfg.metricsAddr == "" {
		s.web.Handle("GET /metrics", web.LoopbackOnly(s.metrics.Handler()))
		s.web.Handle("/metrics", web.OnlyFor("GET, HEAD"))
	}
	if s.bot != nil && s.cfg.webhookURL != "" {
		s.web.Handle(s.cfg.webhookPath, s.bot)
	}
	return s.web.Handler(func(next http.Handler) http.Handler { return calls.Guard(web.Strict(next, refuse)) }), nil
}

// refuse turns a request away in the form that its path is answered in.
func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
		api.WriteProblem(w, r, status, detail)
		return
	}
	web.Plain(w, status, detail)
}

// tooFast refuses a question to the API.
func tooFast(w http.ResponseWriter, r *http.Request) {
	api.WriteProblem(w, r, http.StatusTooManyRequests, "问得太快了，请过一会儿再问。")
}

// earlier returns the texts that a plan had before.
func (s *service) earlier(id string) []*corpus.Plan {
	p, err := findPlan(s.as.plans, id)
	if err != nil {
		return nil
	}
	return s.texts.earlier(p)
}

// startMetrics serves metrics at an address of their own.
func (s *service) startMetrics(ctx context.Context, part func(func() error)) error {
	l, err := net.Listen("tcp", s.cfg.metricsAddr)
	if err != nil {
		return &failure{exitUsage, fmt.Sprintf("指标服务不能用地址 %s（%s）；请改 WENCE_METRICS_ADDR。", s.cfg.metricsAddr, reason(err)), err}
	}
	srv := web.NewServer(web.ServerOptions{Log: s.log, Ready: s.ready})
	srv.Handle("GET /metrics", s.metrics.Handler())
	s.say("指标：http://%s/metrics", l.Addr())
	part(func() error { return srv.Serve(ctx, l, srv.Handler(nil)) })
	return nil
}

// watch shows the bot's counters among the metrics.
func (s *service) watch() {
	if s.bot == nil {
		return
	}
	n := s.bot.Counts()
	s.metrics.Gauge("wence_telegram_queue_depth", "Chats with questions that wait or are being answered.", func() float64 { return float64(s.bot.Depth()) })
	for name, c := range map[string]*atomic.Int64{
		"answered": &n.Answered, "resent": &n.Resent, "doubtful": &n.Doubtful, "duplicates": &n.Duplicates, "undecodable": &n.Undecodable,
		"ignored": &n.Ignored, "undelivered": &n.Undelivered, "failed": &n.Failed, "panics": &n.Panics, "retries": &n.Retries,
		"too_many": &n.TooMany, "conflicts": &n.Conflicts, "store_errors": &n.StoreErrors,
	} {
		s.metrics.Count("wence_telegram_"+name+"_total", "See the Counts of internal/telegram.", func() float64 { return float64(c.Load()) })
	}
}

// channel is where a question came from, as metrics name it.
func channel(k chat.Key) string {
	if k.Chat == "web" || k.Chat == "api" {
		return k.Chat
	}
	return "telegram"
}

// ready says why questions cannot be taken now: what cannot be written cannot be
// promised.
func (s *service) ready(context.Context) error {
	if s.bot != nil && !s.bot.Keeping() {
		return errors.New("updates cannot be kept")
	}
	return s.st.Apply(store.Put("probe", nil).Until(s.now().Add(time.Hour)))
}

// startBot connects the bot and lets it run.
func (s *service) startBot(ctx context.Context, part func(func() error)) {
	if s.bot == nil {
		s.say("机器人：没有开。要开，请在 Telegram 里向 @BotFather 发 /newbot 取得令牌，设为环境变量 TELEGRAM_BOT_TOKEN 后重新运行。")
		return
	}
	part(func() error {
		err := s.bot.Connect(ctx)
		if err == nil {
			s.introduce()
			err = s.bot.Run(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, telegram.ErrToken):
			return &failure{exitUsage, "Telegram 不认 TELEGRAM_BOT_TOKEN 里的令牌；请在 @BotFather 那里核对，或用 /token 重新取得。", err}
		}
		return err
	})
}

// introduce says what the bot is and what it can see.
func (s *service) introduce() {
	s.say("机器人：@%s 已连接", s.bot.Username())
	if s.bot.SeesAll() {
		s.say("隐私模式：关，群里 @它、回复它或用 /ask 都有效")
	} else {
		s.say("隐私模式：开，群里只看得到命令和对它的回复；要让“@机器人 问题”有效，请在 BotFather 里关闭隐私模式后把它移出再加回群，或设为群管理员")
	}
	switch {
	case telegram.ValidPublicURL(s.cfg.publicURL):
		s.say("出处链接：开，指向 %s", s.cfg.publicURL)
	case s.cfg.publicURL != "":
		s.say("出处链接：关，Telegram 不认 %s（主机名里要有点）；点出处会在私聊里打开条款", s.cfg.publicURL)
	default:
		s.say("出处链接：关，没有设 WENCE_PUBLIC_URL；点出处会在私聊里打开条款")
	}
}

// keepBackups keeps a backup from the start and one every backupEvery.
func (s *service) keepBackups(ctx context.Context) {
	tick := time.NewTicker(backupEvery)
	defer tick.Stop()
	for {
		if _, err := s.st.Rotate(backupsKept); err != nil {
			s.log.Error("cannot keep a backup", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func titles(plans []*corpus.Plan) string {
	var out []string
	for _, p := range plans {
		out = append(out, "《"+p.Card.Title+"》")
	}
	if n := len(out); n > 3 {
		out = append(out[:3], fmt.Sprintf("等%d份", n))
	}
	return strings.Join(out, "、")
}
