package enrich

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
)

// TestSeverity is the whole rule: catalog entry, branch of the error code,
// Windows' level and audit outcome.
func TestSeverity(t *testing.T) {
	entry := func(s catalog.Severity) *prepared {
		return &prepared{
			Entry: &catalog.Entry{Severity: s, ByError: []catalog.Branch{{}, {Severity: catalog.Critical}}}, described: true,
			severityReason: "the entry's reason", branchReasons: []string{"", "the branch's reason"},
			cases: []preparedCase{{severity: catalog.Informational}}, caseReasons: []string{"the case's reason"},
		}
	}
	level := func(n uint64) event.Number { return event.Number{Value: n, Set: true} }
	none := event.Number{}
	for _, c := range []struct {
		name   string
		p      *prepared
		fits   int
		branch int
		level  event.Number
		audit  event.Audit
		want   catalog.Severity
		reason string
	}{
		{"the entry decides", entry(catalog.Medium), -1, -1, none, event.NoAudit, catalog.Medium, "the entry's"},
		{"a failed audit does not change it", entry(catalog.Informational), -1, -1, level(0), event.AuditFailure, catalog.Informational, "the entry's"},
		{"a branch without a severity does not", entry(catalog.Medium), -1, 0, none, event.NoAudit, catalog.Medium, "the entry's"},
		{"a branch with one does", entry(catalog.Medium), -1, 1, none, event.NoAudit, catalog.Critical, "the branch's"},
		{"a case does, before the branch", entry(catalog.Medium), 0, 1, none, event.NoAudit, catalog.Informational, "the case's"},
		{"level error raises a case", entry(catalog.Medium), 0, -1, level(2), event.NoAudit, catalog.Low, "level error"},
		{"only named, error", &prepared{Entry: &catalog.Entry{}}, -1, -1, level(2), event.NoAudit, catalog.Medium, "level error"},
		{"information lowers nothing", entry(catalog.High), -1, -1, level(4), event.AuditSuccess, catalog.High, "the entry's"},
		{"error raises informational", entry(catalog.Informational), -1, -1, level(2), event.NoAudit, catalog.Low, "level error"},
		{"error leaves medium", entry(catalog.Medium), -1, -1, level(2), event.NoAudit, catalog.Medium, "the entry's"},
		{"critical raises medium", entry(catalog.Medium), -1, -1, level(1), event.NoAudit, catalog.High, "level critical"},
		{"critical leaves critical", entry(catalog.Medium), -1, 1, level(1), event.NoAudit, catalog.Critical, "the branch's"},
		{"unknown, critical", nil, -1, -1, level(1), event.NoAudit, catalog.High, "level critical"},
		{"unknown, error", nil, -1, -1, level(2), event.NoAudit, catalog.Medium, "level error"},
		{"unknown, warning", nil, -1, -1, level(3), event.NoAudit, catalog.Low, "level warning"},
		{"unknown, failed audit", nil, -1, -1, level(0), event.AuditFailure, catalog.Low, "audited a failure"},
		{"unknown, audit", nil, -1, -1, level(0), event.AuditSuccess, catalog.Informational, "audited a success"},
		{"unknown, information", nil, -1, -1, level(4), event.NoAudit, catalog.Informational, "without warning"},
		{"unknown, nothing said", nil, -1, -1, none, event.NoAudit, catalog.Informational, "without warning"},
	} {
		got := severityOf(c.p, c.fits, c.branch, c.level, c.audit)
		if got.severity != c.want || !strings.Contains(got.reason, c.reason) {
			t.Errorf("%s: %s, %q", c.name, got.severity, got.reason)
		}
	}
}

// TestReasonsAreJSON holds for the reasons that are written as they stand.
func TestReasonsAreJSON(t *testing.T) {
	for n := range uint64(6) {
		for _, a := range []event.Audit{event.NoAudit, event.AuditSuccess, event.AuditFailure} {
			if reason := unknownSeverity(event.Number{Value: n, Set: true}, a).reason; !gjson.Valid(reason) || reason[0] != '"' {
				t.Errorf("%s", reason)
			}
		}
	}
}
