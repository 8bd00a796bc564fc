package enrich

import (
	"net/netip"
	"testing"
)

// TestParseIPv4 holds the short way against netip.
func TestParseIPv4(t *testing.T) {
	for _, text := range []string{"", "1", "1.2.3", "1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3.4.5", "1.2.3.", ".1.2.3",
		"01.2.3.4", "1.2.3.04", "00.1.1.1", "1..2.3", "1.2.3.4 ", "a.b.c.d", "1.2.3.999999999999999999999", "::1", "-1.2.3.4", "10.0.0.200"} {
		want, err := netip.ParseAddr(text)
		got, ok := parseIPv4([]byte(text))
		if wantOK := err == nil && want.Is4(); ok != wantOK || ok && got != want {
			t.Errorf("%q: %v %t, want %v %t", text, got, ok, want, wantOK)
		}
	}
}

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
