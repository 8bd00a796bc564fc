package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"winevent/enrich"
	"winevent/outputs"
)

// recordOverhead is about what a record has beside its key and value.
const recordOverhead = 160

// delivery sends one group's documents to its partition.
type delivery struct {
	write *write
	group *group
}

// run sends all, or notes what is not acknowledged and why.
func (d *delivery) run(ctx context.Context) {
	g := d.group
	drafts := d.drafts(g.docs) // before the turn: others send meanwhile
	if err := d.start(ctx); err != nil {
		d.giveUp(err, g.keptDocs)
		d.giveUpDrafts(err, drafts)
		if g.kept != nil {
			d.write.leave(g.kept)
		}
		return
	}
	defer g.partition.turn.leave()
	if g.kept != nil && g.kept.state == refused {
		if err := d.all(ctx, d.drafts(g.keptDocs)); err != nil {
			d.giveUpDrafts(err, drafts)
			return
		}
	}
	_ = d.all(ctx, drafts) // what it could not send is noted
}

// all sends drafts. With an error nothing further can be sent now; what was not
// is noted.
func (d *delivery) all(ctx context.Context, drafts []*draft) error {
	for n, b := range drafts {
		if err := d.batch(ctx, b); err != nil {
			d.giveUpDrafts(err, drafts[n+1:])
			return err
		}
	}
	return nil
}

func (d *delivery) giveUpDrafts(err error, drafts []*draft) {
	for _, b := range drafts {
		d.giveUp(err, b.docs)
		d.release(b)
	}
}

// draft is a record batch that has no place in the sequence yet.
type draft struct {
	docs    []int
	encoder *encoder
	packed  []byte
	err     error // why it cannot be sent as it is
}

// drafts encodes and compresses documents.
func (d *delivery) drafts(docs []int) (all []*draft) {
	for len(docs) > 0 {
		n := d.fit(docs)
		all = append(all, d.draftOf(docs[:n]))
		docs = docs[n:]
	}
	return all
}

func (d *delivery) draftOf(docs []int) *draft {
	o := d.write.output
	e := o.encoders.Get().(*encoder)
	start := time.Now()
	d.encode(e, docs)
	encoded := time.Now()
	packed, err := e.seal(encoded.UnixMilli())
	o.counts.encode.Add(int64(encoded.Sub(start)))
	o.counts.compress.Add(int64(time.Since(encoded)))
	if err == nil && int64(len(packed)) > o.config.MaxBatchBytes {
		err = fmt.Errorf("%d %w", len(packed), errTooLarge)
	}
	return &draft{docs, e, packed, err}
}

func (d *delivery) release(b *draft) { d.write.output.encoders.Put(b.encoder) }

// start waits for the turn, and settles what has no answer yet. With an error
// the turn is not held.
func (d *delivery) start(ctx context.Context) error {
	p := d.group.partition
	if err := p.turn.enter(ctx); err != nil {
		return fmt.Errorf("partition %d: %w: %w", p.id, outputs.ErrBehind, err)
	}
	if err := p.settle(ctx); err != nil {
		p.turn.leave()
		return err
	}
	return nil
}

// giveUp notes documents that were not sent, and may be later.
func (d *delivery) giveUp(err error, docs []int) {
	if len(docs) == 0 {
		return
	}
	e := failure(d.group.partition.topic.name, err)
	e.Retryable = true
	d.write.fail(e, docs...)
}

// fit returns how many documents make the next batch: at least one.
func (d *delivery) fit(docs []int) int {
	room := d.group.partition.topic.target.Load()
	for n, i := range docs {
		room -= int64(d.sizeOf(i))
		if room < 0 {
			return max(n, 1)
		}
	}
	return len(docs)
}

// sizeOf is about how many bytes a document takes in a batch.
func (d *delivery) sizeOf(doc int) int {
	b := d.write.batch
	return len(b.Doc(doc)) + len(b.Attribute(doc, keyAttribute)) + recordOverhead
}

// batch sends a draft; in smaller ones if it is too large. An error means that
// further documents cannot be sent now; those of the draft that are not
// acknowledged are noted.
func (d *delivery) batch(ctx context.Context, b *draft) error {
	docs := b.docs
	err := d.send(ctx, b)
	var no *rejection
	if !errors.As(err, &no) {
		return err
	}
	if len(docs) == 1 {
		d.refuse(no, docs[0])
		return nil
	}
	return d.divide(ctx, docs, no)
}

