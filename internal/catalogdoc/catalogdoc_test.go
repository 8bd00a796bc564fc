package catalogdoc

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                    "",
		"a <RuleId> b":                        `a \<RuleId\> b`,
		"`a <RuleId>|*` and *b* | c_d":        "`a <RuleId>|*` and " + `\*b\* \| c\_d`,
		"a ` alone <b>":                       "a \\` alone \\<b\\>",
		"an empty `` pair":                    "an empty \\`\\` pair",
		"see https://a_b.test/c_d(v=1). Then": `see <https://a_b.test/c_d(v=1)>. Then`,
		"(https://a.test/x), y":               `(<https://a.test/x>), y`,
		"[a](b) # ~ & \\":                     `\[a\](b) \# \~ \& \\`,
	} {
		if got := Text(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"a": "`a`", "": "", "a`b": "``a`b``", "`": "`` ` ``"} {
		if got := Code(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestPages: every event has its place, every link a page, and no page is too large to be shown.
func TestPages(t *testing.T) {
	pages := Pages()
	var all strings.Builder
	for name, text := range pages {
		all.WriteString(text)
		if len(text) > largestPage+100_000 {
			t.Errorf("%s has %d bytes", name, len(text))
		}
		for _, m := range regexp.MustCompile(`\]\(([a-z0-9-]+\.md)\)`).FindAllStringSubmatch(text, -1) {
			if pages[m[1]] == "" {
				t.Errorf("%s links %s, which is not there", name, m[1])
			}
		}
	}
	text := all.String()
	for _, e := range catalog.Entries() {
		if !strings.Contains(text, fmt.Sprintf("## %d %s\n", e.ID, Text(e.Title))) {
			t.Errorf("%s %d has no section", e.Provider, e.ID)
		}
	}
	if n := strings.Count(text, "\n<a id="); n != len(catalog.Entries()) {
		t.Errorf("%d anchors for %d entries", n, len(catalog.Entries()))
	}
	if n := strings.Count(text, "\n- **"); n != catalog.Count()-len(catalog.Entries()) {
		t.Errorf("%d events are listed as named, want %d", n, catalog.Count()-len(catalog.Entries()))
	}
}

func TestCoverage(t *testing.T) {
	text, err := Coverage()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, fmt.Sprintf("| **all** | **%d** | **%d** |", catalog.Count(), len(catalog.Entries()))) {
		t.Error("the totals are not those of the catalog")
	}
	again, err := Coverage()
	if err != nil || again != text {
		t.Errorf("two runs differ (%v)", err)
	}
}
