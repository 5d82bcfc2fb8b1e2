package chat

import (
	"strings"

	"github.com/wence-qa/wence/internal/store"
)

// Forget removes what is kept of a user in a chat: conversations, answers,
// and in the log the texts of questions and the user's hash. It returns how
// many entries are gone.
func (c *Chat) Forget(k Key) (int, error) {
	var ops []store.Op
	prefix := chatPrefix(k.Chat)
	asked := map[string]bool{}
	err := scan(c.store, prefix+"msg/", func(x store.Entry, r record) {
		if r.User == k.User {
			ops = append(ops, store.Delete(x.Key))
			asked[askedKey(k.Chat, r.Question)] = true
		}
	})
	if err != nil {
		return 0, err
	}
	for key := range asked {
		ops = append(ops, store.Delete(key))
	}
	err = scan(c.store, prefix+"talk/", func(x store.Entry, _ talk) {
		if strings.HasSuffix(x.Key, "/"+part(k.User)) {
			ops = append(ops, store.Delete(x.Key))
		}
	})
	if err != nil {
		return 0, err
	}
	who := c.who(k.User)
	if err := scan(c.store, "open/", func(x store.Entry, u unanswered) {
		if u.Who == who {
			ops = append(ops, store.Delete(x.Key))
		}
	}); err != nil {
		return 0, err
	}
	if err := scan(c.store, "rate/", func(x store.Entry, r rating) {
		if r.Who == who {
			ops = append(ops, store.Delete(x.Key))
		}
	}); err != nil {
		return 0, err
	}
	gone := len(ops)
	if err := scan(c.store, "log/", func(x store.Entry, e event) {
		if who != "" && e.Who == who {
			e.Who = ""
			ops = append(ops, put(x.Key, e).Until(x.Expires))
		}
	}); err != nil {
		return 0, err
	}
	return gone, c.applyAll(ops)
}

// ForgetChat removes all that is kept of a chat, its plan too.
func (c *Chat) ForgetChat(chat string) error {
	ops, err := c.under(chatPrefix(chat), store.Delete)
	if err != nil {
		return err
	}
	return c.applyAll(ops)
}

// Move hands what is kept of a chat over to its new name: Telegram gives a
// group another id when it becomes a supergroup.
func (c *Chat) Move(from, to string) error {
	old, err := c.store.Scan(chatPrefix(from), "", 0)
	if err != nil {
		return err
	}
	var ops []store.Op
	for _, e := range old {
		key := chatPrefix(to) + strings.TrimPrefix(e.Key, chatPrefix(from))
		ops = append(ops, store.Put(key, e.Value).Until(e.Expires), store.Delete(e.Key))
	}
	return c.applyAll(ops)
}

func (c *Chat) under(prefix string, op func(key string) store.Op) ([]store.Op, error) {
	entries, err := c.store.Scan(prefix, "", 0)
	if err != nil {
		return nil, err
	}
	ops := make([]store.Op, len(entries))
	for i, e := range entries {
		ops[i] = op(e.Key)
	}
	return ops, nil
}

// applyAll applies ops in batches that the store takes.
func (c *Chat) applyAll(ops []store.Op) error {
	for len(ops) > 0 {
		n := min(len(ops), store.MaxOps)
		if err := c.store.Apply(ops[:n]...); err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}
