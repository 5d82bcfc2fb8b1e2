package telegram

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

// buttonsIn returns the texts of a keyboard.
func buttonsIn(m telegramtest.Message) string {
	var out []string
	for _, row := range m.Keyboard {
		for _, b := range row {
			out = append(out, b.Text)
		}
	}
	return strings.Join(out, " ")
}

// clausesOf returns the ids that a message cites.
func clausesOf(text string) []string {
	return regexp.MustCompile(`\(\d+(?:\.\d+)+\)`).FindAllString(text, -1)
}

func TestT20Paging(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	const list = "省生态环境厅牵头的任务"
	ann.Say(c, list)
	m := r.one(c)
	wants(t, m.Text, "39项")
	first := m.Text
	pages := [][]string{clausesOf(m.Text)}
	for strings.Contains(buttonsIn(m), "下一页") {
		id := ann.Tap(m, "下一页")
		m = r.edited(c, 0, len(pages))
		pages = append(pages, clausesOf(m.Text))
		r.answered(id)
		neat(t, m)
	}
	seen := map[string]int{}
	for _, p := range pages {
		for _, id := range p {
			seen[id]++
		}
	}
	if len(seen) != 39 {
		t.Errorf("%d clauses on %d pages", len(seen), len(pages))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s stands there %d times", id, n)
		}
	}
	for range len(pages) - 1 {
		ann.Tap(m, "上一页")
		n := len(m.Edits)
		m = r.edited(c, 0, n+1)
	}
	if m.Text != first {
		t.Errorf("the first page is %q, was %q", m.Text, first)
	}
	r.quiet(c, 1)

	// 还有吗 continues where the cut is, and says when there is no more.
	for i := 1; i < len(pages); i++ {
		ann.Say(c, "还有吗")
		got := r.sent(c, i+1)[i]
		if strings.Join(clausesOf(got.Text), " ") != strings.Join(pages[i], " ") {
			t.Errorf("page %d: %v, want %v", i+1, clausesOf(got.Text), pages[i])
		}
	}
	ann.Say(c, "还有吗")
	wants(t, r.sent(c, len(pages)+1)[len(pages)].Text, "没有更多")
}

// After turning pages by buttons, 还有吗 goes on from the page that is shown.
func TestT20PagingThenMore(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, "省生态环境厅牵头的任务")
	m := r.one(c)
	ann.Tap(m, "下一页")
	m = r.edited(c, 0, 1)
	ann.Tap(m, "下一页")
	m = r.edited(c, 0, 2)
	ann.Tap(m, "上一页")
	m = r.edited(c, 0, 3)
	ann.Say(c, "还有吗")
	got := r.sent(c, 2)[1]
	wants(t, got.Text, "第3页")
	for _, id := range clausesOf(m.Text) {
		if strings.Contains(got.Text, id) {
			t.Errorf("%s again", id)
		}
	}
	// Somebody else turns a page: the message changes, their talk does not.
	bob := r.tg.AddUser("Bob")
	g := r.tg.AddGroup("g", ann, bob)
	ann.Say(g, "/ask@plan_qa_bot 省生态环境厅牵头的任务")
	m = r.one(g)
	bob.Tap(m, "下一页")
	m = r.edited(g, 0, 1)
	wants(t, m.Text, "第2页")
}

