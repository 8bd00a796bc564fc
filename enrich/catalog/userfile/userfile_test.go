package userfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"winevent/enrich/catalog"
)

const security = "Microsoft-Windows-Security-Auditing"

// parse reads a text that has no faults.
func parse(t *testing.T, text string) *catalog.Catalog {
	t.Helper()
	c, err := Parse("own.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return c
}

// lookup finds an event, described or not.
func lookup(t *testing.T, c *catalog.Catalog, provider string, id uint32) *catalog.Entry {
	t.Helper()
	i := c.Find([]byte(provider), id)
	if i < 0 {
		t.Fatalf("no event %d of %s", id, provider)
	}
	return c.At(i)
}

// TestKeyThatIsLeftOut changes one key after the other of an entry that has all
// of them, and expects everything else to stay.
func TestKeyThatIsLeftOut(t *testing.T) {
	built := catalog.Lookup([]byte(security), 5462)
	if len(built.ByError) == 0 || len(built.Audit) == 0 || !built.Published {
		t.Fatal("the entry is not what this test needs")
	}
	for _, test := range []struct {
		yaml string
		want func(e *catalog.Entry)
	}{
		{"title: Ours", func(e *catalog.Entry) { e.Title = "Ours" }},
		{"title: >\n      On two\n      lines", func(e *catalog.Entry) { e.Title = "On two lines" }},
		{"symbolic_name: OURS_1", func(e *catalog.Entry) { e.SymbolicName, e.Published, e.SymbolicNameSource = "OURS_1", false, "" }},
		{"message: |\n      Policy\t%1\n      failed", func(e *catalog.Entry) { e.Message = "Policy%t%1%nfailed" }},
		{"severity: critical", func(e *catalog.Entry) { e.Severity, e.SeverityReason = catalog.Critical, "Set in own.yaml." }},
		{"severity_reason: Ours.", func(e *catalog.Entry) { e.SeverityReason = "Ours." }},
		{"attack: [T1562.004]", func(e *catalog.Entry) { e.Attack = []string{"T1562.004"} }},
		{"ecs: {action: ours}", func(e *catalog.Entry) { e.ECS.Action = "ours" }},
		{"ecs: {fields: [{from: Policy, to: rule.name}]}", func(e *catalog.Entry) {
			e.ECS.Fields = append([]catalog.ECSField{{Field: "rule.name", Parameter: "Policy"}}, e.ECS.Fields...)
		}},
		{"severity_when:\n      - if: [{parameter: Error, is: [0x5, X]}]\n        severity: high\n        reason: Ours.", func(e *catalog.Entry) {
			e.Cases = []catalog.Case{{
				If:       []catalog.Condition{{Parameter: "Error", Operator: catalog.Is, Values: []string{"0x5", "x"}}},
				Severity: catalog.High, Reason: "Ours.",
			}}
		}},
		{"parameters: [{versions: [0], names: [Policy, Error, More]}]", func(e *catalog.Entry) {
			e.Parameters = []catalog.ParameterList{{Versions: []uint8{0}, Names: []string{"Policy", "Error", "More"}}}
		}},
		{"remediation: {by_error: []}", func(e *catalog.Entry) { e.ByError = nil }},
		{"remediation: ~", func(e *catalog.Entry) { e.Remediation, e.ByError = catalog.Remediation{}, nil }},
	} {
		want := *built
		test.want(&want)
		want.Sources = append(slices.Clone(built.Sources), "own.yaml")
		got := *lookup(t, parse(t, "provider: "+security+"\nevents:\n  - id: 5462\n    "+test.yaml+"\n"), security, 5462)
		if !equal(&got, &want) {
			t.Errorf("%s:\n%+v, want\n%+v", test.yaml, got, want)
		}
	}
}

// equal compares entries; an empty list is none.
func equal(a, b *catalog.Entry) bool { return fmt.Sprintf("%+v", *a) == fmt.Sprintf("%+v", *b) }

// TestRunbook: a page of the user's stands in every branch, all else of which stays.
func TestRunbook(t *testing.T) {
	const page = "https://wiki.example.test/5462"
	e := lookup(t, parse(t, "provider: "+security+"\nevents: [{id: 5462, remediation: {reference: '"+page+"'}}]"), security, 5462)
	built := catalog.Lookup([]byte(security), 5462)
	if e.Remediation.Reference != page || e.Remediation.Summary != built.Remediation.Summary {
		t.Errorf("%+v", e.Remediation)
	}
	for i := range e.ByError {
		want := built.ByError[i].Remediation
		want.Reference = page
		if !reflect.DeepEqual(e.ByError[i].Remediation, want) {
			t.Errorf("branch %s: %+v", e.ByError[i].Name, e.ByError[i].Remediation)
		}
	}
}

// TestNothingChanged names every built-in event and changes none.
func TestNothingChanged(t *testing.T) {
	var b strings.Builder
	provider := ""
	for _, e := range catalog.Entries() {
		if e.Provider != provider {
			provider = e.Provider
			fmt.Fprintf(&b, "---\nprovider: %s\nevents:\n", strings.ToUpper(provider))
		}
		fmt.Fprintf(&b, "  - id: %d\n", e.ID)
	}
	c := parse(t, b.String())
	for _, e := range catalog.Entries() {
		want := e
		want.Sources = append(slices.Clone(e.Sources), "own.yaml")
		if got := lookup(t, c, e.Provider, e.ID); !equal(got, &want) {
			t.Errorf("%+v, want\n%+v", *got, want)
		}
	}
	if changed, added := c.Own(); changed != len(catalog.Entries()) || added != 0 {
		t.Errorf("%d changed, %d added", changed, added)
	}
}

// TestSources: the catalog's own sources have the form of users' files.
func TestSources(t *testing.T) {
	names, err := filepath.Glob("../source/*.yaml")
	if err != nil || len(names) < 2 {
		t.Fatalf("%d sources: %v", len(names), err)
	}
	for _, name := range names {
		if filepath.Base(name) == "ecs-fields.yaml" {
			continue
		}
		if _, err := Read(name); err != nil {
			t.Error(err)
		}
	}
}

func TestOwnEvents(t *testing.T) {
	c := parse(t, `
# two providers
provider: Contoso-Backup
channel: Application
sources: {manual: https://example.test/manual}
events:
  - id: 7
    title: The backup failed
    severity: high
    error_parameter: [Code]
    severity_when: [{if: [{parameter: Job, is_not: [test]}], severity: critical, reason: Not a test.}]
    remediation:
      summary: Start it again.
      verify_events: [8]
      by_error: [{name: disk full, codes: [0x70, 5000001], summary: Make room.}]
    sources: [manual, heard]
  - {id: 8, parameters: [{versions: [0, 1], names: [Job]}], message: 'Job %1'}
---
provider: Microsoft-Windows-Security-Auditing
events:
  - {id: 65535, parameters: [{versions: [0], names: []}], title: New, severity: low}
`)
	e := lookup(t, c, "CONTOSO-backup", 7)
	want := catalog.Entry{
		Provider: "Contoso-Backup", ID: 7, Channel: "Application", SymbolicName: "event_contoso_backup_7", Title: "The backup failed",
		ErrorParameters: []string{"Code"}, Severity: catalog.High, SeverityReason: "Set in own.yaml.",
		Cases: []catalog.Case{{If: []catalog.Condition{{Parameter: "Job", Operator: catalog.IsNot, Values: []string{"test"}}},
			Severity: catalog.Critical, Reason: "Not a test."}},
		Remediation: catalog.Remediation{Summary: "Start it again.", VerifyEvents: []uint32{8}},
		ByError: []catalog.Branch{{Name: "disk full", Codes: []uint32{0x70, 5000001},
			Remediation: catalog.Remediation{Summary: "Make room.", VerifyEvents: []uint32{8}}}},
		Sources: []string{"https://example.test/manual", "heard"},
	}
	if !equal(e, &want) {
		t.Errorf("%+v, want\n%+v", *e, want)
	}
	if e := lookup(t, c, "Contoso-Backup", 8); e.Described() || e.Message != "Job %1" || len(e.Parameters) != 1 {
		t.Errorf("an event that is only named: %+v", e)
	}
	if e := c.Lookup([]byte(security), 65535); e == nil || e.Title != "New" {
		t.Errorf("a new event of a known provider: %+v", e)
	}
}

// TestFaults: every fault is found, with its line, the key, the value and what to write.
func TestFaults(t *testing.T) {
	const text = `provider: Microsoft-Windows-Security-Auditing
events:
  - id: 5462
    severity: hgh
    titel: x
    remediation:
      reference: wiki/5462
      steps: do it
      verify_events: [1]
  - id: 65535
    title: none
  - id: 5458
    error_parameter: [Nope]
    title: a
    title: b
  - id: 5458
  - title: no id
  - id: -4
  - 4624
---
provider: Contoso
channel: [a]
events:
  - id: 1
    parameters: [{versions: [0, 256], names: [Job, Job, "a b"]}]
    message: "%4"
    ecs: {category: [disk], fields: [{from: Job, to: user.nme}, {from: Job, to: source.port}, {from: P, to: file.path, as: path}]}
    values: {Job: none}
    attack: [X1]
  - {id: 2, title: x, severity: low, severity_when: [{if: [{parameter: A}], severity: bad}]}
  - {id: 3, title: *a, severity: !!str low, remediation: {by_error: [{name: x, codes: [0x80070005]}]}}
---
channel: x
---
provider: Security-Auditing
---
[1, 2]
`
	want := []string{
		`4: event 5462 of ` + security + `: severity: "hgh" is none: write one of informational`,
		`5: event 5462 of ` + security + `: titel: is no key: write one of id, symbolic_name`,
		`7: event 5462 of ` + security + `: remediation.reference: "wiki/5462" is no address of a page: write https://`,
		`8: event 5462 of ` + security + `: remediation.steps "do it": must be a list`,
		`9: event 5462 of ` + security + `: remediation.verify_events[0] "1": ` + security + ` has no event 1`,
		`10: event 65535 of ` + security + `: id "65535": ` + security + ` has no such event`,
		`10: event 65535 of ` + security + `: severity: is missing`,
		`13: event 5458 of ` + security + `: error_parameter[0]: the event has no parameter "Nope": it has `,
		`15: event 5458 of ` + security + `: title: stands twice`,
		`16: event 5458 of ` + security + `: id "5458": stands twice in the file`,
		`17: events[4]: has no id`,
		`18: events[5].id "-4": must be an event id`,
		`19: events[6] "4624": has no id`,
		`22: channel: must be a text`,
		`25: event 1 of Contoso: parameters[0].versions[1] "256": must be a number from 0 to 255`,
		`25: event 1 of Contoso: parameters[0].names[1]: "Job" stands twice`,
		`25: event 1 of Contoso: parameters[0].names[2]: "a b" is no name`,
		`26: event 1 of Contoso: message "%4": %4 has no parameter: the longest list has 3`,
		`27: event 1 of Contoso: ecs.category[0]: "disk" is no ECS category: write one of `,
		`27: event 1 of Contoso: ecs.fields[0] "user.nme": no event of the catalog fills this field: write one that is filled, such as user`,
		`27: event 1 of Contoso: ecs.fields[1] "source.port": as "" does not fit this field: write as: long`,
		`27: event 1 of Contoso: ecs.fields[2].from: the event has no parameter "P": it has Job`,
		`28: event 1 of Contoso: values.Job: "none" is no value map`,
		`29: event 1 of Contoso: attack[0]: "X1" is no ATT&CK technique: write one such as T1110`,
		`30: event 2 of Contoso: severity_when[0].severity: "bad" is none`,
		`30: event 2 of Contoso: severity_when[0].reason: is missing`,
		`30: event 2 of Contoso: severity_when[0].if[0]: needs exactly one of is, is_not`,
		`31: event 3 of Contoso: title: anchors, aliases and tags are not read`,
		`31: event 3 of Contoso: severity: anchors, aliases and tags are not read`,
		`31: event 3 of Contoso: remediation.by_error[x]: the event has no error_parameter`,
		`31: event 3 of Contoso: remediation.by_error[x]: 0x80070005 wraps Win32 code 5: name that`,
		`33: provider: is missing`,
		`35: provider "Security-Auditing": write the whole name, "` + security + `"`,
		`37: must be keys with values`,
	}
	_, err := Parse("dir/own.yaml", []byte(text))
	if err == nil {
		t.Fatal("no fault was found")
	}
	for _, w := range want {
		if !strings.Contains(err.Error()+"\n", "dir/own.yaml:"+w) {
			t.Errorf("not found: %s", w)
		}
	}
	last := 0
	for _, fault := range err.(interface{ Unwrap() []error }).Unwrap() {
		var f *Fault
		if !errors.As(fault, &f) || f.Line < last || f.Text == "" {
			t.Errorf("%v is not in the order of lines", fault)
		}
		last = f.Line
	}
	if t.Failed() {
		t.Log(err)
	}
}

// TestUnreadable is about texts that are no file of entries at all.
func TestUnreadable(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "has no events"},
		{"only comments", "# nothing\n---\n# more\n", "has no events"},
		{"no events", "provider: X\n", "own.yaml:1: events: is missing"},
		{"no YAML", "provider: X\nevents:\n  - id: 1\n   title: x\n", "own.yaml:4: is no YAML"},
		{"not UTF-8", "provider: \xff\n", "is not UTF-8"},
		{"too large", strings.Repeat("# comment\n", maxSize/10+1), "is larger than 4 MB"},
		{"a long line", strings.Repeat("a: ", maxLine), "line 1 is longer"},
		{"many lines", strings.Repeat("---\n", maxLines+1), "has more than 100000 lines"},
		{"many keys", strings.Repeat("a: b\n", maxKeys+1), "has more than 2000 keys"},
		{"brackets", strings.Repeat("[", maxLine-1), "own.yaml:1: is nested deeper"},
		{"braces", strings.Repeat("{a: ", maxLine/5), "own.yaml:1: is nested deeper"},
		{"hyphens", strings.Repeat("- ", maxLine/2-1), "own.yaml:1: is nested deeper"},
		{"anchors", "a: &a [x, x]\nb: &b [*a, *a]\nevents: [*b]\nprovider: X\n", "own.yaml:3: events[0]"},
		{"merge key", "provider: X\nevents: [{<<: *x, id: 1}]\n", "own.yaml:2: "},
		{"long name", "provider: " + strings.Repeat("x", 256) + "\nevents: [{id: 1}]\n", "has more than 255 bytes"},
	} {
		if _, err := Parse("own.yaml", []byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %.200v, want %s", test.name, err, test.want)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// FuzzParse: no text makes the reader panic, and what it accepts can be looked up.
func FuzzParse(f *testing.F) {
	f.Add("provider: X\nevents: [{id: 1, title: x, severity: low}]")
	f.Add("provider: " + security + "\nevents:\n  - id: 4625\n    remediation: {reference: https://x}\n---\nprovider: Y\nevents: []")
	f.Add("a: &a [*a]\n<<: *a\n? x\n: - !!str |\n  x")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4<<10 {
			return // long texts are slow, and no different
		}
		hang := time.AfterFunc(5*time.Second, func() { panic(fmt.Sprintf("no end of %q", text)) })
		defer hang.Stop()
		r := reader{path: "own.yaml", name: "own.yaml"}
		c, err := Parse("own.yaml", []byte(text))
		if err != nil {
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatalf("%v is no fault", err)
			}
			return
		}
		r.documents([]byte(text)) // without the guard against panics of Parse
		for i := range c.Count() {
			if i < catalog.Count() {
				continue
			}
			if e := c.At(i); c.Find([]byte(e.Provider), e.ID) != i {
				t.Errorf("%s %d is not at its place %d", e.Provider, e.ID, i)
			}
		}
	})
}
