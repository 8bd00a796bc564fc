package kafka

import (
	"context"
	"fmt"

	"winevent/outputs"
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
		return noProducer, fmt.Errorf("producer id: %w: %w", outputs.ErrBehind, err)
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
		return noProducer, fmt.Errorf("producer id: %w: %w", outputs.ErrBehind, err)
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

// persist calls try until it succeeds, fails for a reason that waiting does not
// mend, or ctx ends. It returns the last error of try.
func (o *Output) persist(ctx context.Context, try func() error) error {
	var backoff outputs.Backoff
	for {
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
		if !backoff.Wait(ctx, 0) {
			return err
		}
	}
}
