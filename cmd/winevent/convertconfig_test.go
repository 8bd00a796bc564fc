package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/internal/samples"
)

// convertFile runs convert-config and returns what it printed.
func convertFile(args ...string) (code int, out, said string) {
	var stdout, stderr bytes.Buffer
	code = run(append([]string{"convert-config"}, args...), strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

// TestConvertConfig compares whole files, and has the plugin's reader read each result.
func TestConvertConfig(t *testing.T) {
	for _, test := range []struct {
		file string
		code int
		says []string
	}{
		{"es.conf", exitKeysLost, []string{
			"es.conf:23: es Logstash_Format: documents go to the data streams",
			"es.conf:26: es Include_Tag_Key: no counterpart: ",
			"es.conf:4: included files are not looked at",
			"converted 1 output; of 1 key there is no counterpart",
		}},
		{"kafka.conf", exitOK, []string{"kafka.conf:8: kafka Timestamp_Key: the time is @timestamp"}},
		{"opensearch.yaml", exitOK, []string{"opensearch.yaml:7: opensearch index: ", "elasticsearch_index windows"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := samples.Dir("convert", test.file)
			code, out, said := convertFile(path)
			if code != test.code {
				t.Errorf("exit %d, want %d", code, test.code)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			extension := filepath.Ext(path)
			expected := strings.TrimSuffix(path, extension) + ".converted" + extension
			if want, err := os.ReadFile(expected); err != nil || string(want) != out {
				t.Errorf("it is not %s (%v):\n%s", filepath.Base(expected), err, out)
			}
			reads(t, strings.Replace(out, "@INCLUDE parsers.conf\n", "", 1), extension)
		})
	}
}

// reads has all outputs winevent in a configuration read as by the plugin.
func reads(t *testing.T, text, extension string) {
	t.Helper()
	t.Setenv("ES_HOST", "es.example.com")
	t.Setenv("ES_PASSWD", "x")
	t.Setenv("ES_API_KEY", "x")
	t.Setenv("KAFKA_PASSWORD", "x")
	path := filepath.Join(t.TempDir(), "converted"+extension)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sections, err := readSections(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sections {
		if _, faults := s.options(); len(faults) > 0 {
			t.Error(faults)
		}
	}
}

// TestConvertConfigFormats converts each file into the other form.
func TestConvertConfigFormats(t *testing.T) {
	for _, name := range []string{"es.conf", "kafka.conf"} {
		code, out, said := convertFile(samples.Dir("convert", name), "--format", "yaml")
		if code == exitUsage || !strings.HasPrefix(out, "pipeline:\n  outputs:\n    - name: winevent\n") {
			t.Errorf("%s: exit %d\n%s%s", name, code, out, said)
		}
		reads(t, out, ".yaml")
	}
	text, err := os.ReadFile(samples.Dir("convert", "opensearch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(text), "      processors:")
	_, after, _ := strings.Cut(rest, "value: berlin\n")
	path := filepath.Join(t.TempDir(), "simple.yaml")
	if err := os.WriteFile(path, []byte(before+after), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, said := convertFile(path, "--format", "classic")
	if code != exitOK || strings.Count(out, "[OUTPUT]\n") != 2 {
		t.Errorf("exit %d\n%s%s", code, out, said)
	}
	reads(t, out, ".conf")
}

// TestConvertConfigLeavesLines looks at line ends, and at a file that has none at its end.
func TestConvertConfigLeavesLines(t *testing.T) {
	for _, test := range []struct{ extension, in, want string }{
		{".conf", "[OUTPUT]\r\n  Name  es\r\n  Match x  \r\n  Workers 1\r\n  Retry_Limit false\r\n  Host h\r\n\r\n# end\r\n",
			"[OUTPUT]\r\n  Name               winevent\r\n  output             elasticsearch\r\n  Match x  \r\n  Workers 1\r\n  Retry_Limit false\r\n  elasticsearch_urls http://h:9200\r\n\r\n# end\r\n"},
		{".conf", "[OUTPUT]\n Name es\n Host h\n Workers 3\n Match x\n Retry_Limit off",
			"[OUTPUT]\n Name               winevent\n output             elasticsearch\n elasticsearch_urls http://h:9200\n Workers 3\n Match x\n Retry_Limit off"},
		{".conf", "[OUTPUT]\n Name es\n Host h\n Workers 3\n Retry_Limit off\n Index i",
			"[OUTPUT]\n Name               winevent\n output             elasticsearch\n elasticsearch_urls http://h:9200\n Workers 3\n Retry_Limit off"},
		{".conf", "[OUTPUT]\n Name es\n Workers 3\n Host h\n Retry_Limit off\n Index i\n Port 1",
			"[OUTPUT]\n Name               winevent\n output             elasticsearch\n Workers 3\n elasticsearch_urls http://h:1\n Retry_Limit off"},
		{".conf", "[OUTPUT]\n Workers 3\n Retry_Limit off\n Index i\n Name es",
			"[OUTPUT]\n Workers 3\n Retry_Limit off\n Name               winevent\n output             elasticsearch\n elasticsearch_urls http://127.0.0.1:9200"},
		{".conf", "[OUTPUT]\n Name es\n Workers 3\n Retry_Limit off",
			"[OUTPUT]\n Name               winevent\n output             elasticsearch\n Workers 3\n Retry_Limit off\n elasticsearch_urls http://127.0.0.1:9200"},
		{".yaml", "pipeline:\n  outputs:\n  - index: i\n    match: '*'\n    name: es\n    workers: 1\n    retry_limit: off\n    host: h",
			"pipeline:\n  outputs:\n  - match: '*'\n    name: winevent\n    output: elasticsearch\n    workers: 1\n    retry_limit: off\n    elasticsearch_urls: http://h:9200"},
		{".yaml", "pipeline:\n  outputs:\n  - name: es\n    workers: 1\n    retry_limit: off\n    processors:\n    - logs: x\n    # all\n",
			"pipeline:\n  outputs:\n  - name: winevent\n    output: elasticsearch\n    workers: 1\n    retry_limit: off\n    processors:\n    - logs: x\n    elasticsearch_urls: http://127.0.0.1:9200\n    # all\n"},
	} {
		path := filepath.Join(t.TempDir(), "c"+test.extension)
		if err := os.WriteFile(path, []byte(test.in), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, said := convertFile(path)
		if code != exitOK || out != test.want {
			t.Errorf("exit %d\ngot  %q\nwant %q\n%s", code, out, test.want, said)
		}
	}
}

func TestConvertConfigUsage(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "accepts 1 arg"},
		{[]string{"missing.conf"}, "no such file"},
		{[]string{file("none.conf", "[OUTPUT]\n Name stdout\n")}, "has no output es, opensearch or kafka"},
		{[]string{file("none.yaml", "service: {}\n")}, "has no output"},
		{[]string{file("empty.yaml", "")}, "has no output"},
		{[]string{file("broken.yaml", "a: [")}, "broken.yaml"},
		{[]string{file("flow.yaml", "pipeline:\n  outputs:\n    - {name: es}\n")}, "line 3: an output in braces"},
		{[]string{file("list.yaml", "pipeline:\n  outputs:\n    - name: es\n      host:\n        - a\n        - b\n")}, "line 4: host must be one text"},
		{[]string{file("broken.conf", "[OUTPUT\n")}, "line 1: "},
		{[]string{"--format", "json", file("x.conf", "")}, "must be classic or yaml"},
		{[]string{"--format", "classic", samples.Dir("convert", "opensearch.yaml")}, "processors is more than one value"},
	} {
		code, out, said := convertFile(test.args...)
		if code != exitUsage || !strings.Contains(said, test.want) || out != "" {
			t.Errorf("%q: exit %d, %s%s", test.args, code, out, said)
		}
	}
}
