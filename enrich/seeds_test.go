package enrich_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

// seedCodes are the events of the five documents that the project began with.
var seedCodes = []uint32{
	2002, 2003, 2004, 2005, 2006, 2008, 2009, 2010, 2032, 2033,
	4946, 4947, 4948, 4949, 4950, 4951, 4952, 4953, 4954, 4956, 4957, 4958,
	4960, 4961, 4962, 4963, 4965, 5027, 5028,
	5040, 5041, 5042, 5043, 5044, 5045, 5046, 5047, 5048, 5049,
	5456, 5457, 5458, 5459, 5460, 5461, 5462, 5466, 5467, 5468, 5471, 5472, 5473, 5474,
	5478, 5479, 5480, 5483, 5484, 5485,
}

func providerOf(code uint32) string {
	if code < 3000 {
		return "Microsoft-Windows-Windows Firewall With Advanced Security"
	}
	return "Microsoft-Windows-Security-Auditing"
}

func TestSeedEventsAreKnown(t *testing.T) {
	if len(seedCodes) != 59 {
		t.Fatalf("%d codes", len(seedCodes))
	}
	for _, code := range seedCodes {
		e := catalog.Lookup([]byte(providerOf(code)), code)
		if e == nil {
			t.Errorf("event %d is not in the catalog", code)
			continue
		}
		r := &e.Remediation
		if e.SymbolicName == "" || e.Title == "" || e.Message == "" || e.SeverityReason == "" || r.Cause == "" ||
			len(r.Steps) == 0 || r.Verify == "" || r.Reference == "" || len(e.Sources) == 0 {
			t.Errorf("event %d is incomplete", code)
		}
		if strings.HasPrefix(e.SymbolicName, "SE_AUDITID_") && !e.Published {
			t.Errorf("event %d: a derived name pretends to be Microsoft's", code)
		}
		if (len(e.Audit) > 0) != (code >= 3000) {
			t.Errorf("event %d: audit policy %v", code, e.Audit)
		}
	}
}

// TestPublishedNames holds the names of the documents themselves.
func TestPublishedNames(t *testing.T) {
	for code, name := range map[uint32]string{
		5462: "SE_AUDITID_ETW_POLICYAGENT_PASTORE_FAILED_SOME_NFA_APPLICATION",
		2004: "WFRuleAddEvent",
	} {
		if e := catalog.Lookup([]byte(providerOf(code)), code); e.SymbolicName != name || !e.Published {
			t.Errorf("event %d: %s, published %t", code, e.SymbolicName, e.Published)
		}
	}
}

// TestVerifyEventsAreNoFailures keeps ids that only sound like a recovery out:
// 5466 could not reach Active Directory, 5479 is a stop.
func TestVerifyEventsAreNoFailures(t *testing.T) {
	for i := range catalog.Entries() {
		e := &catalog.Entries()[i]
		lists := [][]uint32{e.Remediation.VerifyEvents}
		for _, b := range e.ByError {
			lists = append(lists, b.Remediation.VerifyEvents)
		}
		for _, list := range lists {
			for _, id := range list {
				confirming := catalog.Lookup([]byte(e.Provider), id)
				if id == 4955 || id == 5466 || id == 5479 || confirming != nil && confirming.ECS.Outcome == "failure" {
					t.Errorf("event %d is to be confirmed by %d, which reports no success", e.ID, id)
				}
			}
		}
	}
}

// document is the part of a document that these tests look at.
type document struct {
	Message string
	Error   struct{ Code, Message string }
	Event   struct{ Outcome, Kind string }
	Tags    []string
	Winlog  struct {
		EventData map[string]any `json:"event_data"`
	}
	Winevent struct {
		Severity       string
		SeverityReason string `json:"severity_reason"`
		Error          struct{ Code, Hex, Symbol, Message, Facility string }
		Remediation    struct {
			Cause, Summary   string
			Steps            []string
			VerifyEventCodes []string `json:"verify_event_codes"`
		}
		ValueText map[string]string `json:"value_text"`
	}
}

