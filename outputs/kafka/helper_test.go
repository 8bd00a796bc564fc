package kafka

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/internal/kafkatest"
	"winevent/internal/testlog"
	"winevent/outputs"
)

// openOutput opens an output for a test. Topic and key are the documents' attributes
// as the test gives them.
func openOutput(t testing.TB, addr string, change func(*Config)) (*Output, *testlog.Log) {
	t.Helper()
	log := &testlog.Log{}
	topic, err := enrich.ParseTemplate("winevent.{{severity}}", "unknown")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Brokers: strings.Split(addr, ","), Topic: topic, MaxTopics: 100, Partitioner: "crc32", Compression: "lz4",
		Idempotence: true, BatchBytes: 100_000, MaxBatchBytes: 100 << 20, RequestTimeout: 10 * time.Second,
		ClientID: "test", SASLMechanism: "none", Log: log.Logger(),
	}
	if change != nil {
		change(&c)
	}
	o, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o, log
}

// document is what a test sends.
type document struct{ topic, key, id, body string }

// id is an event.id.
func id(n int) string { return fmt.Sprintf("%032x", n) }

// documents makes n documents of about 1 KB, from a number on, of seven hosts.
func documents(topic string, from, n int) []document {
	var list []document
	for i := from; i < from+n; i++ {
		list = append(list, document{topic, fmt.Sprintf("host%d", i%7), id(i), fmt.Sprintf(`{"n":%d,"pad":"%s"}`, i, strings.Repeat("x", 900))})
	}
	return list
}

// batchOf makes a batch as a flush does; the documents' places in the chunk are those in the list.
func batchOf(docs []document) *outputs.Batch {
	b := &outputs.Batch{}
	for n, d := range docs {
		addTo(b, n, d)
	}
	return b
}

func addTo(b *outputs.Batch, record int, d document) {
	b.Commit(append(b.Begin(), d.body...), record, []byte(d.id))
	for _, a := range []string{d.topic, d.key, "4624", d.key, "low", "SE_AUDITID_TEST"} {
		b.CommitAttribute(append(b.BeginAttribute(), a...))
	}
}

// comeAgain makes the batch of a chunk that comes again: the documents that failed,
// and what the output remembers.
func comeAgain(b *outputs.Batch, docs []document, failures []outputs.Failure) *outputs.Batch {
	next := &outputs.Batch{Memory: b.Memory}
	for _, f := range failures {
		n := b.Record(f.Index)
		addTo(next, n, docs[n])
	}
	return next
}

// send writes documents as one chunk until all are acknowledged, as Fluent Bit
// would, and returns the failures that are for good. It gives up after a while.
func send(t testing.TB, o *Output, docs []document, flush time.Duration) (dead []outputs.Failure) {
	t.Helper()
	b := batchOf(docs)
	for deadline := time.Now().Add(2 * time.Minute); ; {
		failures := writeFor(o, b, flush)
		var retry []outputs.Failure
		for _, f := range failures {
			if f.Err.Retryable {
				retry = append(retry, f)
			} else {
				dead = append(dead, outputs.Failure{Index: b.Record(f.Index), Err: f.Err})
			}
		}
		if len(retry) == 0 {
			return dead
		}
		if time.Now().After(deadline) {
			t.Errorf("not acknowledged in time: %v", retry[0].Err)
			return dead
		}
		b = comeAgain(b, docs, retry)
	}
}

func writeFor(o *Output, b *outputs.Batch, flush time.Duration) []outputs.Failure {
	ctx, cancel := context.WithTimeout(context.Background(), flush)
	defer cancel()
	return outputs.Failures(o.Write(ctx, b), b.Len())
}

// account reads a topic and compares it with the documents that must be in it:
// each id once, its bytes as sent, and each key's documents in their order.
// It returns how many are there more than once.
func account(t testing.TB, c *kafkatest.Cluster, topic string, want []document) (twice int) {
	t.Helper()
	index := map[string]int{}
	for n, d := range want {
		index[d.id] = n
	}
	seen := map[string]int{}
	lastOf := map[string]int{}
	for _, m := range c.ReadAll(t, topic) {
		headers := map[string]string{}
		for _, h := range m.Headers {
			headers[h.Key] = string(h.Value)
		}
		id := headers["event.id"]
		n, ok := index[id]
		if !ok {
			t.Errorf("%s: unexplained id %s", topic, id)
			continue
		}
		if seen[id]++; seen[id] > 1 {
			twice++
			continue
		}
		d := want[n]
		if string(m.Value) != d.body || string(m.Key) != d.key || headers["content-type"] != "application/json" || headers["host.name"] != d.key {
			t.Fatalf("%s: document %s came as key %q, headers %v, %d bytes", topic, id, m.Key, headers, len(m.Value))
		}
		last, known := lastOf[d.key]
		if known && n < last && d.key != "" {
			t.Errorf("%s: document %d of %s comes after %d", topic, n, d.key, last)
		}
		lastOf[d.key] = n
	}
	if lost := len(want) - len(seen); lost != 0 {
		t.Errorf("%s: %d of %d documents are not there", topic, lost, len(want))
	}
	return twice
}

// firstError returns the text of the first failure, or "".
func firstError(failures []outputs.Failure) string {
	if len(failures) == 0 {
		return ""
	}
	return failures[0].Err.Error()
}
