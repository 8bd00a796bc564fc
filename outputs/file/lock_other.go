//go:build !unix

package file

import "os"

// lock does nothing: on Windows, opening for append does not exclude other writers.
func lock(*os.File) error { return nil }

// syncFolder does nothing: Windows has no such call.
func syncFolder(string) error { return nil }
