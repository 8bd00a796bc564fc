//go:build unix

package elastictest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winevent/internal/services"
)

var errNotRunning = errors.New("the node is not running")

// Start starts the node, again on the same port and data if it ran before, and
// returns at once. Ready waits until it serves.
func (n *Node) Start() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.process; p != nil && !p.Exited() {
		return errors.New("the node is running")
	}
	cmd := exec.Command(filepath.Join(n.home, "bin", n.product.name))
	cmd.Dir = n.dir
	cmd.Env = n.environment()
	cmd.SysProcAttr = attributes()
	process, err := services.Start(cmd, n.file("server.log"))
	if err == nil {
		n.process = process
	}
	return err
}

// Kill ends the node as a crash does (SIGKILL).
func (n *Node) Kill() error { return n.end((*services.Process).Kill) }

// Stop lets the node close its indexes and end (SIGTERM).
func (n *Node) Stop() error { return n.end((*services.Process).Stop) }

// end also waits until nobody listens any more: the process that was started may
// be only a launcher, which does not wait for the death of the real one.
func (n *Node) end(how func(*services.Process) error) error {
	p := n.started()
	if p == nil {
		return nil
	}
	err := how(p)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		conn, dialErr := net.DialTimeout("tcp", n.Addr(), time.Second)
		if dialErr != nil {
			return err
		}
		conn.Close()
	}
	return errors.Join(err, fmt.Errorf("%s has ended, and yet someone listens", n))
}

// Pause makes the node hang (SIGSTOP): connections stay and get no answers.
func (n *Node) Pause() error { return n.with((*services.Process).Pause) }

// Resume ends Pause.
func (n *Node) Resume() error { return n.with((*services.Process).Resume) }

func (n *Node) with(do func(*services.Process) error) error {
	if p := n.started(); p != nil {
		return do(p)
	}
	return errNotRunning
}

func (n *Node) started() *services.Process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.process
}

// Ready waits until the node serves and all indexes' primary shards are there.
func (n *Node) Ready(ctx context.Context) error {
	for {
		err := n.healthy(ctx)
		if err == nil {
			return nil
		}
		p := n.started()
		if p == nil || p.Exited() {
			err = errNotRunning
		} else if sleep(ctx, 50*time.Millisecond) == nil {
			continue
		}
		return fmt.Errorf("%s is not ready: %w; its log ends with:\n%s%s", n, err, n.LogTail(), n.hint())
	}
}

func (n *Node) healthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	status, body, err := n.request(ctx, http.MethodGet, "/_cluster/health?wait_for_status=yellow&timeout=1s", "", superuser)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%d: %s", status, body)
	}
	return err
}

// LogTail is the end of the node's log: warnings and errors.
func (n *Node) LogTail() string {
	if p := n.started(); p != nil {
		return p.LogTail()
	}
	return ""
}

// PID is the server's process id, which is not that of the program that was started.
func (n *Node) PID(t testing.TB) int {
	t.Helper()
	type answer struct {
		Nodes map[string]struct{ Process struct{ ID int } }
	}
	for _, node := range ask[answer](t, n, http.MethodGet, "/_nodes/process", "").Nodes {
		return node.Process.ID
	}
	t.Fatal(errNotRunning)
	return 0
}

// hint says what to do about what the log says.
func (n *Node) hint() string {
	if isRoot() && strings.Contains(n.LogTail(), "could not find java") {
		return fmt.Sprintf("\nuser %d must be able to run %s/bin/java: install a JDK for all users (Debian: openjdk-17-jdk-headless)", nobody, n.jdk.home)
	}
	return ""
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
