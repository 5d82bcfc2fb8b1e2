package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/procfs"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/wence-qa/wence/corpus"
	"github.com/wence-qa/wence/internal/answer"
	"github.com/wence-qa/wence/internal/web"
)

// The load comes from github.com/tsenart/vegeta (MIT). Servers run as processes
// of their own, so that neither the memory nor the processor time of the client
// is taken for theirs. Times are told and never judged: they are the machine's.

var (
	load     = flag.Bool("load", false, "run the load tests of the web server")
	loadEach = flag.Duration("load.each", 4*time.Second, "how long TestLoadRates asks for a thing in each of its rounds")
	loadSoak = flag.Duration("load.soak", 5*time.Minute, "how long TestLoadMemory runs, at least 3m")
)

const (
	connections = 64  // of the clients that ask as fast as they can
	moderate    = 500 // requests a second of the others
	clausePath  = "/p/jilin-2024/2.1.2"
)

// serveFiles is the program that wence serve is compared with: the files of a
// folder, served as the standard library does, by the same server.
func serveFiles() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("网页服务：http://" + l.Addr().String())
	s := web.NewServer(web.ServerOptions{Log: slog.New(slog.DiscardHandler)})
	panic(s.Serve(context.Background(), l, http.FileServer(http.Dir(os.Args[1]))))
}

var addressForm = regexp.MustCompile(`网页服务：(http://\S+)\n`)

// address is where the process answers HTTP.
func (p *process) address() string {
	p.t.Helper()
	p.says("网页服务：http://")
	m := addressForm.FindStringSubmatch(p.out.String())
	if m == nil {
		p.t.Fatalf("no address\n%s", p.out)
	}
	return m[1]
}

// loaded starts wence serve with its state in data and without a limit on
// questions that could be felt, or skips.
func loaded(t *testing.T, data string, env ...string) *process {
	t.Helper()
	if !*load {
		t.Skip("takes minutes: make loadweb")
	}
	p := launch(t, append([]string{
		"WENCE_DATA=" + data, "WENCE_ADDR=127.0.0.1:0", "WENCE_ASKS_PER_SECOND=100000", "WENCE_ASKS_AT_ONCE=100000",
	}, env...), "serve")
	p.says("按 Ctrl-C 停止。")
	return p
}

// target is a GET that takes its response compressed with encoding, or as it is
// for "identity".
func target(link, encoding string) vegeta.Target {
	return vegeta.Target{Method: http.MethodGet, URL: link, Header: http.Header{"Accept-Encoding": {encoding}}}
}

// fetch gets a target that must be there, and returns the bytes that were sent.
func fetch(t *testing.T, x vegeta.Target) []byte {
	t.Helper()
	req, err := x.Request()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || len(b) == 0 {
		t.Fatalf("GET %s: %s, %d bytes, %v", x.URL, resp.Status, len(b), err)
	}
	return b
}

// readerTargets are the pages of every clause and target of p, compressed.
func readerTargets(base string, p *corpus.Plan) []vegeta.Target {
	var out []vegeta.Target
	add := func(id string) { out = append(out, target(base+"/p/"+p.ID+"/"+id, "gzip")) }
	for i := range p.Clauses {
		add(p.Clauses[i].ID)
	}
	for i := range p.Targets {
		add(p.Targets[i].ID)
	}
	return out
}

// askTargets ask everything that an answer can rest on, in the plan's words.
func askTargets(base string, p *corpus.Plan) []vegeta.Target {
	var out []vegeta.Target
	for _, q := range loadQuestions(p) {
		out = append(out, target(base+"/api/ask?q="+url.QueryEscape(q), "gzip"))
	}
	return out
}

