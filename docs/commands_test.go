//go:build unix

package docs

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"winevent/internal/samples"
)

// How the commands of the pages are tested. A block of sh or console (its
// commands follow "$ ") is run in a folder of its own, in which are winevent,
// build/winevent, events.jsonl, out.jsonl, fluent-bit.yaml, fluent-bit.conf and
// the page's named blocks (```yaml catalog.yaml). What a console block prints is
// compared; … stands for anything. A block that cannot be run has, on the line
// above it, one of
//
//	<!-- not run: needs a Windows machine -->     why
//	<!-- run by TestKafkaPage -->                 the test that runs it
//	<!-- exits with 3 -->                         it is run, and ends with 3
//
// <!-- not run below: … --> is for all blocks to the end of the page.

// unmarked are blocks of README.md, which is kept free of such comments, by their first line.
var unmarked = map[string]string{
	"make demo": "Continuous integration runs both",
	"make build\nfluent-bit -e build/out_winevent.so -c fluent-bit.yaml": "needs Fluent Bit",
	"build/winevent setup elasticsearch":                                 "needs an Elasticsearch; cmd/winevent and outputs/elasticsearch/setup run it with one",
}

// may are the programs that a block may run here.
var may = []string{"winevent", "build/winevent", "cat", "cd", "chmod", "cp", "cut", "echo", "grep", "head", "jq", "ls", "mkdir", "mv",
	"openssl", "printf", "rm", "sort", "tail", "test", "umask", "uniq", "wc"}

// TestPages runs every block of commands on every page, or finds out why not, and
// holds against the program what else pages say of it.
func TestPages(t *testing.T) {
	tools := t.TempDir()
	tool := buildTool(t, tools)
	t.Run("commands", func(t *testing.T) { runCommands(t, tool, tools) })
	t.Run("configurations", func(t *testing.T) { readConfigurations(t, tool) })
	t.Run("commands in texts", func(t *testing.T) { compareTexts(t, tool) })
}

func runCommands(t *testing.T, tool, tools string) {
	tests := testNames(t)
	ran := 0
	for _, page := range pages(t) {
		blocks := blocksOf(t, page)
		dir := ""
		for _, b := range blocks {
			if !slices.Contains([]string{"sh", "bash", "shell", "console", "powershell", "pwsh", "ps1", "bat", "cmd"}, b.language()) {
				continue
			}
			if b.excused(t, tests) {
				continue
			}
			if dir == "" {
				dir = folder(t, tool, blocks)
			}
			t.Run(b.at(), func(t *testing.T) { b.run(t, dir, tools) })
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// testNames returns the names of the tests of this repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			names[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// excused tells whether a block need not be run here. A marker that is wrong is an error.
func (b *block) excused(t *testing.T, tests map[string]bool) bool {
	t.Helper()
	if b.page == "../README.md" {
		for beginning := range unmarked {
			if strings.HasPrefix(b.text, beginning) {
				return true
			}
		}
	}
	if name, ok := strings.CutPrefix(b.marker, "run by "); ok {
		if !tests[name] {
			t.Errorf("%s: the marker says it is run by %s, which is no test", b.at(), name)
		}
		return true
	}
	if reason, ok := strings.CutPrefix(b.marker, "not run: "); ok {
		if len(strings.Fields(reason)) < 2 {
			t.Errorf("%s: say in a few words why it is not run", b.at())
		}
		return true
	}
	return false
}

// folder makes a folder with the files that blocks rely on.
func folder(t *testing.T, tool string, blocks []block) string {
	t.Helper()
	dir := t.TempDir()
	events, err := samples.Lines(samples.Dir("samples", "seeds_winevtlog.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "events.jsonl"), string(bytes.Join(events[:20], []byte("\n")))+"\n")
	writeFile(t, filepath.Join(dir, "out.jsonl"), run(t, exec.Command(tool, "enrich", filepath.Join(dir, "events.jsonl"))))
	writeFile(t, filepath.Join(dir, "fluent-bit.conf"), "[OUTPUT]\n    Name  es\n    Match *\n    Host  es.example.com\n    tls   on\n")
	writeFile(t, filepath.Join(dir, "fluent-bit.yaml"), "pipeline:\n  outputs:\n    - name: winevent\n      match: '*'\n")
	for _, b := range blocks {
		if name := b.name(); filepath.Ext(name) != "" && filepath.Base(name) == name && !strings.Contains(name, " ") {
			writeFile(t, filepath.Join(dir, name), b.text)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "build"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(tool, filepath.Join(dir, "build", "winevent")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// run runs a block, if it may.
func (b *block) run(t *testing.T, dir, tools string) {
	script, printed := b.text, []string(nil)
	if b.language() == "console" {
		script, printed = session(b.text)
	}
	commands, err := commandsOf(script)
	if err != nil {
		t.Fatalf("%s is no shell script: %v", b.at(), err)
	}
	for _, c := range commands {
		if !slices.Contains(may, c) {
			t.Fatalf("%s: %q is not run by this test.\nPut a line above the block that says why, such as\n"+
				"<!-- not run: needs a Windows machine -->\nor <!-- run by TestName --> when another test runs it,\n"+
				"or add the program to the list `may` in docs/commands_test.go.", b.at(), c)
		}
		if _, err := exec.LookPath(c); err != nil && !strings.Contains(c, "winevent") && c != "cd" && c != "umask" {
			t.Fatalf("%s: %s is not installed: apt-get install %s", b.at(), c, c)
		}
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + tools + ":" + os.Getenv("PATH"), "HOME=" + dir, "TZ=UTC", "LC_ALL=C.UTF-8"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	late.Stop()
	want := strings.TrimPrefix(b.marker, "exits with ")
	if got := fmt.Sprint(cmd.ProcessState.ExitCode()); got != want && (want != "" || err != nil) {
		t.Fatalf("%s ended with %s (%v). If it should, put <!-- exits with %s --> on the line above.\n%s", b.at(), got, err, got, tail(out.String()))
	}
	compare(t, b.at(), out.String(), printed)
}

// session divides a console block into its commands and what they print.
func session(text string) (script string, printed []string) {
	continued := false
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		command, isCommand := strings.CutPrefix(line, "$ ")
		if isCommand || continued {
			script += command + "\n"
			continued = strings.HasSuffix(line, "\\")
			continue
		}
		printed = append(printed, line)
	}
	return script, printed
}

// compare looks for the lines of a page, in their order, in what was printed.
func compare(t *testing.T, at, out string, printed []string) {
	t.Helper()
	lines := strings.Split(out, "\n")
	for _, want := range printed {
		if strings.Trim(want, " …") == "" {
			continue
		}
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(strings.TrimRight(want, " ")), "…", ".*") + `\s*$`)
		n := slices.IndexFunc(lines, pattern.MatchString)
		if n < 0 {
			t.Errorf("%s: the page has the line\n%s\nbut printed was\n%s", at, want, tail(out))
			return
		}
		lines = lines[n+1:]
	}
}

// commandsOf returns the programs that a script runs.
func commandsOf(script string) (all []string, err error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		return nil, err
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, ok := n.(*syntax.CallExpr); ok && len(call.Args) > 0 {
			name := call.Args[0].Lit()
			if name == "" {
				name = "a program whose name is made at run time"
			}
			all = append(all, name)
		}
		return true
	})
	return all, nil
}
