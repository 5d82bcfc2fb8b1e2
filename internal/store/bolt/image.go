package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"github.com/wence-qa/wence/internal/store"
)

// What bbolt writes, from internal/common of go.etcd.io/bbolt v1.5.0. Its
// numbers have the byte order of the machine.
//
//	page    id 8, flags 2, count 2, overflow 4, then count elements
//	meta    page 0 and 1: magic 4, version 4, page size 4, flags 4, root page 8,
//	        sequence 8, freelist page 8, pages 8, transaction 8, FNV-1a of these 8
//	branch  position 4, key size 4, page 8
//	leaf    flags 4, position 4, key size 4, value size 4
//	bucket  a leaf value: root page 8, sequence 8; with root 0 a page follows
//
// Positions count from their own element. Overflow is the number of pages that
// follow as one with this.
const (
	magic   = 0xED0CDAED
	version = 2

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10
	bucketFlag   = 0x01

	pageHeader  = 16
	elementSize = 16
	metaSize    = 64
	maxDepth    = 64 // far more levels than any file can need
)

var (
	metaBucket    = []byte("meta")
	recordsBucket = []byte("records")
	schemaKey     = []byte("schema")
	stateKey      = []byte("state")

	order = binary.NativeEndian

	errForeign = errors.New("not a state file of wence: move it away, or choose another data folder")
)

// An image is what can be read of a state file as plain bytes: no mapped
// memory, every position checked, no page visited twice. So reading any file
// ends, and cannot crash.
type image struct {
	file     io.ReaderAt
	size     int64
	pageSize uint64
	pages    uint64          // the pages in use, and the first unused one
	seen     map[uint64]bool // false for a free page
	record   func(store.Entry)

	schema   uint32
	state    state
	found    state // as state, of the records found
	complete bool  // whether the records were reached at all
	foreign  bool
	fault    error // the first fault
}

// A page is a run of pages read as one. Pages of a bucket within a value have
// no id.
type page struct {
	id           uint64
	flags, count uint16
	data         []byte
}

func (p page) String() string {
	if p.id == 0 {
		return "inner page"
	}
	return fmt.Sprint("page ", p.id)
}

// readImage reads the file at path and gives record, if not nil, every sound
// record it reaches. The error is about reading; what is wrong with the file is
// in the verdict.
func readImage(path string, record func(store.Entry)) (*image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", path, errForeign)
	}
	im := &image{file: f, size: info.Size(), seen: map[uint64]bool{}, record: record}
	return im, im.read()
}

// verdict returns nil for a sound file that this version can open.
func (im *image) verdict() error {
	switch {
	case im.schema > schema:
		return fmt.Errorf("schema %d, this is %d: %w: start that version", im.schema, schema, store.ErrNewer)
	case im.foreign:
		return errForeign
	case im.fault != nil:
		return im.fault
	case im.state.count != im.found.count || im.state.sum != im.found.sum:
		return fmt.Errorf("%d records where %d were written: %w", im.found.count, im.state.count, store.ErrDamaged)
	}
	return nil
}

func (im *image) faultf(format string, args ...any) {
	if im.fault == nil {
		im.fault = fmt.Errorf(format+": %w", append(args, store.ErrDamaged)...)
	}
}

func (im *image) read() error {
	root, free, err := im.metas()
	if err != nil || root == 0 {
		return err
	}
	if err := im.freelist(free); err != nil {
		return err
	}
	buckets := map[string][]byte{}
	err = im.tree(root, nil, nil, 0, func(p page, flags uint32, key, value []byte) error {
		if flags != bucketFlag {
			im.faultf("%v: a key beside the buckets", p)
			return nil
		}
		buckets[string(key)] = value
		return nil
	})
	if err != nil {
		return err
	}
	if err := im.buckets(buckets); err != nil {
		return err
	}
	for id := uint64(2); id < im.pages; id++ {
		if _, ok := im.seen[id]; !ok {
			im.faultf("page %d: neither used nor free", id)
		}
	}
	return nil
}

