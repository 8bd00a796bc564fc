package dialect

import (
	"bytes"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readWinevtlog reads Fluent Bit's in_winevtlog with its default options or
// event_data_as_map. Keys and types: plugins/in_winevtlog/pack.c of Fluent Bit.
func readWinevtlog(rec *record.Record, root int, ev *event.Event) {
	s := setter{rec, ev}
	eventData, inserts := -1, -1
	for i, end := root+1, int(rec.At(root).End); i < end; i = int(rec.At(i).End) {
		switch s.winevtlogKey(i) {
		case eventDataKey:
			eventData = i
		case insertsKey:
			inserts = i
		}
	}
	s.winevtlogParams(eventData, inserts)
}

// paramsKey tells the keys that hold parameters from the others.
type paramsKey uint8

const (
	otherKey paramsKey = iota
	eventDataKey
	insertsKey
)

// winevtlogKey sets what the member at node i holds, but for parameters.
func (s setter) winevtlogKey(i int) paramsKey {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "EventData":
		return eventDataKey
	case "StringInserts":
		return insertsKey
	case "ProviderName":
		s.optional(&ev.Provider, i)
	case "ProviderGuid":
		s.optional(&ev.ProviderGUID, i)
	case "Qualifiers":
		s.number(&ev.Qualifiers, i)
	case "EventID":
		s.number(&ev.ID, i)
	case "Version":
		s.number(&ev.Version, i)
	case "Level":
		s.number(&ev.LevelNumber, i)
	case "Task":
		s.numberOrText(&ev.TaskNumber, &ev.Task, i)
	case "Opcode":
		s.numberOrText(&ev.OpcodeNumber, &ev.Opcode, i)
	case "Keywords":
		s.keywords(i)
	case "TimeCreated":
		s.time(&ev.Created, i)
	case "EventRecordID":
		s.number(&ev.RecordID, i)
	case "ActivityID":
		s.optional(&ev.ActivityID, i)
	case "RelatedActivityID":
		s.optional(&ev.RelatedActivityID, i)
	case "ProcessID":
		s.number(&ev.ProcessID, i)
	case "ThreadID":
		s.number(&ev.ThreadID, i)
	case "Channel":
		s.optional(&ev.Channel, i)
	case "Computer":
		s.optional(&ev.Computer, i)
	case "UserID":
		s.user(i)
	case "Message":
		s.optional(&ev.Message, i)
	default:
		s.extra(i)
	}
	return otherKey
}

// winevtlogParams takes the named map when there is one: Fluent Bit builds it
// from the same values as the inserts, which then say nothing more.
func (s setter) winevtlogParams(eventData, inserts int) {
	switch {
	case eventData >= 0 && s.rec.At(eventData).Kind == record.Map:
		s.params(eventData)
	case inserts >= 0:
		s.params(inserts)
		if eventData >= 0 {
			s.extra(eventData)
		}
	case eventData >= 0:
		s.extra(eventData)
	}
}

// readWinevtlogXML reads render_event_as_xml: the whole event stands as XML
// under the key System.
func readWinevtlogXML(rec *record.Record, root int, ev *event.Event) error {
	s := setter{rec, ev}
	system := rec.Find(root, "System")
	if err := readXML(rec, rec.At(system).Text, ev); err != nil {
		return err
	}
	eventData, inserts := -1, -1
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		switch string(rec.At(i).Key) {
		case "System":
		case "Message":
			ev.Message = nil
			s.optional(&ev.Message, i)
		case "EventData":
			eventData = i
		case "StringInserts":
			inserts = i
		default:
			s.extra(i)
		}
	}
	if len(ev.Params) == 0 && ev.Binary == nil {
		s.winevtlogParams(eventData, inserts)
	}
	return nil
}

// readWinevtlogText reads render_event_as_text: the system values as key=value
// lines under the key log, the message last and over as many lines as it has.
func readWinevtlogText(rec *record.Record, root int, ev *event.Event) error {
	s := setter{rec, ev}
	eventData, inserts := -1, -1
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		switch string(rec.At(i).Key) {
		case "log":
			if err := s.textLines(rec.At(i).Text); err != nil {
				return err
			}
		case "EventData":
			eventData = i
		case "StringInserts":
			inserts = i
		default:
			s.extra(i)
		}
	}
	s.winevtlogParams(eventData, inserts)
	return nil
}

func (s setter) textLines(b []byte) error {
	const message = "Message="
	for len(b) > 0 {
		if bytes.HasPrefix(b, []byte(message)) {
			if b = b[len(message):]; len(b) > 0 {
				s.ev.Message = b
			}
			return nil
		}
		line := b
		if end := bytes.IndexByte(b, '\n'); end >= 0 {
			line, b = b[:end], b[end+1:]
		} else {
			b = nil
		}
		key, value, found := bytes.Cut(line, []byte("="))
		if !found {
			key, value = nil, line
		}
		i, err := s.rec.PushText(key, value)
		if err != nil {
			return err
		}
		if s.winevtlogKey(i) != otherKey {
			s.extra(i)
		}
	}
	return nil
}
