//go:build !unix

package main

// Windows has no SIGHUP; a file that was moved away is noticed by itself.
func watchHangup() {}

func reopenAfterHangup() {}
