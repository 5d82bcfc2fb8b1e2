package store

import (
	"fmt"
	"testing"
	"time"
)

// TestMemorySweep checks that expired entries leave the memory.
func TestMemorySweep(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	m := NewMemory(func() time.Time { return now }).(*memory)
	for i := range 1000 {
		op := Put(fmt.Sprint(i), nil)
		if i%10 > 0 {
			op = op.Until(now.Add(time.Second))
		}
		if err := m.Apply(op); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	for range 1000/sweepStep + 1 {
		if err := m.Apply(Delete("none")); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.entries) != 100 {
		t.Errorf("%d entries left, want 100", len(m.entries))
	}
}
