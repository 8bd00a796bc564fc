package record

import (
	"fmt"
	"math"
	"testing"
)

// key appends one name in the object scope and returns the JSON that came out.
func key(n *Names, scope int32, name string) string {
	out, _ := n.AppendKey(nil, scope, []byte(name))
	return string(out)
}

func TestNamesAreNumbered(t *testing.T) {
	var n Names
	scope := n.Scope()
	for _, c := range []struct{ name, want string }{
		{"a", `"a"`}, {"a", `"a_1"`}, {"a", `"a_2"`}, {"A", `"A"`},
		{"b_1", `"b_1"`}, {"b", `"b"`}, {"b", `"b_2"`}, // b_1 is taken already
		{"a_1", `"a_1_1"`},            // and so is a_1, by the second a
		{"", `"_"`}, {" \t", `"__1"`}, // a name without a letter
		{`"`, `"\""`}, {`"`, `"\"_1"`},
	} {
		if got := key(&n, scope, c.name); got != c.want {
			t.Errorf("%q becomes %s, want %s", c.name, got, c.want)
		}
	}
	if got := key(&n, n.Scope(), "a"); got != `"a"` {
		t.Errorf("in another object a becomes %s", got)
	}
}

// Names that are not UTF-8 become equal when they are repaired.
func TestNamesThatRepairMakesEqual(t *testing.T) {
	var n Names
	scope := n.Scope()
	for _, c := range []struct {
		name, want string
		valid      bool
	}{
		{"\ufffd", "\"\ufffd\"", true}, {"\xff", "\"\ufffd_1\"", false}, {"\xfe", "\"\ufffd_2\"", false}, {"\xff\xff", "\"\ufffd\ufffd\"", false},
	} {
		got, valid := n.AppendKey(nil, scope, []byte(c.name))
		if string(got) != c.want || valid != c.valid {
			t.Errorf("%q becomes %s, %v; want %s, %v", c.name, got, valid, c.want, c.valid)
		}
	}
}

func TestNamesManyAndReset(t *testing.T) {
	const count = 10_000
	var n Names
	for round := range 3 {
		n.Reset()
		one, two := n.Scope(), n.Scope()
		for i := range count {
			name := fmt.Appendf(nil, "name%d", i)
			if n.Has(one, name) {
				t.Fatalf("round %d: %s is there before it was added", round, name)
			}
			if !n.Add(one, name) || n.Add(one, name) {
				t.Fatalf("round %d: Add of %s", round, name)
			}
			if i%2 == 0 && !n.Add(two, name) {
				t.Fatalf("round %d: %s is not free in another object", round, name)
			}
		}
		for i := range count {
			name := fmt.Appendf(nil, "name%d", i)
			if !n.Has(one, name) || n.Has(two, name) != (i%2 == 0) {
				t.Fatalf("round %d: %s is lost, or in the wrong object", round, name)
			}
		}
	}
}

// A record may name all its members alike. Looking for a free number from the
// start each time would take hours for the largest record.
func TestNamesAllAlike(t *testing.T) {
	var n Names
	scope := n.Scope()
	for i := range MaxNodes {
		want := `"a"`
		if i > 0 {
			want = fmt.Sprintf(`"a_%d"`, i)
		}
		if got := key(&n, scope, "a"); got != want {
			t.Fatalf("name %d is %s, want %s", i, got, want)
		}
	}
}

// The round number marks what is of today. When it starts again from the
// beginning, names of the first rounds must not come back.
func TestNamesRoundWrapsAround(t *testing.T) {
	var n Names
	n.Reset()
	n.Add(1, []byte("old")) // in round 1
	n.round = math.MaxUint32
	n.Add(1, []byte("last"))
	for range 2 {
		n.Reset()
		if n.Has(1, []byte("old")) || n.Has(1, []byte("last")) {
			t.Error("a forgotten name is back")
		}
	}
	if !n.Add(1, []byte("new")) || !n.Has(1, []byte("new")) {
		t.Error("a new name is not kept")
	}
}

func TestNamesZeroValue(t *testing.T) {
	var n Names
	if n.Has(0, nil) {
		t.Error("the empty set has a name")
	}
	if !n.Add(0, nil) || !n.Has(0, []byte{}) {
		t.Error("the empty name is not kept")
	}
}
