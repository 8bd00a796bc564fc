package instance

import (
	"errors"
	"fmt"
	"time"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/plugin/chunk"
	"winevent/plugin/metrics"
)

// read turns the records of a chunk into documents, but for those that an
// earlier flush of the chunk has settled.
func (i *Instance) read(w *work, data []byte, done *settled) {
	w.batch.Reset(len(data))
	w.letters.reset()
	w.entries = w.entries[:0]
	w.counted.Read.Bytes = uint64(len(data))
	now := time.Now()
	w.now = event.Time{Sec: now.Unix(), Nsec: int32(now.Nanosecond()), Digits: 3, Set: true}
	w.reader.Reset(data)
	w.doc.StartBatch()
	for n := 0; ; n++ {
		if err := w.next(); err != nil {
			i.end(w, data, n, err, done)
			break
		}
		w.entries = append(w.entries, entry{w.record.Offset, w.record.End})
		if err := i.record(w, n, done); err != nil && !done.has(n) {
			i.log.Error("record cannot be enriched; it goes to the dead letter file", "reason", err)
			w.letters.add(n, w.entries[n], metrics.InternalFault, err.Error())
		}
	}
	if done != nil { // then the chunk was counted when it came first
		w.counted.Read = metrics.Read{}
	}
}

// next reads the next record into the document's memory. A panic, which would be
// a fault of ours, is taken for the end of what can be read.
func (w *work) next() (err error) {
	at := w.reader.Offset()
	defer func() {
		if p := recover(); p != nil {
			err = &chunk.CorruptError{Offset: at, Err: fmt.Errorf("internal fault while reading: %v", p)}
		}
	}()
	return w.reader.Next(&w.record, w.doc)
}

// end takes what the reader says where it stops: all is read, or the rest, from
// record n on, cannot be.
func (i *Instance) end(w *work, data []byte, n int, err error, done *settled) {
	var corrupt *chunk.CorruptError
	if !errors.As(err, &corrupt) || done.has(n) {
		return
	}
	i.log.Error("rest of a chunk cannot be read; it goes to the dead letter file",
		"reason", corrupt, "bytes", len(data)-corrupt.Offset)
	w.letters.add(n, entry{corrupt.Offset, len(data)}, metrics.CorruptChunk, corrupt.Error())
}

// record makes the document of one record. A panic, which would be a fault of
// ours, costs this record its enrichment and nothing else.
func (i *Instance) record(w *work, n int, done *settled) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal fault while enriching: %v", p)
		}
	}()
	// A settled record is read all the same: ids may depend on the records before.
	r := &w.record
	w.doc.EndRecord(r.Body, r.Err, r.Metadata, r.Time)
	w.doc.Enrich()
	w.doc.DefaultTimestamp(w.now)
	wanted := i.wanted(w.doc)
	count(&w.counted.Read, w.doc, wanted)
	if done.has(n) || !wanted {
		return nil
	}
	w.counted.Logged(w.doc.Logged())
	w.batch.Commit(w.doc.AppendJSON(w.batch.Begin()), n, w.doc.ID())
	for _, t := range i.attributes {
		w.batch.CommitAttribute(t.Append(w.batch.BeginAttribute(), w.doc))
	}
	return nil
}

// wanted applies the filters. A record that is no event passes all of them.
func (i *Instance) wanted(doc *enrich.Document) bool {
	code, isEvent := doc.Code()
	if !isEvent {
		return true
	}
	c := &i.config
	if doc.Severity() < c.MinSeverity || c.ExcludeCodes.Has(code) {
		return false
	}
	return len(c.IncludeCodes) == 0 || c.IncludeCodes.Has(code)
}
