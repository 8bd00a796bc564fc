package docs

import (
	"os"
	"regexp"
	"testing"

	"winevent/enrich/catalog/userfile"
)

// TestCatalogFileExample loads the example as the plugin does.
func TestCatalogFileExample(t *testing.T) {
	text, err := os.ReadFile("catalog-file.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```yaml (\\S+)\n(.*?)^```$").FindAllSubmatch(text, -1)
	if len(blocks) != 1 {
		t.Fatalf("%d examples, want one", len(blocks))
	}
	c, err := userfile.Parse(string(blocks[0][1]), blocks[0][2])
	if err != nil {
		t.Fatal(err)
	}
	changed, added := c.Own()
	if changed != 3 || added != 2 {
		t.Errorf("%d events changed and %d added, want 3 and 2", changed, added)
	}
	e := c.Lookup([]byte("Contoso-Backup"), 1001)
	if e == nil || e.Branch(112) == nil || e.MessageText() != "Job <Job> failed.\nTarget: <Target>" {
		t.Errorf("%+v", e)
	}
}
