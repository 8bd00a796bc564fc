package e2e

import (
	"os"
	"strings"
	"testing"

	"winevent/internal/elastictest"
)

// testElasticConfigurations delivers recorded events with the configurations of
// testdata/config for Elasticsearch, as they stand there, with the rights that
// docs/elasticsearch.md gives whoever writes.
func testElasticConfigurations(t *testing.T, node *elastictest.Node) {
	key := node.CreateAPIKey(t, elastictest.WriterRole, "").Encoded
	t.Setenv("ELASTICSEARCH_URLS", node.URL())
	t.Setenv("ELASTICSEARCH_CA_FILE", node.CAFile)
	t.Setenv("ELASTICSEARCH_API_KEY", key)
	t.Setenv("ELASTICSEARCH_USERNAME", elastictest.Writer)
	for config, namespace := range map[string]string{"elasticsearch.conf": "default", "elasticsearch.yaml": "winevent"} {
		t.Run(config, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "elasticsearch-password", []byte(elastictest.WriterPassword+"\n"))
			r := run(t, dir, classic(t, dir, config), "--chunk", write(t, dir, "chunk", numberedEvents(t).chunk(0, chunkRecords)))
			if r.status != allOK || strings.Contains(r.stderr, "[warn]") {
				t.Fatalf("status %d\n%s", r.status, r.stderr)
			}
			for _, secret := range []string{key, elastictest.WriterPassword} {
				if strings.Contains(r.stderr, secret) {
					t.Errorf("a secret is in the log:\n%s", r.stderr)
				}
			}
			if s := takeStock(t, node, namespace, dir, chunkRecords); sum(s.stored) != chunkRecords {
				t.Errorf("%d of %d records are stored: %v", sum(s.stored), chunkRecords, s.reasons)
			}
		})
	}
	t.Run("the DLL under Wine", func(t *testing.T) {
		dir := t.TempDir()
		t.Setenv("ELASTICSEARCH_CA_FILE", windowsPath(node.CAFile))
		text, err := os.ReadFile(config("elasticsearch.conf"))
		must(t, err)
		conf := write(t, dir, "c.conf", append(text, "    namespace wine\n"...))
		r := runWindows(t, dir, conf, "--chunk", write(t, dir, "chunk", numberedEvents(t).chunk(0, chunkRecords)))
		if r.status != allOK || strings.Contains(r.stderr, "[warn]") {
			t.Fatalf("status %d\n%s", r.status, r.stderr)
		}
		if s := takeStock(t, node, "wine", dir, chunkRecords); sum(s.stored) != chunkRecords {
			t.Errorf("%d of %d records are stored: %v", sum(s.stored), chunkRecords, s.reasons)
		}
	})
}
