package enrich_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/testchunk"
)

const absent = "(absent)"

// singleFields returns the paths of all fields that have one value and are no free text.
func singleFields() (paths []string) {
	for _, f := range enrich.Fields() {
		if !f.Array && f.Type != enrich.Object && f.Type != enrich.Flattened && f.Type != enrich.Text {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// templateChecker holds what templates give against the document's JSON.
type templateChecker struct {
	t         *testing.T
	paths     []string
	templates []*enrich.Template
	seen      []bool // whether a document had the field
	doc       *enrich.Document
	// other has no templates: they must not change what a document becomes.
	other *enrich.Document
}

func newTemplateChecker(t *testing.T) *templateChecker {
	t.Helper()
	enricher := enrich.New(enrich.Options{PreserveOriginal: true, AlertMinSeverity: catalog.Medium})
	c := &templateChecker{t: t, paths: singleFields(), doc: enricher.NewDocument(), other: enricher.NewDocument()}
	for _, path := range c.paths {
		template, err := enrich.ParseTemplate("{{"+path+"}}", absent)
		if err != nil {
			t.Fatal(err)
		}
		c.templates = append(c.templates, template)
	}
	c.seen = make([]bool, len(c.paths))
	return c
}

// values are the texts of all templates.
func (c *templateChecker) values() (all []string) {
	for _, template := range c.templates {
		all = append(all, string(template.Append(nil, c.doc)))
	}
	return all
}

func (c *templateChecker) record(read func(*enrich.Document)) {
	c.t.Helper()
	read(c.other)
	c.other.Enrich()
	read(c.doc)
	c.doc.Enrich()
	before := c.values()
	document := c.doc.AppendJSON(nil)
	if want := c.other.AppendJSON(nil); !bytes.Equal(document, want) {
		c.t.Fatalf("with templates the document is\n%s\nand without\n%s", document, want)
	}
	if after := c.values(); !slices.Equal(before, after) {
		c.t.Fatalf("before AppendJSON templates give\n%q\nand behind it\n%q", before, after)
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	var root any
	if err := d.Decode(&root); err != nil {
		c.t.Fatal(err)
	}
	for i, path := range c.paths {
		want, found := lookUp(root, path)
		c.seen[i] = c.seen[i] || found
		if before[i] != want {
			c.t.Errorf("{{%s}} gives %q, the document has %q: %s", path, before[i], want, document)
		}
	}
}

// lookUp finds a field's value in a document.
func lookUp(value any, path string) (text string, found bool) {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	switch v := value.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return absent, false
}

func TestTemplatesGiveWhatDocumentsHave(t *testing.T) {
	read := event.Time{Sec: 1_767_225_600, Nsec: 5, Digits: 9, Set: true}
	c := newTemplateChecker(t)
	for _, lines := range allLines(t) {
		for i, line := range lines {
			c.record(func(d *enrich.Document) { d.ReadLine(line, read) })
			if body, err := testchunk.JSON(line); err == nil && i%10 == 0 { // not a line of XML
				c.record(func(d *enrich.Document) { d.ReadMsgpack(body, nil, event.Time{}) })
			}
		}
	}
	for i, path := range c.paths {
		if !c.seen[i] {
			t.Errorf("no record has %s: its template is not tried", path)
		}
	}
	m := recordMaker{rand.New(rand.NewPCG(3, 4))} // text that is not UTF-8, values of wrong types, what is no event
	for range 500 {
		line, body := m.record()
		c.record(func(d *enrich.Document) { d.ReadLine(line, event.Time{}) })
		c.record(func(d *enrich.Document) { d.ReadMsgpack(body, nil, read) })
	}
}

func TestTemplateText(t *testing.T) {
	d := enrich.New(enrich.Options{}).NewDocument()
	d.ReadLine([]byte(`{"ProviderName":"P","EventID":7,"Channel":"a\n\"b\"","UserID":"\\","Level":2,"Computer":"a`+"\xff"+`\r\n\t\"\\\u0001\u007f"}`), event.Time{})
	d.Enrich()
	for text, want := range map[string]struct{ appended, filled string }{
		"":                            {"", ""},
		"events":                      {"events", "events"},
		"{a} {b":                      {"{a} {b", "{a} {b"},
		"{{code}}":                    {"7", "X"},
		"win.{{severity}}":            {"win.medium", "win.X"},
		"{{ provider }}-{{\tcode}}.x": {"P-7.x", "X-X.x"},
		`{"c":"{{code}}"}`:            {`{"c":"7"}`, `{"c":"X"}`},
		"{{channel}}":                 {"a\n\"b\"", "X"},
		"{{host}}":                    {"a\ufffd\r\n\t\"\\\x01\x7f", "X"}, // repaired as in the document
		"<{{winlog.user.name}}>":      {"<>", "<X>"},                      // there, but empty
		"<{{symbolic_name}}>":         {"<none>", "<X>"},
		"{{event.severity}}{{log.level}}{{winlog.provider_name}}": {"47errorP", "XXX"},
	} {
		template, err := enrich.ParseTemplate(text, "none")
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := string(template.Append([]byte("before "), d)); got != "before "+want.appended {
			t.Errorf("%q gives %q, want %q", text, got, want.appended)
		}
		if got := template.Fill("X"); got != want.filled || template.String() != text {
			t.Errorf("%q is %q and filled %q, want %q", text, template, got, want.filled)
		}
		if literal, ok := template.Literal(); ok == strings.Contains(text, "{{") || ok && literal != text {
			t.Errorf("%q is literally %q: %t", text, literal, ok)
		}
	}
}

func TestTemplateShortNames(t *testing.T) {
	line, err := json.Marshal(map[string]any{"ProviderName": "Microsoft-Windows-Security-Auditing", "EventID": 5462, "Level": 4,
		"Channel": "Security", "Computer": "srv01", "StringInserts": []string{"Policy", "14"}})
	if err != nil {
		t.Fatal(err)
	}
	d := enrich.New(enrich.Options{}).NewDocument()
	d.ReadLine(line, event.Time{})
	d.Enrich()
	for name, path := range map[string]string{"severity": "winevent.severity", "code": "event.code", "channel": "winlog.channel",
		"provider": "event.provider", "host": "host.name", "dataset": "event.dataset", "namespace": "data_stream.namespace",
		"symbolic_name": "winevent.symbolic_name", "level": "log.level", "action": "event.action"} {
		short, err := enrich.ParseTemplate("{{"+name+"}}", absent)
		if err != nil {
			t.Fatal(err)
		}
		long, err := enrich.ParseTemplate("{{"+path+"}}", absent)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := string(short.Append(nil, d)), string(long.Append(nil, d)); got != want || got == absent {
			t.Errorf("{{%s}} gives %q, {{%s}} %q", name, got, path, want)
		}
	}
}

// A refused template must say what is wrong and what to write.
func TestTemplateRefusals(t *testing.T) {
	cases := map[string][]string{
		"a{{severity":                      {"{{ without }}", "{{severity}}"},
		"{{a {{code}}":                     {"{{ without }}"},
		"{{severity}":                      {"{{ without }}"},
		"severity}}":                       {"}} without {{", "{{severity}}"},
		"{{code}} }} {{code}}":             {"}} without {{"},
		"{{code}}}}":                       {"}} without {{"},
		"{{}}":                             {"empty {{}}", "{{severity}}"},
		"{{ \t}}":                          {"empty {{}}"},
		"{{winevent.sevrity}}":             {"{{winevent.sevrity}} is no field", "{{winevent.severity}}"},
		"{{Channel}}":                      {"{{Channel}} is no field; nearest: {{channel}}, "},
		"{{winevent.error}}":               {"is an object", "{{winevent.error.code}}"},
		"{{winlog.event_data.ServiceSid}}": {"inside winlog.event_data", "{{severity}}"},
		"{{related}}":                      {"{{related}} is no field"}, // all of its fields are lists
	}
	for _, f := range enrich.Fields() {
		for what, is := range map[string]bool{"a list": f.Array, "an object": f.Type == enrich.Object || f.Type == enrich.Flattened,
			"free text": f.Type == enrich.Text} {
			if is {
				cases["{{"+f.Path+"}}"] = []string{"{{" + f.Path + "}} is " + what, "{{severity}}"}
			}
		}
	}
	for text, parts := range cases {
		_, err := enrich.ParseTemplate(text, "")
		for _, part := range parts {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %v; want %q in it", text, err, part)
			}
		}
	}
}

func TestTemplateAllocatesNothing(t *testing.T) {
	var text strings.Builder
	for _, path := range singleFields() {
		text.WriteString("{{" + path + "}} ")
	}
	template, err := enrich.ParseTemplate(text.String(), absent)
	if err != nil {
		t.Fatal(err)
	}
	d := enrich.New(enrich.Options{PreserveOriginal: true}).NewDocument()
	buf := make([]byte, 0, 1<<20)
	for _, lines := range allLines(t) {
		d.ReadLine(lines[0], event.Time{})
		d.Enrich()
		if n := testing.AllocsPerRun(10, func() { buf = template.Append(buf[:0], d) }); n != 0 {
			t.Fatalf("%v allocations for %s", n, lines[0])
		}
	}
}
