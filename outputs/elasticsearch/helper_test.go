package elasticsearch

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/internal/elastictest"
	"winevent/internal/testlog"
	"winevent/outputs"
)

const flushTime = 20 * time.Second

func openOutput(t testing.TB, url string, change func(*Config)) (*Output, *testlog.Log) {
	t.Helper()
	log := &testlog.Log{}
	index, err := enrich.ParseTemplate("logs-{{dataset}}-{{namespace}}", "unknown")
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		URLs: strings.Split(url, ","), Flavor: "elasticsearch", Index: index, RequireDataStream: true,
		BulkBytes: 1 << 20, Bulks: 2, Gzip: true, RequestTimeout: 10 * time.Second, Log: log.Logger(),
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
type document struct{ index, id, body string }

func documents(index string, from, n int) []document {
	var list []document
	for i := from; i < from+n; i++ {
		list = append(list, document{index, fmt.Sprintf("%032x", i), body(i, strings.Repeat("x", 900))})
	}
	return list
}

func body(n int, pad string) string {
	return fmt.Sprintf(`{"@timestamp":"2026-01-01T00:00:00Z","n":%d,"pad":"%s"}`, n, pad)
}

func batchOf(docs []document) *outputs.Batch {
	b := &outputs.Batch{}
	for n, d := range docs {
		b.Commit(append(b.Begin(), d.body...), n, []byte(d.id))
		b.CommitAttribute(append(b.BeginAttribute(), d.index...))
	}
	return b
}

func writeFor(o *Output, docs []document, flush time.Duration) []outputs.Failure {
	ctx, cancel := context.WithTimeout(context.Background(), flush)
	defer cancel()
	b := batchOf(docs)
	return outputs.Failures(o.Write(ctx, b), b.Len())
}

// send writes documents as one chunk until all are settled, as Fluent Bit would,
// and returns the failures that are for good.
func send(t testing.TB, o *Output, docs []document, flush time.Duration) (dead []string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); len(docs) > 0; {
		var open []document
		var last error
		for _, f := range writeFor(o, docs, flush) {
			if f.Err.Retryable {
				open, last = append(open, docs[f.Index]), f.Err
			} else {
				dead = append(dead, docs[f.Index].id+" "+f.Err.Error())
			}
		}
		if docs = open; len(open) > 0 && time.Now().After(deadline) {
			t.Errorf("not settled in time: %v", last)
			return dead
		}
	}
	return dead
}

// account compares what an index has with the documents that must be there, each once.
func account(t testing.TB, n *elastictest.Node, index string, want []document) {
	t.Helper()
	expected := map[string]bool{}
	for _, d := range want {
		expected[d.id] = true
	}
	seen := map[string]int{}
	for _, id := range n.IDs(t, index) {
		if seen[id]++; !expected[id] || seen[id] > 1 {
			t.Errorf("%s: id %s is there %d times, expected %t", index, id, seen[id], expected[id])
		}
	}
	if len(seen) != len(expected) {
		t.Errorf("%s: %d documents of %d", index, len(seen), len(expected))
	}
}

func firstError(failures []outputs.Failure) string {
	if len(failures) == 0 {
		return ""
	}
	return failures[0].Err.Error()
}

// template makes data streams of a pattern possible; mapping is of its properties.
func template(t testing.TB, n *elastictest.Node, name, pattern, settings, mapping string) {
	t.Helper()
	n.MustDo(t, "PUT", "/_index_template/"+name, fmt.Sprintf(
		`{"index_patterns":[%q],"priority":500,"data_stream":{},"template":{"settings":{"number_of_replicas":0%s},"mappings":{"properties":{"@timestamp":{"type":"date"}%s}}}}`,
		pattern, settings, mapping))
}
