package telegram

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/internal/chat"
	"github.com/wence-qa/wence/internal/store"
)

// handle does what an item asks and takes it out of the store. An error means
// that it is still there and is to be tried again.
func (b *Bot) handle(ctx context.Context, it *item) error {
	if to, ok := b.moved.Get(it.Chat); ok {
		it.Chat = to
	}
	out, err := b.do(ctx, it)
	if err != nil {
		return err
	}
	if out == nil {
		return b.done(it, nil)
	}
	if err := b.claim(it); err != nil {
		return err
	}
	stop := b.typing(ctx, it)
	sent, err := b.deliver(ctx, it, out)
	stop()
	if err != nil {
		return b.undelivered(ctx, it, err)
	}
	var ops []store.Op
	if out.reply != nil {
		ops = b.opt.Chat.Record(out.reply, chat.Sent{ID: strconv.Itoa(sent), Pages: out.pages})
	}
	b.counts.Answered.Add(1)
	if err := b.done(it, ops); err != nil {
		return err
	}
	b.extend(it, out, sent)
	return nil
}

// do makes the answer to an item; nil for nothing to send.
func (b *Bot) do(ctx context.Context, it *item) (*shown, error) {
	switch it.Do {
	case doAsk, doEdit:
		return b.answer(ctx, it, it.Text)
	case doCommand:
		return b.command(ctx, it)
	case doTap:
		return b.tap(ctx, it)
	case doSlow:
		return words("问得太快了,请过一分钟再问;这期间的消息不会回答。"), nil
	case doLong:
		return words("问题太长了,请缩短到几句话再问。"), nil
	case doDenied:
		return words("这个机器人只对指定的群和用户开放,请联系管理员。"), nil
	case doHelp:
		return b.help(), nil
	case doHello:
		return b.hello(), nil
	case doGone:
		return nil, b.opt.Chat.ForgetChat(it.conversation().Chat)
	}
	return nil, nil
}

// answer answers a question.
func (b *Bot) answer(ctx context.Context, it *item, text string) (*shown, error) {
	m := chat.Message{Key: it.conversation(), ID: strconv.Itoa(it.Message), Text: text, At: it.at(), Edited: it.Do == doEdit}
	if it.ReplyTo != 0 {
		m.ReplyTo = strconv.Itoa(it.ReplyTo)
	}
	r, err := b.opt.Chat.Answer(ctx, m)
	if err != nil {
		return nil, err
	}
	return b.show(r), nil
}

func (b *Bot) show(r *chat.Reply) *shown {
	p := b.render(r.Answer, r.Page)
	return &shown{html: p.html, buttons: b.buttonsOf(r.Answer, r.Page, p.pages), reply: r, pages: p.pages}
}

// words is a message of plain words, cut where a message ends.
func words(s string) *shown {
	w := &writer{}
	w.text(split(s, maxUnits)[0])
	return &shown{html: w.block().html}
}

// tap does what a button is for.
func (b *Bot) tap(ctx context.Context, it *item) (*shown, error) {
	op, args, ok := parseTap(it.Text)
	if !ok {
		return nil, nil
	}
	number := -1
	if len(args) > 0 {
		if n, err := strconv.Atoi(args[len(args)-1]); err == nil {
			number = n
		}
	}
	id := strconv.Itoa(it.Message)
	switch op {
	case "q", "x":
		return b.clause(args[0], op == "x"), nil
	case "n":
		r, err := b.opt.Chat.Page(ctx, it.conversation(), id, number, it.at())
		if errors.Is(err, chat.ErrForgotten) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return b.show(r), nil
	case "c":
		text, err := b.opt.Chat.Choice(it.conversation(), id, number)
		if errors.Is(err, chat.ErrForgotten) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return b.answer(ctx, it, text)
	case "u", "w":
		ops, err := b.opt.Chat.Rate(it.conversation(), id, op == "u", it.at())
		if errors.Is(err, chat.ErrForgotten) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return nil, b.opt.Store.Apply(ops...)
	case "t":
		s, err := b.targets(args[0], number)
		if s != nil {
			s.edit = id
		}
		return s, err
	case "a":
		return b.tasksOf(ctx, it, number)
	case "p":
		return b.choosePlan(it, number)
	}
	return nil, nil
}

