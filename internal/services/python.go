//go:build unix

package services

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// PythonPackages returns Python and a folder with the packages that a file names,
// each pinned: programs stand in its bin, modules are found with PYTHONPATH. They
// are downloaded at the first call, into Dir()/name-…, and nothing else of the
// machine's Python is touched.
func PythonPackages(name, requirements string) (python, dir string, err error) {
	python, err = exec.LookPath("python3")
	if err != nil {
		return "", "", errors.New("python3 not found: install Python 3.10 or later, with pip (Debian: python3-pip)")
	}
	wanted, err := os.ReadFile(requirements)
	if err != nil {
		return "", "", err
	}
	// Some packages are made for one version of Python.
	version, err := exec.Command(python, "-c", "import sys; print(sys.version, sys.platform)").Output()
	if err != nil {
		return "", "", err
	}
	dir, err = Cached(name, append(version, wanted...), func(dir string) error {
		if exec.Command(python, "-m", "pip", "--version").Run() != nil {
			return errors.New(python + " has no pip: install it (Debian: python3-pip)")
		}
		cmd := exec.Command(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", dir, "-r", requirements)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", cmd, err, out)
		}
		return nil
	})
	return python, dir, err
}
