package enrich_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/jsoncheck"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// fuzzed is one record in the two ways in which a document is made.
type fuzzed struct{ line, body, metadata []byte }

// documents makes the documents of one record, in a batch of their own.
func (r fuzzed) documents(d *enrich.Document) (out [][]byte) {
	read := event.Time{Sec: 1_700_000_000, Nsec: 123_456_789, Digits: 9, Set: true}
	d.StartBatch()
	for range 2 { // in a batch, the second of two equal records has another id
		d.ReadLine(r.line, read)
		d.Enrich()
		out = append(out, d.AppendJSON(nil))
		d.ReadMsgpack(r.body, r.metadata, read)
		d.Enrich()
		out = append(out, d.AppendJSON(nil))
	}
	return out
}

func checkDocument(t *testing.T, doc []byte) {
	t.Helper()
	if err := jsoncheck.Document(doc); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	var has struct {
		Timestamp string `json:"@timestamp"`
		Event     struct{ ID, Kind, Original string }
		Error     struct{ Message string }
		Tags      []string
	}
	if err := json.Unmarshal(doc, &has); err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
	if has.Timestamp == "" || len(has.Event.ID) != 32 || has.Event.Kind == "" {
		t.Fatalf("the document has no time, id or kind: %s", doc)
	}
	if has.Event.Kind == "pipeline_error" && (has.Error.Message == "" || len(has.Tags) == 0) {
		t.Fatalf("a record that is no event is not marked: %s", doc)
	}
}

func FuzzDocument(f *testing.F) {
	for _, path := range samples.Files() {
		lines, err := samples.Lines(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range lines[:min(3, len(lines))] {
			body, err := testchunk.JSON(line)
			if err != nil { // the file of XML
				body = []byte{0xc0}
			}
			f.Add(line, body, []byte("\x81\xa1a\x01"))
		}
	}
	for _, line := range []string{
		"", "x", "null", "[]", `{"a":1,"a":2}`, "<Event><System><EventID>1</EventID></System></Event>", "<Event>", `{"log":"{\"ProviderName\":\"P\",\"EventID\":1}"}`,
		`{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":5027,"StringInserts":["0x00000005"]}`,
		`{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4948,"EventData":{"a b":1,"ab":{"c":[1,1]},"":[null,{"d":1,"d":2}]},"Data":1,"x":{"y":1,"y":2}}`,
		"{\"ProviderName\":\"P\xff\",\"EventID\":1,\"\xff\":1,\"\xfe\":2,\"StringInserts\":[\"\xff\"]}",
	} {
		f.Add([]byte(line), []byte("\x82\xacProviderName\xa1P\xa7EventID\x01"), []byte(nil))
		f.Add([]byte(line), []byte{}, []byte("\x82\xa1\xff\x01\xa1\xfe\x02"))
	}
	f.Add([]byte("1"), []byte("\x84\xacProviderName\xa1P\xa7EventID\x01\xc4\x01\xff\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\xadStringInserts\x93\xca\x7f\xc0\x00\x00\xc4\x01\xff\xd4\x01\x02"), []byte("\x91\x01"))
	plain := enrich.New(enrich.Options{})
	all := enrich.New(enrich.Options{PreserveOriginal: true, AlertMinSeverity: catalog.Informational})
	used, usedAll := plain.NewDocument(), all.NewDocument()
	f.Fuzz(func(t *testing.T, line, body, metadata []byte) {
		r := fuzzed{line, body, metadata}
		for _, c := range []struct {
			enricher *enrich.Enricher
			used     *enrich.Document
		}{{plain, used}, {all, usedAll}} {
			fresh := r.documents(c.enricher.NewDocument())
			again := r.documents(c.used) // which has seen other records before
			for i, doc := range fresh {
				checkDocument(t, doc)
				if !bytes.Equal(doc, again[i]) {
					t.Fatalf("the same record gives\n%s\nand then\n%s", doc, again[i])
				}
			}
		}
	})
}
