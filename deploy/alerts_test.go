//go:build unix

package deploy

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"winevent/internal/promtool"
	"winevent/internal/testchunk"
	"winevent/plugin/config"
	"winevent/plugin/instance"
)

// run runs promtool to its end.
func run(t *testing.T, args ...string) {
	t.Helper()
	path, err := promtool.Path()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args[:2], " "), err, out)
	}
}

// TestPrometheusTakesTheQueries has Prometheus' own parser read the alerts, and
// the dashboard's queries as rules.
func TestPrometheusTakesTheQueries(t *testing.T) {
	run(t, "check", "rules", alertsFile)
	var rules strings.Builder
	rules.WriteString("groups:\n  - name: dashboard\n    rules:\n")
	for i, q := range queries(t) {
		fmt.Fprintf(&rules, "      - {record: q%d, expr: %q}\n", i, q.text)
	}
	run(t, "check", "rules", write(t, t.TempDir(), "queries.yaml", rules.String()))
}

// section is a running one, and its address.
type section struct {
	*instance.Instance
	address string
}

func start(t *testing.T, options map[string]string) *section {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	options["metrics_listen"], options["metrics_name"], options["output"] = address, "tried", "file"
	c, err := config.Read(func(key string) string { return options[key] })
	if err != nil {
		t.Fatal(err)
	}
	i, err := instance.Open(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { i.Close() })
	return &section{i, address}
}

// scrape returns the value of each series, by name and labels as promtool wants them.
func (s *section) scrape(t *testing.T) map[string]sample {
	t.Helper()
	res, err := http.Get("http://" + s.address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]sample{}
	for name, f := range families {
		for _, m := range f.Metric {
			add(values, name, m)
		}
	}
	return values
}

// sample is a value, and whether it is a counter's.
type sample struct {
	value   float64
	counter bool
}

func add(values map[string]sample, name string, m *dto.Metric) {
	labels := `{job="winevent",instance="here"`
	for _, l := range m.Label {
		labels += fmt.Sprintf(",%s=%q", l.GetName(), l.GetValue())
	}
	switch {
	case m.Histogram != nil:
		for _, b := range m.Histogram.Bucket {
			le := strconv.FormatFloat(b.GetUpperBound(), 'g', -1, 64)
			values[name+"_bucket"+labels+`,le="`+le+`"}`] = sample{float64(b.GetCumulativeCount()), true}
		}
		values[name+`_bucket`+labels+`,le="+Inf"}`] = sample{float64(m.Histogram.GetSampleCount()), true}
		values[name+`_count`+labels+`}`] = sample{float64(m.Histogram.GetSampleCount()), true}
	case m.Counter != nil:
		values[name+labels+"}"] = sample{m.Counter.GetValue(), true}
	default:
		values[name+labels+"}"] = sample{m.Gauge.GetValue(), false}
	}
}

// minutes is how long what happened between two scrapes is made to go on.
const minutes = 480

// TestAlertsFire runs a section in trouble and one in health, scrapes both
// before and after, and has Prometheus evaluate the alerts on that.
func TestAlertsFire(t *testing.T) {
	now := time.Now()
	known := func(n int, at time.Time) []byte {
		return fmt.Appendf(nil, `{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":4624,"Version":2,"EventRecordID":%d,`+
			`"TimeCreated":%q,"Channel":"Security","Computer":"c"}`, n, at.UTC().Format("2006-01-02 15:04:05 +0000"))
	}
	healthy := [][]byte{known(1, now), known(2, now), known(3, now)}
	late := [][]byte{known(4, now.Add(-time.Hour)), known(5, now.Add(-2*time.Hour))}
	strange := [][]byte{
		[]byte(`{"ProviderName":"Nobody","EventID":4711,"Channel":"C","Computer":"c","EventRecordID":1}`),
		[]byte(`{"log":"no event"}`),
	}
	for name, c := range map[string]struct {
		options map[string]string
		records [][]byte
		cut     int
		want    []string
	}{
		"healthy":      {records: healthy},
		"all filtered": {options: map[string]string{"min_severity": "critical"}, records: healthy},
		"late":         {records: late, want: []string{"WineventLagHigh"}},
		"strange":      {records: strange, want: []string{"WineventUnknownEvents", "WineventUnreadableRecords"}},
		"corrupt":      {records: healthy, cut: 3, want: []string{"WineventDeadLetters"}},
		"full disk":    {options: map[string]string{"file_path": "/dev/full"}, records: healthy, want: []string{"WineventNothingAcknowledged", "WineventRetries"}},
		"full disk for dead letters": {options: map[string]string{"dead_letter_file": "/dev/full"}, records: healthy, cut: 3,
			want: []string{"WineventDeadLetterFileFails", "WineventRetries"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			options := map[string]string{"file_path": filepath.Join(dir, "out"), "dead_letter_file": filepath.Join(dir, "dead")}
			maps.Copy(options, c.options)
			s := start(t, options)
			before := s.scrape(t)
			chunk, err := testchunk.OfLines(c.records, now, testchunk.WithMetadata)
			if err != nil {
				t.Fatal(err)
			}
			for range 10 {
				_ = s.Flush(chunk[:len(chunk)-c.cut], "t")
			}
			run(t, "test", "rules", write(t, dir, "test.yaml", ruleTest(t, before, s.scrape(t), c.want)))
		})
	}
}

