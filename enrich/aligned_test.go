package enrich_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

// exception is a field that may differ from the reference shape, and why.
type exception struct{ field, reason string }

const (
	fraction  = "in_winevtlog cuts the time to seconds"
	noMessage = "the shape has no message; rendered from the template where the catalog has one"
	trimmed   = "evtx_dump cuts white space off the end"
	xmlOnly   = "only the XML carries it"
	oldName   = "event 4648 of an old build has the name LogonGuid twice, the manifest has another for the second"
	twice     = "event 4648 has two LogonGuid; the reference was recorded with each name once"
)

// alignedShapes are the forms of the same 300 events, each with the fields that
// it truly does not carry, or carries and in_winevtlog does not. The fields of
// winlog.event_data are compared for events that the catalog knows; without
// the catalog, a shape with positions cannot have the names.
var alignedShapes = []struct {
	file       string
	exceptions []exception
}{
	{"winevtlog_stringinserts.jsonl.gz", []exception{{"winlog.event_data.TargetLogonGuid", oldName}}},
	{"winevtlog_text.jsonl.gz", []exception{{"winevent.dialect", "another form"}, {"winlog.event_data.TargetLogonGuid", oldName}}},
	{"winevtlog_xml.jsonl.gz", []exception{
		{"winevent.dialect", "another form"}, {"@timestamp", fraction}, {"message", "rendered, with times that " + fraction},
		{"winlog.record", xmlOnly}, {"winlog.event_data.LogonGuid_1", twice},
	}},
	{"event_xml.xmll.gz", []exception{
		{"winevent.dialect", "another form"}, {"@timestamp", fraction}, {"message", noMessage},
		{"winlog.record", xmlOnly}, {"winlog.event_data.LogonGuid_1", twice},
	}},
	{"evtx_dump.jsonl.gz", []exception{
		{"winevent.dialect", "another form"}, {"@timestamp", fraction}, {"message", noMessage},
		{"winlog.record", xmlOnly}, {"winlog.event_data.LogonGuid_1", twice},
		{"powershell.file.script_block_text", trimmed},
	}},
	{"winlog_legacy.jsonl.gz", []exception{
		{"winevent.dialect", "another form"}, {"winlog.event_data.TargetLogonGuid", oldName},
		{"message", "rendered, with times that " + fraction},
		{"winlog.provider_name", "the classic source name instead of the provider's, for 8 classic events"},
		{"winlog.provider_guid", "not in the classic API"},
		{"winlog.activity_id", "not in the classic API"},
		{"winlog.version", "not in the classic API"},
		{"winlog.opcode", "not in the classic API"}, {"winlog.raw.opcode", "not in the classic API"},
		{"winlog.process.pid", "not in the classic API"}, {"winlog.process.thread.id", "not in the classic API"},
		{"winlog.raw.keywords", "only the audit outcome, as EventType"},
		{"winlog.keywords", "only the audit outcome, as EventType"},
		{"winlog.raw.level", "EventType has no Verbose, and no level beside an audit outcome"},
		{"log.level", "the same"},
	}},
	{"winlogbeat8_generated.jsonl.gz", []exception{
		{"winevent.dialect", "another form"}, {"@timestamp", fraction},
		{"message", "line ends are LF instead of CRLF"},
		{"event.created", "only Winlogbeat says when it read the event"},
		{"log.level", "one event has a level that Windows does not define; Winlogbeat calls it information"},
		{"winlog.task", "these records lack the task"}, {"winlog.raw.task", "texts, no numbers"},
		{"winlog.raw.level", "texts, no numbers"}, {"winlog.raw.opcode", "texts, no numbers"},
		{"winlog.opcode", "these records lack opcodes that have no common name"},
		{"winlog.raw.keywords", "texts, no mask"}, {"winlog.keywords", "only the audit outcome"},
		{"winlog.raw.qualifiers", "these records lack it"},
		{"winlog.version", "left out when it is 0"},
		{"winevent.audit", "without the task, nothing tells which of several subcategories it was"},
	}},
}

