package docs

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

// schema is what docs/schema.json needs of JSON Schema, in the order in which it is written.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Comment     string             `json:"$comment,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	AnyOf       []*schema          `json:"anyOf,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	// Additional is false or a *schema; nil leaves other members free.
	Additional any `json:"additionalProperties,omitempty"`
}

// everyDocument are the fields that all documents have. @timestamp is not one
// of them: a record may have no time, and no shipper that says when it was read.
var everyDocument = []string{
	"data_stream.dataset", "data_stream.namespace", "data_stream.type", "ecs.version",
	"event.dataset", "event.id", "event.kind", "event.module",
}

// closedSets are the fields whose values are known beforehand.
var closedSets = map[string][]any{
	"event.kind":                    {"event", "alert", "pipeline_error"},
	"event.outcome":                 {"success", "failure", "unknown"},
	"event.severity":                severities(func(s catalog.Severity) any { return s.Score() }),
	"winevent.error.facility":       {catalog.Win32.String(), catalog.NTStatus.String(), catalog.HResult.String()},
	"winevent.severity":             severities(func(s catalog.Severity) any { return s.String() }),
	"winevent.symbolic_name_origin": {"published", "derived"},
}

func severities(value func(catalog.Severity) any) (all []any) {
	for s := catalog.Informational; s <= catalog.Critical; s++ {
		all = append(all, value(s))
	}
	return all
}

func schemaReference() string {
	root := closedObject()
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.ID = "urn:winevent:schema:" + enrich.SchemaVersion
	root.Comment = "Generated from the code by \"make golden\". Do not edit."
	root.Title = "winevent document"
	root.Description = "A Windows event as an ECS " + enrich.ECSVersion + " document, or a record that is no readable event (event.kind pipeline_error)."
	for _, f := range enrich.Fields() {
		root.add(f)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(err) // the type above holds nothing that JSON has not
	}
	return b.String()
}

func closedObject() *schema {
	return &schema{Type: "object", Properties: map[string]*schema{}, Additional: false}
}

// add puts a field at its place, with the objects around it.
func (s *schema) add(f enrich.Field) {
	required := slices.Contains(everyDocument, f.Path)
	rest := f.Path
	for {
		name, inside, nested := strings.Cut(rest, ".")
		if required && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
		if !nested {
			s.Properties[name] = fieldSchema(f)
			return
		}
		if s.Properties[name] == nil {
			s.Properties[name] = closedObject()
		}
		s, rest = s.Properties[name], inside
	}
}

func fieldSchema(f enrich.Field) *schema {
	one := valueSchema(f)
	one.Enum = closedSets[f.Path]
	if f.Array {
		one = &schema{Type: "array", Items: one}
	}
	one.Description = f.Doc
	return one
}

func valueSchema(f enrich.Field) *schema {
	text := &schema{Type: "string"}
	switch f.Type {
	case enrich.Long:
		return &schema{Type: "integer"}
	case enrich.Date:
		return &schema{Type: "string", Format: "date-time"}
	case enrich.Flattened:
		return &schema{Type: "object"}
	case enrich.Object:
		if f.Path == "winlog.event_data" {
			// A parameter is a text or a list of texts; Data is a list of parameters.
			list := &schema{Type: "array", Items: text}
			text = &schema{AnyOf: []*schema{text, {Type: "array", Items: &schema{AnyOf: []*schema{text, list}}}}}
		}
		return &schema{Type: "object", Additional: text}
	}
	return text
}

// oddRecords are what no sample has.
var oddRecords = []string{
	"", "no event", "[1]", "{}", `{"a":{"b":1}}`, "<Event>",
	`{"ProviderName":"P","EventID":1}`,
	`{"ProviderName":"P\ud800","EventID":1,"Level":77,"EventData":{"a":[["b",["c"]],{"d":1},null],"Data":1,"n":null},"x":{"y":[1,null]}}`,
	`{"ProviderName":"P","EventID":1,"StringInserts":[["a",["b"]],"c",{"d":[1]},null,true]}`,
	`{"winlog":{"event_id":1,"provider_name":"P","event_data":{"a":["b"],"Data":["x",["y"]]}},"event":{"outcome":"unknown"}}`,
}

// corpus is what all documents that the tests can make have in common and apart.
type corpus struct {
	t      *testing.T
	schema *jsonschema.Schema
	// first is the first document that has a field.
	first map[string][]byte
	// always are the fields that all documents had.
	always []string
	// values are the values of closedSets' fields.
	values map[string]map[any]bool
}

