//go:build unix

package detection

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"
)

// maxCost is how much larger an index may be for matching without regard to case.
const maxCost = 1.05

// testCost measures what README.md says of matching without regard to case: what
// it costs on disk, and what aggregations then show. The documents are in the
// namespace default already.
func (s server) testCost(events []*event) {
	t := s.t
	s.put(true)
	s.store(events, "exact")
	folded, exact := s.size("default"), s.size("exact")
	t.Logf("%d documents: %.0f bytes without regard to case, %.0f with (%+.1f %%)", len(events), folded, exact, 100*(folded/exact-1))
	if folded > maxCost*exact {
		t.Errorf("matching without regard to case costs more than %.0f %%", 100*(maxCost-1))
	}
	missing := 0
	for _, query := range queries(t) {
		if len(s.find(query, "exact")) < len(s.find(query, "default")) {
			missing++
		}
	}
	t.Logf("%d of %d rules miss events when case counts", missing, len(expected))
	s.shows("default", "workstation5")
	s.shows("exact", "WORKSTATION5")
}

// size returns how many bytes the documents of a namespace take, as one segment for each index.
func (s server) size(namespace string) float64 {
	s.t.Helper()
	s.node.MustDo(s.t, http.MethodPost, "/logs-*-"+namespace+"/_forcemerge?max_num_segments=1", "")
	s.node.MustDo(s.t, http.MethodPost, "/logs-*-"+namespace+"/_flush", "")
	answer := s.node.MustDo(s.t, http.MethodGet, "/logs-*-"+namespace+"/_stats/store", "")
	return gjson.GetBytes(answer, "_all.primaries.store.size_in_bytes").Float()
}

// shows fails unless a value is spelled as wanted by aggregations and among the
// fields of a hit, which are what Kibana's tables show, and as Windows did by the
// document itself.
func (s server) shows(namespace, want string) {
	s.t.Helper()
	const field = "winlog.event_data.WorkstationName"
	answer := s.node.MustDo(s.t, http.MethodPost, "/logs-*-"+namespace+"/_search", fmt.Sprintf(`{"size": 1, "fields": [%[1]q],
		"query": {"term": {%[1]q: %[2]q}}, "aggs": {"names": {"terms": {"field": %[1]q}}}}`, field, want))
	for path, want := range map[string]string{
		"aggregations.names.buckets.0.key":                         want,
		`hits.hits.0.fields.winlog\.event_data\.WorkstationName.0`: want,
		"hits.hits.0._source." + field:                             strings.ToUpper(want),
	} {
		if got := gjson.GetBytes(answer, path).String(); got != want {
			s.t.Errorf("%s: %s is %q, not %q", namespace, path, got, want)
		}
	}
}
