//go:build unix

package services

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// WorkDir makes an empty folder for the data of a running server; remove deletes
// it. A process that is killed cannot delete its folders, and they may be large,
// so each call deletes those of processes that are gone.
func WorkDir(name string) (dir string, remove func(), err error) {
	cache, err := Dir()
	if err != nil {
		return "", nil, err
	}
	return WorkDirIn(cache, name)
}

// WorkDirIn is WorkDir with another folder than Dir().
func WorkDirIn(cache, name string) (dir string, remove func(), err error) {
	run := filepath.Join(cache, "run")
	if err := os.MkdirAll(run, 0o755); err != nil {
		return "", nil, err
	}
	// Nobody may look at a folder that was made but has no lock yet.
	unlockAll, err := lock(filepath.Join(cache, "run.lock"), syscall.LOCK_EX)
	if err != nil {
		return "", nil, err
	}
	defer unlockAll()
	removeAbandoned(run)
	if dir, err = os.MkdirTemp(run, name+"-"); err != nil {
		return "", nil, err
	}
	unlock, err := lock(dir+".lock", syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return "", nil, err
	}
	return dir, sync.OnceFunc(func() {
		os.RemoveAll(dir)
		os.Remove(dir + ".lock")
		unlock()
	}), nil
}

func removeAbandoned(run string) {
	locks, _ := filepath.Glob(filepath.Join(run, "*.lock"))
	for _, path := range locks {
		unlock, err := lock(path, syscall.LOCK_EX|syscall.LOCK_NB)
		if err != nil {
			continue // its process lives
		}
		os.RemoveAll(strings.TrimSuffix(path, ".lock"))
		os.Remove(path)
		unlock()
	}
}
