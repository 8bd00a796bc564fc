package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
	"github.com/twmb/franz-go/pkg/kgo"

	"winevent/enrich"
	"winevent/enrich/record"
	"winevent/internal/kafkatest"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/outputs"
	"winevent/outputs/kafka"
	"winevent/plugin/config"
	"winevent/plugin/instance"
)

const (
	kafkaPartitions = 6
	kafkaChunks     = 12
	// kafkaWorkers is how many chunks are flushed at a time, as with Fluent Bit's workers.
	kafkaWorkers = 4
)

// broker is the real broker that all benchmarks of Kafka share.
var broker = sync.OnceValues(func() (*kafkatest.Cluster, error) {
	return kafkatest.Run(kafkatest.Options{Benchmark: true})
})

func TestMain(m *testing.M) {
	code := m.Run()
	if used {
		if c, err := broker(); err == nil {
			c.Close()
		}
	}
	os.Exit(code)
}

var used bool

// topicFor makes a topic for one way of one benchmark.
func topicFor(b *testing.B, name string) (addr, topic string) {
	b.Helper()
	used = true
	c, err := broker()
	if err != nil {
		b.Fatal(err)
	}
	topic = fmt.Sprintf("%s.%d", name, time.Now().UnixNano())
	c.CreateTopic(b, topic, kafkaPartitions, 1, map[string]string{"retention.ms": "60000", "retention.bytes": "100000000", "segment.bytes": "100000000", "max.message.bytes": "10000000"})
	return c.Addr(), topic
}

