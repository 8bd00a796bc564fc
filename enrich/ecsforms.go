package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
	"winevent/enrich/record"
)

// The functions here make the value of ECS fields of a parameter's text. Values
// are views into the text wherever they can be.

// setLong sets a number. A process id of 0 says that there is none on this
// computer: the caller came over the network.
func (d *Document) setLong(field fieldID, text []byte) {
	n, ok := record.ParseUint(text)
	if isPID := field == fProcessID || field == fProcessParentPID; isPID && n == 0 {
		return
	}
	if ok && n <= 1<<63-1 {
		d.set.number(field, kindNumber, n)
	}
}

// address returns the text of an IP address as ECS wants it, or nil when it is none.
func (d *Document) address(text []byte) []byte {
	a, ok := parseAddress(text)
	if !ok {
		return nil
	}
	return a.AppendTo(d.rec.Scratch(48)[:0])
}

// setPath sets the path, the name of the file, and for files the directory and the extension.
func (d *Document) setPath(fields fieldGroup, path []byte) {
	d.set.text(fields[0], path)
	slash := bytes.LastIndexByte(path, '\\')
	name := path[slash+1:]
	if len(name) == 0 {
		return
	}
	d.set.text(fields[1], name)
	if fields[2] == noField {
		return
	}
	if slash > 0 {
		d.set.text(fields[2], path[:slash])
	}
	if dot := bytes.LastIndexByte(name, '.'); dot >= 0 && dot+1 < len(name) {
		d.set.text(fields[3], name[dot+1:])
	}
}

