package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A tab is one tab of a real browser at a Site.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
}

// required says that a missing browser is a failure.
func required() bool { return os.Getenv("WENCE_REQUIRE_BROWSER") != "" }

// needs skips the test for want of something that not every machine has.
func needs(t *testing.T, what string) {
	t.Helper()
	if required() {
		t.Fatalf("WENCE_REQUIRE_BROWSER is set, and there is no %s", what)
	}
	t.Skipf("no %s: browser tests are skipped", what)
}

func browserPath() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// newTab opens a browser at h.
func newTab(t *testing.T, h http.Handler) *tab {
	t.Helper()
	if testing.Short() {
		t.Skip("browser tests are skipped with -short")
	}
	bin := browserPath()
	if bin == "" {
		needs(t, "chromium")
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-background-networking", true))...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &tab{t, ctx, srv.URL}
	b.size(1280)
	// On a busy machine axe alone takes a minute for all pages.
	b.ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	return b
}

func (b *tab) do(a ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, a...); err != nil {
		b.t.Fatal(err)
	}
}

// size sets the width of the window.
func (b *tab) size(width int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, 900))
}

// open goes to a page.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// scheme makes the browser prefer light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
		})
		return err
	}))
}

// noScript turns the scripts of pages off.
func (b *tab) noScript() {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}

