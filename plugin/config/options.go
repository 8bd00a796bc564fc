package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/catalog/userfile"
	"winevent/plugin/convert"
)

// Option is a row of the table of options.
type Option struct {
	// Key in lower snake case; Fluent Bit compares keys without case.
	Key string
	// Type is what the value may be, for people.
	Type string
	// Default as it would be written; empty for none.
	Default string
	// Secret keeps the value out of logs and errors.
	Secret bool
	// Doc says what the option does.
	Doc string
	set func(c *Config, value string) error
}

// Options returns the table. The slice must not be changed.
func Options() []Option { return options }

var options = slices.Concat(commonOptions, metricsOptions, kafkaOptions, elasticsearchOptions)

// The places where documents can go.
var outputNames = []string{"stdout", "file", "kafka", "elasticsearch"}

var commonOptions = []Option{
	{Key: "output", Type: orList(outputNames), Default: "stdout",
		Doc: "Where the documents go. One section is one destination; write several sections for several.",
		set: func(c *Config, v string) error { return oneOf(&c.Output, v, outputNames) }},
	{Key: "min_severity", Type: severityType, Default: "informational",
		Doc: "Events below this severity are not sent. Records that are no readable event are always sent.",
		set: func(c *Config, v string) error { return severity(&c.MinSeverity, v) }},
	{Key: "include_codes", Type: "event ids and ranges, separated by commas",
		Doc: "Only these event ids are sent (4946-4958, 5462). Empty: all. Records that are no readable event are always sent.",
		set: func(c *Config, v string) error { return codes(&c.IncludeCodes, v) }},
	{Key: "exclude_codes", Type: "event ids and ranges, separated by commas",
		Doc: "These event ids are not sent.",
		set: func(c *Config, v string) error { return codes(&c.ExcludeCodes, v) }},
	{Key: "remediation", Type: "full, summary or off", Default: "full",
		Doc: "How much of the remediation travels with each event: all of it, its summary and reference, or nothing.",
		set: func(c *Config, v string) (err error) { c.Remediation, err = enrich.ParseDetail(v); return err }},
	{Key: "preserve_original", Type: "on or off", Default: "off",
		Doc: "Adds the record as it came, as event.original.",
		set: func(c *Config, v string) error { return boolean(&c.PreserveOriginal, v) }},
	{Key: "alert_min_severity", Type: severityType + ", or off", Default: "off",
		Doc: "Events of this severity and above get event.kind alert instead of event.",
		set: setAlert},
	{Key: "dataset", Type: "text",
		Doc: "event.dataset and data_stream.dataset of all events, instead of the one of each channel. With Elastic's own packages installed, their ingest pipelines would run on documents that are enriched already; another dataset keeps them apart.",
		set: func(c *Config, v string) error { return streamName(&c.Dataset, v) }},
	{Key: "namespace", Type: "text",
		Doc: "data_stream.namespace of all events; default when not set.",
		set: func(c *Config, v string) error { return streamName(&c.Namespace, v) }},
	{Key: "catalog_file", Type: "path",
		Doc: "A YAML file with your own entries for the catalog: it changes what built-in entries say, adds events and links your own pages (docs/catalog-file.md). Read at start; a file with faults stops it, with all of them and their lines. `winevent catalog check FILE` looks at one beforehand.",
		set: setCatalog},
	{Key: "dead_letter_file", Type: "path", Default: "winevent-dead-letter.ndjson",
		Doc: "Takes what cannot be delivered: the corrupt rest of a chunk, and records that the destination refuses for good; each with its original bytes, the reason, the time and the tag. Created when first needed, with mode 0600; on Windows for its user, SYSTEM and administrators alone.",
		set: func(c *Config, v string) error { c.DeadLetterFile = v; return nil }},
	{Key: "flush_timeout", Type: "duration (30s, 2m)", Default: "60s",
		Doc: "How long one flush may take, its retries included. What is not acknowledged by then is sent again when Fluent Bit retries the chunk.",
		set: func(c *Config, v string) error { return duration(&c.FlushTimeout, v, time.Second, time.Hour) }},
	{Key: "file_path", Type: "path",
		Doc: "output file: the file to append to. Created when it is not there, with mode 0600; on Windows for its user, SYSTEM and administrators alone. Its folder must exist.",
		set: func(c *Config, v string) error { c.FilePath = v; return nil }},
	{Key: "file_max_size", Type: "size (500M, 2G), 0 for no limit", Default: "0",
		Doc: "output file: a write that would make the file larger first renames it to file_path.1, that to file_path.2 and so on.",
		set: func(c *Config, v string) error { return size(&c.FileMaxSize, v) }},
	{Key: "file_max_files", Type: "number, 0 for all", Default: "0",
		Doc: "output file: how many renamed files are kept. With 0 none is ever removed.",
		set: func(c *Config, v string) error { return number(&c.FileMaxFiles, v, 0, 100000) }},
}

