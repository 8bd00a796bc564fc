// Package outputs says what "delivered" means. An Output takes a batch of
// documents and answers only when each of them is acknowledged by the
// destination, or says which are not and whether they may be sent again.
package outputs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Output is a destination. Its methods are safe for concurrent use.
type Output interface {
	// Write delivers the documents of b and returns when the destination has
	// answered for all of them. nil means that every one is acknowledged, and
	// will survive what the destination promises to survive.
	//
	// An *Error stands for all documents of the batch; a *BatchError names the
	// documents that failed, the others are acknowledged. Write keeps no
	// reference to b. It returns soon after ctx ends.
	Write(ctx context.Context, b *Batch) error
	// Close releases what the output holds. No Write may follow.
	Close() error
}

// Error is why documents were not delivered.
type Error struct {
	// Op says what was tried, Dest at what: "append", "/var/log/events.ndjson".
	Op, Dest string
	// Retryable says that the same may succeed later.
	Retryable bool
	// Refusal is why no attempt can succeed, where Retryable is false.
	Refusal Refusal
	// Hint tells a person what to do, where that is known.
	Hint string
	Err  error
}

// Error implements error.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s %s: %v", e.Op, e.Dest, e.Err)
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrBehind is why documents were not sent at all: an earlier batch, which has to
// go first, was under way all the time.
var ErrBehind = errors.New("an earlier batch is under way")

// Failure is a document that was not delivered.
type Failure struct {
	// Index is the document's place in the batch.
	Index int
	Err   *Error
}

// BatchError names the documents of a batch that were not delivered. All
// others were acknowledged.
type BatchError struct{ Failures []Failure }

// Error implements error.
func (e *BatchError) Error() string {
	if len(e.Failures) == 0 {
		return "no document failed"
	}
	return fmt.Sprintf("%d documents failed, the first: %v", len(e.Failures), e.Failures[0].Err)
}

// Attrs returns what of a log line's attributes is not empty.
func Attrs(all ...slog.Attr) []any {
	var list []any
	for _, a := range all {
		if a.Value.String() != "" {
			list = append(list, a)
		}
	}
	return list
}

// Failures turns the error of a Write of n documents into the documents that
// it did not deliver. An error of another kind is taken as one that may pass.
func Failures(err error, n int) []Failure {
	if err == nil {
		return nil
	}
	var batch *BatchError
	if errors.As(err, &batch) {
		return batch.Failures
	}
	var one *Error
	if !errors.As(err, &one) {
		one = &Error{Op: "write", Dest: "output", Retryable: true, Err: err}
	}
	failures := make([]Failure, n)
	for i := range failures {
		failures[i] = Failure{Index: i, Err: one}
	}
	return failures
}
