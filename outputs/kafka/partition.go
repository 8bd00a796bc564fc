package kafka

import (
	"context"
	"errors"
	"math"

	"github.com/segmentio/kafka-go"
)

// partition sends the batches of one partition, one at a time: the broker
// takes an idempotent producer's batches only in order, and the client library
// may give two requests to different connections.
type partition struct {
	output *Output
	topic  *topic
	id     int
	// turn is taken by whoever sends. It guards what follows.
	turn     turn
	producer producer
	sequence int32
	// pending is the batch to which there is no answer yet. It has to be
	// answered before another is sent.
	pending *recordBatch
}

// recordBatch is a batch that has its place in the sequence.
type recordBatch struct {
	partition *partition
	bytes     []byte
	count     int
	// records are the places in their chunk of the records in the batch.
	records []int
	state   batchState
	// shared says that an attempt had no answer: the client library may still
	// be reading bytes.
	shared bool
	// attempts counts how often it was sent.
	attempts int
}

type batchState uint8

const (
	open         batchState = iota // there is no answer yet
	acknowledged                   // all replicas in sync have it
	refused                        // it is not stored, and never will be as it is
)

func newPartition(o *Output, t *topic, id int) *partition {
	return &partition{output: o, topic: t, id: id, turn: newTurn(), producer: noProducer}
}

// settle sends the batch of an earlier flush that has no answer, if there is one.
func (p *partition) settle(ctx context.Context) error {
	if p.pending == nil {
		return nil
	}
	if err := p.send(ctx, p.pending); err != nil && p.pending != nil {
		return err
	}
	return nil // answered: its owner learns the answer when its chunk comes again
}

// seal gives a batch its place in the sequence.
func (p *partition) seal(ctx context.Context, b []byte, count int) (*recordBatch, error) {
	if p.output.config.Idempotence && p.producer == noProducer {
		var err error
		if p.producer, err = p.output.producers.get(ctx); err != nil {
			return nil, err
		}
	}
	rb := &recordBatch{partition: p, bytes: b, count: count}
	p.stamp(rb)
	return rb, nil
}

func (p *partition) stamp(rb *recordBatch) {
	if rb.shared {
		rb.bytes = append([]byte(nil), rb.bytes...)
	}
	if !p.output.config.Idempotence {
		stamp(rb.bytes, noProducer, -1)
		return
	}
	stamp(rb.bytes, p.producer, p.sequence)
}

// send sends a batch until it is answered. nil means that it is stored. An
// error with pending set means that there is no answer; otherwise the batch is refused.
func (p *partition) send(ctx context.Context, rb *recordBatch) error {
	p.pending = rb
	err := p.output.persist(ctx, func() error {
		if rb.attempts++; rb.attempts > 1 {
			p.output.counts.resent.Add(1)
		}
		return p.attempt(ctx, rb)
	})
	switch a, _ := decide(err); {
	case err == nil:
		p.pending, rb.state = nil, acknowledged
		p.sequence = (p.sequence + int32(rb.count)) & math.MaxInt32
	case a == tooLarge || a == unfit:
		p.pending, rb.state = nil, refused
	}
	return err
}

// attempt sends a batch once.
func (p *partition) attempt(ctx context.Context, rb *recordBatch) error {
	err := p.output.client.produce(ctx, p.topic.name, p.id, rb.bytes)
	if err == nil {
		return nil
	}
	var answer *refusal
	if !errors.As(err, &answer) {
		rb.shared = true
		return err
	}
	switch a, _ := decide(err); {
	case a == stored:
		return nil
	case a == renew:
		return p.renew(ctx, rb, answer.code, err)
	case answer.code == kafka.UnknownTopicOrPartition:
		// The client knows the topic: the broker does not yet, or no longer.
		return notYet{err}
	}
	return err
}

// renew starts a new epoch: the broker has lost the producer's sequence, so the
// batch is not stored. The batch then begins the new epoch's sequence.
func (p *partition) renew(ctx context.Context, rb *recordBatch, code kafka.Error, cause error) error {
	p.output.counts.epochs.Add(1)
	p.output.config.Log.Warn("kafka: the broker does not know the producer's sequence; a new epoch begins",
		"topic", p.topic.name, "partition", p.id, "error", cause)
	p.sequence = 0
	known := code == kafka.OutOfOrderSequenceNumber || code == kafka.UnknownProducerId
	if known && p.producer.epoch < math.MaxInt16 {
		// The next epoch also shuts out what of the old one is still on its way.
		p.producer.epoch++
	} else {
		next, err := p.output.producers.renew(ctx, p.producer)
		if err != nil {
			return err
		}
		p.producer = next
	}
	p.stamp(rb)
	return notYet{cause}
}

// notYet is an answer after which the same batch is sent again.
// It does not unwrap: the code inside would decide otherwise.
type notYet struct{ error }
