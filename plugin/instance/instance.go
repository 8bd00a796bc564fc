// Package instance runs one [OUTPUT] section: it takes chunks as Fluent Bit
// hands them over, and answers for them.
//
// The straight line of one chunk is Flush:
//
//	chunk.Reader.Next            bytes → records
//	enrich.Document              record → document
//	outputs.Batch.Commit         document → batch
//	outputs.Output.Write         batch → acknowledged, or which failed and why
//	deadLetter                   what can never be delivered, with its reason
//	statusOf                     all of that → FLB_OK or FLB_RETRY
//
// There is no queue and no goroutine of ours on it: Fluent Bit buffers,
// schedules and retries, and its workers may call Flush at the same time.
package instance

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"winevent/enrich"
	"winevent/enrich/event"
	"winevent/outputs"
	"winevent/outputs/file"
	"winevent/plugin/chunk"
	"winevent/plugin/config"
	"winevent/plugin/metrics"
)

// Instance is one [OUTPUT] section. Flush may be called concurrently.
type Instance struct {
	config   config.Config
	enricher *enrich.Enricher
	output   outputs.Output
	// attributes are what the output wants to know of each document.
	attributes []*enrich.Template
	dead       *deadLetter
	log        *slog.Logger
	works      sync.Pool
	progress   progress
	// unreachable says that the last flush found nobody to connect to.
	unreachable atomic.Bool
	metrics     *metrics.Section
}

// Open makes an instance and checks that it can work. log takes what a person should know.
func Open(c config.Config, log *slog.Logger) (*Instance, error) {
	dead, err := openFile("dead_letter_file", file.Config{Path: c.DeadLetterFile})
	if err != nil {
		return nil, err
	}
	output, attributes, err := openOutput(c, log)
	if err != nil {
		return nil, errors.Join(err, dead.Close())
	}
	i := &Instance{
		config:     c,
		enricher:   enrich.New(c.Enrichment()),
		output:     output,
		attributes: attributes,
		dead:       &deadLetter{file: dead, now: time.Now},
		log:        log,
	}
	i.works.New = func() any { return &work{doc: i.enricher.NewDocument()} }
	if i.metrics, err = i.openMetrics(); err != nil {
		return nil, errors.Join(err, output.Close(), dead.Close())
	}
	return i, nil
}

// work is the memory of one flush. It is used by one flush at a time.
type work struct {
	reader  chunk.Reader
	record  chunk.Record
	doc     *enrich.Document
	batch   outputs.Batch
	letters letters
	// entries are where the records stand in the chunk.
	entries []entry
	counted metrics.Flush
	// now is for records that came without any time.
	now event.Time
}

type entry struct{ start, end int }

// Flush delivers a chunk. It keeps no reference to chunk. nil means that every
// record is acknowledged by the destination or stands in the dead letter file,
// synced; an error means that the chunk has to come again, and what was
// acknowledged will not be sent a second time then.
func (i *Instance) Flush(data []byte, tag string) error {
	start := time.Now()
	w := i.works.Get().(*work)
	defer i.works.Put(w)
	w.counted = metrics.Flush{Retry: true} // unless it comes to its end: a panic counts too
	defer func() {
		now := time.Now()
		i.metrics.Add(&w.counted, start, now)
		i.metrics.Summarize(now)
	}()
	done := i.progress.take(data)
	i.read(w, data, done)

	ctx, cancel := context.WithTimeout(context.Background(), i.patience())
	defer cancel()
	var failures []outputs.Failure
	if w.batch.Len() > 0 {
		if done != nil {
			w.batch.Memory = done.memory
		}
		failures = outputs.Failures(i.output.Write(ctx, &w.batch), w.batch.Len())
		i.notice(failures)
	}
	retry := i.settle(w, failures)
	if err := i.dead.write(&w.letters, data, tag); err != nil {
		// Everything else of the chunk is delivered: only the letters come again.
		w.counted.LettersFailed = true
		i.log.Error("dead letter file cannot be written; the chunk is kept and comes again", "error", err)
		return i.keep(w, data, done, retry, err)
	}
	for _, l := range w.letters.list {
		w.counted.Letters[l.kind]++
	}
	if len(retry) > 0 {
		return i.keep(w, data, done, retry, retry[0].Err)
	}
	w.counted.Retry = false
	return nil
}

// impatience is how long a flush tries while the destination cannot be
// connected to. Fluent Bit has every queued chunk flushed before it stops: with
// the whole time for each, a stop during an outage would take minutes.
const impatience = 2 * time.Second

// patience is how long a flush may take.
func (i *Instance) patience() time.Duration {
	if i.unreachable.Load() {
		return min(impatience, i.config.FlushTimeout)
	}
	return i.config.FlushTimeout
}

// notice learns from a flush whether the destination can be connected to. One
// that answers, however slowly, can.
func (i *Instance) notice(failures []outputs.Failure) {
	behind := false
	for _, f := range failures {
		var e *net.OpError
		if errors.As(f.Err, &e) && e.Op == "dial" {
			i.unreachable.Store(true)
			return
		}
		behind = behind || errors.Is(f.Err, outputs.ErrBehind)
	}
	if !behind { // else this flush only waited for another, and learnt nothing
		i.unreachable.Store(false)
	}
}

// settle sorts out the documents that failed: those that never can be
// delivered become letters, the others are returned.
func (i *Instance) settle(w *work, failures []outputs.Failure) (retry []outputs.Failure) {
	w.counted.Documents = uint64(w.batch.Len() - len(failures))
	w.counted.DocumentBytes = uint64(len(w.batch.NDJSON()))
	var refused error
	for _, f := range failures {
		w.counted.DocumentBytes -= uint64(len(w.batch.Doc(f.Index)) + 1)
		if f.Err.Retryable {
			retry = append(retry, f)
			continue
		}
		n := w.batch.Record(f.Index)
		w.letters.add(n, w.entries[n], metrics.Refused(f.Err.Refusal), f.Err.Error())
		refused = f.Err
	}
	if refused != nil {
		i.log.Error("the destination refuses records for good; they go to the dead letter file",
			"records", len(failures)-len(retry), "reason", refused)
	}
	w.counted.Open = uint64(len(retry))
	return retry
}

// keep remembers what of the chunk is settled, and returns why it has to come again.
func (i *Instance) keep(w *work, data []byte, done *settled, retry []outputs.Failure, err error) error {
	if done == nil {
		done = &settled{}
	}
	done.memory = w.batch.Memory
	failed := map[int]bool{}
	for _, f := range retry {
		failed[f.Index] = true
	}
	for doc := range w.batch.Len() {
		if !failed[doc] {
			done.add(w.batch.Record(doc))
		}
	}
	for _, l := range w.letters.list {
		if l.written {
			done.add(l.record)
		} else {
			done.remove(l.record)
		}
	}
	i.progress.put(data, done)
	i.log.Warn("chunk is kept and comes again", "error", err, "open", len(retry), "records", w.batch.Len())
	return err
}

// Log is the log that Open was given.
func (i *Instance) Log() *slog.Logger { return i.log }

// Close ends the instance. No Flush may follow.
func (i *Instance) Close() error {
	i.metrics.Total()
	return errors.Join(i.metrics.Close(), i.output.Close(), i.dead.file.Close())
}

// Reopen makes outputs that write to files open them anew, as tools that
// rotate files ask for with SIGHUP.
func (i *Instance) Reopen() {
	i.log.Info("SIGHUP: files are opened anew")
	if o, ok := i.output.(*file.Output); ok {
		o.Reopen()
	}
	i.dead.file.Reopen()
}
