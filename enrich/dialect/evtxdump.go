package dialect

import (
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readEvtxDump reads the JSON of omerbenamram/evtx: the event's XML, element
// by element, with attributes under #attributes and text under #text.
func readEvtxDump(rec *record.Record, root int, ev *event.Event) {
	s := setter{rec, ev}
	body := rec.Find(root, "Event")
	if body < 0 {
		body = root
	} else {
		addExtras(rec, root, body, ev)
	}
	for i := body + 1; i < int(rec.At(body).End); i = int(rec.At(i).End) {
		switch string(rec.At(i).Key) {
		case "#attributes":
		case "System":
			s.evtxSystem(i)
		case "EventData":
			if s.evtxObject(i) {
				s.evtxData(i)
			}
		case "UserData":
			s.evtxUserData(i)
		default:
			s.extra(i)
		}
	}
	setDefaults(ev)
}

// evtxObject tells whether the element at i has members. One that is no object
// but holds something is kept as it came.
func (s setter) evtxObject(i int) bool {
	n := s.rec.At(i)
	if n.Kind != record.Map && n.Kind != record.Nil {
		s.extra(i)
	}
	return n.Kind == record.Map
}

func (s setter) evtxSystem(at int) {
	ev := s.ev
	if !s.evtxObject(at) {
		return
	}
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		text := s.evtxText(i)
		switch string(s.rec.At(i).Key) {
		case "Provider":
			s.attribute(&ev.Provider, i, "Name")
			s.attribute(&ev.ProviderGUID, i, "Guid")
			s.keepAttribute(i, "EventSourceName", "EventSourceName")
		case "EventID":
			s.number(&ev.ID, text)
			if q := s.attributeNode(i, "Qualifiers"); q >= 0 {
				s.number(&ev.Qualifiers, q)
			}
		case "Version":
			s.number(&ev.Version, text)
		case "Level":
			s.number(&ev.LevelNumber, text)
		case "Task":
			s.number(&ev.TaskNumber, text)
		case "Opcode":
			s.number(&ev.OpcodeNumber, text)
		case "Keywords":
			s.keywords(text)
		case "TimeCreated":
			if t := s.attributeNode(i, "SystemTime"); t >= 0 {
				s.time(&ev.Created, t)
			}
		case "EventRecordID":
			s.number(&ev.RecordID, text)
		case "Correlation":
			s.attribute(&ev.ActivityID, i, "ActivityID")
			s.attribute(&ev.RelatedActivityID, i, "RelatedActivityID")
		case "Execution":
			s.evtxExecution(i)
		case "Channel":
			s.optional(&ev.Channel, text)
		case "Computer":
			s.optional(&ev.Computer, text)
		case "Security":
			s.attribute(&ev.UserSID, i, "UserID")
		default:
			s.extra(i)
		}
	}
}

// evtxText returns the node with the element's text: its #text member, or the element itself.
func (s setter) evtxText(i int) int {
	if j := s.rec.Find(i, "#text"); j >= 0 {
		return j
	}
	return i
}

// attributeNode returns the node of an attribute of the element at i, or -1.
func (s setter) attributeNode(i int, name string) int {
	return s.rec.Find(s.rec.Find(i, "#attributes"), name)
}

func (s setter) attribute(dst *[]byte, i int, name string) {
	if j := s.attributeNode(i, name); j >= 0 {
		s.optional(dst, j)
	}
}

// keepAttribute keeps an attribute that has no place in the event, under name.
func (s setter) keepAttribute(i int, attribute, name string) {
	if j := s.attributeNode(i, attribute); j >= 0 {
		s.ev.AddExtra(append(s.rec.Scratch(len(name))[:0], name...), j)
	}
}

// evtxExecution reads the writer's process and thread, and keeps the rarer attributes.
func (s setter) evtxExecution(i int) {
	at := s.rec.Find(i, "#attributes")
	if at < 0 {
		return
	}
	for j := at + 1; j < int(s.rec.At(at).End); j = int(s.rec.At(j).End) {
		switch string(s.rec.At(j).Key) {
		case "ProcessID":
			s.number(&s.ev.ProcessID, j)
		case "ThreadID":
			s.number(&s.ev.ThreadID, j)
		default:
			s.extra(j)
		}
	}
}

func (s setter) evtxData(at int) {
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		n := s.rec.At(i)
		text := s.evtxText(i)
		switch string(n.Key) {
		case "#attributes":
			s.keepAttribute(at, "Name", "EventData.Name")
			continue
		case "Binary":
			s.optional(&s.ev.Binary, text)
			continue
		case "Data":
			s.evtxUnnamed(text)
			continue
		}
		s.evtxParam(n.Key, text)
	}
}

// evtxParam adds a parameter. evtx_dump writes values of the type GUID bare and
// in upper case; Windows and all others put them in braces.
func (s setter) evtxParam(name []byte, i int) {
	s.ev.AddParam(name, i)
	p := &s.ev.Params[len(s.ev.Params)-1]
	if text := p.Value.Text; p.Value.Kind == record.String && isGUID(text) {
		braced := append(s.rec.Scratch(len(text) + 2)[:0], '{')
		p.Value.Text = append(append(braced, text...), '}')
	}
}

// isGUID tells whether b is an upper-case GUID without braces.
func isGUID(b []byte) bool {
	if len(b) != 36 {
		return false
	}
	for i, c := range b {
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if c-'0' > 9 && c-'A' > 'F'-'A' {
				return false
			}
		}
	}
	return true
}

// evtxUnnamed adds the Data elements that have no name: one, or a list.
func (s setter) evtxUnnamed(i int) {
	n := s.rec.At(i)
	if n.Kind != record.Array {
		s.ev.AddParam(nil, i)
		return
	}
	for j := i + 1; j < int(n.End); j = int(s.rec.At(j).End) {
		s.ev.AddParam(nil, j)
	}
}

// evtxUserData adds the leaves below UserData in document order, each under
// its own name, or that of the element around it.
func (s setter) evtxUserData(at int) { s.leaves(at, nil) }

func (s setter) leaves(at int, name []byte) {
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		n := s.rec.At(i)
		key := n.Key
		if key == nil || string(key) == "#text" {
			key = name
		}
		switch {
		case string(key) == "#attributes":
		case n.Kind != record.Map && n.Kind != record.Array:
			s.evtxParam(key, i)
		case n.Len == 0:
			s.ev.AddText(key, []byte{})
		default:
			s.leaves(i, key)
		}
	}
}
