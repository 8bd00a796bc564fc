package enrich

import (
	"bytes"
	"math/bits"
	"sync/atomic"
	"unicode/utf8"

	"winevent/enrich/event"
)

// variant is one event's records that have all in common by which winevent sets
// the steady fields (see setSteady): what Windows calls the event descriptor
// (version, level, task, opcode, keywords, channel), and what the event's content
// decided. It holds the values of these fields. Most events have a few variants.
type variant struct {
	descriptor descriptor
	verdict    verdict
	present    [fieldWords]uint64
	values     []value // of the fields in present, in their order
	origin     []byte  // the state of the hash that makes event.id, as hashOrigin leaves it
	skeletons  [maxSkeletons]atomic.Pointer[skeleton]
}

// Limits on what variants and their skeletons take. Records that differ in too
// much are written field by field.
const (
	// maxVariants is how many are kept for one event.
	maxVariants = 16
	// maxSkeletons is how many are kept for one variant.
	maxSkeletons = 16
	// maxKeptBytes is how much is kept for all events of an Enricher.
	maxKeptBytes = 16 << 20
	// maxSteadyText is the longest text of a record that a variant holds.
	maxSteadyText = 128
)

// variants are those of one event. They are safe for concurrent use: one that is
// there does not change, but for the skeletons that are added to it.
type variants [maxVariants]atomic.Pointer[variant]

// descriptor is all that setSteady reads of a record.
type descriptor struct {
	marks marks
	texts [7][]byte
}

// marks are what of a descriptor can be compared at once.
type marks struct {
	numbers      [6]event.Number
	dialect      event.Dialect
	audit        event.Audit
	fits, branch int // the entry's case and branch, or -1
}

// descriptor returns that of the record, which shares the record's memory.
func (d *Document) descriptor(fits int) descriptor {
	ev := &d.ev
	return descriptor{
		marks{
			[...]event.Number{ev.Keywords, ev.LevelNumber, ev.TaskNumber, ev.OpcodeNumber, ev.Version, ev.Qualifiers},
			ev.Dialect, ev.Audit(), fits, d.branch,
		},
		[...][]byte{ev.Channel, ev.Provider, ev.ProviderGUID, ev.Level, ev.Task, ev.Opcode, ev.Outcome},
	}
}

// equal tells whether two descriptors are.
func (k *descriptor) equal(other *descriptor) bool {
	if k.marks != other.marks {
		return false
	}
	for i, text := range k.texts {
		if !same(text, other.texts[i]) {
			return false
		}
	}
	return true
}

// canBeKept tells whether the texts are such that documents with them are always
// written in the same way, and not too long.
func (k *descriptor) canBeKept() bool {
	for _, text := range k.texts {
		if len(text) > maxSteadyText || !utf8.Valid(text) {
			return false
		}
	}
	return true
}

// clone returns a descriptor that shares no memory with records.
func (k *descriptor) clone() descriptor {
	c := *k
	for i, text := range c.texts {
		c.texts[i] = bytes.Clone(text)
	}
	return c
}

// same tells whether two texts are equal, or both not there.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// value returns the value of a field, or nil for one that is not steady.
func (v *variant) value(id fieldID) *value {
	word, bit := id/64, uint64(1)<<(id%64)
	if v.present[word]&bit == 0 {
		return nil
	}
	n := bits.OnesCount64(v.present[word] & (bit - 1))
	for _, before := range v.present[:word] {
		n += bits.OnesCount64(before)
	}
	return &v.values[n]
}

// findVariant returns the variant of the record that the entry keeps, or nil.
func (d *Document) findVariant(k *descriptor) *variant {
	if d.entry == nil {
		return nil
	}
	for i := range d.entry.variants {
		switch v := d.entry.variants[i].Load(); {
		case v == nil:
			return nil
		case v.descriptor.equal(k):
			return v
		}
	}
	return nil
}

// keepVariant keeps the fields that are set as a new variant, if it may and
// there is room, and returns it; else nil.
func (d *Document) keepVariant(k *descriptor) *variant {
	place := d.freePlace()
	if place == nil || !k.canBeKept() {
		return nil
	}
	return keep(d.enricher, place, variantSize(d.set.count()), func() *variant { return d.makeVariant(k) })
}

// freePlace returns the place for another variant of the event, or nil.
func (d *Document) freePlace() *atomic.Pointer[variant] {
	if d.entry == nil {
		return nil
	}
	for i := range d.entry.variants {
		if place := &d.entry.variants[i]; place.Load() == nil {
			return place
		}
	}
	return nil
}

func (d *Document) makeVariant(k *descriptor) *variant {
	v := &variant{descriptor: k.clone(), verdict: d.verdict, present: d.set.present}
	d.hashOrigin()
	v.origin = d.idHash.state()
	for w, word := range d.set.present {
		for ; word != 0; word &= word - 1 {
			field := d.set.values[w*64+bits.TrailingZeros64(word)]
			field.text = bytes.Clone(field.text)
			v.values = append(v.values, field)
		}
	}
	return v
}

// variantSize is what a variant of so many fields takes, in bytes, about.
func variantSize(fields int) int64 { return int64(1000 + 80*fields) }

// keep makes what takes so many bytes and puts it into its place, and returns it;
// nil when there is no room, or another goroutine has put something there.
func keep[T any](e *Enricher, place *atomic.Pointer[T], size int64, made func() *T) *T {
	if e.keptBytes.Add(size) <= maxKeptBytes {
		if v := made(); place.CompareAndSwap(nil, v) {
			return v
		}
	}
	e.keptBytes.Add(-size)
	return nil
}
