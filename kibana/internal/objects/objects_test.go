package objects

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sources = "../../source"

// TestSameBytes makes the objects several times: maps have no order.
func TestSameBytes(t *testing.T) {
	want, err := Generate(sources)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if got, err := Generate(sources); err != nil || !bytes.Equal(got, want) {
			t.Fatal("the same sources gave other objects", err)
		}
	}
}

// TestFaultsOfSources breaks the sources; each error says what to look at.
func TestFaultsOfSources(t *testing.T) {
	for name, c := range map[string]struct{ file, from, to, want string }{
		"key":                    {"overview.yaml", "from: now-7d", "since: now-7d", "since"},
		"no condition":           {"overview.yaml", "{{ours}}", "{{theirs}}", "panel events: no condition {{theirs}}"},
		"KQL":                    {"overview.yaml", `event.outcome: "failure"`, `event.outcome "failure"`, "panel failures: KQL"},
		"KQL of a condition":     {"conditions.yaml", `("medium" or "high"`, `("medium" or`, "KQL"},
		"KQL of a column":        {"overview.yaml", `'winevent.severity: "high"'`, `'"high"'`, "panel severity-over-time: High"},
		"field of a filter":      {"conditions.yaml", "winevent.severity", "winevent.severty", "no field winevent.severty"},
		"field of a group":       {"overview.yaml", "top: host.name", "top: host.nam", "panel hosts: Host: documents have no field host.nam"},
		"field of a value":       {"overview.yaml", "unique: host.name", "unique: host", "panel remediations: Hosts: documents have no field host"},
		"group by text":          {"overview.yaml", "top: host.name", "top: message", "message is match_only_text"},
		"time of text":           {"overview.yaml", `time: "@timestamp"`, "time: host.name", "panel severity-over-time"},
		"newest of text":         {"overview.yaml", "newest: event.severity", "newest: host.name", "cannot be used like this"},
		"last of a list":         {"overview.yaml", "last: winevent.title", "last: winevent.remediation.steps", "is a list"},
		"last by text":           {"data-quality.yaml", "latest_by: event.ingested", "latest_by: host.name", "cannot be used like this"},
		"order":                  {"overview.yaml", "order: Worst score", "order: Worst", `no column has the label "Worst"`},
		"sort":                   {"overview.yaml", "sort: {by: Worst score}", "sort: {by: Worst}", `sort: no column has the label "Worst"`},
		"same label":             {"overview.yaml", "label: Hosts}", "label: Events}", `label "Events" is empty or there twice`},
		"no label":               {"overview.yaml", "{label: Failures}", "{}", "is empty or there twice"},
		"no size of a group":     {"overview.yaml", "size: 12, ", "", "has no size"},
		"by nothing":             {"overview.yaml", "top: host.name, ", "", "is by nothing"},
		"no panel size":          {"overview.yaml", "size: [32, 12]", "size: [49, 12]", "the width goes up to 48"},
		"type":                   {"overview.yaml", "type: bars", "type: pie", `no type "pie"`},
		"colon":                  {"overview.yaml", "id: hosts", `id: "a:b"`, "without colon"},
		"two values split":       {"firewall.yaml", "- {label: Changes}", "- {label: Changes}\n      - {label: More}", "a chart is by one group or two"},
		"number by a group":      {"data-quality.yaml", "- {label: Documents}", "- {label: Documents}\n      - {label: More}", "a number is one value"},
		"recovery of nothing":    {"ipsec.yaml", "recovery: [5457", "recovery: [99999", "the catalog has no event 99999"},
		"recovery of a success":  {"ipsec.yaml", "recovery: [5457", "recovery: [5456", "event 5456 is no failure"},
		"format of no field":     {"data-view.yaml", "links: [event.reference", "links: [event.refrence", "no field event.refrence"},
		"time of the view":       {"data-view.yaml", `time: "@timestamp"`, "time: host.name", "data view"},
		"column of a search":     {"searches.yaml", "- winevent.title", "- winevent.titel", "search winevent-to-do: documents have no field winevent.titel"},
		"condition of a search":  {"searches.yaml", "{{medium or worse}}", "{{worse}}", "search winevent-to-do: no condition"},
		"shows nothing, a chart": {"overview.yaml", "    show:\n      - {label: Events, color: \"#D6BF57\"}\n", "", "no column has the label"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(sources)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, c.file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			broken := strings.Replace(string(text), c.from, c.to, 1)
			if broken == string(text) {
				t.Fatalf("there is no %s", c.from)
			}
			if err := os.WriteFile(file, []byte(broken), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Generate(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestPlaces fills rows from left to right.
func TestPlaces(t *testing.T) {
	var at place
	for i, c := range []struct{ w, h, x, y int }{{32, 10, 0, 0}, {16, 12, 32, 0}, {24, 5, 0, 12}, {25, 5, 0, 17}, {23, 1, 25, 17}, {48, 1, 0, 22}} {
		grid, err := at.next(&panel{Size: [2]int{c.w, c.h}})
		if err != nil || grid["x"] != c.x || grid["y"] != c.y {
			t.Errorf("panel %d: %v %v", i, grid, err)
		}
	}
}
