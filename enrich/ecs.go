package enrich

import (
	"strings"

	"winevent/enrich/catalog"
)

// fieldGroup is a field with those that are set beside it; noField where there is none.
type fieldGroup [4]fieldID

const noField = fieldCount

// members says, for the forms that set several fields of an object, which.
var members = map[catalog.Form][]string{
	catalog.AsAccount:      {"domain", "name"},
	catalog.AsHashes:       {"hash.md5", "hash.sha1", "hash.sha256", "pe.imphash"},
	catalog.AsRegistry:     {"path", "hive", "key", "value"},
	catalog.AsObject:       {"path", "hive", "key", "value"},
	catalog.AsRegistryData: {"data.strings", "data.type"},
	catalog.AsLines:        {},
}

// fieldsOf returns the fields that a row of the catalog fills; false when the
// table of fields lacks one.
func fieldsOf(f catalog.ECSField) (group fieldGroup, ok bool) {
	group = fieldGroup{noField, noField, noField, noField}
	var paths []string
	object := f.Field[:max(strings.LastIndexByte(f.Field, '.'), 0)]
	names, several := members[f.Form]
	switch {
	case several:
		for _, name := range names {
			paths = append(paths, f.Field+"."+name)
		}
	case f.Form == catalog.AsPath && object == "file":
		paths = []string{f.Field, "file.name", "file.directory", "file.extension"}
	case f.Form == catalog.AsPath:
		paths = []string{f.Field, object + ".name"}
	case f.Form == catalog.AsTransport:
		paths = []string{f.Field, "network.iana_number"}
	case f.Form == catalog.AsArgs:
		paths = []string{f.Field, f.Field + "_count"}
	default:
		paths = []string{f.Field}
	}
	for i, path := range paths {
		if group[i], ok = fieldByPath(path); !ok {
			return group, false
		}
	}
	return group, true
}

var filePathFields = fieldGroup{fFilePath, fFileName, fFileDirectory, fFileExtension}

// setECS sets the ECS fields that take their value from a parameter.
func (d *Document) setECS() {
	for i := range d.entry.ecs {
		f := &d.entry.ecs[i]
		if f.form == catalog.AsLines {
			d.setLines(f)
			continue
		}
		if f.fields[0] != noField && d.set.has(f.fields[0]) {
			continue
		}
		p := d.param(f.param)
		if p == nil || p.Index >= 0 {
			continue
		}
		if text := d.scratchText(&p.Value); !isNothing(text) {
			d.setForm(f, text)
		}
	}
	d.setNetwork()
}

// isNothing tells whether a text is how Windows says that there is no value.
func isNothing(text []byte) bool { return len(text) == 0 || len(text) == 1 && text[0] == '-' }

// setForm sets the fields of a row from the text of its parameter.
func (d *Document) setForm(f *preparedField, text []byte) {
	field := f.fields[0]
	switch f.form {
	case catalog.AsLower:
		d.set.text(field, d.lower(text))
	case catalog.AsLong:
		d.setLong(field, text)
	case catalog.AsIP:
		d.set.text(field, d.address(text))
	case catalog.AsPath:
		d.setPath(f.fields, text)
	case catalog.AsAccount:
		d.setAccount(f.fields, text)
	case catalog.AsUPN:
		d.set.text(field, beforeAt(text))
	case catalog.AsHashes:
		d.setHashes(f.fields, text)
	case catalog.AsDirection:
		d.set.plain(field, direction(text))
	case catalog.AsTransport:
		d.setTransport(f.fields, text)
	case catalog.AsRegistry:
		d.setRegistry(text)
	case catalog.AsRegistryData:
		d.setRegistryData(text)
	case catalog.AsObject:
		d.setObject(text)
	case catalog.AsArgs:
		d.setArgs(f.fields, text)
	case catalog.AsAddresses:
		d.setAddresses(field, text)
	case catalog.AsLogonType:
		d.setLogonType(field, text)
	case catalog.AsCommonName:
		d.set.text(field, d.commonName(text))
	case catalog.AsMessage:
		d.setMessageText(field, text)
	default:
		d.set.text(field, text)
	}
}
