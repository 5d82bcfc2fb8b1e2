package corpus

import (
	"os"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	text, err := os.ReadFile("plans/jilin-2024.txt")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("jilin-2024", text, Card{Title: "某省行动方案"}); err != nil {
			b.Fatal(err)
		}
	}
}