// metas reads the two meta pages, of which the one with the higher transaction
// counts. bbolt is content with one sound page of the two; here that is a
// fault, as the other, older one would quietly take back the last commit. A
// power cut does not tear these 80 bytes: they lie within one sector.
func (im *image) metas() (root, free uint64, err error) {
	first, err := im.bytes(0, pageHeader+metaSize)
	if err != nil {
		return 0, 0, err
	}
	size, newest := uint64(0), uint64(0)
	if m := im.meta(0, first); m != nil {
		size = uint64(order.Uint32(m[8:]))
	} else {
		size = uint64(os.Getpagesize())
	}
	second, err := im.bytes(int64(size), pageHeader+metaSize)
	if err != nil {
		return 0, 0, err
	}
	for i, raw := range [][]byte{first, second} {
		m := im.meta(i, raw)
		if m == nil || newest > 0 && order.Uint64(m[48:]) < newest {
			continue
		}
		newest = order.Uint64(m[48:])
		root, free, im.pages = order.Uint64(m[16:]), order.Uint64(m[32:]), order.Uint64(m[40:])
		im.pageSize = uint64(order.Uint32(m[8:]))
	}
	if root != 0 && im.pages > uint64(im.size)/im.pageSize {
		im.faultf("%d bytes are missing at the end", im.pages*im.pageSize-uint64(im.size))
		im.pages = uint64(im.size) / im.pageSize
	}
	return root, free, nil
}

// meta returns the meta data in raw, the begin of page id, nil when it is not
// sound.
func (im *image) meta(id int, raw []byte) []byte {
	if len(raw) < pageHeader+metaSize {
		im.faultf("page %d: cut off", id)
		return nil
	}
	p, m := newPage(order.Uint64(raw), raw), raw[pageHeader:]
	h := fnv.New64a()
	h.Write(m[:56])
	size := order.Uint32(m[8:])
	switch {
	case p.id != uint64(id), p.flags != metaPage, order.Uint32(m) != magic, order.Uint64(m[56:]) != h.Sum64():
		im.faultf("page %d: not the root of a file", id)
	case order.Uint32(m[4:]) != version:
		im.schema = schema + 1
	case size < 512 || size > 1<<24 || size&(size-1) != 0:
		im.faultf("page %d: pages of %d bytes", id, size)
	default:
		return m
	}
	return nil
}

// bytes reads n bytes at off, fewer where the file ends.
func (im *image) bytes(off int64, n uint64) ([]byte, error) {
	if off >= im.size {
		return nil, nil
	}
	buf := make([]byte, min(n, uint64(im.size-off)))
	got, err := im.file.ReadAt(buf, off)
	if got == len(buf) {
		err = nil
	}
	return buf, err
}

// load reads the page id and those it runs over, and takes them for used. It
// returns a page without data when there is a fault.
func (im *image) load(id uint64) (page, error) {
	if id < 2 || id >= im.pages {
		im.faultf("page %d: outside of the file", id)
		return page{}, nil
	}
	head, err := im.bytes(int64(id*im.pageSize), pageHeader)
	if err != nil {
		return page{}, err
	}
	over := uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != id || over >= im.pages-id {
		im.faultf("page %d: its header says page %d and %d more", id, order.Uint64(head), over)
		return page{}, nil
	}
	for i := id; i <= id+over; i++ {
		if _, ok := im.seen[i]; ok {
			im.faultf("page %d: used twice, or used and free", i)
			return page{}, nil
		}
		im.seen[i] = true
	}
	data, err := im.bytes(int64(id*im.pageSize), (over+1)*im.pageSize)
	return newPage(id, data), err
}

func newPage(id uint64, data []byte) page {
	if len(data) < pageHeader {
		return page{id: id}
	}
	return page{id, order.Uint16(data[8:]), order.Uint16(data[10:]), data}
}

// freelist takes the pages in the free list for free.
func (im *image) freelist(id uint64) error {
	p, err := im.load(id)
	if err != nil || p.data == nil {
		return err
	}
	ids, n := p.data[pageHeader:], uint64(p.count)
	if n == 0xFFFF { // too many for the count: the first number is it
		n, ids = order.Uint64(ids), ids[8:]
	}
	if p.flags != freelistPage || n > uint64(len(ids)/8) {
		im.faultf("%v: not a list of %d free pages", p, n)
		return nil
	}
	for i := range n {
		id := order.Uint64(ids[8*i:])
		if _, ok := im.seen[id]; ok || id < 2 || id >= im.pages {
			im.faultf("%v: page %d cannot be free", p, id)
			continue
		}
		im.seen[id] = false
	}
	return nil
}

// A leafFunc is given what a leaf page holds.
type leafFunc func(p page, flags uint32, key, value []byte) error

