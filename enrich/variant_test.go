package enrich

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"winevent/enrich/event"
	"winevent/internal/samples"
)

// TestSkeletonsChangeNothing writes recorded events in four threads, in other
// orders, with the skeletons of one Enricher: each document has to be the one that
// is written without any kept skeleton.
func TestSkeletonsChangeNothing(t *testing.T) {
	cold := New(Options{})
	cold.keptBytes.Store(maxKeptBytes + 1) // there is no room for any
	var lines, want [][]byte
	doc := cold.NewDocument()
	for _, path := range samples.Files() {
		of, err := samples.Lines(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range of {
			lines, want = append(lines, line), append(want, documentOf(doc, line))
		}
	}
	if n := kept(cold); n > 0 {
		t.Fatalf("%d skeletons are kept without room", n)
	}
	warm := New(Options{})
	var all sync.WaitGroup
	for thread := range 4 {
		all.Go(func() {
			doc := warm.NewDocument()
			for n := range 2 * len(lines) {
				i := (n*(2*thread+1) + thread*1000) % len(lines)
				if got := documentOf(doc, lines[i]); !bytes.Equal(got, want[i]) {
					t.Errorf("with kept skeletons:\n%s\nwithout:\n%s", got, want[i])
					return
				}
			}
		})
	}
	all.Wait()
	if n, bytes := kept(warm), warm.keptBytes.Load(); n < 1000 || bytes <= 0 || bytes > maxKeptBytes {
		t.Errorf("%d skeletons of %d bytes", n, bytes)
	}
}

// TestVariantsOfOneEventAreBounded has more variants of one event than are kept.
func TestVariantsOfOneEventAreBounded(t *testing.T) {
	e := New(Options{})
	doc := e.NewDocument()
	for round := range 2 {
		for n := range 3 * maxVariants {
			line := fmt.Appendf(nil, `{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4624,"Version":%d,"Channel":"Security","Computer":"c"}`, n)
			if got := documentOf(doc, line); !bytes.Contains(got, fmt.Appendf(nil, `"version":%d`, n)) {
				t.Fatalf("round %d: version %d becomes %s", round, n, got)
			}
		}
	}
	if n := kept(e); n != maxVariants {
		t.Errorf("%d skeletons are kept", n)
	}
}

// TestRecordsThatAreNotKeptDoNotAllocate: an event of which no further variants
// are kept, and one that finds no room, take no memory for each record.
func TestRecordsThatAreNotKeptDoNotAllocate(t *testing.T) {
	many, full := New(Options{}), New(Options{})
	line := []byte(`{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4624,"Version":99,"Channel":"Security","Computer":"c","EventRecordID":1,"TimeCreated":"2026-01-01 00:00:00 +0000"}`)
	for n := range maxVariants {
		documentOf(many.NewDocument(), bytes.Replace(line, []byte("99"), fmt.Append(nil, n), 1))
	}
	full.keptBytes.Store(maxKeptBytes)
	for name, e := range map[string]*Enricher{"too many": many, "no room": full} {
		doc, before := e.NewDocument(), kept(e)
		var out []byte
		if n := testing.AllocsPerRun(100, func() {
			doc.ReadLine(line, event.Time{})
			doc.Enrich()
			out = doc.AppendJSON(out[:0])
		}); n > 0 || kept(e) != before {
			t.Errorf("%s: %v allocations for a record, %d skeletons more", name, n, kept(e)-before)
		}
	}
}

// TestKeywordTextsTellVariantsApart: of the texts of keywords, only the outcome
// that they state is something that documents of a variant have in common.
func TestKeywordTextsTellVariantsApart(t *testing.T) {
	e := New(Options{})
	doc := e.NewDocument()
	for range 3 {
		for keywords, outcome := range map[string]string{
			`["Audit Success"]`: `"outcome":"success"`, `["Audit Success","Other"]`: `"outcome":"success"`, `["Audit Failure"]`: `"outcome":"failure"`,
		} {
			line := fmt.Appendf(nil, `{"winlog":{"provider_name":"Microsoft-Windows-Security-Auditing","event_id":"5156","channel":"Security","keywords":%s}}`, keywords)
			if got := documentOf(doc, line); !bytes.Contains(got, []byte(outcome)) || !bytes.Contains(got, []byte(`"keywords":`+keywords)) {
				t.Errorf("%s becomes %s", line, got)
			}
		}
	}
	if n := kept(e); n != 2 {
		t.Errorf("%d variants are kept", n)
	}
}

// TestSkeletonsOfOneVariantAreBounded has more kinds of records of one variant than are kept.
func TestSkeletonsOfOneVariantAreBounded(t *testing.T) {
	e := New(Options{})
	doc := e.NewDocument()
	members := []string{`"Computer":"c"`, `"Message":"m"`, `"ProcessID":1`, `"ThreadID":2`, `"UserID":"S-1-5-21-1"`}
	for range 2 {
		for n := range 1 << len(members) {
			line := []byte(`{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4624,"Channel":"Security"`)
			for i, m := range members {
				if n>>i&1 != 0 {
					line = append(append(line, ','), m...)
				}
			}
			got := documentOf(doc, append(line, '}'))
			for i, member := range []string{`"host":{"name":"c"`, `"message":"m"`, `"pid":1`, `"thread":{"id":2}`, `"identifier":"S-1-5-21-1"`} {
				if bytes.Contains(got, []byte(member)) != (n>>i&1 != 0) {
					t.Fatalf("%s} becomes %s", line, got)
				}
			}
		}
	}
	if n := kept(e); n != maxSkeletons {
		t.Errorf("%d skeletons are kept", n)
	}
}

func documentOf(doc *Document, line []byte) []byte {
	doc.StartBatch()
	doc.ReadLine(line, event.Time{Sec: 1, Set: true})
	doc.Enrich()
	return doc.AppendJSON(nil)
}

// kept counts the skeletons that an Enricher keeps.
func kept(e *Enricher) (n int) {
	for i := range e.prepared {
		if p := e.prepared[i].Load(); p != nil {
			n += keptFor(p)
		}
	}
	return n
}

func keptFor(p *prepared) (n int) {
	for i := range p.variants {
		if v := p.variants[i].Load(); v != nil {
			for j := range v.skeletons {
				if v.skeletons[j].Load() != nil {
					n++
				}
			}
		}
	}
	return n
}
