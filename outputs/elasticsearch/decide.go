package elasticsearch

import (
	"errors"
	"strings"
	"time"

	"winevent/outputs"
)

// action is what follows from the answer for a document, or for a whole request.
type action uint8

const (
	// created: it is stored.
	created action = iota
	// exists: a document of this id is there already, from an earlier attempt.
	exists
	// redirected: it is stored in the failure store, because it could not be indexed.
	redirected
	// again: it may pass soon. It is sent again within the flush.
	again
	// later: somebody has to do something first. The chunk is kept.
	later
	// refused: it will never be taken. It goes to the dead letter file.
	refused
	// divide: the request is too large, or one line of it spoils all.
	divide
)

// result is the server's answer for one document, or for a request.
type result struct {
	status int
	// kind and reason are the error's type and reason, empty when there is none.
	kind, reason string
	failureStore string
	retryAfter   time.Duration
}

const (
	diskHint     = "free space on the data nodes' disks (see GET _cat/allocation); Elasticsearch lifts the block by itself"
	templateHint = "put the index templates in place: winevent setup elasticsearch"
	writeHint    = "give the user (or API key) the index privileges create_doc and auto_configure"
	loginHint    = "check elasticsearch_username and elasticsearch_password, elasticsearch_api_key or elasticsearch_token"
)

// decideItem says what follows from the answer for one document. Together with
// decideRequest it is the only place that does.
func decideItem(r *result) (action, string) {
	switch {
	case r.failureStore == "used":
		return redirected, ""
	case r.status >= 200 && r.status < 300:
		return created, ""
	case r.status == 409:
		return exists, ""
	case passing(r):
		return again, ""
	case closedDoor(r) != "":
		return later, closedDoor(r)
	case r.status == 404 && r.kind == "index_not_found_exception":
		return later, templateHint
	case r.status == 400:
		return decideBadRequest(r)
	}
	return refused, ""
}

// passing tells whether the server is too busy, or not whole, at present.
func passing(r *result) bool {
	return r.kind != blockException && (r.status == 429 || r.status >= 500)
}

// blockException is what an index answers that takes no documents.
const blockException = "cluster_block_exception"

// closedDoor says what to do where the server does not let anything in; "" for
// another answer.
func closedDoor(r *result) string {
	switch {
	case r.kind == blockException && strings.Contains(r.reason, "read-only-allow-delete"),
		r.kind == blockException && strings.Contains(r.reason, "/ allow delete"):
		return diskHint
	case r.kind == blockException:
		return "lift the block on the index (index.blocks.*)"
	case r.status == 401:
		return loginHint
	case r.status == 403:
		return writeHint
	}
	return ""
}

// decideBadRequest tells documents that can never be stored from requests that
// an operator can make possible.
func decideBadRequest(r *result) (action, string) {
	switch {
	case r.kind == "index_closed_exception":
		return later, "open the index, or roll the data stream over"
	case strings.Contains(r.reason, "maximum normal shards open"):
		return later, "raise cluster.max_shards_per_node, or delete old indices"
	case strings.Contains(r.reason, "pipeline with id"):
		return later, "put the ingest pipeline in place, or remove elasticsearch_pipeline"
	case r.kind == "invalid_index_name_exception":
		return later, "choose another elasticsearch_index"
	case strings.Contains(r.reason, "only write ops with an op_type of create"):
		return later, "this is a data stream: report it, winevent always creates"
	}
	return refused, ""
}

// refusalOf says why a document is refused for good.
func refusalOf(err error) outputs.Refusal {
	var r *result
	if !errors.As(err, &r) {
		return outputs.RefusedOther
	}
	switch {
	case r.status == 413:
		return outputs.RefusedTooLarge
	case r.kind == "document_parsing_exception", r.kind == "mapper_parsing_exception", r.kind == "strict_dynamic_mapping_exception":
		return outputs.RefusedMapping
	case spoilt(r):
		return outputs.RefusedInvalid
	case r.kind == "illegal_argument_exception": // too many fields, a term too long
		return outputs.RefusedMapping
	}
	return outputs.RefusedOther
}

// decideRequest says what follows when a whole bulk request fails.
func decideRequest(r *result) (action, string) {
	switch {
	case r.status == 413:
		return divide, "raise http.max_content_length, or lower elasticsearch_bulk_bytes"
	case passing(r):
		return again, ""
	case closedDoor(r) != "":
		return later, closedDoor(r)
	case strings.Contains(r.reason, "unrecognized parameter"):
		return later, "if this is OpenSearch, set elasticsearch_flavor opensearch"
	case r.status == 406, r.status == 415:
		return later, "the server does not take this request: Elasticsearch 8 or 9 is needed, or elasticsearch_flavor opensearch"
	case r.status == 404, r.status == 405:
		return later, "elasticsearch_urls does not lead to Elasticsearch's _bulk: check host, port and path"
	case r.status == 400 && spoilt(r):
		return divide, ""
	}
	return later, "see the server's log"
}

// spoilt tells whether one line of a bulk made the server refuse all of it.
func spoilt(r *result) bool {
	for _, text := range []string{"Validation Failed", "Malformed", "x_content_parse_exception", "json_parse_exception", "parse_exception"} {
		if strings.Contains(r.reason, text) || strings.Contains(r.kind, text) {
			return true
		}
	}
	return false
}
