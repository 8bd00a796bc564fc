package config_test

import (
	"strings"
	"testing"
	"time"

	"winevent/plugin/config"
)

func TestMetricsListen(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "9400": "127.0.0.1:9400", ":9400": ":9400", "10.0.0.5:9400": "10.0.0.5:9400",
		"[::1]:9400": "[::1]:9400", "localhost:9400": "localhost:9400",
	} {
		c, err := config.Read(from(map[string]string{"metrics_listen": value}))
		if err != nil || c.MetricsListen != want {
			t.Errorf("%q: %q, %v", value, c.MetricsListen, err)
		}
	}
	for _, value := range []string{"0", "65536", "-1", "10.0.0.5", "a:b", "::1:9400", "http://a:9400", "a b:1", "localhost:0", "9400/metrics"} {
		if c, err := config.Read(from(map[string]string{"metrics_listen": value})); err == nil || !strings.HasPrefix(err.Error(), "metrics_listen \""+value+"\": must be ") {
			t.Errorf("%q: %q, %v", value, c.MetricsListen, err)
		}
	}
}

func TestMetricsName(t *testing.T) {
	if c, err := config.Read(from(map[string]string{"metrics_name": "Kafka, site ä"})); err != nil || c.MetricsName != "Kafka, site ä" {
		t.Errorf("%q, %v", c.MetricsName, err)
	}
	for _, value := range []string{"a\nb", "\xff", strings.Repeat("x", 101)} {
		if _, err := config.Read(from(map[string]string{"metrics_name": value})); err == nil {
			t.Errorf("%q is taken", value)
		}
	}
}

func TestSummaryInterval(t *testing.T) {
	for value, want := range map[string]time.Duration{"": 5 * time.Minute, "0": 0, "off": 0, "90": 90 * time.Second, "1h": time.Hour} {
		if c, err := config.Read(from(map[string]string{"summary_interval": value})); err != nil || c.SummaryInterval != want {
			t.Errorf("%q: %v, %v", value, c.SummaryInterval, err)
		}
	}
	for _, value := range []string{"1ms", "-5m", "25h", "often"} {
		if _, err := config.Read(from(map[string]string{"summary_interval": value})); err == nil {
			t.Errorf("%q is taken", value)
		}
	}
}