// loadQuestions makes 60 questions of p.
func loadQuestions(p *corpus.Plan) []string {
	out := []string{
		"一共有哪些行动", "第二项行动讲什么", "2025年要完成什么", "2027年要完成什么", "各项举措由谁负责落实",
		"长春市有哪些任务", "比较森林覆盖率和湿地保护率", "重点举措一共几条", "养老金是多少", "你好",
	}
	add := func(q string) {
		if len(out) < 60 && !slices.Contains(out, q) {
			out = append(out, q)
		}
	}
	for i := 0; i < len(p.Clauses); i += 4 {
		words, _, _ := strings.Cut(p.Quote(p.Clauses[i].Quote), ",")
		add(strings.Trim(words, "。;") + "由谁牵头")
	}
	for i := 0; i < len(p.Targets); i += 3 {
		add(p.Targets[i].Indicator + "的目标是多少")
	}
	for i := range p.Clauses {
		for _, u := range p.Clauses[i].Leads {
			add(u + "牵头哪些工作")
		}
	}
	return out
}

// attack sends targets in turn for d over at most conns connections, and adds
// what came back to m. Anything but 200 fails the test.
func attack(t *testing.T, m *vegeta.Metrics, conns int, rate vegeta.Pacer, d time.Duration, targets []vegeta.Target, meanwhile func()) (took time.Duration) {
	t.Helper()
	a := vegeta.NewAttacker(vegeta.Connections(conns), vegeta.MaxConnections(conns), vegeta.Workers(uint64(conns)),
		vegeta.MaxWorkers(uint64(conns)), vegeta.Redirects(vegeta.NoFollow), vegeta.HTTP2(false), vegeta.MaxBody(0))
	began := time.Now()
	results := a.Attack(vegeta.NewStaticTargeter(targets...), rate, d, "")
	every := time.NewTicker(sampleEvery)
	defer every.Stop()
	for {
		select {
		case r, ok := <-results:
			if !ok {
				took = time.Since(began)
				if m.Requests == 0 || m.StatusCodes["200"] != int(m.Requests) || len(m.Errors) > 0 {
					t.Errorf("%d requests, by status %v, errors %q", m.Requests, m.StatusCodes, m.Errors)
				}
				return took
			}
			m.Add(r)
		case <-every.C:
			meanwhile()
		}
	}
}

// proc is what the system tells of the process.
func (p *process) proc() procfs.Proc {
	p.t.Helper()
	x, err := procfs.NewProc(p.cmd.Process.Pid)
	if err != nil {
		p.t.Fatal(err)
	}
	return x
}

// cpu is the processor time that the process has used.
func (p *process) cpu() time.Duration {
	p.t.Helper()
	s, err := p.proc().Stat()
	if err != nil {
		p.t.Fatal(err)
	}
	return time.Duration(s.CPUTime() * float64(time.Second))
}

// A race is one kind of request, sent as fast as it is answered, with what it
// took.
type race struct {
	name    string
	server  *process
	targets []vegeta.Target
	beside  int // the race it is compared with

	vegeta.Metrics
	took, cpu time.Duration
}

// run sends requests for d.
func (r *race) run(t *testing.T, d time.Duration) {
	t.Helper()
	before := r.server.cpu()
	r.took += attack(t, &r.Metrics, connections, vegeta.ConstantPacer{}, d, r.targets, func() {})
	r.cpu += r.server.cpu() - before
}

// perSecond is the requests answered a second.
func (r *race) perSecond() float64 { return float64(r.Requests) / r.took.Seconds() }

// perRequest is the server's processor time for a request.
func (r *race) perRequest() time.Duration { return r.cpu / time.Duration(r.Requests) }

