// Package chunk reads the bytes that Fluent Bit hands to an output: records as
// msgpack, one behind the other, without an outer container.
//
// A record is [[time, metadata], body] since Fluent Bit 2.1, and was
// [time, body] before; both may come. Records with a negative time mark the
// start and the end of a group (-1, -2); they carry no event.
package chunk

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// Record is one record of a chunk. Its slices are views into the chunk.
type Record struct {
	// Time is when the input read the record.
	Time event.Time
	// Metadata is a msgpack map, or nil.
	Metadata []byte
	// Body is one msgpack value: the record's map, or the whole entry where
	// the entry has not the form of a record.
	Body []byte
	// Offset and End are where the entry starts and ends in the chunk.
	Offset, End int
}

// CorruptError says that the rest of a chunk is not msgpack.
type CorruptError struct {
	// Offset is where the entry starts that cannot be read; from there on nothing can.
	Offset int
	// Err says why.
	Err error
}

// Error implements error.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("chunk is corrupt from byte %d on: %v", e.Offset, e.Err)
}

// Unwrap returns the cause.
func (e *CorruptError) Unwrap() error { return e.Err }

// Reader reads the records of one chunk. The zero value reads an empty one.
type Reader struct {
	chunk []byte
	at    int
}

// Reset begins a chunk. The Reader keeps views into it.
func (r *Reader) Reset(chunk []byte) { *r = Reader{chunk: chunk} }

// Next fills rec with the next record, passing over group markers.
//
// Possible errors: io.EOF at the end of the chunk; *CorruptError, after which
// nothing more can be read.
func (r *Reader) Next(rec *Record) error {
	for r.at < len(r.chunk) {
		start := r.at
		rest, err := record.SkipMsgpack(r.chunk[start:])
		if err != nil {
			return &CorruptError{Offset: start, Err: err}
		}
		r.at = len(r.chunk) - len(rest)
		*rec = Record{Offset: start, End: r.at}
		if rec.split(r.chunk[start:r.at]) {
			return nil
		}
	}
	return io.EOF
}

// The times that mark groups.
const (
	groupStart = -1
	groupEnd   = -2
)

// split takes an entry apart; false means that it is a group marker.
func (rec *Record) split(entry []byte) bool {
	rec.Body = entry
	if n := usualHead(entry); n > 0 {
		return rec.setUsual(entry, n)
	}
	b, ok := pair(entry)
	if !ok {
		return true
	}
	timestamp, body, err := cut(b)
	if err != nil {
		return true
	}
	var metadata []byte
	if inner, ok := pair(timestamp); ok {
		if timestamp, metadata, err = cut(inner); err != nil {
			return true
		}
		if m, _, _ := record.ReadLeaf(metadata); m.Kind != record.Map {
			return true
		}
	}
	t, marker, ok := parseTime(timestamp)
	if !ok {
		return true
	}
	if marker {
		return false
	}
	rec.Time, rec.Metadata, rec.Body = t, metadata, body
	return true
}

// usualHead returns the length of what stands before the body, when it is what
// Fluent Bit writes for nearly every record: an event time, and metadata that
// is an empty map or, in the older framing, not there. Else it returns 0.
func usualHead(entry []byte) int {
	const time = 10 // 0xd7, type 0, seconds, nanoseconds
	switch {
	case len(entry) > 3+time && entry[0] == 0x92 && entry[1] == 0x92 && entry[2] == 0xd7 && entry[3] == 0 && entry[2+time] == 0x80:
		return 3 + time
	case len(entry) > 1+time && entry[0] == 0x92 && entry[1] == 0xd7 && entry[2] == 0:
		return 1 + time
	}
	return 0
}

// setUsual takes an entry with a usual head of n bytes apart; false means that it is a group marker.
func (rec *Record) setUsual(entry []byte, n int) bool {
	at := entry[1:]
	if n > 11 {
		at, rec.Metadata = entry[2:], entry[n-1:n]
	}
	t, marker, ok := makeTime(int64(int32(binary.BigEndian.Uint32(at[2:]))), binary.BigEndian.Uint32(at[6:]))
	switch {
	case !ok:
		rec.Metadata = nil
	case marker:
		return false
	default:
		rec.Time, rec.Body = t, entry[n:]
	}
	return true
}

// cut splits the first value off b.
func cut(b []byte) (first, rest []byte, err error) {
	rest, err = record.SkipMsgpack(b)
	if err != nil {
		return nil, nil, err
	}
	return b[:len(b)-len(rest)], rest, nil
}

// pair returns what follows the header of an array of two, or false for anything else.
func pair(b []byte) ([]byte, bool) {
	n, rest, err := record.ReadLeaf(b)
	return rest, err == nil && n.Kind == record.Array && n.Len == 2
}

// parseTime reads a time: Fluent's event time (an extension of type 0 with
// seconds and nanoseconds), or seconds as a number. marker is true for the
// times that mark groups.
func parseTime(b []byte) (t event.Time, marker, ok bool) {
	n, _, err := record.ReadLeaf(b)
	if err != nil {
		return t, false, false
	}
	switch n.Kind {
	case record.Ext:
		if n.Num != 0 || len(n.Text) != 8 {
			return t, false, false
		}
		return makeTime(int64(int32(binary.BigEndian.Uint32(n.Text))), binary.BigEndian.Uint32(n.Text[4:]))
	case record.Int:
		return makeTime(int64(n.Num), 0)
	case record.Uint:
		// Of the largest numbers the bits are those of a marker.
		return makeTime(int64(min(n.Num, math.MaxInt64)), 0)
	case record.Float:
		sec, frac := math.Modf(n.Float())
		if math.IsNaN(sec) || math.Abs(sec) > 1<<53 {
			return t, false, false
		}
		return makeTime(int64(sec), uint32(math.Abs(frac)*1e9))
	}
	return t, false, false
}

// maxTime is the last second of the year 9999.
const maxTime = 253402300799

func makeTime(sec int64, nsec uint32) (t event.Time, marker, ok bool) {
	if sec == groupStart || sec == groupEnd {
		return t, true, true
	}
	// Fluent's event time has 32 unsigned bits for the seconds; only the two markers are negative.
	if sec < 0 && sec >= math.MinInt32 {
		sec = int64(uint32(int32(sec)))
	}
	if sec < 0 || sec > maxTime || nsec > 999_999_999 {
		return t, false, false
	}
	return event.Time{Sec: sec, Nsec: int32(nsec), Digits: 9, Set: true}, false, true
}
