package outputs

import (
	"context"
	"math/rand/v2"
	"time"
)

// The time between two attempts doubles from the one to the other.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = time.Second
)

// Backoff waits between attempts, longer each time. The zero Backoff is ready.
type Backoff struct{ wait time.Duration }

// Wait waits, at least as long as given, and tells whether ctx has not ended
// meanwhile. When ctx would end first, it does not wait at all.
func (b *Backoff) Wait(ctx context.Context, atLeast time.Duration) bool {
	b.wait = min(max(2*b.wait, firstWait), lastWait)
	d := max(b.wait/2+rand.N(b.wait/2), atLeast) //nolint:gosec // spreads attempts; nothing depends on its being unpredictable
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
