// Package e2e tests the built plugin: flbhost, a small C program, loads the
// shared object and calls its C symbols as Fluent Bit does.
package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// plugin and host are what TestMain built.
var plugin, host string

func TestMain(m *testing.M) {
	code, err := buildAndRun(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func buildAndRun(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "winevent-e2e")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	plugin, host = filepath.Join(dir, "out_winevent.so"), filepath.Join(dir, "flbhost")
	cc := os.Getenv("CC")
	if cc == "" {
		cc = "cc"
	}
	for _, build := range [][]string{
		{"go", "build", "-buildmode=c-shared", "-o", plugin, "winevent/plugin"},
		{cc, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", host, "flbhost/flbhost.c", "-ldl"},
	} {
		if out, err := exec.Command(build[0], build[1:]...).CombinedOutput(); err != nil {
			return 1, fmt.Errorf("%s (a C compiler is needed: install gcc or clang): %w\n%s", strings.Join(build, " "), err, out)
		}
	}
	defer closeBroker()
	defer closeWindows()
	if flag.Parse(); flag.Lookup("test.run").Value.String() == "" {
		go startWindows()
	}
	return m.Run(), nil
}

// The host's exit statuses.
const (
	allOK      = 0
	someRetry  = 2
	initFailed = 4
)

// result is what a run of the host left.
type result struct {
	status         int
	stdout, stderr string
}

// run starts the host with a configuration of testdata/config or of its own,
// with dir as WINEVENT_DIR.
func run(t *testing.T, dir, config string, args ...string) result {
	t.Helper()
	args = append([]string{"--plugin", plugin, "--config", config}, args...)
	cmd := exec.Command(host, args...)
	cmd.Env = append(os.Environ(), "WINEVENT_DIR="+dir, "WINEVENT_DEAD_LETTER_FILE="+filepath.Join(dir, "dead-letter.ndjson"))
	return finish(t, cmd)
}

// finish runs a command and returns what it left.
func finish(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func config(name string) string { return samples.Dir("config", name) }

// write puts data into a file of dir and returns its path.
func write(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func lines(t *testing.T, file string) [][]byte {
	t.Helper()
	all, err := samples.Lines(samples.Dir("samples", file))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var readAt = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func chunkOf(t *testing.T, framing testchunk.Framing, records ...[]byte) []byte {
	t.Helper()
	data, err := testchunk.OfLines(records, readAt, framing)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// documents reads NDJSON.
func documents(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		var d map[string]any
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		all = append(all, d)
	}
	return all
}

func documentsOf(t *testing.T, path string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return documents(t, string(text))
}

func at(d map[string]any, path string) any {
	var v any = d
	for _, key := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func TestStdoutBothFramings(t *testing.T) {
	records := lines(t, "seeds_winevtlog.jsonl.gz")
	for _, framing := range []testchunk.Framing{testchunk.WithMetadata, testchunk.Plain} {
		dir := t.TempDir()
		r := run(t, dir, config("stdout.conf"), "--guard", "--chunk", write(t, dir, "c", chunkOf(t, framing, records...)))
		docs := documents(t, r.stdout)
		if r.status != allOK || len(docs) != len(records) {
			t.Fatalf("status %d, %d documents of %d records\n%s", r.status, len(docs), len(records), r.stderr)
		}
		for i, d := range docs {
			var in struct{ EventID int }
			if err := json.Unmarshal(records[i], &in); err != nil {
				t.Fatal(err)
			}
			if at(d, "event.code") != fmt.Sprint(in.EventID) || at(d, "event.created") != readAt.Add(time.Duration(i)*time.Second).Format("2006-01-02T15:04:05.000000000Z") {
				t.Errorf("document %d: code %v created %v", i, at(d, "event.code"), at(d, "event.created"))
			}
		}
		if !strings.Contains(r.stderr, "[output:winevent] winevent 0.") {
			t.Errorf("no start line in the host's log:\n%s", r.stderr)
		}
	}
}

// TestInstancesAndWorkers runs two sections with overlapping flushes, and
// accounts for every event in both files.
func TestInstancesAndWorkers(t *testing.T) {
	dir := t.TempDir()
	records := lines(t, "winevtlog_stringinserts.jsonl.gz")
	args := []string{"--guard", "--threads", "4"}
	const size = 100
	for i := 0; i < len(records); i += size {
		part := records[i:min(i+size, len(records))]
		args = append(args, "--chunk", write(t, dir, fmt.Sprint("c", i), chunkOf(t, testchunk.WithMetadata, part...)))
	}
	r := run(t, dir, config("file.conf"), args...)
	if r.status != allOK {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	ids := map[any]int{}
	important := 0
	for _, d := range documentsOf(t, filepath.Join(dir, "events.ndjson")) {
		ids[at(d, "event.id")]++
		if s := at(d, "event.severity").(float64); s >= 47 {
			important++
		}
		if at(d, "winevent.remediation.steps") != nil {
			t.Fatal("remediation summary carries the steps")
		}
	}
	if len(ids) != len(records) {
		t.Errorf("%d events of %d", len(ids), len(records))
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%v came %d times", id, n)
		}
	}
	if n := len(documentsOf(t, filepath.Join(dir, "important.ndjson"))); n != important || n == 0 {
		t.Errorf("%d important events, want %d", n, important)
	}
	noDeadLetters(t, dir)
}

func noDeadLetters(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "dead-letter.ndjson")); err == nil {
		t.Error("there is a dead letter file although all was delivered")
	}
}

// TestWrongConfiguration does not start, and one message names every fault.
func TestWrongConfiguration(t *testing.T) {
	r := run(t, t.TempDir(), config("wrong.conf"))
	if r.status != initFailed {
		t.Errorf("status %d", r.status)
	}
	if n := strings.Count(r.stderr, "cannot start"); n != 1 {
		t.Errorf("%d messages:\n%s", n, r.stderr)
	}
	for _, fault := range []string{`kafka_brokers ""`, `min_severity "lowish"`, `include_codes "5462-5456"`, `flush_timeout "1ms"`, `path "/tmp/x": write file_path`} {
		if !strings.Contains(r.stderr, fault) {
			t.Errorf("%s is not named:\n%s", fault, r.stderr)
		}
	}
}

// TestFullDisk answers FLB_RETRY: nothing is acknowledged that is not on the disk.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	conf := write(t, dir, "full.conf", []byte("[OUTPUT]\n    Name winevent\n    output file\n    file_path /dev/full\n    dead_letter_file "+dir+"/dead\n"))
	r := run(t, dir, conf, "--retry", "2", "--chunk", write(t, dir, "c", chunkOf(t, testchunk.WithMetadata, lines(t, "seeds_winevtlog.jsonl.gz")[0])))
	if r.status != someRetry || !strings.Contains(r.stderr, "status=FLB_RETRY attempt=3") || !strings.Contains(r.stderr, "the disk is full") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}

// TestTruncatedChunks delivers what is whole and keeps the rest with its reason.
func TestTruncatedChunks(t *testing.T) {
	dir := t.TempDir()
	records := lines(t, "seeds_winevtlog.jsonl.gz")[:3]
	whole := chunkOf(t, testchunk.WithMetadata, records...)
	r := run(t, dir, config("stdout.conf"), "--guard", "--truncate-copies", "--repeat", "200", "--chunk", write(t, dir, "c", whole))
	if r.status != allOK {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	letters := documentsOf(t, filepath.Join(dir, "dead-letter.ndjson"))
	// Repetition n lacks its last n bytes, so the third record is never whole.
	if docs := documents(t, r.stdout); len(docs) != 200*2 || len(letters) != 200 {
		t.Fatalf("%d documents, %d letters", len(docs), len(letters))
	}
	two := chunkOf(t, testchunk.WithMetadata, records[:2]...)
	for _, l := range letters {
		original, err := base64.StdEncoding.DecodeString(l["original"].(string))
		if err != nil || !bytes.HasPrefix(whole[len(two):], original) || l["tag"] != "winevent" || !strings.Contains(l["reason"].(string), "ends inside a value") {
			t.Fatalf("%v: %v", l["reason"], err)
		}
	}
}

// TestHostileRecords are records that no shipper should send. Each comes out,
// marked where it is no event, and the one behind it is not harmed.
func TestHostileRecords(t *testing.T) {
	event := func(extra string) []byte {
		return []byte(`{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":5462,"Version":0,"EventRecordID":1,` +
			`"TimeCreated":"2026-01-01 00:00:00 +0000","Channel":"Security","Computer":"c",` + extra + `}`)
	}
	inserts := strings.TrimSuffix(strings.Repeat(`"x",`, 10000), ",")
	deep := strings.Repeat("[", 1000) + strings.Repeat("]", 1000)
	for name, c := range map[string]struct {
		line  []byte
		check string // path
		want  any
	}{
		"10 MB message":   {event(`"Message":"` + strings.Repeat("m", 10<<20) + `"`), "message", strings.Repeat("m", 10<<20)},
		"10,000 inserts":  {event(`"StringInserts":[` + inserts + `]`), "winlog.event_data.param99", "x"},
		"depth 1,000":     {event(`"extra":` + deep), "event.kind", "pipeline_error"},
		"depth 40":        {event(`"extra":` + strings.Repeat("[", 40) + strings.Repeat("]", 40)), "event.kind", "event"},
		"no event":        {[]byte(`{"log":"hello"}`), "event.kind", "pipeline_error"},
		"no map":          {[]byte(`"text"`), "event.kind", "pipeline_error"},
		"nil":             {[]byte(`null`), "event.kind", "pipeline_error"},
		"empty map":       {[]byte(`{}`), "event.kind", "pipeline_error"},
		"wrong types":     {[]byte(`{"ProviderName":[1],"EventID":{"a":1},"StringInserts":5}`), "event.kind", "pipeline_error"},
		"broken XML":      {[]byte(`{"System":"<Event><System>"}`), "event.kind", "pipeline_error"},
		"entity bomb":     {[]byte(`{"System":"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Event>&a;</Event>"}`), "event.kind", "pipeline_error"},
		"JSON in a field": {[]byte(`{"log":"{\"EventID\":"}`), "event.kind", "pipeline_error"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			next := lines(t, "seeds_winevtlog.jsonl.gz")[0]
			r := run(t, dir, config("stdout.conf"), "--guard", "--chunk", write(t, dir, "c", chunkOf(t, testchunk.WithMetadata, c.line, next)))
			docs := documents(t, r.stdout)
			if r.status != allOK || len(docs) != 2 {
				t.Fatalf("status %d, %d documents\n%s", r.status, len(docs), r.stderr)
			}
			if got := at(docs[0], c.check); got != c.want {
				t.Errorf("%s is %.100v, want %.100v", c.check, got, c.want)
			}
			if at(docs[0], "event.kind") == "pipeline_error" && (at(docs[0], "event.original") == nil || at(docs[0], "error.message") == nil) {
				t.Errorf("marked without original or reason: %.300v", docs[0])
			}
			if at(docs[1], "winevent.symbolic_name") == nil {
				t.Error("the next record is harmed")
			}
		})
	}
}

func TestInvalidUTF8(t *testing.T) {
	dir := t.TempDir()
	body, err := testchunk.JSON([]byte(`{"ProviderName":"P","EventID":1,"Channel":"C","Computer":"c","Message":"abcd"}`))
	if err != nil {
		t.Fatal(err)
	}
	body = bytes.Replace(body, []byte("abcd"), []byte("a\xff\xc3d"), 1)
	r := run(t, dir, config("stdout.conf"), "--chunk", write(t, dir, "c", testchunk.AppendRecord(nil, body, readAt, testchunk.WithMetadata)))
	docs := documents(t, r.stdout)
	if len(docs) != 1 || at(docs[0], "message") != "a\ufffd\ufffdd" || fmt.Sprint(at(docs[0], "tags")) != "[winevent_invalid_utf8]" {
		t.Errorf("%v\n%s", docs, r.stderr)
	}
}

// TestHangup sends SIGHUP between two flushes: the host lives, and files are opened anew.
func TestHangup(t *testing.T) {
	dir := t.TempDir()
	chunk := write(t, dir, "c", chunkOf(t, testchunk.WithMetadata, lines(t, "seeds_winevtlog.jsonl.gz")[0]))
	results := filepath.Join(dir, "results")
	cmd := exec.Command(host, "--plugin", plugin, "--config", config("file.conf"), "--stdin-commands", "--results", results)
	cmd.Env = append(os.Environ(), "WINEVENT_DIR="+dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	flush := func(n int) {
		fmt.Fprintln(stdin, "flush", chunk)
		waitFor(t, func() bool {
			text, _ := os.ReadFile(results)
			return bytes.Count(text, []byte("\n")) >= 2*n // two sections
		})
	}
	flush(1)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	flush(2)
	fmt.Fprintln(stdin, "quit")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	if n := strings.Count(stderr.String(), "SIGHUP: files are opened anew"); n != 2 {
		t.Errorf("%d of 2 sections opened their files anew\n%s", n, stderr.String())
	}
	if n := len(documentsOf(t, filepath.Join(dir, "events.ndjson"))); n != 2 {
		t.Errorf("%d documents", n)
	}
}

// waitFor polls, with a bound, for something that another process does.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited 30 s in vain")
		}
	}
}
