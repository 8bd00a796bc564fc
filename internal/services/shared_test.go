//go:build unix

package services

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSharedDir(t *testing.T) {
	top, err := os.MkdirTemp("/tmp", "services") // that of the test is in a closed folder
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(top) })
	if top, err = filepath.EvalSymlinks(top); err != nil {
		t.Fatal(err)
	}
	cache, tmp := filepath.Join(top, "a", "cache"), filepath.Join(top, "tmp")
	t.Setenv("WINEVENT_CACHE", cache)
	t.Setenv("TMPDIR", tmp)
	check := func(want string) {
		t.Helper()
		dir, err := SharedDir()
		if err != nil || dir != want || !isDir(dir) {
			t.Errorf("got %q, %v, want %q", dir, err, want)
		}
	}
	chmod := func(dir string, mode os.FileMode) {
		t.Helper()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
	}
	chmod(top, 0o755)
	check(cache)
	chmod(filepath.Dir(cache), 0o700)
	fallback := filepath.Join(tmp, "winevent-cache")
	check(fallback)
	chmod(fallback, 0o777)
	if dir, err := SharedDir(); err == nil || !strings.Contains(err.Error(), "WINEVENT_CACHE") {
		t.Errorf("others may write: %q, %v", dir, err)
	}
	chmod(fallback, 0o755)
	chmod(top, 0o700)
	if dir, err := SharedDir(); err == nil || !strings.Contains(err.Error(), "WINEVENT_CACHE") {
		t.Errorf("others may enter neither: %q, %v", dir, err)
	}
}
