package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/segmentio/kafka-go"

	"winevent/outputs"
)

const (
	// maxTopicName is Kafka's limit.
	maxTopicName = 249
	// topicTTL is how long the number of a topic's partitions is not asked for again.
	topicTTL = 5 * time.Second
	// creationPatience is how long a flush waits for a topic that brokers may be creating.
	creationPatience = 5 * time.Second
)

// topics are the topics that documents went to, at most as many as the
// configuration allows.
type topics struct {
	output *Output
	mu     sync.RWMutex
	byText map[string]*topic // by the template's text for a document
	byName map[string]*topic
}

// topic is one of them.
type topic struct {
	name       string
	output     *Output
	turn       turn // taken by who asks the cluster; guards checked
	checked    time.Time
	partitions atomic.Pointer[partitions]
	// target is the size before compression to which batches are filled;
	// accepted is the largest that the broker took.
	target, accepted atomic.Int64
}

// partitions are those of a topic, and their numbers.
type partitions struct {
	list []*partition
	ids  []int
	// next spreads batches without a key.
	next atomic.Uint32
}

// of returns the topic of a document, given what the template says for it.
func (t *topics) of(text []byte) *topic {
	t.mu.RLock()
	found := t.byText[string(text)]
	t.mu.RUnlock()
	if found != nil {
		return found
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.add(string(text))
}

func (t *topics) add(text string) *topic {
	limit := t.output.config.MaxTopics
	name := topicName(text)
	found := t.byName[name]
	if found == nil && len(t.byName) >= limit {
		name = topicName(t.output.config.Topic.Fill("other"))
		found = t.byName[name]
		t.output.config.Log.Warn("kafka: kafka_topic names more topics than kafka_max_topics; further ones share one",
			"limit", limit, "shared", name, "first", text)
	}
	if found == nil {
		found = &topic{name: name, output: t.output, turn: newTurn()}
		found.target.Store(t.output.config.BatchBytes)
		t.byName[name] = found
	}
	if len(t.byText) >= 16*limit { // texts come from events: do not remember them without bound
		clear(t.byText)
	}
	t.byText[text] = found
	return found
}

// topicName makes a legal name: Kafka allows letters, digits, dot, underline and hyphen.
func topicName(text string) string {
	b := []byte(text[:min(len(text), maxTopicName)])
	for i, c := range b {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			b[i] = '-'
		}
	}
	switch name := string(b); name {
	case "", ".", "..":
		return "winevent"
	default:
		return name
	}
}

// ready returns the topic's partitions. It asks the cluster when it does not
// know them, or has not asked for a while.
func (t *topic) ready(ctx context.Context) (*partitions, error) {
	known := t.partitions.Load()
	if known != nil && !t.turn.try() {
		return known, nil // somebody is asking
	}
	if known == nil {
		if err := t.turn.enter(ctx); err != nil {
			return nil, fmt.Errorf("partitions of the topic: %w: %w", outputs.ErrBehind, err)
		}
	}
	defer t.turn.leave()
	known = t.partitions.Load()
	if known != nil && time.Since(t.checked) < topicTTL {
		return known, nil
	}
	n, err := t.ask(ctx, known == nil)
	if err != nil {
		if known != nil {
			return known, nil // sending will show what is wrong
		}
		return nil, err
	}
	t.checked = time.Now()
	if known == nil || n > len(known.list) {
		known = t.grow(known, n)
	}
	return known, nil
}

func (t *topic) ask(ctx context.Context, persist bool) (n int, err error) {
	o := t.output
	patience := time.Now().Add(creationPatience)
	try := func() (err error) {
		n, err = o.client.partitions(ctx, t.name, o.config.AutoCreateTopics)
		if errors.Is(err, kafka.UnknownTopicOrPartition) && o.config.AutoCreateTopics && time.Now().Before(patience) {
			return notYet{err}
		}
		return err
	}
	if persist {
		err = o.persist(ctx, try)
	} else if err = try(); err != nil {
		o.client.forget()
	}
	return n, err
}

// grow returns the partitions with those that are new; partitions never go away.
func (t *topic) grow(known *partitions, n int) *partitions {
	grown := &partitions{}
	if known != nil {
		grown.list = append(grown.list, known.list...)
	}
	for id := len(grown.list); id < n; id++ {
		grown.list = append(grown.list, newPartition(t.output, t, id))
	}
	for id := range grown.list {
		grown.ids = append(grown.ids, id)
	}
	t.partitions.Store(grown)
	return grown
}

// taken notes that the broker took a batch of this size before compression.
func (t *topic) taken(size int) {
	if n := int64(size); n > t.accepted.Load() {
		t.accepted.Store(n)
	}
}

// shrink fills further batches less: the broker found one of this size too large.
func (t *topic) shrink(size int) {
	t.target.Store(max(int64(size)/2, t.accepted.Load(), 1))
}
