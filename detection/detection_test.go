//go:build unix

// Package detection tries detection rules on winevent's documents, in a real
// Elasticsearch: rules in Sigma's form, converted by pySigma for ECS documents,
// must find the recorded events that they are about, and no others.
package detection

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"winevent/internal/elastictest"
	"winevent/outputs/elasticsearch/setup"
)

// server lets setup talk to a node of the tests.
type server struct {
	t    *testing.T
	node *elastictest.Node
}

func (s server) Do(_ context.Context, method, path string, body []byte) (int, []byte, error) {
	status, answer := s.node.Do(s.t, method, path, string(body))
	return status, answer, nil
}

// put puts winevent's templates in place.
func (s server) put(caseSensitive bool) {
	s.t.Helper()
	patterns, err := setup.Patterns("{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}", "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	o := setup.Options{Version: "test", Patterns: patterns, CaseSensitive: caseSensitive}
	if report, _, err := setup.Run(s.t.Context(), s, o, false); err != nil {
		s.t.Fatalf("%v: %+v", err, report.Steps)
	}
}

// store puts documents into the data streams of a namespace.
func (s server) store(events []*event, namespace string) {
	s.t.Helper()
	for some := range slices.Chunk(events, 1000) {
		var body strings.Builder
		for _, e := range some {
			fmt.Fprintf(&body, `{"create":{"_index":%q,"_id":%q}}`+"\n%s\n", e.stream+namespace, e.place, e.document)
		}
		answer := s.node.MustDo(s.t, http.MethodPost, "/_bulk?filter_path=errors,items.*.error", body.String())
		if gjson.GetBytes(answer, "errors").Bool() {
			s.t.Fatalf("%.2000s", answer)
		}
	}
	s.node.Refresh(s.t, "logs-*-"+namespace)
}

// find returns the places of the events that a query finds, as Kibana's rules
// ask: by a query string with wildcards.
func (s server) find(query, namespace string) map[string]bool {
	s.t.Helper()
	body, err := json.Marshal(map[string]any{
		"size": 10_000, "_source": false,
		"query": map[string]any{"query_string": map[string]any{"query": query, "analyze_wildcard": true}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	found := map[string]bool{}
	answer := s.node.MustDo(s.t, http.MethodPost, "/logs-*-"+namespace+"/_search", string(body))
	for _, hit := range gjson.GetBytes(answer, "hits.hits").Array() {
		found[hit.Get("_id").String()] = true
	}
	return found
}

// queries reads what convert.py made of the rules.
func queries(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("queries.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDetection(t *testing.T) {
	s := server{t, elastictest.Start(t, elastictest.Options{})}
	events := corpus(t)
	s.put(false)
	s.store(events, "default")
	t.Run("rules", func(t *testing.T) { server{t, s.node}.testRules(events) })
	t.Run("cost", func(t *testing.T) { server{t, s.node}.testCost(events) })
}

// testRules tries each rule on the documents of the namespace default.
func (s server) testRules(events []*event) {
	t := s.t
	queries := queries(t)
	for _, x := range expected {
		t.Run(x.rule, func(t *testing.T) {
			want := map[string]*event{}
			for _, e := range events {
				if x.finds(e) {
					want[e.place] = e
				}
			}
			if len(want) != x.count {
				t.Errorf("%d recorded events fit, not %d", len(want), x.count)
			}
			server{t, s.node}.compare(queries[x.rule], want, events)
		})
		delete(queries, x.rule)
	}
	if len(queries) > 0 {
		t.Errorf("nothing is expected of %v", slices.Sorted(maps.Keys(queries)))
	}
}

// compare lists the events that a query finds and should not, and the other way round.
func (s server) compare(query string, want map[string]*event, events []*event) {
	s.t.Helper()
	found := s.find(query, "default")
	for _, e := range events {
		switch {
		case found[e.place] && want[e.place] == nil:
			s.t.Errorf("false match: %s (%s %d)\n%s", e.place, e.channel, e.id, query)
		case !found[e.place] && want[e.place] != nil:
			s.t.Errorf("missed: %s (%s %d)\n%s\n%s", e.place, e.channel, e.id, query, e.document)
		}
	}
}

// TestEveryRuleIsExpected finds rules without a query or without a line in the table.
func TestEveryRuleIsExpected(t *testing.T) {
	files, err := filepath.Glob("rules/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d rules: %v", len(files), err)
	}
	queries := queries(t)
	for _, file := range files {
		rule := strings.TrimSuffix(filepath.Base(file), ".yml")
		if queries[rule] == "" {
			t.Errorf("%s has no query: run go test ./detection -update", file)
		}
		delete(queries, rule)
	}
	for rule := range queries {
		t.Errorf("queries.json has %s, which is no rule", rule)
	}
}
