//go:build unix

package elastictest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	dataStream = "logs-test-default"
	template   = `{
		"index_patterns": ["logs-*"],
		"priority": 200,
		"data_stream": {},
		"template": {
			"settings": {"number_of_replicas": 0},
			"mappings": {"properties": {"@timestamp": {"type": "date"}, "n": {"type": "long"}}}
		}
	}`
)

// The tests run at once: a node that starts leaves a processor idle now and then.

func TestElasticsearch(t *testing.T) {
	t.Parallel()
	n := start(t, Options{})
	if version := elasticVersion(t, n); version != "8.19.7" {
		t.Errorf("version %s", version)
	}
	testDataStream(t, n)
	testReads(t, n)
	testRestart(t, n, n.Kill)
	testPause(t, n)
}

func TestOpenSearch(t *testing.T) {
	t.Parallel()
	n := start(t, Options{OpenSearch: true})
	if answer := n.MustDo(t, "GET", "/", ""); !bytes.Contains(answer, []byte("2.19.0")) {
		t.Errorf("it is %s", answer)
	}
	testDataStream(t, n)
	testReads(t, n)
	testRestart(t, n, n.Stop)
}

func testDataStream(t *testing.T, n *Node) {
	if got := n.Count(t, dataStream); got != 0 {
		t.Errorf("%d documents before there is a data stream", got)
	}
	n.MustDo(t, "PUT", "/_index_template/logs", template)
	if result := n.create(t, dataStream, 0, 100); strings.Contains(result, `"errors":true`) {
		t.Errorf("bulk: %s", result)
	}
	if result := n.create(t, dataStream, 90, 110); strings.Count(result, `"status":409`) != 10 || strings.Count(result, `"status":201`) != 10 {
		t.Errorf("documents that are there already: %s", result)
	}
	if got := n.Count(t, dataStream); got != 110 {
		t.Errorf("%d documents", got)
	}
	answer := n.Search(t, "logs-*", `{"query": {"range": {"n": {"gte": 105}}}, "size": 0, "track_total_hits": true}`)
	if !bytes.Contains(answer, []byte(`"value":5`)) {
		t.Errorf("found %s", answer)
	}
	n.Each(t, dataStream, func(h Hit) {
		var doc struct{ N int }
		if err := json.Unmarshal(h.Source, &doc); err != nil || fmt.Sprintf("id-%07d", doc.N) != h.ID || !strings.HasPrefix(h.Index, ".ds-"+dataStream) {
			t.Errorf("%s in %s is %s", h.ID, h.Index, h.Source)
		}
	})
}

func testReads(t *testing.T, n *Node) {
	const docs = 25_000
	for from := 0; from < docs; from += 5000 {
		n.create(t, "many", from, from+5000)
	}
	begin := time.Now()
	ids := n.IDs(t, "many")
	t.Logf("%d ids in %s", len(ids), time.Since(begin))
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) != docs || ids[docs-1] != fmt.Sprintf("id-%07d", docs-1) {
		t.Errorf("%d ids", len(ids))
	}
	n.MustDo(t, "DELETE", "/man*", "")
	if got := n.IDs(t, "many"); got != nil {
		t.Errorf("%d ids of an index that was deleted", len(got))
	}
}

func testRestart(t *testing.T, n *Node, end func() error) {
	before := n.Count(t, dataStream)
	n.create(t, dataStream, 1000, 1001)
	url, begin := n.URL(), time.Now()
	mustDo(t, end())
	t.Logf("down after %s", time.Since(begin))
	if err := n.healthy(t.Context()); err == nil {
		t.Error("a node that was ended answers")
	}
	if err := n.Ready(t.Context()); !errors.Is(err, errNotRunning) {
		t.Errorf("a node that was ended is ready: %v", err)
	}
	begin = time.Now()
	mustDo(t, n.Start())
	mustDo(t, n.Ready(timeout(t, startTimeout)))
	t.Logf("ready again after %s", time.Since(begin))
	if n.URL() != url {
		t.Errorf("%s was %s", n.URL(), url)
	}
	if got := n.Count(t, dataStream); got != before+1 {
		t.Errorf("%d documents of %d", got, before+1)
	}
}

func testPause(t *testing.T, n *Node) {
	mustDo(t, n.Pause())
	if err := n.healthy(timeout(t, 200*time.Millisecond)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a node that hangs: %v", err)
	}
	mustDo(t, n.Resume())
	mustDo(t, n.Ready(timeout(t, startTimeout)))
}

func TestSecurity(t *testing.T) {
	t.Parallel()
	n := start(t, Options{Security: true})
	n.MustDo(t, "PUT", "/_index_template/logs", template)
	t.Run("certificates", func(t *testing.T) { testCertificates(t, n) })
	t.Run("rights", func(t *testing.T) { testRights(t, n) })
	t.Run("expired", func(t *testing.T) { testExpired(t, n) })
}

