package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
		{"config", "*"}, {"..", "deploy", "*.yaml"}, {"..", "deploy", "collector", "collector.*"}, {"..", "deploy", "linux", "*.yaml"},
		{"..", "deploy", "compose", "fluent-bit.yaml"},
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

// TestCollectorForms holds the YAML and the classic form of the collector's and the
// agents' configuration against each other: every key and every value.
func TestCollectorForms(t *testing.T) {
	for _, test := range []struct {
		name   string
		needed []string // what keeps events from being lost
	}{
		{"collector", []string{"service.storage.path=/var/lib/fluent-bit/buffer", "service.storage.checksum=off", "input.storage.type=filesystem",
			"input.tls.verify_client_cert=on", "output.retry_limit=no_limits", "output.workers=2"}},
		{"agent", []string{"input.storage.type=filesystem", "input.db=C:\\ProgramData\\fluent-bit\\winevtlog.sqlite", "output.retry_limit=no_limits",
			"output.require_ack_response=true", "output.tls.verify=on", "output.tls.verify_hostname=on"}},
	} {
		inYAML, classic := yamlKeys(t, test.name+".yaml"), classicKeys(t, test.name+".conf")
		if !slices.Equal(inYAML, classic) {
			t.Errorf("%s: YAML and classic differ:\n%s\n\n%s", test.name, strings.Join(inYAML, "\n"), strings.Join(classic, "\n"))
		}
		for _, key := range test.needed {
			if !slices.Contains(inYAML, key) {
				t.Errorf("%s lacks %s", test.name, key)
			}
		}
		if slices.ContainsFunc(inYAML, func(k string) bool { return strings.HasPrefix(k, "input.workers") }) {
			t.Errorf("%s: with workers the input answers before it has stored what came", test.name)
		}
	}
}

func collectorFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(samples.Dir("..", "deploy", "collector", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func yamlKeys(t *testing.T, name string) (all []string) {
	t.Helper()
	var file struct {
		Service  map[string]any
		Pipeline struct{ Inputs, Outputs []map[string]any }
	}
	if err := yaml.Unmarshal([]byte(collectorFile(t, name)), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Pipeline.Inputs) != 1 || len(file.Pipeline.Outputs) != 1 {
		t.Fatalf("%s: %+v", name, file.Pipeline)
	}
	for section, keys := range map[string]map[string]any{"service": file.Service, "input": file.Pipeline.Inputs[0], "output": file.Pipeline.Outputs[0]} {
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			all = append(all, fmt.Sprintf("%s.%s=%v", section, key, keys[key]))
		}
	}
	slices.Sort(all)
	return all
}

func classicKeys(t *testing.T, name string) (all []string) {
	t.Helper()
	section := ""
	err := scanClassic(collectorFile(t, name), func(l classicLine) error {
		if l.section != "" {
			section = strings.ToLower(l.section)
			return nil
		}
		all = append(all, section+"."+l.property.key+"="+l.property.value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
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
