package web

import (
	"net/http/httptest"
	"testing"
)

func BenchmarkPages(b *testing.B) {
	h, _, _ := testSite(b, SiteOptions{})
	for name, path := range map[string]string{
		"clause": "/p/jilin-2024/6.2.1", "plan": "/p/jilin-2024", "overview": "/overview/jilin-2024", "start": "/",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
				b.ReportMetric(float64(w.Body.Len()), "bytes/page")
			}
		})
	}
}