// TestLoadRates asks for a clause page and for answers as fast as they come, in
// turn with static files as large as the page.
func TestLoadRates(t *testing.T) {
	wence := loaded(t, shortDir(t))
	base, plan := wence.address(), loadPlan(t)
	plain, zipped := target(base+clausePath, "identity"), target(base+clausePath, "gzip")
	asks := askTargets(base, plan)
	dir := t.TempDir()
	for name, x := range map[string]vegeta.Target{"plain.html": plain, "zipped.html": zipped} {
		if err := os.WriteFile(filepath.Join(dir, name), fetch(t, x), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	static := launchProgram(t, "static", nil, dir)
	files := static.address()
	checkAnswers(t, asks)
	races := []*race{
		{name: "static file", server: static, targets: []vegeta.Target{target(files+"/plain.html", "identity")}},
		{name: "clause page", server: wence, targets: []vegeta.Target{plain}},
		{name: "static file of the gzipped size", server: static, targets: []vegeta.Target{target(files+"/zipped.html", "identity")}, beside: 2},
		{name: "clause page, gzipped", server: wence, targets: []vegeta.Target{zipped}, beside: 2},
		{name: "/api/ask", server: wence, targets: asks, beside: 2},
	}
	const rounds = 3 // taking turns: what else the machine does falls on all
	for range rounds {
		for _, r := range races {
			r.run(t, *loadEach)
		}
	}
	t.Logf("%-32s %7s %8s %9s %9s %9s %12s %7s", "64 connections", "bytes", "per s", "x static", "p50", "p99", "cpu/request", "x cpu")
	for _, r := range races {
		with := races[r.beside]
		t.Logf("%-32s %7d %8.0f %9.2f %9v %9v %12v %7.1f", r.name, len(fetch(t, r.targets[0])), r.perSecond(), r.perSecond()/with.perSecond(),
			r.Latencies.Quantile(0.5).Round(time.Microsecond), r.Latencies.Quantile(0.99).Round(time.Microsecond),
			r.perRequest().Round(time.Microsecond), float64(r.perRequest())/float64(with.perRequest()))
	}
	t.Logf("all %d answers are 200", total(races))
}

func total(races []*race) (n uint64) {
	for _, r := range races {
		n += r.Requests
	}
	return n
}

func loadPlan(t *testing.T) *corpus.Plan {
	t.Helper()
	plans, err := corpus.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return plans[0]
}

// checkAnswers asks each question once: the load must not be one of
// abstentions.
func checkAnswers(t *testing.T, asks []vegeta.Target) {
	t.Helper()
	found, kinds := 0, map[answer.Kind]int{}
	for _, x := range asks {
		x.Header = nil // the client decompresses
		var a answer.Answer
		if err := json.Unmarshal(fetch(t, x), &a); err != nil {
			t.Fatal(err)
		}
		kinds[a.Kind]++
		if a.Found {
			found++
		}
	}
	t.Logf("%d questions, %d found, kinds %v", len(asks), found, kinds)
	if found < 50 || len(kinds) < 6 {
		t.Errorf("of %d questions %d are answered, in %d kinds", len(asks), found, len(kinds))
	}
}

// TestR19Reader opens reader pages at a moderate rate for a minute.
func TestR19Reader(t *testing.T) {
	wence := loaded(t, shortDir(t))
	var m vegeta.Metrics
	attack(t, &m, connections, vegeta.Rate{Freq: moderate, Per: time.Second}, time.Minute, readerTargets(wence.address(), loadPlan(t)), func() {})
	m.Close()
	t.Logf("R19: %d reader pages at %.0f a second, all 200; p50 %v, p99 %v, max %v", m.Requests, m.Rate, m.Latencies.P50, m.Latencies.P99, m.Latencies.Max)
}

const sampleEvery = 10 * time.Second

// A sample is the size of a running process and of its state file, in MB.
type sample struct {
	at         time.Duration
	own        float64 // resident, but for mapped files
	mapped     float64 // files: the program and the state file, which the system may drop
	heap       float64 // live after the last collection
	state      float64 // on disk
	goroutines float64
}

var (
	collectionForm = regexp.MustCompile(`\ngc \d+ @.* \d+->\d+->(\d+) MB`)
	goroutinesForm = regexp.MustCompile(`\ngo_goroutines (\d+)\n`)
)

// sample measures the process, which runs with GODEBUG=gctrace=1, answers
// metrics at base and keeps its state in data.
func (p *process) sample(t *testing.T, base, data string, at time.Duration) sample {
	t.Helper()
	s, err := p.proc().NewStatus()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(filepath.Join(data, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	const mb = 1 << 20
	x := sample{at: at, own: float64(s.RssAnon) / mb, mapped: float64(s.RssFile) / mb, state: float64(file.Size()) / mb}
	x.heap = lastNumber(t, collectionForm, p.err.String())
	x.goroutines = lastNumber(t, goroutinesForm, string(fetch(t, target(base+"/metrics", "identity"))))
	return x
}

// lastNumber is what the group of form matched last.
func lastNumber(t *testing.T, form *regexp.Regexp, text string) float64 {
	t.Helper()
	all := form.FindAllStringSubmatch(text, -1)
	if all == nil {
		t.Fatalf("no %s", form)
	}
	n, err := strconv.ParseFloat(all[len(all)-1][1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// minute is the mean of the samples of the minute that ends at end. Of a minute
// without samples it is no number.
func minute(samples []sample, end time.Duration) sample {
	mean, n := sample{at: end}, 0.0
	for _, s := range samples {
		if s.at <= end-time.Minute || s.at > end {
			continue
		}
		n++
		mean.own += s.own
		mean.mapped += s.mapped
		mean.heap += s.heap
		mean.state += s.state
		mean.goroutines += s.goroutines
	}
	for _, sum := range []*float64{&mean.own, &mean.mapped, &mean.heap, &mean.state, &mean.goroutines} {
		*sum /= n
	}
	return mean
}

func (s sample) String() string {
	return fmt.Sprintf("%5v  resident %5.1f MB + %5.1f of files  heap %4.1f MB  state file %5.1f MB  goroutines %.1f",
		s.at, s.own, s.mapped, s.heap, s.state, s.goroutines)
}

// What the last minute may have more than the second.
const (
	moreMemory     = 20 // MB
	moreGoroutines = 10
)

// mixed is the traffic of a day: of 20 requests 16 open reader pages, 3 ask, and
// one takes a table or the description of the API.
func mixed(base string, p *corpus.Plan) []vegeta.Target {
	pages, asks := readerTargets(base, p), askTargets(base, p)
	pages = append(pages, target(base+"/p/"+p.ID, "gzip"), target(base+"/overview/"+p.ID, "gzip"))
	exports := []vegeta.Target{
		target(base+"/api/plans/"+p.ID+"/tasks.csv", "gzip"), target(base+"/api/plans/"+p.ID+"/tasks.xlsx", "gzip"), target(base+"/api/openapi.json", "gzip"),
	}
	next := func(list []vegeta.Target, n *int) vegeta.Target {
		*n++
		return list[*n%len(list)]
	}
	var out []vegeta.Target
	var page, ask, export int
	for i := range 20 * 60 {
		switch i % 20 {
		case 0:
			out = append(out, next(exports, &export))
		case 5, 10, 15:
			out = append(out, next(asks, &ask))
		default:
			out = append(out, next(pages, &page))
		}
	}
	return out
}

// TestLoadMemory lets the traffic of a day go on for minutes: after the first,
// memory and goroutines do not grow. The state file grows with every question
// until the first ones expire, and what is resident of it is the system's cache,
// so that files are told but not judged.
func TestLoadMemory(t *testing.T) {
	data := shortDir(t)
	wence := loaded(t, data, "GODEBUG=gctrace=1")
	if *loadSoak < 3*time.Minute {
		t.Fatal("-load.soak: the second minute is compared with a later one; give 3m or more")
	}
	base := wence.address()
	targets := mixed(base, loadPlan(t))
	// Few connections: how many are open is chance, and each is a goroutine.
	const conns = 8
	var m vegeta.Metrics
	var samples []sample
	began := time.Now()
	attack(t, &m, conns, vegeta.Rate{Freq: moderate, Per: time.Second}, *loadSoak, targets, func() {
		s := wence.sample(t, base, data, time.Since(began).Round(time.Second))
		samples = append(samples, s)
		t.Log(s)
	})
	m.Close()
	second, last := minute(samples, 2*time.Minute), minute(samples, samples[len(samples)-1].at)
	t.Logf("%d requests at %.0f a second, all 200; p50 %v, p99 %v\nminute 2: %v\nthe last: %v", m.Requests, m.Rate, m.Latencies.P50, m.Latencies.P99, second, last)
	// Written so that what is no number does not pass.
	if more := last.own - second.own; !(more <= moreMemory) {
		t.Errorf("resident memory grew by %.1f MB, at most %d are allowed", more, moreMemory)
	}
	if more := last.goroutines - second.goroutines; !(more <= moreGoroutines) {
		t.Errorf("goroutines grew by %.1f, at most %d are allowed", more, moreGoroutines)
	}
}