// ruleTest is a test for promtool: what went on between the scrapes goes on for
// hours, and then exactly the wanted alerts fire.
func ruleTest(t *testing.T, before, after map[string]sample, want []string) string {
	t.Helper()
	alerts, err := filepath.Abs(alertsFile)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "rule_files: [%q]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n", alerts)
	for _, series := range slices.Sorted(maps.Keys(after)) {
		v, step := after[series], 0.0
		if v.counter {
			step = (v.value - before[series].value) / 10
			v = before[series]
		}
		fmt.Fprintf(&b, "      - {series: %q, values: '%g+%gx%d'}\n", series, v.value, step, minutes)
	}
	b.WriteString("      - {series: 'up{job=\"winevent\",instance=\"here\"}', values: '1x" + strconv.Itoa(minutes) + "'}\n")
	fmt.Fprintf(&b, "    promql_expr_test:\n      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})\n        eval_time: %dm\n        exp_samples:", minutes)
	if len(want) == 0 {
		b.WriteString(" []")
	}
	for _, name := range want {
		fmt.Fprintf(&b, "\n          - {labels: '{alertname=%q}', value: 1}", name)
	}
	return b.String() + "\n"
}

// TestFurtherAlertsFire is about what a file as destination cannot show: series
// as they would be scraped.
func TestFurtherAlertsFire(t *testing.T) {
	const of = `{job="winevent",instance="here",name="x",output="elasticsearch"`
	for name, c := range map[string]struct {
		series map[string]sample
		want   []string
	}{
		"unreachable":   {map[string]sample{"winevent_destination_unreachable" + of + "}": {1, false}}, []string{"WineventDestinationUnreachable"}},
		"reachable":     {map[string]sample{"winevent_destination_unreachable" + of + "}": {0, false}}, nil},
		"failure store": {map[string]sample{"winevent_elasticsearch_documents_total" + of + `,result="failure_store"}`: {1, true}}, []string{"WineventFailureStore"}},
		"created":       {map[string]sample{"winevent_elasticsearch_documents_total" + of + `,result="created"}`: {1, true}}, nil},
		"slow": {map[string]sample{
			"winevent_flush_duration_seconds_bucket" + of + `,le="10"}`:   {1, true},
			"winevent_flush_duration_seconds_bucket" + of + `,le="30"}`:   {9, true},
			"winevent_flush_duration_seconds_bucket" + of + `,le="+Inf"}`: {9, true},
		}, []string{"WineventFlushesSlow"}},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, "test", "rules", write(t, t.TempDir(), "test.yaml", ruleTest(t, nil, c.series, c.want)))
		})
	}
}

// TestDown is the one alert that is about no metric of winevent's.
func TestDown(t *testing.T) {
	text := strings.Replace(ruleTest(t, nil, nil, []string{"WineventDown"}), "values: '1x", "values: '0x", 1)
	run(t, "test", "rules", write(t, t.TempDir(), "down.yaml", text))
}

// TestEveryAlertIsTried compares the alerts with those that the tests here expect.
func TestEveryAlertIsTried(t *testing.T) {
	source, err := os.ReadFile("alerts_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alerts(t) {
		if !strings.Contains(string(source), `"`+a.Alert+`"`) {
			t.Errorf("no test lets %s fire", a.Alert)
		}
	}
}
