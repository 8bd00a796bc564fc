package catalog

import (
	"bytes"
	"sort"
	"strconv"
)

// valueText is a row of a value map.
type valueText struct {
	code uint32
	text string
}

// MessageMap is the map of the %%n messages that Security events use (msobjs.dll).
const MessageMap = "msobjs"

// TaskMap is the map of the Security provider's task numbers: the audit subcategories.
const TaskMap = "security-task"

// Value returns the text of a code in a value map, or "". It does not allocate.
func Value(name string, code uint64) string {
	table := valueMap(name)
	low, high := 0, len(table)
	for low < high { // sort.Search takes twice as long, and every record comes here
		if middle := int(uint(low+high) / 2); uint64(table[middle].code) < code {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(table) && uint64(table[low].code) == code {
		return table[low].text
	}
	return ""
}

// HasValueMap tells whether there is a value map of that name.
func HasValueMap(name string) bool { return len(valueMap(name)) > 0 }

// nameText is a row of a value map whose keys are texts.
type nameText struct{ name, text string }

// The value maps whose keys are texts.
const (
	// SIDMap is the map of well-known SIDs.
	SIDMap = "sid"
	// GUIDMap is the map of the directory's classes, attributes and rights by GUID.
	GUIDMap = "guids"
	// SDDLMap stands for security descriptors, which are explained, not looked up.
	SDDLMap = "sddl"
	// PrivilegeMap is the map of privileges and logon rights.
	PrivilegeMap = "privileges"
)

// domainSID is what the SIDs of all domains and computers begin with.
const domainSID = "S-1-5-21-"

// PrintedByWindows tells whether a value map is of a manifest, so that Windows
// itself prints its texts. The names of our own maps are lower case.
func PrintedByWindows(name string) bool {
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' {
			return true
		}
	}
	return false
}

// SID returns what a well-known SID stands for, or "". The last number alone
// tells well-known accounts of a domain. It does not allocate.
func SID(sid []byte) string {
	if text := nameValue(sidNames, sid); text != "" || !bytes.HasPrefix(sid, []byte(domainSID)) {
		return text
	}
	return nameValue(sidNames, sid[bytes.LastIndexByte(sid, '-'):])
}

// Privilege returns what a privilege or logon right allows, or "". It does not allocate.
func Privilege(name []byte) string { return nameValue(privilegeNames, name) }

// GUID returns the class, attribute or right of the directory with a GUID in lower
// case, without braces, or "". It does not allocate.
func GUID(guid []byte) string { return nameValue(guidNames, guid) }

func nameValue(table []nameText, key []byte) string {
	i := sort.Search(len(table), func(i int) bool { return table[i].name >= string(key) })
	if i < len(table) && table[i].name == string(key) {
		return table[i].text
	}
	return ""
}

// AppendFlags appends the texts of the bits that are set, divided by commas, and
// the bits that have none in hexadecimal; nothing when it knows none. The map is
// one of bit masks (its name ends with -flags). It allocates nothing else.
func AppendFlags(dst []byte, name string, mask uint64) []byte {
	start := len(dst)
	for _, row := range valueMap(name) {
		if bit := uint64(row.code); bit != 0 && mask&bit == bit {
			if len(dst) > start {
				dst = append(dst, ", "...)
			}
			dst = append(dst, row.text...)
			mask &^= bit
		}
	}
	if mask != 0 && len(dst) > start {
		dst = strconv.AppendUint(append(dst, ", 0x"...), mask, 16)
	}
	return dst
}
