package docs

import (
	"fmt"
	"strings"

	"winevent/plugin/metrics"
)

// metricsReference is metrics.md.
func metricsReference() string {
	var b strings.Builder
	b.WriteString("# Metrics\n\n" + generated)
	b.WriteString("What a section with `metrics_listen` shows at `/metrics`, in the order of the code. [operate.md](operate.md) says what to watch\n" +
		"of it and what to do. Counters begin at 0 with the process and with every reload of Fluent Bit; use `rate()` and `increase()`.\n\n" +
		"Every metric of a section has the labels `name` (option `metrics_name`, by default `winevent.0`, `winevent.1` … as in Fluent\n" +
		"Bit's own metrics) and `output` (`stdout`, `file`, `kafka` or `elasticsearch`); the table lists those that come on top. All\n" +
		"series with known values are there from the start, with 0.\n\n" +
		"| metric | type | unit | labels | what it is |\n|---|---|---|---|---|\n")
	for _, m := range metrics.Metrics() {
		doc := cell(m.Doc)
		if m.Output != "" {
			doc = "output " + m.Output + ": " + doc
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", m.Name, m.Kind, unit(m.Name), labelCell(m.Labels), doc)
	}
	return b.String()
}

func labelCell(labels []metrics.Label) string {
	var parts []string
	for _, l := range labels {
		text := "`" + l.Name + "`"
		if len(l.Values) > 0 {
			text += ": `" + strings.Join(l.Values, "`, `") + "`"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// unit reads the unit in a metric's name.
func unit(name string) string {
	for _, u := range []string{"seconds", "bytes"} {
		if strings.HasSuffix(strings.TrimSuffix(name, "_total"), "_"+u) {
			return u
		}
	}
	return "number"
}