func TestT20ForgedTaps(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", false, ann)
	ann.Say(c, "/ask "+wetland)
	m := r.one(c)
	ann.Say(c, "/help")
	help := r.sent(c, 2)[1]
	ann.Say(c, "/ask 谁牵头")
	asks := r.sent(c, 3)[2]
	private := r.tg.AddPrivate(ann)
	for _, x := range []struct {
		to   telegramtest.Message
		data string
	}{
		{m, ""}, {m, ":"}, {m, "0:u"}, {m, "2:n:1"}, {m, "1"}, {m, "1:"}, {m, "1:z"}, {m, "1:u:1"}, {m, "1:n"}, {m, "1:n:"},
		{m, "1:n:-1"}, {m, "1:n:1"}, {m, "1:n:99999999999999999999"}, {m, "1:n:x"}, {m, "1:c:0"}, {asks, "1:c:-1"}, {asks, "1:c:99"},
		{m, "1:q:c0000000000000000"}, {m, "1:x:../../etc"}, {m, "1:q:"}, {m, "1:t:0:0"}, {m, "1:t:9:0"}, {m, "1:t:0:-1"}, {m, "1:t:-1:0"}, {m, "1:t::"},
		{m, "1:a:-1"}, {m, "1:a:1000"}, {m, "1:p:5"}, {m, "1:p:-2"}, {m, "1:p:x"},
		{help, "1:u"}, {help, "1:n:0"}, {help, "1:c:0"}, {help, "1:t:0:1"},
		{m, "1:q:" + strings.Repeat("c", 100)}, {m, strings.Repeat("湿", 40)}, {m, "1:n:１"}, {m, "\x00\x01"}, {m, "<b>"}, {m, "/start"},
	} {
		if r.tg.Sent(c)[0].Text != m.Text {
			t.Fatalf("%q changed the answer", x.data)
		}
		// A person for each: the limits are another test.
		eve := r.tg.AddUser("Eve")
		r.tg.AddMember(c, eve)
		a := r.answered(eve.TapData(x.to, x.data))
		if a.Text == "" || utf8.RuneCountInString(a.Text) > 200 || a.Alert {
			t.Errorf("%q: answered with %q", x.data, a.Text)
		}
	}
	r.quiet(c, 3)
	if n := len(r.tg.Sent(private)); n > 0 {
		t.Errorf("%d messages in another chat", n)
	}
	if n := r.bot.Counts().Panics.Load(); n > 0 {
		t.Errorf("%d panics", n)
	}
}

func TestT21TapsAreAnsweredFirst(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	m := r.one(c)
	var order []string
	r.tg.Fault(func(method string, _ int, _ telegramtest.Params) *telegramtest.Fault {
		order = append(order, method)
		return nil
	})
	r.answered(ann.Tap(m, "原文"))
	r.sent(c, 2)
	for _, b := range []string{"上下文", "有用", "有误"} {
		if a := r.answered(ann.Tap(m, b)); utf8.RuneCountInString(a.Text) > 200 {
			t.Errorf("%s: %q", b, a.Text)
		}
	}
	r.sent(c, 3)
	// A query that is too old is nobody's fault.
	r.tg.Hold()
	ann.Tap(m, "原文")
	r.tg.ExpireQueries()
	r.tg.Release()
	r.sent(c, 4)
	r.waits("old query", func(s *telegramtest.Server) bool { return s.Stats().OldQueries == 1 })
	r.quiet(c, 4)
	if n := len(r.tg.Calls("answerCallbackQuery")); n != 5 {
		t.Errorf("%d answers to taps", n)
	}
}

// The answer to a tap does not wait for what goes on in the chat.
func TestT21TapBesideSlowAnswer(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	b, err := New(r.opt)
	if err != nil {
		t.Fatal(err)
	}
	b.client.limit = time.Second // of the call that hangs
	r.startBot(b)
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	m := r.one(c)
	r.tg.Fault(telegramtest.Once("sendMessage", telegramtest.Hang()))
	ann.Say(c, "雪博会谁牵头")
	r.waits("a call that hangs", func(s *telegramtest.Server) bool { return len(s.Calls("sendMessage")) == 2 })
	id := ann.Tap(m, "原文")
	r.answered(id)
	if n := len(r.tg.Sent(c)); n != 1 {
		t.Errorf("the tap waited for the answer: %d", n)
	}
	r.sent(c, 3)
	r.idle()
	if n := r.bot.Counts().Doubtful.Load(); n != 1 {
		t.Errorf("%d doubtful sends", n)
	}
}

