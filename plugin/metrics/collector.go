package metrics

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// collector hands the numbers of a server's sections to the library, which
// writes them in the form that is asked for.
type collector struct{ server *server }

var descriptions = func() []*prometheus.Desc {
	all := make([]*prometheus.Desc, len(table))
	for i := range table {
		all[i] = prometheus.NewDesc(table[i].Name, table[i].Doc, table[i].LabelNames(), nil)
	}
	return all
}()

// Describe implements prometheus.Collector.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range descriptions {
		to <- d
	}
}

// Collect implements prometheus.Collector. The library calls it in a goroutine
// of its own, in which nobody else would catch a panic.
func (c collector) Collect(to chan<- prometheus.Metric) {
	defer func() {
		if p := recover(); p != nil {
			to <- prometheus.NewInvalidMetric(descriptions[0], fmt.Errorf("internal fault: %v", p))
		}
	}()
	snapshots := c.server.snapshots()
	for i := range table {
		m, desc := &table[i], descriptions[i]
		if m.process != nil {
			m.process(func(v float64, labels ...string) { to <- number(desc, m.Kind, v, labels) })
		}
		for n := range snapshots {
			if s := &snapshots[n]; m.Output == "" || m.Output == s.Output {
				m.collect(s, desc, to)
			}
		}
	}
}

func (m *Metric) collect(s *Snapshot, desc *prometheus.Desc, to chan<- prometheus.Metric) {
	with := func(labels []string) []string { return append([]string{s.Name, s.Output}, labels...) }
	if m.values != nil {
		m.values(s, func(v float64, labels ...string) { to <- number(desc, m.Kind, v, with(labels)) })
	}
	if m.distributions != nil {
		m.distributions(s, func(d Distribution, labels ...string) {
			h, err := prometheus.NewConstHistogram(desc, d.Count, d.Sum, d.UpTo, with(labels)...)
			to <- orInvalid(h, desc, err)
		})
	}
}

func number(desc *prometheus.Desc, kind Kind, v float64, labels []string) prometheus.Metric {
	typ := prometheus.GaugeValue
	if kind == Counter {
		typ = prometheus.CounterValue
	}
	m, err := prometheus.NewConstMetric(desc, typ, v, labels...)
	return orInvalid(m, desc, err)
}

// orInvalid makes an error the answer to the scrape.
func orInvalid(m prometheus.Metric, desc *prometheus.Desc, err error) prometheus.Metric {
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return m
}
