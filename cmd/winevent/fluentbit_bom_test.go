package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestByteOrderMark: Windows' editors write one. Fluent Bit's reader of YAML
// takes it, that of the classic form does not.
func TestByteOrderMark(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("\ufeff"+strings.ReplaceAll(text, "\n", "\r\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	s, err := readSection(write("c.yaml", "pipeline:\n  outputs:\n    - name: winevent\n      file_path: C:\\logs\\new.ndjson\n"))
	if err != nil || s.get("file_path") != `C:\logs\new.ndjson` {
		t.Errorf("%v, %v", s, err)
	}
	if _, err := readSection(write("c.conf", "[OUTPUT]\n    Name winevent\n")); err == nil || !strings.Contains(err.Error(), "byte order mark") {
		t.Errorf("%v", err)
	}
}
