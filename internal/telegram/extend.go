package telegram

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
)

// What a language model adds to an answer comes seconds after it, by editing the
// message once. It is a bonus: nothing waits for it, nothing of it is queued or
// kept over a restart, and a message that has changed meanwhile (another page,
// an edited question) is left as it is.

// Limits of additions.
const (
	extending     = 16                // waited for at once; answers beyond stay as they are
	editPatience  = 2 * time.Minute   // an addition that comes later than that helps nobody
	versionsKept  = 256               // messages whose last change is known: each holds its answer, and few are waited for
	additionUnits = maxUnits - 2 - 60 // room for a page beside its addition and page number
)

// A place is a message.
type place struct {
	chat    int64
	message int
}

// versions know what a message shows last, so that an addition is not made to
// something else. It is safe for concurrent use.
type versions struct {
	last  *lru.Cache[place, *shown]
	locks [64]sync.Mutex
}

func newVersions() (*versions, error) {
	c, err := lru.New[place, *shown](versionsKept)
	return &versions{last: c}, err
}

// lock holds a message while it is being changed.
func (v *versions) lock(p place) (unlock func()) {
	m := &v.locks[uint64(p.message)%uint64(len(v.locks))]
	m.Lock()
	return m.Unlock
}

// extend lets the model add to an answer that was just sent as a message.
func (b *Bot) extend(it *item, out *shown, message int) {
	if out.reply == nil || out.reply.Page != 0 || !b.opt.Chat.Extends(out.reply.Answer) {
		return
	}
	select {
	case b.extensions <- struct{}{}:
	default:
		return
	}
	p := place{it.Chat, message}
	b.versions.last.Add(p, out)
	key, at := it.conversation(), it.at()
	b.running.Add(1)
	go func() {
		defer b.running.Done()
		defer func() { <-b.extensions }()
		defer b.recovered("adding to an answer")
		a := out.reply.Answer
		x := b.opt.Chat.Extend(b.extras, "telegram/"+strconv.FormatInt(p.chat, 10), a, at)
		if x.Summary == nil && x.Second == nil {
			return
		}
		if err := b.amend(key, p, out, a.With(x)); err != nil {
			b.log.Warn("cannot add to an answer", "error", err)
		}
	}()
}

// amend edits what a model added into a message, if that still shows out.
func (b *Bot) amend(key chat.Key, p place, out *shown, a *answer.Answer) error {
	page, ok := b.renderExtended(a)
	if !ok {
		return nil
	}
	defer b.versions.lock(p)()
	if last, ok := b.versions.last.Get(p); !ok || last != out {
		return nil
	}
	buttons := out.buttons
	if a.Second != nil {
		i, err := b.opt.Chat.Offer(key, strconv.Itoa(p.message), a.Second.Question)
		if err != nil {
			return fmt.Errorf("keep the question: %w", err)
		}
		row := []button{{clipped("就问:"+a.Second.Question, 40), data("c", strconv.Itoa(i))}}
		buttons = append([][]button{row}, buttons...)
	}
	off := true
	ctx := withCall(b.extras, callInfo{chat: p.chat, patience: editPatience})
	_, err := b.api.EditMessageText(ctx, &bot.EditMessageTextParams{
		ChatID: p.chat, MessageID: p.message, Text: page.html, ParseMode: models.ParseModeHTML,
		LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &off}, ReplyMarkup: keyboard(buttons),
	})
	if b.extras.Err() != nil {
		return nil // the bot stops
	}
	return err
}

// renderExtended writes the first page of an answer with what a model added
// below; ok is false when they do not fit into one message.
func (b *Bot) renderExtended(a *answer.Answer) (p page, ok bool) {
	pages := paged(b.blocks(a), perPage)
	u, e := 0, 0
	for _, x := range append(pages[0], b.addition(a)...) {
		u, e = u+x.units+2, e+x.entities
	}
	if u > additionUnits || e > maxEntities {
		return page{}, false
	}
	p = b.render(a, 0)
	p.html += "\n\n" + joined(b.addition(a), "\n\n")
	return p, true
}

// addition writes what a model added to an answer.
func (b *Bot) addition(a *answer.Answer) []block {
	if a.Second != nil {
		w := &writer{}
		w.text("按“" + a.Second.Question + "”理解:\n" + a.Second.Answer.Headline)
		out := []block{w.block()}
		for _, c := range a.Second.Answer.Citations[:min(3, len(a.Second.Answer.Citations))] {
			out = append(out, b.card("", c)...)
		}
		return out
	}
	w := &writer{}
	w.bold(answer.MachineNote)
	for _, s := range a.Summary.Sentences {
		w.text("\n" + s.Text)
		for _, id := range s.Cites {
			for _, c := range a.Citations {
				if c.ID == id || c.Plan+"/"+c.ID == id {
					w.raw(" ")
					w.link(b.linkTo(c), c.ID)
					break
				}
			}
		}
	}
	return []block{w.block()}
}

// startExtras makes the context of all additions. They end when the bot begins
// to stop, since they are not worth waiting for.
func (b *Bot) startExtras() {
	b.extras, b.endExtras = context.WithCancel(b.hard)
}
