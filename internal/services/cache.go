//go:build unix

// Package services installs and runs the real servers that tests and benchmarks
// write to. What was downloaded stays in a cache, so only the first run on a
// machine needs the network. No product package may import it.
package services

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Dir is where downloads and the folders of running servers are kept:
// $WINEVENT_CACHE, or "winevent" in the user's cache folder.
func Dir() (string, error) {
	if dir := os.Getenv("WINEVENT_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder, set WINEVENT_CACHE: %w", err)
	}
	return filepath.Join(cache, "winevent"), nil
}

// Cached returns the folder Dir()/name-<hash of key>. If it is not there yet,
// fill makes its content in an empty folder, which then gets that name: the
// folder is complete or absent. Of several processes one fills, the others wait.
func Cached(name string, key []byte, fill func(dir string) error) (string, error) {
	cache, err := Dir()
	if err != nil {
		return "", err
	}
	return CachedIn(cache, name, key, fill)
}

// CachedIn is Cached with another folder than Dir().
func CachedIn(cache, name string, key []byte, fill func(dir string) error) (string, error) {
	sum := sha256.Sum256(key)
	dir := filepath.Join(cache, name+"-"+hex.EncodeToString(sum[:6]))
	if isDir(dir) {
		return dir, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(dir+".lock", syscall.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer unlock()
	if isDir(dir) { // filled by another process while this one waited
		return dir, nil
	}
	return dir, fillAndRename(dir, fill)
}

// fillAndRename lets fill work in a folder beside dir. The lock makes the fixed
// name safe, and a folder that a killed process left is cleared away by it.
func fillAndRename(dir string, fill func(dir string) error) error {
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return err
	}
	if err := fill(partial); err != nil {
		os.RemoveAll(partial)
		return err
	}
	return os.Rename(partial, dir)
}

// lock takes a lock on a file, which it makes if need be. It ends with the
// process at the latest.
func lock(path string, how int) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, &os.PathError{Op: "lock", Path: path, Err: err}
	}
	return func() { f.Close() }, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