// readCorpus holds every golden document and that of every recorded and odd
// record against the schema.
func readCorpus(t *testing.T) *corpus {
	t.Helper()
	c := &corpus{t: t, schema: published(t), first: map[string][]byte{}, values: map[string]map[any]bool{}}
	for _, f := range enrich.Fields() {
		c.always = append(c.always, f.Path)
		c.values[f.Path] = map[any]bool{}
	}
	for _, document := range golden(t, "*.json") {
		c.document(document)
	}
	usual := enrich.New(enrich.Options{}).NewDocument()
	full := enrich.New(enrich.Options{PreserveOriginal: true, AlertMinSeverity: catalog.Medium}).NewDocument()
	for _, line := range lines(t) {
		usual.ReadLine(line, event.Time{})
		usual.Enrich()
		c.document(usual.AppendJSON(nil))
		full.ReadLine(line, event.Time{Sec: 1_767_225_600, Digits: 9, Set: true})
		full.Enrich()
		c.document(full.AppendJSON(nil))
	}
	usual.ReadMsgpack([]byte("\x82\xacProviderName\xa1P\xa7EventID\x01"), []byte("\x81\xa1m\x81\xa1n\x91\x01"), event.Time{})
	usual.Enrich()
	c.document(usual.AppendJSON(nil)) // with metadata
	return c
}

func (c *corpus) document(text []byte) {
	c.t.Helper()
	root := parse(c.t, text)
	if err := c.schema.Validate(root); err != nil {
		c.t.Fatalf("%v: %s", err, text)
	}
	c.always = slices.DeleteFunc(c.always, func(path string) bool { return find(root, path) == nil })
	for _, f := range enrich.Fields() {
		v := find(root, f.Path)
		if v == nil {
			continue
		}
		if c.first[f.Path] == nil {
			c.first[f.Path] = text
		}
		if closedSets[f.Path] != nil {
			c.values[f.Path][v] = true
		}
	}
}

// published compiles docs/schema.json as its users do.
func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat() // else a format would be a remark, not a rule
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t *testing.T, document []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	return v
}

// find returns the value at a path, or nil.
func find(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	return value
}

// lines returns every recorded event, the golden inputs and the odd records.
func lines(t *testing.T) [][]byte {
	t.Helper()
	all := golden(t, "*.in")
	for _, line := range oddRecords {
		all = append(all, []byte(line))
	}
	for _, file := range samples.Files() {
		recorded, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, recorded...)
	}
	return all
}

// golden returns what the files in testdata/golden hold.
func golden(t *testing.T, pattern string) (all [][]byte) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(samples.Dir("golden"), pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no golden file matches %s: %v", pattern, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.TrimSuffix(text, []byte("\n")))
	}
	return all
}

func TestDocumentsFitTheSchema(t *testing.T) {
	c := readCorpus(t)
	if !slices.Equal(c.always, everyDocument) {
		t.Errorf("all documents have %v, the schema requires %v", c.always, everyDocument)
	}
	for _, path := range []string{"event.kind", "event.outcome", "winevent.symbolic_name_origin"} {
		if len(c.values[path]) != len(closedSets[path]) {
			t.Errorf("documents have %s %v, the schema allows %v", path, c.values[path], closedSets[path])
		}
	}
	for _, f := range enrich.Fields() {
		document := c.first[f.Path]
		if document == nil {
			t.Errorf("no document has %s", f.Path)
			continue
		}
		for _, wrong := range wrongValues(f) {
			c.refused(document, f.Path, wrong)
		}
		if parent, _, nested := cutLast(f.Path); nested {
			c.refused(document, parent+".undocumented", "x")
		}
	}
	c.refused(c.first["@timestamp"], "undocumented", "x")
	for _, path := range everyDocument {
		c.refused(c.first[path], path, nil)
	}
}

// wrongValues are values that the field cannot have.
func wrongValues(f enrich.Field) []any {
	number := json.Number("12")
	switch {
	case f.Array:
		return []any{"x", []any{number}, []any{"x", []any{}}}
	case f.Path == "winlog.event_data":
		return []any{"x", map[string]any{"p": number}, map[string]any{"p": []any{map[string]any{}}}, map[string]any{"p": []any{[]any{[]any{}}}}}
	case f.Type == enrich.Object:
		return []any{"x", map[string]any{"p": number}, map[string]any{"p": []any{"x"}}}
	case f.Type == enrich.Flattened:
		return []any{"x", []any{}}
	case f.Type == enrich.Date:
		return []any{number, "2026-02-03", "2026-02-03 04:05:36"}
	case f.Type == enrich.Long && closedSets[f.Path] == nil:
		return []any{"12", json.Number("1.5"), []any{number}}
	case closedSets[f.Path] != nil:
		return []any{number, "other", ""}
	}
	return []any{number, true, []any{"x"}, map[string]any{}}
}

// refused puts a value into a document, or takes one away with nil, and expects
// the schema to find that.
func (c *corpus) refused(document []byte, path string, value any) {
	c.t.Helper()
	root := parse(c.t, document)
	object, name := root, path
	if parent, last, nested := cutLast(path); nested {
		object, name = find(root, parent), last
	}
	if members := object.(map[string]any); value == nil {
		delete(members, name)
	} else {
		members[name] = value
	}
	if c.schema.Validate(root) == nil {
		c.t.Errorf("the schema takes a document with %s %v", path, value)
	}
}

// cutLast splits the last name off a path.
func cutLast(path string) (parent, name string, nested bool) {
	i := strings.LastIndexByte(path, '.')
	return path[:max(i, 0)], path[i+1:], i >= 0
}
