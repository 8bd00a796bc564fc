package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"winevent/internal/samples"
)

// TestShippedConfigurations reads every configuration in the repository.
func TestShippedConfigurations(t *testing.T) {
	t.Setenv("KAFKA_BROKERS", "127.0.0.1:9092")
	t.Setenv("ELASTICSEARCH_URLS", "http://127.0.0.1:9200")
	t.Setenv("WINEVENT_DIR", t.TempDir())
	t.Setenv("WINEVENT_DEAD_LETTER_FILE", "dead")
	var names []string
	for _, pattern := range []string{samples.Dir("config", "*"), samples.Dir("..", "deploy", "*.yaml"), samples.Dir("..", "deploy", "linux", "*.yaml"),
		samples.Dir("..", "deploy", "compose", "fluent-bit.yaml")} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("nothing matches %s: %v", pattern, err)
		}
		names = append(names, found...)
	}
	for _, name := range names {
		var out, errors bytes.Buffer
		code := run([]string{"enrich", "--config", name}, strings.NewReader(""), &out, &errors)
		if want := filepath.Base(name) == "wrong.conf"; (code == exitUsage) != want || !want && code != 0 {
			t.Errorf("%s: exit %d: %s", filepath.Base(name), code, errors.String())
		}
	}
}
