package bench

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tidwall/gjson"
	"github.com/tinylib/msgp/msgp"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/internal/elastictest"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/elasticsearch/setup"
	"winevent/plugin/chunk"
	"winevent/plugin/config"
	"winevent/plugin/instance"
)

const (
	elasticChunks = 4
	// elasticChunkBytes is how much out_es sends in one request here: a chunk.
	elasticChunkBytes = 5 << 20
	// rawStream is where the peer's records go. Nothing but the server's guesses maps them.
	rawStream = "logs-raw-%s"
)

// elasticNode is a node with winevent's templates, and with a bare one for the peer.
func elasticNode(b *testing.B) *elastictest.Node {
	b.Helper()
	node := elastictest.Start(b, elastictest.Options{Benchmark: true})
	api, err := elasticsearch.NewAPI(elasticsearch.Config{URLs: []string{node.URL()}, RequestTimeout: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	defer api.Close()
	patterns, err := setup.Patterns("{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}", "", nil)
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := setup.Run(b.Context(), api, setup.Options{Version: "bench", Patterns: patterns}, false); err != nil {
		b.Fatal(err)
	}
	node.MustDo(b, "PUT", "/_index_template/raw", `{"index_patterns":["logs-raw-*"],"priority":500,"data_stream":{},"template":{"settings":{"number_of_replicas":0,"index.mapping.total_fields.limit":10000}}}`)
	return node
}

func elasticConfig(b *testing.B, node *elastictest.Node, namespace, remediation, gzip string) config.Config {
	b.Helper()
	c, err := config.Read(func(key string) string {
		return map[string]string{
			"output": "elasticsearch", "elasticsearch_urls": node.URL(), "namespace": namespace, "remediation": remediation, "elasticsearch_gzip": gzip,
			"dead_letter_file": filepath.Join(b.TempDir(), "dead.ndjson"),
		}[key]
	})
	if err != nil {
		b.Fatal(err)
	}
	c.Elasticsearch.Log = slog.New(slog.DiscardHandler)
	return c
}

// elasticRecords are chunks whose record ids can be changed: an event that is
// there already would be no work.
type elasticRecords struct {
	chunks  []freshChunk
	records int
	size    int64
	next    uint64
}

type freshChunk struct {
	data []byte
	ids  []int // where the record ids stand
}

func (in *elasticRecords) renew() {
	for _, c := range in.chunks {
		for _, at := range c.ids {
			in.next++
			binary.BigEndian.PutUint64(c.data[at:], in.next)
		}
	}
}

var recordID = regexp.MustCompile(`"EventRecordID":\d+`)

// elasticInput is chunks of real events in their natural mix.
func elasticInput(b *testing.B) *elasticRecords {
	b.Helper()
	const placeholder = 0x7aa55aa55aa55aa5
	marked, where := fmt.Appendf(nil, `"EventRecordID":%d`, placeholder), binary.BigEndian.AppendUint64(nil, placeholder)
	lines, err := samples.Lines(samples.Dir("samples", "winevtlog_stringinserts.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	in := &elasticRecords{next: 1 << 40}
	for range elasticChunks {
		var c freshChunk
		for len(c.data) < elasticChunkBytes {
			from := len(c.data)
			line := recordID.ReplaceAll(lines[in.records%len(lines)], marked)
			if c.data, err = testchunk.AppendLine(c.data, line, time.Unix(1767225600, 0), testchunk.WithMetadata); err != nil {
				b.Fatal(err)
			}
			c.ids = append(c.ids, from+bytes.Index(c.data[from:], where))
			in.records++
		}
		in.size += int64(len(c.data))
		in.chunks = append(in.chunks, c)
	}
	return in
}

// BenchmarkElasticsearch is a chunk as Fluent Bit hands it over, to documents
// that a real node has stored: enriched, with an id of their own, mapped by
// winevent's templates; and the way of out_es, which sends a chunk as one request
// into an index that the server's guesses map: the records as they are, and the
// same documents as winevent's, which are ready made here.
func BenchmarkElasticsearch(b *testing.B) {
	node := elasticNode(b)
	in := elasticInput(b)
	for range 2 { // the first requests meet code that is not compiled yet
		for _, way := range []*elasticWay{wineventWay(b, node, in, "on"), outESWay(b, node, in, rawBody)} {
			way.pass(2)
		}
	}
	for _, gzip := range []string{"on", "off"} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("workers=%d/gzip=%s", workers, gzip), func(b *testing.B) {
				b.Run("winevent", func(b *testing.B) { wineventWay(b, node, in, gzip).measure(b, workers) })
				b.Run("peer=out_es", func(b *testing.B) { outESWay(b, node, in, rawBody).measure(b, workers) })
				b.Run("peer=out_es+same-documents", func(b *testing.B) { outESWay(b, node, in, enrichedBody).measure(b, workers) })
			})
		}
	}
}

// elasticWay is one way to have the records of all chunks stored.
type elasticWay struct {
	node   *elastictest.Node
	in     *elasticRecords
	stream string // where the documents are
	flush  func(chunk int) (refused int, err error)
	ahead  func() // what a pass begins with
	passes int
	// refused are lost with out_es; winevent would have them in the dead letter file.
	refused atomic.Int64
	failed  atomic.Pointer[error]
}

func (w *elasticWay) pass(workers int) {
	w.ahead()
	inThreads(workers, len(w.in.chunks), func(n int) {
		refused, err := w.flush(n)
		if err != nil {
			w.failed.Store(&err)
		}
		w.refused.Add(int64(refused))
	})
	w.passes++
}

// measure leaves out the first pass, as measured does: in it the parameters of
// each event become fields of the mapping, once in the life of an index.
func (w *elasticWay) measure(b *testing.B, workers int) {
	measured(b, w.in.records, w.in.size, func() { w.pass(workers) })
	if err := w.failed.Load(); err != nil {
		b.Error(*err)
	}
	refused := int(w.refused.Load())
	if n := w.node.Count(b, w.stream); n+refused != w.passes*w.in.records {
		b.Errorf("%d documents and %d refused of %d records", n, refused, w.passes*w.in.records)
	}
	b.ReportMetric(float64(refused)/float64(w.passes), "refused")
}

// fresh is a name that nothing has been written to.
func fresh(name string) string { return fmt.Sprintf("%s%d", name, time.Now().UnixNano()) }

func wineventWay(b *testing.B, node *elastictest.Node, in *elasticRecords, gzip string) *elasticWay {
	b.Helper()
	namespace := fresh("bench")
	c := elasticConfig(b, node, namespace, "full", gzip)
	i, err := instance.Open(c, c.Elasticsearch.Log)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { i.Close() })
	return &elasticWay{
		node: node, in: in, stream: "logs-*-" + namespace, ahead: in.renew,
		flush: func(n int) (int, error) { return 0, i.Flush(in.chunks[n].data, "bench") },
	}
}

