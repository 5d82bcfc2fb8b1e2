package telegram

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/go-telegram/bot"
)

// maxWebhook bounds the body of a webhook call. Updates are a few kilobytes.
const maxWebhook = 1 << 20

// secretHeader is where Telegram puts the secret of the webhook.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token"

// ServeHTTP takes updates that Telegram posts. It answers 200 only when the
// update is kept, or when keeping it would never succeed; after any other
// status Telegram posts it again.
func (b *Bot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	secret := r.Header.Get(secretHeader)
	if b.opt.WebhookSecret == "" || subtle.ConstantTimeCompare([]byte(secret), []byte(b.opt.WebhookSecret)) != 1 {
		b.counts.BadSecrets.Add(1)
		http.Error(w, "wrong secret", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	if _, long := errors.AsType[*http.MaxBytesError](err); long {
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "cannot read the body", http.StatusBadRequest)
		return
	}
	if _, ok := idOf(body); !ok {
		http.Error(w, "no update", http.StatusBadRequest)
		return
	}
	// What is done later must outlive this request.
	if _, err := b.take(b.hard, []json.RawMessage{body}); err != nil {
		b.counts.StoreErrors.Add(1)
		b.log.Error("cannot keep an update", "error", err)
		http.Error(w, "cannot keep the update", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// setWebhook tells Telegram where to post updates.
func (b *Bot) setWebhook(ctx context.Context) error {
	_, err := b.api.SetWebhook(withCall(ctx, callInfo{}), &bot.SetWebhookParams{
		URL: b.opt.WebhookURL, SecretToken: b.opt.WebhookSecret, AllowedUpdates: allowedUpdates, MaxConnections: 10,
	})
	if errors.Is(err, bot.ErrorUnauthorized) {
		return ErrToken
	}
	return err
}
