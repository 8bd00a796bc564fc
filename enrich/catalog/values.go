package catalog

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
	lo, hi := 0, len(table)
	for lo < hi {
		mid := (lo + hi) / 2
		if uint64(table[mid].code) < code {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(table) && uint64(table[lo].code) == code {
		return table[lo].text
	}
	return ""
}
