package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/eval"
	"github.com/wence-qa/wence/internal/llm"
	"github.com/wence-qa/wence/internal/store"
)

// An assistant is what answers: the plans and the conversations about them.
type assistant struct {
	plans  []*corpus.Plan
	engine *answer.Engine
	chat   *chat.Chat
	call   *call
	model  *model       // nil without one
	close  func() error // frees the index
}

// open loads the plans of c and makes them ready for questions.
func open(ctx context.Context, c *call) (*assistant, error) {
	plans, err := c.loadPlans()
	if err != nil {
		return nil, err
	}
	if c.planID != "" {
		if _, err := findPlan(plans, c.planID); err != nil {
			return nil, err
		}
	}
	lexicon, err := corpus.EmbeddedLexicon()
	if err != nil {
		return nil, fmt.Errorf("read the lexicon: %w", err)
	}
	ix := c.newSearcher(ctx, plans)
	engine, err := answer.New(plans, lexicon, ix)
	if err != nil {
		return nil, fmt.Errorf("start the engine: %w", err)
	}
	return &assistant{plans: plans, engine: engine, chat: chat.New(engine, store.NewMemory(c.date), chat.Options{}), call: c, close: ix.Close}, nil
}

// openWithModel is open for commands that show what a language model adds.
func openWithModel(ctx context.Context, c *call) (*assistant, error) {
	as, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	st := store.NewMemory(c.date)
	// Who types the command pays: there are no chats to share among.
	as.model, err = c.newModel(st, func(o *llm.Options) { o.ChatTokensPerDay = -1 })
	if err != nil {
		_ = as.close() // the other error is said
		return nil, err
	}
	if as.model == nil {
		return as, nil
	}
	as.chat = chat.New(as.engine, st, chat.Options{Model: as.model})
	index := as.close
	as.close = func() error {
		as.model.Close()
		return index()
	}
	return as, nil
}

// extend lets the model add to an answer, and tells of it in its steps. Err is
// why the model wrote nothing.
func (as *assistant) extend(ctx context.Context, l eval.Line, a *answer.Answer) (_ *answer.Answer, err error) {
	if !as.chat.Extends(a) {
		return a, nil
	}
	x := as.chat.Extend(ctx, l.Chat, a, as.call.date())
	out := a.With(x)
	if as.call.explain {
		b := *out
		b.Explain = append(slices.Clip(a.Explain), x.Lines()...)
		if x.Err != nil {
			b.Explain = append(b.Explain, "语言模型没有用上:"+modelFailure(x.Err))
		}
		out = &b
	}
	return out, x.Err
}

// loadPlans returns the embedded plans and those of --plans. A plan that is
// both embedded and in the folder with the same text is taken once.
func (c *call) loadPlans() ([]*corpus.Plan, error) {
	plans, err := corpus.Embedded()
	if err != nil {
		return nil, fmt.Errorf("read the embedded plans: %w", err)
	}
	if c.planDir == "" {
		return plans, nil
	}
	more, err := c.folderPlans()
	if err != nil {
		return nil, err
	}
	plans = slices.Clone(plans)
	for _, p := range more {
		i := slices.IndexFunc(plans, func(q *corpus.Plan) bool { return q.ID == p.ID })
		switch {
		case i < 0:
			plans = append(plans, p)
		case plans[i].SHA256 != p.SHA256:
			return nil, usagef("目录 %s 里的 %s.txt 与内置方案编号相同而内容不同，请给它改名。", c.planDir, p.ID)
		}
	}
	return plans, nil
}

func (c *call) folderPlans() ([]*corpus.Plan, error) {
	info, err := os.Stat(c.planDir)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, usagef("--plans 要的是目录，而 %s 是文件；请给出它所在的目录。", c.planDir)
	}
	plans, err := corpus.Load(os.DirFS(c.planDir))
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", c.planDir, err)
	}
	if len(plans) == 0 {
		return nil, usagef("目录 %s 里没有方案：每份方案是一个 .txt 文件。", c.planDir)
	}
	return plans, nil
}

// findPlan returns the plan with the id, or says which there are.
func findPlan(plans []*corpus.Plan, id string) (*corpus.Plan, error) {
	var ids []string
	for _, p := range plans {
		if p.ID == id {
			return p, nil
		}
		ids = append(ids, p.ID)
	}
	return nil, usagef("没有编号为“%s”的方案，现有：%s。", id, strings.Join(ids, "、"))
}

// reply answers one line in its conversation. Every channel of this command
// comes through here.
func (as *assistant) reply(ctx context.Context, l eval.Line) (*answer.Answer, error) {
	if l.Plan == "" {
		l.Plan = as.call.planID
	}
	return as.chat.Ask(ctx, chat.Message{
		Key: chat.Key{Chat: l.Chat, User: l.User},
		ID:  l.ID, Text: l.Question, ReplyTo: l.ReplyTo, Plan: l.Plan,
		At: as.call.date(), Explain: as.call.explain,
	})
}

// text returns the text of a loaded plan, "" for another.
func (as *assistant) text(plan string) string {
	for _, p := range as.plans {
		if p.ID == plan {
			return p.Text
		}
	}
	return ""
}
