package dialect

import (
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readWinlog reads Fluent Bit's older in_winlog (plugins/in_winlog), which has
// no names of parameters, no level number, no keywords and no version.
func readWinlog(rec *record.Record, root int, ev *event.Event) {
	s := setter{rec, ev}
	for i := root + 1; i < int(rec.At(root).End); i = int(rec.At(i).End) {
		switch string(rec.At(i).Key) {
		case "RecordNumber":
			s.number(&ev.RecordID, i)
		case "TimeGenerated":
			s.time(&ev.Created, i)
		case "TimeWritten":
			s.timeWritten(root, i)
		case "EventID":
			s.number(&ev.ID, i)
		case "Qualifiers":
			s.number(&ev.Qualifiers, i)
		case "EventType":
			s.eventType(i)
		case "EventCategory":
			s.number(&ev.TaskNumber, i)
		case "Channel":
			s.optional(&ev.Channel, i)
		case "SourceName":
			s.optional(&ev.Provider, i)
		case "ComputerName":
			s.optional(&ev.Computer, i)
		case "Data":
			s.optional(&ev.Binary, i)
		case "Sid":
			s.user(i)
		case "Message":
			s.optional(&ev.Message, i)
		case "StringInserts":
			s.params(i)
		default:
			s.extra(i)
		}
	}
}

// timeWritten keeps the time of writing only where it differs from the time of the event.
func (s setter) timeWritten(root, i int) {
	if string(s.rec.FindText(root, "TimeGenerated")) != string(s.rec.At(i).Text) {
		s.extra(i)
	}
}

// eventType reads the word that the classic API and NXLog use for level and
// audit outcome together.
func (s setter) eventType(i int) {
	n := s.rec.At(i)
	if n.Kind != record.String {
		s.extra(i)
		return
	}
	level, keyword := uint64(0), uint64(0)
	switch string(n.Text) {
	case "Critical", "CRITICAL":
		level = 1
	case "Error", "ERROR":
		level = 2
	case "Warning", "WARNING":
		level = 3
	case "Information", "INFO", "Success":
		level = 4
	case "Verbose", "VERBOSE", "DEBUG":
		level = 5
	case "SuccessAudit", "AUDIT_SUCCESS":
		keyword = event.KeywordAuditSuccess
	case "FailureAudit", "AUDIT_FAILURE":
		keyword = event.KeywordAuditFailure
	default:
		s.extra(i)
		return
	}
	if keyword != 0 {
		s.auditWord(keyword)
		return
	}
	if !s.ev.LevelNumber.Set {
		s.ev.LevelNumber = event.Number{Value: level, Set: true}
	}
}

var auditSuccess, auditFailure = []byte("Audit Success"), []byte("Audit Failure")

// auditWord notes an outcome that came as a word. It does not make up the
// mask, whose other bits the shipper did not send.
func (s setter) auditWord(keyword uint64) {
	text := auditSuccess
	if keyword == event.KeywordAuditFailure {
		text = auditFailure
	}
	s.ev.KeywordTexts = append(s.ev.KeywordTexts, text)
	// Audit events are written with level 0 (LogAlways).
	if !s.ev.LevelNumber.Set {
		s.ev.LevelNumber = event.Number{Set: true}
	}
}
