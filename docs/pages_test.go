//go:build unix

package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"
)

// block is what stands between two fences.
type block struct {
	page   string
	line   int
	info   string
	text   string
	marker string // the comment above it, without <!-- and -->
}

// language is the first word of the info string, name the rest.
func (b *block) language() string { return strings.Fields(b.info + " -")[0] }
func (b *block) name() string     { return strings.TrimSpace(strings.TrimPrefix(b.info, b.language())) }
func (b *block) at() string       { return fmt.Sprintf("%s:%d", b.page, b.line) }

var (
	comment = regexp.MustCompile(`^<!-- ((?:not run(?: below)?: |run by |exits with ).*) -->$`)
	fence   = regexp.MustCompile("^\\s*```")
)

func blocksOf(t *testing.T, page string) (all []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var open *block
	marker, below := "", ""
	for n, line := range strings.Split(string(text), "\n") {
		m := comment.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case open != nil && fence.MatchString(line):
			all, open, marker = append(all, *open), nil, ""
		case open != nil:
			open.text += line + "\n"
		case fence.MatchString(line):
			if marker == "" {
				marker = below
			}
			open = &block{page: page, line: n + 1, info: strings.Trim(strings.TrimSpace(line), "`"), marker: marker}
		case m != nil && strings.HasPrefix(m[1], "not run below: "):
			below = strings.Replace(m[1], " below", "", 1)
		case m != nil:
			marker = m[1]
		case strings.TrimSpace(line) != "":
			marker = ""
		}
	}
	if open != nil {
		t.Errorf("%s: the block has no end", open.at())
	}
	return all
}

func pages(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("*.md")
	if err != nil || len(all) < 8 {
		t.Fatalf("%d pages, %v", len(all), err)
	}
	return append(all, "../README.md")
}

// TestScriptsOfPagesAreShell looks at the syntax of those, too, that are not run.
func TestScriptsOfPagesAreShell(t *testing.T) {
	for _, page := range pages(t) {
		for _, b := range blocksOf(t, page) {
			if b.language() == "sh" || b.language() == "bash" {
				if _, err := syntax.NewParser().Parse(strings.NewReader(b.text), ""); err != nil {
					t.Errorf("%s: %v", b.at(), err)
				}
			}
		}
	}
}

// mention is a command of winevent inside a text.
var mention = regexp.MustCompile("`(?:build/)?winevent ([a-z][^`]*)`")

// compareTexts holds the commands that texts name, and their flags, against the program's help.
func compareTexts(t *testing.T, tool string) {
	help := map[string]string{}
	of := func(words ...string) string {
		key := strings.Join(words, " ")
		if help[key] == "" {
			out, err := exec.Command(tool, append(words, "--help")...).CombinedOutput()
			if err != nil {
				t.Errorf("winevent %s --help: %v", key, err)
			}
			help[key] = string(out)
		}
		return help[key]
	}
	seen := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mention.FindAllStringSubmatch(string(text), -1) {
			seen++
			var words []string
			for _, w := range strings.Fields(m[1]) {
				if !regexp.MustCompile(`^[a-z][a-z-]*$`).MatchString(w) {
					break
				}
				words = append(words, w)
			}
			if len(words) == 0 || !strings.Contains(of(), "\n  "+words[0]+" ") {
				t.Errorf("%s: `%s` names no command", page, m[0])
				continue
			}
			for _, flag := range regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(m[1], -1) {
				if !strings.Contains(of(words...), flag+" ") {
					t.Errorf("%s: %s: winevent %s has no flag %s", page, m[0], strings.Join(words, " "), flag)
				}
			}
		}
	}
	if seen < 8 {
		t.Errorf("%d commands found", seen)
	}
}

// readConfigurations has the program read every configuration with an output winevent.
func readConfigurations(t *testing.T, tool string) {
	seen := 0
	for _, page := range pages(t) {
		blocks := blocksOf(t, page)
		dir := ""
		for _, b := range blocks {
			extension := map[string]string{"yaml": ".yaml", "ini": ".conf", "conf": ".conf", "text": ".conf"}[b.language()]
			if extension == "" || strings.HasPrefix(b.marker, "not run: ") || !namesWinevent.MatchString(b.text) {
				continue
			}
			if dir == "" {
				dir = folder(t, tool, blocks)
			}
			seen++
			path := filepath.Join(dir, fmt.Sprintf("block%d%s", b.line, extension))
			writeFile(t, path, strings.ReplaceAll(b.text, "/etc/winevent/catalog.yaml", filepath.Join(dir, "catalog.yaml")))
			cmd := exec.Command(tool, "enrich", "--config", path, os.DevNull)
			cmd.Env = append(os.Environ(), "ELASTICSEARCH_URLS=https://es.example.com:9200", "KAFKA_BROKERS=kafka.example.com:9092")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s\nIf it is not meant to be a whole configuration, put <!-- not run: WHY --> on the line above.", b.at(), err, out)
			}
		}
	}
	if seen < 8 {
		t.Errorf("%d configurations found", seen)
	}
}

var namesWinevent = regexp.MustCompile(`(?im)^\s*(?:- )?name:?\s+winevent\s*(?:#.*)?$`)