func TestT22EditsKeepButtons(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, "省生态环境厅牵头的任务")
	m := r.one(c)
	ann.Tap(m, "下一页")
	m = r.edited(c, 0, 1)
	wants(t, buttonsIn(m), "上一页", "下一页", "有用", "有误")
	// The same page again is no failure.
	ann.TapData(m, data("n", "1"))
	ann.TapData(m, data("n", "1"))
	r.quiet(c, 1)
	if n := r.bot.Counts().Failed.Load(); n > 0 {
		t.Errorf("%d failed", n)
	}
	if n := r.tg.Stats().Refusals; len(n) != 1 {
		t.Errorf("no message was unchanged: %v", n)
	}
}

func TestT23ButtonsInGroups(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, func(o *Options) { o.PublicURL = "https://wence.example.cn" })
	ann := r.tg.AddUser("Ann")
	c := r.tg.AddSupergroup("g", false, ann)
	for i, q := range []string{wetland, "省生态环境厅牵头的任务", "谁牵头"} {
		ann.Say(c, "/ask "+q)
		neat(t, r.sent(c, i+1)[i]) // only buttons with data, which work everywhere
	}
	for i, q := range []string{"/agency", "/targets", "/plan"} {
		ann.Say(c, q)
		neat(t, r.sent(c, i+4)[i+3])
	}
}

func TestT24DeepLinks(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, c := r.private("Ann")
	g := r.tg.AddSupergroup("g", false, ann)
	ann.Say(g, "/ask "+wetland)
	link := linksOf(r.one(g))[0]
	_, payload, ok := strings.Cut(link, "?start=")
	if !ok || !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(payload) {
		t.Fatalf("link %q", link)
	}
	ann.Say(c, "/start "+payload)
	m := r.one(c)
	wants(t, m.Text, "全省森林覆盖率、湿地保护率分别达到45.8%和45.22%", "6.0.2")
	neat(t, m)
	ann.Say(g, "/start@plan_qa_bot "+payload)
	wants(t, r.sent(g, 2)[1].Text, "45.22%")
	for i, bad := range []string{"c0000000000000000", "../../x", "<b>", strings.Repeat("a", 64)} {
		ann.Say(c, "/start "+bad)
		m := r.sent(c, i+2)[i+1]
		wants(t, m.Text, "没有找到")
		harmless(t, m)
	}
	// Every citation of the plan can be opened.
	for name := range r.bot.refs.of {
		if len(name) > 64 || !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(name) {
			t.Errorf("payload %q", name)
		}
	}
}

func TestT25Inline(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann := r.tg.AddUser("Ann")
	for _, q := range append([]string{"", " ", wetland, "秸秆", "湿地", "省生态环境厅牵头的任务", "月球基地", "谁牵头", "你好"}, hostile...) {
		a := r.answered(ann.Inline(q))
		if len(a.Results) > 50 || a.CacheTime < 300 || a.Personal {
			t.Errorf("%q: %d results, cache %d, personal %v", q, len(a.Results), a.CacheTime, a.Personal)
		}
		ids := map[string]bool{}
		for _, res := range a.Results {
			if ids[res.ID] || len(res.ID) < 1 || len(res.ID) > 64 || res.Title == "" || res.Description == "" || res.Text == "" {
				t.Errorf("%q: result %+v", q, res)
			}
			ids[res.ID] = true
			harmless(t, telegramtest.Message{Text: res.Text, Entities: res.Entities})
		}
		if (strings.TrimSpace(q) == "" || q == "秸秆" || q == wetland) && len(a.Results) == 0 {
			t.Errorf("%q: nothing to choose", q)
		}
	}
	if n := r.bot.Counts().Dropped.Load(); n > 0 {
		t.Errorf("%d answers refused: %v", n, r.tg.Stats().Refusals)
	}
	// More results than there are: nothing more.
	if a := r.answered(ann.Inline("秸秆", "50")); len(a.Results) > 50 {
		t.Errorf("%d results", len(a.Results))
	}
	// One who is too late harms nobody.
	r.tg.Hold()
	ann.Inline("秸秆")
	r.tg.ExpireQueries()
	r.tg.Release()
	r.waits("old query", func(s *telegramtest.Server) bool { return s.Stats().OldQueries == 1 })
}

