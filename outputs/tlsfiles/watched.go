package tlsfiles

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// watched is a value made of files that may change. Without files it is the
// zero value for good. It is not safe for concurrent use.
type watched[T any] struct {
	paths []string
	parse func([]source) (T, error)
	// seen is what the files were at the last look, good what could last be parsed.
	seen []state
	good T
}

// source is a file and its content.
type source struct {
	path string
	text []byte
}

// state tells one content, or one reason why there is none, from another. The
// time of a file's last change would not: two writes may fall into one tick.
type state struct {
	sum     [sha256.Size]byte
	failure string
}

// look reads the files and tells whether they are other than at the last look.
// If they are and can be parsed, good is new; else it stays, and err says why.
func (w *watched[T]) look() (changed bool, err error) {
	sources, states, err := readAll(w.paths)
	if slices.Equal(states, w.seen) {
		return false, nil
	}
	w.seen = states
	if err != nil {
		return true, err
	}
	value, err := w.parse(sources)
	if err == nil {
		w.good = value
	}
	return true, err
}

func readAll(paths []string) (sources []source, states []state, err error) {
	for _, path := range paths {
		text, e := read(path)
		s := state{sum: sha256.Sum256(text)}
		if e != nil {
			s.failure = e.Error()
		}
		sources, states, err = append(sources, source{path, text}), append(states, s), errors.Join(err, e)
	}
	return sources, states, err
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // reading a pipe would block
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return nil, advise(err)
	}
	text, err := os.ReadFile(path)
	// Windows' editors put a byte order mark before UTF-8, and PEM must begin at the start of a line.
	return bytes.TrimPrefix(text, []byte("\ufeff")), advise(err)
}

func advise(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: create the file, or correct its path", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: let the Fluent Bit user read it", err)
	}
	return err
}
