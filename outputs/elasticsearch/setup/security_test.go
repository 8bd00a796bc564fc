//go:build unix

package setup

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"winevent/internal/elastictest"
)

// as is a node for one user.
type as struct {
	t    *testing.T
	node *elastictest.Node
	user string
}

// Do implements Server.
func (a as) Do(_ context.Context, method, path string, body []byte) (int, []byte, error) {
	status, answer := a.node.DoAs(a.t, elastictest.Basic(a.user, "password-of-"+a.user), method, path, string(body))
	return status, answer, nil
}

// roles returns the roles that docs/elasticsearch.md gives, by their names.
func roles(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, block := range strings.Split(page(t), "```")[1:] {
		head, body, _ := strings.Cut(block, "\n")
		if !strings.HasPrefix(head, "json role") {
			continue
		}
		path, role, _ := strings.Cut(body, "\n")
		found[path[strings.LastIndex(path, "/")+1:]] = role
	}
	return found
}

// TestRights gives two users the roles of the documentation: the one sets up and
// the other writes, and neither needs more.
func TestRights(t *testing.T) {
	t.Parallel()
	node := elastictest.Start(t, elastictest.Options{Security: true})
	given := roles(t)
	for _, role := range []string{"winevent_setup", "winevent_writer"} {
		if given[role] == "" {
			t.Fatalf("docs/elasticsearch.md has no role %s", role)
		}
		node.MustDo(t, http.MethodPut, "/_security/role/"+role, given[role])
		node.MustDo(t, http.MethodPut, "/_security/user/"+role, `{"password":"password-of-`+role+`","roles":["`+role+`"]}`)
	}
	o := options(t, func(o *Options) { o.Replicas = 0 })
	for _, want := range []Outcome{Created, Unchanged} {
		if report := runs(t, as{t, node, "winevent_setup"}, o); report.Count(want) != 3 {
			t.Errorf("%+v", report.Steps)
		}
	}
	bulk := `{"create":{"_index":"logs-system.security-default","_id":"1"}}` + "\n" + `{"@timestamp":"2026-01-01T00:00:00Z"}` + "\n"
	for user, status := range map[string]string{"winevent_writer": `"status":201`, "winevent_setup": `"status":403`} {
		_, answer, _ := as{t, node, user}.Do(t.Context(), http.MethodPost, "/_bulk?require_data_stream=true", []byte(bulk))
		if !strings.Contains(string(answer), status) {
			t.Errorf("%s writes: %s", user, answer)
		}
	}
	_, _, err := Run(t.Context(), as{t, node, "winevent_writer"}, o, false)
	if err == nil || !strings.Contains(err.Error(), "403") || !strings.Contains(err.Error(), "manage_index_templates") {
		t.Errorf("the writer sets up: %v", err)
	}
	o.CaseSensitive = true
	if report := runs(t, as{t, node, "winevent_setup"}, o); !says(report, Note, "logs-system.security-default") {
		t.Errorf("%+v", report.Steps)
	}
}
