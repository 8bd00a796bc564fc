// Package secret keeps credentials out of configuration files and of
// everything that prints. A credential is written as it is, as file:/path or as
// env:NAME.
package secret

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"unique"
)

const (
	filePrefix = "file:"
	envPrefix  = "env:"
	mask       = "***"
)

// maxFile is the size of the largest file that is taken for a credential.
const maxFile = 64 << 10

// Secret is a credential as a user writes it. It prints as what was written,
// with *** instead of a value. The zero Secret is not set. Secrets may be
// compared, and used concurrently.
type Secret struct {
	// The value stands behind a handle because fmt cannot call the methods of an
	// unexported field of another struct: it then prints this field, a pointer.
	value unique.Handle[string]
	// reference is file:/path or env:NAME; empty for a value.
	reference string
}

var _ interface {
	fmt.Stringer
	fmt.GoStringer
	slog.LogValuer
} = Secret{}

// Parse reads a credential: the value itself, file:/path for the content of a
// file or env:NAME for an environment variable. Neither is looked at before
// Read. Empty text is the Secret that is not set.
func Parse(text string) (Secret, error) {
	if path, ok := strings.CutPrefix(text, filePrefix); ok {
		return reference(filePrefix, path, "file:/path/of/the/file")
	}
	if name, ok := strings.CutPrefix(text, envPrefix); ok {
		return reference(envPrefix, name, "env:NAME_OF_THE_VARIABLE")
	}
	if text == "" {
		return Secret{}, nil
	}
	if err := check(text); err != nil {
		return Secret{}, fmt.Errorf("the value %w", err)
	}
	return Secret{value: unique.Make(text)}, nil
}

func reference(prefix, rest, example string) (Secret, error) {
	rest = strings.TrimSpace(rest)
	if rest == "" {
		return Secret{}, fmt.Errorf("nothing follows %q: write %s", prefix, example)
	}
	if err := check(rest); err != nil {
		return Secret{}, fmt.Errorf("what follows %q %w", prefix, err)
	}
	return Secret{reference: prefix + rest}, nil
}

// Set tells whether there is a credential.
func (s Secret) Set() bool { return s != Secret{} }

// Read returns the credential. Files and variables are read with each call, so
// that a new one needs no restart; a byte order mark and one line end at the end
// of a file are not part of it. Errors name the file or the variable, and never what is in it. A
// Secret that is not set is an error too.
func (s Secret) Read() (string, error) {
	if path, ok := strings.CutPrefix(s.reference, filePrefix); ok {
		return readFile(path)
	}
	if name, ok := strings.CutPrefix(s.reference, envPrefix); ok {
		return readEnv(name)
	}
	if !s.Set() {
		return "", errors.New("no credential is set")
	}
	return s.value.Value(), nil
}

func readEnv(name string) (string, error) {
	value, found := os.LookupEnv(name)
	if !found {
		return "", fmt.Errorf("environment variable %s is not set: set it for the Fluent Bit process", name)
	}
	if err := check(value); err != nil {
		return "", fmt.Errorf("environment variable %s %w", name, err)
	}
	return value, nil
}

func readFile(path string) (string, error) {
	text, err := load(path)
	if err != nil {
		return "", fmt.Errorf("read a credential: %w%s", err, advice(err))
	}
	// Windows' editors and shells put a byte order mark before UTF-8; no credential begins with one.
	value, found := strings.CutSuffix(strings.TrimPrefix(string(text), "\ufeff"), "\n")
	if found {
		value = strings.TrimSuffix(value, "\r")
	}
	if err := check(value); err != nil {
		return "", fmt.Errorf("file %s %w", path, err)
	}
	return value, nil
}

func load(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe would block, or give its content only once
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is larger than %d KiB: it must hold the credential only", path, maxFile>>10)
	}
	return text, errors.Join(err, f.Close())
}

func advice(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ": create the file, or correct its path"
	case errors.Is(err, fs.ErrPermission):
		return ": let the Fluent Bit user read it"
	}
	return ""
}

// check refuses what no credential is, and what would end a line or a string in a protocol.
func check(value string) error {
	switch {
	case strings.HasPrefix(value, "\xff\xfe") || strings.HasPrefix(value, "\xfe\xff"):
		return errors.New("is UTF-16, as Windows PowerShell writes with >: write it with Set-Content -Encoding ascii, or in UTF-8")
	case value == "":
		return errors.New("is empty: it must hold the credential")
	case strings.ContainsAny(value, "\r\n"):
		return errors.New("has more than one line: it must hold the credential only")
	case strings.Contains(value, "\x00"):
		return errors.New("has a zero byte: it must be text, in UTF-8")
	}
	return nil
}

// String returns *** for a value, a reference as it was written, and nothing when the Secret is not set.
func (s Secret) String() string {
	if s.reference == "" && s.Set() {
		return mask
	}
	return s.reference
}

// GoString returns what String does.
func (s Secret) GoString() string { return s.String() }

// LogValue implements slog.LogValuer with what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, for JSON too, with what String returns.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
