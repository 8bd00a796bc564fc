// Package file appends documents to a file, one a line, and acknowledges them
// when they are on the disk.
package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"winevent/outputs"
)

// Config says where and how to write.
type Config struct {
	// Path of the file. It is created when it is not there, with mode 0600, on
	// Windows with the same meaning as an access control list; its folder must exist.
	Path string
	// MaxSize in bytes: a write that would make the file larger first renames it
	// to Path.1 (Path.1 to Path.2 …). Zero: the file is never rotated.
	MaxSize int64
	// MaxFiles is how many rotated files are kept; older ones are removed.
	// Zero: all are.
	MaxFiles int
}

// Output appends to a file. Open returns one; Check finds out beforehand whether it can work.
//
// A batch is written as a whole and synced before Write returns. When a write
// fails halfway (a full disk), what it left is cut off again, so that nothing
// half-written stays and nothing that was not acknowledged counts.
//
// The file is opened with the first write, and anew when Reopen was called or
// the path no longer names the open file (it was moved away or removed).
type Output struct {
	config Config
	users  int // guarded by open.mu
	mu     sync.Mutex
	f      *os.File
	size   int64
	reopen bool
	sync   func(*os.File) error
}

var _ outputs.Output = (*Output)(nil)

// errLocked says that another process has the file open for writing.
var errLocked = errors.New("another process writes to this file: give each its own")

func newOutput(config Config) *Output { return &Output{config: config, sync: (*os.File).Sync} }

// Check tells whether the file can be written to, by opening it. It leaves no
// file behind that was not there.
func (o *Output) Check() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err := os.Lstat(o.config.Path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err = o.open(); err != nil {
		return err
	}
	if missing {
		return errors.Join(o.close(), os.Remove(o.config.Path))
	}
	return nil
}

// Reopen makes the next Write open the path anew.
func (o *Output) Reopen() {
	o.mu.Lock()
	o.reopen = true
	o.mu.Unlock()
}

// Write appends the batch and syncs it.
func (o *Output) Write(_ context.Context, b *outputs.Batch) error { return o.Append(b.NDJSON()) }

// Append appends text, which must end with a line end, and syncs it.
func (o *Output) Append(text []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.append(text); err != nil {
		return &outputs.Error{Op: "append to", Dest: o.config.Path, Retryable: true, Hint: hint(err), Err: err}
	}
	return nil
}

func (o *Output) append(text []byte) error {
	if err := o.ready(int64(len(text))); err != nil {
		return err
	}
	n, err := o.f.Write(text)
	if err == nil {
		err = o.sync(o.f)
	}
	if err != nil {
		return errors.Join(err, o.undo(n))
	}
	o.size += int64(n)
	return nil
}

// undo cuts off what a failed append wrote. When that fails too, the file is
// opened anew, and starts on a new line (see open).
func (o *Output) undo(written int) error {
	if written == 0 {
		return nil
	}
	if err := truncate(o.f, o.size); err != nil {
		o.reopen = true
		return fmt.Errorf("cut off the unfinished lines: %w", err)
	}
	return nil
}

// ready makes sure that the file at the path is open and has room for n bytes.
func (o *Output) ready(n int64) error {
	if o.reopen || o.moved() {
		if err := o.close(); err != nil {
			return err
		}
		if err := o.open(); err != nil {
			return err
		}
	}
	if o.config.MaxSize > 0 && o.size > 0 && o.size+n > o.config.MaxSize {
		return o.rotate()
	}
	return nil
}

// moved tells whether the path names another file than the open one, or none.
func (o *Output) moved() bool {
	if o.f == nil {
		return true
	}
	open, err := o.f.Stat()
	if err != nil {
		return true
	}
	named, err := os.Stat(o.config.Path)
	return err != nil || !os.SameFile(open, named)
}

func (o *Output) open() error {
	f, err := openAppend(o.config.Path)
	if err != nil {
		return err
	}
	if err := lock(f); err != nil {
		return errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	o.f, o.size, o.reopen = f, info.Size(), false
	if o.size == 0 {
		return syncFolder(filepath.Dir(o.config.Path))
	}
	return o.finishLine()
}

// finishLine ends an unfinished last line, which a crash in the middle of a
// write leaves: the next document must stand on a line of its own.
func (o *Output) finishLine() error {
	var last [1]byte
	if _, err := o.f.ReadAt(last[:], o.size-1); err != nil || last[0] == '\n' {
		return nil // not a regular file, or nothing to do
	}
	n, err := o.f.Write([]byte{'\n'})
	o.size += int64(n)
	return err
}

// rotate renames the file and begins a new one.
func (o *Output) rotate() error {
	if err := o.close(); err != nil {
		return err
	}
	if err := o.shift(1); err != nil {
		return err
	}
	if err := os.Rename(o.config.Path, o.numbered(1)); err != nil {
		return err
	}
	return o.open()
}

// shift renames Path.n to Path.n+1, the highest number first, and removes what is over MaxFiles.
func (o *Output) shift(n int) error {
	if _, err := os.Lstat(o.numbered(n)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if o.config.MaxFiles > 0 && n >= o.config.MaxFiles {
		return os.Remove(o.numbered(n))
	}
	if err := o.shift(n + 1); err != nil {
		return err
	}
	return os.Rename(o.numbered(n), o.numbered(n+1))
}

func (o *Output) numbered(n int) string { return o.config.Path + "." + strconv.Itoa(n) }

func (o *Output) close() error {
	if o.f == nil {
		return nil
	}
	err := o.f.Close()
	o.f = nil
	return err
}

// Close closes the file when its last user closes it.
func (o *Output) Close() error {
	if !o.release() {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.close()
}

func hint(err error) string {
	switch {
	case diskFull(err):
		return "the disk is full: free space, the records are kept and sent again"
	case heldByOther(err):
		return "another program has the file and lets nobody else write: close it there"
	case errors.Is(err, fs.ErrPermission):
		return "give the Fluent Bit user write access to the file and its folder"
	case errors.Is(err, fs.ErrNotExist):
		return "create the folder"
	}
	return ""
}
