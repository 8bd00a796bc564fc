//go:build unix

package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestNewFileIsPrivate(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	mustWrite(t, mustOpen(t, Config{Path: path}), "a")
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// folder returns an empty folder that is gone after the test.
func folder(t *testing.T) string { return t.TempDir() }

// TestDiskFull uses a real limit on file sizes, which fails a write halfway as
// a full disk does.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, strings.Repeat("a", 999))
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	// The Go runtime ignores SIGXFSZ, so that the write fails with EFBIG.
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1500, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	err := o.Write(context.Background(), batchOf(strings.Repeat("b", 999)))
	if e := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); e != nil {
		t.Fatal(e)
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("%v", err)
	}
	if got := content(t, path); len(got) != 1000 {
		t.Errorf("%d bytes are left, want 1000", len(got))
	}
	mustWrite(t, o, "c")
	if got := content(t, path); got[1000:] != "c\n" {
		t.Errorf("%q", got[1000:])
	}
}

func TestRemoved(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, "a")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, o, "b")
	if got := content(t, path); got != "b\n" {
		t.Errorf("%q", got)
	}
}

func TestHints(t *testing.T) {
	for err, want := range map[error]string{syscall.ENOSPC: "disk is full", syscall.EACCES: "write access", syscall.ENOENT: "create the folder"} {
		if got := hint(err); !strings.Contains(got, want) {
			t.Errorf("%v: %q", err, got)
		}
	}
}
