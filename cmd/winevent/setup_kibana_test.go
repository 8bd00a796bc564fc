package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestSetupKibana imports the dashboards with the cluster's login, for the data
// streams that are set up.
func TestSetupKibana(t *testing.T) {
	c := startEmptyCluster(t)
	c.password = "admin-secret"
	var uri, login, file string
	k := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, login, _ = r.BasicAuth()
		uri = r.URL.RequestURI()
		if f, _, err := r.FormFile("file"); err == nil {
			text, _ := io.ReadAll(f)
			file = string(text)
		}
		io.WriteString(w, `{"success":true,"successCount":1,"successResults":[{"type":"dashboard","id":"o","meta":{"title":"[winevent] Overview"}}]}`)
	}))
	defer k.Close()
	args := []string{"setup", "elasticsearch", "--url", c.URL, "--username", "admin", "--password-file", writeFile(t, "password", "admin-secret\n"), "--namespace", "prod", "--kibana-url", k.URL + "/s/soc"}

	got := command("", append(args, "--dry-run")...)
	if got.code != exitOK || uri != "" || !strings.Contains(got.err, "would be imported into Kibana") {
		t.Errorf("%+v, asked for %s", got, uri)
	}
	got = command("", append(args, "--kibana-replace")...)
	if got.code != exitOK || !strings.Contains(got.out, "created    Kibana: dashboard [winevent] Overview") || !strings.Contains(got.out, "6 created") {
		t.Errorf("%+v", got)
	}
	if uri != "/s/soc/api/saved_objects/_import?overwrite=true" || login != "admin-secret" || !strings.Contains(file, `"title":"logs-system.application-prod,`) {
		t.Errorf("%s, login %q, %.300s", uri, login, file)
	}
	uri, c.openSearch = "", true
	if got = command("", args...); got.code != exitOK || uri != "" || !strings.Contains(got.out, "OpenSearch Dashboards cannot show them") {
		t.Errorf("%+v, asked for %s", got, uri)
	}
	// A cluster that is not set up gets no dashboards.
	uri, c.openSearch, c.password = "", false, "other"
	if got = command("", args...); got.code != exitFailed || uri != "" {
		t.Errorf("%+v, asked for %s", got, uri)
	}
}

func TestSetupKibanaFails(t *testing.T) {
	c := startEmptyCluster(t)
	k := httptest.NewServer(http.RedirectHandler("/login", http.StatusFound))
	defer k.Close()
	got := command("", "setup", "elasticsearch", "--url", c.URL, "--kibana-url", k.URL)
	if got.code != exitFailed || !strings.Contains(got.err, "import into Kibana: 302 Found") || !strings.Contains(got.out, "index template winevent") {
		t.Errorf("%+v", got)
	}
	for _, args := range [][]string{{"--kibana-url", "kibana:5601"}, {"--kibana-url", "https://u:p@kibana"}, {"--kibana-url", "https://kibana/?x=1"}, {"--kibana-replace"}} {
		if got := command("", append([]string{"setup", "elasticsearch", "--url", c.URL}, args...)...); got.code != exitUsage || !strings.Contains(got.err, "--kibana-url") {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
