package setup

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// everything are the objects on a server that has all, in the order in which
// they need each other.
var everything = []string{
	"PUT /_ilm/policy/winevent",
	"PUT /_ingest/pipeline/winevent@ingested",
	"PUT /_component_template/winevent@mappings",
	"PUT /_component_template/winevent@settings",
	"PUT /_index_template/winevent",
}

func TestRunTwice(t *testing.T) {
	for name, c := range map[string]struct {
		server *stub
		wrote  []string
	}{
		"elasticsearch": {newStub(), everything},
		"opensearch": {newOpenStub(), []string{
			"PUT /_plugins/_ism/policies/winevent", everything[1], everything[2], everything[3], "PUT /_component_template/winevent@custom", everything[4],
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, func(o *Options) { o.Retention, o.FailureStore = "90d", name == "elasticsearch" })
			first := runs(t, c.server, o)
			if got := strings.Join(c.server.wrote, "\n"); got != strings.Join(c.wrote, "\n") || first.Count(Created) != len(c.wrote) {
				t.Errorf("wrote\n%s\n%+v", got, first.Steps)
			}
			if first.Count(Warning) > 0 {
				t.Errorf("%+v", first.Steps)
			}
			c.server.wrote = nil
			second := runs(t, c.server, o)
			if len(c.server.wrote) > 0 || second.Count(Unchanged) != len(c.wrote) {
				t.Errorf("the second run wrote %q: %+v", c.server.wrote, second.Steps)
			}
		})
	}
}

// TestUpdates changes one thing after the other, and expects what depends on it to be written anew.
func TestUpdates(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*stub, *Options)
		wrote  []int // in everything
		says   string
	}{
		"version alone":  {func(_ *stub, o *Options) { o.Version = "2.0.0" }, nil, ""},
		"retention gone": {func(_ *stub, o *Options) { o.Retention = "" }, []int{0}, ""},
		"case":           {func(_ *stub, o *Options) { o.Version, o.CaseSensitive = "2.0.0", true }, []int{2}, "component template winevent@mappings, from version 1.0.0"},
		"replicas":       {func(_ *stub, o *Options) { o.Replicas = 2 }, []int{3}, ""},
		"no pipeline":    {func(s *stub, _ *Options) { s.lacks = []string{`"set"`} }, []int{3}, ""},
		"failure store":  {func(_ *stub, o *Options) { o.FailureStore = true }, []int{4}, ""},
		"a further namespace": {func(_ *stub, o *Options) { o.Patterns = append(o.Patterns, "logs-zzz-*") },
			[]int{4}, "index template winevent"},
		"changed by hand": {func(s *stub, _ *Options) {
			dig(s.things["/_component_template/winevent@settings"], "template", "settings", "index").(map[string]any)["codec"] = "default"
		}, []int{3}, "somebody had changed it"},
		"added by hand": {func(s *stub, _ *Options) {
			dig(s.things["/_ilm/policy/winevent"], "policy", "phases").(map[string]any)["warm"] = map[string]any{}
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, o := newStub(), options(t, func(o *Options) { o.Retention = "90d" })
			runs(t, s, o)
			s.wrote = nil
			c.change(s, &o)
			report := runs(t, s, o)
			var want []string
			for _, i := range c.wrote {
				want = append(want, everything[i])
			}
			if got := strings.Join(s.wrote, "\n"); got != strings.Join(want, "\n") {
				t.Errorf("wrote %s\n%+v", got, report.Steps)
			}
			if c.says != "" && !says(report, Updated, c.says) {
				t.Errorf("%+v", report.Steps)
			}
		})
	}
}

