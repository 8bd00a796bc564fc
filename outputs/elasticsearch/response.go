package elasticsearch

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
)

// filterPath cuts a bulk's answer down to what is read of it. It keeps one
// entry for each item, so that positions are kept.
var filterPath = []string{"items.*.status", "items.*.error.type", "items.*.error.reason", "items.*.failure_store"}

// maxReason bounds how much of the server's reason is kept.
const maxReason = 1000

// parseItems reads the answer of a bulk of n documents: one result each, in
// their order. An answer that does not have as many says nothing.
func parseItems(body []byte, n int) ([]result, error) {
	if !gjson.ValidBytes(body) {
		return nil, errors.New("the answer is no JSON")
	}
	results := make([]result, 0, n)
	gjson.GetBytes(body, "items").ForEach(func(_, item gjson.Result) bool {
		results = append(results, parseItem(item))
		return true
	})
	if len(results) != n {
		return nil, fmt.Errorf("the answer is for %d documents, not %d", len(results), n)
	}
	for i := range results {
		if results[i].status == 0 {
			return nil, fmt.Errorf("the answer has no status for document %d", i)
		}
	}
	return results, nil
}

// parseItem reads {"create": {"status": …, "error": {…}, "failure_store": …}}.
func parseItem(item gjson.Result) (r result) {
	item.ForEach(func(_, v gjson.Result) bool {
		r = result{
			status:       int(v.Get("status").Int()),
			kind:         v.Get("error.type").String(),
			reason:       cut(v.Get("error.reason").String()),
			failureStore: v.Get("failure_store").String(),
		}
		return false
	})
	return r
}

// parseFailure reads the answer to a request that failed as a whole.
func parseFailure(status int, header http.Header, body []byte) *result {
	r := &result{status: status, retryAfter: retryAfter(header.Get("Retry-After"))}
	if gjson.ValidBytes(body) {
		e := gjson.GetBytes(body, "error")
		r.kind, r.reason = e.Get("type").String(), cut(e.Get("reason").String())
		if e.Type == gjson.String {
			r.reason = cut(e.String())
		}
	} else {
		r.reason = cut(string(body)) // a proxy's page
	}
	return r
}

func retryAfter(text string) time.Duration {
	seconds, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func cut(s string) string {
	if len(s) > maxReason {
		return s[:maxReason] + " …"
	}
	return s
}

// Error implements error.
func (r *result) Error() string {
	switch {
	case r.kind != "":
		return fmt.Sprintf("%d %s: %s", r.status, r.kind, r.reason)
	case r.reason != "":
		return fmt.Sprintf("%d %s: %s", r.status, http.StatusText(r.status), r.reason)
	}
	return fmt.Sprintf("%d %s", r.status, http.StatusText(r.status))
}
