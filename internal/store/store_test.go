package store_test

import (
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/wence-qa/wence/internal/store"
	"github.com/wence-qa/wence/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	storetest.Run(t, storetest.Engine{
		Open: func(t *testing.T, now func() time.Time) store.Store {
			s := store.NewMemory(now)
			t.Cleanup(func() { s.Close() })
			return s
		},
	})
}
