package enrich_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich"
	"winevent/enrich/catalog"
)

// recordMaker makes records that look like events of every form at once: names
// that the readers know with values that they may not expect. A fuzzer that
// changes bytes seldom gets past the keys.
type recordMaker struct {
	rnd *rand.Rand
}

var knownNames = []string{
	"ProviderName", "EventID", "Event", "System", "winlog", "log_name", "RecordNumber", "TimeGenerated", "SourceName", "SourceModuleName", "Hostname", "Message",
	"log", "message", "raw", "EventData", "UserData", "StringInserts", "ProviderGuid", "Qualifiers", "Version", "Level", "Task", "Opcode", "Keywords", "TimeCreated",
	"EventRecordID", "ActivityID", "RelatedActivityID", "ProcessID", "ThreadID", "Channel", "Computer", "UserID", "TimeWritten", "EventType", "EventCategory", "Data", "Sid",
	"#attributes", "#text", "Binary", "Provider", "Name", "Guid", "SystemTime", "Correlation", "Execution", "Security", "event", "host", "name", "code", "created", "outcome",
	"event_id", "id", "provider_name", "provider_guid", "channel", "computer_name", "record_id", "version", "task", "opcode", "keywords", "process", "pid", "thread", "user",
	"identifier", "domain", "type", "event_data", "user_data", "xml_name", "time_created", "@timestamp", "level", "source_name", "record_number", "Category", "EventReceivedTime",
	"Domain", "AccountName", "AccountType", "Severity", "param1", "param2", "Data_1", "ErrorCode", "Rule Name", "RuleName", "a", "a_1", "", " ", "\xff", "\xfe", "\ufffd", "q\"\\",
}

