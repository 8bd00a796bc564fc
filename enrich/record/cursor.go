package record

import "encoding/binary"

// Cursor reads msgpack values one behind the other. Its methods read the forms
// that are usual in records of events, and return false, and stay where they are,
// for all others and where the bytes end too early. ReadMsgpack has the same heads
// once more, in the order in which a tree meets them: with a Cursor it takes 3 to
// 8 % longer for a document.
type Cursor struct {
	b []byte
	i int
}

// NewCursor returns a Cursor at the start of b.
func NewCursor(b []byte) Cursor { return Cursor{b: b} }

// Rest is what is not read yet.
func (c *Cursor) Rest() []byte { return c.b[c.i:] }

// Skip passes over the bytes that stand there; false when others do, or when
// nothing stands behind them.
func (c *Cursor) Skip(bytes string) bool {
	end := c.i + len(bytes)
	if end >= len(c.b) || string(c.b[c.i:end]) != bytes {
		return false
	}
	c.i = end
	return true
}

// Map reads how many members a map has; they follow.
func (c *Cursor) Map() (members int, ok bool) { return c.members(0x80, 0xde) }

// Array reads how many elements an array has; they follow.
func (c *Cursor) Array() (elements int, ok bool) { return c.members(0x90, 0xdc) }

// members reads a count: fix is the byte that msgpack adds the number of a few
// to, and long the one before two bytes with the number.
func (c *Cursor) members(fix, long byte) (n int, ok bool) {
	b := c.b[c.i:]
	switch {
	case len(b) > 0 && b[0]&0xf0 == fix:
		c.i++
		return int(b[0] & 0x0f), true
	case len(b) > 2 && b[0] == long:
		c.i += 3
		return int(binary.BigEndian.Uint16(b[1:])), true
	case len(b) > 4 && b[0] == long+1:
		c.i += 5
		return int(binary.BigEndian.Uint32(b[1:])), true
	}
	return 0, false
}

// Text reads a text of up to 64 KB. It is a view into the bytes.
func (c *Cursor) Text() (text []byte, ok bool) {
	b := c.b[c.i:]
	from, end := 0, 0
	switch {
	case len(b) > 0 && b[0]&0xe0 == 0xa0:
		from, end = 1, 1+int(b[0]&0x1f)
	case len(b) > 1 && b[0] == 0xd9:
		from, end = 2, 2+int(b[1])
	case len(b) > 2 && b[0] == 0xda:
		from, end = 3, 3+int(binary.BigEndian.Uint16(b[1:]))
	default:
		return nil, false
	}
	if end > len(b) {
		return nil, false
	}
	c.i += end
	return b[from:end:end], true
}

// Uint reads a number that is written as one that is not negative.
func (c *Cursor) Uint() (n uint64, ok bool) {
	b := c.b[c.i:]
	switch {
	case len(b) > 0 && b[0] < 0x80:
		c.i++
		return uint64(b[0]), true
	case len(b) > 1 && b[0] == 0xcc:
		c.i += 2
		return uint64(b[1]), true
	case len(b) > 2 && b[0] == 0xcd:
		c.i += 3
		return uint64(binary.BigEndian.Uint16(b[1:])), true
	case len(b) > 4 && b[0] == 0xce:
		c.i += 5
		return uint64(binary.BigEndian.Uint32(b[1:])), true
	case len(b) > 8 && b[0] == 0xcf:
		c.i += 9
		return binary.BigEndian.Uint64(b[1:]), true
	}
	return 0, false
}
