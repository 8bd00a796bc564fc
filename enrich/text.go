package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// valueText appends what a parameter's value means, where it is a code: one or
// more %%n of the Security log's messages, or a number of the value map that
// the catalog gives the parameter. It appends nothing for other values.
func (d *Document) valueText(dst []byte, p *event.Param) []byte {
	if p.Value.Kind == record.String && bytes.HasPrefix(p.Value.Text, []byte("%%")) {
		if string(d.ev.Provider) == securityProvider {
			return appendMessages(dst, p.Value.Text)
		}
		return dst
	}
	if d.entry == nil || len(d.entry.Values) == 0 || p.Name == nil {
		return dst
	}
	if name := d.entry.ValueMap(p.Name); name != "" {
		if code, ok := p.Value.Uint64(); ok {
			return append(dst, catalog.Value(name, code)...)
		}
	}
	return dst
}

// appendMessages resolves %%n %%m … into their texts, joined with commas. When
// anything in the text is no known message, it appends nothing.
func appendMessages(dst, text []byte) []byte {
	start := len(dst)
	for word := range bytes.FieldsFuncSeq(text, isBlank) {
		number, found := bytes.CutPrefix(word, []byte("%%"))
		code, ok := record.ParseUint(number)
		if !found || !ok {
			return dst[:start]
		}
		message := catalog.Value(catalog.MessageMap, code)
		if message == "" {
			return dst[:start]
		}
		if len(dst) > start {
			dst = append(dst, ", "...)
		}
		dst = append(dst, message...)
	}
	return dst
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// setValueTexts notes whether any parameter has a text of its own.
func (d *Document) setValueTexts() {
	for i := range d.ev.Params {
		if d.buf = d.valueText(d.buf[:0], &d.ev.Params[i]); len(d.buf) > 0 {
			d.set.built(fValueText)
			return
		}
	}
}

func (d *Document) appendValueTexts(dst []byte) []byte {
	scope := d.names.Scope()
	dst = append(dst, '{')
	n := len(dst)
	for i := range d.ev.Params {
		p := &d.ev.Params[i]
		d.buf = d.valueText(d.buf[:0], p)
		if len(d.buf) == 0 {
			continue
		}
		name := p.Name
		if name == nil {
			name = d.numberedName(i + 1)
		}
		dst = append(d.appendKey(dst, scope, d.withoutBlanks(name)), ':')
		dst = append(d.appendString(dst, d.buf), ',')
	}
	if len(dst) > n {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}')
}

// appendMessage renders the event's template as Windows does: %1 … are
// parameters (with their texts where they are codes), %n is a line end, %t a tab.
func (d *Document) appendMessage(dst []byte) []byte {
	b := d.buf[:0]
	for t := d.entry.Message; len(t) > 0; {
		c := t[0]
		t = t[1:]
		if c != '%' || len(t) == 0 {
			b = append(b, c)
			continue
		}
		switch c = t[0]; {
		case c == 'n':
			b, t = append(b, '\r', '\n'), t[1:]
		case c == 't':
			b, t = append(b, '\t'), t[1:]
		case c >= '1' && c <= '9':
			n := int(c - '0')
			if t = t[1:]; len(t) > 0 && t[0]-'0' <= 9 {
				n, t = n*10+int(t[0]-'0'), t[1:]
			}
			b = d.appendPlaceholder(b, n)
		default:
			b, t = append(b, c), t[1:]
		}
	}
	d.buf = b
	return d.appendString(dst, b)
}

// appendPlaceholder appends parameter n of the template, found by its name
// where the record names its parameters in an order of its own.
func (d *Document) appendPlaceholder(b []byte, n int) []byte {
	p := d.placeholder(n)
	if p == nil {
		return b
	}
	start := len(b)
	if b = d.valueText(b, p); len(b) > start {
		return b
	}
	return p.Value.AppendText(b)
}

func (d *Document) placeholder(n int) *event.Param {
	for i := len(d.entry.lists) - 1; i >= 0 && d.list == nil; i-- {
		if names := d.entry.lists[i].names; n <= len(names) {
			if p := d.param(names[n-1]); p != nil {
				return p
			}
		}
	}
	if n <= len(d.ev.Params) && (d.list != nil || d.anonymous > 0) {
		return &d.ev.Params[n-1]
	}
	return nil
}
