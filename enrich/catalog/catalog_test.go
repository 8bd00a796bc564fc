package catalog_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

// TestLookupAgreesWithScan compares with the obvious way to find an entry: one map of all.
func TestLookupAgreesWithScan(t *testing.T) {
	type key struct {
		provider string
		id       uint32
	}
	all := map[key]*catalog.Entry{}
	providers := map[string]bool{"": true, "x": true}
	for i := range catalog.Entries() {
		e := &catalog.Entries()[i]
		all[key{strings.ToLower(e.Provider), e.ID}] = e
		for _, p := range []string{e.Provider, strings.ToUpper(e.Provider), strings.ToLower(e.Provider), e.Provider + " ", e.Provider[1:]} {
			providers[p] = true
		}
	}
	for p := range providers {
		for id := range uint32(12_000) {
			if got, want := catalog.Lookup([]byte(p), id), all[key{strings.ToLower(p), id}]; got != want {
				t.Fatalf("%q %d: %v, want %v", p, id, got, want)
			}
		}
	}
	if catalog.Lookup([]byte(catalog.Entries()[0].Provider), 1<<32-1) != nil {
		t.Error("an id that does not exist was found")
	}
}

func TestFind(t *testing.T) {
	for i := range catalog.Entries() {
		e := &catalog.Entries()[i]
		if got := catalog.Find([]byte(e.Provider), e.ID); got < 0 || catalog.At(got) != e {
			t.Errorf("%s %d was found at %d", e.Provider, e.ID, got)
		}
	}
	for i := range catalog.Count() {
		if e := catalog.At(i); catalog.Find([]byte(e.Provider), e.ID) != i || e.Described() != (catalog.Lookup([]byte(e.Provider), e.ID) != nil) {
			t.Errorf("%s %d is not at its place %d", e.Provider, e.ID, i)
		}
	}
}

// TestNamedEvents is about events that no entry describes.
func TestNamedEvents(t *testing.T) {
	i := catalog.Find([]byte("microsoft-windows-dns-client"), 1014)
	if i < 0 {
		t.Fatal("event 1014 of the DNS client has no names")
	}
	if names := catalog.At(i).Names(0, true, 3); len(names) == 0 || names[0] != "QueryName" {
		t.Errorf("names %q", names)
	}
}

func TestLookupDoesNotAllocate(t *testing.T) {
	known, folded, unknown := []byte("Microsoft-Windows-Security-Auditing"), []byte("MICROSOFT-WINDOWS-SECURITY-AUDITING"), []byte("None")
	if n := testing.AllocsPerRun(100, func() {
		_ = catalog.Lookup(known, 5462)
		_ = catalog.Lookup(folded, 5462)
		_ = catalog.Lookup(unknown, 5462)
		_ = catalog.DecodeError(5)
		_ = catalog.Value(catalog.MessageMap, 1538)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkLookup(b *testing.B) {
	provider := []byte("Microsoft-Windows-Security-Auditing")
	for b.Loop() {
		_ = catalog.Lookup(provider, 5462)
	}
}

// TestGeneratedTablesAreCurrent runs the generator into another folder and
// compares, so that an edited source cannot be forgotten.
func TestGeneratedTablesAreCurrent(t *testing.T) {
	dir := t.TempDir()
	run := exec.Command("go", "run", "./gen", "-out", dir)
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*_gen.go"))
	if err != nil || len(names) != 4 {
		t.Fatalf("the generator wrote %d files: %v", len(names), err)
	}
	for _, name := range names {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the sources say: run go generate ./enrich/catalog", filepath.Base(name))
		}
	}
}

func TestDecodeError(t *testing.T) {
	for _, c := range []struct {
		code   uint32
		win32  uint32
		kind   catalog.ErrorKind
		symbol string
	}{
		{0, 0, catalog.Win32, "ERROR_SUCCESS"},
		{5, 5, catalog.Win32, "ERROR_ACCESS_DENIED"},
		{14, 14, catalog.Win32, "ERROR_OUTOFMEMORY"},
		{1722, 1722, catalog.Win32, "RPC_S_SERVER_UNAVAILABLE"},
		{0x80070005, 5, catalog.HResult, "ERROR_ACCESS_DENIED"},
		{0x8007000e, 14, catalog.HResult, "ERROR_OUTOFMEMORY"},
		{0xc0000022, 0xc0000022, catalog.NTStatus, "STATUS_ACCESS_DENIED"},
		{0xd0000022, 0xc0000022, catalog.HResult, "STATUS_ACCESS_DENIED"},
		{0x80320008, 0x80320008, catalog.HResult, "FWP_E_NOT_FOUND"},
		{0x80000005, 0x80000005, catalog.NTStatus, "STATUS_BUFFER_OVERFLOW"},
		{999999, 999999, catalog.Win32, ""},
		{0x41301, 0x41301, catalog.HResult, "SCHED_S_TASK_RUNNING"},
		{0x8007ffff, 0xffff, catalog.HResult, ""},
	} {
		got := catalog.DecodeError(c.code)
		if got.Code != c.code || got.Win32 != c.win32 || got.Kind != c.kind || got.Symbol != c.symbol {
			t.Errorf("0x%x: %+v, want %+v", c.code, got, c)
		}
		if got.Symbol != "" && got.Message == "" {
			t.Errorf("0x%x: %s has no message", c.code, got.Symbol)
		}
	}
	if code, ok := catalog.ErrorBySymbol("ERROR_ACCESS_DENIED"); !ok || code != 5 {
		t.Errorf("ERROR_ACCESS_DENIED is %d, %t", code, ok)
	}
}

func TestValue(t *testing.T) {
	for _, c := range []struct {
		name string
		code uint64
		want string
	}{
		{"msobjs", 1538, "READ_CONTROL"},
		{"security-task", 13572, "Filtering Platform Policy Change"},
		{"WFDir_ValueMap", 1, "Inbound"},
		{"WFDir_ValueMap", 3, ""},
		{"WFDir_ValueMap", 1<<32 + 1, ""},
		{"none", 1, ""},
	} {
		if got := catalog.Value(c.name, c.code); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.name, c.code, got, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	e := catalog.Lookup([]byte("Microsoft-Windows-Windows Firewall With Advanced Security"), 2004)
	for _, c := range []struct {
		version uint64
		known   bool
		count   int
		want    int
	}{{0, true, 26, 26}, {0, true, 25, 25}, {0, true, 24, -1}, {1, true, 26, -1}, {0, false, 26, 26}, {0, false, 0, -1}} {
		got := len(e.Names(c.version, c.known, c.count))
		if e.Names(c.version, c.known, c.count) == nil {
			got = -1
		}
		if got != c.want {
			t.Errorf("%+v: %d names", c, got)
		}
	}
	none := catalog.Lookup([]byte("Microsoft-Windows-Security-Auditing"), 5478)
	if none.Names(0, true, 0) == nil {
		t.Error("an event without parameters has a list, an empty one")
	}
}

func TestSeverity(t *testing.T) {
	want := "informational 10, low 21, medium 47, high 73, critical 99"
	var parts []string
	for _, name := range catalog.SeverityNames() {
		s, ok := catalog.ParseSeverity(strings.ToUpper(name))
		if !ok {
			t.Errorf("%s does not parse", name)
		}
		parts = append(parts, fmt.Sprint(s, " ", s.Score()))
	}
	if got := strings.Join(parts, ", "); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, wrong := range []string{"", "none", "hi"} {
		if _, ok := catalog.ParseSeverity(wrong); ok {
			t.Errorf("%q parses", wrong)
		}
	}
}
