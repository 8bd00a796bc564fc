package kafka

import (
	"sync/atomic"
	"time"
)

// Stats are what an output has done since it was opened.
type Stats struct {
	// Batches were stored, Resent sent again for want of an answer, Split
	// divided because the broker refused them as they were.
	Batches, Resent, Split uint64
	// NewEpochs counts how often a broker did not know the producer's sequence.
	NewEpochs uint64
	// Bytes are those of stored batches before compression, Compressed those
	// that were sent of them.
	Bytes, Compressed uint64
	// Encode, Compress and Wait are the times, added up over all flushes that
	// ran at the same time, of making batches and of waiting for answers.
	Encode, Compress, Wait time.Duration
}

// Stats returns what the output has done so far.
func (o *Output) Stats() Stats {
	c := &o.counts
	return Stats{
		Batches: c.batches.Load(), Resent: c.resent.Load(), Split: c.split.Load(), NewEpochs: c.epochs.Load(),
		Bytes: c.bytes.Load(), Compressed: c.wire.Load(),
		Encode: time.Duration(c.encode.Load()), Compress: time.Duration(c.compress.Load()), Wait: time.Duration(c.wait.Load()),
	}
}

// counts are the running numbers of Stats; times are in nanoseconds.
type counts struct {
	batches, resent, split, epochs atomic.Uint64
	bytes, wire                    atomic.Uint64
	encode, compress, wait         atomic.Int64
}
