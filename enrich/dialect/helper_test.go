package dialect_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"winevent/enrich/dialect"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

// readJSON reads one record given as JSON.
func readJSON(text string) (*event.Event, error) {
	rec, ev := new(record.Record), new(event.Event)
	root, err := rec.ReadJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	return ev, dialect.Read(rec, root, ev)
}

func readXML(text string) (*event.Event, error) {
	rec, ev := new(record.Record), new(event.Event)
	return ev, dialect.ReadXML(rec, []byte(text), ev)
}

// described reads text with read and lists what the event carries.
func described(read func(string) (*event.Event, error), text string) func() (string, error) {
	return func() (string, error) {
		ev, err := read(text)
		if err != nil {
			return "", err
		}
		return describe(ev), nil
	}
}

// describe lists all that an event carries, a line for each value. It goes
// over the fields by reflection, so that a test also sees what it did not expect.
func describe(ev *event.Event) string {
	var b strings.Builder
	v := reflect.ValueOf(ev).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch x := v.Field(i).Interface().(type) {
		case event.Dialect:
			fmt.Fprintf(&b, "%s %s\n", name, x)
		case event.Number:
			if x.Set {
				fmt.Fprintf(&b, "%s %d\n", name, x.Value)
			}
		case event.Time:
			if x.Set {
				fmt.Fprintf(&b, "%s %s\n", name, x.Append(nil))
			}
		case []byte:
			if x != nil && name != "XML" {
				fmt.Fprintf(&b, "%s %q\n", name, x)
			}
		case [][]byte:
			for _, text := range x {
				fmt.Fprintf(&b, "%s %q\n", name, text)
			}
		case []event.Param:
			for _, p := range x {
				describeParam(&b, ev.Record, p)
			}
		case []event.Extra:
			for _, e := range x {
				fmt.Fprintf(&b, "extra %s %s\n", e.Name, treeJSON(ev.Record, int(e.Index)))
			}
		}
	}
	return b.String()
}

func describeParam(b *strings.Builder, rec *record.Record, p event.Param) {
	name := "(none)"
	if p.Name != nil {
		name = string(p.Name)
	}
	if p.Index >= 0 {
		fmt.Fprintf(b, "param %s %s\n", name, treeJSON(rec, int(p.Index)))
		return
	}
	var names record.Names
	var leaf record.Record
	at, _ := leaf.PushText(nil, nil) // an empty Record has room for one
	*leaf.At(at) = p.Value
	out, _ := leaf.AppendJSON(nil, at, &names)
	fmt.Fprintf(b, "param %s %s\n", name, out)
}

func treeJSON(rec *record.Record, i int) string {
	var names record.Names
	out, _ := rec.AppendJSON(nil, i, &names)
	return string(out)
}

// checkEvent compares what an event carries with the lines of want.
func checkEvent(t *testing.T, ev *event.Event, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := describe(ev), strings.TrimLeft(want, "\n"); got != want {
		t.Errorf("the event carries\n%s\nwant\n%s", got, want)
	}
}
