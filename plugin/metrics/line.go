package metrics

import (
	"log/slog"
	"sync"
	"time"
)

// columns are the numbers of a line in the log, in their order.
var columns = []struct {
	key   string
	value func(s *Snapshot) uint64
}{
	{"flushes", func(s *Snapshot) uint64 { return s.OK + s.Retry }},
	{"records", func(s *Snapshot) uint64 { return s.Read.Records }},
	{"documents", func(s *Snapshot) uint64 { return s.Documents }},
	{"filtered", func(s *Snapshot) uint64 { return s.Read.Filtered }},
	{"unreadable", func(s *Snapshot) uint64 { return s.Read.Unreadable }},
	{"names_only", func(s *Snapshot) uint64 { return s.Read.NamesOnly }},
	{"unknown_events", func(s *Snapshot) uint64 { return s.Read.Unknown }},
	{"dead_lettered", deadLettered},
	{"retries", func(s *Snapshot) uint64 { return s.Retry }},
	{"kafka_batches", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.Batches })},
	{"kafka_resent", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.Resent })},
	{"kafka_split", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.Split })},
	{"kafka_new_epochs", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.NewEpochs })},
	{"kafka_bytes", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.Bytes })},
	{"kafka_compressed", ofKafka(func(s *Snapshot) uint64 { return s.Kafka.Compressed })},
	{"elasticsearch_bulks", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Bulks })},
	{"elasticsearch_divided", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Divided })},
	{"elasticsearch_repeated", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Repeated })},
	{"elasticsearch_exists", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Exists })},
	{"elasticsearch_failure_store", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Redirected })},
	{"elasticsearch_busy", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Retried })},
	{"elasticsearch_bytes", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Bytes })},
	{"elasticsearch_compressed", ofElasticsearch(func(s *Snapshot) uint64 { return s.Elasticsearch.Compressed })},
}

func deadLettered(s *Snapshot) (n uint64) {
	for _, of := range s.Letters {
		n += of
	}
	return n
}

func ofKafka(value func(*Snapshot) uint64) func(*Snapshot) uint64 {
	return func(s *Snapshot) uint64 {
		if s.Kafka == nil {
			return 0
		}
		return value(s)
	}
}

func ofElasticsearch(value func(*Snapshot) uint64) func(*Snapshot) uint64 {
	return func(s *Snapshot) uint64 {
		if s.Elasticsearch == nil {
			return 0
		}
		return value(s)
	}
}

// line returns what has changed between two snapshots as attributes of a line
// in the log, what has not left out.
func line(before, now *Snapshot) (attrs []any) {
	for _, c := range columns {
		if n := c.value(now) - c.value(before); n > 0 {
			attrs = append(attrs, slog.Uint64(c.key, n))
		}
	}
	return attrs
}

// summary is what the last line of a section told.
type summary struct {
	mu   sync.Mutex
	at   time.Time
	told Snapshot
}

// Summarize logs what has changed since the last line, once the interval is
// over. It is called at the end of flushes: Fluent Bit writes lines into its log
// file only when they come from a thread of its own, so no timer of ours does it.
func (s *Section) Summarize(now time.Time) {
	if s.config.Interval == 0 || !s.summary.mu.TryLock() {
		return // another flush is at it
	}
	defer s.summary.mu.Unlock()
	since := now.Sub(s.summary.at)
	if since < s.config.Interval {
		return
	}
	snapshot := s.Snapshot()
	attrs := line(&s.summary.told, &snapshot)
	s.summary.at, s.summary.told = now, snapshot
	s.config.Log.Info("summary", append([]any{"name", s.config.Name, "of_the_last", since.Round(time.Second)}, attrs...)...)
}

// Total logs what the section has done since it was opened.
func (s *Section) Total() {
	snapshot := s.Snapshot()
	s.config.Log.Info("closed", append([]any{"name", s.config.Name}, line(&Snapshot{}, &snapshot)...)...)
}