// mistakes are keys that people write for others, and keys of Fluent Bit's own
// outputs, with what to write instead.
var mistakes = withForeign(slices.Concat(commonMistakes, metricsMistakes, kafkaMistakes, elasticsearchMistakes))

// mistake is a key that is none, and what to do about it.
type mistake struct{ key, fix string }

// withForeign adds the keys of Fluent Bit's own outputs that a plugin can see.
func withForeign(all []mistake) []mistake {
	for _, o := range convert.Outputs() {
		for i := range o.Rows {
			r := &o.Rows[i]
			known := slices.ContainsFunc(all, func(m mistake) bool { return m.key == r.Key })
			if r.Core || known || strings.HasSuffix(r.Key, "*") {
				continue
			}
			all = append(all, mistake{r.Key, r.Fix()})
		}
	}
	return all
}

var commonMistakes = []mistake{
	{"path", "write file_path"},
	{"file", "write file_path"},
	{"file_name", "write file_path"},
	{"format", "remove it: documents are always JSON, one a line"},
	{"severity", "write min_severity"},
	{"min_level", "write min_severity"},
	{"codes", "write include_codes"},
	{"event_ids", "write include_codes"},
	{"include_code", "write include_codes"},
	{"exclude_code", "write exclude_codes"},
	{"exclude_event_ids", "write exclude_codes"},
	{"dead_letter", "write dead_letter_file"},
	{"dead_letter_path", "write dead_letter_file"},
	{"timeout", "write flush_timeout"},
	{"catalog", "write catalog_file"},
	{"catalog_path", "write catalog_file"},
}

var severityType = orList(catalog.SeverityNames())

func orList(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

func oneOf(dst *string, v string, names []string) error {
	for _, n := range names {
		if strings.EqualFold(v, n) {
			*dst = n
			return nil
		}
	}
	return fmt.Errorf("must be %s", orList(names))
}

func severity(dst *catalog.Severity, v string) error {
	s, ok := catalog.ParseSeverity(v)
	if !ok {
		return fmt.Errorf("must be %s", severityType)
	}
	*dst = s
	return nil
}

func setAlert(c *Config, v string) error {
	if strings.EqualFold(v, "off") {
		return nil
	}
	if severity(&c.AlertMinSeverity, v) != nil {
		return fmt.Errorf("must be %s, or off", severityType)
	}
	return nil
}

// setCatalog reads the user's catalog: its faults are faults of the configuration.
func setCatalog(c *Config, v string) (err error) {
	if v == "" {
		return nil
	}
	if c.Catalog, err = userfile.Read(v); err != nil {
		return fmt.Errorf("must be a file without faults:\n%w", err)
	}
	return nil
}

// boolean reads what Fluent Bit reads as one.
func boolean(dst *bool, v string) error {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1":
		*dst = true
	case "off", "false", "no", "0":
		*dst = false
	default:
		return errors.New("must be on or off")
	}
	return nil
}

// inverted reads an option whose off is a setting's true.
func inverted(dst *bool, v string) error {
	err := boolean(dst, v)
	*dst = err == nil && !*dst
	return err
}

func number(dst *int, v string, low, high int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < low || n > high {
		return fmt.Errorf("must be a number from %d to %d", low, high)
	}
	*dst = n
	return nil
}

func duration(dst *time.Duration, v string, low, high time.Duration) error {
	if _, err := strconv.Atoi(v); err == nil {
		v += "s" // Fluent Bit's times are in seconds
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < low || d > high {
		return fmt.Errorf("must be a duration from %v to %v, such as 30s", low, high)
	}
	*dst = d
	return nil
}

// size reads a number of bytes as Fluent Bit does: with K, M or G, each with or without B.
func size(dst *int64, v string) error {
	digits := strings.TrimRight(strings.ToUpper(v), "B")
	unit := int64(1)
	for _, u := range []struct {
		suffix string
		bytes  int64
	}{{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}} {
		if rest, found := strings.CutSuffix(digits, u.suffix); found {
			digits, unit = rest, u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
	if err != nil || n < 0 || n > 1<<50/unit {
		return errors.New("must be a size such as 500M or 2G, or 0")
	}
	*dst = n * unit
	return nil
}

// Codes is a set of event ids.
type Codes map[uint64]bool

// Has tells whether the set has an event id, of whatever size a record gives it.
func (c Codes) Has(code uint64) bool { return c[code] }

func codes(dst *Codes, v string) error {
	if v == "" {
		return nil
	}
	set := Codes{}
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		first, last, isRange := strings.Cut(part, "-")
		low, err1 := strconv.ParseUint(first, 10, 16)
		high, err2 := low, error(nil)
		if isRange {
			high, err2 = strconv.ParseUint(last, 10, 16)
		}
		if err1 != nil || err2 != nil || low > high {
			return fmt.Errorf("%q is no event id (0 to 65535) and no range of them such as 4946-4958", part)
		}
		for code := low; code <= high; code++ {
			set[code] = true
		}
	}
	*dst = set
	return nil
}
