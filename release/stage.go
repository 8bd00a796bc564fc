package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// stage puts beside plugin and tool what else a release has, and gives all files
// the modes and the time that archives and packages take over.
func (r *release) stage(folder string, t target, licences []byte) error {
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		if err := copyFile(filepath.Join(folder, name), name); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "THIRD_PARTY_LICENSES.txt"), licences, 0o644); err != nil {
		return err
	}
	if err := copyTree(filepath.Join(folder, "docs"), "docs", isDocument); err != nil {
		return err
	}
	if err := copyTree(filepath.Join(folder, "examples"), "testdata/config", isExample); err != nil {
		return err
	}
	if t.os == "linux" {
		if err := copyFile(filepath.Join(folder, "examples", "linux.yaml"), "deploy/linux/winevent.yaml"); err != nil {
			return err
		}
	}
	return r.settle(folder, t)
}

// isDocument leaves out the tests beside the pages.
func isDocument(name string) bool { return !strings.HasSuffix(name, ".go") }

// isExample leaves out the configuration that is there to be refused.
func isExample(name string) bool { return name != "wrong.conf" }

// settle sets modes, whatever the umask was, and times.
func (r *release) settle(folder string, t target) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if e.IsDir() || e.Name() == t.tool {
			mode = 0o755
		}
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
		return os.Chtimes(path, r.time, r.time)
	})
}

func copyTree(to, from string, wanted func(name string) bool) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !wanted(e.Name()) {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(filepath.Join(to, relative), path)
	})
}

func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}
