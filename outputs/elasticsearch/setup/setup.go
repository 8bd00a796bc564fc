// Package setup puts in place what a cluster needs before documents come: the
// templates of their data streams, with a mapping that is made from the table of
// fields, a lifecycle policy and an ingest pipeline.
//
// The straight line of one Run:
//
//	look         which server it is, and what it lacks
//	plan         the objects, in the order in which they need each other
//	compare      each with what is there: new, different, equal, or somebody else's
//	conflicts    templates of others for the same data streams
//	put          what is new or differs
//
// It may run again at any time. Nothing is written when something that is there
// belongs to somebody else.
package setup

import (
	"context"
	"errors"
	"fmt"
)

// Server is a cluster. *elasticsearch.API is one.
type Server interface {
	// Do makes one request and returns the answer, whatever its status.
	Do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error)
}

// Options say what to put in place.
type Options struct {
	// Version of winevent, noted in everything that is written.
	Version string
	// Patterns are the names of the data streams, * for any text; see Patterns.
	Patterns []string
	// PlainIndices are wanted instead of data streams.
	PlainIndices bool
	// Retention is after what time events are deleted, as the server writes times
	// (90d). Empty: never.
	Retention string
	// FailureStore keeps documents that cannot be indexed beside the data stream.
	FailureStore bool
	// Replicas of each shard; negative for the server's default.
	Replicas int
	// CaseSensitive leaves values as they are where rules compare them.
	CaseSensitive bool
	// Force lets winevent's template win over those of others for the same data streams.
	Force bool
}

// Outcome is what happened to one thing.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	// Note tells what is so, and needs nothing to be done.
	Note Outcome = "note"
	// Warning tells what is not as it was asked for.
	Warning Outcome = "warning"
	// Conflict is what keeps everything from being written.
	Conflict Outcome = "conflict"
)

// Step is one line of a Report.
type Step struct {
	Outcome Outcome
	// What it is about, and Fix what to do; empty when there is nothing to do.
	What, Fix string
}

// Report is what was done, in order.
type Report struct {
	// Server is its product and version.
	Server string
	Steps  []Step
}

// Count returns how many steps have an outcome.
func (r *Report) Count(o Outcome) (n int) {
	for _, s := range r.Steps {
		if s.Outcome == o {
			n++
		}
	}
	return n
}

func (r *Report) add(o Outcome, fix, format string, args ...any) {
	r.Steps = append(r.Steps, Step{o, fmt.Sprintf(format, args...), fix})
}

// ErrConflict says that nothing was written: the report tells why.
var ErrConflict = errors.New("nothing was changed: something of others is in the way")

// Run puts everything in place, and says what it did. With dry it only looks,
// and says what it would do. The requests are those that would put everything in
// place on an empty cluster of this kind. The report holds also when an error is
// returned, as far as Run came.
func Run(ctx context.Context, s Server, o Options, dry bool) (Report, []Request, error) {
	r := &run{ctx: ctx, server: s, options: o}
	err := r.all(dry)
	return r.report, requests(r.objects, o.Version), err
}

// run is one Run.
type run struct {
	ctx      context.Context
	server   Server
	options  Options
	features features
	objects  []object
	report   Report
}

func (r *run) all(dry bool) error {
	if err := r.look(); err != nil {
		return err
	}
	r.lacks()
	templates, err := r.templates()
	if err != nil {
		return err
	}
	priority := r.conflicts(templates)
	r.join(templates)
	r.objects = plan(&r.options, &r.features, priority)
	if err := r.compare(); err != nil {
		return err
	}
	if r.report.Count(Conflict) > 0 {
		return ErrConflict
	}
	if err := r.put(dry); err != nil {
		return err
	}
	// What else belongs to a cluster comes here, after the templates it reads by. The
	// saved objects of Kibana go to another server: they need a Server of their own.
	r.existing()
	return nil
}
