package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/wence-qa/wence/internal/answer"
)

// addTools adds all tools to the server.
func (s *Server) addTools() {
	add(s, "ask", "问方案", s.ask,
		"Answer a question about a government plan: who leads a task, the value and deadline of a target, the tasks of an agency, counts, places, comparisons. "+
			"Returns the answer with verbatim quotes and links. Prefer this tool to the others for a question.")
	add(s, "search_clauses", "查条文", s.search,
		"Find clauses and targets by words, lead agency or deadline. Returns verbatim quotes with lead agencies and links, the best match first.")
	add(s, "get_clause", "看条文", s.clause,
		"Get one clause, target or section by its id: its words, lead agencies, implementers and deadlines, the text that it stands in, and the plan's card.")
	add(s, "list_tasks", "列任务", s.tasks,
		"List every clause that one agency leads, with the count. The list is complete.")
}

// add adds a tool that takes arguments In and returns an object Out with a text
// for people.
func add[In, Out any](s *Server, name, title string, call func(context.Context, In) (*Out, string, error), description string) {
	no := false
	tool := &sdk.Tool{
		Name: name, Title: title, Description: description,
		InputSchema: inputSchema[In](s.planIDs()), OutputSchema: outputSchema[Out](),
		Annotations: &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}
	s.sdk.AddTool(tool, func(ctx context.Context, req *sdk.CallToolRequest) (res *sdk.CallToolResult, err error) {
		defer s.contain(name, &err)
		in, err := decode[In](req.Params.Arguments)
		if err != nil {
			return refuse(err)
		}
		out, text, err := call(ctx, in)
		if err != nil {
			return refuse(err)
		}
		return &sdk.CallToolResult{Content: content(text), StructuredContent: out}, nil
	})
}

// contain turns a panic into an error, so that a bug costs one call and not the
// program: the SDK runs tools in goroutines of its own.
func (s *Server) contain(tool string, err *error) {
	p := recover()
	if p == nil {
		return
	}
	// The value of a panic may quote what was asked.
	s.opt.Log.Error("a bug was contained", "tool", tool, "stack", string(debug.Stack()))
	s.opt.Log.Debug("value of the panic", slog.Any("value", p))
	*err = errors.New("internal error")
}

func content(text string) []sdk.Content { return []sdk.Content{&sdk.TextContent{Text: text}} }

// refuse returns a mistake as a tool's error, and any other error as one of the
// protocol.
func refuse(err error) (*sdk.CallToolResult, error) {
	m, ok := errors.AsType[mistake](err)
	if !ok {
		return nil, err
	}
	return &sdk.CallToolResult{Content: content(string(m)), IsError: true}, nil
}

// ask answers a question.
func (s *Server) ask(ctx context.Context, in askArgs) (*answer.Answer, string, error) {
	if err := trimAll(arg{"question", &in.Question}, arg{"plan", &in.Plan}); err != nil {
		return nil, "", err
	}
	if in.Question == "" {
		return nil, "", mistakef("没有问题。请在 question 里写一个问题,例如「湿地保护率要到多少?」。")
	}
	if _, err := s.plans(in.Plan); err != nil {
		return nil, "", err
	}
	a := s.question(ctx, in.Question, in.Plan)
	a.Citations, a.Nearest = s.links(a.Citations), s.links(a.Nearest)
	return a, a.Text + s.linkList(a), nil
}

// question asks the engine.
func (s *Server) question(ctx context.Context, text, plan string) *answer.Answer {
	began := time.Now()
	a := s.engine.Ask(ctx, answer.Request{Text: text, Plan: plan, Today: s.opt.Now()})
	if s.opt.Observe != nil {
		s.opt.Observe(a, time.Since(began))
	}
	return a
}

// linkList writes where the citations of an answer, or what comes nearest to
// one, can be read.
func (s *Server) linkList(a *answer.Answer) string {
	var b strings.Builder
	list := func(head string, cs []answer.Citation) {
		for i, c := range cs {
			if i == 0 {
				b.WriteString("\n\n" + head + ":")
			}
			fmt.Fprintf(&b, "\n%s %s", c.ID, c.URL)
		}
	}
	list("原文链接", a.Citations)
	list("相近条款的链接(不是答案)", a.Nearest)
	return b.String()
}
