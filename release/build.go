package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// target is a platform that a release is made for.
type target struct {
	os, arch string
	// compiler makes C for it; debian is the package that has it.
	compiler, debian string
	library, tool    string
}

func (t target) String() string { return t.os + "/" + t.arch }

var targets = []target{
	{"linux", "amd64", "x86_64-linux-gnu-gcc", "gcc", "out_winevent.so", "winevent"},
	{"linux", "arm64", "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu libc6-dev-arm64-cross", "out_winevent.so", "winevent"},
	{"windows", "amd64", "x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64", "out_winevent.dll", "winevent.exe"},
}

// env is the environment of the go command. What could change the bytes and
// comes from outside is set here.
func (t target) env(cgo string) []string {
	return append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "GOAMD64=v1", "GOARM64=v8.0", "CGO_ENABLED="+cgo, "CC="+t.compiler,
		"GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "CGO_CFLAGS=-O2", "CGO_CPPFLAGS=", "CGO_LDFLAGS=")
}

// build compiles plugin and tool into a folder.
func (r *release) build(t target, folder string) error {
	for _, b := range []struct{ cgo, mode, out, pkg string }{
		{"1", "c-shared", t.library, "./plugin"},
		{"0", "exe", t.tool, "./cmd/winevent"},
	} {
		out := filepath.Join(folder, b.out)
		args := []string{"build", "-trimpath", "-buildvcs=false", "-buildmode=" + b.mode, "-ldflags", "-s -w -buildid= " + r.ldflags, "-o", out}
		if r.anew {
			args = append(args, "-a")
		}
		cmd := exec.Command("go", append(args, b.pkg)...)
		cmd.Env = t.env(b.cgo)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go build %s: %w", b.pkg, err)
		}
	}
	return os.Remove(filepath.Join(folder, "out_winevent.h")) // nobody calls the plugin from C
}
