// Package elasticsearch delivers documents to Elasticsearch or OpenSearch, each
// accounted for by its own answer.
//
// The straight line of one Write:
//
//	cut             documents → bulk requests, bounded in bytes
//	client.bulk     the request → an answer for each document
//	decideItem      an answer → stored, again, later, dead letter
//	decideRequest   a request that failed as a whole → again, later, in halves
//
// A document's _id is its event.id and the operation is create: a document that
// is sent again because its answer was lost is answered with 409, and is there
// once. That holds within one backing index; see docs/elasticsearch.md.
package elasticsearch

import (
	"context"
	"sync"

	"winevent/outputs"
)

// Output is a cluster. It is an outputs.Output.
type Output struct {
	config   Config
	client   *client
	builders sync.Pool
	counts   counts
}

var _ outputs.Output = (*Output)(nil)

// Open makes an output. A cluster that cannot be reached is logged and no
// error: nodes come and go. The error is about the configuration.
func Open(c Config) (*Output, error) {
	client, err := newClient(&c)
	if err != nil {
		return nil, err
	}
	o := &Output{config: c, client: client}
	o.builders.New = func() any { return &builder{} }
	o.look()
	return o, nil
}

// Write implements outputs.Output.
func (o *Output) Write(ctx context.Context, b *outputs.Batch) error {
	w := write{output: o, batch: b}
	slots := make(chan struct{}, o.config.Bulks)
	var all sync.WaitGroup
	for _, docs := range w.cut() {
		slots <- struct{}{}
		all.Go(func() {
			w.deliver(ctx, docs)
			<-slots
		})
	}
	all.Wait()
	if len(w.failures) == 0 {
		return nil
	}
	return &outputs.BatchError{Failures: w.failures}
}

// Close implements outputs.Output.
func (o *Output) Close() error {
	o.client.http.CloseIdleConnections()
	return nil
}
