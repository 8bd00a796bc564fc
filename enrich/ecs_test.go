package enrich

import (
	"testing"

	"winevent/enrich/catalog"
)

// TestCatalogFieldsAreInTheTable holds the fields that catalog entries fill
// against the table: one that is not there would be passed over.
func TestCatalogFieldsAreInTheTable(t *testing.T) {
	for i := range catalog.Count() {
		e := catalog.At(i)
		for _, f := range e.ECS.Fields {
			if _, ok := fieldsOf(f); !ok {
				t.Errorf("%s %d fills %s, which is not in the table", e.Provider, e.ID, f.Field)
			}
		}
	}
}

// TestFieldsComeBeforeWhatCopiesThem is what kindSame relies on.
func TestFieldsComeBeforeWhatCopiesThem(t *testing.T) {
	if fHostName > fComputerName || fEventProvider > fProviderName {
		t.Error("a field is copied before it is written")
	}
}
