package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"winevent/outputs/elasticsearch/setup"
)

// emptyCluster answers as an Elasticsearch that has everything but objects.
type emptyCluster struct {
	*httptest.Server
	mu     sync.Mutex
	wrote  []string
	bodies []string
	logins map[string]bool
	// password refuses all others with 401.
	password   string
	openSearch bool
	template   bool // somebody's template is in the way
}

func startEmptyCluster(t *testing.T) *emptyCluster {
	c := &emptyCluster{logins: map[string]bool{}}
	c.Server = httptest.NewServer(http.HandlerFunc(c.answer))
	t.Cleanup(c.Close)
	return c
}

func (c *emptyCluster) answer(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.logins[r.Header.Get("Authorization")] = true
	_, password, _ := r.BasicAuth()
	switch {
	case password != c.password:
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"type":"security_exception","reason":"unable to authenticate user"},"status":401}`)
	case r.Method == http.MethodPut:
		c.wrote = append(c.wrote, r.URL.Path)
		text, _ := io.ReadAll(r.Body)
		c.bodies = append(c.bodies, string(text))
		fmt.Fprint(w, `{"acknowledged":true}`)
	case r.URL.Path == "/" && c.openSearch:
		fmt.Fprint(w, `{"version":{"number":"3.1.0","distribution":"opensearch"}}`)
	case r.URL.Path == "/":
		fmt.Fprint(w, `{"version":{"number":"9.1.0"}}`)
	case strings.HasSuffix(r.URL.Path, "_simulate"), strings.HasPrefix(r.URL.Path, "/_resolve"):
		fmt.Fprint(w, `{}`)
	case r.URL.Path == "/_index_template" && c.template:
		fmt.Fprint(w, `{"index_templates":[{"name":"logs-system.security","index_template":{"index_patterns":["logs-system.security-*"],"priority":200}}]}`)
	case r.URL.Path == "/_index_template":
		fmt.Fprint(w, `{"index_templates":[]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{}`)
	}
}

func TestSetup(t *testing.T) {
	c := startEmptyCluster(t)
	c.password = "admin-secret"
	got := command("", "setup", "elasticsearch", "--url", c.URL, "--username", "admin", "--password-file", writeFile(t, "password", "admin-secret\n"), "--lifecycle", "90d", "--replicas", "2")
	if got.code != exitOK || got.err != "" {
		t.Fatalf("%+v", got)
	}
	if err := inOrder(got.out, "Elasticsearch 9.1.0 "+c.URL+"\n", "  created    lifecycle policy winevent\n", "  created    index template winevent\n", "5 created, 0 updated, 0 unchanged (0 warnings)\n"); err != nil {
		t.Errorf("%v:\n%s", err, got.out)
	}
	all := strings.Join(c.bodies, "\n")
	for _, want := range []string{`"min_age":"90d"`, `"number_of_replicas":"2"`, `"logs-system.security-*"`, `"normalizer":"lowercase"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%s was not sent", want)
		}
	}
}

// TestSetupOfConfig takes patterns and connection from the configuration, and
// credentials from the command line when it has some.
func TestSetupOfConfig(t *testing.T) {
	c := startEmptyCluster(t)
	conf := writeFile(t, "fluent-bit.conf", "[OUTPUT]\n name winevent\n output kafka\n kafka_brokers k:9092\n[OUTPUT]\n name winevent\n output elasticsearch\n elasticsearch_urls "+c.URL+
		"\n elasticsearch_username writer\n elasticsearch_password writer-secret\n namespace prod\n")
	c.password = "writer-secret"
	if got := command("", "setup", "elasticsearch", "--config", conf); got.code != exitOK || !strings.Contains(strings.Join(c.bodies, ""), `"logs-system.security-prod"`) {
		t.Errorf("%+v\n%s", got, c.bodies)
	}
	c.password = "admin-secret"
	got := command("", "setup", "elasticsearch", "--config", conf, "--username", "admin", "--password-file", writeFile(t, "password", "admin-secret"))
	if got.code != exitOK {
		t.Errorf("%+v", got)
	}
	c.password, c.wrote = "", nil
	clear(c.logins)
	command("", "setup", "elasticsearch", "--config", conf, "--api-key-file", writeFile(t, "key", "id:secret"))
	if len(c.logins) != 1 || !c.logins["ApiKey aWQ6c2VjcmV0"] {
		t.Errorf("%v", c.logins)
	}
	c.password = "other"
	got = command("", "setup", "elasticsearch", "--config", conf)
	if got.code != exitFailed || !strings.Contains(got.err, "401 unable to authenticate user: check user and password") {
		t.Errorf("%+v", got)
	}
}

func TestSetupOfOpenSearch(t *testing.T) {
	c := startEmptyCluster(t)
	c.openSearch = true
	conf := writeFile(t, "a.yaml", "pipeline:\n  outputs:\n    - {name: winevent, output: elasticsearch, elasticsearch_urls: '"+c.URL+"', elasticsearch_index: 'winevent-{{severity}}', elasticsearch_data_stream: off}\n")
	got := command("", "setup", "elasticsearch", "--config", conf)
	if err := inOrder(got.out, "OpenSearch 3.1.0", "note       plain indices", "index template winevent", "warning    the configuration is for Elasticsearch", "fix: set elasticsearch_flavor opensearch"); err != nil || got.code != exitOK {
		t.Errorf("%v: %+v", err, got)
	}
	last := c.bodies[len(c.bodies)-1]
	if !strings.Contains(last, `"index_patterns":["winevent-*"]`) || strings.Contains(last, "data_stream") || slices.Contains(c.wrote, "/_plugins/_ism/policies/winevent") {
		t.Errorf("%q\n%s", c.wrote, last)
	}
}

