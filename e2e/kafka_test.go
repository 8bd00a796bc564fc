package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winevent/enrich"
	"winevent/internal/kafkatest"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// shared is a broker for the tests that need no cluster, started when first asked for.
var shared struct {
	once    sync.Once
	cluster *kafkatest.Cluster
	err     error
}

func broker(t *testing.T) *kafkatest.Cluster {
	t.Helper()
	shared.once.Do(func() { shared.cluster, shared.err = kafkatest.Run(kafkatest.Options{TLS: true, SASL: true}) })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}

// sharedTopic makes a topic of the shared broker, until the test ends.
func sharedTopic(t *testing.T, name string, partitions int, config map[string]string) {
	t.Helper()
	broker(t).CreateTopic(t, name, partitions, 1, config)
	t.Cleanup(func() { broker(t).DeleteTopic(t, name) })
}

func closeBroker() {
	if shared.cluster != nil {
		shared.cluster.Close()
	}
}

// kafkaConfig writes a configuration for output kafka and returns its path.
// Each further option is "key value".
func kafkaConfig(t *testing.T, dir, brokers, topic string, more ...string) string {
	t.Helper()
	text := "[OUTPUT]\n    Name winevent\n    Match *\n    output kafka\n    kafka_brokers " + brokers +
		"\n    kafka_topic " + topic + "\n    dead_letter_file " + dir + "/dead-letter.ndjson\n"
	for _, option := range more {
		text += "    " + option + "\n"
	}
	f, err := os.CreateTemp(dir, "*.conf")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}

// TestKafkaHoldsWhatTheFileHolds sends every recorded event to a file and to a
// broker: the same documents, byte for byte, in the same order for each host.
func TestKafkaHoldsWhatTheFileHolds(t *testing.T) {
	c, dir := broker(t), t.TempDir()
	sharedTopic(t, "samples", 3, nil)
	args := []string{"--guard"}
	for i, chunk := range sampleChunks(t) {
		args = append(args, "--chunk", write(t, dir, fmt.Sprint("chunk", i), chunk))
	}
	conf := write(t, dir, "both.conf", []byte(fmt.Sprintf(`
[OUTPUT]
    Name             winevent
    output           file
    file_path        %[1]s/events.ndjson
    dead_letter_file %[1]s/dead-letter.ndjson
[OUTPUT]
    Name             winevent
    output           kafka
    kafka_brokers    %[2]s
    kafka_topic      samples
    dead_letter_file %[1]s/dead-letter.ndjson
`, dir, c.Addr())))
	if r := run(t, dir, conf, args...); r.status != allOK {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	want := places{}
	for i, line := range fileLines(t, filepath.Join(dir, "events.ndjson")) {
		want.add(line, i)
	}
	lastOf := map[string]int{}
	messages := c.ReadAll(t, "samples")
	for i := range messages {
		m := &messages[i]
		place, found := want.take(string(m.Value))
		if !found {
			t.Fatalf("unexplained, or once too often: %.300s", m.Value)
		}
		key := string(m.Key)
		if last, known := lastOf[key]; key != "" && known && place < last {
			t.Errorf("%s: document %d comes after %d", key, place, last)
		}
		lastOf[key] = place
		checkHeaders(t, m)
	}
	if len(want) > 0 {
		t.Errorf("%d different documents are lost", len(want))
	}
	t.Logf("%d documents", len(messages))
}

// sampleChunks are all recorded events, in chunks of both framings. A line that
// is no JSON comes as in_tail hands it over.
func sampleChunks(t *testing.T) (chunks [][]byte) {
	t.Helper()
	const size = 500
	for _, file := range samples.Files() {
		all, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range all {
			if !json.Valid(line) {
				if all[n], err = json.Marshal(map[string]string{"log": string(line)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		for n := 0; n < len(all); n += size {
			framing := []testchunk.Framing{testchunk.WithMetadata, testchunk.Plain}[len(chunks)%2]
			chunks = append(chunks, chunkOf(t, framing, all[n:min(n+size, len(all))]...))
		}
	}
	return chunks
}

func fileLines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// places are where each document stands in a file; equal ones stand there several times.
type places map[string][]int

func (p places) add(document string, place int) { p[document] = append(p[document], place) }

// take returns the first place of a document, once.
func (p places) take(document string) (place int, found bool) {
	all := p[document]
	if len(all) == 0 {
		return 0, false
	}
	if p[document] = all[1:]; len(all) == 1 {
		delete(p, document)
	}
	return all[0], true
}

// checkHeaders compares a message's key and headers with its document.
func checkHeaders(t *testing.T, m *kafkatest.Message) {
	t.Helper()
	var d map[string]any
	if err := json.Unmarshal(m.Value, &d); err != nil {
		t.Fatalf("%v: %.300s", err, m.Value)
	}
	want := map[string]string{"content-type": "application/json", "schema-version": enrich.SchemaVersion}
	for _, path := range []string{"event.id", "event.code", "host.name", "winevent.severity", "winevent.symbolic_name"} {
		if text, _ := at(d, path).(string); text != "" {
			want[path] = text
		}
	}
	got := map[string]string{}
	for _, h := range m.Headers {
		got[h.Key] = string(h.Value)
	}
	if !maps.Equal(got, want) || string(m.Key) != want["host.name"] {
		t.Errorf("key %q headers %v, want %v", m.Key, got, want)
	}
}
