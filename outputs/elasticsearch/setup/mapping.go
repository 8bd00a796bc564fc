package setup

import (
	"slices"
	"strings"

	"winevent/enrich"
)

// How long a value may be, in characters, to be indexed; a longer one is kept,
// but not found. Lucene takes 32,766 bytes, and a character has up to four.
const (
	// shortValue is for names and codes.
	shortValue = 1024
	// longValue is for what rules look into: command lines, scripts, registry data.
	longValue = 8191
)

// How many fields an index may have. Parameters of events become fields when
// they first come.
const (
	// limitWith is for servers that take documents with more, and do not index those.
	limitWith = "2000"
	// limitWithout is for servers that refuse such documents: what no real mixture of
	// events comes to.
	limitWithout = "10000"
)

// maxDepth is how deep Flattened objects may be; deeper records are no events.
const maxDepth = 100

// folded are the fields, by the beginnings of their names, whose values
// detection rules compare. Windows does not tell upper from lower case in them,
// and rules do not either.
var folded = []string{
	"destination.", "dll.", "dns.", "file.", "group.", "powershell.", "process.", "registry.", "service.", "source.",
	"url.", "user.", "winlog.event_data",
}

// identifiers are not folded, by the ends of their names: nobody writes part of
// one, and a SID should look like one.
var identifiers = []string{".id", ".entity_id"}

// caseless are the fields that pySigma's pipelines ask for under another name,
// in lower case.
var caseless = []string{"process.executable", "process.name", "process.parent.executable", "process.parent.name"}

// added are fields that the server sets.
var added = []enrich.Field{{Path: "event.ingested", Type: enrich.Date}}

// unread are fields that are only shown: long texts, the same in all events with
// the same remediation, which winevent.remediation.summary stands for in searches.
var unread = []string{"event.original", "winevent.remediation.cause", "winevent.remediation.steps", "winevent.remediation.verify"}

// mapper makes the mapping for one kind of server.
type mapper struct {
	*features
	caseSensitive bool
}

// mappings returns the mapping of all fields, and of parameters yet unknown.
// A field that is in no table is kept and not indexed: whatever comes later, no
// document is refused for it.
func (m *mapper) mappings() map[string]any {
	properties := map[string]any{}
	var templates []any
	for _, f := range slices.Concat(enrich.Fields(), added) {
		place(properties, strings.Split(f.Path, "."), m.field(&f))
		if f.Type == enrich.Object {
			templates = append(templates, m.members(f.Path)...)
		}
	}
	return map[string]any{
		"dynamic": "false",
		// A parameter that looks like a date or a number once is text all the same.
		"date_detection":    false,
		"numeric_detection": false,
		"dynamic_templates": templates,
		"properties":        properties,
	}
}

// objects returns the mapping of the objects whose members are unknown, again.
// Elasticsearch forgets that new members are welcome when a component adds a
// member to one, so the index template has the last word.
func (m *mapper) objects() map[string]any {
	properties := map[string]any{}
	for _, f := range enrich.Fields() {
		if f.Type == enrich.Object {
			place(properties, strings.Split(f.Path, "."), m.field(&f))
		}
	}
	return map[string]any{"properties": properties}
}

// place puts a field into the tree of objects.
func place(properties map[string]any, path []string, field map[string]any) {
	if len(path) == 1 {
		properties[path[0]] = field
		return
	}
	object, ok := properties[path[0]].(map[string]any)
	if !ok {
		object = map[string]any{"properties": map[string]any{}}
		properties[path[0]] = object
	}
	place(object["properties"].(map[string]any), path[1:], field)
}

// field returns the mapping of one field.
func (m *mapper) field(f *enrich.Field) map[string]any {
	switch f.Type {
	case enrich.Keyword:
		if slices.Contains(unread, f.Path) {
			return map[string]any{"type": "keyword", "index": false, "doc_values": false}
		}
		return m.keyword(f.Path, shortValue)
	case enrich.Text:
		if !m.matchOnlyText {
			return map[string]any{"type": "text", "norms": false}
		}
	case enrich.Flattened:
		if !m.flattened {
			return map[string]any{"type": "object", "enabled": false}
		}
		return map[string]any{"type": "flattened", "ignore_above": longValue, "depth_limit": maxDepth}
	case enrich.Object:
		object := map[string]any{"type": "object", "dynamic": "true"}
		for parameter, value := range m.flatNames {
			object[parameter] = value
		}
		return object
	case enrich.Date, enrich.Long, enrich.IP:
		if f.Path != "@timestamp" { // of which data streams do not take nonsense
			return map[string]any{"type": string(f.Type), "ignore_malformed": true}
		}
	}
	return map[string]any{"type": string(f.Type)}
}

// keyword returns the mapping of text that is compared as a whole.
func (m *mapper) keyword(path string, limit int) map[string]any {
	k := map[string]any{"type": "keyword", "ignore_above": limit}
	if isFolded(path) {
		k["ignore_above"] = longValue
		if !m.caseSensitive {
			k["normalizer"] = normalizer
		}
	}
	if slices.Contains(caseless, path) {
		k["fields"] = map[string]any{"caseless": map[string]any{"type": "keyword", "ignore_above": longValue, "normalizer": normalizer}}
	}
	return k
}

// normalizer is one that servers have by themselves.
const normalizer = "lowercase"

func isFolded(path string) bool {
	begins := func(s string) bool { return strings.HasPrefix(path, s) }
	ends := func(s string) bool { return strings.HasSuffix(path, s) }
	return slices.ContainsFunc(folded, begins) && !slices.ContainsFunc(identifiers, ends)
}

// members returns the templates of an object's members, all of them text.
func (m *mapper) members(path string) []any {
	title := strings.ReplaceAll(path, ".", "_")
	templates := []any{map[string]any{title: map[string]any{
		"path_match": path + ".*", "match_mapping_type": "string", "mapping": m.keyword(path, longValue),
	}}}
	if m.flatNames == nil {
		// Here a name with a dot makes an object. One that is not parsed takes text of the
		// same name too, so that only a.b after a is refused.
		templates = append(templates, map[string]any{title + "_objects": map[string]any{
			"path_match": path + ".*", "match_mapping_type": "object", "mapping": map[string]any{"type": "object", "enabled": false},
		}})
	}
	return templates
}
