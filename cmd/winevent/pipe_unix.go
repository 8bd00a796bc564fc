//go:build unix

package main

import (
	"errors"
	"syscall"
)

// pipeClosed tells whether an error says that nobody reads the pipe any more.
func pipeClosed(err error) bool { return errors.Is(err, syscall.EPIPE) }
