package kafka

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"winevent/internal/kafkatest"
	"winevent/outputs"
)

const flushTime = 20 * time.Second

// shared is a broker that nothing breaks.
var shared *kafkatest.Cluster

func TestMain(m *testing.M) {
	var err error
	if shared, err = kafkatest.Run(kafkatest.Options{Properties: map[string]string{"auto.create.topics.enable": "true", "num.partitions": "2"}}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	shared.Close()
	os.Exit(code)
}

// TestEveryCompression sends with each codec, and reads back.
func TestEveryCompression(t *testing.T) {
	for _, name := range Compressions {
		t.Run(name, func(t *testing.T) {
			topic := "compression." + name
			shared.CreateTopic(t, topic, 3, 1, nil)
			o, _ := openOutput(t, shared.Addr(), func(c *Config) { c.Compression = name })
			docs := documents(topic, 0, 3000)
			for n := 0; n < len(docs); n += 1000 {
				if dead := send(t, o, docs[n:n+1000], flushTime); len(dead) > 0 {
					t.Fatal(firstError(dead))
				}
			}
			if twice := account(t, shared, topic, docs); twice > 0 {
				t.Errorf("%d twice", twice)
			}
			packed := o.counts.wire.Load() < o.counts.bytes.Load()/2
			if packed != (name != "none") {
				t.Errorf("%d bytes became %d", o.counts.bytes.Load(), o.counts.wire.Load())
			}
		})
	}
}

// TestWithoutIdempotence is plain produce: it works, and the log says what it costs.
func TestWithoutIdempotence(t *testing.T) {
	shared.CreateTopic(t, "plain", 2, 1, nil)
	o, log := openOutput(t, shared.Addr(), func(c *Config) { c.Idempotence = false })
	docs := documents("plain", 0, 500)
	send(t, o, docs, flushTime)
	if twice := account(t, shared, "plain", docs); twice > 0 || !strings.Contains(log.String(), "kafka_idempotence is off") {
		t.Errorf("%d twice, log: %s", twice, log)
	}
}

// TestOversizeInTheMiddle is one document that the topic does not take among
// many that it does: it alone is refused, for good, with the broker's reason.
func TestOversizeInTheMiddle(t *testing.T) {
	shared.CreateTopic(t, "small", 1, 1, map[string]string{"max.message.bytes": "20000"})
	o, _ := openOutput(t, shared.Addr(), func(c *Config) { c.Compression = "none" })
	docs := documents("small", 0, 600)
	docs[300].body = strings.Repeat("y", 30_000)
	dead := send(t, o, docs, flushTime)
	if len(dead) != 1 || dead[0].Index != 300 || dead[0].Err.Refusal != outputs.RefusedTooLarge || !strings.Contains(firstError(dead), "max.message.bytes") {
		t.Fatalf("%d failures: %s", len(dead), firstError(dead))
	}
	rest := append(append([]document(nil), docs[:300]...), docs[301:]...)
	if twice := account(t, shared, "small", rest); twice > 0 {
		t.Errorf("%d twice", twice)
	}
	// What was learnt of the topic's limit is kept: the next chunk needs no division.
	before := o.counts.split.Load()
	more := documents("small", 1000, 600)
	send(t, o, more, flushTime)
	if after := o.counts.split.Load(); before == 0 || after != before {
		t.Errorf("%d divisions, then %d more", before, after-before)
	}
	account(t, shared, "small", append(rest, more...))
}

// TestTooLargeToTry is a document above kafka_max_batch_bytes.
func TestTooLargeToTry(t *testing.T) {
	shared.CreateTopic(t, "limit", 1, 1, nil)
	o, _ := openOutput(t, shared.Addr(), func(c *Config) { c.Compression, c.MaxBatchBytes = "none", 50_000; c.BatchBytes = 20_000 })
	docs := documents("limit", 0, 10)
	docs[5].body = strings.Repeat("y", 60_000)
	dead := send(t, o, docs, flushTime)
	if len(dead) != 1 || dead[0].Index != 5 || dead[0].Err.Refusal != outputs.RefusedTooLarge || !strings.Contains(firstError(dead), "kafka_max_batch_bytes") {
		t.Fatalf("%d failures: %s", len(dead), firstError(dead))
	}
	account(t, shared, "limit", append(append([]document(nil), docs[:5]...), docs[6:]...))
}

// TestCompactedTopic takes only records with a key; the broker names those without.
func TestCompactedTopic(t *testing.T) {
	shared.CreateTopic(t, "compacted", 1, 1, map[string]string{"cleanup.policy": "compact"})
	o, _ := openOutput(t, shared.Addr(), nil)
	docs := documents("compacted", 0, 50)
	docs[7].key, docs[20].key = "", ""
	dead := send(t, o, docs, flushTime)
	if len(dead) != 2 || dead[0].Index != 7 || dead[1].Index != 20 || dead[1].Err.Refusal != outputs.RefusedInvalid || !strings.Contains(firstError(dead), "kafka_key") {
		t.Fatalf("%d failures: %s", len(dead), firstError(dead))
	}
	var good []document
	for n, d := range docs {
		if n != 7 && n != 20 {
			good = append(good, d)
		}
	}
	account(t, shared, "compacted", good)
}

// TestMissingTopic is kept for later, with what to do about it; or made.
func TestMissingTopic(t *testing.T) {
	o, _ := openOutput(t, shared.Addr(), func(c *Config) { c.AutoCreateTopics = false })
	docs := documents("missing", 0, 10)
	b := batchOf(docs)
	start := time.Now()
	failures := writeFor(o, b, flushTime)
	if len(failures) != 10 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "create the topic") || time.Since(start) > 5*time.Second {
		t.Fatalf("%d failures after %v: %s", len(failures), time.Since(start), firstError(failures))
	}
	shared.CreateTopic(t, "missing", 1, 1, nil)
	send(t, o, docs, flushTime)
	account(t, shared, "missing", docs)

	o, _ = openOutput(t, shared.Addr(), func(c *Config) { c.AutoCreateTopics = true })
	docs = documents("created", 0, 10)
	if failures := writeFor(o, batchOf(docs), flushTime); len(failures) > 0 {
		t.Fatal(firstError(failures))
	}
	account(t, shared, "created", docs)
}

