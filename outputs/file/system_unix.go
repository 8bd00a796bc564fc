//go:build unix

package file

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// openAppend opens the file for appending, and makes it when it is not there.
func openAppend(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
}

// openExisting opens the file for appending, and changes nothing.
func openExisting(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
}

// lock keeps other processes from appending to the file: two writers would cut
// off each other's lines when one has to undo a failed write.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// truncate cuts the file off.
func truncate(f *os.File, size int64) error { return f.Truncate(size) }

// syncFolder makes a new file's name durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// folderWritable tells whether files can be made and renamed in a folder.
func folderWritable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &fs.PathError{Op: "stat", Path: path, Err: syscall.ENOTDIR}
	}
	const writeAndSearch = 2 | 1 // W_OK and X_OK
	if err := syscall.Access(path, writeAndSearch); err != nil {
		return &fs.PathError{Op: "access", Path: path, Err: err}
	}
	return nil
}

// sameName makes paths equal that name one file.
func sameName(path string) string { return path }

// diskFull tells whether an error says that there is no room.
func diskFull(err error) bool { return errors.Is(err, syscall.ENOSPC) }

// heldByOther tells whether an error says that another program lets nobody else use the file.
func heldByOther(error) bool { return false }
