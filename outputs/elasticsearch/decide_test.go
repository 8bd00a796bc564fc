package elasticsearch

import (
	"errors"
	"strings"
	"testing"

	"winevent/outputs"
)

// TestDecideItem are answers that real servers gave, for one document each.
func TestDecideItem(t *testing.T) {
	for name, c := range map[string]struct {
		item string
		want action
		hint string
	}{
		"created":            {`{"create":{"status":201}}`, created, ""},
		"redirected":         {`{"create":{"status":201,"failure_store":"used"}}`, redirected, ""},
		"failure store off":  {`{"create":{"status":201,"failure_store":"not_applicable_or_unknown"}}`, created, ""},
		"there already":      {`{"create":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"[1]: version conflict, document already exists (current version [1])"}}}`, exists, ""},
		"queue full":         {`{"create":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of TimedRunnable"}}}`, again, ""},
		"disk full":          {`{"create":{"status":429,"error":{"type":"cluster_block_exception","reason":"index [.ds-a-000001] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block; for more information, see x];"}}}`, later, "disks"},
		"write block":        {`{"create":{"status":403,"error":{"type":"cluster_block_exception","reason":"index [a] blocked by: [FORBIDDEN/8/index write (api)];"}}}`, later, "block"},
		"read only":          {`{"create":{"status":403,"error":{"type":"cluster_block_exception","reason":"index [a] blocked by: [FORBIDDEN/5/index read-only (api)];"}}}`, later, "block"},
		"not allowed":        {`{"create":{"status":403,"error":{"type":"security_exception","reason":"action [indices:admin/auto_create] is unauthorized for user [writer] with effective roles [writer] on indices [x]"}}}`, later, "create_doc"},
		"shard not there":    {`{"create":{"status":503,"error":{"type":"unavailable_shards_exception","reason":"[a][0] primary shard is not active Timeout: [2s]"}}}`, again, ""},
		"no template":        {`{"create":{"status":404,"error":{"type":"index_not_found_exception","reason":"no such index [nods] and the index creation request requires a data stream, but no matching index template with data stream template was found for it"}}}`, later, "setup"},
		"closed":             {`{"create":{"status":400,"error":{"type":"index_closed_exception","reason":"closed"}}}`, later, "open"},
		"too many shards":    {`{"create":{"status":400,"error":{"type":"validation_exception","reason":"Validation Failed: 1: this action would add [2] shards, but this cluster currently has [78]/[1] maximum normal shards open;"}}}`, later, "shards"},
		"no pipeline":        {`{"create":{"status":400,"error":{"type":"illegal_argument_exception","reason":"pipeline with id [nope] does not exist"}}}`, later, "pipeline"},
		"mapping conflict":   {`{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"[1:42] failed to parse field [n] of type [long] in document with id '1'. Preview of field's value: 'abc'"}}}`, refused, ""},
		"too many fields":    {`{"create":{"status":400,"error":{"type":"document_parsing_exception","reason":"[1:57] failed to parse: Limit of total fields [8] has been exceeded while adding new fields [3]"}}}`, refused, ""},
		"opensearch mapping": {`{"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse field [n] of type [long] in document with id '1'. Preview of field's value: 'abc'"}}}`, refused, ""},
	} {
		results, err := parseItems([]byte(`{"items":[`+c.item+`]}`), 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, hint := decideItem(&results[0])
		if got != c.want || !strings.Contains(hint, c.hint) || c.hint == "" && hint != "" {
			t.Errorf("%s: %v %q, want %v %q", name, got, hint, c.want, c.hint)
		}
	}
}

// TestDecideRequest are answers to whole requests.
func TestDecideRequest(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   action
		hint   string
	}{
		"too large":      {413, ``, divide, "http.max_content_length"},
		"too large page": {413, `<html>413 Request Entity Too Large</html>`, divide, ""},
		"busy":           {429, `{"error":{"type":"es_rejected_execution_exception","reason":"rejected execution of coordinating operation"},"status":429}`, again, ""},
		"breaker":        {429, `{"error":{"type":"circuit_breaking_exception","reason":"[parent] Data too large"},"status":429}`, again, ""},
		"gateway":        {502, `Bad Gateway`, again, ""},
		"password":       {401, `{"error":{"type":"security_exception","reason":"unable to authenticate user [writer] for REST request [/_bulk]"},"status":401}`, later, "password"},
		"rights":         {403, `{"error":{"type":"security_exception","reason":"action [indices:data/write/bulk] is unauthorized for user [ro]"},"status":403}`, later, "create_doc"},
		"cluster block":  {403, `{"error":{"type":"cluster_block_exception","reason":"blocked by: [FORBIDDEN/13/cluster read-only / allow delete (api)];"},"status":403}`, later, "disks"},
		"opensearch":     {400, `{"error":{"type":"illegal_argument_exception","reason":"request [/_bulk] contains unrecognized parameter: [require_data_stream]"},"status":400}`, later, "elasticsearch_flavor"},
		"one bad line":   {400, `{"error":{"type":"illegal_argument_exception","reason":"Malformed action/metadata line [3], expected field [create]"},"status":400}`, divide, ""},
		"long id":        {400, `{"error":{"type":"action_request_validation_exception","reason":"Validation Failed: 1: id [x] is too long, must be no longer than 512 bytes but was: 600;"},"status":400}`, divide, ""},
		"content type":   {406, `{"error":"Content-Type header [text/plain] is not supported","status":406}`, later, "opensearch"},
		"not there":      {404, `not found`, later, "elasticsearch_urls"},
		"unknown":        {400, `{"error":{"type":"illegal_argument_exception","reason":"something new"}}`, later, ""},
	} {
		r := parseFailure(c.status, nil, []byte(c.body))
		if got, hint := decideRequest(r); got != c.want || !strings.Contains(hint, c.hint) {
			t.Errorf("%s: %v %q, want %v %q", name, got, hint, c.want, c.hint)
		}
	}
}

