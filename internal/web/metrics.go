package web

import (
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are what Prometheus can read of a running program. Nothing in them
// comes from the text of a question.
type Metrics struct {
	registry  *prometheus.Registry
	questions *prometheus.CounterVec
	latency   *prometheus.HistogramVec
	requests  *prometheus.CounterVec
	took      prometheus.Histogram

	calls   *prometheus.CounterVec
	tokens  prometheus.Counter
	waited  prometheus.Histogram
	dropped *prometheus.CounterVec
}

// NewMetrics returns Metrics with those of the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		questions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wence_questions_total", Help: "Questions answered, by channel, kind of answer and whether the plan says it.",
		}, []string{"channel", "kind", "found"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wence_answer_seconds", Help: "Time to compute an answer.", Buckets: prometheus.ExponentialBuckets(0.0001, 2, 15),
		}, []string{"channel"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wence_http_requests_total", Help: "HTTP requests, by method and status.",
		}, []string{"method", "status"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "wence_http_request_seconds", Help: "Time to answer an HTTP request.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 15),
		}),
	}
	m.calls = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wence_llm_calls_total", Help: "Prompts for the language model, by outcome.",
	}, []string{"outcome"})
	m.tokens = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "wence_llm_tokens_total", Help: "Tokens charged for the language model.",
	})
	m.waited = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "wence_llm_seconds", Help: "Time of a call of the language model, with its retries.", Buckets: prometheus.ExponentialBuckets(0.05, 2, 12),
	})
	m.dropped = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "wence_llm_dropped_total", Help: "What the language model wrote and nobody saw, by reason.",
	}, []string{"reason"})
	m.registry.MustRegister(m.questions, m.latency, m.requests, m.took, m.calls, m.tokens, m.waited, m.dropped,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Question counts an answer.
func (m *Metrics) Question(channel, kind string, found bool, took time.Duration) {
	m.questions.WithLabelValues(channel, kind, strconv.FormatBool(found)).Inc()
	m.latency.WithLabelValues(channel).Observe(took.Seconds())
}

// ModelCall counts a call of the language model; took is 0 when its answer was
// known.
func (m *Metrics) ModelCall(outcome string, tokens int, took time.Duration) {
	m.calls.WithLabelValues(outcome).Inc()
	m.tokens.Add(float64(max(0, tokens)))
	if took > 0 {
		m.waited.Observe(took.Seconds())
	}
}

// Dropped counts something that the language model wrote and nobody saw.
func (m *Metrics) Dropped(reason string) { m.dropped.WithLabelValues(reason).Inc() }

// Request counts an HTTP request.
func (m *Metrics) Request(method string, status int, took time.Duration) {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		method = "other" // anybody can make methods up
	}
	m.requests.WithLabelValues(method, strconv.Itoa(status)).Inc()
	m.took.Observe(took.Seconds())
}

// Count shows a number that only grows.
func (m *Metrics) Count(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
}

// Gauge shows a number that goes up and down.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// LoopbackOnly answers callers of this machine and nobody else.
func LoopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			Plain(w, http.StatusNotFound, "没有这个页面。")
			return
		}
		next.ServeHTTP(w, r)
	})
}