func testRights(t *testing.T, n *Node) {
	key := n.CreateAPIKey(t, WriterRole, "1h")
	readerKey := n.CreateAPIKey(t, ReaderRole, "")
	invalid := n.CreateAPIKey(t, WriterRole, "")
	n.InvalidateAPIKey(t, invalid)
	token := "Bearer " + n.ServiceToken(t)
	for i, c := range []struct {
		name, authorization string
		write, read         int
	}{
		{"superuser", superuser, 200, 200},
		{"writer", Basic(Writer, WriterPassword), 200, 403},
		{"reader", Basic(Reader, ReaderPassword), 403, 200},
		{"API key", key.Authorization(), 200, 403},
		{"reader's API key", readerKey.Authorization(), 403, 200},
		{"service token", token, 200, 403},
		{"nobody", "", 401, 401},
		{"wrong password", Basic(Writer, "wrong"), 401, 401},
		{"invalidated API key", invalid.Authorization(), 401, 401},
		{"wrong token", token[:len(token)-4], 401, 401},
	} {
		status, answer := n.DoAs(t, c.authorization, "POST", "/"+dataStream+"/_bulk?refresh=true", creates(i, i+1))
		if status != c.write || status == 200 && !bytes.Contains(answer, []byte(`"errors":false`)) {
			t.Errorf("%s writes: %d %s", c.name, status, answer)
		}
		if status, answer = n.DoAs(t, c.authorization, "GET", "/"+dataStream+"/_search", ""); status != c.read {
			t.Errorf("%s reads: %d %s", c.name, status, answer)
		}
	}
	if got := n.Count(t, dataStream); got != 4 {
		t.Errorf("%d documents", got)
	}
	status, answer := n.DoAs(t, key.Authorization(), "POST", "/other/_bulk", creates(0, 1))
	if status != 403 && !bytes.Contains(answer, []byte("security_exception")) {
		t.Errorf("outside of logs-*: %d %s", status, answer)
	}
}

func testExpired(t *testing.T, n *Node) {
	key := n.CreateAPIKey(t, WriterRole, "1ms")
	for range 100 {
		if status, _ := n.DoAs(t, key.Authorization(), "GET", "/_security/_authenticate", ""); status == 401 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the key does not expire")
}

func testCertificates(t *testing.T, n *Node) {
	pool := func(file string) *x509.CertPool {
		pem, err := os.ReadFile(file)
		mustDo(t, err)
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		return pool
	}
	get := func(config *tls.Config) (chain []*x509.Certificate, err error) {
		client := http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
		response, err := client.Get(n.URL())
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		return response.TLS.PeerCertificates, nil
	}
	chain, err := get(&tls.Config{RootCAs: pool(n.CAFile)})
	mustDo(t, err)
	if !slices.ContainsFunc(chain, func(c *x509.Certificate) bool { return fmt.Sprintf("%x", sha256.Sum256(c.Raw)) == n.CAFingerprint }) {
		t.Error("no certificate has the fingerprint " + n.CAFingerprint)
	}
	var unknown x509.UnknownAuthorityError
	if _, err := get(&tls.Config{RootCAs: pool(n.OtherCAFile)}); !errors.As(err, &unknown) {
		t.Errorf("another authority: %v", err)
	}
	for want, files := range map[bool][2]string{true: {n.ClientCertFile, n.ClientKeyFile}, false: {n.OtherCertFile, n.OtherKeyFile}} {
		pair, err := tls.LoadX509KeyPair(files[0], files[1])
		mustDo(t, err)
		config := &tls.Config{RootCAs: pool(n.CAFile)}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
		if _, err := get(config); (err == nil) != want {
			t.Errorf("the client certificate %s: %v", files[0], err)
		}
	}
}

func TestFailingStartSaysWhy(t *testing.T) {
	t.Parallel()
	if _, err := Run(Options{OpenSearch: true, Security: true}); err == nil {
		t.Error("OpenSearch with security runs")
	}
	_, err := Run(Options{OpenSearch: true, Settings: map[string]string{"no.such.setting": "1"}})
	if !errors.Is(err, errNotRunning) || !strings.Contains(err.Error(), "unknown setting [no.such.setting]") {
		t.Errorf("got %v", err)
	}
}

func TestMissingPrograms(t *testing.T) {
	home := t.TempDir()
	if _, err := (jdk{home, 17}).tool("javac"); err == nil || !strings.Contains(err.Error(), "openjdk-17-jdk-headless") {
		t.Errorf("no javac: %v", err)
	}
	java := home + "/bin/java"
	mustDo(t, os.Mkdir(home+"/bin", 0o755))
	t.Setenv("JAVA_HOME", home)
	for _, c := range []struct {
		product product
		version string
		want    string
	}{
		{elasticsearch, "1.8", "is Java 8: install a JDK 17"},
		{elasticsearch, "25", ""},
		{opensearch, "25", "needs 17 to 23"},
		{opensearch, "17", ""},
		{elasticsearch, "", "does not say"},
	} {
		script := fmt.Sprintf("#!/bin/sh\necho '    java.home = /jdk'; echo '    java.specification.version = %s'\n", c.version)
		mustDo(t, os.WriteFile(java, []byte(script), 0o755))
		_, err := findJDK(c.product)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s on %s: %v", c.product.name, c.version, err)
		}
	}
}

func start(t *testing.T, o Options) *Node {
	t.Helper()
	begin := time.Now()
	n := Start(t, o)
	t.Logf("%s started in %s", n, time.Since(begin))
	return n
}

// create makes documents with the ids and numbers from up to, but without, to.
func (n *Node) create(t *testing.T, index string, from, to int) string {
	t.Helper()
	return string(n.MustDo(t, "POST", "/"+index+"/_bulk", creates(from, to)))
}

func creates(from, to int) string {
	var lines strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&lines, `{"create":{"_id":"id-%07d"}}`+"\n"+`{"@timestamp":"2026-01-02T03:04:05Z","n":%d}`+"\n", i, i)
	}
	return lines.String()
}

func elasticVersion(t *testing.T, n *Node) string {
	t.Helper()
	type answer struct {
		Nodes map[string]struct{ Version string }
	}
	for _, node := range ask[answer](t, n, "GET", "/_nodes?filter_path=nodes.*.version", "").Nodes {
		return node.Version
	}
	return ""
}

func timeout(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
