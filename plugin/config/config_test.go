package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/plugin/config"
)

// from returns a getter over the given options.
func from(options map[string]string) func(string) string {
	return func(key string) string { return options[key] }
}

func TestDefaults(t *testing.T) {
	c, err := config.Read(from(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.Output != "stdout" || c.MinSeverity != catalog.Informational || c.Remediation != enrich.Full ||
		c.AlertMinSeverity != catalog.NoSeverity || c.FlushTimeout != time.Minute || c.DeadLetterFile == "" {
		t.Errorf("%+v", c)
	}
}

func TestRead(t *testing.T) {
	c, err := config.Read(from(map[string]string{
		"output": "File", "file_path": "/tmp/x", "min_severity": "MEDIUM", "include_codes": "4946-4948, 5462",
		"exclude_codes": "1", "remediation": "summary", "preserve_original": "true", "alert_min_severity": "high",
		"flush_timeout": "90", "file_max_size": "2G", "file_max_files": "3", "dead_letter_file": " /tmp/dead ",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Output != "file" || c.MinSeverity != catalog.Medium || len(c.IncludeCodes) != 4 || !c.IncludeCodes[4947] ||
		!c.ExcludeCodes[1] || c.Remediation != enrich.Summary || !c.PreserveOriginal || c.AlertMinSeverity != catalog.High ||
		c.FlushTimeout != 90*time.Second || c.FileMaxSize != 2<<30 || c.FileMaxFiles != 3 || c.DeadLetterFile != "/tmp/dead" {
		t.Errorf("%+v", c)
	}
}

// TestEveryFaultAtOnce names each wrong key with its value and the fix.
func TestEveryFaultAtOnce(t *testing.T) {
	wrong := map[string]string{
		"output": "kafkaa", "min_severity": "lowish", "include_codes": "7-5", "exclude_codes": "70000", "remediation": "some",
		"preserve_original": "maybe", "alert_min_severity": "all", "flush_timeout": "1ms", "file_max_size": "big",
		"file_max_files": "-1", "path": "/tmp/x", "kafka_brokers": "kafka://b:9092", "kafka_topic": "winevent.{{sevrity}}",
		"kafka_compression": "brotli", "kafka_batch_bytes": "1", "kafka_max_topics": "0", "rdkafka.security.protocol": "ssl",
	}
	_, err := config.Read(from(wrong))
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != len(wrong) {
		t.Errorf("%d faults, want %d:\n%v", len(lines), len(wrong), err)
	}
	for key, value := range wrong {
		found := false
		for _, line := range lines {
			found = found || strings.HasPrefix(line, key+" \""+value+"\": ") && len(line) > len(key)+len(value)+8
		}
		if !found {
			t.Errorf("%s %q is not named with a fix", key, value)
		}
	}
	var fault *config.Fault
	if !errors.As(err, &fault) {
		t.Errorf("%T holds no *config.Fault", err)
	}
}

func TestOptionsTogether(t *testing.T) {
	for name, c := range map[string]struct {
		options map[string]string
		key     string
	}{
		"file without path": {map[string]string{"output": "file"}, "file_path"},
		"one file for both": {map[string]string{"output": "file", "file_path": "a", "dead_letter_file": "a"}, "dead_letter_file"},
		"in and out":        {map[string]string{"include_codes": "1,2", "exclude_codes": "2"}, "exclude_codes"},
	} {
		if _, err := config.Read(from(c.options)); err == nil || !strings.HasPrefix(err.Error(), c.key) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1": 1, "10k": 10240, "10KB": 10240, "3M": 3 << 20, "1g": 1 << 30, "5 M": 5 << 20} {
		c, err := config.Read(from(map[string]string{"file_max_size": text}))
		if err != nil || c.FileMaxSize != want {
			t.Errorf("%q: %d, %v", text, c.FileMaxSize, err)
		}
	}
	for _, text := range []string{"-1", "1T", "M", "1.5G", "99999999999999G"} {
		if _, err := config.Read(from(map[string]string{"file_max_size": text})); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestStartLine(t *testing.T) {
	if got := config.StartLine(from(nil)); got != `output="stdout"` {
		t.Errorf("%s", got)
	}
	got := config.StartLine(from(map[string]string{"output": "file", "file_path": "/a\nb", "remediation": "full"}))
	if got != `output="file" file_path="/a\nb"` {
		t.Errorf("%s", got)
	}
}

func TestUnknown(t *testing.T) {
	if faults := config.Unknown([]string{"output", "OUTPUT", "path", "no_such"}); len(faults) != 1 || !strings.HasPrefix(faults[0].Error(), "no_such") {
		t.Errorf("%v", faults)
	}
}

func TestTableIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range config.Options() {
		if o.Key != strings.ToLower(o.Key) || o.Type == "" || o.Doc == "" || seen[o.Key] {
			t.Errorf("option %+v", o.Key)
		}
		seen[o.Key] = true
	}
}

func TestKafkaOptionsTogether(t *testing.T) {
	good := map[string]string{"output": "kafka", "kafka_brokers": "a, b:9093 ,[::1]:9094", "kafka_key": "none", "kafka_topic": "t.{{severity}}"}
	c, err := config.Read(from(good))
	if err != nil {
		t.Fatal(err)
	}
	k := &c.Kafka
	if got := strings.Join(k.Brokers, " "); got != "a:9092 b:9093 [::1]:9094" {
		t.Errorf("brokers %s", got)
	}
	if key, literal := k.Key.Literal(); !literal || key != "" {
		t.Errorf("key none is %q", key)
	}
	if !k.Idempotence || k.Compression != "snappy" || k.Partitioner != "crc32" || k.TLS || k.TLSFiles.InsecureSkipVerify || k.MaxTopics != 100 {
		t.Errorf("defaults: %+v", k)
	}
	for _, c := range []struct{ set, value, fault string }{
		{"kafka_brokers", "", "kafka_brokers"},
		{"kafka_tls_ca_file", "/ca.pem", "kafka_tls_ca_file"},
		{"kafka_sasl_mechanism", "plain", "kafka_sasl_mechanism"},
		{"kafka_sasl_password", "hunter2", "kafka_sasl_mechanism"},
		{"kafka_tls_cert_file", "/c.pem", "kafka_tls_cert_file"},
	} {
		options := map[string]string{}
		for k, v := range good {
			options[k] = v
		}
		options[c.set] = c.value
		if _, err := config.Read(from(options)); err == nil || !strings.HasPrefix(err.Error(), c.fault) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s %q: %v", c.set, c.value, err)
		}
	}
}
