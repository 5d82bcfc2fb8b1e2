package telegram

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/answer/answertest"
	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// A heldModel is a model that writes when it is let go on.
type heldModel struct {
	answertest.Model
	hold   chan struct{} // each call takes one from it first
	began  atomic.Int64
	payers chan string
}

func newHeldModel() *heldModel {
	m := &heldModel{hold: make(chan struct{}), payers: make(chan string, 9)}
	m.Before = func(ctx context.Context, p answer.Prompt) error {
		m.began.Add(1)
		m.payers <- p.Payer
		select {
		case <-m.hold:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return m
}

func withModel(m answer.Model) func(*Options) {
	return func(o *Options) {
		o.Chat = chat.New(engine(), o.Store, chat.Options{Log: true, Model: m, UserPerMinute: 1e5, ChatPerMinute: 1e5})
	}
}

const tasksQuestion = "省林草局要做的工作有哪些"

// TestSummary sends the answer at once and edits the summary in, once.
func TestSummary(t *testing.T) {
	m := newHeldModel()
	r := run(t, telegramtest.Options{}, func(o *Options) {
		withModel(m)(o)
		o.PublicURL = "https://plan.example.org"
	})
	ann, c := r.private("Ann")
	ann.Say(c, tasksQuestion)
	first := r.one(c)
	wants(t, first.Text, "省林草局")
	if strings.Contains(first.Text, answer.MachineNote) {
		t.Error("the answer waited for the model")
	}
	// Another question is answered while the model writes.
	ann.Say(c, "古树名木保护谁牵头")
	r.sent(c, 2)
	m.hold <- struct{}{}
	got := r.edited(c, 0, 1)
	neat(t, got)
	if !strings.HasPrefix(got.Text, first.Text+"\n\n"+answer.MachineNote+"\n省林草局牵头") || buttonsIn(got) != buttonsIn(first) {
		t.Errorf("edited: %s", telegramtest.Render(got))
	}
	if before, now := linksIn(first), linksIn(got); before == 0 || now != before+2 {
		t.Errorf("%d links, then %d in %s", before, now, telegramtest.Render(got))
	}
	if p := <-m.payers; p != fmt.Sprintf("telegram/%d", c.ID) {
		t.Errorf("paid by %q", p)
	}
	// What follows goes by the answer and not by the summary.
	ann.Say(c, "第二条呢", telegramtest.ReplyTo(got))
	wants(t, r.sent(c, 3)[2].Text, "省林草局")
}

// linksIn counts the links of a message into the reader.
func linksIn(m telegramtest.Message) int {
	n := 0
	for _, e := range m.Entities {
		if strings.HasPrefix(e.URL, "https://plan.example.org/p/jilin-2024/") {
			n++
		}
	}
	return n
}

// TestSummaryTooLate leaves a message alone that shows something else by now.
func TestSummaryTooLate(t *testing.T) {
	m := newHeldModel()
	r := run(t, telegramtest.Options{}, withModel(m))
	ann, c := r.private("Ann")
	ann.Say(c, "省生态环境厅牵头的任务")
	first := r.one(c)
	ann.Tap(first, "下一页")
	second := r.edited(c, 0, 1)
	m.hold <- struct{}{}
	r.idle()
	if got := r.tg.Sent(c)[0]; got.Text != second.Text {
		t.Errorf("the page was overwritten by %s", got.Text)
	}
	// Back on the first page it is asked for again, and comes.
	ann.Tap(second, "上一页")
	r.edited(c, 0, 2)
	m.hold <- struct{}{}
	wants(t, r.edited(c, 0, 3).Text, answer.MachineNote)
}

// TestSecond offers a question in other words below an answer that stays as it
// is, and answers it when tapped.
func TestSecond(t *testing.T) {
	m := answertest.Model{Question: "城市生活污水处理谁牵头"}
	r := run(t, telegramtest.Options{}, withModel(m))
	ann, c := r.private("Ann")
	ann.Say(c, "医院污水处理谁牵头")
	r.one(c)
	got := r.edited(c, 0, 1)
	neat(t, got)
	wants(t, got.Text, "方案里没有找到")
	wants(t, got.Text, "按“城市生活污水处理谁牵头”理解:")
	if !slices.Contains(strings.Fields(buttonsIn(got)), "就问:城市生活污水处理谁牵头") {
		t.Fatalf("buttons %s", buttonsIn(got))
	}
	ann.Tap(got, "就问:城市生活污水处理谁牵头")
	next := r.sent(c, 2)[1]
	if !strings.HasPrefix(next.Text, "「") || !strings.Contains(next.Text, "省住建厅") {
		t.Errorf("got %s", next.Text)
	}
}

// TestSummaryStops does not keep a stopping bot.
func TestSummaryStops(t *testing.T) {
	m := newHeldModel()
	r := run(t, telegramtest.Options{}, withModel(m))
	ann, c := r.private("Ann")
	ann.Say(c, tasksQuestion)
	r.one(c)
	if !r.tg.Wait(func(*telegramtest.Server) bool { return m.began.Load() == 1 }, patience) {
		t.Fatal("the model was not asked")
	}
	began := time.Now()
	r.halt()
	if took := time.Since(began); took > drainTime/2 {
		t.Errorf("stopping took %v", took)
	}
}

// A hanging model never answers.
type hanging struct{}

func (hanging) Name() string { return "hanging" }

func (hanging) Write(ctx context.Context, _ answer.Prompt) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// BenchmarkFirstAnswer times from the question to the answer's arrival with a
// model that never answers, beside a bot without one, turn by turn.
func BenchmarkFirstAnswer(b *testing.B) {
	type side struct {
		r    *rig
		user *telegramtest.User
		chat *telegramtest.Chat
		took []time.Duration
	}
	var sides []*side
	for _, m := range []answer.Model{nil, hanging{}} {
		s := &side{r: run(b, telegramtest.Options{}, withModel(m))}
		s.user, s.chat = s.r.private("Ann")
		sides = append(sides, s)
	}
	n := 0
	for b.Loop() {
		n++
		for _, s := range sides {
			began := time.Now()
			s.user.Say(s.chat, tasksQuestion)
			if !s.r.tg.Wait(func(tg *telegramtest.Server) bool { return len(tg.Sent(s.chat)) == n }, patience) {
				b.Fatal("no answer")
			}
			s.took = append(s.took, time.Since(began))
		}
	}
	for _, s := range sides {
		slices.Sort(s.took)
	}
	for name, q := range map[string]int{"p50": 50, "p99": 99} {
		at := n * q / 100
		b.ReportMetric(float64(sides[1].took[at])/float64(sides[0].took[at]), "x-"+name)
	}
}
