package telegram

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A fakeTelegram takes every call and notes when it came.
type fakeTelegram struct {
	mu    sync.Mutex
	calls map[string][]time.Time // by the last part of the path, which is a chat
	all   []time.Time
	reply func(chat string, n int) (status int, body string)
}

func (f *fakeTelegram) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	chat := req.URL.Query().Get("chat")
	f.calls[chat] = append(f.calls[chat], time.Now())
	f.all = append(f.all, time.Now())
	status, body := 200, `{"ok":true,"result":{"message_id":1}}`
	if f.reply != nil {
		status, body = f.reply(chat, len(f.calls[chat]))
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}, Request: req}, nil
}

// paced is a client that sends to a fakeTelegram.
func paced() (*client, *fakeTelegram) {
	f := &fakeTelegram{calls: map[string][]time.Time{}}
	return newClient(f, newPacer(false), slog.New(slog.DiscardHandler), &Counts{}), f
}

func sendTo(t *testing.T, c *client, chat int64, method string) {
	t.Helper()
	req, err := http.NewRequestWithContext(withCall(context.Background(), callInfo{chat: chat}), http.MethodPost,
		"https://api.example.org/bot1/"+method+"?chat="+strconv.FormatInt(chat, 10), strings.NewReader("{}"))
	if err != nil {
		t.Error(err)
		return
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	resp.Body.Close()
}

// most returns the greatest number of calls within a span.
func most(at []time.Time, span time.Duration) int {
	n := 0
	for i := range at {
		k := i
		for k < len(at) && at[k].Sub(at[i]) < span {
			k++
		}
		n = max(n, k-i)
	}
	return n
}

func TestG05Pacing(t *testing.T) {
	t.Run("group", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			began := time.Now()
			for i := range 100 {
				sendTo(t, c, -1001, []string{"sendMessage", "editMessageText"}[i%2])
			}
			if n := most(f.all, time.Minute); n > 20 {
				t.Errorf("%d to a group in a minute", n)
			}
			if took := time.Since(began); took > 7*time.Minute {
				t.Errorf("100 took %v", took)
			}
			if first := f.all[4].Sub(began); first > time.Second {
				t.Errorf("the first five took %v", first)
			}
		})
	})
	t.Run("private", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			for range 60 {
				sendTo(t, c, 1001, "sendMessage")
			}
			if n := most(f.all, 200*time.Millisecond); n > 5 {
				t.Errorf("%d to a person at once", n)
			}
			if n := most(f.all, time.Minute); n > 65 || f.all[59].Sub(f.all[0]) > 56*time.Second {
				t.Errorf("%d in a minute, 60 in %v", n, f.all[59].Sub(f.all[0]))
			}
		})
	})
	t.Run("all", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			var wg sync.WaitGroup
			for chat := range int64(100) {
				wg.Go(func() {
					for range 3 {
						sendTo(t, c, chat+1, "sendMessage")
					}
				})
			}
			wg.Wait()
			if n := most(f.all, time.Second); n > 26 {
				t.Errorf("%d in a second", n)
			}
			if took := f.all[len(f.all)-1].Sub(f.all[0]); took > 13*time.Second {
				t.Errorf("300 took %v", took)
			}
		})
	})
	t.Run("retry after", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			f.reply = func(chat string, n int) (int, string) {
				if chat == "1" && n == 1 {
					return 429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 37","parameters":{"retry_after":37}}`
				}
				return 200, `{"ok":true,"result":{"message_id":1}}`
			}
			var wg sync.WaitGroup
			for range 3 {
				wg.Go(func() { sendTo(t, c, 1, "sendMessage") })
				synctest.Wait()
			}
			wg.Go(func() { sendTo(t, c, 2, "sendMessage") })
			wg.Wait()
			at := f.calls["1"]
			for _, x := range at[1:] {
				if x.Sub(at[0]) < 37*time.Second {
					t.Errorf("a call %v after the 429", x.Sub(at[0]))
				}
			}
			if len(at) != 4 {
				t.Errorf("%d calls", len(at))
			}
			if other := f.calls["2"][0].Sub(at[0]); other > time.Second {
				t.Errorf("another chat waited %v", other)
			}
		})
	})
	t.Run("a pause of a poll stops no taps", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			c.pace.hold("getUpdates", time.Minute)
			began := time.Now()
			sendTo(t, c, 0, "answerCallbackQuery")
			if took := f.all[0].Sub(began); took > time.Second {
				t.Errorf("waited %v", took)
			}
			sendTo(t, c, 0, "getUpdates")
			if took := f.all[1].Sub(began); took < time.Minute {
				t.Errorf("polled after %v", took)
			}
		})
	})
	t.Run("429 of a proxy", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, f := paced()
			f.reply = func(_ string, n int) (int, string) {
				if n == 1 {
					return 429, "<html>slow down</html>"
				}
				return 200, `{"ok":true,"result":{"message_id":1}}`
			}
			sendTo(t, c, 5, "sendMessage")
			if got := f.all[1].Sub(f.all[0]); got < time.Second {
				t.Errorf("again after %v", got)
			}
		})
	})
}

// A refusal without end ends: it is not sent again for ever, nor does it hold
// up what comes behind it.
func TestG04OtherRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, f := paced()
		f.reply = func(string, int) (int, string) {
			return 406, `{"ok":false,"error_code":406,"description":"Not Acceptable"}`
		}
		sendTo(t, c, 5, "sendMessage")
		if len(f.all) != 1 {
			t.Errorf("%d calls", len(f.all))
		}
	})
}