// enriched returns the document of a record of the given event.
func enriched(t *testing.T, code uint32, inserts ...any) document {
	t.Helper()
	line, err := json.Marshal(map[string]any{
		"ProviderName": providerOf(code), "EventID": code, "Version": 0, "Level": 0, "Keywords": "0x8010000000000000",
		"TimeCreated": "2026-02-03 04:05:06 +0000", "EventRecordID": 1, "Channel": "Security", "Computer": "c",
		"StringInserts": inserts,
	})
	if err != nil {
		t.Fatal(err)
	}
	doc := enrich.New(enrich.Options{}).NewDocument()
	doc.ReadLine(line, event.Time{})
	doc.Enrich()
	var d document
	if err := json.Unmarshal(doc.AppendJSON(nil), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCodeDecides5462 is the pattern of the project: the error code inside the
// event chooses the remediation.
func TestCodeDecides5462(t *testing.T) {
	memory, access, other := enriched(t, 5462, "p", "14"), enriched(t, 5462, "p", "5"), enriched(t, 5462, "p", "4711")
	if memory.Winevent.Error.Symbol != "ERROR_OUTOFMEMORY" || access.Winevent.Error.Symbol != "ERROR_ACCESS_DENIED" {
		t.Errorf("decoded as %q and %q", memory.Winevent.Error.Symbol, access.Winevent.Error.Symbol)
	}
	causes := map[string]bool{memory.Winevent.Remediation.Cause: true, access.Winevent.Remediation.Cause: true, other.Winevent.Remediation.Cause: true}
	if len(causes) != 3 {
		t.Errorf("14, 5 and another code have %d different causes, want 3", len(causes))
	}
	for _, d := range []document{memory, access, other} {
		if strings.Join(d.Winevent.Remediation.VerifyEventCodes, " ") != "5456 5458 5460 5467 5468 5471 5473" {
			t.Errorf("confirmed by %v", d.Winevent.Remediation.VerifyEventCodes)
		}
	}
	if !strings.Contains(strings.ToLower(memory.Winevent.Remediation.Cause), "memory") {
		t.Errorf("cause of 14: %s", memory.Winevent.Remediation.Cause)
	}
	if !strings.Contains(memory.Winevent.SeverityReason, "14 (ERROR_OUTOFMEMORY)") {
		t.Errorf("severity reason: %s", memory.Winevent.SeverityReason)
	}
}

// TestSpellingsOfACode gives the same decoded code for every way to write it.
func TestSpellingsOfACode(t *testing.T) {
	for _, spelling := range []any{"5", 5, "0x5", "0x00000005", "0x80070005", "2147942405", "-2147024891", -2147024891, 2147942405, "5 (Access is denied)"} {
		d := enriched(t, 5462, "p", spelling)
		if d.Winevent.Error.Code != "5" || d.Winevent.Error.Symbol != "ERROR_ACCESS_DENIED" || d.Error.Message != "Access is denied." {
			t.Errorf("%v: %+v, error %+v", spelling, d.Winevent.Error, d.Error)
		}
	}
	for _, none := range []any{"", "-", "five", "99999999999", nil} {
		if d := enriched(t, 5462, "p", none); d.Error.Code != "" || d.Winevent.Remediation.Cause == "" {
			t.Errorf("%v was taken for a code: %+v", none, d.Error)
		}
	}
}

// TestNamesNeedTheCount is about positions that do not fit: forwarded events
// may lack empty inserts, and then every later one has moved.
func TestNamesNeedTheCount(t *testing.T) {
	d := enriched(t, 5462, "only one")
	if len(d.Tags) != 1 || d.Tags[0] != "winevent_unnamed_params" || d.Winlog.EventData["param1"] != "only one" || d.Winlog.EventData["Policy"] != nil {
		t.Errorf("tags %v, event data %v", d.Tags, d.Winlog.EventData)
	}
}

// TestRenderedMessages compares the templates with what Windows itself rendered.
func TestRenderedMessages(t *testing.T) {
	lines, err := samples.Lines(samples.Dir("samples", "seeds_winevtlog.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, line := range lines {
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		code := uint32(r["EventID"].(float64))
		// The recorded 2004 and 2008 are older than the renaming to Windows Defender Firewall,
		// and the recorder did not resolve 2004's value maps.
		if !slices.Contains(seedCodes, code) || code < 3000 {
			continue
		}
		windows := strings.TrimSpace(r["Message"].(string))
		delete(r, "Message")
		without, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		doc := enrich.New(enrich.Options{}).NewDocument()
		doc.ReadLine(without, event.Time{})
		doc.Enrich()
		var d document
		if err := json.Unmarshal(doc.AppendJSON(nil), &d); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(d.Message); got != windows {
			t.Errorf("event %d:\n%q\n%q", code, got, windows)
		}
		compared++
	}
	if compared < 30 {
		t.Errorf("only %d messages were compared", compared)
	}
}
