package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-telegram/bot"
)

// allowedUpdates are the kinds of updates that the bot wants.
var allowedUpdates = []string{"message", "edited_message", "callback_query", "inline_query", "chosen_inline_result", "my_chat_member"}

// pollSeconds is how long Telegram holds a poll open.
const pollSeconds = 50

// batchSize is how many updates are fetched at once, Telegram's limit.
const batchSize = 100

// poll fetches updates until ctx ends. It returns an error only when going on
// makes no sense.
func (b *Bot) poll(ctx context.Context) error {
	if _, err := b.api.DeleteWebhook(withCall(ctx, callInfo{}), &bot.DeleteWebhookParams{}); err != nil && ctx.Err() == nil {
		if errors.Is(err, bot.ErrorUnauthorized) {
			return ErrToken
		}
		b.log.Warn("cannot switch the webhook off", "error", err)
	}
	var offset int64
	conflicts, limit := 0, batchSize
	for ctx.Err() == nil {
		raws, err := b.fetch(ctx, offset, limit)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrToken):
			return err
		case errors.Is(err, errConflict):
			conflicts++
			b.counts.Conflicts.Add(1)
			b.log.Warn("another program fetches the updates of this bot; stop it, or this bot misses questions", "times", conflicts)
			sleep(ctx, min(time.Duration(conflicts)*3*time.Second, 30*time.Second))
			continue
		case errors.Is(err, errTooLong) && limit > 1:
			limit /= 2 // a hundred of the longest messages are more than is read at once
			continue
		case err != nil:
			b.log.Warn("cannot fetch updates", "error", err)
			sleep(ctx, 3*time.Second)
			continue
		}
		conflicts, limit = 0, batchSize
		next, err := b.take(ctx, raws)
		if err != nil {
			// Not kept, so not confirmed: they are fetched again.
			b.counts.StoreErrors.Add(1)
			b.log.Error("cannot keep updates, trying again", "error", err)
			sleep(ctx, time.Second)
			continue
		}
		if len(raws) > 0 && next == 0 {
			// Nothing had an id. Without one there is nothing to confirm.
			sleep(ctx, time.Second)
		}
		offset = max(offset, next)
	}
	return nil
}

var errConflict = errors.New("another getUpdates is running")

// fetch asks for the updates from offset on and confirms those before it.
func (b *Bot) fetch(ctx context.Context, offset int64, limit int) ([]json.RawMessage, error) {
	body, kind, err := pollForm(offset, limit)
	if err != nil {
		return nil, err
	}
	ctx = withCall(ctx, callInfo{try: (pollSeconds + 15) * time.Second})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.opt.APIURL+"/bot"+b.opt.Token+"/getUpdates", body)
	if err != nil {
		return nil, errors.New("getUpdates: the address of the Bot API is wrong")
	}
	req.Header.Set("Content-Type", kind)
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var r struct {
		apiReply
		Result []json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		return nil, fmt.Errorf("getUpdates: %w", err)
	}
	switch {
	case r.OK:
		return r.Result, nil
	case r.Code == http.StatusUnauthorized, r.Code == http.StatusNotFound:
		return nil, ErrToken
	case r.Code == http.StatusConflict && strings.Contains(r.Description, "webhook"):
		if _, err := b.api.DeleteWebhook(ctx, &bot.DeleteWebhookParams{}); err != nil {
			return nil, err
		}
		return nil, nil
	case r.Code == http.StatusConflict:
		return nil, errConflict
	}
	return nil, fmt.Errorf("getUpdates: %d %s", r.Code, r.Description)
}

// pollForm writes the parameters of getUpdates as the library writes those of all
// other methods, so that a server in between has to understand one form only.
func pollForm(offset int64, limit int) (body io.Reader, kind string, err error) {
	kinds, err := json.Marshal(allowedUpdates)
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, p := range [][2]string{
		{"offset", strconv.FormatInt(offset, 10)}, {"limit", strconv.Itoa(limit)},
		{"timeout", strconv.Itoa(pollSeconds)}, {"allowed_updates", string(kinds)},
	} {
		err = errors.Join(err, form.WriteField(p[0], p[1]))
	}
	return &b, form.FormDataContentType(), errors.Join(err, form.Close())
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