func TestT25InlineForTheAllowed(t *testing.T) {
	r := newRig(t, telegramtest.Options{}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	r.opt.AllowedUsers = []int64{ann.ID}
	r.start()
	a, b := r.answered(ann.Inline("秸秆")), r.answered(bob.Inline("秸秆"))
	if len(a.Results) == 0 || len(b.Results) != 0 {
		t.Errorf("%d and %d results", len(a.Results), len(b.Results))
	}
	// Or Telegram would show the one's results to the other.
	if !a.Personal || !b.Personal {
		t.Error("the results are not personal")
	}
}

func TestT26ChosenResult(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, wetland)
	m := r.one(c)
	id := ann.Inline(wetland)
	a := r.answered(id)
	if got := telegramtest.Render(telegramtest.Message{Text: a.Results[0].Text, Entities: a.Results[0].Entities}); got != telegramtest.Render(telegramtest.Message{Text: m.Text, Entities: m.Entities}) {
		t.Errorf("inline %q, chat %q", got, telegramtest.Render(m))
	}
	g := r.tg.AddSupergroup("g", false, ann)
	ann.Choose(c, id, a.Results[0].ID)
	ann.Choose(g, id, a.Results[0].ID)
	r.quiet(c, 1) // the bot does not answer itself
	r.quiet(g, 0)
	if n := r.bot.Counts().Inserted.Load(); n != 2 {
		t.Errorf("%d inserted", n)
	}
}

func TestT27Feedback(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	c := r.tg.AddSupergroup("g", false, ann, bob)
	ann.Say(c, "/ask "+wetland)
	m := r.one(c)
	wants(t, r.answered(ann.Tap(m, "有误")).Text, "谢谢")
	r.answered(ann.Tap(m, "有用")) // changed their mind
	r.answered(bob.Tap(m, "有误"))
	r.quiet(c, 1)
	s, err := r.opt.Chat.Stats()
	if err != nil || s.Good != 1 || s.Bad != 1 || len(s.BadOn) != 1 || s.BadOn[0].Name != "jilin-2024/6.0.2" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestChoices(t *testing.T) {
	r := run(t, telegramtest.Options{PrivacyOff: true}, nil)
	ann, bob := r.tg.AddUser("Ann"), r.tg.AddUser("Bob")
	for _, c := range []*telegramtest.Chat{r.tg.AddPrivate(ann), r.tg.AddSupergroup("g", false, ann, bob)} {
		ann.Say(c, "/ask 谁牵头")
		m := r.one(c)
		if len(m.Keyboard) == 0 {
			t.Fatalf("no choices: %s", telegramtest.Render(m))
		}
		n := 1
		for _, row := range m.Keyboard {
			ann.Tap(m, row[0].Text)
			n++
			got := r.sent(c, n)[n-1]
			if got.Text == m.Text || strings.Contains(buttonsIn(got), row[0].Text) {
				t.Errorf("%s: %q", row[0].Text, got.Text)
			}
		}
		// The talk goes on from the choice.
		ann.Say(c, "/ask 原文发一下")
		wants(t, r.sent(c, n+1)[n].Text, "——")
	}
}

func TestClauseButtons(t *testing.T) {
	r := run(t, telegramtest.Options{}, nil)
	ann, c := r.private("Ann")
	ann.Say(c, "雪博会谁牵头")
	m := r.one(c)
	ann.Tap(m, "原文")
	text := r.sent(c, 2)[1]
	wants(t, text.Text, "雪博会", "(7.3.1)")
	ann.Tap(m, "上下文")
	around := r.sent(c, 3)[2]
	if len(around.Text) <= len(text.Text) {
		t.Errorf("around %q", around.Text)
	}
	ann.Tap(text, "上下文")
	if got := r.sent(c, 4)[3]; got.Text != around.Text {
		t.Errorf("%q is not %q", got.Text, around.Text)
	}
	// The buttons do not change what the talk is about.
	ann.Say(c, "期限呢")
	wants(t, r.sent(c, 5)[4].Text, "雪博会")
	for _, m := range r.tg.Sent(c) {
		neat(t, m)
	}
}
