package telegram

import (
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// crowd makes users with a private chat each, and n questions of each in turn,
// which are told apart by their answers.
func (r *rig) crowd(users, n int) []*telegramtest.Chat {
	chats := make([]*telegramtest.Chat, users)
	who := make([]*telegramtest.User, users)
	for i := range chats {
		who[i], chats[i] = r.private(fmt.Sprint("User", i))
	}
	for k := range n {
		for i, c := range chats {
			who[i].Say(c, crowdAsks[k%len(crowdAsks)].text)
		}
	}
	return chats
}

// crowdAsks are questions with words that only their answers hold.
var crowdAsks = []struct{ text, is string }{
	{wetland, "湿地保护率:"}, {"雪博会谁牵头", "雪博会"}, {"森林覆盖率目标是多少", "森林覆盖率:"}, {"草原综合植被覆盖度目标是多少", "草原综合植被覆盖度:"}, {"省林草局牵头的任务", "省林草局牵头"},
}

// checkOrder checks that a chat holds the answers to n questions in their order
// and returns how many more there are, each an answer said again.
func checkOrder(t *testing.T, got []telegramtest.Message, n int) (doubles int) {
	t.Helper()
	k := 0
	for _, m := range got {
		switch {
		case k < n && strings.HasPrefix(m.Text, crowdAsks[k%len(crowdAsks)].is) || k < n && strings.Contains(firstLine(m.Text), crowdAsks[k%len(crowdAsks)].is):
			k++
		case k > 0 && strings.Contains(firstLine(m.Text), crowdAsks[(k-1)%len(crowdAsks)].is):
			doubles++
		default:
			t.Errorf("answer %d is %q", k, firstLine(m.Text))
		}
	}
	if k != n {
		t.Errorf("%d of %d answered in order", k, n)
	}
	return doubles
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

var r10Chats = flag.Int("r10", 30, "chats of TestR10Faults, of ten questions each; 1000 is the long run")

// Of the calls 30 in 100 go wrong, in every way there is.
func TestR10Faults(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	before := runtime.NumGoroutine()
	users, each := *r10Chats, 10
	faults := []*telegramtest.Fault{
		telegramtest.ServerError(), telegramtest.BadGateway(), telegramtest.DropBefore(), telegramtest.DropAfter(), telegramtest.CutJSON(),
		telegramtest.SlowBody(100 * time.Millisecond), telegramtest.Hang(),
		{Name: "502 after", Status: 502, Page: true, Apply: true}, {Name: "409", Status: 409, Description: "Conflict: terminated by other getUpdates request"},
	}
	// A conflict is of polls alone; a pause of a second is rare, or this takes long.
	r.tg.Fault(telegramtest.FirstOf(
		telegramtest.Rate(0.28, 1, faults[:8], "sendMessage"),
		telegramtest.Rate(0.02, 2, []*telegramtest.Fault{telegramtest.TooMany(1)}, "sendMessage"),
		telegramtest.Once("getUpdates", faults[1], faults[2], faults[8], faults[4], telegramtest.TooMany(1)),
	))
	withPlans(engine())(&r.opt)
	chats := r.crowd(users, each)
	b, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	b.client.limit = time.Second // what hangs; less would cut off calls of a busy machine
	b.client.pause = 5 * time.Millisecond
	r.startBot(b)
	deadline := time.Now().Add(time.Duration(10+users) * time.Second)
	for _, c := range chats {
		if !r.tg.Wait(func(s *telegramtest.Server) bool { return len(s.Sent(c)) >= each }, time.Until(deadline)) {
			t.Fatalf("%d of %d; %+v", len(r.tg.Sent(c)), each, r.tg.Stats())
		}
	}
	r.idle()
	doubles := 0
	for _, c := range chats {
		doubles += checkOrder(t, r.tg.Sent(c), each)
	}
	st, n := r.tg.Stats(), r.bot.Counts()
	if d := n.Doubtful.Load(); int64(doubles) > d {
		t.Errorf("%d answers said twice, %d doubtful sends", doubles, d)
	}
	if st.Violations > 0 || n.Answered.Load() != int64(users*each) || n.Failed.Load() > 0 {
		t.Errorf("%d calls too early, %d answered, %d failed", st.Violations, n.Answered.Load(), n.Failed.Load())
	}
	t.Logf("R10: %d questions, %d calls, faults %v: all answered in order, %d said twice, %d doubtful, %d calls too early",
		users*each, st.Calls, st.Faults, doubles, n.Doubtful.Load(), st.Violations)

	// R29: nothing is left behind.
	if err := r.halt(); err != nil {
		t.Error(err)
	}
	r.tg.Close()
	after := runtime.NumGoroutine()
	for end := time.Now().Add(5 * time.Second); after > before+2 && time.Now().Before(end); after = runtime.NumGoroutine() {
		time.Sleep(10 * time.Millisecond)
	}
	if after > before+2 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
	t.Logf("R29: %d goroutines before, %d after", before, after)
}

func TestR13Shuffled(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	withPlans(engine())(&r.opt)
	const users, each = 10, 20
	first := r.tg.LastUpdate() + 1
	chats := r.crowd(users, each)
	r.tg.Duplicate(5)
	r.tg.Shuffle(50, 7)
	duplicates := r.tg.Pending() - users*each
	r.start()
	for _, c := range chats {
		r.sent(c, each)
	}
	r.idle()
	doubles := 0
	for _, c := range chats {
		doubles += checkOrder(t, r.tg.Sent(c), each)
	}
	seen := r.bot.Counts().Duplicates.Load()
	if err := r.halt(); err != nil {
		t.Error(err)
	}
	// The next day's replay, after a restart.
	for id := max(first, 500001); id <= r.tg.LastUpdate(); id++ {
		r.tg.Redeliver(id)
	}
	replayed := r.tg.Pending()
	r.start()
	r.idle()
	for _, c := range chats {
		doubles += checkOrder(t, r.tg.Sent(c), each)
	}
	again := r.bot.Counts().Duplicates.Load()
	if doubles > 0 || int(seen) != duplicates || int(again) != replayed {
		t.Errorf("%d said twice, %d of %d duplicates and %d of %d replayed noticed", doubles, seen, duplicates, again, replayed)
	}
	t.Logf("R13: %d questions shuffled in windows of 50, %d duplicates, %d replayed after a restart: answered once, in order; %d said twice", users*each, duplicates, replayed, doubles)
}

func TestR17StopUnderLoad(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{}, nil)
	withPlans(engine())(&r.opt)
	const users, each = 20, 20
	// Slow enough that the stop comes in the middle.
	r.tg.Fault(func(method string, n int, _ telegramtest.Params) *telegramtest.Fault {
		if method == "sendMessage" {
			return telegramtest.SlowBody(500 * time.Millisecond)
		}
		return nil
	})
	chats := r.crowd(users, each)
	r.start()
	r.waits("load", func(s *telegramtest.Server) bool { return len(s.Calls("sendMessage")) > users })
	at := time.Now()
	err := r.halt()
	took := time.Since(at)
	if err != nil || took > 10*time.Second {
		t.Errorf("stopped with %v after %v", err, took)
	}
	r.tg.Fault(nil)
	early := 0
	for _, c := range chats {
		early += len(r.tg.Sent(c))
	}
	if early == users*each {
		t.Error("the load was over before the stop")
	}
	r.start()
	for _, c := range chats {
		r.sent(c, each)
	}
	r.idle()
	doubles := 0
	for _, c := range chats {
		doubles += checkOrder(t, r.tg.Sent(c), each)
	}
	if doubles > 0 {
		t.Errorf("%d said twice", doubles)
	}
	t.Logf("R17: stopped after %v with %d of %d answered; after the restart all are, %d said twice", took.Round(time.Millisecond), early, users*each, doubles)
}

func TestR20Sizes(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	raw := func(text string) string {
		return `{"message":{"message_id":77,"date":` + num(time.Now().Unix()) + `,"from":{"id":` + num(ann.ID) + `,"is_bot":false,"first_name":"Ann"},"chat":{"id":` + num(c.ID) + `,"type":"private"},"text":"` + text + `"}}`
	}
	r.idle()
	heap0 := heapNow()
	for i, text := range []string{strings.Repeat("湿", 1<<20/3), strings.Repeat("湿", 4097), strings.Repeat("😀", 2049), "/agency " + strings.Repeat("省", 1<<18), "/start " + strings.Repeat("c", 1<<20)} {
		r.tg.InjectRaw(raw(text))
		m := r.sent(c, i+1)[i]
		if i < 3 {
			wants(t, m.Text, "太长")
		}
	}
	grown := heapNow() - heap0
	ann.Say(c, wetland)
	wants(t, r.sent(c, 6)[5].Text, wetlandIs)
	if grown > 50<<20 {
		t.Errorf("%d MB more memory", grown>>20)
	}

	hook, web := hooked(t, nil)
	status, sum := 0, 0
	for _, n := range []int{10 << 20, maxWebhook + 1} {
		body := raw(strings.Repeat("x", n))
		status = post(t, web, hook.opt.WebhookSecret, body)
		if status != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes: %d", n, status)
		}
		sum += n
	}
	if n := hook.tg.Pending(); n != 0 {
		t.Errorf("%d pending", n)
	}
	t.Logf("R20: a question of 1 MB refused politely, %d MB to the webhook answered %d; memory +%d MB", sum>>20, status, grown>>20)
}