// evaluate returns the value of an expression in the page.
func evaluate[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// textOf is the text content of the first element of a selector. While a page
// gives way to the next there is none for a moment.
func (b *tab) textOf(sel string) string {
	b.t.Helper()
	for try := 0; ; try++ {
		v, err := chromedp.Run(b.ctx, chromedp.TextContent(chromedp.CSS(sel)))
		if err == nil {
			return v
		}
		if try == 20 || b.ctx.Err() != nil {
			b.t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// says waits until an element has a text in it.
func (b *tab) says(sel, want string) {
	b.t.Helper()
	got := ""
	for range 50 {
		if got = b.textOf(sel); strings.Contains(got, want) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Errorf("%s says %q, want %q", sel, got, want)
}

func click(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(sel)) }
func seen(sel string) chromedp.Action[chromedp.Void] {
	return chromedp.WaitVisible(chromedp.CSS(sel))
}
func keys(sel, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SendKeys(chromedp.CSS(sel), text)
}

func (b *tab) where() string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.TrimPrefix(v, b.base)
}

// A clause is highlighted when its background differs from the page's.
const highlighted = `getComputedStyle(document.querySelector("[data-quote]")).backgroundColor !== getComputedStyle(document.body).backgroundColor
	&& getComputedStyle(document.querySelector(".context mark.hot")).backgroundColor !== getComputedStyle(document.body).backgroundColor`

func TestBrowserAsk(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	plan := embedded(t)
	for _, script := range []bool{true, false} {
		name := map[bool]string{true: "script", false: "no script"}[script]
		t.Run(name, func(t *testing.T) {
			b := newTab(t, h)
			if !script {
				b.noScript()
			}
			b.open("/")
			b.do(keys("#ask input[name=q]", "湿地保护率要到多少?"),
				click("#ask button"), seen(".answer .from a"))
			b.says(".answer .headline", "45.22%")
			if script && b.where() != "/" {
				t.Errorf("with script the page was left for %s", b.where())
			}
			b.do(keys("#ask input[name=q]", "那森林覆盖率呢?"),
				click("#ask button"))
			last := map[bool]string{true: "#thread > div:nth-of-type(2) ", false: ""}[script]
			b.do(seen(last + ".answer .from a"))
			b.says(last+".answer .headline", "45.8%")
			b.do(click(last+".answer .from a"), seen("[data-quote]"))
			it, ok := plan.Find("6.0.1")
			quote := b.textOf("[data-quote]")
			if !ok || !strings.Contains(quote, plan.Quote(it.At)) || !strings.Contains(plan.Text, quote) {
				t.Errorf("%s quotes %q", b.where(), quote)
			}
			if !strings.HasPrefix(b.where(), "/p/jilin-2024/6.0.1?v=") {
				t.Errorf("the citation leads to %s", b.where())
			}
			if script && !evaluate[bool](b, highlighted) {
				t.Error("the clause is not highlighted")
			}
		})
	}
}

func TestBrowserRate(t *testing.T) {
	h, _, st := testSite(t, SiteOptions{})
	b := newTab(t, h)
	b.open("/?q=" + "湿地保护率要到多少")
	b.do(click(".rate button[value=bad]"), seen(".rate .notice"))
	if n := ratings(t, st); n != 1 {
		t.Errorf("%d ratings are kept", n)
	}
}

func TestBrowserAgency(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{})
	plan := embedded(t)
	b := newTab(t, h)
	b.open("/p/jilin-2024")
	b.do(click(".agencies summary"), click(`.agencies a[href$="agency=`+url.QueryEscape("省水利厅")+`" i]`),
		seen(".filtered"))
	if got, want := evaluate[int](b, `document.querySelectorAll(".clause.led").length`), len(ledBy(plan, "省水利厅")); got != want {
		t.Errorf("%d tasks are marked, want %d", got, want)
	}
	b.open("/overview/jilin-2024")
	if got, want := evaluate[int](b, `document.querySelectorAll("svg.bars a").length`), 21; got != want {
		t.Errorf("%d bars, want %d", got, want)
	}
}

// somePages are one page of each kind.
var somePages = []string{
	"/", "/?q=湿地保护率要到多少", "/?q=省水利厅牵头哪些工作", "/?q=养老金是多少",
	"/p/jilin-2024", "/p/jilin-2024?agency=省水利厅", "/p/jilin-2024?q=秸秆",
	"/p/jilin-2024/6.0.2", "/p/jilin-2024/1.2.1", "/p/jilin-2024/2", "/p/jilin-2024/2.1.1?v=00000000",
	"/overview/jilin-2024", "/p/jilin-2024/6.99",
}

func TestBrowserNarrow(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{PublicURL: "https://wence.example.org"})
	b := newTab(t, h)
	for _, width := range []int64{360, 320} {
		b.size(width)
		for _, path := range somePages {
			b.open(path)
			if wide := evaluate[int64](b, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("%s is %d wide in a window of %d", path, wide, width)
			}
		}
	}
}

// axePath is where axe-core may be: npm install --prefix DIR axe-core, with DIR
// in WENCE_AXE.
func axePath() string {
	cache, _ := os.UserCacheDir() // "" finds nothing
	for _, dir := range []string{os.Getenv("WENCE_AXE"), filepath.Join(cache, "wence-axe")} {
		p := filepath.Join(dir, "node_modules", "axe-core", "axe.min.js")
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	return ""
}

func TestBrowserAxe(t *testing.T) {
	h, _, _ := testSite(t, SiteOptions{PublicURL: "https://wence.example.org"})
	file := axePath()
	if file == "" {
		needs(t, "axe-core in $WENCE_AXE or the cache folder (npm install --prefix DIR axe-core)")
	}
	axe, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b := newTab(t, h)
	yes := true
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		for _, path := range somePages {
			b.open(path)
			b.do(chromedp.Func(func(ctx context.Context, tg *chromedp.Target) error {
				_, err := chromedp.Evaluate[any](string(axe)+";0")(ctx, tg)
				return err
			}))
			found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`
				document.querySelectorAll("details").forEach(d => d.open = true);
				axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations
					.filter(v => v.impact === "serious" || v.impact === "critical" || v.impact === "moderate")
					.map(v => v.impact + " " + v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + (n.any[0] || n.all[0] || n.none[0] || {}).message).join(" | ")))`,
				func(p *runtime.EvaluateParams) { p.AwaitPromise = &yes }))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			for _, f := range found {
				t.Errorf("%s %s: %s", scheme, path, f)
			}
		}
	}
}
