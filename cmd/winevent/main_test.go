package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// result is how a command line ended.
type result struct {
	code     int
	out, err string
}

// command runs a command line with stdin as its standard input.
func command(stdin string, args ...string) result {
	var out, err bytes.Buffer
	code := run(args, strings.NewReader(stdin), &out, &err)
	return result{code, out.String(), err.String()}
}

// writeFile makes a file for one test and returns its path.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExitCodes(t *testing.T) {
	badConfig := writeFile(t, "fluent-bit.conf", "[OUTPUT]\n    name winevent\n    remediation all\n")
	folder := t.TempDir()
	for _, test := range []struct {
		name  string
		stdin string
		args  []string
		code  int
		err   string // part of the one error, empty for none
	}{
		{"version", "", []string{"version"}, exitOK, ""},
		{"help", "", []string{"--help"}, exitOK, ""},
		{"catalog", "", []string{"catalog"}, exitOK, ""},
		{"known event", "", []string{"explain", "5462"}, exitOK, ""},
		{"no input", "", []string{"enrich"}, exitOK, ""},
		{"event", winevtlog5462 + "\n", []string{"enrich"}, exitOK, ""},
		{"unknown event id", "", []string{"explain", "65535"}, exitFailed, "nearest: "},
		{"huge event id", "", []string{"explain", "99999999999999999999"}, exitFailed, "nearest: "},
		{"unknown provider", "", []string{"catalog", "--provider", "Security-Audit"}, exitFailed, "nearest: Microsoft-Windows-Security-Auditing"},
		{"no command", "", nil, exitUsage, "no command given"},
		{"unknown command", "", []string{"enrihc"}, exitUsage, "unknown command"},
		{"unknown flag", "", []string{"enrich", "--form", "xml"}, exitUsage, "unknown flag: --form"},
		{"missing argument", "", []string{"explain"}, exitUsage, "accepts 1 arg"},
		{"too many arguments", "", []string{"version", "x"}, exitUsage, "unknown command"},
		{"unknown form", "", []string{"enrich", "--from", "syslog"}, exitUsage, `--from "syslog": must be one of auto, winevtlog`},
		{"error code", "", []string{"explain", "5462", "--error", "ERROR_NO_SUCH_NAME"}, exitUsage, "no symbol"},
		{"error code too large", "", []string{"explain", "5462", "--error", "0x100000000"}, exitUsage, "no 32-bit number"},
		{"no such file", "", []string{"enrich", filepath.Join(folder, "none")}, exitUsage, "none"},
		{"folder as file", "", []string{"enrich", folder}, exitUsage, "is a directory"},
		{"no such config", "", []string{"enrich", "--config", filepath.Join(folder, "none.conf")}, exitUsage, "none.conf"},
		{"bad config", "", []string{"enrich", "--config", badConfig}, exitUsage, `remediation "all"`},
		{"no event", "{}\n", []string{"enrich"}, exitNotEvent, "1 of 1 lines"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := command(test.stdin, test.args...)
			if got.code != test.code {
				t.Errorf("exit code %d, want %d; stderr: %s", got.code, test.code, got.err)
			}
			if test.err == "" && got.err != "" || !strings.Contains(got.err, test.err) {
				t.Errorf("stderr %q, want %q in it", got.err, test.err)
			}
			if n := strings.Count(got.err, "winevent: "); test.err != "" && n != 1 {
				t.Errorf("the error is printed %d times: %q", n, got.err)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	var keys []string
	for line := range strings.Lines(command("", "version").out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if value == "" || strings.Contains(value, " ") {
			t.Errorf("%q is not one key and one value", line)
		}
		keys = append(keys, key)
	}
	if got := strings.Join(keys, " "); got != "version commit catalog_version ecs_version" {
		t.Errorf("keys %q", got)
	}
}

// faultyWriter fails every write with err.
type faultyWriter struct{ err error }

func (w faultyWriter) Write([]byte) (int, error) { return 0, w.err }

func TestOutputFails(t *testing.T) {
	for _, args := range [][]string{{"enrich"}, {"explain", "5462"}, {"explain", "5462", "--json"}, {"catalog"}, {"version"}} {
		for _, test := range []struct {
			err error
			say string
		}{
			{syscall.EPIPE, ""},
			{errors.New("disk full"), "winevent: disk full\n"},
		} {
			var stderr bytes.Buffer
			code := run(args, strings.NewReader(winevtlog5462), faultyWriter{test.err}, &stderr)
			if code != exitFailed || stderr.String() != test.say {
				t.Errorf("%v with %v: exit code %d, stderr %q", args, test.err, code, stderr.String())
			}
		}
	}
}
