package setup

import "strconv"

// The names of the objects. What begins with ours and an @ belongs together.
const (
	mappingsName = name + "@mappings"
	settingsName = name + "@settings"
	pipelineName = name + "@ingested"
	// customName is a component that winevent never writes into: it is for whoever runs the cluster.
	customName = name + "@custom"
)

// Plan returns the requests that put everything in place on a server of today
// with all that belongs to it.
func Plan(o Options, openSearch bool) []Request {
	f := full(openSearch)
	return requests(plan(&o, &f, ownPriority), o.Version)
}

// plan returns the objects in the order in which they need each other.
func plan(o *Options, f *features, priority int) []object {
	var all []object
	if f.lifecycle && !o.PlainIndices {
		all = append(all, lifecycle(o, f, priority))
	}
	if f.pipeline {
		all = append(all, pipeline(f))
	}
	m := mapper{f, o.CaseSensitive}
	all = append(all,
		object{kind: &componentTemplate, name: mappingsName, body: map[string]any{"template": map[string]any{"mappings": m.mappings()}}},
		object{kind: &componentTemplate, name: settingsName, body: map[string]any{"template": map[string]any{"settings": settings(o, f)}}})
	if !f.ignoreMissing {
		all = append(all, object{kind: &componentTemplate, name: customName, body: map[string]any{"template": map[string]any{}}, keep: true})
	}
	return append(all, object{kind: &indexTemplate, name: name, body: template(o, f, priority, m.objects())})
}

// settings are written as servers give them back: nested, all values text.
func settings(o *Options, f *features) map[string]any {
	limit := map[string]any{"limit": limitWithout}
	if f.ignoreBeyond {
		limit = map[string]any{"limit": limitWith, "ignore_dynamic_beyond_limit": "true"}
	}
	index := map[string]any{
		"codec": "best_compression",
		// Five times the default: fewer segments, and events are found soon enough.
		"refresh_interval": "5s",
		"mapping":          map[string]any{"total_fields": limit},
	}
	if f.lifecycle && !f.openSearch && !o.PlainIndices {
		index["lifecycle"] = map[string]any{"name": name}
	}
	if f.pipeline {
		// The final pipeline also runs when a request names another one.
		index["final_pipeline"] = pipelineName
	}
	if o.Replicas >= 0 {
		index["number_of_replicas"] = strconv.Itoa(o.Replicas)
	}
	return map[string]any{"index": index}
}

// template ties the components to the data streams.
func template(o *Options, f *features, priority int, mappings map[string]any) map[string]any {
	last := map[string]any{"mappings": mappings} // what comes after all components
	t := map[string]any{
		"index_patterns": anys(o.Patterns),
		"priority":       priority,
		"composed_of":    []any{mappingsName, settingsName, customName},
		"template":       last,
	}
	if f.ignoreMissing {
		t["ignore_missing_component_templates"] = []any{customName}
	}
	if !o.PlainIndices {
		t["data_stream"] = map[string]any{}
		if o.FailureStore && f.failureStore {
			last["data_stream_options"] = map[string]any{"failure_store": map[string]any{"enabled": true}}
		}
	}
	return t
}

func pipeline(f *features) object {
	k := &elasticPipeline
	if f.openSearch {
		k = &openPipeline
	}
	return object{kind: k, name: pipelineName, body: map[string]any{
		"description": "Sets event.ingested, which detection rules go by.",
		"processors": []any{map[string]any{"set": map[string]any{
			"field": "event.ingested", "value": "{{{_ingest.timestamp}}}",
			"ignore_failure": true, // no event shall be lost for it
		}}},
	}}
}

func anys(texts []string) []any {
	all := make([]any, len(texts))
	for i := range texts {
		all[i] = texts[i]
	}
	return all
}
