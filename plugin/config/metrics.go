package config

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

var metricsOptions = []Option{
	{Key: "metrics_listen", Type: "port, or address:port",
		Doc: "Shows Prometheus metrics at http://ADDRESS:PORT/metrics, and at /healthz whether the last flush was delivered (docs/operate.md). A port alone is on 127.0.0.1, for this machine only; :9400 is on all of its addresses. Sections with the same address share it; a section without the option is not shown. There is no TLS and no password: leave it to a firewall or a proxy who may read it.",
		set: func(c *Config, v string) error { return listenAddress(&c.MetricsListen, v) }},
	{Key: "metrics_name", Type: "text",
		Doc: "What the section is called in metrics and in the summary. Without it winevent.0, winevent.1 … as Fluent Bit names its outputs; a plugin is not told the section's Alias, so with one write it here too. No two sections may have the same.",
		set: func(c *Config, v string) error { return metricsName(&c.MetricsName, v) }},
	{Key: "summary_interval", Type: "duration (5m, 1h), 0 for never", Default: "5m",
		Doc: "How often a line in the log (level info) tells what has been done since the last. It is written at the end of a flush, so not while nothing comes.",
		set: setSummary},
}

var metricsMistakes = []mistake{
	{"metrics_port", "write metrics_listen"},
	{"metrics_address", "write metrics_listen"},
	{"metrics", "write metrics_listen"},
	{"name_in_metrics", "write metrics_name"},
	{"summary", "write summary_interval"},
}

// listenAddress reads a port, or an address with a port, into host:port. An
// empty host means all addresses.
func listenAddress(dst *string, v string) error {
	if v == "" {
		return nil
	}
	if !strings.Contains(v, ":") {
		v = "127.0.0.1:" + v
	}
	host, port, err := net.SplitHostPort(v)
	if n, errPort := strconv.ParseUint(port, 10, 16); err != nil || errPort != nil || n == 0 || strings.ContainsAny(host, " /") {
		return errors.New("must be a port such as 9400, or an address with one such as 10.0.0.5:9400, [::1]:9400 or :9400 for all addresses")
	}
	*dst = net.JoinHostPort(host, port)
	return nil
}

// maxName bounds what goes into every line of a scrape.
const maxName = 100

func metricsName(dst *string, v string) error {
	if len(v) > maxName || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return errors.New("must be a short text without control characters")
	}
	*dst = v
	return nil
}

func setSummary(c *Config, v string) error {
	if v == "0" || strings.EqualFold(v, "off") {
		return nil
	}
	if duration(&c.SummaryInterval, v, time.Second, 24*time.Hour) != nil {
		return errors.New("must be a duration from 1s to 24h such as 5m, or 0 for never")
	}
	return nil
}
