package setup

import (
	"errors"
	"strings"
	"testing"
)

func foreign(priority int, patterns ...string) map[string]any {
	return map[string]any{"index_patterns": anys(patterns), "priority": priority, "_meta": map[string]any{"managed_by": "fleet"}}
}

func TestConflicts(t *testing.T) {
	for name, c := range map[string]struct {
		template   map[string]any
		namespaces []string
		conflict   string // part of the fix; empty: none
		priority   any    // with --force
	}{
		"Elastic's catch-all":         {foreign(100, "logs-*-*"), nil, "", 250},
		"Elastic's package":           {foreign(200, "logs-system.security-*"), nil, "--namespace", 250},
		"beside Elastic's package":    {foreign(200, "logs-system.security-*"), []string{"winevent"}, "", 250},
		"something else":              {foreign(500, "metrics-*-*", "logs-nginx-*"), nil, "", 250},
		"above, for more":             {foreign(300, "logs-*"), nil, "higher priority", 301},
		"above, for the same":         {foreign(250, "logs-system.security-*"), nil, "--namespace", 251},
		"below, for one stream":       {foreign(1, "logs-system.security-prod"), nil, "--namespace", 250},
		"below, for a namespace":      {foreign(1, "logs-*-prod"), nil, "--namespace", 250},
		"below, for other namespaces": {foreign(1, "logs-*-prod"), []string{"test"}, "", 250},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t, nil)
			if c.namespaces != nil {
				var err error
				if o.Patterns, err = Patterns("logs-{{dataset}}-{{namespace}}", "", c.namespaces); err != nil {
					t.Fatal(err)
				}
			}
			s := newStub()
			s.things["/_index_template/other"] = c.template
			report, _, err := Run(t.Context(), s, o, false)
			switch {
			case c.conflict == "":
				if err != nil || report.Count(Conflict) > 0 {
					t.Fatalf("%v: %+v", err, report.Steps)
				}
			case !errors.Is(err, ErrConflict) || len(s.wrote) > 0 || !says(report, Conflict, "index template other", c.conflict):
				t.Fatalf("%v, wrote %q: %+v", err, s.wrote, report.Steps)
			}
			o.Force = true
			report = runs(t, s, o)
			if got := s.things["/_index_template/winevent"]["priority"]; got != float64(c.priority.(int)) {
				t.Errorf("priority %v: %+v", got, report.Steps)
			}
			if (report.Count(Warning) > 0) != (c.conflict != "") {
				t.Errorf("%+v", report.Steps)
			}
			// What was settled once is settled.
			o.Force, s.wrote = false, nil
			if report := runs(t, s, o); len(s.wrote) > 0 || report.Count(Unchanged) != len(everything) {
				t.Errorf("wrote %q: %+v", s.wrote, report.Steps)
			}
		})
	}
}

// TestFurtherNamespaces keeps the data streams of earlier runs.
func TestFurtherNamespaces(t *testing.T) {
	s := newStub()
	for i, c := range []struct{ asked, want string }{
		{"logs-a-one", "logs-a-one"},
		{"logs-a-two", "logs-a-one logs-a-two"},
		{"logs-a-one", "logs-a-one logs-a-two"},
		{"logs-a-*", "logs-a-*"},
		{"logs-a-two", "logs-a-*"},
	} {
		report := runs(t, s, options(t, func(o *Options) { o.Patterns = []string{c.asked} }))
		var got []string
		for _, p := range s.things["/_index_template/winevent"]["index_patterns"].([]any) {
			got = append(got, p.(string))
		}
		if strings.Join(got, " ") != c.want || says(report, Note, "earlier run") != (c.asked != c.want) {
			t.Errorf("run %d: %q, want %s: %+v", i, got, c.want, report.Steps)
		}
	}
}

func TestWildcards(t *testing.T) {
	for _, c := range []struct {
		a, b          string
		covers, meets bool
	}{
		{"logs-*-*", "logs-system.security-*", true, true},
		{"logs-system.security-*", "logs-*-*", false, true},
		{"logs-system.security-*", "logs-system.security-*", true, true},
		{"logs-system.security-*", "logs-system.security-default", true, true},
		{"logs-*-prod", "logs-system.security-*", false, true},
		{"logs-*-prod", "logs-system.security-test", false, false},
		{"logs-windows.powershell-*", "logs-windows.powershell_operational-*", false, false},
		{"*", "x", true, true},
		{"*", "", true, true},
		{"", "*", false, true},
		{"a*b", "a*c", false, false},
		{"a*b*", "a*c", false, true},
		{"a**", "a*", true, true},
		{"ab", "a", false, false},
	} {
		if covers(c.a, c.b) != c.covers || meets(c.a, c.b) != c.meets || meets(c.b, c.a) != c.meets {
			t.Errorf("%q and %q: covers %t, meets %t", c.a, c.b, covers(c.a, c.b), meets(c.a, c.b))
		}
	}
}