var knownTexts = []string{
	"", "-", "P", "Security", "System", "0x8020000000000000", "4624", "-1", "0x5", "5 (0x5)", "%%1842", "%%1842 %%1843", "%%99999999", "2018-08-07 14:24:57 -0500",
	"2018-08-07T19:24:57.1123334Z", "{54849625-5478-4994-A5BA-3E3B0328C30D}", "54849625-5478-4994-a5ba-3e3b0328c30d", "S-1-5-18", `NT AUTHORITY\SYSTEM`, `\`, "Audit Failure", "Error",
	"AUDIT_SUCCESS", "SetValue", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", `C:\Windows\x.exe`, `C:\`, "a\xffb", "\xed\xa0\x80", "\x00\x1b\x7f", "é\r\n\t", "00ff", "success",
	"ProviderName=P\nEventID=5\nMessage=m\nn", "<Event>", "<Event><System><Provider Name='P'/><EventID>1</EventID></System><EventData><Data>1</Data><Data Name='Data'>2</Data></EventData></Event>",
	"<EventData><Data Name='a'>&lt;</Data></EventData>", `{"ProviderName":"P","EventID":1}`, `{"a":1,"a":{"b":2,"b":3}}`, "{",
}

func pick[T any](m recordMaker, list []T) T { return list[m.rnd.IntN(len(list))] }

// quote writes text as JSON without repairing it.
func quote(text string) []byte {
	b := []byte{'"'}
	for _, c := range []byte(text) {
		if c < ' ' || c == '"' || c == '\\' {
			escaped, _ := json.Marshal(string(c)) // no byte below 0x80 fails
			b = append(b, escaped[1:len(escaped)-1]...)
			continue
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// value appends a random value as JSON and as msgpack.
func (m recordMaker) value(text, packed []byte, depth int) (_, _ []byte) {
	choices := 10
	if depth > 3 {
		choices = 7
	}
	switch m.rnd.IntN(choices) {
	case 0:
		return append(text, "null"...), msgp.AppendNil(packed)
	case 1:
		return append(text, "true"...), msgp.AppendBool(packed, true)
	case 2:
		n := pick(m, []int64{0, 1, -1, 4, 5, 31, 32, 4624, 5027, 1 << 16, -2147024891, -1 << 63, 1<<63 - 1})
		b, _ := json.Marshal(n) // no integer fails
		return append(text, b...), msgp.AppendInt64(packed, n)
	case 3:
		return append(text, pick(m, []string{"1.50", "1e400", "-0", "0.5", "18446744073709551615", "99999999999999999999"})...),
			pick(m, [][]byte{msgp.AppendFloat64(packed, 0.5), append(packed, 0xca, 0x7f, 0xc0, 0, 0), append(packed, 0xd4, 9, 0xff), append(packed, 0xc4, 2, 0xff, 0)})
	case 4, 5, 6:
		s := pick(m, knownTexts)
		return append(text, quote(s)...), msgp.AppendString(packed, s)
	case 7:
		n := m.rnd.IntN(4)
		text, packed = append(text, '['), msgp.AppendArrayHeader(packed, uint32(n))
		for i := range n {
			if i > 0 {
				text = append(text, ',')
			}
			text, packed = m.value(text, packed, depth+1)
		}
		return append(text, ']'), packed
	}
	return m.object(text, packed, m.rnd.IntN(6), depth)
}

func (m recordMaker) object(text, packed []byte, n, depth int) (_, _ []byte) {
	text, packed = append(text, '{'), msgp.AppendMapHeader(packed, uint32(n))
	for i := range n {
		if i > 0 {
			text = append(text, ',')
		}
		name := pick(m, knownNames)
		if lists := m.entry().Parameters; depth > 0 && m.rnd.IntN(3) == 0 && len(lists) > 0 && len(lists[0].Names) > 0 {
			name = pick(m, lists[0].Names)
		}
		text, packed = append(append(text, quote(name)...), ':'), msgp.AppendString(packed, name)
		text, packed = m.value(text, packed, depth+1)
	}
	return append(text, '}'), packed
}

func (m recordMaker) entry() *catalog.Entry {
	return &catalog.Entries()[m.rnd.IntN(len(catalog.Entries()))]
}

// record makes a record of any form; every other one names an event that the catalog knows.
func (m recordMaker) record() (text, packed []byte) {
	n := 1 + m.rnd.IntN(25)
	text, packed = m.object(nil, nil, n, 0)
	if m.rnd.IntN(2) == 0 {
		return text, packed
	}
	e := m.entry()
	names := pick(m, [][2]string{{"ProviderName", "EventID"}, {"SourceName", "EventID"}, {"source_name", "event_id"}})
	id, _ := json.Marshal(e.ID) // no integer fails
	head := append(append(append(append(append(append([]byte{'{'}, quote(names[0])...), ':'), quote(e.Provider)...), ','), quote(names[1])...), ':')
	head = append(append(head, id...), `,"Message":"m","log_name":"x",`...)
	text = append(head, text[1:]...)
	_, inside, _ := msgp.ReadMapHeaderBytes(packed) // it is a map
	out := msgp.AppendMapHeader(nil, uint32(n+2))
	out = msgp.AppendString(msgp.AppendString(out, names[0]), e.Provider)
	out = msgp.AppendUint32(msgp.AppendString(out, names[1]), e.ID)
	return text, append(out, inside...)
}

func TestDocumentsOfRandomRecords(t *testing.T) {
	m := recordMaker{rand.New(rand.NewPCG(1, 2))}
	plain := enrich.New(enrich.Options{})
	all := enrich.New(enrich.Options{PreserveOriginal: true, AlertMinSeverity: catalog.Low})
	used, usedAll := plain.NewDocument(), all.NewDocument()
	events := 0
	for range 3000 {
		var r fuzzed
		r.line, r.body = m.record()
		if !json.Valid(r.line) {
			t.Fatalf("the test writes bad JSON: %s", r.line)
		}
		_, r.metadata = m.object(nil, nil, m.rnd.IntN(3), 0)
		first := r.documents(used)
		for _, doc := range append(first, r.documents(usedAll)...) {
			checkDocument(t, doc)
		}
		for i, doc := range r.documents(plain.NewDocument()) {
			if !bytes.Equal(doc, first[i]) {
				t.Fatalf("the same record gives\n%s\nand then\n%s", first[i], doc)
			}
		}
		if bytes.Contains(first[0], []byte(`"kind":"event"`)) {
			events++
		}
	}
	if events < 500 {
		t.Errorf("of 3000 records only %d are events: the test does not test what it should", events)
	}
}