// setAccount sets domain and name of DOMAIN\name; a text without a backslash is a name.
func (d *Document) setAccount(fields fieldGroup, text []byte) {
	domain, name, found := bytes.Cut(text, []byte(`\`))
	if !found {
		domain, name = nil, text
	}
	if len(domain) > 0 {
		d.set.text(fields[0], domain)
	}
	if len(name) > 0 {
		d.set.text(fields[1], name)
	}
}

func beforeAt(text []byte) []byte {
	name, _, _ := bytes.Cut(text, []byte("@"))
	if len(name) == 0 {
		return nil
	}
	return name
}

// setHashes reads Sysmon's MD5=…,SHA256=…,IMPHASH=….
func (d *Document) setHashes(fields fieldGroup, text []byte) {
	for pair := range bytes.SplitSeq(text, []byte(",")) {
		name, hash, found := bytes.Cut(pair, []byte("="))
		if !found || len(hash) == 0 || len(bytes.Trim(hash, "0")) == 0 {
			continue // all zeros: there is none
		}
		switch string(name) {
		case "MD5":
			d.set.text(fields[0], d.lower(hash))
		case "SHA1":
			d.set.text(fields[1], d.lower(hash))
		case "SHA256":
			d.set.text(fields[2], d.lower(hash))
		case "IMPHASH":
			d.set.text(fields[3], d.lower(hash))
		}
	}
}

func (d *Document) lower(text []byte) []byte {
	return appendLower(d.rec.Scratch(len(text))[:0], text)
}

// direction is network.direction: Sysmon says whether the host began the
// connection, the Filtering Platform which way the packet went.
func direction(text []byte) string {
	switch string(text) {
	case "true", "True":
		return "egress"
	case "false", "False":
		return "ingress"
	case "%%14592":
		return "inbound"
	case "%%14593":
		return "outbound"
	}
	return ""
}

func (d *Document) setTransport(fields fieldGroup, text []byte) {
	number, ok := record.ParseUint(text)
	if !ok {
		return
	}
	d.set.number(fields[1], kindDigits, number)
	switch number {
	case 1:
		d.set.plain(fields[0], "icmp")
	case 6:
		d.set.plain(fields[0], "tcp")
	case 17:
		d.set.plain(fields[0], "udp")
	default:
		if name := catalog.Value("ip-protocol", number); name != "" {
			d.set.text(fields[0], d.lower([]byte(name)))
		}
	}
}

// hives are the roots of the registry as the kernel calls them.
var hives = [...]struct {
	prefix []byte
	name   string
}{
	{[]byte(`\REGISTRY\MACHINE\`), `HKLM\`},
	{[]byte(`\REGISTRY\USER\`), `HKU\`},
}

// setRegistry sets hive, key and value of a path. Where the event is about a
// key (its EventType ends with Key, as Sysmon's), the path has no value.
func (d *Document) setRegistry(path []byte) {
	rest := d.setHive(path)
	if len(rest) == 0 {
		return
	}
	slash := bytes.LastIndexByte(rest, '\\')
	if kind := d.named("EventType"); slash < 0 || kind == nil || bytes.HasSuffix(kind, []byte("Key")) {
		d.set.text(fRegistryKey, rest)
		return
	}
	d.set.text(fRegistryKey, rest[:slash])
	if slash+1 < len(rest) {
		d.set.text(fRegistryValue, rest[slash+1:])
	}
}

// setHive sets path and hive, and returns what follows the hive.
func (d *Document) setHive(path []byte) []byte {
	path = d.registryPath(path)
	d.set.text(fRegistryPath, path)
	hive, rest, _ := bytes.Cut(path, []byte(`\`))
	d.set.text(fRegistryHive, hive)
	return rest
}

func (d *Document) registryPath(path []byte) []byte {
	for i := range hives {
		if h := &hives[i]; len(path) > len(h.prefix) && bytes.EqualFold(path[:len(h.prefix)], h.prefix) {
			return append(append(d.rec.Scratch(len(path))[:0], h.name...), path[len(h.prefix):]...)
		}
	}
	return path
}

// setRegistryData reads Sysmon's Details: DWORD (0x…), QWORD (0x…-0x…), Binary Data, or the text itself.
func (d *Document) setRegistryData(text []byte) {
	switch number, isDWord := bytes.CutPrefix(text, []byte("DWORD (")); {
	case isDWord:
		d.set.plain(fRegistryDataType, "REG_DWORD")
		if n, ok := record.ParseUint(bytes.TrimSuffix(number, []byte(")"))); ok {
			d.set.texts(fRegistryDataStrings, appendDecimal(d.rec.Scratch(20)[:0], n))
		}
	case bytes.HasPrefix(text, []byte("QWORD (")):
		d.set.plain(fRegistryDataType, "REG_QWORD")
		high, low, _ := bytes.Cut(bytes.TrimSuffix(text[len("QWORD ("):], []byte(")")), []byte("-"))
		h, ok := record.ParseUint(high)
		if l, too := record.ParseUint(low); ok && too && h|l <= 1<<32-1 {
			d.set.texts(fRegistryDataStrings, appendDecimal(d.rec.Scratch(20)[:0], h<<32|l))
		}
	case string(text) == "Binary Data":
		d.set.plain(fRegistryDataType, "REG_BINARY")
	default:
		d.set.texts(fRegistryDataStrings, text)
	}
}

// setObject sets the file or the registry key that an audited access was about,
// and the category, which the event id alone cannot tell: handles are opened to
// files, keys, processes and much else.
func (d *Document) setObject(text []byte) {
	switch string(d.named("ObjectType")) {
	case "File":
		d.setObjectCategory(`["file"]`)
		d.setPath(filePathFields, text)
	case "Key":
		d.setObjectCategory(`["registry"]`)
		if key := d.setHive(text); len(key) > 0 {
			d.set.text(fRegistryKey, key)
		}
	}
}

// setObjectCategory sets the category of an event that the catalog knows only as
// something that a process did.
func (d *Document) setObjectCategory(category string) {
	if d.entry.category == `["process"]` {
		d.set.json(fEventCategory, category)
	}
}

// setAddresses sets the addresses of Sysmon's list "::ffff:192.0.2.1;type: 5 name;…".
func (d *Document) setAddresses(field fieldID, text []byte) {
	for word := range bytes.SplitSeq(text, []byte(";")) {
		if _, ok := parseAddress(word); ok {
			d.set.view(field, kindAddresses, text)
			return
		}
	}
}

func (d *Document) setLogonType(field fieldID, text []byte) {
	if n, ok := record.ParseUint(text); ok {
		d.set.static(field, kindStatic, catalog.Value("logon-type", n))
	}
}

// commonName returns the CN of a distinguished name, without its escapes; any
// other text as it is.
func (d *Document) commonName(text []byte) []byte {
	if len(text) < 3 || !bytes.EqualFold(text[:3], []byte("CN=")) {
		return text
	}
	out := d.rec.Scratch(len(text))[:0]
	for i := 3; i < len(text) && text[i] != ','; i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		out = append(out, text[i])
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// setMessageText sets the text behind %%n, or the text itself.
func (d *Document) setMessageText(field fieldID, text []byte) {
	if resolved := appendMessages(d.rec.Scratch(256)[:0], messageMap(d.ev.Provider), text); len(resolved) > 0 {
		text = resolved
	}
	d.set.text(field, text)
}
