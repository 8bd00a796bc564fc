package enrich_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
	"winevent/internal/samples"
)

// ecsField is a row of ECS's own field list.
type ecsField struct {
	fieldType string
	array     bool
	allowed   []string
}

func readTable(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(samples.Dir("ecs", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") {
			rows = append(rows, strings.Split(s.Text(), "\t"))
		}
	}
	if len(rows) < 2 {
		t.Fatalf("%s is empty", name)
	}
	return rows[1:]
}

func ecsFields(t *testing.T) map[string]ecsField {
	t.Helper()
	all := map[string]ecsField{}
	for _, row := range readTable(t, "fields-8.11.0.tsv") {
		f := ecsField{fieldType: row[1], array: row[2] == "array"}
		if row[3] != "" {
			f.allowed = strings.Split(row[3], "|")
		}
		all[row[0]] = f
	}
	return all
}

// sameType tells whether a type of ours indexes what ECS means: keyword,
// wildcard and match_only_text hold the same values.
func sameType(ours enrich.Type, ecs string) bool {
	text := []string{"keyword", "wildcard", "constant_keyword", "match_only_text"}
	return string(ours) == ecs || slices.Contains(text, string(ours)) && slices.Contains(text, ecs)
}

func TestFieldTableFitsECS(t *testing.T) {
	ecs := ecsFields(t)
	for _, f := range enrich.Fields() {
		if f.Doc == "" {
			t.Errorf("%s has no documentation", f.Path)
		}
		known, ok := ecs[f.Path]
		if ok != f.ECS {
			t.Errorf("%s: the table says ECS=%t, ECS's list says %t", f.Path, f.ECS, ok)
		}
		if !ok {
			// powershell, sysmon and the signed of signatures are Elastic's Windows package's, which Sigma's pipeline for ECS asks for.
			root, _, _ := strings.Cut(f.Path, ".")
			if !slices.Contains([]string{"winevent", "winlog", "powershell", "sysmon"}, root) && f.Path != "file.code_signature.signed" {
				t.Errorf("%s is neither ECS's nor below winevent, winlog, powershell or sysmon", f.Path)
			}
			continue
		}
		if !sameType(f.Type, known.fieldType) || f.Array != known.array {
			t.Errorf("%s: %s array=%t, ECS has %s array=%t", f.Path, f.Type, f.Array, known.fieldType, known.array)
		}
	}
}

// TestDocumentsFitECS reads the documents of all samples and golden records
// leaf by leaf: every field is in the table, has its type, and where ECS lists
// the allowed values, one of those.
func TestDocumentsFitECS(t *testing.T) {
	c := fieldChecker{t: t, ecs: ecsFields(t), table: map[string]enrich.Field{}, seen: map[string]bool{}, pairs: map[string][]string{}}
	for _, f := range enrich.Fields() {
		c.table[f.Path] = f
	}
	for _, row := range readTable(t, "category-types-8.11.0.tsv") {
		c.pairs[row[0]] = strings.Split(row[1], "|")
	}
	options := enrich.Options{PreserveOriginal: true, AlertMinSeverity: catalog.Medium}
	doc := enrich.New(options).NewDocument()
	for _, lines := range allLines(t) {
		for _, line := range lines {
			doc.ReadLine(line, event.Time{Sec: 1767225600, Digits: 9, Set: true})
			doc.Enrich()
			c.document(doc.AppendJSON(nil))
		}
	}
	for path := range c.table {
		// Only Fluent Bit's framing has metadata; enrich's own test covers it.
		if !c.seen[path] && path != "winlog.metadata" {
			t.Errorf("%s is in the table, but no recorded event has it", path)
		}
	}
}

// allLines returns the lines of all samples and of the golden inputs.
func allLines(t *testing.T) [][][]byte {
	t.Helper()
	var all [][][]byte
	for _, file := range samples.Files() {
		lines, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines)
	}
	entries, err := os.ReadDir(samples.Dir("golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".in") {
			continue
		}
		line, err := os.ReadFile(samples.Dir("golden", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, [][]byte{line[:len(line)-1]})
	}
	return all
}

type fieldChecker struct {
	t     *testing.T
	ecs   map[string]ecsField
	table map[string]enrich.Field
	seen  map[string]bool
	pairs map[string][]string
	rec   record.Record
}

func (c *fieldChecker) document(document []byte) {
	c.rec.Reset()
	root, err := c.rec.ReadJSON(document)
	if err != nil {
		c.t.Fatalf("%v: %s", err, document)
	}
	c.object(root, "")
	c.categories(root)
}

func (c *fieldChecker) object(at int, prefix string) {
	for i := at + 1; i < int(c.rec.At(at).End); i = int(c.rec.At(i).End) {
		n := c.rec.At(i)
		path := prefix + string(n.Key)
		f, known := c.table[path]
		switch {
		case known:
			c.seen[path] = true
			c.leaf(f, i)
		case n.Kind == record.Map:
			c.object(i, path+".")
		default:
			c.t.Errorf("%s is not in the field table", path)
		}
	}
}

func (c *fieldChecker) leaf(f enrich.Field, i int) {
	n := c.rec.At(i)
	if f.Array != (n.Kind == record.Array) {
		c.t.Errorf("%s: a list is wanted: %t", f.Path, f.Array)
		return
	}
	if !f.Array {
		c.value(f, n)
		return
	}
	for j := i + 1; j < int(n.End); j = int(c.rec.At(j).End) {
		c.value(f, c.rec.At(j))
	}
}

func (c *fieldChecker) value(f enrich.Field, n *record.Node) {
	want := record.String
	switch f.Type {
	case enrich.Long:
		want = record.Uint
	case enrich.Object, enrich.Flattened:
		want = record.Map
	}
	if n.Kind != want {
		c.t.Errorf("%s has JSON type %d, want %d", f.Path, n.Kind, want)
	}
	if f.Type == enrich.Date {
		if _, ok := event.ParseTime(n.Text); !ok {
			c.t.Errorf("%s: %q is no date", f.Path, n.Text)
		}
	}
	if allowed := c.ecs[f.Path].allowed; len(allowed) > 0 && !slices.Contains(allowed, string(n.Text)) {
		c.t.Errorf("%s: ECS does not allow %q", f.Path, n.Text)
	}
}

// categories checks event.type against what ECS expects with event.category.
func (c *fieldChecker) categories(root int) {
	at := c.rec.Find(root, "event")
	category, eventType := c.rec.Find(at, "category"), c.rec.Find(at, "type")
	if category < 0 || eventType < 0 {
		return
	}
	var allowed []string
	for j := category + 1; j < int(c.rec.At(category).End); j++ {
		allowed = append(allowed, c.pairs[string(c.rec.At(j).Text)]...)
	}
	for j := eventType + 1; j < int(c.rec.At(eventType).End); j++ {
		if !slices.Contains(allowed, string(c.rec.At(j).Text)) {
			c.t.Errorf("event.type %q does not go with the event's category", c.rec.At(j).Text)
		}
	}
}
