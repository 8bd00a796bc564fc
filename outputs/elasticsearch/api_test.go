package elasticsearch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"winevent/outputs/secret"
)

// TestAPI passes over a node that is down, takes a server that does not say that
// it is Elasticsearch, and hands any status to the caller.
func TestAPI(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if user, password, _ := r.BasicAuth(); user != "u" || password != "p" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		_, _ = io.WriteString(w, r.Method+" "+r.URL.String()+" "+r.Header.Get("Content-Type")+" "+string(body))
	}))
	t.Cleanup(server.Close)
	for _, urls := range [][]string{{server.URL, "http://127.0.0.1:1"}, {"http://127.0.0.1:1", server.URL}} {
		c := Config{URLs: urls, Flavor: "elasticsearch", RequestTimeout: 5 * time.Second}
		c.Username, _ = secret.Parse("u")
		c.Password, _ = secret.Parse("p")
		api, err := NewAPI(c)
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			status, answer, err := api.Do(t.Context(), "PUT", "/a%2Fb?x=y", []byte(`{}`))
			if err != nil || status != 200 || string(answer) != "PUT /a%2Fb?x=y application/json {}" {
				t.Fatalf("%q: %d %s %v", urls, status, answer, err)
			}
		}
		c.Password, _ = secret.Parse("wrong")
		if api, err = NewAPI(c); err != nil {
			t.Fatal(err)
		}
		if status, answer, err := api.Do(t.Context(), "GET", "/", nil); err != nil || status != 401 || string(answer) != "GET /  " {
			t.Errorf("%d %q %v", status, answer, err)
		}
		api.Close()
	}
}

func TestAPIFails(t *testing.T) {
	api, err := NewAPI(Config{URLs: []string{"http://127.0.0.1:1", "http://127.0.0.1:2"}, RequestTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer api.Close()
	if _, _, err := api.Do(t.Context(), "GET", "/", nil); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := api.Do(ctx, "GET", "/", nil); err == nil {
		t.Error("an ended context")
	}
	missing, _ := secret.Parse("file:/none")
	if api, err = NewAPI(Config{URLs: []string{"http://127.0.0.1:1"}, APIKey: missing, RequestTimeout: time.Second}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := api.Do(t.Context(), "GET", "/", nil); err == nil || !strings.Contains(err.Error(), "elasticsearch_api_key") {
		t.Error(err)
	}
}
