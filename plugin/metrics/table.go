package metrics

import (
	"runtime"
	"slices"

	"winevent/version"
)

// Kind is what sort of metric a metric is.
type Kind string

// The kinds.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Metric is a row of the table of metrics.
type Metric struct {
	// Name says the unit: _seconds, _bytes, or what is counted.
	Name string
	Kind Kind
	// Labels of the metric, with their values where there are few.
	Labels []Label
	// Output is the only one that has the metric; empty for all.
	Output string
	// Doc says what the value means.
	Doc string
	// values and distributions give what a section has; each takes the labels'
	// values behind those of sectionLabels.
	values        func(s *Snapshot, emit func(v float64, labels ...string))
	distributions func(s *Snapshot, emit func(d Distribution, labels ...string))
	// process gives what the process has once, without sectionLabels.
	process func(emit func(v float64, labels ...string))
}

// Label is a label of a metric.
type Label struct {
	Name string
	// Values are all that there are; empty where they are not known beforehand.
	Values []string
}

// sectionLabels are the labels of all metrics of sections. The first is named
// as in Fluent Bit's own metrics, so that both can be joined.
var sectionLabels = []Label{{Name: "name"}, {Name: "output", Values: []string{"stdout", "file", "kafka", "elasticsearch"}}}

// Metrics returns the table. The slice must not be changed.
func Metrics() []Metric { return table }

var table = slices.Concat(processMetrics, commonMetrics, kafkaMetrics, elasticsearchMetrics)

// LabelNames returns the names of all labels of the metric.
func (m *Metric) LabelNames() (names []string) {
	for _, l := range m.AllLabels() {
		names = append(names, l.Name)
	}
	return names
}

// AllLabels returns the labels of the metric with those that all sections have.
func (m *Metric) AllLabels() []Label {
	if m.process != nil {
		return m.Labels
	}
	return slices.Concat(sectionLabels, m.Labels)
}

// one makes the values of a metric that has no labels of its own.
func one[T uint64 | float64](read func(s *Snapshot) T) func(*Snapshot, func(float64, ...string)) {
	return func(s *Snapshot, emit func(float64, ...string)) { emit(float64(read(s))) }
}

// yes makes a number of a fact.
func yes(fact bool) float64 {
	if fact {
		return 1
	}
	return 0
}

var processMetrics = []Metric{
	{Name: "winevent_build_info", Kind: Gauge, Labels: []Label{{Name: "version"}, {Name: "commit"}, {Name: "goversion"}},
		Doc: "Always 1. Its labels say which winevent is running.",
		process: func(emit func(float64, ...string)) {
			emit(1, version.Version, version.Commit(), runtime.Version())
		}},
}

