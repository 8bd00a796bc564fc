package enrich

import (
	"net/netip"
	"testing"
)

// TestCommunityID holds the example of the specification, in both directions.
func TestCommunityID(t *testing.T) {
	a, b := netip.MustParseAddrPort("128.232.110.120:34855"), netip.MustParseAddrPort("66.35.250.204:80")
	for _, got := range []string{string(communityID(nil, a, b, 6)), string(communityID(nil, b, a, 6))} {
		if got != "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" {
			t.Errorf("%s", got)
		}
	}
}

func TestArguments(t *testing.T) {
	for line, want := range map[string][]string{
		"":                                 nil,
		"   ":                              nil,
		`cmd`:                              {"cmd"},
		`"C:\Program Files\a.exe" /c  dir`: {`C:\Program Files\a.exe`, "/c", "dir"},
		`a b="c d" "e`:                     {"a", `b="c d"`, `"e`},
		`x "a \"b\" c" y`:                  {"x", `a \"b\" c`, "y"},
	} {
		var got []string
		for rest := []byte(line); rest != nil; {
			var word []byte
			if word, rest = nextArgument(rest); len(word) > 0 {
				got = append(got, string(word))
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q", line, got)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %q, want %q", line, got, want)
			}
		}
	}
}
