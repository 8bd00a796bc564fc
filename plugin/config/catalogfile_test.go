package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/plugin/config"
)

// TestCatalogFile: the user's entries reach the documents' options; a file with
// faults is one fault of the configuration that holds them all.
func TestCatalogFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.yaml")
	read := func(text string) (config.Config, error) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return config.Read(from(map[string]string{"catalog_file": path}))
	}
	c, err := read("provider: Contoso\nevents: [{id: 1, title: x, severity: low}]\n")
	if err != nil || c.Enrichment().Catalog.Lookup([]byte("Contoso"), 1) == nil {
		t.Errorf("the entry is not there: %v", err)
	}
	_, err = read("provider: Contoso\nevents:\n  - {id: 1, title: x, severity: lw}\n  - {id: 2, titel: x}\n")
	if err == nil {
		t.Fatal("faults were not found")
	}
	for _, want := range []string{`catalog_file "` + path + `": `, path + ":3: ", `"lw"`, path + ":4: ", "titel"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is missing in: %v", want, err)
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Read(from(map[string]string{"catalog_file": path})); err == nil {
		t.Error("a file that is not there was read")
	}
}
