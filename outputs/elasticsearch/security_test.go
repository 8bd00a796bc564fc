package elasticsearch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winevent/internal/elastictest"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

func credential(t *testing.T, text string) secret.Secret {
	t.Helper()
	s, err := secret.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSecurity uses every kind of credential, and says what to do where one does not fit.
func TestSecurity(t *testing.T) {
	n := elastictest.Start(t, elastictest.Options{Security: true})
	template(t, n, "secure", "logs-secure-*", "", "")
	own := tlsfiles.Config{CAFile: n.CAFile}
	user := func(name, password string) func(*Config) {
		return func(c *Config) {
			c.TLSFiles, c.Username, c.Password = own, credential(t, name), credential(t, password)
		}
	}
	key := n.CreateAPIKey(t, elastictest.WriterRole, "")
	gone := n.CreateAPIKey(t, elastictest.WriterRole, "")
	n.InvalidateAPIKey(t, gone)
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(n.ServiceToken(t)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TEST_API_KEY", key.Encoded)
	tls := func(files tlsfiles.Config) func(*Config) {
		return func(c *Config) {
			user(elastictest.Writer, elastictest.WriterPassword)(c)
			c.TLSFiles = files
		}
	}
	var sent []document
	for i, ok := range []struct {
		name   string
		change func(*Config)
	}{
		{"user", user(elastictest.Writer, elastictest.WriterPassword)},
		{"api key", func(c *Config) { c.TLSFiles, c.APIKey = own, credential(t, "env:TEST_API_KEY") }},
		{"api key as id:key", func(c *Config) { c.TLSFiles, c.APIKey = own, credential(t, key.ID+":"+key.Secret) }},
		{"service token", func(c *Config) { c.TLSFiles, c.Token = own, credential(t, "file:"+token) }},
		{"fingerprint", tls(tlsfiles.Config{CAFingerprint: n.CAFingerprint})},
		{"client certificate", tls(tlsfiles.Config{CAFile: n.CAFile, CertFile: n.ClientCertFile, KeyFile: n.ClientKeyFile})},
		{"without verification", tls(tlsfiles.Config{InsecureSkipVerify: true})},
	} {
		t.Run(ok.name, func(t *testing.T) {
			docs := documents("logs-secure-a", i*10, 10)
			o, log := openOutput(t, n.URL(), ok.change)
			if failures := writeFor(o, docs, flushTime); len(failures) > 0 {
				t.Fatal(firstError(failures))
			}
			if strings.Contains(log.String(), "not ready") {
				t.Error(log)
			}
			sent = append(sent, docs...)
		})
	}
	account(t, n, "logs-secure-a", sent)
	plain := strings.Replace(n.URL(), "https:", "http:", 1)
	for _, no := range []struct {
		name, url string
		change    func(*Config)
		hint      string
	}{
		{"wrong password", n.URL(), user(elastictest.Writer, "wrong-password"), "elasticsearch_password"},
		{"no credentials", n.URL(), func(c *Config) { c.TLSFiles = own }, "elasticsearch_username"},
		{"invalidated key", n.URL(), func(c *Config) { c.TLSFiles, c.APIKey = own, credential(t, gone.Encoded) }, "elasticsearch_api_key"},
		{"may not write", n.URL(), user(elastictest.Reader, elastictest.ReaderPassword), "create_doc"},
		{"unknown CA", n.URL(), tls(tlsfiles.Config{CAFile: n.OtherCAFile}), "elasticsearch_tls_ca_file"},
		{"other fingerprint", n.URL(), tls(tlsfiles.Config{CAFingerprint: strings.Repeat("ab", 32)}), "elasticsearch_tls_ca_fingerprint"},
		{"http to https", plain, user(elastictest.Writer, elastictest.WriterPassword), "https"},
		{"missing file", n.URL(), func(c *Config) { c.TLSFiles, c.Token = own, credential(t, "file:/nowhere/token") }, "elasticsearch_token"},
	} {
		t.Run(no.name, func(t *testing.T) {
			o, log := openOutput(t, no.url, no.change)
			failures := writeFor(o, documents("logs-secure-a", 1000, 3), time.Second)
			if len(failures) != 3 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), no.hint) {
				t.Errorf("%d failures: %s", len(failures), firstError(failures))
			}
			if strings.Contains(log.String()+firstError(failures), "wrong-password") {
				t.Error("the password is logged")
			}
		})
	}
	t.Run("may write elsewhere only", func(t *testing.T) {
		template(t, n, "other", "other-*", "", "")
		o, _ := openOutput(t, n.URL(), user(elastictest.Writer, elastictest.WriterPassword))
		docs := append(documents("other-a", 0, 3), documents("logs-secure-b", 0, 3)...)
		failures := writeFor(o, docs, 2*time.Second)
		if len(failures) != 3 || failures[0].Index != 0 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "create_doc") {
			t.Errorf("%d failures: %s", len(failures), firstError(failures))
		}
		account(t, n, "logs-secure-b", docs[3:])
	})
}

// TestOpenSearch stores documents there, and says so when the flavor is not set.
func TestOpenSearch(t *testing.T) {
	n := elastictest.Start(t, elastictest.Options{OpenSearch: true})
	template(t, n, "open", "logs-open-*", "", `,"n":{"type":"long"}`)
	docs := documents("logs-open-a", 0, 500)
	wrong, _ := openOutput(t, n.URL(), nil)
	failures := writeFor(wrong, docs[:10], 2*time.Second)
	if len(failures) != 10 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "elasticsearch_flavor opensearch") {
		t.Errorf("%d failures: %s", len(failures), firstError(failures))
	}
	o, log := openOutput(t, n.URL(), func(c *Config) { c.Flavor, c.RequireDataStream = "opensearch", false })
	docs[200].body = `{"@timestamp":"2026-01-01T00:00:00Z","n":"abc"}`
	for range 2 {
		if dead := send(t, o, docs, flushTime); len(dead) != 1 || !strings.Contains(dead[0], "mapper_parsing_exception") {
			t.Errorf("%q", dead)
		}
	}
	account(t, n, "logs-open-a", append(append([]document(nil), docs[:200]...), docs[201:]...))
	if s := o.Stats(); s.Created != 499 || s.Exists != 499 || strings.Contains(log.String(), "not ready") {
		t.Errorf("%+v\n%s", s, log)
	}
}
