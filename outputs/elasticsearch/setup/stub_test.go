package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// stub is a server that has what the small builds of the real ones lack:
// lifecycles, processors, a failure store, templates of others. What it is given
// it gives back as the real ones do.
type stub struct {
	root string // the answer to GET /
	// lacks are the words of features that it does not have.
	lacks   []string
	streams []string
	things  map[string]map[string]any // by path, without the query
	// refuse answers a request instead, when it returns a status.
	refuse func(method, path string) (int, string)
	// wrote are the requests that changed something.
	wrote []string
}

func newStub() *stub {
	return &stub{
		root:   `{"version":{"number":"9.1.0","build_flavor":"default"},"tagline":"You Know, for Search"}`,
		things: map[string]map[string]any{},
	}
}

func newOpenStub() *stub {
	s := newStub()
	s.root = `{"version":{"distribution":"opensearch","number":"3.1.0"}}`
	s.lacks = []string{"flattened", "subobjects", "disable_objects", "ignore_dynamic_beyond_limit", "ignore_missing_component_templates", "data_stream_options", "_ilm"}
	return s
}

func (s *stub) isOpen() bool { return strings.Contains(s.root, "opensearch") }

// Do implements Server.
func (s *stub) Do(_ context.Context, method, path string, body []byte) (int, []byte, error) {
	if s.refuse != nil {
		if status, answer := s.refuse(method, path); status != 0 {
			return status, []byte(answer), nil
		}
	}
	path, query, _ := strings.Cut(path, "?")
	for _, word := range s.lacks {
		if strings.Contains(string(body), word) || strings.Contains(path, word) {
			return 400, fmt.Appendf(nil, `{"error":{"type":"illegal_argument_exception","reason":"outer","caused_by":{"reason":"unknown [%s]"}},"status":400}`, strings.Trim(word, `"`)), nil
		}
	}
	switch {
	case path == "/":
		return 200, []byte(s.root), nil
	case strings.HasSuffix(path, "/_simulate"):
		return 200, []byte(`{}`), nil
	case strings.HasPrefix(path, "/_resolve/index/"):
		return 200, marshal(map[string]any{"data_streams": named(s.streams)}), nil
	case method == http.MethodGet:
		return s.get(path)
	case method == http.MethodPut:
		s.wrote = append(s.wrote, method+" "+path)
		return s.put(path, query, body)
	}
	return 405, []byte(`{"error":"no handler"}`), nil
}

func named(names []string) (all []any) {
	for _, n := range names {
		all = append(all, map[string]any{"name": n})
	}
	return all
}

// get answers as the API of the path does.
func (s *stub) get(path string) (int, []byte, error) {
	api, thing, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if api == "_index_template" && thing == "" {
		var all []any
		for _, p := range slices.Sorted(maps.Keys(s.things)) {
			if n, found := strings.CutPrefix(p, "/_index_template/"); found {
				all = append(all, map[string]any{"name": n, "index_template": s.things[p]})
			}
		}
		return 200, marshal(map[string]any{"index_templates": all}), nil
	}
	body, found := s.things[path]
	if !found {
		return 404, []byte(`{"error":{"reason":"not found"},"status":404}`), nil
	}
	short := path[strings.LastIndex(path, "/")+1:]
	var answer any
	switch {
	case api == "_component_template":
		answer = map[string]any{"component_templates": []any{map[string]any{"name": short, "component_template": body}}}
	case api == "_index_template":
		answer = map[string]any{"index_templates": []any{map[string]any{"name": short, "index_template": body}}}
	case strings.HasPrefix(path, "/_plugins/_ism"):
		answer = map[string]any{"_id": short, "_seq_no": 7, "_primary_term": 3, "policy": body["policy"]}
	case api == "_ilm":
		answer = map[string]any{short: map[string]any{"version": 2, "policy": body["policy"], "in_use_by": map[string]any{}}}
	default:
		answer = map[string]any{short: body}
	}
	return 200, marshal(answer), nil
}

func (s *stub) put(path, query string, text []byte) (int, []byte, error) {
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		return 400, fmt.Appendf(nil, `{"error":{"reason":%q}}`, err), nil
	}
	_, replaced := s.things[path]
	switch {
	case strings.HasPrefix(path, "/_plugins/_ism"):
		if want := "if_primary_term=3&if_seq_no=7"; replaced != (query == want) {
			return 409, fmt.Appendf(nil, `{"error":{"reason":"version conflict: %s"}}`, query), nil
		}
		policy := body["policy"].(map[string]any)
		policy["policy_id"], policy["error_notification"] = "winevent", nil
		for _, state := range policy["states"].([]any) {
			for _, action := range state.(map[string]any)["actions"].([]any) {
				action.(map[string]any)["retry"] = map[string]any{"count": 3}
			}
		}
	case strings.HasPrefix(path, "/_ingest") && s.isOpen() && body["_meta"] != nil:
		return 400, []byte(`{"error":{"reason":"pipeline doesn't support [_meta]"}}`), nil
	case body["data_stream"] != nil:
		body["data_stream"] = map[string]any{"hidden": false, "allow_custom_routing": false}
		body["created_date_millis"] = 1
	}
	s.things[path] = body
	return 200, []byte(`{"acknowledged":true}`), nil
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func options(t *testing.T, change func(*Options)) Options {
	t.Helper()
	patterns, err := Patterns("{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Version: "1.0.0", Patterns: patterns, Replicas: -1}
	if change != nil {
		change(&o)
	}
	return o
}

// runs is Run that must succeed.
func runs(t *testing.T, s Server, o Options) Report {
	t.Helper()
	report, _, err := Run(t.Context(), s, o, false)
	if err != nil {
		t.Fatalf("%v\n%+v", err, report.Steps)
	}
	return report
}

// says tells whether a step has an outcome and texts.
func says(r Report, o Outcome, texts ...string) bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool {
		return s.Outcome == o && !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(s.What+" "+s.Fix, text) })
	})
}
