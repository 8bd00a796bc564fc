package record

import (
	"encoding/binary"
	"math"
	"strconv"
)

// ReadMsgpack appends one msgpack value as a new tree and returns its root's
// index and the bytes behind it. Texts are views into b.
//
// Possible errors: ErrTruncated, ErrReserved (b is not msgpack from here on);
// ErrTooDeep, ErrTooMany, ErrKey (it is, but outside the limits: SkipMsgpack
// finds its end). After an error the Record holds a part of the value.
func (r *Record) ReadMsgpack(b []byte) (root int, rest []byte, err error) {
	root = len(r.nodes)
	m := msgpackReader{r: r, b: b}
	err = m.value(nil, 0)
	return root, b[m.i:], err
}

// msgpackReader reads values from b at i into a Record. What Windows records
// are made of, short strings and small numbers, is read without going through
// the general decoder below.
type msgpackReader struct {
	r *Record
	b []byte
	i int
}

func (m *msgpackReader) value(key []byte, depth int) error {
	if m.i >= len(m.b) {
		return ErrTruncated
	}
	c := m.b[m.i]
	left := len(m.b) - m.i
	switch {
	case c < 0x80:
		m.i++
		return m.r.leaf(key, Uint, uint64(c), nil)
	case c >= 0xa0 && c < 0xc0:
		return m.string(key, m.i+1, int(c&0x1f))
	case c < 0xa0:
		kind := Map
		if c >= 0x90 {
			kind = Array
		}
		m.i++
		return m.container(key, kind, int(c&0x0f), depth)
	case c == 0xd9 && left > 1:
		return m.string(key, m.i+2, int(m.b[m.i+1]))
	case c == 0xda && left > 2:
		return m.string(key, m.i+3, int(binary.BigEndian.Uint16(m.b[m.i+1:])))
	case c == 0xcc && left > 1:
		m.i += 2
		return m.r.leaf(key, Uint, uint64(m.b[m.i-1]), nil)
	case c == 0xcd && left > 2:
		m.i += 3
		return m.r.leaf(key, Uint, uint64(binary.BigEndian.Uint16(m.b[m.i-2:])), nil)
	case c == 0xce && left > 4:
		m.i += 5
		return m.r.leaf(key, Uint, uint64(binary.BigEndian.Uint32(m.b[m.i-4:])), nil)
	case (c == 0xcf || c == 0xd3) && left > 8:
		kind := Uint
		if c == 0xd3 {
			kind = Int
		}
		m.i += 9
		return m.r.leaf(key, kind, binary.BigEndian.Uint64(m.b[m.i-8:]), nil)
	}
	h, rest, err := readHead(m.b[m.i:])
	if err != nil {
		return err
	}
	m.i = len(m.b) - len(rest)
	if h.kind == Array || h.kind == Map {
		return m.container(key, h.kind, h.members, depth)
	}
	return m.r.leaf(key, h.kind, h.num, h.text)
}

// string reads a text of n bytes that starts at from.
func (m *msgpackReader) string(key []byte, from, n int) error {
	end := from + n
	if end > len(m.b) {
		return ErrTruncated
	}
	m.i = end
	return m.r.leaf(key, String, 0, m.b[from:end:end])
}

// container reads an array or a map of so many members, each of which takes one
// byte at least: a lying count cannot ask for memory.
func (m *msgpackReader) container(key []byte, kind Kind, members, depth int) error {
	if members > len(m.b)-m.i {
		return ErrTruncated
	}
	if depth >= MaxDepth {
		return ErrTooDeep
	}
	at := len(m.r.nodes)
	if err := m.r.leaf(key, kind, 0, nil); err != nil {
		return err
	}
	m.r.nodes[at].Len = int32(members)
	for range members {
		var name []byte
		if kind == Map {
			var err error
			if name, err = m.key(); err != nil {
				return err
			}
		}
		if err := m.value(name, depth+1); err != nil {
			return err
		}
	}
	m.r.nodes[at].End = int32(len(m.r.nodes))
	return nil
}

// key reads a map key as text. Fluent Bit's keys are strings; numbers are
// spelt out so that a foreign record keeps its members.
func (m *msgpackReader) key() ([]byte, error) {
	if m.i < len(m.b) && m.b[m.i]&0xe0 == 0xa0 {
		from := m.i + 1
		if end := from + int(m.b[m.i]&0x1f); end <= len(m.b) {
			m.i = end
			return m.b[from:end:end], nil
		}
	}
	h, rest, err := readHead(m.b[m.i:])
	if err != nil {
		return nil, err
	}
	m.i = len(m.b) - len(rest)
	switch h.kind {
	case String, Binary:
		return h.text, nil
	case Int:
		return strconv.AppendInt(m.r.Scratch(20)[:0], int64(h.num), 10), nil
	case Uint:
		return strconv.AppendUint(m.r.Scratch(20)[:0], h.num, 10), nil
	}
	return nil, ErrKey
}

// head is one msgpack value without its members.
type head struct {
	kind    Kind
	num     uint64
	text    []byte
	members int // values that follow: array elements, or pairs of a map
}

// SkipMsgpack returns the bytes behind the first value of b. It needs no
// memory, whatever the depth. Possible errors: ErrTruncated, ErrReserved.
func SkipMsgpack(b []byte) ([]byte, error) {
	i := 0
	for left := 1; left > 0; left-- {
		if i >= len(b) {
			return nil, ErrTruncated
		}
		n := int(fixedSize[b[i]])
		switch {
		case b[i] == 0xd9 && i+1 < len(b):
			n = 2 + int(b[i+1])
		case b[i] == 0xda && i+2 < len(b):
			n = 3 + int(binary.BigEndian.Uint16(b[i+1:]))
		}
		if n > 0 {
			if i += n; i > len(b) {
				return nil, ErrTruncated
			}
			continue
		}
		h, rest, err := readHead(b[i:])
		if err != nil {
			return nil, err
		}
		switch h.kind {
		case Array:
			left += h.members
		case Map:
			left += 2 * h.members
		}
		i = len(b) - len(rest)
	}
	return b[i:], nil
}

