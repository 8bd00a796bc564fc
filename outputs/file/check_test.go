package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/outputs"
)

// TestCheckConfig finds out what would be wrong, and changes nothing.
func TestCheckConfig(t *testing.T) {
	dir := folder(t)
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{"there": "{}\n", "unfinished": `{"a":`, "busy": ""} {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(in("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	busy, err := Open(Config{Path: in("busy")})
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	if err := busy.Append([]byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	before := listing(t, dir)
	for _, test := range []struct {
		path      string
		maxSize   int64
		level     outputs.Level
		what, fix string
	}{
		{"there", 0, outputs.OK, "can be written to", ""},
		{"there", 1, outputs.OK, "can be written to", ""},
		{"unfinished", 0, outputs.OK, "can be written to", ""},
		{"new", 0, outputs.OK, "can be created", ""},
		{"busy", 0, outputs.Warning, "by another process", "Fluent Bit with this configuration"},
		{"folder", 0, outputs.Fault, "it is a folder", "name a file"},
		{"none/new", 0, outputs.Fault, "cannot be written to", "create the folder"},
		{"there/new", 0, outputs.Fault, "cannot be written to", "name another file"},
	} {
		got := Check(Config{Path: in(test.path), MaxSize: test.maxSize})
		if got.Level != test.level || !strings.HasPrefix(got.What, in(test.path)) || !strings.Contains(got.What, test.what) ||
			!strings.Contains(got.Fix, test.fix) || (got.Fix == "") != (test.level == outputs.OK) {
			t.Errorf("%s: %+v", test.path, got)
		}
	}
	if after := listing(t, dir); after != before {
		t.Errorf("the folder had\n%s\nand has\n%s", before, after)
	}
	if os.Geteuid() <= 0 {
		return // root may do everything, and Windows has no such numbers and modes
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if got := Check(Config{Path: in("new")}); got.Level != outputs.Fault || !strings.Contains(got.Fix, "write access") {
		t.Errorf("%+v", got)
	}
	if got := Check(Config{Path: in("there"), MaxSize: 1}); got.Level != outputs.Fault || !strings.Contains(got.What, "renamed") {
		t.Errorf("%+v", got)
	}
}

// listing is a folder's files with their content.
func listing(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		text, _ := os.ReadFile(filepath.Join(dir, e.Name())) // a folder has none
		b.WriteString(e.Name() + ": " + string(text) + "\n")
	}
	return b.String()
}
