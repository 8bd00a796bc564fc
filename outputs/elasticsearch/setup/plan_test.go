package setup

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/enrich"
)

var update = flag.Bool("update", false, "write the golden plans anew")

// TestPlans compares all requests with those in testdata, byte by byte.
func TestPlans(t *testing.T) {
	for name, openSearch := range map[string]bool{"elasticsearch.json": false, "opensearch.json": true} {
		got := planText(t, options(t, func(o *Options) { o.Retention, o.Replicas, o.FailureStore = "90d", 1, true }), openSearch)
		if again := planText(t, options(t, func(o *Options) { o.Retention, o.Replicas, o.FailureStore = "90d", 1, true }), openSearch); !bytes.Equal(got, again) {
			t.Fatalf("%s: two plans differ", name)
		}
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the code plans: run go test ./outputs/elasticsearch/setup -update, and read the difference", path)
		}
	}
}

func planText(t *testing.T, o Options, openSearch bool) []byte {
	t.Helper()
	text, err := json.MarshalIndent(Plan(o, openSearch), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// TestPlanIsJSON: what is compared with a server's answer must have only
// what JSON has.
func TestPlanIsJSON(t *testing.T) {
	for _, openSearch := range []bool{false, true} {
		f := full(openSearch)
		o := options(t, func(o *Options) { o.Retention, o.FailureStore, o.Replicas = "7d", true, 0 })
		for _, object := range plan(&o, &f, ownPriority) {
			var back any
			if err := json.Unmarshal(marshal(object.body), &back); err != nil {
				t.Fatal(err)
			}
			if !holds(back, object.body, false) || !holds(object.body, back, false) {
				t.Errorf("%s is not what JSON makes of it: %v", object.String(), object.body)
			}
		}
	}
}

// mapped returns a field's mapping.
func mapped(t *testing.T, o Options, f features, path string) map[string]any {
	t.Helper()
	m := mapper{&f, o.CaseSensitive}
	field := m.mappings()
	for name := range strings.SplitSeq(path, ".") {
		properties, _ := field["properties"].(map[string]any)
		if field, _ = properties[name].(map[string]any); field == nil {
			t.Fatalf("%s is not mapped", path)
		}
	}
	return field
}

// TestEveryField has the type that the table of fields says.
func TestEveryField(t *testing.T) {
	for _, f := range enrich.Fields() {
		if got := mapped(t, Options{}, full(false), f.Path)["type"]; got != string(f.Type) {
			t.Errorf("%s is %v, in the table %s", f.Path, got, f.Type)
		}
	}
	if mapped(t, Options{}, full(false), "event.ingested")["type"] != "date" {
		t.Error("event.ingested is no date")
	}
}

func TestFolding(t *testing.T) {
	for path, want := range map[string]bool{
		"process.executable": true, "process.name": true,
		"event.code": false, "event.action": false, "host.name": false, "winlog.channel": false, "user.id": false, "winevent.title": false,
	} {
		for _, sensitive := range []bool{false, true} {
			field := mapped(t, Options{CaseSensitive: sensitive}, full(false), path)
			if (field["normalizer"] != nil) != (want && !sensitive) {
				t.Errorf("%s, case-sensitive %t: %v", path, sensitive, field)
			}
			if (dig(field, "fields", "caseless", "normalizer") == normalizer) != strings.HasPrefix(path, "process.") {
				t.Errorf("%s: %v", path, field)
			}
		}
	}
	if isFolded("process.entity_id") || isFolded("process.parent.entity_id") || !isFolded("user.target.name") {
		t.Error("identifiers")
	}
}

func TestFallbacks(t *testing.T) {
	for path, want := range map[string]string{
		"message":           `{"norms":false,"type":"text"}`,
		"winlog.record":     `{"enabled":false,"type":"object"}`,
		"winlog.event_data": `{"dynamic":"true","type":"object"}`,
		"@timestamp":        `{"type":"date"}`,
		"source.ip":         `{"ignore_malformed":true,"type":"ip"}`,
		"event.original":    `{"doc_values":false,"index":false,"type":"keyword"}`,
		// Long texts that are only shown.
		"winevent.remediation.steps":   `{"doc_values":false,"index":false,"type":"keyword"}`,
		"winevent.remediation.summary": `{"ignore_above":1024,"type":"keyword"}`,
	} {
		if got := string(marshal(mapped(t, Options{}, features{}, path))); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	newer := features{openSearch: true, flatNames: disableObjects}
	if got := string(marshal(mapped(t, Options{}, newer, "winlog.event_data"))); got != `{"disable_objects":true,"dynamic":"true","type":"object"}` {
		t.Error(got)
	}
}

func TestRetention(t *testing.T) {
	for text, want := range map[string]string{"": "30d", "365d": "30d", "90d": "30d", "89d": "7d", "15d": "7d", "14d": "1d", "36h": "1d"} {
		if got := age(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "90", "d", "0d", "-1d", "1.5d", "90 d", "90m", "90D", "9999999d"} {
		if d, err := ParseRetention(text); err == nil {
			t.Errorf("%q is taken for %v", text, d)
		}
	}
}
