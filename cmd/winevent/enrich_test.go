package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"winevent/enrich"
	"winevent/enrich/event"
)

// The same event in two forms.
const (
	winevtlog5462 = `{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":5462,"Version":0,"Level":0,"Channel":"Security",` +
		`"Computer":"DC01","TimeCreated":"2024-03-01 10:11:12 +0000","EventRecordID":7,"StringInserts":["Policy \"A\"","14"]}`
	xml5462 = `<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Security-Auditing"/>` +
		`<EventID>5462</EventID><Version>0</Version><Channel>Security</Channel><Computer>DC01</Computer></System>` +
		`<EventData><Data Name="Policy">A</Data><Data Name="Error">5</Data></EventData></Event>`
)

// output is what the tests look at in a document.
type output struct {
	Event struct {
		Code, Kind string
		Original   *string
	}
	Error    struct{ Message string }
	Winevent struct {
		Severity string
		Dialect  string
		Error    struct{ Symbol string }
	}
}

// documents reads JSON lines.
func documents(t *testing.T, text string) []output {
	t.Helper()
	var all []output
	for line := range strings.Lines(text) {
		var o output
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v in %.200s", err, line)
		}
		all = append(all, o)
	}
	return all
}

func TestEnrichLines(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     string // what comes out for each line: an event code, or ! and the original
	}{
		{"nothing", "", ""},
		{"one line", winevtlog5462 + "\n", "5462"},
		{"no line end at the end", winevtlog5462, "5462"},
		{"two forms", winevtlog5462 + "\n" + xml5462 + "\n", "5462 5462"},
		{"CRLF", winevtlog5462 + "\r\nx\r\n", "5462 !x"},
		{"empty lines", "\n" + winevtlog5462 + "\n\n", "! 5462 !"},
		{"only a line end", "\n", "!"},
		{"CRLF without a line", "\r\n", "!"},
		{"one CR of two", "x\r\r\n", "!x\r"},
		{"byte order mark", "\ufeff" + winevtlog5462 + "\n" + xml5462, "5462 5462"},
		{"UTF-16 of PowerShell", wide(winevtlog5462 + "\r\nx\r\n"), "5462 !x"},
		{"no JSON", "{\n[1]\nnull\n" + winevtlog5462, "!{ ![1] !null 5462"},
		{"no UTF-8", "\xff\n", "!\ufffd"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := command(test.in, "enrich", "-")
			var seen []string
			code := exitOK
			for _, d := range documents(t, got.out) {
				text := d.Event.Code
				if d.Event.Kind == "pipeline_error" {
					code = exitNotEvent
					if d.Error.Message == "" || d.Event.Original == nil {
						t.Fatalf("no reason or no original in %s", got.out)
					}
					text = "!" + *d.Event.Original
				}
				seen = append(seen, text)
			}
			if s := strings.Join(seen, " "); s != test.want {
				t.Errorf("got %q, want %q", s, test.want)
			}
			if got.code != code {
				t.Errorf("exit code %d, want %d", got.code, code)
			}
		})
	}
}

