package bolt

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// FuzzDecode checks that no bytes crash the decoder, that what it takes is what
// encode writes, and that it takes nothing with a bit flipped.
func FuzzDecode(f *testing.F) {
	f.Add("", []byte{}, 0)
	f.Add("chat/1", encode(store.Entry{Key: "chat/1", Value: []byte("你好"), Rev: 7}), 3)
	f.Add("k", encode(store.Entry{Key: "k", Rev: 1, Expires: time.Unix(1800000000, 5)}), 100)
	f.Fuzz(func(t *testing.T, key string, raw []byte, bit int) {
		if e, err := decode(key, raw); err == nil {
			if !bytes.Equal(encode(e), raw) {
				t.Errorf("%q of %q is encoded as %q", raw, key, encode(e))
			}
		} else if !errors.Is(err, store.ErrDamaged) {
			t.Error(err)
		}
		sound := encode(store.Entry{Key: key, Value: raw, Rev: uint64(len(raw))})
		if _, err := decode(key, sound); err != nil {
			t.Error(err)
		}
		bit = int(uint(bit) % uint(8*len(sound)))
		sound[bit/8] ^= 1 << (bit % 8)
		if _, err := decode(key, sound); err == nil {
			t.Errorf("bit %d of %q was not noticed", bit, sound)
		}
	})
}

// FuzzImage checks that no file crashes the reader of plain bytes, and that
// bbolt agrees with it about those it finds sound.
func FuzzImage(f *testing.F) {
	file, err := os.ReadFile(filepath.Join("testdata", "schema1.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), []byte{})
	f.Add(uint16(80), []byte{0xFF, 0xFF, 0xFF, 0xFF})
	f.Add(uint16(4096*3), make([]byte, 4096))
	f.Fuzz(func(t *testing.T, at uint16, patch []byte) {
		damaged := bytes.Clone(file)
		copy(damaged[at:], patch)
		im := &image{file: bytes.NewReader(damaged), size: int64(len(damaged)), seen: map[uint64]bool{}}
		if err := im.read(); err != nil {
			t.Fatal(err)
		}
		if im.verdict() != nil {
			return
		}
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := checkBbolt(path); err != nil {
			t.Errorf("bbolt does not agree: %v", err)
		}
	})
}
