package enrich

import (
	"bytes"
	"strings"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// valueText appends what a parameter's value means, where it is a code: one or
// more %%n of the provider's messages, or a value of the map that the catalog
// gives the parameter: valueMap, or "" for none. It appends nothing for other values.
func (d *Document) valueText(dst []byte, p *event.Param, valueMap string) []byte {
	if isMessageCode(p) {
		return appendMessages(dst, messageMap(d.ev.Provider), p.Value.Text)
	}
	switch valueMap {
	case "":
	case catalog.SIDMap:
		return append(dst, catalog.SID(p.Value.Text)...)
	case catalog.GUIDMap:
		return d.appendGUIDs(dst, p.Value.Text)
	case catalog.SDDLMap:
		return appendSDDL(dst, p.Value.Text)
	case catalog.PrivilegeMap:
		return appendPrivileges(dst, p.Value.Text)
	default:
		if code, ok := p.Value.Uint64(); ok {
			return appendMapped(dst, valueMap, code)
		}
	}
	return dst
}

// isMessageCode tells whether a parameter's value is %%n: one of the provider's messages.
func isMessageCode(p *event.Param) bool {
	text := p.Value.Text
	return p.Value.Kind == record.String && len(text) > 2 && text[0] == '%' && text[1] == '%'
}

// mapOf returns the value map of a parameter, or "".
func (d *Document) mapOf(p *event.Param) string {
	if d.entry == nil || len(d.entry.Values) == 0 || p.Name == nil {
		return ""
	}
	return d.entry.ValueMap(p.Name)
}

// appendMapped appends the text of a code; of a bit mask those of its bits.
func appendMapped(dst []byte, name string, code uint64) []byte {
	if !strings.HasSuffix(name, "-flags") {
		return append(dst, catalog.Value(name, code)...)
	}
	return catalog.AppendFlags(dst, name, code)
}

// appendComma divides what follows from what was appended since start.
func appendComma(dst []byte, start int) []byte {
	if len(dst) > start {
		dst = append(dst, ", "...)
	}
	return dst
}

// appendPrivileges explains a list of privileges, as 4672 has it. Unknown ones are passed over.
func appendPrivileges(dst, text []byte) []byte {
	start := len(dst)
	for word := range bytes.FieldsFuncSeq(text, isBlank) {
		if meaning := catalog.Privilege(word); meaning != "" {
			dst = append(appendComma(dst, start), meaning...)
		}
	}
	return dst
}

// appendGUIDs names the known ones of the GUIDs in a text, each once it is in
// braces, as 4662 writes classes, attributes and rights of the directory.
func (d *Document) appendGUIDs(dst, text []byte) []byte {
	const length = 36
	start := len(dst)
	for {
		open := bytes.IndexByte(text, '{')
		if open < 0 || len(text) < open+length+2 {
			return dst
		}
		text = text[open+1:]
		if text[length] != '}' {
			continue
		}
		if name := catalog.GUID(d.lower(text[:length])); name != "" {
			dst = append(appendComma(dst, start), name...)
		}
		text = text[length+1:]
	}
}

// messageMap is the map of the messages that %%n stands for in a provider's
// events, or "" when they stand for something else.
func messageMap(provider []byte) string {
	switch string(provider) {
	case securityProvider:
		return catalog.MessageMap
	case "Microsoft-Windows-Windows Defender":
		return "mpevmsg"
	}
	return ""
}

// appendMessages resolves %%n %%m … into their texts, joined with commas. When
// anything in the text is no known message, it appends nothing.
func appendMessages(dst []byte, name string, text []byte) []byte {
	start := len(dst)
	for word := range bytes.FieldsFuncSeq(text, isBlank) {
		number, found := bytes.CutPrefix(bytes.TrimSuffix(word, []byte(",")), []byte("%%"))
		code, ok := record.ParseUint(number)
		if !found || !ok {
			return dst[:start]
		}
		message := catalog.Value(name, code)
		if message == "" {
			return dst[:start]
		}
		dst = append(appendComma(dst, start), message...)
	}
	return dst
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' }

// textOf is the text of a parameter whose value is a code: a piece of Document.texts.
type textOf struct {
	param int
	span
}

// setValueTexts finds the parameters that have a text of their own.
func (d *Document) setValueTexts() {
	d.texts, d.textsOf = d.texts[:0], d.textsOf[:0]
	switch {
	case d.list == nil:
		for i := range d.ev.Params {
			d.addValueText(i, d.mapOf(&d.ev.Params[i]))
		}
	case d.entry.messages == "":
		for _, i := range d.list.coded {
			d.addValueText(i, d.list.maps[i])
		}
	default:
		for i, valueMap := range d.list.maps {
			if valueMap != "" || isMessageCode(&d.ev.Params[i]) {
				d.addValueText(i, valueMap)
			}
		}
	}
	if len(d.textsOf) > 0 {
		d.set.built(fValueText)
	}
}

// addValueText adds the text of parameter i, if it has one.
func (d *Document) addValueText(i int, valueMap string) {
	start := len(d.texts)
	if d.texts = d.valueText(d.texts, &d.ev.Params[i], valueMap); len(d.texts) > start {
		d.textsOf = append(d.textsOf, textOf{i, span{start, len(d.texts)}})
	}
}

func (d *Document) appendValueTexts(dst []byte) []byte {
	scope := d.names.Scope()
	dst = append(dst, '{')
	for _, t := range d.textsOf {
		if d.list != nil {
			dst = append(dst, d.list.keys[t.param]...)
		} else {
			dst = append(d.appendKey(dst, scope, d.withoutBlanks(d.nameOf(t.param))), ':')
		}
		dst = append(d.appendString(dst, d.texts[t.start:t.end]), ',')
	}
	dst[len(dst)-1] = '}'
	return dst
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

// appendPlaceholder appends parameter n of the template, found by its name:
// older versions of the event, and shippers, have other orders.
func (d *Document) appendPlaceholder(b []byte, n int) []byte {
	p := d.placeholder(n)
	if p == nil {
		return b
	}
	// Windows prints the texts of %%n and of the manifest's maps, not those of ours.
	valueMap := d.entry.ValueMap(p.Name)
	if isMessageCode(p) || catalog.PrintedByWindows(valueMap) {
		start := len(b)
		if b = d.valueText(b, p, valueMap); len(b) > start {
			return b
		}
	}
	return p.Value.AppendText(b)
}

func (d *Document) placeholder(n int) *event.Param {
	if d.anonymous > 0 {
		if n <= len(d.ev.Params) {
			return &d.ev.Params[n-1]
		}
		return nil
	}
	// The template is the newest version's, whose list comes last.
	for i := len(d.entry.lists) - 1; i >= 0; i-- {
		if names := d.entry.lists[i].names; n <= len(names) {
			if p := d.find(names[n-1]); p != nil {
				return p
			}
		}
	}
	return nil
}
