package enrich_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
)

// TestEveryNamedEvent sends a record of every event that the catalog can name
// through, once for each list of names, as Fluent Bit does by default: values
// without names. Each value must come out under the name that its list gives it.
func TestEveryNamedEvent(t *testing.T) {
	doc := enrich.New(enrich.Options{}).NewDocument()
	lists, ambiguous := 0, 0
	for i := range catalog.Count() {
		e := catalog.At(i)
		for _, list := range e.Parameters {
			version := uint64(list.Versions[0])
			if e.FindParameters(version, true, len(list.Names)) < 0 {
				ambiguous++ // two lists of the same length in one version: nothing tells which
				continue
			}
			lists++
			checkNamed(t, doc, e, version, list.Names)
		}
	}
	t.Logf("%d lists of %d events; %d lists are like another of the same version in length", lists, catalog.Count(), ambiguous)
	if ambiguous > lists/100 {
		t.Errorf("%d of %d lists cannot be told from others", ambiguous, lists)
	}
}

func checkNamed(t *testing.T, doc *enrich.Document, e *catalog.Entry, version uint64, names []string) {
	t.Helper()
	inserts := make([]string, len(names))
	for i := range inserts {
		inserts[i] = fmt.Sprintf("value %d", i+1)
	}
	line, err := json.Marshal(map[string]any{
		"ProviderName": e.Provider, "ProviderGuid": "{54849625-5478-4994-A5BA-3E3B0328C30D}", "EventID": e.ID, "Version": version, "Level": 4,
		"TimeCreated": "2026-02-03 04:05:06 +0000", "EventRecordID": 1, "Channel": e.Channel, "Computer": "c", "StringInserts": inserts,
	})
	if err != nil {
		t.Fatal(err)
	}
	doc.ReadLine(line, event.Time{})
	doc.Enrich()
	var got struct {
		Tags     []string
		Message  string
		Winevent struct{ Title, Severity string }
		Winlog   struct {
			EventData map[string]string `json:"event_data"`
		}
	}
	if err := json.Unmarshal(doc.AppendJSON(nil), &got); err != nil {
		t.Fatalf("%s %d: %v", e.Provider, e.ID, err)
	}
	if len(got.Tags) > 0 || len(got.Winlog.EventData) != len(names) || (got.Winevent.Title != "") != e.Described() || got.Winevent.Severity == "" {
		t.Fatalf("%s %d version %d: %+v", e.Provider, e.ID, version, got)
	}
	for i, name := range names {
		if got.Winlog.EventData[name] != inserts[i] {
			t.Errorf("%s %d version %d: %s is %q, not %q", e.Provider, e.ID, version, name, got.Winlog.EventData[name], inserts[i])
		}
	}
	if (got.Message != "") != (e.Message != "") {
		t.Errorf("%s %d version %d: message %q of template %q", e.Provider, e.ID, version, got.Message, e.Message)
	}
}
