//go:build unix

package services

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// SharedDir is Dir() if all users may enter it, otherwise a folder in
// os.TempDir(). It is for servers that refuse to run as root: they are started as
// someone else, who may not enter root's home, where the cache usually is.
func SharedDir() (string, error) {
	dir, err := Dir()
	if err != nil {
		return "", err
	}
	if dir, err = sharedDir(dir); err == nil {
		return dir, nil
	}
	dir = filepath.Join(os.TempDir(), "winevent-cache")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := checkOwn(dir); err != nil {
		return "", err
	}
	return sharedDir(dir)
}

// sharedDir makes a folder, and returns its path without symbolic links, or an
// error if not everyone may enter it.
func sharedDir(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	for part := dir; ; part = filepath.Dir(part) {
		info, err := os.Stat(part)
		if err != nil {
			return "", err
		}
		if info.Mode()&0o001 == 0 {
			return "", fmt.Errorf("other users may not enter %s: set WINEVENT_CACHE to a folder that they may", part)
		}
		if part == filepath.Dir(part) {
			return dir, nil
		}
	}
}

// checkOwn returns an error if someone else might change what is in a folder:
// in the one for temporary files, everyone may make folders.
func checkOwn(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() || info.Mode()&0o022 != 0 {
		return fmt.Errorf("other users may change %s: remove it, or set WINEVENT_CACHE to a folder of your own", dir)
	}
	return nil
}
