package enrich

import (
	"math/bits"
	"strconv"

	"winevent/enrich/event"
	"winevent/enrich/jsontext"
)

// valueKind says how a field's value is written.
type valueKind uint8

const (
	kindText      valueKind = iota // bytes, escaped
	kindPlain                      // static, as a string; needs no escape
	kindStatic                     // static, as a string, escaped
	kindJSON                       // static JSON, as it is
	kindNumber                     // a number
	kindDigits                     // a number, as a string
	kindHex                        // a number, as a string 0x…
	kindKeywords                   // the names of the bits of a keyword mask, as a list
	kindTime                       // an instant
	kindGUID                       // bytes, as a GUID in the form of Windows' tools
	kindTexts                      // a list of one text
	kindSame                       // the text of another field, copied from where the document has it
	kindArgs                       // the words of a command line, as a list
	kindAddresses                  // the addresses in a list divided by semicolons, as a list
	kindBuilt                      // JSON that the document builds: see Document.appendBuilt
)

// value is a field's value in one document.
type value struct {
	text   []byte
	static string
	number uint64
	kind   valueKind
}

// fieldWords is how many words have a bit for each field.
const fieldWords = (fieldCount + 63) / 64

// fieldSet holds the values of one document. A field can be set once: the
// first value stays, so a document never has a key twice.
type fieldSet struct {
	present [fieldWords]uint64
	// base has the values of the steady fields when it is not nil; values has all others.
	base    *variant
	values  [fieldCount]value
	written [fieldCount]span // where each kindText stands in the document, for kindSame
	created event.Time       // the instant of fTimestamp
	read    event.Time       // the instant of fEventCreated
}

func (s *fieldSet) reset() {
	s.present = [len(s.present)]uint64{}
	s.base = nil
}

// use takes the fields of a variant, before any other is set.
func (s *fieldSet) use(v *variant) { s.base, s.present = v, v.present }

// isSteady tells whether a field is the base's.
func (s *fieldSet) isSteady(id fieldID) bool { return s.base != nil && s.base.value(id) != nil }

// value returns the value of a field that is set.
func (s *fieldSet) value(id fieldID) *value {
	if s.base != nil {
		if v := s.base.value(id); v != nil {
			return v
		}
	}
	return &s.values[id]
}

// count returns how many fields are set.
func (s *fieldSet) count() (n int) {
	for _, word := range s.present {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s *fieldSet) has(id fieldID) bool { return s.present[id/64]&(1<<(id%64)) != 0 }

// slot returns the place for a field's value, or nil when it has one.
func (s *fieldSet) slot(id fieldID) *value {
	if s.has(id) {
		return nil
	}
	s.present[id/64] |= 1 << (id % 64)
	return &s.values[id]
}

// text sets a field to bytes from the record; nil means that there is no value.
func (s *fieldSet) text(id fieldID, b []byte) {
	if b != nil {
		s.view(id, kindText, b)
	}
}

// view sets a field to bytes from the record, to be written as the kind says.
func (s *fieldSet) view(id fieldID, kind valueKind, b []byte) {
	if v := s.slot(id); v != nil {
		v.kind, v.text = kind, b
	}
}

func (s *fieldSet) static(id fieldID, kind valueKind, text string) {
	if text == "" {
		return
	}
	if v := s.slot(id); v != nil {
		v.kind, v.static, v.text = kind, text, nil
	}
}

func (s *fieldSet) plain(id fieldID, text string) { s.static(id, kindPlain, text) }

func (s *fieldSet) json(id fieldID, text string) { s.static(id, kindJSON, text) }

func (s *fieldSet) number(id fieldID, kind valueKind, n uint64) {
	if v := s.slot(id); v != nil {
		v.kind, v.number, v.text = kind, n, nil
	}
}

// optional sets a field to a number that the record may lack.
func (s *fieldSet) optional(id fieldID, kind valueKind, n event.Number) {
	if n.Set {
		s.number(id, kind, n.Value)
	}
}

// nonzero is optional for numbers of which zero says that there is none.
func (s *fieldSet) nonzero(id fieldID, kind valueKind, n event.Number) {
	if n.Value != 0 {
		s.optional(id, kind, n)
	}
}

func (s *fieldSet) guid(id fieldID, b []byte) {
	if b != nil {
		s.view(id, kindGUID, b)
	}
}

func (s *fieldSet) texts(id fieldID, b []byte) {
	if len(b) > 0 {
		s.view(id, kindTexts, b)
	}
}

// same sets a field to the text of another one, which comes before it in the
// document and is set already.
func (s *fieldSet) same(id, other fieldID, kind valueKind) {
	if !s.has(other) {
		return
	}
	if v := s.slot(id); v != nil {
		v.kind, v.number, v.text = kind, uint64(other), nil
	}
}

func (s *fieldSet) built(id fieldID) {
	if v := s.slot(id); v != nil {
		v.kind = kindBuilt
	}
}

// appendValue appends the value of a field as JSON.
func (d *Document) appendValue(dst []byte, id fieldID) []byte {
	v := d.set.value(id)
	switch v.kind {
	case kindText:
		start := len(dst)
		dst = d.appendString(dst, v.text)
		d.set.written[id] = span{start, len(dst)}
		return dst
	case kindSame:
		other := d.set.written[v.number]
		return append(dst, dst[other.start:other.end]...)
	case kindPlain:
		dst = append(append(dst, '"'), v.static...)
		return append(dst, '"')
	case kindStatic:
		d.buf = append(d.buf[:0], v.static...)
		return d.appendString(dst, d.buf)
	case kindJSON:
		return append(dst, v.static...)
	case kindNumber:
		return strconv.AppendUint(dst, v.number, 10)
	case kindDigits:
		dst = strconv.AppendUint(append(dst, '"'), v.number, 10)
		return append(dst, '"')
	case kindHex:
		dst = strconv.AppendUint(append(dst, `"0x`...), v.number, 16)
		return append(dst, '"')
	case kindKeywords:
		return appendKeywords(dst, v.number)
	case kindGUID:
		return d.appendGUID(dst, v.text)
	case kindTime:
		t, calendar := d.set.created, &d.created
		if id == fEventCreated {
			t, calendar = d.set.read, &d.readOn
		}
		return append(calendar.Append(append(dst, '"'), t), '"')
	case kindTexts:
		dst = d.appendString(append(dst, '['), v.text)
		return append(dst, ']')
	case kindArgs:
		return d.appendArgs(dst, v.text)
	case kindAddresses:
		return d.appendAddresses(dst, v.text)
	}
	return d.appendBuilt(dst, id)
}

// appendString appends text as a JSON string and notes when it had to be repaired.
func (d *Document) appendString(dst, text []byte) []byte {
	dst, valid := jsontext.AppendString(dst, text)
	d.invalid = d.invalid || !valid
	return dst
}
