package bolt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"time"

	"github.com/wence-qa/wence/internal/store"
)

// schema is the number of the format that this package writes. Raise it with
// any change to what is in the file, keep a file of the number before in
// testdata, and have Open carry it over.
const schema = 1

// recordHeader is the length of a record with an empty value.
const recordHeader = 4 + 8 + 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encode returns the record of e.
func encode(e store.Entry) []byte {
	raw := make([]byte, recordHeader, recordHeader+len(e.Value))
	if !e.Expires.IsZero() {
		binary.BigEndian.PutUint64(raw[4:], uint64(e.Expires.UnixNano()))
	}
	binary.BigEndian.PutUint64(raw[12:], e.Rev)
	raw = append(raw, e.Value...)
	binary.BigEndian.PutUint32(raw, checksum(e.Key, raw))
	return raw
}

// checksum covers the key's length, so that no byte can move between key and
// record.
func checksum(key string, raw []byte) uint32 {
	sum := crc32.Update(0, castagnoli, raw[4:])
	sum = crc32.Update(sum, castagnoli, []byte(key))
	return crc32.Update(sum, castagnoli, binary.BigEndian.AppendUint32(nil, uint32(len(key))))
}

// decode returns the entry in raw, the record under key, or ErrDamaged. The
// entry shares no memory with raw.
func decode(key string, raw []byte) (store.Entry, error) {
	raw = slices.Clone(raw) // first, lest mapped memory change after its check
	if len(raw) < recordHeader || binary.BigEndian.Uint32(raw) != checksum(key, raw) {
		return store.Entry{}, fmt.Errorf("record %q: %w", key, store.ErrDamaged)
	}
	return store.Entry{
		Key:     key,
		Value:   raw[recordHeader:],
		Rev:     binary.BigEndian.Uint64(raw[12:]),
		Expires: expiry(raw),
	}, nil
}

// expiry reads the expiry of a record of at least recordHeader bytes.
func expiry(raw []byte) time.Time {
	ns := int64(binary.BigEndian.Uint64(raw[4:]))
	if ns == 0 {
		return time.Time{}
	}
	return time.Unix(0, ns).UTC()
}

// A state is what the file says about its records, so that a lost one is
// missed.
type state struct {
	rev   uint64 // the last revision taken
	count uint64 // the number of records
	sum   uint64 // the sum of their checksums, modulo 2^64
}

func (st *state) add(raw []byte) {
	st.count++
	st.sum += uint64(binary.BigEndian.Uint32(raw))
}

func (st *state) remove(raw []byte) {
	st.count--
	st.sum -= uint64(binary.BigEndian.Uint32(raw))
}

func (st state) encode() []byte {
	var v []byte
	for _, n := range []uint64{st.rev, st.count, st.sum} {
		v = binary.BigEndian.AppendUint64(v, n)
	}
	return encode(store.Entry{Key: string(stateKey), Value: v})
}

func decodeState(raw []byte) (state, error) {
	e, err := decode(string(stateKey), raw)
	if err != nil {
		return state{}, err
	}
	if len(e.Value) != 24 {
		return state{}, fmt.Errorf("state record of %d bytes: %w", len(e.Value), store.ErrDamaged)
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(e.Value[i:]) }
	return state{n(0), n(8), n(16)}, nil
}

func encodeSchema(n uint32) []byte {
	return encode(store.Entry{Key: string(schemaKey), Value: binary.BigEndian.AppendUint32(nil, n)})
}

func decodeSchema(raw []byte) (uint32, error) {
	e, err := decode(string(schemaKey), raw)
	if err != nil {
		return 0, err
	}
	if len(e.Value) != 4 {
		return 0, fmt.Errorf("schema record of %d bytes: %w", len(e.Value), store.ErrDamaged)
	}
	return binary.BigEndian.Uint32(e.Value), nil
}
