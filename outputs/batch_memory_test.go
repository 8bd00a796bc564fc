package outputs_test

import (
	"testing"

	"winevent/outputs"
)

// TestBatchMemory: a batch keeps its memory while the next use needs it, and gives
// up what one huge chunk made it take.
func TestBatchMemory(t *testing.T) {
	var b outputs.Batch
	b.Reset(1 << 20)
	usual := cap(b.Begin())
	b.Reset(1)
	if got := cap(b.Begin()); got != usual {
		t.Errorf("the memory of a usual chunk becomes %d of %d bytes", got, usual)
	}
	b.Reset(40 << 20)
	huge := cap(b.Begin())
	b.Reset(20 << 20)
	if got := cap(b.Begin()); got != huge {
		t.Errorf("%d of %d bytes are kept, and half of them are needed", got, huge)
	}
	b.Reset(1 << 20)
	if got := cap(b.Begin()); got >= huge {
		t.Errorf("%d bytes are kept, and little is needed", got)
	}
}
