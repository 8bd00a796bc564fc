// Package docs holds the references that are generated from the code to it.
package docs

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/plugin/config"
)

var update = flag.Bool("update", false, "write the references anew")

func TestReferencesAreCurrent(t *testing.T) {
	for name, want := range map[string]string{"options.md": optionReference(), "fields.md": fieldReference(), "schema.json": schemaReference(), "metrics.md": metricsReference()} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatalf("%v; make golden writes it", err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the code says: run make golden", name)
		}
	}
}

const generated = "<!-- Generated from the code by \"make golden\". Do not edit. -->\n\n"

func optionReference() string {
	var b strings.Builder
	b.WriteString("# Options\n\n" + generated)
	b.WriteString("Every key of an `[OUTPUT]` section with `Name winevent`. Keys are compared without case. Fluent Bit's own keys\n" +
		"(`Match`, `Alias`, `Workers`, `Retry_Limit`, `storage.total_limit_size` …) work as in every output; the core takes\n" +
		"`host`, `port` and `tls` for itself, so no option of winevent has such a name. An empty value is the same as none.\n\n" +
		"A wrong value, or a key that people write by mistake, stops Fluent Bit at start with one message that names every fault.\n\n" +
		"| key | value | default | what it does |\n|---|---|---|---|\n")
	for _, o := range config.Options() {
		def := "none"
		if o.Default != "" {
			def = "`" + o.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", o.Key, cell(o.Type), def, cell(o.Doc))
	}
	return b.String()
}

func fieldReference() string {
	var b strings.Builder
	b.WriteString("# Fields\n\n" + generated)
	b.WriteString("Every field that a document can have, in the order in which documents have them. Types are Elasticsearch's. Fields\n" +
		"marked ECS are defined by the Elastic Common Schema " + enrich.ECSVersion + "; `winlog.*` is as Winlogbeat and Elastic's Windows\n" +
		"packages name it, `winevent.*` is winevent's own.\n\n" +
		"| field | type | ECS | what it holds |\n|---|---|---|---|\n")
	for _, f := range enrich.Fields() {
		typ, ecs := string(f.Type), ""
		if f.Array {
			typ += "[]"
		}
		if f.ECS {
			ecs = "yes"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Path, typ, ecs, cell(f.Doc))
	}
	return b.String()
}

// cell makes text safe in a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
