package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

// words is text without its layout, so that wrapped text can be compared.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestExplainAll holds every entry of the catalog against what explain prints.
func TestExplainAll(t *testing.T) {
	for _, e := range catalog.Entries() {
		name := fmt.Sprintf("%s %d", e.Provider, e.ID)
		sh := &sheet{screen: screen{width: defaultWidth, paint: newPalette(false)}}
		sh.explain(nil, &e, nil)
		text := words(sh.String())
		for _, w := range wanted(&e) {
			if !strings.Contains(text, words(w)) {
				t.Errorf("%s: %q is missing", name, w)
			}
		}
		if strings.Contains(sh.String(), "\x1b") || strings.Contains(sh.String(), "%n") || strings.Contains(sh.String(), noBreak) {
			t.Errorf("%s: colour, template or layout characters in piped text", name)
		}
		_, behind, _ := strings.Cut(sh.String(), "\nSeverity ") // a message may have empty lines
		if strings.Contains(behind, "\n\n\n") || strings.HasSuffix(behind, "\n\n") {
			t.Errorf("%s: an empty section:\n%s", name, sh.String())
		}
		checkExplanation(t, &e)
	}
}

// wanted lists what has to stand in the explanation of an entry.
func wanted(e *catalog.Entry) []string {
	want := []string{fmt.Sprint(e.ID) + " " + e.Title, e.SymbolicName, e.Provider, e.Channel, e.Severity.String() + ": " + e.SeverityReason,
		e.Remediation.Summary, e.Remediation.Cause, e.Remediation.Verify, e.Remediation.Reference, e.ECS.Action}
	for i, step := range e.Remediation.Steps {
		want = append(want, fmt.Sprintf("%d. %s", i+1, step))
	}
	for _, a := range e.Audit {
		want = append(want, a.Category+" / "+a.Subcategory, `auditpol /set /subcategory:"`+a.Subcategory+`" /success:enable /failure:enable`)
	}
	for i := range e.Cases {
		want = append(want, e.Cases[i].When()+" → "+e.Cases[i].Severity.String()+": "+e.Cases[i].Reason)
	}
	for _, b := range e.ByError {
		want = append(want, b.Name)
	}
	return slices.Concat(want, e.Attack, e.ECS.Category, e.ECS.Type, e.Sources)
}

// checkExplanation holds the JSON of an entry against it.
func checkExplanation(t *testing.T, e *catalog.Entry) {
	t.Helper()
	var b bytes.Buffer
	var x explanation
	if err := appendJSON(&b, explain(e, nil), ""); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b.Bytes(), &x); err != nil || x.Code != fmt.Sprint(e.ID) || !x.Described || x.Title != e.Title {
		t.Errorf("%s %d: JSON %s, error %v", e.Provider, e.ID, b.Bytes(), err)
	}
	if len(x.SeverityWhen) != len(e.Cases) || len(x.Attack) != len(e.Attack) || len(x.Audit) != len(e.Audit) ||
		len(x.ECS.Fields) != len(e.ECS.Fields) || len(x.Branches) != len(e.ByError) || len(x.Sources) != len(e.Sources) ||
		(x.Remediation == nil) != e.Remediation.None() {
		t.Errorf("%s %d: JSON lacks something: %s", e.Provider, e.ID, b.Bytes())
	}
	for i, branch := range x.Branches {
		if branch.Remediation == nil || branch.Remediation.Cause != e.ByError[i].Remediation.Cause || len(branch.Codes) == 0 {
			t.Errorf("%s %d: JSON of branch %s: %+v", e.Provider, e.ID, e.ByError[i].Name, branch)
		}
	}
}

// TestExplainCommand asks for events as people do.
func TestExplainCommand(t *testing.T) {
	const security = "Microsoft-Windows-Security-Auditing"
	e := catalog.Lookup([]byte(security), 5462)
	got := command("", "explain", "5462", "--provider", security)
	if got.code != exitOK || got.err != "" || !strings.Contains(words(got.out), "5462 "+e.Title) {
		t.Errorf("%+v", got)
	}
	if byName := command("", "explain", strings.ToLower(e.SymbolicName)); byName.out != got.out {
		t.Errorf("another answer by its name %s", e.SymbolicName)
	}
	var x explanation
	if err := json.Unmarshal([]byte(command("", "explain", "5462", "--json").out), &x); err != nil || x.Code != "5462" || len(x.Remediation.Steps) == 0 {
		t.Errorf("JSON %+v, error %v", x, err)
	}
}

