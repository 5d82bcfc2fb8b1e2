package telegram

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/chat"
)

// Data of buttons: "1", an operation, its arguments, joined by ":". The 1 is
// the version of this format; data of another is stale. Telegram takes 64 bytes.
//
//	1:q:<ref>     the original text of a clause
//	1:x:<ref>     what stands around it
//	1:n:<page>    a page of this answer
//	1:c:<i>       choice i of this answer
//	1:u           useful
//	1:w           wrong
//	1:t:<plan>:<page>  a page of the table of targets; plan is its number
//	1:a:<i>       the tasks of agency i
//	1:p:<i>       choose plan i; -1 for none
const dataVersion = "1"

// maxCallback is how long data may be.
const maxCallback = 64

// A button is text with data.
type button struct{ text, data string }

func data(parts ...string) string { return dataVersion + ":" + strings.Join(parts, ":") }

// buttonsOf returns the buttons under page n of an answer.
func (b *Bot) buttonsOf(a *answer.Answer, n, pages int) [][]button {
	var rows [][]button
	switch {
	case a.Kind == answer.KindClarify:
		for i, s := range a.Suggest {
			rows = append(rows, []button{{clipped(s, 40), data("c", strconv.Itoa(i))}})
		}
		return rows
	case a.Kind == answer.KindChitchat:
		return nil
	}
	var turn []button
	if n > 0 {
		turn = append(turn, button{"上一页", data("n", strconv.Itoa(n-1))})
	}
	if n+1 < pages {
		turn = append(turn, button{"下一页", data("n", strconv.Itoa(n+1))})
	}
	if turn != nil {
		rows = append(rows, turn)
	}
	var row []button
	if len(a.Citations) == 1 {
		name := refName(a.Citations[0].Plan, a.Citations[0].ID)
		row = append(row, button{"原文", data("q", name)}, button{"上下文", data("x", name)})
	}
	row = append(row, button{"有用", data("u")}, button{"有误", data("w")})
	return append(rows, row)
}

func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func keyboard(rows [][]button) models.ReplyMarkup {
	if len(rows) == 0 {
		return nil
	}
	k := &models.InlineKeyboardMarkup{InlineKeyboard: make([][]models.InlineKeyboardButton, len(rows))}
	for i, row := range rows {
		for _, x := range row {
			k.InlineKeyboard[i] = append(k.InlineKeyboard[i], models.InlineKeyboardButton{Text: x.text, CallbackData: x.data})
		}
	}
	return k
}

// What a tap is answered with.
const (
	tapGone      = "这个按钮已失效,请重新提问。"
	tapForgotten = "这条回答太久了,请重新提问。"
	tapThanks    = "已记下,谢谢。"
)

// parseTap reads data; ok is false for what was made up or is of another
// version.
func parseTap(s string) (op string, args []string, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || parts[0] != dataVersion {
		return "", nil, false
	}
	op, args = parts[1], parts[2:]
	want, known := map[string]int{"q": 1, "x": 1, "n": 1, "c": 1, "u": 0, "w": 0, "t": 2, "a": 1, "p": 1}[op]
	return op, args, known && len(args) == want
}

// tableTitle stands in every table of targets.
const tableTitle = "》主要目标(第"

// tapped checks a tap before it is queued, and returns what to say at once; ok
// is false when there is nothing to do.
func (b *Bot) tapped(ctx context.Context, it *item, under *message) (say string, ok bool) {
	op, args, ok := parseTap(it.Text)
	if !ok {
		return tapGone, false
	}
	n, ok := numberOf(op, args)
	switch op {
	case "q", "x":
		_, ok = b.refs.find(args[0])
	case "u", "w", "n", "c":
		if ok && !b.remembered(ctx, it, op, n) {
			return tapForgotten, false
		}
		if op == "u" || op == "w" {
			return tapThanks, true
		}
	case "t":
		// The page takes the place of the message: only of such a table.
		plan, err := strconv.Atoi(args[0])
		ok = ok && err == nil && plan >= 0 && plan < len(b.loaded()) && strings.Contains(under.Text, tableTitle)
	case "a":
		names, _ := b.agencies()
		ok = ok && n < len(names)
	case "p":
		ok = ok && n < len(b.loaded())
	}
	if !ok {
		return tapGone, false
	}
	return "", true
}

// numberOf reads the number that most data end in. Only the choice of no plan is
// negative.
func numberOf(op string, args []string) (n int, ok bool) {
	least := 0
	switch op {
	case "u", "w", "q", "x":
		return 0, true
	case "p":
		least = -1
	}
	n, err := strconv.Atoi(args[len(args)-1])
	return n, err == nil && n >= least
}

// remembered reports whether the answer that a button stands under is still
// kept and has what the button asks for. An error of the store is left to the
// queue, which tries again.
func (b *Bot) remembered(ctx context.Context, it *item, op string, n int) bool {
	id := strconv.Itoa(it.Message)
	var err error
	switch op {
	case "n":
		_, err = b.opt.Chat.Page(ctx, it.conversation(), id, n, it.at())
	case "c":
		_, err = b.opt.Chat.Choice(it.conversation(), id, n)
	default:
		_, err = b.opt.Chat.Items(it.conversation(), id)
	}
	return !errors.Is(err, chat.ErrForgotten)
}
