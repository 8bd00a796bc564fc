//go:build unix

package setup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/internal/elastictest"
	"winevent/internal/samples"
	"winevent/outputs"
	"winevent/outputs/elasticsearch"
)

// The two nodes run at once: most of a start is waiting.

func TestElasticsearch(t *testing.T) {
	t.Parallel()
	c := startCluster(t, elastictest.Options{})
	c.setUp(t, 3)
	t.Run("samples", func(t *testing.T) { c.samples(t, "default") })
	t.Run("types", c.types)
	t.Run("case", c.cases)
	t.Run("oddities", func(t *testing.T) {
		c.oddities(t, map[string]bool{"": true, " ": true})
	})
	t.Run("logsdb", func(t *testing.T) { // the default of new Elasticsearch 9 clusters; the source so with some licences
		c.node.MustDo(t, "PUT", "/_component_template/winevent@custom", `{"template":{"settings":{"index.mode":"logsdb","index.mapping.source.mode":"synthetic"}}}`)
		c.samples(t, "logsdb")
		if got := c.node.MustDo(t, "GET", "/logs-system.security-logsdb/_settings", ""); !bytes.Contains(got, []byte(`"mode":"logsdb"`)) {
			t.Errorf("%s", got)
		}
	})
	t.Run("custom", c.custom)
	t.Run("narrower", c.narrower)
	t.Run("plain", c.plain)
}

func TestOpenSearch(t *testing.T) {
	t.Parallel()
	c := startCluster(t, elastictest.Options{OpenSearch: true})
	c.setUp(t, 4)
	t.Run("samples", func(t *testing.T) { c.samples(t, "default") })
	t.Run("types", c.types)
	t.Run("case", c.cases)
	t.Run("oddities", func(t *testing.T) {
		// What docs/elasticsearch.md says of versions without disable_objects.
		c.oddities(t, map[string]bool{"": true, " ": true, ".": true, "..": true, ".a": true, "a..b": true, "a.b": true, "a.b.c": true})
	})
	t.Run("custom", c.custom)
}

// cluster is a node that templates are put into.
type cluster struct {
	node    *elastictest.Node
	api     *elasticsearch.API
	options Options
	config  elasticsearch.Config
	total   int // fields of the samples' events
}