// tree gives leaf what is below page id, whose keys must be at least low and,
// unless high is nil, less than high.
func (im *image) tree(id uint64, low, high []byte, depth int, leaf leafFunc) error {
	p, err := im.load(id)
	if err != nil || p.data == nil {
		return err
	}
	return im.node(p, low, high, depth, leaf)
}

func (im *image) node(p page, low, high []byte, depth int, leaf leafFunc) error {
	if p.flags != branchPage && p.flags != leafPage || depth > maxDepth || p.flags == branchPage && p.count == 0 {
		im.faultf("%v: neither branch nor leaf", p)
		return nil
	}
	for i := range int(p.count) {
		key, value, ok := p.element(i)
		if !ok {
			im.faultf("%v: element %d points outside of it", p, i)
			return nil
		}
		if c := bytes.Compare(low, key); c > 0 || c == 0 && i > 0 || high != nil && bytes.Compare(key, high) >= 0 {
			im.faultf("%v: key %d is out of order", p, i)
		}
		low = key
		if err := im.element(p, i, key, value, high, depth, leaf); err != nil {
			return err
		}
	}
	return nil
}

// element goes on with element i of p: to what is below it, or to leaf.
func (im *image) element(p page, i int, key, value, high []byte, depth int, leaf leafFunc) error {
	raw := p.data[pageHeader+elementSize*i:]
	if p.flags == leafPage {
		return leaf(p, order.Uint32(raw), key, value)
	}
	if next, _, ok := p.element(i + 1); ok && i+1 < int(p.count) {
		high = next
	}
	return im.tree(order.Uint64(raw[8:]), key, high, depth+1, leaf)
}

// element returns key and value of element i, the value of a branch being
// empty.
func (p page) element(i int) (key, value []byte, ok bool) {
	at := uint64(pageHeader + elementSize*i)
	if at+elementSize > uint64(len(p.data)) {
		return nil, nil, false
	}
	raw := p.data[at:]
	var pos, ksize, vsize uint64
	if p.flags == leafPage {
		pos, ksize, vsize = uint64(order.Uint32(raw[4:])), uint64(order.Uint32(raw[8:])), uint64(order.Uint32(raw[12:]))
	} else {
		pos, ksize = uint64(order.Uint32(raw)), uint64(order.Uint32(raw[4:]))
	}
	if pos+ksize+vsize > uint64(len(raw)) {
		return nil, nil, false
	}
	return raw[pos : pos+ksize], raw[pos+ksize : pos+ksize+vsize], true
}

// buckets reads the two buckets of ours, of the buckets at the root.
func (im *image) buckets(all map[string][]byte) error {
	meta, ours := all[string(metaBucket)]
	if !ours {
		im.foreign = im.fault == nil
		im.faultf("no bucket of a state file")
		return nil
	}
	err := im.bucket(meta, im.metaRecord)
	if err != nil || im.schema > schema {
		return err
	}
	records, whole := all[string(recordsBucket)]
	if !whole || len(all) != 2 {
		im.faultf("the buckets are not those of a state file")
		return nil
	}
	if im.schema == 0 {
		im.faultf("no schema number")
	}
	im.complete = true
	return im.bucket(records, im.dataRecord)
}

func (im *image) bucket(value []byte, leaf leafFunc) error {
	if len(value) < 16 {
		im.faultf("a bucket of %d bytes", len(value))
		return nil
	}
	if root := order.Uint64(value); root != 0 {
		return im.tree(root, nil, nil, 0, leaf)
	}
	return im.node(newPage(0, value[16:]), nil, nil, 0, leaf)
}

func (im *image) metaRecord(p page, flags uint32, key, value []byte) error {
	var err error
	switch {
	case flags != 0:
		err = store.ErrDamaged
	case bytes.Equal(key, schemaKey):
		im.schema, err = decodeSchema(value)
	case bytes.Equal(key, stateKey):
		im.state, err = decodeState(value)
	}
	if err != nil && im.fault == nil {
		im.fault = fmt.Errorf("%v: %w", p, err)
	}
	return nil
}

func (im *image) dataRecord(p page, flags uint32, key, value []byte) error {
	e, err := decode(string(key), value)
	if err != nil || flags != 0 {
		im.faultf("%v: record %q", p, key)
		return nil
	}
	im.found.add(value)
	im.found.rev = max(im.found.rev, e.Rev)
	if im.record != nil {
		im.record(e)
	}
	return nil
}
