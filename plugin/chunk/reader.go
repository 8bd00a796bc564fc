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
	// Err is what BodyReader said of the body.
	Err error
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

// Offset is where the next entry of the chunk begins.
func (r *Reader) Offset() int { return r.at }

// BodyReader reads the bodies of records.
type BodyReader interface {
	// ReadBody forgets what it read before, reads the msgpack value that b begins
	// with, and returns what follows it. With an error, which means that it cannot
	// take the value, whoever calls it finds the end by other means.
	ReadBody(b []byte) (rest []byte, err error)
}

// Next fills rec with the next record, passing over group markers, and has body
// read the record's body.
//
// Possible errors: io.EOF at the end of the chunk; *CorruptError, after which
// nothing more can be read.
func (r *Reader) Next(rec *Record, body BodyReader) error {
	for r.at < len(r.chunk) {
		if r.usual(rec, body) {
			return nil
		}
		start := r.at
		rest, err := record.SkipMsgpack(r.chunk[start:])
		if err != nil {
			return &CorruptError{Offset: start, Err: err}
		}
		r.at = len(r.chunk) - len(rest)
		*rec = Record{Offset: start, End: r.at}
		if rec.split(r.chunk[start:r.at]) {
			_, rec.Err = body.ReadBody(rec.Body)
			return nil
		}
	}
	return io.EOF
}

// usual reads a record as nearly all are: with the head that Fluent Bit writes
// and a body that the BodyReader takes. Its end is known when that has read it: no
// byte is looked at twice. false leaves the Reader where it is.
func (r *Reader) usual(rec *Record, body BodyReader) bool {
	h, ok := usualHead(r.chunk[r.at:])
	if !ok {
		return false
	}
	t, marker, ok := eventTime(h.time[2:])
	if !ok || marker {
		return false
	}
	rest, err := body.ReadBody(h.body)
	if err != nil {
		return false
	}
	*rec = Record{Time: t, Metadata: h.metadata, Body: h.body[:len(h.body)-len(rest)], Offset: r.at, End: len(r.chunk) - len(rest)}
	r.at = rec.End
	return true
}

// The times that mark groups.
const (
	groupStart = -1
	groupEnd   = -2
)

// split takes an entry apart; false means that it is a group marker.
func (rec *Record) split(entry []byte) bool {
	rec.Body = entry
	h, ok := usualHead(entry)
	if !ok {
		h, ok = anyHead(entry)
	}
	if !ok {
		return true
	}
	t, marker, ok := parseTime(h.time)
	if !ok {
		return true
	}
	if marker {
		return false
	}
	rec.Time, rec.Metadata, rec.Body = t, h.metadata, h.body
	return true
}

// parts are the values of an entry; metadata is nil in the older framing.
type parts struct{ time, metadata, body []byte }

// usualHead takes an entry apart, whatever stands behind it, whose head is what Fluent Bit writes for
// nearly every record: an event time, and metadata that is an empty map or, in
// the older framing, not there. ok is false for any other.
func usualHead(entry []byte) (h parts, ok bool) {
	const size = 10 // of a time: 0xd7, type 0, seconds, nanoseconds
	switch {
	case len(entry) > 3+size && entry[0] == 0x92 && entry[1] == 0x92 && entry[2] == 0xd7 && entry[3] == 0 && entry[2+size] == 0x80:
		return parts{entry[2 : 2+size], entry[2+size : 3+size], entry[3+size:]}, true
	case len(entry) > 1+size && entry[0] == 0x92 && entry[1] == 0xd7 && entry[2] == 0:
		return parts{entry[1 : 1+size], nil, entry[1+size:]}, true
	}
	return h, false
}

// anyHead takes an entry apart that has the form of a record.
func anyHead(entry []byte) (h parts, ok bool) {
	b, ok := pair(entry)
	if !ok {
		return h, false
	}
	var err error
	if h.time, h.body, err = cut(b); err != nil {
		return h, false
	}
	if inner, ok := pair(h.time); ok {
		if h.time, h.metadata, err = cut(inner); err != nil {
			return h, false
		}
		if m, _, _ := record.ReadLeaf(h.metadata); m.Kind != record.Map {
			return h, false
		}
	}
	return h, true
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
		return eventTime(n.Text)
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

// eventTime reads Fluent's event time: eight bytes of seconds and nanoseconds.
func eventTime(b []byte) (t event.Time, marker, ok bool) {
	return makeTime(int64(int32(binary.BigEndian.Uint32(b))), binary.BigEndian.Uint32(b[4:]))
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
