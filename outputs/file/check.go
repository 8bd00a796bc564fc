package file

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"winevent/outputs"
)

// Check tells whether this process could write to the file of a configuration.
// Unlike the Check of an Output it changes nothing: it makes no file and writes
// no byte, so that it may run beside a Fluent Bit that is at work.
func Check(c Config) outputs.Finding {
	fault := func(err error, fix string) outputs.Finding {
		return outputs.Finding{Level: outputs.Fault, What: c.Path + " cannot be written to: " + reason(err), Fix: fix}
	}
	info, err := os.Stat(c.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := folderWritable(filepath.Dir(c.Path)); err != nil {
			return fault(err, advice(err))
		}
		return outputs.Finding{What: c.Path + " can be created"}
	case err != nil:
		return fault(err, advice(err))
	case info.IsDir():
		return fault(errors.New("it is a folder"), "name a file in it")
	case !info.Mode().IsRegular():
		return outputs.Finding{Level: outputs.Warning, What: c.Path + " is no regular file: nothing is known of what is written to it", Fix: "name a regular file"}
	}
	if err := appendable(c.Path); errors.Is(err, errLocked) {
		return outputs.Finding{Level: outputs.Warning, What: c.Path + " is being written to by another process",
			Fix: "none if that is Fluent Bit with this configuration; otherwise give each its own file"}
	} else if err != nil {
		return fault(err, advice(err))
	}
	if c.MaxSize > 0 {
		if err := folderWritable(filepath.Dir(c.Path)); err != nil {
			return outputs.Finding{Level: outputs.Fault, What: c.Path + " cannot be renamed when it is full: " + reason(err),
				Fix: "give the Fluent Bit user write access to the folder, or set file_max_size 0"}
		}
	}
	return outputs.Finding{What: c.Path + " can be written to"}
}

// appendable opens the file for writing, tries its lock, and writes nothing.
func appendable(path string) error {
	f, err := openExisting(path)
	if err != nil {
		return err
	}
	return errors.Join(lock(f), f.Close())
}

// advice says what to do about an error; it always knows something.
func advice(err error) string {
	if text := hint(err); text != "" {
		return text
	}
	return "name another file, or mend what the error says"
}

// reason is the error without the path, which stands beside it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
