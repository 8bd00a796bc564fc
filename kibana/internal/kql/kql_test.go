package kql

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestQuery holds the queries against what Kibana's grammar and its query
// functions say (kbn-es-query: kuery grammar, functions is, range, and, or, not).
func TestQuery(t *testing.T) {
	for text, want := range map[string]string{
		``:                       `{"match_all":{}}`,
		`a.b: c`:                 `{"match":{"a.b":"c"}}`,
		`a:"c d"`:                `{"match_phrase":{"a":"c d"}}`,
		`a: "x\"\\y"`:            `{"match_phrase":{"a":"x\"\\y"}}`,
		`a : *`:                  `{"exists":{"field":"a"}}`,
		`a >= 47`:                `{"range":{"a":{"gte":"47"}}}`,
		`a<"now-1d"`:             `{"range":{"a":{"lt":"now-1d"}}}`,
		`not a: *`:               `{"bool":{"must_not":[{"exists":{"field":"a"}}]}}`,
		`a: (b or "c")`:          `{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"b"}},{"match_phrase":{"a":"c"}}]}}`,
		`a: (b and not c)`:       `{"bool":{"filter":[{"match":{"a":"b"}},{"bool":{"must_not":[{"match":{"a":"c"}}]}}]}}`,
		`a: b or c: d and e: f`:  `{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"b"}},{"bool":{"filter":[{"match":{"c":"d"}},{"match":{"e":"f"}}]}}]}}`,
		`(a: b OR c: d) AND e:f`: `{"bool":{"filter":[{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"b"}},{"match":{"c":"d"}}]}},{"match":{"e":"f"}}]}}`,
		"a: b\n  and c: (d)":     `{"bool":{"filter":[{"match":{"a":"b"}},{"match":{"c":"d"}}]}}`,
		`not (a: b or c: d)`:     `{"bool":{"must_not":[{"bool":{"minimum_should_match":1,"should":[{"match":{"a":"b"}},{"match":{"c":"d"}}]}}]}}`,
	} {
		n, err := Parse(text)
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := json.Marshal(n.Query())
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestFields(t *testing.T) {
	n, err := Parse(`b: x and (not a: * or b > 1)`)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(n.Fields(), " "); got != "a b" {
		t.Error(got)
	}
}

// TestNotRead refuses what would mean something else in Kibana.
func TestNotRead(t *testing.T) {
	for text, reason := range map[string]string{
		`word`:        "values without a field",
		`"phrase"`:    "where a field should be",
		`a:`:          "where a value of a should be",
		`a: b*`:       "where a value of a should be",
		`a*: b`:       "where a field should be",
		`a: \b`:       "where a value of a should be",
		`a: "b`:       "where a value of a should be",
		`a: "\t"`:     "where a value of a should be",
		`a: { b: c }`: "where a value of a should be",
		`a: true`:     "where a value of a should be",
		`(a: b`:       "where ) should be",
		`a: (b or c`:  "where ) should be",
		`a: b c: d`:   "is too much",
		`a: b)`:       "is too much",
		`a: b and `:   "the end where a field should be",
		`a: b and`:    "is too much",
		`a > *`:       "where a value should be",
		`not `:        "the end where a field should be",
		`not`:         "where a field should be",
		`not(a: b)`:   "where a field should be",
		`(a: b)and c`: "is too much",
		`"a": b`:      "where a field should be",
	} {
		if n, err := Parse(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v, %+v", text, err, n)
		}
	}
}
