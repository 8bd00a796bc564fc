//go:build !unix

package main

// Windows has no SIGHUP. None is needed: output file notices that a file was
// moved away, and has it opened so that it can be.
func watchHangup() {}

func reopenAfterHangup() {}
