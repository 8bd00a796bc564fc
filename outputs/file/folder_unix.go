//go:build unix

package file

import (
	"io/fs"
	"os"
	"syscall"
)

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
