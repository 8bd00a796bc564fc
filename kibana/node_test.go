//go:build unix

package kibana_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/internal/elastictest"
	"winevent/internal/samples"
	"winevent/kibana/internal/lens"
	"winevent/outputs/elasticsearch/setup"
)

// allTime is a time range that has all recorded events.
var allTime = lens.Range{From: "2010-01-01T00:00:00Z", To: "2030-01-01T00:00:00Z"}

// TestPanels runs the search of every panel over recorded events, and wants each
// panel to show something in every column.
func TestPanels(t *testing.T) {
	o := read(t)
	n := elastictest.Start(t, elastictest.Options{})
	fill(t, n)
	panels(t, o, func(t *testing.T, p *lens.Panel) {
		view := o.Views[p.View()]
		checkCaps(t, n, view.Title, p.Uses())
		body, err := json.Marshal(p.Body(view.TimeFieldName, allTime))
		if err != nil {
			t.Fatal(err)
		}
		table, err := p.Table(n.Search(t, view.Title, string(body)))
		if err != nil {
			t.Fatal(err)
		}
		checkTable(t, table)
		if t.Failed() {
			t.Logf("%s", body)
		}
	})
}

// checkTable wants rows, and a value in each column of some row.
func checkTable(t *testing.T, table lens.Table) {
	if len(table.Rows) == 0 {
		t.Fatal("the panel is empty")
	}
	for i, name := range table.Columns {
		if !slices.ContainsFunc(table.Rows, func(row []string) bool { return row[i] != "" }) {
			t.Errorf("column %s has no values", name)
		}
	}
	t.Logf("%d rows, such as %q", len(table.Rows), table.Rows[0])
}

// checkCaps asks the server for what Kibana asks it: which type a field has, and
// whether it can be searched and aggregated.
func checkCaps(t *testing.T, n *elastictest.Node, index string, uses []lens.Use) {
	var names []string
	for _, u := range uses {
		names = append(names, u.Field)
	}
	caps := gjson.ParseBytes(n.MustDo(t, "GET", "/"+index+"/_field_caps?fields="+strings.Join(names, ","), ""))
	for _, u := range uses {
		types := caps.Get("fields." + strings.ReplaceAll(u.Field, ".", `\.`)).Map()
		if len(types) != 1 {
			t.Errorf("%s: types %v: it is unknown, or not the same everywhere", u, types)
		}
		for name, c := range types {
			switch {
			case u.Operation == "show":
			case u.Operation == "filter" && !c.Get("searchable").Bool(),
				u.Operation != "filter" && !c.Get("aggregatable").Bool(),
				u.DataType != "" && !slices.Contains(elasticTypes[u.DataType], name):
				t.Errorf("%s is %s: %s", u, name, c.Raw)
			}
		}
	}
}

var elasticTypes = map[string][]string{"string": {"keyword"}, "number": {"long"}, "ip": {"ip"}, "date": {"date"}}

// server is a node as setup wants it.
type server struct {
	t testing.TB
	*elastictest.Node
}

func (s server) Do(_ context.Context, method, path string, body []byte) (int, []byte, error) {
	status, answer := s.Node.Do(s.t, method, path, string(body))
	return status, answer, nil
}

// fill sets the node up and stores all recorded events.
func fill(t *testing.T, n *elastictest.Node) {
	patterns, err := setup.Patterns("logs-{{dataset}}-{{namespace}}", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := setup.Run(t.Context(), server{t, n}, setup.Options{Version: "test", Patterns: patterns, Replicas: 0}, false); err != nil {
		t.Fatal(err)
	}
	const lines = 2000
	all := documents(t)
	for part := range slices.Chunk(all, lines) {
		var bulk bytes.Buffer
		for _, d := range part {
			fmt.Fprintf(&bulk, "{\"create\":{\"_index\":\"logs-%s-default\"}}\n%s\n", gjson.GetBytes(d, "data_stream.dataset"), d)
		}
		if answer := n.MustDo(t, "POST", "/_bulk?filter_path=errors,items.*.error.reason", bulk.String()); gjson.GetBytes(answer, "errors").Bool() {
			t.Fatalf("%.2000s", answer)
		}
	}
	if stored := n.Count(t, "logs-*"); stored != len(all) || stored < 8000 {
		t.Fatalf("%d documents of %d", stored, len(all))
	}
}

// documents enriches all recorded events and the golden ones. The pipeline that
// sets event.ingested is not part of the node, so that is done here.
func documents(t *testing.T) (all [][]byte) {
	e := enrich.New(enrich.Options{})
	ingested := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, line := range records(t) {
		doc := e.NewDocument()
		doc.ReadLine(line, event.Time{Sec: ingested.Unix(), Set: true})
		doc.Enrich()
		ingested = ingested.Add(time.Millisecond)
		stamp := `"event":{"ingested":"` + ingested.Format("2006-01-02T15:04:05.000Z") + `",`
		all = append(all, bytes.Replace(doc.AppendJSON(nil), []byte(`"event":{`), []byte(stamp), 1))
	}
	return all
}

func records(t *testing.T) (all [][]byte) {
	for _, file := range samples.Files() {
		lines, err := samples.Lines(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines...)
	}
	golden, err := filepath.Glob(samples.Dir("golden", "*.in"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range golden {
		line, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.TrimSuffix(line, []byte("\n")))
	}
	return all
}
