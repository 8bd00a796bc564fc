package enrich_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

var update = flag.Bool("update", false, "write the golden files anew: read the difference before committing it")

// TestGolden holds the document of every record in testdata/golden (ID.DIALECT.in,
// one line) against the one beside it (ID.DIALECT.json).
func TestGolden(t *testing.T) {
	inputs, err := filepath.Glob(filepath.Join(samples.Dir("golden"), "*.in"))
	if err != nil || len(inputs) < 2*len(seedCodes) {
		t.Fatalf("%d inputs, want two for each of the %d events that the project began with: %v", len(inputs), len(seedCodes), err)
	}
	for _, input := range inputs {
		name := strings.TrimSuffix(filepath.Base(input), ".in")
		t.Run(name, func(t *testing.T) { checkGolden(t, input, strings.TrimSuffix(input, ".in")+".json") })
	}
}

func checkGolden(t *testing.T, input, golden string) {
	line, err := os.ReadFile(input)
	if err != nil {
		t.Fatal(err)
	}
	doc := enrich.New(enrich.Options{}).NewDocument()
	doc.ReadLine(bytes.TrimSuffix(line, []byte("\n")), event.Time{})
	doc.Enrich()
	var got bytes.Buffer
	if err := json.Indent(&got, doc.AppendJSON(nil), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	// The version changes with every edit of the catalog; what matters of it stands in the other fields.
	text := bytes.ReplaceAll(got.Bytes(), []byte(catalog.Version()), []byte("CATALOG"))
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v; make golden writes it", err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("the document differs from %s; if it should, run make golden and read the difference:\n%s", golden, text)
	}
}

// TestGoldenCoversSeeds makes sure that every event that the project began with has its pairs.
func TestGoldenCoversSeeds(t *testing.T) {
	for _, code := range seedCodes {
		for _, dialect := range []string{"winevtlog", "xml"} {
			name := samples.Dir("golden", itoa(code)+"."+dialect+".in")
			if _, err := os.Stat(name); err != nil {
				t.Errorf("event %d has no golden input in dialect %s", code, dialect)
			}
		}
	}
}
