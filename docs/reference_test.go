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
	"winevent/plugin/convert"
)

var update = flag.Bool("update", false, "write the references anew")

func TestReferencesAreCurrent(t *testing.T) {
	for name, want := range map[string]string{"options.md": optionReference(), "fields.md": fieldReference(), "schema.json": schemaReference(),
		"convert-config.md": convertReference(), "metrics.md": metricsReference()} {
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

func convertReference() string {
	var b strings.Builder
	b.WriteString("# What becomes of each key\n\n" + generated)
	b.WriteString("`winevent convert-config FILE` goes by these tables; [moving](moving.md) says what changes beside the keys.\n\n" +
		"These keys of Fluent Bit's core stay as they are in every output: `" + strings.Join(convert.KeptKeys(), "`, `") + "`.\n" +
		"Where `workers` or `retry_limit` is missing, `workers 2` or `retry_limit no_limits` is written.\n\n" +
		"**No counterpart** is said where something is lost: the command then ends with 3 and leaves a comment in the result. Where it\n" +
		"depends on the value, as of `write_operation`, it is said only when the value matters. A key that ends with `*` stands for all others\n" +
		"that begin so.\n")
	for _, t := range []struct{ heading, output string }{
		{"output es and output opensearch", "es"}, {"output kafka", "kafka"},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| key | winevent |\n|---|---|\n", t.heading)
		for _, r := range convert.Find(t.output).Rows {
			fmt.Fprintf(&b, "| `%s` | %s |\n", r.Key, cell(becomes(&r)))
		}
	}
	return b.String()
}

// becomes says what becomes of a key, for people.
func becomes(r *convert.Row) string {
	var parts []string
	if len(r.To) > 0 {
		parts = append(parts, "`"+strings.Join(r.To, "`, `")+"`")
	}
	if r.Lost {
		parts = append(parts, "**no counterpart**")
	} else if len(r.To) == 0 {
		parts = append(parts, "left out")
	}
	if r.Note != "" {
		parts = append(parts, r.Note)
	}
	return strings.Join(parts, ": ")
}

// cell makes text safe in a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }
