package setup

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page is docs/elasticsearch.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "elasticsearch.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rows returns the cells of the first table after a heading.
func rows(t *testing.T, heading string) (table [][]string) {
	t.Helper()
	_, text, found := strings.Cut(page(t), "\n## "+heading+"\n")
	_, text, started := strings.Cut(text, "\n|---")
	if !found || !started {
		t.Fatalf("no table after %s", heading)
	}
	for line := range strings.Lines(text[strings.Index(text, "\n")+1:]) {
		if !strings.HasPrefix(line, "|") {
			break
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(line), "|"), " | ") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		table = append(table, cells)
	}
	return table
}

var quoted = regexp.MustCompile("`([^`]+)`")

// quotes returns what a cell has in backticks.
func quotes(cell string) (all []string) {
	for _, m := range quoted.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestPageHasStreams(t *testing.T) {
	table := rows(t, "Data streams and datasets")
	if len(table) != len(Streams) {
		t.Fatalf("%d rows for %d datasets", len(table), len(Streams))
	}
	for i, s := range Streams {
		channels := strings.Join(s.Channels, ", ")
		if s.Channels == nil {
			channels = "all others"
		}
		if table[i][0] != "`"+s.Dataset+"`" || table[i][1] != channels {
			t.Errorf("%q, want %s: %s", table[i], s.Dataset, channels)
		}
	}
}

func TestPageHasObjects(t *testing.T) {
	named := map[string]bool{}
	for _, row := range rows(t, "What setup puts in place") {
		named[row[0]] = true
	}
	for _, openSearch := range []bool{false, true} {
		f := full(openSearch)
		o := options(t, nil)
		for _, object := range plan(&o, &f, ownPriority) {
			if want := object.kind.name + " `" + object.name + "`"; !named[want] {
				t.Errorf("%s is not in the table", want)
			}
		}
	}
}

// TestPageHasFolded holds the list of folded fields equal to the code's.
func TestPageHasFolded(t *testing.T) {
	want := map[string]bool{}
	for _, f := range folded {
		want[strings.TrimSuffix(f, ".")+".*"] = true
	}
	for _, row := range rows(t, "Mapping") {
		if !strings.Contains(row[1], "lower case") {
			continue
		}
		for _, q := range quotes(row[0]) {
			if !want[q] {
				t.Errorf("%s is not folded", q)
			}
			delete(want, q)
		}
	}
	for f := range want {
		t.Errorf("%s is folded, and not in the table", f)
	}
}

// TestPageQuotes: what the page says that the log says stands in the code.
func TestPageQuotes(t *testing.T) {
	var code strings.Builder
	for _, pattern := range []string{"../*.go", "../../../plugin/instance/*.go", "../../../plugin/config/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			code.Write(text)
		}
	}
	found := 0
	for _, row := range rows(t, "What happens when") {
		for _, q := range quotes(row[2]) {
			found++
			if !strings.Contains(code.String(), q) {
				t.Errorf("the code does not say %q", q)
			}
		}
	}
	if found < 10 {
		t.Errorf("%d quotations", found)
	}
}
