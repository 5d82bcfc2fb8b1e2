// Package bolt keeps a [store.Store] in one file that one process holds, on
// go.etcd.io/bbolt.
//
// # The file
//
// A bbolt file with two buckets. "records" maps each key to its record; "meta"
// maps "schema" to a record whose value is the schema number (4 bytes) and
// "state" to one whose value is the last revision, the number of records and
// the sum of their checksums (8 bytes each). A record is
//
//	CRC-32C of all that follows, of the key and of its length   4 bytes
//	expiry in nanoseconds since 1970, 0 for never               8 bytes
//	revision                                                    8 bytes
//	value                                                       the rest
//
// with all numbers big-endian. Beside state.db lie state.db.lock, which the
// process that has the store open holds locked; state.db.new, unfinished work
// that may be deleted; state.db.damaged-TIME, what [Open] replaced; and the
// folder of backups, each a file of the same format.
//
// # Why all this checking
//
// bbolt maps the file into memory and trusts it: of 100 truncated files 97
// crash the process that opens them, and of 300 flipped bits more than 100 give
// wrong data without an error. So a file is read as plain bytes before bbolt
// may touch it ([Check]), every record carries its checksum, the state record
// says how many there must be, and faults of the mapped memory while the store
// is open become errors.
package bolt
