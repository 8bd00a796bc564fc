package setup

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// kibana answers imports with a status and a body, and keeps the last request.
type kibana struct {
	*httptest.Server
	uri, xsrf, name, file string
}

func startKibana(t *testing.T, status int, answer string) *kibana {
	k := &kibana{}
	k.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.uri, k.xsrf = r.Method+" "+r.URL.RequestURI(), r.Header.Get("kbn-xsrf")
		if f, head, err := r.FormFile("file"); err == nil {
			text, _ := io.ReadAll(f)
			k.name, k.file = head.Filename, string(text)
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(k.Close)
	return k
}

// Answers as Kibana's importer makes them.
const (
	importedOne = `{"success":true,"successCount":2,"warnings":[],"successResults":[
		{"type":"index-pattern","id":"winevent","meta":{"title":"winevent","icon":"x"},"managed":false},
		{"type":"dashboard","id":"o","meta":{"title":"[winevent] Overview"},"overwrite":true}]}`
	importedNone = `{"success":false,"successCount":0,"warnings":[],"errors":[
		{"id":"winevent","type":"index-pattern","meta":{"title":"winevent"},"error":{"type":"conflict"}},
		{"id":"o","type":"dashboard","meta":{},"error":{"type":"conflict"}}]}`
	importedBadly = `{"success":false,"successCount":0,"errors":[
		{"id":"o","type":"dashboard","meta":{},"error":{"type":"unknown","message":"migration failed","statusCode":422}},
		{"id":"s","type":"search","meta":{"title":"S"},"error":{"type":"missing_references","references":[]}}]}`
)

func TestImport(t *testing.T) {
	k := startKibana(t, http.StatusOK, importedOne)
	steps, err := Import(t.Context(), k.Client(), k.URL+"/s/security/", []byte("{}\n{}\n"), true)
	if err != nil || len(steps) != 2 || steps[0] != (Step{Created, "Kibana: data view winevent", ""}) || steps[1] != (Step{Updated, "Kibana: dashboard [winevent] Overview", ""}) {
		t.Errorf("%v: %+v", err, steps)
	}
	if k.uri != "POST /s/security/api/saved_objects/_import?overwrite=true" || k.xsrf == "" || !strings.HasSuffix(k.name, ".ndjson") || k.file != "{}\n{}\n" {
		t.Errorf("%+v", k)
	}
	k = startKibana(t, http.StatusOK, importedNone)
	steps, err = Import(t.Context(), k.Client(), k.URL, nil, false)
	if err != nil || len(steps) != 1 || steps[0].Outcome != Note || !strings.Contains(steps[0].What, "2 saved objects are there already") || !strings.Contains(steps[0].Fix, "--kibana-replace") {
		t.Errorf("%v: %+v", err, steps)
	}
	if !strings.HasSuffix(k.uri, "?overwrite=false") {
		t.Error(k.uri)
	}
}

func TestImportFails(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		want   []string
	}{
		"objects":    {200, importedBadly, []string{"dashboard o: unknown: migration failed", "search S: missing_references"}},
		"login":      {401, `{"statusCode":401,"error":"Unauthorized","message":"[security_exception]: unable to authenticate"}`, []string{"401 [security_exception]: unable", loginFix}},
		"privileges": {403, `{"statusCode":403,"error":"Forbidden","message":"Unable to bulk_create"}`, []string{"403 Unable", "Saved Objects Management"}},
		"not Kibana": {200, `{"version":{"number":"9.1.0"}}`, []string{"leads to Kibana"}},
		"a page":     {200, "<html>", []string{"leads to Kibana"}},
		"no path":    {404, "", []string{"404 Not Found", "leads to Kibana"}},
		"full":       {413, `{"message":"Payload content length greater than maximum"}`, []string{"413 Payload"}},
	} {
		k := startKibana(t, c.status, c.answer)
		_, err := Import(t.Context(), k.Client(), k.URL, nil, false)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", name, err, want)
			}
		}
	}
	k := startKibana(t, 200, "")
	k.Close()
	if _, err := Import(t.Context(), http.DefaultClient, k.URL, nil, false); err == nil || !strings.Contains(err.Error(), "import into Kibana") {
		t.Error(err)
	}
	if _, err := Import(t.Context(), http.DefaultClient, "http://a b", nil, false); err == nil {
		t.Error("no URL, no error")
	}
}
