package dialect

import (
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readNXLog reads NXLog's im_msvistalog, and the flat forms that look like it:
// system values and the event's own parameters side by side at the top level.
// What is no system value is a parameter. A value that the event names like a
// system value cannot be told from it in this form.
func readNXLog(rec *record.Record, root int, ev *event.Event) {
	s := setter{rec, ev}
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		if s.nxlogSystem(i) || s.nxlogAccount(i) || s.collector(i) {
			continue
		}
		s.flatParam(i)
	}
}

func (s setter) nxlogSystem(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "EventTime", "TimeCreated", "TimeGenerated":
		s.time(&ev.Created, i)
	case "EventReceivedTime":
		s.time(&ev.Read, i)
	case "Hostname", "Computer", "ComputerName":
		s.optional(&ev.Computer, i)
	case "Keywords":
		s.keywords(i)
	case "EventType":
		s.nxlogEventType(i)
	case "EventLevelName":
		s.optional(&ev.Level, i)
	case "Severity", "SeverityValue":
		// NXLog's own scale; Windows' level is in EventType.
		s.extra(i)
	case "Level", "EventLevel":
		s.number(&ev.LevelNumber, i)
	case "EventID":
		s.number(&ev.ID, i)
	case "SourceName", "EventSourceName", "Provider", "Source":
		s.optional(&ev.Provider, i)
	case "ProviderGuid":
		s.optional(&ev.ProviderGUID, i)
	case "Version":
		s.number(&ev.Version, i)
	case "Task":
		s.numberOrText(&ev.TaskNumber, &ev.Task, i)
	case "Category":
		s.optional(&ev.Task, i)
	case "OpcodeValue":
		s.number(&ev.OpcodeNumber, i)
	case "Opcode":
		s.numberOrText(&ev.OpcodeNumber, &ev.Opcode, i)
	case "RecordNumber", "EventRecordID":
		s.number(&ev.RecordID, i)
	case "ActivityID":
		s.optional(&ev.ActivityID, i)
	case "RelatedActivityID":
		s.optional(&ev.RelatedActivityID, i)
	case "ExecutionProcessID":
		s.number(&ev.ProcessID, i)
	case "ExecutionThreadID":
		s.number(&ev.ThreadID, i)
	case "ProcessID":
		// NXLog names the event's writer ProcessID; some events have a parameter
		// of that name in another form ("0x…"), which wins in NXLog's record.
		s.processID(i)
	case "ThreadID":
		s.number(&ev.ThreadID, i)
	case "Channel":
		s.optional(&ev.Channel, i)
	case "Message":
		s.optional(&ev.Message, i)
	default:
		return false
	}
	return true
}

func (s setter) processID(i int) {
	n := s.rec.At(i)
	if n.Kind == record.String {
		s.ev.AddParam(n.Key, i)
		return
	}
	s.number(&s.ev.ProcessID, i)
}

// nxlogEventType reads EventType, which Sysmon's registry events use as a parameter name too.
func (s setter) nxlogEventType(i int) {
	switch n := s.rec.At(i); string(n.Text) {
	case "CRITICAL", "ERROR", "WARNING", "INFO", "VERBOSE", "DEBUG", "AUDIT_SUCCESS", "AUDIT_FAILURE":
		s.eventType(i)
	default:
		s.ev.AddParam(n.Key, i)
	}
}

func (s setter) nxlogAccount(i int) bool {
	ev := s.ev
	switch string(s.rec.At(i).Key) {
	case "Domain":
		s.optional(&ev.UserDomain, i)
	case "AccountName":
		s.optional(&ev.UserName, i)
	case "AccountType":
		s.optional(&ev.UserType, i)
	case "UserID":
		s.user(i)
	default:
		return false
	}
	return true
}

// collector keeps the members that the collecting software added.
func (s setter) collector(i int) bool {
	switch string(s.rec.At(i).Key) {
	case "SourceModuleName", "SourceModuleType", "MessageSourceAddress", "@timestamp", "@version", "host", "port", "tags", "type",
		"TenantId", "SourceSystem", "Activity", "SourceComputerId", "EventOriginId", "MG", "TimeCollected",
		"ManagementGroupName", "Type", "_ResourceId":
		s.extra(i)
		return true
	}
	return false
}

// dataXML adds the parameters in xml, all of them or, when it is broken, none.
func (s setter) dataXML(xml []byte) bool {
	before := len(s.ev.Params)
	if readDataXML(s.rec, xml, s.ev) == nil {
		return true
	}
	s.ev.Params = s.ev.Params[:before]
	return false
}

// flatParam adds a parameter, or all of them where one text holds them as XML or JSON.
func (s setter) flatParam(i int) {
	n := s.rec.At(i)
	if n.Kind == record.String && string(n.Key) == "EventData" {
		switch {
		case looksLikeXML(n.Text) && s.dataXML(n.Text):
			return
		case looksLikeJSON(n.Text):
			if inner, err := s.rec.ReadJSON(n.Text); err == nil {
				s.params(inner)
				return
			}
		}
	}
	s.ev.AddParam(s.rec.At(i).Key, i)
}
