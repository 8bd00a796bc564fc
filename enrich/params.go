package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// decodeError finds the error code inside the event and the remediation for it.
func (d *Document) decodeError() {
	if d.entry == nil || d.entry.ErrorParameter == "" {
		return
	}
	p := d.param(d.entry.errorParameter)
	if p == nil {
		return
	}
	code, ok := errorCode(&p.Value)
	if !ok {
		return
	}
	d.code = catalog.DecodeError(code)
	d.set.text(fErrorCode, d.scratchText(&p.Value))
	d.branch = d.entry.FindBranch(d.code.Win32)
}

// errorCode reads a 32-bit code: decimal, negative decimal (an HRESULT as a
// signed number) or hexadecimal, alone or as the first word of a text.
func errorCode(n *record.Node) (uint32, bool) {
	v, ok := n.Uint64()
	if !ok && n.Kind == record.String {
		word, _, _ := bytes.Cut(bytes.TrimSpace(n.Text), []byte(" "))
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
		if len(bytes.TrimSpace(p.Name)) == 0 {
			p.Name = nil // blanks are no name, and no server takes a field without one
			unnamed++
		}
	}
	if unnamed == 0 {
		return
	}
	if d.entry != nil && unnamed == len(ev.Params) {
		d.list = d.entry.list(ev.Version.Value, ev.Version.Set, unnamed)
	}
	if d.list == nil {
		d.anonymous = unnamed
		d.unnamed = d.entry != nil || ev.ProviderGUID != nil && ev.Keywords.Value&keywordClassic == 0
		return
	}
	for i := range ev.Params {
		ev.Params[i].Name = d.list.names[i]
	}
}

// param returns the parameter of that name, or nil. Names are compared without blanks.
func (d *Document) param(name []byte) *event.Param {
	for i := range d.ev.Params {
		if p := &d.ev.Params[i]; bytes.Equal(p.Name, name) || equalWithoutBlanks(p.Name, name) {
			return p
		}
	}
	return nil
}

func equalWithoutBlanks(spaced, name []byte) bool {
	if len(spaced) <= len(name) {
		return false
	}
	i := 0
	for _, c := range spaced {
		if c == ' ' {
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
