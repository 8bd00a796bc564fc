package kafka

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"winevent/internal/kafkatest"
)

// TestBrokersFail is a cluster of three under all that may happen to one of
// them while four threads flush: every document is there once.
func TestBrokersFail(t *testing.T) {
	c := kafkatest.Start(t, kafkatest.Options{Brokers: 3})
	t.Run("killed and started again", func(t *testing.T) {
		during(t, c, "killed", func(*Output) {
			for _, partition := range []int{0, 1} {
				b := c.Broker(c.Leader(t, "killed", partition))
				must(t, b.Kill())
				time.Sleep(2 * time.Second)
				must(t, b.Start())
				time.Sleep(2 * time.Second)
			}
		})
	})
	t.Run("leader stops and goes on", func(t *testing.T) {
		during(t, c, "paused", func(o *Output) {
			// Only a batch that is under way at the moment waits for an answer in
			// vain; whether there is one is chance.
			for try := 0; try < 5 && o.counts.resent.Load() == 0; try++ {
				b := c.Broker(c.Leader(t, "paused", try%4))
				must(t, b.Pause())
				time.Sleep(4 * time.Second)
				must(t, b.Resume())
				time.Sleep(time.Second)
			}
		})
	})
	t.Run("too few replicas", func(t *testing.T) { tooFewReplicas(t, c) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

// during flushes chunks from four threads while something happens, and a
// little longer. Flushes are short, so that chunks come again.
func during(t *testing.T, c *kafkatest.Cluster, topic string, happens func(*Output)) {
	c.CreateTopic(t, topic, 4, 3, map[string]string{"min.insync.replicas": "2"})
	o, _ := openOutput(t, strings.Join(c.Addrs(), ","), func(c *Config) { c.RequestTimeout = time.Second })
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		sent []document
		over = make(chan struct{})
	)
	for thread := range 4 {
		all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					return
				default:
				}
				docs := documents(topic, (thread*100_000+n)*200, 200)
				for i := range docs { // each thread's hosts are its own: order is kept within a chunk
					docs[i].key = fmt.Sprintf("%s.%d.%d", docs[i].key, thread, n)
				}
				if dead := send(t, o, docs, 1500*time.Millisecond); len(dead) > 0 {
					t.Error(firstError(dead))
					return
				}
				mu.Lock()
				sent = append(sent, docs...)
				mu.Unlock()
			}
		})
	}
	// Before there are connections with something under way, a broker that stops
	// only makes connecting fail.
	for deadline := time.Now().Add(time.Minute); o.counts.batches.Load() < 100 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	happens(o)
	close(over)
	all.Wait()
	if twice := account(t, c, topic, sent); twice > 0 {
		t.Errorf("%d of %d documents are there twice", twice, len(sent))
	}
	t.Logf("%d documents, %d batches sent again, %d new epochs", len(sent), o.counts.resent.Load(), o.counts.epochs.Load())
	if o.counts.resent.Load() == 0 {
		t.Error("nothing went wrong: the test shows nothing")
	}
}

// tooFewReplicas keeps the chunk, says why, and delivers once the replicas are back.
func tooFewReplicas(t *testing.T, c *kafkatest.Cluster) {
	c.CreateTopic(t, "replicas", 1, 3, map[string]string{"min.insync.replicas": "2"})
	o, _ := openOutput(t, strings.Join(c.Addrs(), ","), func(c *Config) { c.RequestTimeout = 2 * time.Second })
	docs := documents("replicas", 0, 200)
	send(t, o, docs[:100], flushTime)
	leader := c.Leader(t, "replicas", 0)
	for n := range 3 {
		if n != leader {
			must(t, c.Broker(n).Stop())
		}
	}
	var failures []string
	b := batchOf(docs[100:])
	open := writeFor(o, b, 5*time.Second)
	for range 5 { // until the cluster has noticed
		failures = append(failures, firstError(open))
		if strings.Contains(firstError(open), "min.insync.replicas") {
			break
		}
		b = comeAgain(b, docs[100:], open)
		open = writeFor(o, b, 5*time.Second)
	}
	if len(open) != 100 || !open[0].Err.Retryable || !strings.Contains(firstError(open), "min.insync.replicas") {
		t.Errorf("%d failures: %s", len(open), strings.Join(failures, "\n"))
	}
	for n := range 3 {
		if n != leader {
			must(t, c.Broker(n).Start())
		}
	}
	next := comeAgain(b, docs[100:], open)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		again := writeFor(o, next, flushTime)
		if len(again) == 0 {
			break
		}
		next = comeAgain(next, docs[100:], again)
	}
	if twice := account(t, c, "replicas", docs); twice > 0 {
		t.Errorf("%d twice", twice)
	}
}
