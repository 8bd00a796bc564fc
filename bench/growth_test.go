package bench

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/internal/testchunk"
)

// BenchmarkGrowth is how the time of a record, or of a byte, grows: with the
// records of a chunk, with flushes at the same time, with the size of a record.
// Its rows are to be read beside each other: flat is what is wanted.
func BenchmarkGrowth(b *testing.B) {
	lines := linesOf(b, "winevtlog_stringinserts.jsonl.gz")
	for _, records := range []int{1, 10, 100, 1000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("records=%d", records), func(b *testing.B) { benchRecords(b, lines, records) })
	}
	for _, flushes := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("flushes=%d", flushes), func(b *testing.B) { benchFlushes(b, flushes) })
	}
	for _, size := range []int{1 << 10, 10 << 10, 100 << 10, 1 << 20, 10 << 20} {
		b.Run(fmt.Sprintf("record-bytes=%d", size), func(b *testing.B) { benchSize(b, size) })
	}
}

// benchRecords makes the documents of chunks of so many records each. All sizes
// go through the same events: at least all of the sample, as many chunks as that takes.
func benchRecords(b *testing.B, lines [][]byte, records int) {
	var chunks [][]byte
	total := 0
	for total < len(lines) {
		var data []byte
		for range records {
			data = appendRecord(b, data, lines[total%len(lines)])
			total++
		}
		chunks = append(chunks, data)
	}
	w := newWorker()
	for b.Loop() {
		for _, data := range chunks {
			if err := w.pass(data); err != nil {
				b.Fatal(err)
			}
		}
	}
	perRecord(b, total)
}

func appendRecord(b *testing.B, data, line []byte) []byte {
	data, err := testchunk.AppendLine(data, line, time.Unix(1767225600, 0), testchunk.WithMetadata)
	if err != nil {
		b.Fatal(err)
	}
	return data
}

// benchFlushes has so many workers of one section at work at the same time, and
// reports processor time: there may be fewer processors than workers.
func benchFlushes(b *testing.B, flushes int) {
	in := read(b, "winevtlog_stringinserts.jsonl.gz")
	enricher := enrich.New(enrich.Options{})
	workers := make([]*worker, flushes)
	for i := range workers {
		workers[i] = workerOf(enricher)
	}
	measured(b, in.records*flushes, in.bytes*int64(flushes), func() {
		var all sync.WaitGroup
		for _, w := range workers {
			all.Go(func() {
				for _, data := range in.chunks {
					if err := w.pass(data); err != nil {
						b.Error(err)
					}
				}
			})
		}
		all.Wait()
	})
}

// benchSize makes the document of one record whose message has so many bytes.
func benchSize(b *testing.B, size int) {
	line := fmt.Appendf(nil, `{"ProviderName":"Microsoft-Windows-PowerShell","EventID":4104,"Version":1,"EventRecordID":1,`+
		`"TimeCreated":"2026-01-01 00:00:00 +0000","Channel":"Microsoft-Windows-PowerShell/Operational","Computer":"c","Message":"m","StringInserts":["1","1","%s","id",""]}`,
		bytes.Repeat([]byte(`Get-ChildItem -Path C:\\Windows; `), size/33+1)[:size/33*33])
	data := appendRecord(b, nil, line)
	w := newWorker()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := w.pass(data); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(data)), "ns/byte")
}
