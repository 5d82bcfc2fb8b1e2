package telegram

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/wence-qa/wence/internal/telegram/telegramtest"
)

var updateScreens = flag.Bool("update", false, "write the screens into the READMEs")

// TestScreens holds the conversation that the READMEs show, and checks that
// they show it as it is.
func TestScreens(t *testing.T) {
	r := run(t, telegramtest.Options{Username: "wence_bot"}, func(o *Options) { o.PublicURL = "https://plan.example.org" })
	ann := r.tg.AddUser("小王")
	bob := r.tg.AddUser("小李")
	g := r.tg.AddSupergroup("规划处", false, ann, bob)
	var b strings.Builder
	say := func(u *telegramtest.User, text string, opts ...telegramtest.SayOption) {
		n := len(r.tg.Sent(g))
		u.Say(g, text, opts...)
		m := r.sent(g, n+1)[n]
		b.WriteString(u.First + ":" + text + "\n\n" + indent(telegramtest.Render(m)) + "\n\n")
	}
	say(ann, "/ask@wence_bot 湿地保护率要到多少?")
	say(ann, "那森林覆盖率呢", telegramtest.ReplyTo(r.tg.Sent(g)[0]))
	say(bob, "/ask@wence_bot 雪博会是省商务厅牵头吧")
	say(bob, "/ask@wence_bot 医院污水处理谁牵头")
	want := "<!-- screens -->\n```\n" + strings.TrimRight(b.String(), "\n") + "\n```\n<!-- /screens -->"
	for _, file := range []string{"../../README.md", "../../README.zh-CN.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(text), "<!-- screens -->")
		_, after, ok2 := strings.Cut(rest, "<!-- /screens -->")
		if !ok || !ok2 {
			t.Fatalf("%s has no place for screens", file)
		}
		fresh := before + want + after
		if *updateScreens {
			if err := os.WriteFile(file, []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if string(text) != fresh {
			t.Errorf("%s shows other screens; run go test ./internal/telegram -run TestScreens -update\nwant\n%s", file, want)
		}
	}
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(s, "\n", "\n    ")
}
