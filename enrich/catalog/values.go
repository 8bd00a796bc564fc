package catalog

import "sort"

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
	i := sort.Search(len(table), func(i int) bool { return uint64(table[i].code) >= code })
	if i < len(table) && uint64(table[i].code) == code {
		return table[i].text
	}
	return ""
}
