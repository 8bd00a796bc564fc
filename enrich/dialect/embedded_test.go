package dialect_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"winevent/enrich/dialect"
	"winevent/enrich/record"
)

const small = `{"ProviderName":"P","EventID":1,"StringInserts":["a\n\"b\""]}`

// wrap puts text into the member key of an object, which has another member before it.
func wrap(key, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return `{"n":1,"` + key + `":` + string(quoted) + `}`
}

func TestEmbeddedEvents(t *testing.T) {
	const readSmall = "ID 1\nProvider \"P\"\nparam (none) \"a\\n\\\"b\\\"\"\n"
	const beat = `{"@timestamp":"2018-08-07T19:24:57.112Z","winlog":{"event_id":1,"provider_name":"P"}}`
	const xml = "\ufeff <Event><System><EventID>1</EventID><Provider Name='P'/></System></Event>"
	const readXML = "ID 1\nVersion 0\nProvider \"P\"\nLevelNumber 0\nTaskNumber 0\nOpcodeNumber 0\n"
	for _, c := range []struct{ name, text, want string }{
		{"JSON in log", wrap("log", small), "Dialect winevtlog\n" + readSmall + "extra n 1\n"},
		{"JSON in message", wrap("message", " \r\n"+small), "Dialect winevtlog\n" + readSmall + "extra n 1\n"},
		{"Winlogbeat's JSON in message", wrap("message", beat), "Dialect winlogbeat\nID 1\nProvider \"P\"\nCreated 2018-08-07T19:24:57.112Z\nextra n 1\n"},
		{"XML in message", wrap("message", xml), "Dialect xml\n" + readXML + "extra n 1\n"},
		{"XML in Event", wrap("Event", xml), "Dialect xml\n" + readXML + "extra n 1\n"},
		{"XML mode's record in log", wrap("log", wrap("System", xml)), "Dialect winevtlog_xml\n" + readXML + "extra n 1\nextra n 1\n"},
		{"text mode's record in log", wrap("log", wrap("log", "ProviderName=P\nEventID=1")), "Dialect winevtlog_text\nID 1\nProvider \"P\"\nextra n 1\nextra n 1\n"},
		{"two levels", wrap("log", wrap("message", small)), "Dialect winevtlog\n" + readSmall + strings.Repeat("extra n 1\n", 2)},
		{"three levels", wrap("log", wrap("message", wrap("raw", small))), "Dialect winevtlog\n" + readSmall + strings.Repeat("extra n 1\n", 3)},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, err := readJSON(c.text)
			checkEvent(t, ev, err, c.want)
		})
	}
}

func TestEmbeddedEventsRefused(t *testing.T) {
	four := small
	deep := small
	for range 4 {
		four = wrap("log", four)
	}
	for range 12 { // its length doubles with each level
		deep = wrap("log", deep)
	}
	for _, c := range []struct {
		name, text string
		want       error
	}{
		{"four levels", four, dialect.ErrNotEvent},
		{"twelve levels", deep, dialect.ErrNotEvent},
		{"a member of another name", wrap("data", small), dialect.ErrNotEvent},
		{"JSON that is no event", wrap("log", `{"a":1}`), dialect.ErrNotEvent},
		{"JSON that is no object", wrap("log", `[1]`), dialect.ErrNotEvent},
		{"broken JSON", wrap("log", `{"ProviderName":"P",`), record.ErrJSON},
		{"two objects", wrap("log", small+small), record.ErrTrailing},
		{"deep JSON", wrap("log", `{"a":`+strings.Repeat("[", 100)), record.ErrTooDeep},
		{"broken XML", wrap("log", `<Event><System>`), dialect.ErrXML},
		{"other XML", wrap("log", `<html></html>`), dialect.ErrNotEvent},
		{"nothing", `{}`, dialect.ErrNotEvent},
		{"an array", `[]`, dialect.ErrNotEvent},
		{"a text", `"x"`, dialect.ErrNotEvent},
		{"null", `null`, dialect.ErrNotEvent},
	} {
		if _, err := readJSON(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// The keys that make out a form, each set as small as it may be.
func TestRecognise(t *testing.T) {
	for text, want := range map[string]string{
		`{"ProviderName":1,"EventID":1}`:                                "winevtlog",
		`{"EventID":1,"ProviderName":1,"System":"<Event>","winlog":{}}`: "winevtlog",
		`{"ProviderName":1,"Event":{}}`:                                 "evtx_dump",
		`{"System":{}}`:                                                 "evtx_dump",
		`{"winlog":{}}`:                                                 "winlogbeat",
		`{"log_name":"x"}`:                                              "winlogbeat",
		`{"RecordNumber":1,"TimeGenerated":1,"SourceName":1,"EventID":1}`: "winlog",
		`{"SourceModuleName":1,"EventID":1}`:                              "nxlog",
		`{"SourceModuleType":1,"EventID":1}`:                              "nxlog",
		`{"Source":1,"EventID":1,"Computer":1}`:                           "flat",
		`{"Provider":1,"EventID":1,"Message":"x"}`:                        "flat",
		`{"log":"ProviderName="}`:                                         "winevtlog_text",
		`{"System":"x"}`:                                                  "",
		`{"winlog":1}`:                                                    "",
		`{"log":1}`:                                                       "",
		`{"EventID":1}`:                                                   "",
		`{"ProviderName":1}`:                                              "",
		`{"a":{"ProviderName":1,"EventID":1}}`:                            "",
		`{"eventid":1,"providername":"x"}`:                                "",
		`{"Event":[{"System":{}}]}`:                                       "",
		`{"SourceName":1,"EventID":1}`:                                    "",
		`{"SourceName":1,"EventID":1,"Message":"m","ProviderName":"a parameter"}`: "flat",
		`{"RecordNumber":1,"TimeGenerated":1,"SourceName":1,"Computer":"here"}`:   "",
	} {
		ev, err := readJSON(text)
		switch {
		case want == "":
			if !errors.Is(err, dialect.ErrNotEvent) {
				t.Errorf("%s: %v", text, err)
			}
		case err != nil || fmt.Sprint(ev.Dialect) != want:
			t.Errorf("%s is %v (%v), want %s", text, ev.Dialect, err, want)
		}
	}
}
