// Package kafka delivers documents to Kafka, each acknowledged by all replicas
// in sync.
//
// The straight line of one Write:
//
//	plan                 documents → topic → partition         (topics, partitioner)
//	delivery.drafts      documents → record batches            (recordbatch, compress)
//	turn.enter           one batch at a time, in order
//	partition.settle     a batch of an earlier flush that was not answered goes first
//	partition.send       sent again, the same bytes, until it is answered
//	decide               the answer → stored, again, later, smaller, dead letter
//
// The producer is idempotent: a broker that gets a batch twice stores it once.
// A batch without an answer when a flush's time is over is remembered, both by
// its partition, which sends it before any other, and by the chunk, which does
// not send its records anew.
package kafka

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"winevent/outputs"
)

// startTimeout bounds how long a start waits for a cluster that does not answer.
const startTimeout = 3 * time.Second

// Output is a Kafka cluster. It is an outputs.Output.
type Output struct {
	config    Config
	client    *client
	producers producers
	topics    topics
	balancer  kafka.Balancer
	writes    sync.Pool // of *write
	encoders  sync.Pool // of *encoder
	counts    counts
}

var _ outputs.Output = (*Output)(nil)

// Open makes an output. A cluster that cannot be reached is logged and no
// error: brokers come and go. The error is about files of the configuration.
func Open(c Config) (*Output, error) {
	client, err := newClient(&c)
	if err != nil {
		return nil, err
	}
	o := &Output{config: c, client: client}
	o.producers = producers{output: o, turn: newTurn(), current: noProducer}
	o.topics = topics{output: o, byText: map[string]*topic{}, byName: map[string]*topic{}}
	o.balancer = kafka.CRC32Balancer{}
	if c.Partitioner == "murmur2" {
		o.balancer = kafka.Murmur2Balancer{}
	}
	if _, err := newCompressor(c.Compression); err != nil {
		return nil, err
	}
	o.encoders.New = func() any {
		compressor, _ := newCompressor(c.Compression) // tried above
		return newEncoder(compressor)
	}
	o.writes.New = func() any { return &write{output: o, groups: map[*partition]*group{}} }
	if !c.Idempotence {
		c.Log.Info("kafka: kafka_idempotence is off: a batch that is sent again because its answer was lost is stored twice")
	}
	o.look()
	return o, nil
}

// look finds out at start whether the cluster can be reached, to say so.
func (o *Output) look() {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	name, literal := o.config.Topic.Literal()
	if !literal {
		name = o.config.Topic.Fill("other")
	}
	_, err := o.client.partitions(ctx, topicName(name), false)
	switch {
	case err == nil:
	case !literal && (errors.Is(err, kafka.UnknownTopicOrPartition) || errors.Is(err, kafka.TopicAuthorizationFailed)):
		// The brokers answer; which topics there will be, events decide.
	case o.config.AutoCreateTopics && errors.Is(err, kafka.UnknownTopicOrPartition):
		// The first flush asks the brokers to make it.
	default:
		_, hint := decide(err)
		o.config.Log.Warn("kafka: not ready at start; chunks are kept until it is", outputs.Attrs(
			slog.String("brokers", strings.Join(o.config.Brokers, " ")), slog.Any("error", err), slog.String("hint", hint))...)
	}
}

// Write implements outputs.Output.
func (o *Output) Write(ctx context.Context, b *outputs.Batch) error {
	w := o.writes.Get().(*write)
	defer func() {
		w.reset()
		o.writes.Put(w)
	}()
	w.batch = b
	w.plan(ctx)
	w.deliver(ctx)
	return w.result()
}

// Close implements outputs.Output.
func (o *Output) Close() error {
	o.client.transport.CloseIdleConnections()
	return nil
}
