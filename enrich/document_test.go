package enrich_test

import (
	"bytes"
	"testing"

	"winevent/enrich"
	"winevent/enrich/event"
)

// No bytes at all are a record too: an empty line, or a chunk that a broken input made.
func TestDocumentOfNothing(t *testing.T) {
	read := event.Time{Sec: 1_700_000_000, Set: true}
	d := enrich.New(enrich.Options{}).NewDocument()
	for name, from := range map[string]func(){
		"no line":       func() { d.ReadLine(nil, read) },
		"empty line":    func() { d.ReadLine([]byte{}, read) },
		"no msgpack":    func() { d.ReadMsgpack(nil, nil, read) },
		"empty msgpack": func() { d.ReadMsgpack([]byte{}, []byte{}, read) },
	} {
		t.Run(name, func(t *testing.T) {
			from()
			d.Enrich()
			checkDocument(t, d.AppendJSON(nil))
			if d.Err() == nil {
				t.Error("it is taken for an event")
			}
		})
	}
}

// Text is repaired wherever it is written, and a repaired text is always marked:
// also where it stands in JSON that is itself the text of a field.
func TestRepairedTextIsMarked(t *testing.T) {
	d := enrich.New(enrich.Options{}).NewDocument()
	for name, body := range map[string]string{
		"in the original of what is no event": "\x81\xa1a\xa1\xff",
		"in a name of it":                     "\x81\xa1\xff\xa1a",
		"in an object among the parameters":   "\x83\xacProviderName\xa1P\xa7EventID\x01\xa9EventData\x81\xa1a\x81\xa1b\xa1\xff",
		"in a list among the parameters":      "\x83\xacProviderName\xa1P\xa7EventID\x01\xa9EventData\x81\xa1a\x91\x91\xa1\xff",
	} {
		d.ReadMsgpack([]byte(body), nil, event.Time{Sec: 1, Set: true})
		d.Enrich()
		doc := d.AppendJSON(nil)
		checkDocument(t, doc)
		if !bytes.Contains(doc, []byte("winevent_invalid_utf8")) {
			t.Errorf("%s: %s", name, doc)
		}
	}
}
