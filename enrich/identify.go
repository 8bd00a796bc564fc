package enrich

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
)

// identify makes event.id. A Windows record is identified by where and when it
// was written and its number there; names are compared without regard to case,
// and times by the second, because not every shipper sends more.
func (d *Document) identify() {
	ev := &d.ev
	if d.err == nil && ev.RecordID.Set && ev.RecordID.Value != 0 && ev.Created.Set {
		d.hashNumber()
	} else {
		d.idBuf = d.appendContent(append(d.idBuf[:0], 'c', 0))
		d.idHash.Reset()
		d.idHash.Write(d.idBuf)
	}
	d.idBuf = d.idHash.Sum(d.idBuf[:0])
	hex.Encode(d.id[:], d.idBuf[:16])
}

// hashNumber hashes where and when a record was written, and its number there.
func (d *Document) hashNumber() {
	if d.set.base == nil || !d.idHash.restore(d.set.base.origin) {
		d.hashOrigin()
	}
	b := appendLower(d.idBuf[:0], d.ev.Computer)
	b = strconv.AppendUint(append(b, 0), d.ev.RecordID.Value, 10)
	b = strconv.AppendInt(append(b, 0), d.ev.Created.Sec, 10)
	d.idHash.Write(b)
	d.idBuf = b
}

// hashOrigin begins the hash of a record with what all of a variant have in common.
func (d *Document) hashOrigin() {
	b := append(append(d.idBuf[:0], 'r', 0), d.ev.Provider...)
	b = append(append(append(b, 0), d.ev.Channel...), 0)
	lower(b)
	d.idHash.Reset()
	d.idHash.Write(b)
	d.idBuf = b
}

// idHash is SHA-256 that can go on from where another one was.
type idHash struct{ hash.Hash }

// state returns what the hash has taken; nil where it cannot say it.
func (h idHash) state() []byte {
	if from, ok := h.Hash.(encoding.BinaryAppender); ok {
		if b, err := from.AppendBinary(nil); err == nil {
			return b
		}
	}
	return nil
}

// restore makes the hash go on from a state; false where it cannot.
func (h idHash) restore(state []byte) bool {
	to, ok := h.Hash.(encoding.BinaryUnmarshaler)
	return ok && state != nil && to.UnmarshalBinary(state) == nil
}

// appendContent appends what tells a record without a number apart: its bytes,
// when it was read, and how many equal ones came before it in the batch.
func (d *Document) appendContent(b []byte) []byte {
	start := len(b)
	switch {
	case d.line != nil:
		b = append(b, d.line...)
	case d.raw != nil:
		b = append(b, d.raw...)
	default:
		d.names.Reset()
		b, _ = d.rec.AppendJSON(b, d.tree(), &d.names)
	}
	b = strconv.AppendInt(append(b, 0), d.read.Sec, 10)
	b = strconv.AppendInt(append(b, 0), int64(d.read.Nsec), 10)
	if d.same == nil {
		d.same = map[[32]byte]uint32{}
	}
	sum := sha256.Sum256(b[start:])
	b = strconv.AppendUint(append(b, 0), uint64(d.same[sum]), 10)
	d.same[sum]++
	return b
}

// appendLower appends b with A to Z in lower case.
func appendLower(dst, b []byte) []byte {
	n := len(dst)
	dst = append(dst, b...)
	lower(dst[n:])
	return dst
}

// lower turns A to Z into lower case, in place, eight bytes at a time.
func lower(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		binary.LittleEndian.PutUint64(b, lowerWord(binary.LittleEndian.Uint64(b)))
	}
	for i, c := range b {
		if c-'A' <= 'Z'-'A' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// lowerWord turns the bytes A to Z of a word into lower case. Adding to the low
// seven bits of each byte carries into its high bit where they are at least A,
// and where they are more than Z.
func lowerWord(w uint64) uint64 {
	const ones, high = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	low := w &^ high
	upper := (low + (0x80-'A')*ones) &^ (low + (0x7f-'Z')*ones) &^ w & high
	return w | upper>>2
}
