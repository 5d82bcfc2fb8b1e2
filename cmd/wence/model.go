package main

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/llm"
	"github.com/wence-qa/wence/internal/store"
)

// modelHelp explains the variables of the optional language model.
const modelHelp = `  OPENAI_MODEL           设了才用语言模型：给长清单写归纳，把没答上的问题换个说法再查
  OPENAI_BASE_URL        与 OpenAI 兼容的服务，缺省 https://api.openai.com/v1
  OPENAI_API_KEY         它的密钥；本机的服务多不需要
  WENCE_LLM_TIMEOUT      每次最多等多久，缺省 20s
  WENCE_LLM_CHAT_TOKENS  每个群每天最多用多少 token，缺省 100000
  WENCE_LLM_DAY_TOKENS   一天总共最多，缺省 1000000
  WENCE_LLM_ALL_TOKENS   一共最多，缺省不限
`

// modelConfig reads the variables of the language model; ok is false when none
// is to be used. A key alone switches nothing on.
func modelConfig(e *environment) (opt llm.Options, ok bool) {
	opt.Model = strings.TrimSpace(e.get("OPENAI_MODEL"))
	if opt.Model == "" {
		return llm.Options{}, false
	}
	opt.BaseURL, opt.Key = strings.TrimSpace(e.get("OPENAI_BASE_URL")), e.secret("OPENAI_API_KEY")
	opt.ChatTokensPerDay = e.tokens("WENCE_LLM_CHAT_TOKENS")
	opt.TokensPerDay = e.tokens("WENCE_LLM_DAY_TOKENS")
	opt.TokensInAll = e.tokens("WENCE_LLM_ALL_TOKENS")
	if s := e.get("WENCE_LLM_TIMEOUT"); s != "" {
		d, err := time.ParseDuration(s)
		if err != nil || d < time.Second || d > 10*time.Minute {
			e.wrong("WENCE_LLM_TIMEOUT", "应当是 1s 到 10m 的时长，如 30s，而不是“%s”。", s)
		}
		opt.Timeout = d
	}
	return opt, true
}

// tokens is a number of tokens, 0 for the default.
func (e *environment) tokens(name string) int {
	s := e.get(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1e12 {
		e.wrong(name, "应当是正整数，而不是“%s”。", s)
	}
	return n
}

// newModel returns a client for the language model that the environment names;
// nil for none.
func (c *call) newModel(st store.Store, adjust func(*llm.Options)) (*model, error) {
	e := &environment{get: c.getenv}
	opt, ok := modelConfig(e)
	switch {
	case c.noModel || !ok:
		return nil, nil
	case e.err != nil:
		return nil, e.err
	}
	opt.Store, opt.Now = st, c.now
	adjust(&opt)
	client, err := llm.New(opt)
	if err != nil {
		return nil, modelTrouble(err)
	}
	return &model{client}, nil
}

// modelTrouble says in Chinese which variable is wrong and how to mend it.
func modelTrouble(err error) error {
	wrong, ok := errors.AsType[*llm.OptionError](err)
	if !ok {
		return err
	}
	name := map[string]string{"BaseURL": "OPENAI_BASE_URL", "Model": "OPENAI_MODEL", "Key": "OPENAI_API_KEY", "Timeout": "WENCE_LLM_TIMEOUT"}[wrong.Field]
	how := map[llm.Problem]string{
		llm.Missing:     "没有设。",
		llm.NotAddress:  "应当形如 https://host/v1。",
		llm.NotHTTPS:    "要以 https:// 开头；只有本机和内网的服务可用 http://。",
		llm.HasUser:     "里不要带用户名和密码；密钥请设为 OPENAI_API_KEY。",
		llm.HasQuery:    "里不要带问号和它后面的内容。",
		llm.HasFragment: "里不要带 # 和它后面的内容。",
		llm.Unprintable: "里有看不见的控制字符，请重新输入。",
		llm.NotKey:      "里有密钥不会有的字符（空格、换行或汉字），请重新复制。",
		llm.Negative:    "不能是负数。",
	}[wrong.Problem]
	return usagef("环境变量 %s %s", name, how)
}

// modelFailure says in Chinese why a model added nothing, and what can be done.
func modelFailure(err error) string {
	for _, f := range []struct {
		kind error
		say  string
	}{
		{llm.ErrBudget, "token 预算用完了(见 WENCE_LLM_DAY_TOKENS)"},
		{llm.ErrStore, "数据目录写不了,token 没法计数"},
		{llm.ErrOpen, "服务连续出错,暂时不用它"},
		{llm.ErrBusy, "请求太多"},
		{llm.ErrTimeout, "等得太久(见 WENCE_LLM_TIMEOUT)"},
		{context.DeadlineExceeded, "等得太久"},
		{llm.ErrUnavailable, "服务连不上或出错,请检查 OPENAI_BASE_URL"},
		{llm.ErrRefused, "服务拒绝了请求,请检查 OPENAI_API_KEY 和 OPENAI_MODEL"},
	} {
		if errors.Is(err, f.kind) {
			return f.say
		}
	}
	return "它的回答不能用"
}

// A model lets package answer use package llm; neither knows the other.
type model struct{ *llm.Client }

var _ answer.Model = model{}

func (m model) Name() string { return m.Model() }

func (m model) Write(ctx context.Context, p answer.Prompt) ([]byte, error) {
	return m.Complete(ctx, llm.Prompt{
		Version: p.Version, Name: p.Name, Schema: p.Schema, System: p.System, User: p.User,
		MaxTokens: p.MaxTokens, Payer: p.Payer,
	})
}
