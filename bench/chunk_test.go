// Package bench holds the benchmarks, each with a peer that does the same work
// another way. "make bench" prints the ratios.
package bench

import (
	"encoding/json"
	"errors"
	"io"
	"testing"
	"time"
	"unsafe"

	"github.com/fluent/fluent-bit-go/output"
	"github.com/tinylib/msgp/msgp"

	"winevent/enrich"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/outputs"
	"winevent/plugin/chunk"
)

// mixed is a chunk of real events in their natural mix, as in_winevtlog sends
// them with its default options.
func mixed(b testing.TB, file string) (data []byte, records int) {
	b.Helper()
	lines, err := samples.Lines(samples.Dir("samples", file))
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range lines {
		if data, err = testchunk.AppendLine(data, line, time.Unix(1767225600, 0), testchunk.WithMetadata); err != nil {
			b.Fatal(err)
		}
	}
	return data, len(lines)
}

// perRecord reports the time of one record, which is what people compare.
func perRecord(b *testing.B, records int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkChunkToDocuments(b *testing.B) {
	data, records := mixed(b, "winevtlog_stringinserts.jsonl.gz")
	b.Run("winevent", func(b *testing.B) { benchWinevent(b, data, records) })
	b.Run("peer=fluent-bit-go+encoding/json", func(b *testing.B) { benchDecoder(b, data, records) })
	b.Run("peer=msgp.UnmarshalAsJSON", func(b *testing.B) { benchMsgp(b, data, records) })
}

func BenchmarkEventDataMapToDocuments(b *testing.B) {
	data, records := mixed(b, "winevtlog_eventdata_and_inserts.jsonl.gz")
	b.Run("winevent", func(b *testing.B) { benchWinevent(b, data, records) })
	b.Run("peer=fluent-bit-go+encoding/json", func(b *testing.B) { benchDecoder(b, data, records) })
}

// pass makes the documents of a chunk.
func pass(data []byte, r *chunk.Reader, rec *chunk.Record, doc *enrich.Document, batch *outputs.Batch) error {
	batch.Reset()
	r.Reset(data)
	doc.StartBatch()
	for n := 0; ; n++ {
		if err := r.Next(rec); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		doc.ReadMsgpack(rec.Body, rec.Metadata, rec.Time)
		doc.Enrich()
		batch.Commit(doc.AppendJSON(batch.Begin()), n, doc.ID())
	}
}

func benchWinevent(b *testing.B, data []byte, records int) {
	var r chunk.Reader
	var rec chunk.Record
	var batch outputs.Batch
	doc := enrich.New(enrich.Options{}).NewDocument()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := pass(data, &r, &rec, doc, &batch); err != nil || batch.Len() != records {
			b.Fatalf("%d documents of %d records: %v", batch.Len(), records, err)
		}
	}
	perRecord(b, records)
}

// TestChunkToDocumentsDoesNotAllocate holds the hot path at no allocation for
// each record. The few that a whole chunk may cost are for records without a
// record id, whose id needs their content.
func TestChunkToDocumentsDoesNotAllocate(t *testing.T) {
	for _, file := range []string{"winevtlog_stringinserts.jsonl.gz", "winevtlog_eventdata_and_inserts.jsonl.gz", "winevtlog_eventdata_only.jsonl.gz"} {
		data, records := mixed(t, file)
		var r chunk.Reader
		var rec chunk.Record
		var batch outputs.Batch
		doc := enrich.New(enrich.Options{}).NewDocument()
		run := func() {
			if err := pass(data, &r, &rec, doc, &batch); err != nil {
				t.Fatal(err)
			}
		}
		run() // the first pass grows the buffers
		if n := testing.AllocsPerRun(5, run); n > 0 {
			t.Errorf("%s: %v allocations for %d records", file, n, records)
		}
	}
}

// benchDecoder is the way that Fluent Bit's Go interface offers: its decoder,
// which makes maps, and encoding/json.
func benchDecoder(b *testing.B, data []byte, records int) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		decoder := output.NewDecoder(unsafe.Pointer(&data[0]), len(data))
		n := 0
		for {
			ret, timestamp, record := output.GetRecord(decoder)
			if ret != 0 {
				break
			}
			if _, err := json.Marshal(peerDocument(timestamp, record)); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != records {
			b.Fatalf("%d documents of %d records", n, records)
		}
	}
	perRecord(b, records)
}

// benchMsgp turns the chunk into JSON as it is, without any enrichment.
func benchMsgp(b *testing.B, data []byte, records int) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if rest, err := msgp.UnmarshalAsJSON(io.Discard, data); err != nil || len(rest) > 0 {
			b.Fatalf("%d bytes are left: %v", len(rest), err)
		}
	}
	perRecord(b, records)
}

// documentsSize is the number of bytes of a chunk's documents.
func documentsSize(t *testing.T, data []byte) int {
	t.Helper()
	var r chunk.Reader
	var rec chunk.Record
	var batch outputs.Batch
	if err := pass(data, &r, &rec, enrich.New(enrich.Options{}).NewDocument(), &batch); err != nil {
		t.Fatal(err)
	}
	return len(batch.NDJSON())
}
