//go:build !unix

package file

import (
	"errors"
	"os"
)

// folderWritable tells whether files can be made in a folder. Only trying shows
// that here: the file that it makes is removed at once.
func folderWritable(path string) error {
	f, err := os.CreateTemp(path, ".winevent-check-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
