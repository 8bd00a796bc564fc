package main

import (
	"errors"

	"golang.org/x/sys/windows"
)

// pipeClosed tells whether an error says that nobody reads the pipe any more.
func pipeClosed(err error) bool {
	return errors.Is(err, windows.ERROR_BROKEN_PIPE) || errors.Is(err, windows.ERROR_NO_DATA)
}
