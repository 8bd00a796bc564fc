// Package record turns one log record, whatever bytes it came in, into a flat
// tree of values that the rest of winevent reads without copying.
//
// A Record holds the nodes of the tree in the order they were read. A
// container's members follow it directly; End says where they stop. Texts are
// views into the input, except where an escape had to be resolved: those live
// in the Record's own scratch space. Both stay valid until the next Reset.
package record

import (
	"errors"
	"strconv"
)

// Kind is the type of a value, as msgpack and JSON know them.
type Kind uint8

// The kinds. A JSON number is Int, Uint or Float by its spelling.
const (
	Nil Kind = iota
	Bool
	Int
	Uint
	Float
	String
	Binary
	Ext
	Array
	Map
)

// Limits on one record. They bound memory and time for hostile input: a real
// Windows event nests five levels deep and carries a few hundred values.
const (
	// MaxDepth is the number of containers that may lie inside each other.
	MaxDepth = 64
	// MaxNodes is the number of values in one record.
	MaxNodes = 1 << 18
	// maxScratch is the scratch space, in bytes, that a Record keeps between
	// two uses; one huge record must not pin its memory for ever.
	maxScratch = 4 << 20
	// maxKeptNodes does the same for the nodes.
	maxKeptNodes = 1 << 15
)

// Errors of the decoders. They are values so that a hostile record costs no allocation.
var (
	ErrTruncated = errors.New("the data ends inside a value")
	ErrReserved  = errors.New("0xc1 is not a msgpack type")
	ErrTooDeep   = errors.New("values are nested deeper than 64 levels")
	ErrTooMany   = errors.New("more than 262144 values in one record")
	ErrKey       = errors.New("a map key is neither text nor a number")
	ErrJSON      = errors.New("not valid JSON")
	ErrTrailing  = errors.New("data after the end of the value")
)

// Node is one value of the tree.
type Node struct {
	// Key is the member name when the node lies in a map, else nil.
	Key []byte
	// Text holds the bytes of String, Binary and Ext, and a JSON number as it was written.
	Text []byte
	// Num holds Bool (0 or 1), Int (as int64), Uint, and Float (IEEE 754 bits); for Ext its type.
	Num uint64
	// End is the index of the first node after this one and all it contains.
	End int32
	// Len is the number of direct members of an Array or a Map.
	Len int32
	// Kind is the type.
	Kind Kind
}

// Record is a tree of values. The zero value is ready for use. It is not safe
// for concurrent use.
type Record struct {
	nodes   []Node
	scratch []byte
}

// Reset forgets the tree and keeps the memory. Views taken before become invalid.
func (r *Record) Reset() {
	if cap(r.nodes) > maxKeptNodes {
		r.nodes = nil
	}
	if cap(r.scratch) > maxScratch {
		r.scratch = nil
	}
	r.nodes = r.nodes[:0]
	r.scratch = r.scratch[:0]
}

// Len is the number of nodes.
func (r *Record) Len() int { return len(r.nodes) }

// At returns node i. The pointer is valid until something is read into the Record again.
func (r *Record) At(i int) *Node { return &r.nodes[i] }

// Find returns the index of the member named key of the map at index i, or -1.
func (r *Record) Find(i int, key string) int {
	if i < 0 || r.nodes[i].Kind != Map {
		return -1
	}
	end := int(r.nodes[i].End)
	for j := i + 1; j < end; j = int(r.nodes[j].End) {
		if string(r.nodes[j].Key) == key {
			return j
		}
	}
	return -1
}

// FindText returns the text of the String member named key of the map at index i, or nil.
func (r *Record) FindText(i int, key string) []byte {
	j := r.Find(i, key)
	if j < 0 || r.nodes[j].Kind != String {
		return nil
	}
	return r.nodes[j].Text
}

// Scratch reserves n bytes that live as long as the Record's views do.
func (r *Record) Scratch(n int) []byte {
	start := len(r.scratch)
	if start+n > cap(r.scratch) {
		// Older views keep the old array alive; only new texts go to the new one.
		r.scratch = make([]byte, 0, max(2*cap(r.scratch), n, 4096))
		start = 0
	}
	r.scratch = r.scratch[:start+n]
	return r.scratch[start : start+n : start+n]
}

// leaf appends a node without members. Possible error: ErrTooMany.
func (r *Record) leaf(key []byte, kind Kind, num uint64, text []byte) error {
	n := len(r.nodes)
	if n >= MaxNodes {
		return ErrTooMany
	}
	if n == cap(r.nodes) {
		r.nodes = append(r.nodes, Node{})
	} else {
		r.nodes = r.nodes[:n+1]
	}
	// Field by field: building a Node and copying it costs more than the rest of this.
	p := &r.nodes[n]
	p.Key, p.Text, p.Num, p.Kind, p.Len, p.End = key, text, num, kind, 0, int32(n+1)
	return nil
}

// AppendText appends the value as the text a person would read: strings as they
// are, numbers in decimal, booleans as true and false, Binary and Ext as
// upper-case hexadecimal, Nil and containers as nothing.
func (n *Node) AppendText(dst []byte) []byte {
	switch n.Kind {
	case String:
		return append(dst, n.Text...)
	case Int, Uint, Float:
		return n.appendNumber(dst)
	case Bool:
		return strconv.AppendBool(dst, n.Num != 0)
	case Binary, Ext:
		return appendHex(dst, n.Text)
	}
	return dst
}

func (n *Node) appendNumber(dst []byte) []byte {
	switch {
	case n.Text != nil:
		return append(dst, n.Text...)
	case n.Kind == Int:
		return strconv.AppendInt(dst, int64(n.Num), 10)
	case n.Kind == Uint:
		return strconv.AppendUint(dst, n.Num, 10)
	}
	return strconv.AppendFloat(dst, n.Float(), 'g', -1, 64)
}

func appendHex(dst, b []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range b {
		dst = append(dst, digits[c>>4], digits[c&15])
	}
	return dst
}

// PushText appends a tree of one String node and returns its index. Possible
// error: ErrTooMany.
func (r *Record) PushText(key, value []byte) (int, error) {
	i := len(r.nodes)
	return i, r.leaf(key, String, 0, value)
}
