// Package dialect reads the forms in which shippers write a Windows event into
// the one form that the rest of winevent works on, event.Event.
//
// A record is recognised by its keys, never by configuration: one stream may
// carry several forms.
package dialect

import (
	"bytes"
	"errors"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// ErrNotEvent is the answer for a record that is no Windows event in any known form.
var ErrNotEvent = errors.New("no Windows event: none of the known forms (in_winevtlog, in_winlog, Winlogbeat, NXLog, evtx_dump, event XML)")

// maxEmbedding bounds how often an event may be wrapped in a text field of another record.
const maxEmbedding = 3

// Read fills ev from the tree at index root of rec. ev's slices are views into
// rec. ErrNotEvent says that the record has no known form, ErrXML that it
// carries an event as XML that cannot be read; other errors come from embedded JSON.
func Read(rec *record.Record, root int, ev *event.Event) error {
	return read(rec, root, ev, 0)
}

// ReadXML fills ev from an event rendered as XML.
func ReadXML(rec *record.Record, xml []byte, ev *event.Event) error {
	ev.Record = rec
	ev.Dialect = event.XML
	return readXML(rec, xml, ev)
}

func read(rec *record.Record, root int, ev *event.Event, depth int) error {
	ev.Record = rec
	if rec.At(root).Kind != record.Map {
		return ErrNotEvent
	}
	switch ev.Dialect = recognise(rec, root); ev.Dialect {
	case event.Winevtlog:
		readWinevtlog(rec, root, ev)
	case event.WinevtlogXML:
		return readWinevtlogXML(rec, root, ev)
	case event.WinevtlogText:
		return readWinevtlogText(rec, root, ev)
	case event.Winlog:
		readWinlog(rec, root, ev)
	case event.Winlogbeat:
		readWinlogbeat(rec, root, ev)
	case event.NXLog, event.Flat:
		readNXLog(rec, root, ev)
	case event.EvtxDump:
		readEvtxDump(rec, root, ev)
	default:
		return readEmbedded(rec, root, ev, depth)
	}
	return nil
}

// The keys that tell the forms apart.
const (
	hasProviderName = 1 << iota
	hasEventID
	hasEventMap
	hasSystemXML
	hasSystemMap
	hasWinlogMap
	hasBeatKeys
	hasRecordNumber
	hasTimeGenerated
	hasSourceName
	hasNXLogSource
	hasNXLogModule
	hasHost
	hasTextLog
	hasMessage
)

func recognise(rec *record.Record, root int) event.Dialect {
	end := int(rec.At(root).End)
	// in_winevtlog, the usual form, begins with this key and no other does.
	if root+1 < end && string(rec.At(root+1).Key) == "ProviderName" && rec.Find(root, "EventID") >= 0 {
		return event.Winevtlog
	}
	marks := 0
	for i := root + 1; i < end; i = int(rec.At(i).End) {
		marks |= markOf(rec.At(i))
	}
	all := func(m int) bool { return marks&m == m }
	switch {
	case all(hasProviderName|hasEventID) && !all(hasNXLogSource):
		// With SourceName beside it, ProviderName is a parameter: NXLog puts those of 5058 and 5447 at the top.
		return event.Winevtlog
	case all(hasEventMap), all(hasSystemMap):
		return event.EvtxDump
	case all(hasSystemXML):
		return event.WinevtlogXML
	case all(hasWinlogMap), all(hasBeatKeys):
		return event.Winlogbeat
	case all(hasRecordNumber | hasTimeGenerated | hasSourceName | hasEventID):
		return event.Winlog
	case all(hasNXLogModule | hasEventID):
		return event.NXLog
	case all(hasSourceName | hasEventID | hasHost), all(hasSourceName | hasEventID | hasMessage):
		return event.Flat
	case all(hasTextLog):
		return event.WinevtlogText
	}
	return event.Unknown
}

func markOf(n *record.Node) int {
	switch string(n.Key) {
	case "ProviderName":
		return hasProviderName
	case "EventID":
		return hasEventID
	case "Event":
		if n.Kind == record.Map {
			return hasEventMap
		}
	case "System":
		if n.Kind == record.Map {
			return hasSystemMap
		}
		if n.Kind == record.String && looksLikeXML(n.Text) {
			return hasSystemXML
		}
	case "winlog":
		if n.Kind == record.Map {
			return hasWinlogMap
		}
	case "log_name":
		return hasBeatKeys
	case "RecordNumber":
		return hasRecordNumber
	case "TimeGenerated":
		return hasTimeGenerated
	case "SourceName":
		return hasSourceName | hasNXLogSource
	case "EventSourceName", "Provider", "Source":
		return hasSourceName
	case "SourceModuleName", "SourceModuleType":
		return hasNXLogModule
	case "Hostname", "Computer", "ComputerName":
		return hasHost
	case "Message":
		return hasMessage
	case "log":
		if n.Kind == record.String && bytes.HasPrefix(n.Text, []byte("ProviderName=")) {
			return hasTextLog
		}
	}
	return 0
}

func looksLikeXML(b []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n\ufeff"), []byte("<"))
}

func looksLikeJSON(b []byte) bool { return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte("{")) }

// readEmbedded looks for an event that a shipper put as text into a field of
// its own record, the way Fluent Bit's tail and syslog inputs do without a parser.
func readEmbedded(rec *record.Record, root int, ev *event.Event, depth int) error {
	if depth >= maxEmbedding {
		return ErrNotEvent
	}
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		n := rec.At(i)
		if n.Kind != record.String || !mayEmbed(n.Key) {
			continue
		}
		var err error
		switch {
		case looksLikeXML(n.Text):
			err = ReadXML(rec, n.Text, ev)
		case looksLikeJSON(n.Text):
			err = readEmbeddedJSON(rec, n.Text, ev, depth)
		default:
			continue
		}
		if err == nil {
			addExtras(rec, root, i, ev)
		}
		return err
	}
	return ErrNotEvent
}

func mayEmbed(key []byte) bool {
	switch string(key) {
	case "log", "message", "Message", "msg", "event", "Event", "xml", "XML", "EventXML", "event_xml", "raw":
		return true
	}
	return false
}

func readEmbeddedJSON(rec *record.Record, text []byte, ev *event.Event, depth int) error {
	inner, err := rec.ReadJSON(text)
	if err != nil {
		return err
	}
	return read(rec, inner, ev, depth+1)
}

// addExtras keeps every member of the map at root but the one at index skip.
func addExtras(rec *record.Record, root, skip int, ev *event.Event) {
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		if i != skip {
			ev.AddExtra(rec.At(i).Key, i)
		}
	}
}