// clause shows a clause, or all that it stands in.
func (b *Bot) clause(name string, around bool) *shown {
	r, ok := b.refs.find(name)
	if !ok {
		return words("方案里没有这一条。")
	}
	cite := b.opt.Chat.Engine().Cite
	if around {
		cite = b.opt.Chat.Engine().Around
	}
	c, ok := cite(r.plan, r.id)
	if !ok {
		return words("方案里没有这一条。")
	}
	pages := paged(b.card("", c), perPage)
	s := &shown{html: joined(pages[0], "\n\n")}
	if len(pages) > 1 {
		// Longer than a message: the reader or the sections one by one.
		w := &writer{}
		w.text("\n\n(原文很长,只显示开头;完整内容请点上面的出处,或按编号逐条查看。)")
		s.html += w.block().html
	}
	if !around {
		s.buttons = [][]button{{{"上下文", data("x", name)}}}
	}
	return s
}

// claim notes in the store that sending begins, so that after a crash it is
// known that the answer may have got through.
func (b *Bot) claim(it *item) error {
	it.Claims++
	err := b.opt.Store.Apply(store.Put(it.key, it.encode()).If(it.rev))
	if err != nil {
		it.Claims--
		return fmt.Errorf("claim: %w", err)
	}
	return nil
}

// done takes an item out of the store together with what is to be remembered.
// The answer is out by now, so it is tried until it succeeds or the bot stops.
func (b *Bot) done(it *item, ops []store.Op) error {
	ops = append(ops, store.Delete(it.key))
	for {
		err := b.opt.Store.Apply(ops...)
		if err == nil {
			return nil
		}
		b.counts.StoreErrors.Add(1)
		b.log.Error("cannot note that a question is answered, trying again", "error", err)
		if sleep(b.hard, time.Second); b.hard.Err() != nil {
			return err
		}
	}
}

// deliver sends or edits a message until Telegram has taken it. It returns the
// id of the message.
func (b *Bot) deliver(ctx context.Context, it *item, out *shown) (int, error) {
	var err error
	for range 4 { // markup, topic and chat may each turn out wrong once
		var id int
		if id, err = b.deliverOnce(ctx, it, out); err == nil {
			return id, nil
		}
		if moved, ok := errors.AsType[*bot.MigrateError](err); ok {
			b.migrated(it.Chat, int64(moved.MigrateToChatID))
			it.Chat = int64(moved.MigrateToChatID)
			continue
		}
		text := err.Error()
		switch {
		case !errors.Is(err, bot.ErrorBadRequest):
			return 0, err
		case strings.Contains(text, "can't parse entities"), strings.Contains(text, "ENTITIES_TOO_LONG"):
			b.log.Error("Telegram does not take the markup, sending plain text", "error", err)
			out.html = escaper.Replace(plain(out.html))
		case it.Thread != 0 && strings.Contains(text, "thread not found"):
			it.Thread = 0 // as a reply it still lands in the topic, or nowhere
			out.strict = true
		case out.reply != nil && out.reply.Edits != "" && strings.Contains(text, "edit"):
			out.reply.Edits = "" // it is gone: answer anew
		default:
			return 0, err
		}
	}
	return 0, err
}

func (b *Bot) deliverOnce(ctx context.Context, it *item, out *shown) (int, error) {
	ctx = withCall(ctx, callInfo{chat: it.Chat})
	off := true
	preview := &models.LinkPreviewOptions{IsDisabled: &off}
	edits := out.edits(it)
	if edits != 0 {
		at := place{it.Chat, edits}
		defer b.versions.lock(at)()
		b.versions.last.Add(at, out)
		_, err := b.api.EditMessageText(ctx, &bot.EditMessageTextParams{
			ChatID: it.Chat, MessageID: edits, Text: out.html, ParseMode: models.ParseModeHTML,
			LinkPreviewOptions: preview, ReplyMarkup: keyboard(out.buttons),
		})
		if err != nil && strings.Contains(err.Error(), "message is not modified") {
			err = nil
		}
		return edits, err
	}
	m, err := b.api.SendMessage(ctx, &bot.SendMessageParams{
		ChatID: it.Chat, MessageThreadID: it.Thread, Text: out.html, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: preview, ReplyMarkup: keyboard(out.buttons), ReplyParameters: it.replyTo(out.strict),
	})
	if err != nil {
		return 0, err
	}
	return m.ID, nil
}

