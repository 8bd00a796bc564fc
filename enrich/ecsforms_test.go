package enrich

import (
	"net/netip"
	"testing"

	"github.com/tidwall/gjson"

	"winevent/enrich/event"
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

// TestCommunityIDIsOfThisDocument: the transport may be a static text in one
// document and a text of the record in the next.
func TestCommunityIDIsOfThisDocument(t *testing.T) {
	d := New(Options{}).NewDocument()
	read := func(line string) string {
		d.ReadLine([]byte(line), event.Time{})
		d.Enrich()
		return gjson.GetBytes(d.AppendJSON(nil), "network.community_id").String()
	}
	udp := `{"ProviderName":"Microsoft-Windows-Sysmon","EventID":3,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"c","EventData":{` +
		`"Protocol":"udp","SourceIp":"172.18.39.105","SourcePort":"60061","DestinationIp":"172.18.39.5","DestinationPort":"53"}}`
	tcp := `{"ProviderName":"Microsoft-Windows-Security-Auditing","EventID":5156,"Channel":"Security","Computer":"c","EventData":{` +
		`"Protocol":"6","SourceAddress":"172.18.39.105","SourcePort":"60061","DestAddress":"172.18.39.5","DestPort":"53"}}`
	const want = "1:/Qry9Hs9jFyriDuHqtGDYxqDlZI="
	if got := read(udp); got != want {
		t.Errorf("first: %q", got)
	}
	if read(tcp) == "" {
		t.Fatal("the other document has none: it shows nothing")
	}
	if got := read(udp); got != want {
		t.Errorf("after a document of TCP: %q", got)
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
