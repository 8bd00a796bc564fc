package dialect_test

import (
	"strings"
	"testing"
)

// TestNothingIsDropped is about values that do not fit where they stand: each
// is kept as it came.
func TestNothingIsDropped(t *testing.T) {
	for name, c := range map[string]struct {
		read func() (string, error)
		want string
	}{
		"XML, an id that is no number": {described(readXML, `<Event><System><Provider Name='P'/><EventID>x</EventID><Level>high</Level><TimeCreated SystemTime='noon'/></System></Event>`),
			"extra EventID \"<EventID>x</EventID>\"\nextra Level \"<Level>high</Level>\"\nextra TimeCreated \"<TimeCreated SystemTime='noon'/>\""},
		"evtx_dump, rare attributes": {described(readJSON, `{"Event":{"System":{"EventID":1,"Provider":{"#attributes":{"Name":"P","EventSourceName":"Old"}},"Execution":{"#attributes":{"ProcessID":1,"SessionID":2}}}}}`),
			"extra EventSourceName \"Old\"\nextra SessionID 2"},
		"evtx_dump, System is text": {described(readJSON, `{"Event":{"System":"none"}}`), "extra System \"none\""},
		"flat, EventData that breaks off": {described(readJSON, `{"EventID":1,"SourceName":"P","Hostname":"H","EventData":"<EventData><Data Name='a'>1</Data><Data"}`),
			"param EventData \"<EventData><Data Name='a'>1</Data><Data\""},
	} {
		got, err := c.read()
		if err != nil || !strings.Contains(got, c.want) || strings.Contains(got, "param a ") {
			t.Errorf("%s: %v\n%s\nwant in it:\n%s", name, err, got, c.want)
		}
	}
}

// TestOneEventALine refuses a line with more behind the event: half of it would get lost.
func TestOneEventALine(t *testing.T) {
	const one = `<Event><System><EventID>1</EventID></System></Event>`
	for _, good := range []string{one, one + " \r\n", one + "\x00", one + "<!-- end -->"} {
		if _, err := readXML(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{one + one, one + "text", one + "<"} {
		if _, err := readXML(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