// wide is text as Windows PowerShell's > writes it.
func wide(text string) string {
	b := []byte{0xff, 0xfe}
	for _, c := range utf16.Encode([]rune(text)) {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return string(b)
}

func TestEnrichFrom(t *testing.T) {
	winlogbeat := `{"@timestamp":"2024-01-01T00:00:00.000Z","winlog":{"event_id":"4625","provider_name":"P","channel":"Security"}}`
	for _, test := range []struct {
		from, line string
		reason     string // empty: enriched
	}{
		{"auto", winevtlog5462, ""},
		{"AUTO", xml5462, ""},
		{"winevtlog", winevtlog5462, ""},
		{"winevtlog", `{"log":"ProviderName=P\nEventID=1\nChannel=System"}`, ""},
		{"winlogbeat", winlogbeat, ""},
		{"xml", xml5462, ""},
		{"nxlog", `{"SourceName":"P","EventID":1,"Hostname":"H"}`, ""},
		{"xml", winevtlog5462, "recognised as winevtlog, but --from says xml"},
		{"winlog", winlogbeat, "recognised as winlogbeat, but --from says winlog"},
		{"evtx_dump", xml5462, "recognised as xml, but --from says evtx_dump"},
		{"nxlog", "{}", "no Windows event"},
	} {
		got := command(test.line+"\n", "enrich", "--from", test.from)
		d := documents(t, got.out)
		if len(d) != 1 {
			t.Fatalf("--from %s: %d documents", test.from, len(d))
		}
		if test.reason == "" {
			if got.code != exitOK || d[0].Event.Code == "" {
				t.Errorf("--from %s refuses %.60s: %s", test.from, test.line, d[0].Error.Message)
			}
			continue
		}
		if got.code != exitNotEvent || !strings.Contains(d[0].Error.Message, test.reason) ||
			d[0].Event.Kind != "pipeline_error" || d[0].Event.Original == nil || *d[0].Event.Original != test.line {
			t.Errorf("--from %s: exit code %d, document %s", test.from, got.code, got.out)
		}
	}
}

// TestFromCoversDialects finds a dialect that no value of --from stands for.
func TestFromCoversDialects(t *testing.T) {
	for d := event.Winevtlog; d <= event.Flat; d++ {
		n := 0
		for _, v := range fromValues {
			if v.accepts != nil && v.accepts.has(d) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%s belongs to %d values of --from", d, n)
		}
	}
}

func TestEnrichLongLine(t *testing.T) {
	message := strings.Repeat("x", 64<<20)
	line := strings.Replace(winevtlog5462, `"Level"`, `"Message":"`+message+`","Level"`, 1)
	got := command(line+"\n"+winevtlog5462+"\n", "enrich")
	if got.code != exitOK || !strings.Contains(got.out, message) || strings.Count(got.out, "\n") != 2 {
		t.Errorf("exit code %d, %d bytes, stderr %q", got.code, len(got.out), got.err)
	}
}

// TestEnrichSamples sends every sample through: a line out for each line in.
func TestEnrichSamples(t *testing.T) {
	files, _ := filepath.Glob("../../testdata/samples/*.jsonl.gz")
	if len(files) == 0 {
		t.Fatal("no samples")
	}
	for _, file := range files {
		inputs, err := openInputs([]string{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := inputs[0].lines(nil)
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for _, err = r.next(); err == nil; _, err = r.next() {
			lines++
		}
		inputs.close()
		got := command("", "enrich", file)
		docs := documents(t, got.out)
		failed := 0
		for _, d := range docs {
			if d.Event.Kind == "pipeline_error" {
				failed++
			}
		}
		want := exitOK
		if failed > 0 {
			want = exitNotEvent
		}
		if !errors.Is(err, io.EOF) || lines == 0 || len(docs) != lines || got.code != want {
			t.Errorf("%s: %d lines, %d documents, exit code %d, %v, %s", file, lines, len(docs), got.code, err, got.err)
		}
	}
}

func TestEnrichFiles(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(xml5462))
	w.Close()
	plain, gz := writeFile(t, "a.jsonl", winevtlog5462), writeFile(t, "b.GZ.gz", packed.String())
	got := command(winevtlog5462, "enrich", plain, "-", gz)
	var forms []string
	for _, d := range documents(t, got.out) {
		forms = append(forms, d.Winevent.Dialect)
	}
	if s := strings.Join(forms, " "); s != "winevtlog winevtlog xml" || got.code != exitOK {
		t.Errorf("got %q, exit code %d", s, got.code)
	}
	got = command("", "enrich", plain, writeFile(t, "c.gz", "no gzip"))
	if got.code != exitUsage || len(documents(t, got.out)) != 1 {
		t.Errorf("no gzip: %+v", got)
	}
	got = command("", "enrich", plain, writeFile(t, "d.gz", packed.String()[:packed.Len()-9]))
	if got.code != exitFailed || !strings.Contains(got.err, "unexpected EOF") {
		t.Errorf("gzip cut off: %+v", got)
	}
}

func TestEnrichReadFails(t *testing.T) {
	var out, stderr bytes.Buffer
	in := io.MultiReader(strings.NewReader(winevtlog5462+"\n"), iotest.ErrReader(errors.New("unplugged")))
	code := run([]string{"enrich"}, in, &out, &stderr)
	if code != exitFailed || len(documents(t, out.String())) != 1 || stderr.String() != "winevent: read standard input: unplugged\n" {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out.String(), stderr.String())
	}
}

// TestEnrichLive reads each document while the input is still open.
func TestEnrichLive(t *testing.T) {
	in, feed := io.Pipe()
	out, w := io.Pipe()
	code := make(chan int)
	go func() { code <- run([]string{"enrich"}, in, w, io.Discard) }()
	r := bufio.NewReader(out)
	for range 3 {
		io.WriteString(feed, winevtlog5462+"\n")
		line, err := r.ReadString('\n')
		if err != nil || documents(t, line)[0].Event.Code != "5462" {
			t.Fatalf("%q, %v", line, err)
		}
	}
	feed.Close()
	if c := <-code; c != exitOK {
		t.Errorf("exit code %d", c)
	}
}

// TestEnrichPanic makes the Document panic: the line must come out all the same.
func TestEnrichPanic(t *testing.T) {
	j := &job{doc: (*enrich.Document)(nil)}
	b, enriched := j.document(nil, []byte(`a "line"`))
	d := documents(t, string(b))
	if enriched || *d[0].Event.Original != `a "line"` || !strings.Contains(d[0].Error.Message, "internal fault") {
		t.Errorf("got %s", b)
	}
}

func newTestDocument() *enrich.Document { return enrich.New(enrich.Options{}).NewDocument() }
