//go:build unix

package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"
	"github.com/segmentio/kafka-go/protocol/fetch"
)

const (
	fetchBytes = 16 << 20
	// readers bounds the partitions that are read at a time, and so the memory.
	readers = 4
	// slabBytes is how much memory the keys and values of records get at a time.
	slabBytes = 1 << 20
)

// Message is a record of a topic. Its slices are its own; no key and no value
// are nil, empty ones are not.
type Message struct {
	Partition int
	Offset    int64
	Key       []byte
	Value     []byte
	Headers   []kafka.Header
	Time      time.Time
}

// ReadAll returns all records that a topic has, by partition and offset.
func (c *Cluster) ReadAll(t testing.TB, topic string) []Message {
	t.Helper()
	partitions := map[int][]Message{}
	total := 0
	err := c.eachBatch(context.Background(), topic, func(batch []Message) {
		p := batch[0].Partition
		partitions[p] = append(partitions[p], batch...)
		total += len(batch)
	})
	if err != nil {
		t.Fatalf("cannot read topic %s: %v", topic, err)
	}
	all := make([]Message, 0, total)
	for _, p := range slices.Sorted(maps.Keys(partitions)) {
		all = append(all, partitions[p]...)
	}
	return all
}

// Each calls f for all records that a topic has, in the order of offsets within
// a partition, from the caller's goroutine. It keeps few of them in memory.
func (c *Cluster) Each(t testing.TB, topic string, f func(Message)) {
	t.Helper()
	err := c.eachBatch(context.Background(), topic, func(batch []Message) {
		for _, m := range batch {
			f(m)
		}
	})
	if err != nil {
		t.Fatalf("cannot read topic %s: %v", topic, err)
	}
}

// eachBatch reads the partitions at a time, from their starts to the ends that
// they have now. A batch is of one partition and not empty.
func (c *Cluster) eachBatch(ctx context.Context, topic string, f func([]Message)) error {
	starts, err := c.eventualOffsets(ctx, topic, kafka.FirstOffset)
	if err != nil {
		return err
	}
	ends, err := c.eventualOffsets(ctx, topic, kafka.LastOffset)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // f may end the goroutine
	batches := make(chan []Message)
	failed := make(chan error, len(ends))
	slots := make(chan struct{}, readers)
	var wg sync.WaitGroup
	for partition, end := range ends {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r := reader{c, topic, partition, starts[partition], end, batches}
			failed <- r.read(ctx)
		})
	}
	go func() {
		wg.Wait()
		close(batches)
	}()
	for batch := range batches {
		f(batch)
	}
	close(failed)
	for e := range failed {
		err = errors.Join(err, e)
	}
	return err
}

// reader reads the records of a partition from the offset next until end.
type reader struct {
	cluster   *Cluster
	topic     string
	partition int
	next, end int64
	out       chan<- []Message
}

// read goes on after errors as long as there is progress: leaders come and go.
func (r *reader) read(ctx context.Context) error {
	progress := time.Now()
	for r.next < r.end {
		before := r.next
		err := r.readFromLeader(ctx)
		if r.next > before {
			progress = time.Now()
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil || time.Since(progress) > patience || errors.Is(err, kafka.OffsetOutOfRange) {
			return fmt.Errorf("partition %d, offset %d: %w", r.partition, r.next, err)
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// readFromLeader reads until the end or an error.
func (r *reader) readFromLeader(ctx context.Context) error {
	leaders, err := r.cluster.leaders(ctx, r.topic)
	if err != nil {
		return err
	}
	conn, err := dial(ctx, r.cluster.brokers[leaders[r.partition]].Addr())
	if err != nil {
		return err
	}
	defer conn.Close()
	for r.next < r.end {
		batch, err := r.fetch(ctx, conn)
		if err != nil {
			return err
		}
		select {
		case r.out <- batch:
			r.next = batch[len(batch)-1].Offset + 1
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// fetch returns the next records, at least one.
func (r *reader) fetch(ctx context.Context, conn connection) ([]Message, error) {
	response, err := ask[*fetch.Response](ctx, conn, &fetch.Request{
		ReplicaID: -1, MaxWaitTime: 500, MinBytes: 1, MaxBytes: fetchBytes, SessionID: 0, SessionEpoch: -1,
		Topics: []fetch.RequestTopic{{Topic: r.topic, Partitions: []fetch.RequestPartition{{
			Partition: int32(r.partition), CurrentLeaderEpoch: -1, FetchOffset: r.next,
			LogStartOffset: -1, PartitionMaxBytes: fetchBytes,
		}}}},
	})
	if err != nil {
		return nil, err
	}
	if err := failure(response.ErrorCode, ""); err != nil {
		return nil, err
	}
	partition := response.Topics[0].Partitions[0]
	if err := failure(partition.ErrorCode, ""); err != nil {
		return nil, err
	}
	batch, err := r.messages(partition.RecordSet.Records)
	if err == nil && len(batch) == 0 {
		err = errors.New("the broker returned no records")
	}
	return batch, err
}

// messages copies the records that were asked for: a broker sends whole batches,
// which may begin before the first.
func (r *reader) messages(records protocol.RecordReader) ([]Message, error) {
	if records == nil {
		return nil, nil
	}
	var batch []Message
	var s slab
	for {
		record, err := records.ReadRecord()
		if errors.Is(err, io.EOF) {
			return batch, nil
		}
		if err != nil {
			return nil, err
		}
		m := Message{Partition: r.partition, Offset: record.Offset, Time: record.Time, Headers: slices.Clone(record.Headers)}
		if m.Key, err = s.copy(record.Key); err != nil {
			return nil, err
		}
		if m.Value, err = s.copy(record.Value); err != nil {
			return nil, err
		}
		if m.Offset >= r.next && m.Offset < r.end {
			batch = append(batch, m)
		}
	}
}

// slab gives many small slices memory in few pieces.
type slab []byte

// copy returns the bytes and gives back the buffer that they were in.
func (s *slab) copy(b protocol.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	defer b.Close()
	n := b.Len()
	if len(*s) < n {
		*s = make([]byte, max(n, slabBytes))
	}
	data := (*s)[:n:n]
	*s = (*s)[n:]
	_, err := io.ReadFull(b, data)
	return data, err
}
