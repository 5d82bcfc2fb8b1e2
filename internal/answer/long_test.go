package answer

import (
	"strings"
	"testing"
)

// BenchmarkLong asks a message of 100 kB beside a question of usual length.
// The first must cost at most twenty of the second.
func BenchmarkLong(b *testing.B) {
	e, p := testEngine(b)
	long := strings.Repeat(strings.ReplaceAll(p.Text, "牵头", "谁牵头"), 4)[:100_000]
	for _, bench := range []struct{ name, text string }{
		{"usual", "古树名木保护由哪个部门牵头?"},
		{"100kB", strings.ToValidUTF8(long, "")},
		{"repeated", strings.Repeat("古树名木保护由哪个部门牵头?", 2500)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				e.Ask(b.Context(), Request{Text: bench.text})
			}
		})
	}
}
