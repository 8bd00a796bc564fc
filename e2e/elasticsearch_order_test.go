package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"winevent/internal/elastictest"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// testElasticOrders sends the same records in different orders, each into fresh
// data streams: with winevent's templates all are stored, whichever came first.
// Where nothing but the server's guesses maps the fields, some are refused: each
// of those is in the dead letter file with Elasticsearch's reason. The usual
// numbers keep the test short; the whole thing is WINEVENT_E2E_ORDERS=10
// WINEVENT_E2E_ORDER_RECORDS=50000.
func testElasticOrders(t *testing.T, node *elastictest.Node) {
	node.MustDo(t, "PUT", "/_index_template/bare", `{"index_patterns":["logs-*-bare*"],"priority":500,"data_stream":{}}`)
	orders, total := setting(t, "WINEVENT_E2E_ORDERS", 2), setting(t, "WINEVENT_E2E_ORDER_RECORDS", 5000)
	refused := 0
	for n := range orders {
		for _, templates := range []string{"winevent", "bare"} {
			namespace := fmt.Sprintf("%s%d", templates, n)
			t.Run(namespace, func(t *testing.T) {
				s := sendInOrder(t, node, namespace, order(n, total))
				t.Logf("%d stored in %d data streams, %d refused: %s", sum(s.stored), len(s.streams), sum(s.refused), described(s.reasons))
				if templates == "bare" {
					refused += sum(s.refused)
				} else if sum(s.refused) > 0 {
					t.Error("records are refused in spite of the templates")
				}
			})
		}
	}
	if refused == 0 {
		t.Error("the server's guesses fit every record: the test shows nothing")
	}
}

// order is how the records come: as recorded, backwards, or mixed.
func order(n, total int) []int {
	numbers := make([]int, total)
	for i := range numbers {
		numbers[i] = i
	}
	switch {
	case n == 1:
		slices.Reverse(numbers)
	case n > 1:
		r := rand.New(rand.NewPCG(1, uint64(n)))
		r.Shuffle(total, func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	}
	return numbers
}

func sendInOrder(t *testing.T, node *elastictest.Node, namespace string, numbers []int) *stock {
	t.Helper()
	dir, events, begin := t.TempDir(), winevtlogEvents(t), time.Now()
	// One chunk and one request at a time, or the order would be another.
	s := startStream(t, dir, elasticConfig(t, dir, node, namespace, "elasticsearch_bulks 1"))
	n := 0
	for part := range slices.Chunk(numbers, chunkRecords) {
		must(t, s.send(chunkName(n), events.chunkOf(part)))
		n++
		waitFor(t, func() bool { return s.delivered() == n })
	}
	s.quit(t)
	t.Logf("%d records in %s", len(numbers), time.Since(begin).Round(time.Millisecond))
	return takeStock(t, node, namespace, dir, len(numbers))
}

// chunkOf makes the chunk of some records, in their order.
func (all numbered) chunkOf(numbers []int) []byte {
	var chunk, body []byte
	for _, n := range numbers {
		r := all[n%len(all)]
		body = binary.BigEndian.AppendUint64(append(body[:0], r[0]...), uint64(firstRecordID+n))
		chunk = testchunk.AppendRecord(chunk, append(body, r[1]...), readAt.Add(time.Duration(n)*time.Millisecond), testchunk.WithMetadata)
	}
	return chunk
}

func described(reasons map[string]int) (text string) {
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		text += fmt.Sprintf("\n%6d %.300s", reasons[reason], reason)
	}
	return text
}

// winevtlogEvents are the recorded events of in_winevtlog in all its shapes,
// with and without the names of parameters.
func winevtlogEvents(t *testing.T) numbered {
	t.Helper()
	const placeholder = 0x7aa55aa55aa55aa5
	marked, where := fmt.Appendf(nil, `"EventRecordID":%d`, placeholder), binary.BigEndian.AppendUint64(nil, placeholder)
	files, err := filepath.Glob(samples.Dir("samples", "*winevtlog*.jsonl.gz"))
	must(t, err)
	var all numbered
	for _, file := range files {
		for _, line := range lines(t, filepath.Base(file)) {
			body, err := testchunk.JSON(recordID.ReplaceAll(line, marked))
			must(t, err)
			if before, behind, found := bytes.Cut(body, where); found {
				all = append(all, [2][]byte{before, behind})
			}
		}
	}
	if len(all) < 5000 {
		t.Fatalf("%d events in %q", len(all), files)
	}
	return all
}
