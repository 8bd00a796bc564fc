package dialect

import (
	"encoding/binary"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// ReadUsual fills ev from a record in the form that nearly all have: the msgpack
// of in_winevtlog, its members in its order, and behind them perhaps others that
// a filter added. It needs no tree, reads every byte once, and returns what
// follows the record. The event is the one that Read makes of the record's tree.
//
// false says that the record differs in anything, or cannot be read at all; ev
// and rec then hold what was found up to there. Parameters that are no text, and what
// filters added, go to rec.
func ReadUsual(rec *record.Record, b []byte, ev *event.Event) (rest []byte, ok bool) {
	ev.Record, ev.Dialect = rec, event.Winevtlog
	u := usual{b: b, ev: ev}
	members, ok := u.head(fixMap, longMap)
	// The byte before each name is msgpack's for a text of its length.
	ok = ok && members >= usualMembers &&
		u.optional("\xacProviderName", &ev.Provider) &&
		u.optional("\xacProviderGuid", &ev.ProviderGUID) &&
		u.number("\xaaQualifiers", &ev.Qualifiers) &&
		u.number("\xa7EventID", &ev.ID) &&
		u.number("\xa7Version", &ev.Version) &&
		u.number("\xa5Level", &ev.LevelNumber) &&
		u.number("\xa4Task", &ev.TaskNumber) &&
		u.number("\xa6Opcode", &ev.OpcodeNumber) &&
		u.keywords("\xa8Keywords") &&
		u.time("\xabTimeCreated", &ev.Created) &&
		u.number("\xadEventRecordID", &ev.RecordID) &&
		u.optional("\xaaActivityID", &ev.ActivityID) &&
		u.optional("\xb1RelatedActivityID", &ev.RelatedActivityID) &&
		u.number("\xa9ProcessID", &ev.ProcessID) &&
		u.number("\xa8ThreadID", &ev.ThreadID) &&
		u.optional("\xa7Channel", &ev.Channel) &&
		u.optional("\xa8Computer", &ev.Computer) &&
		u.user("\xa6UserID") &&
		u.optional("\xa7Message", &ev.Message) &&
		u.more(members-usualMembers)
	return u.b[u.i:], ok
}

// usualMembers are the members that in_winevtlog writes before the parameters.
const usualMembers = 19

// usual reads msgpack from b at i. Its methods return false where the bytes are
// not what they read.
type usual struct {
	b  []byte
	i  int
	ev *event.Event
}

// head reads how many members a map or an array has: fix is the byte that msgpack
// adds the number of a few to, and long the one before two bytes with the number.
func (u *usual) head(fix, long byte) (members int, ok bool) {
	b := u.b[u.i:]
	switch {
	case len(b) > 0 && b[0]&0xf0 == fix:
		u.i++
		members = int(b[0] & 0x0f)
	case len(b) > 2 && b[0] == long:
		u.i += 3
		members = int(binary.BigEndian.Uint16(b[1:]))
	case len(b) > 4 && b[0] == long+1:
		u.i += 5
		members = int(binary.BigEndian.Uint32(b[1:]))
	default:
		return 0, false
	}
	return members, members <= maxMembers
}

// The bytes of msgpack before the members of maps and arrays.
const (
	fixMap   = 0x80
	longMap  = 0xde
	fixList  = 0x90
	longList = 0xdc
)

// maxMembers is how many members a usual map or array has at most, which keeps
// the whole within the limits of a tree.
const maxMembers = 1 << 12

// is reads a name with the byte before it.
func (u *usual) is(name string) bool {
	end := u.i + len(name)
	if end >= len(u.b) || string(u.b[u.i:end]) != name {
		return false
	}
	u.i = end
	return true
}

// text reads a text of up to 64 KB.
func (u *usual) text() (text []byte, ok bool) {
	b := u.b[u.i:]
	from, end := 0, 0
	switch {
	case len(b) > 0 && b[0]&0xe0 == 0xa0:
		from, end = 1, 1+int(b[0]&0x1f)
	case len(b) > 1 && b[0] == 0xd9:
		from, end = 2, 2+int(b[1])
	case len(b) > 2 && b[0] == 0xda:
		from, end = 3, 3+int(binary.BigEndian.Uint16(b[1:]))
	default:
		return nil, false
	}
	if end > len(b) {
		return nil, false
	}
	u.i += end
	return b[from:end:end], true
}

// uint reads a number that is not negative.
func (u *usual) uint() (n uint64, ok bool) {
	b := u.b[u.i:]
	switch {
	case len(b) > 0 && b[0] < 0x80:
		u.i++
		return uint64(b[0]), true
	case len(b) > 1 && b[0] == 0xcc:
		u.i += 2
		return uint64(b[1]), true
	case len(b) > 2 && b[0] == 0xcd:
		u.i += 3
		return uint64(binary.BigEndian.Uint16(b[1:])), true
	case len(b) > 4 && b[0] == 0xce:
		u.i += 5
		return uint64(binary.BigEndian.Uint32(b[1:])), true
	case len(b) > 8 && b[0] == 0xcf:
		u.i += 9
		return binary.BigEndian.Uint64(b[1:]), true
	}
	return 0, false
}

// optionalText reads a member that is a text; nil for an empty one, which means
// that Windows has none.
func (u *usual) optionalText(name string) (text []byte, ok bool) {
	if !u.is(name) {
		return nil, false
	}
	if text, ok = u.text(); len(text) == 0 {
		return nil, ok
	}
	return text, ok
}

// optional reads a member that is a text into dst.
func (u *usual) optional(name string, dst *[]byte) (ok bool) {
	*dst, ok = u.optionalText(name)
	return ok
}

// number reads a member that is a number, or the empty text that says that Windows has none.
func (u *usual) number(name string, dst *event.Number) bool {
	if !u.is(name) {
		return false
	}
	if u.b[u.i] == emptyText {
		u.i++
		return true
	}
	var ok bool
	dst.Value, ok = u.uint()
	dst.Set = ok
	return ok
}

const emptyText = 0xa0

// keywords reads the mask, which in_winevtlog writes as a text.
func (u *usual) keywords(name string) bool {
	from := u.i
	text, ok := u.optionalText(name)
	switch {
	case !ok:
		u.i = from
		return u.number(name, &u.ev.Keywords)
	case text != nil:
		u.ev.Keywords.Value, ok = record.ParseUint(text)
		u.ev.Keywords.Set = ok
	}
	return ok
}

func (u *usual) time(name string, dst *event.Time) bool {
	text, ok := u.optionalText(name)
	if text != nil {
		*dst, ok = event.ParseTime(text)
	}
	return ok
}

func (u *usual) user(name string) bool {
	text, ok := u.optionalText(name)
	if text != nil {
		setUser(u.ev, text)
	}
	return ok
}

// more reads the members behind the message: the parameters, and then those
// that filters added.
func (u *usual) more(members int) bool {
	named := members > 0 && u.is("\xa9EventData")
	if named {
		n, ok := u.head(fixMap, longMap)
		if !ok || !u.params(n, true) {
			return false
		}
		members--
	}
	if members > 0 && u.is("\xadStringInserts") {
		n, ok := u.head(fixList, longList)
		all := len(u.ev.Params)
		if !ok || !u.params(n, false) {
			return false
		}
		if named { // then they are the same values once more
			u.ev.Params = u.ev.Params[:all]
		}
		members--
	}
	for range members {
		if !u.other() {
			return false
		}
	}
	return true
}

// params reads so many parameters, with their names or without.
func (u *usual) params(n int, named bool) bool {
	for range n {
		var name []byte
		if named {
			var ok bool
			if name, ok = u.text(); !ok {
				return false
			}
		}
		if text, ok := u.text(); ok {
			u.ev.AddText(name, text)
			continue
		}
		i, ok := u.leaf()
		if !ok {
			return false
		}
		u.ev.AddParam(name, i)
	}
	return true
}

// other reads a member that in_winevtlog does not write there.
func (u *usual) other() bool {
	name, ok := u.text()
	if !ok {
		return false
	}
	i, ok := u.leaf()
	if !ok {
		return false
	}
	u.ev.Record.At(i).Key = name
	return setter{u.ev.Record, u.ev}.winevtlogKey(i) == otherKey
}

// leaf reads a value that contains no others into the tree and returns its node.
func (u *usual) leaf() (i int, ok bool) {
	rec := u.ev.Record
	i, rest, err := rec.ReadMsgpack(u.b[u.i:])
	if err != nil || rec.At(i).Kind == record.Array || rec.At(i).Kind == record.Map {
		return i, false
	}
	u.i = len(u.b) - len(rest)
	return i, true
}
