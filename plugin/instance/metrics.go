package instance

import (
	"errors"
	"fmt"

	"winevent/enrich"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/kafka"
	"winevent/plugin/config"
	"winevent/plugin/metrics"
)

// openMetrics makes the section's numbers and shows them where the options ask for it.
func (i *Instance) openMetrics() (*metrics.Section, error) {
	c := &i.config
	s, err := metrics.Open(metrics.Config{
		Name: c.MetricsName, Output: c.Output, Catalog: c.Catalog.Version(),
		Listen: c.MetricsListen, Interval: c.SummaryInterval, Destination: i.destination, Log: i.log,
	})
	switch {
	case errors.Is(err, metrics.ErrName):
		return nil, &config.Fault{Key: "metrics_name", Value: c.MetricsName, Fix: "another section has this name: choose another, or leave it out"}
	case err != nil:
		return nil, &config.Fault{Key: "metrics_listen", Value: c.MetricsListen, Fix: fmt.Sprintf("must be an address of this machine with a free port: %v", err)}
	}
	return s, nil
}

// destination is what the destination counts itself.
func (i *Instance) destination() metrics.Destination {
	d := metrics.Destination{Unreachable: i.unreachable.Load()}
	switch o := i.output.(type) {
	case *kafka.Output:
		stats := o.Stats()
		d.Kafka = &stats
	case *elasticsearch.Output:
		stats := o.Stats()
		d.Elasticsearch = &stats
	}
	return d
}

// count counts a record that was read.
func count(r *metrics.Read, doc *enrich.Document, wanted bool) {
	r.Records++
	switch {
	case doc.Err() != nil:
		r.Unreadable++
	case doc.Known():
	case doc.Named():
		r.NamesOnly++
	default:
		r.Unknown++
	}
	if !wanted {
		r.Filtered++
	}
}