// refuse notes a document that the cluster will never take.
func (d *delivery) refuse(no *rejection, doc int) {
	e := failure(d.group.partition.topic.name, no.error)
	e.Retryable = false
	d.write.fail(e, doc)
}

// rejection is the answer that a batch will never be taken as it is.
type rejection struct{ error }

// divide sends the documents of a rejected batch in parts: without the records
// that the broker names, or else in halves.
func (d *delivery) divide(ctx context.Context, docs []int, no *rejection) error {
	d.write.output.counts.split.Add(1)
	var answer *refusal
	if errors.As(no.error, &answer) && len(answer.records) > 0 {
		good := make([]int, 0, len(docs))
		for n, i := range docs {
			if _, bad := answer.records[n]; bad {
				d.refuse(no, i)
				continue
			}
			good = append(good, i)
		}
		if len(good) == 0 || len(good) == len(docs) {
			return nil
		}
		return d.batch(ctx, d.draftOf(good))
	}
	half := len(docs) / 2
	if err := d.batch(ctx, d.draftOf(docs[:half])); err != nil {
		d.giveUp(err, docs[half:])
		return err
	}
	return d.batch(ctx, d.draftOf(docs[half:]))
}

// send gives a draft its place in the sequence, sends it, and waits for the answer.
func (d *delivery) send(ctx context.Context, b *draft) error {
	o, p, e, docs := d.write.output, d.group.partition, b.encoder, b.docs
	if b.err != nil {
		d.release(b)
		return &rejection{b.err}
	}
	rb, err := p.seal(ctx, b.packed, len(docs))
	if err != nil {
		d.release(b)
		d.giveUp(err, docs)
		return err
	}
	size := len(e.plain)
	sent := time.Now()
	err = p.send(ctx, rb)
	o.counts.wait.Add(int64(time.Since(sent)))
	if rb.state == open {
		d.keep(e, rb, docs)
		d.giveUp(err, docs)
		return err
	}
	if rb.shared {
		e.take() // an attempt without an answer may still be reading
	}
	o.encoders.Put(e)
	if rb.state == refused {
		if a, _ := decide(err); a == tooLarge && len(docs) > 1 {
			p.topic.shrink(size)
		}
		return &rejection{err}
	}
	p.topic.taken(size)
	o.counts.batches.Add(1)
	o.counts.bytes.Add(uint64(size))
	o.counts.wire.Add(uint64(len(rb.bytes)))
	return nil
}

// keep makes the batch the owner of its bytes, and remembers it with the chunk.
func (d *delivery) keep(e *encoder, rb *recordBatch, docs []int) {
	e.take()
	d.write.output.encoders.Put(e)
	for _, i := range docs {
		rb.records = append(rb.records, d.write.batch.Record(i))
	}
	d.write.leave(rb)
}

func (d *delivery) encode(e *encoder, docs []int) {
	headers := newHeaders()
	size := 0
	for _, i := range docs {
		size += d.sizeOf(i)
	}
	e.reset(size)
	for _, i := range docs {
		fillHeaders(&headers, d.write.batch, i)
		e.add(d.write.batch.Attribute(i, keyAttribute), d.write.batch.Doc(i), headers[:])
	}
}

// The headers of every record: fixed ones, the event id, and those of headerTemplates.
const (
	contentTypeHeader = iota
	schemaHeader
	idHeader
	templateHeaders
	headerCount = templateHeaders + len(headerTemplates)
)

type headerList [headerCount]header

var (
	contentType   = []byte("application/json")
	schemaVersion = []byte(enrich.SchemaVersion)
)

func newHeaders() headerList {
	var h headerList
	h[contentTypeHeader] = header{"content-type", contentType}
	h[schemaHeader] = header{"schema-version", schemaVersion}
	h[idHeader] = header{key: "event.id"}
	for n := range headerTemplates {
		h[templateHeaders+n].key = headerTemplates[n].key
	}
	return h
}

func fillHeaders(h *headerList, b *outputs.Batch, i int) {
	h[idHeader].value = b.ID(i)
	for n := range headerTemplates {
		h[templateHeaders+n].value = b.Attribute(i, firstHeader+n)
	}
}
