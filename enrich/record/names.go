package record

import (
	"bytes"
	"hash/maphash"
	"strconv"
	"unicode/utf8"

	"winevent/enrich/jsontext"
)

// Names remembers the member names written into each object of one document,
// so that none is written twice. The zero value is ready for use; Reset makes
// it ready for the next document without giving up its memory.
type Names struct {
	seed  maphash.Seed
	slots []nameSlot
	used  int
	round uint32
	scope int32
	// given holds the numbered names of the document.
	given []byte
}

type nameSlot struct {
	name  []byte
	round uint32
	scope int32
	// numbers is the last number given out behind the name.
	numbers int32
}

const (
	minNameSlots = 64
	// maxGiven is how many bytes of numbered names are kept room for.
	maxGiven = 1 << 16
)

// Reset forgets all names.
func (n *Names) Reset() {
	if len(n.slots) > 1<<15 {
		n.slots = nil
	}
	n.round++
	if n.round == 0 {
		clear(n.slots)
		n.round = 1
	}
	n.used, n.scope = 0, 0
	if n.given = n.given[:0]; cap(n.given) > maxGiven {
		n.given = nil
	}
}

// Scope returns the number of a new object; names of different objects are independent.
func (n *Names) Scope() int32 {
	n.scope++
	return n.scope
}

// noName stands for a name without a letter: Elasticsearch refuses documents with one.
var noName = []byte("_")

// AppendKey appends name as a JSON string, with _1, _2 … behind it when the
// object has that name already, which is how evtx_dump numbers them. name must stay valid until Reset.
func (n *Names) AppendKey(dst []byte, scope int32, name []byte) (_ []byte, valid bool) {
	valid = utf8.Valid(name)
	if !valid {
		// Names that differ may be equal once they are repaired.
		name = []byte(string([]rune(string(name))))
	}
	if len(bytes.TrimSpace(name)) == 0 {
		name = noName
	}
	if !n.Add(scope, name) {
		name = n.numbered(scope, name)
	}
	dst, _ = jsontext.AppendString(dst, name)
	return dst, valid
}

// numbered returns the first free name_N.
func (n *Names) numbered(scope int32, name []byte) []byte {
	s := n.find(scope, name)
	for {
		// The slot remembers the number: a record may name all its members alike.
		s.numbers++
		start := len(n.given)
		n.given = strconv.AppendInt(append(append(n.given, name...), '_'), int64(s.numbers), 10)
		if own := n.given[start:]; n.Add(scope, own) {
			return own
		}
		n.given = n.given[:start]
	}
}

// Has tells whether the object has the name.
func (n *Names) Has(scope int32, name []byte) bool {
	if len(n.slots) == 0 {
		return false
	}
	s := n.find(scope, name)
	return s.round == n.round
}

// Add notes the name and reports whether it is new. name must stay valid until Reset.
func (n *Names) Add(scope int32, name []byte) bool {
	if n.used*2 >= len(n.slots) {
		n.grow()
	}
	s := n.find(scope, name)
	if s.round == n.round {
		return false
	}
	*s = nameSlot{name: name, round: n.round, scope: scope}
	n.used++
	return true
}

// find returns the slot of the name, or the free one where it belongs.
func (n *Names) find(scope int32, name []byte) *nameSlot {
	mask := uint64(len(n.slots) - 1)
	h := maphash.Bytes(n.seed, name) + uint64(scope)*0x9e3779b97f4a7c15
	for i := h & mask; ; i = (i + 1) & mask {
		s := &n.slots[i]
		if s.round != n.round || s.scope == scope && string(s.name) == string(name) {
			return s
		}
	}
}

func (n *Names) grow() {
	old := n.slots
	if len(old) == 0 {
		n.seed = maphash.MakeSeed()
		n.round = max(n.round, 1)
	}
	n.slots = make([]nameSlot, max(minNameSlots, 2*len(old)))
	for i := range old {
		if old[i].round == n.round {
			*n.find(old[i].scope, old[i].name) = old[i]
		}
	}
}