// kafkaInput is chunks of about 2 MB, as Fluent Bit fills them, of real events
// of some sixty hosts.
func kafkaInput(b *testing.B) (chunks [][]byte, records int, size int64) {
	b.Helper()
	lines, err := samples.Lines(samples.Dir("samples", "winevtlog_stringinserts.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	for n := range kafkaChunks {
		var data []byte
		for i := 0; len(data) < 2<<20; i++ {
			if data, err = testchunk.AppendLine(data, lines[(n*1500+i)%len(lines)], time.Unix(1767225600, 0), testchunk.WithMetadata); err != nil {
				b.Fatal(err)
			}
			records++
		}
		chunks = append(chunks, data)
		size += int64(len(data))
	}
	return chunks, records, size
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured runs pass, which handles all records once, and reports times for a record.
func measured(b *testing.B, records int, size int64, pass func()) {
	b.Helper()
	pass() // connections, buffers
	b.SetBytes(size)
	b.ReportAllocs()
	start := cpu()
	b.ResetTimer()
	n := 0
	for b.Loop() {
		pass()
		n++
	}
	b.ReportMetric(float64((cpu()-start).Nanoseconds())/float64(n)/float64(records), "cpu-ns/record")
	perRecord(b, records)
}

// inWorkers calls f for each of n chunks, as many at a time as there are workers.
func inWorkers(n int, f func(chunk int)) {
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var all sync.WaitGroup
	for range kafkaWorkers {
		all.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	all.Wait()
}

// BenchmarkKafka sends enriched documents to a real broker: idempotent, acks
// all, the same batch size and compression on both sides.
func BenchmarkKafka(b *testing.B) {
	for _, compression := range []string{"none", "snappy", "lz4", "zstd"} {
		b.Run("compression="+compression, func(b *testing.B) {
			b.Run("winevent", func(b *testing.B) { benchKafka(b, compression) })
			b.Run("peer=franz-go", func(b *testing.B) { benchFranz(b, compression) })
		})
	}
}

func kafkaConfig(b *testing.B, compression string, more map[string]string) config.Config {
	b.Helper()
	addr, topic := topicFor(b, "winevent."+compression)
	c, err := config.Read(func(key string) string {
		if v, ok := more[key]; ok {
			return v
		}
		return map[string]string{
			"output": "kafka", "kafka_brokers": addr, "kafka_topic": topic, "kafka_compression": compression,
			"dead_letter_file": filepath.Join(b.TempDir(), "dead.ndjson"),
		}[key]
	})
	if err != nil {
		b.Fatal(err)
	}
	c.Kafka.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	return c
}

// batches enriches the chunks, with the attributes that the output wants.
func batches(b *testing.B, chunks [][]byte, attributes []*enrich.Template) (all []*outputs.Batch, size int64) {
	b.Helper()
	for _, data := range chunks {
		w := newWorker()
		w.attributes = attributes
		if err := w.pass(data); err != nil {
			b.Fatal(err)
		}
		all = append(all, &w.batch)
		size += int64(len(w.batch.NDJSON()))
	}
	return all, size
}

func benchKafka(b *testing.B, compression string) {
	c := kafkaConfig(b, compression, nil)
	attributes, err := c.Kafka.Attributes()
	if err != nil {
		b.Fatal(err)
	}
	chunks, records, _ := kafkaInput(b)
	all, size := batches(b, chunks, attributes)
	o, err := kafka.Open(c.Kafka)
	if err != nil {
		b.Fatal(err)
	}
	defer o.Close()
	measured(b, records, size, func() {
		inWorkers(len(all), func(i int) {
			if err := o.Write(context.Background(), all[i]); err != nil {
				b.Error(err)
			}
		})
	})
}

func benchFranz(b *testing.B, compression string) {
	c := kafkaConfig(b, compression, nil)
	attributes, err := c.Kafka.Attributes()
	if err != nil {
		b.Fatal(err)
	}
	chunks, records, _ := kafkaInput(b)
	all, size := batches(b, chunks, attributes)
	client := franzClient(b, &c, compression)
	defer client.Close()
	prepared := make([][]*kgo.Record, len(all))
	for i, batch := range all {
		for d := range batch.Len() {
			prepared[i] = append(prepared[i], franzRecord(batch, d))
		}
	}
	measured(b, records, size, func() {
		inWorkers(len(all), func(i int) {
			// A record object is given back by the client, so that each pass needs its own.
			list := make([]kgo.Record, len(prepared[i]))
			pointers := make([]*kgo.Record, len(list))
			for n, r := range prepared[i] {
				list[n] = kgo.Record{Key: r.Key, Value: r.Value, Headers: r.Headers}
				pointers[n] = &list[n]
			}
			if err := client.ProduceSync(context.Background(), pointers...).FirstErr(); err != nil {
				b.Error(err)
			}
		})
	})
}

// franzClient is franz-go, as safe as winevent's output and with its batches.
func franzClient(b *testing.B, c *config.Config, compression string) *kgo.Client {
	b.Helper()
	topic, _ := c.Kafka.Topic.Literal()
	codec := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}[compression]
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Kafka.Brokers...), kgo.DefaultProduceTopic(topic), kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerBatchCompression(codec), kgo.ProducerBatchMaxBytes(1_000_000), kgo.MaxBufferedRecords(1_000_000),
		kgo.ProducerLinger(10*time.Millisecond))
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// franzRecord is a document as the same Kafka record.
func franzRecord(batch *outputs.Batch, d int) *kgo.Record {
	r := &kgo.Record{Key: batch.Attribute(d, 1), Value: batch.Doc(d), Headers: []kgo.RecordHeader{
		{Key: "content-type", Value: []byte("application/json")}, {Key: "schema-version", Value: []byte(enrich.SchemaVersion)},
		{Key: "event.id", Value: batch.ID(d)},
	}}
	for n, key := range []string{"event.code", "host.name", "winevent.severity", "winevent.symbolic_name"} {
		if v := batch.Attribute(d, 2+n); len(v) > 0 {
			r.Headers = append(r.Headers, kgo.RecordHeader{Key: key, Value: v})
		}
	}
	return r
}

// BenchmarkKafkaPath is the whole path: a chunk as Fluent Bit hands it over, to
// documents that the broker has acknowledged.
func BenchmarkKafkaPath(b *testing.B) {
	for _, remediation := range []string{"full", "summary"} {
		b.Run("remediation="+remediation+"/winevent", func(b *testing.B) {
			c := kafkaConfig(b, "snappy", map[string]string{"remediation": remediation})
			chunks, records, size := kafkaInput(b)
			i, err := instance.Open(c, c.Kafka.Log)
			if err != nil {
				b.Fatal(err)
			}
			defer i.Close()
			measured(b, records, size, func() {
				inWorkers(len(chunks), func(n int) {
					if err := i.Flush(chunks[n], "bench"); err != nil {
						b.Error(err)
					}
				})
			})
		})
		b.Run("remediation="+remediation+"/peer=msgp+franz-go", benchRaw)
	}
}

// benchRaw is the way of outputs that enrich nothing: each record as JSON, sent
// by franz-go.
func benchRaw(b *testing.B) {
	c := kafkaConfig(b, "snappy", nil)
	chunks, records, size := kafkaInput(b)
	client := franzClient(b, &c, "snappy")
	defer client.Close()
	measured(b, records, size, func() {
		inWorkers(len(chunks), func(n int) {
			list, err := rawRecords(chunks[n])
			if err != nil {
				b.Error(err)
			}
			if err := client.ProduceSync(context.Background(), list...).FirstErr(); err != nil {
				b.Error(err)
			}
		})
	})
}

// rawRecords turns the records of a chunk into JSON.
func rawRecords(data []byte) (list []*kgo.Record, err error) {
	const head = 13 // of an entry that kafkaInput makes: its time, no metadata
	var text bytes.Buffer
	var ends []int
	for ; len(data) > 0; ends = append(ends, text.Len()) {
		body := data[head:]
		if data, err = record.SkipMsgpack(body); err != nil {
			return nil, err
		}
		if _, err := msgp.UnmarshalAsJSON(&text, body[:len(body)-len(data)]); err != nil {
			return nil, err
		}
	}
	start := 0
	for _, end := range ends {
		list = append(list, &kgo.Record{Value: text.Bytes()[start:end]})
		start = end
	}
	return list, nil
}

// BenchmarkKafkaSize is how many bytes a document takes on the wire, its key and
// headers with it, by compression and by how much of the remediation travels.
func BenchmarkKafkaSize(b *testing.B) {
	for _, remediation := range []string{"full", "summary", "off"} {
		for _, compression := range kafka.Compressions {
			b.Run("remediation="+remediation+"/compression="+compression, func(b *testing.B) {
				c := kafkaConfig(b, compression, nil)
				attributes, err := c.Kafka.Attributes()
				if err != nil {
					b.Fatal(err)
				}
				detail, err := enrich.ParseDetail(remediation)
				if err != nil {
					b.Fatal(err)
				}
				chunks, records, _ := kafkaInput(b)
				o, err := kafka.Open(c.Kafka)
				if err != nil {
					b.Fatal(err)
				}
				defer o.Close()
				w := workerOf(enrich.New(enrich.Options{Remediation: detail}))
				w.attributes = attributes
				for _, data := range chunks {
					if err := w.pass(data); err != nil {
						b.Fatal(err)
					}
					if err := o.Write(context.Background(), &w.batch); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(o.Stats().Compressed)/float64(records), "wire-B/doc")
			})
		}
	}
}

// BenchmarkKafkaShares goes the same path and tells its parts apart: the time
// that one record spends in each, in one worker.
func BenchmarkKafkaShares(b *testing.B) {
	c := kafkaConfig(b, "snappy", nil)
	attributes, err := c.Kafka.Attributes()
	if err != nil {
		b.Fatal(err)
	}
	chunks, records, size := kafkaInput(b)
	o, err := kafka.Open(c.Kafka)
	if err != nil {
		b.Fatal(err)
	}
	defer o.Close()
	w := newWorker()
	w.attributes = attributes
	var enriching time.Duration
	passes := 0
	measured(b, records, size, func() {
		passes++
		for _, data := range chunks {
			start := time.Now()
			if err := w.pass(data); err != nil {
				b.Fatal(err)
			}
			enriching += time.Since(start)
			if err := o.Write(context.Background(), &w.batch); err != nil {
				b.Fatal(err)
			}
		}
	})
	s := o.Stats()
	for name, d := range map[string]time.Duration{"enrich": enriching, "encode": s.Encode, "compress": s.Compress, "wait": s.Wait} {
		b.ReportMetric(float64(d.Nanoseconds())/float64(passes)/float64(records), name+"-ns/record")
	}
}
