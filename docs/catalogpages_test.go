package docs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"winevent/internal/catalogdoc"
)

// TestCatalogPages holds docs/catalog and docs/coverage.md against the compiled
// catalog. They change whenever an entry does: make golden writes them.
func TestCatalogPages(t *testing.T) {
	want := map[string]string{}
	for name, text := range catalogdoc.Pages() {
		want[filepath.Join("catalog", name)] = text
	}
	coverage, err := catalogdoc.Coverage()
	if err != nil {
		t.Fatal(err)
	}
	want["coverage.md"] = coverage
	there, err := filepath.Glob(filepath.Join("catalog", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		writePages(t, want, there)
	}
	stale := 0
	for name, text := range want {
		if got, err := os.ReadFile(name); err != nil || string(got) != text {
			stale++
		}
	}
	there = slices.DeleteFunc(there, func(name string) bool { return want[name] != "" })
	if !*update && stale+len(there) > 0 {
		t.Errorf("%d pages of docs/catalog and docs/coverage.md are not what the code says, and %d are of no provider: run make golden", stale, len(there))
	}
}

// writePages writes all pages, and removes those there that are of no provider.
func writePages(t *testing.T, want map[string]string, there []string) {
	t.Helper()
	if err := os.MkdirAll("catalog", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range there {
		if want[name] == "" {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, text := range want {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
