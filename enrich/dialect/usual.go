package dialect

import (
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
	u := usual{record.NewCursor(b), ev}
	n, ok := members(u.Map())
	// The byte before each name is msgpack's for a text of its length.
	ok = ok && n >= usualMembers &&
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
		u.more(n-usualMembers)
	return u.Rest(), ok
}

// usualMembers are the members that in_winevtlog writes before the parameters.
const usualMembers = 19

// usual reads what Cursor reads into an event. Its methods return false where the
// bytes are not what they read. A name is given with the byte before it.
type usual struct {
	record.Cursor
	ev *event.Event
}

// members limits what Map and Array of the Cursor read.
func members(n int, ok bool) (int, bool) { return n, ok && n <= maxMembers }

// maxMembers is how many members a usual map or array has at most, which keeps
// the whole within the limits of a tree.
const maxMembers = 1 << 12

// optionalText reads a member that is a text; nil for an empty one, which means
// that Windows has none.
func (u *usual) optionalText(name string) (text []byte, ok bool) {
	if !u.Skip(name) {
		return nil, false
	}
	if text, ok = u.Text(); len(text) == 0 {
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
	if !u.Skip(name) {
		return false
	}
	if text, ok := u.Text(); ok {
		return len(text) == 0
	}
	dst.Value, dst.Set = u.Uint()
	return dst.Set
}

// keywords reads the mask, which in_winevtlog writes as a text.
func (u *usual) keywords(name string) bool {
	start := u.Cursor
	text, ok := u.optionalText(name)
	switch {
	case !ok:
		u.Cursor = start
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

// more reads the members that are left behind the message: the parameters, and then those
// that filters added.
func (u *usual) more(left int) bool {
	named := left > 0 && u.Skip("\xa9EventData")
	if named {
		n, ok := members(u.Map())
		if !ok || !u.params(n, true) {
			return false
		}
		left--
	}
	if left > 0 && u.Skip("\xadStringInserts") {
		n, ok := members(u.Array())
		all := len(u.ev.Params)
		if !ok || !u.params(n, false) {
			return false
		}
		if named { // then they are the same values once more
			u.ev.Params = u.ev.Params[:all]
		}
		left--
	}
	for range left {
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
			if name, ok = u.Text(); !ok {
				return false
			}
		}
		if text, ok := u.Text(); ok {
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
	name, ok := u.Text()
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
	i, rest, err := rec.ReadMsgpack(u.Rest())
	if err != nil || rec.At(i).Kind == record.Array || rec.At(i).Kind == record.Map {
		return i, false
	}
	u.Cursor = record.NewCursor(rest)
	return i, true
}
