package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

// words is text without its layout, so that wrapped text can be compared.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestExplainAll holds every entry of the catalog against what explain prints.
func TestExplainAll(t *testing.T) {
	for _, e := range catalog.Entries() {
		id := fmt.Sprint(e.ID)
		got := command("", "explain", id, "--provider", e.Provider)
		if got.code != exitOK || got.err != "" {
			t.Fatalf("%s: exit code %d, stderr %q", id, got.code, got.err)
		}
		want := []string{id + " " + e.Title, e.SymbolicName, e.Provider, e.Channel, e.Severity.String() + ": " + e.SeverityReason,
			e.Remediation.Summary, e.Remediation.Cause, e.Remediation.Verify, e.Remediation.Reference}
		for i, step := range e.Remediation.Steps {
			want = append(want, fmt.Sprintf("%d. %s", i+1, step))
		}
		if len(e.Audit) > 0 {
			want = append(want, `auditpol /set /subcategory:"`+e.Audit[0].Subcategory+`" /success:enable /failure:enable`)
		}
		for _, b := range e.ByError {
			want = append(want, b.Name)
		}
		text := words(got.out)
		for _, w := range append(want, e.Sources...) {
			if !strings.Contains(text, words(w)) {
				t.Errorf("%s: %q is missing", id, w)
			}
		}
		if strings.Contains(got.out, "\x1b") || strings.Contains(got.out, "%n") || strings.Contains(got.out, noBreak) {
			t.Errorf("%s: colour, template or layout characters in piped text", id)
		}
		if byName := command("", "explain", strings.ToLower(e.SymbolicName)); byName.out != got.out {
			t.Errorf("%s: another answer by its name %s", id, e.SymbolicName)
		}
		var x explanation
		if err := json.Unmarshal([]byte(command("", "explain", id, "--json").out), &x); err != nil || x.Code != id || len(x.Remediation.Steps) == 0 {
			t.Errorf("%s: JSON %+v, error %v", id, x, err)
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
	if got.code != exitFailed || !strings.Contains(got.err, "no event 2004 of Microsoft-Windows-Security-Auditing in the catalog; nearest: 4946, 4947, 4948") {
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
	column := strings.Index(lines[0], entries[0].Provider)
	for i, e := range entries {
		for _, w := range []string{fmt.Sprint(e.ID), e.Severity.String(), e.SymbolicName, e.Title} {
			if !strings.Contains(lines[i], w) {
				t.Errorf("line %q lacks %q", lines[i], w)
			}
		}
		if strings.Index(lines[i], e.Provider) != column || strings.ContainsAny(lines[i], "\t\x1b") {
			t.Errorf("line %q is not aligned or not plain", lines[i])
		}
		var x explanation
		if err := json.Unmarshal([]byte(objects[i]), &x); err != nil || x.SymbolicName != e.SymbolicName {
			t.Errorf("object %d: %v, %s", i, err, x.SymbolicName)
		}
	}
	one := command("", "catalog", "--provider", entries[0].Provider).out
	if n := strings.Count(one, "\n"); n == 0 || n == len(entries) || n != strings.Count(one, entries[0].Provider) {
		t.Errorf("--provider lists %d entries", n)
	}
}