// TestPartitioners puts keys where librdkafka's and Java's clients put them,
// and spreads documents without a key.
func TestPartitioners(t *testing.T) {
	for name, balancer := range map[string]kafka.Balancer{"crc32": kafka.CRC32Balancer{}, "murmur2": kafka.Murmur2Balancer{}} {
		topic := "partitioner." + name
		shared.CreateTopic(t, topic, 6, 1, nil)
		o, _ := openOutput(t, shared.Addr(), func(c *Config) { c.Partitioner = name })
		docs := documents(topic, 0, 100)
		send(t, o, docs, flushTime)
		used := map[int]bool{}
		for _, m := range shared.ReadAll(t, topic) {
			if want := balancer.Balance(kafka.Message{Key: m.Key}, 0, 1, 2, 3, 4, 5); m.Partition != want {
				t.Errorf("%s: key %s is in partition %d, not %d", name, m.Key, m.Partition, want)
			}
			used[m.Partition] = true
		}
		if len(used) < 3 {
			t.Errorf("%s: %d partitions in use", name, len(used))
		}
	}
	shared.CreateTopic(t, "keyless", 4, 1, nil)
	o, _ := openOutput(t, shared.Addr(), nil)
	var all []document
	for chunk := range 8 {
		docs := documents("keyless", chunk*10, 10)
		for n := range docs {
			docs[n].key = ""
		}
		send(t, o, docs, flushTime)
		all = append(all, docs...)
	}
	account(t, shared, "keyless", all)
	for partition, end := range shared.Offsets(t, "keyless") {
		if end != 20 {
			t.Errorf("partition %d has %d documents without a key, not 20", partition, end)
		}
	}
}

// TestTopics names topics by what events say: made legal, and bounded.
func TestTopics(t *testing.T) {
	o, log := openOutput(t, shared.Addr(), func(c *Config) { c.MaxTopics, c.AutoCreateTopics = 3, true })
	var docs []document
	for n, text := range []string{"winevent.low", "winevent.Windows PowerShell", "a/b", "winevent.low", "c", "d", "c", strings.Repeat("z", 300)} {
		docs = append(docs, document{text, "k", id(n), "{}"})
	}
	if dead := send(t, o, docs, flushTime); len(dead) > 0 {
		t.Fatal(firstError(dead))
	}
	account(t, shared, "winevent.low", []document{docs[0], docs[3]})
	account(t, shared, "winevent.Windows-PowerShell", docs[1:2])
	account(t, shared, "a-b", docs[2:3])
	account(t, shared, "winevent.other", []document{docs[4], docs[5], docs[6], docs[7]})
	if !strings.Contains(log.String(), "kafka_max_topics") {
		t.Error("nothing is logged of topics above the limit")
	}
	for text, want := range map[string]string{"": "winevent", "..": "winevent", "ä": "--", strings.Repeat("z", 300): strings.Repeat("z", 249)} {
		if got := topicName(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// TestWrongClock is a broker that takes no timestamp of ours: no record is to blame.
func TestWrongClock(t *testing.T) {
	shared.CreateTopic(t, "clock", 1, 1, map[string]string{"message.timestamp.before.max.ms": "0"})
	o, _ := openOutput(t, shared.Addr(), nil)
	failures := writeFor(o, batchOf(documents("clock", 0, 5)), 5*time.Second)
	if len(failures) != 5 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "clock") {
		t.Errorf("%d failures: %s", len(failures), firstError(failures))
	}
}
