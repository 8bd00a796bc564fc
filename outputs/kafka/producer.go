package kafka

import (
	"context"
	"math/rand/v2"
	"time"
)

// producers hands out the producer id of an output. Each partition counts its
// own epoch and sequence from there on, as the protocol has it.
type producers struct {
	output  *Output
	turn    turn
	current producer
}

func (p *producers) get(ctx context.Context) (producer, error) {
	if err := p.turn.enter(ctx); err != nil {
		return noProducer, err
	}
	defer p.turn.leave()
	if p.current != noProducer {
		return p.current, nil
	}
	return p.ask(ctx)
}

// renew returns a producer with another id than old.
func (p *producers) renew(ctx context.Context, old producer) (producer, error) {
	if err := p.turn.enter(ctx); err != nil {
		return noProducer, err
	}
	defer p.turn.leave()
	if p.current.id != old.id && p.current != noProducer {
		return p.current, nil
	}
	return p.ask(ctx)
}

func (p *producers) ask(ctx context.Context) (producer, error) {
	err := p.output.persist(ctx, func() (err error) {
		p.current, err = p.output.client.newProducer(ctx)
		return err
	})
	return p.current, err
}

// The time between two attempts doubles from the one to the other.
const (
	firstWait = 50 * time.Millisecond
	lastWait  = time.Second
)

// persist calls try until it succeeds, fails for a reason that waiting does not
// mend, or ctx ends. It returns the last error of try.
func (o *Output) persist(ctx context.Context, try func() error) error {
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		err := try()
		if err == nil {
			return nil
		}
		a, _ := decide(err)
		if a == again || a == later {
			o.client.forget() // or the library would go on with what it learnt before
		}
		if a != again {
			return err
		}
		if !sleep(ctx, wait/2+rand.N(wait/2)) { //nolint:gosec // spreads attempts; nothing depends on its being unpredictable
			return err
		}
	}
}

// sleep waits, and tells whether ctx has not ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
