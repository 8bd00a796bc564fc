package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The tools, pinned. They run as "go run", so nothing has to be installed.
const (
	nfpm      = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2"
	cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"
)

// packages makes the deb and the rpm of a folder, as nfpm.yaml says.
func (r *release) packages(folder string, t target) error {
	config, err := filepath.Abs("release/nfpm.yaml")
	if err != nil {
		return err
	}
	dist, err := filepath.Abs(r.dist)
	if err != nil {
		return err
	}
	for _, format := range []string{"deb", "rpm"} {
		cmd := tool(t, nfpm, "package", "--config", config, "--packager", format, "--target", dist)
		cmd.Dir = folder // what nfpm.yaml's paths begin at
		cmd.Env = append(cmd.Env, "ARCH="+t.arch, "VERSION="+r.version)
		if err := output(cmd); err != nil {
			return fmt.Errorf("%s: %w", format, err)
		}
	}
	return nil
}

// boms writes a list of all modules in it (CycloneDX) for the plugin and for the tool.
func (r *release) boms(folder string, t target, name string) error {
	for _, binary := range []string{t.library, t.tool} {
		path := filepath.Join(folder, binary)
		// The tool only reads what is marked executable.
		if err := os.Chmod(path, 0o755); err != nil {
			return err
		}
		component := strings.TrimSuffix(binary, filepath.Ext(binary))
		out := filepath.Join(r.dist, component+strings.TrimPrefix(name, "winevent")+".cdx.json")
		// Neither serial number nor time: they would differ from run to run.
		cmd := tool(t, cyclonedx, "bin", "-json", "-noserial", "-notimestamp", "-std", "-version", "v"+r.version, "-output", out, path)
		if err := output(cmd); err != nil {
			return fmt.Errorf("SBOM of %s: %w", binary, err)
		}
	}
	return r.settle(folder, t)
}

// tool returns a command that runs a pinned tool: built for this machine, but told
// of the target, which cyclonedx-gomod writes down.
func tool(t target, name string, args ...string) *exec.Cmd {
	told := fmt.Sprintf("env GOOS=%s GOARCH=%s", t.os, t.arch)
	cmd := exec.Command("go", append([]string{"run", "-exec", told, name}, args...)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOOS=", "GOARCH=")
	return cmd
}

// output runs a command and shows what it printed when it failed.
func output(cmd *exec.Cmd) error {
	if printed, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, printed)
	}
	return nil
}