// TestPolicyOfOpenSearch is replaced with the numbers that ISM asks for.
func TestPolicyOfOpenSearch(t *testing.T) {
	s := newOpenStub()
	runs(t, s, options(t, nil))
	s.things["/_component_template/winevent@custom"] = map[string]any{"template": map[string]any{"settings": map[string]any{}}}
	s.wrote = nil
	report := runs(t, s, options(t, func(o *Options) { o.Version, o.Retention = "1.1.0", "30d" }))
	if len(s.wrote) != 1 || !says(report, Updated, "lifecycle policy winevent, from version 1.0.0") {
		t.Errorf("wrote %q: %+v", s.wrote, report.Steps)
	}
	states := dig(s.things["/_plugins/_ism/policies/winevent"], "policy", "states").([]any)
	if len(states) != 2 || dig(states[0], "transitions", 0, "conditions", "min_rollover_age") != "30d" {
		t.Errorf("%+v", states)
	}
}

// TestNotOurs finds things of our names that others made, and writes nothing.
func TestNotOurs(t *testing.T) {
	for path, what := range map[string]string{
		"/_ilm/policy/winevent":                  "lifecycle policy winevent",
		"/_ingest/pipeline/winevent@ingested":    "ingest pipeline winevent@ingested",
		"/_component_template/winevent@mappings": "component template winevent@mappings",
		"/_index_template/winevent":              "index template winevent",
	} {
		for _, force := range []bool{false, true} {
			s := newStub()
			s.things[path] = map[string]any{"policy": map[string]any{}, "_meta": map[string]any{"managed_by": "somebody"}}
			report, _, err := Run(t.Context(), s, options(t, func(o *Options) { o.Force = force }), false)
			if !errors.Is(err, ErrConflict) || len(s.wrote) > 0 || !says(report, Conflict, what, "not winevent's", "rename or remove") {
				t.Errorf("%s: %v, wrote %q: %+v", path, err, s.wrote, report.Steps)
			}
		}
	}
}

// TestDry says what would be done, and returns all requests, those too that are not needed.
func TestDry(t *testing.T) {
	s := newStub()
	report, requests, err := Run(t.Context(), s, options(t, nil), true)
	if err != nil || len(s.wrote) > 0 || report.Count(Created) != len(everything) || len(requests) != len(everything) {
		t.Errorf("%v, wrote %q: %+v", err, s.wrote, report.Steps)
	}
	runs(t, s, options(t, nil))
	report, requests, err = Run(t.Context(), s, options(t, nil), true)
	if err != nil || report.Count(Unchanged) != len(everything) || len(requests) != len(everything) {
		t.Errorf("%v: %+v", err, report.Steps)
	}
	for i, r := range requests {
		if r.Method+" "+r.Path != everything[i] {
			t.Errorf("request %d is %s %s", i, r.Method, r.Path)
		}
	}
}

// TestLacking says what is missing, and leaves out what depends on it.
func TestLacking(t *testing.T) {
	s := newStub()
	s.lacks = []string{"_ilm", `"set"`, "match_only_text", "flattened", "subobjects", "disable_objects",
		"ignore_dynamic_beyond_limit", "ignore_missing_component_templates", "data_stream_options"}
	report := runs(t, s, options(t, func(o *Options) { o.FailureStore = true }))
	for _, w := range []string{"no ILM", "event.ingested", "no failure store"} {
		if !says(report, Warning, w) {
			t.Errorf("no warning of %s: %+v", w, report.Steps)
		}
	}
	for _, n := range []string{"match_only_text", "flattened", "a.b", "10000 fields"} {
		if !says(report, Note, n) {
			t.Errorf("no note of %s: %+v", n, report.Steps)
		}
	}
	index := dig(s.things["/_component_template/winevent@settings"], "template", "settings", "index").(map[string]any)
	if index["lifecycle"] != nil || index["final_pipeline"] != nil || dig(index, "mapping", "total_fields", "limit") != limitWithout {
		t.Errorf("%+v", index)
	}
	if s.things["/_component_template/winevent@custom"] == nil {
		t.Error("the template names a component that is not there")
	}
}

