package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"winevent/internal/elastictest"
)

// TestElasticsearchNodeIsKilled kills a node, twice, while records go through the
// plugin to it, more at a time than it has room for: each of them is stored once.
// The usual number keeps the test short; set WINEVENT_E2E_RECORDS=200000 for the
// whole thing.
func TestElasticsearchNodeIsKilled(t *testing.T) {
	total := records(t, 20_000)
	node := elasticNode(t, elastictest.Options{Settings: map[string]string{"thread_pool.write.queue_size": "1", "node.processors": "1"}})
	dir, events := t.TempDir(), numberedEvents(t)
	// More requests at a time than fit into the queue. With so little time for a
	// flush, chunks come again while the node is away. One data stream: the events
	// of several would need a place in the queue each, and take ten times as long.
	s := startStream(t, dir, elasticConfig(t, dir, node, "killed", "remediation summary", "flush_timeout 2s",
		"dataset system.security", "elasticsearch_bulk_bytes 500k"))
	begin := time.Now()
	var away time.Duration
	for half := range 2 {
		fed := make(chan error, 1)
		go func() { fed <- feed(s, events, half*total/2, (half+1)*total/2) }()
		waitStored(t, node, "logs-*-killed", half*total/2+total/8)
		since := time.Now()
		must(t, node.Kill())
		time.Sleep(3 * time.Second)
		must(t, node.Start())
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		must(t, node.Ready(ctx))
		cancel()
		away += time.Since(since)
		must(t, <-fed)
	}
	s.quit(t)
	took := time.Since(begin) - away
	stock := takeStock(t, node, "killed", dir, total)
	noDeadLetters(t, dir)
	retried, exists := closing(t, s, "elasticsearch_busy"), closing(t, s, "elasticsearch_exists")
	t.Logf("%d records in %s, %.0f a second, and %s without the node; %d documents sent again because the node was busy, %d were there already; %d flushes answered FLB_RETRY; %d stored in %d data streams",
		total, took.Round(time.Millisecond), float64(total)/took.Seconds(), away.Round(time.Millisecond), retried, exists, s.retries(), sum(stock.stored), len(stock.streams))
	if retried == 0 || s.retries() == 0 {
		t.Error("the node was never too busy, or no chunk came again: the test shows nothing")
	}
}

// waitStored waits until so many documents are there. A shard that is not there
// yet is no fault, as node.Count would have it.
func waitStored(t *testing.T, node *elastictest.Node, index string, enough int) {
	t.Helper()
	for deadline := time.Now().Add(streamPatience); ; time.Sleep(50 * time.Millisecond) {
		node.Do(t, "POST", "/"+index+"/_refresh", "")
		_, answer := node.Do(t, "GET", "/"+index+"/_count", "")
		if gjson.GetBytes(answer, "count").Int() >= int64(enough) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no %d documents after %s", enough, streamPatience)
		}
	}
}
