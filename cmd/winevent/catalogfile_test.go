package main

import (
	"strings"
	"testing"
)

const ownCatalog = `provider: Contoso-Backup
events:
  - {id: 1001, title: The backup failed, severity: high, remediation: {reference: "https://wiki.example.test/backup"}}
---
provider: Microsoft-Windows-Security-Auditing
events:
  - {id: 5462, title: Ours}
`

func TestCatalogCheck(t *testing.T) {
	good := writeFile(t, "good.yaml", ownCatalog)
	bad := writeFile(t, "bad.yaml", "provider: Contoso\nevents:\n  - {id: 1, title: x, severity: lw}\n  - {id: 2, titel: x}\n")
	got := command("", "catalog", "check", good)
	if got.code != exitOK || got.err != "" || !strings.HasPrefix(got.out, good+": no faults; 1 events changed, 1 added; ") {
		t.Errorf("%+v", got)
	}
	got = command("", "catalog", "check", good, bad, bad+"none")
	for _, want := range []string{good + ": no faults", bad + ":3: ", bad + ":4: ", bad + "none"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("%q is missing in %s", want, got.out)
		}
	}
	if got.code != exitFailed || !strings.Contains(got.err, "2 of 3 files have faults") {
		t.Errorf("exit code %d, stderr %q", got.code, got.err)
	}
	if got := command("", "catalog", "check"); got.code != exitUsage {
		t.Errorf("no file: %+v", got)
	}
}

func TestCatalogFile(t *testing.T) {
	good := writeFile(t, "good.yaml", ownCatalog)
	config := writeFile(t, "fluent-bit.conf", "[OUTPUT]\n    name winevent\n    catalog_file "+good+"\n")
	line := strings.ReplaceAll(winevtlog5462, "\n", "")
	for _, test := range []struct {
		stdin string
		args  []string
		want  string
	}{
		{"", []string{"explain", "5462", "--catalog-file", good}, "5462  Ours\n"},
		{"", []string{"explain", "1001", "--provider", "contoso-backup", "--catalog-file", good}, "1001  The backup failed\n"},
		{"", []string{"explain", "event_contoso_backup_1001", "--catalog-file", good, "--json"}, `"sources": [
    "good.yaml"
  ]`},
		{"", []string{"catalog", "--provider", "contoso-backup", "--catalog-file", good}, "1001  high  event_contoso_backup_1001  The backup failed  Contoso-Backup\n"},
		{line, []string{"enrich", "--catalog-file", good}, `"title":"Ours"`},
		{line, []string{"enrich", "--config", config}, `"title":"Ours"`},
	} {
		if got := command(test.stdin, test.args...); got.code != exitOK || !strings.Contains(got.out, test.want) {
			t.Errorf("%q: no %s in %d %s%s", test.args, test.want, got.code, got.out, got.err)
		}
	}
	bad := writeFile(t, "bad.yaml", "provider: Contoso\nevents: []\n")
	for _, args := range [][]string{{"explain", "5462"}, {"catalog"}, {"enrich"}} {
		got := command("", append(args, "--catalog-file", bad)...)
		if got.code != exitUsage || !strings.Contains(got.err, bad+":1: ") {
			t.Errorf("%q: %+v", args, got)
		}
	}
}
