// Package event holds the Windows event as winevent knows it, whichever
// shipper brought it.
//
// For someone who has never seen one: a Windows event is identified by its
// provider (the component that wrote it) and its event id; together with the
// version they fix a message template and the list of parameters that fill it.
// A log keeps the parameters, not the message. Beside them stand the "system"
// values: channel (which log), level, task (the provider's grouping; on the
// Security channel the audit subcategory), opcode, keywords (a bit mask; two
// of its bits say Audit Success and Audit Failure), record id (a number that
// grows by one in each channel of each computer), time and computer.
//
// The same value often comes as a number or as the text a tool made of it, or
// both: LevelNumber and Level, TaskNumber and Task, and so on. A text that a
// shipper already made is kept; winevent only fills gaps.
package event

import "winevent/enrich/record"

// Dialect says which shipper's form a record had.
type Dialect uint8

// The dialects, in the order of the --from values.
const (
	Unknown Dialect = iota
	Winevtlog
	WinevtlogXML
	WinevtlogText
	Winlog
	Winlogbeat
	NXLog
	EvtxDump
	XML
	Flat
	dialectCount
)

var dialectNames = [dialectCount]string{"unknown", "winevtlog", "winevtlog_xml", "winevtlog_text", "winlog",
	"winlogbeat", "nxlog", "evtx_dump", "xml", "flat"}

// String returns the name that winevent.dialect carries.
func (d Dialect) String() string { return dialectNames[d] }

// Number is a value that a record may lack: 0 is a number, absence is not.
type Number struct {
	Value uint64
	Set   bool
}

// Param is one parameter of the event: an element of EventData or UserData, or a
// string insert. Name is nil where the record does not name it.
type Param struct {
	Name  []byte
	Value record.Node
	// Index is the node of Value in the Record when it is an array or a map, else -1.
	Index int32
}

// Extra is a member of the record that has no place in the event: a tree in the Record.
type Extra struct {
	Name  []byte
	Index int32
}

// Event is one Windows event. All slices are views into the record it was read
// from; it is valid as long as that is. A nil slice means: the record does not
// carry this. It is reused from record to record by Reset.
type Event struct {
	Dialect Dialect
	// Record holds the trees that Param.Index and Extra.Index point to.
	Record *record.Record

	ID       Number
	RecordID Number
	Version  Number
	// Qualifiers are the high 16 bits of a classic event's identifier.
	Qualifiers Number

	Provider, ProviderGUID []byte
	Channel, Computer      []byte
	// Message is the rendered message, as the shipper sent it.
	Message []byte

	LevelNumber, TaskNumber, OpcodeNumber, Keywords Number
	Level, Task, Opcode                             []byte
	KeywordTexts                                    [][]byte

	// Created is when Windows logged the event; Read is when the shipper read it.
	Created, Read Time

	// Outcome is what a shipper made of the event's outcome.
	Outcome []byte

	ProcessID, ThreadID           Number
	ActivityID, RelatedActivityID []byte

	// UserSID, or UserName and UserDomain, name the account the event was
	// logged under; UserType is a shipper's word for its kind.
	UserSID, UserName, UserDomain, UserType []byte

	Params []Param
	// Binary is the classic events' binary data, as hexadecimal text.
	Binary []byte
	Extras []Extra

	// XML is the event as Windows' XML when the record brought that, else nil.
	XML []byte
}

// Reset empties the event for the next record and keeps its memory.
func (e *Event) Reset() {
	params, extras, keywords := e.Params[:0], e.Extras[:0], e.KeywordTexts[:0]
	if cap(params) > 1<<12 {
		params = nil
	}
	if cap(extras) > 1<<12 {
		extras = nil
	}
	if cap(keywords) > 1<<12 {
		keywords = nil
	}
	*e = Event{Params: params, Extras: extras, KeywordTexts: keywords}
}

// AddParam appends a parameter whose value is the node at index i.
func (e *Event) AddParam(name []byte, i int) {
	n := e.Record.At(i)
	index := int32(-1)
	if n.Kind == record.Array || n.Kind == record.Map {
		index = int32(i)
	}
	e.Params = append(e.Params, Param{Name: name, Value: *n, Index: index})
}

// AddText appends a parameter whose value is text.
func (e *Event) AddText(name, value []byte) {
	n := len(e.Params)
	if n == cap(e.Params) {
		e.Params = append(e.Params, Param{})
	} else {
		e.Params = e.Params[:n+1]
	}
	// Field by field: building a Param and copying it costs more than the rest of this.
	p := &e.Params[n]
	p.Name, p.Index = name, -1
	p.Value.Key, p.Value.Text, p.Value.Num, p.Value.Kind, p.Value.Len, p.Value.End = nil, value, 0, record.String, 0, 0
}

// AddExtra keeps the node at index i, which has no place in the event.
func (e *Event) AddExtra(name []byte, i int) {
	e.Extras = append(e.Extras, Extra{Name: name, Index: int32(i)})
}

// Audit is the outcome that an audit event's keywords state.
type Audit uint8

// NoAudit is for an event that states no outcome.
const (
	NoAudit Audit = iota
	AuditSuccess
	AuditFailure
)

// The keyword bits that Windows reserves for audits (winmeta.xml).
const (
	KeywordAuditFailure = 0x0010_0000_0000_0000
	KeywordAuditSuccess = 0x0020_0000_0000_0000
)

// Audit reads the outcome from the keyword mask, or from the texts a shipper made of it.
func (e *Event) Audit() Audit {
	if e.Keywords.Set {
		switch {
		case e.Keywords.Value&KeywordAuditFailure != 0:
			return AuditFailure
		case e.Keywords.Value&KeywordAuditSuccess != 0:
			return AuditSuccess
		}
	}
	for _, text := range e.KeywordTexts {
		switch string(text) {
		case "Audit Failure":
			return AuditFailure
		case "Audit Success":
			return AuditSuccess
		}
	}
	return NoAudit
}
