package fold

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"
)

// The Han characters that the table covers: Unicode's extension A and the basic
// block. Rarer ones fold to themselves.
const (
	hanFirst = 0x3400
	hanLast  = 0x9fff
)

// A simplifiedTable holds the simplified character for each from hanFirst on; 0
// where a character stays.
type simplifiedTable [hanLast - hanFirst + 1]uint16

//go:embed ts.txt
var ts string

// simplified returns the table. It is dense, since reading the pairs into it
// takes some 20 µs at the first call, far less than filling a map.
var simplified = sync.OnceValue(func() *simplifiedTable {
	t := new(simplifiedTable)
	for line := range strings.Lines(ts) {
		from, n := utf8.DecodeRuneInString(line)
		to, _ := utf8.DecodeRuneInString(line[n:])
		if hanFirst <= from && from <= hanLast && hanFirst <= to && to <= hanLast {
			t[from-hanFirst] = uint16(to)
		}
	}
	return t
})
