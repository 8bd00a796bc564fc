package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"winevent/internal/samples"
)

// TestShippedConfigurations reads every configuration in the repository.
func TestShippedConfigurations(t *testing.T) {
	t.Setenv("KAFKA_BROKERS", "127.0.0.1:9092")
	t.Setenv("ELASTICSEARCH_URLS", "http://127.0.0.1:9200")
	t.Setenv("WINEVENT_DIR", t.TempDir())
	t.Setenv("WINEVENT_DEAD_LETTER_FILE", "dead")
	names := []string{inConfigMap(t, samples.Dir("..", "deploy", "kubernetes", "collector.yaml"))}
	for _, pattern := range [][]string{
		{"config", "*"}, {"..", "deploy", "*.yaml"}, {"..", "deploy", "linux", "*.yaml"}, {"..", "deploy", "compose", "fluent-bit.yaml"},
	} {
		found, err := filepath.Glob(samples.Dir(pattern...))
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

// inConfigMap returns a file with the configuration that a ConfigMap holds.
func inConfigMap(t *testing.T, manifests string) string {
	t.Helper()
	text, err := os.ReadFile(manifests)
	if err != nil {
		t.Fatal(err)
	}
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var object struct {
			Kind string            `yaml:"kind"`
			Data map[string]string `yaml:"data"`
		}
		if err := d.Decode(&object); errors.Is(err, io.EOF) {
			t.Fatalf("%s has no ConfigMap with winevent.yaml", manifests)
		} else if err != nil {
			t.Fatal(err)
		}
		if config := object.Data["winevent.yaml"]; object.Kind == "ConfigMap" && config != "" {
			path := filepath.Join(t.TempDir(), "collector.yaml")
			if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
	}
}