// TestSetupConflict writes nothing, says what to do, and fails.
func TestSetupConflict(t *testing.T) {
	c := startEmptyCluster(t)
	c.template = true
	got := command("", "setup", "elasticsearch", "--url", c.URL)
	if err := inOrder(got.out, "conflict   the index template logs-system.security (priority 200)", "fix: have the documents go elsewhere"); err != nil || got.code != exitFailed || len(c.wrote) > 0 || !strings.Contains(got.err, "nothing was changed") {
		t.Errorf("%v: %+v", err, got)
	}
	if got := command("", "setup", "elasticsearch", "--url", c.URL, "--namespace", "winevent"); got.code != exitOK || !strings.Contains(c.bodies[len(c.bodies)-1], `"logs-system.security-winevent"`) {
		t.Errorf("%+v", got)
	}
	if got := command("", "setup", "elasticsearch", "--url", c.URL, "--force"); got.code != exitOK || !strings.Contains(got.out, "warning    the index template logs-system.security") {
		t.Errorf("%+v", got)
	}
}

// TestSetupDry prints the same requests every time, without a server and with one.
func TestSetupDry(t *testing.T) {
	args := []string{"setup", "elasticsearch", "--dry-run"}
	first := command("", args...)
	if first.code != exitOK || first.err != "" || command("", args...).out != first.out {
		t.Fatalf("%+v", first)
	}
	var requests []setup.Request
	if err := json.Unmarshal([]byte(first.out), &requests); err != nil || len(requests) != 5 || requests[4].Path != "/_index_template/winevent" || requests[4].Method != "PUT" {
		t.Errorf("%v: %d requests", err, len(requests))
	}
	c := startEmptyCluster(t)
	got := command("", append(args, "--url", c.URL)...)
	if got.code != exitOK || got.out != first.out || len(c.wrote) > 0 || !strings.Contains(got.err, "Nothing was changed. It would be 5 created") {
		t.Errorf("wrote %q, %s", c.wrote, got.err)
	}
	open := command("", append(args, "--flavor", "opensearch", "--dataset", "winevent.all", "--namespace", "a,b")...)
	if !strings.Contains(open.out, "/_plugins/_ism/policies/winevent") || !strings.Contains(open.out, `"logs-winevent.all-a",`) || !strings.Contains(open.out, `"logs-winevent.all-b"`) {
		t.Errorf("%+v", open)
	}
}

func TestSetupUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		err  string
	}{
		"no destination":    {nil, exitUsage, "no destination given"},
		"no server":         {[]string{"elasticsearch"}, exitUsage, "--config or --url is missing"},
		"no URL":            {[]string{"elasticsearch", "--url", "es1:9200"}, exitUsage, `--url "es1:9200": must be URLs`},
		"retention":         {[]string{"elasticsearch", "--dry-run", "--lifecycle", "90"}, exitUsage, `--lifecycle "90": must be a number of days`},
		"dataset":           {[]string{"elasticsearch", "--dry-run", "--dataset", "A-b"}, exitUsage, `dataset "A-b": must be lower case`},
		"timeout":           {[]string{"elasticsearch", "--timeout", "0s"}, exitUsage, "--timeout"},
		"half a login":      {[]string{"elasticsearch", "--url", "http://x", "--username", "u"}, exitUsage, `--username "***": set it together with --password-file`},
		"two logins":        {[]string{"elasticsearch", "--url", "http://x", "--username", "u", "--password-file", "p", "--api-key-file", "k"}, exitUsage, "set only one of --username, --api-key-file"},
		"no configuration":  {[]string{"elasticsearch", "--config", "none.yaml"}, exitUsage, "none.yaml"},
		"another output":    {[]string{"elasticsearch", "--config", writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n")}, exitUsage, "no output winevent has output elasticsearch"},
		"wrong option":      {[]string{"elasticsearch", "--config", writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n output elasticsearch\n elasticsearch_urls http://x\n colour red\n")}, exitUsage, `colour ""`},
		"any name":          {[]string{"elasticsearch", "--config", writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n output elasticsearch\n elasticsearch_urls http://x\n elasticsearch_index {{severity}}\n")}, exitUsage, "nearly any name"},
		"no such CA file":   {[]string{"elasticsearch", "--url", "https://x", "--ca-file", "none.pem"}, exitUsage, "none.pem"},
		"missing password":  {[]string{"elasticsearch", "--url", "http://127.0.0.1:1", "--username", "u", "--password-file", "none"}, exitFailed, "create the file, or correct its path"},
		"nobody is there":   {[]string{"elasticsearch", "--url", "http://127.0.0.1:1"}, exitFailed, "refused"},
		"unknown parameter": {[]string{"elasticsearch", "more"}, exitUsage, "unknown command"},
	} {
		got := command("", append([]string{"setup"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.err, c.err) {
			t.Errorf("%s: %d %s", name, got.code, got.err)
		}
	}
}

// TestSetupConfigurations reads the configurations that docs/elasticsearch.md shows.
func TestSetupConfigurations(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "elasticsearch.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, block := range strings.Split(string(page), "```")[1:] {
		head, text, _ := strings.Cut(block, "\n")
		kind, name, _ := strings.Cut(head, " ")
		if kind != "ini" && kind != "yaml" {
			continue
		}
		found++
		o := setupOptions{config: writeFile(t, name, text), values: map[string]*string{}, timeout: 1}
		for _, c := range connectionFlags {
			o.values[c.key] = new(string)
		}
		if _, put, err := o.read(); err != nil || len(put.Patterns) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if found < 3 {
		t.Errorf("%d configurations", found)
	}
}
