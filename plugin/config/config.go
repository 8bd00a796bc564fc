// Package config reads the options of one [OUTPUT] section. Each option is
// declared once, in the table of options.go; the table drives reading, the
// line that is logged at start, and the option reference.
package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/file"
	"winevent/outputs/kafka"
)

// Config is the options of one instance, read and checked.
type Config struct {
	Output           string
	MinSeverity      catalog.Severity
	IncludeCodes     Codes
	ExcludeCodes     Codes
	Remediation      enrich.Detail
	PreserveOriginal bool
	AlertMinSeverity catalog.Severity
	DeadLetterFile   string
	FlushTimeout     time.Duration
	FilePath         string
	FileMaxSize      int64
	FileMaxFiles     int
	Dataset          string
	Namespace        string
	// MetricsListen is host:port, empty for none; MetricsName empty for Fluent Bit's.
	MetricsListen   string
	MetricsName     string
	SummaryInterval time.Duration
	// Catalog has the user's entries; nil for the built-in catalog alone.
	Catalog *catalog.Catalog
	// Kafka and Elasticsearch lack their Log.
	Kafka         kafka.Config
	Elasticsearch elasticsearch.Config
}

// Fault is one thing wrong with a configuration.
type Fault struct {
	// Key and Value as they stand in the configuration.
	Key, Value string
	// Fix says what to write instead.
	Fix string
}

// Error implements error.
func (f *Fault) Error() string { return fmt.Sprintf("%s %q: %s", f.Key, f.Value, f.Fix) }

// Read reads all options through get, which returns the value of a key, empty
// when it is not set (Fluent Bit's Go interface cannot tell the two apart).
// The error joins every fault there is, each a *Fault.
func Read(get func(key string) string) (Config, error) {
	var c Config
	var faults []error
	for i := range options {
		o := &options[i]
		text := strings.TrimSpace(get(o.Key))
		value := text
		if value == "" {
			value = o.Default
		}
		if err := o.set(&c, value); err != nil {
			faults = append(faults, &Fault{o.Key, shown(o, text), err.Error()})
		}
	}
	faults = append(faults, c.check()...)
	faults = append(faults, misspelt(get)...)
	return c, errors.Join(faults...)
}

// check looks at options together.
func (c *Config) check() []error {
	var faults []error
	if c.Output == "file" && c.FilePath == "" {
		faults = append(faults, &Fault{"file_path", "", "set it to the file to append to: output file needs it"})
	}
	if c.Output == "file" && c.FilePath != "" && file.SamePath(c.FilePath, c.DeadLetterFile) {
		faults = append(faults, &Fault{"dead_letter_file", c.DeadLetterFile, "must be another file than file_path"})
	}
	switch c.Output {
	case "kafka":
		faults = append(faults, c.checkKafka()...)
	case "elasticsearch":
		faults = append(faults, c.checkElasticsearch()...)
	}
	for code := range c.IncludeCodes {
		if c.ExcludeCodes[code] {
			faults = append(faults, &Fault{"exclude_codes", fmt.Sprint(code), "stands in include_codes too: remove it from one of them"})
		}
	}
	return faults
}

// misspelt finds keys that are none, but that people write. Fluent Bit does not
// tell a Go plugin which keys a section has, so only known ones can be found.
func misspelt(get func(string) string) []error {
	var faults []error
	for _, m := range mistakes {
		if value := strings.TrimSpace(get(m.key)); value != "" {
			faults = append(faults, &Fault{m.key, m.shown(value), m.fix})
		}
	}
	return faults
}

// Unknown returns a fault for each key that is no option. It is for readers
// of whole configuration files.
func Unknown(keys []string) []error {
	var faults []error
	for _, key := range keys {
		if !known(key) {
			faults = append(faults, &Fault{key, "", "no option of winevent; the reference lists them"})
		}
	}
	return faults
}

func known(key string) bool {
	for i := range options {
		if strings.EqualFold(options[i].Key, key) {
			return true
		}
	}
	for _, m := range mistakes {
		if strings.EqualFold(m.key, key) {
			return true // Read names it, with the fix
		}
	}
	return false
}

// Enrichment is what the options say about documents.
func (c *Config) Enrichment() enrich.Options {
	return enrich.Options{
		Remediation:      c.Remediation,
		PreserveOriginal: c.PreserveOriginal,
		AlertMinSeverity: c.AlertMinSeverity,
		Dataset:          c.Dataset,
		Namespace:        c.Namespace,
		Catalog:          c.Catalog,
	}
}

// StartLine lists the options that differ from their defaults, secrets hidden.
func StartLine(get func(key string) string) string {
	var parts []string
	for i := range options {
		o := &options[i]
		text := strings.TrimSpace(get(o.Key))
		if (text == "" || text == o.Default) && o.Key != "output" {
			continue
		}
		if text == "" {
			text = o.Default
		}
		parts = append(parts, fmt.Sprintf("%s=%q", o.Key, shown(o, text)))
	}
	return strings.Join(parts, " ")
}

// shown hides what may be a credential under a key of another output.
func (m *mistake) shown(value string) string {
	for _, word := range []string{"pass", "cloud_auth", "api_key", "key.pem", "token"} {
		if strings.Contains(m.key, word) {
			return "***"
		}
	}
	return value
}

func shown(o *Option, value string) string {
	if o.Secret && value != "" {
		return "***"
	}
	return value
}