// fixedSize holds the bytes that a value takes whose first byte says all of
// it: short strings and numbers. 0 is for the others.
var fixedSize = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3:
			t[c] = 1
		case c >= 0xa0 && c < 0xc0:
			t[c] = 1 + uint8(c&0x1f)
		case c == 0xcc, c == 0xd0:
			t[c] = 2
		case c == 0xcd, c == 0xd1:
			t[c] = 3
		case c == 0xce, c == 0xd2, c == 0xca:
			t[c] = 5
		case c == 0xcf, c == 0xd3, c == 0xcb:
			t[c] = 9
		case c >= 0xd4 && c <= 0xd8:
			t[c] = 2 + 1<<(c-0xd4)
		}
	}
	return t
}()

// ReadLeaf reads the value at the start of b without its members and returns
// what follows. Possible errors: ErrTruncated, ErrReserved.
func ReadLeaf(b []byte) (Node, []byte, error) {
	h, rest, err := readHead(b)
	return Node{Kind: h.kind, Num: h.num, Text: h.text, Len: int32(h.members)}, rest, err
}

// readHead decodes the first byte of a value and what belongs to it.
func readHead(b []byte) (head, []byte, error) {
	if len(b) == 0 {
		return head{}, nil, ErrTruncated
	}
	c := b[0]
	b = b[1:]
	switch {
	case c < 0x80:
		return head{kind: Uint, num: uint64(c)}, b, nil
	case c >= 0xe0:
		return head{kind: Int, num: uint64(int64(int8(c)))}, b, nil
	case c < 0x90:
		return container(Map, uint64(c&0x0f), b)
	case c < 0xa0:
		return container(Array, uint64(c&0x0f), b)
	case c < 0xc0:
		return text(String, uint64(c&0x1f), b)
	}
	return readTyped(c, b)
}

// readTyped decodes the values whose first byte is 0xc0 to 0xdf.
func readTyped(c byte, b []byte) (head, []byte, error) {
	switch c {
	case 0xc0:
		return head{kind: Nil}, b, nil
	case 0xc2, 0xc3:
		return head{kind: Bool, num: uint64(c - 0xc2)}, b, nil
	case 0xcc, 0xcd, 0xce, 0xcf:
		return number(Uint, 1<<(c-0xcc), b)
	case 0xd0, 0xd1, 0xd2, 0xd3:
		return number(Int, 1<<(c-0xd0), b)
	case 0xca, 0xcb:
		return number(Float, 4<<(c-0xca), b)
	case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8:
		return ext(1<<(c-0xd4), b)
	}
	size, kind := sizeOf(c)
	if size == 0 {
		return head{}, nil, ErrReserved
	}
	if len(b) < size {
		return head{}, nil, ErrTruncated
	}
	n := bigEndian(b[:size])
	b = b[size:]
	switch kind {
	case Array, Map:
		return container(kind, n, b)
	case Ext:
		return ext(n, b)
	}
	return text(kind, n, b)
}

// sizeOf tells how many bytes of length follow the first byte c, and of what.
func sizeOf(c byte) (size int, kind Kind) {
	switch c {
	case 0xc4, 0xc5, 0xc6:
		return 1 << (c - 0xc4), Binary
	case 0xc7, 0xc8, 0xc9:
		return 1 << (c - 0xc7), Ext
	case 0xd9, 0xda, 0xdb:
		return 1 << (c - 0xd9), String
	case 0xdc, 0xdd:
		return 2 << (c - 0xdc), Array
	case 0xde, 0xdf:
		return 2 << (c - 0xde), Map
	}
	return 0, Nil
}

func bigEndian(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(b))
	case 4:
		return uint64(binary.BigEndian.Uint32(b))
	}
	return binary.BigEndian.Uint64(b)
}

// container checks the member count against the bytes that are left: every
// member takes one byte at least, so a lying count cannot ask for memory.
func container(kind Kind, n uint64, b []byte) (head, []byte, error) {
	if n > uint64(len(b)) {
		return head{}, nil, ErrTruncated
	}
	return head{kind: kind, members: int(n)}, b, nil
}

func text(kind Kind, n uint64, b []byte) (head, []byte, error) {
	if n > uint64(len(b)) {
		return head{}, nil, ErrTruncated
	}
	return head{kind: kind, text: b[:n:n]}, b[n:], nil
}

// ext decodes an extension value of n bytes: its type goes to num.
func ext(n uint64, b []byte) (head, []byte, error) {
	if n >= uint64(len(b)) {
		return head{}, nil, ErrTruncated
	}
	return head{kind: Ext, num: uint64(b[0]), text: b[1 : 1+n : 1+n]}, b[1+n:], nil
}

func number(kind Kind, size int, b []byte) (head, []byte, error) {
	if len(b) < size {
		return head{}, nil, ErrTruncated
	}
	v := bigEndian(b[:size])
	switch {
	case kind == Float && size == 4:
		v = math.Float64bits(float64(math.Float32frombits(uint32(v))))
	case kind == Int:
		shift := 64 - 8*size
		v = uint64(int64(v<<shift) >> shift)
	}
	return head{kind: kind, num: v}, b[size:], nil
}