// outESWay sends a chunk as one request, and the next when the answer was read.
// What it takes to make the requests is not counted: they are the same in each
// pass, as the server gives the ids.
func outESWay(b *testing.B, node *elastictest.Node, in *elasticRecords, body func(b *testing.B, data []byte, stream string) []byte) *elasticWay {
	b.Helper()
	stream := fmt.Sprintf(rawStream, fresh(""))
	bodies := make([][]byte, len(in.chunks))
	for n, c := range in.chunks {
		bodies[n] = body(b, c.data, stream)
	}
	return &elasticWay{
		node: node, in: in, stream: stream, ahead: func() {},
		flush: func(n int) (int, error) { return outESRequest(node.URL(), bodies[n]) },
	}
}

// enrichedBody is the request that out_es would make of winevent's documents.
func enrichedBody(b *testing.B, data []byte, stream string) []byte {
	b.Helper()
	w := newWorker()
	if err := w.pass(data); err != nil {
		b.Fatal(err)
	}
	var body bytes.Buffer
	for i := range w.batch.Len() {
		fmt.Fprintf(&body, `{"create":{"_index":%q}}`+"\n%s\n", stream, w.batch.Doc(i))
	}
	return body.Bytes()
}

// rawBody is the request that out_es makes of a chunk with Write_Operation create.
func rawBody(b *testing.B, data []byte, stream string) []byte {
	b.Helper()
	var body, text bytes.Buffer
	var reader chunk.Reader
	var rec chunk.Record
	doc := enrich.New(enrich.Options{}).NewDocument()
	for reader.Reset(data); reader.Next(&rec, doc) == nil; {
		text.Reset()
		if _, err := msgp.UnmarshalAsJSON(&text, rec.Body); err != nil {
			b.Fatal(err)
		}
		fmt.Fprintf(&body, `{"create":{"_index":%q}}`+"\n"+`{"@timestamp":"2026-01-01T00:00:00.000Z",%s`+"\n", stream, text.Bytes()[1:])
	}
	return body.Bytes()
}

// outESRequest sends a request and reads all of the answer, as out_es does, which
// then looks only for the one word that says whether something was refused.
func outESRequest(url string, body []byte) (refused int, err error) {
	answer, err := http.Post(url+"/_bulk", "application/x-ndjson", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("%d: %.300s: %w", answer.StatusCode, text, err)
	}
	if bytes.Contains(text[:min(100, len(text))], []byte(`"errors":false`)) {
		return 0, nil
	}
	return len(gjson.GetBytes(text, "items.#.create.error").Array()), nil
}

