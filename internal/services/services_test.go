//go:build unix

package services

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestDir(t *testing.T) {
	t.Setenv("WINEVENT_CACHE", "/some/where")
	if dir, err := Dir(); err != nil || dir != "/some/where" {
		t.Errorf("got %q, %v", dir, err)
	}
	t.Setenv("WINEVENT_CACHE", "")
	if dir, err := Dir(); err != nil || filepath.Base(dir) != "winevent" {
		t.Errorf("got %q, %v", dir, err)
	}
}

func TestCachedFillsOnce(t *testing.T) {
	t.Setenv("WINEVENT_CACHE", t.TempDir())
	var fills atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			dir, err := Cached("thing", []byte("key"), func(dir string) error {
				fills.Add(1)
				time.Sleep(20 * time.Millisecond)
				return os.WriteFile(filepath.Join(dir, "file"), nil, 0o644)
			})
			if err != nil {
				t.Error(err)
			} else if _, err := os.Stat(filepath.Join(dir, "file")); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if fills.Load() != 1 {
		t.Errorf("filled %d times", fills.Load())
	}
}

func TestCachedAfterFailure(t *testing.T) {
	t.Setenv("WINEVENT_CACHE", t.TempDir())
	broken := errors.New("broken")
	_, err := Cached("thing", nil, func(dir string) error {
		os.WriteFile(filepath.Join(dir, "half"), nil, 0o644)
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	dir, err := Cached("thing", nil, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("the failed attempt left %v", entries)
	}
}

func TestMissingProgramsAreNamed(t *testing.T) {
	t.Setenv("WINEVENT_CACHE", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	if _, err := Maven("thing", nil); err == nil || !strings.Contains(err.Error(), "openjdk-17-jdk-headless") {
		t.Errorf("no java: %v", err)
	}
	writeScript(t, filepath.Join(bin, "java"), "")
	if _, err := Maven("thing", nil); err == nil || !strings.Contains(err.Error(), "Debian: maven") {
		t.Errorf("no mvn: %v", err)
	}
	writeScript(t, filepath.Join(bin, "mvn"), "echo no network; exit 1")
	if _, err := Maven("thing", nil); err == nil || !strings.Contains(err.Error(), "no network") {
		t.Errorf("mvn fails: %v", err)
	}
	writeScript(t, filepath.Join(bin, "mvn"), "exit 0")
	if dir, err := Maven("thing", []byte("pom")); err != nil || !isDir(dir) {
		t.Errorf("mvn works: %q, %v", dir, err)
	}
}

func TestFreePorts(t *testing.T) {
	t.Setenv("WINEVENT_CACHE", t.TempDir())
	seen := map[int]bool{}
	for range 5 {
		ports, err := FreePorts(4)
		if err != nil {
			t.Fatal(err)
		}
		for _, port := range ports {
			if seen[port] {
				t.Errorf("port %d was given out twice", port)
			}
			seen[port] = true
			l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", port))
			if err != nil {
				t.Fatal(err)
			}
			l.Close()
		}
	}
}

func TestWorkDirRemovesAbandoned(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("WINEVENT_CACHE", cache)
	dir, remove, err := WorkDir("server")
	if err != nil {
		t.Fatal(err)
	}
	abandoned := filepath.Join(cache, "run", "server-1")
	os.Mkdir(abandoned, 0o755)
	os.WriteFile(abandoned+".lock", nil, 0o644)
	_, removeSecond, err := WorkDir("server")
	if err != nil {
		t.Fatal(err)
	}
	if isDir(abandoned) || !isDir(dir) {
		t.Errorf("abandoned folder there: %v, folder in use there: %v", isDir(abandoned), isDir(dir))
	}
	remove()
	removeSecond()
	if left, _ := os.ReadDir(filepath.Join(cache, "run")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestProcess(t *testing.T) {
	p := startScript(t, `echo ready; trap "echo stopping; exit 7" TERM; while true; do sleep 0.01; done`)
	waitForLog(t, p, "ready")
	if p.Exited() {
		t.Fatal("exited")
	}
	if err := p.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil { // resumes it
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if !errors.As(p.Wait(), &exit) || exit.ExitCode() != 7 {
		t.Errorf("ended with %v", p.Wait())
	}
	if log := p.LogTail(); !strings.HasPrefix(log, "ready\n") || !strings.HasSuffix(log, "stopping") {
		t.Errorf("log %q", log)
	}
	if err := p.Pause(); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("pause after the end: %v", err)
	}
	if err := errors.Join(p.Kill(), p.Stop()); err != nil {
		t.Errorf("kill and stop after the end: %v", err)
	}
}

func TestPauseHoldsAtOnce(t *testing.T) {
	p := startScript(t, `while true; do echo x; done & while true; do echo x; done`)
	for range 20 {
		waitForLog(t, p, "x")
		if err := p.Pause(); err != nil {
			t.Fatal(err)
		}
		before := size(t, p.log)
		time.Sleep(10 * time.Millisecond)
		if after := size(t, p.log); after != before {
			t.Errorf("%d bytes were written during a pause", after-before)
		}
		if err := p.Resume(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKillReachesChildren(t *testing.T) {
	p := startScript(t, `sleep 1000 & echo child $!; wait`)
	waitForLog(t, p, "child")
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	waitForEnd(t, strings.TrimPrefix(p.LogTail(), "child "))
}

// A test run that is killed, say by its time limit, has no chance to clean up.
func TestChildrenDieWithTheProcess(t *testing.T) {
	const inner = "SERVICES_TEST_INNER"
	if os.Getenv(inner) != "" {
		fmt.Println(startScript(t, "exec sleep 1000").PID())
		select {}
	}
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has a parent death signal")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), inner+"=1", "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil {
		t.Fatal(err)
	}
	waitForEnd(t, strings.TrimSpace(line))
}

func startScript(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Start(exec.Command("/bin/sh", "-c", script), filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Kill() })
	return p
}

func waitForLog(t *testing.T, p *Process, text string) {
	t.Helper()
	for start := time.Now(); !strings.Contains(p.LogTail(), text); time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatalf("no %q in the log: %s", text, p.LogTail())
		}
	}
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func waitForEnd(t *testing.T, pid string) {
	t.Helper()
	for start := time.Now(); isRunning(pid); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > 5*time.Second {
			t.Fatalf("process %s lives", pid)
		}
	}
}

// isRunning does not count a zombie: in a container, nobody may collect it.
func isRunning(pid string) bool {
	if stat, err := os.ReadFile("/proc/" + pid + "/stat"); err == nil {
		return !strings.Contains(string(stat), ") Z ")
	}
	n, err := strconv.Atoi(pid)
	return err == nil && syscall.Kill(n, 0) == nil
}

func writeScript(t *testing.T, path, script string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
