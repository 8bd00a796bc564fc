package e2e

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"winevent/internal/kafkatest"
	"winevent/internal/testchunk"
)

// TestWindowsStdout: the DLL and the shared object make the same bytes of the same chunks.
func TestWindowsStdout(t *testing.T) {
	dir := t.TempDir()
	args := []string{"--guard"}
	for i, framing := range []testchunk.Framing{testchunk.WithMetadata, testchunk.Plain} {
		args = append(args, "--chunk", write(t, dir, fmt.Sprint("c", i), chunkOf(t, framing, lines(t, "seeds_winevtlog.jsonl.gz")...)))
	}
	r, linux := runWindows(t, dir, config("stdout.conf"), args...), run(t, dir, config("stdout.conf"), args...)
	if r.status != allOK || linux.status != allOK {
		t.Fatalf("status %d, on Linux %d\n%s", r.status, linux.status, r.stderr)
	}
	if r.stdout != linux.stdout || len(r.stdout) == 0 {
		t.Errorf("%d bytes, on Linux %d", len(r.stdout), len(linux.stdout))
	}
	for _, line := range []string{"[host] [info] [output:winevent] winevent 0.", "[host] [info] [output:winevent] closed name=winevent.0 flushes=2"} {
		if !strings.Contains(r.stderr, line) {
			t.Errorf("%q is not in the host's log:\n%s", line, r.stderr)
		}
	}
	noDeadLetters(t, dir)
}

// TestWindowsFiles flushes in four threads into two files, twice: what Linux
// has after one run is there twice after a restart.
func TestWindowsFiles(t *testing.T) {
	records := lines(t, "winevtlog_stringinserts.jsonl.gz")
	dir, linuxDir := t.TempDir(), t.TempDir()
	args := []string{"--guard", "--threads", "4"}
	const size = 200
	for i := 0; i < len(records); i += size {
		chunk := chunkOf(t, testchunk.WithMetadata, records[i:min(i+size, len(records))]...)
		args = append(args, "--chunk", write(t, dir, fmt.Sprint("c", i), chunk))
	}
	if r := run(t, linuxDir, config("file.conf"), args...); r.status != allOK {
		t.Fatalf("on Linux: status %d\n%s", r.status, r.stderr)
	}
	for n := 1; n <= 2; n++ {
		if r := runWindows(t, dir, config("file.conf"), args...); r.status != allOK {
			t.Fatalf("run %d: status %d\n%s", n, r.status, r.stderr)
		}
		for _, name := range []string{"events.ndjson", "important.ndjson"} {
			got, once := sortedLines(t, filepath.Join(dir, name)), sortedLines(t, filepath.Join(linuxDir, name))
			var want []string
			for range n {
				want = append(want, once...)
			}
			slices.Sort(want)
			for i := range want {
				if len(got) != len(want) || got[i] != want[i] {
					t.Fatalf("run %d: %s has %d lines, want %d; line %d is\n%.2000s, want\n%.2000s", n, name, len(got), len(want), i+1, got[min(i, len(got)-1)], want[i])
				}
			}
		}
	}
	noDeadLetters(t, dir)
	info, err := os.Stat(filepath.Join(dir, "events.ndjson"))
	if err != nil || info.Mode().Perm()&0o007 != 0 { // what Wine makes of the access control list
		t.Errorf("others may do something with the file: %v, %v", info.Mode(), err)
	}
}

func sortedLines(t *testing.T, path string) []string {
	t.Helper()
	all := fileLines(t, path)
	slices.Sort(all)
	return all
}

// TestWindowsRotation renames files that are full while threads flush, and removes none.
func TestWindowsRotation(t *testing.T) {
	dir := t.TempDir()
	conf := write(t, dir, "c.conf", []byte("[OUTPUT]\r\n    Name winevent\r\n    output file\r\n    file_max_size 20K\r\n"+
		"    file_path "+windowsPath(dir)+"\\rotated.ndjson\r\n    dead_letter_file "+windowsPath(dir)+"\\dead-letter.ndjson\r\n"))
	chunk := write(t, dir, "chunk", chunkOf(t, testchunk.WithMetadata, lines(t, "seeds_winevtlog.jsonl.gz")[:5]...))
	r := runWindows(t, dir, conf, "--threads", "4", "--repeat", "20", "--chunk", chunk)
	names, _ := filepath.Glob(filepath.Join(dir, "rotated.ndjson*"))
	documents := 0
	for _, name := range names {
		documents += len(documentsOf(t, name))
	}
	if r.status != allOK || documents != 100 || len(names) < 5 {
		t.Errorf("status %d, %d documents in %d files\n%s", r.status, documents, len(names), r.stderr)
	}
}

