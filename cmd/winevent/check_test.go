//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"winevent/internal/kafkatest"
	"winevent/outputs/file"
)

// inOrder tells whether parts stand in text, one after the other.
func inOrder(text string, parts ...string) error {
	for _, part := range parts {
		_, rest, found := strings.Cut(text, part)
		if !found {
			return fmt.Errorf("%q is missing, or comes too early", part)
		}
		text = rest
	}
	return nil
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	good := " name winevent\n retry_limit no_limits\n dead_letter_file " + dir + "/dead\n"
	for _, test := range []struct {
		name, file, text string
		code             int
		out              []string // in order
		err              string
	}{
		{"stdout", "a.conf", "[OUTPUT]\n" + good, exitOK,
			[]string{"Output 1: stdout\n", "  ok       dead_letter_file: " + dir + "/dead can be created\n", "standard output of Fluent Bit\n", "\n1 of 1 output would work (0 warnings)\n"}, ""},
		{"file", "a.conf", "[OUTPUT]\n" + good + " alias one\n output file\n file_path " + dir + "/events\n", exitOK,
			[]string{`Output 1 "one": file ` + dir + "/events\n", "  ok       file_path: " + dir + "/events can be created\n"}, ""},
		{"no folder", "a.conf", "[OUTPUT]\n" + good + " output file\n file_path " + dir + "/none/events\n", exitFailed,
			[]string{"  fault    file_path: " + dir + "/none/events cannot be written to: no such file or directory\n           fix: create the folder\n"},
			"winevent: 1 of 1 output would not work (1 fault, 0 warnings)\n"},
		{"all sections", "a.yaml", "pipeline:\n  outputs:\n    - {name: winevent, dead_letter_file: " + dir + "/a, retry_limit: no_limits}\n    - {name: stdout}\n" +
			"    - {name: WinEvent, output: file, min_severity: lots, colour: red, dead_letter_file: " + dir + "/b}\n", exitFailed,
			[]string{"Output 1: stdout\n", "\nOutput 2: file\n", `fault    wrong option: min_severity "lots"`, "fix: must be informational", `wrong option: file_path ""`, `wrong option: colour ""`},
			"1 of 2 outputs would not work (3 faults, 0 warnings)"},
		{"core", "a.conf", "[OUTPUT]\n name winevent\n tls on\n tls.verify off\n dead_letter_file dead\n retry_limit 5\n", exitOK,
			[]string{"  warning  retry_limit is 5: ", "fix: set retry_limit no_limits", "warning  tls is Fluent Bit's own", "warning  tls.verify is", `warning  dead_letter_file "dead" depends on the folder`, "(4 warnings)"}, ""},
		{"no retry_limit", "a.conf", "[OUTPUT]\n name winevent\n dead_letter_file " + dir + "/dead\n", exitOK, []string{"warning  retry_limit is not set"}, ""},
		{"files that do not agree", "a.conf", "[OUTPUT]\n" + good + " output file\n file_path " + dir + "/events\n[OUTPUT]\n" + good + " output file\n file_max_size 1M\n file_path " + dir + "/events\n", exitFailed,
			[]string{"Output 2", "fault    file_path: another section writes to "}, "1 of 2 outputs would not work"},
		{"missing secret", "a.conf", "[OUTPUT]\n" + good + " output kafka\n kafka_brokers 127.0.0.1:1\n kafka_sasl_mechanism plain\n kafka_sasl_username bob\n kafka_sasl_password env:WINEVENT_NO_SUCH\n", exitFailed,
			[]string{"Output 1: kafka 127.0.0.1:1, topic winevent\n", "fault    kafka_sasl_password: environment variable WINEVENT_NO_SUCH is not set"}, "1 fault"},
		{"hidden secret", "a.conf", "[OUTPUT]\n" + good + " output kafka\n kafka_sasl_password hunter2\n kafka_tls maybe\n", exitFailed,
			[]string{`wrong option: kafka_tls "maybe"`, `wrong option: kafka_brokers ""`}, "would not work"},
		{"no section", "a.conf", "[OUTPUT]\n name stdout\n", exitUsage, nil, "no output with the name winevent"},
		{"no configuration", "a.yaml", "pipeline: [\n", exitUsage, nil, "a.yaml"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := command("", "check", "--config", writeFile(t, test.file, test.text))
			if err := inOrder(got.out, test.out...); err != nil || got.code != test.code || !strings.Contains(got.err, test.err) || test.err == "" && got.err != "" {
				t.Errorf("%v\nexit code %d, want %d\n%s\n%s", err, got.code, test.code, got.out, got.err)
			}
			if strings.Contains(got.out+got.err, "hunter2") {
				t.Error("a secret is told")
			}
		})
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("files were left: %v, %v", left, err)
	}
}

