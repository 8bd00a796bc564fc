package metrics

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"winevent/enrich/event"
	"winevent/internal/testlog"
	"winevent/outputs"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/kafka"
)

func open(t *testing.T, c Config) *Section {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, s) })
	return s
}

func closed(t *testing.T, s *Section) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestTableIsWhatIsEmitted scrapes a section of each output: every row of the
// table comes, with its kind, its meaning and its labels' values, and no other.
func TestTableIsWhatIsEmitted(t *testing.T) {
	address := freeAddress(t)
	for _, output := range sectionLabels[1].Values {
		c := Config{Output: output, Listen: address, Destination: func() (d Destination) {
			switch output {
			case "kafka":
				d.Kafka = &kafka.Stats{}
			case "elasticsearch":
				d.Elasticsearch = &elasticsearch.Stats{}
			}
			return d
		}}
		open(t, c)
	}
	families := scrape(t, address)
	for _, m := range Metrics() {
		f := families[m.Name]
		delete(families, m.Name)
		if f == nil {
			t.Errorf("%s is not emitted", m.Name)
			continue
		}
		if got := Kind(strings.ToLower(f.GetType().String())); got != m.Kind || f.GetHelp() != m.Doc {
			t.Errorf("%s: %s, %q", m.Name, got, f.GetHelp())
		}
		if want := series(&m); len(f.Metric) != want {
			t.Errorf("%s has %d series, want %d", m.Name, len(f.Metric), want)
		}
		for _, metric := range f.Metric {
			checkLabels(t, &m, metric)
		}
	}
	for name := range families {
		t.Errorf("%s is not in the table", name)
	}
}

// series is how many the four sections have of a metric.
func series(m *Metric) int {
	n := len(sectionLabels[1].Values)
	if m.process != nil || m.Output != "" {
		n = 1
	}
	for _, l := range m.Labels {
		n *= max(1, len(l.Values))
	}
	return n
}

func checkLabels(t *testing.T, m *Metric, metric *dto.Metric) {
	t.Helper()
	if len(metric.Label) != len(m.AllLabels()) {
		t.Errorf("%s has the labels %v", m.Name, metric.Label)
	}
	for _, l := range metric.Label {
		i := slices.IndexFunc(m.AllLabels(), func(of Label) bool { return of.Name == l.GetName() })
		if i < 0 || len(m.AllLabels()[i].Values) > 0 && !slices.Contains(m.AllLabels()[i].Values, l.GetValue()) {
			t.Errorf("%s has %s=%q", m.Name, l.GetName(), l.GetValue())
		}
	}
}

// TestNaming holds the table to Prometheus' rules of naming.
func TestNaming(t *testing.T) {
	for _, m := range Metrics() {
		switch {
		case !strings.HasPrefix(m.Name, "winevent_"),
			(m.Kind == Counter) != strings.HasSuffix(m.Name, "_total"),
			m.Kind == Histogram && !strings.HasSuffix(m.Name, "_seconds"),
			m.Doc == "" || !strings.HasSuffix(m.Doc, "."):
			t.Errorf("%+v", m)
		}
		if slices.Contains(m.LabelNames(), "instance") || slices.Contains(m.LabelNames(), "job") {
			t.Errorf("%s has a label that Prometheus sets itself", m.Name)
		}
	}
}

