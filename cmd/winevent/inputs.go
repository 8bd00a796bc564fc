package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// input is a source of lines.
type input struct {
	name string
	r    io.Reader
	file *os.File // nil for a reader that is no file
}

type inputs []input

// openInputs opens all files before anything is read, so that a wrong name
// leaves no output half done. No file, or "-", is the standard input.
func openInputs(names []string, stdin io.Reader) (inputs, error) {
	if len(names) == 0 {
		names = []string{"-"}
	}
	var all inputs
	var faults []error
	for _, name := range names {
		in := input{name: name}
		if name == "-" {
			in.name, in.r = "standard input", stdin
			in.file, _ = stdin.(*os.File)
			all = append(all, in)
			continue
		}
		if err := in.open(); err != nil {
			faults = append(faults, err)
			continue
		}
		all = append(all, in)
	}
	if faults != nil {
		all.close()
		return nil, usageErrorf("%w", errors.Join(faults...))
	}
	return all, nil
}

// each hands the lines to do, one after the other. out, which do writes to, is
// flushed whenever the next line may take its time: whoever reads along a live
// source has to see what came so far.
func (in *input) each(bar *progress, out *bufio.Writer, do func(line []byte) error) error {
	r, err := in.lines(bar)
	if err != nil {
		return err
	}
	for {
		if r.mayWait() {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", in.name, err)
		}
		if err := do(line); err != nil {
			return err
		}
	}
}

func (in *input) open() error {
	f, err := os.Open(in.name)
	if err != nil {
		return err
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return errors.Join(fmt.Errorf("%s is a directory", in.name), f.Close())
	}
	in.file, in.r = f, f
	return nil
}

// close closes the files. Nothing was written to them: there is no error to report.
func (all inputs) close() {
	for _, in := range all {
		if in.file != nil && in.file != os.Stdin {
			_ = in.file.Close()
		}
	}
}

// size is how many bytes the inputs hold, or -1 when that is not known.
func (all inputs) size() int64 {
	var total int64
	for _, in := range all {
		if in.file == nil {
			return -1
		}
		info, err := in.file.Stat()
		if err != nil || !info.Mode().IsRegular() {
			return -1
		}
		total += info.Size()
	}
	return total
}

// lines begins to read the input; bar counts the bytes.
func (in *input) lines(bar *progress) (*lineReader, error) {
	r := io.Reader(countingReader{in.r, bar})
	if strings.HasSuffix(in.name, ".gz") {
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return nil, usageErrorf("read %s: %w", in.name, err)
		}
		r = unpacked
	}
	b := bufio.NewReaderSize(r, ioBuffer)
	if isUTF16(b) {
		b = bufio.NewReaderSize(transform.NewReader(b, unicode.BOMOverride(transform.Nop)), ioBuffer)
	}
	return &lineReader{r: b}, nil
}

// isUTF16 tells whether the text is UTF-16, as Windows PowerShell writes what > puts into a file.
func isUTF16(r *bufio.Reader) bool {
	mark, _ := r.Peek(2) // an error comes again with the first line
	return bytes.Equal(mark, []byte("\xff\xfe")) || bytes.Equal(mark, []byte("\xfe\xff"))
}

type countingReader struct {
	r   io.Reader
	bar *progress
}

func (c countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.bar.add(n)
	return n, err
}

// lineReader yields lines of any length.
type lineReader struct {
	r       *bufio.Reader
	long    []byte // a line that is longer than r's buffer
	started bool
}

// mayWait says whether next has to read from the source.
func (l *lineReader) mayWait() bool { return l.r.Buffered() == 0 }

// next returns the next line without its line end (LF or CRLF), and io.EOF
// after the last. It is never nil and valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.long = append(l.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = l.r.ReadSlice('\n')
			l.long = append(l.long, line...)
		}
		line = l.long
	}
	if err != nil && (err != io.EOF || len(line) == 0) {
		return nil, err
	}
	if !l.started {
		// Windows' tools put a byte order mark before the first line.
		line = bytes.TrimPrefix(line, []byte("\ufeff"))
		l.started = true
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r")), nil
}
