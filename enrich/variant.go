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
	descriptor event.Event // without what differs between its records; shares no memory with them
	audit      event.Audit
	fits       int // the entry's case, or -1
	branch     int // the entry's branch, or -1
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

// has tells whether a record is one of the variant, by all that setSteady reads.
func (v *variant) has(ev *event.Event, fits, branch int) bool {
	k := &v.descriptor
	return v.fits == fits && v.branch == branch &&
		k.Keywords == ev.Keywords && k.LevelNumber == ev.LevelNumber && k.TaskNumber == ev.TaskNumber &&
		k.OpcodeNumber == ev.OpcodeNumber && k.Version == ev.Version && k.Qualifiers == ev.Qualifiers &&
		k.Dialect == ev.Dialect && v.audit == ev.Audit() &&
		same(k.Channel, ev.Channel) && same(k.Provider, ev.Provider) && same(k.ProviderGUID, ev.ProviderGUID) &&
		same(k.Level, ev.Level) && same(k.Task, ev.Task) && same(k.Opcode, ev.Opcode) && same(k.Outcome, ev.Outcome)
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
func (d *Document) findVariant(fits int) *variant {
	if d.entry == nil {
		return nil
	}
	for i := range d.entry.variants {
		switch v := d.entry.variants[i].Load(); {
		case v == nil:
			return nil
		case v.has(&d.ev, fits, d.branch):
			return v
		}
	}
	return nil
}

// keepVariant keeps the fields that are set as a new variant, if it may and
// there is room, and returns it; else nil.
func (d *Document) keepVariant(fits int) *variant {
	ev := &d.ev
	if d.entry == nil {
		return nil
	}
	for _, text := range [...][]byte{ev.Channel, ev.Provider, ev.ProviderGUID, ev.Level, ev.Task, ev.Opcode, ev.Outcome} {
		if len(text) > maxSteadyText || !utf8.Valid(text) {
			return nil
		}
	}
	v := d.makeVariant(fits)
	for i := range d.entry.variants {
		if slot := &d.entry.variants[i]; slot.Load() == nil {
			if d.enricher.keep(v.size()) && slot.CompareAndSwap(nil, v) {
				return v
			}
			return nil
		}
	}
	return nil
}

func (d *Document) makeVariant(fits int) *variant {
	ev := &d.ev
	v := &variant{audit: ev.Audit(), fits: fits, branch: d.branch, verdict: d.verdict, present: d.set.present}
	v.descriptor = event.Event{
		Keywords: ev.Keywords, LevelNumber: ev.LevelNumber, TaskNumber: ev.TaskNumber, OpcodeNumber: ev.OpcodeNumber,
		Version: ev.Version, Qualifiers: ev.Qualifiers, Dialect: ev.Dialect,
		Channel: bytes.Clone(ev.Channel), Provider: bytes.Clone(ev.Provider), ProviderGUID: bytes.Clone(ev.ProviderGUID),
		Level: bytes.Clone(ev.Level), Task: bytes.Clone(ev.Task), Opcode: bytes.Clone(ev.Opcode), Outcome: bytes.Clone(ev.Outcome),
	}
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

// size is what a variant takes, in bytes, about.
func (v *variant) size() int64 { return int64(1000 + 80*len(v.values)) }

// keep takes room for so many bytes; false when there is none.
func (e *Enricher) keep(size int64) bool {
	if e.keptBytes.Add(size) <= maxKeptBytes {
		return true
	}
	e.keptBytes.Add(-size)
	return false
}
