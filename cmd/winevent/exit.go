package main

import (
	"errors"
	"fmt"
	"io"
)

// The exit codes. Scripts rely on them.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitNotEvent = 3
	exitKeysLost = 3 // convert-config: a key has no counterpart
)

const exitHelp = `Exit codes: 0 done, 1 failed or not found, 2 wrong usage (also a file or
configuration that cannot be read), 3 at least one line was no event, or at least
one key has no counterpart.`

// exitError is an error that says how the program ends.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// usageErrorf is an error of whoever wrote the command line.
func usageErrorf(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// withCode gives err the code exitFailed unless it has one.
func withCode(err error) error {
	var e *exitError
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &exitError{exitFailed, err}
}

// finish prints err and returns the exit code. A reader that closed the pipe
// has all it wanted: that is no news. (For the real standard output Unix ends
// the program before it comes to this.)
func finish(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitUsage // an error without a code is cobra's: a flag, an argument or a command that is wrong
	var e *exitError
	if errors.As(err, &e) {
		code = e.code
	}
	if !pipeClosed(err) && !errors.Is(err, io.ErrClosedPipe) {
		fmt.Fprintln(stderr, "winevent:", err)
	}
	return code
}
