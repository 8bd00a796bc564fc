package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"winevent/internal/services"
)

// What is built for Windows runs here under Wine, which is no Windows: what it
// shows is in docs/windows.md, with what it cannot show.

const (
	mingw           = "x86_64-w64-mingw32-gcc"
	windowsPackages = "gcc-mingw-w64-x86-64 wine wine64"
)

// windows is what the tests under Wine share, made when first asked for.
var windows struct {
	once         sync.Once
	dir, prefix  string
	plugin, host string
	program      string
	err          error
}

func needWindows(t *testing.T) {
	t.Helper()
	startWindows()
	if windows.err != nil {
		t.Fatal(windows.err)
	}
}

// startWindows makes it. The tests under Wine come last: a goroutine that
// starts it at the beginning uses the time in which others wait for servers.
func startWindows() { windows.once.Do(func() { windows.err = makeWindows() }) }

func makeWindows() error {
	if err := installWindowsPackages(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "winevent-windows")
	if err != nil {
		return err
	}
	windows.dir = dir
	windows.plugin, windows.host = filepath.Join(dir, "out_winevent.dll"), filepath.Join(dir, "flbhost.exe")
	windows.program = filepath.Join(dir, "winevent.exe")
	primitives := filepath.Join(dir, "bcryptprimitives.dll")
	for _, build := range [][]string{
		{"make", "-C", "..", "windows", "BUILD=" + dir},
		{mingw, "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-static", "-pthread", "-o", windows.host, "flbhost/flbhost.c"},
		{mingw, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-o", primitives, "bcryptprimitives/bcryptprimitives.c", "-ladvapi32"},
	} {
		if err := command(append([]string{"nice", "-n", "19"}, build...), "MAKEFLAGS="); err != nil {
			return err
		}
	}
	windows.prefix, err = winePrefix(primitives)
	return err
}

// installWindowsPackages does nothing where all is there.
func installWindowsPackages() error {
	_, noMingw := exec.LookPath(mingw)
	_, noWine := exec.LookPath("wine")
	if noMingw == nil && noWine == nil {
		return nil
	}
	install := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, strings.Fields(windowsPackages)...)
	if _, err := exec.LookPath("apt-get"); err != nil || os.Geteuid() != 0 {
		return fmt.Errorf("the tests of what is built for Windows need mingw-w64 and Wine: %s", strings.Join(install, " "))
	}
	if err := command([]string{"apt-get", "update"}); err != nil {
		return err
	}
	return command(install, "DEBIAN_FRONTEND=noninteractive")
}

func command(words []string, env ...string) error {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(words, " "), err, out)
	}
	return nil
}

// winePrefix returns a Windows of Wine's, with bcryptprimitives.dll. It takes
// 10 s and 700 MB to make, and is kept in the cache.
func winePrefix(primitives string) (string, error) {
	version, err := exec.Command("wine", "--version").Output()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile("bcryptprimitives/bcryptprimitives.c")
	if err != nil {
		return "", err
	}
	return services.Cached("wine", append(version, source...), func(prefix string) error {
		if err := command([]string{"wine", "wineboot", "--init"}, wineEnv(prefix)...); err != nil {
			return err
		}
		if err := endWine(prefix); err != nil {
			return err
		}
		text, err := os.ReadFile(primitives)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll"), text, 0o755)
	})
}

// wineEnv keeps Wine in its prefix, quiet, and without its browser, its .NET and its menus.
func wineEnv(prefix string) []string {
	return []string{"WINEPREFIX=" + prefix, "HOME=" + prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml,winemenubuilder.exe="}
}

// endWine ends the server of a prefix, which writes its registry to the disk, and waits for that.
func endWine(prefix string) error {
	_ = command([]string{"wineserver", "-k"}, wineEnv(prefix)...) // which fails when none runs
	return command([]string{"wineserver", "-w"}, wineEnv(prefix)...)
}

func closeWindows() {
	windows.once.Do(func() {}) // waits for what is under way
	if windows.prefix != "" {
		_ = endWine(windows.prefix)
	}
	os.RemoveAll(windows.dir)
}

// windowsPath is what a program under Wine calls the file.
func windowsPath(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }

// wine returns the command that runs a program under Wine, with dir as its
// WINEVENT_DIR and folder for temporary files. Whole paths among the arguments are made Windows'.
func wine(t *testing.T, dir, program string, args ...string) *exec.Cmd {
	t.Helper()
	needWindows(t)
	words := []string{program}
	for _, arg := range args {
		if filepath.IsAbs(arg) {
			arg = windowsPath(arg)
		}
		words = append(words, arg)
	}
	cmd := exec.Command("wine", words...)
	cmd.Env = append(os.Environ(), wineEnv(windows.prefix)...)
	cmd.Env = append(cmd.Env, "WINEVENT_DIR="+windowsPath(dir), "WINEVENT_DEAD_LETTER_FILE="+windowsPath(filepath.Join(dir, "dead-letter.ndjson")),
		"TEMP="+windowsPath(dir), "TMP="+windowsPath(dir))
	return cmd
}

// runWindows is run for the DLL, loaded by the same host made for Windows.
func runWindows(t *testing.T, dir, config string, args ...string) result {
	t.Helper()
	needWindows(t)
	return finish(t, wine(t, dir, windows.host, append([]string{"--plugin", windows.plugin, "--config", config}, args...)...))
}