// inThreads calls f for each of n chunks, a number of them at a time.
func inThreads(threads, n int, f func(chunk int)) {
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	var all sync.WaitGroup
	for range threads {
		all.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	all.Wait()
}

// BenchmarkElasticsearchSize is how many bytes a document takes on the wire,
// without and with compression, and on the disk of one copy, all segments merged.
// all is each recorded event once; known are those that remediation is about, so
// often that what an index takes by itself does not count.
func BenchmarkElasticsearchSize(b *testing.B) {
	node := elasticNode(b)
	table := fmt.Sprintf("%-28s%12s%12s%12s", "bytes a document", "plain", "gzip", "disk")
	for _, events := range []string{"all", "known"} {
		in := read(b, "winevtlog_stringinserts.jsonl.gz")
		if events == "known" {
			in = knownEvents(b)
		}
		for _, remediation := range []string{"full", "summary", "off", "peer"} {
			s := elasticSize(b, node, in, remediation)
			name := "events=" + events + "/remediation=" + remediation
			if remediation == "peer" {
				name = "events=" + events + "/out_es"
			}
			table += fmt.Sprintf("\n%-28s%12.0f%12.0f%12.0f", strings.Replace(name, "remediation=", "", 1), s.plain, s.gzip, s.disk)
			b.Run(name, s.report)
		}
	}
	printed := false
	b.Run("table", func(b *testing.B) { // the log of a benchmark that has others in it is not shown
		if !printed {
			b.Log("\n" + table)
		}
		printed = true
	})
}

// knownEvents are recorded events that the catalog has, each with a record id of its own.
func knownEvents(b *testing.B) (in input) {
	b.Helper()
	lines, err := samples.Lines(samples.Dir("samples", "seeds_winevtlog.jsonl.gz"))
	if err != nil {
		b.Fatal(err)
	}
	doc := enrich.New(enrich.Options{}).NewDocument()
	lines = slices.DeleteFunc(lines, func(line []byte) bool {
		doc.ReadLine(line, event.Time{})
		doc.Enrich()
		return !doc.Known()
	})
	for in.records < 4000 {
		var data []byte
		for range 500 {
			line := recordID.ReplaceAll(lines[in.records%len(lines)], fmt.Appendf(nil, `"EventRecordID":%d`, in.records))
			if data, err = testchunk.AppendLine(data, line, time.Unix(1767225600, 0), testchunk.WithMetadata); err != nil {
				b.Fatal(err)
			}
			in.records++
		}
		in.chunks, in.bytes = append(in.chunks, data), in.bytes+int64(len(data))
	}
	return in
}

// size is in bytes a document.
type size struct{ plain, gzip, disk float64 }

func (s size) report(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(s.plain, "plain-B/doc")
	b.ReportMetric(s.gzip, "gzip-B/doc")
	b.ReportMetric(s.disk, "disk-B/doc")
}

func elasticSize(b *testing.B, node *elastictest.Node, in input, remediation string) size {
	b.Helper()
	if remediation == "peer" {
		return rawSize(b, node, in)
	}
	return wineventSize(b, node, in, remediation)
}

func wineventSize(b *testing.B, node *elastictest.Node, in input, remediation string) size {
	b.Helper()
	namespace := fresh(remediation)
	c := elasticConfig(b, node, namespace, remediation, "on")
	o, err := elasticsearch.Open(c.Elasticsearch)
	if err != nil {
		b.Fatal(err)
	}
	defer o.Close()
	w := &worker{doc: enrich.New(c.Enrichment()).NewDocument(), attributes: c.Elasticsearch.Attributes()}
	for _, data := range in.chunks {
		if err := w.pass(data); err != nil {
			b.Fatal(err)
		}
		if err := o.Write(context.Background(), &w.batch); err != nil {
			b.Fatal(err)
		}
	}
	stats, documents := o.Stats(), float64(in.records)
	return size{float64(stats.Bytes) / documents, float64(stats.Compressed) / documents, onDisk(b, node, "logs-*-"+namespace)}
}

// rawSize is what out_es's requests take, which are compressed only if Compress is set.
func rawSize(b *testing.B, node *elastictest.Node, in input) size {
	b.Helper()
	stream, plain := fmt.Sprintf(rawStream, fresh("")), 0
	var packed bytes.Buffer
	for _, data := range in.chunks {
		body := rawBody(b, data, stream)
		plain += len(body)
		zip := gzip.NewWriter(&packed)
		if _, err := zip.Write(body); err != nil {
			b.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			b.Fatal(err)
		}
		if _, err := outESRequest(node.URL(), body); err != nil {
			b.Fatal(err)
		}
	}
	records := float64(in.records)
	return size{float64(plain) / records, float64(packed.Len()) / records, onDisk(b, node, stream)}
}

// onDisk is the size of a document with all that belongs to it.
func onDisk(b *testing.B, node *elastictest.Node, index string) float64 {
	b.Helper()
	documents := node.Count(b, index)
	node.MustDo(b, "POST", "/"+index+"/_forcemerge?max_num_segments=1", "")
	node.MustDo(b, "POST", "/"+index+"/_flush?force=true", "")
	answer := node.MustDo(b, "GET", "/"+index+"/_stats/store,docs", "")
	bytes := gjson.GetBytes(answer, "_all.primaries.store.size_in_bytes").Float()
	if documents == 0 || bytes == 0 {
		b.Fatalf("%d documents, %s", documents, answer)
	}
	return bytes / float64(documents)
}
