package outputs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"winevent/outputs"
)

func TestBatch(t *testing.T) {
	var b outputs.Batch
	for round := range 2 {
		b.Reset(0)
		for i := range 3 {
			b.Commit(append(b.Begin(), fmt.Sprintf(`{"n":%d}`, i)...), 10+i, []byte(strings.Repeat(fmt.Sprint(i), 32)))
		}
		if b.Len() != 3 || string(b.NDJSON()) != "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n" {
			t.Fatalf("round %d: %d documents: %q", round, b.Len(), b.NDJSON())
		}
		if string(b.Doc(1)) != `{"n":1}` || b.Record(1) != 11 || string(b.ID(2)) != strings.Repeat("2", 32) {
			t.Errorf("%s %d %s", b.Doc(1), b.Record(1), b.ID(2))
		}
	}
}

func TestBatchDoesNotAllocate(t *testing.T) {
	var b outputs.Batch
	id := make([]byte, 32)
	if n := testing.AllocsPerRun(100, func() {
		b.Reset(0)
		for i := range 10 {
			b.Commit(append(b.Begin(), "document"...), i, id)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFailures(t *testing.T) {
	one := &outputs.Error{Op: "write", Dest: "x", Err: errors.New("no")}
	some := &outputs.BatchError{Failures: []outputs.Failure{{Index: 2, Err: one}}}
	for _, c := range []struct {
		err       error
		indices   string
		retryable bool
	}{
		{nil, "[]", false},
		{one, "[0 1 2]", false},
		{fmt.Errorf("flush: %w", one), "[0 1 2]", false},
		{some, "[2]", false},
		{errors.New("unknown"), "[0 1 2]", true},
	} {
		failures := outputs.Failures(c.err, 3)
		indices := []int{}
		for _, f := range failures {
			indices = append(indices, f.Index)
			if f.Err.Retryable != c.retryable {
				t.Errorf("%v: retryable %t", c.err, f.Err.Retryable)
			}
		}
		if fmt.Sprint(indices) != c.indices {
			t.Errorf("%v: %v, want %s", c.err, indices, c.indices)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	cause := errors.New("no space left on device")
	e := &outputs.Error{Op: "append to", Dest: "/x", Hint: "free space", Err: cause}
	if e.Error() != "append to /x: no space left on device: free space" || !errors.Is(e, cause) {
		t.Errorf("%v", e)
	}
	b := &outputs.BatchError{Failures: []outputs.Failure{{Err: e}}}
	if !strings.Contains(b.Error(), "1 documents failed, the first: append to /x") {
		t.Errorf("%v", b)
	}
}
