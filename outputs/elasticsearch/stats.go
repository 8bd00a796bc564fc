package elasticsearch

import (
	"sync/atomic"
	"time"
)

// Stats are what an output has done since it was opened.
type Stats struct {
	// Bulks are requests sent, Divided those that had to be sent in halves,
	// Repeated those that failed as a whole in a way that may pass.
	Bulks, Divided, Repeated uint64
	// Created documents are stored, Exists were stored already, Redirected are in
	// the failure store, Retried were sent again because the server was busy.
	Created, Exists, Redirected, Retried uint64
	// Bytes are those of requests before compression, Compressed those sent.
	Bytes, Compressed uint64
	// Wait is the time spent waiting for answers, added up over all requests.
	Wait time.Duration
}

// Stats returns what the output has done so far.
func (o *Output) Stats() Stats {
	c := &o.counts
	return Stats{
		Bulks: c.bulks.Load(), Divided: c.divided.Load(), Repeated: c.repeated.Load(), Created: c.created.Load(), Exists: c.exists.Load(),
		Redirected: c.redirected.Load(), Retried: c.retried.Load(), Bytes: c.bytes.Load(), Compressed: c.wire.Load(),
		Wait: time.Duration(c.wait.Load()),
	}
}

// counts are the running numbers of Stats.
type counts struct {
	bulks, divided, repeated, created, exists, redirected, retried, bytes, wire atomic.Uint64
	wait                                                                        atomic.Int64 // nanoseconds
}
