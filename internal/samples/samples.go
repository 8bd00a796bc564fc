// Package samples reads the recorded events in testdata, for tests and benchmarks.
package samples

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// Dir returns the path of a folder or file below testdata, from wherever a test runs.
func Dir(elements ...string) string {
	_, here, _, _ := runtime.Caller(0)
	return filepath.Join(append([]string{filepath.Dir(here), "..", "..", "testdata"}, elements...)...)
}

// Files returns all recorded files, ordered by name. It panics when there are
// none, so that a test over all of them cannot pass over nothing.
func Files() []string {
	var all []string
	for _, pattern := range []string{"*.gz", "aligned/*.gz"} {
		names, err := filepath.Glob(filepath.Join(Dir("samples"), pattern))
		if err != nil || len(names) == 0 {
			panic(fmt.Sprintf("no samples match %s: %v", pattern, err))
		}
		all = append(all, names...)
	}
	return all
}

// Lines returns the lines of a recorded file.
func Lines(path string) ([][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	return bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")), nil
}
