package setup

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// do makes one request.
func (r *run) do(method, path string, body []byte) (int, []byte, error) {
	return r.server.Do(r.ctx, method, path, body)
}

const (
	loginFix  = "check user and password, or the API key"
	rightsFix = "give the user the cluster privileges monitor, manage_index_templates, manage_ilm and manage_ingest_pipelines (OpenSearch: docs/elasticsearch.md)"
)

// failed is the error that an answer tells of.
func failed(op string, status int, answer []byte) error {
	text := reason(answer)
	if text == "" {
		text = http.StatusText(status)
	}
	err := fmt.Errorf("%s: %d %s", op, status, text)
	switch status {
	case http.StatusUnauthorized:
		err = fmt.Errorf("%w: %s", err, loginFix)
	case http.StatusForbidden:
		err = fmt.Errorf("%w: %s", err, rightsFix)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		err = fmt.Errorf("%w: check that the URL leads to Elasticsearch or OpenSearch", err)
	}
	return err
}

// maxReason bounds how much of a proxy's page is shown.
const maxReason = 500

// reason returns the innermost reason of an error: the outer ones only say that
// something inside is wrong.
func reason(answer []byte) string {
	if !gjson.ValidBytes(answer) {
		return strings.ToValidUTF8(string(answer[:min(len(answer), maxReason)]), "")
	}
	e := gjson.GetBytes(answer, "error")
	if e.Type == gjson.String {
		return e.String()
	}
	for inner := e; inner.Exists(); inner = inner.Get("caused_by") {
		e = inner
	}
	return e.Get("reason").String()
}
