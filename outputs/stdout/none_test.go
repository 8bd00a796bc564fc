package stdout

import (
	"os"
	"testing"
)

// TestNoStandardOutput is what a Windows service finds, and a process whose standard output was closed.
func TestNoStandardOutput(t *testing.T) {
	closed, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	defer func() { os.Stdout = before }()
	for name, f := range map[string]*os.File{"closed": closed, "none": nil} {
		os.Stdout = f
		if _, err := New(); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}