func TestSameDocumentFromEveryShape(t *testing.T) {
	reference := alignedDocuments(t, "winevtlog_eventdata.jsonl.gz")
	for _, shape := range alignedShapes {
		t.Run(strings.TrimSuffix(shape.file, ".gz"), func(t *testing.T) {
			used := map[string]bool{}
			for i, got := range alignedDocuments(t, shape.file) {
				compareShapes(t, i, reference[i], got, shape.exceptions, used)
			}
			for _, e := range shape.exceptions {
				if !used[e.field] {
					t.Errorf("exception for %s (%s) is not needed: remove it", e.field, e.reason)
				}
			}
		})
	}
}

func compareShapes(t *testing.T, line int, want, got map[string]string, exceptions []exception, used map[string]bool) {
	t.Helper()
	_, known := want["winevent.symbolic_name"]
	_, unnamed := want["winlog.event_data.Data"]
	_, positional := got["winlog.event_data.Data"]
	for field := range union(want, got) {
		lower := strings.ToLower(field)
		if want[field] == got[field] || strings.HasPrefix(field, "winlog.event_data.") && sameValue(want[field], got[field]) {
			continue
		}
		switch {
		case (unnamed || positional && !known) && (strings.HasPrefix(field, "winlog.event_data.") || strings.HasPrefix(field, "winevent.value_text.") || field == "tags"):
			// Where the reference has no names, the shapes carry different values: binary data apart, attributes of UserData.
			continue
		case positional && !unnamed && !strings.HasPrefix(field, "event.") && !strings.HasPrefix(field, "host."):
			continue // without the event's version the names cannot be told, nor what is made of them
		case want["event.provider"] != got["event.provider"] && (strings.HasPrefix(field, "event.") || strings.HasPrefix(field, "winevent.")):
			continue // known under another provider, or not at all
		case strings.HasSuffix(want["event.provider"], "Windows Defender") && (strings.Contains(lower, "signature") || strings.Contains(lower, "intelligence")):
			continue // Defender renamed these parameters without a new version: the catalog has the newest names
		case field == "event.id" && (want["winlog.record_id"] == ""):
			continue // made of the content, which differs
		}
		if e := exceptionFor(exceptions, field); e != "" {
			used[e] = true
			continue
		}
		t.Errorf("line %d: %s: %q, want %q", line+1, field, got[field], want[field])
	}
}

// sameValue compares two parameters as far as all shapes can carry them:
// in_winevtlog cuts times to seconds, evtx_dump cuts white space off the end.
func sameValue(a, b string) bool {
	t1, ok1 := event.ParseTime([]byte(a))
	t2, ok2 := event.ParseTime([]byte(b))
	if ok1 && ok2 {
		return t1.Sec == t2.Sec
	}
	return strings.TrimRight(a, " \t\r\n") == strings.TrimRight(b, " \t\r\n")
}

func exceptionFor(exceptions []exception, field string) string {
	for _, e := range exceptions {
		if field == e.field || strings.HasPrefix(field, e.field+".") {
			return e.field
		}
	}
	return ""
}

func union(a, b map[string]string) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

// alignedDocuments returns the documents of a file, flattened.
func alignedDocuments(t *testing.T, file string) []map[string]string {
	t.Helper()
	lines, err := samples.Lines(samples.Dir("samples", "aligned", file))
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 300 {
		t.Fatalf("%s has %d events, want 300", file, len(lines))
	}
	doc := enrich.New(enrich.Options{}).NewDocument()
	var all []map[string]string
	for _, line := range lines {
		doc.ReadLine(line, event.Time{})
		doc.Enrich()
		all = append(all, flatten(t, doc.AppendJSON(nil)))
	}
	return all
}

// flatten returns a document's leaves by path.
func flatten(t *testing.T, document []byte) map[string]string {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal(document, &tree); err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	flat := map[string]string{}
	flattenInto(flat, "", tree)
	return flat
}

func flattenInto(flat map[string]string, prefix string, tree map[string]any) {
	for k, v := range tree {
		if inner, ok := v.(map[string]any); ok {
			flattenInto(flat, prefix+k+".", inner)
			continue
		}
		flat[prefix+k] = fmt.Sprint(v)
	}
}
