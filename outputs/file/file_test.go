package file

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"winevent/outputs"
)

func batchOf(docs ...string) *outputs.Batch {
	var b outputs.Batch
	for i, d := range docs {
		b.Commit(append(b.Begin(), d...), i, nil)
	}
	return &b
}

func mustOpen(t *testing.T, c Config) *Output {
	t.Helper()
	o, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() }) // some tests close it themselves
	return o
}

func mustWrite(t *testing.T, o *Output, docs ...string) {
	t.Helper()
	if err := o.Write(context.Background(), batchOf(docs...)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAppend(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	if err := os.WriteFile(path, []byte("before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, "a", "b")
	mustWrite(t, o, "c")
	if got := content(t, path); got != "before\na\nb\nc\n" {
		t.Errorf("%q", got)
	}
}

// TestSyncedBeforeAcknowledged holds the order: written, synced, acknowledged.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	synced := 0
	o.sync = func(*os.File) error {
		if !strings.HasSuffix(content(t, path), "a\n") {
			t.Error("synced before it was written")
		}
		synced++
		return nil
	}
	mustWrite(t, o, "a")
	mustWrite(t, o, "a")
	if synced != 2 {
		t.Errorf("%d syncs of 2 batches", synced)
	}
}

// TestFailedSyncLeavesNothing is about what was written but is not safe on the
// disk: it is not acknowledged, and cut off, so that the retry does not double it.
func TestFailedSyncLeavesNothing(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, "a")
	o.sync = func(*os.File) error { return syscall.EIO }
	err := o.Write(context.Background(), batchOf("b", "c"))
	var e *outputs.Error
	if !errors.As(err, &e) || !e.Retryable || !errors.Is(err, syscall.EIO) {
		t.Fatalf("%v", err)
	}
	if got := content(t, path); got != "a\n" {
		t.Errorf("left behind: %q", got)
	}
	o.sync = (*os.File).Sync
	mustWrite(t, o, "b", "c")
	if got := content(t, path); got != "a\nb\nc\n" {
		t.Errorf("%q", got)
	}
}

func TestUnfinishedLineOfACrash(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	if err := os.WriteFile(path, []byte("whole\nhal"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, mustOpen(t, Config{Path: path}), "next")
	if got := content(t, path); got != "whole\nhal\nnext\n" {
		t.Errorf("%q", got)
	}
}

func TestMovedAway(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, "a")
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, o, "b")
	if content(t, path+".old") != "a\n" || content(t, path) != "b\n" {
		t.Errorf("%q, %q", content(t, path+".old"), content(t, path))
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path})
	mustWrite(t, o, "a")
	first := o.f
	o.Reopen()
	mustWrite(t, o, "b")
	if o.f == first {
		t.Error("the file was not opened anew")
	}
	if got := content(t, path); got != "a\nb\n" {
		t.Errorf("%q", got)
	}
}

func TestRotation(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path, MaxSize: 10, MaxFiles: 2})
	for i := range 5 {
		mustWrite(t, o, fmt.Sprint(i, "aaaa"))
	}
	mustWrite(t, o, "a document that is larger than the limit")
	for name, want := range map[string]string{
		path: "a document that is larger than the limit\n", path + ".1": "4aaaa\n", path + ".2": "3aaaa\n",
	} {
		if got := content(t, name); got != want {
			t.Errorf("%s: %q, want %q", filepath.Base(name), got, want)
		}
	}
	if _, err := os.Stat(path + ".3"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a third file is kept: %v", err)
	}
}

func TestRotationKeepsAll(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path, MaxSize: 4})
	for i := range 12 {
		mustWrite(t, o, fmt.Sprint(i))
	}
	names, _ := filepath.Glob(path + "*")
	var all []byte
	for _, name := range names {
		all = append(all, content(t, name)...)
	}
	if n := bytes.Count(all, []byte("\n")); n != 12 {
		t.Errorf("%d of 12 documents in %d files", n, len(names))
	}
}

func TestConcurrentWritesDoNotMix(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	o := mustOpen(t, Config{Path: path, MaxSize: 20000})
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			line := strings.Repeat(fmt.Sprint(n), 100)
			for range 50 {
				if err := o.Write(context.Background(), batchOf(line, line)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	names, _ := filepath.Glob(path + "*")
	lines := 0
	for _, name := range names {
		for _, line := range strings.Split(strings.TrimSuffix(content(t, name), "\n"), "\n") {
			lines++
			if len(line) != 100 || strings.Trim(line, line[:1]) != "" {
				t.Fatalf("%q", line)
			}
		}
	}
	if lines != 800 {
		t.Errorf("%d lines", lines)
	}
}

func TestSharedByPath(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	a, b := mustOpen(t, Config{Path: path}), mustOpen(t, Config{Path: filepath.Dir(path) + "/./out"})
	if a != b {
		t.Error("one file, two outputs")
	}
	if _, err := Open(Config{Path: path, MaxSize: 1}); err == nil {
		t.Error("the same file with another limit was opened")
	}
	mustWrite(t, a, "a")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, b, "b")
	if got := content(t, path); got != "a\nb\n" {
		t.Errorf("%q", got)
	}
}

func TestAnotherProcessHasIt(t *testing.T) {
	path := filepath.Join(folder(t), "out")
	other, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	// A lock belongs to the open file, so this one excludes ours as another process's would.
	if err := lock(other); err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, Config{Path: path}).Check(); !errors.Is(err, errLocked) {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	dir := folder(t)
	if err := mustOpen(t, Config{Path: filepath.Join(dir, "new")}).Check(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("Check left a file behind")
	}
	for _, path := range []string{filepath.Join(dir, "none", "x"), dir} {
		if err := mustOpen(t, Config{Path: path}).Check(); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}

func TestSamePath(t *testing.T) {
	if !SamePath("a", "./b/../a") || SamePath("a", "b") {
		t.Error("paths are compared as text")
	}
}
