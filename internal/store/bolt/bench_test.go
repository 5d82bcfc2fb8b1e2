package bolt

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/wence-qa/wence/internal/store"
)

// filled returns a store with n entries of about 1 KB.
func filled(b *testing.B, n int) *Store {
	b.Helper()
	s := open(b, statePath(b), Options{})
	for i := 0; i < n; i += 100 {
		var ops []store.Op
		for j := range 100 {
			ops = append(ops, store.Put(fmt.Sprintf("chat/%06d", i+j), make([]byte, 1000)))
		}
		if err := s.Apply(ops...); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

func BenchmarkApply(b *testing.B) {
	s := filled(b, 10000)
	value := make([]byte, 1000)
	for i := 0; b.Loop(); i++ {
		if err := s.Apply(store.Put(fmt.Sprintf("chat/%06d", i%10000), value)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkApply8Writers(b *testing.B) {
	s := filled(b, 10000)
	value := make([]byte, 1000)
	b.ResetTimer()
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				if err := s.Apply(store.Put(fmt.Sprintf("chat/%06d", i%10000), value)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkGet(b *testing.B) {
	s := filled(b, 10000)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Get(fmt.Sprintf("chat/%06d", i%10000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan100(b *testing.B) {
	s := filled(b, 10000)
	for b.Loop() {
		if all, err := s.Scan("chat/", "chat/005000", 100); err != nil || len(all) != 100 {
			b.Fatal(len(all), err)
		}
	}
}

// BenchmarkOpen checks and opens a file of 10,000 entries, 13 MB.
func BenchmarkOpen(b *testing.B) {
	s := filled(b, 10000)
	s.Close()
	for b.Loop() {
		again, err := Open(s.path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		again.Close()
	}
}
