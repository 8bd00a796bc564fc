package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"winevent/internal/kafkatest"
)

// records is how many records a test sends: $WINEVENT_E2E_RECORDS, or so many.
// They are two halves of whole chunks.
func records(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("WINEVENT_E2E_RECORDS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < usual || n%(2*chunkRecords) != 0 {
		t.Fatalf("WINEVENT_E2E_RECORDS=%s is not a multiple of %d from %d on", text, 2*chunkRecords, usual)
	}
	return n
}

// TestBrokersAreKilled kills the leader of a partition, twice, while records go
// through the plugin: each of them is in the topic once. The usual number keeps
// the test short; set WINEVENT_E2E_RECORDS=1000000 for the whole thing.
func TestBrokersAreKilled(t *testing.T) {
	total := records(t, 100_000)
	c := kafkatest.Start(t, kafkatest.Options{Brokers: 3, Heap: "512m"})
	c.CreateTopic(t, "killed", 6, 3, map[string]string{"min.insync.replicas": "2"})
	dir := t.TempDir()
	// With so little time for a flush, chunks come again while a broker is away.
	s := startStream(t, dir, kafkaConfig(t, dir, strings.Join(c.Addrs(), ","), "killed",
		"remediation summary", "kafka_request_timeout 1s", "flush_timeout 2s"))
	events := numberedEvents(t)
	begin := time.Now()
	var away time.Duration
	for half := range 2 {
		fed := make(chan error, 1)
		go func() { fed <- feed(s, events, half*total/2, (half+1)*total/2) }()
		waitFor(t, func() bool { return s.delivered()*chunkRecords > half*total/2+total/8 })
		leader := c.Broker(c.Leader(t, "killed", half))
		must(t, leader.Kill())
		time.Sleep(3 * time.Second)
		must(t, leader.Start())
		must(t, <-fed)
		since := time.Now()
		c.WaitInSync(t, "killed") // or the next to be killed might be the only one that is up
		away += time.Since(since)
	}
	s.quit(t)
	took := time.Since(begin) - away
	l := account(t, c, "killed", total)
	if twice := l.twice(every); twice > 0 {
		t.Errorf("%d records are there twice", twice)
	}
	resent := closing(t, s, "kafka_resent")
	t.Logf("%d records in %s, %.0f a second; %d batches resent, %d flushes answered FLB_RETRY",
		total, took.Round(time.Millisecond), float64(total)/took.Seconds(), resent, s.retries())
	if resent == 0 {
		t.Error("nothing was sent again: the test shows nothing")
	}
	noDeadLetters(t, dir)
}

// TestPluginIsKilled kills the plugin's process, and starts another that gets
// every chunk again that had not been answered. Only records of chunks that
// were under way may be there twice.
func TestPluginIsKilled(t *testing.T) {
	total := records(t, 60_000)
	c := broker(t)
	sharedTopic(t, "crashed", 3, nil)
	dir, events := t.TempDir(), numberedEvents(t)
	conf := kafkaConfig(t, dir, c.Addr(), "crashed", "remediation summary")
	first := startStream(t, dir, conf)
	must(t, feed(first, events, 0, total/2))
	// Further chunks are made beforehand, so that some are under way whatever the machine's pace.
	const ahead = 10
	var chunks [ahead][]byte
	for i := range chunks {
		chunks[i] = events.chunk(total/2+i*chunkRecords, total/2+(i+1)*chunkRecords)
	}
	for i, chunk := range chunks {
		must(t, first.send(chunkName(total/2/chunkRecords+i), chunk))
	}
	waitFor(t, func() bool { return first.delivered()*chunkRecords > total/2 })
	first.kill()

	second := startStream(t, dir, conf)
	underWay := map[int]bool{}
	for _, chunk := range stored(t, dir) {
		underWay[chunk] = true
		must(t, second.resend(chunkName(chunk)))
	}
	if len(underWay) == 0 {
		t.Fatal("all was delivered before the kill: the test shows nothing")
	}
	must(t, feed(second, events, total/2+ahead*chunkRecords, total))
	second.quit(t)

	noDeadLetters(t, dir)
	l := account(t, c, "crashed", total)
	inFlight := func(n int) bool { return underWay[n/chunkRecords] }
	t.Logf("killed after %d chunks with %d under way; of their records, %d are there twice",
		first.delivered(), len(underWay), l.twice(inFlight))
	if twice := l.twice(every) - l.twice(inFlight); twice > 0 {
		t.Errorf("%d records are there twice although their chunks had been answered", twice)
	}
	for n, count := range l.count {
		if count > 2 {
			t.Fatalf("record %d is there %d times", n, count)
		}
	}
}

func chunkName(n int) string { return fmt.Sprintf("%06d.chunk", n) }

// feed sends the records from a number on, up to another. Both are those of the
// first record of a chunk, or the end.
func feed(s *stream, events numbered, from, to int) error {
	for n := from; n < to; n += chunkRecords {
		if err := s.send(chunkName(n/chunkRecords), events.chunk(n, min(n+chunkRecords, to))); err != nil {
			return err
		}
	}
	return nil
}

// stored are the numbers of the chunks that have not been delivered.
func stored(t *testing.T, dir string) (chunks []int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.chunk"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		n, err := strconv.Atoi(strings.TrimSuffix(filepath.Base(name), ".chunk"))
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, n)
	}
	return chunks
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
