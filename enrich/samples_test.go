package enrich_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/enrich/record"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/plugin/chunk"
)

func itoa(n uint32) string { return strconv.Itoa(int(n)) }

// unreadable are the recorded lines that are no readable event: none.
var unreadable = map[string]int{}

// TestEverySample sends every recorded event through as a line and as a chunk:
// one valid document for each, in order, twice the same bytes, none lost, and
// none with the id of another.
func TestEverySample(t *testing.T) {
	total := 0
	for _, file := range samples.Files() {
		lines, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		total += len(lines)
		t.Run(filepath.Base(file), func(t *testing.T) {
			first, bad := documentsOfLines(t, lines)
			second, _ := documentsOfLines(t, lines)
			if !bytes.Equal(bytes.Join(first, nil), bytes.Join(second, nil)) {
				t.Error("two runs differ")
			}
			if bad != unreadable[filepath.Base(file)] {
				t.Errorf("%d lines are no readable event, want %d", bad, unreadable[filepath.Base(file)])
			}
			checkIDs(t, first)
			if filepath.Ext(trimGz(file)) == ".jsonl" {
				checkChunk(t, lines, first)
			}
		})
	}
	// 6,249 lines and the same 300 events in eight shapes.
	if total != 6249+8*300 {
		t.Errorf("%d recorded events, want %d", total, 6249+8*300)
	}
}

func trimGz(name string) string { return name[:len(name)-len(".gz")] }

func documentsOfLines(t *testing.T, lines [][]byte) (documents [][]byte, bad int) {
	t.Helper()
	doc := enrich.New(enrich.Options{}).NewDocument()
	for i, line := range lines {
		doc.ReadLine(line, event.Time{})
		doc.Enrich()
		d := doc.AppendJSON(nil)
		if !json.Valid(d) {
			t.Fatalf("line %d: not valid JSON: %s", i+1, d)
		}
		if doc.Err() != nil {
			bad++
		}
		documents = append(documents, d)
	}
	return documents, bad
}

func checkIDs(t *testing.T, documents [][]byte) {
	t.Helper()
	seen := map[string]int{}
	for i, d := range documents {
		var v struct{ Event struct{ ID string } }
		if err := json.Unmarshal(d, &v); err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[v.Event.ID]; twice && !bytes.Equal(documents[other], d) {
			t.Errorf("documents %d and %d share the id %s", other+1, i+1, v.Event.ID)
		}
		seen[v.Event.ID] = i
	}
}

// checkChunk sends the lines as one chunk of each framing and expects the same
// documents, but for what only one of the two ways has.
func checkChunk(t *testing.T, lines, want [][]byte) {
	t.Helper()
	for _, framing := range []testchunk.Framing{testchunk.WithMetadata, testchunk.Plain} {
		data, err := testchunk.OfLines(lines, time.Unix(1767225600, 0), framing)
		if err != nil {
			t.Fatal(err)
		}
		var r chunk.Reader
		var rec chunk.Record
		r.Reset(data)
		doc := enrich.New(enrich.Options{}).NewDocument()
		for i := range want {
			if err := r.Next(&rec, doc); err != nil {
				t.Fatalf("record %d: %v", i, err)
			}
			doc.EndRecord(rec.Body, rec.Err, rec.Metadata, event.Time{})
			doc.Enrich()
			got := doc.AppendJSON(nil)
			if !bytes.Equal(withoutContentID(t, got), withoutContentID(t, want[i])) {
				t.Fatalf("record %d differs as msgpack:\n%s\n%s", i, got, want[i])
			}
		}
		if err := r.Next(&rec, doc); err == nil {
			t.Error("the chunk has more records than lines")
		}
	}
}

// withoutContentID cuts out event.id where it was made of the record's bytes,
// which differ between JSON and msgpack, and event.original, whose spelling differs.
func withoutContentID(t *testing.T, document []byte) []byte {
	t.Helper()
	var rec record.Record
	root, err := rec.ReadJSON(document)
	if err != nil {
		t.Fatal(err)
	}
	if rec.FindText(rec.Find(root, "winlog"), "record_id") != nil {
		return document
	}
	id := rec.FindText(rec.Find(root, "event"), "id")
	return bytes.Replace(document, id, nil, 1)
}