// TestWindowsWrongConfiguration does not start, and one message names every fault.
func TestWindowsWrongConfiguration(t *testing.T) {
	dir := t.TempDir()
	r, linux := runWindows(t, dir, config("wrong.conf")), run(t, dir, config("wrong.conf"))
	if r.status != initFailed || strings.Count(r.stderr, "cannot start") != 1 || strings.ReplaceAll(r.stderr, "\r", "") != linux.stderr {
		t.Errorf("status %d\n%s\non Linux\n%s", r.status, r.stderr, linux.stderr)
	}
	nowhere := write(t, dir, "c.conf", []byte("[OUTPUT]\n    Name winevent\n    output file\n    file_path C:\\no such folder\\x\n    dead_letter_file "+windowsPath(dir)+"\\d\n"))
	if r := runWindows(t, dir, nowhere); r.status != initFailed || !strings.Contains(r.stderr, "must be a file that can be written to") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}

// TestWindowsNoStandardOutput starts the DLL where there is none, as in a service.
func TestWindowsNoStandardOutput(t *testing.T) {
	dir := t.TempDir()
	cmd := wine(t, dir, windows.host, "--plugin", windows.plugin, "--config", config("stdout.conf"))
	shell := exec.Command("sh", append([]string{"-c", `exec "$@" >&-`, "sh"}, cmd.Args...)...)
	shell.Env = cmd.Env
	if r := finish(t, shell); r.status != initFailed || !strings.Contains(r.stderr, "write to a file instead") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}

// TestWindowsDeadLetters keeps what of a chunk cannot be read, with its reason.
func TestWindowsDeadLetters(t *testing.T) {
	dir := t.TempDir()
	records := lines(t, "seeds_winevtlog.jsonl.gz")[:3]
	whole := chunkOf(t, testchunk.WithMetadata, records...)
	two := chunkOf(t, testchunk.WithMetadata, records[:2]...)
	r := runWindows(t, dir, config("stdout.conf"), "--guard", "--chunk", write(t, dir, "c", whole[:len(whole)-7]))
	letters := documentsOf(t, filepath.Join(dir, "dead-letter.ndjson"))
	if r.status != allOK || len(documents(t, r.stdout)) != 2 || len(letters) != 1 {
		t.Fatalf("status %d, %d letters\n%s", r.status, len(letters), r.stderr)
	}
	if original, err := base64.StdEncoding.DecodeString(letters[0]["original"].(string)); err != nil || string(original) != string(whole[len(two):len(whole)-7]) {
		t.Errorf("other bytes than those of the chunk: %v", err)
	}
}

// TestWindowsSecondProcess: two Fluent Bits do not write to one file.
func TestWindowsSecondProcess(t *testing.T) {
	dir := t.TempDir()
	chunk := write(t, dir, "c", chunkOf(t, testchunk.WithMetadata, lines(t, "seeds_winevtlog.jsonl.gz")[0]))
	needWindows(t)
	first := wine(t, dir, windows.host, "--plugin", windows.plugin, "--config", config("file.conf"), "--stdin-commands")
	stdin, err := first.StdinPipe()
	must(t, err)
	log, err := first.StderrPipe()
	must(t, err)
	must(t, first.Start())
	fmt.Fprintln(stdin, "flush", windowsPath(chunk))
	for scanner := bufio.NewScanner(log); scanner.Scan(); {
		if strings.Contains(scanner.Text(), "flush instance=1") { // the second of two sections
			break
		}
	}
	if r := runWindows(t, dir, config("file.conf")); r.status != initFailed || !strings.Contains(r.stderr, "another process writes to this file") {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
	fmt.Fprintln(stdin, "quit")
	must(t, first.Wait())
	if n := len(documentsOf(t, filepath.Join(dir, "events.ndjson"))); n != 1 {
		t.Errorf("%d documents", n)
	}
}

// TestWindowsKafka writes to a real broker, with TLS and a password from a file.
func TestWindowsKafka(t *testing.T) {
	c := broker(t)
	const topic = "windows"
	sharedTopic(t, topic, 2, nil)
	dir := t.TempDir()
	password := write(t, dir, "kafka-password", []byte("\ufeff"+kafkatest.Scram512Password+"\r\n")) // as an editor there writes it
	conf := kafkaConfig(t, dir, c.SASLTLSAddr(), topic, "kafka_tls on", "kafka_tls_ca_file "+windowsPath(c.CAFile),
		"kafka_sasl_mechanism scram-sha-512", "kafka_sasl_username "+kafkatest.ScramUser, "kafka_sasl_password file:"+windowsPath(password))
	r := runWindows(t, dir, conf, "--threads", "2", "--chunk", write(t, dir, "chunk", numberedEvents(t).chunk(0, chunkRecords)))
	if r.status != allOK || strings.Contains(r.stderr, "[warn]") || strings.Contains(r.stderr, kafkatest.Scram512Password) {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	seen := map[int]int{}
	for _, m := range c.ReadAll(t, topic) {
		n, err := number(m.Value)
		if seen[n]++; err != nil || seen[n] > 1 {
			t.Errorf("record %d, %d times, %v", n, seen[n], err)
		}
	}
	if len(seen) != chunkRecords {
		t.Errorf("%d of %d records are there", len(seen), chunkRecords)
	}
}
