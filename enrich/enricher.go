// Package enrich turns records of Windows events into ECS documents that a
// person can act on: named, explained, rated, and with the remediation that
// fits the error code inside.
//
// It is pure: no network, no files, no clock, no log. The straight line for one
// record is
//
//	Document.ReadMsgpack or ReadLine   bytes → event.Event      (record, dialect)
//	Document.Enrich                    event → fields           (catalog, severity, ECS)
//	Document.AppendJSON                fields → the document's bytes
//
// A record that is no readable event goes the same way and comes out marked
// (event.kind pipeline_error) with its original; nothing is dropped here.
package enrich

import (
	"cmp"
	"fmt"
	"strings"
	"sync/atomic"

	"winevent/enrich/catalog"
)

// ECSVersion is the ECS version of the documents. It is the one that Elastic's
// Windows packages pin, so that their dashboards and rules fit.
const ECSVersion = "8.11.0"

// Detail says how much of the remediation travels with each event.
type Detail uint8

// The details.
const (
	Full    Detail = iota // all fields
	Summary               // the summary and the reference
	Off                   // nothing
)

// ParseDetail reads full, summary or off.
func ParseDetail(s string) (Detail, error) {
	switch strings.ToLower(s) {
	case "full":
		return Full, nil
	case "summary":
		return Summary, nil
	case "off":
		return Off, nil
	}
	return Full, fmt.Errorf("must be full, summary or off")
}

// Options decide what documents carry.
type Options struct {
	Remediation Detail
	// PreserveOriginal adds event.original.
	PreserveOriginal bool
	// AlertMinSeverity makes events of this severity and above alerts
	// (event.kind); NoSeverity for none.
	AlertMinSeverity catalog.Severity
	// Dataset is event.dataset of all events; empty for the one of each channel.
	Dataset string
	// Namespace is data_stream.namespace; "default" when empty.
	Namespace string
	// Catalog has the user's entries; nil for the built-in catalog alone.
	Catalog *catalog.Catalog
}

// Enricher holds what all documents share. It is safe for concurrent use.
type Enricher struct {
	options Options
	// dataset is that of all events, where the options name one.
	dataset dataset
	// prepared holds each catalog entry's JSON, made when the entry is first met.
	prepared []atomic.Pointer[prepared]
	// keptBytes is what all variants and skeletons take.
	keptBytes atomic.Int64
}

// New returns an Enricher.
func New(options Options) *Enricher {
	options.Namespace = cmp.Or(options.Namespace, "default")
	module, _, _ := strings.Cut(options.Dataset, ".")
	return &Enricher{options: options, dataset: dataset{module, options.Dataset}, prepared: make([]atomic.Pointer[prepared], options.Catalog.Count())}
}

// entry returns an entry's prepared JSON, or nil for an event the catalog does not know.
func (e *Enricher) entry(provider []byte, id uint64) *prepared {
	if id > 0xffff {
		return nil
	}
	i := e.options.Catalog.Find(provider, uint32(id))
	if i < 0 {
		return nil
	}
	slot := &e.prepared[i]
	if p := slot.Load(); p != nil {
		return p
	}
	// Two flushes may both prepare it; either result will do.
	p := prepare(e.options.Catalog.At(i))
	p.version = e.options.Catalog.VersionAt(i)
	slot.Store(p)
	return p
}