func startCluster(t *testing.T, o elastictest.Options) *cluster {
	t.Helper()
	c := &cluster{node: elastictest.Start(t, o), options: options(t, func(o *Options) { o.Replicas = 0 })}
	index, err := enrich.ParseTemplate("logs-{{dataset}}-{{namespace}}", "unknown")
	if err != nil {
		t.Fatal(err)
	}
	c.config = elasticsearch.Config{
		URLs: []string{c.node.URL()}, Flavor: "elasticsearch", Index: index, RequireDataStream: !o.OpenSearch,
		BulkBytes: 2 << 20, Bulks: 2, RequestTimeout: time.Minute, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if o.OpenSearch {
		c.config.Flavor = "opensearch"
	}
	if c.api, err = elasticsearch.NewAPI(c.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.api.Close)
	return c
}

// setUp sets up twice; the second time nothing is left to do.
func (c *cluster) setUp(t *testing.T, objects int) {
	t.Helper()
	for _, o := range []Outcome{Created, Unchanged} {
		report := runs(t, c.api, c.options)
		if report.Count(o) != objects || report.Count(Created)+report.Count(Updated)+report.Count(Unchanged) != objects {
			t.Fatalf("%s: %+v", report.Server, report.Steps)
		}
		// The small builds have neither.
		if !says(report, Warning, "rolls over") || !says(report, Warning, "event.ingested") {
			t.Errorf("%+v", report.Steps)
		}
	}
}

// samples writes all recorded events, and expects each of them to be there once.
func (c *cluster) samples(t *testing.T, namespace string) {
	want := map[string]bool{}
	c.write(t, func(b *outputs.Batch) {
		doc := enrich.New(enrich.Options{Namespace: namespace, PreserveOriginal: true}).NewDocument()
		for _, file := range samples.Files() {
			lines, err := samples.Lines(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range append(lines, []byte("no event"), []byte(`{"a":{"b":[1,null]}}`)) {
				doc.ReadLine(line, event.Time{})
				doc.Enrich()
				doc.DefaultTimestamp(event.Time{Sec: 1767225600, Set: true})
				b.Commit(doc.AppendJSON(b.Begin()), b.Len(), doc.ID())
				b.CommitAttribute(c.config.Index.Append(b.BeginAttribute(), doc))
				want[string(doc.ID())] = true
			}
		}
	})
	got := c.node.IDs(t, "logs-*-"+namespace)
	for _, id := range got {
		if !want[id] {
			t.Errorf("id %s is there twice, or was not sent", id)
		}
		delete(want, id)
	}
	for id := range want {
		t.Errorf("id %s is missing", id)
	}
	t.Logf("%d documents", len(got))
}

// write sends a batch that must be taken as a whole.
func (c *cluster) write(t *testing.T, fill func(b *outputs.Batch)) {
	t.Helper()
	if failures := c.failures(t, fill); len(failures) > 0 {
		t.Fatalf("%d documents failed, the first: %v", len(failures), failures[0].Err)
	}
}

func (c *cluster) failures(t *testing.T, fill func(b *outputs.Batch)) []outputs.Failure {
	t.Helper()
	o, err := elasticsearch.Open(c.config)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	var b outputs.Batch
	fill(&b)
	return outputs.Failures(o.Write(t.Context(), &b), b.Len())
}

// types compares the mappings after all samples with the table of fields: every
// field has its type, every parameter is a keyword, and there is nothing else.
func (c *cluster) types(t *testing.T) {
	table := map[string]enrich.Type{"event.ingested": enrich.Date}
	for _, f := range enrich.Fields() {
		table[f.Path] = f.Type
	}
	expected := func(path string, f gjson.Result) bool {
		typ := f.Get("type").String()
		for parent, kind := range table {
			if kind == enrich.Object && strings.HasPrefix(path, parent+".") {
				folded := f.Get("normalizer").String() == normalizer
				return typ == "keyword" && f.Get("ignore_above").Int() == longValue && folded == (parent == "winlog.event_data")
			}
		}
		switch want := table[path]; want {
		case enrich.Text:
			return typ == "text" || typ == string(enrich.Text)
		case enrich.Flattened:
			return typ == "flattened" || typ == "object" && !f.Get("enabled").Bool()
		case enrich.Object:
			return typ == "" || typ == "object" // servers leave it out once there are members
		default:
			return typ == string(want)
		}
	}
	answer := c.node.MustDo(t, "GET", "/logs-*-default/_mapping", "")
	indices := 0
	gjson.ParseBytes(answer).ForEach(func(index, m gjson.Result) bool {
		indices++
		found := map[string]gjson.Result{}
		leaves(found, "", m.Get("mappings"), table)
		for path, f := range found {
			if !expected(path, f) {
				t.Errorf("%s: %s is %s", index, path, f.Raw)
			}
		}
		for path := range table {
			if !found[path].Exists() {
				t.Errorf("%s: %s is not mapped", index, path)
			}
		}
		c.total = max(c.total, len(found))
		return true
	})
	if indices < len(Streams)-1 || c.total < 200 { // there is no forwarded event among the samples
		t.Errorf("%d indices, %d fields", indices, c.total)
	}
	t.Logf("%d indices, at most %d fields", indices, c.total)
}

// leaves collects the fields of a mapping by their paths. Those of the table are
// collected also when they have members.
func leaves(found map[string]gjson.Result, path string, m gjson.Result, table map[string]enrich.Type) {
	_, listed := table[path]
	if listed || !m.Get("properties").Exists() {
		found[path] = m
	}
	m.Get("properties").ForEach(func(name, member gjson.Result) bool {
		inner := name.String()
		if path != "" {
			inner = path + "." + inner
		}
		leaves(found, inner, member, table)
		return true
	})
}

// cases finds events by values that are written in another case, and by .caseless.
func (c *cluster) cases(t *testing.T) {
	c.write(t, func(b *outputs.Batch) {
		commit(b, "logs-system.security-case", 1, `"process":{"executable":"C:\\Windows\\System32\\CMD.exe","name":"CMD.exe"},"winlog":{"event_data":{"Image":"C:\\Windows\\System32\\CMD.exe"}}`)
	})
	c.node.Refresh(t, "logs-*-case")
	for query, want := range map[string]int64{
		`{"term":{"process.name":"cmd.EXE"}}`:                                            1,
		`{"term":{"process.name.caseless":"cmd.EXE"}}`:                                   1,
		`{"wildcard":{"winlog.event_data.Image":"*\\\\SYSTEM32\\\\cmd.exe"}}`:            1,
		`{"query_string":{"query":"process.executable.caseless:*\\\\SYSTEM32\\\\cmd*"}}`: 1,
		`{"prefix":{"process.name":"Cmd"}}`:                                              1,
		`{"regexp":{"process.name":"C[A-Z]D\\.EXE"}}`:                                    1,
		`{"regexp":{"process.name":"cmd\\D.*"}}`:                                         0, // for it is folded to \d
		`{"term":{"process.name":"cmd"}}`:                                                0,
	} {
		answer := c.node.Search(t, "logs-*-case", `{"query":`+query+`}`)
		if got := gjson.GetBytes(answer, "hits.total.value").Int(); got != want {
			t.Errorf("%s: %d hits", query, got)
		}
	}
	// What is shown of a document is as it came; what is counted is folded.
	answer := c.node.Search(t, "logs-*-case", `{"aggs":{"names":{"terms":{"field":"process.name"}}}}`)
	if gjson.GetBytes(answer, "hits.hits.0._source.process.name").String() != "CMD.exe" || gjson.GetBytes(answer, "aggregations.names.buckets.0.key").String() != "cmd.exe" {
		t.Errorf("%s", answer)
	}
}

// commit adds a document with the members that a test is about.
func commit(b *outputs.Batch, index string, n int, members string) {
	b.Commit(fmt.Appendf(b.Begin(), `{"@timestamp":"2026-01-01T00:00:00.000Z",%s}`, members), n, fmt.Appendf(nil, "%032x", n))
	b.CommitAttribute(append(b.BeginAttribute(), index...))
}

// oddities writes what no real event has, but a broken one may. refused are the
// names of parameters that the server cannot take.
func (c *cluster) oddities(t *testing.T, refused map[string]bool) {
	quoted := func(s string) string {
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	many := map[string]string{}
	for i := range 2500 {
		many[fmt.Sprintf("Parameter%04d", i)] = "x"
	}
	documents := map[string]string{
		"junk addresses":  `"source":{"ip":"localhost"},"related":{"ip":["","fe80::1%eth0","10.0.0.1"]}`,
		"large numbers":   `"winlog":{"process":{"pid":18446744073709551615,"thread":{"id":-1}},"version":1e30},"event":{"severity":"high"}`,
		"junk times":      `"event":{"created":"yesterday","ingested":"10000-01-01T00:00:00Z"}`,
		"2500 parameters": `"winlog":{"event_data":` + string(marshal(many)) + `}`,
		"long values":     `"message":` + quoted(strings.Repeat("x ", 50_000)) + `,"winlog":{"event_data":{"A":` + quoted(strings.Repeat("€", 40_000)) + `,"B":` + quoted(strings.Repeat("😀", 8191)) + `}},"process":{"executable":` + quoted(strings.Repeat("y", 100_000)) + `}`,
		"long original":   `"event":{"original":` + quoted(strings.Repeat("€", 40_000)) + `}`,
		"deep record":     `"winlog":{"record":` + strings.Repeat(`{"a":`, 60) + `"` + strings.Repeat("z", 50_000) + `"` + strings.Repeat("}", 60) + `,"metadata":{"a":[1,{"b":null}],"..":{}}}`,
		"unknown fields":  `"brand":{"new":{"field":1}},"host":{"brand":"new"},"winlog":{"brand":{"new":[{"a":1}]}}`,
		"unknown again":   `"brand":{"new":"text"},"host":{"brand":{"new":2}},"winlog":{"brand":3}`,
		"lists":           `"winlog":{"event_data":{"Data":["a","b"],"E":[]}},"process":{"name":["a","b"]}`,
		"looks like more": `"winlog":{"event_data":{"Date":"2026-01-01","Number":"1","Boolean":"true"}}`,
		"as text":         `"winlog":{"event_data":{"Date":"never","Number":"one","Boolean":"maybe"}}`,
	}
	names := []string{"a", "a.b", "a.b.c", "b.c", "b", "", " ", ".", "..", ".a", "a..b", "*", "_id", "_source", "#text", "@timestamp", "type", "properties", "x y", "ü", "\u0000", strings.Repeat("n", 600)}
	// One document for each, in order.
	list := slices.Sorted(maps.Keys(documents))
	n := 0
	failures := c.failures(t, func(b *outputs.Batch) {
		for _, name := range list {
			n++
			commit(b, "logs-winlog.winlog-odd", n, documents[name])
		}
	})
	for _, f := range failures {
		t.Errorf("%s: %v", list[f.Index], f.Err)
	}
	for i, name := range names {
		failures := c.failures(t, func(b *outputs.Batch) {
			commit(b, "logs-winlog.winlog-names", i, `"winlog":{"event_data":{`+quoted(name)+`:"v"}}`)
		})
		if (len(failures) > 0) != refused[name] {
			t.Errorf("name %.20q: %v", name, failures)
		}
		if len(failures) > 0 && failures[0].Err.Retryable {
			t.Errorf("name %.20q would come again for ever: %v", name, failures[0].Err)
		}
	}
}

// custom puts a field of the user's into an object of ours, as docs/elasticsearch.md
// shows: the object's other members are indexed all the same.
func (c *cluster) custom(t *testing.T) {
	_, example, found := strings.Cut(page(t), "PUT /_component_template/winevent@custom\n")
	example, _, _ = strings.Cut(example, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	// One of the small builds has no match_only_text.
	c.node.MustDo(t, "PUT", "/_component_template/winevent@custom", strings.ReplaceAll(example, "match_only_text", "text"))
	c.write(t, func(b *outputs.Batch) {
		commit(b, "logs-system.security-custom", 1, `"winlog":{"event_data":{"ScriptBlockText":"Hello World","Another":"One"}}`)
	})
	c.node.Refresh(t, "logs-*-custom")
	for _, query := range []string{"ScriptBlockText.text:hello", "ScriptBlockText:HELLO*", "Another:ONE"} {
		answer := c.node.Search(t, "logs-*-custom", `{"query":{"query_string":{"query":"winlog.event_data.`+query+`"}}}`)
		if gjson.GetBytes(answer, "hits.total.value").Int() != 1 {
			t.Errorf("%s: %s", query, answer)
		}
	}
	c.node.MustDo(t, "PUT", "/_component_template/winevent@custom", `{"template":{}}`)
}

// narrower adds a namespace, which keeps what is there, and leaves case alone.
func (c *cluster) narrower(t *testing.T) {
	o := c.options
	o.CaseSensitive = true
	patterns, err := Patterns("logs-{{dataset}}-{{namespace}}", "", []string{"mixed"})
	if err != nil {
		t.Fatal(err)
	}
	o.Patterns = patterns
	report := runs(t, c.api, o)
	if !says(report, Updated, "winevent@mappings") || !says(report, Unchanged, "index template winevent") || !says(report, Note, "logs-system.security-default") {
		t.Errorf("%+v", report.Steps)
	}
	c.write(t, func(b *outputs.Batch) {
		commit(b, "logs-system.security-mixed", 1, `"process":{"name":"CMD.exe"},"winlog":{"event_data":{"Image":"CMD.exe"}}`)
	})
	c.node.Refresh(t, "logs-*-mixed")
	for query, want := range map[string]int64{
		`{"term":{"process.name":"cmd.exe"}}`: 0, `{"term":{"process.name.caseless":"cmd.exe"}}`: 1, `{"term":{"winlog.event_data.Image":"CMD.exe"}}`: 1,
	} {
		if got := gjson.GetBytes(c.node.Search(t, "logs-*-mixed", `{"query":`+query+`}`), "hits.total.value").Int(); got != want {
			t.Errorf("%s: %d hits", query, got)
		}
	}
}

// plain asks for plain indices where there are data streams: the server refuses
// to leave those without a template, and that is what one reads.
func (c *cluster) plain(t *testing.T) {
	o := c.options
	o.PlainIndices, o.Patterns = true, []string{"winevent-*"}
	_, _, err := Run(t.Context(), c.api, o, false)
	if err == nil || !strings.Contains(err.Error(), "data stream") {
		t.Errorf("%v", err)
	}
}
