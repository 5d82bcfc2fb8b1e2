package chat

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/store"
)

// clock is a time that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

// testLog is a Chat that keeps a log, with its store and clock.
func testLog(t *testing.T, opt Options) (*Chat, store.Store, *clock) {
	t.Helper()
	opt.Log = true
	k := &clock{start}
	st := store.NewMemory(k.now)
	return New(testChat(t).engine, st, opt), st, k
}

// send answers m and records it as sent under id with pages.
func send(t *testing.T, c *Chat, m Message, id string, pages int) *Reply {
	t.Helper()
	r, err := c.Answer(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.store.Apply(c.Record(r, Sent{ID: id, Pages: pages})...); err != nil {
		t.Fatal(err)
	}
	return r
}

var ann = Key{Chat: "-100", Topic: "7", User: "11"}

// TestPages continues a long answer by 还有吗 and by page.
func TestPages(t *testing.T) {
	c, _, _ := testLog(t, Options{})
	first := send(t, c, Message{Key: ann, ID: "1", Text: "省林草局牵头的任务", At: start}, "a1", 3)
	for n := 1; n < 3; n++ {
		r := send(t, c, Message{Key: ann, ID: fmt.Sprint(n + 1), Text: "还有吗", At: start}, fmt.Sprint("a", n+1), 3)
		if r.Page != n || r.Headline != first.Headline {
			t.Errorf("还有吗: page %d of %q, want page %d of %q", r.Page, r.Headline, n, first.Headline)
		}
	}
	if r := send(t, c, Message{Key: ann, ID: "4", Text: "还有吗", At: start}, "a4", 1); r.Found || r.Page != 0 {
		t.Errorf("after the last page: %s", r.Answer)
	}
	r, err := c.Page(t.Context(), ann, "a1", 2, start)
	if err != nil || r.Page != 2 || r.Edits != "a1" || r.Text != first.Text {
		t.Errorf("page 2: %+v %v", r, err)
	}
	for _, test := range []struct {
		id   string
		page int
	}{{"a1", 3}, {"a1", -1}, {"a9", 0}} {
		if _, err := c.Page(t.Context(), ann, test.id, test.page, start); !errors.Is(err, ErrForgotten) {
			t.Errorf("page %d of %s: %v, want ErrForgotten", test.page, test.id, err)
		}
	}
}

// TestEdited edits a question: the new answer takes the old one's place and the
// conversation goes on from it.
func TestEdited(t *testing.T) {
	c, _, _ := testLog(t, Options{})
	send(t, c, Message{Key: ann, ID: "1", Text: "湿地保护率的目标", At: start}, "a1", 1)
	r := send(t, c, Message{Key: ann, ID: "1", Text: "森林覆盖率的目标", At: start, Edited: true}, "a1", 1)
	if r.Edits != "a1" || !strings.Contains(r.Headline, "45.8%") {
		t.Errorf("edited: %q in place of %q", r.Headline, r.Edits)
	}
	if r := send(t, c, Message{Key: ann, ID: "2", Text: "期限呢", At: start}, "a2", 1); !strings.Contains(r.Headline, "森林覆盖率") {
		t.Errorf("follow-up: %q", r.Headline)
	}
	// An older question that is edited does not change what is talked about.
	send(t, c, Message{Key: ann, ID: "1", Text: "草原综合植被覆盖度目标", At: start, Edited: true}, "a1", 1)
	if r := send(t, c, Message{Key: ann, ID: "3", Text: "目标多少", At: start}, "a3", 1); !strings.Contains(r.Headline, "森林覆盖率") {
		t.Errorf("after editing an older question: %q", r.Headline)
	}
	if r := send(t, c, Message{Key: ann, ID: "9", Text: "用水权谁牵头", At: start, Edited: true}, "a9", 1); r.Edits != "" || !r.Found {
		t.Errorf("edited before it was answered: %+v", r)
	}
}

func TestChosenPlan(t *testing.T) {
	c, st, k := testLog(t, Options{})
	if err := st.Apply(c.SetPlan("-100", "jilin-2024")...); err != nil {
		t.Fatal(err)
	}
	k.t = start.Add(72 * time.Hour)
	if id, err := c.Plan("-100"); id != "jilin-2024" || err != nil {
		t.Errorf("plan %q %v after three days", id, err)
	}
	if err := st.Apply(c.SetPlan("-100", "")...); err != nil {
		t.Fatal(err)
	}
	if id, err := c.Plan("-100"); id != "" || err != nil {
		t.Errorf("plan %q %v after none was chosen", id, err)
	}
}

func TestStats(t *testing.T) {
	c, st, k := testLog(t, Options{KeepQuestions: 24 * time.Hour})
	for i, q := range []string{"湿地保护率的目标", "用水权谁牵头", "医院污水处理谁牵头", "医院污水处理谁牵头", "你好"} {
		send(t, c, Message{Key: ann, ID: fmt.Sprint(i), Text: q, At: start.Add(time.Duration(i) * time.Second)}, fmt.Sprint("a", i), 1)
	}
	rate := func(user string, good bool) {
		ops, err := c.Rate(Key{Chat: "-100", User: user}, "a1", good, start)
		if err != nil {
			t.Fatal(err)
		}
		if err := st.Apply(ops...); err != nil {
			t.Fatal(err)
		}
	}
	rate("11", true)
	rate("11", false) // changed their mind
	rate("12", true)
	s, err := c.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if s.Answers != 5 || s.Found != 2 || s.Good != 1 || s.Bad != 1 || len(s.BadOn) != 1 || s.BadOn[0] != (Count{"jilin-2024/8.4.3", 1}) ||
		len(s.Open) != 1 || s.Open[0] != (Count{"医院污水处理谁牵头", 2}) || s.NoText != 0 {
		t.Errorf("got %+v", s)
	}
	for _, want := range []string{"近30天答复5条,答上2条(40%);有用1,有误1。", "没有答上 2", "jilin-2024/8.4.3 1次"} {
		if !strings.Contains(s.String(), want) {
			t.Errorf("%q is not in %q", want, s)
		}
	}
	if !strings.Contains(s.Unanswered(), "医院污水处理谁牵头(2次)") {
		t.Errorf("got %q", s.Unanswered())
	}
	k.t = start.Add(25 * time.Hour) // texts are gone, counts stay
	if s, err := c.Stats(); err != nil || len(s.Open) != 0 || s.NoText != 2 || s.Answers != 5 {
		t.Errorf("a day later: %+v %v", s, err)
	}
	k.t = start.Add(LogKept + time.Hour)
	if s, err := c.Stats(); err != nil || s.Answers != 0 || s.Good != 0 {
		t.Errorf("a month later: %+v %v", s, err)
	}
}

// TestNoTexts checks that no text of a question is in the log unless the owner
// wants that, and nobody's id in any case.
func TestNoTexts(t *testing.T) {
	c, st, _ := testLog(t, Options{})
	user := "8888777766"
	send(t, c, Message{Key: Key{Chat: "-100", User: user}, ID: "1", Text: "医院污水处理谁牵头", At: start}, "a1", 1)
	for _, prefix := range []string{"log/", "open/", "rate/"} {
		entries, err := st.Scan(prefix, "", 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if all := e.Key + string(e.Value); strings.Contains(all, "污水") || strings.Contains(all, user) {
				t.Errorf("%s tells too much: %s", e.Key, e.Value)
			}
		}
	}
}

func TestForget(t *testing.T) {
	c, st, _ := testLog(t, Options{KeepQuestions: time.Hour})
	bob := Key{Chat: "-100", Topic: "7", User: "12"}
	for i, k := range []Key{ann, bob} {
		send(t, c, Message{Key: k, ID: fmt.Sprint(i), Text: "医院污水处理谁牵头", At: start}, fmt.Sprint("a", i), 1)
	}
	n, err := c.Forget(ann)
	if err != nil || n == 0 {
		t.Fatalf("%d entries, %v", n, err)
	}
	all, err := st.Scan("", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	who := c.who(ann.User)
	for _, e := range all {
		if strings.Contains(string(e.Value), `"User":"11"`) || strings.Contains(string(e.Value), who) {
			t.Errorf("%s is still there: %s", e.Key, e.Value)
		}
	}
	if _, err := c.record("-100", "a1"); err != nil {
		t.Errorf("another user's answer: %v", err)
	}
	if s, err := c.Stats(); err != nil || s.Answers != 2 || len(s.Open) != 1 {
		t.Errorf("counts must stay: %+v %v", s, err)
	}
	if err := c.ForgetChat("-100"); err != nil {
		t.Fatal(err)
	}
	if left, err := st.Scan(chatPrefix("-100"), "", 0); err != nil || len(left) > 0 {
		t.Errorf("%d entries of the chat are left, %v", len(left), err)
	}
}

// TestMove carries a conversation over to another chat id.
func TestMove(t *testing.T) {
	c, st, _ := testLog(t, Options{})
	send(t, c, Message{Key: ann, ID: "1", Text: "湿地保护率的目标", At: start}, "a1", 1)
	if err := st.Apply(c.SetPlan("-100", "jilin-2024")...); err != nil {
		t.Fatal(err)
	}
	if err := c.Move("-100", "-200"); err != nil {
		t.Fatal(err)
	}
	k := ann
	k.Chat = "-200"
	if r := send(t, c, Message{Key: k, ID: "2", Text: "期限呢", At: start}, "a2", 1); !r.Found {
		t.Errorf("after the move: %s", r.Answer)
	}
	if id, err := c.Plan("-200"); id != "jilin-2024" || err != nil {
		t.Errorf("plan %q %v", id, err)
	}
	if left, err := st.Scan(chatPrefix("-100"), "", 0); err != nil || len(left) > 0 {
		t.Errorf("%d entries are left, %v", len(left), err)
	}
}

// TestLimits asks too fast.
func TestLimits(t *testing.T) {
	c := testChat(t)
	count := func(k Key, n int, at time.Time) (got [3]int) {
		for range n {
			got[c.Admit(k, at)]++
		}
		return got
	}
	if got := count(ann, 40, start); got != [3]int{30, 1, 9} {
		t.Errorf("40 of one user: %v", got)
	}
	if got := count(ann, 40, start.Add(61*time.Second)); got != [3]int{30, 1, 9} {
		t.Errorf("a minute later: %v", got)
	}
	// 60 of a chat, whoever asks. Bob has 30 and the chat has 30 left.
	c = testChat(t)
	count(ann, 30, start)
	bob, eve := ann, ann
	bob.User, eve.User = "12", "13"
	if got := count(bob, 30, start); got != [3]int{30, 0, 0} {
		t.Errorf("another user: %v", got)
	}
	if got := count(eve, 5, start); got != [3]int{0, 1, 4} {
		t.Errorf("over the limit of the chat: %v", got)
	}
	for i := range 5 {
		many := eve
		many.User = fmt.Sprint("x", i)
		if got := count(many, 1, start); got != [3]int{0, 0, 1} {
			t.Errorf("another user over the limit of the chat: %v", got)
		}
	}
	other := eve
	other.Chat = "-300"
	if got := count(other, 5, start); got != [3]int{5, 0, 0} {
		t.Errorf("another chat: %v", got)
	}
}

// TestR9Clock lets the clock jump.
func TestR9Clock(t *testing.T) {
	c, _, k := testLog(t, Options{})
	jumps := 0
	for _, d := range []time.Duration{24 * time.Hour, -24 * time.Hour, 0, -48 * time.Hour, 72 * time.Hour} {
		k.t = k.t.Add(d)
		jumps++
		// A limiter that thought in the future must not lock anybody out for
		// longer than its window, counted on the new clock.
		for range 50 {
			c.Admit(ann, k.t)
		}
		if got := c.Admit(ann, k.t.Add(3*time.Second)); got != Admit {
			t.Errorf("after a jump of %v: verdict %v three seconds later", d, got)
		}
		k.t = k.t.Add(time.Minute)
		send(t, c, Message{Key: ann, ID: "1", Text: "湿地保护率的目标", At: k.t}, "a1", 1)
		if r := send(t, c, Message{Key: ann, ID: "2", Text: "期限呢", At: k.t.Add(time.Minute)}, "a2", 1); !r.Found {
			t.Errorf("after a jump of %v: %s", d, r.Answer)
		}
		if r := send(t, c, Message{Key: ann, ID: "3", Text: "期限呢", At: k.t.Add(2*Expiry + 2*time.Minute)}, "a3", 1); r.Found {
			t.Errorf("after a jump of %v a conversation lives for twice its time", d)
		}
	}
	t.Logf("R9: %d jumps of the clock", jumps)
}

// TestSmall bounds what is kept of an answer of any size.
func TestSmall(t *testing.T) {
	c, _, _ := testLog(t, Options{})
	for _, text := range []string{strings.Repeat("省生态环境厅牵头的任务和目标有哪些,", 200), "所有主要目标", "省生态环境厅牵头的任务"} {
		r, err := c.Answer(t.Context(), Message{Key: ann, ID: "1", Text: text, At: start})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range c.Record(r, Sent{ID: "a", Pages: 9}) {
			if len(o.Value) > store.MaxValue/4 {
				t.Errorf("%.20s: %d bytes under %s", text, len(o.Value), o.Key)
			}
		}
		if r.Kind == answer.KindNone {
			t.Logf("%.20s: %s", text, r.Headline)
		}
	}
}
