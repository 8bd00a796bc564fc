package e2e

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"winevent/internal/testlog"
)

const (
	// streamThreads flush at the same time, as Fluent Bit's workers do.
	streamThreads = 4
	// maxOpen is how many chunks are under way or kept.
	maxOpen = 24
	// streamPatience is how long a stream may do nothing.
	streamPatience = 2 * time.Minute
)

// stream is a host with one section that takes chunks while others are under
// way. A chunk that is kept comes again without limit. The folder is like Fluent
// Bit's storage: a chunk's file is there until the answer is FLB_OK.
type stream struct {
	dir    string
	cmd    *exec.Cmd
	stdin  io.Writer
	stderr output
	slots  chan struct{}
	ended  chan struct{} // closed when all answers are read

	mu      sync.Mutex
	answers []answer
	ok      int
}

// answer is the plugin's answer to one flush.
type answer struct {
	chunk, status string
	attempt       int
}

func startStream(t *testing.T, dir, config string) *stream {
	t.Helper()
	s := &stream{
		dir: dir, slots: make(chan struct{}, maxOpen), ended: make(chan struct{}),
		cmd: exec.Command(host, "--plugin", plugin, "--config", config, "--stdin-commands",
			"--threads", fmt.Sprint(streamThreads), "--results", "/dev/stdout"),
	}
	s.cmd.Stderr = &s.stderr
	results, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if s.stdin, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("the host's log:\n%s", s.stderr.String())
		}
	})
	go s.read(results)
	return s
}

func (s *stream) read(results io.Reader) {
	defer close(s.ended)
	for lines := bufio.NewScanner(results); lines.Scan(); {
		var a answer
		var instance, size int
		var tag string
		if _, err := fmt.Sscanf(lines.Text(), "flush instance=%d chunk=%s tag=%s size=%d status=%s attempt=%d",
			&instance, &a.chunk, &tag, &size, &a.status, &a.attempt); err != nil {
			continue
		}
		if a.status == "FLB_OK" {
			os.Remove(filepath.Join(s.dir, a.chunk))
		}
		s.mu.Lock()
		s.answers = append(s.answers, a)
		if a.status == "FLB_OK" {
			s.ok++
			<-s.slots
		}
		s.mu.Unlock()
	}
}

// send stores a chunk and hands it to the plugin, once few enough others are open.
func (s *stream) send(name string, chunk []byte) error {
	if err := os.WriteFile(filepath.Join(s.dir, name), chunk, 0o600); err != nil {
		return err
	}
	return s.resend(name)
}

// resend hands over a chunk that is stored.
func (s *stream) resend(name string) error {
	select {
	case s.slots <- struct{}{}:
	case <-s.ended:
		return io.ErrClosedPipe
	case <-time.After(streamPatience):
		return fmt.Errorf("no chunk was delivered for %s", streamPatience)
	}
	_, err := fmt.Fprintln(s.stdin, "send", filepath.Join(s.dir, name))
	return err
}

// delivered is the number of chunks whose answer was FLB_OK.
func (s *stream) delivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ok
}

// retries is how often the answer was FLB_RETRY.
func (s *stream) retries() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.answers {
		if a.status == "FLB_RETRY" {
			n++
		}
	}
	return n
}

// quit ends the host once every chunk is delivered, and checks that it ended well.
func (s *stream) quit(t *testing.T) {
	t.Helper()
	fmt.Fprintln(s.stdin, "quit")
	select {
	case <-s.ended:
	case <-time.After(streamPatience):
		t.Fatalf("not all is delivered after %s", streamPatience)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the host: %v", err)
	}
}

// kill ends the host as a crash does, and returns when all its answers are read.
func (s *stream) kill() {
	s.cmd.Process.Kill()
	<-s.ended
	s.cmd.Wait()
}

// closing returns a number of the line that the section logs at exit, which
// leaves out what is 0.
func closing(t *testing.T, s *stream, name string) int {
	t.Helper()
	lines := s.stderr.lines("] closed name=")
	if len(lines) != 1 {
		t.Fatalf("%d closing lines", len(lines))
	}
	found := regexp.MustCompile(` ` + name + `=(\d+)`).FindStringSubmatch(lines[0])
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	must(t, err)
	return n
}

// output is what a running process prints.
type output struct{ testlog.Log }

// lines returns the lines that have a text in them.
func (o *output) lines(text string) (found []string) {
	for line := range strings.Lines(o.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}
