package detection

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"

	"winevent/enrich"
)

// TestPendingIsPending holds the list of what is missing to the truth: when
// documents have every field of a row's kind, the list has done its service.
func TestPendingIsPending(t *testing.T) {
	text, err := os.ReadFile("pending/fields.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Provider string
		Fields   []struct{ To string }
	}
	if err := yaml.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	missing := 0
	for _, row := range rows {
		for _, f := range row.Fields {
			if !slices.ContainsFunc(enrich.Fields(), func(known enrich.Field) bool { return known.Path == f.To }) {
				missing++
			}
		}
	}
	if rules, err := filepath.Glob("pending/rules/*.yml"); err != nil || len(rules) == 0 || missing == 0 {
		t.Errorf("%d rules and %d fields are pending: move the rules to rules/, and remove the folder", len(rules), missing)
	}
}