// TestPlainIndices have no data stream and no lifecycle, which needs one.
func TestPlainIndices(t *testing.T) {
	s := newStub()
	report := runs(t, s, options(t, func(o *Options) { o.PlainIndices, o.Patterns = true, []string{"winevent-*"} }))
	template := s.things["/_index_template/winevent"]
	if template["data_stream"] != nil || s.things["/_ilm/policy/winevent"] != nil || !says(report, Note, "plain indices") {
		t.Errorf("%+v\n%+v", template, report.Steps)
	}
}

// TestExisting names the data streams that do not have yet what was changed.
func TestExisting(t *testing.T) {
	s := newStub()
	s.streams = []string{"logs-system.security-default"}
	if report := runs(t, s, options(t, nil)); !says(report, Note, "_rollover", "logs-system.security-default") {
		t.Errorf("%+v", report.Steps)
	}
	if report := runs(t, s, options(t, nil)); says(report, Note, "_rollover") {
		t.Errorf("nothing was changed: %+v", report.Steps)
	}
	for i := range 20 {
		s.streams = append(s.streams, fmt.Sprintf("logs-system.system-%d", i))
	}
	if report := runs(t, s, options(t, func(o *Options) { o.FailureStore = true })); !says(report, Note, "system-8, 11 more") || !says(report, Note, "_options") {
		t.Errorf("%+v", report.Steps)
	}
}

func TestFailures(t *testing.T) {
	answer := func(status int, body string) func(string, string) (int, string) {
		return func(string, string) (int, string) { return status, body }
	}
	for name, c := range map[string]struct {
		root   string
		refuse func(method, path string) (int, string)
		want   []string
	}{
		"password":     {"", answer(401, `{"error":{"type":"security_exception","reason":"unable to authenticate user [x]"},"status":401}`), []string{"401 unable to authenticate", "check user and password"}},
		"rights":       {"", answer(403, `{"error":{"reason":"action [cluster:monitor/main] is unauthorized"},"status":403}`), []string{"403 action", "manage_index_templates"}},
		"not there":    {"", answer(404, `<html>nginx</html>`), []string{"404 <html>nginx", "check that the URL"}},
		"other server": {`{"hello":"world"}`, nil, []string{"neither Elasticsearch nor OpenSearch"}},
		"too old":      {`{"version":{"number":"7.17.9"}}`, nil, []string{"Elasticsearch 7.17.9 is too old"}},
		"serverless":   {`{"version":{"number":"8.11.0","build_flavor":"serverless"}}`, nil, []string{"Serverless", "--dry-run"}},
		"no right to write": {"", func(method, path string) (int, string) {
			if method == "PUT" && strings.HasPrefix(path, "/_component_template") {
				return 403, `{"error":{"reason":"action [cluster:admin/component_template/put] is unauthorized"},"status":403}`
			}
			return 0, ""
		}, []string{"write the component template winevent@mappings: 403", "manage_index_templates"}},
		"refused body": {"", func(method, path string) (int, string) {
			if method == "PUT" && strings.HasPrefix(path, "/_index_template") {
				return 400, `{"error":{"type":"a","reason":"outer","caused_by":{"reason":"inner","caused_by":{"reason":"innermost"}}},"status":400}`
			}
			return 0, ""
		}, []string{"write the index template winevent: 400 innermost"}},
		"odd refusal of a question": {"", func(_, path string) (int, string) {
			if strings.HasPrefix(path, "/_index_template/_simulate") {
				return 400, `{"error":"proxy says no"}`
			}
			return 0, ""
		}, []string{"ask whether the server has match_only_text: 400 proxy says no"}},
		"odd answer": {"", func(_, path string) (int, string) {
			if path == "/_component_template/winevent@settings" {
				return 200, `{}`
			}
			return 0, ""
		}, []string{"read the component template winevent@settings", "does not hold it"}},
	} {
		s := newStub()
		if c.root != "" {
			s.root = c.root
		}
		s.refuse = c.refuse
		_, _, err := Run(t.Context(), s, options(t, nil), false)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", name, err, want)
			}
		}
	}
}
