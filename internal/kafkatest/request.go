//go:build unix

package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/listoffsets"
	"github.com/segmentio/kafka-go/protocol/metadata"
)

const (
	requestTimeout = 10 * time.Second
	// patience is how long an operation is tried again: brokers may be starting or electing a leader.
	patience = 30 * time.Second
)

// versions of the requests: from 4.0 on, Kafka takes them all.
var versions = map[protocol.ApiKey]int16{
	protocol.Metadata:     8,
	protocol.ListOffsets:  5,
	protocol.Fetch:        11,
	protocol.CreateTopics: 4,
	protocol.DeleteTopics: 3,
	protocol.CreateAcls:   3,
	protocol.DescribeAcls: 3,
}

// connection is one to a known broker.
type connection struct{ *protocol.Conn }

func dial(ctx context.Context, addr string) (connection, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return connection{}, err
	}
	c := connection{protocol.NewConn(conn, "kafkatest")}
	c.SetVersions(versions)
	return c, nil
}

// ask sends one request over a connection and returns its answer.
func ask[Response protocol.Message](ctx context.Context, c connection, request protocol.Message) (Response, error) {
	var none Response
	c.SetDeadline(time.Now().Add(requestTimeout))
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	answer, err := c.RoundTrip(request)
	if err != nil {
		return none, err
	}
	response, ok := answer.(Response)
	if !ok {
		return none, fmt.Errorf("the broker answered %T with %T", request, answer)
	}
	return response, nil
}

// askOnce is ask over a connection of its own.
func askOnce[Response protocol.Message](ctx context.Context, addr string, request protocol.Message) (Response, error) {
	c, err := dial(ctx, addr)
	if err != nil {
		var none Response
		return none, err
	}
	defer c.Close()
	return ask[Response](ctx, c, request)
}

// failure is the error of a code in an answer, nil for 0.
func failure(code int16, message string) error {
	if code == 0 {
		return nil
	}
	if message == "" {
		return kafka.Error(code)
	}
	return fmt.Errorf("%w: %s", kafka.Error(code), message)
}

// eventually tries until it works, until an error that waiting cannot mend, or until patience ends.
func eventually(ctx context.Context, try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try(ctx)
		var code kafka.Error
		if err == nil || errors.As(err, &code) && !code.Temporary() {
			return err
		}
		if sleep(ctx, 20*time.Millisecond) != nil {
			return err
		}
	}
}

// answering are the brokers that are neither down nor paused.
func (c *Cluster) answering() []*Broker {
	return slices.DeleteFunc(slices.Clone(c.brokers), func(b *Broker) bool { return !b.answers() })
}

// anyAddr is the address of a broker that answers.
func (c *Cluster) anyAddr() (string, error) {
	if all := c.answering(); len(all) > 0 {
		return all[0].Addr(), nil
	}
	return "", errNotRunning
}

// view is the cluster as one broker sees it.
type view struct{ *metadata.Response }

// look asks for all topics, or for those named.
func look(ctx context.Context, addr string, topics ...string) (view, error) {
	response, err := askOnce[*metadata.Response](ctx, addr, &metadata.Request{TopicNames: topics})
	return view{response}, err
}

func (v view) hasBroker(id int32) bool {
	return slices.ContainsFunc(v.Brokers, func(b metadata.ResponseBroker) bool { return b.NodeID == id })
}

// ledWith returns an error if a partition has no leader though the broker could
// lead it: it is in sync, or all replicas are there.
func (v view) ledWith(broker int32) error {
	for _, t := range v.Topics {
		for _, p := range t.Partitions {
			if p.LeaderID >= 0 || !slices.Contains(p.ReplicaNodes, broker) {
				continue
			}
			if slices.Contains(p.IsrNodes, broker) || len(p.OfflineReplicas) == 0 {
				return fmt.Errorf("partition %d of topic %s has no leader", p.PartitionIndex, t.Name)
			}
		}
	}
	return nil
}

// ledBy are requests for the end offsets of the partitions that a broker leads.
func (v view) ledBy(broker int32) []listoffsets.RequestTopic {
	var all []listoffsets.RequestTopic
	for _, t := range v.Topics {
		topic := listoffsets.RequestTopic{Topic: t.Name}
		for _, p := range t.Partitions {
			if p.LeaderID == broker {
				topic.Partitions = append(topic.Partitions, offsetOf(p.PartitionIndex, kafka.LastOffset))
			}
		}
		if len(topic.Partitions) > 0 {
			all = append(all, topic)
		}
	}
	return all
}

func offsetOf(partition int32, which int64) listoffsets.RequestPartition {
	return listoffsets.RequestPartition{Partition: partition, CurrentLeaderEpoch: -1, Timestamp: which}
}

// leaders returns the leaders of the only topic's partitions; all have one, or it is an error.
func (v view) leaders() (map[int]int, error) {
	if len(v.Topics) != 1 {
		return nil, fmt.Errorf("the broker described %d topics", len(v.Topics))
	}
	if err := failure(v.Topics[0].ErrorCode, ""); err != nil {
		return nil, err
	}
	leaders := map[int]int{}
	for _, p := range v.Topics[0].Partitions {
		if err := failure(p.ErrorCode, ""); err != nil {
			return nil, err
		}
		if p.LeaderID < 0 {
			return nil, kafka.LeaderNotAvailable
		}
		leaders[int(p.PartitionIndex)] = int(p.LeaderID)
	}
	return leaders, nil
}

// inSync returns an error if a replica is behind.
func (v view) inSync() error {
	if _, err := v.leaders(); err != nil {
		return err
	}
	for _, p := range v.Topics[0].Partitions {
		if len(p.IsrNodes) < len(p.ReplicaNodes) {
			return fmt.Errorf("partition %d has %d of %d replicas in sync", p.PartitionIndex, len(p.IsrNodes), len(p.ReplicaNodes))
		}
	}
	return nil
}