func TestAdd(t *testing.T) {
	s := open(t, Config{Name: "a", Output: "stdout"})
	now := time.Unix(1000, 500_000_000)
	f := Flush{
		Read:      Read{Records: 10, Bytes: 100, Filtered: 2, Unreadable: 1, NamesOnly: 3, Unknown: 4},
		Documents: 6, DocumentBytes: 60, Open: 1,
	}
	f.Letters[Refused(outputs.RefusedTooLarge)] = 1
	f.Logged(event.Time{Sec: 990, Set: true})
	f.Logged(event.Time{})
	f.Logged(event.Time{Sec: 997, Nsec: 250_000_000, Set: true})
	f.Logged(event.Time{Sec: 700, Set: true})
	s.Add(&f, now.Add(-30*time.Millisecond), now)
	s.Add(&Flush{Retry: true, Open: 7, LettersFailed: true}, now.Add(-20*time.Second), now)

	n := s.Snapshot()
	if n.OK != 1 || n.Retry != 1 || !n.Failing || n.Read != f.Read || n.Documents != 6 || n.DocumentBytes != 60 || n.Open != 8 ||
		n.LettersFailed != 1 || n.Newest != 997.25 || n.Acknowledged != 1000.5 || n.Letters[3] != 1 || reasonNames[3] != "refused_too_large" {
		t.Errorf("%+v", n)
	}
	if d := n.FlushTime; d.Count != 2 || d.UpTo[0.025] != 0 || d.UpTo[0.05] != 1 || d.UpTo[10] != 1 || d.UpTo[30] != 2 {
		t.Errorf("flush time %+v", d)
	}
	if d := n.NewestLag; d.Count != 1 || d.Sum != 3.25 || d.UpTo[2] != 0 || d.UpTo[5] != 1 {
		t.Errorf("newest %+v", d)
	}
	if d := n.OldestLag; d.Count != 1 || d.Sum != 300.5 || d.UpTo[300] != 0 || d.UpTo[900] != 1 {
		t.Errorf("oldest %+v", d)
	}

	var ahead Flush
	ahead.Documents = 1
	ahead.Logged(event.Time{Sec: 2000, Set: true})
	s.Add(&ahead, now, now)
	if n := s.Snapshot(); n.Failing || n.NewestLag.UpTo[1] != 1 || n.NewestLag.Sum != 3.25 {
		t.Errorf("a clock ahead of ours: %+v", n.NewestLag)
	}
}

// TestAddDoesNotAllocate keeps the numbers free for flushes.
func TestAddDoesNotAllocate(t *testing.T) {
	s := open(t, Config{Output: "stdout", Interval: time.Hour})
	now := time.Now()
	if n := testing.AllocsPerRun(100, func() {
		f := Flush{Documents: 1}
		f.Logged(event.Time{Sec: 1, Set: true})
		s.Add(&f, now, now)
		s.Summarize(now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNames(t *testing.T) {
	first, second := open(t, Config{}), open(t, Config{})
	if a, b := first.Snapshot().Name, second.Snapshot().Name; a != "winevent.0" || b != "winevent.1" {
		t.Errorf("%s, %s", a, b)
	}
	if _, err := Open(Config{Name: "winevent.1"}); !errors.Is(err, ErrName) {
		t.Errorf("a name twice: %v", err)
	}
	closed(t, first)
	if n := open(t, Config{}).Snapshot().Name; n != "winevent.0" {
		t.Errorf("%s after a reload", n)
	}
}

func TestSummary(t *testing.T) {
	var log testlog.Log
	s := open(t, Config{Name: "a", Interval: time.Minute, Log: log.Logger(), Destination: func() Destination {
		return Destination{Kafka: &kafka.Stats{Batches: 7}}
	}})
	start := s.summary.at
	add := func(f Flush, after time.Duration) {
		s.Add(&f, start, start)
		s.Summarize(start.Add(after))
	}
	add(Flush{Read: Read{Records: 5}, Documents: 4}, 59*time.Second)
	if log.String() != "" {
		t.Errorf("before its time: %s", log.String())
	}
	add(Flush{Read: Read{Records: 3}, Retry: true}, 61*time.Second)
	add(Flush{Read: Read{Records: 1}}, 90*time.Second)
	add(Flush{Read: Read{Records: 1}}, 200*time.Second)
	s.Total()
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, want := range []string{
		"msg=summary name=a of_the_last=1m1s flushes=2 records=8 documents=4 retries=1 kafka_batches=7",
		"msg=summary name=a of_the_last=2m19s flushes=2 records=2",
		"msg=closed name=a flushes=4 records=10 documents=4 retries=1 kafka_batches=7",
	} {
		if len(lines) != 3 || !strings.HasSuffix(lines[i], want) {
			t.Fatalf("want %s in\n%s", want, log.String())
		}
	}
}

func TestNoSummary(t *testing.T) {
	var log testlog.Log
	s := open(t, Config{Log: log.Logger()})
	s.Add(&Flush{Documents: 1}, time.Now(), time.Now())
	s.Summarize(time.Now().Add(1000 * time.Hour))
	if log.String() != "" {
		t.Error(log.String())
	}
}
