package setup

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// features are what a server has. That of the zero features is an Elasticsearch
// that lacks everything.
type features struct {
	openSearch bool
	// lifecycle is ILM, or ISM on OpenSearch.
	lifecycle bool
	// pipeline says that there is the set processor.
	pipeline      bool
	matchOnlyText bool
	flattened     bool
	// flatNames is the parameter that has an object take names with dots as they
	// are; nil when there is none.
	flatNames map[string]any
	// ignoreBeyond takes documents whose new fields are too many.
	ignoreBeyond bool
	// ignoreMissing lets a template name a component that is not there.
	ignoreMissing bool
	failureStore  bool
}

// subobjects and disableObjects are the same, on Elasticsearch and on OpenSearch.
var (
	subobjects     = map[string]any{"subobjects": false}
	disableObjects = map[string]any{"disable_objects": true}
)

// full returns the features of a server of today with all that belongs to it.
func full(openSearch bool) features {
	if openSearch {
		// disable_objects is too new to be expected.
		return features{openSearch: true, lifecycle: true, pipeline: true, matchOnlyText: true}
	}
	return features{
		lifecycle: true, pipeline: true, matchOnlyText: true, flattened: true, flatNames: subobjects,
		ignoreBeyond: true, ignoreMissing: true, failureStore: true,
	}
}

// oldest is the first Elasticsearch that winevent is for.
const oldest = "8."

// look finds out which server it is and what it has. The server is asked for
// each feature: versions tell neither of builds that leave things out nor of
// settings that somebody turned off.
func (r *run) look() error {
	version, err := r.version()
	if err != nil {
		return err
	}
	product := "Elasticsearch"
	if r.features.openSearch {
		product = "OpenSearch"
	}
	r.report.Server = product + " " + version
	major, _, _ := strings.Cut(version, ".")
	if !r.features.openSearch && len(major) == 1 && version < oldest {
		return fmt.Errorf("%s is too old: Elasticsearch 8 or 9, or OpenSearch, is needed", r.report.Server)
	}
	for _, p := range probes {
		has, err := r.has(p.word, "/_index_template/_simulate?filter_path=error", p.template())
		if err != nil {
			return err
		}
		if has {
			p.set(&r.features)
		}
	}
	if r.features.pipeline, err = r.has("[set]", "/_ingest/pipeline/_simulate?filter_path=error", pipelineProbe); err != nil {
		return err
	}
	r.features.lifecycle, err = r.hasLifecycle()
	return err
}

// version asks what server it is. A build of Elasticsearch without its main
// module does not answer the usual question.
func (r *run) version() (string, error) {
	status, answer, err := r.do(http.MethodGet, "/", nil)
	if err != nil {
		return "", err
	}
	if status == http.StatusOK {
		v := gjson.GetBytes(answer, "version")
		r.features.openSearch = v.Get("distribution").String() == "opensearch"
		if v.Get("build_flavor").String() == "serverless" {
			return "", errors.New("this is Elasticsearch Serverless, which manages settings and lifecycles itself: put the mapping in place by hand, --dry-run prints it")
		}
		if number := v.Get("number").String(); number != "" {
			return number, nil
		}
		return "", errors.New("the server is neither Elasticsearch nor OpenSearch: check the URL")
	}
	if status != http.StatusMethodNotAllowed && status != http.StatusBadRequest {
		return "", failed("ask for the server's version", status, answer)
	}
	status, answer, err = r.do(http.MethodGet, "/_nodes?filter_path=nodes.*.version", nil)
	if err != nil {
		return "", err
	}
	number := gjson.GetBytes(answer, "nodes.@values.0.version").String()
	if status != http.StatusOK || number == "" {
		return "", failed("ask for the server's version", status, answer)
	}
	return number, nil
}

// probe is a question whether a server has a feature: a template that needs it,
// for the server to look at and forget.
type probe struct {
	// word stands in the refusal of a server that lacks the feature.
	word string
	// members of the template.
	members string
	set     func(*features)
}

