package enrich

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// maxNumbered is the last parameter that gets a name paramN of its own: a
// message template cannot refer to more (%1 to %99). All values are in Data.
const maxNumbered = 99

var dataName, binaryName = []byte("Data"), []byte("Binary")

// appendBuilt appends the value of a field that is made from several values.
func (d *Document) appendBuilt(dst []byte, id fieldID) []byte {
	switch id {
	case fMessage:
		return d.appendMessage(dst)
	case fErrorMessage:
		return d.appendError(dst)
	case fEventOriginal:
		return d.appendOriginal(dst)
	case fSeverityReason:
		return d.appendReason(dst)
	case fValueText:
		return d.appendValueTexts(dst)
	case fEventData:
		return d.appendEventData(dst)
	case fKeywords:
		return d.appendKeywordTexts(dst)
	case fRecord:
		return d.appendExtras(dst)
	case fMetadata:
		return d.appendTree(dst, d.metadata)
	case fRelatedUser:
		return d.appendRelated(dst, relatedUsers)
	case fRelatedHosts:
		return d.appendRelated(dst, relatedHosts)
	case fRelatedIP:
		return d.appendRelated(dst, relatedIPs)
	case fRelatedHash:
		return d.appendRelated(dst, relatedHashes)
	}
	return append(dst, "null"...)
}

// appendTree appends a tree of the record as it came.
func (d *Document) appendTree(dst []byte, i int) []byte {
	dst, valid := d.rec.AppendJSON(dst, i, &d.names)
	d.invalid = d.invalid || !valid
	return dst
}

// appendReason appends the severity's reason and the error code that it was decided by.
func (d *Document) appendReason(dst []byte) []byte {
	dst = append(dst, d.verdict.reason[:len(d.verdict.reason)-1]...)
	dst = d.code.AppendText(append(dst, " Error "...))
	if d.code.Symbol != "" {
		dst = append(append(append(dst, " ("...), d.code.Symbol...), ')')
	}
	return append(dst, `."`...)
}

// appendGUID appends a GUID in the form of Windows' tools: braces, upper case.
// Shippers differ in both.
func (d *Document) appendGUID(dst, b []byte) []byte {
	inner := bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("{")), []byte("}"))
	if len(inner) != 36 || !utf8.Valid(inner) {
		return d.appendString(dst, b)
	}
	d.buf = append(append(append(d.buf[:0], '{'), inner...), '}')
	upperHex(d.buf)
	return d.appendString(dst, d.buf)
}

// appendKeywords appends the names of the bits of a keyword mask.
func appendKeywords(dst []byte, mask uint64) []byte {
	dst = append(dst, '[')
	for _, k := range keywords {
		if mask&k.bit != 0 {
			dst = append(append(dst, k.json...), ',')
		}
	}
	return closeList(dst)
}

// appendKeywordTexts appends the names of keywords that the shipper sent.
func (d *Document) appendKeywordTexts(dst []byte) []byte {
	dst = append(dst, '[')
	for _, text := range d.ev.KeywordTexts {
		dst = append(d.appendString(dst, text), ',')
	}
	return closeList(dst)
}

// closeList ends a list, each element of which has a comma behind it.
func closeList(dst []byte) []byte {
	if last := len(dst) - 1; dst[last] == ',' {
		dst = dst[:last]
	}
	return append(dst, ']')
}

func (d *Document) appendExtras(dst []byte) []byte {
	scope := d.names.Scope()
	dst = append(dst, '{')
	for i, x := range d.ev.Extras {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = d.appendKey(dst, scope, x.Name)
		dst = d.appendTree(append(dst, ':'), int(x.Index))
	}
	return append(dst, '}')
}

// appendKey appends a member name, made unique in its object.
func (d *Document) appendKey(dst []byte, scope int32, name []byte) []byte {
	dst, valid := d.names.AppendKey(dst, scope, name)
	d.invalid = d.invalid || !valid
	return dst
}

