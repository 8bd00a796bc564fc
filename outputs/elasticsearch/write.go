package elasticsearch

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"winevent/outputs"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

// write is one call of Output.Write.
type write struct {
	output   *Output
	batch    *outputs.Batch
	mu       sync.Mutex
	failures []outputs.Failure
}

// cut divides the documents into bulk requests.
func (w *write) cut() (bulks [][]int) {
	var docs []int
	var size int64
	for i := range w.batch.Len() {
		add := sizeOf(w.batch, i)
		if len(docs) > 0 && size+add > w.output.config.BulkBytes {
			bulks = append(bulks, docs)
			docs, size = nil, 0
		}
		docs, size = append(docs, i), size+add
	}
	return append(bulks, docs)
}

// deliver sends documents as one bulk request until all are settled, or the time is over.
func (w *write) deliver(ctx context.Context, docs []int) {
	var backoff outputs.Backoff
	for {
		results, err := w.send(ctx, docs)
		var wait time.Duration
		if err == nil {
			docs, err = w.settle(docs, results)
			if len(docs) == 0 {
				return
			}
			w.output.counts.retried.Add(uint64(len(docs)))
		} else {
			act, hint, after := decideError(err)
			switch act {
			case divide:
				w.divide(ctx, docs, err, hint)
				return
			case later:
				w.fail(err, hint, true, docs...)
				return
			}
			wait = after
			w.output.counts.repeated.Add(1)
		}
		if !backoff.Wait(ctx, wait) {
			w.fail(err, waitHint(err), true, docs...)
			return
		}
	}
}

// send sends documents once.
func (w *write) send(ctx context.Context, docs []int) ([]result, error) {
	o := w.output
	builder := o.builders.Get().(*builder)
	body, err := builder.build(w.batch, docs, o.config.Gzip)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	results, err := o.client.bulk(ctx, body, len(docs))
	o.counts.wait.Add(int64(time.Since(start)))
	o.counts.bulks.Add(1)
	o.counts.bytes.Add(uint64(len(builder.plain)))
	o.counts.wire.Add(uint64(len(body)))
	if err == nil {
		// Otherwise the body may still be read: it is left to the garbage collector.
		o.builders.Put(builder)
	}
	return results, err
}

// settle notes the answers, and returns the documents to send again with the
// first reason why.
func (w *write) settle(docs []int, results []result) (open []int, err error) {
	counts := &w.output.counts
	for n := range results {
		r := &results[n]
		act, hint := decideItem(r)
		switch act {
		case created:
			counts.created.Add(1)
		case exists:
			counts.exists.Add(1)
		case redirected:
			counts.redirected.Add(1)
		case again:
			open = append(open, docs[n])
			if err == nil {
				err = r
			}
		default:
			w.fail(r, hint, act == later, docs[n])
		}
	}
	return open, err
}

// divide sends the documents of a request that was refused as a whole in halves.
func (w *write) divide(ctx context.Context, docs []int, err error, hint string) {
	w.output.counts.divided.Add(1)
	if len(docs) == 1 {
		w.fail(err, hint, false, docs...)
		return
	}
	half := len(docs) / 2
	w.deliver(ctx, docs[:half])
	w.deliver(ctx, docs[half:])
}

// fail notes documents that are not stored.
func (w *write) fail(err error, hint string, retryable bool, docs ...int) {
	e := &outputs.Error{Op: "send to", Dest: w.output.client.dest(), Retryable: retryable, Hint: hint, Err: err}
	if !retryable {
		e.Refusal = refusalOf(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, i := range docs {
		w.failures = append(w.failures, outputs.Failure{Index: i, Err: e})
	}
}

// decideError says what follows from the error of a request.
func decideError(err error) (act action, hint string, wait time.Duration) {
	var r *result
	if errors.As(err, &r) {
		act, hint = decideRequest(r)
		return act, hint, r.retryAfter
	}
	if errors.Is(err, secret.ErrUnreadable) {
		return later, "", 0
	}
	if strings.Contains(err.Error(), "not Elasticsearch") { // the client library's own, of no type
		return later, "if this is OpenSearch, set elasticsearch_flavor opensearch", 0
	}
	if tlsfiles.Refused(err) {
		return later, waitHint(err), 0
	}
	return again, waitHint(err), 0
}

// waitHint is what may help when an error goes on.
func waitHint(err error) string {
	if hint := tlsfiles.Hint(err, "elasticsearch_tls_"); hint != "" {
		return hint
	}
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "if this goes on, the port may want https"
	case errors.Is(err, context.DeadlineExceeded):
		return "the server did not answer in time (elasticsearch_request_timeout, flush_timeout)"
	}
	return ""
}
