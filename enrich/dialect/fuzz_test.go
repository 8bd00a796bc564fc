package dialect_test

import (
	"bytes"
	"errors"
	"testing"

	"winevent/enrich/dialect"
	"winevent/enrich/event"
	"winevent/enrich/record"
	"winevent/internal/samples"
)

// addSamples adds the first lines of each recorded file that wanted lets through.
func addSamples(f *testing.F, n int, wanted func(line []byte) bool) {
	f.Helper()
	for _, path := range samples.Files() {
		lines, err := samples.Lines(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, line := range lines[:min(n, len(lines))] {
			if wanted(line) {
				f.Add(line)
			}
		}
	}
}

// checkAnswer checks an error of the readers, and that what an event refers to is there.
func checkAnswer(t *testing.T, ev *event.Event, err error) {
	t.Helper()
	known := err == nil
	for _, e := range []error{dialect.ErrNotEvent, dialect.ErrXML, record.ErrJSON, record.ErrTrailing, record.ErrTooDeep, record.ErrTooMany} {
		known = known || errors.Is(err, e)
	}
	if !known {
		t.Fatalf("unexpected error %v", err)
	}
	for _, p := range ev.Params {
		isTree := p.Value.Kind == record.Array || p.Value.Kind == record.Map
		if isTree != (p.Index >= 0) || int(p.Index) >= ev.Record.Len() || isTree && ev.Record.At(int(p.Index)).Kind != p.Value.Kind {
			t.Fatalf("parameter %q of kind %d has the index %d of %d", p.Name, p.Value.Kind, p.Index, ev.Record.Len())
		}
	}
	for _, x := range ev.Extras {
		if x.Index < 0 || int(x.Index) >= ev.Record.Len() {
			t.Fatalf("extra %q has the index %d of %d", x.Name, x.Index, ev.Record.Len())
		}
	}
	describe(ev) // goes over all there is
}

func FuzzReadXML(f *testing.F) {
	addSamples(f, 5, func(line []byte) bool { return line[0] == '<' })
	f.Add([]byte(eventXML))
	for _, seed := range []string{
		"<Event><System><EventID>1</EventID></System><EventData><Data Name='a'>1</Data><Data/></EventData></Event>",
		"<Event><UserData><x><a>1<!-- -->2<![CDATA[3]]></a><b/></x></UserData></Event>", "<!DOCTYPE a><Event></Event>", "\ufeff<?xml version='1.0'?><e:Event a=\">\"></e:Event>",
		"<Event><EventData><Data>&#65;&#x42;&lt;&nope;&#xD800;</Data><Binary>00</Binary></EventData></Event>", "<a b='1'c=\"2\"/>", "<Event", "<Event></Event",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		dialect.CheckTokens(t, text)
		ev := new(event.Event)
		err := dialect.ReadXML(new(record.Record), text, ev)
		checkAnswer(t, ev, err)
		if !bytes.Equal(before, text) {
			t.Fatalf("reading changed %q to %q", before, text)
		}
	})
}

func FuzzReadDialect(f *testing.F) {
	addSamples(f, 3, func(line []byte) bool { return line[0] == '{' })
	for _, seed := range []string{
		"{" + winevtlogSystem + `,"StringInserts":["a",1]}`, `{"Event":{` + evtxSystem + `,"EventData":{"a":1}}}`,
		`{"winlog":{"event_id":1,"event_data":{"param1":"a"}},"event":{"created":"x"},"host":{"name":"h"}}`, `{"log":"ProviderName=P\nEventID=1\nMessage=m"}`,
		`{"System":"<Event><System><EventID>7</EventID></System></Event>"}`, `{"Provider":"P","EventID":1,"Computer":"C","EventData":"<EventData><Data>1</Data></EventData>"}`,
		`{"Provider":"P","EventID":1,"Computer":"C","EventData":"{\"a\":[1]}"}`, `{"UserData":{"a":[{"b":{"#text":"c"}}]},"System":{}}`,
		wrap("log", wrap("message", small)), wrap("message", eventXML),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, ev := new(record.Record), new(event.Event)
		root, err := rec.ReadJSON(text)
		if err != nil {
			return
		}
		before := treeJSON(rec, root)
		err = dialect.Read(rec, root, ev)
		checkAnswer(t, ev, err)
		// What is read out of a record must leave the record as it is: it may be kept as the original.
		if after := treeJSON(rec, root); after != before {
			t.Fatalf("reading changed %s to %s", before, after)
		}
		// The same again in memory that was used before.
		want := describe(ev)
		rec.Reset()
		ev.Reset()
		if root, err = rec.ReadJSON(text); err != nil {
			t.Fatal(err)
		}
		checkAnswer(t, ev, dialect.Read(rec, root, ev))
		if got := describe(ev); got != want {
			t.Fatalf("read again, the event carries\n%s\nat first\n%s", got, want)
		}
	})
}
