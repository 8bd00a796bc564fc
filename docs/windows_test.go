package docs

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"winevent/enrich/catalog"
	"winevent/internal/samples"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestWindowsConfigurationIsShown: the page shows the file that is tested.
func TestWindowsConfigurationIsShown(t *testing.T) {
	page, file := readText(t, "windows.md"), readText(t, samples.Dir("config", "windows.yaml"))
	want := "```yaml windows.yaml\n" + file + "```\n"
	if *update {
		page = regexp.MustCompile("(?s)```yaml windows.yaml\n.*?```\n").ReplaceAllLiteralString(page, want)
		if err := os.WriteFile("windows.md", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(page, want) {
		t.Error("windows.md does not show testdata/config/windows.yaml as it is: run make golden")
	}
}

// winevtlogKeys are the options of in_winevtlog that do not concern other
// computers (config_map in plugins/in_winevtlog/in_winevtlog.c, Fluent Bit
// 5.1), and those of every input that the files use.
var winevtlogKeys = []string{"channels", "db", "interval_sec", "interval_nsec", "string_inserts", "event_data_as_map", "event_template_cache_size",
	"read_existing_events", "render_event_as_xml", "render_event_as_text", "render_event_text_key", "use_ansi", "ignore_missing_channels",
	"event_query", "read_limit_per_cycle", "name", "tag", "storage.type"}

// TestWindowsInputs: both configurations have the same input, with keys that Fluent Bit knows.
func TestWindowsInputs(t *testing.T) {
	var file struct {
		Pipeline struct{ Inputs []map[string]any }
	}
	if err := yaml.Unmarshal([]byte(readText(t, samples.Dir("config", "windows.yaml"))), &file); err != nil || len(file.Pipeline.Inputs) != 1 {
		t.Fatalf("%d inputs, %v", len(file.Pipeline.Inputs), err)
	}
	_, section, _ := strings.Cut(readText(t, samples.Dir("config", "windows.conf")), "[INPUT]\n")
	section, _, _ = strings.Cut(section, "\n[")
	classic := map[string]string{}
	for line := range strings.Lines(section) {
		if key, value, found := strings.Cut(strings.TrimSpace(line), " "); found && key != "#" {
			classic[strings.ToLower(key)] = strings.TrimSpace(value)
		}
	}
	for key, value := range file.Pipeline.Inputs[0] {
		if !slices.Contains(winevtlogKeys, key) {
			t.Errorf("in_winevtlog has no option %s", key)
		}
		if text := fmt.Sprint(value); classic[key] != text {
			t.Errorf("%s is %q in the classic file, %q in YAML", key, classic[key], text)
		}
	}
	if len(classic) != len(file.Pipeline.Inputs[0]) {
		t.Errorf("%d keys in the classic file, %d in YAML", len(classic), len(file.Pipeline.Inputs[0]))
	}
}

// TestWindowsAuditPolicy: the page switches on every subcategory that the
// firewall's, IPsec's and the Filtering Platform's events of the project's
// first documents need, and names each GUID rightly.
func TestWindowsAuditPolicy(t *testing.T) {
	names, needed := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(readText(t, "../enrich/catalog/source/audit-subcategories.tsv")) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 4 {
			names[cells[2]] = cells[1]
		}
	}
	for _, span := range [][2]uint32{{4946, 4954}, {4956, 4958}, {4960, 4963}, {4965, 4965}, {5027, 5028}, {5040, 5049}, {5456, 5462},
		{5466, 5468}, {5471, 5474}, {5478, 5480}, {5483, 5485}} {
		for code := span[0]; code <= span[1]; code++ {
			e := catalog.Lookup([]byte("Microsoft-Windows-Security-Auditing"), code)
			if e == nil || len(e.Audit) == 0 {
				t.Fatalf("event %d has no subcategory", code)
			}
			for _, a := range e.Audit {
				needed[a.Subcategory] = true
			}
		}
	}
	lines := regexp.MustCompile(`(?m)^rem ([^:\n]+): .*\nauditpol /set /subcategory:"(\{[0-9A-F-]+\})" /success:enable /failure:enable$`).
		FindAllStringSubmatch(readText(t, "windows.md"), -1)
	for _, line := range lines {
		if name := names[line[2]]; name != line[1] {
			t.Errorf("%s is %q, not %q", line[2], name, line[1])
		}
		if !needed[line[1]] {
			t.Errorf("%s is not needed, or stands there twice", line[1])
		}
		delete(needed, line[1])
	}
	for name := range needed {
		t.Errorf("%s is not switched on", name)
	}
}