// edits returns the message whose place an answer takes, 0 for none.
func (s *shown) edits(it *item) int {
	id := s.edit
	if s.reply != nil && s.reply.Edits != "" {
		id = s.reply.Edits
	}
	n, err := strconv.Atoi(id)
	if err != nil {
		return 0
	}
	return n
}

// replyTo makes answers in groups replies, so that one sees whose question they
// are for.
func (it *item) replyTo(strict bool) *models.ReplyParameters {
	if it.Private || it.Message == 0 {
		return nil
	}
	return &models.ReplyParameters{MessageID: it.Message, AllowSendingWithoutReply: !strict}
}

// undelivered ends an item that Telegram refuses for good. While the network
// fails the client goes on trying by itself, so what comes here is a refusal or
// the end of the program.
func (b *Bot) undelivered(ctx context.Context, it *item, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, bot.ErrorForbidden):
		b.log.Info("a chat does not let the bot write; its questions are dropped")
		return b.dropChat(it)
	case errors.Is(err, bot.ErrorUnauthorized):
		sleep(ctx, 5*time.Second) // the poll loop ends the program
		return err
	case errors.Is(err, bot.ErrorBadRequest), errors.Is(err, bot.ErrorNotFound):
		b.counts.Failed.Add(1)
		b.log.Error("Telegram refused an answer", "error", err)
		return b.done(it, nil)
	case it.Claims >= maxClaims:
		b.counts.Failed.Add(1)
		b.log.Error("Telegram refused an answer again and again", "error", err)
		return b.done(it, nil)
	}
	return err
}

// maxClaims is how often sending is begun of an answer that Telegram refuses
// without saying that it is for good.
const maxClaims = 5

// dropChat drops what waits in a chat that cannot be written to, but for what
// writes nothing.
func (b *Bot) dropChat(it *item) error {
	after := ""
	for {
		waiting, err := b.opt.Store.Scan(chatQueue(chatOf(it.key)), after, store.MaxOps)
		if err != nil || len(waiting) == 0 {
			return err
		}
		after = waiting[len(waiting)-1].Key
		var ops []store.Op
		for _, e := range waiting {
			if x, err := decodeItem(e); err != nil || x.Do != doGone {
				ops = append(ops, store.Delete(e.Key))
			}
		}
		if err := b.opt.Store.Apply(ops...); err != nil {
			return err
		}
		b.counts.Undelivered.Add(int64(len(ops)))
	}
}

// typingAfter is how long an answer may take before the chat is told that it
// is on its way.
const typingAfter = 800 * time.Millisecond

// maxTyping is how many chats may wait for "typing" to be shown.
const maxTyping = 20

// typing shows "typing" in the chat when the answer takes long. stop ends that.
func (b *Bot) typing(ctx context.Context, it *item) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	chatID, thread := it.Chat, it.Thread // delivery may change them
	var wg sync.WaitGroup
	wg.Go(func() {
		defer b.recovered("typing")
		// With many chats waiting the sign would cost as much as the answers.
		if sleep(ctx, typingAfter); ctx.Err() != nil || b.queue.depth() > maxTyping {
			return
		}
		_, err := b.api.SendChatAction(withCall(ctx, callInfo{chat: chatID, free: true, patience: time.Millisecond}), &bot.SendChatActionParams{
			ChatID: chatID, MessageThreadID: thread, Action: models.ChatActionTyping,
		})
		if err != nil {
			b.log.Debug("cannot show typing", "error", err)
		}
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

// answerTap answers a tap. It is worthless after a few seconds.
func (b *Bot) answerTap(ctx context.Context, id, text string) {
	ctx, cancel := context.WithTimeout(ctx, asideTime)
	defer cancel()
	_, err := b.api.AnswerCallbackQuery(withCall(ctx, callInfo{patience: asideTime}), &bot.AnswerCallbackQueryParams{CallbackQueryID: id, Text: text})
	if err != nil {
		b.counts.Dropped.Add(1)
		b.log.Debug("cannot answer a tap", "error", err)
	}
}
