//go:build unix

package elastictest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// An index may be a data stream, an alias, a pattern or a list of them, here and
// below. One that does not exist has no documents.
const lenient = "ignore_unavailable=true&allow_no_indices=true"

// Hit is a stored document.
type Hit struct {
	Index  string          `json:"_index"` // of a data stream: the backing index
	ID     string          `json:"_id"`
	Source json.RawMessage `json:"_source"`
}

// Refresh makes everything that was stored visible to searches.
func (n *Node) Refresh(t testing.TB, index string) {
	t.Helper()
	n.MustDo(t, http.MethodPost, path(index, "_refresh?"+lenient), "")
}

// Count refreshes and returns the number of documents.
func (n *Node) Count(t testing.TB, index string) int {
	t.Helper()
	n.Refresh(t, index)
	type answer struct {
		Count  int
		Shards shards `json:"_shards"`
	}
	a := ask[answer](t, n, http.MethodGet, path(index, "_count?"+lenient), "")
	a.Shards.check(t)
	return a.Count
}

// Search returns the answer to a search. It fails the test if there is not one
// from all shards.
func (n *Node) Search(t testing.TB, index, body string) []byte {
	t.Helper()
	return n.MustDo(t, http.MethodPost, path(index, "_search?allow_partial_search_results=false"), body)
}

// IDs refreshes and returns the _id of all documents, in no order.
func (n *Node) IDs(t testing.TB, index string) []string {
	t.Helper()
	var ids []string
	n.scroll(t, index, `{"size": 10000, "sort": "_doc", "_source": false}`, func(h Hit) { ids = append(ids, h.ID) })
	return ids
}

// Each refreshes and calls f with all documents, in no order.
func (n *Node) Each(t testing.TB, index string, f func(Hit)) {
	t.Helper()
	n.scroll(t, index, `{"size": 2000, "sort": "_doc"}`, f)
}

// scroll uses the one way of reading everything that both products have.
func (n *Node) scroll(t testing.TB, index, body string, f func(Hit)) {
	t.Helper()
	n.Refresh(t, index)
	type answer struct {
		ID     string `json:"_scroll_id"`
		Shards shards `json:"_shards"`
		Hits   struct{ Hits []Hit }
	}
	const query = "scroll=1m&filter_path=_scroll_id,_shards,hits.hits._index,hits.hits._id,hits.hits._source"
	page := ask[answer](t, n, http.MethodPost, path(index, "_search?"+lenient+"&"+query), body)
	for ; len(page.Hits.Hits) > 0; page = ask[answer](t, n, http.MethodPost, "/_search/scroll?"+query, fmt.Sprintf(`{"scroll_id": %q}`, page.ID)) {
		page.Shards.check(t)
		for _, h := range page.Hits.Hits {
			f(h)
		}
	}
	page.Shards.check(t)
	if page.ID != "" { // the node forgets it by itself if there were no shards
		n.Do(t, http.MethodDelete, "/_search/scroll", fmt.Sprintf(`{"scroll_id": %q}`, page.ID))
	}
}

// shards says what an answer was made of.
type shards struct {
	Failed   int
	Failures json.RawMessage
}

func (s shards) check(t testing.TB) {
	t.Helper()
	if s.Failed > 0 {
		t.Fatalf("%d shards failed: %s", s.Failed, s.Failures)
	}
}

func path(index, rest string) string { return "/" + url.PathEscape(index) + "/" + rest }
