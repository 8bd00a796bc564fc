package enrich

import (
	"bytes"
	"net/netip"
)

// setECS sets the ECS fields that take their value from a parameter.
func (d *Document) setECS() {
	for _, f := range d.entry.ecs {
		p := d.param(f.parameter)
		if p == nil || p.Index >= 0 {
			continue
		}
		text := d.scratchText(&p.Value)
		if len(text) == 0 || string(text) == "-" {
			continue
		}
		if fields[f.field].Type == IP {
			text = d.address(text)
		}
		d.set.text(f.field, text)
	}
	if d.set.has(fProcessExecutable) {
		path := d.set.values[fProcessExecutable].text
		if name := path[bytes.LastIndexByte(path, '\\')+1:]; len(name) > 0 {
			d.set.text(fProcessName, name)
		}
	}
}

// address returns the text of an IP address as ECS wants it, or nil when it is none.
func (d *Document) address(text []byte) []byte {
	a, err := netip.ParseAddr(string(text))
	if err != nil {
		return nil
	}
	return a.Unmap().WithZone("").AppendTo(d.rec.Scratch(48)[:0])
}

// setRelated lists the hosts and addresses that other fields name.
func (d *Document) setRelated() {
	if len(d.ev.Computer) > 0 {
		d.set.same(fRelatedHosts, fHostName, kindTextsSame)
	}
	if d.set.has(fSourceIP) {
		d.set.texts(fRelatedIP, d.set.values[fSourceIP].text) // stands before source.ip
	}
}