func TestCheckUsage(t *testing.T) {
	config := writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n")
	for _, test := range []struct {
		args []string
		err  string
	}{
		{nil, "--config is missing"},
		{[]string{"--config", filepath.Join(t.TempDir(), "none.conf")}, "none.conf: no such file"},
		{[]string{"--config", config, "--timeout", "0s"}, "--timeout 0s: must be more than 0"},
		{[]string{"--config", config, "--timeout", "soon"}, "--timeout"},
		{[]string{config}, "unknown command"},
	} {
		if got := command("", append([]string{"check"}, test.args...)...); got.code != exitUsage || got.out != "" || !strings.Contains(got.err, test.err) {
			t.Errorf("%v: %+v", test.args, got)
		}
	}
}

// TestCheckBesideFluentBit looks at a file that is being written to.
func TestCheckBesideFluentBit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events")
	o, err := file.Open(file.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Append([]byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	got := command("", "check", "--config", writeFile(t, "a.conf", "[OUTPUT]\n name winevent\n output file\n file_path "+path+"\n"))
	if got.code != exitOK || !strings.Contains(got.out, path+" is being written to by another process") {
		t.Errorf("%+v", got)
	}
	if err := o.Append([]byte("{}\n")); err != nil { // it is still open, and locked
		t.Error(err)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

// TestCheckKafka looks at a real broker, by one section that would work and others that would not.
func TestCheckKafka(t *testing.T) {
	c := kafkatest.Start(t, kafkatest.Options{})
	c.CreateTopic(t, "events.high", 2, 1, nil)
	section := func(brokers, topic string) string {
		return fmt.Sprintf("[OUTPUT]\n name winevent\n retry_limit no_limits\n dead_letter_file %s\n output kafka\n kafka_brokers %s\n kafka_topic %s\n kafka_auto_create_topics off\n",
			filepath.Join(t.TempDir(), "dead"), brokers, topic)
	}
	config := writeFile(t, "a.conf", section(c.Addr(), "events.{{severity}}")+section(c.Addr(), "nowhere")+section("127.0.0.1:1", "events.high"))
	got := command("", "check", "--config", config, "--timeout", "5s")
	if err := inOrder(got.out,
		"Output 1: kafka "+c.Addr()+", topic events.{{severity}}\n", "  ok       broker "+c.Addr()+" answers", "could name 1 topic of the cluster: events.high",
		"  warning  topic events.high: replication factor 1", "           fix: raise the replication factor",
		"Output 2: ", "  fault    topic nowhere: it is not there, and kafka_auto_create_topics is off", "           fix: create it",
		"Output 3: ", "  fault    broker 127.0.0.1:1 cannot be used: ", "           fix: start the broker",
	); err != nil || got.code != exitFailed || got.err != "winevent: 2 of 3 outputs would not work (2 faults, 1 warning)\n" {
		t.Errorf("%v in %+v", err, got)
	}

	got = command("", "check", "--config", config, "--json")
	var all []struct {
		Section             int
		Output, Destination string
		OK                  bool
		Findings            []struct{ Level, What, Fix string }
	}
	if err := json.Unmarshal([]byte(got.out), &all); err != nil || got.code != exitFailed || len(all) != 3 {
		t.Fatalf("%v in %+v", err, got)
	}
	if one, two := all[0], all[1]; !one.OK || one.Section != 1 || one.Output != "kafka" || one.Findings[0].Level != "ok" ||
		two.OK || two.Destination != c.Addr()+", topic nowhere" {
		t.Errorf("%+v", all)
	}
}
