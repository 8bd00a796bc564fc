//go:build unix

package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/createtopics"
	"github.com/segmentio/kafka-go/protocol/deletetopics"
	"github.com/segmentio/kafka-go/protocol/listoffsets"
)

const createTimeoutMs = 5000

// CreateTopic makes a topic and waits until every running broker knows it and
// the leaders of all partitions take records.
func (c *Cluster) CreateTopic(t testing.TB, name string, partitions, replication int, config map[string]string) {
	t.Helper()
	topic := createtopics.RequestTopic{Name: name, NumPartitions: int32(partitions), ReplicationFactor: int16(replication)}
	for key, value := range config {
		topic.Configs = append(topic.Configs, createtopics.RequestConfig{Name: key, Value: value})
	}
	if err := c.createTopic(context.Background(), topic); err != nil {
		t.Fatalf("cannot create topic %s: %v", name, err)
	}
}

func (c *Cluster) createTopic(ctx context.Context, topic createtopics.RequestTopic) error {
	again := false
	err := eventually(ctx, func(ctx context.Context) error {
		err := c.requestTopic(ctx, topic)
		if again && errors.Is(err, kafka.TopicAlreadyExists) {
			return nil // made by a request whose answer was lost
		}
		again = true
		return err
	})
	if err != nil {
		return err
	}
	return eventually(ctx, func(ctx context.Context) error {
		for _, b := range c.answering() {
			seen, err := look(ctx, b.Addr(), topic.Name)
			if err != nil {
				return err
			}
			leaders, err := seen.leaders()
			if err != nil {
				return err
			}
			if len(leaders) != int(topic.NumPartitions) {
				return fmt.Errorf("%s knows %d partitions", b, len(leaders))
			}
		}
		_, err := c.offsets(ctx, topic.Name, kafka.LastOffset) // only a leader answers
		return err
	})
}

func (c *Cluster) requestTopic(ctx context.Context, topic createtopics.RequestTopic) error {
	addr, err := c.anyAddr()
	if err != nil {
		return err
	}
	response, err := askOnce[*createtopics.Response](ctx, addr, &createtopics.Request{
		Topics: []createtopics.RequestTopic{topic}, TimeoutMs: createTimeoutMs,
	})
	if err != nil {
		return err
	}
	for _, topic := range response.Topics {
		if err := failure(topic.ErrorCode, topic.ErrorMessage); err != nil {
			return err
		}
	}
	return nil
}

// DeleteTopic deletes a topic and waits until no running broker knows it.
func (c *Cluster) DeleteTopic(t testing.TB, name string) {
	t.Helper()
	err := eventually(context.Background(), func(ctx context.Context) error {
		addr, err := c.anyAddr()
		if err != nil {
			return err
		}
		response, err := askOnce[*deletetopics.Response](ctx, addr, &deletetopics.Request{
			TopicNames: []string{name}, TimeoutMs: createTimeoutMs,
		})
		if err != nil {
			return err
		}
		return failure(response.Responses[0].ErrorCode, "")
	})
	if err == nil {
		err = eventually(context.Background(), func(ctx context.Context) error { return c.topicGone(ctx, name) })
	}
	if err != nil {
		t.Fatalf("cannot delete topic %s: %v", name, err)
	}
}

func (c *Cluster) topicGone(ctx context.Context, name string) error {
	for _, b := range c.answering() {
		seen, err := look(ctx, b.Addr(), name)
		if err != nil {
			return err
		}
		if _, err := seen.leaders(); !errors.Is(err, kafka.UnknownTopicOrPartition) {
			return fmt.Errorf("%s still knows the topic", b)
		}
	}
	return nil
}

// Leader returns the broker that leads a partition.
func (c *Cluster) Leader(t testing.TB, topic string, partition int) int {
	t.Helper()
	var leaders map[int]int
	err := eventually(context.Background(), func(ctx context.Context) (err error) {
		leaders, err = c.leaders(ctx, topic)
		return err
	})
	if err != nil {
		t.Fatalf("no leader of topic %s: %v", topic, err)
	}
	leader, ok := leaders[partition]
	if !ok {
		t.Fatalf("topic %s has no partition %d", topic, partition)
	}
	return leader
}

// WaitInSync waits until all replicas of a topic are in sync. A broker that came
// back takes a while; until then, no other may be killed without a loss.
func (c *Cluster) WaitInSync(t testing.TB, topic string) {
	t.Helper()
	err := eventually(context.Background(), func(ctx context.Context) error {
		addr, err := c.anyAddr()
		if err != nil {
			return err
		}
		seen, err := look(ctx, addr, topic)
		if err != nil {
			return err
		}
		return seen.inSync()
	})
	if err != nil {
		t.Fatalf("replicas of topic %s: %v", topic, err)
	}
}

func (c *Cluster) leaders(ctx context.Context, topic string) (map[int]int, error) {
	addr, err := c.anyAddr()
	if err != nil {
		return nil, err
	}
	seen, err := look(ctx, addr, topic)
	if err != nil {
		return nil, err
	}
	return seen.leaders()
}

// Offsets returns the end offset of each partition: the offset that its next record gets.
func (c *Cluster) Offsets(t testing.TB, topic string) map[int]int64 {
	t.Helper()
	ends, err := c.eventualOffsets(context.Background(), topic, kafka.LastOffset)
	if err != nil {
		t.Fatalf("no offsets of topic %s: %v", topic, err)
	}
	return ends
}

func (c *Cluster) eventualOffsets(ctx context.Context, topic string, which int64) (offsets map[int]int64, err error) {
	err = eventually(ctx, func(ctx context.Context) error {
		offsets, err = c.offsets(ctx, topic, which)
		return err
	})
	return offsets, err
}

// offsets asks each leader for its partitions' kafka.FirstOffset or kafka.LastOffset.
func (c *Cluster) offsets(ctx context.Context, topic string, which int64) (map[int]int64, error) {
	leaders, err := c.leaders(ctx, topic)
	if err != nil {
		return nil, err
	}
	led := map[int][]listoffsets.RequestPartition{}
	for partition, leader := range leaders {
		led[leader] = append(led[leader], offsetOf(int32(partition), which))
	}
	offsets := map[int]int64{}
	for leader, partitions := range led {
		response, err := askOnce[*listoffsets.Response](ctx, c.brokers[leader].Addr(), &listoffsets.Request{
			ReplicaID: -1, Topics: []listoffsets.RequestTopic{{Topic: topic, Partitions: partitions}},
		})
		if err != nil {
			return nil, err
		}
		for _, p := range response.Topics[0].Partitions {
			if err := failure(p.ErrorCode, ""); err != nil {
				return nil, err
			}
			offsets[int(p.Partition)] = p.Offset
		}
	}
	return offsets, nil
}
