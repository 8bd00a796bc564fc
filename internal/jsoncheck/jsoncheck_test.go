package jsoncheck_test

import (
	"testing"

	"winevent/internal/jsoncheck"
)

// A checker that lets everything pass would make every test that uses it pass too.
func TestDocumentRefusesWhatItIsFor(t *testing.T) {
	good := []string{
		`{}`, `[]`, `1`, `"a"`, `{"a":1,"b":{"a":1}}`, `[{"a":1},{"a":1}]`, `{"a":[{"b":1},{"b":2}],"b":"a"}`, `{"a":"a","b":"a"}`,
	}
	for _, text := range good {
		if err := jsoncheck.Document([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	bad := []string{
		``, `{`, `{} {}`, `{"a":1,"a":2}`, `{"b":{"a":1,"a":2}}`, `[{"a":1,"\u0061":2}]`, `{"a":[],"a":1}`, `{"a":{},"b":1,"a":1}`, "\"\xff\"",
	}
	for _, text := range bad {
		if jsoncheck.Document([]byte(text)) == nil {
			t.Errorf("%s passes", text)
		}
	}
}
