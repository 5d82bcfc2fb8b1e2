package llm

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// cacheKept is how long an answer is kept.
const cacheKept = 30 * 24 * time.Hour

// hashOf returns a hash that differs when any part does.
func hashOf(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c *Client) cacheKey(p Prompt) string {
	return "llm/cache/" + hashOf(c.opt.BaseURL, c.opt.Model, p.Version, p.System, string(p.Schema), p.User)
}

// cached returns the answer to a prompt that is in the store, nil for none. A
// store that fails has none.
func (c *Client) cached(key string, p Prompt) []byte {
	e, err := c.opt.Store.Get(key)
	if err != nil {
		return nil
	}
	b, f := p.object(string(e.Value))
	if f != nil {
		return nil
	}
	return b
}

func (c *Client) keep(key string, b []byte) {
	err := c.opt.Store.Apply(store.Put(key, b).Until(c.opt.Now().Add(cacheKept)))
	if err != nil {
		c.log.Warn("cannot keep an answer of the model", "error", err)
	}
}