// appendEventData appends the parameters.
func (d *Document) appendEventData(dst []byte) []byte {
	dst = append(dst, '{')
	n := len(dst)
	scope := d.names.Scope()
	switch {
	case d.list != nil:
		for i := range d.ev.Params {
			dst = append(dst, d.list.keys[i]...)
			dst = append(d.appendParam(dst, &d.ev.Params[i]), ',')
		}
	case d.anonymous == len(d.ev.Params):
		dst = d.appendNumbered(dst)
	default:
		dst = d.appendNamed(dst, scope)
	}
	if d.ev.Binary != nil {
		dst = append(d.appendBinary(append(d.appendKey(dst, scope, binaryName), ':')), ',')
	}
	if len(dst) > n {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

// numberedKeys are "param1": to "param99":.
var numberedKeys = func() (keys [maxNumbered]string) {
	for i := range keys {
		keys[i] = `"param` + strconv.Itoa(i+1) + `":`
	}
	return keys
}()

// appendNumbered appends parameters of which none has a name: as param1 … and,
// copied from what was just written, as the list Data.
func (d *Document) appendNumbered(dst []byte) []byte {
	d.spans = d.spans[:0]
	for i := range d.ev.Params {
		if i == maxNumbered {
			break
		}
		dst = append(dst, numberedKeys[i]...)
		start := len(dst)
		dst = d.appendParam(dst, &d.ev.Params[i])
		d.spans = append(d.spans, span{start, len(dst)})
		dst = append(dst, ',')
	}
	if len(d.ev.Params) > 0 {
		dst = append(dst, `"Data":[`...)
		for i := range d.ev.Params {
			if i < len(d.spans) {
				dst = append(dst, dst[d.spans[i].start:d.spans[i].end]...)
			} else {
				dst = d.appendParam(dst, &d.ev.Params[i])
			}
			dst = append(dst, ',')
		}
		dst = append(dst[:len(dst)-1], "],"...)
	}
	return dst
}

// span is a piece of the document that is being written.
type span struct{ start, end int }

// appendNamed appends parameters that the record names, and between them those
// that it does not. scope is the object's in d.names.
func (d *Document) appendNamed(dst []byte, scope int32) []byte {
	for i := range d.ev.Params {
		p := &d.ev.Params[i]
		if p.Name == nil && i >= maxNumbered {
			continue
		}
		dst = append(d.appendKey(dst, scope, d.withoutBlanks(d.nameOf(i))), ':')
		dst = append(d.appendParam(dst, p), ',')
	}
	if d.anonymous > 0 {
		dst = append(d.appendData(append(d.appendKey(dst, scope, dataName), ':')), ',')
	}
	return dst
}

// appendData appends the values that have no names, in order, as a list.
func (d *Document) appendData(dst []byte) []byte {
	dst = append(dst, '[')
	first := true
	for i := range d.ev.Params {
		p := &d.ev.Params[i]
		if p.Name != nil {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		dst, first = d.appendParam(dst, p), false
	}
	return append(dst, ']')
}

// appendParam appends a parameter's value as text; a list as a list of texts,
// a nested object as its JSON in a text.
func (d *Document) appendParam(dst []byte, p *event.Param) []byte {
	switch p.Value.Kind {
	case record.String:
		return d.appendString(dst, p.Value.Text)
	case record.Array:
		return d.appendTexts(dst, int(p.Index))
	case record.Map:
		return d.appendNested(dst, int(p.Index))
	}
	dst = p.Value.AppendText(append(dst, '"'))
	return append(dst, '"')
}

func (d *Document) appendTexts(dst []byte, at int) []byte {
	dst = append(dst, '[')
	for i := at + 1; i < int(d.rec.At(at).End); i = int(d.rec.At(i).End) {
		if i > at+1 {
			dst = append(dst, ',')
		}
		switch n := d.rec.At(i); n.Kind {
		case record.String:
			dst = d.appendString(dst, n.Text)
		case record.Array, record.Map:
			dst = d.appendNested(dst, i)
		default:
			dst = append(n.AppendText(append(dst, '"')), '"')
		}
	}
	return append(dst, ']')
}

func (d *Document) appendNested(dst []byte, i int) []byte {
	d.buf = d.appendTree(d.buf[:0], i)
	return d.appendString(dst, d.buf)
}

func (d *Document) appendBinary(dst []byte) []byte {
	// in_winlog writes hexadecimal in lower case, all others in upper case.
	d.buf = append(d.buf[:0], d.ev.Binary...)
	upperHex(d.buf)
	return d.appendString(dst, d.buf)
}

// upperHex turns hexadecimal digits into upper case, in place.
func upperHex(b []byte) {
	for i, c := range b {
		if c-'a' <= 'f'-'a' {
			b[i] = c - 'a' + 'A'
		}
	}
}

// withoutBlanks returns a parameter's name as winlog.event_data has it.
func (d *Document) withoutBlanks(name []byte) []byte {
	if bytes.IndexByte(name, ' ') < 0 {
		return name
	}
	out := d.rec.Scratch(len(name))[:0]
	for _, c := range name {
		if c != ' ' {
			out = append(out, c)
		}
	}
	return out
}

// nameOf returns the name of parameter i: its own, or paramN.
func (d *Document) nameOf(i int) []byte {
	if name := d.ev.Params[i].Name; name != nil {
		return name
	}
	return strconv.AppendInt(append(d.rec.Scratch(8)[:0], "param"...), int64(i+1), 10)
}
