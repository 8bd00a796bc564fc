package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		body         string
		code         int
		says, errors string
	}{
		"healthy":     {200, "ok\n", exitOK, "healthy\n", ""},
		"not healthy": {500, "error\n", exitFailed, "", "winevent: not healthy: 500 Internal Server Error: error; its log says why\n"},
		"hostile":     {500, "\x1b[2J" + strings.Repeat("x", 1e6), exitFailed, "", ""},
		"not on":      {404, "", exitFailed, "", "winevent: its health is not known; set health_check on\n"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || r.URL.Path != "/api/v1/health" {
				t.Errorf("%s: asked %s %s", name, r.Method, r.URL)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		var out, errors bytes.Buffer
		code := run([]string{"health", "--url", server.URL + "/api/v1/health"}, strings.NewReader(""), &out, &errors)
		server.Close()
		if code != c.code || out.String() != c.says || c.errors != "" && errors.String() != c.errors {
			t.Errorf("%s: exit %d, %q, %q", name, code, out.String(), errors.String())
		}
		if errors.Len() > 500 || strings.Contains(errors.String(), "\x1b") {
			t.Errorf("%s: prints what the server says as it came: %d bytes", name, errors.Len())
		}
	}
}

// TestHealthWithoutAnswer asks one that takes the connection and is silent, and one that is not there.
func TestHealthWithoutAnswer(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	start := time.Now()
	for _, late := range []bool{true, false} {
		if !late {
			close(release)
			server.Close()
		}
		var out, errors bytes.Buffer
		code := run([]string{"health", "--url", server.URL, "--timeout", "100ms"}, strings.NewReader(""), &out, &errors)
		if code != exitFailed || !strings.Contains(errors.String(), "is it running, with http_server on?") {
			t.Errorf("exit %d: %s", code, errors.String())
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
	var out, errors bytes.Buffer
	if code := run([]string{"health", "--timeout", "0s"}, strings.NewReader(""), &out, &errors); code != exitUsage {
		t.Errorf("timeout 0: exit %d", code)
	}
}
