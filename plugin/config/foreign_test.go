package config

import (
	"strings"
	"testing"

	"winevent/plugin/convert"
)

// TestForeignKeysStopTheStart: whoever leaves a key of out_es, out_opensearch or
// out_kafka in a section is told what to do about it.
func TestForeignKeysStopTheStart(t *testing.T) {
	seen := 0
	for _, o := range convert.Outputs() {
		for _, r := range o.Rows {
			if r.Core || strings.HasSuffix(r.Key, "*") || strings.Contains("path format", r.Key) { // path and format: common mistakes
				continue
			}
			seen++
			_, err := Read(func(key string) string { return map[string]string{r.Key: "sample"}[key] })
			if err == nil || !strings.Contains(err.Error(), r.Key+" \"") || !strings.Contains(err.Error(), r.Fix()) {
				t.Errorf("%s: %v", r.Key, err)
			}
		}
	}
	if seen < 100 {
		t.Errorf("%d keys", seen)
	}
}

func TestForeignSecretsAreHidden(t *testing.T) {
	for _, key := range []string{"http_passwd", "http_api_key", "cloud_auth", "rdkafka.sasl.password", "rdkafka.ssl.key.password", "rdkafka.ssl.key.pem"} {
		_, err := Read(func(k string) string { return map[string]string{key: "s3cret"}[k] })
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", key, err)
		}
	}
}
