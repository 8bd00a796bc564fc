package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/initproducerid"
	"github.com/segmentio/kafka-go/protocol/metadata"
	"github.com/segmentio/kafka-go/protocol/produce"
)

const (
	// metadataTTL bounds how long a change of the cluster (new partitions, a
	// leader that moved without an error) may go unnoticed.
	metadataTTL = 10 * time.Second
	// forgetInterval bounds how often the cluster is looked at anew after errors.
	forgetInterval = 300 * time.Millisecond
)

// client speaks with the cluster. It is safe for concurrent use.
type client struct {
	transport *kafka.Transport
	brokers   net.Addr
	timeout   time.Duration // of one request

	mu        sync.Mutex
	forgotten time.Time
}

// produce sends a sealed batch to the partition's leader and returns when all
// replicas in sync have it. The answer's error is a *refusal; other errors
// leave open whether the batch was stored, and batch must then stay unchanged:
// the library may still read it.
func (c *client) produce(ctx context.Context, topic string, partition int, batch []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.brokers, &produceRequest{
		clientID: c.transport.ClientID, topic: topic, partition: int32(partition), batch: batch,
		timeout: int32(c.timeout.Milliseconds()),
	})
	if err != nil {
		return err
	}
	res, ok := m.(*produce.Response)
	if !ok || len(res.Topics) == 0 || len(res.Topics[0].Partitions) == 0 {
		return errors.New("the broker's answer does not name the partition")
	}
	return newRefusal(&res.Topics[0].Partitions[0])
}

// refusal is a broker's answer that is not "stored".
type refusal struct {
	code    kafka.Error
	message string
	// records are the places in the batch of the records that it objects to,
	// where it names them.
	records map[int]string
}

func newRefusal(p *produce.ResponsePartition) error {
	if p.ErrorCode == 0 {
		return nil
	}
	r := &refusal{code: kafka.Error(p.ErrorCode), message: p.ErrorMessage, records: map[int]string{}}
	for _, e := range p.RecordErrors {
		r.records[int(e.BatchIndex)] = e.BatchIndexErrorMessage
	}
	return r
}

// Error implements error.
func (r *refusal) Error() string {
	if r.message != "" {
		return fmt.Sprintf("[%d] %s: %s", int(r.code), r.code.Title(), r.message)
	}
	return r.code.Error()
}

// Unwrap returns the protocol's error code.
func (r *refusal) Unwrap() error { return r.code }

// partitions returns the number of a topic's partitions. With create it asks
// the brokers to make one that is missing.
func (c *client) partitions(ctx context.Context, topic string, create bool) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.brokers, &metadata.Request{
		TopicNames:             []string{topic},
		AllowAutoTopicCreation: create,
	})
	if err != nil {
		return 0, err
	}
	res, ok := m.(*metadata.Response)
	if !ok || len(res.Topics) != 1 {
		return 0, errors.New("the broker's answer does not name the topic")
	}
	t := &res.Topics[0]
	if t.ErrorCode != 0 {
		return 0, kafka.Error(t.ErrorCode)
	}
	if len(t.Partitions) == 0 {
		return 0, kafka.LeaderNotAvailable
	}
	return len(t.Partitions), nil
}

// newProducer asks the cluster for a producer id.
func (c *client) newProducer(ctx context.Context) (producer, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	m, err := c.transport.RoundTrip(ctx, c.brokers, &initProducerID{ProducerID: -1, ProducerEpoch: -1})
	if err != nil {
		return noProducer, err
	}
	res, ok := m.(*initproducerid.Response)
	switch {
	case !ok:
		return noProducer, errors.New("the broker's answer holds no producer id")
	case res.ErrorCode != 0:
		return noProducer, kafka.Error(res.ErrorCode)
	}
	return producer{id: res.ProducerID, epoch: res.ProducerEpoch}, nil
}

// forget makes the next request look at the cluster anew: leaders may have
// moved. Requests under way go on.
func (c *client) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); now.Sub(c.forgotten) >= forgetInterval {
		c.forgotten = now
		c.transport.CloseIdleConnections()
	}
}

// initProducerID is the request for a producer id without a transaction. The
// library's own request first looks for the coordinator of the transaction
// "", which makes the broker create its transaction topic and needs a
// permission that a producer without transactions does not.
type initProducerID struct {
	_ struct{} `kafka:"min=v2,max=v4,tag"`

	TransactionalID      string `kafka:"min=v0,max=v4,nullable"`
	TransactionTimeoutMs int32  `kafka:"min=v0,max=v4"`
	ProducerID           int64  `kafka:"min=v3,max=v4"`
	ProducerEpoch        int16  `kafka:"min=v3,max=v4"`
}

// ApiKey implements protocol.Message.
func (*initProducerID) ApiKey() protocol.ApiKey { return protocol.InitProducerId } //nolint:revive // the name is the interface's

// TypeKey implements protocol.OverrideTypeMessage.
func (*initProducerID) TypeKey() protocol.OverrideTypeKey { return 0 }

// The library encodes only messages of registered types.
func init() {
	protocol.RegisterOverride(&initProducerID{}, &initproducerid.Response{}, 0)
}