var commonMetrics = []Metric{
	{Name: "winevent_section_info", Kind: Gauge, Labels: []Label{{Name: "catalog"}},
		Doc:    "Always 1, for each open section. catalog is the version of the catalog, with that of catalog_file.",
		values: func(s *Snapshot, emit func(float64, ...string)) { emit(1, s.Catalog) }},

	{Name: "winevent_flushes_total", Kind: Counter, Labels: []Label{{"answer", []string{"ok", "retry"}}},
		Doc: "Flushes by the answer to Fluent Bit. ok: every record is acknowledged or stands in the dead letter file. retry: the chunk is kept and comes again; a chunk that comes three times counts three times.",
		values: func(s *Snapshot, emit func(float64, ...string)) {
			emit(float64(s.OK), "ok")
			emit(float64(s.Retry), "retry")
		}},
	{Name: "winevent_flush_duration_seconds", Kind: Histogram,
		Doc:           "How long flushes took, whatever their answer: reading, enriching, and waiting for the destination.",
		distributions: func(s *Snapshot, emit func(Distribution, ...string)) { emit(s.FlushTime) }},
	{Name: "winevent_last_flush_failed", Kind: Gauge,
		Doc:    "1 when the flush that ended last was answered with retry; 0 otherwise, also before the first.",
		values: one(func(s *Snapshot) float64 { return yes(s.Failing) })},
	{Name: "winevent_destination_unreachable", Kind: Gauge,
		Doc:    "1 when the last flush found nobody to connect to; 0 otherwise, also before the first and for files.",
		values: one(func(s *Snapshot) float64 { return yes(s.Unreachable) })},

	{Name: "winevent_records_total", Kind: Counter,
		Doc:    "Records that came in. A chunk that comes again is not counted again, unless the process was restarted in between.",
		values: one(func(s *Snapshot) uint64 { return s.Read.Records })},
	{Name: "winevent_input_bytes_total", Kind: Counter,
		Doc:    "Bytes of the chunks that came in, as msgpack, counted like winevent_records_total.",
		values: one(func(s *Snapshot) uint64 { return s.Read.Bytes })},
	{Name: "winevent_filtered_records_total", Kind: Counter,
		Doc:    "Records that min_severity, include_codes or exclude_codes kept back.",
		values: one(func(s *Snapshot) uint64 { return s.Read.Filtered })},
	{Name: "winevent_unreadable_records_total", Kind: Counter,
		Doc:    "Records that are no readable Windows event. They are delivered as they came, with event.kind pipeline_error.",
		values: one(func(s *Snapshot) uint64 { return s.Read.Unreadable })},
	{Name: "winevent_undescribed_events_total", Kind: Counter, Labels: []Label{{"catalog", []string{"names", "nothing"}}},
		Doc: "Events that the catalog does not describe: names, it knows the names of their parameters and no more; nothing, it does not know them. They are delivered with a severity from Windows' level.",
		values: func(s *Snapshot, emit func(float64, ...string)) {
			emit(float64(s.Read.NamesOnly), "names")
			emit(float64(s.Read.Unknown), "nothing")
		}},

	{Name: "winevent_documents_total", Kind: Counter,
		Doc:    "Documents that the destination has acknowledged.",
		values: one(func(s *Snapshot) uint64 { return s.Documents })},
	{Name: "winevent_document_bytes_total", Kind: Counter,
		Doc:    "Bytes of those documents, as JSON with a line end each, before any compression.",
		values: one(func(s *Snapshot) uint64 { return s.DocumentBytes })},
	{Name: "winevent_retried_documents_total", Kind: Counter,
		Doc:    "Documents that a flush did not get acknowledged and that come again with their chunk; one that comes again three times counts three times.",
		values: one(func(s *Snapshot) uint64 { return s.Open })},
	{Name: "winevent_dead_letters_total", Kind: Counter, Labels: []Label{{"reason", reasonNames[:]}},
		Doc: "Entries written to the dead letter file. corrupt_chunk: the rest of a chunk that cannot be read, of however many records; internal_fault: a fault of winevent's own; refused_too_large, refused_invalid (breaks a rule of the destination), refused_mapping (does not fit the index's mapping) and refused (otherwise): the destination will never take the document.",
		values: func(s *Snapshot, emit func(float64, ...string)) {
			for reason, n := range s.Letters {
				emit(float64(n), reasonNames[reason])
			}
		}},
	{Name: "winevent_dead_letter_write_failures_total", Kind: Counter,
		Doc:    "Flushes that could not write to the dead letter file. Their chunks are kept and come again.",
		values: one(func(s *Snapshot) uint64 { return s.LettersFailed })},

	{Name: "winevent_event_lag_seconds", Kind: Histogram, Labels: []Label{{"event", []string{"newest", "oldest"}}},
		Doc: "From the time at which Windows logged an event to its acknowledgement: one value for the newest and one for the oldest event of each chunk. A clock ahead of this machine's counts as 0.",
		distributions: func(s *Snapshot, emit func(Distribution, ...string)) {
			emit(s.NewestLag, "newest")
			emit(s.OldestLag, "oldest")
		}},
	{Name: "winevent_newest_event_timestamp_seconds", Kind: Gauge,
		Doc:    "When Windows logged the newest event of the chunk that was delivered last, in seconds since 1970; 0 before the first.",
		values: one(func(s *Snapshot) float64 { return s.Newest })},
	{Name: "winevent_last_acknowledged_timestamp_seconds", Kind: Gauge,
		Doc:    "When the destination acknowledged documents last, in seconds since 1970; 0 before the first.",
		values: one(func(s *Snapshot) float64 { return s.Acknowledged })},
}
