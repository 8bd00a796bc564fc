package enrich

import "math/bits"

// skeleton is the text of documents of one variant, with gaps for what differs
// between them. It fits a document that has the same fields, and in those that
// the text holds the same values. Most records of a variant fit one of a few.
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

// fixedValue is a value that the text of a skeleton holds and that is not the variant's.
type fixedValue struct {
	field  fieldID
	kind   valueKind
	static string
}

// isStatic tells whether the value is a text of ours.
func (v *value) isStatic() bool {
	return v.kind == kindPlain || v.kind == kindStatic || v.kind == kindJSON
}

func (k *skeleton) fits(s *fieldSet) bool {
	if k.present != s.present {
		return false
	}
	for i := range k.fixed {
		f := &k.fixed[i]
		if v := &s.values[f.field]; f.kind != v.kind || f.static != v.static {
			return false
		}
	}
	return true
}

// skeleton returns the skeleton of the document: one that is kept, or one that
// is only valid until the next call.
func (d *Document) skeleton() *skeleton {
	if d.set.base == nil {
		return d.makeSkeleton()
	}
	list := &d.set.base.skeletons
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
// place i of those of its variant.
func (d *Document) keepSkeleton(i int) *skeleton {
	k := d.makeSkeleton()
	keep(d.enricher, &d.set.base.skeletons[i], k.size(), k.clone)
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
			switch v := &d.set.values[id]; {
			case d.set.isSteady(id):
				b = d.appendValue(b, id)
			case v.isStatic():
				k.fixed = append(k.fixed, fixedValue{id, v.kind, v.static})
				b = d.appendValue(b, id)
			default:
				k.gaps = append(k.gaps, gap{len(b), id})
			}
			previous, depth = id, l.depth
		}
	}
	k.text = closeObjects(b, depth)
	return k
}

// size is what a skeleton takes, in bytes, about.
func (k *skeleton) size() int64 { return int64(100 + len(k.text) + 24*len(k.fixed) + 16*len(k.gaps)) }

// clone returns a copy that shares no memory with records.
func (k *skeleton) clone() *skeleton {
	return &skeleton{
		present: k.present,
		text:    append([]byte(nil), k.text...),
		gaps:    append([]gap(nil), k.gaps...),
		fixed:   append([]fixedValue(nil), k.fixed...),
	}
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
