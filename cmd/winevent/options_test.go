package main

import (
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/enrich/catalog"
)

const classicConfig = `# a comment
[SERVICE]
    flush 1

[OUTPUT]
    name  stdout
    match *
[Output]
	Name               WinEvent
	Match              *
	# another comment
	Retry_Limit        no_limits
	storage.total_limit_size 1G
	tls.verify         off
	Remediation        ${DETAIL:-summary}
	PRESERVE_ORIGINAL  On
	alert_min_severity ${LEVEL}
[OUTPUT]
    name winevent
    remediation off
`

const yamlConfig = `
env:
  LEVEL: high
pipeline:
  outputs:
    - name: stdout
      match: '*'
    - name: winevent
      match: '*'
      retry_limit: 5
      remediation: ${DETAIL:-summary}
      preserve_original: true
      alert_min_severity: ${LEVEL}
      processors:
        logs:
          - name: content_modifier
`

func TestReadOptions(t *testing.T) {
	t.Setenv("LEVEL", "high")
	t.Setenv("DETAIL", "")
	want := enrich.Options{Remediation: enrich.Summary, PreserveOriginal: true, AlertMinSeverity: catalog.High}
	for _, test := range []struct {
		file, text string
		want       enrich.Options
	}{
		{"classic.conf", classicConfig, want},
		{"classic.conf", strings.ReplaceAll(classicConfig, "\n", "\r\n"), want},
		{"pipeline.yaml", yamlConfig, want},
		{"pipeline.YML", yamlConfig, want},
		{"least.conf", "[OUTPUT]\n name winevent", enrich.Options{}},
		{"unset.conf", "[OUTPUT]\n name winevent\n remediation ${NO_SUCH_VARIABLE}", enrich.Options{}},
	} {
		if got, err := readOptions(writeFile(t, test.file, test.text)); err != nil || got != test.want {
			t.Errorf("%s: %+v, %v", test.file, got, err)
		}
	}
}

func TestReadOptionsFaults(t *testing.T) {
	for _, test := range []struct {
		file, text string
		faults     []string
	}{
		{"a.conf", "[OUTPUT]\n name winevent\n remediation all\n min_severity lots\n colour red\n path x\n",
			[]string{`remediation "all"`, `min_severity "lots"`, `colour "": no option`, `path "x": write file_path`}},
		{"a.yaml", "pipeline:\n  outputs:\n    - {name: winevent, remediation: all, colour: red}\n",
			[]string{`remediation "all"`, `colour "": no option`}},
		{"a.conf", "[OUTPUT]\n name stdout\n", []string{"no output with the name winevent"}},
		{"a.conf", "", []string{"no output with the name winevent"}},
		{"a.yaml", "service:\n  flush: 1\n", []string{"no output with the name winevent"}},
		{"a.conf", "@INCLUDE other.conf\n", []string{"line 1: @INCLUDE is not supported"}},
		{"a.conf", "\n@SET A=b\n", []string{"line 2: @SET is not supported"}},
		{"a.yaml", "includes:\n  - other.yaml\n", []string{"includes is not supported"}},
		{"a.conf", "[OUTPUT\n", []string{"line 1: the section's name does not end with ]"}},
		{"a.conf", "[OUTPUT]\nname winevent\n", []string{"line 2: a key must stand, indented"}},
		{"a.conf", " name winevent\n", []string{"line 1: a key must stand, indented"}},
		{"a.conf", "[OUTPUT]\n name winevent\n remediation\n", []string{"line 3: remediation has no value"}},
		{"a.conf", "[OUTPUT]\n name winevent\n remediation\tfull\n", []string{"a blank stands between key and value"}},
		{"a.conf", "[OUTPUT]\n name winevent\n [PROCESSORS]\n", []string{"line 3: a group inside a section"}},
		{"a.yaml", "pipeline:\n  outputs:\n    - name: winevent\n      include_codes: [1, 2]\n", []string{"include_codes: must be one text"}},
		{"a.yaml", "pipeline: [\n", []string{"a.yaml"}},
	} {
		got := command("", "enrich", "--config", writeFile(t, test.file, test.text))
		if got.code != exitUsage || got.out != "" {
			t.Errorf("%q: exit code %d", test.text, got.code)
		}
		for _, f := range test.faults {
			if !strings.Contains(got.err, f) {
				t.Errorf("%q: %q is missing in %s", test.text, f, got.err)
			}
		}
	}
}

// TestConfigDropsNothing holds that filters do not change the number of lines.
func TestConfigDropsNothing(t *testing.T) {
	path := writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n min_severity critical\n exclude_codes 5462\n alert_min_severity low\n preserve_original on\n remediation off\n")
	got := command(winevtlog5462+"\n", "enrich", "--config", path)
	d := documents(t, got.out)
	if len(d) != 1 || d[0].Event.Kind != "alert" || d[0].Event.Original == nil || strings.Contains(got.out, `"remediation"`) {
		t.Errorf("got %+v", got)
	}
}
