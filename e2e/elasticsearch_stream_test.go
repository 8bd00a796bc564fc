package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"winevent/internal/elastictest"
)

// TestElasticsearch are the tests that share a node. It has TLS and users, as
// every Elasticsearch has by itself.
func TestElasticsearch(t *testing.T) {
	node := elasticNode(t, elastictest.Options{Security: true})
	t.Run("configurations", func(t *testing.T) { testElasticConfigurations(t, node) })
	t.Run("thrice", func(t *testing.T) { testElasticThrice(t, node) })
	t.Run("orders", func(t *testing.T) { testElasticOrders(t, node) })
}

// testElasticThrice sends all recorded events, in all the shapes there are, three
// times: each is found by its event.id, once. What there should be is what the
// same chunks leave in a file.
func testElasticThrice(t *testing.T, node *elastictest.Node) {
	dir := t.TempDir()
	args := []string{"--guard", "--threads", "2", "--repeat", "3"}
	for i, chunk := range sampleChunks(t) {
		args = append(args, "--chunk", write(t, dir, fmt.Sprint("chunk", i), chunk))
	}
	text, err := os.ReadFile(elasticConfig(t, dir, node, "thrice"))
	must(t, err)
	both := write(t, dir, "both.conf", fmt.Appendf(text, `
[OUTPUT]
    Name             winevent
    output           file
    namespace        thrice
    file_path        %[1]s/events.ndjson
    dead_letter_file %[1]s/dead-letter-of-file.ndjson
`, dir))
	if r := run(t, dir, both, args...); r.status != allOK {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	noDeadLetters(t, dir)
	want := map[string]map[string]bool{} // ids by data stream
	documents := 0
	for _, line := range fileLines(t, filepath.Join(dir, "events.ndjson")) {
		stream, id := placeOf(t, line)
		if want[stream] == nil {
			want[stream] = map[string]bool{}
		}
		want[stream][id] = true
		documents++
	}
	events := 0
	for _, stream := range slices.Sorted(maps.Keys(want)) {
		findAll(t, node, stream, want[stream])
		events += len(want[stream])
	}
	if n := node.Count(t, "logs-*-thrice"); n != events {
		t.Errorf("%d documents in all data streams, want %d", n, events)
	}
	t.Logf("%d documents sent, %d different events in %d data streams", documents, events, len(want))
}

func placeOf(t *testing.T, line string) (stream, id string) {
	t.Helper()
	var d struct {
		Stream struct{ Type, Dataset, Namespace string } `json:"data_stream"`
		Event  struct{ ID string }
	}
	must(t, json.Unmarshal([]byte(line), &d))
	return d.Stream.Type + "-" + d.Stream.Dataset + "-" + d.Stream.Namespace, d.Event.ID
}

// findAll searches a data stream for event ids, and expects each once.
func findAll(t *testing.T, node *elastictest.Node, stream string, ids map[string]bool) {
	t.Helper()
	if n := node.Count(t, stream); n != len(ids) {
		t.Errorf("%s: %d documents, want %d", stream, n, len(ids))
	}
	found := map[string]int{}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(ids)), 1000) {
		query, err := json.Marshal(map[string]any{"size": 10_000, "_source": []string{"event.id"}, "query": map[string]any{"terms": map[string]any{"event.id": part}}})
		must(t, err)
		var answer struct {
			Hits struct{ Hits []elastictest.Hit }
		}
		must(t, json.Unmarshal(node.Search(t, stream, string(query)), &answer))
		for _, h := range answer.Hits.Hits {
			found[h.ID]++
		}
	}
	for id := range ids {
		if found[id] != 1 {
			t.Errorf("%s: event %s is found %d times", stream, id, found[id])
		}
	}
	t.Logf("%6d events in %s", len(ids), stream)
}
