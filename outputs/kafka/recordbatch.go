package kafka

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

// Where the parts of a record batch stand, behind the four bytes of its size
// that a produce request has in front of it. The format is Kafka's message
// format 2: https://kafka.apache.org/documentation/#recordbatch
const (
	atSize          = 0
	atLength        = 12
	atLeaderEpoch   = 16
	atMagic         = 20
	atCRC           = 21
	atAttributes    = 25
	atLastOffset    = 27
	atBaseTimestamp = 31
	atMaxTimestamp  = 39
	atProducerID    = 47
	atProducerEpoch = 55
	atBaseSequence  = 57
	atRecordCount   = 61
	headerSize      = 65
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// noProducer is the producer of batches that are not idempotent.
var noProducer = producer{id: -1, epoch: -1}

// producer is what a broker knows a producer by.
type producer struct {
	id    int64
	epoch int16
}

// header is a header of a record.
type header struct {
	key   string
	value []byte
}

// encoder builds one record batch after the other. It is not safe for
// concurrent use.
type encoder struct {
	compressor compressor
	// plain is room for the header and, behind it, the records.
	plain  []byte
	packed []byte
	count  int
}

func newEncoder(c compressor) *encoder { return &encoder{compressor: c} }

// reset begins a new batch, of about so many bytes.
func (e *encoder) reset(size int) {
	e.plain = append(slices.Grow(e.plain[:0], headerSize+size), make([]byte, headerSize)...)
	e.count = 0
}

// add appends a record. A header without a value is left out.
func (e *encoder) add(key, value []byte, headers []header) {
	body := 1 + varintSize(0) + varintSize(int64(e.count)) + bytesSize(key) + bytesSize(value) + varintSize(int64(countHeaders(headers)))
	for i := range headers {
		if h := &headers[i]; len(h.value) > 0 {
			body += varintSize(int64(len(h.key))) + len(h.key) + bytesSize(h.value)
		}
	}
	b := binary.AppendVarint(e.plain, int64(body))
	b = append(b, 0)                           // attributes: none are defined
	b = binary.AppendVarint(b, 0)              // all records of a batch have its timestamp
	b = binary.AppendVarint(b, int64(e.count)) // offset
	b = appendBytes(b, key)
	b = appendBytes(b, value)
	b = binary.AppendVarint(b, int64(countHeaders(headers)))
	for i := range headers {
		if h := &headers[i]; len(h.value) > 0 {
			b = binary.AppendVarint(b, int64(len(h.key)))
			b = append(b, h.key...)
			b = appendBytes(b, h.value)
		}
	}
	e.plain = b
	e.count++
}

// seal ends the batch, compresses it and returns it, without a producer. The
// bytes are the encoder's until the next call of reset. timestamp is in
// milliseconds since 1970.
func (e *encoder) seal(timestamp int64) ([]byte, error) {
	b := e.plain
	if e.compressor.codec != 0 {
		var err error
		e.packed = append(e.packed[:0], e.plain[:headerSize]...)
		if e.packed, err = e.compressor.append(e.packed, e.plain[headerSize:]); err != nil {
			return nil, err
		}
		b = e.packed
	}
	put := binary.BigEndian
	put.PutUint32(b[atSize:], uint32(len(b)-4))
	put.PutUint32(b[atLength:], uint32(len(b)-atLeaderEpoch))
	put.PutUint32(b[atLeaderEpoch:], ^uint32(0))
	b[atMagic] = 2
	put.PutUint16(b[atAttributes:], uint16(e.compressor.codec))
	put.PutUint32(b[atLastOffset:], uint32(e.count-1))
	put.PutUint64(b[atBaseTimestamp:], uint64(timestamp))
	put.PutUint64(b[atMaxTimestamp:], uint64(timestamp))
	put.PutUint32(b[atRecordCount:], uint32(e.count))
	return b, nil
}

// take makes the caller the owner of the bytes that seal returned last.
func (e *encoder) take() {
	if e.compressor.codec != 0 {
		e.packed = nil
	} else {
		e.plain = nil
	}
}

// stamp writes who sends a batch, and its place in the producer's sequence, into it.
func stamp(batch []byte, p producer, sequence int32) {
	put := binary.BigEndian
	put.PutUint64(batch[atProducerID:], uint64(p.id))
	put.PutUint16(batch[atProducerEpoch:], uint16(p.epoch))
	put.PutUint32(batch[atBaseSequence:], uint32(sequence))
	put.PutUint32(batch[atCRC:], crc32.Checksum(batch[atAttributes:], castagnoli))
}

func countHeaders(headers []header) (n int) {
	for i := range headers {
		if len(headers[i].value) > 0 {
			n++
		}
	}
	return n
}

// appendBytes appends a byte string; one that is empty as null.
func appendBytes(dst, b []byte) []byte {
	if len(b) == 0 {
		return binary.AppendVarint(dst, -1)
	}
	return append(binary.AppendVarint(dst, int64(len(b))), b...)
}

func bytesSize(b []byte) int {
	if len(b) == 0 {
		return varintSize(-1)
	}
	return varintSize(int64(len(b))) + len(b)
}

// varintSize is the number of bytes of n as a zigzag varint.
func varintSize(n int64) int {
	u := uint64(n)<<1 ^ uint64(n>>63)
	size := 1
	for ; u >= 0x80; u >>= 7 {
		size++
	}
	return size
}