func heapNow() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

func post(t *testing.T, web *httptest.Server, secret, body string) int {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, web.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if secret != "" {
		req.Header.Set(secretHeader, secret)
	}
	resp, err := web.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// Text of every class comes out as it went in, in markup that Telegram takes.
func TestR21Text(t *testing.T) {
	n := 0
	for _, s := range slices.Concat(hostile, odd, []string{
		"\xff\xfe湿地\x80", "\xed\xa0\x80", "a\xc3", strings.Repeat("e\u0301", 10000), "\u2066\u2067\u2068\u2069\u200f", "\U000e0001\U0010ffff",
		strings.Repeat("<&>", 2000), strings.Repeat("@evil_user ", 400), strings.Repeat("https://evil.example/ ", 200), strings.Repeat("😀", 5000), "\r\n\r\n", "",
	}) {
		checkRender(t, s)
		n++
	}
	t.Logf("R21: %d texts, all taken and unchanged", n)
}

// checkRender writes a text in every way, and checks what the server makes of
// it.
func checkRender(t testing.TB, s string) {
	t.Helper()
	want := valid(s)
	for _, part := range split(s, quoteUnits) {
		if units(part) > quoteUnits || utf8.ValidString(s) && !utf8.ValidString(part) {
			t.Errorf("a part of %d units", units(part))
		}
	}
	if got := strings.Join(split(s, quoteUnits), ""); got != s {
		t.Errorf("%.40q is cut to %.40q", s, got)
	}
	for name, write := range map[string]func(*writer){
		"text": func(w *writer) { w.text(s) }, "bold": func(w *writer) { w.bold(s) }, "quote": func(w *writer) { w.quote(s) },
		"link": func(w *writer) { w.link("https://wence.example.cn/?q="+s, s) },
	} {
		w := &writer{}
		write(w)
		b := w.block()
		text, entities, err := telegramtest.ParseHTML(b.html)
		if err != nil || text != want {
			t.Errorf("%s %.40q: %v, shows %.40q", name, s, err, text)
		}
		if b.units != units(text) || len(entities) > b.entities {
			t.Errorf("%s %.40q: %d units and %d entities, said %d and %d", name, s, units(text), len(entities), b.units, b.entities)
		}
		if got := plain(b.html); got != want {
			t.Errorf("%s %.40q: plain is %.40q", name, s, got)
		}
	}
}

// A deaf store takes nothing while its door is shut.
type deafStore struct {
	store.Store
	shut atomic.Bool
}

func (s *deafStore) Apply(ops ...store.Op) error {
	if s.shut.Load() {
		return errors.New("no space left on device")
	}
	return s.Store.Apply(ops...)
}

func TestR24WebhookSecret(t *testing.T) {
	if _, err := New(Options{Token: "7000000001:AAtelegramtest-only-no-real-token_00", WebhookURL: "https://wence.example.cn/hook"}); err == nil {
		t.Error("webhook mode without a secret")
	}
	deaf := &deafStore{}
	r := newRig(t, telegramtest.Options{}, nil)
	deaf.Store, r.opt.Store = r.st, deaf
	r.opt.WebhookSecret = "a-secret_of_the-hook"
	var statuses []int
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		rec := httptest.NewRecorder()
		r.bot.ServeHTTP(rec, req)
		statuses = append(statuses, rec.Code)
		w.WriteHeader(rec.Code)
	}))
	t.Cleanup(web.Close)
	r.opt.WebhookURL = web.URL
	r.start()
	r.waits("webhook", func(s *telegramtest.Server) bool { return len(s.Calls("setWebhook")) == 1 })
	ann, c := r.private("Ann")
	update := `{"update_id":900000,"message":{"message_id":77,"date":` + num(time.Now().Unix()) + `,"from":{"id":` + num(ann.ID) + `,"is_bot":false,"first_name":"Ann"},"chat":{"id":` + num(c.ID) + `,"type":"private"},"text":"` + wetland + `"}}`
	secret := r.opt.WebhookSecret
	bad := []string{"", "x", secret[:len(secret)-1], secret + "x", strings.Repeat("x", 8000), strings.ToUpper(secret), secret[1:]}
	for _, s := range bad {
		if got := post(t, web, s, update); got != http.StatusUnauthorized {
			t.Errorf("%.30q: %d", s, got)
		}
	}
	if kept, err := r.st.Scan("tg/", "", 0); err != nil || len(kept) > 0 {
		t.Errorf("%d entries of forged updates", len(kept))
	}
	for body, want := range map[string]int{"": 400, "{": 400, "[]": 400, "null": 400, `{"update_id":"x"}`: 400, `{"update_id":900001,"message":7}`: 200, `{"update_id":900002,"new_kind":{}}`: 200} {
		if got := post(t, web, secret, body); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
	resp, err := web.Client().Get(web.URL)
	if err != nil || resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", resp, err)
	}
	resp.Body.Close()
	// Not kept: not taken. Telegram posts it again.
	deaf.shut.Store(true)
	ann.Say(c, wetland)
	r.waits("refusals", func(s *telegramtest.Server) bool { return s.Stats().WebhookPosts >= 2 })
	if n := len(r.tg.Sent(c)); n > 0 || !slices.Contains(statuses, http.StatusServiceUnavailable) {
		t.Errorf("%d answers to what is not kept, statuses %v", n, statuses)
	}
	deaf.shut.Store(false)
	r.one(c)
	t.Logf("R24: %d wrong secrets answered 401 and nothing kept; 503 while the store failed, then answered once", len(bad))
}

// An undecodable update in the middle of a batch harms no other (G1).
func TestG01BatchSurvives(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	withPlans(engine())(&r.opt)
	ann, c := r.private("Ann")
	for range 20 {
		ann.Say(c, wetland)
		r.tg.InjectRaw(`{"message":{"message_id":[],"chat":7}}`)
	}
	r.start()
	r.sent(c, 20)
	r.quiet(c, 20)
	if n := r.bot.Counts().Undecodable.Load(); n != 20 {
		t.Errorf("%d undecodable", n)
	}
}

// The reply of a store that fails while updates come is not lost either.
func TestStoreFailsForAWhile(t *testing.T) {
	t.Parallel()
	r := newRig(t, telegramtest.Options{}, nil)
	deaf := &deafStore{Store: r.st}
	r.opt.Store = deaf
	deaf.shut.Store(true)
	r.start()
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	r.waits("polls", func(s *telegramtest.Server) bool { return len(s.Calls("getUpdates")) >= 2 })
	deaf.shut.Store(false)
	r.one(c)
}
