package record

import (
	"math"
	"strconv"
)

// Float returns the value of a Float node.
func (n *Node) Float() float64 { return math.Float64frombits(n.Num) }

// Uint64 reads the node as an unsigned number: a number that fits, or text
// that is one in decimal or as 0x… hexadecimal. A negative Int is taken as the
// two's complement that Windows' tools print for a 64-bit mask.
func (n *Node) Uint64() (uint64, bool) {
	switch n.Kind {
	case Int, Uint:
		return n.Num, true
	case Float:
		f := n.Float()
		if f >= 0 && f < 1<<63 && f == math.Trunc(f) {
			return uint64(f), true
		}
		return 0, false
	case String:
		return ParseUint(n.Text)
	}
	return 0, false
}

// ParseUint reads decimal digits, a minus sign before them, or 0x and
// hexadecimal digits. It reports false for anything else and for overflow.
func ParseUint(b []byte) (uint64, bool) {
	if len(b) > 2 && b[0] == '0' && b[1]|0x20 == 'x' {
		return ParseHex(b[2:])
	}
	neg := len(b) > 1 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		d := uint64(c - '0')
		if d > 9 || len(b) == 20 && v > (math.MaxUint64-d)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	if neg {
		if v > 1<<63 {
			return 0, false
		}
		return -v, true
	}
	return v, true
}

// ParseHex reads 1 to 16 hexadecimal digits.
func ParseHex(b []byte) (uint64, bool) {
	if len(b) == 0 || len(b) > 16 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		d := hexDigits[c]
		if d > 15 {
			return 0, false
		}
		v = v<<4 | uint64(d)
	}
	return v, true
}

// hexDigits holds the value of each hexadecimal digit, and 16 for other bytes.
var hexDigits = func() (t [256]uint8) {
	for c := range t {
		t[c] = 16
	}
	for d := range uint8(16) {
		t["0123456789abcdef"[d]], t["0123456789ABCDEF"[d]] = d, d
	}
	return t
}()

// numberNode reads a JSON number as it is spelt.
func numberNode(text []byte) Node {
	n := Node{Text: text}
	for _, c := range text {
		if c == '.' || c|0x20 == 'e' {
			n.Kind = Float
			// Valid JSON numbers parse; one out of range becomes ±Inf, and Text keeps the spelling.
			f, _ := strconv.ParseFloat(string(text), 64)
			n.Num = math.Float64bits(f)
			return n
		}
	}
	v, ok := ParseUint(text)
	switch {
	case !ok:
		n.Kind = Float
		f, _ := strconv.ParseFloat(string(text), 64)
		n.Num = math.Float64bits(f)
	case text[0] == '-':
		n.Kind, n.Num = Int, v
	default:
		n.Kind, n.Num = Uint, v
	}
	return n
}
