package setup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// put writes what is new or differs, in order, and reports each object.
func (r *run) put(dry bool) error {
	for i := range r.objects {
		o := &r.objects[i]
		if o.outcome != Unchanged && !dry {
			if err := r.putOne(o); err != nil {
				return err
			}
		}
		r.report.add(o.outcome, "", "%s%s", o, o.remark(r.options.Version))
	}
	return nil
}

// remark says more of an outcome.
func (o *object) remark(version string) string {
	switch {
	case o.keep && o.outcome == Created:
		return ", empty: it is yours to fill"
	case o.outcome != Updated:
		return ""
	case o.was.digest == digest(o.body):
		return ": somebody had changed it"
	case o.was.version != version:
		return ", from version " + o.was.version
	}
	return ""
}

func (r *run) putOne(o *object) error {
	req := o.request(r.options.Version)
	body, err := json.Marshal(req.Body)
	if err != nil {
		return err
	}
	status, answer, err := r.do(req.Method, req.Path+o.query, body)
	if err != nil {
		return fmt.Errorf("write the %s: %w", o, err)
	}
	if status != http.StatusOK && status != http.StatusCreated {
		return failed("write the "+o.String(), status, answer)
	}
	return nil
}

// existing notes data streams that do not have yet what was changed: a template
// is read when an index is made.
func (r *run) existing() {
	components, own := r.written(&componentTemplate), r.written(&indexTemplate)
	if !components && !own || r.options.PlainIndices {
		return
	}
	// Whoever may not see the data streams can still set up.
	_, answer, err := r.do(http.MethodGet, "/_resolve/index/"+strings.Join(r.options.Patterns, ",")+"?filter_path=data_streams.name", nil)
	if err != nil {
		return
	}
	streams := gjson.GetBytes(answer, "data_streams.#.name").Array()
	if len(streams) == 0 {
		return
	}
	var names []string
	for _, s := range streams[:min(len(streams), maxNames)] {
		names = append(names, s.String())
	}
	if len(streams) > maxNames {
		names = append(names, fmt.Sprintf("%d more", len(streams)-maxNames))
	}
	r.report.add(Note, "", "data streams that are there take the templates when they roll over; to have it now, POST /NAME/_rollover: %s", strings.Join(names, ", "))
	if own && r.options.FailureStore && r.features.failureStore {
		r.report.add(Note, "", `their failure store is switched on by PUT /_data_stream/NAME/_options {"failure_store":{"enabled":true}}`)
	}
}

// maxNames is how many data streams are named.
const maxNames = 10

// written tells whether a thing of a kind was, or would be, written. What belongs
// to whoever runs the cluster does not count.
func (r *run) written(k *kind) bool {
	return slices.ContainsFunc(r.objects, func(o object) bool { return o.kind == k && o.outcome != Unchanged && !o.keep })
}
