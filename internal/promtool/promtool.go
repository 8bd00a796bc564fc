//go:build unix

// Package promtool finds Prometheus' own tool, which checks and tries rules. No
// product package may import it.
package promtool

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"winevent/internal/services"
)

// Path is that of promtool: the one that is installed, else the one of Debian's
// package prometheus, unpacked in the cache. The package is not installed, as
// that would start a server.
func Path() (string, error) {
	if path, err := exec.LookPath("promtool"); err == nil {
		return path, nil
	}
	dir, err := services.Cached("promtool", []byte("debian prometheus"), unpack)
	if err != nil {
		return "", fmt.Errorf("promtool not found: install Prometheus (Debian: prometheus): %w", err)
	}
	return filepath.Join(dir, "usr", "bin", "promtool"), nil
}

func unpack(dir string) error {
	if err := download(dir); err != nil {
		// The lists of packages may be old, or not there. Only root can renew them.
		if out, update := exec.Command("apt-get", "update").CombinedOutput(); update != nil {
			return fmt.Errorf("%w, and apt-get update: %w\n%s", err, update, out)
		}
		if err := download(dir); err != nil {
			return err
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "prometheus_*.deb"))
	if err != nil || len(files) != 1 {
		return errors.New("apt-get download brought no package")
	}
	return run(exec.Command("dpkg-deb", "-x", files[0], dir))
}

func download(dir string) error {
	cmd := exec.Command("apt-get", "download", "prometheus")
	cmd.Dir = dir
	return run(cmd)
}

func run(cmd *exec.Cmd) error {
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	return nil
}
