package telegram

import (
	"context"
	"strconv"
	"strings"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"github.com/wence-qa/wence/internal/answer"
)

// inlineMax is how many results an inline query gets.
const inlineMax = 10

// inlineCache is how long Telegram may give the same results to others, in
// seconds. Answers are the same for everybody.
const inlineCache = 300

// inline answers a query typed behind the bot's name in any chat: first the
// answer itself, then the clauses it rests on or that come near, each to be
// inserted.
func (b *Bot) inline(ctx context.Context, q *models.InlineQuery) {
	ctx, cancel := context.WithTimeout(ctx, asideTime)
	defer cancel()
	results := []models.InlineQueryResult{} // never null
	if q.From != nil && b.allowed(&item{UserID: q.From.ID}) {
		results = b.inlineResults(ctx, strings.TrimSpace(q.Query))
	}
	_, err := b.api.AnswerInlineQuery(withCall(ctx, callInfo{patience: asideTime}), &bot.AnswerInlineQueryParams{
		InlineQueryID: q.ID, Results: results, CacheTime: inlineCache, IsPersonal: b.limited(),
	})
	if err != nil {
		b.counts.Dropped.Add(1)
		b.log.Debug("cannot answer an inline query", "error", err)
	}
}

// inlineResults returns the results for a text; for none, popular questions.
func (b *Bot) inlineResults(ctx context.Context, text string) []models.InlineQueryResult {
	results := []models.InlineQueryResult{}
	ask := func(q string) *answer.Answer {
		return b.opt.Chat.Engine().Ask(ctx, answer.Request{Text: q, Today: b.now()})
	}
	if text == "" {
		for _, q := range b.examples() {
			results = append(results, b.result("q"+strconv.Itoa(len(results)), q, ask(q)))
		}
		return results
	}
	a := ask(text)
	if a.Found {
		results = append(results, b.result("a", a.Headline, a))
	}
	cites := a.Citations
	if !a.Found || len(cites) == 1 {
		cites = append(cites[:len(cites):len(cites)], a.Nearest...)
	}
	for i, c := range cites {
		if len(results) >= inlineMax || len(cites) == 1 && a.Found {
			break
		}
		results = append(results, b.article(refName(c.Plan, c.ID)+"-"+strconv.Itoa(i), c.Label, c.Quote, joined(b.card("", c)[:1], "")))
	}
	return results
}

// result offers an answer as the chat would show it.
func (b *Bot) result(id, title string, a *answer.Answer) models.InlineQueryResult {
	text := a.Headline
	if len(a.Citations) > 0 {
		text = a.Citations[0].Quote
	}
	return b.article(id, title, text, b.render(a, 0).html)
}

func (b *Bot) article(id, title, text, html string) models.InlineQueryResult {
	off := true
	return &models.InlineQueryResultArticle{
		ID: id, Title: clipped(valid(title), 60), Description: clipped(valid(text), 120),
		InputMessageContent: &models.InputTextMessageContent{
			MessageText: html, ParseMode: models.ParseModeHTML, LinkPreviewOptions: &models.LinkPreviewOptions{IsDisabled: &off},
		},
	}
}
