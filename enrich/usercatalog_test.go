package enrich_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/catalog/userfile"
	"winevent/enrich/event"
)

const userCatalog = `provider: Microsoft-Windows-Security-Auditing
events:
  - id: 5462
    severity: critical
    remediation: {reference: "https://wiki.example.test/5462"}
---
provider: Contoso-Backup
events:
  - id: 7
    title: The backup failed
    severity: high
    parameters: [{versions: [0], names: [Job, Target]}]
    message: Job %1 failed
    severity_when: [{if: [{parameter: Job, is: [TEST]}], severity: low, reason: A test.}]
    ecs: {category: [host], type: [info], fields: [{from: Target, to: file.path, as: path}]}
`

// recordOf is an event as in_winevtlog sends it.
func recordOf(provider, id, inserts string) []byte {
	return []byte(`{"ProviderName":"` + provider + `","EventID":` + id + `,"Version":0,"Level":4,"Channel":"Application","Computer":"a",` +
		`"TimeCreated":"2026-02-03 04:05:36 +0100","EventRecordID":1,"Message":"","StringInserts":[` + inserts + `]}`)
}

func TestUserCatalog(t *testing.T) {
	c, err := userfile.Parse("own.yaml", []byte(userCatalog))
	if err != nil {
		t.Fatal(err)
	}
	doc := enrich.New(enrich.Options{Catalog: c}).NewDocument()
	for _, test := range []struct {
		line []byte
		want map[string]string
	}{
		{recordOf("Microsoft-Windows-Security-Auditing", "5462", `"P","14"`), map[string]string{
			"winevent.severity_reason": "Set in own.yaml. Error 14 (ERROR_OUTOFMEMORY).",
			"event.severity":           "99",
			"event.reference":          "https://wiki.example.test/5462", "winevent.catalog_version": c.Version(),
			"winevent.symbolic_name_origin": "published", "winevent.audit.category": "Policy Change",
		}},
		{recordOf("Microsoft-Windows-Security-Auditing", "5458", `"P"`), map[string]string{"winevent.catalog_version": catalog.Version()}},
		{recordOf("CONTOSO-Backup", "7", `"J1","C:\\a\\b.bak"`), map[string]string{
			"winevent.title": "The backup failed", "winevent.severity": "high", "winevent.catalog_version": c.Version(), "message": "Job J1 failed",
			"file.path": `C:\a\b.bak`, "file.name": "b.bak", "winlog.event_data.Job": "J1", "event.category.0": "host",
			"winevent.symbolic_name": "event_contoso_backup_7", "winevent.remediation.summary": "",
		}},
		{recordOf("Contoso-Backup", "7", `"test","x"`), map[string]string{"winevent.severity": "low", "winevent.severity_reason": "A test."}},
		{recordOf("Contoso-Backup", "8", `"test","x"`), map[string]string{"winevent.severity": "informational", "winevent.catalog_version": ""}},
	} {
		doc.ReadLine(test.line, event.Time{})
		doc.Enrich()
		got := string(doc.AppendJSON(nil))
		for path, want := range test.want {
			if text := gjson.Get(got, path).String(); text != want {
				t.Errorf("%s is %q, want %q in\n%s", path, text, want, got)
			}
		}
	}
}

// TestUserCatalogDoesNotAllocate: overlay or not, a record costs no memory.
func TestUserCatalogDoesNotAllocate(t *testing.T) {
	c, err := userfile.Parse("own.yaml", []byte(userCatalog))
	if err != nil {
		t.Fatal(err)
	}
	doc := enrich.New(enrich.Options{Catalog: c}).NewDocument()
	lines := [][]byte{recordOf("Microsoft-Windows-Security-Auditing", "5462", `"P","14"`), recordOf("CONTOSO-Backup", "7", `"J1","C:\\a\\b.bak"`)}
	var out []byte
	run := func() {
		for _, line := range lines {
			doc.ReadLine(line, event.Time{})
			doc.Enrich()
			out = doc.AppendJSON(out[:0])
		}
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
