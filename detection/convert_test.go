//go:build unix

package detection

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"testing"

	"winevent/internal/services"
)

var update = flag.Bool("update", false, "write queries.json anew")

// TestConversion converts the rules anew and finds the queries that the other tests use.
func TestConversion(t *testing.T) {
	python, packages, err := services.PythonPackages("pysigma", "requirements.txt")
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
