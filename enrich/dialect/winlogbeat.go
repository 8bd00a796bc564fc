package dialect

import (
	"bytes"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readWinlogbeat reads Winlogbeat 7 and 8, and Elastic Agent (all below
// winlog), and Winlogbeat 5 and 6 (event_id, log_name … at the top level).
// Members that are not the event itself (agent, host of the collector, tags)
// are kept as they came.
func readWinlogbeat(rec *record.Record, root int, ev *event.Event) {
	s := setter{rec, ev}
	flat := rec.Find(root, "winlog") < 0
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		if s.beatKey(i) || flat && s.beat6Key(i) {
			continue
		}
		s.extra(i)
	}
	s.beatHost(root)
}

func (s setter) beatKey(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "@timestamp":
		s.time(&ev.Created, i)
	case "message":
		s.optional(&ev.Message, i)
	case "winlog":
		s.members(i, "winlog", s.winlogKey)
	case "event":
		s.members(i, "event", s.beatEventKey)
	case "log":
		s.members(i, "log", s.beatLogKey)
	case "host":
		// beatHost looks at it once the computer's name is known.
	default:
		return false
	}
	return true
}

// members hands each member of the map at node at to set, and keeps what set refuses.
func (s setter) members(at int, name string, set func(i int) bool) {
	if s.rec.At(at).Kind != record.Map {
		s.extra(at)
		return
	}
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		if !set(i) {
			s.extraUnder(name, i)
		}
	}
}

func (s setter) beatEventKey(i int) bool {
	switch string(s.rec.At(i).Key) {
	case "code", "kind", "provider":
		// The same is said by winlog.event_id and winlog.provider_name.
	case "created":
		s.time(&s.ev.Read, i)
	case "outcome":
		s.optional(&s.ev.Outcome, i)
	default:
		return false
	}
	return true
}

func (s setter) beatLogKey(i int) bool {
	if string(s.rec.At(i).Key) != "level" {
		return false
	}
	s.optional(&s.ev.Level, i)
	return true
}

func (s setter) winlogKey(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "api":
	case "channel":
		s.optional(&ev.Channel, i)
	case "computer_name":
		s.optional(&ev.Computer, i)
	case "provider_name":
		s.optional(&ev.Provider, i)
	case "provider_guid":
		s.optional(&ev.ProviderGUID, i)
	case "event_id":
		s.beatEventID(i)
	case "record_id":
		s.number(&ev.RecordID, i)
	case "version":
		s.number(&ev.Version, i)
	case "task":
		s.optional(&ev.Task, i)
	case "opcode":
		s.optional(&ev.Opcode, i)
	case "keywords":
		s.keywords(i)
	case "activity_id":
		s.optional(&ev.ActivityID, i)
	case "related_activity_id":
		s.optional(&ev.RelatedActivityID, i)
	case "process":
		s.beatProcess(i)
	case "user":
		s.members(i, "winlog.user", s.beatUserKey)
	case "event_data":
		s.beatEventData(i)
	case "user_data":
		s.beatUserData(i)
	case "time_created":
		s.time(&ev.Created, i)
	default:
		return false
	}
	return true
}

// beatEventID reads the id: a number, a text, or an object in old versions.
func (s setter) beatEventID(i int) {
	if id := s.rec.Find(i, "id"); id >= 0 {
		i = id
	}
	s.number(&s.ev.ID, i)
}

func (s setter) beatProcess(i int) {
	if j := s.rec.Find(i, "pid"); j >= 0 {
		s.number(&s.ev.ProcessID, j)
	}
	if j := s.rec.Find(s.rec.Find(i, "thread"), "id"); j >= 0 {
		s.number(&s.ev.ThreadID, j)
	}
}

func (s setter) beatUserKey(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "identifier":
		s.optional(&ev.UserSID, i)
	case "name":
		s.optional(&ev.UserName, i)
	case "domain":
		s.optional(&ev.UserDomain, i)
	case "type":
		s.optional(&ev.UserType, i)
	default:
		return false
	}
	return true
}

// beatEventData adds the parameters. Winlogbeat calls those without a name
// param1, param2 …, and a classic event's binary data Binary.
func (s setter) beatEventData(at int) {
	first := len(s.ev.Params)
	if s.rec.At(at).Kind != record.Map {
		s.params(at)
		return
	}
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		if n := s.rec.At(i); string(n.Key) == "Binary" && n.Kind == record.String {
			s.optional(&s.ev.Binary, i)
			continue
		}
		s.ev.AddParam(s.rec.At(i).Key, i)
	}
	params := s.ev.Params[first:]
	for i := range params {
		number, found := bytes.CutPrefix(params[i].Name, []byte("param"))
		if n, ok := record.ParseUint(number); !found || !ok || n != uint64(i+1) {
			return
		}
	}
	for i := range params {
		params[i].Name = nil
	}
}

// beatUserData adds UserData's values; xml_name is the name of the element around them.
func (s setter) beatUserData(at int) {
	for i := at + 1; i < int(s.rec.At(at).End); i = int(s.rec.At(i).End) {
		if string(s.rec.At(i).Key) == "xml_name" {
			s.extraUnder("winlog.user_data", i)
			continue
		}
		s.ev.AddParam(s.rec.At(i).Key, i)
	}
}

// beat6Key reads a member of Winlogbeat 5 and 6, which has winlog's members,
// some under other names, at the top level.
func (s setter) beat6Key(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "log_name":
		s.optional(&ev.Channel, i)
	case "source_name":
		s.optional(&ev.Provider, i)
	case "record_number":
		s.number(&ev.RecordID, i)
	case "level":
		s.optional(&ev.Level, i)
	case "process_id":
		s.number(&ev.ProcessID, i)
	case "thread_id":
		s.number(&ev.ThreadID, i)
	default:
		return s.winlogKey(i)
	}
	return true
}

// beatHost takes host.name for the computer where nothing better is known, and
// keeps what it says of the collector.
func (s setter) beatHost(root int) {
	host := s.rec.Find(root, "host")
	if host < 0 {
		return
	}
	s.members(host, "host", func(i int) bool {
		n := s.rec.At(i)
		if string(n.Key) != "name" || n.Kind != record.String {
			return false
		}
		if s.ev.Computer == nil {
			s.ev.Computer = n.Text
		}
		return bytes.Equal(s.ev.Computer, n.Text)
	})
}
