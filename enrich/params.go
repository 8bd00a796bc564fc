package enrich

import (
	"bytes"
	"strconv"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// decodeError finds the error code inside the event and the remediation for it:
// the first of the entry's error parameters that is there and not 0, or else
// the first that is there.
func (d *Document) decodeError() {
	if d.entry == nil {
		return
	}
	for last, i := range d.entry.errorParams {
		p := d.param(i)
		if p == nil {
			continue
		}
		code, ok := errorCode(&p.Value)
		if !ok || code == 0 && last < len(d.entry.errorParams)-1 {
			continue
		}
		d.code = catalog.DecodeError(code)
		d.codeText = d.scratchText(&p.Value)
		d.branch = d.entry.FindBranch(d.code.Win32)
		return
	}
}

// errorCode reads a 32-bit code: decimal, negative decimal (an HRESULT as a
// signed number) or hexadecimal, alone or as the first word of a text; or a
// code in %%n, as the Service Control Manager writes Win32 codes.
func errorCode(n *record.Node) (uint32, bool) {
	v, ok := n.Uint64()
	if !ok && n.Kind == record.String {
		word, _, _ := bytes.Cut(bytes.TrimSpace(n.Text), []byte(" "))
		word = bytes.TrimPrefix(word, []byte("%%"))
		v, ok = record.ParseUint(bytes.TrimRight(word, ":,;."))
	}
	if !ok {
		return 0, false
	}
	if signed := int64(v); signed < 0 && signed >= -1<<31 {
		return uint32(v), true
	}
	return uint32(v), v <= 0xffff_ffff
}

// nameParams gives the parameters that came without names those of the catalog.
func (d *Document) nameParams() {
	ev := &d.ev
	unnamed := 0
	for i := range ev.Params {
		p := &ev.Params[i]
		if p.Name != nil && len(bytes.TrimSpace(p.Name)) == 0 {
			p.Name = nil // blanks are no name, and no server takes a field without one
		}
		if p.Name == nil {
			unnamed++
		}
	}
	if d.entry != nil && (unnamed == 0 || unnamed == len(ev.Params)) {
		d.layout = d.entry.list(ev.Version.Value, ev.Version.Set, len(ev.Params))
	}
	if unnamed == 0 {
		return
	}
	if d.layout == nil {
		if d.isWithoutParams() {
			ev.Params = ev.Params[:0]
			return
		}
		d.anonymous = unnamed
		d.unnamed = d.namesExist()
		return
	}
	d.list = d.layout
	for i := range ev.Params {
		ev.Params[i].Name = d.list.names[i]
	}
}

// isWithoutParams tells whether the event is one that has no parameters: what
// came is the empty text that in_winevtlog sends for UserData without values.
func (d *Document) isWithoutParams() bool {
	if d.entry == nil || d.entry.list(d.ev.Version.Value, d.ev.Version.Set, 0) == nil {
		return false
	}
	for i := range d.ev.Params {
		if p := &d.ev.Params[i]; p.Value.Kind != record.String || len(p.Value.Text) > 0 {
			return false
		}
	}
	return true
}

// namesExist tells whether the parameters should have names: the catalog has
// lists for the event, or it is of a provider with a manifest, where all have.
func (d *Document) namesExist() bool {
	if d.entry != nil {
		for i := range d.entry.lists {
			if len(d.entry.lists[i].names) > 0 {
				return true
			}
		}
	}
	return d.ev.ProviderGUID != nil && d.ev.Keywords.Value&keywordClassic == 0
}

// param returns the parameter with the entry's param of that number, or nil.
// Names are compared without blanks.
func (d *Document) param(number int) *event.Param {
	name := d.entry.params[number]
	if l := d.layout; l != nil {
		at := l.at[number]
		if d.list != nil && at < 0 {
			return nil
		}
		if at >= 0 && (d.list != nil || bytes.Equal(d.ev.Params[at].Name, name)) {
			return &d.ev.Params[at]
		}
	}
	return d.find(name)
}

// find returns the parameter of that name, or nil. Names are compared without blanks.
func (d *Document) find(name []byte) *event.Param {
	for i := range d.ev.Params {
		if p := &d.ev.Params[i]; bytes.Equal(p.Name, name) || equalWithoutBlanks(p.Name, name) {
			return p
		}
	}
	return nil
}

// named returns the text of the parameter of that name, or nil.
func (d *Document) named(name string) []byte {
	if p := d.find([]byte(name)); p != nil && p.Index < 0 {
		return d.scratchText(&p.Value)
	}
	return nil
}

// equalWithoutBlanks tells whether a text, less its blanks and tabs, is the name.
func equalWithoutBlanks(spaced, name []byte) bool {
	if len(spaced) <= len(name) && (len(spaced) < len(name) || len(spaced) > 0 && spaced[0] != name[0]) {
		return false
	}
	i := 0
	for _, c := range spaced {
		if c == ' ' || c == '\t' {
			continue
		}
		if i == len(name) || name[i] != c {
			return false
		}
		i++
	}
	return i == len(name)
}

// scratchText returns a leaf's text, which lives as long as the record does.
func (d *Document) scratchText(n *record.Node) []byte {
	if n.Kind == record.String {
		return n.Text
	}
	return n.AppendText(d.rec.Scratch(max(32, 2*len(n.Text)))[:0])
}

func appendDecimal(dst []byte, n uint64) []byte { return strconv.AppendUint(dst, n, 10) }
