package main

import (
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""},
		{"one two three", 7, "one two|three"},
		{"one two three", 6, "one|two|three"},
		{"a verylongword b", 5, "a|verylongword|b"},
		{"verylongword", 3, "verylongword"},
		{"a  b", 10, "a  b"},
		{"first\n\n    second third", 11, "first||    second|    third"},
		{"größe größe", 5, "größe|größe"},
		{"a b", -3, "a|b"},
	} {
		if got := strings.Join(wrap(test.text, test.width), "|"); got != test.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func TestMessageText(t *testing.T) {
	e := &catalog.Entry{
		Message: "A%tchange.%n%t%nProfile:%t%t%1%n%tRule:%t%2 100%% %3",
		Parameters: []catalog.ParameterList{
			{Versions: []uint8{0}, Names: []string{"Old", "Rule"}},
			{Versions: []uint8{1}, Names: []string{"Profile"}},
		},
	}
	if got, want := e.MessageText(), "A change.\n\nProfile: <Profile>\n    Rule: <Rule> 100% %3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := e.ParameterTexts(); strings.Join(got, "|") != "version 0: Old, Rule|version 1: Profile" {
		t.Errorf("parameters %q", got)
	}
}

// TestCards shows lines as a terminal does.
func TestCards(t *testing.T) {
	for _, test := range []struct {
		name, line string
		want       []string
	}{
		{"known", winevtlog5462, []string{"2024-03-01T10:11:12.000Z  medium  5462  Some rules of the active IPsec policy could not be applied  DC01\n",
			"SE_AUDITID_ETW_POLICYAGENT_PASTORE_FAILED_SOME_NFA_APPLICATION (published)", "14 (0xe) ERROR_OUTOFMEMORY: ", "1. See how much", "Verify"}},
		{"unknown", `{"ProviderName":"P","EventID":1,"Computer":"H\u001b[2J","Message":"first\u0007 line\nsecond"}`,
			[]string{"informational  1  first\ufffd line  H\ufffd[2J\n"}},
		{"no event", `{"a":"` + strings.Repeat("x", 500) + `"}`, []string{"not enriched  no Windows event", "x…\n"}},
	} {
		j := &job{doc: newTestDocument()}
		document, _ := j.document(nil, []byte(test.line))
		s := &sheet{screen: screen{width: defaultWidth, paint: newPalette(false)}, indent: cardIndent}
		s.card(document)
		for _, w := range test.want {
			if !strings.Contains(s.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", test.name, w, s.String())
			}
		}
		if strings.ContainsAny(s.String(), "\x1b\x07") {
			t.Errorf("%s: control characters in %q", test.name, s.String())
		}
	}
}

func TestPalette(t *testing.T) {
	if got := newPalette(false).severity("high", "x"); got != "x" {
		t.Errorf("without colour: %q", got)
	}
	if got := newPalette(true).severity("high", "x"); !strings.Contains(got, "\x1b[31m") {
		t.Errorf("with colour: %q", got)
	}
	if got := newPalette(true).severity("no such", "x"); !strings.Contains(got, "x") {
		t.Errorf("unknown severity: %q", got)
	}
}

func TestProgress(t *testing.T) {
	var to strings.Builder
	bar := newProgress(&to, 100)
	bar.add(10)
	if to.Len() > 0 {
		t.Errorf("a bar at once: %q", to.String())
	}
	bar.start = bar.start.Add(-2 * progressDelay)
	bar.add(10)
	if !strings.Contains(to.String(), "20%") {
		t.Errorf("no bar after a while: %q", to.String())
	}
	bar.end()
	var none *progress
	none.add(1)
	none.end()
}
