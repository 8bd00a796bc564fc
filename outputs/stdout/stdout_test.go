package stdout

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"winevent/outputs"
)

func batchOf(docs ...string) *outputs.Batch {
	var b outputs.Batch
	for i, d := range docs {
		b.Commit(append(b.Begin(), d...), i, nil)
	}
	return &b
}

// pieces notes each write, as a pipe that others write to as well would see it.
type pieces struct{ all []string }

func (p *pieces) Write(b []byte) (int, error) {
	p.all = append(p.all, string(bytes.Clone(b)))
	return len(b), nil
}

func TestOneWriteForABatch(t *testing.T) {
	var p pieces
	o := &Output{w: &p}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := o.Write(context.Background(), batchOf("a", "b")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if strings.Join(p.all, "|") != "a\nb\n|a\nb\n|a\nb\n|a\nb\n" {
		t.Errorf("%q", p.all)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestFailureMayPass(t *testing.T) {
	err := (&Output{w: broken{}}).Write(context.Background(), batchOf("a"))
	var e *outputs.Error
	if !errors.As(err, &e) || !e.Retryable {
		t.Errorf("%v", err)
	}
}
