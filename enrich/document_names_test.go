package enrich

import (
	"strings"
	"testing"

	"winevent/enrich/event"
)

// TestParametersWithBlankNames are taken as unnamed: a field without a name is
// what no Elasticsearch stores.
func TestParametersWithBlankNames(t *testing.T) {
	d := New(Options{}).NewDocument()
	d.ReadLine([]byte(`{"ProviderName":"P","EventID":1,"Channel":"C","Computer":"c","EventRecordID":1,"EventData":{"":"one","\t":"two","Name":"three"},"":"four"}`), event.Time{})
	d.Enrich()
	got := string(d.AppendJSON(nil))
	for _, want := range []string{`"param1":"one"`, `"param2":"two"`, `"Name":"three"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in %s", want, got)
		}
	}
	if strings.Contains(got, `"":`) || strings.Contains(got, `"\t":`) {
		t.Errorf("%s", got)
	}
}
