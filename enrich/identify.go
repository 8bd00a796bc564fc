package enrich

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// identify makes event.id. A Windows record is identified by where and when it
// was written and its number there; names are compared without regard to case,
// and times by the second, because not every shipper sends more.
func (d *Document) identify() {
	ev := &d.ev
	b := d.idBuf[:0]
	if d.err == nil && ev.RecordID.Set && ev.RecordID.Value != 0 && ev.Created.Set {
		b = appendLower(append(b, 'r', 0), ev.Computer)
		b = appendLower(append(b, 0), ev.Channel)
		b = appendLower(append(b, 0), ev.Provider)
		b = strconv.AppendUint(append(b, 0), ev.RecordID.Value, 10)
		b = strconv.AppendInt(append(b, 0), ev.Created.Sec, 10)
	} else {
		b = d.appendContent(append(b, 'c', 0))
	}
	d.idBuf = b
	sum := sha256.Sum256(b)
	hex.Encode(d.id[:], sum[:16])
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
		b, _ = d.rec.AppendJSON(b, d.root, &d.names)
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

func appendLower(dst, b []byte) []byte {
	for _, c := range b {
		if c-'A' <= 'Z'-'A' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