var probes = []probe{
	{"match_only_text", `"template":{"mappings":{"properties":{"a":{"type":"match_only_text"}}}}`,
		func(f *features) { f.matchOnlyText = true }},
	{"flattened", `"template":{"mappings":{"properties":{"a":{"type":"flattened"}}}}`,
		func(f *features) { f.flattened = true }},
	{"disable_objects", `"template":{"mappings":{"properties":{"a":{"type":"object","disable_objects":true}}}}`,
		func(f *features) { f.flatNames = disableObjects }},
	{"subobjects", `"template":{"mappings":{"properties":{"a":{"type":"object","subobjects":false}}}}`,
		func(f *features) { f.flatNames = subobjects }},
	{"ignore_dynamic_beyond_limit", `"template":{"settings":{"index.mapping.total_fields.ignore_dynamic_beyond_limit":true}}`,
		func(f *features) { f.ignoreBeyond = true }},
	{"ignore_missing_component_templates", `"composed_of":["winevent-probe"],"ignore_missing_component_templates":["winevent-probe"]`,
		func(f *features) { f.ignoreMissing = true }},
	{"data_stream_options", `"data_stream":{},"template":{"data_stream_options":{"failure_store":{"enabled":true}}}`,
		func(f *features) { f.failureStore = true }},
}

// template has a priority that nobody else's has: two templates of one priority
// must not have patterns in common.
func (p *probe) template() string {
	return `{"index_patterns":["winevent-probe-*"],"priority":250250250,` + p.members + `}`
}

const pipelineProbe = `{"pipeline":{"processors":[{"set":{"field":"a","value":"{{{_ingest.timestamp}}}"}}]},"docs":[{"_source":{}}]}`

// has asks a question that changes nothing. A refusal must be about the word:
// else it says nothing of the feature.
func (r *run) has(word, path, body string) (bool, error) {
	status, answer, err := r.do(http.MethodPost, path, []byte(body))
	switch {
	case err != nil:
		return false, err
	case status == http.StatusOK:
		return true, nil
	case status == http.StatusBadRequest && strings.Contains(string(answer), word):
		return false, nil
	}
	return false, failed("ask whether the server has "+word, status, answer)
}

// hasLifecycle tells whether the server has lifecycle policies at all.
func (r *run) hasLifecycle() (bool, error) {
	k := lifecycleKind(r.features.openSearch)
	status, answer, err := r.do(http.MethodGet, k.path+name, nil)
	switch {
	case err != nil:
		return false, err
	case status == http.StatusOK, status == http.StatusNotFound:
		return true, nil
	case status == http.StatusBadRequest, status == http.StatusMethodNotAllowed:
		return false, nil // no such API
	}
	return false, failed("read the "+k.name+" "+name, status, answer)
}

// lacks reports what the server does not have, and what follows.
func (r *run) lacks() {
	f, o := &r.features, &r.options
	if !f.lifecycle && !o.PlainIndices {
		what := "ILM"
		if f.openSearch {
			what = "ISM plugin"
		}
		r.report.add(Warning, "roll the data streams over and delete old indices yourself", "this server has no %s: nothing rolls over or is deleted by itself", what)
	}
	if o.PlainIndices {
		r.report.add(Note, "", "plain indices instead of data streams: lifecycle and failure store are left out")
	}
	if !f.pipeline {
		r.report.add(Warning, "install the module ingest-common", "this server lacks the ingest processor set: documents get no event.ingested")
	}
	if o.FailureStore && !f.failureStore {
		r.report.add(Warning, "use Elasticsearch 8.19 or 9.1, or leave --failure-store out", "this server has no failure store: documents that cannot be indexed go to the dead letter file")
	}
	if !f.matchOnlyText {
		r.report.add(Note, "", "no match_only_text: message and error.message are text, which takes more disk")
	}
	if !f.flattened {
		r.report.add(Note, "", "no flattened: winlog.record and winlog.metadata are kept, but cannot be searched")
	}
	if f.flatNames == nil {
		r.report.add(Note, "", "dots divide the names of parameters: an event with both a and a.b is refused and goes to the dead letter file")
	}
	if !f.ignoreBeyond {
		r.report.add(Note, "", "events that bring new parameters are refused when an index has %s fields", limitWithout)
	}
}
