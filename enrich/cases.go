package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
	"winevent/enrich/record"
)

// findCase returns the first case of the entry that the event's content fits, or -1.
func (d *Document) findCase() int {
	if d.entry == nil {
		return -1
	}
	d.lowered = -1
	for i := range d.entry.cases {
		if d.fits(d.entry.cases[i].conditions) {
			return i
		}
	}
	return -1
}

func (d *Document) fits(conditions []preparedCondition) bool {
	for i := range conditions {
		if !d.holds(&conditions[i]) {
			return false
		}
	}
	return true
}

// holds tells whether one of the condition's values fits the parameter; for
// IsNot, whether none does. Only that holds for a parameter that is not there.
func (d *Document) holds(c *preparedCondition) bool {
	text := d.conditionText(c.param)
	if text == nil {
		return c.Operator == catalog.IsNot
	}
	if d.lowered != c.param { // cases of one entry mostly look at one parameter
		d.buf, d.lowered = appendLower(d.buf[:0], text), c.param
		if d.long = len(d.buf) >= longText; d.long {
			d.grams.note(d.buf)
		}
	}
	for _, v := range c.values {
		if d.long && !d.grams.mayContain(v) && c.Operator == catalog.Contains {
			continue
		}
		if compare(c.Operator, d.buf, v) {
			return c.Operator != catalog.IsNot
		}
	}
	return c.Operator == catalog.IsNot
}

// longText is the length from which on it takes less time to note a text's
// pairs of bytes than to look for the words of an entry in it.
const longText = 128

// conditionText is the text of the entry's param of that number, or nil. Classic
// events' binary data is the parameter Binary, which some shippers keep apart.
func (d *Document) conditionText(number int) []byte {
	p := d.param(number)
	switch {
	case p == nil && d.ev.Binary != nil && bytes.Equal(d.entry.params[number], binaryName):
		return d.ev.Binary
	case p == nil || p.Index >= 0:
		return nil
	case p.Value.Kind == record.String && p.Value.Text == nil:
		return []byte{}
	}
	return d.scratchText(&p.Value)
}

func compare(operator catalog.Operator, text, value []byte) bool {
	switch operator {
	case catalog.Contains:
		return bytes.Contains(text, value)
	case catalog.StartsWith:
		return bytes.HasPrefix(text, value)
	case catalog.EndsWith:
		return bytes.HasSuffix(text, value)
	}
	if bytes.Equal(text, value) {
		return true
	}
	x, isNumber := record.ParseUint(text)
	y, too := record.ParseUint(value)
	return isNumber && too && x == y
}
