package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"winevent/internal/testlog"
	"winevent/plugin/config"
	"winevent/plugin/hostlog"
	"winevent/plugin/metrics"
)

// logTexts are those of all warnings and errors that plugin/ and outputs/ log,
// each as the literals it is made of.
func logTexts(t *testing.T) (all [][]string) {
	t.Helper()
	for _, root := range []string{"../plugin", "../outputs"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if parts := logCall(n); parts != nil {
					all = append(all, parts)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// logCall returns the literals in the message of a call of Warn or Error.
func logCall(n ast.Node) (parts []string) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Warn" && f.Sel.Name != "Error" || !isLogger(f.X) {
		return nil
	}
	ast.Inspect(call.Args[0], func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				parts = append(parts, strings.TrimSpace(text))
			}
		}
		return true
	})
	return parts
}

// isLogger tells a logger, by its name, from other things that have a method Warn.
func isLogger(e ast.Expr) bool {
	name := ""
	switch e := e.(type) {
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		name = e.Sel.Name
	}
	return name == "log" || name == "Log" || name == "slog"
}

var lineRow = regexp.MustCompile("(?m)^\\| (error|warn) \\| `([^`]+)` \\| .{20,} \\| .{7,} \\|$")

// TestEveryLogLineIsExplained holds the table of log lines against the calls in
// the code, both ways.
func TestEveryLogLineIsExplained(t *testing.T) {
	page, err := os.ReadFile("troubleshoot.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, m := range lineRow.FindAllStringSubmatch(string(page), -1) {
		explained[m[2]] = false
	}
	calls := logTexts(t)
	if len(calls) < 10 || len(explained) < 10 {
		t.Fatalf("%d calls, %d rows", len(calls), len(explained))
	}
	for _, parts := range calls {
		line := strings.Join(parts, " … ")
		if len(parts) == 1 && strings.HasSuffix(line, "TLS:") {
			line += " …"
		}
		if _, ok := explained[line]; !ok {
			t.Errorf("troubleshoot.md does not explain %q", line)
		}
		explained[line] = true
	}
	for line, inCode := range explained {
		if !inCode {
			t.Errorf("no code logs %q", line)
		}
	}
}

// TestPagesNameWhatIsThere looks at the metrics and options that the pages name.
func TestPagesNameWhatIsThere(t *testing.T) {
	metric := regexp.MustCompile(`\bwinevent_[a-z_]+[a-z]`)
	option := regexp.MustCompile(`\b(?:metrics|summary|kafka|elasticsearch|dead_letter|flush_timeout)_[a-z_]+\b`)
	known := map[string]bool{}
	for _, m := range metrics.Metrics() {
		known[m.Name] = true
	}
	for _, name := range []string{"operate.md", "troubleshoot.md"} {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(page)
		for _, m := range metric.FindAllString(text, -1) {
			if !known[m] {
				t.Errorf("%s: %s is no metric", name, m)
			}
		}
		for _, o := range option.FindAllString(metric.ReplaceAllString(text, ""), -1) {
			if len(config.Unknown([]string{o})) > 0 && o != "dead_lettered" {
				t.Errorf("%s: %s is no option", name, o)
			}
		}
	}
}

// TestOperateExample has the options read as a section's, and looks at the line
// that the page shows.
func TestOperateExample(t *testing.T) {
	page, err := os.ReadFile("operate.md")
	if err != nil {
		t.Fatal(err)
	}
	options := map[string]string{}
	_, block, _ := strings.Cut(string(page), "```ini\n[OUTPUT]\n")
	block, _, _ = strings.Cut(block, "```")
	for line := range strings.Lines(block) {
		fields := strings.Fields(line)
		options[fields[0]] = fields[1]
	}
	delete(options, "Name")
	delete(options, "Match")
	c, err := config.Read(func(key string) string { return options[key] })
	if err != nil || len(config.Unknown(slices.Collect(maps.Keys(options)))) > 0 || c.MetricsListen != "127.0.0.1:9400" || c.MetricsName != "kafka" {
		t.Errorf("%v, %+v", err, options)
	}
	var log testlog.Log
	logger := slog.New(hostlog.New(hostlog.Host{
		Enabled: func(slog.Level) bool { return true },
		Print:   func(_ slog.Level, text string) { fmt.Fprintln(&log, "[output:winevent] "+text) },
	}))
	s, err := metrics.Open(metrics.Config{Name: "winevent.0", Interval: time.Second, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	begin := time.Now()
	for n := range 312 {
		f := metrics.Flush{Retry: n == 0}
		if n == 1 {
			f.Read.Records, f.Documents = 91240, 91238
			f.Letters[metrics.CorruptChunk] = 2
		}
		s.Add(&f, begin, begin)
	}
	s.Summarize(begin.Add(5 * time.Minute))
	if !strings.Contains(string(page), "```text\n"+log.String()+"```") {
		t.Errorf("the page has another line than %s", log.String())
	}
}
