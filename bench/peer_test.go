package bench

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"

	"winevent/enrich"
	"winevent/enrich/catalog"
)

type object = map[string]any

// peerDocument writes the same fields as winevent the straightforward way: maps
// of maps. TestPeerWritesTheSameFields holds it to that.
func peerDocument(timestamp any, record map[any]any) object {
	text := func(key string) string {
		switch v := record[key].(type) {
		case []byte:
			return string(v)
		case nil:
			return ""
		default:
			return fmt.Sprint(v)
		}
	}
	number := func(key string) uint64 {
		n, _ := strconv.ParseUint(text(key), 0, 64)
		return n
	}
	created, err := time.Parse("2006-01-02 15:04:05 -0700", text("TimeCreated"))
	if err != nil {
		created = time.Unix(0, 0)
	}
	id := sha256.Sum256([]byte(strings.ToLower(text("Computer") + "\x00" + text("Channel") + "\x00" + text("ProviderName") +
		"\x00" + text("EventRecordID") + "\x00" + strconv.FormatInt(created.Unix(), 10))))
	entry := catalog.Lookup([]byte(text("ProviderName")), uint32(number("EventID")))
	severity, reason := catalog.Informational, "Windows logged it without warning or error; the catalog does not know this event."
	if entry != nil {
		severity, reason = entry.Severity, entry.SeverityReason
	}
	winlog := object{
		"api": "wineventlog", "channel": text("Channel"), "computer_name": text("Computer"), "provider_name": text("ProviderName"),
		"provider_guid": text("ProviderGuid"), "event_id": text("EventID"), "record_id": text("EventRecordID"), "version": number("Version"),
		"opcode": text("Opcode"), "task": catalog.Value(catalog.TaskMap, number("Task")), "keywords": []string{"Audit Success"},
		"process": object{"pid": number("ProcessID"), "thread": object{"id": number("ThreadID")}},
		"raw":     object{"keywords": text("Keywords"), "level": number("Level"), "opcode": number("Opcode"), "task": number("Task")},
		"user":    object{"identifier": text("UserID"), "name": text("UserID"), "domain": text("UserID")},
	}
	winevent := object{"dialect": "winevtlog", "severity": severity.String(), "severity_reason": reason}
	event := object{
		"code": text("EventID"), "created": fmt.Sprint(timestamp), "dataset": "system.security", "id": hex.EncodeToString(id[:16]), "kind": "event",
		"module": "system", "provider": text("ProviderName"), "severity": severity.Score(), "outcome": "success", "action": text("Task"),
	}
	winlog["event_data"] = peerEventData(record, entry, winevent)
	if entry != nil {
		peerKnown(entry, event, winevent)
	}
	return object{
		"@timestamp": created.UTC().Format("2006-01-02T15:04:05.000Z"), "message": text("Message"),
		"data_stream": object{"dataset": "system.security", "namespace": "default", "type": "logs"},
		"ecs":         object{"version": enrich.ECSVersion}, "event": event,
		"host": object{"name": text("Computer"), "os": object{"type": "windows"}}, "log": object{"level": "information"},
		"related": object{"hosts": []string{text("Computer")}}, "winevent": winevent, "winlog": winlog,
	}
}

func peerEventData(record map[any]any, entry *catalog.Entry, winevent object) object {
	data := object{}
	if named, ok := record["EventData"].(map[any]any); ok {
		for k, v := range named {
			data[peerText(k)] = peerText(v)
		}
		return data
	}
	inserts, _ := record["StringInserts"].([]any)
	var names []string
	if entry != nil {
		names = entry.Names(0, true, len(inserts))
	}
	texts := object{}
	all := make([]string, len(inserts))
	for i, v := range inserts {
		all[i] = peerText(v)
		name := "param" + strconv.Itoa(i+1)
		if names != nil {
			name = names[i]
		}
		data[name] = all[i]
		if code, found := strings.CutPrefix(all[i], "%%"); found {
			n, _ := strconv.ParseUint(code, 10, 64)
			texts[name] = catalog.Value(catalog.MessageMap, n)
		}
	}
	if names == nil {
		data["Data"] = all
	}
	if len(texts) > 0 {
		winevent["value_text"] = texts
	}
	return data
}

func peerText(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(v)
}

func peerKnown(entry *catalog.Entry, event, winevent object) {
	event["category"], event["type"], event["reference"] = entry.ECS.Category, entry.ECS.Type, entry.Remediation.Reference
	winevent["title"], winevent["symbolic_name"], winevent["symbolic_name_origin"] = entry.Title, entry.SymbolicName, "published"
	for _, a := range entry.Audit {
		winevent["audit"] = object{"category": a.Category, "subcategory": a.Subcategory}
	}
	winevent["catalog_version"] = catalog.Version()
	r := entry.Remediation
	winevent["remediation"] = object{"summary": r.Summary, "cause": r.Cause, "steps": r.Steps, "verify": r.Verify,
		"verify_event_codes": r.VerifyEvents, "reference": r.Reference}
}

// TestPeerWritesTheSameFields keeps the comparison fair: over the same chunk
// the peer's documents are about as large as winevent's.
func TestPeerWritesTheSameFields(t *testing.T) {
	in := read(t, "winevtlog_stringinserts.jsonl.gz")
	w := newWorker()
	peer, ours := 0, 0
	for _, data := range in.chunks {
		decoder := output.NewDecoder(unsafe.Pointer(&data[0]), len(data))
		for {
			ret, timestamp, record := output.GetRecord(decoder)
			if ret != 0 {
				break
			}
			text, err := json.Marshal(peerDocument(timestamp, record))
			if err != nil {
				t.Fatal(err)
			}
			peer += len(text)
		}
		if err := w.pass(data); err != nil {
			t.Fatal(err)
		}
		ours += len(w.batch.NDJSON())
	}
	if ratio := float64(peer) / float64(ours); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("the peer writes %.2f times the bytes of winevent", ratio)
	}
}
