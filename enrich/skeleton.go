package enrich

import (
	"math/bits"
	"sync/atomic"
	"unicode/utf8"
)

// skeleton is the text of documents of one event, with gaps for what differs
// between them. It fits a document that has the same fields, and in those that
// the text holds the same values. Most records of an event fit one of a few.
type skeleton struct {
	present [fieldWords]uint64
	fixed   []fixedValue
	text    []byte
	gaps    []gap
}

// gap is a place in the text where the value of a field stands.
type gap struct {
	at    int
	field fieldID
}

// fixedValue is a value that the text of a skeleton holds.
type fixedValue struct {
	field  fieldID
	kind   valueKind
	number uint64
	static string
	text   []byte
}

// Limits on what skeletons take. An event of which records differ in too much
// is written field by field.
const (
	// maxSkeletons is how many are kept for one event.
	maxSkeletons = 16
	// maxSkeletonBytes is how much is kept for all events of an Enricher.
	maxSkeletonBytes = 16 << 20
	// maxFixedText is the longest text of a record that a skeleton holds.
	maxFixedText = 128
)

// skeletons are those of one event. They are safe for concurrent use: one that
// is there does not change.
type skeletons struct {
	list [maxSkeletons]atomic.Pointer[skeleton]
}

// steady are the fields that have the same value in most records of an event,
// though it comes from the record.
var steady = func() (s fieldSet) {
	for _, id := range [...]fieldID{
		fEventCode, fEventProvider, fEventSeverity, fLogLevel, fEventAction, fChannel, fProviderName, fProviderGUID, fWEventID,
		fVersion, fRawQualifiers, fRawLevel, fRawTask, fRawOpcode, fRawKeywords, fKeywords, fTask, fOpcode, fUserType,
	} {
		s.slot(id)
	}
	return s
}()

// isFixed tells whether a skeleton may hold the value of a field: how it is
// written depends on nothing but the value, and it is the same in other records.
func (d *Document) isFixed(id fieldID) bool {
	v := &d.set.values[id]
	switch v.kind {
	case kindPlain, kindStatic, kindJSON:
		return true
	case kindNumber, kindDigits, kindHex, kindKeywords:
		return steady.has(id)
	case kindText, kindGUID:
		return steady.has(id) && len(v.text) <= maxFixedText && utf8.Valid(v.text)
	case kindSame:
		return d.isFixed(fieldID(v.number))
	}
	return false
}

// holds tells whether the skeleton's value is the document's.
func (f *fixedValue) holds(v *value) bool {
	if f.kind != v.kind {
		return false
	}
	switch f.kind {
	case kindPlain, kindStatic, kindJSON:
		return f.static == v.static
	case kindText, kindGUID:
		return string(f.text) == string(v.text)
	}
	return f.number == v.number
}

func (k *skeleton) fits(s *fieldSet) bool {
	if k.present != s.present {
		return false
	}
	for i := range k.fixed {
		if f := &k.fixed[i]; !f.holds(&s.values[f.field]) {
			return false
		}
	}
	return true
}

// skeleton returns the skeleton of the document: one that is kept, or one that
// is only valid until the next call.
func (d *Document) skeleton() *skeleton {
	if d.entry == nil {
		return d.makeSkeleton()
	}
	list := &d.entry.skeletons.list
	for i := range list {
		k := list[i].Load()
		if k == nil {
			return d.keepSkeleton(i)
		}
		if k.fits(&d.set) {
			return k
		}
	}
	return d.makeSkeleton()
}

// keepSkeleton makes the document's skeleton and keeps it, if there is room, at
// place i of those of its event.
func (d *Document) keepSkeleton(i int) *skeleton {
	k := d.makeSkeleton()
	if size := k.size(); d.enricher.skeletonBytes.Add(size) > maxSkeletonBytes || !d.entry.skeletons.list[i].CompareAndSwap(nil, k.clone()) {
		d.enricher.skeletonBytes.Add(-size)
	}
	return k
}

// makeSkeleton makes the document's skeleton in memory that the next call uses again.
func (d *Document) makeSkeleton() *skeleton {
	k := &d.draft
	k.present = d.set.present
	k.fixed, k.gaps = k.fixed[:0], k.gaps[:0]
	b := append(k.text[:0], '{')
	previous, depth := fieldCount, 0
	for w, word := range d.set.present {
		for ; word != 0; word &= word - 1 {
			id := fieldID(w*64 + bits.TrailingZeros64(word))
			l := &layouts[id]
			shared := int(common[previous][id])
			b = closeObjects(b, depth-shared)
			if previous != fieldCount {
				b = append(b, ',')
			}
			for _, open := range l.opens[shared:l.depth] {
				b = append(b, open...)
			}
			b = append(b, l.key...)
			if d.isFixed(id) {
				v := &d.set.values[id]
				b = d.appendValue(b, id)
				k.fixed = append(k.fixed, fixedValue{id, v.kind, v.number, v.static, v.text})
			} else {
				k.gaps = append(k.gaps, gap{len(b), id})
			}
			previous, depth = id, l.depth
		}
	}
	k.text = closeObjects(b, depth)
	return k
}

// size is what a skeleton takes, in bytes, less what is a few times as much at most.
func (k *skeleton) size() int64 { return int64(len(k.text) + 80*len(k.fixed) + 16*len(k.gaps)) }

// clone returns a copy that shares no memory with records.
func (k *skeleton) clone() *skeleton {
	c := &skeleton{
		present: k.present,
		text:    append([]byte(nil), k.text...),
		gaps:    append([]gap(nil), k.gaps...),
		fixed:   append([]fixedValue(nil), k.fixed...),
	}
	for i := range c.fixed {
		c.fixed[i].text = append([]byte(nil), c.fixed[i].text...)
	}
	return c
}

// append appends the document.
func (k *skeleton) append(dst []byte, d *Document) []byte {
	at := 0
	for _, g := range k.gaps {
		dst = append(dst, k.text[at:g.at]...)
		dst = d.appendValue(dst, g.field)
		at = g.at
	}
	return append(dst, k.text[at:]...)
}

func closeObjects(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '}')
	}
	return dst
}
