//go:build unix

package detection

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"os/exec"
	"testing"

	"winevent/internal/services"
)

var update = flag.Bool("update", false, "write queries.json anew")

// TestConversion converts the rules anew and finds the queries that the other tests use.
func TestConversion(t *testing.T) {
	python, packages, err := pySigma()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-s", "convert.py", "rules")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+packages, "PYTHONDONTWRITEBYTECODE=1")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	converted, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, &complaints)
	}
	if *update {
		if err := os.WriteFile("queries.json", converted, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("queries.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(converted, committed) {
		t.Errorf("queries.json is not what the rules give: run go test ./detection -run Conversion -update\n%s", converted)
	}
}

// pySigma returns Python and a folder with the packages of requirements.txt,
// which are downloaded at the first call. Some of them are made for one version
// of Python.
func pySigma() (python, packages string, err error) {
	python, err = exec.LookPath("python3")
	if err != nil {
		return "", "", errors.New("python3 not found: install Python 3.10 or later, with pip (Debian: python3-pip)")
	}
	requirements, err := os.ReadFile("requirements.txt")
	if err != nil {
		return "", "", err
	}
	version, err := exec.Command(python, "-c", "import sys; print(sys.version, sys.platform)").Output()
	if err != nil {
		return "", "", err
	}
	packages, err = services.Cached("pysigma", append(version, requirements...), func(dir string) error {
		return install(python, dir)
	})
	return python, packages, err
}

// install puts the packages into a folder, and touches nothing else of the machine's Python.
func install(python, dir string) error {
	if exec.Command(python, "-m", "pip", "--version").Run() != nil {
		return errors.New(python + " has no pip: install it (Debian: python3-pip)")
	}
	cmd := exec.Command(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", dir, "-r", "requirements.txt")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.New(cmd.String() + ": " + err.Error() + "\n" + string(out))
	}
	return nil
}
