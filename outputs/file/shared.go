package file

import (
	"fmt"
	"path/filepath"
	"sync"
)

// open holds the outputs of this process by the name of the file: two sections that write to
// one file must share it, because a failed write is cut off at the file's end.
var open = struct {
	mu      sync.Mutex
	outputs map[string]*Output
}{outputs: map[string]*Output{}}

// Open returns the Output for a path, the same one for each Open until it is
// closed as often as it was opened. An error means that the path is in use
// with other limits.
func Open(config Config) (*Output, error) {
	path, err := filepath.Abs(config.Path)
	if err != nil {
		return nil, err
	}
	config.Path = path
	open.mu.Lock()
	defer open.mu.Unlock()
	o := open.outputs[sameName(path)]
	switch {
	case o == nil:
		o = newOutput(config)
		open.outputs[sameName(path)] = o
	case o.config.MaxSize != config.MaxSize || o.config.MaxFiles != config.MaxFiles:
		return nil, fmt.Errorf("another section writes to %s with another size or number of files: make them equal", path)
	}
	o.users++
	return o, nil
}

// SamePath tells whether two paths are one, in whatever way they are written. It
// does not look at the disk.
func SamePath(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && sameName(a) == sameName(b)
}

// release reports whether the last user is gone.
func (o *Output) release() bool {
	open.mu.Lock()
	defer open.mu.Unlock()
	if o.users--; o.users > 0 {
		return false
	}
	delete(open.outputs, sameName(o.config.Path))
	return true
}
