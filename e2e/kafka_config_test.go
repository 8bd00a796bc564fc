package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"winevent/internal/kafkatest"
)

// TestKafkaConfigurations delivers recorded events with the configurations of
// testdata/config for Kafka, as they stand there.
func TestKafkaConfigurations(t *testing.T) {
	c := broker(t)
	t.Setenv("KAFKA_CA_FILE", c.CAFile)
	t.Setenv("KAFKA_USERNAME", kafkatest.ScramUser)
	severities := []string{".informational", ".low", ".medium", ".high", ".critical"}
	for _, test := range []struct {
		config, brokers string
		topics          []string // what follows $KAFKA_TOPIC
	}{
		{"kafka.conf", c.Addr(), []string{""}},
		{"kafka.yaml", c.Addr(), []string{""}},
		{"kafka-secure.yaml", c.SASLTLSAddr(), severities},
	} {
		t.Run(test.config, func(t *testing.T) {
			t.Setenv("KAFKA_BROKERS", test.brokers)
			t.Setenv("KAFKA_TOPIC", test.config)
			for _, topic := range test.topics {
				sharedTopic(t, test.config+topic, 2, nil)
			}
			dir := t.TempDir()
			write(t, dir, "kafka-password", []byte(kafkatest.Scram512Password+"\n"))
			r := run(t, dir, classic(t, dir, test.config), "--chunk", write(t, dir, "chunk", numberedEvents(t).chunk(0, chunkRecords)))
			if r.status != allOK || strings.Contains(r.stderr, "[warn]") || strings.Contains(r.stderr, kafkatest.Scram512Password) {
				t.Fatalf("status %d\n%s", r.status, r.stderr)
			}
			seen := map[int]int{}
			for _, topic := range test.topics {
				for _, m := range c.ReadAll(t, test.config+topic) {
					n, err := number(m.Value)
					if seen[n]++; err != nil || n < 0 || n >= chunkRecords || seen[n] > 1 {
						t.Errorf("record %d, %d times, %v", n, seen[n], err)
					}
				}
			}
			if len(seen) != chunkRecords {
				t.Errorf("%d of %d records are there", len(seen), chunkRecords)
			}
		})
	}
}

// classic returns the path of a classic configuration with the outputs of one
// in testdata/config: the host reads no other.
func classic(t *testing.T, dir, name string) string {
	t.Helper()
	if filepath.Ext(name) != ".yaml" {
		return config(name)
	}
	text, err := os.ReadFile(config(name))
	must(t, err)
	var file struct {
		Pipeline struct{ Outputs []yaml.MapSlice }
	}
	must(t, yaml.Unmarshal(text, &file))
	var sections strings.Builder
	for _, output := range file.Pipeline.Outputs {
		sections.WriteString("[OUTPUT]\n")
		for _, option := range output {
			fmt.Fprintf(&sections, "    %v %v\n", option.Key, option.Value)
		}
	}
	return write(t, dir, name+".conf", []byte(sections.String()))
}
