// Package metrics counts what each [OUTPUT] section does, and shows it: as
// Prometheus metrics on request, and as a line in the log.
//
//	Flush       what one flush has counted, in plain numbers
//	Section     the running numbers of a section; a flush adds to them once
//	Snapshot    a copy of them
//	table       every metric: name, kind, labels, meaning, and where its value stands in a Snapshot
//	server      one listener an address, shared by the sections that name it
//	Line        the numbers as attributes of a log line
package metrics

import (
	"math"
	"sync/atomic"
	"time"

	"winevent/enrich/event"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/kafka"
)

// Flush is what one flush has counted. It is filled without locks and added to
// the section's numbers once, at the flush's end.
type Flush struct {
	Read Read
	// Documents were acknowledged, of DocumentBytes with their line ends.
	Documents, DocumentBytes uint64
	// Open documents were not, and come again with the chunk.
	Open uint64
	// Letters stand in the dead letter file, by reason.
	Letters [Reasons]uint64
	// LettersFailed says that the dead letter file could not be written.
	LettersFailed bool
	// Retry says that the chunk has to come again.
	Retry bool
	// Oldest and Newest are when Windows logged those events of the flush's
	// documents that it logged first and last; not set where no record says it.
	Oldest, Newest event.Time
}

// Read is what was read of a chunk that came for the first time.
type Read struct {
	Records, Bytes, Filtered, Unreadable uint64
	// NamesOnly are events of which the catalog knows nothing but the names of
	// their parameters, Unknown those of which it knows nothing.
	NamesOnly, Unknown uint64
}

// Logged takes the Windows time of an event that becomes a document.
func (f *Flush) Logged(t event.Time) {
	if !t.Set {
		return
	}
	if !f.Oldest.Set || before(t, f.Oldest) {
		f.Oldest = t
	}
	if !f.Newest.Set || before(f.Newest, t) {
		f.Newest = t
	}
}

func before(a, b event.Time) bool { return a.Sec < b.Sec || a.Sec == b.Sec && a.Nsec < b.Nsec }

// Section is the running numbers of one [OUTPUT] section. Its methods are safe
// for concurrent use.
type Section struct {
	config Config
	// ok and retry are flushes by their answer.
	ok, retry                                                atomic.Uint64
	records, bytes, filtered, unreadable, namesOnly, unknown atomic.Uint64
	documents, documentBytes, open, lettersFailed            atomic.Uint64
	letters                                                  [Reasons]atomic.Uint64
	newest, acknowledged                                     atomicFloat
	failing                                                  atomic.Bool
	flushTime, oldestLag, newestLag                          histogram
	summary                                                  summary
}

// Add adds what a flush has counted that began at start and ends now.
func (s *Section) Add(f *Flush, start, now time.Time) {
	s.records.Add(f.Read.Records)
	s.bytes.Add(f.Read.Bytes)
	s.filtered.Add(f.Read.Filtered)
	s.unreadable.Add(f.Read.Unreadable)
	s.namesOnly.Add(f.Read.NamesOnly)
	s.unknown.Add(f.Read.Unknown)
	s.documents.Add(f.Documents)
	s.documentBytes.Add(f.DocumentBytes)
	s.open.Add(f.Open)
	for reason, n := range f.Letters {
		s.letters[reason].Add(n)
	}
	if f.LettersFailed {
		s.lettersFailed.Add(1)
	}
	s.failing.Store(f.Retry)
	s.flushTime.observe(now.Sub(start).Seconds())
	if f.Documents > 0 {
		s.acknowledged.store(seconds(now.Unix(), now.Nanosecond()))
	}
	if f.Retry {
		s.retry.Add(1)
		return
	}
	s.ok.Add(1)
	s.addLag(f, now)
}

// addLag notes how late the events of a chunk are, once all of it is settled.
func (s *Section) addLag(f *Flush, now time.Time) {
	if f.Documents == 0 || !f.Newest.Set {
		return
	}
	at := seconds(now.Unix(), now.Nanosecond())
	oldest, newest := seconds(f.Oldest.Sec, int(f.Oldest.Nsec)), seconds(f.Newest.Sec, int(f.Newest.Nsec))
	s.oldestLag.observe(max(0, at-oldest))
	s.newestLag.observe(max(0, at-newest))
	s.newest.store(newest)
}

func seconds(sec int64, nsec int) float64 { return float64(sec) + float64(nsec)/1e9 }

// Snapshot is a copy of a section's numbers. Those of concurrent flushes may
// stand in it by half.
type Snapshot struct {
	Name, Output, Catalog          string
	OK, Retry                      uint64
	Read                           Read
	Documents, DocumentBytes, Open uint64
	Letters                        [Reasons]uint64
	LettersFailed                  uint64
	// Newest is the Windows time of the newest event of the last chunk that was
	// settled, Acknowledged when documents were acknowledged last; in seconds
	// since 1970, 0 for none yet.
	Newest, Acknowledged float64
	// Failing says that the last flush was answered FLB_RETRY.
	Failing                         bool
	FlushTime, OldestLag, NewestLag Distribution
	Destination
}

// Destination is what the section's output counts itself.
type Destination struct {
	// Unreachable says that the last flush found nobody to connect to.
	Unreachable bool
	// Kafka and Elasticsearch are nil for another output.
	Kafka         *kafka.Stats
	Elasticsearch *elasticsearch.Stats
}

// Snapshot returns a copy of the numbers.
func (s *Section) Snapshot() Snapshot {
	n := Snapshot{
		Name: s.config.Name, Output: s.config.Output, Catalog: s.config.Catalog,
		OK: s.ok.Load(), Retry: s.retry.Load(),
		Read: Read{
			Records: s.records.Load(), Bytes: s.bytes.Load(), Filtered: s.filtered.Load(),
			Unreadable: s.unreadable.Load(), NamesOnly: s.namesOnly.Load(), Unknown: s.unknown.Load(),
		},
		Documents: s.documents.Load(), DocumentBytes: s.documentBytes.Load(), Open: s.open.Load(),
		LettersFailed: s.lettersFailed.Load(), Newest: s.newest.load(), Acknowledged: s.acknowledged.load(),
		Failing: s.failing.Load(), FlushTime: s.flushTime.read(), OldestLag: s.oldestLag.read(), NewestLag: s.newestLag.read(),
	}
	for reason := range n.Letters {
		n.Letters[reason] = s.letters[reason].Load()
	}
	if s.config.Destination != nil {
		n.Destination = s.config.Destination()
	}
	return n
}

// atomicFloat is a float64 that may be used concurrently.
type atomicFloat struct{ bits atomic.Uint64 }

func (f *atomicFloat) load() float64 { return math.Float64frombits(f.bits.Load()) }

func (f *atomicFloat) store(v float64) { f.bits.Store(math.Float64bits(v)) }

func (f *atomicFloat) add(v float64) {
	for {
		old := f.bits.Load()
		if f.bits.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+v)) {
			return
		}
	}
}
