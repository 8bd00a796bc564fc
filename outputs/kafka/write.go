package kafka

import (
	"context"
	"sync"

	"github.com/segmentio/kafka-go"

	"winevent/outputs"
)

// write is one call of Output.Write. It is used by one at a time, and again later.
type write struct {
	output *Output
	batch  *outputs.Batch
	// groups are the partitions that documents go to, in the order of their
	// first document.
	groups map[*partition]*group
	order  []*group
	free   []*group

	mu       sync.Mutex
	failures []outputs.Failure
	left     unanswered
}

// unanswered is an output's memory of a chunk: the batches that had no answer.
type unanswered []*recordBatch

// group is the documents that go to one partition, by their place in the batch.
type group struct {
	partition *partition
	docs      []int
	// kept is a batch of an earlier flush of the chunk, which was not answered
	// then, and keptDocs are the documents that are in it.
	kept     *recordBatch
	keptDocs []int
}

func (w *write) reset() {
	for _, g := range w.order {
		g.partition, g.kept = nil, nil
		g.docs, g.keptDocs = g.docs[:0], g.keptDocs[:0]
		w.free = append(w.free, g)
	}
	clear(w.groups)
	w.batch, w.order, w.left = nil, w.order[:0], nil
	w.failures = nil // belongs to the caller
}

// plan finds each document's partition.
func (w *write) plan(ctx context.Context) {
	kept := w.recall()
	var (
		last       *topic
		text       []byte
		partitions *partitions
		err        error
		sticky     = -1
	)
	for i := range w.batch.Len() {
		if rb := kept[w.batch.Record(i)]; rb != nil {
			g := w.group(rb.partition)
			g.kept, g.keptDocs = rb, append(g.keptDocs, i)
			continue
		}
		if t := w.batch.Attribute(i, topicAttribute); last == nil || string(t) != string(text) {
			last, text = w.output.topics.of(t), t
			partitions, err = last.ready(ctx)
			sticky = -1
		}
		if err != nil {
			w.fail(failure(last.name, err), i)
			continue
		}
		g := w.group(partitions.list[w.choose(partitions, w.batch.Attribute(i, keyAttribute), &sticky)])
		g.docs = append(g.docs, i)
	}
}

// recall returns the batches that an earlier flush of the chunk left without
// an answer, by the records in them.
func (w *write) recall() map[int]*recordBatch {
	left, _ := w.batch.Memory.(unanswered)
	w.batch.Memory = nil
	if len(left) == 0 {
		return nil
	}
	kept := map[int]*recordBatch{}
	for _, rb := range left {
		for _, n := range rb.records {
			kept[n] = rb
		}
	}
	return kept
}

// choose returns the number of a document's partition. Documents without a key
// go to one partition together, another one each time.
func (w *write) choose(p *partitions, key []byte, sticky *int) int {
	if len(key) > 0 {
		return w.output.balancer.Balance(kafka.Message{Key: key}, p.ids...)
	}
	if *sticky < 0 {
		*sticky = int(p.next.Add(1)) % len(p.ids)
	}
	return *sticky
}

func (w *write) group(p *partition) *group {
	g := w.groups[p]
	if g != nil {
		return g
	}
	if n := len(w.free); n > 0 {
		g, w.free = w.free[n-1], w.free[:n-1]
	} else {
		g = &group{}
	}
	g.partition = p
	w.groups[p] = g
	w.order = append(w.order, g)
	return g
}

// deliver sends the groups, several at the same time.
func (w *write) deliver(ctx context.Context) {
	if len(w.order) == 1 {
		w.deliverGroup(ctx, w.order[0])
		return
	}
	var all sync.WaitGroup
	for _, g := range w.order {
		all.Go(func() { w.deliverGroup(ctx, g) })
	}
	all.Wait()
}

func (w *write) deliverGroup(ctx context.Context, g *group) {
	d := delivery{write: w, group: g}
	d.run(ctx)
}

// fail notes documents that are not acknowledged.
func (w *write) fail(err *outputs.Error, docs ...int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, i := range docs {
		w.failures = append(w.failures, outputs.Failure{Index: i, Err: err})
	}
}

// leave remembers a batch without an answer for when the chunk comes again.
func (w *write) leave(rb *recordBatch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = append(w.left, rb)
}

func (w *write) result() error {
	if len(w.left) > 0 {
		w.batch.Memory = w.left
	}
	if len(w.failures) == 0 {
		return nil
	}
	return &outputs.BatchError{Failures: w.failures}
}
