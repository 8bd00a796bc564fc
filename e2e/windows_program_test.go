package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"winevent/internal/samples"
)

// TestWindowsProgram: winevent.exe prints what winevent prints on Linux, byte
// for byte, but for the paths.
func TestWindowsProgram(t *testing.T) {
	needWindows(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "winevent")
	must(t, command([]string{"make", "-C", "..", program, "BUILD=" + dir}, "MAKEFLAGS="))
	crlf := write(t, dir, "crlf.jsonl", []byte(strings.ReplaceAll(string(first(t, 20)), "\n", "\r\n")))
	own := write(t, dir, "own.yaml", []byte("\ufeffprovider: Contoso\r\nevents:\r\n  - id: 1\r\n    title: A copy failed\r\n    severity: high\r\n    severity_reason: It is needed.\r\n"))
	for _, args := range [][]string{
		append([]string{"enrich"}, samples.Files()...),
		{"enrich", "--catalog-file", own, crlf},
		{"explain", "5462", "--error", "5"},
		{"explain", "5462", "--json"},
		{"explain", "1"},
		{"catalog", "--provider", "Microsoft-Windows-Sysmon"},
		{"catalog", "check", own},
		{"show", crlf},
		{"version"},
		{"check"},
	} {
		name := strings.Join(args, " ")
		if len(args) > 5 {
			name = args[0] + " of all samples"
		}
		t.Run(name, func(t *testing.T) {
			got, want := finish(t, wine(t, dir, windows.program, args...)), finish(t, exec.Command(program, args...))
			if got.status != want.status || got.stdout != strings.ReplaceAll(want.stdout, dir+"/own.yaml", windowsPath(dir)+`\own.yaml`) || got.stderr != want.stderr {
				t.Errorf("exit %d, %d bytes, %.300q; on Linux exit %d, %d bytes, %.300q",
					got.status, len(got.stdout), got.stderr, want.status, len(want.stdout), want.stderr)
			}
		})
	}
}

// first returns recorded events, one a line.
func first(t *testing.T, n int) []byte {
	t.Helper()
	var text []byte
	for _, line := range lines(t, "winevtlog_stringinserts.jsonl.gz")[:n] {
		text = append(append(text, line...), '\n')
	}
	return text
}

// TestWindowsCheck looks at a configuration with Windows' paths, and at what is wrong with it.
func TestWindowsCheck(t *testing.T) {
	dir := t.TempDir()
	conf := write(t, dir, "c.yaml", []byte("pipeline:\r\n  outputs:\r\n    - name: winevent\r\n      match: '*'\r\n      retry_limit: no_limits\r\n      output: file\r\n"+
		"      file_path: "+windowsPath(dir)+"\\events.ndjson\r\n      dead_letter_file: C:\\none\\dead-letter.ndjson\r\n"))
	needWindows(t)
	r := finish(t, wine(t, dir, windows.program, "check", "--config", conf))
	if r.status != 1 || !strings.Contains(r.stdout, `events.ndjson can be created`) || !strings.Contains(r.stdout, `C:\none\dead-letter.ndjson cannot be written to`) ||
		!strings.Contains(r.stdout, "create the folder") {
		t.Errorf("exit %d\n%s%s", r.status, r.stdout, r.stderr)
	}
}

// TestWindowsFilePackage runs the tests of outputs/file, where Windows differs
// most: locks, renaming, access control lists, cutting off.
func TestWindowsFilePackage(t *testing.T) {
	needWindows(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "file.test.exe")
	must(t, command([]string{"go", "test", "-trimpath", "-c", "-o", program, "winevent/outputs/file"}, "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"))
	r := finish(t, wine(t, dir, program, "-test.v"))
	if r.status != 0 || strings.Contains(r.stdout, "--- SKIP") || !strings.Contains(r.stdout, "--- PASS: TestPrivateToOwner") {
		t.Errorf("exit %d\n%s%s", r.status, r.stdout, r.stderr)
	}
}