// TestRefusalOf sorts answers for which a document goes to the dead letter file.
func TestRefusalOf(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want outputs.Refusal
	}{
		"does not fit":        {&result{status: 400, kind: "document_parsing_exception", reason: "[1:2] failed to parse field [source.ip] of type [ip]"}, outputs.RefusedMapping},
		"does not fit, older": {&result{status: 400, kind: "mapper_parsing_exception", reason: "failed to parse"}, outputs.RefusedMapping},
		"strict":              {&result{status: 400, kind: "strict_dynamic_mapping_exception"}, outputs.RefusedMapping},
		"immense term":        {&result{status: 400, kind: "illegal_argument_exception", reason: "Document contains at least one immense term"}, outputs.RefusedMapping},
		"alone too large":     {&result{status: 413}, outputs.RefusedTooLarge},
		"spoils all":          {&result{status: 400, kind: "x_content_parse_exception", reason: "duplicate field"}, outputs.RefusedInvalid},
		"unheard of":          {&result{status: 400, kind: "some_exception"}, outputs.RefusedOther},
		"no answer":           {errors.New("x"), outputs.RefusedOther},
	} {
		if got := refusalOf(c.err); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// TestParseItems takes no answer that does not fit the request.
func TestParseItems(t *testing.T) {
	for _, body := range []string{``, `{`, `{"items":[]}`, `{"items":[{"create":{"status":201}},{"create":{"status":201}}]}`, `{"items":[{}]}`, `{"items":[1]}`, `[]`, `{"items":[{"create":{}}]}`} {
		if results, err := parseItems([]byte(body), 1); err == nil {
			t.Errorf("%s: %+v", body, results)
		}
	}
}

func FuzzParseItems(f *testing.F) {
	f.Add([]byte(`{"items":[{"create":{"status":400,"error":{"type":"a","reason":"b"}}}]}`), 1)
	f.Fuzz(func(t *testing.T, body []byte, n int) {
		if n < 0 || n > 1000 {
			return
		}
		results, err := parseItems(body, n)
		if err == nil && len(results) != n {
			t.Errorf("%d results for %d documents", len(results), n)
		}
		parseFailure(400, nil, body)
	})
}

func TestIndexNames(t *testing.T) {
	for text, want := range map[string]string{
		"logs-system.security-default": "logs-system.security-default",
		"Win Events/ä":                 "win_events___",
		"_-+.hidden":                   "hidden",
		"":                             "winevent",
		"..":                           "winevent",
		`a\b*c?d"e<f>g|h,i#j:k`:        "a_b_c_d_e_f_g_h_i_j_k",
		strings.Repeat("x", 400):       strings.Repeat("x", 255),
	} {
		if got := string(appendIndexName(nil, []byte(text))); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestCut bounds requests, and puts a document larger than the bound into one of its own.
func TestCut(t *testing.T) {
	var b outputs.Batch
	for _, n := range []int{100, 100, 5000, 100, 100} {
		b.Commit(append(b.Begin(), strings.Repeat("x", n)...), 0, nil)
		b.CommitAttribute(append(b.BeginAttribute(), "index"...))
	}
	w := write{output: &Output{config: Config{BulkBytes: 400}}, batch: &b}
	got := w.cut()
	if len(got) != 3 || len(got[0]) != 2 || len(got[1]) != 1 || len(got[2]) != 2 {
		t.Errorf("%v", got)
	}
}
