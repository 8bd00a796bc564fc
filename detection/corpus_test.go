//go:build unix

package detection

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	windows "winevent/enrich/event"
	"winevent/internal/samples"
)

// recorded are the files whose events rules are tried on, and how to read them.
var recorded = []struct {
	file string
	read func(line []byte) (*event, error)
	// positions says that parameters have no names: only events that the catalog
	// knows can be found by them.
	positions bool
}{
	{"winevtlog_eventdata_and_inserts.jsonl.gz", readWinevtlog, false},
	{"winevtlog_eventdata_only.jsonl.gz", readWinevtlog, false},
	{"winevtlog_stringinserts.jsonl.gz", readWinevtlog, true},
	{"seeds_winevtlog.jsonl.gz", readWinevtlog, false},
	{"real_nxlog.jsonl.gz", readFlat, false},
	{"real_flat.jsonl.gz", readFlat, false},
	{"real_winlogbeat6.jsonl.gz", readWinlogbeat, false},
	{"aligned/winevtlog_eventdata.jsonl.gz", readWinevtlog, false},
	{"aligned/winevtlog_stringinserts.jsonl.gz", readWinevtlog, true},
	{"aligned/winevtlog_xml.jsonl.gz", readWinevtlog, false},
	{"aligned/event_xml.xmll.gz", readXML, false},
	{"aligned/evtx_dump.jsonl.gz", readEvtxDump, false},
	{"aligned/winlogbeat8_generated.jsonl.gz", readWinlogbeat, false},
}

// corpus reads the recorded events and makes their documents.
func corpus(t *testing.T) []*event {
	t.Helper()
	var all []*event
	doc := enrich.New(enrich.Options{}).NewDocument()
	for _, r := range recorded {
		lines, err := samples.Lines(samples.Dir("samples", filepath.FromSlash(r.file)))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range lines {
			e, err := r.read(line)
			if err != nil {
				t.Fatalf("%s:%d: %v", r.file, i+1, err)
			}
			if r.positions && !e.known() {
				continue
			}
			e.name()
			e.place = fmt.Sprintf("%s:%d", strings.TrimSuffix(r.file, ".gz"), i+1)
			e.enrich(doc, line)
			all = append(all, e)
		}
	}
	return all
}

// known tells whether no parameter of the event needs a name that is not known.
func (e *event) known() bool {
	return len(e.inserts) == 0 || order[fmt.Sprintf("%s:%d", e.channel, e.id)] != ""
}

// enrich makes the document.
func (e *event) enrich(doc *enrich.Document, line []byte) {
	read := windows.Time{Sec: 1_767_225_600, Set: true}
	doc.ReadLine(line, read)
	doc.Enrich()
	e.document = doc.AppendJSON(nil)
	e.stream = "logs-" + gjson.GetBytes(e.document, "data_stream.dataset").String() + "-"
}