// named returns an event that nobody described, of a provider of whose events
// somebody did none (others false) or some.
func named(t *testing.T, fits func(e *catalog.Entry) bool) *catalog.Entry {
	t.Helper()
	for i := range catalog.Count() {
		if e := catalog.At(i); !e.Described() && len(e.Parameters) > 0 && len(e.Parameters[0].Names) > 0 && fits(e) {
			return e
		}
	}
	t.Skip("the catalog describes all such events")
	return nil
}

func TestExplainNamed(t *testing.T) {
	e := named(t, func(e *catalog.Entry) bool { return e.Message != "" })
	got := command("", "explain", fmt.Sprint(e.ID), "--provider", e.Provider)
	text := words(got.out)
	for _, w := range []string{"an event that nobody described", e.Provider, words(e.MessageText()), words(e.ParameterTexts()[0])} {
		if got.code != exitOK || !strings.Contains(text, w) {
			t.Errorf("%q is missing in\n%s%s", w, got.out, got.err)
		}
	}
	var x explanation
	out := command("", "explain", fmt.Sprint(e.ID), "--provider", e.Provider, "--json").out
	if err := json.Unmarshal([]byte(out), &x); err != nil || x.Described || len(x.Parameters) != len(e.Parameters) || x.Remediation != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestDescribedWins: without --provider, an event that somebody described hides those with its id that nobody did.
func TestDescribedWins(t *testing.T) {
	e := named(t, func(e *catalog.Entry) bool {
		return slices.ContainsFunc(catalog.Entries(), func(d catalog.Entry) bool { return d.ID == e.ID })
	})
	if got := command("", "explain", fmt.Sprint(e.ID)); got.code != exitOK || strings.Contains(got.out, "nobody described") {
		t.Errorf("event %d: %s%s", e.ID, got.out, got.err)
	}
}

// TestExplainManyNamed: an id that many providers have and nobody described is answered with a list.
func TestExplainManyNamed(t *testing.T) {
	count := map[uint32]int{}
	for _, e := range (*catalog.Catalog)(nil).Named() {
		count[e.ID]++
	}
	for _, e := range catalog.Entries() {
		delete(count, e.ID)
	}
	for id, n := range count {
		if n > mostNamed {
			got := command("", "explain", fmt.Sprint(id))
			if got.code != exitOK || strings.Count(got.out, "\n") != n+2 || !strings.Contains(got.out, "--provider") {
				t.Errorf("event %d: %s%s", id, got.out, got.err)
			}
			return
		}
	}
}

func TestExplainError(t *testing.T) {
	e := catalog.Lookup([]byte("Microsoft-Windows-Security-Auditing"), 5462)
	memory, denied := e.Branch(14), e.Branch(5)
	if memory == nil || denied == nil || memory.Remediation.Cause == denied.Remediation.Cause {
		t.Fatal("the catalog has no two branches to tell apart")
	}
	for _, test := range []struct {
		code   string
		branch *catalog.Branch
		text   string
	}{
		{"14", memory, "14 (0xe) ERROR_OUTOFMEMORY: "},
		{"5", denied, "5 (0x5) ERROR_ACCESS_DENIED: "},
		{"0x5", denied, "5 (0x5) ERROR_ACCESS_DENIED: "},
		{"ERROR_ACCESS_DENIED", denied, "5 (0x5) ERROR_ACCESS_DENIED: "},
		{"error_access_denied", denied, "5 (0x5) ERROR_ACCESS_DENIED: "},
		{"0x80070005", denied, "5 (0x80070005) ERROR_ACCESS_DENIED: "},
		{"-2147024891", denied, "5 (0x80070005) ERROR_ACCESS_DENIED: "},
		{"0xC0000022", denied, "0xc0000022 STATUS_ACCESS_DENIED: "},
		{"87", nil, "There is no advice for this code alone"},
		{"4000000", nil, "4000000 (0x3d0900) is in no error table"},
	} {
		want := e.Remediation.Cause
		if test.branch != nil {
			want = test.branch.Remediation.Cause
		}
		got := command("", "explain", "5462", "--error", test.code)
		if text := words(got.out); !strings.Contains(text, words(want)) || !strings.Contains(text, test.text) {
			t.Errorf("--error %s: no %q or not the cause %q in\n%s", test.code, test.text, want, got.out)
		}
		var x explanation
		if err := json.Unmarshal([]byte(command("", "explain", "5462", "--error", test.code, "--json").out), &x); err != nil {
			t.Errorf("--error %s: %v", test.code, err)
		} else if x.Remediation.Cause != want || x.Error == nil {
			t.Errorf("--error %s: JSON has the cause %q", test.code, x.Remediation.Cause)
		}
	}
	if text := words(command("", "explain", "5478", "--error", "5").out); !strings.Contains(text, "This event carries no error code") {
		t.Errorf("an event without an error code: %s", text)
	}
	if text := command("", "explain", "5462").out; !strings.Contains(text, "14 ERROR_OUTOFMEMORY") {
		t.Errorf("without --error the codes with a branch are not named:\n%s", text)
	}
}

// TestExplainSeveral is for an id that several providers use, which today's catalog does not have.
func TestExplainSeveral(t *testing.T) {
	all := catalog.Entries()
	var out bytes.Buffer
	if err := printJSON(streams{out: &out}, []*catalog.Entry{&all[0], &all[len(all)-1]}, nil); err != nil {
		t.Fatal(err)
	}
	var list []explanation
	if err := json.Unmarshal(out.Bytes(), &list); err != nil || len(list) != 2 {
		t.Errorf("%d explanations, error %v", len(list), err)
	}
}

func TestExplainProvider(t *testing.T) {
	const security = "microsoft-windows-security-auditing"
	if got := command("", "explain", "5462", "--provider", security); got.code != exitOK {
		t.Errorf("provider in another case: %+v", got)
	}
	got := command("", "explain", "2004", "--provider", security)
	if got.code != exitFailed || !strings.Contains(got.err, "no event 2004 of Microsoft-Windows-Security-Auditing in the catalog; nearest: 4") {
		t.Errorf("event of another provider: %+v", got)
	}
	got = command("", "explain", "SE_AUDITID_ETW_FIREWALL_RULE_AD")
	if got.code != exitFailed || !strings.Contains(got.err, "nearest: SE_AUDITID_ETW_FIREWALL_RULE_ADD, ") {
		t.Errorf("name with a letter missing: %+v", got)
	}
	got = command("", "explain", "SE_AUDITID_ETW_FIREWALL_RULE_DELTE")
	if got.code != exitFailed || !strings.Contains(got.err, "nearest: SE_AUDITID_ETW_FIREWALL_RULE_DELETE, ") {
		t.Errorf("name with a letter missing inside: %+v", got)
	}
}

func TestCatalog(t *testing.T) {
	entries := catalog.Entries()
	lines := strings.Split(strings.TrimSuffix(command("", "catalog").out, "\n"), "\n")
	objects := strings.Split(strings.TrimSuffix(command("", "catalog", "--json").out, "\n"), "\n")
	if len(lines) != len(entries) || len(objects) != len(entries) {
		t.Fatalf("%d lines and %d objects for %d entries", len(lines), len(objects), len(entries))
	}
	column := len([]rune(lines[0])) - len(entries[0].Provider)
	for i, e := range entries {
		for _, w := range []string{fmt.Sprint(e.ID), e.Severity.String(), e.SymbolicName, e.Title} {
			if !strings.Contains(lines[i], w) {
				t.Errorf("line %q lacks %q", lines[i], w)
			}
		}
		if !strings.HasSuffix(lines[i], "  "+e.Provider) || len([]rune(lines[i]))-len(e.Provider) != column || strings.ContainsAny(lines[i], "\t\x1b") {
			t.Errorf("line %q is not aligned or not plain", lines[i])
		}
		var x explanation
		if err := json.Unmarshal([]byte(objects[i]), &x); err != nil || x.SymbolicName != e.SymbolicName {
			t.Errorf("object %d: %v, %s", i, err, x.SymbolicName)
		}
	}
	one := command("", "catalog", "--provider", entries[0].Provider).out
	if n := strings.Count(one, "\n"); n == 0 || n == len(entries) || n != strings.Count(one, "  "+entries[0].Provider+"\n") {
		t.Errorf("--provider lists %d entries", n)
	}
	named := strings.Count(command("", "catalog", "--named").out, "\n")
	if named != catalog.Count() {
		t.Errorf("--named lists %d events of %d", named, catalog.Count())
	}
}
