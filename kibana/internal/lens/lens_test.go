package lens_test

import (
	"encoding/json"
	"strings"
	"testing"

	"winevent/kibana"
	"winevent/kibana/internal/lens"
)

// TestFaults breaks the saved objects in ways that Kibana would trip over.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"no JSON":                   {`{"type":"search"`, `{"type":`, "invalid"},
		"no version":                {`"typeMigrationVersion":"8.0.0"`, `"typeMigrationVersion":""`, "has no versions"},
		"no type":                   {`{"type":"search"`, `{"type":"searches"`, "not known"},
		"unknown member":            {`"hideChart":`, `"chartHidden":`, `no object of Kibana has a member "chartHidden"`},
		"wrong case":                {`\"columnOrder\":`, `\"columnorder\":`, `"columnorder"`},
		"member of something else":  {`\"isBucketed\":true`, `\"isBucketed\":true,\"grid\":{}`, "grid"},
		"twice":                     {`"id":"winevent-firewall-changes"`, `"id":"winevent-to-do"`, "there twice"},
		"no such data view":         {`{"type":"index-pattern","id":"winevent"`, `{"type":"index-pattern","id":"other"`, "does not stand before it"},
		"search without view":       {`"name":"kibanaSavedObjectMeta.searchSourceJSON.index"`, `"name":"other"`, "has no reference"},
		"panel without reference":   {`"name":"hosts:indexpattern-datasource-layer-layer"`, `"name":"hosts:other"`, "panel hosts: has no reference"},
		"state without reference":   {`\"name\":\"indexpattern-datasource-layer-layer\"`, `\"name\":\"other\"`, "has no reference"},
		"panel without search":      {`"name":"newest:panel_newest"`, `"name":"panel_newest"`, "panel newest: has no reference"},
		"language":                  {`\"language\":\"kuery\"`, `\"language\":\"lucene\"`, "lucene"},
		"no KQL":                    {`\"query\":\"winevent.severity: *\"`, `\"query\":\"winevent.severity:\"`, "where a value of winevent.severity should be"},
		"on each other":             {`\"x\":32,\"y\":0`, `\"x\":31,\"y\":0`, "lie on each other"},
		"outside":                   {`\"x\":32,\"y\":0`, `\"x\":33,\"y\":0`, "outside of the grid"},
		"two ids":                   {`\"i\":\"hosts\"`, `\"i\":\"host\"`, "two ids"},
		"order of columns":          {`\"columnOrder\":[\"host\",\"events\"]`, `\"columnOrder\":[\"events\",\"host\"]`, "not buckets first"},
		"column out of order":       {`\"columnOrder\":[\"host\",\"events\"]`, `\"columnOrder\":[\"events\"]`, "are not those of the order"},
		"ordered by a bucket":       {`\"columnId\":\"events\",\"type\":\"column\"`, `\"columnId\":\"host\",\"type\":\"column\"`, "cannot be ordered"},
		"ordered by the last value": {`\"columnId\":\"worst-score\",\"type\":\"column\"`, `\"columnId\":\"last-event\",\"type\":\"column\"`, "cannot be ordered"},
		"no such x":                 {`\"xAccessor\":\"host\"`, `\"xAccessor\":\"hosts\"`, "groups by"},
		"split by a metric":         {`\"splitAccessor\":\"subcategory\"`, `\"splitAccessor\":\"failures\"`, "groups by"},
		"draws a bucket":            {`\"accessors\":[\"events\"]`, `\"accessors\":[\"host\"]`, "draws"},
		"colour of nothing":         {`\"forAccessor\":\"events\"`, `\"forAccessor\":\"host\"`, "colours"},
		"column not shown":          {`{\"columnId\":\"hosts\",\"isTransposed\":false},`, ``, "shows the columns"},
		"sorted by nothing":         {`\"sorting\":{\"columnId\":\"worst-score\"`, `\"sorting\":{\"columnId\":\"score\"`, "sorted by"},
		"number of nothing":         {`\"metricAccessor\":\"documents\"`, `\"metricAccessor\":\"document\"`, "shows the columns"},
		"other layer":               {`\"xAccessor\":\"host\"`, `\"xAccessor\":\"host\",\"layerId\":\"x\"`, "shows layer"},
		"type of a visualization":   {`\"visualizationType\":\"lnsMetric\"`, `\"visualizationType\":\"lnsGauge\"`, "lnsGauge"},
		"operation":                 {`\"operationType\":\"max\"`, `\"operationType\":\"maximum\"`, "as Lens makes it"},
		"count of a field":          {`\"sourceField\":\"___records___\"`, `\"sourceField\":\"host.name\"`, "count of"},
		"missing without other":     {`\"missingBucket\":false,\"orderBy\":{\"columnId\":\"worst`, `\"missingBucket\":true,\"orderBy\":{\"columnId\":\"worst`, "parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(string(kibana.Objects), c.from, c.to, 1)
			if broken == string(kibana.Objects) {
				t.Fatalf("there is no %s", c.from)
			}
			if _, err := lens.Read([]byte(broken)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestSearchOfAPanel holds one search in full, with all that makes it up.
func TestSearchOfAPanel(t *testing.T) {
	o, err := lens.Read(kibana.Objects)
	if err != nil {
		t.Fatal(err)
	}
	body := bodyOf(t, o, "winevent-ipsec", "recovery")
	for _, part := range []string{
		`{"range":{"@timestamp":{"format":"strict_date_optional_time","gte":"a","lte":"b"}}}`,
		`"failure":{"aggs":{"host":{"aggs":{`,
		`"terms":{"field":"host.name","order":{"last-failure>value":"desc"},"size":50}`,
		`"last-failure":{"aggs":{"value":{"max":{"field":"@timestamp"}}},"filter":{"match_phrase":{"event.outcome":"failure"}}}`,
		`"failures":{"filter":{"match_phrase":{"event.outcome":"failure"}}}`,
		`{"match_phrase":{"event.code":"5457"}}`,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("lacks %s:\n%s", part, body)
		}
	}
}

func bodyOf(t *testing.T, o *lens.Objects, dashboard, panel string) string {
	t.Helper()
	for _, d := range o.Dashboards {
		for i := range d.Panels {
			if d.ID == dashboard && d.Panels[i].PanelIndex == panel {
				body, err := json.Marshal(d.Panels[i].Body("@timestamp", lens.Range{From: "a", To: "b"}))
				if err != nil {
					t.Fatal(err)
				}
				// Signs of HTML are escaped, which does not matter to the server.
				return strings.ReplaceAll(string(body), `\u003e`, ">")
			}
		}
	}
	t.Fatalf("no panel %s of %s", panel, dashboard)
	return ""
}
