// Package stdout writes documents to a stream, one a line.
package stdout

import (
	"context"
	"io"
	"os"
	"sync"

	"winevent/outputs"
)

// Output writes to a stream. It acknowledges a batch when the operating system
// has taken it.
type Output struct {
	mu sync.Mutex
	w  io.Writer
}

var _ outputs.Output = (*Output)(nil)

// New returns an Output that writes to the process's standard output. An error
// means that there is none, as in a Windows service.
func New() (*Output, error) {
	if _, err := os.Stdout.Stat(); err != nil {
		return nil, err
	}
	return &Output{w: os.Stdout}, nil
}

// Write writes all documents in one piece, so that those of concurrent flushes do not mix.
func (o *Output) Write(_ context.Context, b *outputs.Batch) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, err := o.w.Write(b.NDJSON()); err != nil {
		return &outputs.Error{Op: "write", Dest: "stdout", Retryable: true, Err: err}
	}
	return nil
}

// Close leaves the stream open: it belongs to the process.
func (o *Output) Close() error { return nil }
