package enrich

import (
	"fmt"
	"testing"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
)

// TestConditions is each operator, on texts and numbers, present and not.
func TestConditions(t *testing.T) {
	doc := New(Options{}).NewDocument()
	for _, c := range []struct {
		operator catalog.Operator
		values   []string
		value    string // JSON; empty for a parameter that is not there
		want     bool
	}{
		{catalog.Is, []string{"abc"}, `"ABC"`, true},
		{catalog.Is, []string{"abc"}, `"ABCD"`, false},
		{catalog.Is, []string{"x", "0x17"}, `"23"`, true},
		{catalog.Is, []string{"23"}, `"0x17"`, true},
		{catalog.Is, []string{"23"}, `23`, true},
		{catalog.Is, []string{"true"}, `true`, true},
		{catalog.Is, []string{""}, `""`, true},
		{catalog.Is, []string{""}, ``, false},
		{catalog.Is, []string{"-"}, `{"a":"-"}`, false},
		{catalog.IsNot, []string{"abc"}, `"ABC"`, false},
		{catalog.IsNot, []string{"abc"}, `"x"`, true},
		{catalog.IsNot, []string{"abc"}, ``, true},
		{catalog.Contains, []string{"-enc"}, `"powershell -ENC abc"`, true},
		{catalog.Contains, []string{"-enc"}, `"powershell"`, false},
		{catalog.StartsWith, []string{`c:\`}, `"C:\\Windows"`, true},
		{catalog.StartsWith, []string{`c:\`}, `"D:\\C:\\"`, false},
		{catalog.EndsWith, []string{"-512", "-519"}, `"S-1-5-21-1-2-3-519"`, true},
		{catalog.EndsWith, []string{"-512"}, `"S-1-5-21-1-2-3-5120"`, false},
	} {
		parameter := ""
		if c.value != "" {
			parameter = fmt.Sprintf(`"P":%s`, c.value)
		}
		doc.ReadLine(fmt.Appendf(nil, `{"ProviderName":"p","EventID":1,"Channel":"c","Message":"m","EventData":{%s}}`, parameter), event.Time{})
		doc.entry = prepare(&catalog.Entry{Severity: catalog.Low, Cases: []catalog.Case{
			{Severity: catalog.High, Reason: "fits", If: []catalog.Condition{{Parameter: "P", Operator: c.operator, Values: c.values}}},
		}})
		doc.nameParams()
		if got := doc.findCase() == 0; got != c.want {
			t.Errorf("%s %s %q: %t", c.value, c.operator, c.values, got)
		}
	}
}

// TestFirstCaseCounts is about the order of cases, and about cases of several conditions.
func TestFirstCaseCounts(t *testing.T) {
	is := func(parameter, value string) catalog.Condition {
		return catalog.Condition{Parameter: parameter, Operator: catalog.Is, Values: []string{value}}
	}
	entry := prepare(&catalog.Entry{Severity: catalog.Low, Cases: []catalog.Case{
		{If: []catalog.Condition{is("A", "1"), is("B", "2")}},
		{If: []catalog.Condition{is("A", "1")}},
		{If: []catalog.Condition{is("Binary", "ff00")}},
	}})
	doc := New(Options{}).NewDocument()
	for record, want := range map[string]int{
		`"EventData":{"A":"1","B":"2"}`: 0,
		`"EventData":{"B":"3","A":"1"}`: 1,
		`"EventData":{"A":"2","B":"2"}`: -1,
		`"EventData":{"Binary":"FF00"}`: 2,
	} {
		doc.ReadLine([]byte(`{"ProviderName":"p","EventID":1,"Channel":"c","Message":"m",`+record+`}`), event.Time{})
		doc.entry = entry
		doc.nameParams()
		if got := doc.findCase(); got != want {
			t.Errorf("%s: case %d, want %d", record, got, want)
		}
	}
}
