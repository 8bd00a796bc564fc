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

// chunkSize is about what in_winevtlog reads at a time (its read_limit_per_cycle).
const chunkSize = 512 << 10

// input is real events in their natural mix, in chunks.
type input struct {
	chunks  [][]byte
	records int
	bytes   int64
}

func read(b testing.TB, file string) input {
	b.Helper()
	return chunksOf(b, linesOf(b, file))
}

func linesOf(b testing.TB, file string) [][]byte {
	b.Helper()
	lines, err := samples.Lines(samples.Dir("samples", file))
	if err != nil {
		b.Fatal(err)
	}
	return lines
}

func chunksOf(b testing.TB, lines [][]byte) input {
	b.Helper()
	in := input{records: len(lines)}
	var err error
	var data []byte
	for i, line := range lines {
		if data, err = testchunk.AppendLine(data, line, time.Unix(1767225600, 0), testchunk.WithMetadata); err != nil {
			b.Fatal(err)
		}
		if len(data) >= chunkSize || i == len(lines)-1 {
			in.chunks = append(in.chunks, data)
			in.bytes += int64(len(data))
			data = nil
		}
	}
	return in
}

// perRecord reports the time of one record, which is what people compare.
func perRecord(b *testing.B, records int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(records), "ns/record")
	b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkChunkToDocuments(b *testing.B) {
	in := read(b, "winevtlog_stringinserts.jsonl.gz")
	b.Run("winevent", func(b *testing.B) { benchWinevent(b, in) })
	b.Run("peer=fluent-bit-go+encoding/json", func(b *testing.B) { benchDecoder(b, in) })
	b.Run("peer=msgp.UnmarshalAsJSON", func(b *testing.B) { benchMsgp(b, in) })
}

func BenchmarkEventDataMapToDocuments(b *testing.B) {
	in := read(b, "winevtlog_eventdata_and_inserts.jsonl.gz")
	b.Run("winevent", func(b *testing.B) { benchWinevent(b, in) })
	b.Run("peer=fluent-bit-go+encoding/json", func(b *testing.B) { benchDecoder(b, in) })
}

// form is events in one shipper's form.
type form struct {
	name string
	in   input
}

// forms are the forms that arrive beside in_winevtlog's own: 300 events each, the same in all but NXLog's.
func forms(b testing.TB) []form {
	b.Helper()
	var all []form
	for _, f := range []struct{ name, file string }{
		{"winevtlog-xml", "aligned/winevtlog_xml.jsonl.gz"}, {"winevtlog-text", "aligned/winevtlog_text.jsonl.gz"},
		{"winlog", "aligned/winlog_legacy.jsonl.gz"}, {"winlogbeat", "aligned/winlogbeat8_generated.jsonl.gz"},
		{"evtx_dump", "aligned/evtx_dump.jsonl.gz"}, {"nxlog", "real_nxlog.jsonl.gz"},
	} {
		all = append(all, form{f.name, read(b, f.file)})
	}
	// As in_tail without a parser reads a file of JSON lines: each is a text.
	var wrapped [][]byte
	for _, line := range linesOf(b, "aligned/winlogbeat8_generated.jsonl.gz") {
		text, err := json.Marshal(map[string]string{"log": string(line)})
		if err != nil {
			b.Fatal(err)
		}
		wrapped = append(wrapped, text)
	}
	return append(all, form{"json-in-text", chunksOf(b, wrapped)})
}

// BenchmarkFormsToDocuments is enriched documents of the other forms.
func BenchmarkFormsToDocuments(b *testing.B) {
	for _, f := range forms(b) {
		b.Run(f.name, func(b *testing.B) {
			b.Run("winevent", func(b *testing.B) { benchWinevent(b, f.in) })
			b.Run("peer=msgp.UnmarshalAsJSON", func(b *testing.B) { benchMsgp(b, f.in) })
		})
	}
}

// worker is the memory of one flush.
type worker struct {
	reader chunk.Reader
	record chunk.Record
	batch  outputs.Batch
	doc    *enrich.Document
	// attributes are what the documents' destination wants of them.
	attributes []*enrich.Template
}

func newWorker() *worker { return workerOf(enrich.New(enrich.Options{})) }

func workerOf(e *enrich.Enricher) *worker { return &worker{doc: e.NewDocument()} }

// pass makes the documents of a chunk.
func (w *worker) pass(data []byte) error {
	w.batch.Reset(len(data))
	w.reader.Reset(data)
	w.doc.StartBatch()
	for n := 0; ; n++ {
		if err := w.reader.Next(&w.record, w.doc); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		r := &w.record
		w.doc.EndRecord(r.Body, r.Err, r.Metadata, r.Time)
		w.doc.Enrich()
		w.batch.Commit(w.doc.AppendJSON(w.batch.Begin()), n, w.doc.ID())
		for _, t := range w.attributes {
			w.batch.CommitAttribute(t.Append(w.batch.BeginAttribute(), w.doc))
		}
	}
}

func benchWinevent(b *testing.B, in input) {
	w := newWorker()
	b.SetBytes(in.bytes)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, data := range in.chunks {
			if err := w.pass(data); err != nil {
				b.Fatal(err)
			}
			n += w.batch.Len()
		}
		if n != in.records {
			b.Fatalf("%d documents of %d records", n, in.records)
		}
	}
	perRecord(b, in.records)
}

// TestChunkToDocumentsDoesNotAllocate holds the hot path at no allocation.
func TestChunkToDocumentsDoesNotAllocate(t *testing.T) {
	all := forms(t)
	for _, file := range []string{"winevtlog_stringinserts.jsonl.gz", "winevtlog_eventdata_and_inserts.jsonl.gz", "winevtlog_eventdata_only.jsonl.gz"} {
		all = append(all, form{file, read(t, file)})
	}
	for _, f := range all {
		w := newWorker()
		run := func() {
			for _, data := range f.in.chunks {
				if err := w.pass(data); err != nil {
					t.Fatal(err)
				}
			}
		}
		run() // the first pass grows the buffers
		if n := testing.AllocsPerRun(5, run); n > 0 {
			t.Errorf("%s: %v allocations for %d records", f.name, n, f.in.records)
		}
	}
}

// benchDecoder is the way that Fluent Bit's Go interface offers: its decoder,
// which makes maps, and encoding/json.
func benchDecoder(b *testing.B, in input) {
	b.SetBytes(in.bytes)
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, data := range in.chunks {
			decoder := output.NewDecoder(unsafe.Pointer(&data[0]), len(data))
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
		}
		if n != in.records {
			b.Fatalf("%d documents of %d records", n, in.records)
		}
	}
	perRecord(b, in.records)
}

// benchMsgp turns the chunk into JSON as it is, without any enrichment.
func benchMsgp(b *testing.B, in input) {
	b.SetBytes(in.bytes)
	b.ReportAllocs()
	for b.Loop() {
		for _, data := range in.chunks {
			if rest, err := msgp.UnmarshalAsJSON(io.Discard, data); err != nil || len(rest) > 0 {
				b.Fatalf("%d bytes are left: %v", len(rest), err)
			}
		}
	}
	perRecord(b, in.records)
}
