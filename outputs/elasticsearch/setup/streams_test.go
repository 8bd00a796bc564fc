package setup

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

// datasetOf returns the dataset of a document.
func datasetOf(t *testing.T, line []byte) string {
	t.Helper()
	doc := enrich.New(enrich.Options{}).NewDocument()
	doc.ReadLine(line, event.Time{})
	doc.Enrich()
	var d struct {
		Stream struct{ Dataset string } `json:"data_stream"`
	}
	if err := json.Unmarshal(doc.AppendJSON(nil), &d); err != nil {
		t.Fatal(err)
	}
	return d.Stream.Dataset
}

// TestStreams holds the list equal to what documents are given.
func TestStreams(t *testing.T) {
	known := map[string]bool{}
	for _, s := range Streams {
		known[s.Dataset] = true
		channels := s.Channels
		if channels == nil {
			channels = []string{"Some-Channel/Nobody", ""}
		}
		for _, channel := range channels {
			line, err := json.Marshal(map[string]any{"ProviderName": "X", "EventID": 1, "Computer": "h", "Channel": channel, "EventRecordID": 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := datasetOf(t, line); got != s.Dataset {
				t.Errorf("channel %q: dataset %s, want %s", channel, got, s.Dataset)
			}
		}
	}
	if got := datasetOf(t, []byte("no event")); !known[got] {
		t.Errorf("what is no event has the dataset %q", got)
	}
	// A channel that is in no sample: the code knows it all the same.
	source, err := os.ReadFile("../../../enrich/names.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`dataset\{"[a-z]+", "([a-z_.]+)"\}`).FindAllSubmatch(source, -1)
	if len(found) < len(Streams) {
		t.Fatalf("%d datasets in names.go", len(found))
	}
	for _, m := range found {
		if !known[string(m[1])] {
			t.Errorf("dataset %s is missing", m[1])
		}
	}
}

func TestSamplesHaveStreams(t *testing.T) {
	known := map[string]bool{}
	for _, s := range Streams {
		known[s.Dataset] = true
	}
	for _, file := range samples.Files() {
		lines, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines[:min(len(lines), 200)] {
			if got := datasetOf(t, line); !known[got] {
				t.Fatalf("%s: dataset %q", file, got)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	const byDefault = "{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}"
	for _, c := range []struct {
		template, dataset string
		namespaces        []string
		want              string // the first, and how many; or the error
	}{
		{byDefault, "", nil, "logs-system.application-* 9"},
		{byDefault, "", []string{"prod"}, "logs-system.application-prod 9"},
		{byDefault, "", []string{"prod", "test"}, "logs-system.application-prod 18"},
		{byDefault, "winevent.all", nil, "logs-winevent.all-* 1"},
		{"winevent", "", nil, "winevent 1"},
		{"Winevent-{{ severity }}-x", "", nil, "winevent-*-x 1"},
		{"winevent-{{dataset}}", "", nil, "winevent-system.application 9"},
		{"{{severity}}", "", nil, "nearly any name"},
		{"logs-{{severity}}", "", nil, "nearly any name"},
		{"w{{severity}}", "", nil, "nearly any name"},
	} {
		got, err := Patterns(c.template, c.dataset, c.namespaces)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", c.template, err)
			}
			continue
		}
		first, n, _ := strings.Cut(c.want, " ")
		if got[0] != first || n != strconv.Itoa(len(got)) || !slices.IsSorted(got) {
			t.Errorf("%s %s %v: %q, want %s", c.template, c.dataset, c.namespaces, got, c.want)
		}
	}
}
