// Package deploy holds what is deployed beside winevent to its code.
package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/goccy/go-yaml"

	"winevent/plugin/metrics"
)

const (
	alertsFile    = "prometheus/winevent-alerts.yaml"
	dashboardFile = "grafana/winevent.json"
)

type alert struct {
	Alert       string
	Expr        string
	For         string
	Labels      map[string]string
	Annotations map[string]string
}

func alerts(t *testing.T) []alert {
	t.Helper()
	text, err := os.ReadFile(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct{ Rules []alert }
	}
	if err := yaml.Unmarshal(text, &file); err != nil || len(file.Groups) != 1 {
		t.Fatalf("%v, %d groups", err, len(file.Groups))
	}
	return file.Groups[0].Rules
}

// panel is a panel of the dashboard, or a row.
type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ RefID, Expr, LegendFormat string }
}

func panels(t *testing.T) []panel {
	t.Helper()
	text, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var board struct{ Panels []panel }
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	return board.Panels
}

// query is one of an alert or a panel, without Grafana's variables.
type query struct{ where, text string }

func queries(t *testing.T) (all []query) {
	t.Helper()
	for _, a := range alerts(t) {
		all = append(all, query{a.Alert, a.Expr})
	}
	variables := strings.NewReplacer("$__rate_interval", "5m", "$job", ".*", "$instance", ".*", "$name", ".*")
	for _, p := range panels(t) {
		for _, target := range p.Targets {
			all = append(all, query{p.Title, variables.Replace(target.Expr)})
		}
	}
	return all
}

// TestQueriesNameWhatIsEmitted holds every metric, label and label value that a
// query names against the table, which a test of plugin/metrics holds against a scrape.
func TestQueriesNameWhatIsEmitted(t *testing.T) {
	all := queries(t)
	if len(all) < 40 {
		t.Fatalf("%d queries", len(all))
	}
	used := map[string]bool{}
	for _, q := range all {
		expr, err := metricsql.Parse(q.text)
		if err != nil {
			t.Errorf("%s: %v", q.where, err)
			continue
		}
		labels := map[string]bool{"job": true, "instance": true}
		metricsql.VisitAll(expr, func(e metricsql.Expr) {
			if m, ok := e.(*metricsql.MetricExpr); ok {
				name, err := checkSelector(m, labels)
				if err != nil {
					t.Errorf("%s: %v", q.where, err)
				}
				used[name] = true
			}
		})
		metricsql.VisitAll(expr, func(e metricsql.Expr) {
			for _, label := range grouped(e) {
				if !labels[label] {
					t.Errorf("%s: none of its metrics has the label %s: %s", q.where, label, q.text)
				}
			}
		})
	}
	for _, m := range metrics.Metrics() {
		if m.Kind != metrics.Gauge && m.Output == "" && !used[m.Name] {
			t.Errorf("no query has %s", m.Name)
		}
	}
}

// grouped are the labels that an expression groups or joins by.
func grouped(e metricsql.Expr) []string {
	switch e := e.(type) {
	case *metricsql.AggrFuncExpr:
		return e.Modifier.Args
	case *metricsql.BinaryOpExpr:
		return slices.Concat(e.GroupModifier.Args, e.JoinModifier.Args)
	}
	return nil
}

// checkSelector looks a selector up in the table, adds its metric's labels, and
// returns the metric's name.
func checkSelector(m *metricsql.MetricExpr, labels map[string]bool) (string, error) {
	if len(m.LabelFilterss) != 1 || len(m.LabelFilterss[0]) == 0 || m.LabelFilterss[0][0].Label != "__name__" {
		return "", fmt.Errorf("a selector without a metric's name: %s", m.AppendString(nil))
	}
	filters := m.LabelFilterss[0]
	name := filters[0].Value
	if name == "up" { // Prometheus makes it
		return name, nil
	}
	row := find(name)
	if row == nil {
		return "", fmt.Errorf("%s is not emitted", name)
	}
	known := map[string][]string{"job": nil, "instance": nil}
	for _, l := range row.AllLabels() {
		known[l.Name] = l.Values
	}
	if row.Kind == metrics.Histogram {
		known["le"] = nil
	}
	for l := range known {
		labels[l] = true
	}
	for _, f := range filters[1:] {
		values, ok := known[f.Label]
		if !ok || !f.IsRegexp && len(values) > 0 && !slices.Contains(values, f.Value) {
			return "", fmt.Errorf("%s has no %s=%q", name, f.Label, f.Value)
		}
	}
	return row.Name, nil
}

// find returns the row of a series' name.
func find(series string) *metrics.Metric {
	table := metrics.Metrics()
	for i := range table {
		m := &table[i]
		if m.Kind != metrics.Histogram && m.Name == series ||
			m.Kind == metrics.Histogram && slices.Contains([]string{m.Name + "_bucket", m.Name + "_sum", m.Name + "_count"}, series) {
			return m
		}
	}
	return nil
}

func TestAlertsSayWhatToDo(t *testing.T) {
	for _, a := range alerts(t) {
		if !strings.HasPrefix(a.Alert, "Winevent") || a.Annotations["summary"] == "" || len(a.Annotations["action"]) < 40 ||
			!slices.Contains([]string{"critical", "warning", "info"}, a.Labels["severity"]) {
			t.Errorf("%+v", a)
		}
	}
}

// TestDashboardLayout looks for what Grafana would mend in silence, or show wrongly.
func TestDashboardLayout(t *testing.T) {
	ids := map[int]bool{}
	taken := map[[2]int]string{}
	for _, p := range panels(t) {
		if ids[p.ID] || p.Title == "" || p.Type != "row" && (p.Description == "" || len(p.Targets) == 0) {
			t.Errorf("%+v", p)
		}
		ids[p.ID] = true
		if p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("%s is too wide", p.Title)
		}
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if other := taken[at]; other != "" {
					t.Fatalf("%s lies on %s", p.Title, other)
				}
				taken[at] = p.Title
			}
		}
		for _, target := range p.Targets {
			if target.LegendFormat == "" || target.RefID == "" {
				t.Errorf("%s: %+v", p.Title, target)
			}
		}
	}
}

// write puts text into a file of dir and returns its path.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
