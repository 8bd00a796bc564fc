package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
)

// name is that of every object of ours, or what its name begins with.
const name = "winevent"

// object is one thing to have in the cluster.
type object struct {
	kind *kind
	name string
	// body is the thing itself, as the server gives it back: without the mark.
	body map[string]any
	// keep says that what is there belongs to whoever runs the cluster, whatever it is.
	keep bool
	// outcome, what was there and the query to replace it are found out by compare.
	outcome Outcome
	was     mark
	query   string
}

// kind is a sort of object, and how the server's API holds it.
type kind struct {
	name, path string
	// inside is the member of a request that holds the thing; empty when it is the request.
	inside string
	// answer is where the answer to GET holds the thing.
	answer func(name string) []any
	// described says that there is no _meta: the mark stands in the description.
	described bool
}

var (
	componentTemplate = kind{name: "component template", path: "/_component_template/", answer: func(string) []any {
		return []any{"component_templates", 0, "component_template"}
	}}
	indexTemplate = kind{name: "index template", path: "/_index_template/", answer: func(string) []any {
		return []any{"index_templates", 0, "index_template"}
	}}
	ilmPolicy = kind{name: "lifecycle policy", path: "/_ilm/policy/", inside: "policy", answer: func(name string) []any {
		return []any{name, "policy"}
	}}
	ismPolicy = kind{name: "lifecycle policy", path: "/_plugins/_ism/policies/", inside: "policy", described: true, answer: func(string) []any {
		return []any{"policy"}
	}}
	elasticPipeline = kind{name: "ingest pipeline", path: "/_ingest/pipeline/", answer: func(name string) []any {
		return []any{name}
	}}
	// OpenSearch refuses a pipeline with _meta.
	openPipeline = kind{name: "ingest pipeline", path: "/_ingest/pipeline/", described: true, answer: elasticPipeline.answer}
)

func lifecycleKind(openSearch bool) *kind {
	if openSearch {
		return &ismPolicy
	}
	return &ilmPolicy
}

// String names the object for people.
func (o *object) String() string { return o.kind.name + " " + o.name }

// Request is one that puts an object in place.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body"`
}

// request returns the object, marked, as it is sent.
func (o *object) request(version string) Request {
	var body any = o.kind.marked(o.body, version)
	if o.keep {
		body = o.body
	}
	if o.kind.inside != "" {
		body = map[string]any{o.kind.inside: body}
	}
	return Request{"PUT", o.kind.path + o.name, body}
}

func requests(objects []object, version string) []Request {
	all := make([]Request, len(objects))
	for i := range objects {
		all[i] = objects[i].request(version)
	}
	return all
}

// mark is what an object of ours carries: who wrote it, and what was written.
type mark struct{ version, digest string }

// marked returns a body with its mark.
func (k *kind) marked(body map[string]any, version string) map[string]any {
	body = maps.Clone(body)
	if k.described {
		body["description"] = fmt.Sprintf("%v (managed by %s %s, %s)", body["description"], name, version, digest(body))
		return body
	}
	body["_meta"] = map[string]any{"managed_by": name, "version": version, "digest": digest(body)}
	return body
}

var describedMark = regexp.MustCompile(`\(managed by ` + name + ` (\S+), ([0-9a-f]{16})\)$`)

// mark returns the mark of a thing that is there; false when it is not ours.
func (k *kind) mark(thing map[string]any) (mark, bool) {
	if k.described {
		text, _ := thing["description"].(string)
		m := describedMark.FindStringSubmatch(text)
		if m == nil {
			return mark{}, false
		}
		return mark{m[1], m[2]}, true
	}
	meta, _ := thing["_meta"].(map[string]any)
	if meta["managed_by"] != name {
		return mark{}, false
	}
	return mark{fmt.Sprint(meta["version"]), fmt.Sprint(meta["digest"])}, true
}

// digest tells bodies apart, whatever version writes them.
func digest(body map[string]any) string {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // bodies hold nothing that JSON has not
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
